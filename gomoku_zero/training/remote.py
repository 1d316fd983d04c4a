"""Players that are processes: on all cores of this machine, or on all machines of a Ray cluster.

The only module that imports Ray. A worker (`gomoku_zero.training.worker`) is an actor that has one
call at a time: play so many positions by this network. Networks lie in the object store, once a
machine, and are read there. What calls return waits here until the learner takes it, a cycle at a
time; while more than `MAX_CYCLES_WAITING` wait, nobody is called, so memory is bounded by that and
one call a worker.

A worker that is lost, with its machine or alone, loses its call and its games in progress. Another
takes its number, with a seed of its own, since one that Ray restarted by itself would play the
first one's games again. Machines that join are prepared, which compiles the kernels once, and get
workers.
"""

import contextlib
import logging
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import ray
from ray.exceptions import RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from gomoku.machine import usable_cores
from gomoku.rules import Rules
from gomoku_zero.training.config import PlayersConfig, TrainConfig
from gomoku_zero.training.players import (
    BIRTHS,
    Counts,
    GameTotals,
    Played,
    Source,
    State,
    is_of_workers,
)
from gomoku_zero.training.samples import Samples, concatenate
from gomoku_zero.training.settings import RunError
from gomoku_zero.training.worker import Rows, Worker, prepare

MAX_CYCLES_WAITING = 2
"""While positions of more cycles than this wait for the learner, no worker is called."""

CALL_SECONDS = 2.0
"""How long a call should take: long against its cost, short against a cycle."""

# Positions of a worker's first call, which has to wait for the first games to end anyway.
_FIRST_POSITIONS = 64

# Seconds between two looks at which machines there are.
_LOOK_SECONDS = 1.0

# So many losses without a call that succeeds between them are no accidents.
_MAX_LOSSES_IN_A_ROW = 50


@dataclass
class _Hired:
    """A worker; call: what it is busy with. rate, games_rate: positions and games a second."""

    number: int
    node: str
    actor: Any
    call: Any = None
    rate: float = 0.0
    games_rate: float = 0.0


@dataclass
class _Node:
    """A machine; room: for so many workers. preparing: the task that compiles, until it is done."""

    name: str
    room: int
    preparing: Any
    is_refused: bool = False


@dataclass
class _Tally:
    """The events since the latest `finish`; seconds are summed over workers."""

    busy_seconds: float = 0.0
    idle_seconds: float = 0.0
    dropped_rows: int = 0
    lost_workers: int = 0
    lags: list[tuple[int, int]] = field(default_factory=list)  # networks, rows


