"""What happens only at the root: noise, sequential halving, the choice of a move, policy targets.

All values here are for the side to move at the root. Kernels are for one game; the outer ones,
named in the plural, loop over the games they are given.
"""

import math
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.intrinsics import stack_array
from gomoku.jit import kernel
from mcts.nodes import (
    DRAW,
    HEAVIEST,
    LOSS,
    UNKNOWN,
    WIN,
    Nodes,
    find_next_move,
    rescore,
)
from mcts.randomness import RandomState, gamma, uniform
from mcts.tree import EXPANDED, GameTree, Tree, tree_of_game

NO_MOVE = -1e30


class GumbelParameters(NamedTuple):
    """Danihelka et al., ICLR 2022, "Policy improvement by planning with Gumbel".

    considered: how many moves sequential halving starts from (m in the paper).
    c_visit, c_scale: the transformation of values to logits, with values in [0, 1].
    """

    considered: int
    c_visit: float
    c_scale: float


@lru_cache(maxsize=4096)
def halving_schedule(considered: int, simulations: int) -> NDArray[np.int32]:
    """`[simulations]`: how often the move of each simulation must have been visited before it.

    Sequential halving in ceil(log2(considered)) phases of equal budget: all moves still considered
    are visited in turn, and the worse half is left behind after each phase.

    >>> halving_schedule(4, 8).tolist()
    [0, 0, 0, 0, 1, 1, 2, 2]
    """
    if considered <= 1:
        return np.arange(simulations, dtype=np.int32)
    phases = math.ceil(math.log2(considered))
    schedule: list[int] = []
    visits, moves = 0, considered
    while len(schedule) < simulations:
        for _ in range(max(1, simulations // (phases * moves))):
            schedule.extend([visits] * moves)
            visits += 1
        moves = max(2, moves // 2)
    table = np.array(schedule[:simulations], np.int32)
    table.setflags(write=False)
    return table


@kernel
def draw_gumbel(
    gumbel: Annotated[NDArray[np.float32], 2], games: NDArray[np.int64], states: RandomState
) -> None:
    """Draw fresh Gumbel(0) noise for every move of the given games: `gumbel [G, A]`."""
    for index in range(games.shape[0]):
        game = games[index]
        for move in range(gumbel.shape[1]):
            gumbel[game, move] = -math.log(-math.log(uniform(states, game)))


@kernel
def root_priors(tree: GameTree, priors: NDArray[np.float32]) -> None:
    """Write P(s, a) of the moves at the root, visited or not, to `[A]`; zeros before expansion,
    and for moves that were left out of its row while it was not the root."""
    priors[:] = 0.0
    nodes = tree.nodes
    root = nodes[0]
    if root.row >= 0:
        for index in range(tree.points):
            entry = np.int64(tree.rows[index])
            if entry >> 16 > 0:
                priors[entry & 0xFFFF] = (entry >> 16) * root.prior_scale
    elif root.next_move >= 0:
        priors[root.next_move] = root.next_prior
    child = root.first_child
    while child >= 0:
        priors[nodes[child].move] = nodes[child].prior
        child = nodes[child].next_sibling


@kernel
def mix_noise(
    tree: GameTree,
    priors: NDArray[np.float32],
    fraction: float,
    concentration: float,
    states: RandomState,
    game: int,
) -> None:
    """Mix Dirichlet noise into the root's priors: (1 - fraction) P + fraction noise.

    concentration: the sum of the Dirichlet's parameters, shared evenly by the legal moves.
    priors: scratch for `[A]`.
    """
    nodes = tree.nodes
    root = nodes[0]
    if root.row < 0:
        return
    root_priors(tree, priors)
    legal = 0
    for move in range(priors.shape[0]):
        legal += priors[move] > 0.0
    noise = stack_array(priors.shape[0], np.float32)
    noise[:] = 0.0
    total = 0.0
    for move in range(priors.shape[0]):
        if priors[move] > 0.0:
            noise[move] = gamma(states, game, concentration / legal)
            total += noise[move]
    if total <= 0.0:
        return
    largest = 0.0
    for move in range(priors.shape[0]):
        if priors[move] > 0.0:
            priors[move] = (1.0 - fraction) * priors[move] + fraction * noise[move] / total
            largest = max(largest, priors[move])
    root.prior_scale = largest / HEAVIEST
    for index in range(tree.points):
        entry: Any = np.int64(tree.rows[index])
        if entry >> 16 > 0:
            move = entry & 0xFFFF
            weight: Any = max(1, np.int64(priors[move] / root.prior_scale))
            tree.rows[index] = (weight << 16) | move
    child = root.first_child
    root.visited_prior = 0.0
    while child >= 0:
        nodes[child].prior = priors[nodes[child].move]
        root.visited_prior += nodes[child].prior
        rescore(nodes, child)
        child = nodes[child].next_sibling
    find_next_move(tree, 0, 0)


@kernel(apart=True)
def mix_noises(
    tree: Tree,
    wanted: NDArray[np.bool_],
    fraction: float,
    concentration: float,
    states: RandomState,
) -> None:
    """Mix noise into the root of every wanted game that has its priors, and no longer want it."""
    priors = stack_array(tree.points, np.float32)
    for game in range(wanted.shape[0]):
        if wanted[game] and tree.nodes[game][0].state == EXPANDED:
            wanted[game] = False
            own = tree_of_game(tree, game)
            mix_noise(own, priors, fraction, concentration, states, game)


@kernel
def child_value(nodes: Nodes, child: int) -> float:
    """The value of a visited move, exact where proven."""
    edge = nodes[child]
    if edge.proof == LOSS:
        return 1.0
    if edge.proof == WIN:
        return -1.0
    if edge.proof == DRAW or edge.visits == 0:
        return 0.0
    return edge.value_sum / edge.visits


@kernel
def root_statistics(nodes: Nodes, visits: NDArray[np.int32], q: NDArray[np.float32]) -> None:
    """Write N(s, a) and Q(s, a) of the visited moves at the root to `[A]` arrays of zeros."""
    child = nodes[0].first_child
    while child >= 0:
        visits[nodes[child].move] = nodes[child].visits
        q[nodes[child].move] = child_value(nodes, child)
        child = nodes[child].next_sibling


@kernel
def root_value(nodes: Nodes) -> float:
    """The value of the root position, exact where proven."""
    root = nodes[0]
    if root.proof == WIN:
        return 1.0
    if root.proof == LOSS:
        return -1.0
    if root.proof == DRAW or root.visits == 0:
        return 0.0
    return -root.value_sum / root.visits


@kernel
def best_child(nodes: Nodes, node: int) -> int:
    """The child to play or to show; -1 if there is none.

    A proven win by the shortest way; else the most visited move that is not proven lost, the
    better value first among equals; else the loss that takes longest.
    """
    best = -1
    best_class = -1
    best_first = 0.0
    best_second = 0.0
    child = nodes[node].first_child
    while child >= 0:
        edge = nodes[child]
        if edge.proof == LOSS:
            rank, first, second = 2, -float(edge.distance), 0.0
        elif edge.proof == WIN:
            rank, first, second = 0, float(edge.distance), float(edge.visits)
        else:
            rank, first, second = 1, float(edge.visits), float(child_value(nodes, child))
            if nodes[node].proof == DRAW:
                # Visits spent before the draw was proven say nothing: only drawing moves do.
                first = 1.0 if edge.proof == DRAW else 0.0
        if (
            rank > best_class
            or (rank == best_class and first > best_first)
            or (rank == best_class and first == best_first and second > best_second)
        ):
            best, best_class, best_first, best_second = child, rank, first, second
        child = nodes[child].next_sibling
    return best


@kernel
def best_move(nodes: Nodes, node: int) -> int:
    """The move to play: of `best_child`, or the one that settled or is forced at a node. A move
    that has not been visited is better than one that is proven to lose."""
    child = best_child(nodes, node)
    if child < 0 or (nodes[child].proof == WIN and nodes[node].next_move >= 0):
        return nodes[node].next_move
    return nodes[child].move


@kernel
def visit_policy(nodes: Nodes, policy: NDArray[np.float32]) -> None:
    """Write the policy target of a PUCT search to `[A]`: shares of visits, exact where proven.

    Moves proven to lose get nothing unless all do; a proven win gets everything.
    """
    policy[:] = 0.0
    if nodes[0].proof != UNKNOWN or nodes[0].first_child < 0:
        move = best_move(nodes, 0)
        if move >= 0:
            policy[move] = 1.0
        return
    total = 0.0
    child = nodes[0].first_child
    while child >= 0:
        if nodes[child].proof != WIN:
            policy[nodes[child].move] = nodes[child].visits
            total += nodes[child].visits
        child = nodes[child].next_sibling
    if total > 0.0:
        policy /= total
    else:
        policy[best_move(nodes, 0)] = 1.0


@kernel
def completed_value(nodes: Nodes, parameters: GumbelParameters) -> tuple[float, float]:
    """The mixed value of the paper's appendix D, which unvisited moves of the root have, and what
    a value in [0, 1] is multiplied by before it is added to a logit."""
    q_of_prior = 0.0
    visited_prior = 0.0
    total_visits = 0
    most_visits = 0
    children_sum = 0.0
    child = nodes[0].first_child
    while child >= 0:
        edge = nodes[child]
        children_sum += edge.value_sum
        if edge.visits > 0:
            total_visits += edge.visits
            most_visits = max(most_visits, edge.visits)
            q_of_prior += edge.prior * child_value(nodes, child)
            visited_prior += edge.prior
        child = edge.next_sibling
    # The evaluator's own value of the root is what its children did not add.
    evaluated = -nodes[0].value_sum - children_sum
    mixed = evaluated
    if visited_prior > 0.0:
        mixed = (evaluated + total_visits * q_of_prior / visited_prior) / (1.0 + total_visits)
    return mixed, (parameters.c_visit + most_visits) * parameters.c_scale


@kernel
def score_of(logit: float, value: float, scale: float) -> np.float32:
    """logit + sigma(Q), from a value in [-1, 1]."""
    return np.float32(logit + 0.5 * scale * (value + 1.0))


@kernel
def move_scores(
    nodes: Nodes,
    logits: NDArray[np.float32],
    visits: NDArray[np.int32],
    scores: NDArray[np.float32],
    parameters: GumbelParameters,
) -> None:
    """Write logits + sigma(completed Q) to `scores[A]`, and N(s, a) to `visits[A]`.

    Visited moves have their own value, the others that of `completed_value`. Moves proven to lose
    get `NO_MOVE`, and so do those that have it in `logits [A]`: logarithms of the root's priors,
    with noise or without.
    """
    mixed, scale = completed_value(nodes, parameters)
    for move in range(logits.shape[0]):
        visits[move] = 0
        scores[move] = score_of(logits[move], mixed, scale)
        if logits[move] <= NO_MOVE:
            scores[move] = NO_MOVE
    child = nodes[0].first_child
    while child >= 0:
        move = nodes[child].move
        visits[move] = nodes[child].visits
        if nodes[child].proof == WIN:
            scores[move] = NO_MOVE
        elif visits[move] > 0:
            scores[move] = score_of(logits[move], child_value(nodes, child), scale)
        child = nodes[child].next_sibling


@kernel
def root_logits(tree: GameTree, logits: NDArray[np.float32]) -> None:
    """Write log P(s, a) at the root to `[A]`, `NO_MOVE` for what cannot be played."""
    root_priors(tree, logits)
    for move in range(logits.shape[0]):
        logits[move] = math.log(logits[move]) if logits[move] > 0.0 else NO_MOVE


@kernel
def improved_policy(
    tree: GameTree,
    policy: NDArray[np.float32],
    logits: NDArray[np.float32],
    visits: NDArray[np.int32],
    parameters: GumbelParameters,
) -> None:
    """Write the completed-Q policy target of a Gumbel search to `[A]`: softmax of `move_scores`.

    A decided root gets all weight on its best move. logits, visits: scratch for `[A]`.
    """
    nodes = tree.nodes
    if nodes[0].proof != UNKNOWN or nodes[0].row < 0:
        policy[:] = 0.0
        move = best_move(nodes, 0)
        if move >= 0:
            policy[move] = 1.0
        return
    root_logits(tree, logits)
    move_scores(nodes, logits, visits, policy, parameters)
    largest = np.max(policy)
    total = 0.0
    for move in range(policy.shape[0]):
        policy[move] = math.exp(policy[move] - largest) if policy[move] > NO_MOVE else 0.0
        total += policy[move]
    policy /= total


@kernel(apart=True)
def add_logits(
    tree: Tree, wanted: NDArray[np.bool_], noise: Annotated[NDArray[np.float32], 2]
) -> None:
    """Turn the Gumbel noise `[G, A]` of every wanted game that has its root's priors into noisy
    logits, and no longer want it."""
    logits = stack_array(noise.shape[1], np.float32)
    for game in range(wanted.shape[0]):
        if wanted[game] and tree.nodes[game][0].state == EXPANDED:
            wanted[game] = False
            root_logits(tree_of_game(tree, game), logits)
            for move in range(noise.shape[1]):
                legal = logits[move] > NO_MOVE
                noise[game, move] = noise[game, move] + logits[move] if legal else NO_MOVE


@kernel(apart=True)
def choose_root_moves(
    tree: Tree,
    remaining: NDArray[np.int32],
    budgets: NDArray[np.int32],
    schedules: Annotated[NDArray[np.int32], 2],
    noisy_logits: Annotated[NDArray[np.float32], 2],
    parameters: GumbelParameters,
    root_moves: NDArray[np.int32],
) -> None:
    """Choose the move each game's next descent begins with, by sequential halving.

    budgets: `[G]` simulations of the whole search; remaining: `[G]` those still to make.
    schedules: `[G, most simulations]` from `halving_schedule`.
    noisy_logits: `[G, A]` from `add_logits`.
    root_moves: `[G]` is written; -1 where there is nothing to choose.
    """
    points = tree.points
    scores = stack_array(points, np.float32)
    visits = stack_array(points, np.int32)
    for game in range(remaining.shape[0]):
        root_moves[game] = -1
        nodes = tree.nodes[game]
        if remaining[game] <= 0 or nodes[0].proof != UNKNOWN or nodes[0].row < 0:
            continue
        wanted = schedules[game, budgets[game] - remaining[game]]
        if wanted > 0:
            root_moves[game] = _best_visited(nodes, noisy_logits[game], wanted, parameters)
            if root_moves[game] >= 0:
                continue
        move_scores(nodes, noisy_logits[game], visits, scores, parameters)
        best = -1
        fallback = -1
        for move in range(points):
            if scores[move] <= NO_MOVE:
                continue
            if fallback < 0 or scores[move] > scores[fallback]:
                fallback = move
            if visits[move] == wanted and (best < 0 or scores[move] > scores[best]):
                best = move
        root_moves[game] = best if best >= 0 else fallback


@kernel
def _best_visited(
    nodes: Nodes, logits: NDArray[np.float32], visits: int, parameters: GumbelParameters
) -> int:
    """The move with the highest score among those of the root with so many visits; -1 for none."""
    _, scale = completed_value(nodes, parameters)
    best = -1
    highest = np.float32(NO_MOVE)
    child = nodes[0].first_child
    while child >= 0:
        edge = nodes[child]
        if edge.visits == visits and edge.proof != WIN and logits[edge.move] > NO_MOVE:
            score = score_of(logits[edge.move], child_value(nodes, child), scale)
            if score > highest or (score == highest and edge.move < best):
                best, highest = edge.move, score
        child = edge.next_sibling
    return best


@kernel
def sample(policy: NDArray[np.float32], temperature: float, states: RandomState, game: int) -> int:
    """Draw a move from policy^(1 / temperature), which need not be normalized."""
    largest = np.max(policy)
    total = 0.0
    for move in range(policy.shape[0]):
        if policy[move] > 0.0:
            total += (policy[move] / largest) ** (1.0 / temperature)
    target = uniform(states, game) * total
    chosen = -1
    for move in range(policy.shape[0]):
        if policy[move] > 0.0:
            chosen = move
            target -= (policy[move] / largest) ** (1.0 / temperature)
            if target <= 0.0:
                break
    return chosen


@kernel
def decide(
    tree: Tree,
    games: NDArray[np.int64],
    noisy_logits: Annotated[NDArray[np.float32], 2],
    use_gumbel: bool,
    parameters: GumbelParameters,
    temperature: NDArray[np.float32],
    states: RandomState,
    moves: NDArray[np.int32],
    values: NDArray[np.float32],
    policies: Annotated[NDArray[np.float32], 2],
) -> None:
    """Choose the moves of n games whose searches are done.

    temperature: `[n]`, 0 plays the best move: of a PUCT search the most visited, of a Gumbel
        search the best score with noise among the most visited. A decided root always plays its
        best move.
    moves `[n]`, values `[n]` and the policy targets `policies [n, A]` are written.
    """
    points = tree.points
    logits = stack_array(points, np.float32)
    scores = stack_array(points, np.float32)
    visits = stack_array(points, np.int32)
    for row in range(games.shape[0]):
        game = games[row]
        own = tree_of_game(tree, game)
        nodes = own.nodes
        values[row] = root_value(nodes)
        if use_gumbel:
            improved_policy(own, policies[row], logits, visits, parameters)
        else:
            visit_policy(nodes, policies[row])
        moves[row] = best_move(nodes, 0)
        if nodes[0].proof != UNKNOWN or nodes[0].row < 0:
            continue
        if temperature[row] > 0.0:
            moves[row] = sample(policies[row], temperature[row], states, game)
        elif use_gumbel:
            move_scores(nodes, noisy_logits[game], visits, scores, parameters)
            best = -1
            for move in range(points):
                if scores[move] <= NO_MOVE:
                    continue
                if (
                    best < 0
                    or visits[move] > visits[best]
                    or (visits[move] == visits[best] and scores[move] > scores[best])
                ):
                    best = move
            moves[row] = best
