"""How faithful the form is that a network plays in on a CPU: tables or 8-bit integers.

    python -m benchmarks.parity models/15x15
    python -m benchmarks.parity models/15x15 --pairs 100 --simulations 100

Tells how far its policies and values are from those of the network in float32, on positions of the
network's own games that nothing was calibrated on; and with pairs lets the two play each other.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import torch
import tyro
from tyro.conf import Positional

from gomoku.rules import Rules
from gomoku_zero.arena.match import play_match
from gomoku_zero.arena.openings import random_openings
from gomoku_zero.arena.summary import match_table
from mcts.search import SearchConfig
from mcts.search_player import SearchPlayer
from nets.backends import evaluator_of_net
from nets.checkpoint import CheckpointError, load_checkpoint
from nets.evaluator import NetEvaluator
from nets.export import ExportError, compare, sample_positions

PLAYED = {"patterns": "tables", "resnet": "int8"}


@dataclass(frozen=True)
class Options:
    """The network to compare."""

    checkpoint: Annotated[Path, Positional]
    """The folder of a checkpoint, which plays under the first of its rules."""

    positions: int = 2048
    """Positions to compare answers on."""

    pairs: int = 0
    """Pairs of games, from random openings with colors swapped; 0 for no match."""

    simulations: int = 100
    """Simulations a move of both."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    torch.set_num_threads(1)
    try:
        checkpoint = load_checkpoint(options.checkpoint)
        net, rules = checkpoint.net, Rules(*checkpoint.meta.rules[0])
        exact = NetEvaluator(net, device="cpu", precision="float32")
        backend = PLAYED[net.config.architecture]
        played = evaluator_of_net(net, backend, sample_positions(exact, rules))
    except (CheckpointError, ExportError) as error:
        raise SystemExit(f"parity: {error}") from None
    positions = sample_positions(exact, rules, options.positions, seed=1)
    errors = compare(played, exact, positions)
    print(f"{backend} against float32 on {options.positions:,} positions: {errors.describe()}")
    if not options.pairs:
        return
    search = SearchConfig(simulations=options.simulations)
    players = (SearchPlayer(backend, played, search), SearchPlayer("float32", exact, search))
    match = play_match(*players, rules, random_openings(rules, options.pairs, seed=0))
    print(f"{options.pairs} pairs at {options.simulations} simulations a move")
    print(match_table(match))


if __name__ == "__main__":
    main()
