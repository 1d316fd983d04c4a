"""What makes a search "pure": nothing is known of a position but how random games end."""

import numpy as np

from gomoku.kernels import DIRECTIONS, LINES
from mcts.evaluation import Evaluation, Positions
from mcts.kernels import play_out_batch
from mcts.randomness import random_states


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
            positions.cells, self._lines, positions.to_move, self._states, positions.rules, values
        )
        return Evaluation(np.ones(positions.cells.shape, np.float32), values)
