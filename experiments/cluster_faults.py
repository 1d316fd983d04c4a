"""A training run on a cluster of one machine, to which everything happens that happens to clusters.

    python -m experiments.cluster_faults                    # twenty faults in fifteen minutes

A head and three nodes. In turn a worker is killed, a node removed, one added, the learner stopped
for a while (SIGSTOP), and the driver killed (SIGKILL) and resumed. After every fault the folder is
looked into: counters only grow, the positions in the replay files are as many as the counters say,
no game is there twice, and the lag is at most the configured one. In the end the network plays
that of a run of the same number of games by threads.
"""

import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import tyro

from gomoku.rules import Rules
from gomoku_zero.arena.match import play_match
from gomoku_zero.arena.openings import shipped_openings
from gomoku_zero.players.spec import make_player
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.training.replay import read_arrays
from gomoku_zero.training.run_folder import Progress, RunFolder
from mcts.player import Limit

ROOT = Path(__file__).resolve().parents[1]
RULES = Rules(size=6, win_length=4)
LAG = 4
SETTINGS = """
name = "faults"
minutes = 1e6
cycle_positions = 800
[game]
size = 6
win_length = 4
[net]
architecture = "patterns"
channels = 16
[selfplay]
games = 32
simulations = 8
[replay]
window = 10000000
[learner]
reuse = 2
[evaluation]
minutes = 1
opponents = ["greedy"]
tactics_cycles = 10
"""
COUNTERS = ("cycle", "games", "positions", "simulations", "steps", "seconds")
FAULTS = ("worker", "node removed", "node added", "learner stopped", "driver")


@dataclass(frozen=True)
class Options:
    """The faults, and the match behind them."""

    faults: int = 20
    minutes: float = 15.0
    """At least so long."""

    pairs: int = 100
    simulations: int = 100
    seed: int = 1


class Run:
    """The driver's process, ended and begun again."""

    def __init__(self, folder: Path, settings: Path, cluster: Any = None) -> None:
        """cluster: that plays; threads without."""
        self.folder = folder
        self._settings = settings
        self._players = ["--players.kind", "threads"]
        if cluster is not None:
            self._players = ["--players.kind", "ray", "--players.address", cluster.address]
        self.process = self._start(resume=False)

    def _start(self, *, resume: bool) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "train.py", str(self._settings), "--run", str(self.folder)]
        return subprocess.Popen(
            [
                *(*command, *self._players, "--players.lag", str(LAG)),
                *(["--resume"] if resume else []),
            ],
            cwd=ROOT,
            stdout=(self.folder.parent / "driver.log").open("ab"),
            stderr=subprocess.STDOUT,
        )

    def kill_and_resume(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = self._start(resume=True)

    def state(self) -> Progress:
        """The progress in the newest state, once there is one."""
        while not list((self.folder / "state").glob("[0-9]*")):
            assert self.process.poll() is None, "the driver has ended"
            time.sleep(0.2)
        folder = sorted((self.folder / "state").glob("[0-9]*"))[-1]
        return msgspec.json.decode((folder / "progress.json").read_bytes(), type=Progress)

    def wait_for_cycles(self, more: int, seconds: float = 240) -> Progress:
        """Until so many cycles more are done."""
        first, end = self.state().cycle, time.monotonic() + seconds
        while self.state().cycle < first + more:
            assert self.process.poll() is None, "the driver has ended"
            assert time.monotonic() < end, f"no cycle after {first} in {seconds} s"
            time.sleep(0.2)
        return self.state()


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    with tempfile.TemporaryDirectory() as temporary:
        settings = Path(temporary) / "faults.toml"
        settings.write_text(SETTINGS)
        games = _suffer(Path(temporary) / "cluster", settings, options)
        alone = Path(temporary) / "threads"
        _train_by_threads(alone, settings, games)
        _compare(Path(temporary) / "cluster", alone, options)


def _train_by_threads(folder: Path, settings: Path, games: int) -> None:
    """A run of at least so many games."""
    run = Run(folder, settings)
    while run.state().games < games:
        run.wait_for_cycles(1)
    run.process.send_signal(signal.SIGINT)
    run.process.wait(60)


def _suffer(folder: Path, settings: Path, options: Options) -> int:
    """Let it all happen; how many games were played."""
    # Read when ray is imported: other programs may keep the machine busy, which is no fault.
    os.environ.setdefault("RAY_raylet_start_wait_time_s", "120")
    os.environ.setdefault("RAY_health_check_failure_threshold", "20")
    import ray
    from ray.cluster_utils import Cluster

    chance = random.Random(options.seed)
    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(3)]
    ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
    run = Run(folder, settings, cluster)
    began = time.monotonic()
    try:
        before = run.wait_for_cycles(1)
        pace = 60 * options.minutes / options.faults
        memory = []
        for number in range(options.faults):
            fault = FAULTS[number % len(FAULTS)]
            struck = time.monotonic()
            detail = _strike(fault, cluster, nodes, run, chance)
            after = run.wait_for_cycles(1)
            recovered = time.monotonic() - struck
            _check(run, before, after)
            before = after
            memory.append(_resident_megabytes(run.process.pid))
            row = _last_row(folder)
            print(
                f"{time.monotonic() - began:5.0f} s, fault {number + 1:2}, {fault}{detail}: "
                f"the next cycle is done after {recovered:.0f} s; cycle {after.cycle}, "
                f"{after.games:,} games, {after.positions:,} positions, "
                f"{row['players/workers']} workers, driver {memory[-1]} MB, "
                f"object store {_store_megabytes():.0f} MB",
                flush=True,
            )
            time.sleep(max(0.0, began + (number + 1) * pace - time.monotonic()))
        run.process.send_signal(signal.SIGINT)
        run.process.wait(60)
    finally:
        run.process.kill()
        ray.shutdown()
        cluster.shutdown()
    _report(folder, run.state(), memory)
    return run.state().games


