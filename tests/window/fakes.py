"""Players that are shorter than the real ones."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gomoku.board import Board
from gomoku.player import Choice, Limit
from mcts.search import SearchSummary
from mcts.tree import Proof


class FirstEmpty:
    """Plays the first empty point."""

    name = "first"

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        return [Choice(int(board.legal_moves()[0])) for board in boards]

    def close(self) -> None:
        pass


class Breaking(FirstEmpty):
    """Breaks down whenever it is asked."""

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        raise RuntimeError("out of ideas")


class Endless(FirstEmpty):
    """Shows its thinking and never comes to an end by itself."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    def analyse(self, board: Board, limit: Limit) -> Iterator[SearchSummary]:
        try:
            simulations = 0
            while True:
                simulations += 1
                threading.Event().wait(0.002)
                yield summary_of(board, int(board.legal_moves()[0]), simulations)
        finally:
            self.cancelled.set()


class Thoughtful(FirstEmpty):
    """Thinks exactly as much as it is asked to, and likes the last empty point."""

    def analyse(self, board: Board, limit: Limit) -> Iterator[SearchSummary]:
        yield summary_of(board, int(board.legal_moves()[-1]), limit.simulations or 10)


class Clueless(FirstEmpty):
    """Shows its thinking, which has no result."""

    def analyse(self, board: Board, limit: Limit) -> Iterator[SearchSummary]:
        return iter(())


class Erring(Thoughtful):
    """Finds the last empty point, and plays the first."""

    def pick(self, board: Board, summary: SearchSummary) -> int:
        return int(board.legal_moves()[0])


class FakeWork:
    """A process that ends when it is told to."""

    def __init__(self, arguments: Sequence[str], work: Path, console: Path) -> None:
        self.arguments = list(arguments)
        self.work = work
        self.console = console
        self.is_running = True
        self.has_failed = False

    def stop(self) -> None:
        self.is_running = False

    def reason(self) -> str:
        return "out of memory"


def summary_of(
    board: Board,
    move: int,
    simulations: int,
    value: float = 0.0,
    proof: Proof = Proof.UNKNOWN,
    distance: int = 0,
) -> SearchSummary:
    """A search that looked at one move only."""
    points = board.rules.points
    visits = np.zeros(points, np.int32)
    visits[move] = simulations
    q = np.zeros(points, np.float32)
    q[move] = value
    prior = np.full(points, 1 / (points + 4), np.float32)
    prior[move] *= 5
    return SearchSummary(visits, q, prior, value, move, (move,), simulations, proof, distance)
