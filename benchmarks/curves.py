"""How speed scales: with games in parallel, board size and threads; drawn into docs/images."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import os

import torch
from matplotlib import pyplot
from matplotlib.axes import Axes

from benchmarks.figures import Figures, best_rates
from benchmarks.inference import make_net
from benchmarks.positions import some_positions
from benchmarks.search import Lane, run_together
from gomoku.rules import Rules
from nets.backends import BACKENDS_OF, evaluator_of_net
from nets.config import NetConfig

IMAGE = Path(__file__).resolve().parents[1] / "docs" / "images" / "speed.webp"


def measure(figures: Figures) -> None:
    """Measure the curves and draw them."""
    figures.heading("Curves")
    torch.set_num_threads(1)
    games = [1, 4, 16, 64, 256, 1024]
    by_games = [_best(Lane(count, 100)) for count in games]
    sizes = [6, 9, 12, 15, 19]
    by_size = [_best(Lane(256, 100, Rules(size))) for size in sizes]
    threads = list(range(1, (os.cpu_count() or 1) + 1))
    by_threads = [_together(count) for count in threads]
    batches = [1, 2, 4, 8, 16, 32, 64, 128, 256]
    net = make_net(NetConfig(blocks=6, channels=64))
    positions = some_positions(Rules(15), max(batches))
    backends = {name: evaluator_of_net(net, name, positions) for name in BACKENDS_OF["resnet"]}
    by_batch = {
        name: [
            best_rates(
                {name: lambda e=evaluator, n=batch: e.evaluate(positions.rows(slice(n)))},  # type: ignore[misc]
                {name: batch},
                0.3,
            )[name]
            for batch in batches
        ]
        for name, evaluator in backends.items()
    }
    figure, axes = pyplot.subplots(2, 2, figsize=(9, 6), layout="constrained")
    _plot(axes[0][0], games, {"": by_games}, "games in one search", "simulations/s", log=True)
    _plot(axes[0][1], sizes, {"": by_size}, "board size, 256 games", "simulations/s")
    _plot(axes[1][0], threads, {"": by_threads}, "lanes, a thread each", "simulations/s")
    _plot(axes[1][1], batches, by_batch, "batch, 6x64 on 15x15, one core", "positions/s", log=True)
    axes[1][0].set_xticks(threads)
    IMAGE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGE, dpi=110)
    print(
        f"  drawn: {IMAGE.relative_to(Path.cwd()) if IMAGE.is_relative_to(Path.cwd()) else IMAGE}"
    )


def _plot(
    axis: Axes,
    x: Sequence[int],
    lines: dict[str, list[float]],
    label: str,
    unit: str,
    *,
    log: bool = False,
) -> None:
    for name, y in lines.items():
        axis.plot(x, y, marker="o", label=name or None)
    axis.set_xlabel(label)
    axis.set_ylabel(unit)
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    if log:
        axis.set_xscale("log", base=2)
        axis.set_xticks(x, [str(value) for value in x])
    if len(lines) > 1:
        axis.legend(loc="center", bbox_to_anchor=(0.8, 0.73))


def _best(lane: Lane) -> float:
    return max(lane.run() for _ in range(3))


def _together(count: int) -> float:
    lanes = [Lane(256, 100) for _ in range(count)]
    return max(run_together(lanes) for _ in range(3))
