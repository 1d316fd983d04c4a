"""The nodes of one tree: edges made, values backed up, proofs carried upwards.

The nodes of one game are `nodes`, a slice of `Tree.nodes`, and `rows` the weights of their
unvisited moves.
"""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from gomoku.forbidden import barred_bits
from gomoku.jit import kernel
from mcts.tree import EXPANDED, NEW, NODE, NODES_USED, ROWS_USED, Proof

Nodes = Annotated[NDArray[Any], 1, NODE]
Rows = Annotated[NDArray[np.uint16], 2]

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
def find_next_move(nodes: Nodes, rows: Rows, node: int, salt: int) -> None:
    """Remember the heaviest unvisited move of a node; ties fall as the salt shuffles them."""
    record = nodes[node]
    row = rows[record.row]
    best: Any = 0
    for move in range(row.shape[0]):
        # One packed maximum over (weight, shuffled tie-break, move) is what vectorizes.
        key = ((move + salt) * 40503) & 0xFFFF
        best = max(best, (np.int64(row[move]) << 32) | (key << 16) | move)
    weight = best >> 32
    record.next_move = (best & 0xFFFF) if weight > 0 else -1
    record.next_prior = weight * record.prior_scale


@kernel
def set_priors(
    nodes: Nodes,
    rows: Rows,
    used: NDArray[np.int32],
    node: int,
    prior: NDArray[np.float32],
    cells: NDArray[np.int8],
    to_move: int,
    salt: int,
) -> None:
    """Expand a node: give it a row of weights from an evaluator's prior, legal moves only.

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
    record = nodes[node]
    record.row = used[ROWS_USED]
    used[ROWS_USED] += 1
    row = rows[record.row]
    if largest > 0.0:
        scale = np.float32(HEAVIEST) / largest
        for move in range(cells.shape[0]):
            # No legal move may vanish by rounding: a weight of 0 means "not to be visited".
            weight_16 = max(np.int32(1), np.int32(prior[move] * scale))
            row[move] = weight_16 if (cells[move] & barred) == 0 else 0
        record.prior_scale = largest / (np.float32(HEAVIEST) * total)
    else:
        for move in range(cells.shape[0]):
            row[move] = HEAVIEST if (cells[move] & barred) == 0 else 0
        record.prior_scale = 1.0 / (HEAVIEST * legal)
    record.unproven = legal
    record.state = EXPANDED
    find_next_move(nodes, rows, node, salt)


@kernel
def take_next_move(
    nodes: Nodes, rows: Rows, used: NDArray[np.int32], node: int, move: int, salt: int
) -> int:
    """Make an edge of an unvisited move; returns the new node."""
    record = nodes[node]
    if record.row < 0:  # a forced move: the only one, with all the prior
        prior = record.next_prior
        record.next_move = -1
    else:
        prior = rows[record.row, move] * record.prior_scale
        rows[record.row, move] = 0
        if move == record.next_move:
            find_next_move(nodes, rows, node, salt)
    return add_node(nodes, used, node, move, prior)


@kernel
def back_up(nodes: Nodes, node: int, value: float) -> None:
    """Count a simulation that ended at a node with this value for the side to move there."""
    while node >= 0:
        # The only sign flip: an edge keeps its value for the player who chooses it.
        value = -value
        nodes[node].visits += 1
        nodes[node].value_sum += value
        rescore(nodes, node)
        node = nodes[node].parent


@kernel
def back_up_answer(nodes: Nodes, node: int, value: float) -> None:
    """`back_up` for a descent that was in flight, and is no longer."""
    while node >= 0:
        value = -value
        nodes[node].in_flight -= 1
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
