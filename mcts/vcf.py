"""Forced wins by continuous fours (VCF), found on the bitmasks of `gomoku/lines.py`.

A four is a stone after which the next one would win: the other side must answer at once, and at
one known point. So a tree of fours has hardly any width, and searching it takes microseconds. It
is a proof for the attacker: a win that is found can only be missed, never refused. That none was
found says nothing about slower wins.

Here a four belongs to any win length: with four in a row to win it is three stones. In renju
Black attacks without forbidden points, and White wins where Black's only answer is one. In caro a
four that can be stopped at several points is not followed.
"""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.forbidden import is_forbidden, is_forbidden_stone
from gomoku.intrinsics import count_bits, lowest_bit
from gomoku.jit import kernel
from gomoku.kernels import forced_reply, winning_moves, winning_moves_through
from gomoku.lines import (
    DIRECTIONS,
    Cells,
    Lines,
    clear_stone,
    full_windows,
    line_count,
    line_points,
    line_through,
    point_on_line,
    set_stone,
)
from gomoku.rules import CARO, MAX_SIZE, RENJU, Color, Rules

CAP_REACHED = -1
"""What `find_vcf` returns when it gave up before every four was tried."""

_MAX_POINTS = MAX_SIZE * MAX_SIZE
_FAILED_ENTRIES = 1024  # a power of two; 8 kB, so that it stays in the fastest cache
_TRIES = 16 * _MAX_POINTS

# Indices into `Scratch.counters`.
NODES_LEFT, CALLS = range(2)
# Indices into a row of `Scratch.frames`.
_KEY, _WINDOWS_END, _NEXT_TRY, _TRIES_END = range(4)


class Scratch(NamedTuple):
    """Room to search in, so that `find_vcf` allocates nothing; every thread needs its own.

    line: the winning line after a search that found one: attack, reply, attack, ...
    windows: pairs of empty points, packed, that lack in windows otherwise full of the attacker's
        stones. They are a stack: a stone adds those through it.
    tries: fours still to be searched, with their replies, packed; a stack too.
    frames: `[levels, 4]` for each position on the way, its key and where its parts of the stacks
        end.
    failed: keys of positions known to hold no win. A key changes with every call, so that nothing
        needs to be cleared; a collision would only hide a win, and is not to be expected.
    keys: `[2, points]` a random key for each stone.
    tried: by point, the number of the last call that played a four there, or met there an enemy
        four that had come with a reply.
    """

    line: NDArray[np.int32]
    windows: NDArray[np.int32]
    tries: NDArray[np.int32]
    frames: Annotated[NDArray[np.int64], 2]
    failed: NDArray[np.int64]
    keys: Annotated[NDArray[np.int64], 2]
    tried: NDArray[np.int64]
    counters: NDArray[np.int64]


