"""How many cores of self-play a learner can use: a model, and what it says against what happens.

    python -m experiments.scaling                         # the tables of docs/cluster.md
    python -m experiments.scaling --actors 20 100 200     # the model against players that sleep
    python -m experiments.scaling --actors 20 --pace 20   # what the learner's process takes in

The model: a cycle takes as long as its positions take to be played, or as long as the learner takes
for them with what it does once a cycle, whichever is longer, since players play on meanwhile. Where
both are on the same cores, it takes the sum. Simulated players and learner sleep for the measured
times and send rows of the real size, so that Ray, the calls and the queue are the real ones. A
player that sleeps takes 75 MB.
"""

import math
import time
from dataclasses import dataclass, field
from typing import NamedTuple
from unittest import mock

import numpy as np
import ray
import tyro

from gomoku.rules import Rules
from gomoku_zero.training import remote
from gomoku_zero.training.config import GameConfig, PlayersConfig, TrainConfig
from gomoku_zero.training.players import Counts, GameTotals
from gomoku_zero.training.samples import Samples
from gomoku_zero.training.shared_net import SharedNet
from gomoku_zero.training.worker import Rows


class Board(NamedTuple):
    """Measured on one kind of board, on two cores with AVX-512.

    rows: kept a second and core. reuse: how often each is learned from. core, gpu: samples a second
    of a learner, of one core at batch 256 and of a GPU at batch 1,024; the latter is estimated.
    """

    size: int
    rows: float
    reuse: float
    core: float
    gpu: float


BOARDS = (
    Board(15, 640, 2, 700, 200_000),
    Board(9, 3_500, 3, 2_300, 200_000),
)
CYCLE_SHARE = 20  # a cycle is so long that what is done once in it stays below a twentieth
GPUS_EFFICIENCY = 0.9  # assumed of eight
# A second that the process of the learner takes in; 20 players sent as many (docs/experiments.md).
DRIVER_ROWS = 200_000.0
CORES = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)

# Of a simulated cycle, by the model.
_CYCLE_SECONDS = 4.0


@dataclass(frozen=True)
class Options:
    """The cases to compute or simulate."""

    actors: list[int] = field(default_factory=list)
    """Numbers of sleeping players to compare the model with."""

    learners: list[float] = field(default_factory=lambda: [2_600.0, 20_000.0, 200_000.0])
    """Samples a second of sleeping learners, each compared with all numbers of players."""

    pace: float = 1.0
    """By how much sleeping players are faster than a core."""

    seconds: float = 30.0
    """Of each comparison, at least."""


def rows_per_second(board: Board, cores: int, learner: float, *, shared: bool) -> tuple[float, str]:
    """Positions a second, and what limits them.

    learner: samples a second. shared: it learns on the cores that play, of which it has two.
    """
    if shared and cores <= 2:
        # All cores do both: the time of a row is what it takes to play and to learn it.
        core_seconds = 1 / board.rows + board.reuse / board.core
        return cores / core_seconds * (1 - 1 / CYCLE_SHARE), "cores"
    played = (cores - 2 if shared else cores) * board.rows
    learned = learner / board.reuse * (1 - 1 / CYCLE_SHARE)
    least = min(played, learned, DRIVER_ROWS)
    return least, {played: "players", learned: "learner"}.get(least, "the learner's process")


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    if not options.actors:
        for board in BOARDS:
            _print_table(board)
    else:
        print(
            "| players | learner, samples/s | positions/s | by the model, limited by | off "
            "| a core of the learner's process | dropped |"
        )
        print("| ---: | ---: | ---: | --- | ---: | ---: | ---: |")
    for actors in options.actors:
        _compare(actors, options)


def _print_table(board: Board) -> None:
    print(f"\n{board.size}x{board.size}: positions a second, and what limits them (computed)\n")
    print("| cores | learner on two of them | one GPU | eight GPUs |")
    print("| ---: | --- | --- | --- |")
    learners = (2 * board.core, board.gpu, 8 * GPUS_EFFICIENCY * board.gpu)
    for cores in CORES:
        cells = [
            rows_per_second(board, cores, learner, shared=index == 0)
            for index, learner in enumerate(learners)
        ]
        print(f"| {cores:,} | " + " | ".join(f"{rows:,.0f}, {by}" for rows, by in cells) + " |")


