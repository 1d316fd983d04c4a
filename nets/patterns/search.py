"""Whole searches by the tables of a pattern network, without returning to Python between waves."""

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.intrinsics import acquire, give_way, release, stack_array
from gomoku.jit import is_ready, kernel
from gomoku.rules import Rules
from mcts.cache import CachedEvaluator, Entries, Lookup, Words, look_up, make_lookup, remember
from mcts.descent import COLLIDED, EARNED, TREE_FULL, descend
from mcts.evaluation import Evaluator
from mcts.nodes import UNKNOWN, back_up, expand, mark_in_flight, weigh_moves
from mcts.search import SearchError
from mcts.settle import find_win, settle_node
from mcts.tree import (
    NEW,
    PENDING,
    Leaves,
    Roots,
    copy_state,
    make_leaves,
    make_roots,
    state_of_game,
    tree_of_game,
)
from mcts.vct import VctScratch
from mcts.vct import make_scratch as make_solver
from mcts.waves import (
    MAX_DESCENTS,
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
    lock: `[1]` of the entries where threads share them, else `[0]`.
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
    lock: NDArray[np.int32]


@kernel
def answer(
    memory: Memory, network: Ready, room: Scratch, leaves: Leaves, count: int, size: int
) -> int:
    """Write priors and values of the first leaves to the memory; returns how many it did not
    know, about which the network was asked."""
    shared = memory.lock.shape[0] > 0
    if shared:
        acquire(memory.lock)
    missed = look_up(
        memory.entries,
        memory.words,
        leaves.cells[:count],
        leaves.to_move[:count],
        leaves.last_move[:count],
        memory.sources,
        memory.images,
        memory.lookup,
        memory.prior,
        memory.value,
    )
    if shared:
        release(memory.lock)
    if missed == 0:
        return 0
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
    if shared:
        acquire(memory.lock)
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
    if shared:
        release(memory.lock)
    return missed


@kernel
def run_waves(
    waves: Waves,
    parameters: WaveParameters,
    memory: Memory,
    network: Ready,
    room: Scratch,
    most: int,
    done: int,
) -> tuple[int, int]:
    """As `mcts.waves.RunsWaves`; returns the evaluations asked for and those not remembered.

    Both are negative where the network gives a value that is not a number.
    """
    asked = unknown = rounds = 0
    leaves = waves.leaves
    searching = count_searching(waves.remaining)
    least = max(0, searching - done) if done > 0 else 0
    while asked < most and searching > least and rounds < most:
        rounds += 1
        begin_wave(waves, parameters)
        count = gather(waves, parameters)
        if count > 0:
            unknown += answer(memory, network, room, leaves, count, parameters.rules.size)
            for slot in range(count):
                if not np.isfinite(memory.value[slot]):
                    return _NOT_FINITE, _NOT_FINITE
            absorb(waves.tree, leaves, count, memory.prior, memory.value)
            asked += count
        searching = count_searching(waves.remaining)
    return asked, unknown


class Worker(NamedTuple):
    """What a thread has for itself: a position to play on, one leaf, and room to think in.

    memory: its entries are shared with other threads.
    """

    scratch: Roots
    leaves: Leaves
    solver: VctScratch
    memory: Memory
    room: Scratch
    weights: NDArray[np.int32]


class Shared(NamedTuple):
    """What threads that search one game have in common, besides its tree and the answers kept.

    tree: its lock. asked: `[1]` evaluations that all of them have asked for.
    """

    tree: NDArray[np.int32]
    asked: NDArray[np.int32]


@kernel
def search_shared(
    waves: Waves,
    parameters: WaveParameters,
    worker: Worker,
    network: Ready,
    vcf_nodes: int,
    shared: Shared,
    most: int,
) -> tuple[int, int]:
    """Simulations of the one game of `waves`, beside other threads that do the same.

    The tree is only read and changed with its lock; evaluations and the search for wins, which
    take most of the time, are made without it. A leaf that waits for its answer counts as a lost
    visit, so that threads spread.

    parameters: of descents that do not look for fours; vcf_nodes: what does instead.

    Returns as `run_waves`, after `most` evaluations of all threads together, so that none waits for
    another at the end, or when there is nothing left to do.
    """
    tree = tree_of_game(waves.tree, 0)
    nodes, remaining = tree.nodes, waves.remaining
    root, state = state_of_game(waves.roots, 0), state_of_game(worker.scratch, 0)
    rules, memory, leaves = parameters.rules, worker.memory, worker.leaves
    marks = stack_array(rules.size * rules.size, np.int8)
    asked = unknown = collisions = quiet = 0
    while shared.asked[0] < most and collisions < _MAX_COLLISIONS and quiet < MAX_DESCENTS * most:
        # 1. Descend.
        copy_state(root, state, rules)
        acquire(shared.tree)
        if nodes[0].proof != UNKNOWN:
            remaining[0] = 0
        if remaining[0] <= 0:
            release(shared.tree)
            break
        fresh = nodes[0].state == NEW
        node = descend(tree, state, -1, 0, rules, parameters.descent, worker.solver.fours)
        if node == TREE_FULL:
            remaining[0] = -remaining[0]
        elif node > COLLIDED and not fresh:
            remaining[0] -= 1
        earned = EARNED - node
        visits = nodes[earned].visits if node <= EARNED else 0
        if node >= 0:
            nodes[node].state = PENDING
            mark_in_flight(nodes, node, 1)
        release(shared.tree)
        collisions = collisions + 1 if node == COLLIDED else 0
        if node == COLLIDED:
            for _ in range(_GIVE_WAY):  # the other thread's answer is some microseconds off
                give_way()
        if node < 0 and node > EARNED:
            quiet += 1
            continue

        # 2. Find out about the position.
        move, plies = -1, 0
        legal = 0
        prior_scale: Any = np.float32(0.0)
        if node <= EARNED:
            move, plies = find_win(state, rules, 0, visits, worker.solver)
        elif vcf_nodes > 0 and node > 0:
            move, plies = find_win(state, rules, vcf_nodes, 0, worker.solver)
        if node >= 0 and move < 0:
            write_leaf(leaves, 0, 0, node, state, marks, rules)
            unknown += answer(memory, network, worker.room, leaves, 1, rules.size)
            asked += 1
            legal, prior_scale = weigh_moves(
                memory.prior[0], leaves.cells[0], leaves.to_move[0], worker.weights
            )

        # 3. Tell the tree.
        acquire(shared.tree)
        shared.asked[0] += node >= 0 and move < 0
        if node <= EARNED:
            settle_node(tree, earned, move, plies)
        elif move >= 0:
            nodes[node].state = NEW
            settle_node(tree, node, move, plies)
            back_up(nodes, node, 1.0, 1)
        else:
            expand(tree, node, worker.weights, legal, prior_scale, 0)
            back_up(nodes, node, memory.value[0], 1)
        release(shared.tree)
        if node >= 0 and move < 0 and not np.isfinite(memory.value[0]):
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
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads - 1, "search") if threads > 1 else None
        self._workers: tuple[Rules, list[Worker]] | None = None
        # Apart by more than a cache line, so that waiting for one does not slow the other.
        words = np.zeros((3, 64), np.int32)
        self._shared = Shared(words[0, :1], words[1, :1])
        self._lock = words[2, :1]  # of the answers kept

    def run_waves(self, waves: Waves, parameters: WaveParameters, most: int, done: int) -> int:
        """As `mcts.waves.RunsWaves`.

        Raises:
            SearchError: if the network gives a value that is not a number.
            UnsupportedRulesError: if there are no tables for such rules.
        """
        rules = parameters.rules
        is_one_game = len(waves.remaining) == 1 and not done
        may_share = parameters.waits_to_compile or is_ready(search_shared)
        if self._pool is not None and is_one_game and may_share and not _has_noise(parameters):
            return self._run_shared(waves, parameters, most)
        network, room = self._tables.ready_for(rules)
        memory = self._memory_for(rules, len(waves.leaves.game))
        asked, unknown = run_waves(waves, parameters, memory, network, room, most, done)
        if asked < 0:
            raise SearchError("the evaluator gave a value that is not a finite number")
        self.asked += asked
        self.found += asked - unknown
        return asked

    def _run_shared(self, waves: Waves, parameters: WaveParameters, most: int) -> int:
        assert self._pool is not None
        network, _ = self._tables.ready_for(parameters.rules)
        descent = parameters.descent
        without_fours = parameters._replace(descent=descent._replace(vcf_nodes=0))
        # Long enough to be worth the start of threads, short enough to stop soon.
        most = max(most, SHARED_AT_ONCE * self._threads)
        self._shared.asked[0] = 0
        workers = self._workers_for(parameters.rules)

        def search(worker: Worker) -> tuple[int, int]:
            return search_shared(
                waves, without_fours, worker, network, descent.vcf_nodes, self._shared, most
            )

        waiting = [self._pool.submit(search, worker) for worker in workers[1:]]
        answers = [search(workers[0]), *(each.result() for each in waiting)]
        if min(asked for asked, _ in answers) < 0:
            raise SearchError("the evaluator gave a value that is not a finite number")
        asked = sum(asked for asked, _ in answers)
        self.asked += asked
        self.found += asked - sum(unknown for _, unknown in answers)
        return asked

    def _workers_for(self, rules: Rules) -> list[Worker]:
        if self._workers is None or self._workers[0] != rules:
            network, _ = self._tables.ready_for(rules)
            self._make_room(rules, 1)
            self._workers = (
                rules,
                [
                    Worker(
                        make_roots(1, rules.points),
                        make_leaves(1, rules.points),
                        make_solver(),
                        self._new_memory(rules.points, 1)._replace(
                            lookup=make_lookup(1, rules.points), lock=self._lock
                        ),
                        make_scratch(rules.size, network.black.shape[1]),
                        np.empty(rules.points, np.int32),
                    )
                    for _ in range(self._threads)
                ],
            )
        return self._workers[1]

    def _new_memory(self, points: int, batch: int) -> Memory:
        return Memory(
            self._entries,
            self._words,
            self._sources,
            self._images,
            self._lookup,
            np.empty((batch, points), np.float32),
            np.empty(batch, np.float32),
            np.empty((batch, points), np.float32),
            np.empty(batch, np.float32),
            np.empty(batch, np.float32),
            np.empty(0, np.int32),
        )

    def _memory_for(self, rules: Rules, batch: int) -> Memory:
        before = self._rules
        self._make_room(rules, batch)
        memory = self._memory
        if memory is None or before != rules or len(memory.value) < batch:
            memory = self._memory = self._new_memory(rules.points, batch)
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
