"""The nodes of one tree: edges made, values backed up, proofs carried upwards.

`nodes` are those of one game, as in `mcts.tree.GameTree`.
"""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from gomoku.forbidden import barred_bits, is_forbidden
from gomoku.jit import kernel
from gomoku.kernels import TO_MOVE
from gomoku.rules import Rules
from mcts.tree import (
    EXPANDED,
    NEW,
    NO_ENTRY,
    NODE,
    NODES_USED,
    PRIORS_USED,
    UNLISTED,
    GameTree,
    Proof,
    State,
)

Nodes = Annotated[NDArray[Any], 1, NODE]

# numba takes enum members for their own type; plain numbers are what the records hold.
UNKNOWN, WIN, LOSS, DRAW = (int(proof) for proof in Proof)

HEAVIEST = 65535


@kernel
def rescore(nodes: Nodes, index: int) -> None:
    """Bring the two numbers that selection reads up to date with the rest of a node."""
    node = nodes[index]
    visits = node.visits + node.in_flight
    node.bonus = node.prior / (1 + visits)
    node.score = (node.value_sum - node.in_flight) / visits if visits > 0 else np.float32(0.0)
    if node.proof != UNKNOWN:
        node.bonus = 0.0  # there is nothing left to explore
        # The proof is for the side to move at the node; a proven loss of one's own is left out.
        node.score = -np.inf if node.proof == WIN else (1.0 if node.proof == LOSS else 0.0)


@kernel
def add_node(nodes: Nodes, used: NDArray[np.int32], parent: int, move: int, prior: float) -> int:
    """Append a node and hang it under its parent; the caller has checked that there is room."""
    index = used[NODES_USED]
    used[NODES_USED] = index + 1
    node = nodes[index]
    node.parent = parent
    node.first_child = -1
    node.next_sibling = -1
    node.visits = 0
    node.value_sum = 0.0
    node.prior = prior
    node.row = -1
    node.prior_scale = 0.0
    node.next_prior = 0.0
    node.next_move = -1
    node.move = move
    node.unproven = 0
    node.distance = 0
    node.in_flight = 0
    node.proof = UNKNOWN
    node.state = NEW
    node.visited_prior = 0.0
    node.rest = 0
    node.solved = 0
    rescore(nodes, index)
    if parent >= 0:
        nodes[parent].visited_prior += prior
        node.next_sibling = nodes[parent].first_child
        nodes[parent].first_child = index
    return index


@kernel
def find_child(nodes: Nodes, node: int, move: int) -> int:
    """The child that a move leads to, or -1."""
    child = nodes[node].first_child
    while child >= 0 and nodes[child].move != move:
        child = nodes[child].next_sibling
    return child


@kernel
def row_end(tree: GameTree, row: int) -> int:
    """Where a row of priors ends."""
    return row + (tree.points if row == 0 else tree.width)


@kernel
def find_next_move(tree: GameTree, node: int, salt: int) -> None:
    """Remember the heaviest unvisited move of a node; ties fall as the salt shuffles them."""
    record = tree.nodes[node]
    best: Any = 0
    for index in range(record.row, row_end(tree, record.row)):
        # One packed maximum over (weight, shuffled tie-break, move) is what vectorizes.
        entry = np.int64(tree.rows[index])
        move = entry & 0xFFFF
        key = ((move + salt) * 40503) & 0xFFFF
        best = max(best, ((entry >> 16) << 32) | (key << 16) | move)
    weight = best >> 32
    if weight > 0:
        record.next_move = best & 0xFFFF
        record.next_prior = weight * record.prior_scale
    elif record.rest > 0:
        record.next_move = UNLISTED
        record.next_prior = record.rest * record.prior_scale
    else:
        record.next_move = -1


@kernel
def weigh_moves(
    prior: NDArray[np.float32],
    cells: NDArray[np.int8],
    to_move: int,
    weights: NDArray[np.int32],
) -> tuple[int, float]:
    """Write the 16-bit weights of legal moves to `weights [A]` from an evaluator's prior, 0 for
    others; returns the number of legal moves, and the prior that a weight of 1 stands for.

    cells: as in `mcts.evaluation.Positions`; points marked as forbidden are left out for Black,
        unless there are no others.
    """
    largest = np.float32(0.0)
    total = np.float32(0.0)
    legal = 0
    barred = barred_bits(cells, to_move)
    for move in range(cells.shape[0]):
        weight = prior[move] if (cells[move] & barred) == 0 else np.float32(0.0)
        legal += (cells[move] & barred) == 0
        total += weight
        largest = max(largest, weight)
    scale = np.float32(0.0)
    least = np.int32(HEAVIEST)
    prior_scale: Any = np.float32(1.0 / (HEAVIEST * legal))
    if largest > 0.0:
        scale = np.float32(HEAVIEST) / largest
        least = np.int32(1)  # no legal move may vanish by rounding
        prior_scale = largest / (np.float32(HEAVIEST) * total)
    for move in range(cells.shape[0]):
        weight_16 = max(least, np.int32(prior[move] * scale))
        weights[move] = weight_16 if (cells[move] & barred) == 0 else np.int32(0)
    return legal, prior_scale


