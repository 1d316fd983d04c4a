"""Why points are forbidden, and why long rows do not win."""

import pytest

from gomoku.board import Board
from gomoku.notation import move_from_text, moves_from_text
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, Rules
from gomoku_zero.window.model.fouls import Foul, foul_at, idle_row


def cells_of(black: str, white: str, rules: Rules) -> tuple[int, ...]:
    cells = [0] * rules.points
    for text, color in ((black, 1), (white, -1)):
        for move in moves_from_text(text, rules.size):
            cells[move] = color
    return tuple(cells)


@pytest.mark.parametrize(
    ("black", "foul"),
    [
        ("h9 h10 i8 j8", Foul.DOUBLE_THREE),
        ("h9 h10 h11 i8 j8 k8", Foul.DOUBLE_FOUR),
        ("e8 f8 g8 i8 j8", Foul.OVERLINE),
        # Three threes are no better than two.
        ("h9 h10 i8 j8 g7 f6", Foul.DOUBLE_THREE),
    ],
)
def test_a_forbidden_point_says_why(black: str, foul: Foul) -> None:
    rules = Rules(15, 5, RENJU)
    cells = cells_of(black, "a1 c1 e1", rules)
    point = move_from_text("h8", 15)
    drawn = ["." if not cell else "x" if cell > 0 else "o" for cell in cells]
    rows = [" ".join(drawn[i : i + 15]) for i in range(0, rules.points, 15)]
    board = Board.from_text("\n".join(rows), rules, to_move=BLACK)
    assert point in board.forbidden_points()
    assert foul_at(cells, point, rules) is foul
    # The same once the stone is there.
    assert foul_at((*cells[:point], 1, *cells[point + 1 :]), point, rules) is foul


@pytest.mark.parametrize(
    ("variant", "black", "white", "why"),
    [
        (STANDARD, "d8 e8 f8 g8 h8 i8", "", "too_long"),
        (STANDARD, "d8 e8 f8 g8", "", None),
        (CARO, "e8 f8 g8 h8 i8", "d8 j8", "closed_in"),
        (CARO, "e8 f8 g8 h8", "d8 i8", None),
        (FREESTYLE, "d8 e8 f8 g8 h8 i8", "", None),
    ],
)
def test_a_row_that_does_not_win_says_why(
    variant: int, black: str, white: str, why: str | None
) -> None:
    rules = Rules(15, 5, variant)
    cells = cells_of(black, white, rules)
    assert idle_row(cells, move_from_text("f8", 15), rules) == why


def test_the_edge_of_the_board_closes_no_row_in() -> None:
    rules = Rules(15, 5, CARO)
    cells = cells_of("a8 b8 c8 d8 e8", "f8", rules)
    assert idle_row(cells, move_from_text("c8", 15), rules) is None
