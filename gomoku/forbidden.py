"""The points that renju forbids to Black: those of overlines, of two fours, of two threes."""

import numpy as np

from gomoku.intrinsics import count_bits, lowest_bit, stack_array
from gomoku.jit import kernel
from gomoku.lines import (
    DIRECTIONS,
    Cells,
    Lines,
    clear_stone,
    line_through,
    padded_line,
    point_on_line,
    run_around,
    set_stone,
)
from gomoku.rules import RENJU, Rules

# What a black stone amounts to, see `judge_stone`.
MAKES_FIVE = 0
ALLOWED = 1
REFUSED = 2
UNDECIDED = 3

FORBIDDEN_CELL = 2
"""What evaluators and networks are told of an empty point that is forbidden to Black; even, as an
empty point is, and unlike stones. Boards themselves do not say."""


@kernel
def three_on_line(own: int, free: int, at: int, length: int) -> int:
    """Bits that make the run through bit `at` a straight four, for a line padded by two zeros.

    A straight four has `length - 1` stones, and both its ends make exactly `length`.
    """
    low, high = run_around(own, at)
    found = 0
    for point in (low - 1, high + 1):
        if not (free >> point) & 1:
            continue
        first, last = run_around(own | (1 << point), at)
        straight = (
            last - first + 2 == length
            and (free >> (first - 1)) & 1
            and (free >> (last + 1)) & 1
            and not (own >> (first - 2)) & 1
            and not (own >> (last + 2)) & 1
        )
        if straight:
            found |= 1 << point
    return found


@kernel
def fours_on_line(own: int, free: int, at: int, length: int) -> int:
    """How many fours the run through bit `at` has part in, for a line padded by two zeros.

    A straight four is one. Two on one line, as in x.xxx.x, are two.
    """
    low, high = run_around(own, at)
    fours = 0
    for point in (low - 1, high + 1):
        if (free >> point) & 1:
            first, last = run_around(own | (1 << point), at)
            fours += last - first + 1 == length
    if fours == 2 and high - low + 2 == length:
        return 1
    return fours


@kernel
def judge_stone(lines: Lines, move: int, rules: Rules) -> int:
    """The judgment of a black stone that stands at `move`, before looking into threes.

    `MAKES_FIVE` beats everything; an overline or two fours are `REFUSED`; what may be two threes is
    `UNDECIDED`, because a three counts only if it can become a straight four by an allowed stone.
    """
    length = rules.win_length
    fours = threes = 0
    overline = False
    for direction in range(DIRECTIONS):
        own, free, _, at = padded_line(lines, 0, direction, move, rules)
        low, high = run_around(own, at)
        if high - low + 1 == length:
            return MAKES_FIVE
        overline |= high - low + 1 > length
        fours += fours_on_line(own, free, at, length)
        threes += three_on_line(own, free, at, length) != 0
    if overline or fours >= 2:
        return REFUSED
    return UNDECIDED if threes >= 2 else ALLOWED


@kernel(apart=True)
def is_forbidden_stone(lines: Lines, move: int, rules: Rules) -> bool:
    """Return whether a black stone that stands at `move` was forbidden, never but in renju.

    Where there may be two threes, each stone that would make one of them a straight four is judged
    in the same way, with all the others standing, and so on.
    """
    if rules.variant != RENJU:
        return False
    verdict = judge_stone(lines, move, rules)
    if verdict != UNDECIDED:
        return verdict == REFUSED

    # Not recursive: numba crashes on recursive kernels that it takes from its cache. A level is a
    # stone being judged: its point, the next of the 8 ends to try (two for each direction), and
    # how many of its threes are real.
    points = stack_array(rules.size * rules.size, np.int32)
    next_ends = stack_array(rules.size * rules.size, np.int32)
    reals = stack_array(rules.size * rules.size, np.int32)
    level = 0
    points[0], next_ends[0], reals[0] = move, 0, 0
    while True:
        # 1. Decide this stone, or find the next end of a three to judge.
        end = -1
        if reals[level] >= 2:
            verdict = REFUSED
        else:
            verdict = ALLOWED
            while next_ends[level] < 2 * DIRECTIONS and end < 0:
                direction, side = divmod(next_ends[level], 2)
                next_ends[level] += 1
                own, free, line, at = padded_line(lines, 0, direction, points[level], rules)
                ends = three_on_line(own, free, at, rules.win_length)
                # The lower end first, then the one that is left.
                if side == 1:
                    ends &= ~((1 << at) - 1)
                else:
                    ends &= (1 << at) - 1
                if ends != 0:
                    end = point_on_line(direction, line, lowest_bit(ends) - 2, rules.size)
        # 2. Judge that end, one level deeper if its own threes matter.
        if end >= 0:
            set_stone(lines, 0, end, rules)
            verdict = judge_stone(lines, end, rules)
            if verdict == UNDECIDED:
                level += 1
                points[level], next_ends[level], reals[level] = end, 0, 0
                continue
            clear_stone(lines, 0, end, rules.size)
        # 3. Or report the verdict to the stone that asked for it.
        elif level == 0:
            return verdict == REFUSED
        else:
            clear_stone(lines, 0, points[level], rules.size)
            level -= 1
        if verdict == ALLOWED:
            reals[level] += 1
            next_ends[level] += next_ends[level] & 1  # one end is enough for a three


@kernel
def is_forbidden(lines: Lines, move: int, rules: Rules) -> bool:
    """Return whether Black would lose by playing on an empty point: never but in renju."""
    if rules.variant != RENJU:
        return False
    set_stone(lines, 0, move, rules)
    forbidden = is_forbidden_stone(lines, move, rules)
    clear_stone(lines, 0, move, rules.size)
    return forbidden


@kernel
def may_be_forbidden(lines: Lines, row: int, column: int, rules: Rules) -> bool:
    """True if enough black stones are around a point for it to be forbidden: two in each of two
    lines, or four in one."""
    lines_with_two = 0
    for direction in range(DIRECTIONS):
        line, bit = line_through(direction, row, column, rules.size)
        around = (lines[0, direction, line] << rules.win_length) >> bit
        stones = count_bits(around & ((1 << (2 * rules.win_length + 1)) - 1))
        if stones >= 4:
            return True
        lines_with_two += stones >= 2
    return lines_with_two >= 2


@kernel(apart=True)
def mark_forbidden(cells: Cells, lines: Lines, marks: Cells, rules: Rules) -> None:
    """Write 1 to `marks` `[A]` at every empty point that Black must not play on, 0 elsewhere."""
    move = 0
    for row in range(rules.size):
        for column in range(rules.size):
            marks[move] = (
                (cells[move] & 1) == 0
                and may_be_forbidden(lines, row, column, rules)
                and is_forbidden(lines, move, rules)
            )
            move += 1


@kernel
def barred_bits(cells: Cells, to_move: int) -> int:
    """The bits that a side cannot or must not play on, of cells in which forbidden points are
    marked: it may play where `cells & bits` is 0.

    Stones are odd. The mark of a forbidden point counts for Black, unless nothing else is left.
    """
    if to_move > 0:
        for move in range(cells.shape[0]):
            if (cells[move] & (1 | FORBIDDEN_CELL)) == 0:
                return 1 | FORBIDDEN_CELL
    return 1