@kernel
def expand(
    tree: GameTree,
    node: int,
    weights: NDArray[np.int32],
    legal: int,
    prior_scale: float,
    salt: int,
) -> None:
    """Give a node a row of the heaviest of its moves; weights and the rest as `weigh_moves` says.

    All moves above a bound are listed, and the first of those at it while there is room.
    """
    record, rows = tree.nodes[node], tree.rows
    record.row = 0
    if node > 0:
        record.row = tree.used[PRIORS_USED]
        tree.used[PRIORS_USED] += tree.width
    index: Any = np.int64(record.row)
    end = row_end(tree, index)
    bound: Any = np.int32(0)
    spare: Any = np.int64(0)
    if legal > end - index:
        bound, above = _find_bound(weights, end - index)
        spare = end - index - above
    left = np.int64(0)
    for move in range(weights.shape[0]):
        weight = weights[move]
        if weight > bound or (weight > 0 and spare > 0):
            spare -= weight <= bound
            rows[index] = (np.int64(weight) << 16) | move
            index += 1
        else:
            left += weight
    unlisted = legal - (index - record.row)
    record.rest = max(1, left // unlisted) if unlisted > 0 else 0
    while index < end:
        rows[index] = NO_ENTRY
        index += 1
    record.prior_scale = prior_scale
    record.unproven = legal
    record.state = EXPANDED
    find_next_move(tree, node, salt)


@kernel
def set_priors(
    tree: GameTree,
    node: int,
    prior: NDArray[np.float32],
    cells: NDArray[np.int8],
    to_move: int,
    salt: int,
) -> None:
    """`weigh_moves` and `expand` a node."""
    legal, prior_scale = weigh_moves(prior, cells, to_move, tree.weights)
    expand(tree, node, tree.weights, legal, prior_scale, salt)


@kernel
def _find_bound(weights: NDArray[np.int32], most: int) -> tuple[int, int]:
    """The least number that at most so many weights are above, and how many are."""
    low: Any = np.int32(0)
    high: Any = np.int32(HEAVIEST)
    above: Any = np.int32(0)
    while high - low > 1 and above < most:
        # Weights fall off steeply, so first by powers of two.
        middle = (low + high) >> 1
        while middle > 2 * (low + 8):
            middle >>= 1
        count = np.int32(0)
        for move in range(weights.shape[0]):
            count = np.int32(count + np.int32(weights[move] > middle))
        if count > most:
            low = middle
        else:
            high = middle
            above = count
    return high, above


@kernel
def find_unlisted(tree: GameTree, node: int, state: State, rules: Rules) -> int:
    """The first unvisited move that the row of a node left out, -1 if all are visited.

    They are taken in the order of the board, so the last one visited says where to go on.
    """
    record = tree.nodes[node]
    start = 0
    last = tree.nodes[record.first_child].move
    if not _is_listed(tree, record.row, last):
        start = last + 1
    for move in range(start, state.cells.shape[0]):
        if (
            (state.cells[move] & 1) == 0
            and not _is_listed(tree, record.row, move)
            and not _is_refused(state, move, rules)
        ):
            return move
    return -1


@kernel
def _is_listed(tree: GameTree, row: int, move: int) -> bool:
    found = False
    for index in range(row, row_end(tree, row)):
        found |= (tree.rows[index] & 0xFFFF) == move
    return found


@kernel
def _is_refused(state: State, move: int, rules: Rules) -> bool:
    return state.meta[TO_MOVE] > 0 and is_forbidden(state.lines, move, rules)


@kernel
def take_next_move(tree: GameTree, node: int, move: int, salt: int) -> int:
    """Make an edge of an unvisited move; returns the new node."""
    record = tree.nodes[node]
    if record.row < 0:  # a forced move: the only one, with all the prior
        prior = record.next_prior
        record.next_move = -1
    else:
        prior = record.rest * record.prior_scale
        for index in range(record.row, row_end(tree, record.row)):
            entry = np.int64(tree.rows[index])
            if (entry & 0xFFFF) == move:
                prior = (entry >> 16) * record.prior_scale
                tree.rows[index] = move
                break
        if move == record.next_move:
            find_next_move(tree, node, salt)
    return add_node(tree.nodes, tree.used, node, move, prior)


@kernel
def back_up(nodes: Nodes, node: int, value: float, in_flight: int) -> None:
    """Count a simulation that ended at a node with this value for the side to move there.

    in_flight: 1 for a descent that has waited for this answer, else 0.
    """
    while node >= 0:
        # The only sign flip: an edge keeps its value for the player who chooses it.
        value = -value
        nodes[node].in_flight -= in_flight
        nodes[node].visits += 1
        nodes[node].value_sum += value
        rescore(nodes, node)
        node = nodes[node].parent


@kernel
def mark_in_flight(nodes: Nodes, node: int, change: int) -> None:
    """Add to the descents in flight on the way from the root to a node."""
    while node >= 0:
        nodes[node].in_flight += change
        rescore(nodes, node)
        node = nodes[node].parent


@kernel
def proven_value(proof: int) -> float:
    """The value of a proven position for the side to move there."""
    if proof == WIN:
        return 1.0
    if proof == LOSS:
        return -1.0
    return 0.0


@kernel
def prove(nodes: Nodes, node: int, proof: int, distance: int) -> None:
    """Mark a node as proven and carry the proof upwards as far as it goes (MCTS-Solver).

    A position is won once some move is known to lead to a lost one; it is decided once all its
    moves are: drawn if one draws, else lost, by the longest way (Winands et al. 2008).
    """
    nodes[node].proof = proof
    nodes[node].distance = distance
    rescore(nodes, node)
    while nodes[node].parent >= 0:
        parent = nodes[node].parent
        record = nodes[parent]
        if record.proof != UNKNOWN:
            return
        if nodes[node].proof == LOSS:
            record.proof = WIN
            record.distance = nodes[node].distance + 1
        else:
            record.unproven -= 1
            if record.unproven > 0:
                return
            record.proof = LOSS
            longest = 0
            child = record.first_child
            while child >= 0:
                if nodes[child].proof == DRAW:
                    record.proof = DRAW
                longest = max(longest, nodes[child].distance)
                child = nodes[child].next_sibling
            record.distance = longest + 1
        rescore(nodes, parent)
        node = parent
