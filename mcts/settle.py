"""Nodes settled without an evaluator, by a look ahead or by a search for wins."""

import numpy as np
from numpy.typing import NDArray

from gomoku.jit import kernel
from gomoku.kernels import TO_MOVE, place
from gomoku.rules import Rules
from mcts.nodes import LOSS, UNKNOWN, WIN, Nodes, find_child, prove, take_next_move
from mcts.tree import (
    EXPANDED,
    NEW,
    GameTree,
    Roots,
    State,
    Tree,
    copy_state,
    state_of_game,
    tree_of_game,
)
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
    nodes: Nodes, node: int, state: State, rules: Rules, node_cap: int, solver: Scratch
) -> None:
    """Settle a new node if its side to move wins by continuous fours, as far as `node_cap` fours
    tell. Nobody is asked about it then."""
    side = 0 if state.meta[TO_MOVE] > 0 else 1
    plies = find_vcf(state.cells, state.lines, rules, side, node_cap, solver)
    if plies > 0:
        settle_as_won(nodes, node, solver.line[0], plies)


@kernel
def find_win(
    state: State, rules: Rules, vcf_nodes: int, vct_nodes: int, solver: VctScratch
) -> tuple[int, int]:
    """The first move of a win by continuous fours or, where there is none, by continuous threats,
    for the side to move, and its plies; (-1, 0) if none is found. A cap of 0 does not look."""
    side = 0 if state.meta[TO_MOVE] > 0 else 1
    if vcf_nodes > 0:
        plies = find_vcf(state.cells, state.lines, rules, side, vcf_nodes, solver.fours)
        if plies > 0:
            return solver.fours.line[0], plies
    if vct_nodes > 0:
        plies = find_vct(state.cells, state.lines, rules, side, MOST_DEPTH, vct_nodes, solver)
        if plies > 0:
            return solver.line[0], plies
    return -1, 0


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
    """Look for wins at the roots of some games, as `find_win`. What is found is proven."""
    for index in range(games.shape[0]):
        game = games[index]
        own = tree_of_game(tree, game)
        if own.nodes[0].proof == UNKNOWN:
            move, plies = find_win(state_of_game(roots, game), rules, vcf_nodes, vct_nodes, solver)
            settle_node(own, 0, move, plies)


@kernel
def look_behind(
    tree: GameTree,
    root: State,
    state: State,
    child: int,
    rules: Rules,
    vct_nodes: int,
    solver: VctScratch,
) -> bool:
    """Look for a win of the other side after a move at the root, trying so many moves; whether
    there is one. It is proven then.

    child: the node that the move leads to; state: a position to play on.
    """
    copy_state(root, state, rules)
    place(state.cells, state.lines, state.meta, tree.nodes[child].move, rules)
    move, plies = find_win(state, rules, vct_nodes, vct_nodes, solver)
    settle_node(tree, child, move, plies)
    return move >= 0


@kernel
def settle_node(tree: GameTree, node: int, move: int, plies: int) -> None:
    """Prove a node won by a move within `plies`, whether it has been visited before or not; a
    move of -1 proves nothing."""
    nodes = tree.nodes
    if move < 0 or nodes[node].proof != UNKNOWN:
        return
    if nodes[node].state == NEW:
        settle_as_won(nodes, node, move, plies)
        return
    # The win belongs to a move, which may have been visited or not.
    child = find_child(nodes, node, move)
    if child < 0:
        child = take_next_move(tree, node, move, 0)
    if nodes[child].proof == UNKNOWN:
        prove(nodes, child, LOSS, plies - 1)
