"""What searches take of the memory, and how many games fit into it together."""

from collections.abc import Sequence
from dataclasses import replace

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.player import Limit

_MAX_BYTES = 1 << 30


def bytes_per_simulation(rules: Rules) -> int:
    """Bytes that a search needs for every simulation of its budget, in each of its games."""
    # A row of 16-bit priors and one and a half nodes, twice: trees keep room to grow on.
    return 2 * (2 * rules.points + 100)


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
