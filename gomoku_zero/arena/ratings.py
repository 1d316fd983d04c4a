"""Ratings of many players from the matches among them: Bradley-Terry, with intervals.

The expected score of Black against White is logistic in their rating difference plus what moving
first is worth. Bradley and Terry, Biometrika 39 (1952) 324-345; color advantage as in
https://www.remi-coulom.fr/Bayesian-Elo/.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gomoku.opening_rules import OpeningRule
from gomoku_zero.arena.match import MatchResult
from gomoku_zero.arena.stats import Z_95, GameCounts

# One Elo in natural-logarithm units of the odds.
_LOGIT = math.log(10) / 400

# Everybody has also drawn this many games with an opponent of the anchor's strength, and the first
# seat as many with the second: a weak prior that keeps the rating of a player who won or lost
# everything finite, and what moving first is worth where that won or lost everything.
_PRIOR_DRAWS = 0.5


@dataclass(frozen=True, slots=True)
class Rating:
    """A player's strength in Elo, relative to the anchor, with a 95% interval.

    games: a count as the player saw it.
    """

    name: str
    elo: float
    low: float
    high: float
    games: GameCounts


@dataclass(frozen=True, slots=True)
class Ratings:
    """All players, strongest first.

    anchor: the player whose rating was set rather than estimated.
    first_move_elo: what moving first is worth, with half the width of its 95% interval; where an
        opening rule lets players choose, what sitting first is worth.
    """

    players: tuple[Rating, ...]
    anchor: str
    first_move_elo: float
    first_move_margin: float
    opening_rule: OpeningRule = OpeningRule.FREE

    @property
    def first(self) -> str:
        """The name of the first seat, in a word."""
        return "Moving" if self.opening_rule is OpeningRule.FREE else "Sitting"

    def table(self) -> str:
        width = max(6, *(len(rating.name) for rating in self.players))
        lines = [f"{'player':{width}}   Elo      95% interval  games  score"]
        for rating in self.players:
            interval = (
                "anchor"
                if rating.name == self.anchor
                else f"[{rating.low:+6.0f}, {rating.high:+6.0f}]"
            )
            lines.append(
                f"{rating.name:{width}} {rating.elo:+5.0f}  {interval:>16} "
                f"{rating.games.games:6} {rating.games.score:6.1%}"
            )
        lines.append(
            f"{self.first} first is worth {self.first_move_elo:+.0f} "
            f"+- {self.first_move_margin:.0f} Elo."
        )
        return "\n".join(lines)


def rate(
    results: Sequence[MatchResult],
    *,
    anchor: str | None = None,
    anchor_elo: float = 0.0,
    first_move: bool = True,
) -> Ratings:
    """Maximum-likelihood ratings of everybody who played.

    A draw counts as half a win and half a loss. Intervals are of the difference to the anchor, by
    the sandwich estimator with pairs as its units, so that the two games of a pair, which share
    their opening, are not taken for independent.

    Args:
        anchor: the player whose rating is `anchor_elo`; the first one if None.
        first_move: estimate what moving first is worth. Without it the scores of pairs count as
            they are, which is more robust where Black wins nearly every game: then little but a
            weak prior bounds the advantage, and ratings grow with it.

    Raises:
        ValueError: if nobody played, or the anchor did not.
    """
    names = list(dict.fromkeys(name for match in results for name in (match.name_a, match.name_b)))
    if not names:
        raise ValueError("no matches, so no ratings")
    anchor = names[0] if anchor is None else anchor
    if anchor not in names:
        raise ValueError(f"the anchor {anchor!r} played no match; players are {', '.join(names)}")
    pairs = _PairTable.of(results, names)
    strengths, covariance = _fit(pairs, len(names), names.index(anchor), first_move)
    ratings = []
    for index, name in enumerate(names):
        margin = Z_95 * math.sqrt(max(0.0, covariance[index, index])) / _LOGIT
        elo = anchor_elo + strengths[index] / _LOGIT
        ratings.append(Rating(name, elo, elo - margin, elo + margin, _games(results, name)))
    ratings.sort(key=lambda rating: -rating.elo)
    return Ratings(
        tuple(ratings),
        anchor,
        strengths[-1] / _LOGIT,
        Z_95 * math.sqrt(max(0.0, covariance[-1, -1])) / _LOGIT,
        results[0].opening_rule,
    )


@dataclass(frozen=True, slots=True)
class _PairTable:
    """P pairs: the players' numbers, and what the first one scored in either seat.

    In the first seat a player is Black, unless an opening rule lets players choose.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    as_first: NDArray[np.float64]
    as_second: NDArray[np.float64]

    @classmethod
    def of(cls, results: Sequence[MatchResult], names: Sequence[str]) -> "_PairTable":
        rows = [
            (names.index(match.name_a), names.index(match.name_b), *pair.points_by_seat)
            for match in results
            for pair in match.pairs
        ]
        first, second, as_first, as_second = zip(*rows, strict=True) if rows else ((), (), (), ())
        return cls(
            np.array(first, np.int64),
            np.array(second, np.int64),
            np.array(as_first, np.float64),
            np.array(as_second, np.float64),
        )


