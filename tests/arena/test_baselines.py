"""The baselines do what their names say."""

import numpy as np
import pytest

from gomoku import kernels
from gomoku.board import Board
from gomoku.lines import lines_of as bitmasks_of
from gomoku.notation import move_from_text, moves_to_text
from gomoku.rules import BLACK, RENJU, STANDARD, Rules
from gomoku_zero.players.baselines import GreedyPlayer, RandomPlayer, greedy_moves
from mcts.player import Limit
from tests.reference import lines_of


def greedy_text(board: Board) -> str:
    return moves_to_text((int(move) for move in greedy_moves(board)), board.rules.size)


def test_greedy_wins_rather_than_blocks() -> None:
    board = Board.from_text(
        """
        6 . . . . . .
        5 o o o o . .
        4 . . . . . .
        3 . . . . . .
        2 x x x x . .
        1 . . . . . .
        """
    )
    assert greedy_text(board) == "e2"


def test_greedy_blocks_a_five() -> None:
    board = Board.from_text(
        """
        7 . . . . . . .
        6 o . . . . . .
        5 . o . . . . .
        4 . . . . . . .
        3 . . . o . x .
        2 . x . . o . .
        1 . x . x . . .
        """
    )
    assert greedy_text(board) == "c4"


def test_greedy_extends_its_longest_open_row() -> None:
    # The row of two at the top is closed in; the column of two is not.
    board = Board.from_text(
        """
        6 x x o . . .
        5 . . . . . .
        4 . . . . . .
        3 . . . . o .
        2 . . . . o .
        1 . . . . . x
        """,
        Rules(6, 4),
    )
    board.push(move_from_text("f2", 6))
    assert greedy_text(board) == "e5 e4 e1"


def test_greedy_plays_no_overline_where_only_exactly_five_wins() -> None:
    text = """
        7 . . . . . . .
        6 . . . . . . .
        5 . . . . . . .
        4 x x x . x x .
        3 . . . . . . .
        2 . . . . . . .
        1 o o . o o . o
        """
    assert greedy_text(Board.from_text(text)) == "d4"
    assert greedy_text(Board.from_text(text, Rules(7, 5, STANDARD))) == "c1"


def test_greedy_leaves_forbidden_points_alone() -> None:
    text = """
        15 . . . . . . . . . . . . . . .
        14 . . . . . . . . . . . . . . .
        13 . . . . . . . . . . . . . . .
        12 . . . . . . . . . . . . . . .
        11 . . . . . . . . . . . . . . .
        10 . . . . . . . . . . . . . . .
         9 . . . . . . . . . . . . . . .
         8 . . . . . . . . . . . . . . .
         7 . . . . . . . . . . . . . . .
         6 . . . . . . . . . . . . . . .
         5 . . . . . . . . . . . . . . .
         4 x . . . . . . . . . . . . . .
         3 x . . . . . . . . . . . . . .
         2 x . . . . . . . . . . . . . .
         1 . x x x . . . . . o o o o o o
        """.replace("o o o o o o", "o o . o o o")
    rules = Rules(15, 5, RENJU)
    board = Board.from_text(text, rules, BLACK)
    # l1 would stop a row of more than five, which wins for White; a1 is a double four.
    assert greedy_text(board) == "l1"
    board.push(move_from_text("l1", 15))
    board.push(move_from_text("h12", 15))
    assert "a1" not in greedy_text(board).split()
    assert "a5" in greedy_text(board).split()


def test_ties_are_drawn_at_random_from_the_seed() -> None:
    boards = [Board(Rules(9)) for _ in range(20)]
    choices = GreedyPlayer(seed=1).choose_moves(boards, Limit())
    assert choices == GreedyPlayer(seed=1).choose_moves(boards, Limit())
    assert choices != GreedyPlayer(seed=2).choose_moves(boards, Limit())


def test_random_plays_every_empty_point_and_no_other() -> None:
    board = Board.from_moves(Rules(3, 3), [4, 0])
    choices = RandomPlayer(seed=0).choose_moves([board] * 200, Limit())
    assert {choice.move for choice in choices} == {1, 2, 3, 5, 6, 7, 8}


@pytest.mark.parametrize("rules", [Rules(5, 3), Rules(6, 4), Rules(9, 5), Rules(7, 6)])
def test_stones_in_rows_are_what_counting_window_by_window_gives(rules: Rules) -> None:
    generator = np.random.default_rng(0)
    for _ in range(20):
        cells = generator.choice(np.array([1, -1, 0, 0], np.int8), rules.points)
        for side in range(2):
            counts = np.empty(rules.points, np.int8)
            kernels.count_stones_in_rows(bitmasks_of(cells, rules), side, counts, rules)
            assert counts.tolist() == slow_counts(cells.tolist(), 1 - 2 * side, rules)


def slow_counts(cells: list[int], own: int, rules: Rules) -> list[int]:
    counts = [-1] * rules.points
    for line in lines_of(rules.size):
        for start in range(len(line) - rules.win_length + 1):
            window = line[start : start + rules.win_length]
            if any(cells[move] == -own for move in window):
                continue
            stones = sum(cells[move] == own for move in window)
            for move in window:
                if cells[move] == 0:
                    counts[move] = max(counts[move], stones)
    return counts
