"""The search itself: select, expand, back up, prove, re-root; each kernel for one game.

`gather` and `absorb` loop over a range of games; between them the evaluator answers. The nodes of
one game are `nodes`, a slice of `Tree.nodes`; positions are the arrays of `gomoku.kernels`.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels as board
from gomoku.jit import kernel
from gomoku.rules import CARO, RENJU, Rules
from gomoku.threats import Scratch, find_vcf
from gomoku.threes import MOST_DEPTH, VctScratch, find_vct
from mcts.evaluation import mark_cells
from mcts.randomness import RandomState, below
from mcts.tree import (
    EXPANDED,
    NEW,
    NODES_USED,
    PENDING,
    ROWS_USED,
    Leaves,
    Proof,
    Roots,
    Tree,
)

Nodes = NDArray[Any]
Rows = NDArray[np.uint16]

# numba takes enum members for their own type; plain numbers are what the records hold.
UNKNOWN, WIN, LOSS, DRAW = (int(proof) for proof in Proof)

# What `descend` returns instead of a node that awaits an evaluation.
BACKED_UP = -1
COLLIDED = -2
TREE_FULL = -3

HEAVIEST = 65535


class DescentParameters(NamedTuple):
    """The numbers that a descent goes by; see `mcts.search.SearchConfig`."""

    c_puct: float
    c_puct_base: float
    fpu_reduction: float
    vcf_nodes: int


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
    barred = board.barred_bits(cells, to_move)
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
def select(nodes: Nodes, node: int, parameters: DescentParameters) -> tuple[int, int]:
    """The child to descend to, or -1 and the unvisited move to try.

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
    if record.next_move >= 0:
        # The record keeps the value of its parent's mover: here it is seen from the other side.
        parent_q = -record.value_sum / record.visits if record.visits > 0 else np.float32(0.0)
        urgency = parent_q - parameters.fpu_reduction * np.sqrt(record.visited_prior)
        if urgency + exploration * record.next_prior > best_score:
            return -1, record.next_move
    return best_child, -1


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
    cells: board.Cells,
    lines: board.Lines,
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
        side = 0 if roots.meta[game, board.TO_MOVE] > 0 else 1
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


