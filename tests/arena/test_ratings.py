"""Ratings against hand-worked ones, and laws."""

import numpy as np
import pytest

from gomoku.board import Outcome, Termination
from gomoku.record import GameRecord
from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.arena.match import MatchResult, PairResult
from gomoku_zero.arena.ratings import rate
from gomoku_zero.arena.stats import estimate_elo, score_from_elo

RULES = Rules(15)


def game(black: str, white: str, black_points: float) -> GameRecord:
    winner = {1.0: BLACK, 0.5: None, 0.0: WHITE}[black_points]
    return GameRecord(RULES, (), Outcome(winner, Termination.LINE), black, white)


def match(a: str, b: str, points: list[tuple[float, float]]) -> MatchResult:
    """A match in which A got these points as Black and as White."""
    pairs = tuple(
        PairResult(index, (game(a, b, as_black), game(b, a, 1 - as_white)))
        for index, (as_black, as_white) in enumerate(points)
    )
    return MatchResult(a, b, RULES, pairs)


def simulated(a: str, b: str, elo: float, first: float, pairs: int, seed: int) -> MatchResult:
    """A match of decisive games in which A is stronger by `elo` and Black gains `first` Elo."""
    generator = np.random.default_rng(seed)
    as_black = generator.random(pairs) < score_from_elo(elo + first)
    as_white = generator.random(pairs) < score_from_elo(elo - first)
    return match(a, b, [(float(x), float(y)) for x, y in zip(as_black, as_white, strict=True)])


def test_two_players_differ_by_what_their_score_says() -> None:
    # 75% from both sides is 190.8 Elo, and the first move is worth nothing. The prior is half a
    # game among 800.
    result = match("a", "b", [(1, 1), (1, 0), (0, 1), (1, 1)] * 100)
    ratings = rate([result], anchor="b")
    a, b = ratings.players
    assert (a.name, b.name) == ("a", "b")
    assert a.elo == pytest.approx(190.8, abs=1)
    assert (b.elo, b.low, b.high) == (0, 0, 0)
    assert ratings.first_move_elo == pytest.approx(0, abs=0.1)
    alone = estimate_elo(result.pair_counts)
    assert a.high - a.low == pytest.approx(alone.high - alone.low, rel=0.05)


def test_the_first_move_is_told_from_strength() -> None:
    # Black scores 80% and White 20%, whoever it is: equal players, and 240.8 Elo for Black. The
    # prior is half a game among 200.
    points = [(1.0, 0.0)] * 80 + [(0.0, 1.0)] * 20
    ratings = rate([match("a", "b", points)])
    assert [player.elo for player in ratings.players] == pytest.approx([0, 0], abs=0.1)
    assert ratings.first_move_elo == pytest.approx(240.8, abs=1)


def test_without_the_first_move_a_sweep_of_black_does_not_raise_the_stronger_player() -> None:
    # A wins every game as Black and 6 of 10 as White: 80% of the points, which is 240.8 Elo.
    result = match("a", "b", [(1.0, 1.0)] * 60 + [(1.0, 0.0)] * 40)
    plain = rate([result], anchor="b", first_move=False)
    assert plain.first_move_elo == 0
    assert plain.players[0].elo == pytest.approx(240.8, abs=3)
    # Little bounds what the first move is worth here, and A's strength goes with it.
    assert rate([result], anchor="b").players[0].elo > 500


@pytest.mark.parametrize(("pairs", "elo"), [(5, 645.1), (100, 1161.5)])
def test_a_sweep_of_the_first_seat_leaves_its_advantage_uncertain(pairs: int, elo: float) -> None:
    # With the half drawn game of the prior Black scored 10.25 of 10.5, or 200.25 of 200.5, which is
    # 400 log10(10.25 / 0.25) and 400 log10(200.25 / 0.25).
    for points, sign in (((1.0, 0.0), 1), ((0.0, 1.0), -1)):
        ratings = rate([match("a", "b", [points] * pairs)])
        assert ratings.first_move_elo == pytest.approx(sign * elo, abs=0.1)
        assert ratings.first_move_margin > 400
        assert [player.elo for player in ratings.players] == pytest.approx([0, 0], abs=0.1)


def test_a_sweep_of_one_player_says_little_about_the_first_move() -> None:
    ratings = rate([match("a", "b", [(1.0, 1.0)] * 20)])
    assert ratings.first_move_elo == pytest.approx(0, abs=0.1)
    assert ratings.first_move_margin > 200


def test_ratings_recover_the_strengths_that_made_the_results() -> None:
    strengths = {"a": 0.0, "b": 120.0, "c": 300.0, "d": 450.0}
    names = list(strengths)
    results = [
        simulated(one, two, strengths[one] - strengths[two], 80, 500, seed=index)
        for index, (one, two) in enumerate(
            (one, two) for one in names for two in names if one < two
        )
    ]
    ratings = rate(results, anchor="a")
    assert [player.name for player in ratings.players] == ["d", "c", "b", "a"]
    for player in ratings.players:
        assert player.elo == pytest.approx(strengths[player.name], abs=30)
        assert player.low <= strengths[player.name] <= player.high
    assert ratings.first_move_elo == pytest.approx(80, abs=ratings.first_move_margin)


def test_the_anchor_shifts_all_ratings_alike() -> None:
    results = [simulated("a", "b", 100, 0, 50, 0), simulated("b", "c", 100, 0, 50, 1)]
    base = {player.name: player.elo for player in rate(results, anchor="a").players}
    moved = {
        player.name: player.elo for player in rate(results, anchor="a", anchor_elo=1500).players
    }
    assert {name: elo - 1500 for name, elo in moved.items()} == pytest.approx(base)


def test_a_player_who_lost_everything_has_a_finite_rating_and_a_wide_interval() -> None:
    ratings = rate([match("a", "b", [(1, 1)] * 20)], anchor="a")
    worst = ratings.players[-1]
    assert -1500 < worst.elo < -300
    assert worst.high - worst.low > 300


def test_an_anchor_who_did_not_play_is_named() -> None:
    with pytest.raises(ValueError, match="'z' played no match; players are a, b"):
        rate([match("a", "b", [(1, 1)])], anchor="z")


def test_the_table_names_everybody_and_the_anchor() -> None:
    table = rate([match("a", "b", [(1, 0.5)] * 20)], anchor="b").table()
    lines = table.splitlines()
    assert lines[1].startswith("a ")
    assert "anchor" in lines[2]
    assert "Moving first is worth" in lines[3]
