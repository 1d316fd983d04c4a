"""What a search thinks of a position: one type for the window, engines, reports and other programs.

to_move, value, proof, distance   who moves, and what that side can expect
candidates                        the moves looked at, the best first
pv                                the moves that both sides are expected to play
"""

from dataclasses import dataclass

from gomoku.rules import Color
from mcts.tree import Proof


@dataclass(frozen=True, slots=True)
class Candidate:
    """A move that was looked at.

    visits: simulations that began with it.
    value: expected result in [-1, 1] for the side that plays it, 0 while unvisited.
    prior: share of the evaluator's weights over moves.
    pv: the moves expected if it is played, beginning with it; empty if nobody asked for them.
    """

    move: int
    visits: int
    value: float
    prior: float
    pv: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known about a position; everything is from the view of the side to move.

    value: expected result in [-1, 1], exact where it is proven.
    candidates: the visited moves, the one to play first and then the most visited ones; empty
        before the first simulation.
    pv: the principal variation, beginning with the move to play.
    proof: what is certain; distance: plies to the proven end.
    simulations: visits of the position so far, those kept from earlier moves included.
    """

    to_move: Color
    value: float
    candidates: tuple[Candidate, ...] = ()
    pv: tuple[int, ...] = ()
    proof: Proof = Proof.UNKNOWN
    distance: int = 0
    simulations: int = 0

    @property
    def best_move(self) -> int:
        """The move to play; -1 before there is one."""
        return self.pv[0] if self.pv else -1

    @property
    def win_rate(self) -> float:
        """The expected result as a share of a point, in [0, 1]."""
        return (1 + self.value) / 2
