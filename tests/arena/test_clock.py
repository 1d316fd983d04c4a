"""Time: never more than the manager grants, and something to think with when it says nothing."""

import pytest

from gomoku_zero.brain.clock import DEFAULT_SECONDS, MEASURED_MOVES, MIN_MARGIN, Clock
from gomoku_zero.players.gomocup import UNLIMITED


def test_a_turn_keeps_a_reserve() -> None:
    assert Clock(turn=100).budget() == pytest.approx(0.08)
    assert Clock(turn=1000).budget() == pytest.approx(0.8)
    assert Clock(turn=30000).budget() == pytest.approx(29.75)


def test_a_turn_of_nothing_wants_a_move_at_once() -> None:
    assert Clock(turn=0).budget() == 0
    assert Clock(turn=0, left=UNLIMITED).budget() == 0
    assert Clock(turn=-5).budget() == 0


def test_time_left_rules_when_it_is_less_than_a_turn() -> None:
    assert Clock(turn=30000, left=400).budget() == pytest.approx(0.04)
    assert Clock(turn=1000, left=0).budget() == 0
    assert Clock(turn=1000, left=-300).budget() == 0


def test_match_time_is_spread_over_the_rest_of_the_game() -> None:
    assert Clock(turn=30000, match=180000, left=180000).budget() == pytest.approx(18)
    assert Clock(match=180000, left=10000).budget() == pytest.approx(1)
    # A short turn limit still holds.
    assert Clock(turn=1000, left=180000).budget() == pytest.approx(0.8)


def test_unlimited_match_time_leaves_the_turn() -> None:
    assert Clock(turn=1000, match=0, left=UNLIMITED).budget() == pytest.approx(0.8)


def test_without_time_left_the_brain_counts_for_itself() -> None:
    clock = Clock(match=10000)
    assert clock.budget() == pytest.approx(1)
    clock.used = 9.0
    assert clock.budget() == pytest.approx(0.1)
    clock.used = 11.0
    assert clock.budget() == 0
    clock.new_game()
    assert clock.budget() == pytest.approx(1)


def test_without_any_word_on_time_the_brain_does_not_think_for_ever() -> None:
    assert 0 < Clock().budget() <= DEFAULT_SECONDS
    assert 0 < Clock(match=0, left=UNLIMITED).budget() <= DEFAULT_SECONDS


def test_the_margin_follows_from_how_late_answers_were() -> None:
    clock = Clock(turn=250)
    assert clock.budget() == pytest.approx(0.2)
    for _ in range(MEASURED_MOVES - 1):
        clock.answered(0.004)
    clock.answered(-0.1)  # a move that was proven at once
    assert clock.budget() == pytest.approx(0.2)
    clock.answered(0.001)
    assert clock.margin(0.25) == pytest.approx(MIN_MARGIN + 0.008)
    assert clock.budget() == pytest.approx(0.25 - MIN_MARGIN - 0.008)
    clock.answered(0.09)  # never more than what is kept back at first
    assert clock.budget() == pytest.approx(0.2)
    for _ in range(MEASURED_MOVES):
        clock.answered(-0.001)
    assert clock.budget() == pytest.approx(0.25 - MIN_MARGIN)
    clock.new_game()
    assert clock.budget() == pytest.approx(0.25 - MIN_MARGIN)
