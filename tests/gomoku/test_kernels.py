"""The compiled rules against their plain-Python twins, on random boards of every rule set."""

import itertools
import random

import numpy as np
import pytest

from gomoku import kernels
from gomoku.lines import DIRECTIONS, LINES, line_count, line_points, line_through, point_on_line
from gomoku.rules import BLACK, FREESTYLE, STANDARD, WHITE, Rules
from tests import reference
from tests.gomoku.state import ALL_SIZES, all_rules, kernel_state


@pytest.mark.parametrize("size", ALL_SIZES)
def test_every_point_has_its_place_on_four_lines_and_back(size: int) -> None:
    for direction in range(DIRECTIONS):
        for move in range(size * size):
            line, bit = line_through(direction, *divmod(move, size), size)
            assert line < line_count(direction, size) <= LINES
            assert line_points(direction, line, size) >> bit & 1
            assert point_on_line(direction, line, bit, size) == move
        lines = range(line_count(direction, size))
        points = [int(line_points(direction, line, size)).bit_count() for line in lines]
        assert sum(points) == size * size


@pytest.mark.parametrize("size", ALL_SIZES)
def test_winner_of_a_full_scan_agrees_with_the_twin(size: int) -> None:
    chance = random.Random(size)
    for rules in all_rules(size):
        cells = reference.random_cells(rules, chance)
        _, lines, _ = kernel_state(cells, rules)
        black, white = (bool(reference.winning_rows(cells, color, rules)) for color in (1, -1))
        expected = BLACK if black else WHITE if white else 0
        assert kernels.winning_side(lines, rules) == expected, (rules, cells)


@pytest.mark.parametrize("size", ALL_SIZES)
def test_winning_moves_are_those_that_the_twin_finds_by_trying(size: int) -> None:
    chance = random.Random(size)
    for rules in all_rules(size):
        for _ in range(4):
            cells = reference.unfinished_cells(rules, chance)
            _, lines, _ = kernel_state(cells, rules)
            for side, color in enumerate((1, -1)):
                expected = reference.winning_moves(cells, color, rules)
                found = [move for move in kernels.winning_moves(lines, side, rules) if move >= 0]
                assert len(found) == min(2, len(expected)) == len(set(found)), (rules, cells)
                assert set(found) <= expected, (rules, cells)


@pytest.mark.parametrize("size", ALL_SIZES)
def test_placing_a_stone_wins_exactly_where_the_twin_sees_a_row(size: int) -> None:
    chance = random.Random(size)
    for rules in all_rules(size):
        cells = reference.unfinished_cells(rules, chance)
        empty = [move for move, cell in enumerate(cells) if cell == 0]
        for color in (1, -1):
            expected = reference.winning_moves(cells, color, rules)
            for move in chance.sample(empty, min(12, len(empty))):
                board, lines, meta = kernel_state(cells, rules, to_move=color)
                won = kernels.place(board, lines, meta, move, rules) == kernels.WON
                assert won == (move in expected), (rules, cells, color, move)


@pytest.mark.parametrize("size", ALL_SIZES)
def test_dead_draws_are_those_where_the_twin_finds_every_window_mixed(size: int) -> None:
    chance = random.Random(size)
    for rules in all_rules(size):
        # Stripes two wide leave nothing alive, and a few points emptied or turned may revive a row.
        striped = [
            1 if (move % size + 2 * (move // size)) % 4 < 2 else -1 for move in range(size**2)
        ]
        verdicts = set()
        for changed in range(6):
            cells = list(striped)
            for move in chance.sample(range(rules.points), changed):
                cells[move] = chance.choice((0, -cells[move]))
            _, lines, _ = kernel_state(cells, rules)
            verdicts.add(reference.is_dead_draw(cells, rules))
            assert kernels.is_dead_draw(lines, rules) == reference.is_dead_draw(cells, rules), cells
        assert True in verdicts


def test_no_board_with_fewer_stones_than_the_bound_is_a_dead_draw() -> None:
    rules = Rules(3, 3)
    dead = [
        9 - cells.count(0)
        for cells in itertools.product((0, 1, -1), repeat=9)
        if reference.is_dead_draw(cells, rules)
    ]
    assert kernels.fewest_stones_of_dead_draw(rules) == 6 <= min(dead)


@pytest.mark.parametrize("variant", [FREESTYLE, STANDARD])
def test_remove_restores_every_array_that_place_changed(variant: int) -> None:
    rules = Rules(7, 5, variant)
    chance = random.Random(variant)
    for _ in range(50):
        cells = reference.unfinished_cells(rules, chance)
        board, lines, meta = kernel_state(cells, rules, to_move=-1)
        before = [array.copy() for array in (board, lines, meta)]
        move = chance.choice([move for move, cell in enumerate(cells) if cell == 0])
        kernels.place(board, lines, meta, move, rules)
        assert board[move] == -1
        assert meta[kernels.LAST_MOVE] == move
        kernels.remove(board, lines, meta, move, -1, rules)
        for array, original in zip((board, lines, meta), before, strict=True):
            np.testing.assert_array_equal(array, original)
