"""Whether a network plays no worse than pure search anywhere: under every rule set, on every board.

    python -m experiments.everywhere models/15x15

On every size from 5 to 22, also between and beyond those it was trained on, and under each
rule set of five in a row, it plays a few pairs from random openings. A line for each board; a board
where pure search has the better of it is marked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

import tyro
from tyro.conf import Positional

from gomoku.rules import VARIANT_NAMES, Rules
from gomoku_zero.arena.match import play_match
from gomoku_zero.arena.openings import random_openings
from gomoku_zero.arena.stats import GameCounts
from gomoku_zero.players.models import find_model
from gomoku_zero.players.spec import make_player


@dataclass(frozen=True)
class Options:
    """Whom to try."""

    network: Annotated[str, Positional] = "models/15x15"
    """A checkpoint, as in pit.py."""

    simulations: int = 200
    """A move of the network."""

    opponent: str = "pure:10000"
    """As in pit.py."""

    sizes: tuple[int, ...] = tuple(range(5, 23))
    """Of boards."""

    rules: tuple[str, ...] = VARIANT_NAMES
    """Of five in a row."""

    pairs: int = 2
    """Of games on each."""

    seed: int = 0
    """Chooses the openings."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    boards = [
        Rules(size, variant=VARIANT_NAMES.index(name))
        for name in options.rules
        for size in options.sizes
    ]
    worse = 0
    for rules, games in play(options, boards):
        is_worse = games.losses > games.wins
        worse += is_worse
        said = f"{rules.describe()}: {games.wins}-{games.draws}-{games.losses}"
        print(said + "  worse" * is_worse, flush=True)
    print(f"worse on {worse} boards of {len(boards)}")


def play(options: Options, boards: Iterable[Rules]) -> Iterator[tuple[Rules, GameCounts]]:
    """What the network wins, draws and loses on each board."""
    network = make_player(f"net:{find_model(options.network)}@{options.simulations}")
    opponent = make_player(options.opponent)
    for rules in boards:
        openings = random_openings(rules, options.pairs, options.seed)
        yield rules, play_match(network, opponent, rules, openings).games


if __name__ == "__main__":
    main()
