"""The two halves of a wave, `gather` and `absorb`, between which the evaluator answers.

`search_by_rollouts` does the same in one, for random playouts. All loop over games. What an
evaluator needs to run whole waves by itself is `Waves` and `WaveParameters`.
"""

from typing import Annotated, Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels as board
from gomoku.jit import kernel
from gomoku.lines import Cells, Lines
from gomoku.rules import RENJU, Rules
from mcts.descent import COLLIDED, TREE_FULL, DescentParameters, copy_position, descend
from mcts.evaluation import mark_cells
from mcts.nodes import UNKNOWN, back_up, back_up_answer, mark_in_flight, set_priors
from mcts.randomness import RandomState
from mcts.rollout import play_out
from mcts.root import GumbelParameters, add_logits, choose_root_moves, mix_noises
from mcts.tree import NEW, PENDING, Leaves, Roots, Tree
from mcts.vcf import Scratch


class Waves(NamedTuple):
    """The searches of G games, as kernels take them: what a wave reads and changes.

    roots: the positions at the roots; scratch: one to play on.
    remaining, budgets: `[G]` simulations still to make, and of the whole search.
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
    solver: Scratch


class WaveParameters(NamedTuple):
    """How a wave goes about it; see `mcts.search.SearchConfig`."""

    rules: Rules
    leaves_per_game: int
    gumbel: bool
    noise_fraction: float
    noise_concentration: float
    descent: DescentParameters
    halving: GumbelParameters


@runtime_checkable
class RunsWaves(Protocol):
    """An evaluator that searches without leaving compiled code between waves."""

    def run_waves(
        self, waves: Waves, parameters: WaveParameters, most: int, until_done: bool
    ) -> int:
        """Run waves until `most` evaluations were asked for, or all budgets are used.

        until_done: also stop after a wave in which the budget of some game came to its end.

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
    cells: Cells,
    lines: Lines,
    meta: board.Meta,
    marks: Cells,
    rules: Rules,
) -> None:
    """Ask for an evaluation of a node's position; marks: scratch for `[A]`."""
    leaves.game[slot] = game
    leaves.node[slot] = node
    leaf_cells = leaves.cells[slot]
    for move in range(cells.shape[0]):
        leaf_cells[move] = cells[move]
    if rules.variant == RENJU:
        mark_cells(leaves.cells[slot], lines, marks, rules)
    leaves.to_move[slot] = meta[board.TO_MOVE]
    leaves.last_move[slot] = meta[board.LAST_MOVE]


@kernel(apart=True)
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


@kernel(apart=True)
def absorb(
    tree: Tree,
    leaves: Leaves,
    count: int,
    prior: Annotated[NDArray[np.float32], 2],
    value: NDArray[np.float32],
    salt: int,
) -> None:
    """The second half of a wave: expand the evaluated leaves and back their values up."""
    for slot in range(count):
        game, node = leaves.game[slot], leaves.node[slot]
        nodes, rows, used = tree.nodes[game], tree.rows[game], tree.used[game]
        cells, to_move = leaves.cells[slot], leaves.to_move[slot]
        set_priors(nodes, rows, used, node, prior[slot], cells, to_move, salt)
        back_up_answer(nodes, node, value[slot])


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
