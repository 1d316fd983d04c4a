"""The user's rating, without pygame."""

import pytest

from gomoku_zero.players.levels import level_table
from gomoku_zero.window.model.rating import FIRST_STEP, LAST_STEP, PlayerRating, first_rating

LEVELS = level_table()


def test_a_new_user_meets_an_easy_level() -> None:
    assert first_rating(LEVELS).level(LEVELS).number == 3


def test_a_first_win_over_an_equal_level_lifts_by_half_the_first_step() -> None:
    after = PlayerRating(1000.0).after(1000.0, 1.0, LEVELS)
    assert after == (1000.0 + FIRST_STEP / 2, 1)


def test_a_draw_with_an_equal_level_changes_nothing_but_the_count() -> None:
    assert PlayerRating(1000.0, 5).after(1000.0, 0.5, LEVELS) == (1000.0, 6)


def test_beating_a_much_weaker_level_means_little() -> None:
    # 400 Elo apart, ten to one is expected: the winner gains a share of 1/11 of the step.
    after = PlayerRating(1400.0, 100).after(1000.0, 1.0, LEVELS)
    assert after.elo == pytest.approx(1400 + LAST_STEP / 11)


def test_winning_and_losing_move_the_level_up_and_down() -> None:
    rating = first_rating(LEVELS)
    for _ in range(6):
        rating = rating.after(rating.level(LEVELS).elo, 1.0, LEVELS)
    after_wins = rating.level(LEVELS).number
    assert after_wins >= 5
    for _ in range(20):
        rating = rating.after(rating.level(LEVELS).elo, 0.0, LEVELS)
    assert rating.level(LEVELS).number < after_wins


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_a_rating_stays_within_reach_of_the_levels(score: float) -> None:
    rating = first_rating(LEVELS)
    for _ in range(500):
        rating = rating.after(rating.level(LEVELS).elo, score, LEVELS)
    assert LEVELS[0].elo - FIRST_STEP <= rating.elo <= LEVELS[-1].elo + FIRST_STEP
    assert rating.level(LEVELS) in (LEVELS[0], LEVELS[-1])


@pytest.mark.parametrize("strength", [700.0, 1300.0])
def test_the_rating_finds_a_player_of_any_strength(strength: float) -> None:
    # A player who always scores what their true strength makes expected.
    rating = first_rating(LEVELS)
    for _ in range(60):
        level = rating.level(LEVELS)
        score = 1 / (1 + 10 ** ((level.elo - strength) / 400))
        rating = rating.after(level.elo, score, LEVELS)
    assert rating.elo == pytest.approx(strength, abs=40)
