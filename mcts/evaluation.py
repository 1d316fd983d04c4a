"""What a search asks about positions, and what it gets back."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

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
