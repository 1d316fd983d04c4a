"""The arrays that kernels take, made from a plain board."""

import numpy as np

from gomoku import kernels
from gomoku.kernels import Meta
from gomoku.lines import DIRECTIONS, LINES, Cells, Lines, set_stone
from gomoku.rules import (
    MAX_SIZE,
    MAX_WIN_LENGTH,
    MIN_SIZE,
    MIN_WIN_LENGTH,
    RENJU,
    RENJU_WIN_LENGTH,
    VARIANT_NAMES,
    Rules,
)
from tests import reference


def kernel_state(
    cells: reference.Cells, rules: Rules, to_move: int = 1
) -> tuple[Cells, Lines, Meta]:
    """Fresh cells, lines and meta with these stones; there is no last move."""
    board = np.zeros(rules.points, np.int8)
    lines = np.zeros((2, DIRECTIONS, LINES), np.int32)
    meta = np.zeros(kernels.META, np.int32)
    kernels.clear(board, lines, meta, rules)
    for move, cell in enumerate(cells):
        if cell:
            board[move] = cell
            set_stone(lines, 0 if cell > 0 else 1, move, rules)
    meta[kernels.TO_MOVE] = to_move
    meta[kernels.EMPTY_POINTS] = list(cells).count(0)
    return board, lines, meta


def all_rules(size: int) -> list[Rules]:
    """Every rule set that can be played on boards of one size."""
    return [
        Rules(size, win_length, variant)
        for win_length in range(MIN_WIN_LENGTH, min(size, MAX_WIN_LENGTH) + 1)
        for variant in range(len(VARIANT_NAMES))
        if variant != RENJU or win_length == RENJU_WIN_LENGTH
    ]


ALL_SIZES = range(MIN_SIZE, MAX_SIZE + 1)
