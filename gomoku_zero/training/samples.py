"""Positions with what to learn from them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.rules import Rules
from mcts.evaluation import Positions, with_forbidden


class Samples(NamedTuple):
    """B positions of one board size with A points, and their targets for the side to move.

    cells: `[B, A]` as in `mcts.evaluation.Positions`: in renju forbidden points are marked.
    to_move, last_move: as in `mcts.evaluation.Positions`.
    policy: `[B, A]` float16 policy target, summing to one.
    outcome: `[B]` int8: 1 the side to move won the game, -1 lost, 0 draw.
    root_value: `[B]` float16 what the search thought.
    root_draw: `[B]` float16 in [0, 1] how likely a teacher takes a draw for; 0 without one.
    reply: `[B]` int16 the move the opponent answered with; -1 if the game was over.
    moves_left: `[B]` int16 plies to the end of the game.
    """

    cells: NDArray[np.int8]
    to_move: NDArray[np.int8]
    last_move: NDArray[np.int16]
    policy: NDArray[np.float16]
    outcome: NDArray[np.int8]
    root_value: NDArray[np.float16]
    root_draw: NDArray[np.float16]
    reply: NDArray[np.int16]
    moves_left: NDArray[np.int16]

    @property
    def rows(self) -> int:
        """B."""
        return len(self.to_move)


def positions_of_samples(samples: Samples, rules: Rules) -> Positions:
    """The positions, as evaluators take them."""
    return Positions(samples.cells, samples.to_move, samples.last_move, rules)


def marked(samples: Samples, rules: Rules) -> Samples:
    """Samples whose cells may be those of stones alone, as earlier versions kept them."""
    return samples._replace(cells=with_forbidden(samples.cells, rules))


def concatenate(parts: Sequence[Samples]) -> Samples:
    """All parts in order; there must be at least one."""
    columns: list[Any] = [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
    return Samples(*columns)


def take(samples: Samples, rows: NDArray[np.int64] | slice) -> Samples:
    columns: list[Any] = [array[rows] for array in samples]
    return Samples(*columns)
