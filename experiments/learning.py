"""How strong runs become with training time: their checkpoints rated together, in one plot.

    python -m experiments.learning runs/patterns runs/residual --names patterns residual

Some checkpoints of every run, evenly spread over the logarithm of their training time, and fixed
opponents play everybody against everybody; the plot shows their ratings with intervals. Pairs are
kept as they end: interrupted, the same command goes on where it was. Which checkpoints a run keeps
says docs/training.md; `--keep-checkpoints 100000` keeps all.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import tyro
from tyro.conf import Positional

from experiments.ladder import ANCHOR, tournament
from gomoku.rules import Rules
from gomoku_zero.runs.metrics import read_metrics
from nets.checkpoint import find_checkpoints, read_meta


@dataclass(frozen=True)
class Options:
    """Whom to rate."""

    runs: Annotated[tuple[Path, ...], Positional]
    """Folders of runs under the same rules."""

    names: tuple[str, ...] = ()
    """What to call them in the plot; by default as their folders."""

    points: int = 6
    """Checkpoints of each run."""

    opponents: tuple[str, ...] = ("random", ANCHOR, "pure:10000")
    """Players of fixed strength, as for pit.py; pure:1000, which is worth 0, always plays."""

    pairs: int = 10
    """Pairs of games in every match."""

    simulations: int = 100
    """Simulations a move of the networks."""

    out: Path = Path("runs", "learning.webp")
    """The picture."""


class Curve(NamedTuple):
    """The ratings of a run: minutes of training, Elo, and the interval of each checkpoint."""

    name: str
    minutes: list[float]
    elo: list[float]
    low: list[float]
    high: list[float]


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    names = options.names or tuple(run.name for run in options.runs)
    if len(names) != len(options.runs):
        raise SystemExit(f"learning: {len(names)} names for {len(options.runs)} runs")
    chosen = [choose_checkpoints(run, options.points) for run in options.runs]
    rules = {Rules(*read_meta(checkpoints[-1]).rules[0]) for checkpoints in chosen}
    if len(rules) > 1:
        known = ", ".join(its.describe() for its in sorted(rules))
        raise SystemExit(f"learning: runs under different rules cannot be compared: {known}")
    specs = [[f"net:{c.as_posix()}@{options.simulations}" for c in some] for some in chosen]
    fixed = dict.fromkeys((ANCHOR, *options.opponents))
    players = (*fixed, *(spec for some in specs for spec in some))
    result = tournament(rules.pop(), players, options.pairs)
    ratings = {rating["player"]: rating for rating in result["ratings"]}
    curves = [
        make_curve(name, checkpoints, [ratings[spec] for spec in its])
        for name, checkpoints, its in zip(names, chosen, specs, strict=True)
    ]
    for run, curve in zip(options.runs, curves, strict=True):
        tell(run, curve)
    draw(curves, {player: ratings[player]["elo"] for player in fixed}, options.out)
    print(options.out)


def choose_checkpoints(run: Path, points: int) -> list[Path]:
    """Up to so many of a run's checkpoints in order, the last one among them."""
    seconds = {
        folder: read_meta(folder).seconds
        for folder in find_checkpoints(run / "checkpoints")
        if folder.name.isdecimal()
    }
    if not seconds:
        raise SystemExit(f"learning: {run} has no checkpoints: is it the folder of a run?")
    logs = {folder: math.log(max(1.0, its)) for folder, its in seconds.items()}
    first, last = min(logs.values()), max(logs.values())
    wanted = [last - (last - first) * i / max(1, points - 1) for i in range(points)]
    nearest = {min(logs, key=lambda folder: abs(logs[folder] - log)) for log in wanted}
    return sorted(nearest, key=lambda folder: (seconds[folder], folder))


def make_curve(name: str, checkpoints: Sequence[Path], ratings: Sequence[dict[str, Any]]) -> Curve:
    return Curve(
        name,
        [read_meta(checkpoint).seconds / 60 for checkpoint in checkpoints],
        *([rating[key] for rating in ratings] for key in ("elo", "elo_low", "elo_high")),
    )


def per_hour(run: Path) -> dict[str, float]:
    """Games and positions an hour of training, learning included, over the whole run."""
    lines = [line for line in read_metrics(run) if line.get("run/minutes")]
    if not lines:
        raise SystemExit(f"learning: {run} has no metrics of a finished cycle")
    hours = lines[-1]["run/minutes"] / 60
    return {what: lines[-1][f"run/{what}"] / hours for what in ("games", "positions")}


def tell(run: Path, curve: Curve) -> None:
    """Print what the picture shows, and how fast the run was."""
    rates = per_hour(run)
    print(f"{curve.name}: {rates['games']:,.0f} games and {rates['positions']:,.0f} positions/hour")
    for minutes, elo, low, high in zip(*curve[1:], strict=True):
        print(f"  minute {minutes:6.1f}: Elo {elo:+.0f} [{low:+.0f}, {high:+.0f}]")


def draw(curves: Sequence[Curve], fixed: dict[str, float], file: Path) -> None:
    """Draw Elo over minutes of training; fixed: opponents and theirs."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(8, 5), layout="constrained")
    for curve in curves:
        [line] = axis.plot(curve.minutes, curve.elo, marker="o", label=curve.name)
        axis.fill_between(curve.minutes, curve.low, curve.high, color=line.get_color(), alpha=0.15)
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    for player, elo in fixed.items():
        axis.axhline(elo, color="gray", linestyle=":", linewidth=1)
        axis.annotate(
            player,
            (1, elo),
            xycoords=("axes fraction", "data"),
            xytext=(-4, 2),
            textcoords="offset points",
            ha="right",
            color="gray",
        )
    axis.set_xlabel("minutes of training")
    axis.set_ylabel(f"Elo above {ANCHOR}, with 95% intervals")
    axis.grid(alpha=0.3)
    axis.legend(loc="lower right")
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)
    pyplot.close(figure)


if __name__ == "__main__":
    main()
