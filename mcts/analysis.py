"""What a player thinks of a position: one type for the window, engines, reports and other programs.

to_move, value, proof, distance   who moves, and what that side can expect
candidates                        the moves looked at, the best first
pv                                the moves that both sides are expected to play
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.rules import Color
from mcts.tree import Proof

FOREVER = 1_000_000_000
"""The simulations of an analysis that no search needs to add to."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A move that was looked at.

    visits: simulations that began with it.
    value: expected result in [-1, 1] for the side that plays it, 0 while unvisited.
    prior: share of the evaluator's weights over moves.
    pv: the moves expected if it is played, beginning with it; it alone if nobody asked for more.
    """

    move: int
    visits: int
    value: float
    prior: float
    pv: tuple[int, ...]

    @property
    def win_rate(self) -> float:
        """The expected result as a share of a point, in [0, 1]."""
        return (1 + self.value) / 2


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known about a position; everything is from the view of the side to move.

    value: expected result in [-1, 1], exact where it is proven.
    candidates: the visited moves, the one to play first and then the most visited ones; empty
        before the first simulation.
    pv: the principal variation, beginning with the best move.
    proof: what is certain; distance: plies to the proven end.
    simulations: visits of the position so far, those kept from earlier moves included; 0 of a
        player that does not search, whose value says nothing unless it is proven.
    prior: `[A]` the evaluator's shares of all moves; empty if it was not asked.
    draw: how likely a draw is, in [0, 1]; None if nobody can say.
    threat: how the other side would win by continuous fours if it were on move, or empty.
    choice: the move that the player decides on, where that may be another than the best.
    """

    to_move: Color
    value: float
    candidates: tuple[Candidate, ...] = ()
    pv: tuple[int, ...] = ()
    proof: Proof = Proof.UNKNOWN
    distance: int = 0
    simulations: int = 0
    prior: tuple[float, ...] = ()
    draw: float | None = None
    threat: tuple[int, ...] = ()
    choice: int | None = None

    @property
    def best_move(self) -> int:
        """The best move; -1 before there is one."""
        return self.pv[0] if self.pv else -1

    @property
    def move(self) -> int:
        """The move to play; -1 before there is one."""
        return self.best_move if self.choice is None else self.choice

    @property
    def win_rate(self) -> float:
        """The expected result as a share of a point, in [0, 1]."""
        return (1 + self.value) / 2

    @property
    def black_win_rate(self) -> float:
        """The win rate of Black."""
        return self.win_rate if self.to_move is Color.BLACK else 1 - self.win_rate

    @property
    def win_draw_loss(self) -> tuple[float, float, float]:
        """The chances of the side to move, which sum to one; without draws if nobody can tell."""
        draw = self.draw or 0.0
        return self.win_rate - draw / 2, draw, 1 - self.win_rate - draw / 2

    @property
    def is_thought(self) -> bool:
        """Whether there is more to say than which move is played."""
        return self.simulations > 0 or self.proof is not Proof.UNKNOWN

    @property
    def certain_winner(self) -> Color | None:
        """The side that wins for certain, if one does."""
        if self.proof is Proof.WIN:
            return self.to_move
        return self.to_move.other if self.proof is Proof.LOSS else None

    @property
    def visits(self) -> NDArray[np.int32]:
        """`[A]` the visits of all moves."""
        visits = np.zeros(len(self.prior), np.int32)
        for candidate in self.candidates:
            visits[candidate.move] = candidate.visits
        return visits

    def pv_of(self, move: int) -> tuple[int, ...]:
        """The moves expected after a candidate, beginning with it; empty for any other move."""
        return next((each.pv for each in self.candidates if each.move == move), ())

    def with_draw(self, draw: float | None) -> "Analysis":
        """The same with a chance of a draw, as far as that and the value agree; what is proven
        needs no estimate."""
        if self.proof:
            draw = float(self.proof is Proof.DRAW)
        if draw is not None:
            draw = min(draw, 1 - abs(self.value))
        return replace(self, draw=draw)

    def with_best(self, pv: tuple[int, ...], distance: int) -> "Analysis":
        """The analysis of someone who knows that a line wins within `distance` plies."""
        known = next((each for each in self.candidates if each.move == pv[0]), None)
        best = replace(known or Candidate(pv[0], 0, 1.0, 0.0, pv), value=1.0, pv=pv)
        others = (each for each in self.candidates if each.move != best.move)
        return replace(
            self,
            value=1.0,
            candidates=(best, *others),
            pv=pv,
            proof=Proof.WIN,
            distance=distance,
        )


def analysis_of_end(board: Board) -> Analysis | None:
    """What is certain about a position in which the game is over; None while it goes on."""
    if board.outcome is None:
        return None
    winner = board.outcome.winner
    proof = Proof.DRAW
    if winner is not None:
        proof = Proof.WIN if winner is board.to_move else Proof.LOSS
    value = {Proof.DRAW: 0.0, Proof.WIN: 1.0, Proof.LOSS: -1.0}[proof]
    return Analysis(board.to_move, value, proof=proof, simulations=FOREVER)