def sleeping_worker(rows: float) -> type:
    """A class of workers that take as long as one that makes so many positions a second, and return
    as many bytes."""

    class SleepingWorker:
        def __init__(self, config: TrainConfig, seed: tuple[int, int, int]) -> None:
            self._rules = config.game.to_rules()

        def play(self, positions: int, simulations: int, cycle: int, net: object) -> Rows:
            seconds = positions / rows
            time.sleep(seconds)
            samples = {self._rules: _blank(positions, self._rules)}
            games = max(1, positions // 8)
            totals = {self._rules: GameTotals(games=games, plies=30 * games)}
            return Rows(cycle, samples, totals, [], Counts(positions * 32), seconds)

    return SleepingWorker


def sleep_ready(config: TrainConfig, net: object) -> None:
    """Nothing to compile."""


def _blank(rows: int, rules: Rules) -> Samples:
    points = rules.points
    return Samples(
        cells=np.zeros((rows, points), np.int8),
        to_move=np.ones(rows, np.int8),
        last_move=np.zeros(rows, np.int16),
        policy=np.zeros((rows, points), np.float16),
        outcome=np.zeros(rows, np.int8),
        root_value=np.zeros(rows, np.float16),
        root_draw=np.zeros(rows, np.float16),
        reply=np.zeros(rows, np.int16),
        moves_left=np.zeros(rows, np.int16),
    )


class _Sleeping:
    """A network that nobody asks."""

    def shared(self) -> SharedNet:
        return SharedNet(model=b"")

    def lane(self, index: int) -> None:
        raise AssertionError("sleeping players ask nobody")


def _compare(actors: int, options: Options) -> None:
    """Print a line for each learner."""
    board = BOARDS[0]._replace(rows=BOARDS[0].rows * options.pace)
    config = TrainConfig(
        game=GameConfig(size=board.size), players=PlayersConfig(kind="ray", workers=actors)
    )
    ray.init(address="local", num_cpus=actors, include_dashboard=False, log_to_driver=False)
    with (
        mock.patch.object(remote, "Worker", sleeping_worker(board.rows)),
        mock.patch.object(remote, "prepare", sleep_ready),
    ):
        players = remote.RemotePlayers(config)
        cycles = _Cycles(players, board)
        try:
            while cycles.pass_one(actors, math.inf)["players/workers"] < actors:
                pass
            for learner in options.learners:
                expected, limit = rows_per_second(board, actors, learner, shared=False)
                rows = int(expected * _CYCLE_SECONDS)
                for _ in range(3):  # until as many wait as will wait
                    cycles.pass_one(rows, learner)
                began, used = time.perf_counter(), time.process_time()
                count = math.ceil(options.seconds / _CYCLE_SECONDS)
                dropped = sum(
                    cycles.pass_one(rows, learner)["players/dropped_rows"] for _ in range(count)
                )
                seconds = time.perf_counter() - began
                found = count * rows / seconds
                busy = (time.process_time() - used) / seconds
                print(
                    f"| {actors} | {learner:,.0f} | {found:,.0f} | {expected:,.0f}, {limit} "
                    f"| {found / expected - 1:+.0%} | {busy:.0%} "
                    f"| {dropped / (dropped + count * rows):.1%} |",
                    flush=True,
                )
        finally:
            players.close()
            ray.shutdown()


class _Cycles:
    """The training loop's cycles, with a learner that sleeps."""

    def __init__(self, players: remote.RemotePlayers, board: Board) -> None:
        self._players = players
        self._board = board
        self._cycle = 0
        players.use(_Sleeping(), 0)  # type: ignore[arg-type]

    def pass_one(self, rows: int, learner: float) -> dict[str, float]:
        """A cycle of so many positions; the metrics of the players."""
        self._players.start(rows, 32)
        while not self._players.is_done():
            time.sleep(0.01)
        metrics = self._players.finish().metrics
        time.sleep(rows * self._board.reuse / learner / (1 - 1 / CYCLE_SHARE))
        self._cycle += 1
        self._players.use(_Sleeping(), self._cycle)  # type: ignore[arg-type]
        return metrics


if __name__ == "__main__":
    main()
