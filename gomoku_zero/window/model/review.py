"""Mistakes of a game, from what an engine thought of each of its positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from gomoku.rules import BLACK, WHITE, Color
from mcts.analysis import Analysis
from mcts.tree import Proof

LONG_WIN = 5  # plies of a win that it takes skill to see
LEAST_SHARE = 50  # of the simulations that a move must have had, as one in so many, to count


class Severity(Enum):
    """How much of the win rate a move gave away; the value is the least share that counts."""

    INACCURACY = 0.08
    MISTAKE = 0.18
    BLUNDER = 0.35


@dataclass(frozen=True, slots=True)
class Mistake:
    """A move that lost much.

    ply: how many moves were played before it.
    lost: win rate given away, in [0, 1]; before: what it was, for the side that moved.
    better: what should have been played.
    better_line: what was expected then, beginning with `better`.
    refutation: what is expected now, beginning with the other side's answer.
    missed_win, allows_win: plies to the certain win that was thrown away, or that the other side
        has now; 0 for none.
    threat: how the other side would have won by fours already, had it been on move.
    """

    ply: int
    color: Color
    move: int
    lost: float
    severity: Severity
    better: int | None
    before: float = 0.0
    better_line: tuple[int, ...] = ()
    refutation: tuple[int, ...] = ()
    missed_win: int = 0
    allows_win: int = 0
    threat: tuple[int, ...] = ()

    @property
    def after(self) -> float:
        """The win rate that is left, for the side that moved."""
        return max(0.0, self.before - self.lost)


@dataclass(frozen=True, slots=True)
class SideSummary:
    """How well a side played.

    accuracy: in [0, 1], one less the mean win rate given away per reviewed move.
    """

    moves: int
    inaccuracies: int
    mistakes: int
    blunders: int
    accuracy: float


class Phase(Enum):
    """A part of a game; the value is a key of the language files."""

    OPENING = "opening_phase"
    MIDDLE = "middle_phase"
    END = "end_phase"


PHASES = {Phase.OPENING: range(10), Phase.MIDDLE: range(10, 30), Phase.END: range(30, 1000)}
"""The plies of each, counted from 0. Most games between people are decided in the middle one."""

Sides = tuple[SideSummary | None, SideSummary | None]
"""Black's and White's; None where a side has made no move that is reviewed."""


@dataclass(frozen=True, slots=True)
class Review:
    """The evaluation of a whole game.

    black_win_rates: for every position of the game, start and end included; None if unknown.
    mistakes, summaries: of a game that is reviewed.
    phases: summaries of each `Phase`, in their order.
    finds: the plies of moves that are praised, see `is_find`, counted from 0.
    share: how much of it is reviewed so far, in [0, 1]; None without a review.
    """

    black_win_rates: tuple[float | None, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    summaries: Sides = (None, None)
    phases: tuple[Sides, ...] = ()
    share: float | None = None
    finds: tuple[int, ...] = ()


def review_game(
    moves: Sequence[int],
    black_win_rates: tuple[float | None, ...],
    thoughts: Sequence[Analysis | None],
    share: float,
    given: int = 0,
) -> Review:
    """The review of a game, of which that share of the positions is judged.

    thoughts: those good enough to judge by, of the positions before each move and after the last.
    given: how many moves at the start are not judged.
    """
    judged = [*[None] * given, *thoughts[given:]]
    found = (
        find_mistake(ply, move, judged[ply], judged[ply + 1]) for ply, move in enumerate(moves)
    )
    return Review(
        black_win_rates,
        tuple(mistake for mistake in found if mistake is not None),
        _summaries(moves, judged, range(len(moves))),
        tuple(_summaries(moves, judged, plies) for plies in PHASES.values()),
        share,
        tuple(ply for ply, move in enumerate(moves) if is_find(move, judged[ply])),
    )


def is_find(move: int, before: Analysis | None) -> bool:
    """True if a move is the best and every other that was looked at in earnest would have been a
    mistake at least, or it goes for a certain win that is not short.

    Where only one move was looked at, as against a four, there is no merit.
    """
    if before is None or move != before.best_move:
        return False
    if before.proof is Proof.WIN:
        return before.distance >= LONG_WIN
    least = max(1, before.simulations // LEAST_SHARE)
    others = [
        each.win_rate for each in before.candidates if each.move != move and each.visits >= least
    ]
    return bool(others) and before.win_rate - max(others) >= Severity.MISTAKE.value


def _summaries(moves: Sequence[int], thoughts: Sequence[Analysis | None], plies: range) -> Sides:
    return (
        summarize(BLACK, moves, thoughts, plies),
        summarize(WHITE, moves, thoughts, plies),
    )


def lost_win_rate(before: Analysis, after: Analysis, played: int) -> float:
    """Win rate the played move gave away, in [0, 1]: 0 for the move the engine prefers."""
    if played == before.best_move:
        return 0.0
    return max(0.0, before.win_rate - (1.0 - after.win_rate))


def find_mistake(
    ply: int, move: int, before: Analysis | None, after: Analysis | None
) -> Mistake | None:
    """Judge a move by the thoughts before and after it; None if it was fine or is unknown."""
    if before is None or after is None:
        return None
    lost = lost_win_rate(before, after, move)
    reached = [severity for severity in Severity if lost >= severity.value]
    if not reached:
        return None
    return Mistake(
        ply,
        before.to_move,
        move,
        lost,
        reached[-1],
        before.best_move if before.pv else None,
        before=before.win_rate,
        better_line=before.pv,
        refutation=after.pv,
        missed_win=before.distance if before.proof is Proof.WIN else 0,
        allows_win=after.distance if after.proof is Proof.WIN else 0,
        threat=before.threat,
    )


def summarize(
    color: Color,
    moves: Sequence[int],
    thoughts: Sequence[Analysis | None],
    plies: range | None = None,
) -> SideSummary | None:
    """One side's play; None before any of its moves is reviewed.

    thoughts: of the positions before each move and after the last, so one more than moves.
    plies: those of the moves that count; None for all.
    """
    assert len(thoughts) == len(moves) + 1, (len(thoughts), len(moves))
    losses: list[float] = []
    counts = dict.fromkeys(Severity, 0)
    for ply, move in enumerate(moves):
        before, after = thoughts[ply], thoughts[ply + 1]
        if before is None or after is None or before.to_move is not color:
            continue
        if plies is not None and ply not in plies:
            continue
        losses.append(lost_win_rate(before, after, move))
        mistake = find_mistake(ply, move, before, after)
        if mistake is not None:
            counts[mistake.severity] += 1
    if not losses:
        return None
    return SideSummary(
        moves=len(losses),
        inaccuracies=counts[Severity.INACCURACY],
        mistakes=counts[Severity.MISTAKE],
        blunders=counts[Severity.BLUNDER],
        accuracy=1.0 - sum(losses) / len(losses),
    )
