"""Proofs by trying everything: compiled, as there is a lot of it, but without any bit tricks.

Here a board is read point by point, and nothing is left out because it cannot matter: what
`mcts/vcf.py` and `mcts/vct.py` claim is held against this. Only the forbidden points of
renju are the kernels' own; `test_renju.py` proves those.

The kernels call themselves, so they are not cached: numba crashes on such when it loads them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from gomoku.forbidden import is_forbidden, is_forbidden_stone
from gomoku.kernels import count_stones_in_rows, put_stone, take_stone
from gomoku.lines import Cells, Lines
from gomoku.rules import CARO, RENJU, STANDARD, Rules
from mcts.vct import VctScratch, find_vct

_Function = TypeVar("_Function", bound=Callable[..., Any])

REFUTED = -1
"""What `count_proof` returns when a reply is left that stops the claimed win."""

MAX_PLIES = 15
"""The longest wins that `shortest_by_fours` and `shortest_by_threats` look for."""

_ENTRIES = 1 << 18


def compiled(function: _Function) -> _Function:
    return cast(_Function, numba.njit(nogil=True)(function))


class Memory(NamedTuple):
    """Positions known to hold no win, so that the same moves in another order cost nothing.

    keys: `[2, points]` a random key for each stone.
    failed: `[kinds, entries]` keys of positions.
    left: `[1]` how many more moves may be tried; below 0 a search was cut off, and its answer that
        there is no win means nothing.
    """

    keys: NDArray[np.int64]
    failed: NDArray[np.int64]
    left: NDArray[np.int64]


def make_memory(points: int, most_moves: int = 2**62) -> Memory:
    keys = np.random.default_rng(1).integers(-(2**63), 2**63, (2, points), np.int64)
    return Memory(keys, np.zeros((4, _ENTRIES), np.int64), np.array([most_moves]))


@compiled
def completes_row(cells: Cells, move: int, rules: Rules) -> bool:
    """Whether a stone on the board stands in a winning row."""
    size, color = rules.size, cells[move]
    row, column = move // size, move % size
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        stones, shut = 1, 0
        for sign in (-1, 1):
            r, c = row + sign * down, column + sign * right
            while 0 <= r < size and 0 <= c < size and cells[r * size + c] == color:
                stones += 1
                r += sign * down
                c += sign * right
            if 0 <= r < size and 0 <= c < size and cells[r * size + c] == -color:
                shut += 1
        exact = rules.variant == STANDARD or (rules.variant == RENJU and color == 1)
        if stones == rules.win_length and not (rules.variant == CARO and shut == 2):
            return True
        if stones > rules.win_length and not exact:
            return True
    return False


@compiled
def wins_at(cells: Cells, move: int, color: int, rules: Rules) -> bool:
    """Whether a stone on an empty point would complete a row."""
    cells[move] = color
    wins = completes_row(cells, move, rules)
    cells[move] = 0
    return wins


@compiled
def can_win(cells: Cells, color: int, rules: Rules) -> bool:
    """Whether a color could complete a row with one stone."""
    for move in range(len(cells)):
        if cells[move] == 0 and wins_at(cells, move, color, rules):
            return True
    return False


@compiled
def wins_by_fours(
    cells: Cells, lines: Lines, rules: Rules, side: int, key: int, memory: Memory
) -> bool:
    """Whether a side to move wins by fours with one answer at most, by trying every point."""
    color = 1 - 2 * side
    if memory.failed[0, key & (_ENTRIES - 1)] == key:
        return False
    if can_win(cells, color, rules):
        return True
    threatened = can_win(cells, -color, rules)
    for move in range(len(cells)):
        if cells[move] != 0:
            continue
        put_stone(cells, lines, side, move, rules)
        won = False
        if (
            not (side == 0 and is_forbidden_stone(lines, move, rules))
            and not (threatened and can_win(cells, -color, rules))
            and can_win(cells, color, rules)
        ):
            answers, answer = 0, -1
            for point in range(len(cells)):
                if cells[point] != 0 or (side == 1 and is_forbidden(lines, point, rules)):
                    continue
                cells[point] = -color
                if not can_win(cells, color, rules):
                    answers += 1
                    answer = point
                cells[point] = 0
            won = answers == 0
            if answers == 1:
                put_stone(cells, lines, 1 - side, answer, rules)
                after = key ^ memory.keys[side, move] ^ memory.keys[1 - side, answer]
                won = wins_by_fours(cells, lines, rules, side, after, memory)
                take_stone(cells, lines, 1 - side, answer, rules.size)
        take_stone(cells, lines, side, move, rules.size)
        if won:
            return True
    memory.failed[0, key & (_ENTRIES - 1)] = key
    return False


@compiled
def wins_by_threats(
    cells: Cells, lines: Lines, rules: Rules, side: int, depth: int, key: int, memory: Memory
) -> bool:
    """Whether a side to move wins by so many attacks and fours, by trying every move and reply.

    An attack is any move after which one more move would make a win by fours.
    """
    color = 1 - 2 * side
    if wins_by_fours(cells, lines, rules, side, key, memory):
        return True
    if depth == 0 or memory.failed[depth, key & (_ENTRIES - 1)] == key:
        return False
    threatened = can_win(cells, -color, rules)
    for move in range(len(cells)):
        if cells[move] != 0:
            continue
        put_stone(cells, lines, side, move, rules)
        after = key ^ memory.keys[side, move]
        won = (
            not (side == 0 and is_forbidden_stone(lines, move, rules))
            and not (threatened and can_win(cells, -color, rules))
            and wins_by_fours(cells, lines, rules, side, after, memory)
        )
        if won:
            for reply in range(len(cells)):
                if cells[reply] != 0 or (side == 1 and is_forbidden(lines, reply, rules)):
                    continue
                put_stone(cells, lines, 1 - side, reply, rules)
                won = wins_by_threats(
                    cells,
                    lines,
                    rules,
                    side,
                    depth - 1,
                    after ^ memory.keys[1 - side, reply],
                    memory,
                )
                take_stone(cells, lines, 1 - side, reply, rules.size)
                if not won:
                    break
        take_stone(cells, lines, side, move, rules.size)
        if won:
            return True
    memory.failed[depth, key & (_ENTRIES - 1)] = key
    return False


@compiled
def count_proof(
    cells: Cells,
    lines: Lines,
    rules: Rules,
    side: int,
    depth: int,
    node_cap: int,
    scratch: VctScratch,
) -> int:
    """Play a claimed win out against every legal reply, until a row stands on the board.

    The attacker plays the first move of what `find_vct` claims, with one attack less after each
    reply. Returns the positions visited, or `REFUTED`.
    """
    plies = find_vct(cells, lines, rules, side, depth, node_cap, scratch)
    if plies <= 0:
        return REFUTED
    move, left = scratch.line[0], max(0, scratch.counters[1] - 1)
    if cells[move] != 0:
        return REFUTED
    put_stone(cells, lines, side, move, rules)
    visited = 1
    if not completes_row(cells, move, rules):
        if side == 0 and is_forbidden_stone(lines, move, rules):
            visited = REFUTED
        for reply in range(len(cells)):
            if visited == REFUTED:
                break
            if cells[reply] != 0 or (side == 1 and is_forbidden(lines, reply, rules)):
                continue
            put_stone(cells, lines, 1 - side, reply, rules)
            below = REFUTED
            if not completes_row(cells, reply, rules):
                below = count_proof(cells, lines, rules, side, left, node_cap, scratch)
            take_stone(cells, lines, 1 - side, reply, rules.size)
            visited = visited + below if below > 0 else REFUTED
    take_stone(cells, lines, side, move, rules.size)
    return visited


@compiled
def shortest_by_fours(cells: Cells, lines: Lines, rules: Rules, side: int, memory: Memory) -> int:
    """The plies of the shortest win by fours, `MAX_PLIES` at most, or 0 if there is none."""
    for plies in range(1, MAX_PLIES + 1, 2):
        if fours_win_within(cells, lines, rules, side, plies, 1, memory):
            return plies
    return 0


@compiled
def shortest_by_threats(cells: Cells, lines: Lines, rules: Rules, side: int, memory: Memory) -> int:
    """The plies of the shortest win by fours and threats against the longest resistance, or 0.

    Up to 5 plies no other win can be shorter: a move that is no threat leaves the other side time.
    """
    for plies in range(1, MAX_PLIES + 1, 2):
        if threats_win_within(cells, lines, rules, side, plies, 1, memory):
            return plies
    return 0


@compiled
def fours_win_within(
    cells: Cells, lines: Lines, rules: Rules, side: int, plies: int, key: int, memory: Memory
) -> bool:
    """`wins_by_fours` in so many plies, an odd number, passing over stones too far from others."""
    counts = np.empty(len(cells), np.int8)
    count_stones_in_rows(lines, side, counts, rules)
    color, length = 1 - 2 * side, rules.win_length
    if can_win_where(cells, counts, color, rules):
        return True
    known = key ^ (plies * 0x1E3779B97F4A7C15)
    memory.left[0] -= 1
    if plies < 3 or memory.left[0] < 0 or memory.failed[0, known & (_ENTRIES - 1)] == known:
        return False
    after = np.empty(len(cells), np.int8)
    count_stones_in_rows(lines, 1 - side, after, rules)
    threatened = can_win_where(cells, after, -color, rules)
    for move in range(len(cells)):
        if cells[move] != 0 or counts[move] < length - 2:
            continue
        put_stone(cells, lines, side, move, rules)
        won = False
        count_stones_in_rows(lines, side, after, rules)
        if (
            not (side == 0 and is_forbidden_stone(lines, move, rules))
            and not (threatened and can_win(cells, -color, rules))
            and can_win_where(cells, after, color, rules)
        ):
            answers, answer = 0, -1
            for point in range(len(cells)):
                if cells[point] != 0 or (rules.variant != CARO and after[point] < length - 1):
                    continue
                if side == 1 and is_forbidden(lines, point, rules):
                    continue
                cells[point] = -color
                if not can_win_where(cells, after, color, rules):
                    answers += 1
                    answer = point
                cells[point] = 0
            won = answers == 0
            if answers == 1:
                put_stone(cells, lines, 1 - side, answer, rules)
                below = key ^ memory.keys[side, move] ^ memory.keys[1 - side, answer]
                won = fours_win_within(cells, lines, rules, side, plies - 2, below, memory)
                take_stone(cells, lines, 1 - side, answer, rules.size)
        take_stone(cells, lines, side, move, rules.size)
        if won:
            return True
    memory.failed[0, known & (_ENTRIES - 1)] = known
    return False


@compiled
def threats_win_within(
    cells: Cells, lines: Lines, rules: Rules, side: int, plies: int, key: int, memory: Memory
) -> bool:
    """`wins_by_threats` in so many plies, an odd number, however the other side resists.

    An attack must threaten to win by fours within the plies that are left.
    """
    if fours_win_within(cells, lines, rules, side, plies, key, memory):
        return True
    known = key ^ (plies * 0x1E3779B97F4A7C15)
    if plies < 5 or memory.failed[1, known & (_ENTRIES - 1)] == known:
        return False
    color = 1 - 2 * side
    threatened = can_win(cells, -color, rules)
    refuting = -1  # the last reply that stopped an attack: it is likely to stop the next as well
    for move in range(len(cells)):
        if cells[move] != 0 or memory.left[0] < 0:
            continue
        put_stone(cells, lines, side, move, rules)
        after = key ^ memory.keys[side, move]
        won = (
            not (side == 0 and is_forbidden_stone(lines, move, rules))
            and not (threatened and can_win(cells, -color, rules))
            and fours_win_within(cells, lines, rules, side, plies - 2, after, memory)
        )
        if won:
            for index in range(-1, len(cells)):
                reply = index if index >= 0 else refuting
                if (
                    reply < 0
                    or cells[reply] != 0
                    or (side == 1 and is_forbidden(lines, reply, rules))
                ):
                    continue
                put_stone(cells, lines, 1 - side, reply, rules)
                below = after ^ memory.keys[1 - side, reply]
                won = threats_win_within(cells, lines, rules, side, plies - 2, below, memory)
                take_stone(cells, lines, 1 - side, reply, rules.size)
                if not won:
                    refuting = reply
                    break
        take_stone(cells, lines, side, move, rules.size)
        if won:
            return True
    memory.failed[1, known & (_ENTRIES - 1)] = known
    return False


@compiled
def can_win_where(cells: Cells, counts: Cells, color: int, rules: Rules) -> bool:
    """`can_win`, given how many stones its rows through each point hold at most."""
    for move in range(len(cells)):
        close = cells[move] == 0 and counts[move] >= rules.win_length - 1
        if close and wins_at(cells, move, color, rules):
            return True
    return False
