"""h8 is the center of 15x15: letters from the left, I included, rows from the bottom."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomoku.notation import (
    NotationError,
    move_from_text,
    move_to_text,
    moves_from_text,
    moves_to_text,
    numbered_moves_from_text,
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
    with pytest.raises(NotationError, match="is not a point: write a letter a-o and a row"):
        move_from_text(text, 15)


@pytest.mark.parametrize("text", ["h0", "h16", "a99999999999999999999", "a" + "9" * 5000])
def test_a_row_outside_the_board_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(NotationError, match="is outside the board: rows go from 1 to 15"):
        move_from_text(text, 15)


def test_an_opening_line_is_refused_at_its_first_bad_word() -> None:
    with pytest.raises(NotationError, match="'z9'"):
        moves_from_text("h8 z9 h99", 15)


@given(st.data(), st.integers(3, 22))
def test_numbered_moves_read_back_from_their_text(data: st.DataObject, size: int) -> None:
    moves = data.draw(st.lists(st.integers(0, size * size - 1), max_size=30))
    text = " ".join(f"{n}. {move_to_text(move, size)}" for n, move in enumerate(moves, start=1))
    assert numbered_moves_from_text(text, size) == tuple(moves)
    assert numbered_moves_from_text(f" {text.upper()}\n".replace(". ", "."), size) == tuple(moves)
    assert numbered_moves_from_text(text.replace(" ", "\n"), size) == tuple(moves)


def test_numbers_of_moves_of_two_digits_are_not_taken_for_rows() -> None:
    text = " ".join(f"{number}.a{number}" for number in range(1, 13))
    assert numbered_moves_from_text(text, 15) == tuple(range(210, 30, -15))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("h8", "'h8' is not a numbered move: write 1. and a point"),
        ("1. h8 i9", "'i9' is not a numbered move: write 2. and a point"),
        ("1. h8 2.", "'2.' is not a numbered move"),
        ("1. h8 3. i9", "move 2 has the number 3: number every single move"),
        ("0. h8", "move 1 has the number 0"),
        ("1. z9", "'z9' is not a point"),
        ("1. h16", "'h16' is outside the board"),
        ("9" * 5000 + ". h8", "is not a numbered move"),
    ],
)
def test_what_is_no_numbered_move_is_named(text: str, message: str) -> None:
    with pytest.raises(NotationError, match=re.escape(message)):
        numbered_moves_from_text(text, 15)
