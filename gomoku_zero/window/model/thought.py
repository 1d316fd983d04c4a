"""What an engine thinks of a position, ready to be shown."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gomoku.board import Board
from gomoku.rules import Color
from mcts.search import SearchSummary
from mcts.tree import Proof
from mcts.vcf import solve_vcf

MOST_CANDIDATES = 12
FOREVER = 1_000_000_000  # simulations no search needs to add to


@dataclass(frozen=True, slots=True)
class Candidate:
    """A move under consideration.

    win_rate: in [0, 1], for the side to move.
    prior: in [0, 1], what the evaluator gave before searching.
    line: the moves expected after it, beginning with it.
    """

    move: int
    visits: int
    win_rate: float
    prior: float
    line: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Thought:
    """One moment of a search.

    win_rate: in [0, 1], for the side to move; a draw counts half.
    candidates: the most visited first; what is proven to be best stands before them.
    heat: `[A]` priors of all moves, the largest scaled to 1; empty if all are alike.
    line: the moves both sides are expected to play from here.
    proof: whether the result is certain, for the side to move.
    distance: plies to the certain end, or 0.
    draw_rate: in [0, 1], how likely a draw is; None if the engine cannot say. At most twice the
        smaller of `win_rate` and what is missing to 1.
    threat: how the other side would win by continuous fours if it were on move, or empty.
    """

    to_move: Color
    win_rate: float
    candidates: tuple[Candidate, ...]
    heat: tuple[float, ...]
    line: tuple[int, ...]
    simulations: int
    proof: Proof
    distance: int
    draw_rate: float | None = None
    threat: tuple[int, ...] = ()

    @property
    def black_win_rate(self) -> float:
        return self.win_rate if self.to_move is Color.BLACK else 1.0 - self.win_rate

    @property
    def best_move(self) -> int | None:
        if self.line:
            return self.line[0]
        return self.candidates[0].move if self.candidates else None

    def with_draw_rate(self, rate: float | None) -> "Thought":
        """The same knowing how likely a draw is, as far as that and the win rate agree; certain
        results need no estimate."""
        if self.proof:
            rate = float(self.proof is Proof.DRAW)
        if rate is not None:
            rate = min(rate, 2 * min(self.win_rate, 1 - self.win_rate))
        return replace(self, draw_rate=rate)

    def line_of(self, move: int) -> tuple[int, ...]:
        """What is expected after a candidate, beginning with it; empty for any other move."""
        return next((each.line for each in self.candidates if each.move == move), ())

    @property
    def certain_winner(self) -> Color | None:
        """The side that wins for certain, if one does."""
        if self.proof is Proof.WIN:
            return self.to_move
        return self.to_move.other if self.proof is Proof.LOSS else None


@dataclass(frozen=True, slots=True)
class Fours:
    """Wins by continuous fours in a position; empty where there is none.

    own: of the side to move. enemy: of the other side, were it on move.
    """

    own: tuple[int, ...] = ()
    enemy: tuple[int, ...] = ()


NO_FOURS = Fours()


def find_fours(board: Board, nodes: int) -> Fours:
    """The wins by continuous fours of both sides, each found by trying at most `nodes` fours."""
    lines = []
    for color in (board.to_move, board.to_move.other):
        found = solve_vcf(board, nodes, color)
        lines.append(found.line if found is not None else ())
    return Fours(*lines)


def thought_of(
    summary: SearchSummary,
    to_move: Color,
    line_after: Callable[[int], tuple[int, ...]] | None = None,
    fours: Fours = NO_FOURS,
) -> Thought:
    """A search's summary as shown to people: win rates instead of values.

    line_after: tells the line expected after a move; without it only the best move has one.
    fours: what the threat solver found; a win of the side to move is as good as a proof.
    """
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
            line=summary.principal_line if move == summary.best_move else _line(move, line_after),
        )
        for move in best_first
        # A root that is settled at once has no visits.
        if summary.visits[move] > 0 or move == exact
    )
    largest = float(summary.prior.max(initial=0.0)) or 1.0
    weights = summary.prior[summary.prior > 0]
    is_uniform = weights.size == 0 or float(np.ptp(weights)) < 1e-3 * largest
    thought = Thought(
        to_move=to_move,
        win_rate=summary.value / 2 + 0.5,
        candidates=candidates,
        heat=() if is_uniform else tuple(float(weight) / largest for weight in summary.prior),
        line=summary.principal_line,
        simulations=summary.simulations,
        proof=summary.proof,
        distance=summary.distance,
        threat=until_forbidden(fours.enemy),
    )
    # A search that has proven a win knows the shortest it has seen; it may be no row of fours.
    if fours.own and (summary.proof is not Proof.WIN or summary.distance > len(fours.own)):
        return _won_by(thought, fours.own)
    return thought


def _won_by(thought: Thought, fours: tuple[int, ...]) -> Thought:
    """The thought of someone who has seen that these fours win."""
    line = until_forbidden(fours)
    first = line[0]
    known = next((each for each in thought.candidates if each.move == first), None)
    best = replace(known or Candidate(first, 0, 1.0, 0.0), win_rate=1.0, line=line)
    others = (each for each in thought.candidates if each.move != first)
    return replace(
        thought,
        win_rate=1.0,
        candidates=(best, *others),
        line=line,
        proof=Proof.WIN,
        distance=len(fours),
    )


def _line(move: int, line_after: Callable[[int], tuple[int, ...]] | None) -> tuple[int, ...]:
    return (move,) if line_after is None else line_after(move)


def until_forbidden(line: tuple[int, ...]) -> tuple[int, ...]:
    """The moves up to where the only answer would be a forbidden point, which the solver marks."""
    return line[: line.index(-1)] if -1 in line else line


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
