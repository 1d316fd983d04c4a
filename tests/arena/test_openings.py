"""Openings are fair beginnings: legal, undecided, and no two alike."""

import pytest

from arena.openings import empty_openings, is_quiet, position_key, random_openings
from gomoku.board import Board
from gomoku.notation import moves_from_text
from gomoku.rules import Rules
from gomoku.symmetry import image_points


@pytest.mark.parametrize("rules", [Rules(3, 3), Rules(6, 4), Rules(9, 5), Rules(15, 5, 1)])
def test_random_openings_are_legal_undecided_and_repeatable(rules: Rules) -> None:
    openings = random_openings(rules, 30, seed=1)
    assert len(openings) == 30
    for opening in openings:
        assert Board.from_moves(rules, opening).outcome is None
        assert is_quiet(rules, opening)
    assert openings == random_openings(rules, 30, seed=1)
    assert openings != random_openings(rules, 30, seed=2)


def test_random_openings_differ_up_to_symmetry_while_the_board_allows_it() -> None:
    rules = Rules(9, 5)
    openings = random_openings(rules, 300, seed=0)
    assert len({position_key(rules, opening) for opening in openings}) == 300


def test_a_tiny_board_repeats_its_openings_in_order() -> None:
    rules = Rules(3, 3)
    openings = random_openings(rules, 100, seed=0)
    different = list(dict.fromkeys(openings))
    assert openings[: len(different)] == different
    assert openings[len(different)] == different[0]


def test_stones_of_an_opening_are_near_each_other() -> None:
    for opening in random_openings(Rules(15, 5), 50, seed=3):
        rows, columns = zip(*(divmod(move, 15) for move in opening), strict=True)
        assert max(rows) - min(rows) <= 2 * (len(opening) - 1)
        assert max(columns) - min(columns) <= 2 * (len(opening) - 1)


def test_an_opening_with_a_win_in_one_is_not_quiet() -> None:
    rules = Rules(9, 4)
    # Black has three in a row, whoever is to move.
    assert not is_quiet(rules, moves_from_text("c3 c8 d3 d8 e3", 9))
    assert not is_quiet(rules, moves_from_text("c3 c8 d3 d7 e3 h8", 9))
    assert is_quiet(rules, moves_from_text("c3 c8 d3 d8", 9))


def test_the_key_of_a_position_ignores_symmetry_and_order_but_not_color() -> None:
    rules = Rules(9, 5)
    opening = moves_from_text("c3 e5 d4 f2", 9)
    key = position_key(rules, opening)
    for images in image_points(9):
        assert position_key(rules, tuple(int(images[move]) for move in opening)) == key
    swapped_order = moves_from_text("d4 e5 c3 f2", 9)
    swapped_colors = moves_from_text("e5 c3 f2 d4", 9)
    assert position_key(rules, swapped_order) == key
    assert position_key(rules, swapped_colors) != key


def test_empty_openings_have_no_stones() -> None:
    assert empty_openings(3) == [(), (), ()]
