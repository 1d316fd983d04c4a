"""The commands of the page of training."""

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from gomoku_zero.window.model.commands import PageCommand


class TrainingTab(Enum):
    """The tabs of the page."""

    RUNS = "runs"
    NEW_RUN = "new_run"
    RUN = "run"
    MATCH = "match"


class Train(PageCommand, Enum):
    """Commands without a value."""

    START = auto()
    STOP = auto()
    RESUME = auto()
    PLAY_NEWEST = auto()
    NEW_MATCH = auto()
    STOP_MATCH = auto()
    RESUME_MATCH = auto()
    TYPE_PATH = auto()
    OPEN_PATH = auto()
    # Asked when the window is closed while something runs that it started
    LEAVE_RUNNING = auto()
    LEAVE_STOPPED = auto()


@dataclass(frozen=True, slots=True)
class ShowTab(PageCommand):
    tab: TrainingTab


@dataclass(frozen=True, slots=True)
class WatchRun(PageCommand):
    folder: Path


@dataclass(frozen=True, slots=True)
class WatchMatch(PageCommand):
    """journal: the file that the match is kept in."""

    journal: Path


@dataclass(frozen=True, slots=True)
class ChoosePreset(PageCommand):
    index: int


@dataclass(frozen=True, slots=True)
class ChangeMinutes(PageCommand):
    """Train for longer, or for -1 for less."""

    step: int
