"""Runs below some folders, and what each has for people: its newest network, sample games."""

from collections.abc import Iterable
from pathlib import Path

from gomoku_zero.runs.live import LIVE_FILE
from gomoku_zero.runs.metrics import METRICS_FILE
from gomoku_zero.runs.settings import CONFIG_FILE
from nets.checkpoint import META_FILE, WEIGHTS_FILE

MAX_GAME_BYTES = 100_000

MAX_LISTED = 1000
"""Entries of a folder that are looked at."""


def is_run(folder: Path) -> bool:
    """Return whether there is a run, begun or damaged, in a folder."""
    return any((folder / name).is_file() for name in (METRICS_FILE, CONFIG_FILE, LIVE_FILE))


def runs_below(folders: Iterable[Path]) -> list[Path]:
    """The runs in some folders, those that wrote something last first."""
    found: dict[Path, float] = {}
    for folder in folders:
        for run in _inside(folder):
            if is_run(run):
                found.setdefault(run, _last_written(run))
    return sorted(found, key=lambda run: -found[run])


def newest_checkpoint(run: Path) -> Path | None:
    """The network of a run as it is now; None before the first cycle has ended."""
    numbered = [each for each in _inside(run / "checkpoints") if each.name.isdecimal()]
    whole = (
        each
        for each in sorted(numbered, reverse=True)
        if (each / META_FILE).is_file() and (each / WEIGHTS_FILE).is_file()
    )
    return next((each for each in whole if is_below(each, run)), None)


def newest_games(run: Path, count: int) -> list[Path]:
    """The newest sample games of a run, as SGF, the newest first."""
    files = sorted((run / "games").glob("*.sgf"), reverse=True)[:count]
    return [file for file in files if is_below(file, run)]


def is_below(path: Path, folder: Path) -> bool:
    """Return whether a path leads nowhere outside a folder, links followed."""
    return path.resolve().is_relative_to(folder.resolve())


def _inside(folder: Path) -> list[Path]:
    """The contents of a folder; nothing if it is none or cannot be read."""
    try:
        return [each for each, _ in zip(folder.iterdir(), range(MAX_LISTED), strict=False)]
    except OSError:
        return []


def _last_written(run: Path) -> float:
    times = []
    for name in (METRICS_FILE, CONFIG_FILE, LIVE_FILE):
        try:
            times.append((run / name).stat().st_mtime)
        except OSError:
            continue
    return max(times, default=0.0)
