"""Compiled rules on raw arrays: the one source of truth for winning, for board and search alike.

A game's state is three arrays, all changed in place by `place` and `remove`:

cells: int8 `[A]`, 1 black, -1 white, 0 empty, row by row from the top left.
lines: int32 `[2, 4, LINES]`, the same stones as bitmasks, see `gomoku.lines`.
meta: int32 `[3]`, see the `TO_MOVE` constants.
"""

import numpy as np
from numpy.typing import NDArray

from gomoku.forbidden import is_forbidden_stone
from gomoku.intrinsics import count_bits, lowest_bit
from gomoku.jit import kernel
from gomoku.lines import (
    DIRECTIONS,
    Cells,
    Lines,
    clear_stone,
    full_windows,
    has_winning_row,
    line_count,
    line_points,
    line_through,
    padded_line,
    point_on_line,
    run_around,
    set_stone,
    touched_windows,
    winning_bits,
)
from gomoku.rules import CARO, RENJU, Rules

# Indices into `meta`.
TO_MOVE = 0
LAST_MOVE = 1  # -1 before the first move
EMPTY_POINTS = 2
META = 3

# What `place` returns.
ONGOING = 0
WON = 1  # by the side that placed the stone
DRAWN = 2
FORBIDDEN = 3  # lost by the side that placed the stone: Black, in renju

Meta = NDArray[np.int32]


@kernel
def clear(cells: Cells, lines: Lines, meta: Meta, rules: Rules) -> None:
    """Empty the board; Black is to move."""
    cells[:] = 0
    lines[:] = 0
    meta[TO_MOVE] = 1
    meta[LAST_MOVE] = -1
    meta[EMPTY_POINTS] = rules.size * rules.size


@kernel
def put_stone(cells: Cells, lines: Lines, side: int, move: int, rules: Rules) -> None:
    """Put a stone on the board for a search that takes it back; nobody's turn changes."""
    set_stone(lines, side, move, rules)
    cells[move] = 1 - 2 * side


@kernel
def take_stone(cells: Cells, lines: Lines, side: int, move: int, size: int) -> None:
    """Take back what `put_stone` put."""
    clear_stone(lines, side, move, size)
    cells[move] = 0


@kernel
def is_dead_draw(lines: Lines, rules: Rules) -> bool:
    """Return whether no window of `win_length` points can still be filled by one color.

    Sound for rules that forbid overlines too: a winning row fills a window in any of them. Stops
    at the first living window, so it is only slow on boards that are nearly dead.
    """
    for direction in range(DIRECTIONS):
        for line in range(line_count(direction, rules.size)):
            windows = full_windows(line_points(direction, line, rules.size), rules.win_length)
            black = touched_windows(lines[0, direction, line], rules.win_length)
            white = touched_windows(lines[1, direction, line], rules.win_length)
            if windows & ~(black & white):
                return False
    return True


