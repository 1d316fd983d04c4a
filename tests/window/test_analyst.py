"""The player that gives advice, and who that is."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gomoku.rules import Rules
from gomoku_zero.window.model.analyst import analyst_for
from gomoku_zero.window.model.opponents import GREEDY, PURE, Opponent
from gomoku_zero.window.model.setup import HUMAN, GameSetup

TINY = Rules(size=4, win_length=4)
SIX = Rules(size=6, win_length=4)
NET = Opponent("six", "net:six", "@", (25, 100, 400), (SIX,))


@pytest.mark.parametrize(
    ("engine", "rules", "expected"),
    [
        ("net:six@25", SIX, "net:six@25"),
        ("pure:1000", SIX, "pure:1000"),
        ("greedy", SIX, "net:six@400"),
        (HUMAN, SIX, "net:six@400"),
        (HUMAN, Rules(), PURE.spec(2)),
    ],
)
def test_advice_comes_from_the_engine_if_it_searches_else_from_a_network_that_knows_the_rules(
    engine: str, rules: Rules, expected: str
) -> None:
    opponents: Sequence[Opponent] = (GREEDY, NET, PURE)
    assert analyst_for(GameSetup(rules, HUMAN, engine), opponents) == expected


def test_a_network_that_is_gone_or_damaged_does_not_advise() -> None:
    gone = analyst_for(GameSetup(SIX, HUMAN, "net:/no/such/network@400"), (NET, PURE))
    assert gone == "net:six@400"
    damaged = replace(NET, broken="checkpoint_damaged")
    assert analyst_for(GameSetup(SIX, HUMAN, "net:six@25"), (damaged, PURE)) == PURE.spec(2)


def test_a_network_that_is_not_listed_but_there_advises() -> None:
    spec = "net:models/9x9@77,vcf=0"
    assert analyst_for(GameSetup(Rules(9), HUMAN, spec), (NET, PURE)) == spec
