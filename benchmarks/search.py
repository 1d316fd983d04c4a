"""The search alone: an evaluator that costs nothing, against the plain-Python twin of the tests."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.figures import Figures
from gomoku.board import Board
from gomoku.rules import Rules
from mcts.evaluation import Evaluation, Positions
from mcts.search import Search, SearchConfig
from mcts.tree import NODE, NODES_USED, PRIORS_USED
from tests.reference import ReferenceSearch

RULES = Rules(15)


class ConstantEvaluator:
    """Every move the same prior, every position even."""

    def __init__(self, rows: int, points: int) -> None:
        self._prior = np.full((rows, points), 1 / points, np.float32)
        self._value = np.zeros(rows, np.float32)

    def evaluate(self, positions: Positions) -> Evaluation:
        rows = len(positions.cells)
        return Evaluation(self._prior[:rows], self._value[:rows])


class Lane:
    """A search of many games that can be repeated."""

    def __init__(self, games: int, simulations: int, rules: Rules = RULES) -> None:
        self.games, self.simulations = games, simulations
        evaluator = ConstantEvaluator(games, rules.points)
        config = SearchConfig(simulations=simulations, keep_tree=False)
        self.search = Search(rules, evaluator, config, games)
        self._board = Board(rules)
        self.run()  # compiles, and takes the memory

    def run(self) -> float:
        """Search all games from the empty board; simulations a second."""
        for game in range(self.games):
            self.search.reset(game, self._board)
        started = time.perf_counter()
        self.search.run()
        return self.games * self.simulations / (time.perf_counter() - started)


def measure(figures: Figures) -> None:
    figures.heading("Search alone on 15x15, constant evaluator, one core")
    simulations = 100 if figures.quick else 400
    twin = _twin_rate(20 if figures.quick else 100)
    for games in (1, 256) if figures.quick else (1, 64, 256, 1024):
        lane = Lane(games, simulations)
        rate = max(lane.run() for _ in range(figures.repeats))
        name = "search_simulations_per_second" if games == 256 else f"search_rate_{games}_games"
        figures.add(
            name,
            rate,
            f"{games:5} games: {rate:,.0f} simulations/s, {rate / twin:,.0f} times the "
            f"{twin:,.0f}/s of the plain-Python twin",
        )
        if games == 256:
            figures.add("search_speedup_vs_python", rate / twin, f"{'':12} that is the target: 250")
        if games == (256 if figures.quick else 1024):
            _memory(figures, lane)
    _two_lanes(figures, simulations)


def _two_lanes(figures: Figures, simulations: int) -> None:
    lanes = [Lane(256, simulations) for _ in range(2)]
    alone = max(lanes[0].run() for _ in range(figures.repeats))
    together = 0.0
    for _ in range(figures.repeats):
        together = max(together, run_together(lanes))
    figures.add(
        "search_two_lanes",
        together / alone,
        f"two lanes: {together:,.0f} simulations/s, {together / alone:.2f} times one",
    )


def run_together(lanes: list[Lane]) -> float:
    """Simulations a second of lanes that search at once, a thread each."""
    with ThreadPoolExecutor(len(lanes)) as threads:
        started = time.perf_counter()
        list(threads.map(Lane.run, lanes))
        taken = time.perf_counter() - started
    return sum(lane.games * lane.simulations for lane in lanes) / taken


def _memory(figures: Figures, lane: Lane) -> None:
    tree = lane.search._tree
    nodes = int(tree.used[:, NODES_USED].sum())
    used = nodes * NODE.itemsize + int(tree.used[:, PRIORS_USED].sum()) * tree.rows.itemsize
    taken = (tree.nodes.nbytes + tree.rows.nbytes) / 2**20
    figures.add(
        "tree_bytes_per_node",
        used / nodes,
        f"trees of {lane.games} games x {lane.simulations} simulations: {used / nodes:.0f} bytes a "
        f"node, {used / 2**20:.0f} MiB in use of {taken:.0f} MiB set aside",
    )
    if not figures.quick:
        figures.add("tree_mebibytes", taken, f"{'':12} target: under 400 MiB")


def _twin_rate(simulations: int) -> float:
    weights = [1.0] * RULES.points
    best = 0.0
    for _ in range(2):
        twin = ReferenceSearch(
            RULES, [0] * RULES.points, 1, -1, lambda *_: (weights, 0.0), SearchConfig()
        )
        started = time.perf_counter()
        twin.run(simulations)
        best = max(best, simulations / (time.perf_counter() - started))
    return best
