"""How often the statistics of matches are wrong, by simulation; nominal is 5% wrong, 95% covered.

    python -m benchmarks.error_rates

Prints what `tests/arena/test_error_rates.py` asserts, and the two published log-likelihood ratios
that `tests/arena/test_stats.py` does. It takes two minutes.
"""

from gomoku_zero.arena.stats import GameCounts, PairCounts, sprt_llr
from gomoku_zero.arena.tournament import gauntlet, round_robin
from tests.arena.test_error_rates import (
    CONDITIONS,
    DRAWISH,
    INTERVALS,
    MATCHES,
    SPLIT,
    STRENGTHS,
    TESTS,
    WILD,
    share_accepted,
    share_covered,
    share_of_ratings_covered,
)

SHAPES = {"split": SPLIT, "wild": WILD, "drawish": DRAWISH}


def main() -> None:
    games = GameCounts(wins=21404, draws=40708, losses=21184)
    pairs = PairCounts(223, 9863, 21279, 10037, 246)
    print(f"LLR of fishtest's games {sprt_llr(games, 0.5, 2.5):.2f}, published -1.57")
    print(f"LLR of fishtest's pairs {sprt_llr(pairs, 0.5, 2.5):.2f}, published -3.07")
    print(f"\nSPRT, {MATCHES} matches each: wrongly accepted, wrongly rejected")
    for name, shape in SHAPES.items():
        for sprt in TESTS:
            first = share_accepted(shape, sprt.elo0, sprt, seed=0)
            second = 1 - share_accepted(shape, sprt.elo1, sprt, seed=1)
            bounds = f"[{sprt.elo0:g}, {sprt.elo1:g}]"
            print(f"{name:8} {bounds:10} {first:6.2%} {second:6.2%}", flush=True)
    print(f"\nElo intervals, {INTERVALS} matches each: how many hold the true difference")
    for name, shape in SHAPES.items():
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
