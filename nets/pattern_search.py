"""Whole searches by the tables of a pattern network, without returning to Python between waves."""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.jit import kernel
from gomoku.rules import Rules
from mcts.cache import CachedEvaluator, Entries, Lookup, Words, look_up, remember
from mcts.evaluation import Evaluator
from mcts.search import SearchError
from mcts.waves import WaveParameters, Waves, absorb, begin_wave, count_searching, gather
from nets.pattern_kernels import Ready, Scratch, evaluate_positions
from nets.pattern_tables import TableEvaluator

_NOT_FINITE = -1


class Memory(NamedTuple):
    """The answers of a network, those kept and those of a wave; see `mcts.cache`.

    prior, value: `[L, A]`, `[L]` of the leaves of a wave.
    image_prior, image_value, image_draw: of the images that the network was asked about.
    """

    entries: Entries
    words: Words
    sources: Annotated[NDArray[np.int16], 2]
    images: Annotated[NDArray[np.int16], 2]
    lookup: Lookup
    prior: Annotated[NDArray[np.float32], 2]
    value: NDArray[np.float32]
    image_prior: Annotated[NDArray[np.float32], 2]
    image_value: NDArray[np.float32]
    image_draw: NDArray[np.float32]


@kernel
def answer(
    memory: Memory,
    network: Ready,
    room: Scratch,
    cells: Annotated[NDArray[np.int8], 2],
    to_move: NDArray[np.int8],
    last_move: NDArray[np.int16],
    size: int,
) -> int:
    """Write priors and values of B positions to the memory; returns how many it did not know."""
    missed = look_up(
        memory.entries,
        memory.words,
        cells,
        to_move,
        last_move,
        memory.sources,
        memory.images,
        memory.lookup,
        memory.prior,
        memory.value,
    )
    if missed > 0:
        evaluate_positions(
            network,
            room,
            memory.lookup.cells[:missed],
            memory.lookup.to_move[:missed],
            size,
            memory.image_prior,
            memory.image_value,
            memory.image_draw,
        )
        remember(
            memory.entries,
            memory.lookup,
            missed,
            memory.images,
            memory.image_prior,
            memory.image_value,
            memory.prior,
            memory.value,
        )
    return missed


@kernel
def run_waves(
    waves: Waves,
    parameters: WaveParameters,
    memory: Memory,
    network: Ready,
    room: Scratch,
    most: int,
    until_done: bool,
) -> tuple[int, int]:
    """As `mcts.waves.RunsWaves`; returns the evaluations asked for and those not remembered.

    Both are negative where the network gives a value that is not a number.
    """
    asked = unknown = 0
    leaves = waves.leaves
    searching = count_searching(waves.remaining)
    while asked < most and searching > 0:
        begin_wave(waves, parameters)
        count = gather(
            waves.tree,
            waves.roots,
            waves.scratch,
            leaves,
            waves.remaining,
            waves.root_moves,
            0,
            parameters.leaves_per_game,
            parameters.rules,
            parameters.descent,
            waves.solver,
        )
        if count > 0:
            unknown += answer(
                memory,
                network,
                room,
                leaves.cells[:count],
                leaves.to_move[:count],
                leaves.last_move[:count],
                parameters.rules.size,
            )
            for slot in range(count):
                if not np.isfinite(memory.value[slot]):
                    return _NOT_FINITE, _NOT_FINITE
            absorb(waves.tree, leaves, count, memory.prior, memory.value, 0)
            asked += count
        left = count_searching(waves.remaining)
        if until_done and left < searching:
            break
        searching = left
    return asked, unknown


class TableSearchEvaluator(CachedEvaluator):
    """A `CachedEvaluator` of tables that runs waves in compiled code, with the same results."""

    def __init__(self, evaluator: TableEvaluator, entries: int = 1 << 15, seed: int = 0) -> None:
        super().__init__(evaluator, entries, seed)
        self._tables = evaluator
        self._memory: Memory | None = None

    def run_waves(
        self, waves: Waves, parameters: WaveParameters, most: int, until_done: bool
    ) -> int:
        """As `mcts.waves.RunsWaves`.

        Raises:
            SearchError: if the network gives a value that is not a number.
            UnsupportedRulesError: if there are no tables for such rules.
        """
        rules = parameters.rules
        network, room = self._tables.ready_for(rules)
        memory = self._memory_for(rules, len(waves.leaves.game))
        asked, unknown = run_waves(waves, parameters, memory, network, room, most, until_done)
        if asked < 0:
            raise SearchError("the evaluator gave a value that is not a finite number")
        self.asked += asked
        self.found += asked - unknown
        return asked

    def _memory_for(self, rules: Rules, batch: int) -> Memory:
        before = self._rules
        self._make_room(rules, batch)
        memory = self._memory
        if memory is None or before != rules or len(memory.value) < batch:
            memory = self._memory = Memory(
                self._entries,
                self._words,
                self._sources,
                self._images,
                self._lookup,
                np.empty((batch, rules.points), np.float32),
                np.empty(batch, np.float32),
                np.empty((batch, rules.points), np.float32),
                np.empty(batch, np.float32),
                np.empty(batch, np.float32),
            )
        return memory._replace(lookup=self._lookup)


def cached(evaluator: Evaluator, entries: int = 1 << 15, seed: int = 0) -> CachedEvaluator:
    """An evaluator that remembers answers, in the fastest form there is for it."""
    if isinstance(evaluator, TableEvaluator):
        return TableSearchEvaluator(evaluator, entries, seed)
    return CachedEvaluator(evaluator, entries, seed)
