"""The choices and text on the page of training so far."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gomoku_zero.runs.folder import is_run
from gomoku_zero.runs.settings import Preset
from gomoku_zero.window.model.match_watch import MatchView
from gomoku_zero.window.model.replay import Replay
from gomoku_zero.window.model.run_list import RunList
from gomoku_zero.window.model.run_watch import RunView
from gomoku_zero.window.model.training_commands import TrainingTab

MINUTES = (
    *(0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0),
    *(360.0, 480.0, 600.0, 900.0, 1440.0, 2880.0),
)
MAX_NAME, MAX_PATH = 60, 1000
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class Seen:
    """The runs and matches to show.

    view: the run, the match or the list; None while it is read for the first time.
    missing: packages that training lacks.
    is_own: whether the run or match goes on in a process that this window started.
    """

    view: RunView | MatchView | RunList | None
    replay: Replay
    missing: tuple[str, ...] = ()
    is_own: bool = False


class TrainingState:
    """
    tab: what the page shows.
    folder: where new runs go.
    chosen: a number among the presets. minutes, name: of the new run.
    path: what is typed to find another run; is_path_typed: whether it is being typed.
    remark: what is wrong with what was asked for; "" for nothing.
    first: the first row of the list that is shown; last: of its end, by how it was laid out.
    run, match: what is looked at.
    stopping: runs that were asked to stop, until they have. asked: the run of somebody else that is
        stopped by a second click.
    failures: why runs and matches ended that were begun here.
    taken: names of the runs that are known.
    """

    def __init__(self, presets: Sequence[Preset], folder: Path) -> None:
        self.tab = TrainingTab.RUNS
        self.folder = folder
        self.presets = list(presets)
        self.chosen = 0
        self.minutes = 5.0
        self.name = ""
        self.path = ""
        self.is_path_typed = False
        self.remark = ""
        self.first = self.last = 0
        self.run: Path | None = None
        self.match: Path | None = None
        self.stopping: set[Path] = set()
        self.asked: Path | None = None
        self.failures: dict[Path, str] = {}
        self.taken: frozenset[str] = frozenset()
        small = [number for number, each in enumerate(self.presets) if each.name == "6x6"]
        self.choose(small[0] if small else 0)

    @property
    def preset(self) -> Preset | None:
        return self.presets[self.chosen] if self.presets else None

    @property
    def new_folder(self) -> Path:
        """Where the new run would be."""
        return self.folder / self.name.strip()

    def show(self, tab: TrainingTab) -> None:
        self.tab, self.remark, self.first, self.asked = tab, "", 0, None
        self.is_path_typed = False
        if tab is TrainingTab.NEW_RUN:
            self.name = self._free_name()

    def choose(self, number: int) -> None:
        """Take a preset, with its minutes; a name that was typed stays."""
        if not 0 <= number < len(self.presets):
            return
        is_own = bool(self.name) and self.name != self._free_name()
        self.chosen, self.remark = number, ""
        self.minutes = self.presets[number].settings.minutes
        if not is_own:
            self.name = self._free_name()

    def change_minutes(self, step: int) -> None:
        """To the next of the usual numbers that is larger, or smaller."""
        more = [each for each in MINUTES if each > self.minutes]
        less = [each for each in MINUTES if each < self.minutes]
        if more if step > 0 else less:
            self.minutes = more[0] if step > 0 else less[-1]

    def type(self, text: str) -> None:
        """Add to the name, or to the path; what neither can hold is left out."""
        text = "".join(filter(str.isprintable, text))
        self.remark = ""
        if self.tab is TrainingTab.NEW_RUN:
            fitting = "".join(each for each in text if each not in _NOT_IN_NAMES)
            self.name = (self.name + fitting)[:MAX_NAME]
        elif self.is_path_typed:
            self.path = (self.path + text)[:MAX_PATH]

    def erase(self) -> None:
        """Take back the last letter."""
        self.remark = ""
        if self.tab is TrainingTab.NEW_RUN:
            self.name = self.name[:-1]
        elif self.is_path_typed:
            self.path = self.path[:-1]

    def scroll(self, rows: int) -> None:
        """Move the list."""
        self.first = min(max(0, min(self.first, self.last) + rows), self.last)

    def problem_with_name(self) -> str:
        """The key of a text that says why no run can have this name; "" if one can. Looks at the
        disk."""
        name = self.name.strip()
        if not name or name.startswith("."):
            return "run_name_needed"
        if is_run(self.new_folder):
            return "run_name_taken"
        return "run_name_other" if self.new_folder.exists() else ""

    def _free_name(self) -> str:
        """The preset's name, with a number if there is such a run."""
        stem = self.preset.name if self.preset is not None else "run"
        names = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
        return next((each for each in names if each not in self.taken), stem)


def now() -> str:
    """The time as files are named by."""
    return datetime.datetime.now().strftime("%Y-%m-%d %H.%M.%S")
