"""How games of self-play begin: on the empty board, or with random stones that leave it open.

A first move on an empty board wins most games, so from there White would learn little. Stones near
each other, and a last one that evens the chances out, are how KataGomo begins (its
game/randomopening.cpp).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.arena.openings import is_shipped
from gomoku_zero.training.config import SelfPlayConfig
from mcts.evaluation import Evaluation, Positions, with_forbidden

# How strongly the last stone goes for balance: the exponent of 1 - v^2.
BALANCE_EXPONENT = 4

Evaluate = Callable[[Positions], Evaluation]


def draw_start(
    rules: Rules, config: SelfPlayConfig, evaluate: Evaluate, rng: np.random.Generator
) -> Board:
    """A position to begin a game from, whose game goes on.

    evaluate: judges the moves that may balance it.
    """
    if rng.random() < config.empty_starts:
        return Board(rules)
    while True:
        board = Board(rules)
        for _ in range(int(rng.integers(config.random_plies + 1))):
            if board.outcome is None:
                board.push(int(rng.choice(near_points(board, config.stone_distance))))
        if board.outcome is None and config.balance_moves:
            board = _balance(board, config, evaluate, rng)
        # Matches from shipped openings are to ask for play that was not rehearsed.
        if board.outcome is None and not (board.ply and is_shipped(board)):
            return board


def near_points(board: Board, distance: int) -> NDArray[np.int64]:
    """The legal moves within `distance` of a stone, in rows and columns; all of them if there is
    no stone, or distance is 0."""
    legal = board.legal_moves()
    stones = np.flatnonzero(board.cells)
    if not distance or not len(stones):
        return legal
    rows, columns = np.divmod(legal, board.rules.size)
    stone_rows, stone_columns = np.divmod(stones, board.rules.size)
    apart = np.maximum(np.abs(rows[:, None] - stone_rows), np.abs(columns[:, None] - stone_columns))
    near = legal[apart.min(axis=1) <= distance]
    return near if len(near) else legal


def _balance(
    board: Board, config: SelfPlayConfig, evaluate: Evaluate, rng: np.random.Generator
) -> Board:
    """The board after one more move that likely leaves neither side ahead; the board itself if
    none of the moves looked at leaves the game undecided."""
    points = rng.permutation(near_points(board, config.stone_distance))
    moves = []
    for move in points[: config.balance_moves].tolist():
        board.push(move)
        if board.outcome is None:
            moves.append(move)
        board.pop()
    if not moves:
        return board
    cells = np.tile(board.cells, (len(moves), 1))
    cells[np.arange(len(moves)), moves] = board.to_move
    after = Positions(
        with_forbidden(cells, board.rules),
        np.full(len(moves), board.to_move.other, np.int8),
        np.array(moves, np.int16),
        board.rules,
    )
    values = evaluate(after).value.astype(np.float64)
    # A little for each, so that the chances of moves that all decide the game still sum to one.
    chances = np.maximum(1 - values**2, 1e-3) ** BALANCE_EXPONENT
    board.push(moves[int(rng.choice(len(moves), p=chances / chances.sum()))])
    return board