def _fit(
    pairs: _PairTable, players: int, anchor: int, first_move: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Strengths `[players + 1]` in logits, the first-move advantage last, and their covariance.

    The anchor's strength and its variance are 0. Newton's method on a concave likelihood.
    """
    free = [index for index in range(players + 1) if index != anchor]
    designs = _designs(pairs, players, first_move)[:, :, free]
    scores = np.stack([pairs.as_first, 1 - pairs.as_second])
    prior = np.array([_PRIOR_DRAWS] * (len(free) - 1) + [_PRIOR_DRAWS * first_move])
    # An advantage that is not asked for stays 0.
    ridge = np.diag([0.0] * (len(free) - 1) + [1e-9])
    theta = np.zeros(len(free))
    for _ in range(100):
        expected = _logistic(designs @ theta)
        even = _logistic(theta)
        gradient = np.einsum("gpf,gp->f", designs, scores - expected) + prior * (0.5 - even)
        hessian = (
            np.einsum("gpf,gp,gpe->fe", designs, expected * (1 - expected), designs)
            + np.diag(prior * even * (1 - even))
            + ridge
        )
        step = np.linalg.solve(hessian, gradient)
        theta += np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    # Residuals of the two games of a pair add up before they are squared.
    residuals = np.einsum("gpf,gp->pf", designs, scores - _logistic(designs @ theta))
    inverse = np.linalg.inv(hessian)
    sandwich = inverse @ (residuals.T @ residuals + np.diag(prior / 4)) @ inverse
    strengths = np.zeros(players + 1)
    strengths[free] = theta
    covariance = np.zeros((players + 1, players + 1))
    covariance[np.ix_(free, free)] = sandwich
    return strengths, covariance


def _designs(pairs: _PairTable, players: int, first_move: bool) -> NDArray[np.float64]:
    """`[2, P, players + 1]`: the first seat's logit in both games of a pair, by strengths."""
    count = len(pairs.first)
    designs = np.zeros((2, count, players + 1))
    rows = np.arange(count)
    for game, (one, other) in enumerate(((pairs.first, pairs.second), (pairs.second, pairs.first))):
        designs[game, rows, one] = 1
        designs[game, rows, other] = -1
        designs[game, :, -1] = float(first_move)
    return designs


def _logistic(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return shares


def _games(results: Sequence[MatchResult], name: str) -> GameCounts:
    wins = draws = losses = 0
    for match in results:
        games = match.games
        if match.name_a == name:
            wins, draws, losses = wins + games.wins, draws + games.draws, losses + games.losses
        elif match.name_b == name:
            wins, draws, losses = wins + games.losses, draws + games.draws, losses + games.wins
    return GameCounts(wins, draws, losses)