@kernel
def plant(
    nodes: Nodes, used: NDArray[np.int32], lines: board.Lines, to_move: int, rules: Rules
) -> None:
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
def descend(
    nodes: Nodes,
    rows: Rows,
    used: NDArray[np.int32],
    cells: board.Cells,
    lines: board.Lines,
    meta: board.Meta,
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
    node already in flight, `TREE_FULL` for want of memory; nothing is counted in the last two.
    """
    node = 0
    while True:
        # 1. A settled or unanswered node ends the descent.
        if nodes[node].proof != UNKNOWN:
            back_up(nodes, node, proven_value(nodes[node].proof))
            return BACKED_UP
        if nodes[node].state == PENDING:
            return COLLIDED
        if nodes[node].state == NEW:
            return node
        # 2. Choose a move.
        if node == 0 and root_move >= 0:
            child, move = find_child(nodes, 0, root_move), root_move
        else:
            child, move = select(nodes, node, parameters)
        if child >= 0:
            board.place(cells, lines, meta, nodes[child].move, rules)
            node = child
            continue
        # 3. Visit it for the first time.
        rows_used = used[ROWS_USED] + nodes[0].in_flight
        if used[NODES_USED] >= nodes.shape[0] or rows_used >= rows.shape[0]:
            return TREE_FULL
        node = take_next_move(nodes, rows, used, node, move, salt)
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
            to_move = meta[board.TO_MOVE]
            settle_by_fours(nodes, node, cells, lines, to_move, rules, parameters.vcf_nodes, solver)


@kernel
def copy_position(
    roots: Roots,
    game: int,
    cells: board.Cells,
    lines: board.Lines,
    meta: board.Meta,
    rules: Rules,
) -> None:
    """Put the root position of a game into scratch arrays."""
    # Plain loops over flat arrays take a tenth of the time of numba's array assignments.
    root_cells = roots.cells[game]
    for point in range(cells.shape[0]):
        cells[point] = root_cells[point]
    root_lines = roots.lines[game]
    for side in range(2):
        for direction in range(board.DIRECTIONS):
            for line in range(board.line_count(direction, rules.size)):
                lines[side, direction, line] = root_lines[side, direction, line]
    root_meta = roots.meta[game]
    for index in range(board.META):
        meta[index] = root_meta[index]


@kernel
def write_leaf(
    leaves: Leaves,
    slot: int,
    game: int,
    node: int,
    cells: board.Cells,
    lines: board.Lines,
    meta: board.Meta,
    marks: board.Cells,
    rules: Rules,
) -> None:
    """Ask for an evaluation of a node's position; marks: scratch for `[A]`."""
    leaves.game[slot] = game
    leaves.node[slot] = node
    leaves.cells[slot, :] = cells
    if rules.variant == RENJU:
        mark_cells(leaves.cells[slot], lines, marks, rules)
    leaves.to_move[slot] = meta[board.TO_MOVE]
    leaves.last_move[slot] = meta[board.LAST_MOVE]


@kernel
def gather(
    tree: Tree,
    roots: Roots,
    scratch: Roots,
    leaves: Leaves,
    remaining: NDArray[np.int32],
    root_moves: NDArray[np.int32],
    salt: int,
    leaves_per_game: int,
    rules: Rules,
    parameters: DescentParameters,
    solver: Scratch,
) -> int:
    """The first half of a wave: descend in every game that has simulations left.

    A game whose root has no priors yet asks for those first, at no charge. Descents that need no
    evaluation are counted at once, and further ones made until `leaves_per_game` wait or the
    budget is used. A proven root or a full tree ends the game's budget.

    remaining: `[G]` simulations still to make; counted down here.
    root_moves: `[G]` the move each descent begins with, -1 to let PUCT choose.
    scratch: a position to play on, as the single game of a `Roots`.

    Returns the number of leaves written.
    """
    cells, lines, meta = scratch.cells[0], scratch.lines[0], scratch.meta[0]
    marks = np.empty(cells.shape[0], np.int8)
    count = 0
    for game in range(remaining.shape[0]):
        nodes, rows, used = tree.nodes[game], tree.rows[game], tree.used[game]
        waiting = 0
        while remaining[game] > 0 and waiting < leaves_per_game:
            if nodes[0].proof != UNKNOWN:
                remaining[game] = 0
                break
            fresh = nodes[0].state == NEW
            copy_position(roots, game, cells, lines, meta, rules)
            node = descend(
                nodes,
                rows,
                used,
                cells,
                lines,
                meta,
                root_moves[game],
                salt,
                rules,
                parameters,
                solver,
            )
            if node == TREE_FULL:
                remaining[game] = 0
                break
            if node == COLLIDED:
                break
            if node >= 0:
                nodes[node].state = PENDING
                mark_in_flight(nodes, node, 1)
                write_leaf(leaves, count, game, node, cells, lines, meta, marks, rules)
                count += 1
                waiting += 1
            if fresh:
                break
            remaining[game] -= 1
            if root_moves[game] >= 0:
                break
    return count


@kernel
def absorb(
    tree: Tree,
    leaves: Leaves,
    count: int,
    prior: NDArray[np.float32],
    value: NDArray[np.float32],
    salt: int,
) -> None:
    """The second half of a wave: expand the evaluated leaves and back their values up."""
    for slot in range(count):
        game, node = leaves.game[slot], leaves.node[slot]
        nodes, rows, used = tree.nodes[game], tree.rows[game], tree.used[game]
        cells, to_move = leaves.cells[slot], leaves.to_move[slot]
        set_priors(nodes, rows, used, node, prior[slot], cells, to_move, salt)
        mark_in_flight(nodes, node, -1)
        back_up(nodes, node, value[slot])


@kernel
def play_out(
    cells: board.Cells,
    lines: board.Lines,
    to_move: int,
    empty: NDArray[np.int16],
    states: RandomState,
    game: int,
    rules: Rules,
) -> float:
    """The result of a random game for the side to move; the lines are played on and spoiled.

    empty: scratch for `[A]` points.
    """
    count = 0
    for row in range(rules.size):
        for column in range(rules.size):
            empty[np.uintp(count)] = row * 32 + column
            count += (cells[row * rules.size + column] & 1) == 0
    side = 0 if to_move > 0 else 1
    result = 1.0
    while count > 0:
        index = np.uintp(below(states, game, count))
        point: Any = np.int64(empty[index])
        count -= 1
        empty[index] = empty[np.uintp(count)]
        if board.set_stone_at(lines, side, point >> 5, point & 31, rules):
            return result
        side = 1 - side
        result = -result
    return 0.0


@kernel
def play_out_batch(
    cells: board.Cells,
    lines: board.Lines,
    to_move: NDArray[np.int8],
    states: RandomState,
    rules: Rules,
    values: NDArray[np.float32],
) -> None:
    """One random game from each position of a batch: `cells[B, A]`; all are drawn on `lines[0]`."""
    empty = np.empty(cells.shape[1], np.int16)
    for row in range(cells.shape[0]):
        lines[:] = 0
        for move in range(cells.shape[1]):
            if cells[row, move] & 1:
                board.set_stone(lines, 0 if cells[row, move] > 0 else 1, move, rules)
        values[row] = play_out(cells[row], lines, to_move[row], empty, states, 0, rules)


@kernel
def search_by_rollouts(
    tree: Tree,
    roots: Roots,
    scratch: Roots,
    remaining: NDArray[np.int32],
    most: int,
    uniform_prior: NDArray[np.float32],
    states: RandomState,
    rules: Rules,
    parameters: DescentParameters,
    solver: Scratch,
) -> int:
    """Up to `most` simulations in every game, evaluated by random playouts without leaving here.

    Does what waves of one leaf with a `RolloutEvaluator` do. Returns the simulations made.
    """
    cells, lines, meta = scratch.cells[0], scratch.lines[0], scratch.meta[0]
    empty = np.empty(cells.shape[0], np.int16)
    made = 0
    for game in range(remaining.shape[0]):
        nodes, rows, used = tree.nodes[game], tree.rows[game], tree.used[game]
        for _ in range(min(most, remaining[game])):
            if nodes[0].proof != UNKNOWN:
                remaining[game] = 0
                break
            fresh = nodes[0].state == NEW
            copy_position(roots, game, cells, lines, meta, rules)
            salt: Any = np.int64(states[game] & np.uint64(0xFFFF))
            node = descend(
                nodes, rows, used, cells, lines, meta, -1, salt, rules, parameters, solver
            )
            if node == TREE_FULL:
                remaining[game] = 0
                break
            if node >= 0:
                to_move = meta[board.TO_MOVE]
                set_priors(nodes, rows, used, node, uniform_prior, cells, to_move, salt)
                back_up(nodes, node, play_out(cells, lines, to_move, empty, states, game, rules))
            if not fresh:
                remaining[game] -= 1
            made += 1
    return made


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
                rows[kept_rows, :] = rows[record.row]
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
        if child < 0 or not keep_subtree(nodes, rows, used, child, moved, spare):
            plant(nodes, used, lines, meta[board.TO_MOVE], rules)
