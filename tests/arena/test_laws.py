"""Laws of matches that symmetric tests do not see."""

import math

import pytest

from gomoku.board import Outcome, Termination
from gomoku.record import GameRecord
from gomoku.rules import BLACK, Rules
from gomoku.symmetry import SYMMETRIES, image_points
from gomoku_zero.arena.match import MatchResult, PairResult
from gomoku_zero.arena.stats import PairCounts, SequentialTest, Sprt, Verdict

MOVES = (1, 20, 8, 27, 15, 34, 22)


def result_of(games: list[tuple[int, ...]]) -> MatchResult:
    """A match of these games on 6x6, two a pair."""
    rules = Rules(6, 4)
    outcome = Outcome(BLACK, Termination.LINE)
    records = [
        GameRecord(rules, moves, outcome, *(("a", "b") if number % 2 == 0 else ("b", "a")))
        for number, moves in enumerate(games)
    ]
    pairs = [
        PairResult(index, (records[2 * index], records[2 * index + 1]))
        for index in range(len(records) // 2)
    ]
    return MatchResult("a", "b", rules, tuple(pairs))


def test_a_game_and_its_mirror_images_are_one_game() -> None:
    images = image_points(6)
    turned = [tuple(int(images[s][move]) for move in MOVES) for s in range(SYMMETRIES)]
    assert len(set(turned)) == SYMMETRIES
    assert result_of(turned).distinct_games == 1
    # Other moves, fewer moves, and the same stones in another order are other games.
    others = [MOVES, (*MOVES[:-1], 29), MOVES[:-1], (MOVES[2], *MOVES[1:2], MOVES[0], *MOVES[3:])]
    assert result_of(others).distinct_games == 4


def test_unequal_error_rates_bound_the_side_they_belong_to() -> None:
    sprt = Sprt(0, 20, alpha=0.01, beta=0.2)
    # Accepted at log((1 - beta) / alpha), given up at log(beta / (1 - alpha)).
    assert sprt.upper_bound == pytest.approx(math.log(0.8 / 0.01))
    assert sprt.lower_bound == pytest.approx(math.log(0.2 / 0.99))


def test_with_a_large_beta_a_test_gives_up_sooner_than_it_accepts() -> None:
    ends = {}
    for points, verdict in ((2.0, Verdict.ACCEPTED), (0.0, Verdict.REJECTED)):
        test = SequentialTest(Sprt(0, 20, alpha=0.001, beta=0.4))
        pairs = 0
        while test.verdict is Verdict.OPEN:
            test.add(points)
            pairs += 1
        assert test.verdict is verdict
        ends[verdict] = pairs
    assert 3 * ends[Verdict.REJECTED] < ends[Verdict.ACCEPTED]
    assert test.counts != PairCounts()
