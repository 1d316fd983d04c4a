"""The statistics of a batch of searches, as arrays.

G games, N nodes and P priors per game, A points of the board. An edge of the search tree exists
only once its move has been visited, so a node *is* the edge that leads to it: its record holds
N(s, a), W(s, a) and P(s, a) of the move that was played to reach it. The moves of a node that are
still unvisited share one first-play urgency; selection needs only the one with the largest prior,
so a node has a row with the `width` largest priors and remembers the best that is left. The root's
row holds all moves. Moves that a row leaves out come last, each with the same small prior.

A node comes after its parent in the array; children hang together in a linked list.
"""

from enum import IntEnum
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.jit import kernel
from gomoku.kernels import META, Meta
from gomoku.lines import DIRECTIONS, LINES, Cells, Lines, line_count
from gomoku.rules import Rules


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
        ("row", np.int32),  # where its row of priors begins, 0 at the root; -1: it has none
        ("prior_scale", np.float32),  # prior of an unvisited move = weight * prior_scale
        ("visited_prior", np.float32),  # sum of the priors of the children
        ("next_prior", np.float32),  # prior of `next_move`
        # The unvisited move with the largest prior, `UNLISTED` for one that the row leaves out;
        # -1: none left.
        ("next_move", np.int16),
        ("move", np.int16),  # the move that leads here
        ("unproven", np.int16),  # moves that may still be worth playing and are not proven
        ("distance", np.int16),  # plies to the proven end
        ("in_flight", np.int16),  # descents of this wave through here that await an evaluation
        ("proof", np.int8),
        ("state", np.int8),
        ("rest", np.uint16),  # the weight of each move that the row leaves out
        ("solved", np.int16),  # how often wins by threats have been looked for here
    ],
    align=True,
)

# What `next_move` is once all moves of a row are visited and it may have left some out.
UNLISTED = -2

# Columns of `Tree.used`.
NODES_USED = 0
PRIORS_USED = 1

# An entry of a row that holds no move.
NO_ENTRY = 0xFFFF

DEFAULT_WIDTH = 32
"""Priors kept of a position. On 15x15 the 32 largest of a trained network hold 99% of the sum."""


class GameTree(NamedTuple):
    """The tree of one game; node 0 is its root.

    nodes: `[N]` of `NODE`.
    rows: `[P]` entries of a weight, in the upper 16 bits, and its move; the weight is 0 once the
        move has been visited. The root's row are the first A entries, others have `width`.
    used: `[2]` how many nodes and priors are taken.
    weights: scratch for `[A]`.
    """

    nodes: Annotated[NDArray[Any], 1, NODE]
    rows: NDArray[np.uint32]
    used: NDArray[np.int32]
    weights: NDArray[np.int32]
    width: int
    points: int


class Tree(NamedTuple):
    """The trees of G games, each as in `GameTree`: nodes `[G, N]`, rows `[G, P]`, used `[G, 2]`."""

    nodes: Annotated[NDArray[Any], 2, NODE]
    rows: Annotated[NDArray[np.uint32], 2]
    used: Annotated[NDArray[np.int32], 2]
    weights: NDArray[np.int32]
    width: int
    points: int


@kernel
def tree_of_game(tree: Tree, game: int) -> GameTree:
    """One of the trees."""
    return GameTree(
        tree.nodes[game], tree.rows[game], tree.used[game], tree.weights, tree.width, tree.points
    )


def allocate(games: int, nodes: int, rows: int, width: int, points: int) -> Tree:
    """Trees without any node; memory that is never written is never really taken."""
    width = min(width, points)
    return Tree(
        nodes=np.empty((games, nodes), NODE),
        rows=np.empty((games, points + rows * width), np.uint32),
        used=np.zeros((games, 2), np.int32),
        weights=np.empty(points, np.int32),
        width=width,
        points=points,
    )


class State(NamedTuple):
    """A position as `gomoku.kernels` wants it, to play on."""

    cells: Cells
    lines: Lines
    meta: Meta


class Roots(NamedTuple):
    """The positions at the roots of G games, each as in `State`."""

    cells: Annotated[NDArray[np.int8], 2]
    lines: Annotated[NDArray[np.int32], 4]
    meta: Annotated[NDArray[np.int32], 2]


def make_roots(games: int, points: int) -> Roots:
    """Room for the positions of some games."""
    return Roots(
        cells=np.zeros((games, points), np.int8),
        lines=np.zeros((games, 2, DIRECTIONS, LINES), np.int32),
        meta=np.zeros((games, META), np.int32),
    )


@kernel
def state_of_game(roots: Roots, game: int) -> State:
    """One of the positions."""
    return State(roots.cells[game], roots.lines[game], roots.meta[game])


@kernel
def copy_state(source: State, target: State, rules: Rules) -> None:
    """Copy a position."""
    # Plain loops over flat arrays take a tenth of the time of numba's array assignments.
    for point in range(source.cells.shape[0]):
        target.cells[point] = source.cells[point]
    for side in range(2):
        for direction in range(DIRECTIONS):
            for line in range(line_count(direction, rules.size)):
                target.lines[side, direction, line] = source.lines[side, direction, line]
    for index in range(META):
        target.meta[index] = source.meta[index]


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


def make_leaves(slots: int, points: int) -> Leaves:
    """Room for so many positions."""
    return Leaves(
        game=np.empty(slots, np.int32),
        node=np.empty(slots, np.int32),
        cells=np.empty((slots, points), np.int8),
        to_move=np.empty(slots, np.int8),
        last_move=np.empty(slots, np.int16),
    )
