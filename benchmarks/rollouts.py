"""Random playouts and pure search, on one core."""

import random
import time

import numpy as np

from benchmarks.figures import Figures
from benchmarks.pure_search import BASELINE, simulations_per_second
from gomoku.lines import DIRECTIONS, LINES
from gomoku.rules import Rules
from mcts.randomness import random_states
from mcts.rollout import play_out_batch
from tests.reference import completes_row


def measure(figures: Figures) -> None:
    figures.heading("Random playouts and pure search, one core")
    for size in (15,) if figures.quick else (8, 15):
        rules = Rules(size)
        rate, twin = _playouts(rules), _python_playouts(rules)
        name = "rollouts_per_second" if size == 15 else f"rollouts_per_second_{size}"
        figures.add(
            name,
            rate,
            f"{size}x{size}: {rate:,.0f} playouts/s from the empty board, {rate / twin:,.0f} times "
            f"plain Python's {twin:,.0f}/s",
        )
        pure = simulations_per_second(size)
        figures.add(
            f"pure_search_{size}",
            pure,
            f"{size}x{size}: {pure:,.0f} simulations/s of pure search, "
            f"{pure / BASELINE[size]:,.0f} times the {BASELINE[size]}/s of a Python project",
        )


def _playouts(rules: Rules, rows: int = 4096) -> float:
    cells = np.zeros((rows, rules.points), np.int8)
    to_move = np.ones(rows, np.int8)
    lines = np.zeros((2, DIRECTIONS, LINES), np.int32)
    values = np.empty(rows, np.float32)
    states = random_states(0, 1)
    best = float("inf")
    for _ in range(10):
        started = time.perf_counter()
        play_out_batch(cells, lines, to_move, states, rules, values)
        best = min(best, time.perf_counter() - started)
    return rows / best


def _python_playouts(rules: Rules, games: int = 3) -> float:
    chance = random.Random(0)
    started = time.perf_counter()
    for _ in range(games):
        cells = [0] * rules.points
        color = 1
        for move in chance.sample(range(rules.points), rules.points):
            cells[move] = color
            if completes_row(cells, move, rules):
                break
            color = -color
    return games / (time.perf_counter() - started)
