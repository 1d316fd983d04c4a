"""How many positions a second an evaluator answers."""

import time

from mcts.evaluation import Evaluator, Positions


def rate(evaluator: Evaluator, positions: Positions, seconds: float = 0.1) -> float:
    """Positions a second, by the fastest of the calls that fit into the time; one at least."""
    evaluator.evaluate(positions)
    best = float("inf")
    end = time.perf_counter() + seconds
    while best == float("inf") or time.perf_counter() < end:
        started = time.perf_counter()
        evaluator.evaluate(positions)
        best = min(best, time.perf_counter() - started)
    return len(positions.cells) / best
