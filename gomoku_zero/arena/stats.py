"""The strength that results of a match show: Elo with an interval, superiority, SPRT.

All of it is seen from player A. A score is A's share of the points: a win is 1, a draw 1/2. The
two games of a pair share their opening and so are not independent: the unit of all statistics is
the pair, never the game.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import NormalDist
from typing import NamedTuple, Protocol

Z_95 = NormalDist().inv_cdf(0.975)

ELO_CAP = 2000.0
"""Where a bound of an Elo interval stops: a clean sweep has no upper bound, JSON no infinity."""


class Tally(Protocol):
    """How often each score was reached, by independent trials."""

    def trials(self) -> tuple[tuple[int, float], ...]:
        """(count, score) for each possible score."""
        ...


class GameCounts(NamedTuple):
    """Games as A saw them."""

    wins: int = 0
    draws: int = 0
    losses: int = 0

    @property
    def games(self) -> int:
        return self.wins + self.draws + self.losses

    @property
    def score(self) -> float:
        """A's share of the points in [0, 1]; 1/2 before the first game."""
        return (self.wins + self.draws / 2) / self.games if self.games else 0.5

    def trials(self) -> tuple[tuple[int, float], ...]:
        return ((self.losses, 0.0), (self.draws, 0.5), (self.wins, 1.0))


class PairCounts(NamedTuple):
    """Pairs of games by A's points in the two together (the pentanomial).

    >>> PairCounts.of([2, 1, 1, 0.5])
    PairCounts(zero=0, half=1, one=2, one_and_half=0, two=1)
    """

    zero: int = 0
    half: int = 0
    one: int = 0
    one_and_half: int = 0
    two: int = 0

    @classmethod
    def of(cls, points: Sequence[float]) -> "PairCounts":
        """The counts of pairs that gave A these points, each in 0, 1/2, 1, 3/2, 2."""
        counts = [0, 0, 0, 0, 0]
        for point in points:
            counts[round(2 * point)] += 1
        return cls(*counts)

    @property
    def pairs(self) -> int:
        return sum(self)

    @property
    def score(self) -> float:
        """A's share of the points in [0, 1]; 1/2 before the first pair."""
        points = self.half + 2 * self.one + 3 * self.one_and_half + 4 * self.two
        return points / (4 * self.pairs) if self.pairs else 0.5

    def trials(self) -> tuple[tuple[int, float], ...]:
        return tuple((count, index / 4) for index, count in enumerate(self))


class EloEstimate(NamedTuple):
    """How much stronger A is than B, with the bounds of a 95% interval."""

    elo: float
    low: float
    high: float

    def __str__(self) -> str:
        low = "-inf" if self.low <= -ELO_CAP else f"{self.low:+.0f}"
        high = "+inf" if self.high >= ELO_CAP else f"{self.high:+.0f}"
        return f"{self.elo:+.0f} [{low}, {high}]"


def elo_from_score(score: float) -> float:
    """The Elo difference at which this score is expected, within `ELO_CAP`.

    >>> round(elo_from_score(0.75))
    191
    """
    if score <= 0 or score >= 1:
        return -ELO_CAP if score <= 0 else ELO_CAP
    return max(-ELO_CAP, min(ELO_CAP, 400 * math.log10(score / (1 - score))))


def score_from_elo(elo: float) -> float:
    """The expected score of a player who is stronger by `elo`, on the logistic scale."""
    return 1 / (1 + 10 ** (-elo / 400))


def estimate_elo(pairs: PairCounts) -> EloEstimate:
    """The Elo difference with a 95% interval, from pairs.

    The interval of the score is Wilson's, which stays inside [0, 1] and has a width after a clean
    sweep too (https://doi.org/10.1080/01621459.1927.10502953), with the number of independent
    games taken from the variance of the pairs. A sweep is given the Elo of half a point less.
    Before the first pair the answer is 0 within the caps.
    """
    if pairs.pairs == 0:
        return EloEstimate(0.0, -ELO_CAP, ELO_CAP)
    score = pairs.score
    mean, variance, _ = _smoothed_moments(pairs)
    games = pairs.pairs * mean * (1 - mean) / variance
    weight = Z_95 * Z_95 / games
    center = (score + weight / 2) / (1 + weight)
    half_width = math.sqrt(weight * (score * (1 - score) + weight / 4)) / (1 + weight)
    least = 0.25 / pairs.pairs
    return EloEstimate(
        elo_from_score(min(1 - least, max(least, score))),
        elo_from_score(max(0.0, center - half_width) if score > 0 else 0.0),
        elo_from_score(min(1.0, center + half_width) if score < 1 else 1.0),
    )


def likelihood_of_superiority(pairs: PairCounts) -> float:
    """The probability that A is the stronger player.

    By the normal approximation on pairs, with half a pair of every score before the first one: a
    few pairs that all agree prove little.
    """
    counts = [count + 0.5 for count in pairs]
    total = sum(counts)
    mean = sum(count * index / 4 for index, count in enumerate(counts)) / total
    variance = sum(count * (index / 4 - mean) ** 2 for index, count in enumerate(counts)) / total
    return NormalDist().cdf((mean - 0.5) / math.sqrt(variance / total))


