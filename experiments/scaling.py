"""How many cores of self-play a learner can use: a model, and what it says against what happens.

    python -m experiments.scaling                         # the tables of docs/cluster.md
    python -m experiments.scaling --actors 10 50 200      # the model against players that sleep

The model: a cycle takes as long as its positions take to be played, or as long as the learner takes
for them with what it does once a cycle, whichever is longer, since players play on meanwhile. Where
both are on the same cores, it takes the sum. Simulated players and learner sleep for the measured
times and send rows of the real size, so that Ray, the calls and the queue are the real ones.
"""

import time
from dataclasses import dataclass, field
from typing import NamedTuple
from unittest import mock

import numpy as np
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
    Board(15, 250, 2, 1_300, 200_000),
    Board(9, 815, 3, 3_500, 200_000),
)
FIXED_SECONDS = 2.0  # a cycle: tables, judging, tactics, saving, on 15x15
CYCLE_SHARE = 20  # a cycle is made long enough that these stay below a twentieth
GPUS_EFFICIENCY = 0.9  # assumed of eight
# A second that the process of the learner takes in: 205 MB/s of 687 bytes each, less a third.
DRIVER_ROWS = 200_000.0
CORES = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)


@dataclass(frozen=True)
class Options:
    """What to compute or simulate."""

    actors: list[int] = field(default_factory=list)
    """Numbers of sleeping players to compare the model with."""

    seconds: float = 30.0
    """Of each comparison."""

    samples_per_second: float = 20_000.0
    """Of the sleeping learner."""


def rows_per_second(board: Board, cores: int, learner: float, *, shared: bool) -> tuple[float, str]:
    """Positions a second, and what limits them.

    learner: samples a second. shared: it learns on the cores that play, of which it has two.
    """
    if shared and cores <= 4:
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


class SleepingWorker:
    """Takes as long as a worker on one core, and returns as many bytes."""

    def __init__(self, config: TrainConfig, seed: tuple[int, int, int]) -> None:
        self._rules = config.game.to_rules()

    def play(self, positions: int, simulations: int, cycle: int, net: object) -> Rows:
        seconds = positions / BOARDS[0].rows
        time.sleep(seconds)
        samples = {self._rules: _blank(positions, self._rules)}
        games = max(1, positions // 8)
        totals = {self._rules: GameTotals(games=games, plies=30 * games)}
        return Rows(cycle, samples, totals, [], Counts(positions * 32), seconds)


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
    import ray

    board = BOARDS[0]
    cycle_rows = int(2 * actors * board.rows)
    config = TrainConfig(
        cycle_positions=cycle_rows,
        game=GameConfig(size=15),
        players=PlayersConfig(kind="ray", workers=actors),
    )
    learner = options.samples_per_second
    ray.init(address="local", num_cpus=actors, include_dashboard=False, log_to_driver=False)
    with (
        mock.patch.object(remote, "Worker", SleepingWorker),
        mock.patch.object(remote, "prepare", sleep_ready),
    ):
        players = remote.RemotePlayers(config)
        try:
            players.use(_Sleeping(), 0)  # type: ignore[arg-type]
            began, rows, cycle = 0.0, 0, 0
            while not began or time.perf_counter() < began + options.seconds:
                players.start(cycle_rows, 32)
                while not players.is_done():
                    time.sleep(0.01)
                played = players.finish()
                if began:
                    rows += cycle_rows
                elif played.metrics["players/workers"] == actors:
                    began = time.perf_counter()  # once all have begun
                cycle += 1
                time.sleep(cycle_rows * board.reuse / learner)
                players.use(_Sleeping(), cycle)  # type: ignore[arg-type]
            found = rows / (time.perf_counter() - began)
        finally:
            players.close()
            ray.shutdown()
    expected = min(actors * board.rows, learner / board.reuse)
    print(
        f"{actors} players: {found:,.0f} positions/s, {expected:,.0f} by the model "
        f"({found / expected - 1:+.0%})",
        flush=True,
    )


if __name__ == "__main__":
    main()
