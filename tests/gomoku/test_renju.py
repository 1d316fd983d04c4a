"""Renju: what Black must not play, in many shapes, and how a game ends by it.

The positions of docs/rules/renju.md are cases as well: test_rule_positions.py.
"""

import pytest

from gomoku import forbidden
from gomoku.board import Board, Outcome, Termination
from gomoku.notation import moves_from_text
from gomoku.rules import BLACK, RENJU, STANDARD, WHITE, Rules, RulesError
from tests import reference
from tests.gomoku.state import kernel_state


def is_forbidden(text: str) -> bool:
    """Whether Black loses by playing on the point marked *; kernel and twin must agree."""
    points = text.split()
    rules = Rules(round(len(points) ** 0.5), 5, RENJU)
    cells = [{"x": 1, "o": -1}.get(point, 0) for point in points]
    move = points.index("*")
    _, lines, _ = kernel_state(cells, rules)
    verdict = bool(forbidden.is_forbidden(lines, move, rules))
    assert verdict == reference.is_forbidden(cells, move, rules)
    return verdict


def in_row(row: str, above: str = "") -> str:
    """A 9x9 board with this middle row, and stones above its * as in a column read upwards."""
    board = [["."] * 9 for _ in range(9)]
    board[4] = row.split()
    for step, stone in enumerate(above.split(), start=1):
        board[4 - step][board[4].index("*")] = stone
    return "\n".join(" ".join(points) for points in board)


A_THREE_ABOVE = "x x ."


@pytest.mark.parametrize("row", ["x x x * x x . . .", "x x x x * x . . .", "x x * x x x x . ."])
def test_an_overline_is_forbidden(row: str) -> None:
    assert is_forbidden(in_row(row))


@pytest.mark.parametrize(
    ("row", "above"),
    [
        (". . . x x x * x .", ""),
        (". x x x * x x . .", "x x x x"),  # an overline besides
        (". x x x * x . . .", "x x ."),  # a three besides
        (". o x x * x x o .", "x x x o"),  # a four besides
    ],
)
def test_exactly_five_is_never_forbidden(row: str, above: str) -> None:
    assert not is_forbidden(in_row(row, above))


@pytest.mark.parametrize(
    ("row", "above"),
    [
        (". o x x x * . . .", "x x x o"),  # both shut at one end
        (". . x x . * x . .", "x . x x"),  # both with a hole
        (". . . x x * x . .", "x x x ."),  # one of them straight
    ],
)
def test_two_fours_are_forbidden(row: str, above: str) -> None:
    assert is_forbidden(in_row(row, above))


@pytest.mark.parametrize(
    "row", [". x . x * x . x .", "x x . x * . x x .", "x x x . * . x x x", "o x . x x * . x o"]
)
def test_two_fours_in_one_line_are_forbidden(row: str) -> None:
    assert is_forbidden(in_row(row))


@pytest.mark.parametrize("row", [". . x x x * . . .", ". . x x . * x . .", "o x x x * . . . ."])
def test_one_four_even_a_straight_one_is_allowed(row: str) -> None:
    assert not is_forbidden(in_row(row))


def test_a_four_and_a_three_are_allowed() -> None:
    assert not is_forbidden(in_row(". o x x x * . . .", A_THREE_ABOVE))


@pytest.mark.parametrize(
    "row", [". . . x * x . . .", ". . x x * . . . .", ". . x . x * . . .", ". . x . * x . . ."]
)
def test_two_threes_are_forbidden(row: str) -> None:
    assert is_forbidden(in_row(row, A_THREE_ABOVE))
    assert is_forbidden(in_row(row, "x . x ."))
    assert not is_forbidden(in_row(row))


@pytest.mark.parametrize(
    "row",
    [
        "o . x x * . o . .",  # too narrow for a straight four
        ". . o x x * . . .",  # shut at one end
        "x . x x * . o . .",  # one end would make five, the other leaves one end shut
        "x . . x x * . . x",  # a straight four either way would grow into six
        ". . . . . . x x *",  # the edge
    ],
)
def test_a_row_that_cannot_become_a_straight_four_is_no_three(row: str) -> None:
    assert not is_forbidden(in_row(row, A_THREE_ABOVE))


def test_a_forbidden_move_is_legal_and_loses_at_once() -> None:
    moves = "g8 a1 f8 a3 h7 a5 h6 a7"  # two threes meet at h8
    board = Board.from_moves(Rules(15, 5, RENJU), moves_from_text(moves, 15))
    h8 = moves_from_text("h8", 15)[0]
    assert h8 in board.forbidden_points()
    assert h8 in board.legal_moves()
    board.push(h8)
    assert board.outcome == Outcome(WHITE, Termination.FORBIDDEN)
    again = Board.from_text(str(board), board.rules, to_move=WHITE)
    assert again.outcome == board.outcome
    board.pop()
    assert board.outcome is None
    assert h8 in board.forbidden_points()


def test_the_same_moves_are_free_for_white_and_under_other_rules() -> None:
    moves = "a1 g8 a3 f8 a5 h7 a7 h6 a9 h8"
    for variant in (RENJU, STANDARD):
        board = Board.from_moves(Rules(15, 5, variant), moves_from_text(moves, 15))
        assert board.outcome is None
    assert board.forbidden_points().size == 0


def test_white_wins_with_six_in_a_row_and_black_loses_with_it() -> None:
    text = in_row("o o o . o o . . .")
    board = Board.from_text(text, Rules(9, 5, RENJU), to_move=WHITE)
    board.push(4 * 9 + 3)
    assert board.outcome is not None
    assert board.outcome.winner is WHITE
    assert board.outcome.termination is Termination.LINE
    assert len(board.outcome.line) == 6
    board = Board.from_text(text.replace("o", "x"), Rules(9, 5, RENJU), to_move=BLACK)
    board.push(4 * 9 + 3)
    assert board.outcome == Outcome(WHITE, Termination.FORBIDDEN)


def test_five_wins_for_black_even_where_other_lines_would_be_forbidden() -> None:
    text = in_row(". x x x * x x . .", "x x x x").replace("*", ".")
    board = Board.from_text(text, Rules(9, 5, RENJU), to_move=BLACK)
    board.push(4 * 9 + 4)
    assert board.outcome is not None
    assert board.outcome.winner is BLACK
    assert len(board.outcome.line) == 5


def test_renju_is_played_with_five_in_a_row_only() -> None:
    with pytest.raises(RulesError, match="renju is played with 5 in a row, not 4"):
        Rules(9, 4, RENJU).validated()
