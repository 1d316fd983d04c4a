"""What a search asks about positions, and what it gets back."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.forbidden import FORBIDDEN_CELL, mark_forbidden
from gomoku.intrinsics import stack_array
from gomoku.jit import kernel
from gomoku.lines import DIRECTIONS, LINES, Cells, Lines, write_lines
from gomoku.rules import RENJU, Rules


class Positions(NamedTuple):
    """A batch of B positions under one rule set, with A points each.

    cells: `[B, A]` 1 black, -1 white, 0 empty; in renju, `FORBIDDEN_CELL` at an empty point that is
        forbidden to Black, whoever is to move (`with_forbidden`).
    to_move: `[B]` 1 or -1.
    last_move: `[B]` -1 before the first move.
    rules: the rules they are played by.
    """

    cells: NDArray[np.int8]
    to_move: NDArray[np.int8]
    last_move: NDArray[np.int16]
    rules: Rules

    def rows(self, chosen: slice | NDArray[np.int64]) -> "Positions":
        """Some of the batch."""
        return Positions(
            self.cells[chosen], self.to_move[chosen], self.last_move[chosen], self.rules
        )

    def illegal(self) -> NDArray[np.bool_]:
        """`[B, A]` where the side to move cannot play, or must not. Where Black would have nothing
        left in renju, it may choose between the forbidden points."""
        stones: NDArray[np.bool_] = (self.cells & 1) == 1
        if self.rules.variant != RENJU:
            return stones
        refused = (self.cells == FORBIDDEN_CELL) & (self.to_move == 1)[:, None]
        refused &= ~(stones | refused).all(axis=1)[:, None]
        illegal: NDArray[np.bool_] = stones | refused
        return illegal


def with_forbidden(cells: NDArray[np.int8], rules: Rules) -> NDArray[np.int8]:
    """Boards `[B, A]` as `Positions` wants them: a copy with the forbidden points marked in renju,
    the same array under other rules."""
    if rules.variant != RENJU:
        return cells
    marked = np.ascontiguousarray(cells).copy()
    mark_boards(marked, rules)
    return marked


@kernel
def mark_boards(cells: Annotated[NDArray[np.int8], 2], rules: Rules) -> None:
    """Mark the points of boards `[B, A]` that are forbidden to Black."""
    marks = stack_array(cells.shape[1], np.int8)
    lines = stack_array(2 * DIRECTIONS * LINES, np.int32).reshape(2, DIRECTIONS, LINES)
    for row in range(cells.shape[0]):
        write_lines(cells[row], lines, rules)
        mark_cells(cells[row], lines, marks, rules)


@kernel
def mark_cells(cells: Cells, lines: Lines, marks: Cells, rules: Rules) -> None:
    """Mark the points of one board that are forbidden to Black; marks: scratch for `[A]`."""
    mark_forbidden(cells, lines, marks, rules)
    for move in range(cells.shape[0]):
        if marks[move]:
            cells[move] = FORBIDDEN_CELL


def positions_of(boards: Sequence[Board]) -> Positions:
    """Boards of the same rules as one batch."""
    return Positions(
        with_forbidden(np.stack([board.cells for board in boards]), boards[0].rules),
        np.array([board.to_move for board in boards], np.int8),
        np.array([-1 if b.last_move is None else b.last_move for b in boards], np.int16),
        boards[0].rules,
    )


class Evaluation(NamedTuple):
    """What an evaluator thinks of a batch of positions.

    prior: `[B, A]` float32, non-negative weights of moves; occupied points, and for Black those
        that are forbidden, are ignored and the rest need not sum to one.
    value: `[B]` float32, expected result in [-1, 1] for the side to move: the chance of a win less
        that of a loss.
    draw: `[B]` float32, the chance of a draw in [0, 1]; with the value it gives the chances of a
        win and of a loss. None where nobody can tell.
    """

    prior: NDArray[np.float32]
    value: NDArray[np.float32]
    draw: NDArray[np.float32] | None = None


class Evaluator(Protocol):
    """Judges positions. The arrays of the answer belong to the evaluator until its next call."""

    def evaluate(self, positions: Positions) -> Evaluation: ...
