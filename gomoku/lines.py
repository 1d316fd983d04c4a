"""The stones of a board as bitmasks, one word a line, and the rows that win on them.

`Cells` is int8 `[A]`, 1 black, -1 white, 0 empty, row by row from the top left.
`Lines` is int32 `[2, 4, LINES]`: for Black (0) and White (1), for each of four directions, one word
a line. Rows hold one bit a column; columns one bit a row; both kinds of diagonal one bit a column.
With bitmasks a row of five is three shifts on one word, whatever the size of the board.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from gomoku.jit import kernel
from gomoku.rules import CARO, FREESTYLE, MAX_SIZE, RENJU, STANDARD, Rules

LINES = 2 * MAX_SIZE - 1
DIRECTIONS = 4
ROW, COLUMN, DIAGONAL, ANTIDIAGONAL = range(DIRECTIONS)

Cells = NDArray[np.int8]
Lines = Annotated[NDArray[np.int32], 3]


@kernel
def line_through(direction: int, row: int, column: int, size: int) -> tuple[int, int]:
    """The index of the line in its direction, and the point's bit in that line's word."""
    if direction == ROW:
        return row, column
    if direction == COLUMN:
        return column, row
    if direction == DIAGONAL:
        return column - row + size - 1, column
    return column + row, column


@kernel
def point_on_line(direction: int, line: int, bit: int, size: int) -> int:
    """The move at a bit of a line: the inverse of `line_through`."""
    if direction == ROW:
        return line * size + bit
    if direction == COLUMN:
        return bit * size + line
    if direction == DIAGONAL:
        return (bit - line + size - 1) * size + bit
    return (line - bit) * size + bit


@kernel
def line_points(direction: int, line: int, size: int) -> int:
    """A word with a bit for every point of a line that is on the board."""
    if direction <= COLUMN:
        return (1 << size) - 1
    low = max(0, line - size + 1)
    high = min(size - 1, line)
    return (1 << (high + 1)) - (1 << low)


@kernel
def line_count(direction: int, size: int) -> int:
    """How many lines a direction has."""
    if direction <= COLUMN:
        return size
    return 2 * size - 1


@kernel
def full_windows(word: int, length: int) -> int:
    """Bit i is set where bits i .. i + length - 1 of `word` all are."""
    pairs = word & (word >> 1)
    if length == 5:
        return pairs & (pairs >> 2) & (word >> 4)
    if length == 4:
        return pairs & (pairs >> 2)
    if length == 3:
        return pairs & (word >> 2)
    return pairs & (pairs >> 2) & (pairs >> 4)


@kernel
def touched_windows(word: int, length: int) -> int:
    """Bit i is set where any of bits i .. i + length - 1 of `word` is."""
    touched = word
    for shift in range(1, length):
        touched |= word >> shift
    return touched


@kernel
def overlines_win(side: int, rules: Rules) -> bool:
    """Return whether a side wins with more stones in a row than `win_length`."""
    return rules.variant != STANDARD and (rules.variant != RENJU or side == 1)


@kernel
def has_winning_row(own: int, enemy: int, side: int, rules: Rules) -> bool:
    """True if one line, given both colors' stones on it, holds a row that wins for a side."""
    length = rules.win_length
    full = full_windows(own, length)
    if full == 0:
        return False
    exact = full & ~(own << 1) & ~(own >> length)
    if not overlines_win(side, rules):
        return exact != 0
    if rules.variant == CARO:
        full &= ~(exact & (enemy << 1) & (enemy >> length))
    return full != 0


