"""Players that are shorter than the real ones."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

from gomoku.board import Board
from mcts.analysis import Analysis, Candidate
from mcts.player import Choice, Limit, Player
from mcts.tree import Proof


class FirstEmpty(Player):
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

    def analyse(self, board: Board, limit: Limit) -> Generator[Analysis]:
        try:
            simulations = 0
            while True:
                simulations += 1
                threading.Event().wait(0.002)
                yield analysis_of(board, int(board.legal_moves()[0]), simulations)
        finally:
            self.cancelled.set()


class Thoughtful(FirstEmpty):
    """Thinks exactly as much as it is asked to, and likes the last empty point."""

    def analyse(self, board: Board, limit: Limit) -> Generator[Analysis]:
        yield analysis_of(board, int(board.legal_moves()[-1]), limit.simulations or 10)


class Clueless(FirstEmpty):
    """Shows its thinking, which has no result."""

    def analyse(self, board: Board, limit: Limit) -> Generator[Analysis]:
        yield from ()


class Erring(Thoughtful):
    """Finds the last empty point, and plays the first."""

    def analyse(self, board: Board, limit: Limit) -> Generator[Analysis]:
        for analysis in super().analyse(board, limit):
            yield replace(analysis, choice=int(board.legal_moves()[0]))


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


def analysis_of(
    board: Board,
    move: int,
    simulations: int,
    value: float = 0.0,
    proof: Proof = Proof.UNKNOWN,
    distance: int = 0,
) -> Analysis:
    """What a search thinks that looked at one move only."""
    points = board.rules.points
    prior = [1 / (points + 4)] * points
    prior[move] *= 5
    return Analysis(
        board.to_move,
        value,
        (Candidate(move, simulations, value, prior[move], (move,)),),
        (move,),
        proof,
        distance,
        simulations,
        tuple(prior),
    )
