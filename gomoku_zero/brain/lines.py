"""The lines that show a thought to boards, in the words that Rapfi and Yixin-Board use.

A line of moves is a block that begins with `INFO PV n` and ends with `INFO PV DONE`; moves are
column and row from the top left, as everywhere in the protocol.
"""

import math
from collections.abc import Iterator

from gomoku.notation import moves_to_text
from gomoku_zero.players.gomocup import point_to_text
from mcts.analysis import Analysis, Candidate
from mcts.tree import Proof

REALTIME, LINES = 1, 2
"""Bits of `INFO show_detail`: marks on the board while thinking, and lines of moves."""

_SCALE = 200.0
"""An evaluation of so much is e times as many wins as losses, as front ends count."""

_MAX_EVALUATION = 20_000


def lines_of(
    analysis: Analysis, seconds: float, size: int, count: int, detail: int
) -> Iterator[str]:
    """The lines about the best moves of a thought.

    count: how many moves; detail: as `INFO show_detail` says.
    """
    candidates = analysis.candidates[:count]
    if detail & REALTIME and analysis.best_move >= 0:
        yield "MESSAGE REALTIME REFRESH"
        for candidate in candidates:
            yield f"MESSAGE REALTIME POS {point_to_text(candidate.move, size)}"
        yield f"MESSAGE REALTIME BEST {point_to_text(analysis.best_move, size)}"
    if detail & LINES:
        for rank, candidate in enumerate(candidates):
            yield from _block(analysis, candidate, rank, len(candidates), seconds, size)


def comment(analysis: Analysis, seconds: float, size: int) -> str:
    """One line for people about a move that was found in so many seconds."""
    if not analysis.is_thought:
        return "still starting: one ply"
    known = {
        Proof.WIN: f"win in {analysis.distance}",
        Proof.LOSS: f"loss in {analysis.distance}",
        Proof.DRAW: "draw",
    }.get(analysis.proof, f"{analysis.win_rate:.1%}")
    line = moves_to_text(analysis.pv[:6], size)
    return f"{known}, {analysis.simulations} simulations, {seconds * 1000:.0f} ms, {line}"


def _block(
    analysis: Analysis, candidate: Candidate, rank: int, count: int, seconds: float, size: int
) -> Iterator[str]:
    proof = analysis.proof if rank == 0 else Proof.UNKNOWN
    yield f"INFO PV {rank}"
    yield f"INFO NUMPV {count}"
    yield f"INFO DEPTH {len(candidate.pv)}"
    yield f"INFO SELDEPTH {len(candidate.pv)}"
    yield f"INFO NODES {candidate.visits}"
    yield f"INFO TOTALNODES {analysis.simulations}"
    yield f"INFO TOTALTIME {seconds * 1000:.0f}"
    yield f"INFO SPEED {analysis.simulations / max(seconds, 0.001):.0f}"
    yield f"INFO EVAL {_evaluation(candidate.value, proof, analysis.distance)}"
    yield f"INFO WINRATE {candidate.win_rate:.4f}"
    yield f"INFO BESTLINE {' '.join(point_to_text(move, size) for move in candidate.pv)}"
    yield "INFO PV DONE"


def _evaluation(value: float, proof: Proof, distance: int) -> str:
    """A number as engines without networks give it, or the plies to a proven end.

    >>> _evaluation(0.0, Proof.UNKNOWN, 0), _evaluation(1.0, Proof.WIN, 5)
    ('0', '+M5')
    """
    if proof in (Proof.WIN, Proof.LOSS):
        return f"{'+' if proof is Proof.WIN else '-'}M{distance}"
    share = min(max((1 + value) / 2, 1e-9), 1 - 1e-9)
    number = _SCALE * math.log(share / (1 - share))
    return f"{min(max(number, -_MAX_EVALUATION), _MAX_EVALUATION):.0f}"
