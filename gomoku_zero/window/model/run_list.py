"""The runs and matches that can be looked at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gomoku.rules import Rules
from gomoku.storage import is_locked
from gomoku_zero.runs.folder import runs_below
from gomoku_zero.runs.live import Live, is_training, read_live
from gomoku_zero.runs.settings import SettingsDamaged, read_run_settings
from gomoku_zero.window.model.match_watch import settings_of

MATCHES = "matches"  # below the folder of runs, where `pit` keeps its journals

MAX_RUNS, MAX_MATCHES = 60, 30
_MAX_HEADER = 100_000


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run in the list.

    rules: None if its settings cannot be read.
    budget: minutes in all, 0 where nobody says.
    """

    folder: Path
    rules: Rules | None = None
    live: Live | None = None
    is_training: bool = False
    budget: float = 0.0


@dataclass(frozen=True, slots=True)
class MatchEntry:
    """A match in the list."""

    file: Path
    players: tuple[str, ...] = ()
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class RunList:
    """The runs and matches below some folders, the latest first."""

    runs: tuple[RunEntry, ...] = ()
    matches: tuple[MatchEntry, ...] = ()


def list_runs(folders: Sequence[Path]) -> RunList:
    """All that can be looked at; what cannot be read is listed without what it would say."""
    runs = tuple(_entry(run) for run in runs_below(folders)[:MAX_RUNS])
    journals: list[tuple[float, Path]] = []
    for folder in folders:
        journals += _journals(folder / MATCHES)
    newest = sorted(journals, reverse=True)[:MAX_MATCHES]
    matches = (_match(file) for _, file in newest)
    return RunList(runs, tuple(each for each in matches if each.players))


def _journals(folder: Path) -> Iterable[tuple[float, Path]]:
    try:
        return [(file.stat().st_mtime, file) for file in folder.glob("*.jsonl") if file.is_file()]
    except OSError:
        return []


def _entry(run: Path) -> RunEntry:
    live, training = read_live(run), is_training(run)
    try:
        settings = read_run_settings(run)
    except (OSError, SettingsDamaged):
        return RunEntry(run, None, live, training)
    budget = live.budget / 60 if live is not None and live.budget else settings.minutes
    return RunEntry(run, settings.to_rules(), live, training, budget)


def _match(file: Path) -> MatchEntry:
    try:
        with file.open("rb") as stream:
            settings = settings_of(stream.readline(_MAX_HEADER))
    except OSError:
        settings = None
    if settings is None:
        return MatchEntry(file)
    return MatchEntry(file, settings.names, is_locked(file))
