"""Positions and networks to measure with: from games, and shipped where one has the shape."""

from pathlib import Path

import numpy as np

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.evaluation import Positions, positions_of

MODELS = Path(__file__).resolve().parents[1] / "models"


def some_positions(rules: Rules, count: int, seed: int = 0) -> Positions:
    """Undecided positions of random games, of all lengths up to half a board."""
    generator = np.random.default_rng(seed)
    boards: list[Board] = []
    while len(boards) < count:
        board = Board(rules)
        for move in generator.permutation(rules.points)[: generator.integers(rules.points // 2)]:
            if board.outcome is None:
                board.push(int(move))
        if board.outcome is None:
            boards.append(board)
    return positions_of(boards)
