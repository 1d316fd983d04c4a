"""Rule sets and limits say what is wrong with them."""

import math

import pytest

from gomoku.rules import (
    BLACK,
    FREESTYLE,
    STANDARD,
    WHITE,
    Color,
    Rules,
    RulesError,
    variant_from_name,
)
from mcts.player import Limit, LimitError


@pytest.mark.parametrize(
    ("rules", "complaint"),
    [
        (Rules(2, 3), "board size 2 is not between 3 and 22"),
        (Rules(23, 5), "board size 23 is not between 3 and 22"),
        (Rules(9, 2), "win length 2 is not between 3 and 6"),
        (Rules(9, 7), "win length 7 is not between 3 and 6"),
        (Rules(4, 5), "5 in a row does not fit on a 4x4 board"),
        (Rules(9, 5, 17), "rule variant 17 is unknown"),
        (Rules(9, 5, -1), "rule variant -1 is unknown"),
    ],
)
def test_unplayable_rules_are_refused_by_number(rules: Rules, complaint: str) -> None:
    with pytest.raises(RulesError, match=complaint):
        rules.validated()


def test_playable_rules_validate_to_themselves() -> None:
    rules = Rules(22, 6, STANDARD)
    assert rules.validated() is rules
    assert rules.points == 484
    assert rules.describe() == "22x22 standard, 6 in a row"


def test_a_variant_is_found_by_its_name_and_an_unknown_one_is_refused() -> None:
    assert variant_from_name("freestyle") == FREESTYLE
    assert variant_from_name("standard") == STANDARD
    assert Rules(variant=STANDARD).variant_name == "standard"
    with pytest.raises(RulesError, match="rules 'gomoku' are unknown: use one of freestyle, "):
        variant_from_name("gomoku")


def test_the_other_color_is_the_negative_one() -> None:
    assert BLACK.other is WHITE
    assert WHITE.other is BLACK
    assert Color(-BLACK) is WHITE


@pytest.mark.parametrize(
    ("simulations", "seconds", "complaint"),
    [
        (0, None, "0 simulations: a search makes 1 to"),
        (-5, 1.0, "-5 simulations"),
        (None, -0.5, r"-0\.5 seconds: time to think cannot be negative"),
        (None, math.nan, "nan seconds"),
    ],
)
def test_a_limit_that_nobody_can_think_under_is_refused(
    simulations: int | None, seconds: float | None, complaint: str
) -> None:
    with pytest.raises(LimitError, match=complaint):
        Limit(simulations, seconds)


def test_a_limit_may_leave_everything_open() -> None:
    assert Limit() == Limit(simulations=None, seconds=None)
    assert Limit(seconds=0).seconds == 0
