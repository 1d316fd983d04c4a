"""A small training run that is killed again and again, against the same run left alone.

    python -m experiments.kills                 # twenty SIGKILLs at random instants, a few minutes
    python -m experiments.kills --kills 5 --cycles 20

After every kill the folder must hold a state that loads, with counters that have only grown, no
cycle lost that was reported, and every replay file whole; in the end both runs have made all
cycles, and have the same weights bit for bit, or their networks play a match, whose interval must
include equal strength.
"""

import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro

from gomoku.rules import Rules
from gomoku_zero.arena.match import play_match
from gomoku_zero.arena.openings import shipped_openings
from gomoku_zero.players.spec import make_player
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.training.replay import read_arrays
from gomoku_zero.training.run_folder import RunFolder, State
from mcts.player import Limit
from nets.checkpoint import load_checkpoint

ROOT = Path(__file__).resolve().parents[1]
RULES = Rules(size=6, win_length=4)
SETTINGS = """
name = "kills"
minutes = 1e6
cycle_positions = 300
[game]
size = 6
win_length = 4
[net]
blocks = 1
channels = 16
[selfplay]
games = 16
simulations = 8
lanes = 2
[replay]
window = 1000000
[evaluation]
minutes = 1e6
opponents = []
"""
COUNTERS = ("cycle", "games", "positions", "simulations", "steps", "seconds")
EARLY = 0.2  # share of the kills that fall on the start of the program, compilation included
MAX_CYCLES = 4  # that a session makes before it is killed in the next one


@dataclass(frozen=True)
class Options:
    """The kills, and the match behind them."""

    kills: int = 20
    cycles: int = 90
    seconds: float = 2.5
    """A kill comes at most so long after a cycle began."""

    pairs: int = 100
    simulations: int = 50
    seed: int = 1


class Training:
    """`train.py` in a process, and what it has said so far."""

    def __init__(self, settings: Path, run: Path, cycles: int, resume: bool) -> None:
        command = [sys.executable, "train.py", str(settings), "--run", str(run)]
        self.process = subprocess.Popen(
            [*command, "--cycles", str(cycles), *(["--resume"] if resume else [])],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.last_line = ""
        self.plays = threading.Event()
        self.last_cycle = 0  # the last one that was reported
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, cycle: int) -> None:
        """Return once self-play has begun and this cycle was reported, or earlier if it ended."""
        self.plays.wait()
        while self.last_cycle < cycle and self._reader.is_alive():
            time.sleep(0.01)

    def wait(self) -> int:
        code = self.process.wait()
        self._reader.join()
        return code

    def kill(self) -> bool:
        """Return whether it was still running."""
        self.process.send_signal(signal.SIGKILL)
        return self.wait() == -signal.SIGKILL

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.last_line = line.strip() or self.last_line
            if "self-play runs" in line:
                self.plays.set()
            if found := re.search(r"\bcycle (\d+), minute", line):
                self.last_cycle = int(found[1])
        self.plays.set()


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "kills.toml"
        settings.write_text(SETTINGS)
        killed, alone = Path(folder) / "killed", Path(folder) / "alone"
        _kill_often(settings, killed, options)
        assert Training(settings, alone, options.cycles, resume=False).wait() == 0
        _compare(killed, alone, options)


def _kill_often(settings: Path, run: Path, options: Options) -> None:
    chance = random.Random(options.seed)
    before: State | None = None
    reported = redone = 0
    for kill in range(1, options.kills + 1):
        training = Training(settings, run, options.cycles, resume=RunFolder(run).can_resume())
        if chance.random() >= EARLY:
            training.wait_for(reported + chance.randrange(MAX_CYCLES))
        time.sleep(chance.uniform(0, options.seconds))
        assert training.kill(), f"it ended before kill {kill}: {training.last_line}"
        reported = max(reported, training.last_cycle)
        started = time.perf_counter()
        state = _check(run, before, reported)
        cycle = 0 if state is None else state.progress.cycle
        newest = max((int(file.stem) for file in _replay_files(run)), default=0)
        redone += newest > cycle
        print(
            f"kill {kill:2}: cycle {cycle:2} of {options.cycles}, "
            f"checked in {time.perf_counter() - started:.2f} s",
            flush=True,
        )
        before = state
    training = Training(settings, run, options.cycles, resume=True)
    assert training.wait() == 0, "the killed run did not come to its end"
    state = _check(run, before, options.cycles)
    assert state is not None
    assert state.progress.cycle == options.cycles
    rows = [line["cycle"] for line in read_metrics(run) if "run/games" in line]
    assert rows == list(range(1, options.cycles + 1)), f"rows of metrics are of cycles {rows}"
    print(
        f"{options.kills} kills, then {options.cycles} cycles done: counters monotone, every "
        "replay file whole, no reported cycle lost, no row of metrics missing; "
        f"{redone} kills fell between replay and state"
    )


def _check(run: Path, before: State | None, reported: int) -> State | None:
    """The state of a run after a kill, when nothing is lost but the cycle in progress."""
    if not RunFolder(run).can_resume():  # killed before it had begun
        assert before is None
        return None
    copy = run.with_name("copy")  # `begin` may tidy up, which is for the next session to do
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(run, copy)
    state = RunFolder(copy).begin(resume=True)
    assert state is not None
    for name in COUNTERS if before is not None else ():
        assert before is not None
        old, new = getattr(before.progress, name), getattr(state.progress, name)
        assert new >= old, f"{name} fell from {old} to {new}"
    progress = state.progress
    assert progress.cycle >= reported, f"cycle {reported} was reported, {progress.cycle} is there"
    rows = {int(file.stem): len(read_arrays(file)["cells"]) for file in _replay_files(copy)}
    assert sum(count for cycle, count in rows.items() if cycle <= progress.cycle) == (
        progress.positions
    )
    assert set(range(1, progress.cycle + 1)) <= set(rows)
    if progress.cycle:  # a run has a state before its first network
        load_checkpoint(RunFolder(copy).checkpoint(progress.cycle))
    return state


def _replay_files(run: Path) -> list[Path]:
    return sorted((run / "replay").glob("[0-9]*.npz"))


def _compare(killed: Path, alone: Path, options: Options) -> None:
    states = [RunFolder(run).begin(resume=True) for run in (killed, alone)]
    assert states[0] is not None
    assert states[1] is not None
    same = all(
        np.array_equal(tensor.numpy(), states[1].tensors[name].numpy())
        for name, tensor in states[0].tensors.items()
    )
    print(
        f"weights and optimizer bit for bit those of the run left alone: {'yes' if same else 'no'}"
    )
    if same:
        return  # a match would compare a network with itself
    players = [
        make_player(
            f"net:{RunFolder(run).checkpoint(options.cycles)}@{options.simulations}", seed=n
        )
        for n, run in enumerate((killed, alone))
    ]
    openings = shipped_openings(RULES)[: options.pairs]
    result = play_match(players[0], players[1], RULES, openings, limit=Limit())
    elo = result.elo
    print(
        f"killed against left alone, {len(openings)} pairs at {options.simulations} simulations: "
        f"{result.games} wins, draws and losses, Elo {elo}"
    )
    assert elo.low <= 0 <= elo.high, "the interval does not include equal strength"


if __name__ == "__main__":
    main()
