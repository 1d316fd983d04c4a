"""Every speed of the project in one run: `python -m benchmarks`.

    python -m benchmarks --quick                  # under a minute, the most telling figures
    python -m benchmarks --json figures.json      # one flat object of named figures
    python -m benchmarks --only search selfplay --curves

Each figure is a ratio against a baseline measured in the same run, or has one beside it.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# As in train.py: torch's threads must not spin while they wait.
os.environ.setdefault("GOMP_SPINCOUNT", "3000")

import tyro

from benchmarks import (
    curves,
    gpu,
    inference,
    learner,
    one_game,
    rollouts,
    search,
    selfplay,
    window,
)
from benchmarks.figures import Figures
from benchmarks.positions import MODELS
from gomoku_zero.training.about import processor_name

PARTS = {
    "search": search,
    "rollouts": rollouts,
    "inference": inference,
    "selfplay": selfplay,
    "learner": learner,
    "one_game": one_game,
    "window": window,
    "gpu": gpu,
}


@dataclass(frozen=True)
class Options:
    """The benchmarks to run."""

    quick: bool = False
    """Under a minute, once kernels are compiled."""

    json: Path | None = None
    """Write the figures there."""

    only: tuple[
        Literal[
            "search", "rollouts", "inference", "selfplay", "learner", "one_game", "window", "gpu"
        ],
        ...,
    ] = ()
    """Leave the other parts out."""

    models: Path = MODELS
    """Where to look for trained networks to play with; without one, weights are random."""

    curves: bool = False
    """Draw the scaling curves into docs/images/speed.webp, too."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    figures = Figures(options.quick, options.models)
    print(f"{os.cpu_count()} cores: {processor_name()}")
    for name, part in PARTS.items():
        if not options.only or name in options.only:
            part.measure(figures)
    if options.curves:
        curves.measure(figures)
    if options.json is not None:
        figures.write(options.json)


if __name__ == "__main__":
    main()
