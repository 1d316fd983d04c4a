"""Whole searches by the tables of a pattern network, without returning to Python between waves."""

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels as board
from gomoku.jit import acquire, give_way, kernel, release
from gomoku.lines import DIRECTIONS, LINES
from gomoku.rules import Rules
from mcts.cache import CachedEvaluator, Entries, Lookup, Words, look_up, remember
from mcts.descent import COLLIDED, TREE_FULL, copy_position, descend
from mcts.evaluation import Evaluator
from mcts.nodes import UNKNOWN, back_up_answer, mark_in_flight, set_priors
from mcts.search import SearchError
from mcts.settle import settle_as_won
from mcts.tree import NEW, PENDING, Leaves, Roots
from mcts.vcf import Scratch as FoursScratch
from mcts.vcf import find_vcf
from mcts.vcf import make_scratch as make_scratch_of_fours
from mcts.waves import (
    WaveParameters,
    Waves,
    absorb,
    begin_wave,
    count_searching,
    gather,
    write_leaf,
)
from nets.patterns.kernels import Ready, Scratch, evaluate_positions, make_scratch
from nets.patterns.tables import TableEvaluator

SHARED_AT_ONCE = 400
"""Evaluations of a thread between two looks at a search that threads share: eight milliseconds."""

# Descents in a row that met another thread's leaf, after which a thread gives up for this time.
_MAX_COLLISIONS = 10_000

_GIVE_WAY = 16

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


class Worker(NamedTuple):
    """What a thread has for itself: a position to play on, one leaf, and what it remembers."""

    scratch: Roots
    leaves: Leaves
    solver: FoursScratch
    memory: Memory
    room: Scratch


@kernel
def search_shared(
    waves: Waves,
    parameters: WaveParameters,
    worker: Worker,
    network: Ready,
    vcf_nodes: int,
    lock: NDArray[np.int32],
    most: int,
) -> tuple[int, int]:
    """Simulations of the one game of `waves`, beside other threads that do the same.

    The tree is only read and changed with the lock; evaluations and the search for fours, which
    take most of the time, are made without it. A leaf that waits for its answer counts as a lost
    visit, so that threads spread.

    parameters: of descents that do not look for fours; vcf_nodes: what does instead.

    Returns as `run_waves`, after `most` evaluations or when there is nothing left to do.
    """
    nodes, rows, used = waves.tree.nodes[0], waves.tree.rows[0], waves.tree.used[0]
    cells, lines, meta = worker.scratch.cells[0], worker.scratch.lines[0], worker.scratch.meta[0]
    rules, memory, leaves = parameters.rules, worker.memory, worker.leaves
    marks = np.empty(cells.shape[0], np.int8)
    asked = unknown = collisions = 0
    while asked < most and collisions < _MAX_COLLISIONS:
        # 1. Descend.
        acquire(lock)
        if nodes[0].proof != UNKNOWN:
            waves.remaining[0] = 0
        if waves.remaining[0] <= 0:
            release(lock)
            break
        fresh = nodes[0].state == NEW
        copy_position(waves.roots, 0, cells, lines, meta, rules)
        node = descend(
            nodes, rows, used, cells, lines, meta, -1, 0, rules, parameters.descent, worker.solver
        )
        if node == TREE_FULL:
            waves.remaining[0] = 0
        elif node != COLLIDED and not fresh:
            waves.remaining[0] -= 1
        if node >= 0:
            nodes[node].state = PENDING
            mark_in_flight(nodes, node, 1)
        release(lock)
        collisions = collisions + 1 if node == COLLIDED else 0
        if node == COLLIDED:
            for _ in range(_GIVE_WAY):  # the other thread's answer is some microseconds off
                give_way()
        if node < 0:
            continue

        # 2. Find out about the leaf.
        plies = 0
        if vcf_nodes > 0 and node > 0:
            side = 0 if meta[board.TO_MOVE] > 0 else 1
            plies = find_vcf(cells, lines, rules, side, vcf_nodes, worker.solver)
        if plies <= 0:
            write_leaf(leaves, 0, 0, node, cells, lines, meta, marks, rules)
            unknown += answer(
                memory,
                network,
                worker.room,
                leaves.cells,
                leaves.to_move,
                leaves.last_move,
                rules.size,
            )
            asked += 1

        # 3. Tell the tree.
        acquire(lock)
        if plies > 0:
            nodes[node].state = NEW
            settle_as_won(nodes, node, worker.solver.line[0], plies)
            back_up_answer(nodes, node, 1.0)
        else:
            to_move = meta[board.TO_MOVE]
            set_priors(nodes, rows, used, node, memory.prior[0], leaves.cells[0], to_move, 0)
            back_up_answer(nodes, node, memory.value[0])
        release(lock)
        if plies <= 0 and not np.isfinite(memory.value[0]):
            return _NOT_FINITE, _NOT_FINITE
    return asked, unknown


