"""Openings are fair beginnings: legal, undecided, and no two alike."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

from gomoku.board import Board
from gomoku.notation import moves_from_text, moves_to_text
from gomoku.rules import CARO, RENJU, STANDARD, Rules
from gomoku.symmetry import image_points
from gomoku_zero.arena.openings import (
    OpeningsError,
    arranged,
    balanced_openings,
    empty_openings,
    is_quiet,
    is_shipped,
    opening_from_text,
    position_key,
    random_openings,
    read_openings,
    shipped_openings,
    write_openings,
)
from mcts.player import Choice, Limit, Player
from mcts.vcf import solve_vcf


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


@pytest.mark.parametrize("rules", [Rules(6, 4), Rules(15, 5), Rules(20, 5, 1)])
def test_openings_survive_writing_and_reading(rules: Rules, tmp_path: Path) -> None:
    openings = random_openings(rules, 40, seed=0)
    file = tmp_path / "openings.txt"
    write_openings(file, openings, rules)
    assert read_openings(file, rules) == openings
    # Lines may end as on Windows, and blank ones are skipped.
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert read_openings(file, rules) == openings


def test_gomocups_example_is_read_from_the_center() -> None:
    # 20x20 has its center at column 10, row 10: k10.
    opening = opening_from_text("8,-3, 6,-4, 5,-4, 4,-3, 2,-8, -1,-5", Rules(20))
    assert moves_to_text(opening, 20) == "s13 q14 p14 o13 m18 j15"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("h8 zz", "not a list of moves"),
        ("h8 h8", "cannot be played"),
        ("h8 v22", "leaves the board"),
        ("1,2,3", "not a list of moves"),
        ("1,2, 9,0", "leaves the board"),
        ("1,2, 1,2", "cannot be played"),
        ("0,0, 0,1, 1,0, 1,1, 2,0, 2,1, 3,0, 3,1, -1,0", "ends the game"),
    ],
)
def test_a_line_that_is_no_opening_is_named(line: str, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "openings.txt"
    file.write_text(f"0,0\n{line}\n")
    with pytest.raises(OpeningsError, match=rf"line 2: .*{complaint}"):
        read_openings(file, Rules(15))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_openings_of_other_match_runners_are_read(mark: bytes, tmp_path: Path) -> None:
    file = tmp_path / "openings.txt"
    file.write_bytes(mark + b"h8i9i7\r\nH8 H9\r\n0,0, 1,-1\r\n")
    assert read_openings(file, Rules(15)) == [(112, 98, 128), (112, 97), (112, 98)]
    file.write_bytes(mark + b"0,0\n")
    assert read_openings(file, Rules(15)) == [(112,)]


def test_missing_and_empty_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(OpeningsError, match="no openings in"):
        read_openings(tmp_path / "missing.txt", Rules())
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(OpeningsError, match="it is empty"):
        read_openings(tmp_path / "empty.txt", Rules())


SHIPPED = [
    Rules(6, 4),
    Rules(9),
    Rules(9, 5, STANDARD),
    Rules(15),
    Rules(15, 5, STANDARD),
    Rules(15, 5, RENJU),
    Rules(15, 5, CARO),
    Rules(20),
]


@pytest.mark.parametrize("rules", SHIPPED)
def test_shipped_openings_are_quiet_and_unsolved_and_no_two_alike(rules: Rules) -> None:
    openings = shipped_openings(rules)
    assert len(openings) >= 60
    assert len({position_key(rules, opening) for opening in openings}) == len(openings)
    assert all(is_quiet(rules, opening) for opening in openings)
    boards = [Board.from_moves(rules, opening) for opening in openings]
    assert all(solve_vcf(board, nodes=10_000) is None for board in boards)


@pytest.mark.parametrize("rules", [Rules(6, 4), Rules(15, 5, STANDARD)])
def test_a_shipped_position_is_known_in_all_its_images_and_orders(rules: Rules) -> None:
    for opening in shipped_openings(rules)[:50]:
        # Black's first and last stone change places: another course, the same position.
        moves = list(opening)
        last = (len(moves) - 1) // 2 * 2
        moves[0], moves[last] = moves[last], moves[0]
        for images in image_points(rules.size):
            assert is_shipped(Board.from_moves(rules, images[moves].tolist()))


def test_other_positions_are_not_taken_for_shipped_ones() -> None:
    rules = Rules(15)
    keys = {position_key(rules, opening) for opening in shipped_openings(rules)}
    others = [
        opening
        for opening in random_openings(rules, 300, seed=9)
        if position_key(rules, opening) not in keys
    ]
    assert len(others) > 250
    assert not any(is_shipped(Board.from_moves(rules, opening)) for opening in others)
    assert not is_shipped(Board(rules))
    assert not is_shipped(Board.from_moves(Rules(7), [24]))
    # The same stones on the same board, but nothing is shipped for this win length.
    opening = shipped_openings(rules)[0]
    assert is_shipped(Board.from_moves(rules, opening))
    assert not is_shipped(Board.from_moves(Rules(15, 6), opening))


def test_rules_without_a_shipped_set_are_told_which_there_are() -> None:
    with pytest.raises(OpeningsError, match=r"7x7 freestyle, 5 in a row, only .*9x9_5_freestyle"):
        shipped_openings(Rules(7))


def test_openings_come_again_only_when_all_have_been_used() -> None:
    openings = [(0,), (1,), (2,)]
    order = arranged(openings, 7, seed=1)
    assert sorted(order[:3]) == openings
    assert order[3:6] == order[:3]
    assert arranged(openings, 2, seed=1) == order[:2]


def test_balanced_openings_are_those_the_judge_finds_even() -> None:
    class ColumnJudge(Player):
        """Finds a position even if the last move is in the fourth column, and won otherwise."""

        name = "column"

        def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
            return [
                Choice(0, 0.05 if board.moves[-1] % board.rules.size == 3 else 1.0)
                for board in boards
            ]

        def close(self) -> None:
            pass

    rules = Rules(9)
    found = list(islice(balanced_openings(rules, ColumnJudge(), 0.1, seed=0, batch=16), 25))
    assert all(opening[-1] % 9 == 3 for opening in found)
    assert len({position_key(rules, opening) for opening in found}) == 25
    assert all(is_quiet(rules, opening) for opening in found)


def test_empty_openings_have_no_stones() -> None:
    assert empty_openings(3) == [(), (), ()]
