"""The user's preferences, kept in the user's config folder."""

import contextlib
import itertools
from pathlib import Path

import msgspec
import platformdirs

from gomoku.opening_rules import OPENING_RULE_NAMES, OpeningRule
from gomoku.rules import Rules, RulesError
from gomoku.storage import write_whole
from gomoku_zero.players.levels import level_table
from gomoku_zero.window.i18n import languages
from gomoku_zero.window.model.commands import (
    ChangePace,
    ChangeTextSize,
    SetLanguage,
    SetPace,
    SetTextSize,
    SetTheme,
    SettingCommand,
    SetWarning,
    Switch,
)
from gomoku_zero.window.model.rating import PlayerRating, first_rating

THEME_NAMES = ("light", "dark")
WATCH_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Offered as the least time between the moves of two engines."""


class SettingsError(ValueError):
    """A settings file that cannot be used."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """
    heat: show the evaluator's priors when analyzing.
    opening: how new games begin, the name of an opening rule.
    warn_forbidden: a forbidden point takes a second click.
    confirm: a move takes a second click on the same point.
    teaching: offer to take back a blunder.
    warn_percent: the win rate given away, in percent, from which a move is a blunder to teach.
    text_scale: a factor for text and spacing.
    watch_seconds: least time between the moves of two engines.
    engines: programs to play against, or command lines with arguments.
    opponent: the spec of whom the last new game was against, or "adaptive"; "" before the first.
    seconds: how long that one thinks about a move; 0 leaves it to the player.
    puzzle: the number of the puzzle that comes next.
    rules: size, win length and variant of that game.
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
    opening: str = OpeningRule.FREE.value
    warn_forbidden: bool = True
    opponent: str = ""
    seconds: float = 0.0
    puzzle: int = 0
    rules: tuple[int, int, int] | None = None

    def validated(self) -> "Settings":
        """These settings, once every value is known to mean something.

        Raises:
            SettingsError: naming the value.
        """
        if self.theme not in THEME_NAMES:
            raise SettingsError(f"theme {self.theme!r} is unknown: use {', '.join(THEME_NAMES)}")
        if self.language not in languages():
            known = ", ".join(languages())
            raise SettingsError(f"language {self.language!r} is unknown: use {known}")
        if not 0.5 <= self.text_scale <= 2.0:
            raise SettingsError(f"text_scale {self.text_scale} is not between 0.5 and 2")
        if not 1 <= self.warn_percent <= 100:
            raise SettingsError(f"warn_percent {self.warn_percent} is not between 1 and 100")
        if not 0 <= self.watch_seconds <= 60:
            raise SettingsError(f"watch_seconds {self.watch_seconds} is not between 0 and 60")
        if self.elo is not None and not abs(self.elo) < 10_000:
            raise SettingsError(f"elo {self.elo} is not a rating")
        if self.opening not in OPENING_RULE_NAMES:
            known = ", ".join(OPENING_RULE_NAMES)
            raise SettingsError(f"opening {self.opening!r} is unknown: use {known}")
        if not 0 <= self.seconds <= 600:
            raise SettingsError(f"seconds {self.seconds} is not between 0 and 600")
        if self.rules is not None:
            try:
                Rules(*self.rules).validated()
            except RulesError as error:
                raise SettingsError(f"rules {self.rules}: {error}") from error
        if self.rated_games < 0:
            raise SettingsError(f"rated_games {self.rated_games} is not a count")
        return self

    def after(self, command: SettingCommand) -> "Settings":
        """The settings after a command about them."""
        match command:
            case Switch(name):
                changed: dict[str, object] = {name: not getattr(self, name)}
            case SetTheme(name):
                changed = {"theme": name}
            case SetLanguage(code):
                changed = {"language": code}
            case SetTextSize(percent):
                changed = {"text_scale": percent / 100}
            case ChangeTextSize(percent):
                scale = min(2.0, max(0.5, self.text_scale + percent / 100))
                changed = {"text_scale": round(scale, 2)}
            case SetWarning(percent):
                changed = {"warn_percent": percent}
            case SetPace(seconds):
                changed = {"watch_seconds": seconds}
            case ChangePace(direction):
                at = min(max(self._pace - direction, 0), len(WATCH_SECONDS) - 1)
                changed = {"watch_seconds": WATCH_SECONDS[at]}
        return msgspec.structs.replace(self, **changed)

    @property
    def next_theme(self) -> str:
        return THEME_NAMES[(THEME_NAMES.index(self.theme) + 1) % len(THEME_NAMES)]

    @property
    def next_language(self) -> str:
        known = languages()
        return known[(known.index(self.language) + 1) % len(known)]

    @property
    def next_pace(self) -> float:
        """Seconds between the moves of two engines, after the slowest the fastest again."""
        return WATCH_SECONDS[(self._pace + 1) % len(WATCH_SECONDS)]

    @property
    def _pace(self) -> int:
        now = self.watch_seconds
        return min(range(len(WATCH_SECONDS)), key=lambda index: abs(WATCH_SECONDS[index] - now))


def rating_of(settings: Settings) -> PlayerRating:
    """How strong the user is taken to be."""
    if settings.elo is None:
        return first_rating(level_table())
    return PlayerRating(settings.elo, settings.rated_games)


def user_folder() -> Path:
    """Where games and the game in progress are kept."""
    return Path(platformdirs.user_data_dir("gomoku-zero", appauthor=False))


def settings_file() -> Path:
    """The settings in the user's config folder, moved there from where version 0.2 kept them."""
    file = Path(platformdirs.user_config_dir("gomoku-zero", appauthor=False)) / "settings.json"
    old = user_folder() / "settings.json"
    if not file.exists() and old.is_file():
        with contextlib.suppress(OSError):  # then they stay, and the usual ones hold
            file.parent.mkdir(parents=True, exist_ok=True)
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
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, msgspec.json.format(msgspec.json.encode(settings)))


def save_changes(file: Path, known: Settings, settings: Settings) -> None:
    """Write only what has changed, all or nothing: another window may have changed the rest, or
    added engines to the same list.

    known: what the file held when it was last read or written here.

    Raises:
        OSError: if that is impossible.
    """
    changed = {
        name: getattr(settings, name)
        for name in Settings.__struct_fields__
        if getattr(settings, name) != getattr(known, name)
    }
    try:
        others = load_settings(file)
    except SettingsError:
        set_aside(file)
        others = known
    if "engines" in changed:
        changed["engines"] = _merged(others.engines, known.engines, settings.engines)
    save_settings(file, msgspec.structs.replace(others, **changed))


def _merged(
    theirs: tuple[str, ...], known: tuple[str, ...], mine: tuple[str, ...]
) -> tuple[str, ...]:
    """A list that both may have changed since it was `known`, with what either added and without
    what either removed."""
    added = [each for each in theirs if each not in known and each not in mine]
    return (*added, *(each for each in mine if each in theirs or each not in known))


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
