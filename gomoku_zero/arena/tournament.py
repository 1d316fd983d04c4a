"""Who plays whom: a match of two, everybody against everybody, or one against the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from gomoku.opening_rules import OpeningRule
from gomoku.record import GameRecord
from gomoku.rules import Rules
from gomoku_zero.arena.journal import Entry
from gomoku_zero.arena.match import GAMES_AT_ONCE, MatchResult, PairResult, play_pairs
from gomoku_zero.arena.openings import Opening
from gomoku_zero.arena.stats import SequentialTest, Sprt, Verdict
from mcts.player import Limit, Player


def round_robin(players: int) -> list[tuple[int, int]]:
    """Everybody against everybody.

    >>> round_robin(3)
    [(0, 1), (0, 2), (1, 2)]
    """
    return list(combinations(range(players), 2))


def gauntlet(players: int) -> list[tuple[int, int]]:
    """The first player against each other one.

    >>> gauntlet(3)
    [(0, 1), (0, 2)]
    """
    return [(0, other) for other in range(1, players)]


@dataclass(frozen=True, slots=True)
class Tournament:
    """A match with the same openings for each of some pairings.

    players: their names, no two alike.
    pairings: numbers of the two players of each match; results are those of the first.
    opening_rule: what players decide about how games begin; openings are then empty.
    seed: of what they draw in doing so.
    """

    players: tuple[str, ...]
    rules: Rules
    openings: Sequence[Opening]
    pairings: Sequence[tuple[int, int]]
    opening_rule: OpeningRule = OpeningRule.FREE
    seed: int = 0

    @property
    def pairs(self) -> int:
        """How many pairs of games there are in all."""
        return len(self.pairings) * len(self.openings)


class Standing:
    """The matches of a tournament so far, and whether they are enough.

    With a sequential test (of the first pairing) pairs count in the order of their openings, not
    in the order they end: that favors short games, and a test stopping on it would be biased.
    """

    def __init__(self, tournament: Tournament, sprt: Sprt | None = None) -> None:
        self.tournament = tournament
        self.test = None if sprt is None else SequentialTest(sprt)
        self._pairs: dict[tuple[int, int], dict[int, PairResult]] = {
            pairing: {} for pairing in tournament.pairings
        }

    @property
    def pairs(self) -> int:
        """How many pairs have been played."""
        return sum(len(pairs) for pairs in self._pairs.values())

    @property
    def is_over(self) -> bool:
        decided = self.test is not None and self.test.verdict is not Verdict.OPEN
        return decided or self.pairs == self.tournament.pairs

    def add(self, entry: Entry) -> None:
        """Count a pair; pairs of openings or pairings that are not played are ignored."""
        pairs = self._pairs.get((entry.a, entry.b))
        openings = self.tournament.openings
        if pairs is None or entry.pair.index >= len(openings):
            return
        if not self._begins_as_asked(entry.pair.records[0], openings[entry.pair.index]):
            return
        pairs[entry.pair.index] = entry.pair
        if self.test is not None:
            while (taken := self.test.counts.pairs) in pairs and self.test.verdict is Verdict.OPEN:
                self.test.add(pairs[taken].points)

    def missing(self, a: int, b: int) -> list[int]:
        """The openings that a pairing has not played yet."""
        played = self._pairs[a, b]
        return [index for index in range(len(self.tournament.openings)) if index not in played]

    def match(self, a: int, b: int) -> MatchResult:
        """The match of a pairing so far; once a test has decided, the pairs it took."""
        pairs = self._pairs[a, b]
        in_order = [pairs[index] for index in sorted(pairs)]
        if self.test is not None and self.test.verdict is not Verdict.OPEN:
            in_order = in_order[: self.test.counts.pairs]
        players = self.tournament.players
        return MatchResult(players[a], players[b], self.tournament.rules, tuple(in_order))

    def results(self) -> list[MatchResult]:
        return [self.match(a, b) for a, b in self.tournament.pairings]

    def _begins_as_asked(self, game: GameRecord, opening: Opening) -> bool:
        rule = self.tournament.opening_rule
        if rule is OpeningRule.FREE:
            return game.opening_phase is None and game.opening == opening
        return game.opening_phase is not None and game.opening_phase.rule is rule


def play_tournament(
    standing: Standing,
    players: Sequence[Player],
    *,
    limits: Sequence[Limit] = (),
    games_at_once: int = GAMES_AT_ONCE,
) -> Iterator[Entry]:
    """Play what is missing, match by match, and give each pair as it ends; see `play_pairs`.

    limits: one for each player, for every single move of it; without any, they have none.

    The standing is the caller's to update. Closing the iterator ends the tournament.
    """
    tournament = standing.tournament
    each = limits or [Limit()] * len(players)
    for a, b in tournament.pairings:
        for pair in play_pairs(
            players[a],
            players[b],
            tournament.rules,
            tournament.openings,
            limit=each[a],
            limit_b=each[b],
            games_at_once=games_at_once,
            indices=standing.missing(a, b),
            opening_rule=tournament.opening_rule,
            seed=tournament.seed,
        ):
            yield Entry(a, b, pair)
