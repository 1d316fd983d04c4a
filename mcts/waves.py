"""The two halves of a wave, `gather` and `absorb`, between which the evaluator answers.

Both loop over games. What an evaluator needs to run whole waves by itself is `Waves` and
`WaveParameters`; `mcts.rollout` and `nets.patterns.search` have such evaluators.
"""

from typing import Annotated, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels as board
from gomoku.intrinsics import stack_array
from gomoku.jit import kernel
from gomoku.lines import Cells
from gomoku.rules import RENJU, Rules
from mcts.descent import (
    COLLIDED,
    EARNED,
    TREE_FULL,
    DescentParameters,
    descend,
)
from mcts.evaluation import mark_cells
from mcts.nodes import UNKNOWN, back_up, mark_in_flight, set_priors
from mcts.randomness import RandomState
from mcts.root import GumbelParameters, add_logits, choose_root_moves, mix_noises
from mcts.settle import find_win, settle_node
from mcts.tree import (
    NEW,
    PENDING,
    GameTree,
    Leaves,
    Roots,
    State,
    Tree,
    copy_state,
    state_of_game,
    tree_of_game,
)
from mcts.vct import VctScratch

MAX_DESCENTS = 256
"""Of a game in one wave: where none of them needs an evaluation, a budget may be without end."""


class Waves(NamedTuple):
    """The searches of G games, as kernels take them: what a wave reads and changes.

    roots: the positions at the roots; scratch: one to play on.
    remaining, budgets: `[G]` simulations still to make, negative while the tree is full, and of the
        whole search.
    wants_noise: `[G]` whose root gets noise once it has its priors.
    root_moves, noisy_logits, schedules: see `mcts.root.choose_root_moves`.
    """

    tree: Tree
    roots: Roots
    scratch: Roots
    leaves: Leaves
    remaining: NDArray[np.int32]
    budgets: NDArray[np.int32]
    wants_noise: NDArray[np.bool_]
    root_moves: NDArray[np.int32]
    noisy_logits: Annotated[NDArray[np.float32], 2]
    schedules: Annotated[NDArray[np.int32], 2]
    states: RandomState
    solver: VctScratch


class WaveParameters(NamedTuple):
    """How a wave goes about it; see `mcts.search.SearchConfig`."""

    rules: Rules
    leaves_per_game: int
    gumbel: bool
    noise_fraction: float
    noise_concentration: float
    descent: DescentParameters
    halving: GumbelParameters
    waits_to_compile: bool


@runtime_checkable
class RunsWaves(Protocol):
    """An evaluator that searches without leaving compiled code between waves."""

    def run_waves(self, waves: Waves, parameters: WaveParameters, most: int, done: int) -> int:
        """Run waves until `most` evaluations were asked for, or all budgets are used.

        done: also stop after a wave by which so many games have come to the end of their budgets;
            0 does not.

        Returns the number of evaluations asked for.
        """
        ...


@kernel
def begin_wave(waves: Waves, parameters: WaveParameters) -> None:
    """What comes before the descents: noise for roots that have their priors by now, and the move
    that each descent begins with."""
    if parameters.gumbel:
        add_logits(waves.tree, waves.wants_noise, waves.noisy_logits)
        choose_root_moves(
            waves.tree,
            waves.remaining,
            waves.budgets,
            waves.schedules,
            waves.noisy_logits,
            parameters.halving,
            waves.root_moves,
        )
    elif parameters.noise_fraction > 0:
        mix_noises(
            waves.tree,
            waves.wants_noise,
            parameters.noise_fraction,
            parameters.noise_concentration,
            waves.states,
        )


@kernel
def look_for_win(tree: GameTree, node: int, state: State, rules: Rules, solver: VctScratch) -> None:
    """Look for a win by continuous threats at a node whose position is given, trying as many moves
    as it has visits; one that is found is proven."""
    move, plies = find_win(state, rules, 0, tree.nodes[node].visits, solver)
    settle_node(tree, node, move, plies)


@kernel
def count_searching(remaining: NDArray[np.int32]) -> int:
    """How many games have simulations left to make."""
    count = 0
    for game in range(remaining.shape[0]):
        count += remaining[game] > 0
    return count


@kernel
def write_leaf(
    leaves: Leaves,
    slot: int,
    game: int,
    node: int,
    state: State,
    marks: Cells,
    rules: Rules,
) -> None:
    """Ask for an evaluation of a node's position; marks: scratch for `[A]`."""
    leaves.game[slot] = game
    leaves.node[slot] = node
    leaf_cells = leaves.cells[slot]
    for move in range(leaf_cells.shape[0]):
        leaf_cells[move] = state.cells[move]
    if rules.variant == RENJU:
        mark_cells(leaf_cells, state.lines, marks, rules)
    leaves.to_move[slot] = state.meta[board.TO_MOVE]
    leaves.last_move[slot] = state.meta[board.LAST_MOVE]


@kernel(apart=True)
def gather(waves: Waves, parameters: WaveParameters) -> int:
    """The first half of a wave: descend in every game that has simulations left.

    A game whose root has no priors yet asks for those first, at no charge. Descents that need no
    evaluation are counted at once, and further ones made until `leaves_per_game` wait or the
    budget is used. A proven root ends the game's budget, and a full tree interrupts it: what
    remains of it is negative then.

    Returns the number of leaves written, which may be 0 before the budget is used.
    """
    rules, remaining = parameters.rules, waves.remaining
    state = state_of_game(waves.scratch, 0)
    marks = stack_array(rules.size * rules.size, np.int8)
    count = 0
    for game in range(remaining.shape[0]):
        tree = tree_of_game(waves.tree, game)
        nodes = tree.nodes
        root_move = waves.root_moves[game]
        waiting = 0
        for _ in range(MAX_DESCENTS):
            if remaining[game] <= 0 or waiting >= parameters.leaves_per_game:
                break
            if nodes[0].proof != UNKNOWN:
                remaining[game] = 0
                break
            fresh = nodes[0].state == NEW
            copy_state(state_of_game(waves.roots, game), state, rules)
            solver = waves.solver.fours
            node = descend(tree, state, root_move, 0, rules, parameters.descent, solver)
            if node == TREE_FULL:
                remaining[game] = -remaining[game]
                break
            if node == COLLIDED:
                break
            if node <= EARNED:
                look_for_win(tree, EARNED - node, state, rules, waves.solver)
                continue
            if node >= 0:
                nodes[node].state = PENDING
                mark_in_flight(nodes, node, 1)
                write_leaf(waves.leaves, count, game, node, state, marks, rules)
                count += 1
                waiting += 1
            if fresh:
                break
            remaining[game] -= 1
            if root_move >= 0:
                break
    return count


@kernel(apart=True)
def absorb(
    tree: Tree,
    leaves: Leaves,
    count: int,
    prior: Annotated[NDArray[np.float32], 2],
    value: NDArray[np.float32],
) -> None:
    """The second half of a wave: expand the evaluated leaves and back their values up."""
    for slot in range(count):
        node = leaves.node[slot]
        own = tree_of_game(tree, leaves.game[slot])
        set_priors(own, node, prior[slot], leaves.cells[slot], leaves.to_move[slot], 0)
        back_up(own.nodes, node, value[slot], 1)
