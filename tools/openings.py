"""Makes a file of balanced openings, as `gomoku_zero/arena/data/openings` has them.

python -m tools.openings net:models/15x15@5000 --play --out openings.txt

With `--play` the judge also plays a game against itself from every opening that it finds balanced.
Values are biased where one color is easier to play; results are not. As many openings that Black
won are kept as that White won, and those that were drawn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from tqdm import tqdm

from gomoku.board import Board
from gomoku.rules import BLACK, WHITE, Color, Rules, variant_from_name
from gomoku_zero.arena.openings import Opening, balanced_openings, file_name, write_openings
from gomoku_zero.players.spec import make_player
from mcts.player import Limit, Player


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

    play: bool = False
    """Have the judge play each opening out, and keep as many that Black won as that White won."""

    seed: int = 0

    out: Path | None = None
    """The file; by default one in the current folder, called as the shipped one in
    gomoku_zero/arena/data/openings."""


def main() -> None:
    """Run the command line."""
    options = tyro.cli(Options, description=__doc__)
    rules = Rules(options.size, options.win_length, variant_from_name(options.rules)).validated()
    judge = make_player(options.judge, seed=options.seed)
    found = balanced_openings(rules, judge, options.most_value, options.seed, batch=16)
    if options.play:
        openings = even_openings(found, judge, rules, options.count)
    else:
        openings = [
            opening
            for _, opening in zip(tqdm(range(options.count), unit="opening"), found, strict=False)
        ]
    write_openings(options.out or Path(file_name(rules)), openings, rules)


def even_openings(
    found: Iterator[Opening], judge: Player, rules: Rules, count: int
) -> Sequence[Opening]:
    """The first `count` openings of which a player, against itself, wins as many as either color.

    At most a fifth of them are draws, so that the set decides matches.
    """
    won: dict[Color | None, list[Opening]] = {BLACK: [], WHITE: [], None: []}
    with tqdm(total=count, unit="opening") as bar:
        while True:
            even = 2 * min(len(won[BLACK]), len(won[WHITE]))
            drawn = min(len(won[None]), count // 5)
            bar.n = min(count, even + drawn)
            bar.set_postfix(black=len(won[BLACK]), white=len(won[WHITE]), drawn=len(won[None]))
            if even + drawn >= count:
                break
            opening = next(found)
            won[_winner(judge, Board.from_moves(rules, opening))].append(opening)
    half = (count - drawn + 1) // 2
    return [*won[BLACK][:half], *won[WHITE][:half], *won[None][:drawn]][:count]


def _winner(player: Player, board: Board) -> Color | None:
    """Who wins when a player goes on against itself."""
    while board.outcome is None:
        board.push(player.choose_moves([board], Limit())[0].move)
    return board.outcome.winner


if __name__ == "__main__":
    main()
