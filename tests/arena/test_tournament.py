"""Tournaments: every pairing plays every opening once, and sequential tests are not fooled."""

from itertools import pairwise

from gomoku.rules import Rules
from gomoku_zero.arena.journal import Entry
from gomoku_zero.arena.openings import random_openings
from gomoku_zero.arena.stats import Sprt, Verdict
from gomoku_zero.arena.tournament import (
    Standing,
    Tournament,
    gauntlet,
    play_tournament,
    round_robin,
)
from gomoku_zero.players.baselines import GreedyPlayer, RandomPlayer
from mcts.player import Player

SIX = Rules(6, 4)


def tournament(pairs: int, players: int = 2) -> Tournament:
    names = tuple(f"player {index}" for index in range(players))
    return Tournament(names, SIX, random_openings(SIX, pairs, seed=0), round_robin(players))


def play(standing: Standing) -> list[Entry]:
    players: list[Player] = [GreedyPlayer(seed=0), RandomPlayer(seed=1), RandomPlayer(seed=2)]
    entries = []
    for entry in play_tournament(
        standing, players[: len(standing.tournament.players)], games_at_once=4
    ):
        entries.append(entry)
        standing.add(entry)
        if standing.is_over:
            break
    return entries


def test_a_round_robin_plays_every_pairing_from_every_opening_once() -> None:
    standing = Standing(tournament(5, players=3))
    entries = play(standing)
    assert sorted((entry.a, entry.b, entry.pair.index) for entry in entries) == [
        (a, b, index) for a, b in round_robin(3) for index in range(5)
    ]
    assert [len(match.pairs) for match in standing.results()] == [5, 5, 5]
    assert standing.is_over


def test_a_gauntlet_leaves_the_others_alone() -> None:
    assert gauntlet(4) == [(0, 1), (0, 2), (0, 3)]


def test_what_was_played_before_is_not_played_again() -> None:
    first = Standing(tournament(6))
    entries = play(first)[:4]
    resumed = Standing(tournament(6))
    for entry in entries:
        resumed.add(entry)
    missing = {0, 1, 2, 3, 4, 5} - {entry.pair.index for entry in entries}
    assert {entry.pair.index for entry in play(resumed)} == missing
    assert [pair.index for pair in resumed.match(0, 1).pairs] == [0, 1, 2, 3, 4, 5]


def test_pairs_of_another_pairing_or_opening_are_ignored() -> None:
    [entry] = play(Standing(tournament(1)))
    standing = Standing(tournament(1))
    standing.add(Entry(1, 0, entry.pair))
    assert standing.pairs == 0


def test_a_sequential_test_stops_the_match_early() -> None:
    standing = Standing(tournament(200), Sprt(0, 20))
    entries = play(standing)
    assert standing.test is not None
    assert standing.test.verdict is Verdict.ACCEPTED
    assert len(entries) < 100
    # Only pairs that the test took are in the result, and those are the first ones.
    indices = [pair.index for pair in standing.match(0, 1).pairs]
    assert indices == list(range(standing.test.counts.pairs))


def test_a_sequential_test_takes_pairs_in_the_order_of_their_openings() -> None:
    entries = play(Standing(tournament(6)))
    standing = Standing(tournament(6), Sprt(0, 20))
    assert standing.test is not None
    taken = [0]
    for entry in sorted(entries, key=lambda each: -each.pair.index):
        standing.add(entry)
        taken.append(standing.test.counts.pairs)
    assert taken == [0, 0, 0, 0, 0, 0, 6]
    assert all(before <= after for before, after in pairwise(taken))
