"""The stored positions with forced wins, made by `benchmarks/wins_maker.py`.

One file for each rule set; each line is a position: how it is won, in how many plies at least
against the longest resistance, and the moves that lead to it from the empty board.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gomoku.notation import moves_from_text, moves_to_text
from gomoku.rules import Rules, variant_from_name

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "wins"


@dataclass(frozen=True, slots=True)
class Win:
    """A position that the side to move wins.

    kind: "fours", or "threats" where there is no win by fours.
    plies: of the shortest win of that kind, 3 to 15.
    """

    kind: str
    plies: int
    moves: tuple[int, ...]


def file_name(rules: Rules) -> str:
    return f"{rules.size}x{rules.size}_{rules.win_length}_{rules.variant_name}.txt"


def wins_to_text(wins: Iterable[Win], rules: Rules) -> str:
    return "".join(
        f"{win.kind} {win.plies} | {moves_to_text(win.moves, rules.size)}\n" for win in wins
    )


def read_wins(file: Path) -> tuple[Rules, list[Win]]:
    """The rules that a file's name tells, and its positions."""
    size, win_length, variant = file.stem.split("_")
    rules = Rules(int(size.split("x")[0]), int(win_length), variant_from_name(variant))
    wins = []
    for line in file.read_text(encoding="ascii").splitlines():
        head, moves = line.split("|")
        kind, plies = head.split()
        wins.append(Win(kind, int(plies), moves_from_text(moves, rules.size)))
    return rules, wins
