"""The statistics of a batch of searches, as arrays.

G games, N nodes and R rows of priors per game, A points of the board. An edge of the search tree
exists only once its move has been visited, so a node *is* the edge that leads to it: its record
holds N(s, a), W(s, a) and P(s, a) of the move that was played to reach it. The moves of a node
that are still unvisited share one first-play urgency; selection needs only the one with the
largest prior, so a node keeps the priors of all of them as one row of 16-bit weights and
remembers the best.

A node comes after its parent in the array; children hang together in a linked list.
"""

from enum import IntEnum
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Proof(IntEnum):
    """What is known for certain about a position, for the side to move there."""

    UNKNOWN = 0
    WIN = 1
    LOSS = 2
    DRAW = 3


# The life of a node: created, sent to the evaluator, answered.
NEW = 0
PENDING = 1
EXPANDED = 2

# 64 bytes, one cache line; selection reads the first three fields of every child.
NODE = np.dtype(
    [
        ("next_sibling", np.int32),  # -1 for the last child
        # What selection compares: W / N, and P / (1 + N), with evaluations in flight counted as
        # lost; an exact value and 0 where proven. Kept by `mcts.nodes.rescore`.
        ("score", np.float32),
        ("bonus", np.float32),
        ("parent", np.int32),  # -1 at the root
        ("first_child", np.int32),  # -1 without children
        ("visits", np.int32),
        # Sum of the results for the player who moves at the parent, that is who chose this edge.
        ("value_sum", np.float32),
        ("prior", np.float32),  # P(s, a); of all moves of a node they sum to 1
        ("row", np.int32),  # the row of weights of unvisited moves; -1: it has none
        ("prior_scale", np.float32),  # prior of an unvisited move = weight * prior_scale
        ("visited_prior", np.float32),  # sum of the priors of the children
        ("next_prior", np.float32),  # prior of `next_move`
        ("next_move", np.int16),  # the unvisited move with the largest prior; -1: none left
        ("move", np.int16),  # the move that leads here
        ("unproven", np.int16),  # moves that may still be worth playing and are not proven
        ("distance", np.int16),  # plies to the proven end
        ("in_flight", np.int16),  # descents of this wave through here that await an evaluation
        ("proof", np.int8),
        ("state", np.int8),
        ("padding", np.int32),
    ],
    align=True,
)

# Columns of `Tree.used`.
NODES_USED = 0
ROWS_USED = 1


class Tree(NamedTuple):
    """The trees of G games; node 0 of each is its root.

    nodes: `[G, N]` of `NODE`.
    rows: `[G, R, A]` weights of unvisited moves, 0 for a move that is occupied or visited.
    used: `[G, 2]` how many nodes and rows are taken.
    """

    nodes: Annotated[NDArray[Any], 2, NODE]
    rows: Annotated[NDArray[np.uint16], 3]
    used: Annotated[NDArray[np.int32], 2]


def allocate(games: int, nodes: int, rows: int, points: int) -> Tree:
    """Trees without any node; memory that is never written is never really taken."""
    return Tree(
        nodes=np.empty((games, nodes), NODE),
        rows=np.empty((games, rows, points), np.uint16),
        used=np.zeros((games, 2), np.int32),
    )


class Roots(NamedTuple):
    """The positions at the roots, laid out as `gomoku.kernels` wants them, one row a game."""

    cells: Annotated[NDArray[np.int8], 2]
    lines: Annotated[NDArray[np.int32], 4]
    meta: Annotated[NDArray[np.int32], 2]


class Leaves(NamedTuple):
    """Positions that await an evaluation: L slots, filled from the front, game by game.

    game, node: `[L]` where the answer belongs.
    cells, to_move, last_move: the columns of `mcts.evaluation.Positions`.
    """

    game: NDArray[np.int32]
    node: NDArray[np.int32]
    cells: Annotated[NDArray[np.int8], 2]
    to_move: NDArray[np.int8]
    last_move: NDArray[np.int16]
