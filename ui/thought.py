"""What an engine thinks of a position, ready to be shown."""

from dataclasses import dataclass

import numpy as np

from gomoku.board import Board
from gomoku.rules import Color
from mcts.search import SearchSummary
from mcts.tree import Proof

MOST_CANDIDATES = 12
FOREVER = 1_000_000_000  # simulations no search needs to add to


@dataclass(frozen=True, slots=True)
class Candidate:
    """A move under consideration.

    win_rate: in [0, 1], for the side to move.
    prior: in [0, 1], what the evaluator gave before searching.
    """

    move: int
    visits: int
    win_rate: float
    prior: float


@dataclass(frozen=True, slots=True)
class Thought:
    """One moment of a search.

    win_rate: in [0, 1], for the side to move; a draw counts half.
    candidates: the most visited first.
    heat: `[A]` priors of all moves, the largest scaled to 1; empty if all are alike.
    line: the moves both sides are expected to play from here.
    proof: whether the result is certain, for the side to move.
    distance: plies to the certain end, or 0.
    """

    to_move: Color
    win_rate: float
    candidates: tuple[Candidate, ...]
    heat: tuple[float, ...]
    line: tuple[int, ...]
    simulations: int
    proof: Proof
    distance: int

    @property
    def black_win_rate(self) -> float:
        return self.win_rate if self.to_move is Color.BLACK else 1.0 - self.win_rate

    @property
    def best_move(self) -> int | None:
        if self.line:
            return self.line[0]
        return self.candidates[0].move if self.candidates else None

    @property
    def certain_winner(self) -> Color | None:
        """The side that wins for certain, if one does."""
        if self.proof is Proof.WIN:
            return self.to_move
        return self.to_move.other if self.proof is Proof.LOSS else None


def thought_of(summary: SearchSummary, to_move: Color) -> Thought:
    """A search's summary as shown to people: win rates instead of values."""
    total = max(1.0, float(summary.prior.sum()))
    # A proven move may be the best with few visits.
    most_visited = np.argsort(-summary.visits, kind="stable")[:MOST_CANDIDATES].tolist()
    others = [move for move in most_visited if move != summary.best_move]
    best_first = [summary.best_move, *others] if summary.best_move >= 0 else others
    # What is proven about the position is what its best move leads to.
    exact = summary.best_move if summary.proof else -1
    candidates = tuple(
        Candidate(
            move=move,
            visits=int(summary.visits[move]),
            win_rate=(summary.value if move == exact else float(summary.q[move])) / 2 + 0.5,
            prior=float(summary.prior[move]) / total,
        )
        for move in best_first
        if summary.visits[move] > 0
    )
    largest = float(summary.prior.max(initial=0.0)) or 1.0
    weights = summary.prior[summary.prior > 0]
    is_uniform = weights.size == 0 or float(np.ptp(weights)) < 1e-3 * largest
    return Thought(
        to_move=to_move,
        win_rate=summary.value / 2 + 0.5,
        candidates=candidates,
        heat=() if is_uniform else tuple(float(weight) / largest for weight in summary.prior),
        line=summary.principal_line,
        simulations=summary.simulations,
        proof=summary.proof,
        distance=summary.distance,
    )


def finished_thought(board: Board) -> Thought | None:
    """What is certain about a position in which the game is over; None while it goes on."""
    if board.outcome is None:
        return None
    winner = board.outcome.winner
    proof = Proof.DRAW
    if winner is not None:
        proof = Proof.WIN if winner is board.to_move else Proof.LOSS
    return Thought(
        to_move=board.to_move,
        win_rate={Proof.DRAW: 0.5, Proof.WIN: 1.0, Proof.LOSS: 0.0}[proof],
        candidates=(),
        heat=(),
        line=(),
        simulations=FOREVER,
        proof=proof,
        distance=0,
    )
