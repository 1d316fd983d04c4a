"""Thinking for many visitors at once on a few threads: a slice for each, in turn.

Every thread has evaluators of its own, since those cannot be shared; a search goes from thread to
thread with its slices. So however many visitors there are, each gets its share and nobody waits for
another's search to end.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from gomoku.board import Board
from gomoku_zero.players.levels import LevelPlayer, level_table
from gomoku_zero.web import messages
from gomoku_zero.web.messages import RequestError, Think
from mcts.advice import VCF_ROOT_NODES, until_forbidden
from mcts.evaluation import Evaluator
from mcts.search import Search
from mcts.search_player import VCT_NODES, leaves_for, search_for_play
from mcts.vcf import solve_vcf
from nets.backends import load_evaluator
from nets.checkpoint import WEIGHTS_FILE, CheckpointError
from nets.config import UnsupportedRulesError

SLICE_SECONDS = 0.03
"""Of work between two looks at who else waits."""

_TELL_SECONDS = 0.12
_LOADING_SECONDS = 0.3
"""Who waits longer for the first slice is told that a network is being loaded."""

_EVALUATORS_KEPT = 3

FindPlayer = Callable[[str], Path | None]
"""From a name, the checkpoint that plays now; None for a name that nobody has."""


class Slot:
    """The evaluators that one thread used last."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._evaluators: OrderedDict[tuple[Path, int], Evaluator] = OrderedDict()

    def evaluator(self, folder: Path) -> Evaluator:
        """
        Raises:
            CheckpointError: if the checkpoint cannot be used.
        """
        try:
            key = folder, (folder / WEIGHTS_FILE).stat().st_mtime_ns
        except OSError as error:
            raise CheckpointError(f"{folder.name} is gone: {error.strerror}") from None
        if key not in self._evaluators:
            self._evaluators[key], _ = load_evaluator(folder, device=self._device)
            if len(self._evaluators) > _EVALUATORS_KEPT:
                self._evaluators.popitem(last=False)
        self._evaluators.move_to_end(key)
        return self._evaluators[key]


class Task:
    """A request that is being answered, a slice at a time."""

    def __init__(self, request: Think, board: Board, folder: Path) -> None:
        self.done = False
        self._request = request
        self._board = board
        self._folder = folder
        self._began = self._told = time.perf_counter()
        self._search: Search | None = None
        self._threat: tuple[int, ...] = ()

    def step(self, slot: Slot) -> dict[str, Any] | None:
        """Think for a slice; returns what is to be told, if anything is.

        Raises:
            CheckpointError, UnsupportedRulesError: if the network cannot think about this.
        """
        evaluator = slot.evaluator(self._folder)
        if self._request.level is not None:
            return self._play_level(evaluator)
        if self._search is None:
            self._search = self._started(evaluator)
        search = self._search
        search.evaluator = evaluator
        end = self._began + self._request.limit.seconds
        searching = search.run_until(min(time.perf_counter() + SLICE_SECONDS, end))
        now = time.perf_counter()
        self.done = not searching or now >= end
        if not self.done and now - self._told < _TELL_SECONDS:
            return None
        self._told = now
        analysis = replace(search.analysis(0, messages.MAX_CANDIDATES), threat=self._threat)
        return messages.thought(
            self._request.id, analysis, done=self.done, seconds=now - self._began
        )

    def _started(self, evaluator: Evaluator) -> Search:
        enemy = solve_vcf(self._board, VCF_ROOT_NODES, self._board.to_move.other)
        self._threat = () if enemy is None else until_forbidden(enemy.line)
        simulations = min(self._request.limit.simulations, messages.MAX_SIMULATIONS)
        config = search_for_play(simulations, leaves=leaves_for(simulations), vct_nodes=VCT_NODES)
        search = Search(self._board.rules, evaluator, config, 1)
        search.reset(0, self._board)
        search.start()
        return search

    def _play_level(self, evaluator: Evaluator) -> dict[str, Any]:
        """The move of a level, whose searches are short enough for one slice."""
        level = level_table()[(self._request.level or 1) - 1]
        seed = time.time_ns() & 0xFFFFFFFF
        player = LevelPlayer("level", level, lambda rules: evaluator, seed=seed)
        *_, analysis = player.analyse(self._board, self._request.level_limit())
        self.done = True
        seconds = time.perf_counter() - self._began
        return messages.thought(
            self._request.id, replace(analysis, candidates=()), done=True, seconds=seconds
        )


class Thinkers:
    """The threads, and who plays."""

    def __init__(self, find_player: FindPlayer, threads: int, device: str = "auto") -> None:
        self._find_player = find_player
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="thinker")
        self._slots: asyncio.Queue[Slot] = asyncio.Queue()
        for _ in range(threads):
            self._slots.put_nowait(Slot(device))

    def close(self) -> None:
        """Wait for the slices that are being made; nothing is asked after."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def answers(self, request: Think) -> AsyncGenerator[dict[str, Any]]:
        """All answers to a request; closing the iterator ends the search."""
        try:
            board = request.board()
            folder = await asyncio.to_thread(self._find_player, request.player)
            if folder is None:
                raise RequestError(f"nobody here is called {request.player!r}")
            task = Task(request, board, folder)
            first = asyncio.ensure_future(self._step(task))
            try:
                if not (await asyncio.wait({first}, timeout=_LOADING_SECONDS))[0]:
                    yield messages.loading(request.id)
                answer = await first
            finally:
                first.cancel()
            while True:
                if answer is not None:
                    yield answer
                if task.done:
                    return
                answer = await self._step(task)
        except (RequestError, CheckpointError, UnsupportedRulesError) as error:
            yield messages.failed(request.id, str(error))

    async def _step(self, task: Task) -> dict[str, Any] | None:
        # Those who wait get a slot in the order in which they came.
        slot = await self._slots.get()
        slice_ = asyncio.get_running_loop().run_in_executor(self._pool, task.step, slot)
        slice_.add_done_callback(lambda _: self._slots.put_nowait(slot))
        # A visitor who leaves ends the search, but not the slice that a thread is at.
        return await asyncio.shield(slice_)
