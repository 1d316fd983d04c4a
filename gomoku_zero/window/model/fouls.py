"""Why a point is forbidden in renju, and why a row that looks like a win is none."""

from enum import Enum
from functools import lru_cache

import numpy as np

from gomoku.forbidden import fours_on_line
from gomoku.lines import DIRECTIONS, lines_of, padded_line, run_around, set_stone
from gomoku.rules import CARO, STANDARD, Rules


class Foul(Enum):
    """The reason why a point is forbidden; the value is a key of the language files."""

    OVERLINE = "overline"
    DOUBLE_FOUR = "double_four"
    DOUBLE_THREE = "double_three"


@lru_cache(maxsize=64)
def foul_at(cells: tuple[int, ...], move: int, rules: Rules) -> Foul:
    """The foul of a black stone at a point that is known to be forbidden.

    cells: `[A]` 1 black, -1 white, 0 empty, with or without that stone.
    """
    lines = lines_of(np.array(cells, np.int8), rules)
    set_stone(lines, 0, move, rules)
    fours = 0
    for direction in range(DIRECTIONS):
        own, free, _, at = padded_line(lines, 0, direction, move, rules)
        low, high = run_around(own, at)
        if high - low + 1 > rules.win_length:
            return Foul.OVERLINE
        fours += fours_on_line(own, free, at, rules.win_length)
    return Foul.DOUBLE_FOUR if fours >= 2 else Foul.DOUBLE_THREE


def idle_row(cells: tuple[int, ...], move: int, rules: Rules) -> str | None:
    """Why the row through a stone does not win though it is long enough: "too_long" or "closed_in".

    To be asked while the game goes on. None where no row is long enough.
    """
    if rules.variant not in (STANDARD, CARO):
        return None
    size, color = rules.size, cells[move]
    row, column = divmod(move, size)
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        length, blocked = 1, 0
        for sign in (-1, 1):
            r, c = row + sign * down, column + sign * right
            while 0 <= r < size and 0 <= c < size and cells[r * size + c] == color:
                length += 1
                r, c = r + sign * down, c + sign * right
            blocked += 0 <= r < size and 0 <= c < size and cells[r * size + c] == -color
        if rules.variant == STANDARD and length > rules.win_length:
            return "too_long"
        if rules.variant == CARO and length == rules.win_length and blocked == 2:
            return "closed_in"
    return None
