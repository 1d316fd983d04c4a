"""What the statistics promise, checked by simulating matches of players of known strength."""

import numpy as np
import pytest
from numpy.typing import NDArray

from arena.stats import PairCounts, SequentialTest, Sprt, Verdict, estimate_elo, score_from_elo

MATCHES = 2000

# Shares of pairs with 0, 1/2, 1, 3/2 and 2 points among equal players: from one whose openings
# decide most pairs to one that is nearly a coin toss.
SPLIT = (0.06, 0.04, 0.80, 0.04, 0.06)
WILD = (0.24, 0.02, 0.48, 0.02, 0.24)
DRAWISH = (0.02, 0.18, 0.60, 0.18, 0.02)
SHAPES = [SPLIT, WILD, DRAWISH]


def tilted(shares: tuple[float, ...], elo: float) -> NDArray[np.float64]:
    """Shares of pairs with the same shape and the mean score of a player stronger by `elo`."""
    scores = np.arange(5) / 4
    low, high = -50.0, 50.0
    for _ in range(100):
        tilt = (low + high) / 2
        weights = np.array(shares) * np.exp(tilt * scores)
        weights /= weights.sum()
        low, high = (tilt, high) if weights @ scores < score_from_elo(elo) else (low, tilt)
    return weights


def share_accepted(shape: tuple[float, ...], elo: float, sprt: Sprt, seed: int) -> float:
    generator = np.random.default_rng(seed)
    shares = tilted(shape, elo)
    accepted = 0
    for _ in range(MATCHES):
        test = SequentialTest(sprt)
        while test.verdict is Verdict.OPEN:
            for index in generator.choice(5, size=64, p=shares):
                test.add(index / 2)
        accepted += test.verdict is Verdict.ACCEPTED
    return accepted / MATCHES


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sprt", [Sprt(0, 20), Sprt(-10, 10)])
def test_sprt_error_rates_are_within_a_point_of_nominal(
    shape: tuple[float, ...], sprt: Sprt
) -> None:
    assert share_accepted(shape, sprt.elo0, sprt, seed=0) == pytest.approx(0.05, abs=0.01)
    assert 1 - share_accepted(shape, sprt.elo1, sprt, seed=1) == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("elo", "pairs"), [(0.0, 50), (0.0, 200), (100.0, 100), (300.0, 100)])
def test_intervals_cover_the_true_elo_in_95_of_100_matches(
    shape: tuple[float, ...], elo: float, pairs: int
) -> None:
    generator = np.random.default_rng(0)
    counts = generator.multinomial(pairs, tilted(shape, elo), size=MATCHES)
    covered = 0
    for row in counts:
        estimate = estimate_elo(PairCounts(*(int(count) for count in row)))
        covered += estimate.low <= elo <= estimate.high
    assert covered / MATCHES == pytest.approx(0.95, abs=0.02)
