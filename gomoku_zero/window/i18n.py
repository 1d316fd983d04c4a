"""The window's texts, from one file per language."""

import locale
import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "languages"


@dataclass(frozen=True, slots=True)
class Language:
    """The texts of one language by key.

    code: names its file, such as "en".
    """

    code: str
    texts: dict[str, str]

    def say(self, key: str, **values: object) -> str:
        """The text of a key with its {placeholders} filled in; an unknown key stands for itself."""
        return self.texts.get(key, key.replace("_", " ")).format(**values)

    def joined(self, *parts: str) -> str:
        """The parts that are not empty, with the language's commas between them."""
        return self.say("comma").join(part for part in parts if part)

    def name(self, key: str) -> str:
        """The text of a key that has one; anything else is a name, and stands as it is."""
        return self.texts.get(key, key)


def languages() -> tuple[str, ...]:
    """The languages there are files for: "en", "zh"."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


def system_language() -> str:
    """The language of the system, if there is a file for it, else English."""
    code = (locale.getlocale()[0] or "").partition("_")[0].lower()
    return code if code in languages() else "en"


def load_language(language: str) -> Language:
    """The texts of a language; English for one that there is no file for."""
    file = FOLDER / f"{language}.toml"
    if not file.is_file():
        return load_language("en")
    with file.open("rb") as opened:
        return Language(language, tomllib.load(opened))