@kernel
def fewest_stones_of_dead_draw(rules: Rules) -> int:
    """A bound below which no board is a dead draw: each of the disjoint row windows needs two."""
    return 2 * rules.size * (rules.size // rules.win_length)


@kernel
def place(cells: Cells, lines: Lines, meta: Meta, move: int, rules: Rules) -> int:
    """Put a stone of the side to move on an empty point.

    Returns `ONGOING`, `WON`, `DRAWN`, or `FORBIDDEN` if that lost the game for Black in renju; the
    stone is on the board all the same.
    """
    color = meta[TO_MOVE]
    cells[move] = color
    meta[TO_MOVE] = -color
    meta[LAST_MOVE] = move
    meta[EMPTY_POINTS] -= 1
    if set_stone(lines, 0 if color > 0 else 1, move, rules):
        return WON
    if rules.variant == RENJU and color > 0 and is_forbidden_stone(lines, move, rules):
        return FORBIDDEN
    if meta[EMPTY_POINTS] == 0:
        return DRAWN
    stones = rules.size * rules.size - meta[EMPTY_POINTS]
    if stones >= fewest_stones_of_dead_draw(rules) and is_dead_draw(lines, rules):
        return DRAWN
    return ONGOING


@kernel
def remove(
    cells: Cells, lines: Lines, meta: Meta, move: int, previous_move: int, rules: Rules
) -> None:
    """Take the last stone back; `previous_move` is the one before it, -1 if there is none."""
    color = cells[move]
    cells[move] = 0
    meta[TO_MOVE] = color
    meta[LAST_MOVE] = previous_move
    meta[EMPTY_POINTS] += 1
    clear_stone(lines, 0 if color > 0 else 1, move, rules.size)


@kernel
def winning_moves(lines: Lines, side: int, rules: Rules) -> tuple[int, int]:
    """Two different points that win at once for a side; -1 for each that does not exist."""
    first = -1
    for direction in range(DIRECTIONS):
        for line in range(line_count(direction, rules.size)):
            own, enemy = lines[side, direction, line], lines[1 - side, direction, line]
            if count_bits(own) < rules.win_length - 1:
                continue
            free = line_points(direction, line, rules.size) & ~(own | enemy)
            points = winning_bits(own, enemy, free, side, rules)
            while points:
                move = point_on_line(direction, line, lowest_bit(points), rules.size)
                points &= points - 1
                if first < 0:
                    first = move
                elif move != first:
                    return first, move
    return first, -1


@kernel
def winning_moves_through(lines: Lines, side: int, move: int, rules: Rules) -> tuple[int, int]:
    """`winning_moves`, but only those near enough to the stone at `move`, and on its lines, for one
    row to hold both; callers know that there were none before it."""
    row = move // rules.size
    column = move - row * rules.size
    first = -1
    for direction in range(DIRECTIONS):
        line, bit = line_through(direction, row, column, rules.size)
        own, enemy = lines[side, direction, line], lines[1 - side, direction, line]
        if count_bits(own) < rules.win_length - 1:
            continue
        free = line_points(direction, line, rules.size) & ~(own | enemy)
        # Points of the same line further off may win too: they were there before this stone.
        near = (1 << (bit + rules.win_length)) - (1 << max(0, bit - rules.win_length + 1))
        points = winning_bits(own, enemy, free, side, rules) & near
        while points:
            found = point_on_line(direction, line, lowest_bit(points), rules.size)
            points &= points - 1
            if first < 0:
                first = found
            elif found != first:
                return first, found
    return first, -1


@kernel
def forced_reply(lines: Lines, side: int, move: int, rules: Rules) -> tuple[int, int]:
    """The forced reply to the threats through a stone, assuming the opponent cannot win at once.

    Two points if nothing helps: play the first, and the second wins. A point and -1 if only that
    point helps. Twice -1 if nothing is forced: there is no threat, or in caro, where a row can be
    stopped by shutting its second end, there are several answers. A forced reply may be forbidden.
    """
    first, second = winning_moves_through(lines, side, move, rules)
    if rules.variant != CARO or first < 0:
        return first, second
    # Whatever stops all threats stops the first: it is that point, or an end of its row.
    stop = stops = 0
    for direction in range(DIRECTIONS):
        own, free, line, at = padded_line(lines, side, direction, first, rules)
        low, high = run_around(own | (1 << at), at)
        for bit in (low - 1, at, high + 1):
            if (free >> bit) & 1 == 0 or (bit == at and direction > 0):
                continue
            point = point_on_line(direction, line, bit - 2, rules.size)
            set_stone(lines, 1 - side, point, rules)
            remaining, _ = winning_moves_through(lines, side, move, rules)
            clear_stone(lines, 1 - side, point, rules.size)
            if remaining < 0:
                stop = point
                stops += 1
            elif point == first:
                second = remaining
    if stops == 0:
        return first, second
    return (stop, -1) if stops == 1 else (-1, -1)


@kernel
def winning_side(lines: Lines, rules: Rules) -> int:
    """1 or -1 for the color with a winning row anywhere on the board, 0 for none."""
    for side in range(2):
        for direction in range(DIRECTIONS):
            for line in range(line_count(direction, rules.size)):
                own, enemy = lines[side, direction, line], lines[1 - side, direction, line]
                if has_winning_row(own, enemy, side, rules):
                    return 1 - 2 * side
    return 0


@kernel(apart=True)  # so that it can call itself
def count_leaves(cells: Cells, lines: Lines, meta: Meta, depth: int, rules: Rules) -> int:
    """How many games of `depth` plies there are from here (perft), not counting shorter ones.

    Only a winning row, a forbidden stone or a full board ends a game here: perft numbers known from
    elsewhere go on through dead draws.
    """
    if depth == 0:
        return 1
    total = 0
    last_move = meta[LAST_MOVE]
    for move in range(rules.size * rules.size):
        if cells[move] != 0:
            continue
        result = place(cells, lines, meta, move, rules)
        if depth == 1 or (result != WON and result != FORBIDDEN):
            total += count_leaves(cells, lines, meta, depth - 1, rules)
        remove(cells, lines, meta, move, last_move, rules)
    return total


@kernel
def count_stones_in_rows(lines: Lines, side: int, counts: Cells, rules: Rules) -> None:
    """Write to `counts` `[A]` how far a side has come with the best row through each empty point.

    That is the most own stones in any window of `win_length` points around it without enemy
    stones; -1 where every window is blocked, and on stones.
    """
    counts[:] = -1
    length = rules.win_length
    for direction in range(DIRECTIONS):
        for line in range(line_count(direction, rules.size)):
            own = lines[side, direction, line]
            open_points = (
                line_points(direction, line, rules.size) & ~lines[1 - side, direction, line]
            )
            windows = full_windows(open_points, length)
            while windows:
                start = lowest_bit(windows)
                windows &= windows - 1
                stones = count_bits((own >> start) & ((1 << length) - 1))
                for bit in range(start, start + length):
                    if own & (1 << bit):
                        continue
                    move = point_on_line(direction, line, bit, rules.size)
                    counts[move] = max(counts[move], stones)
