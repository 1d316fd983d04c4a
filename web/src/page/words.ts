/** What the page says, in the languages that were written into it. */

export type Values = Readonly<Record<string, string | number>>;
export type Texts = Readonly<Record<string, string>>;
export type Languages = Readonly<Record<string, Texts>>;

export type Say = (key: string, values?: Values) => string;

/** A function that says keys in a language; English stands in for what a language lacks. */
export function sayIn(languages: Languages, code: string): Say {
  const texts = languages[code] ?? {};
  const english = languages["en"] ?? {};
  return (key, values = {}) =>
    (texts[key] ?? english[key] ?? key.replaceAll("_", " ")).replace(/\{(\w+)\}/g, (whole, name: string) =>
      String(values[name] ?? whole),
    );
}

/** The language to begin with: the first of the visitor's that there is. */
export function usualLanguage(languages: Languages): string {
  for (const wanted of navigator.languages) {
    const code = wanted.split("-")[0]!.toLowerCase();
    if (languages[code] !== undefined) return code;
  }
  return "en";
}
