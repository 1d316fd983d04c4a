"""Evaluators whose answers are known, and ways to look into a search."""

import hashlib
import random
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.analysis import Analysis
from mcts.evaluation import Evaluation, Positions
from mcts.search import Search
from mcts.tree import NODES_USED
from tests import reference

KNOWLEDGE = (
    *("visits", "value_sum", "prior", "proof", "distance", "state", "unproven"),
    *("next_move", "next_prior", "in_flight"),
)
"""The fields of a node that say something about its position, not about where things are stored."""

Judge = Callable[[reference.Cells, int, int], tuple[list[float], float]]
"""What `reference.Evaluate` is, with a list for the weights."""


class FakeEvaluator:
    """Asks a function about one position after the other, and remembers what was asked."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.asked: list[tuple[list[int], int, int]] = []
        self.batches: list[int] = []

    def evaluate(self, positions: Positions) -> Evaluation:
        prior = np.zeros(positions.cells.shape, np.float32)
        value = np.zeros(len(positions.cells), np.float32)
        for row, cells in enumerate(positions.cells.tolist()):
            question = (cells, int(positions.to_move[row]), int(positions.last_move[row]))
            self.asked.append(question)
            prior[row], value[row] = self.judge(*question)
        self.batches.append(len(value))
        return Evaluation(prior, value)


def indifferent(cells: reference.Cells, to_move: int, last_move: int) -> tuple[list[float], float]:
    """Every move the same, every position even."""
    return [1.0] * len(cells), 0.0


def fixed(prior: dict[int, float], value: float = 0.0) -> Judge:
    """Always these weights, 0.001 for moves that are not named, and this value."""

    def judge(cells: reference.Cells, to_move: int, last_move: int) -> tuple[list[float], float]:
        return [prior.get(move, 0.001) for move in range(len(cells))], value

    return judge


def opinionated(seed: int) -> Judge:
    """Priors and values that depend on nothing but the position, all different.

    The largest weight of a legal move is 65535 and all are integers, so that the 16-bit weights of
    the tree hold them exactly; values are multiples of 1/64, so that their sums are exact.
    """

    def judge(cells: reference.Cells, to_move: int, last_move: int) -> tuple[list[float], float]:
        numbers = [seed, *(int(cell) for cell in cells), int(to_move), int(last_move)]
        chance = random.Random(hashlib.blake2b(repr(numbers).encode(), digest_size=8).digest())
        legal = reference.legal_moves(cells, to_move)
        weights = {int(60000 * chance.random() ** 3) + 1 for _ in legal} | {65535}
        while len(weights) < len(legal):
            weights.add(chance.randrange(1, 60000))
        lightest = sorted(weights)[-len(legal) :]
        chance.shuffle(lightest)
        prior = [0.0] * len(cells)
        for move, weight in zip(legal, lightest, strict=True):
            prior[move] = float(weight)
        return prior, chance.randrange(-60, 61) / 64

    return judge


def random_board(rules: Rules, plies: int, chance: random.Random) -> Board:
    """A board after so many random moves, or fewer, that leave the game going on."""
    while True:
        board = Board(rules)
        for _ in range(plies):
            if board.outcome is None:
                board.push(int(chance.choice(board.legal_moves().tolist())))
        if board.outcome is None:
            return board
        plies -= 1 if chance.random() < 0.2 else 0


def tree_of(search: Search, game: int = 0) -> dict[str, Any]:
    """Everything a game's tree knows, as nested dictionaries, without where it is stored."""
    nodes: NDArray[Any] = search._tree.nodes[game]
    tree = search._tree
    rows = tree.rows[game]

    def describe(index: int) -> dict[str, Any]:
        node = nodes[index]
        described = {name: node[name].item() for name in KNOWLEDGE}
        unvisited = {}
        if node["row"] >= 0:
            first = int(node["row"])
            entries = rows[first : first + (tree.points if first == 0 else tree.width)]
            unvisited = {int(each & 0xFFFF): int(each >> 16) for each in entries if each >> 16}
        children = {}
        child = int(node["first_child"])
        while child >= 0:
            children[int(nodes[child]["move"])] = describe(child)
            child = int(nodes[child]["next_sibling"])
        return {**described, "unvisited": unvisited, "children": children}

    return describe(0)


def nodes_in_flight(search: Search) -> int:
    """How many descents are marked as awaiting an answer, in all trees."""
    total = 0
    for game in range(search.games):
        used = int(search._tree.used[game, NODES_USED])
        total += int(search._tree.nodes[game]["in_flight"][:used].sum())
    return total


def values_of(analysis: Analysis) -> NDArray[np.float32]:
    """`[A]` the values of the moves an analysis tells of, 0 for others."""
    values = np.zeros(len(analysis.prior), np.float32)
    for candidate in analysis.candidates:
        values[candidate.move] = candidate.value
    return values
