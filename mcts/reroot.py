"""Trees that begin: afresh from a position, or from what was known below a move."""

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels as board
from gomoku.jit import kernel
from gomoku.lines import Lines
from gomoku.rules import CARO, Rules
from mcts.nodes import Nodes, Rows, add_node, find_child
from mcts.settle import settle_by_own_row, settle_by_threats
from mcts.tree import NODES_USED, ROWS_USED, Roots, Tree


@kernel
def plant(nodes: Nodes, used: NDArray[np.int32], lines: Lines, to_move: int, rules: Rules) -> None:
    """Start a tree afresh from its root, settled at once if looking one move ahead does it."""
    used[NODES_USED] = 0
    used[ROWS_USED] = 0
    add_node(nodes, used, -1, -1, 1.0)
    side = 0 if to_move > 0 else 1
    own, _ = board.winning_moves(lines, side, rules)
    settle_by_own_row(nodes, 0, own)
    if own < 0 and rules.variant != CARO:
        block, second = board.winning_moves(lines, 1 - side, rules)
        settle_by_threats(nodes, 0, block, second)


@kernel
def keep_subtree(
    nodes: Nodes,
    rows: Rows,
    used: NDArray[np.int32],
    root: int,
    moved: NDArray[np.int32],
    spare: int,
) -> bool:
    """Make a child of the root the new root, and forget all but what is below it.

    Nodes come after their parents, so one pass over them finds what stays, and a second moves it
    down in place. Does nothing and returns False if less than `spare` nodes or rows would be left.

    moved: scratch for `[N]` new indices.
    """
    # 1. Number what stays.
    kept_nodes = 0
    kept_rows = 0
    for node in range(used[NODES_USED]):
        if node == root or (node > root and moved[nodes[node].parent] >= 0):
            moved[node] = kept_nodes
            kept_nodes += 1
            kept_rows += nodes[node].row >= 0
        else:
            moved[node] = -1
    if kept_nodes + spare > nodes.shape[0] or kept_rows + spare > rows.shape[0]:
        return False

    # 2. Move it down. Rows are handed out in the order of nodes, so they only move down as well.
    kept_rows = 0
    for node in range(root, used[NODES_USED]):
        index = moved[node]
        if index < 0:
            continue
        nodes[index] = nodes[node]
        record = nodes[index]
        if node == root:
            record.parent = -1
            record.next_sibling = -1
        else:
            record.parent = moved[record.parent]
        if record.next_sibling >= 0:
            record.next_sibling = moved[record.next_sibling]
        if record.first_child >= 0:
            record.first_child = moved[record.first_child]
        if record.row >= 0:
            if record.row != kept_rows:
                kept, row = rows[kept_rows], rows[record.row]
                for move in range(row.shape[0]):
                    kept[move] = row[move]
            record.row = kept_rows
            kept_rows += 1
    used[NODES_USED] = kept_nodes
    used[ROWS_USED] = kept_rows
    return True


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
        nodes, rows, used = tree.nodes[game], tree.rows[game], tree.used[game]
        lines, meta = roots.lines[game], roots.meta[game]
        child = find_child(nodes, 0, moves[game]) if keep_tree else -1
        results[game] = board.place(roots.cells[game], lines, meta, moves[game], rules)
        if results[game] != board.ONGOING:
            continue
        if child >= 0 and nodes[child].first_child < 0 and nodes[child].next_move < 0:
            child = -1  # proven by a search for wins, which gave it no moves to choose from
        if child < 0 or not keep_subtree(nodes, rows, used, child, moved, spare):
            plant(nodes, used, lines, meta[board.TO_MOVE], rules)
