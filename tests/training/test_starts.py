"""Positions from which games of self-play begin."""

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.notation import move_from_text
from gomoku.rules import Rules
from gomoku_zero.training.config import SelfPlayConfig
from gomoku_zero.training.starts import draw_start, near_points
from mcts.evaluation import Evaluation, Positions

RULES = Rules(size=9)


class Likes:
    """Thinks that the side to move is winning unless the last move was a certain point."""

    def __init__(self, point: int) -> None:
        self._point = point
        self.asked: list[int] = []

    def __call__(self, positions: Positions) -> Evaluation:
        self.asked.append(len(positions.cells))
        values = np.where(positions.last_move == self._point, 0.0, 0.9).astype(np.float32)
        return Evaluation(np.ones(positions.cells.shape, np.float32), values)


def nobody(positions: Positions) -> Evaluation:
    raise AssertionError(f"asked about {len(positions.cells)} positions")


def draw(config: SelfPlayConfig, count: int = 200) -> list[Board]:
    rng = np.random.default_rng(1)
    return [draw_start(RULES, config, nobody, rng) for _ in range(count)]


def test_the_share_of_empty_boards_and_the_number_of_stones_are_as_set() -> None:
    boards = draw(SelfPlayConfig(empty_starts=0.5, random_plies=3), 1000)
    stones = np.bincount([board.ply for board in boards], minlength=4) / len(boards)
    # Half, and a quarter of the other half, which draw their number from 0 to 3.
    assert stones == pytest.approx([0.625, 0.125, 0.125, 0.125], abs=0.03)
    assert all(board.outcome is None for board in boards)


def test_no_stones_means_empty_boards() -> None:
    assert {board.ply for board in draw(SelfPlayConfig(empty_starts=0.0, random_plies=0))} == {0}


def test_stones_lie_near_another_if_asked_to() -> None:
    for board in draw(SelfPlayConfig(empty_starts=0.0, random_plies=6, stone_distance=2)):
        rows, columns = np.divmod(np.array(board.moves, int), RULES.size)
        for stone in range(1, board.ply):
            apart = np.maximum(abs(rows - rows[stone]), abs(columns - columns[stone]))
            assert apart[:stone].min() <= 2


def test_near_points_are_a_square_around_every_stone() -> None:
    board = Board(RULES)
    assert len(near_points(board, 2)) == 81
    board.push(move_from_text("a1", 9))
    assert len(near_points(board, 2)) == 8
    board.push(move_from_text("e5", 9))
    assert len(near_points(board, 2)) == 8 + 24 - 1  # c3 is near both
    assert len(near_points(board, 0)) == 79


def test_the_last_stone_is_the_one_that_balances() -> None:
    config = SelfPlayConfig(empty_starts=0.0, random_plies=0, balance_moves=81)
    point = move_from_text("b7", 9)
    likes = Likes(point)
    rng = np.random.default_rng(2)
    boards = [draw_start(RULES, config, likes, rng) for _ in range(100)]
    assert set(likes.asked) == {81}
    # (1 - 0.9^2)^4 is 0.0013, of which there are 80.
    share = np.mean([board.moves == (point,) for board in boards])
    assert share == pytest.approx(1 / (1 + 80 * 0.19**4), abs=0.06)


def test_where_every_move_decides_one_is_played_all_the_same() -> None:
    config = SelfPlayConfig(empty_starts=0.0, random_plies=2, balance_moves=4)

    def certain(positions: Positions) -> Evaluation:
        rows = len(positions.cells)
        return Evaluation(np.ones((rows, 81), np.float32), np.ones(rows, np.float32))

    board = draw_start(RULES, config, certain, np.random.default_rng(3))
    assert board.ply > 0


def test_a_start_depends_on_nothing_but_the_generator() -> None:
    config = SelfPlayConfig(empty_starts=0.1, random_plies=5, stone_distance=3, balance_moves=8)
    starts = [
        [draw_start(RULES, config, Likes(40), rng).moves for _ in range(20)]
        for rng in (np.random.default_rng(4), np.random.default_rng(4))
    ]
    assert starts[0] == starts[1]
