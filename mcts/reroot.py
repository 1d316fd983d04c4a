"""Trees that begin anew: from a position, from what was known below a move, or with less."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels as board
from gomoku.intrinsics import stack_array
from gomoku.jit import kernel
from gomoku.lines import Lines
from gomoku.rules import CARO, Rules
from mcts.nodes import LOSS, UNKNOWN, WIN, Nodes, add_node, find_child
from mcts.settle import settle_by_own_row, settle_by_threats
from mcts.tree import (
    NEW,
    NO_ENTRY,
    NODES_USED,
    PRIORS_USED,
    GameTree,
    Roots,
    Tree,
    state_of_game,
    tree_of_game,
)

_MAX_DOUBLINGS = 31


@kernel
def begin_tree(
    nodes: Nodes, used: NDArray[np.int32], lines: Lines, to_move: int, rules: Rules
) -> None:
    """Start a tree afresh from its root, settled at once if looking one move ahead does it."""
    used[NODES_USED] = 0
    used[PRIORS_USED] = rules.size * rules.size  # of the root, whether it needs them or not
    add_node(nodes, used, -1, -1, 1.0)
    side = 0 if to_move > 0 else 1
    own, _ = board.winning_moves(lines, side, rules)
    settle_by_own_row(nodes, 0, own)
    if own < 0 and rules.variant != CARO:
        block, second = board.winning_moves(lines, 1 - side, rules)
        settle_by_threats(nodes, 0, block, second)


@kernel
def keep_subtree(tree: GameTree, root: int, moved: NDArray[np.int32], spare: int) -> bool:
    """Make a child of the root the new root, and forget all but what is below it.

    Does nothing and returns False if room for less than `spare` nodes and rows would be left.

    moved: scratch for `[N]` new indices and then `[R]` owners of rows.
    """
    nodes, used = tree.nodes, tree.used
    # Nodes come after their parents, so one pass finds what stays.
    kept = 0
    rows = 0
    for node in range(used[NODES_USED]):
        moved[node] = -1
        if node == root or (node > root and moved[nodes[node].parent] >= 0):
            moved[node] = kept
            kept += 1
            rows += nodes[node].row >= 0
    needed = tree.points + (rows + spare) * tree.width
    if kept + spare > nodes.shape[0] or needed > tree.rows.shape[0]:
        return False
    nodes[root].parent = -1
    nodes[root].next_sibling = -1
    _move_down(tree, moved)
    return True


@kernel
def forget_least_visited(tree: GameTree, moved: NDArray[np.int32], share: float) -> int:
    """Forget what is below the nodes with the fewest visits, so that the rest takes at most this
    share of the nodes and rows there is room for; returns the visits from which on nodes keep
    what is below them.

    What is forgotten of is evaluated anew when it is next visited, and keeps its statistics, as it
    keeps its proof. No descent may be in flight.

    moved: as in `keep_subtree`.
    """
    nodes, used = tree.nodes, tree.used
    # 1. Count nodes and rows by the doublings of the visits that they owe their place to.
    counts = stack_array(2 * (_MAX_DOUBLINGS + 1), np.int64).reshape(2, _MAX_DOUBLINGS + 1)
    counts[:] = 0
    for node in range(1, used[NODES_USED]):
        record = nodes[node]
        counts[0, _doublings(nodes[record.parent].visits)] += 1
        if record.row >= 0:
            counts[1, _doublings(record.visits)] += 1
    most_nodes = share * nodes.shape[0]
    most_rows = share * (tree.rows.shape[0] - tree.points) / tree.width
    least = _MAX_DOUBLINGS
    kept_nodes = kept_rows = np.int64(0)
    while least > 1:
        kept_nodes += counts[0, least]
        kept_rows += counts[1, least]
        if kept_nodes > most_nodes or kept_rows > most_rows:
            break
        least -= 1
    visits: Any = np.int64(1) << least

    # 2. Keep the children of nodes that have as many.
    kept = 0
    for node in range(used[NODES_USED]):
        record = nodes[node]
        moved[node] = -1
        if node == 0 or (moved[record.parent] >= 0 and _has_children(nodes, record.parent, visits)):
            moved[node] = kept
            kept += 1
    for node in range(1, used[NODES_USED]):
        if moved[node] >= 0 and not _has_children(nodes, node, visits):
            _fold(nodes, node)
    _move_down(tree, moved)
    return int(visits)


@kernel
def _doublings(visits: int) -> int:
    """The number of times that 1 must be doubled to be more than so many visits, at least 1."""
    doublings = 1
    while (visits >> doublings) > 0:
        doublings += 1
    return doublings


@kernel
def _has_children(nodes: Nodes, node: int, visits: int) -> bool:
    return node == 0 or nodes[node].visits >= visits


@kernel
def _fold(nodes: Nodes, node: int) -> None:
    """Make a node forget its children and its row."""
    record = nodes[node]
    if record.row >= 0 and record.proof == UNKNOWN:
        record.state = NEW
        record.next_move = -1
    elif record.first_child >= 0:
        # Forced, or proven: the move that did it is still known, and a loss has none.
        child = record.first_child
        if record.proof == WIN:
            while nodes[child].proof != LOSS and nodes[child].next_sibling >= 0:
                child = nodes[child].next_sibling
        record.next_move = nodes[child].move
        record.next_prior = 1.0
    record.first_child = -1
    record.row = -1
    record.visited_prior = 0.0
    record.rest = 0


@kernel
def _move_down(tree: GameTree, moved: NDArray[np.int32]) -> None:
    """Move every node that has a new index there, and its row after the last one kept.

    The order stays the same, so all move down in place; links follow to what is kept.
    """
    nodes, used, width = tree.nodes, tree.used, tree.width
    # 1. Rows were handed out in another order than nodes.
    count = used[NODES_USED]
    owners = moved[nodes.shape[0] :]
    slots = (used[PRIORS_USED] - tree.points) // width
    for slot in range(slots):
        owners[slot] = -1
    kept_nodes = 0
    old_root = -1
    for node in range(count):
        index = moved[node]
        if index < 0:
            continue
        kept_nodes += 1
        record = nodes[node]
        if index == 0:
            old_root = record.row
        elif record.row > 0:
            owners[(record.row - tree.points) // width] = index
        if record.parent >= 0:
            record.parent = moved[record.parent]
        if record.first_child >= 0:
            record.first_child = moved[record.first_child]
        # A sibling is kept as well, but that of a node that became the root.
        if record.next_sibling >= 0:
            record.next_sibling = moved[record.next_sibling]
        if index != node:
            nodes[index] = record
    used[NODES_USED] = kept_nodes

    # 2. The root's row comes first.
    if old_root > 0:
        for entry in range(tree.points):
            held: Any = tree.rows[old_root + entry] if entry < width else NO_ENTRY
            tree.rows[entry] = held
        nodes[0].row = 0
    kept = tree.points
    for slot in range(slots):
        if owners[slot] < 0:
            continue
        row = tree.points + slot * width
        if row != kept:
            for entry in range(width):
                tree.rows[kept + entry] = tree.rows[row + entry]
        nodes[owners[slot]].row = kept
        kept += width
    used[PRIORS_USED] = kept


@kernel
def advance_roots(
    tree: Tree,
    roots: Roots,
    moves: NDArray[np.int32],
    results: NDArray[np.int8],
    keep_tree: bool,
    moved: NDArray[np.int32],
    spare: int,
    rules: Rules,
) -> None:
    """Play a move at the root of every game, `moves [G]`; -1 leaves a game alone.

    results: `[G]` what `gomoku.kernels.place` says of the moves; a game that is over has no tree.
    """
    for game in range(moves.shape[0]):
        if moves[game] < 0:
            continue
        own, state = tree_of_game(tree, game), state_of_game(roots, game)
        nodes = own.nodes
        child = find_child(nodes, 0, moves[game]) if keep_tree else -1
        results[game] = board.place(state.cells, state.lines, state.meta, moves[game], rules)
        if results[game] != board.ONGOING:
            continue
        if child >= 0 and nodes[child].first_child < 0 and nodes[child].next_move == -1:
            child = -1  # it was proven, or forgotten, and has no moves to choose from
        if child < 0 or not keep_subtree(own, child, moved, spare):
            begin_tree(nodes, own.used, state.lines, state.meta[board.TO_MOVE], rules)
