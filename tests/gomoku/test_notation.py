"""h8 is the center of 15x15: letters from the left, I included, rows from the bottom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomoku.notation import (
    NotationError,
    move_from_text,
    move_to_text,
    moves_from_text,
    moves_to_text,
)


def test_h8_is_the_center_of_a_15x15_board() -> None:
    center = 7 * 15 + 7
    assert move_to_text(center, 15) == "h8"
    assert move_from_text("h8", 15) == center


def test_the_letter_i_names_the_ninth_column() -> None:
    assert move_to_text(8, 15) == "i15"
    assert move_from_text("I15", 15) == 8


def test_the_corners_of_the_largest_board_are_a_and_v() -> None:
    corners = [0, 21, 21 * 22, 22 * 22 - 1]
    assert [move_to_text(move, 22) for move in corners] == ["a22", "v22", "a1", "v1"]


@given(st.data(), st.integers(3, 22))
def test_every_move_reads_back_from_its_text(data: st.DataObject, size: int) -> None:
    moves = data.draw(st.lists(st.integers(0, size * size - 1), max_size=8))
    text = moves_to_text(moves, size)
    assert moves_from_text(text, size) == tuple(moves)
    assert moves_from_text(f"  {text.upper()}\n", size) == tuple(moves)


@pytest.mark.parametrize(
    "text", ["", " ", "8h", "h", "8", "h8.", "h-8", "p1", "hh8", "h²", "\uff488"]
)
def test_a_word_that_is_no_point_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(NotationError, match="is no point: write a letter a-o and a row"):
        move_from_text(text, 15)


@pytest.mark.parametrize("text", ["h0", "h16", "a99999999999999999999"])
def test_a_row_outside_the_board_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(NotationError, match="is outside the board: rows go from 1 to 15"):
        move_from_text(text, 15)


def test_an_opening_line_is_refused_at_its_first_bad_word() -> None:
    with pytest.raises(NotationError, match="'z9'"):
        moves_from_text("h8 z9 h99", 15)
