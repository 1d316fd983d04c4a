"""A worker: a few lanes of self-play in a process of their own, asked for rows call by call.

It knows neither Ray nor torch; tables that it is handed stay where they are.
"""

import time
from typing import NamedTuple

import msgspec
import numpy as np

from gomoku.record import GameRecord
from gomoku.rules import Rules
from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.lanes import Lanes, compile_by_playing
from gomoku_zero.training.players import Counts, GameTotals
from gomoku_zero.training.samples import Samples
from gomoku_zero.training.shared_net import SharedNet
from mcts.cache import CachedEvaluator
from nets.patterns.search import cached

# Games of a call that are sent whole, for people.
_RECORDS = 3

_GLANCE_SECONDS = 0.002


class Rows(NamedTuple):
    """The result of a call; `cycle` is that of the network it was played by."""

    cycle: int
    samples: dict[Rules, Samples]
    totals: dict[Rules, GameTotals]
    records: list[GameRecord]
    counts: Counts
    seconds: float

    @property
    def positions(self) -> int:
        return sum(its.rows for its in self.samples.values())

    @property
    def games(self) -> int:
        return sum(its.games for its in self.totals.values())


class Worker:
    """Lanes that play when called; games carry over from call to call."""

    def __init__(self, config: TrainConfig, seed: tuple[int, int, int]) -> None:
        """
        seed: of the run, the worker's number, and how many there were by that number before: one
            that replaces a lost one does not begin with the same games.
        """
        drawn = int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])
        self._config = msgspec.structs.replace(config, seed=drawn >> 1)
        self._lanes: Lanes | None = None
        self._searched: tuple[int, int] | None = None  # the cycle and simulations of searches

    def play(self, positions: int, simulations: int, cycle: int, net: SharedNet) -> Rows:
        """Play until there are so many new positions.

        net: the network after `cycle`.
        """
        began = time.perf_counter()
        source = _Source(net, self._config)
        if self._lanes is None:
            self._lanes = Lanes(self._config, source, self._config.players.cores)
        elif self._searched != (cycle, simulations):
            self._lanes.use(source, cycle)
        is_same = self._searched == (cycle, simulations)
        self._searched = (cycle, simulations)
        # Begun again in every call, searches in progress would cost a thirtieth of the play.
        self._lanes.start(positions, simulations, keeps_searches=is_same)
        while not self._lanes.is_done():
            time.sleep(_GLANCE_SECONDS)
        played = self._lanes.finish()
        chosen = np.linspace(0, len(played.records) - 1, _RECORDS).astype(int)
        return Rows(
            cycle,
            played.samples,
            played.totals,
            [played.records[index] for index in sorted(set(chosen.tolist()))],
            played.counts,
            time.perf_counter() - began,
        )


def prepare(config: TrainConfig, net: SharedNet) -> None:
    """Compile what workers need, once for all workers of a machine."""
    evaluator = _Source(net, config).lane(0)
    for rules in config.game.shares():
        compile_by_playing(rules, evaluator, config)


class _Source:
    """The network of a call, for lanes."""

    def __init__(self, net: SharedNet, config: TrainConfig) -> None:
        self._net = net
        self._config = config

    def lane(self, index: int) -> CachedEvaluator:
        return cached(self._net.evaluator(), self._config.selfplay.cache, self._config.seed)

    def shared(self) -> SharedNet:
        return self._net