def _strike(fault: str, cluster: Any, nodes: list[Any], run: Run, chance: random.Random) -> str:
    if fault == "worker":
        victims = _workers()
        for victim in chance.sample(victims, min(len(victims), 2)):
            os.kill(victim, signal.SIGKILL)
        return f", {min(len(victims), 2)} of {len(victims)}"
    if fault == "node removed":
        cluster.remove_node(nodes.pop(chance.randrange(len(nodes))), allow_graceful=False)
    elif fault == "node added":
        nodes.append(cluster.add_node(num_cpus=1))
    elif fault == "learner stopped":
        run.process.send_signal(signal.SIGSTOP)
        time.sleep(20)
        run.process.send_signal(signal.SIGCONT)
    else:
        run.kill_and_resume()
    return ""


def _workers() -> list[int]:
    """Processes of workers, by the name that Ray gives them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if name.startswith(b"ray::Worker") and _is_ours(int(folder.name)):
            found.append(int(folder.name))
    return found


def _is_ours(process: int) -> bool:
    """Return whether this process began it, or one that began it."""
    while process > 1:
        if process == os.getpid():
            return True
        stat = Path(f"/proc/{process}/stat").read_text()
        process = int(stat.rpartition(")")[2].split()[1])
    return False


def _check(run: Run, before: Progress, after: Progress) -> None:
    for name in COUNTERS:
        old, new = getattr(before, name), getattr(after, name)
        assert new >= old, f"{name} fell from {old} to {new}"
    counted = sum(rows for rows in _rows_by_cycle(run.folder, after.cycle))
    assert counted == after.positions, f"{counted} positions in files, {after.positions} counted"
    for row in read_metrics(run.folder):
        assert row.get("players/max_lag", 0) <= LAG, row


def _rows_by_cycle(folder: Path, last: int) -> list[int]:
    files = sorted((folder / "replay").glob("[0-9]*.npz"))
    return [len(read_arrays(file)["to_move"]) for file in files if int(file.stem) <= last]


def _report(folder: Path, progress: Progress, memory: list[int]) -> None:
    games: list[bytes] = []
    for file in sorted((folder / "replay").glob("[0-9]*.npz")):
        if int(file.stem) <= progress.cycle:
            games += _long_games(read_arrays(file))
    table = [row for row in read_metrics(folder) if "players/workers" in row]
    dropped = sum(row["players/dropped_rows"] for row in table)
    evaluated = sum("ladder/cycle" in row for row in table)
    print(
        f"{len(table)} cycles, {progress.games:,} games, {progress.positions:,} positions; "
        f"{len(games) - len(set(games))} of {len(games):,} games of six rows or more are there "
        "twice\n"
        f"lag at most {max(row['players/max_lag'] for row in table)} of {LAG}; "
        f"{dropped:,} positions dropped ({dropped / (dropped + progress.positions):.1%}), "
        f"{sum(row['players/lost_workers'] for row in table)} workers lost; "
        f"{evaluated} evaluations beside the cycles; "
        f"driver {memory[0]} MB after the first fault, {memory[-1]} MB after the last"
    )


def _long_games(arrays: dict[str, Any]) -> list[bytes]:
    """All rows of each game that has six or more; shorter ones may well come twice on 6x6."""
    columns = [arrays[name] for name in ("cells", "policy", "root_value")]
    ends = np.flatnonzero(arrays["moves_left"] == 1) + 1
    return [
        b"".join(column[first:end].tobytes() for column in columns)
        for first, end in zip([0, *ends[:-1]], ends, strict=True)
        if end - first >= 6
    ]


def _last_row(folder: Path) -> dict[str, Any]:
    return [row for row in read_metrics(folder) if "players/workers" in row][-1]


def _resident_megabytes(process: int) -> int:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def _store_megabytes() -> float:
    """The megabytes in the object stores of the cluster."""
    import ray

    total = ray.cluster_resources().get("object_store_memory", 0)  # type: ignore[no-untyped-call]
    free = ray.available_resources().get("object_store_memory", 0)  # type: ignore[no-untyped-call]
    return float(total - free) / 2**20


def _compare(by_cluster: Path, by_threads: Path, options: Options) -> None:
    players = []
    for seed, run in enumerate((by_cluster, by_threads)):
        checkpoint = RunFolder(run).latest_checkpoint()
        assert checkpoint is not None
        players.append(make_player(f"net:{checkpoint}@{options.simulations}", seed=seed))
    openings = shipped_openings(RULES)[: options.pairs]
    result = play_match(players[0], players[1], RULES, openings, limit=Limit())
    print(
        f"cluster against threads, the same number of games, {len(openings)} pairs at "
        f"{options.simulations} simulations: {result.games}, Elo {result.elo}"
    )
    assert result.elo.low <= 0 <= result.elo.high, "the interval does not include equal strength"


if __name__ == "__main__":
    main()