@kernel
def set_stone_at(lines: Lines, side: int, row: int, column: int, rules: Rules) -> bool:
    """`set_stone` for a caller who knows the row and column."""
    # Unsigned indices spare numba the check for negative ones: this is the innermost loop of all.
    color = np.uintp(side)
    diagonal = np.uintp(column - row + rules.size - 1)
    antidiagonal = np.uintp(column + row)
    bit = 1 << column
    in_row = lines[color, np.uintp(ROW), np.uintp(row)] | bit
    in_column = lines[color, np.uintp(COLUMN), np.uintp(column)] | (1 << row)
    in_diagonal = lines[color, np.uintp(DIAGONAL), diagonal] | bit
    in_antidiagonal = lines[color, np.uintp(ANTIDIAGONAL), antidiagonal] | bit
    lines[color, np.uintp(ROW), np.uintp(row)] = in_row
    lines[color, np.uintp(COLUMN), np.uintp(column)] = in_column
    lines[color, np.uintp(DIAGONAL), diagonal] = in_diagonal
    lines[color, np.uintp(ANTIDIAGONAL), antidiagonal] = in_antidiagonal
    # Two lines share a 64-bit word: the points of one end 10 bits below those of the other.
    straight = in_row | (in_column << 32)
    slanted = in_diagonal | (in_antidiagonal << 32)
    length = rules.win_length
    full = full_windows(straight, length) | full_windows(slanted, length)
    if full == 0 or rules.variant == FREESTYLE:
        return full != 0
    # The rare rest takes numbers, not arrays: counting references to those would slow every stone.
    color = np.uintp(1 - side)
    straight_enemy = lines[color, np.uintp(ROW), np.uintp(row)] | (
        np.int64(lines[color, np.uintp(COLUMN), np.uintp(column)]) << 32
    )
    slanted_enemy = lines[color, np.uintp(DIAGONAL), diagonal] | (
        np.int64(lines[color, np.uintp(ANTIDIAGONAL), antidiagonal]) << 32
    )
    return has_winning_row(straight, straight_enemy, side, rules) | has_winning_row(
        slanted, slanted_enemy, side, rules
    )


@kernel
def set_stone(lines: Lines, side: int, move: int, rules: Rules) -> bool:
    """Set a stone's four bits, and say whether it completes a winning row.

    The lines must hold no winning row before: then any there is goes through this stone.
    """
    row = move // rules.size
    return set_stone_at(lines, side, row, move - row * rules.size, rules)


@kernel
def clear_stone(lines: Lines, side: int, move: int, size: int) -> None:
    """Clear a stone's four bits."""
    row = move // size
    column = move - row * size
    for direction in range(DIRECTIONS):
        line, bit = line_through(direction, row, column, size)
        lines[side, direction, line] &= ~(1 << bit)


@kernel
def winning_bits(own: int, enemy: int, free: int, side: int, rules: Rules) -> int:
    """The free bits of a line on which one more stone makes a winning row for a side."""
    length = rules.win_length
    found = 0
    for before in range(length):
        after = length - 1 - before
        # Stones on the `before` points to one side of the new stone and `after` to the other.
        points = free
        for step in range(1, before + 1):
            points &= own << step
        for step in range(1, after + 1):
            points &= own >> step
        if rules.variant != FREESTYLE and points != 0:
            exact = points & ~(own << (before + 1)) & ~(own >> (after + 1))
            if not overlines_win(side, rules):
                points = exact
            elif rules.variant == CARO:
                points &= ~(exact & (enemy << (before + 1)) & (enemy >> (after + 1)))
        found |= points
    return found


@kernel
def run_around(own: int, at: int) -> tuple[int, int]:
    """The first and the last bit of the unbroken run of set bits through bit `at`."""
    low = high = at
    while (own >> (low - 1)) & 1:
        low -= 1
    while (own >> (high + 1)) & 1:
        high += 1
    return low, high


@kernel
def padded_line(
    lines: Lines, side: int, direction: int, move: int, rules: Rules
) -> tuple[int, int, int, int]:
    """A side's stones and the free points of a line through a point, with two zeros below.

    Also the index of the line, and the bit of the point.
    """
    row = move // rules.size
    line, bit = line_through(direction, row, move - row * rules.size, rules.size)
    own, enemy = lines[side, direction, line], lines[1 - side, direction, line]
    free = line_points(direction, line, rules.size) & ~(own | enemy)
    return own << 2, free << 2, line, bit + 2


@kernel
def write_lines(cells: Cells, lines: Lines, rules: Rules) -> None:
    """Write the bitmasks of the stones in `cells`."""
    lines[:] = 0
    for move in range(rules.size * rules.size):
        if cells[move] & 1:
            set_stone(lines, 0 if cells[move] > 0 else 1, move, rules)


def lines_of(cells: Cells, rules: Rules) -> Lines:
    """The bitmasks of the stones in `cells`, as a new array."""
    lines = np.zeros((2, DIRECTIONS, LINES), np.int32)
    write_lines(cells, lines, rules)
    return lines
