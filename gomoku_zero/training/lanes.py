"""The self-play of a run: lanes of games, as many under every rule set as there are threads."""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.inference import Inference
from gomoku_zero.training.selfplay import FinishedGame, SelfPlay


class Counts(NamedTuple):
    """What all lanes have done in this session.

    simulations: made.
    asked: positions that needed a value.
    evaluations: those of them that the network was asked about because no lane remembered them.
    """

    simulations: int
    asked: int
    evaluations: int

    def since(self, before: "Counts") -> "Counts":
        return Counts(*(now - then for now, then in zip(self, before, strict=True)))


class Play(NamedTuple):
    """The self-play of a cycle under way.

    threads: what the lanes of each thread will have played, and when they were done.
    began: as `time.perf_counter` counts. counts: at that time.
    """

    threads: list[Future[tuple[list[FinishedGame], float]]]
    began: float
    counts: Counts

    def is_done(self) -> bool:
        return all(thread.done() for thread in self.threads)


class Played(NamedTuple):
    """What came of the self-play of a cycle."""

    games: list[FinishedGame]
    counts: Counts
    seconds: float

    @property
    def rate(self) -> float:
        """Simulations a second."""
        return self.counts.simulations / self.seconds


class Lanes:
    """All lanes; those of the main rules come first."""

    def __init__(self, config: TrainConfig, inference: Inference, threads: int) -> None:
        """Games that begin.

        inference: what they ask.
        threads: lanes of each rule set; a thread plays one of each.
        """
        shares = config.game.shares()
        self._threads = threads
        self._positions = [
            math.ceil(config.cycle_positions * share / threads) for share in shares.values()
        ]
        seeds = np.random.SeedSequence(config.seed).generate_state(threads * len(shares))
        self._lanes: list[SelfPlay] = []
        for rules, share in shares.items():
            games = max(threads, round(config.selfplay.games * share))
            each, extra = divmod(games, threads)
            for thread in range(threads):
                index = len(self._lanes)
                self._lanes.append(
                    SelfPlay(
                        rules,
                        inference.lane(index),
                        config.selfplay,
                        each + (thread < extra),
                        int(seeds[index]),
                    )
                )

    def __len__(self) -> int:
        return len(self._lanes)

    def __iter__(self) -> Iterator[SelfPlay]:
        return iter(self._lanes)

    def counts(self) -> Counts:
        return Counts(
            sum(lane.simulations for lane in self),
            sum(lane.evaluations for lane in self),
            sum(lane.evaluations - lane.remembered for lane in self),
        )

    def start(
        self, pool: ThreadPoolExecutor, simulations: int, interrupted: threading.Event
    ) -> Play:
        """Set all lanes to self-play until each has its share of a cycle's positions.

        simulations: of a move searched in full.
        interrupted: once set, nobody needs the games any more.
        """
        began, counts = time.perf_counter(), self.counts()
        playing = [
            pool.submit(
                _play,
                self._lanes[thread :: self._threads],
                self._positions,
                simulations,
                interrupted,
            )
            for thread in range(self._threads)
        ]
        return Play(playing, began, counts)

    def finish(self, play: Play) -> Played:
        """What was played, once it is done."""
        results = [thread.result() for thread in play.threads]
        games = [game for played, _ in results for game in played]
        ended = max(end for _, end in results)
        return Played(games, self.counts().since(play.counts), ended - play.began)

    def ask(self, inference: Inference) -> None:
        """Search with another network from the next `start` on."""
        for index, lane in enumerate(self):
            lane.use(inference.lane(index))

    def state(self) -> list[dict[str, NDArray[np.generic]]]:
        """All games in progress."""
        return [lane.state() for lane in self]

    def restore(
        self, state: Sequence[dict[str, NDArray[np.generic]]], inference: Inference
    ) -> None:
        """Go on with the games of a state; nobody remembers what was asked for those they replace.

        Raises:
            ValueError, KeyError: if the state is of other lanes.
        """
        for lane, arrays in zip(self, state, strict=True):
            lane.restore(arrays)
        self.ask(inference)


def _play(
    lanes: Sequence[SelfPlay],
    positions: Sequence[int],
    simulations: int,
    interrupted: threading.Event,
) -> tuple[list[FinishedGame], float]:
    """Let each of these lanes play in turn until it has so many new positions; also when they were
    done, as `time.perf_counter` counts."""
    torch.set_num_threads(1)
    finished: list[FinishedGame] = []
    for lane, wanted in zip(lanes, positions, strict=True):
        count = 0
        lane.begin_searches(simulations)
        while count < wanted and not interrupted.is_set():
            for game in lane.step():
                finished.append(game)
                count += game.samples.rows
    return finished, time.perf_counter()
