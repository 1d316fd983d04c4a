"""What boards are shown of a thought, in the words that Rapfi and Yixin-Board use.

A line of moves is a block that begins with `INFO PV n` and ends with `INFO PV DONE`; moves are
column and row from the top left, as everywhere in the protocol.
"""

import math
from collections.abc import Iterator

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
    """What to write about the best moves of a thought.

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


def _block(
    analysis: Analysis, candidate: Candidate, rank: int, count: int, seconds: float, size: int
) -> Iterator[str]:
    pv = candidate.pv or (candidate.move,)
    proof = analysis.proof if rank == 0 else Proof.UNKNOWN
    yield f"INFO PV {rank}"
    yield f"INFO NUMPV {count}"
    yield f"INFO DEPTH {len(pv)}"
    yield f"INFO SELDEPTH {len(pv)}"
    yield f"INFO NODES {candidate.visits}"
    yield f"INFO TOTALNODES {analysis.simulations}"
    yield f"INFO TOTALTIME {seconds * 1000:.0f}"
    yield f"INFO SPEED {analysis.simulations / max(seconds, 0.001):.0f}"
    yield f"INFO EVAL {_evaluation(candidate.value, proof, analysis.distance)}"
    yield f"INFO WINRATE {(1 + candidate.value) / 2:.4f}"
    yield f"INFO BESTLINE {' '.join(point_to_text(move, size) for move in pv)}"
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