def make_scratch() -> Scratch:
    """Scratch for boards of any size."""
    keys = np.random.default_rng(0).integers(-(2**63), 2**63, (2, _MAX_POINTS), np.int64)
    return Scratch(
        line=np.zeros(_MAX_POINTS, np.int32),
        windows=np.zeros(DIRECTIONS * _MAX_POINTS, np.int32),
        tries=np.zeros(_TRIES, np.int32),
        frames=np.zeros((_MAX_POINTS // 2 + 1, 4), np.int64),
        failed=np.zeros(_FAILED_ENTRIES, np.int64),
        keys=keys,
        tried=np.zeros(_MAX_POINTS, np.int64),
        counters=np.zeros(2, np.int64),
    )


@dataclass(frozen=True, slots=True)
class VcfResult:
    """A win by continuous fours.

    line: the moves of the attacker, who begins and ends it, and the forced replies in between.
        Any other reply loses at once. -1 where every reply does: the only point that would stop
        the four is forbidden. It need not be the shortest win.
    """

    line: tuple[int, ...]


def solve_vcf(board: Board, nodes: int, color: Color | None = None) -> VcfResult | None:
    """A win by continuous fours, found by trying at most `nodes` fours; the board is unchanged.

    color: the attacker, who is taken to be on move; the side to move unless told otherwise.

    Returns None if there is no such win, if it was not found within `nodes`, or if the game is
    over.

    >>> from gomoku.rules import Rules
    >>> board = Board.from_text('''
    ...     . . . . . . .
    ...     . . . . . . .
    ...     . x . x x o .
    ...     . . . . x . .
    ...     . . . . x . .
    ...     . . . . . . .
    ...     . o o o . o .''', Rules(7))
    >>> solve_vcf(board, nodes=100, color=Color.WHITE).line
    (46,)
    >>> solve_vcf(board, nodes=100, color=Color.BLACK) is None
    True
    """
    if board.outcome is not None:
        return None
    side = 0 if (board.to_move if color is None else color) > 0 else 1
    cells, lines = board.copy_arrays()
    scratch = make_scratch()
    plies = find_vcf(cells, lines, board.rules, side, nodes, scratch)
    if plies <= 0:
        return None
    return VcfResult(tuple(int(move) for move in scratch.line[:plies]))


@kernel(apart=True)
def find_vcf(
    cells: Cells, lines: Lines, rules: Rules, side: int, node_cap: int, scratch: Scratch
) -> int:
    """The plies of a win by continuous fours for a side that is to move, Black (0) or White (1).

    Returns 0 if there is none, and `CAP_REACHED` if `node_cap` fours were tried without finding
    one. The line is in `scratch.line`. Cells and lines are changed while searching, and restored.
    Nobody may have won before.
    """
    counters, frames, line = scratch.counters, scratch.frames, scratch.line
    counters[NODES_LEFT] = node_cap
    counters[CALLS] += 1
    win, _ = winning_moves(lines, side, rules)
    if win >= 0:
        line[0] = win
        return 1
    block, second = winning_moves(lines, 1 - side, rules)
    if second >= 0 and rules.variant != CARO:
        return 0

    # Depth first, without recursion: numba crashes on recursive kernels that it takes from its
    # cache. Level n is the position after n fours and their replies, which stand in the line.
    level = 0
    # A large odd step: keys of different calls have nothing in common.
    frames[0, _KEY] = counters[CALLS] * 0x1E3779B97F4A7C15
    frames[0, _WINDOWS_END] = _push_all_windows(lines, side, rules, scratch.windows)
    frames[0, _NEXT_TRY] = 0
    plies = _look_at_fours(cells, lines, rules, side, block, 0, scratch)
    while plies == 0:
        frame = frames[level]
        if frame[_NEXT_TRY] == frame[_TRIES_END]:
            # 1. Nothing left here: the position holds no win. Go back.
            if level == 0:
                return 0
            scratch.failed[frame[_KEY] & (_FAILED_ENTRIES - 1)] = frame[_KEY]
            level -= 1
            _undo(cells, lines, rules, side, line[2 * level], line[2 * level + 1])
            continue

        # 2. Play the next four and its reply.
        packed = scratch.tries[frame[_NEXT_TRY]]
        frame[_NEXT_TRY] += 1
        move, reply = packed >> 16, packed & 0xFFFF
        key = frame[_KEY] ^ scratch.keys[side, move] ^ scratch.keys[1 - side, reply]
        if scratch.failed[key & (_FAILED_ENTRIES - 1)] == key:
            continue
        _play(cells, lines, rules, side, move, reply)
        block, second = winning_moves_through(lines, 1 - side, reply, rules)
        scratch.tried[move] = counters[CALLS]
        if block >= 0:
            scratch.tried[block] = counters[CALLS]
        if second >= 0:
            scratch.tried[second] = counters[CALLS]
        if second >= 0 and rules.variant != CARO:
            _undo(cells, lines, rules, side, move, reply)
            continue
        line[2 * level], line[2 * level + 1] = move, reply
        level += 1

        # 3. See what follows from it.
        frames[level, _KEY] = key
        frames[level, _WINDOWS_END] = _push_windows_through(
            lines, side, move, rules, scratch.windows, frame[_WINDOWS_END]
        )
        frames[level, _NEXT_TRY] = frame[_TRIES_END]
        plies = _look_at_fours(cells, lines, rules, side, block, level, scratch)

    while level > 0:
        level -= 1
        _undo(cells, lines, rules, side, line[2 * level], line[2 * level + 1])
    return plies


@kernel
def _look_at_fours(
    cells: Cells, lines: Lines, rules: Rules, side: int, forced: int, level: int, scratch: Scratch
) -> int:
    """Collect the fours of a position; returns plies if one wins, `CAP_REACHED`, or 0 to go on.

    A four with two ways to win ends the search; the others become tries.

    forced: the point that stops an enemy four, in caro one of several, -1 if there is none.
    """
    frame, counters = scratch.frames[level], scratch.counters
    end = frame[_NEXT_TRY]
    for index in range(frame[_WINDOWS_END] - 1, -1, -1):
        packed = scratch.windows[index]
        first, second = packed >> 16, packed & 0xFFFF
        if cells[first] != 0 or cells[second] != 0:
            continue
        for move in (first, second):
            if forced >= 0 and move != forced and rules.variant != CARO:
                continue
            counters[NODES_LEFT] -= 1
            if counters[NODES_LEFT] < 0 or end == len(scratch.tries):
                return CAP_REACHED
            set_stone(lines, side, move, rules)
            reply, other = forced_reply(lines, side, move, rules)
            playable = reply >= 0 and is_playable(lines, rules, side, move, forced)
            unstoppable = playable and other < 0 and side == 1 and is_forbidden(lines, reply, rules)
            clear_stone(lines, side, move, rules.size)
            if not playable:
                continue
            if other >= 0 or unstoppable:
                scratch.line[2 * level] = move
                scratch.line[2 * level + 1] = -1 if unstoppable else reply
                scratch.line[2 * level + 2] = reply if unstoppable else other
                return 2 * level + 3
            scratch.tries[end] = (move << 16) | reply
            end += 1
    frame[_TRIES_END] = end
    return 0


@kernel
def is_playable(lines: Lines, rules: Rules, side: int, move: int, forced: int) -> bool:
    """Whether a four that stands at `move` is allowed, and leaves the enemy no five."""
    if rules.variant == RENJU and side == 0 and is_forbidden_stone(lines, move, rules):
        return False
    if forced >= 0 and rules.variant == CARO:
        return winning_moves(lines, 1 - side, rules)[0] < 0
    return True


@kernel
def _play(cells: Cells, lines: Lines, rules: Rules, side: int, move: int, reply: int) -> None:
    """Put a four and its reply on the board."""
    # As two calls of `put_stone`, a search takes 4% longer.
    set_stone(lines, side, move, rules)
    set_stone(lines, 1 - side, reply, rules)
    cells[move] = 1 - 2 * side
    cells[reply] = 2 * side - 1


@kernel
def _undo(cells: Cells, lines: Lines, rules: Rules, side: int, move: int, reply: int) -> None:
    """Take a four and its reply back."""
    clear_stone(lines, side, move, rules.size)
    clear_stone(lines, 1 - side, reply, rules.size)
    cells[move] = 0
    cells[reply] = 0


@kernel
def _push_windows(
    direction: int,
    line: int,
    windows: int,
    own: int,
    rules: Rules,
    stack: NDArray[np.int32],
    end: int,
) -> int:
    """Push the two empty points of each window that lacks two stones; returns the new end.

    windows: bit i stands for the points i .. i + win_length - 1, none of them the enemy's.
    """
    whole = (1 << rules.win_length) - 1
    while windows:
        start = lowest_bit(windows)
        windows &= windows - 1
        empty = ~(own >> start) & whole
        if count_bits(empty) != 2:
            continue
        low = lowest_bit(empty)
        high = lowest_bit(empty & (empty - 1))
        first = point_on_line(direction, line, start + low, rules.size)
        second = point_on_line(direction, line, start + high, rules.size)
        stack[end] = (first << 16) | second
        end += 1
    return end


@kernel
def _push_all_windows(lines: Lines, side: int, rules: Rules, stack: NDArray[np.int32]) -> int:
    """Fill the stack with the windows of the whole board that lack two stones; returns its end."""
    end = 0
    for direction in range(DIRECTIONS):
        for line in range(line_count(direction, rules.size)):
            own = lines[side, direction, line]
            if count_bits(own) < rules.win_length - 2:
                continue
            free = line_points(direction, line, rules.size) & ~lines[1 - side, direction, line]
            windows = full_windows(free, rules.win_length)
            end = _push_windows(direction, line, windows, own, rules, stack, end)
    return end


@kernel
def _push_windows_through(
    lines: Lines, side: int, move: int, rules: Rules, stack: NDArray[np.int32], end: int
) -> int:
    """Push the windows through a new stone that lack two stones; returns the new end.

    A window comes to lack two just once on the way down, so the stack never holds more entries
    than the board has windows.
    """
    length = rules.win_length
    row = move // rules.size
    column = move - row * rules.size
    for direction in range(DIRECTIONS):
        line, bit = line_through(direction, row, column, rules.size)
        own = lines[side, direction, line]
        if count_bits(own) < length - 2:
            continue
        free = line_points(direction, line, rules.size) & ~lines[1 - side, direction, line]
        around = (1 << (bit + 1)) - (1 << max(0, bit - length + 1))
        windows = full_windows(free, length) & around
        end = _push_windows(direction, line, windows, own, rules, stack, end)
    return end
