"""The weakest players, which anything that has learned should beat."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels
from gomoku.board import Board
from gomoku.rules import BLACK
from mcts.player import Choice, Limit, Player


class RandomPlayer(Player):
    """Plays any empty point, all equally likely."""

    def __init__(self, seed: int = 0, name: str = "random") -> None:
        self.name = name
        self._generator = np.random.default_rng(seed)

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        return [Choice(_draw(board.legal_moves(), self._generator)) for board in boards]

    def close(self) -> None:
        pass


class GreedyPlayer(Player):
    """Looks one ply ahead: wins at once, else stops a win, else extends its longest open row.

    It plays on a forbidden point only if there is no other. An open row is one that enemy stones
    do not keep from growing to the winning length. Moves that are equally good by that are drawn
    at random.
    """

    def __init__(self, seed: int = 0, name: str = "greedy") -> None:
        self.name = name
        self._generator = np.random.default_rng(seed)

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        return [Choice(_draw(greedy_moves(board), self._generator)) for board in boards]

    def close(self) -> None:
        pass


def greedy_moves(board: Board) -> NDArray[np.int64]:
    """The moves among which a greedy player draws, in ascending order."""
    rules = board.rules
    _, lines = board.copy_arrays()
    own = 0 if board.to_move == BLACK else 1
    wins = _existing(kernels.winning_moves(lines, own, rules))
    if wins.size:
        return wins
    legal = board.legal_moves()
    if board.to_move == BLACK:
        allowed = np.setdiff1d(legal, board.forbidden_points())
        legal = allowed if allowed.size else legal
    blocks = np.intersect1d(_existing(kernels.winning_moves(lines, 1 - own, rules)), legal)
    if blocks.size:
        return blocks
    counts = np.empty(rules.points, np.int8)
    kernels.count_stones_in_rows(lines, own, counts, rules)
    longest: NDArray[np.int64] = legal[counts[legal] == counts[legal].max()]
    return longest


def _existing(moves: tuple[int, int]) -> NDArray[np.int64]:
    return np.array(sorted(move for move in moves if move >= 0), np.int64)


def _draw(moves: NDArray[np.int64], generator: np.random.Generator) -> int:
    return int(moves[generator.integers(len(moves))])
