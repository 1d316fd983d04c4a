"""Makes a file of balanced openings, as `gomoku_zero/arena/data/openings` has them.

python -m tools.openings net:models/15x15@400 --out openings.txt
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from tqdm import tqdm

from gomoku.rules import Rules, variant_from_name
from gomoku_zero.arena.openings import balanced_openings, file_name, write_openings
from gomoku_zero.players.spec import make_player


@dataclass(frozen=True)
class Options:
    """Make a file of balanced openings."""

    judge: Annotated[str, tyro.conf.Positional]
    """Who says what is balanced: net:FOLDER@SIMULATIONS or pure:PLAYOUTS."""

    size: int = 15
    win_length: int = 5
    rules: Literal["freestyle", "standard", "renju", "caro"] = "freestyle"

    count: int = 200
    """How many openings."""

    most_value: float = 0.1
    """How far from 0 the judge's value may be, 1 being a sure win."""

    seed: int = 0

    out: Path | None = None
    """The file; by default one in the current folder, called as the shipped one in
    gomoku_zero/arena/data/openings."""


def main() -> None:
    """Run the command line."""
    options = tyro.cli(Options, description=__doc__)
    rules = Rules(options.size, options.win_length, variant_from_name(options.rules)).validated()
    judge = make_player(options.judge, seed=options.seed)
    found = balanced_openings(rules, judge, options.most_value, options.seed)
    openings = [
        opening
        for _, opening in zip(tqdm(range(options.count), unit="opening"), found, strict=False)
    ]
    write_openings(options.out or Path(file_name(rules)), openings, rules)


if __name__ == "__main__":
    main()