def probability_to_text(probability: float) -> str:
    """A probability in percent, never as certain as 0 or 100.

    >>> probability_to_text(0.5), probability_to_text(0.99999), probability_to_text(0.0001)
    ('50.0%', 'more than 99.9%', 'less than 0.1%')
    """
    if probability > 0.9995:
        return "more than 99.9%"
    return "less than 0.1%" if probability < 0.0005 else f"{probability:.1%}"


def sprt_llr(counts: Tally, elo0: float, elo1: float) -> float:
    """Log-likelihood ratio of "stronger by `elo1`" against "stronger by `elo0`".

    An approximation of the generalized SPRT, with Elo on the logistic scale: half of N times the
    logarithm of how much farther results spread around the one expected score than around the
    other. https://www.cantate.be/Fishtest/GSPRT_approximation.pdf, proposition 1.1. (Its simpler
    form with one variance errs by up to two points more when most pairs are split evenly.)

    Pairs are the counts to use; games are accepted to compare with published numbers. Scores that
    never came up count as half a trial, so that a few pairs that all agree prove little and many
    prove much. 0 without trials.

    Raises:
        ValueError: if `elo0 >= elo1`.
    """
    if elo0 >= elo1:
        raise ValueError(f"elo0 must be less than elo1, and {elo0} is not less than {elo1}")
    if not any(count for count, _ in counts.trials()):
        return 0.0
    mean, variance, trials = _smoothed_moments(counts)
    spread0 = variance + (mean - score_from_elo(elo0)) ** 2
    spread1 = variance + (mean - score_from_elo(elo1)) ** 2
    return trials / 2 * math.log(spread0 / spread1)


class Verdict(Enum):
    """How a sequential test stands."""

    OPEN = "undecided"
    ACCEPTED = "accepted"  # stronger by elo1
    REJECTED = "rejected"  # not stronger than by elo0


@dataclass(frozen=True, slots=True)
class Sprt:
    """A sequential test of "A is stronger by `elo1`" against "by `elo0`", both in Elo.

    alpha: the chance to accept though `elo0` is true.
    beta: the chance to reject though `elo1` is true.

    Raises:
        ValueError: if `elo0 >= elo1`, or a chance is not inside (0, 1/2).
    """

    elo0: float
    elo1: float
    alpha: float = 0.05
    beta: float = 0.05

    def __post_init__(self) -> None:
        if self.elo0 >= self.elo1:
            raise ValueError(f"SPRT bounds must ascend, and {self.elo0} {self.elo1} do not")
        for chance in (self.alpha, self.beta):
            if not 0 < chance < 0.5:
                raise ValueError(f"an error rate of {chance} is not between 0 and 0.5")

    @property
    def lower_bound(self) -> float:
        return math.log(self.beta / (1 - self.alpha))

    @property
    def upper_bound(self) -> float:
        return math.log((1 - self.beta) / self.alpha)

    def llr(self, pairs: PairCounts) -> float:
        return sprt_llr(pairs, self.elo0, self.elo1)

    def verdict(self, pairs: PairCounts) -> Verdict:
        llr = self.llr(pairs)
        if llr >= self.upper_bound:
            return Verdict.ACCEPTED
        return Verdict.REJECTED if llr <= self.lower_bound else Verdict.OPEN


class SequentialTest:
    """A match under an `Sprt`: takes pairs one by one, and the first decision stands."""

    def __init__(self, sprt: Sprt) -> None:
        self.sprt = sprt
        self.verdict = Verdict.OPEN
        self._counts = [0, 0, 0, 0, 0]

    @property
    def counts(self) -> PairCounts:
        """The pairs up to the decision."""
        return PairCounts(*self._counts)

    @property
    def llr(self) -> float:
        return self.sprt.llr(self.counts)

    def add(self, points: float) -> Verdict:
        """Take A's points of the next pair; ignored once decided."""
        if self.verdict is Verdict.OPEN:
            self._counts[round(2 * points)] += 1
            self.verdict = self.sprt.verdict(self.counts)
        return self.verdict

    def __str__(self) -> str:
        lower, upper = self.sprt.lower_bound, self.sprt.upper_bound
        return f"LLR {self.llr:+.2f} ({lower:.2f}, {upper:.2f})"


def _smoothed_moments(counts: Tally) -> tuple[float, float, float]:
    """Mean and variance of one trial's score, and the number of trials.

    Scores that never came up count as half a trial, which fades as trials come in: without it the
    variance of a few equal results would be 0.
    """
    trials = [(count or 0.5, score) for count, score in counts.trials()]
    total = sum(count for count, _ in trials)
    mean = sum(count * score for count, score in trials) / total
    variance = sum(count * (score - mean) ** 2 for count, score in trials) / total
    return mean, variance, total
