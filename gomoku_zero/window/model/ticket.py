"""One piece of thinking that is wanted, and how much of it."""

from dataclasses import dataclass, field
from enum import Enum

from gomoku.opening_rules import OpeningPhase
from gomoku_zero.players.spec import Pure, spec_or_none
from gomoku_zero.window.model.position import Position
from mcts.player import Limit

# With a network; see `PLAYOUTS_FOR_ONE`.
REVIEW_SIMULATIONS = 300
ANALYSIS_SIMULATIONS = 20_000
MAX_ANALYSIS_SIMULATIONS = 320_000  # on request; a tree of 15x15 takes some hundred megabytes
PONDER_SIMULATIONS = 20_000
HINT_SIMULATIONS = 800
JUDGING_SIMULATIONS = 400  # for the position before and after a move, in teaching mode

PLAYOUTS_FOR_ONE = 50
"""How many simulations of pure search stand for one with a network: they take about as long, and
with fewer its opinion of single moves is noise."""
MAX_PLAYOUTS = 320_000


class Purpose(Enum):
    """The purpose of a thought."""

    MOVE = "move"
    HINT = "hint"
    REVIEW = "review"
    ANALYSIS = "analysis"
    PONDER = "ponder"
    JUDGE = "judge"  # of the human's move, in teaching mode


@dataclass(frozen=True, slots=True)
class Ticket:
    """One piece of thinking, complete enough for another thread to do it.

    number: grows with every change of the game, so that no two questions are the same.
    player: the spec of the player that is to think.
    limit: as it was when the thinking was wanted first. A running clock changes it all the time,
        which makes no other question of it.
    opening: what is to be decided in, where an opening rule wants a move or a hint to be more than
        a good move.
    """

    number: int
    purpose: Purpose
    player: str
    position: Position
    limit: Limit = field(compare=False)
    opening: OpeningPhase | None = None


def limit_of(player: str, simulations: int) -> Limit:
    """So many simulations with a network, or what stands for them with another player."""
    if isinstance(spec_or_none(player), Pure):
        simulations = min(simulations * PLAYOUTS_FOR_ONE, MAX_PLAYOUTS)
    return Limit(simulations=simulations)