class RemotePlayers:
    """Workers by Ray, which are `Players`.

    A thread of this process hires workers, calls them and receives what they return.
    """

    def __init__(self, config: TrainConfig) -> None:
        """Connect to the cluster, or begin one on this machine; nobody plays before `start`.

        Raises:
            RunError: if there is no cluster at the address.
        """
        self._config = config
        self._is_ours = _connect(config.players)
        self._births: list[int] = []  # how many workers each number has had
        # Of the thread alone:
        self._hired: dict[int, _Hired] = {}
        self._nodes: dict[str, _Node] = {}
        self._losses_in_a_row = 0
        # Of both, with the lock:
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None
        self._waiting: deque[Rows] = deque()
        self._counts = Counts()
        self._tally = _Tally()
        self._remarks: list[str] = []
        self._net: tuple[int, Any] = (0, None)
        self._positions = config.cycle_positions
        self._simulations = config.selfplay.simulations
        # Of the caller alone:
        self._started = self._finished = time.perf_counter()

    def start(self, positions: int, simulations: int) -> None:
        with self._lock:
            self._positions, self._simulations = positions, simulations
        self._started = time.perf_counter()
        if self._thread is None:
            self._finished = self._started
            self._thread = threading.Thread(target=self._serve, name="players", daemon=True)
            self._thread.start()

    def is_done(self) -> bool:
        with self._lock:
            if self._failure is not None:
                raise RunError(f"self-play failed: {self._failure}") from self._failure
            self._drop_stale()
            return sum(rows.positions for rows in self._waiting) >= self._positions

    def finish(self) -> Played:
        with self._lock:
            taken: list[Rows] = []
            while sum(rows.positions for rows in taken) < self._positions:
                taken.append(self._waiting.popleft())
            tally, self._tally = self._tally, _Tally()
            cycle = self._net[0]
            tally.lags += [(cycle - rows.cycle, rows.positions) for rows in taken]
            metrics = self._metrics(tally)
        ended = time.perf_counter()
        seconds, waited = ended - self._finished, ended - self._started
        self._finished = ended
        metrics["players/learner_share"] = 1 - waited / seconds
        samples: dict[Rules, list[Samples]] = {}
        totals: dict[Rules, GameTotals] = {}
        counts = Counts()
        for rows in taken:
            counts = counts.plus(rows.counts)
            for rules, its in rows.samples.items():
                samples.setdefault(rules, []).append(its)
            for rules, some in rows.totals.items():
                totals[rules] = totals.get(rules, GameTotals()).plus(some)
        return Played(
            {rules: concatenate(parts) for rules, parts in samples.items()},
            totals,
            [record for rows in taken for record in rows.records],
            counts,
            seconds,
            metrics,
        )

    def counts(self) -> Counts:
        with self._lock:
            return self._counts

    def use(self, source: Source, cycle: int) -> None:
        net = ray.put(source.shared())
        with self._lock:
            self._net = (cycle, net)

    def state(self) -> State:
        """How many workers there were by each number: games in progress are begun anew."""
        with self._lock:
            return [{BIRTHS: np.array(self._births, np.int64)}]

    def restore(self, state: State) -> None:
        """Begin all games anew, and none of them as before."""
        if is_of_workers(state):
            self._births = state[0][BIRTHS].tolist()

    def describe(self) -> str:
        with self._lock:
            waiting = sum(rows.positions for rows in self._waiting)
            hired = list(self._hired.values())
            busy = sum(worker.call is not None for worker in hired)
            lag = self._net[0] - min((rows.cycle for rows in self._waiting), default=self._net[0])
        return f", {busy} of {len(hired)} workers playing, {waiting:,} positions waiting, lag {lag}"

    def remarks(self) -> list[str]:
        with self._lock:
            remarks, self._remarks = self._remarks, []
        return remarks

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        for worker in self._hired.values():
            ray.kill(worker.actor)
        self._hired.clear()
        if self._is_ours and ray.is_initialized():
            ray.shutdown()

    def _drop_stale(self) -> None:
        """Forget what networks played that are too old."""
        oldest = self._net[0] - self._config.players.lag
        for rows in [rows for rows in self._waiting if rows.cycle < oldest]:
            self._waiting.remove(rows)
            self._tally.dropped_rows += rows.positions

    def _metrics(self, tally: _Tally) -> dict[str, Any]:
        hired = sorted(self._hired.values(), key=lambda worker: worker.number)
        rates = {str(worker.number): round(worker.games_rate, 2) for worker in hired}
        rows = sum(count for _, count in tally.lags)
        seconds = tally.busy_seconds + tally.idle_seconds
        return {
            "players/workers": len(hired),
            "players/nodes": len({worker.node for worker in hired}),
            "players/games_per_second": sum(rates.values()) / max(1, len(rates)),
            "players/games_per_second_least": min(rates.values(), default=0.0),
            "players/games_per_second_by_worker": rates,
            "players/rows_waiting": sum(its.positions for its in self._waiting),
            "players/calls": sum(worker.call is not None for worker in hired),
            "players/lag": sum(lag * count for lag, count in tally.lags) / max(1, rows),
            "players/max_lag": max((lag for lag, _ in tally.lags), default=0),
            "players/dropped_rows": tally.dropped_rows,
            "players/lost_workers": tally.lost_workers,
            "players/idle_share": tally.idle_seconds / seconds if seconds else 0.0,
        }

    # The thread.

    def _serve(self) -> None:
        try:
            looked = passed = 0.0
            while not self._closing.is_set():
                now = time.perf_counter()
                if now - looked >= _LOOK_SECONDS:
                    looked = now
                    self._look_at_nodes()
                    self._hire()
                if passed:
                    self._count_time(now - passed)
                passed = now
                self._call_idle()
                self._receive()
        except Exception as error:
            # Whatever it is, `is_done` raises it where somebody listens.
            with self._lock:
                self._failure = error

    def _look_at_nodes(self) -> None:
        """Prepare machines that have joined, and forget those that are gone."""
        alive = {node["NodeID"]: node for node in _all_nodes() if node["Alive"]}
        for name in [name for name in self._nodes if name not in alive]:
            self._remark(f"machine {self._nodes.pop(name).name} has left")
        net = self._net[1]
        for name, its in alive.items():
            room = int(its["Resources"].get("CPU", 0)) // self._config.players.cores
            if name in self._nodes or not room:
                continue
            task = ray.remote(num_cpus=0, max_retries=0)(prepare)
            where = NodeAffinitySchedulingStrategy(name, soft=False)
            preparing = task.options(scheduling_strategy=where).remote(self._config, net)
            self._nodes[name] = _Node(its["NodeManagerAddress"], room, preparing)

    def _hire(self) -> None:
        """Fill the machines that are prepared."""
        number = 0
        most = self._config.players.workers
        for name, node in self._nodes.items():
            if node.preparing is not None or node.is_refused:
                continue
            free = node.room - sum(worker.node == name for worker in self._hired.values())
            while free > 0 and not 0 < most <= len(self._hired):
                while number in self._hired:
                    number += 1
                self._hire_one(number, name)
                free -= 1

    def _hire_one(self, number: int, node: str) -> None:
        with self._lock:
            self._births += [0] * (number + 1 - len(self._births))
            birth = self._births[number]
            self._births[number] += 1
        cores = self._config.players.cores
        actor = ray.remote(num_cpus=cores, max_restarts=0, max_task_retries=0)(Worker)
        where = NodeAffinitySchedulingStrategy(node, soft=False)
        handle = actor.options(scheduling_strategy=where).remote(
            self._config, (self._config.seed, number, birth)
        )
        with self._lock:
            self._hired[number] = _Hired(number, node, handle)

    def _call_idle(self) -> None:
        with self._lock:
            waiting = sum(rows.positions for rows in self._waiting)
            cycle, net = self._net
            if waiting > MAX_CYCLES_WAITING * self._positions:
                return
            # No call outlasts a cycle, or its network would be old when it ends.
            share = self._positions // max(1, len(self._hired))
            most = min(self._positions, max(_FIRST_POSITIONS, share))
            for worker in self._hired.values():
                if worker.call is None:
                    positions = min(most, int(worker.rate * CALL_SECONDS) or _FIRST_POSITIONS)
                    worker.call = worker.actor.play.remote(
                        max(1, positions), self._simulations, cycle, net
                    )

    def _receive(self) -> None:
        """Take what has come, waiting for a moment if nothing has."""
        calls = {worker.call: worker for worker in self._hired.values() if worker.call is not None}
        tasks = {node.preparing: node for node in self._nodes.values() if node.preparing}
        pending = [*calls, *tasks]
        if not pending:
            time.sleep(0.05)
            return
        ready, rest = ray.wait(pending, num_returns=1, timeout=0.1, fetch_local=True)
        if rest:
            ready += ray.wait(rest, num_returns=len(rest), timeout=0, fetch_local=True)[0]
        for reference in ready:
            if reference in calls:
                self._receive_rows(calls[reference])
            else:
                self._finish_preparing(tasks[reference])

    def _receive_rows(self, worker: _Hired) -> None:
        try:
            rows: Rows = ray.get(worker.call)
        except RayTaskError as failure:
            error: Exception = failure.as_instanceof_cause()  # type: ignore[no-untyped-call]
            raise error from None  # it would happen again
        except RayError as error:
            self._lose(worker, error)
            return
        worker.rate = rows.positions / rows.seconds
        worker.games_rate = rows.games / rows.seconds
        self._losses_in_a_row = 0
        with self._lock:
            worker.call = None
            self._waiting.append(rows)
            self._counts = self._counts.plus(rows.counts)

    def _lose(self, worker: _Hired, error: RayError) -> None:
        """Go on without a worker that is gone; the next look at machines replaces it."""
        self._losses_in_a_row += 1
        if self._losses_in_a_row > _MAX_LOSSES_IN_A_ROW:
            raise error
        with contextlib.suppress(RayError):
            ray.kill(worker.actor)
        with self._lock:
            del self._hired[worker.number]
            self._tally.lost_workers += 1
        node = self._nodes.get(worker.node)
        where = f" on {node.name}" if node else ""
        self._remark(f"worker {worker.number}{where} was lost with its call; another replaces it")

    def _finish_preparing(self, node: _Node) -> None:
        try:
            ray.get(node.preparing)
        except RayError as error:
            node.is_refused = True
            last = str(error).strip().splitlines()[-1]
            self._remark(f"machine {node.name} is left out: {last}")
            if all(its.is_refused for its in self._nodes.values()):
                raise
        else:
            self._remark(f"machine {node.name} plays, with room for {node.room} workers")
        node.preparing = None
        self._hire()

    def _count_time(self, seconds: float) -> None:
        with self._lock:
            busy = sum(worker.call is not None for worker in self._hired.values())
            self._tally.busy_seconds += seconds * busy
            self._tally.idle_seconds += seconds * (len(self._hired) - busy)

    def _remark(self, text: str) -> None:
        with self._lock:
            self._remarks.append(text)


def _all_nodes() -> list[dict[str, Any]]:
    """Every machine that the cluster has or had."""
    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    return nodes


def _connect(players: PlayersConfig) -> bool:
    """Return whether this connected, rather than the caller before.

    Raises:
        RunError: if there is no cluster.
    """
    if ray.is_initialized():
        return False
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        with _signals_kept():
            if players.kind == "processes":
                cores = players.workers * players.cores or usable_cores()
                ray.init(address="local", num_cpus=cores, include_dashboard=False, **options)
            else:
                ray.init(address=players.address or "auto", **options)
    except Exception as error:  # Ray raises bare ones, such as where it begins too slowly
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if players.kind == "processes":
            raise RunError(f"Ray does not begin on this machine: {reason}") from None
        raise RunError(
            f"there is no Ray cluster at {players.address or 'this machine'}: begin one with "
            f"ray start --head ({reason})"
        ) from None
    return True


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray takes over SIGTERM; give it back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
