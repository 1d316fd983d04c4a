"""What makes a search "pure": nothing is known of a position but how random games end."""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels as board
from gomoku.intrinsics import stack_array
from gomoku.jit import kernel
from gomoku.lines import DIRECTIONS, LINES, Cells, Lines, set_stone, set_stone_at
from gomoku.rules import Rules
from mcts.descent import EARNED, TREE_FULL, descend
from mcts.evaluation import Evaluation, Positions
from mcts.nodes import UNKNOWN, back_up, set_priors
from mcts.randomness import RandomState, below, random_states
from mcts.tree import NEW, copy_state, state_of_game, tree_of_game
from mcts.waves import WaveParameters, Waves, look_for_win

ROLLOUTS_AT_ONCE = 250
"""Simulations in every game between two looks at the clock."""


class RolloutEvaluator:
    """Every move the same prior; the value is the result of one random game."""

    def __init__(self, seed: int = 0) -> None:
        self._states = random_states(seed, 1)
        self._lines = np.zeros((2, DIRECTIONS, LINES), np.int32)
        self._uniform = np.ones(0, np.float32)

    def run_waves(self, waves: Waves, parameters: WaveParameters, most: int, done: int) -> int:
        """As `mcts.waves.RunsWaves`, but for its ends: `ROLLOUTS_AT_ONCE` simulations."""
        if len(self._uniform) != parameters.rules.points:
            self._uniform = np.ones(parameters.rules.points, np.float32)
        return search_by_rollouts(waves, parameters, ROLLOUTS_AT_ONCE, self._uniform)

    def evaluate(self, positions: Positions) -> Evaluation:
        values = np.empty(len(positions.cells), np.float32)
        play_out_batch(
            np.ascontiguousarray(positions.cells),
            self._lines,
            positions.to_move,
            self._states,
            positions.rules,
            values,
        )
        prior = np.ones(positions.cells.shape, np.float32)
        return Evaluation(prior, values, (values == 0).astype(np.float32))


@kernel
def play_out(
    cells: Cells,
    lines: Lines,
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
        if set_stone_at(lines, side, point >> 5, point & 31, rules):
            return result
        side = 1 - side
        result = -result
    return 0.0


@kernel
def play_out_batch(
    cells: Annotated[NDArray[np.int8], 2],
    lines: Lines,
    to_move: NDArray[np.int8],
    states: RandomState,
    rules: Rules,
    values: NDArray[np.float32],
) -> None:
    """One random game from each position of a batch: `cells[B, A]`; all are drawn on `lines[0]`."""
    empty = stack_array(cells.shape[1], np.int16)
    for row in range(cells.shape[0]):
        lines[:] = 0
        for move in range(cells.shape[1]):
            if cells[row, move] & 1:
                set_stone(lines, 0 if cells[row, move] > 0 else 1, move, rules)
        values[row] = play_out(cells[row], lines, to_move[row], empty, states, 0, rules)


@kernel
def search_by_rollouts(
    waves: Waves, parameters: WaveParameters, most: int, uniform_prior: NDArray[np.float32]
) -> int:
    """Up to `most` simulations in every game, evaluated by random playouts without leaving here.

    Does what waves of one leaf with a `RolloutEvaluator` do. Returns the simulations made.
    """
    rules, remaining, states = parameters.rules, waves.remaining, waves.states
    state = state_of_game(waves.scratch, 0)
    empty = stack_array(rules.size * rules.size, np.int16)
    made = 0
    for game in range(remaining.shape[0]):
        tree = tree_of_game(waves.tree, game)
        nodes = tree.nodes
        for _ in range(min(most, remaining[game])):
            if nodes[0].proof != UNKNOWN:
                remaining[game] = 0
                break
            fresh = nodes[0].state == NEW
            copy_state(state_of_game(waves.roots, game), state, rules)
            salt: Any = np.int64(states[game] & np.uint64(0xFFFF))
            solver = waves.solver.fours
            node = descend(tree, state, -1, salt, rules, parameters.descent, solver)
            if node == TREE_FULL:
                remaining[game] = -remaining[game]
                break
            if node <= EARNED:
                look_for_win(tree, EARNED - node, state, rules, waves.solver)
                continue
            if node >= 0:
                to_move = state.meta[board.TO_MOVE]
                set_priors(tree, node, uniform_prior, state.cells, to_move, salt)
                result = play_out(state.cells, state.lines, to_move, empty, states, game, rules)
                back_up(nodes, node, result, 0)
            if not fresh:
                remaining[game] -= 1
            made += 1
    return made
