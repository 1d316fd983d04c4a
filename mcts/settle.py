"""Nodes settled without an evaluator, by a look ahead or by a search for wins."""

import numpy as np
from numpy.typing import NDArray

from gomoku.jit import kernel
from gomoku.kernels import TO_MOVE
from gomoku.lines import Cells, Lines
from gomoku.rules import Rules
from mcts.nodes import LOSS, UNKNOWN, WIN, Nodes, Rows, find_child, prove, take_next_move
from mcts.tree import EXPANDED, NEW, Roots, Tree
from mcts.vcf import Scratch, find_vcf
from mcts.vct import MOST_DEPTH, VctScratch, find_vct


@kernel
def settle_by_threats(nodes: Nodes, node: int, block: int, second: int) -> None:
    """Settle a node whose side to move faces a row that the other can complete at `block`.

    Two such points cannot both be blocked: a loss. A single one is the only move worth a visit.
    No evaluator need be asked about either. Not so in caro, where a row may be stopped by shutting
    its ends.
    """
    if block < 0:
        return
    nodes[node].next_move = block
    nodes[node].next_prior = 1.0
    if second >= 0:
        prove(nodes, node, LOSS, 2)
        return
    nodes[node].unproven = 1
    nodes[node].state = EXPANDED


@kernel
def settle_by_own_row(nodes: Nodes, node: int, own: int) -> None:
    """Settle a node whose side to move can complete a row at `own`, if that is a point."""
    if own >= 0:
        settle_as_won(nodes, node, own, 1)


@kernel
def settle_as_won(nodes: Nodes, node: int, move: int, plies: int) -> None:
    """Settle a node without children whose side to move wins with `move` within `plies`."""
    nodes[node].next_move = move
    nodes[node].next_prior = 1.0
    prove(nodes, node, WIN, plies)


@kernel
def settle_by_fours(
    nodes: Nodes,
    node: int,
    cells: Cells,
    lines: Lines,
    to_move: int,
    rules: Rules,
    node_cap: int,
    solver: Scratch,
) -> None:
    """Settle a new node if its side to move wins by continuous fours, as far as `node_cap` fours
    tell. Nobody is asked about it then."""
    plies = find_vcf(cells, lines, rules, 0 if to_move > 0 else 1, node_cap, solver)
    if plies > 0:
        settle_as_won(nodes, node, solver.line[0], plies)


@kernel
def solve_roots(
    tree: Tree,
    roots: Roots,
    games: NDArray[np.int64],
    rules: Rules,
    vcf_nodes: int,
    vct_nodes: int,
    solver: VctScratch,
) -> None:
    """Look for wins at the roots of some games, by continuous fours and, where there are none, by
    continuous threats; a cap of 0 does not look. What is found is proven."""
    for index in range(games.shape[0]):
        game = games[index]
        nodes, rows, used = tree.nodes[game], tree.rows[game], tree.used[game]
        if nodes[0].proof != UNKNOWN:
            continue
        cells, lines = roots.cells[game], roots.lines[game]
        side = 0 if roots.meta[game, TO_MOVE] > 0 else 1
        if vcf_nodes > 0:
            plies = find_vcf(cells, lines, rules, side, vcf_nodes, solver.fours)
            if plies > 0:
                settle_root(nodes, rows, used, solver.fours.line[0], plies)
                continue
        if vct_nodes > 0:
            plies = find_vct(cells, lines, rules, side, MOST_DEPTH, vct_nodes, solver)
            if plies > 0:
                settle_root(nodes, rows, used, solver.line[0], plies)


@kernel
def settle_root(nodes: Nodes, rows: Rows, used: NDArray[np.int32], move: int, plies: int) -> None:
    """Prove a root won by a move within `plies`, whether it has been searched before or not."""
    if nodes[0].state == NEW:
        settle_as_won(nodes, 0, move, plies)
        return
    # The win belongs to a move, which may have been visited or not.
    child = find_child(nodes, 0, move)
    if child < 0:
        child = take_next_move(nodes, rows, used, 0, move, 0)
    prove(nodes, child, LOSS, plies - 1)
