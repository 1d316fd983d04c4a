"""Watches over a run: measures its health, plays the ladder, raises alarms, remembers it all."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from gomoku_zero.arena.tactics import (
    Suite,
    TacticsError,
    Task,
    answer_by_player,
    answer_by_policy,
    shipped_suite,
)
from gomoku_zero.players.spec import make_player
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.training.alarms import Alarm, alarm_states, find_alarms
from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.cycle_report import CycleReport
from gomoku_zero.training.health import (
    Metrics,
    describe_games,
    describe_learning,
    describe_targets,
    judge_fresh,
    some_of,
)
from gomoku_zero.training.ladder import SIMULATIONS, Ladder, Show
from gomoku_zero.training.learner import Judge, Learner
from gomoku_zero.training.log import RunLog
from gomoku_zero.training.players import GameTotals
from gomoku_zero.training.replay import Replay
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.samples import Samples
from mcts.evaluation import Evaluator
from mcts.player import Limit
from mcts.search import SearchConfig
from mcts.search_player import SearchPlayer

# Positions of a cycle, and as many older ones, that the network is asked about.
JUDGED_POSITIONS = 1024

# An alarm that stays is repeated after so many cycles.
_REPEAT_CYCLES = 20


class Watch:
    """The measurements of a run so far, and the alarms that follow from them.

    It changes nothing of the run: its random numbers are its own.
    """

    def __init__(self, config: TrainConfig, folder: RunFolder, last_cycle: int) -> None:
        """Go on after a cycle.

        Raises:
            SpecError: if an opponent of the evaluations cannot play: now, not after an hour.
        """
        for spec in config.evaluation.opponents:
            make_player(spec, device=config.selfplay.device).close()
        self._config = config
        self._rules = config.game.to_rules()
        self._ladder = Ladder(folder, last_cycle)
        self._history: list[dict[str, Any]] = [
            line for line in read_metrics(folder.root) if line["cycle"] <= last_cycle
        ]
        self._told: dict[str, int] = {}
        """The cycle in which each alarm that stands was last shown."""
        self._suite: Suite | None = None
        if config.evaluation.tactics_cycles:
            # docs/training.md says for which sizes there is one.
            with contextlib.suppress(TacticsError):
                self._suite = shipped_suite(self._rules)

    def judge(
        self,
        cycle: int,
        games: GameTotals,
        samples: Samples,
        replay: Replay,
        judge: Judge,
    ) -> Callable[[], Metrics]:
        """A function that computes the health of a cycle's games, wherever it is called.

        judge: the network before it has learned from these games.
        """
        rng = np.random.default_rng([self._config.seed, cycle])
        fresh = some_of(samples, JUDGED_POSITIONS, rng)
        older = some_of(replay, JUDGED_POSITIONS, rng) if replay.count else None
        return lambda: {
            **describe_games(games),
            **describe_targets(samples),
            **judge_fresh(judge, fresh, older, self._rules),
        }

    @property
    def tactics_cycles(self) -> int:
        """Every how many cycles tactics are asked; 0 for never."""
        return 0 if self._suite is None else self._config.evaluation.tactics_cycles

    def solve(self, evaluator: Evaluator) -> Metrics:
        """The shares of tactical problems that a network solves."""
        assert self._suite is not None
        policy = answer_by_policy(evaluator, self._suite.under_all_symmetries())
        player = SearchPlayer("net", evaluator, SearchConfig(simulations=SIMULATIONS))
        search = answer_by_player(player, self._suite.under_one_symmetry_each(), Limit())
        metrics = {"tactics/policy": policy.share(), "tactics/search": search.share()}
        for task in Task:
            metrics[f"tactics/{task.value}_policy"] = policy.share(task)
            metrics[f"tactics/{task.value}_search"] = search.share(task)
        return metrics

    def complete(self, report: CycleReport, evaluated: Metrics, learner: Learner) -> CycleReport:
        """The report with all that is measured, and the alarms that follow from it.

        evaluated: what tactics and matches gave since the row before.
        """
        rows = describe_learning(learner.take_rows_by_color())
        report = replace(report, health={**report.health, **evaluated, **rows})
        return replace(report, alarms=self._judge(report.cycle, report.metrics()))

    def tell(self, log: RunLog, report: CycleReport) -> None:
        """Write down a cycle, and say how it was and which alarms stand."""
        log.metrics(report.cycle, report.row())
        self._tell_alarms(log, report.cycle, report.alarms)
        log.line(report.line())

    def _tell_alarms(self, log: RunLog, cycle: int, alarms: tuple[Alarm, ...]) -> None:
        """Say which alarms stand, now and then."""
        names = {alarm.name for alarm in alarms}
        self._told = {name: at for name, at in self._told.items() if name in names}
        for alarm in alarms:
            if cycle - self._told.get(alarm.name, -_REPEAT_CYCLES) >= _REPEAT_CYCLES:
                self._told[alarm.name] = cycle
                log.line(f"cycle {cycle}: {alarm}")

    def note(self, log: RunLog, cycle: int, metrics: Metrics, lines: Iterable[str] = ()) -> None:
        """Write down what evaluations gave, in a row of its own."""
        for line in lines:
            log.line(line)
        alarms = self._judge(cycle, metrics)
        log.metrics(cycle, {**metrics, **alarm_states(alarms)})
        self._tell_alarms(log, cycle, alarms)

    def climb(
        self, cycle: int, evaluator: Evaluator, show: Show, *, is_last: bool
    ) -> tuple[Metrics, list[str]]:
        """Play the ladder; what came out, and lines about it for people.

        is_last: whether the run is over.
        """
        config = self._config.evaluation
        rungs = self._ladder.climb(
            cycle,
            evaluator,
            config,
            self._rules,
            device=self._config.selfplay.device,
            seed=self._config.seed,
            is_last=is_last,
            show=show,
        )
        metrics: Metrics = {}
        lines = []
        for rung in rungs:
            result = rung.result
            if result.name_b in config.opponents:
                metrics[f"match/{result.name_b}"] = result.games.score
            black, white = result.as_black, result.as_white
            lines.append(
                f"  cycle {cycle} against {result.name_b}, {len(result.pairs)} pairs at "
                f"{SIMULATIONS} simulations: {result.games.score:.0%} "
                f"(as Black {black.wins}-{black.draws}-{black.losses}, "
                f"as White {white.wins}-{white.draws}-{white.losses})"
            )
        if rungs:
            rating = self._ladder.rating(cycle)
            metrics |= {
                "ladder/elo": float(rating.elo),
                "ladder/elo_low": float(rating.low),
                "ladder/elo_high": float(rating.high),
            }
            lines.append(f"  Elo {rating.elo:+.0f} [{rating.low:+.0f}, {rating.high:+.0f}]")
        return metrics, lines

    def evaluated_cycles(self) -> list[int]:
        """Their checkpoints are opponents of later ones, and the best is among them."""
        return self._ladder.cycles()

    def _judge(self, cycle: int, metrics: dict[str, Any]) -> tuple[Alarm, ...]:
        """Remember what was measured; the alarms that stand then."""
        self._history.append({"cycle": cycle, **metrics})
        return tuple(find_alarms(self._history, self._rules))
