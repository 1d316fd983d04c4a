"""What a search asks about positions, and what it gets back."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.rules import Rules


class Positions(NamedTuple):
    """A batch of B positions under one rule set, with A points each.

    cells: `[B, A]` 1 black, -1 white, 0 empty.
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


def positions_of(boards: Sequence[Board]) -> Positions:
    """Boards of the same rules as one batch."""
    return Positions(
        np.stack([board.cells for board in boards]),
        np.array([board.to_move for board in boards], np.int8),
        np.array([-1 if b.last_move is None else b.last_move for b in boards], np.int16),
        boards[0].rules,
    )


class Evaluation(NamedTuple):
    """What an evaluator thinks of a batch of positions.

    prior: `[B, A]` float32, non-negative weights of moves; occupied points are ignored and the
        rest need not sum to one.
    value: `[B]` float32, expected result in [-1, 1] for the side to move.
    """

    prior: NDArray[np.float32]
    value: NDArray[np.float32]


class Evaluator(Protocol):
    """Judges positions. The arrays of the answer belong to the evaluator until its next call."""

    def evaluate(self, positions: Positions) -> Evaluation: ...
