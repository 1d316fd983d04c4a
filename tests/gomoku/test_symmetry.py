"""The eight symmetries: tables that agree with turning a board by hand."""

import numpy as np
import pytest

from gomoku.symmetry import SYMMETRIES, image_points, source_points, turn
from tests.gomoku.state import ALL_SIZES


def test_a_quarter_turn_goes_counterclockwise_and_a_mirror_swaps_left_and_right() -> None:
    # 0 1 2      2 5 8      2 1 0
    # 3 4 5  ->  1 4 7      5 4 3
    # 6 7 8      0 3 6      8 7 6
    assert source_points(3)[0].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert source_points(3)[1].tolist() == [2, 5, 8, 1, 4, 7, 0, 3, 6]
    assert source_points(3)[4].tolist() == [2, 1, 0, 5, 4, 3, 8, 7, 6]


@pytest.mark.parametrize("size", ALL_SIZES)
def test_the_tables_undo_each_other_and_agree_with_turn(size: int) -> None:
    plane = np.random.default_rng(size).permutation(size * size)
    for symmetry in range(SYMMETRIES):
        sources, images = source_points(size)[symmetry], image_points(size)[symmetry]
        turned = plane[sources]
        np.testing.assert_array_equal(turned[images], plane)
        assert all(turned[images[move]] == plane[move] for move in range(size * size))
        square = turn(plane.reshape(size, size), symmetry)
        np.testing.assert_array_equal(square.ravel(), turned)


def test_the_eight_are_different_and_one_after_another_is_again_one_of_them() -> None:
    tables = {tuple(row) for row in source_points(4)}
    assert len(tables) == SYMMETRIES
    for first in source_points(4):
        for second in source_points(4):
            assert tuple(first[second]) in tables


def test_turning_leaves_leading_axes_alone() -> None:
    planes = np.arange(2 * 3 * 25).reshape(2, 3, 5, 5)
    for symmetry in range(SYMMETRIES):
        turned = turn(planes, symmetry)
        flat = planes.reshape(2, 3, 25)[..., source_points(5)[symmetry]]
        np.testing.assert_array_equal(turned.reshape(2, 3, 25), flat)


def test_the_shared_tables_cannot_be_changed_by_a_caller() -> None:
    for table in (source_points(5), image_points(5)):
        with pytest.raises(ValueError, match="read-only"):
            table[0, 0] = 1
