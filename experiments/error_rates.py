"""How often the statistics of matches are wrong, by simulation; nominal is 5% wrong, 95% covered.

    python -m experiments.error_rates

Prints what `tests/arena/test_error_rates.py` asserts, and the two published log-likelihood ratios
that `tests/arena/test_stats.py` does. It takes two minutes.
"""

import argparse
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Outcome, Termination
from gomoku.record import GameRecord
from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.arena.match import MatchResult, PairResult
from gomoku_zero.arena.ratings import rate
from gomoku_zero.arena.stats import (
    EloEstimate,
    GameCounts,
    PairCounts,
    SequentialTest,
    Sprt,
    Verdict,
    estimate_elo,
    score_from_elo,
    sprt_llr,
)
from gomoku_zero.arena.tournament import gauntlet, round_robin

MATCHES = 2000

# Ten times as many: chance alone moves a share of 2,000 by half a point, and these are quick.
INTERVALS = 20_000

# Shares of pairs with 0, 1/2, 1, 3/2 and 2 points among equal players: from one whose openings
# decide most pairs to one that is nearly a coin toss.
SPLIT = (0.06, 0.04, 0.80, 0.04, 0.06)
WILD = (0.24, 0.02, 0.48, 0.02, 0.24)
DRAWISH = (0.02, 0.18, 0.60, 0.18, 0.02)
SHAPES = [SPLIT, WILD, DRAWISH]
TESTS = [Sprt(0, 20), Sprt(-10, 10)]
STRENGTHS = [0.0, 80.0, 200.0, 350.0]
FIRST_MOVE = 60.0
_GAMES = {
    black_wins: GameRecord(Rules(), (), Outcome(BLACK if black_wins else WHITE, Termination.LINE))
    for black_wins in (True, False)
}
CONDITIONS = [(0.0, 50), (0.0, 200), (100.0, 100), (300.0, 200)]


def tilted(shares: tuple[float, ...], elo: float) -> NDArray[np.float64]:
    """Shares of pairs with the same shape and the mean score of a player stronger by `elo`."""
    scores = np.arange(5) / 4
    low, high = -50.0, 50.0
    for _ in range(100):
        tilt = (low + high) / 2
        weights = np.array(shares) * np.exp(tilt * scores)
        weights /= weights.sum()
        low, high = (tilt, high) if weights @ scores < score_from_elo(elo) else (low, tilt)
    return weights


def share_accepted(shape: tuple[float, ...], elo: float, sprt: Sprt, seed: int) -> float:
    generator = np.random.default_rng(seed)
    shares = tilted(shape, elo)
    accepted = 0
    for _ in range(MATCHES):
        test = SequentialTest(sprt)
        while test.verdict is Verdict.OPEN:
            for index in generator.choice(5, size=64, p=shares):
                test.add(index / 2)
        accepted += test.verdict is Verdict.ACCEPTED
    return accepted / MATCHES


def share_covered(shape: tuple[float, ...], elo: float, pairs: int) -> float:
    """How many intervals of simulated matches hold the true difference."""
    generator = np.random.default_rng(7)
    counts = generator.multinomial(pairs, tilted(shape, elo), size=INTERVALS)
    estimates = [_estimate(tuple(row)) for row in counts.tolist()]
    return sum(each.low <= elo <= each.high for each in estimates) / INTERVALS


@cache
def _estimate(counts: tuple[int, ...]) -> EloEstimate:
    return estimate_elo(PairCounts(*counts))


def share_of_ratings_covered(pairings: list[tuple[int, int]], pairs: int) -> list[float]:
    """How many intervals of each player but the anchor, 0, hold its true rating."""
    generator = np.random.default_rng(3)
    covered = np.zeros(len(STRENGTHS))
    for _ in range(MATCHES):
        results = []
        for a, b in pairings:
            gap = STRENGTHS[a] - STRENGTHS[b]
            # Half of the openings decide both games of a pair for the same color, as lopsided ones
            # do; the chance of each game stays what the strengths say.
            luck = generator.random((2, pairs))
            decides = generator.random(pairs) < 0.5
            luck[1] = np.where(decides, 1 - luck[0], luck[1])
            as_black = luck[0] < score_from_elo(gap + FIRST_MOVE)
            as_white = luck[1] < score_from_elo(gap - FIRST_MOVE)
            results.append(
                MatchResult(
                    str(a),
                    str(b),
                    Rules(),
                    tuple(
                        PairResult(index, (_GAMES[bool(x)], _GAMES[not bool(y)]))
                        for index, (x, y) in enumerate(zip(as_black, as_white, strict=True))
                    ),
                )
            )
        for player in rate(results, anchor="0").players:
            index = int(player.name)
            covered[index] += player.low <= STRENGTHS[index] <= player.high
    return [float(share) for share in covered[1:] / MATCHES]


NAMES = {"split": SPLIT, "wild": WILD, "drawish": DRAWISH}


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    games = GameCounts(wins=21404, draws=40708, losses=21184)
    pairs = PairCounts(223, 9863, 21279, 10037, 246)
    print(f"LLR of fishtest's games {sprt_llr(games, 0.5, 2.5):.2f}, published -1.57")
    print(f"LLR of fishtest's pairs {sprt_llr(pairs, 0.5, 2.5):.2f}, published -3.07")
    print(f"\nSPRT, {MATCHES} matches each: wrongly accepted, wrongly rejected")
    for name, shape in NAMES.items():
        for sprt in TESTS:
            first = share_accepted(shape, sprt.elo0, sprt, seed=0)
            second = 1 - share_accepted(shape, sprt.elo1, sprt, seed=1)
            bounds = f"[{sprt.elo0:g}, {sprt.elo1:g}]"
            print(f"{name:8} {bounds:10} {first:6.2%} {second:6.2%}", flush=True)
    print(f"\nElo intervals, {INTERVALS} matches each: how many hold the true difference")
    for name, shape in NAMES.items():
        for elo, count in CONDITIONS:
            print(
                f"{name:8} {elo:+4.0f} Elo, {count:3} pairs {share_covered(shape, elo, count):.2%}"
            )
    print(
        f"\nRatings, {MATCHES} tournaments of 50 pairs a match: how many intervals hold the truth"
    )
    for name, pairings in (("round robin", round_robin(4)), ("gauntlet", gauntlet(4))):
        shares = share_of_ratings_covered(pairings, 50)
        cells = [
            f"{elo:+.0f} Elo {share:.2%}" for elo, share in zip(STRENGTHS[1:], shares, strict=True)
        ]
        print(f"{name:12} {', '.join(cells)}")


if __name__ == "__main__":
    main()
