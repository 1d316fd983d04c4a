"""Pure Monte Carlo search, simulations a second of one core: `python -m benchmarks.pure_search`.

The baseline is junxiaosong/AlphaZero_Gomoku's pure MCTS in Python, measured on the same kind of
machine: 280-460 playouts/s on 8x8 and 40-57 on 15x15. The ratio is to the faster figure. Time is
the processor's, so another busy program matters little.
"""

import argparse
import time

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.rollout import RolloutEvaluator
from mcts.search import Search, SearchConfig

BASELINE = {8: 460, 15: 57}
SIMULATIONS = 10_000
REPEATS = 5


def simulations_per_second(size: int) -> float:
    """The best of some searches from the empty board."""
    rules = Rules(size=size)
    config = SearchConfig(simulations=SIMULATIONS, keep_tree=False)
    search = Search(rules, RolloutEvaluator(), config, games=1)
    search.run(100)
    best = float("inf")
    for _ in range(REPEATS):
        search.reset(0, Board(rules))
        started = time.thread_time()
        search.run()
        best = min(best, time.thread_time() - started)
    return SIMULATIONS / best


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    for size, baseline in BASELINE.items():
        rate = simulations_per_second(size)
        print(
            f"{size}x{size}: {rate:,.0f} simulations/s, {rate / baseline:,.0f} times {baseline}/s"
        )


if __name__ == "__main__":
    main()
