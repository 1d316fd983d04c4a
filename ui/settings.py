"""What the user prefers, kept in the user's config folder."""

import contextlib
import itertools
import os
from pathlib import Path

import msgspec
import platformdirs

from ui.theme import THEMES
from ui.words import languages

WATCH_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Offered as the least time between the moves of two engines."""


class SettingsError(ValueError):
    """A settings file that cannot be used."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """
    heat: show the evaluator's priors when analyzing.
    confirm: a move takes a second click on the same point.
    teaching: offer to take back a blunder.
    warn_percent: the win rate given away, in percent, from which a move is a blunder to teach.
    text_scale: a factor for text and spacing.
    watch_seconds: least time between the moves of two engines.
    engines: programs to play against, or command lines with arguments.
    elo: the user's rating by results against the levels, over `rated_games`; None before the first.
    """

    theme: str = "light"
    language: str = "en"
    coordinates: bool = True
    numbers: bool = False
    heat: bool = False
    confirm: bool = False
    pondering: bool = False
    teaching: bool = False
    warn_percent: int = 18
    sound: bool = True
    text_scale: float = 1.0
    watch_seconds: float = 0.5
    engines: tuple[str, ...] = ()
    elo: float | None = None
    rated_games: int = 0

    def validated(self) -> "Settings":
        """These settings, once every value is known to mean something.

        Raises:
            SettingsError: naming the value.
        """
        if self.theme not in THEMES:
            raise SettingsError(f"theme {self.theme!r} is unknown: use {', '.join(THEMES)}")
        if self.language not in languages():
            raise SettingsError(f"there is no language file for {self.language!r}")
        if not 0.5 <= self.text_scale <= 2.0:
            raise SettingsError(f"text_scale {self.text_scale} is not between 0.5 and 2")
        if not 1 <= self.warn_percent <= 100:
            raise SettingsError(f"warn_percent {self.warn_percent} is not between 1 and 100")
        if not 0 <= self.watch_seconds <= 60:
            raise SettingsError(f"watch_seconds {self.watch_seconds} is not between 0 and 60")
        if self.elo is not None and not abs(self.elo) < 10_000:
            raise SettingsError(f"elo {self.elo} is no rating")
        if self.rated_games < 0:
            raise SettingsError(f"rated_games {self.rated_games} is no count")
        return self


def user_folder() -> Path:
    """Where games and the game in progress are kept."""
    return Path(platformdirs.user_data_dir("gomoku-zero", appauthor=False))


def settings_file() -> Path:
    """The settings in the user's config folder, moved there from where version 0.2 kept them."""
    file = Path(platformdirs.user_config_dir("gomoku-zero", appauthor=False)) / "settings.json"
    old = user_folder() / "settings.json"
    if not file.exists() and old.is_file():
        with contextlib.suppress(OSError):  # then they stay, and the usual ones hold
            write_whole(file, old.read_bytes())
            old.unlink()
    return file


def load_settings(file: Path) -> Settings:
    """The settings in a file; the usual ones if there is no file.

    Raises:
        SettingsError: if the file is damaged.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    try:
        return msgspec.json.decode(content, type=Settings).validated()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{file} holds no settings: {error}") from error


def save_settings(file: Path, settings: Settings) -> None:
    """Write settings, all or nothing.

    Raises:
        OSError: if that is impossible.
    """
    write_whole(file, msgspec.json.format(msgspec.json.encode(settings)))


def set_aside(file: Path) -> Path:
    """Rename a damaged file, so that writing it anew does not destroy what can be saved of it.

    Returns where it is now: under its own name if it cannot be renamed.
    """
    for number in itertools.count(1):
        aside = file.with_name(f"{file.name}.damaged" + (f"-{number}" if number > 1 else ""))
        if not aside.exists():
            break
    with contextlib.suppress(OSError):
        return file.rename(aside)
    return file


def write_whole(file: Path, content: bytes) -> None:
    """Replace a file so that a crash leaves the old one or the new one, never half of one.

    Raises:
        OSError: if that is impossible.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
