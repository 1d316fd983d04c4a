"""Caro: five or more win, but exactly five between two enemy stones do not."""

import pytest

from gomoku.board import Board, Outcome, Termination
from gomoku.rules import BLACK, CARO, WHITE, Color, Rules


def winner_after(row: str) -> Color | None:
    """Who wins when Black plays on the * of this middle row of a 9x9 board."""
    board = [["."] * 9 for _ in range(9)]
    board[4] = row.split()
    text = "\n".join(" ".join(points) for points in board).replace("*", ".")
    game = Board.from_text(text, Rules(9, 5, CARO), to_move=BLACK)
    assert game.outcome is None
    game.push(4 * 9 + row.split().index("*"))
    return game.outcome.winner if game.outcome else None


@pytest.mark.parametrize(
    "row",
    [
        ". . x x * x x . .",
        ". o x x * x x . .",  # shut at one end only
        "x x * x x o . . .",  # the edge shuts nothing
        ". . o x x * x x .",
        "o x x x * x x o .",  # six
        ". o x x * x x x o",
    ],
)
def test_five_open_at_an_end_and_longer_rows_win(row: str) -> None:
    assert winner_after(row) is BLACK


@pytest.mark.parametrize("row", [". o x x * x x o .", "o * x x x x o . ."])
def test_five_between_two_enemy_stones_do_not_win(row: str) -> None:
    assert winner_after(row) is None


def test_a_row_shut_in_later_has_won_before_and_one_that_grows_out_wins_late() -> None:
    # Five stones are shut in by o at both ends; another five crosses them and wins.
    text = """
    . . . . . . . . .
    . . . . x . . . .
    . . . . x . . . .
    . . . . x . . . .
    . o x x x x x o .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    """
    board = Board.from_text(text, Rules(9, 5, CARO), to_move=BLACK)
    assert board.outcome is None
    board.push(4)
    assert board.outcome == Outcome(BLACK, Termination.LINE, (4, 13, 22, 31, 40))


def test_the_line_of_a_position_from_text_is_the_row_that_wins() -> None:
    text = "o x x x x x o x x x x x ." + "\n. . . . . . . . . . . . ." * 12
    board = Board.from_text(text, Rules(13, 5, CARO), to_move=WHITE)
    assert board.outcome == Outcome(BLACK, Termination.LINE, (7, 8, 9, 10, 11))
