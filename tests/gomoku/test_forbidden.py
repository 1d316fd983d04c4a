"""Forbidden points of renju: the kernel against the rule in plain Python, on very many boards."""

import random
from collections import Counter

import numpy as np
import pytest

from gomoku.forbidden import mark_forbidden
from gomoku.lines import lines_of
from gomoku.rules import RENJU, Rules
from tests import reference
from tests.gomoku.forbidden_boards import SIZES, crossing_cells, crowded_cells, shapes_at

MIN_SHARES = {
    # Of the crossings of constructed boards, in percent, so that a comparison is about something.
    "five": 4,
    "five beside a forbidden shape": 1,
    "overline": 4,
    "double four in one line": 0.5,
    "double four in two lines": 3,
    "double three": 10,
    "more than two threes": 4,
    "false double three": 4,
    "a four and a three": 4,
    "nothing": 10,
    "1 deep": 4,
    "2 deep": 0.3,
    "3 deep": 0.02,
}


def forbidden_by_both(cells: list[int], rules: Rules) -> list[bool]:
    """Which points are forbidden; the kernel must mark those of the twin and no others."""
    board = np.array(cells, np.int8)
    lines = lines_of(board, rules)
    before = lines.copy()
    marks = np.zeros(rules.points, np.int8)
    mark_forbidden(board, lines, marks, rules)
    expected = [
        cell == 0 and reference.is_forbidden(cells, move, rules) for move, cell in enumerate(cells)
    ]
    assert marks.tolist() == expected, (rules.size, cells)
    assert np.array_equal(lines, before), (rules.size, cells)
    return expected


def compare_random_boards(seeds: range) -> int:
    """How many forbidden points the boards have."""
    forbidden = 0
    for seed in seeds:
        chance = random.Random(seed)
        rules = Rules(chance.choice(SIZES), 5, RENJU)
        forbidden += sum(forbidden_by_both(crowded_cells(rules, chance), rules))
    return forbidden


def compare_constructed_boards(seeds: range) -> Counter[str]:
    """How many crossings are what."""
    shapes: Counter[str] = Counter()
    for seed in seeds:
        chance = random.Random(seed)
        rules = Rules(chance.choice(SIZES), 5, RENJU)
        cells, crossing = crossing_cells(rules, chance)
        forbidden_by_both(cells, rules)
        shapes.update(shapes_at(cells, crossing, rules.size))
    return shapes


def test_random_boards_have_the_forbidden_points_of_the_twin() -> None:
    assert compare_random_boards(range(200)) > 200


def test_constructed_boards_have_the_forbidden_points_of_the_twin() -> None:
    shapes = compare_constructed_boards(range(400))
    missed = [shape for shape, least in MIN_SHARES.items() if least >= 0.5 and not shapes[shape]]
    assert not missed


@pytest.mark.slow
def test_200_000_random_boards_have_the_forbidden_points_of_the_twin() -> None:
    assert compare_random_boards(range(1_000, 201_000)) > 200_000


@pytest.mark.slow
def test_20_000_constructed_boards_have_the_forbidden_points_of_the_twin() -> None:
    count = 20_000
    shapes = compare_constructed_boards(range(1_000, 1_000 + count))
    shares = {shape: 100 * shapes[shape] / count for shape in MIN_SHARES}
    assert all(shares[shape] >= least for shape, least in MIN_SHARES.items()), shares
