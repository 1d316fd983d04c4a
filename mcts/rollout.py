"""What makes a search "pure": nothing is known of a position but how random games end."""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from gomoku.intrinsics import stack_array
from gomoku.jit import kernel
from gomoku.lines import DIRECTIONS, LINES, Cells, Lines, set_stone, set_stone_at
from gomoku.rules import Rules
from mcts.evaluation import Evaluation, Positions
from mcts.randomness import RandomState, below, random_states


class RolloutEvaluator:
    """Every move the same prior; the value is the result of one random game.

    `Search` recognizes it and makes the same simulations without leaving compiled code.
    """

    def __init__(self, seed: int = 0) -> None:
        self._states = random_states(seed, 1)
        self._lines = np.zeros((2, DIRECTIONS, LINES), np.int32)

    def evaluate(self, positions: Positions) -> Evaluation:
        values = np.empty(len(positions.cells), np.float32)
        play_out_batch(
            np.ascontiguousarray(positions.cells),
            self._lines,
            positions.to_move,
            self._states,
            positions.rules,
            values,
        )
        prior = np.ones(positions.cells.shape, np.float32)
        return Evaluation(prior, values, (values == 0).astype(np.float32))


@kernel
def play_out(
    cells: Cells,
    lines: Lines,
    to_move: int,
    empty: NDArray[np.int16],
    states: RandomState,
    game: int,
    rules: Rules,
) -> float:
    """The result of a random game for the side to move; the lines are played on and spoiled.

    empty: scratch for `[A]` points.
    """
    count = 0
    for row in range(rules.size):
        for column in range(rules.size):
            empty[np.uintp(count)] = row * 32 + column
            count += (cells[row * rules.size + column] & 1) == 0
    side = 0 if to_move > 0 else 1
    result = 1.0
    while count > 0:
        index = np.uintp(below(states, game, count))
        point: Any = np.int64(empty[index])
        count -= 1
        empty[index] = empty[np.uintp(count)]
        if set_stone_at(lines, side, point >> 5, point & 31, rules):
            return result
        side = 1 - side
        result = -result
    return 0.0


@kernel
def play_out_batch(
    cells: Annotated[NDArray[np.int8], 2],
    lines: Lines,
    to_move: NDArray[np.int8],
    states: RandomState,
    rules: Rules,
    values: NDArray[np.float32],
) -> None:
    """One random game from each position of a batch: `cells[B, A]`; all are drawn on `lines[0]`."""
    empty = stack_array(cells.shape[1], np.int16)
    for row in range(cells.shape[0]):
        lines[:] = 0
        for move in range(cells.shape[1]):
            if cells[row, move] & 1:
                set_stone(lines, 0 if cells[row, move] > 0 else 1, move, rules)
        values[row] = play_out(cells[row], lines, to_move[row], empty, states, 0, rules)
