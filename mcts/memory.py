"""What searches take of the memory, and how many games fit into it together."""

from collections.abc import Sequence
from dataclasses import replace

from gomoku.board import Board
from gomoku.machine import memory_bytes
from gomoku.rules import Rules
from mcts.player import Limit
from mcts.tree import DEFAULT_WIDTH

_MIN_BYTES, _USUAL_BYTES = 1 << 27, 4 << 30
_MAX_BYTES = 1 << 30


def bytes_per_simulation(rules: Rules) -> int:
    """Bytes that a tree takes for every simulation there is room for: a row of priors and one and
    a half nodes."""
    return 4 * min(DEFAULT_WIDTH, rules.points) + 96


def tree_bytes() -> int:
    """Bytes that the tree of one game may take where nobody says: an eighth of the memory."""
    return max(_MIN_BYTES, min(_MAX_BYTES, (memory_bytes() or _USUAL_BYTES) // 8))


def games_at_once(rules: Rules, simulations: int) -> int:
    """How many games may be searched together with so many simulations each: those whose trees
    stay below 1 GiB, and at least one."""
    return max(1, _MAX_BYTES // (simulations * bytes_per_simulation(rules)))


def parts_at_once(
    boards: Sequence[Board], simulations: int, limit: Limit
) -> tuple[list[Sequence[Board]], Limit]:
    """Boards, one or more under the same rules, in parts that are searched one after the other,
    and the limit of each part, which has its share of the time."""
    most = games_at_once(boards[0].rules, simulations)
    parts = [boards[first : first + most] for first in range(0, len(boards), most)]
    if limit.seconds is not None:
        limit = replace(limit, seconds=limit.seconds / len(parts))
    return parts, limit
