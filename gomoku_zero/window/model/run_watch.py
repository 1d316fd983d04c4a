"""Looking on at a training run: all that the window shows of it, read bit by bit as it grows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from gomoku.record import GameRecord, RecordError
from gomoku.rules import Rules, RulesError
from gomoku_zero.runs.folder import MAX_GAME_BYTES, is_run, newest_checkpoint, newest_games
from gomoku_zero.runs.growing import GrowingFile
from gomoku_zero.runs.live import Live, is_training, read_live
from gomoku_zero.runs.metrics import METRICS_FILE, metrics_of
from gomoku_zero.runs.rungs import LADDER_FILE, Rung, anchor_of, rate_rungs, rung_of
from gomoku_zero.runs.sample_games import sample_from_sgf
from gomoku_zero.runs.settings import RunSettings, SettingsDamaged, read_run_settings

MAX_POINTS = 240
"""Of a curve: more than its width has pixels for."""

MAX_RUNGS = 400
"""Matches that ratings are computed from, the newest."""

GAMES_SHOWN = 3

_Point = TypeVar("_Point")

Curve = tuple[tuple[float, float], ...]


class RunState(Enum):
    """The activity of a run, by the key of its text."""

    PREPARING = "run_preparing"
    PLAYING = "run_playing"
    LEARNING = "run_learning"
    MATCH = "run_match"
    TRAINING = "run_training"  # and does not say more
    OVER = "run_over"
    STOPPED = "run_stopped"


@dataclass(frozen=True, slots=True)
class EloPoint:
    """A rating with its 95% interval.

    minutes: of training until then.
    """

    minutes: float
    elo: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LadderRow:
    """A player of the ladder.

    cycle: of a network of the run; None for an opponent, which `name` names.
    """

    name: str
    cycle: int | None
    elo: float
    low: float
    high: float
    score: float


@dataclass(frozen=True, slots=True)
class RunView:
    """A run at a glance.

    problem: the key of a text that says what is wrong with the folder; "" if nothing is.
    reason: what the system said about that.
    settings: None if they cannot be read.
    live: what it said last of what it is doing; None if it says nothing.
    is_training: whether a process is at it.
    cycle: the last that is over.
    damaged: lines that could not be read.
    is_whole: whether everything that is there has been read.
    """

    folder: Path
    problem: str = ""
    reason: str = ""
    settings: RunSettings | None = None
    live: Live | None = None
    is_training: bool = False
    cycle: int = 0
    games: int = 0
    positions: int = 0
    minutes: float = 0.0
    policy_loss: Curve = ()
    value_loss: Curve = ()
    elo: tuple[EloPoint, ...] = ()
    anchor: str = ""
    ladder: tuple[LadderRow, ...] = ()
    alarms: tuple[str, ...] = ()
    checkpoint: Path | None = None
    samples: tuple[tuple[str, GameRecord], ...] = ()
    damaged: int = 0
    is_whole: bool = True

    @property
    def name(self) -> str:
        return self.folder.resolve().name or str(self.folder)

    @property
    def rules(self) -> Rules | None:
        return None if self.settings is None else self.settings.to_rules()

    @property
    def budget(self) -> float:
        """Minutes in all; 0 where nobody says."""
        if self.live is not None and self.live.budget:
            return self.live.budget / 60
        return self.settings.minutes if self.settings is not None else 0.0

    @property
    def minutes_used(self) -> float:
        """Those of the cycle in progress included."""
        live = 0.0 if self.live is None else self.live.seconds / 60
        return max(self.minutes, live)

    @property
    def longer(self) -> float:
        """The minutes that a run which is over is given once more: as many as it had."""
        return self.settings.minutes if self.settings is not None else self.budget

    @property
    def share_done(self) -> float:
        """Of the budget, by whichever limit is nearest."""
        settings = self.settings or RunSettings()
        shares = [self.minutes_used / self.budget if self.budget else 0.0]
        shares += [self.cycle / settings.cycles] if settings.cycles else []
        return min(1.0, max(shares))

    @property
    def state(self) -> RunState:
        if self.is_training:
            known = {
                "preparing": RunState.PREPARING,
                "playing": RunState.PLAYING,
                "learning": RunState.LEARNING,
                "match": RunState.MATCH,
            }
            doing = "" if self.live is None else self.live.doing
            return known.get(doing, RunState.TRAINING)
        is_over = self.live is not None and self.live.doing == "over"
        return RunState.OVER if is_over or self.share_done >= 1 else RunState.STOPPED


class RunWatcher:
    """Looks at a run again and again; each look reads what is new."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._metrics = GrowingFile(folder / METRICS_FILE)
        self._ladder = GrowingFile(folder / LADDER_FILE)
        self._samples: dict[Path, GameRecord | None] = {}
        self._rungs: list[Rung] = []
        self._rated: tuple[LadderRow, ...] = ()
        self._anchor = ""
        self._damaged = {METRICS_FILE: 0, LADDER_FILE: 0}
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._minutes: dict[int, float] = {}
        self._policy: list[tuple[float, float]] = []
        self._value: list[tuple[float, float]] = []
        self._elo: list[EloPoint] = []
        self._last: dict[str, Any] = {}
        self._alarms: tuple[str, ...] = ()

    def look(self) -> RunView:
        """The run as it is now; whatever is wrong with the folder is said, not raised."""
        try:
            return self._look()
        except OSError as error:
            reason = error.strerror or str(error)
            return RunView(self.folder, problem="run_unreadable", reason=reason)

    def _look(self) -> RunView:
        if not self.folder.is_dir():
            key = "run_no_folder" if self.folder.exists() else "run_missing"
            return RunView(self.folder, problem=key)
        training = is_training(self.folder)
        if not is_run(self.folder) and not training:
            return RunView(self.folder, problem="run_foreign")
        settings, problem, reason = self._settings()
        has_more = self._read_metrics()
        has_more = self._read_ladder() or has_more
        return RunView(
            self.folder,
            problem,
            reason,
            settings,
            read_live(self.folder),
            training,
            cycle=_count(self._last, "cycle"),
            games=_count(self._last, "run/games"),
            positions=_count(self._last, "run/positions"),
            minutes=_number(self._last, "run/minutes") or 0.0,
            policy_loss=thinned(self._policy),
            value_loss=thinned(self._value),
            elo=thinned(self._elo),
            anchor=self._anchor,
            ladder=self._rated,
            alarms=self._alarms,
            checkpoint=newest_checkpoint(self.folder),
            samples=self._newest_samples(),
            damaged=sum(self._damaged.values()),
            is_whole=not has_more,
        )

    def _settings(self) -> tuple[RunSettings | None, str, str]:
        """The settings, or the problem with them and its reason."""
        try:
            return read_run_settings(self.folder), "", ""
        except FileNotFoundError:
            # A run writes them only once it has found out how fast it is.
            return None, "", ""
        except SettingsDamaged as error:
            return None, "run_settings_damaged", str(error)

    def _read_metrics(self) -> bool:
        """Take in the rows that are new; says whether there are more to read."""
        grown = self._metrics.read()
        if grown.is_new:
            self._begin_anew()
            self._damaged[METRICS_FILE] = 0
        for line in grown.lines:
            row = metrics_of(line)
            if row is None:
                self._damaged[METRICS_FILE] += 1
            else:
                self._take(row)
        return grown.has_more

    def _take(self, row: dict[str, Any]) -> None:
        cycle = _count(row, "cycle")
        minutes = _number(row, "run/minutes")
        if minutes is not None:
            self._last = row
            self._minutes[cycle] = minutes
            for name, curve in (("loss/policy", self._policy), ("loss/value", self._value)):
                loss = _number(row, name)
                if loss is not None:
                    curve.append((minutes, loss))
        elo = _number(row, "ladder/elo")
        if elo is not None:
            low, high = _number(row, "ladder/elo_low"), _number(row, "ladder/elo_high")
            at = self._minutes.get(cycle, 0.0)
            low, high = elo if low is None else low, elo if high is None else high
            self._elo.append(EloPoint(at, elo, min(low, elo), max(high, elo)))
        states = [key for key in row if key.startswith("alarm/")]
        if states:
            standing = (key for key in states if row[key] == 1)
            self._alarms = tuple(key.removeprefix("alarm/") for key in standing)

    def _read_ladder(self) -> bool:
        grown = self._ladder.read()
        if grown.is_new:
            self._rungs, self._rated, self._anchor = [], (), ""
            self._damaged[LADDER_FILE] = 0
        rungs = [rung_of(line) for line in grown.lines]
        self._damaged[LADDER_FILE] += rungs.count(None)
        new = [rung for rung in rungs if rung is not None and rung.result.pairs]
        if new:
            self._rungs = [*self._rungs, *new][-MAX_RUNGS:]
            self._rated = _rows(self._rungs)
            self._anchor = anchor_of(self._rungs)
        return grown.has_more

    def _newest_samples(self) -> tuple[tuple[str, GameRecord], ...]:
        """The newest games of self-play by the names of their files; damaged ones are left out."""
        files = newest_games(self.folder, GAMES_SHOWN)
        self._samples = {
            file: self._samples[file] if file in self._samples else _sample(file) for file in files
        }
        return tuple((file.stem, game) for file, game in self._samples.items() if game is not None)


def thinned(points: Sequence[_Point]) -> tuple[_Point, ...]:
    """At most `MAX_POINTS` of them, the last one included."""
    step = -(-len(points) // MAX_POINTS) or 1
    return tuple(points[::-step][::-1])


def _rows(rungs: Sequence[Rung]) -> tuple[LadderRow, ...]:
    cycles = {rung.result.name_a: rung.cycle for rung in rungs}
    return tuple(
        LadderRow(each.name, cycles.get(each.name), each.elo, each.low, each.high, each.games.score)
        for each in rate_rungs(rungs).players
    )


def _sample(file: Path) -> GameRecord | None:
    try:
        if not file.is_file() or file.stat().st_size > MAX_GAME_BYTES:
            return None
        game = sample_from_sgf(file.read_text(encoding="utf-8", errors="replace"))
        game.rules.validated()
    except (OSError, RecordError, RulesError):
        return None
    return game


def _number(row: dict[str, Any], name: str) -> float | None:
    """A metric that can be drawn; None if there is none."""
    value = row.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < 1e9 else None


def _count(row: dict[str, Any], name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) and 0 <= value < 10**15 else 0
