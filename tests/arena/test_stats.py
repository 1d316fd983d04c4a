"""Statistics against published numbers, hand-worked ones, and laws."""

import math

import pytest

from gomoku_zero.arena.stats import (
    ELO_CAP,
    GameCounts,
    PairCounts,
    Sprt,
    Verdict,
    elo_from_score,
    estimate_elo,
    likelihood_of_superiority,
    probability_to_text,
    score_from_elo,
    sprt_llr,
)


def test_llr_agrees_with_the_number_fishtest_published_for_games() -> None:
    games = GameCounts(wins=21404, draws=40708, losses=21184)
    assert sprt_llr(games, 0.5, 2.5) == pytest.approx(-1.57, abs=0.005)


def test_llr_agrees_with_the_number_fishtest_published_for_pairs() -> None:
    pairs = PairCounts(223, 9863, 21279, 10037, 246)
    assert sprt_llr(pairs, 0.5, 2.5) == pytest.approx(-3.07, abs=0.005)


def test_llr_needs_ascending_bounds() -> None:
    with pytest.raises(ValueError, match="5 is not less than 5"):
        sprt_llr(PairCounts(), 5, 5)


def test_llr_is_zero_before_the_first_pair() -> None:
    assert sprt_llr(PairCounts(), 0, 20) == 0


def test_a_few_clean_pairs_decide_no_test_but_many_do() -> None:
    test = Sprt(0, 20)
    assert test.verdict(PairCounts(two=3)) is Verdict.OPEN
    assert test.verdict(PairCounts(two=60)) is Verdict.ACCEPTED
    assert test.verdict(PairCounts(zero=60)) is Verdict.REJECTED


def test_sprt_bounds_are_those_of_five_percent() -> None:
    assert Sprt(0, 20).upper_bound == pytest.approx(2.944, abs=0.001)
    assert Sprt(0, 20).lower_bound == pytest.approx(-2.944, abs=0.001)


@pytest.mark.parametrize("arguments", [(20, 0), (0, 20, 0.0), (0, 20, 0.05, 0.7)])
def test_a_sprt_that_makes_no_sense_is_refused(arguments: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"ascend|between"):
        Sprt(*arguments)


def test_elo_and_score_are_inverse() -> None:
    for elo in (-700.0, -10.0, 0.0, 3.5, 400.0):
        assert elo_from_score(score_from_elo(elo)) == pytest.approx(elo)


def test_elo_interval_of_many_pairs_is_the_textbook_one() -> None:
    # 100 pairs in each of five cells: score 1/2, variance of a pair's score
    # (2 * 1/4 + 2 * 1/16) / 5 = 1/8, so the score is within 1.96 * sqrt(1/8 / 500) = 0.0310 and
    # Elo within 400 log10(0.531 / 0.469) = 21.6.
    estimate = estimate_elo(PairCounts(100, 100, 100, 100, 100))
    assert estimate.elo == 0
    assert estimate.high == pytest.approx(21.6, abs=0.2)
    assert estimate.low == pytest.approx(-estimate.high)


def test_pairs_that_split_their_points_say_more_than_games_would() -> None:
    # A wins as Black and loses as White every time: equal strength is nearly certain.
    split = estimate_elo(PairCounts(one=100))
    wild = estimate_elo(PairCounts(zero=50, two=50))
    assert split.high < 10 < 40 < wild.high


def test_a_clean_sweep_has_a_finite_estimate_and_lower_bound() -> None:
    estimate = estimate_elo(PairCounts(two=50))
    assert 300 < estimate.low < estimate.elo < estimate.high == ELO_CAP
    mirrored = estimate_elo(PairCounts(zero=50))
    assert mirrored.low == -ELO_CAP
    assert mirrored.elo == pytest.approx(-estimate.elo)
    assert mirrored.high == pytest.approx(-estimate.low)


def test_nothing_is_known_before_the_first_pair() -> None:
    assert estimate_elo(PairCounts()) == (0, -ELO_CAP, ELO_CAP)
    assert likelihood_of_superiority(PairCounts()) == 0.5
    # Five pairs won by both games each: surely the better one, but not beyond doubt.
    assert 0.99 < likelihood_of_superiority(PairCounts(two=5)) < 0.9995
    assert likelihood_of_superiority(PairCounts(two=50)) > 0.9999
    assert probability_to_text(likelihood_of_superiority(PairCounts(two=50))) == "more than 99.9%"


def test_superiority_of_equal_results_is_a_coin_toss_and_grows_with_points() -> None:
    assert likelihood_of_superiority(PairCounts(3, 1, 4, 1, 3)) == pytest.approx(0.5)
    assert likelihood_of_superiority(PairCounts(2, 1, 4, 1, 4)) > 0.7
    # Score 0.6 of 100 pairs of variance 0.24 * 0.5 is two standard errors of 0.049:
    # 40 losses and 60 wins of whole pairs have variance 0.24, so z = 0.1 / 0.049 = 2.04.
    swept = likelihood_of_superiority(PairCounts(zero=40, two=60))
    assert swept == pytest.approx(0.5 * (1 + math.erf(2.04 / math.sqrt(2))), abs=0.003)


def test_counts_of_pairs_keep_the_points() -> None:
    counts = PairCounts.of([0, 0.5, 1, 1.5, 2, 2])
    assert counts == (1, 1, 1, 1, 2)
    assert counts.score == pytest.approx(7 / 12)
    assert PairCounts().score == GameCounts().score == 0.5
