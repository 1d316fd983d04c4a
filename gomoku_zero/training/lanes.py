"""The self-play of a run in threads: lanes of games, as many under every rule set as threads."""

import math
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from gomoku.rules import Rules
from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.players import (
    Counts,
    GameTotals,
    Played,
    Source,
    State,
    is_of_workers,
)
from gomoku_zero.training.samples import concatenate
from gomoku_zero.training.selfplay import FinishedGame, SelfPlay
from mcts.evaluation import Evaluator


class _Play(NamedTuple):
    """The self-play of a cycle under way.

    lanes: what each will have played, and when it was done.
    began: as `time.perf_counter` counts. counts: at that time.
    """

    lanes: list[Future[tuple[list[FinishedGame], float]]]
    began: float
    counts: Counts


class Lanes:
    """All lanes, which are `Players`; those of the main rules come first."""

    def __init__(self, config: TrainConfig, source: Source, threads: int) -> None:
        """Games that begin.

        source: what they ask.
        threads: that play, and lanes of each rule set.
        """
        self._shares = config.game.shares()
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "lane")
        self._interrupted = threading.Event()
        self._play: _Play | None = None
        seeds = np.random.SeedSequence(config.seed).generate_state(threads * len(self._shares))
        self._lanes: list[SelfPlay] = []
        for rules, share in self._shares.items():
            games = max(threads, round(config.selfplay.games * share))
            each, extra = divmod(games, threads)
            for thread in range(threads):
                index = len(self._lanes)
                self._lanes.append(
                    SelfPlay(
                        rules,
                        source.lane(index),
                        config.selfplay,
                        each + (thread < extra),
                        int(seeds[index]),
                    )
                )

    def __iter__(self) -> Iterator[SelfPlay]:
        return iter(self._lanes)

    def counts(self) -> Counts:
        return Counts(
            sum(lane.simulations for lane in self),
            sum(lane.evaluations for lane in self),
            sum(lane.evaluations - lane.remembered for lane in self),
        )

    def start(self, positions: int, simulations: int, *, keeps_searches: bool = False) -> None:
        """See `Players`.

        keeps_searches: resume searches in progress, which the same network must have begun;
            otherwise they begin again.
        """
        began, counts = time.perf_counter(), self.counts()
        of_lane = None if keeps_searches else simulations
        playing: dict[SelfPlay, Future[tuple[list[FinishedGame], float]]] = {}
        # A thread takes the next lane when it is done with one; those with the most to do come
        # first, since nobody shares the last one's work.
        for lane in sorted(self._lanes, key=lambda lane: -self._shares[lane.rules]):
            wanted = math.ceil(positions * self._shares[lane.rules] / self._threads)
            playing[lane] = self._pool.submit(_play, lane, wanted, of_lane, self._interrupted)
        self._play = _Play([playing[lane] for lane in self._lanes], began, counts)

    def is_done(self) -> bool:
        assert self._play is not None, "before `start`"
        return all(lane.done() for lane in self._play.lanes)

    def finish(self) -> Played:
        play = self._play
        assert play is not None, "before `start`"
        results = [lane.result() for lane in play.lanes]
        games = [game for played, _ in results for game in played]
        ended = max(end for _, end in results)
        by_rules: dict[Rules, list[FinishedGame]] = {rules: [] for rules in self._shares}
        for game in games:
            by_rules[game.record.rules].append(game)
        return Played(
            {
                rules: concatenate([game.samples for game in its])
                for rules, its in by_rules.items()
                if its
            },
            {
                rules: GameTotals.of(game.record for game in its)
                for rules, its in by_rules.items()
                if its
            },
            [game.record for game in games],
            self.counts().since(play.counts),
            ended - play.began,
            {},
        )

    def use(self, source: Source, cycle: int) -> None:
        for index, lane in enumerate(self):
            lane.use(source.lane(index))

    def state(self) -> State:
        """All games in progress."""
        return [lane.state() for lane in self]

    def restore(self, state: State) -> None:
        """Resume the games of a state; `use` comes next, since nobody remembers what was asked for
        those they replace."""
        if is_of_workers(state):
            return
        for lane, arrays in zip(self, state, strict=True):
            lane.restore(arrays)

    def describe(self) -> str:
        return ""

    def remarks(self) -> list[str]:
        return []

    def close(self) -> None:
        self._interrupted.set()
        self._pool.shutdown()


def _play(
    lane: SelfPlay, positions: int, simulations: int | None, interrupted: threading.Event
) -> tuple[list[FinishedGame], float]:
    """Let a lane play until it has so many new positions; also when it was done, as
    `time.perf_counter` counts.

    simulations: of the searches to begin; None to keep those in progress.
    """
    if torch := sys.modules.get("torch"):  # which players by tables do without
        torch.set_num_threads(1)
    finished: list[FinishedGame] = []
    count = 0
    if simulations is not None:
        lane.begin_searches(simulations)
    while count < positions and not interrupted.is_set():
        for game in lane.step():
            finished.append(game)
            count += game.samples.rows
    return finished, time.perf_counter()


def compile_by_playing(rules: Rules, evaluator: Evaluator, config: TrainConfig) -> None:
    """Play one game and throw it away, so that compiling kernels takes no training time."""
    lane = SelfPlay(rules, evaluator, config.selfplay, games=1, seed=0)
    lane.begin_searches()
    while not lane.step():
        pass
