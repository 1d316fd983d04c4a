"""What the statistics promise, checked by simulating matches of players of known strength.

`python -m experiments.error_rates` prints the figures that are asserted here.
"""

import pytest

from experiments.error_rates import (
    CONDITIONS,
    SHAPES,
    TESTS,
    share_accepted,
    share_covered,
    share_of_ratings_covered,
)
from gomoku_zero.arena.stats import Sprt
from gomoku_zero.arena.tournament import gauntlet, round_robin


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sprt", TESTS)
def test_sprt_error_rates_are_within_a_point_of_nominal(
    shape: tuple[float, ...], sprt: Sprt
) -> None:
    assert share_accepted(shape, sprt.elo0, sprt, seed=0) == pytest.approx(0.05, abs=0.01)
    assert 1 - share_accepted(shape, sprt.elo1, sprt, seed=1) == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("elo", "pairs"), CONDITIONS)
def test_intervals_cover_the_true_elo_in_95_of_100_matches(
    shape: tuple[float, ...], elo: float, pairs: int
) -> None:
    assert share_covered(shape, elo, pairs) == pytest.approx(0.95, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("pairings", [round_robin(4), gauntlet(4)])
def test_intervals_of_ratings_cover_the_true_ones(pairings: list[tuple[int, int]]) -> None:
    for share in share_of_ratings_covered(pairings, pairs=50):
        assert share == pytest.approx(0.95, abs=0.01)