class TableSearchEvaluator(CachedEvaluator):
    """A `CachedEvaluator` of tables that runs waves in compiled code, with the same results.

    With several threads the waves of a single game are simulations of all of them in one tree,
    which then is another one every time.
    """

    def __init__(
        self, evaluator: TableEvaluator, entries: int = 1 << 15, seed: int = 0, threads: int = 1
    ) -> None:
        super().__init__(evaluator, entries, seed)
        self._tables = evaluator
        self._memory: Memory | None = None
        self._others = [
            TableSearchEvaluator(evaluator, entries // threads, seed) for _ in range(threads - 1)
        ]
        self._pool = ThreadPoolExecutor(threads - 1, "search") if threads > 1 else None
        self._worker: tuple[Rules, Worker] | None = None
        self._lock = np.zeros(1, np.int32)

    def run_waves(
        self, waves: Waves, parameters: WaveParameters, most: int, until_done: bool
    ) -> int:
        """As `mcts.waves.RunsWaves`.

        Raises:
            SearchError: if the network gives a value that is not a number.
            UnsupportedRulesError: if there are no tables for such rules.
        """
        rules = parameters.rules
        is_one_game = len(waves.remaining) == 1 and not until_done
        if self._pool is not None and is_one_game and not _has_noise(parameters):
            return self._run_shared(waves, parameters, most)
        network, room = self._tables.ready_for(rules)
        memory = self._memory_for(rules, len(waves.leaves.game))
        asked, unknown = run_waves(waves, parameters, memory, network, room, most, until_done)
        if asked < 0:
            raise SearchError("the evaluator gave a value that is not a finite number")
        self.asked += asked
        self.found += asked - unknown
        return asked

    def _run_shared(self, waves: Waves, parameters: WaveParameters, most: int) -> int:
        assert self._pool is not None
        network, _ = self._tables.ready_for(parameters.rules)
        descent = parameters.descent
        shared = parameters._replace(descent=descent._replace(vcf_nodes=0))
        # Long enough to be worth the start of threads, short enough to stop soon.
        most = max(most, SHARED_AT_ONCE)

        def search(one: TableSearchEvaluator) -> tuple[int, int]:
            worker = one.worker_for(parameters.rules)
            return search_shared(
                waves, shared, worker, network, descent.vcf_nodes, self._lock, most
            )

        waiting = [self._pool.submit(search, other) for other in self._others]
        answers = [search(self), *(each.result() for each in waiting)]
        if min(asked for asked, _ in answers) < 0:
            raise SearchError("the evaluator gave a value that is not a finite number")
        asked = sum(asked for asked, _ in answers)
        self.asked += asked
        self.found += asked - sum(unknown for _, unknown in answers)
        return asked

    def worker_for(self, rules: Rules) -> Worker:
        """What this evaluator's thread needs for itself."""
        if self._worker is None or self._worker[0] != rules:
            network, _ = self._tables.ready_for(rules)
            points = rules.points
            scratch = Roots(
                np.zeros((1, points), np.int8),
                np.zeros((1, 2, DIRECTIONS, LINES), np.int32),
                np.zeros((1, board.META), np.int32),
            )
            leaves = Leaves(
                np.zeros(1, np.int32),
                np.zeros(1, np.int32),
                np.zeros((1, points), np.int8),
                np.zeros(1, np.int8),
                np.zeros(1, np.int16),
            )
            room = make_scratch(rules.size, network.black.shape[1])
            memory = self._memory_for(rules, 1)
            self._worker = rules, Worker(scratch, leaves, make_scratch_of_fours(), memory, room)
        return self._worker[1]

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


def _has_noise(parameters: WaveParameters) -> bool:
    return parameters.gumbel or parameters.noise_fraction > 0


def cached(
    evaluator: Evaluator, entries: int = 1 << 15, seed: int = 0, threads: int = 1
) -> CachedEvaluator:
    """An evaluator that remembers answers, in the fastest form there is for it.

    threads: that search a single game together, where the evaluator runs waves by itself.
    """
    if isinstance(evaluator, TableEvaluator):
        return TableSearchEvaluator(evaluator, entries, seed, threads)
    return CachedEvaluator(evaluator, entries, seed)
