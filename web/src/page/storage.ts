/** What a browser remembers of the page, so that a reload loses nothing. */

export interface Settings {
  /** Who the person plays; both: nobody else does. */
  side: "black" | "white" | "both";
  /** "level:5", or "time:3" for full strength and so many seconds a move. */
  opponent: string;
  /** Which of a server's networks is asked; "" for the usual one. */
  player: string;
  language: string;
  theme: "auto" | "light" | "dark";
  numbers: boolean;
  coordinates: boolean;
  warn: boolean;
  confirm: boolean;
}

export interface Saved {
  readonly settings: Partial<Settings>;
  /** As in the address. */
  readonly game: string | null;
  readonly resigned: number;
}

function keyOf(name: string): string {
  return `gomoku-zero ${name}`;
}

/** What was remembered; null if there is nothing, or nothing that can be read. */
export function loadSaved(name: string): Saved | null {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(keyOf(name)) ?? "null");
    if (typeof saved !== "object" || saved === null) return null;
    const { settings, game, resigned } = saved as Record<string, unknown>;
    return {
      settings: readSettings(settings),
      game: typeof game === "string" ? game : null,
      resigned: resigned === 1 || resigned === -1 ? resigned : 0,
    };
  } catch {
    return null; // no storage here, or a damaged one: the page works without
  }
}

function readSettings(value: unknown): Partial<Settings> {
  if (typeof value !== "object" || value === null) return {};
  const { side, opponent, player, language, theme, numbers, coordinates, warn, confirm } = value as Record<string, unknown>;
  const flags = Object.entries({ numbers, coordinates, warn, confirm }).filter(([, flag]) => typeof flag === "boolean");
  return {
    ...(side === "black" || side === "white" || side === "both" ? { side } : {}),
    ...(typeof opponent === "string" && /^(level:([1-9]|10)|time:\d{1,3})$/.test(opponent) ? { opponent } : {}),
    ...(typeof player === "string" ? { player } : {}),
    ...(typeof language === "string" ? { language } : {}),
    ...(theme === "auto" || theme === "light" || theme === "dark" ? { theme } : {}),
    ...(Object.fromEntries(flags) as Partial<Settings>),
  };
}

export function store(name: string, saved: Saved): void {
  try {
    localStorage.setItem(keyOf(name), JSON.stringify(saved));
  } catch {
    // A browser without storage, or a full one, plays all the same.
  }
}
