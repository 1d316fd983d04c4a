"""The way from the root of a tree to the node that a simulation is about.

Positions are the arrays of `gomoku.kernels`.
"""

from typing import NamedTuple

import numpy as np

from gomoku import kernels as board
from gomoku.jit import kernel
from gomoku.rules import CARO, Rules
from mcts.nodes import (
    DRAW,
    LOSS,
    UNKNOWN,
    WIN,
    Nodes,
    back_up,
    find_child,
    find_unlisted,
    prove,
    proven_value,
    take_next_move,
)
from mcts.settle import settle_by_fours, settle_by_own_row, settle_by_threats
from mcts.tree import (
    NEW,
    NODES_USED,
    PENDING,
    PRIORS_USED,
    UNLISTED,
    GameTree,
    State,
)
from mcts.vcf import Scratch

# What `descend` returns instead of a node that awaits an evaluation.
BACKED_UP = -1
COLLIDED = -2
TREE_FULL = -3
# And, less the index of a node, one that has earned a search for a win by threats.
EARNED = -4


class DescentParameters(NamedTuple):
    """The numbers that a descent goes by; see `mcts.search.SearchConfig`."""

    c_puct: float
    c_puct_base: float
    fpu_reduction: float
    vcf_nodes: int
    vct_visits: int


@kernel
def select(nodes: Nodes, node: int, parameters: DescentParameters) -> tuple[int, int]:
    """The child to descend to, or -1 and the unvisited move to try, which may be `UNLISTED`.

    PUCT (Silver et al. 2018, "A general reinforcement learning algorithm...", Methods): the
    largest Q(s, a) + c P(s, a) sqrt(N(s)) / (1 + N(s, a)), c growing with log N(s). Moves proven
    to lose are left out; a proven draw is worth exactly 0. An evaluation in flight counts as a
    lost visit, so that the descents of one wave spread.
    """
    record = nodes[node]
    visits = record.visits + record.in_flight
    # The logarithm matters beyond thousands of visits; below, its tangent at 0 will do.
    growth = np.float32((1 + visits) / parameters.c_puct_base)
    if growth > 0.01:
        growth = np.log(np.float32(1.0) + growth)
    exploration = (np.float32(parameters.c_puct) + growth) * np.sqrt(np.float32(max(visits, 1)))
    best_score = np.float32(-np.inf)
    best_child = -1
    child = record.first_child
    while child >= 0:
        edge = nodes[child]
        score = edge.score + exploration * edge.bonus
        if score > best_score:
            best_score = score
            best_child = child
        child = edge.next_sibling
    if record.next_move != -1:
        # The record keeps the value of its parent's mover: here it is seen from the other side.
        parent_q = -record.value_sum / record.visits if record.visits > 0 else np.float32(0.0)
        urgency = parent_q - parameters.fpu_reduction * np.sqrt(record.visited_prior)
        if urgency + exploration * record.next_prior > best_score:
            return -1, record.next_move
    return best_child, -1


@kernel
def has_earned(nodes: Nodes, node: int, parameters: DescentParameters) -> bool:
    """Whether a node, not the root, has four times the visits that it had when a win by threats
    was last looked for there, or as many as the first search takes. One with a single move to
    choose from is left to what comes after that."""
    record = nodes[node]
    return (
        node > 0
        and record.row >= 0
        and record.visits >= np.int64(parameters.vct_visits) << (2 * np.int64(record.solved))
    )


@kernel
def descend(
    tree: GameTree,
    state: State,
    root_move: int,
    salt: int,
    rules: Rules,
    parameters: DescentParameters,
    solver: Scratch,
) -> int:
    """One descent from the root, playing moves on the given position.

    root_move: the move to begin with, -1 to let PUCT choose.
    solver: scratch for the threat solver.

    Returns a node that awaits an evaluation, `BACKED_UP` where none was needed, `COLLIDED` at a
    node already in flight, `TREE_FULL` for want of memory, `EARNED` less a node that was reached
    and that the caller should look for a win at; nothing is counted in the last three.
    """
    nodes, used = tree.nodes, tree.used
    cells, lines, meta = state.cells, state.lines, state.meta
    node = 0
    while True:
        # 1. A settled or unanswered node ends the descent.
        if nodes[node].proof != UNKNOWN:
            back_up(nodes, node, proven_value(nodes[node].proof), 0)
            return BACKED_UP
        if nodes[node].state == PENDING:
            return COLLIDED
        priors_used = used[PRIORS_USED] + nodes[0].in_flight * tree.width
        is_full = priors_used + tree.width > tree.rows.shape[0]
        if nodes[node].state == NEW:
            return TREE_FULL if is_full else node
        if parameters.vct_visits > 0 and has_earned(nodes, node, parameters):
            nodes[node].solved += 1
            return EARNED - node
        # 2. Choose a move.
        if node == 0 and root_move >= 0:
            child, move = find_child(nodes, 0, root_move), root_move
        else:
            child, move = select(nodes, node, parameters)
        if move == UNLISTED:
            move = find_unlisted(tree, node, state, rules)
            if move < 0:
                nodes[node].rest = 0
                nodes[node].next_move = -1
                continue
        if child >= 0:
            board.place(cells, lines, meta, nodes[child].move, rules)
            node = child
            continue
        # 3. Visit it for the first time.
        if is_full or used[NODES_USED] >= nodes.shape[0]:
            return TREE_FULL
        node = take_next_move(tree, node, move, salt)
        result = board.place(cells, lines, meta, move, rules)
        if result == board.WON:
            prove(nodes, node, LOSS, 0)
        elif result == board.DRAWN:
            prove(nodes, node, DRAW, 0)
        elif result == board.FORBIDDEN:
            prove(nodes, node, WIN, 0)
        elif rules.variant != CARO:
            # Only the stone just played can have made a threat: had its side been able to
            # complete a row before, it would have; had the other side, it was forced to block.
            mover = 0 if meta[board.TO_MOVE] < 0 else 1
            block, second = board.winning_moves_through(lines, mover, move, rules)
            settle_by_threats(nodes, node, block, second)
        else:
            own, _ = board.winning_moves(lines, 0 if meta[board.TO_MOVE] > 0 else 1, rules)
            settle_by_own_row(nodes, node, own)
        if parameters.vcf_nodes > 0 and nodes[node].state == NEW and nodes[node].proof == UNKNOWN:
            settle_by_fours(nodes, node, state, rules, parameters.vcf_nodes, solver)
