"""The folder of a training run: what is where, and how it survives a crash.

    config.json            the configuration as it was last used
    about.json             commit, versions, hardware and configuration of every session
    metrics.jsonl          one object per cycle; tensorboard/ has the same as curves
    replay/000012.npz      the positions of a cycle; those of another board size or
                           rules in replay/9/ or replay/9-renju/
    checkpoints/000012/    the averaged network after a cycle, for playing
    teacher/               a copy of the network whose games are learned from, if not its own
    state/000012/          all else needed to go on after it: weights, optimizer, random states,
                           games in progress
    games/000012-1.sgf     a few games of the cycle
    ladder.jsonl           every match of the evaluations, with its games
    live.json              what is going on, for onlookers; see gomoku_zero/runs/live.py
    stop                   made by whoever wants the run to stop
    console.txt            what a run said that the window started

A cycle counts once its state folder has been renamed to its final name, which happens last: killed
at any instant, a run goes on from its latest state and forgets what is newer.
"""

import contextlib
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from gomoku.rules import Rules
from gomoku.storage import lock, write_whole
from gomoku_zero.runs.live import CONSOLE_FILE, LIVE_FILE, LOCK_FILE, STOP_FILE
from gomoku_zero.runs.settings import CONFIG_FILE
from gomoku_zero.training.replay import ReplayFile, read_arrays, write_arrays
from gomoku_zero.training.settings import RunError
from nets.config import NetConfig

ABOUT_FILE = "about.json"

# The newest states kept: one more than needed, should the newest be damaged by the disk.
_STATES_KEPT = 2


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The counters of a run after a cycle.

    seconds: of training so far, evaluation matches left out.
    step_debt: gradient steps owed to the positions made.
    positions_by_rules: those made under each rule set, board size included; [] in runs that did
        not say.
    replay_files: those that each window is made of; [] in runs that did not say.
    net: the shape of the network; None in runs that did not say.
    metrics: the row of the cycle in metrics.jsonl.
    lanes: of self-play under all rule sets, each with a file; 0 in runs that did not say.
    """

    cycle: int = 0
    games: int = 0
    positions: int = 0
    simulations: int = 0
    steps: int = 0
    seconds: float = 0.0
    step_debt: float = 0.0
    positions_by_rules: list[int] = msgspec.field(name="positions_by_size", default_factory=list)
    replay_files: list[list[ReplayFile]] = []
    last_evaluation_seconds: float = 0.0
    net: NetConfig | None = None
    metrics: dict[str, Any] = {}
    lanes: int = 0
    learner_rng: dict[str, object] = {}


class State(msgspec.Struct, frozen=True):
    """All of a state folder."""

    progress: Progress
    tensors: dict[str, torch.Tensor]
    lanes: list[dict[str, NDArray[np.generic]]]


# What reading a damaged state raises.
_UNREADABLE = (OSError, ValueError, KeyError, SafetensorError, msgspec.MsgspecError)


class RunFolder:
    """Paths and atomic writes of one run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.replay = root / "replay"
        self.checkpoints = root / "checkpoints"
        self.teacher = root / "teacher"
        self._states = root / "state"

    def begin(self, resume: bool) -> State | None:
        """Prepare the folder; the latest state when resuming, None for a new run.

        Raises:
            RunError: if a run is there and `resume` is not asked, or there is none to resume, or
                it cannot be read. The folder is then as it was.
        """
        used = self._is_used()
        if used and not resume:
            raise RunError(f"{self.root} already holds a run: add --resume, or choose another name")
        if self._is_foreign():
            raise RunError(f"{self.root} is not a training run: it has no config.json")
        if resume:
            return self._latest_state()
        for folder in (self.root, self.replay, self.checkpoints, self._states):
            folder.mkdir(parents=True, exist_ok=True)
        return None

    def _latest_state(self) -> State:
        """
        Raises:
            RunError: if there is none, or none that can be read.
        """
        if not self.root.is_dir():
            raise RunError(f"{self.root} is not there, so there is no run to resume: check --run")
        if not self.can_resume():
            raise RunError(
                f"{self.root} holds no state of a run to resume, in {self._states.name}/: restore "
                "that folder, or begin again without --resume under another name"
            )
        failures = []
        for folder in reversed(self._state_folders()):
            try:
                return self._read_state(folder)
            except _UNREADABLE as error:
                failures.append(f"{folder}: {error}")
        raise RunError("no state of the run can be read: " + "; ".join(failures))

    def state_before(self, cycle: int) -> State | None:
        """The latest state of an earlier cycle that can be read."""
        for folder in reversed(self._state_folders()):
            if int(folder.name) < cycle:
                with contextlib.suppress(*_UNREADABLE):
                    return self._read_state(folder)
        return None

    def can_resume(self) -> bool:
        """Return whether there is a state to resume from."""
        return self._states.is_dir() and bool(self._state_folders())

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training in this folder.

        Raises:
            RunError: if one is at it.
        """
        if self._is_foreign():
            yield  # `begin` refuses it, and leaves it as it is
            return
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / LOCK_FILE).open("ab") as file:
            if not lock(file, patience=0.3):
                raise RunError(f"another process is training in {self.root}: stop it first")
            yield

    def write_state(self, state: State) -> None:
        """Make a cycle count, and drop older states."""
        folder = self._states / f"{state.progress.cycle:06d}"
        unfinished = self._states / f".{folder.name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        # Not by safetensors' own writing: a full disk is an OSError everywhere.
        (unfinished / "learner.safetensors").write_bytes(save(state.tensors))
        for lane, arrays in enumerate(state.lanes):
            write_arrays(unfinished / f"lane-{lane}.npz", arrays)
        (unfinished / "progress.json").write_bytes(msgspec.json.encode(state.progress))
        for file in unfinished.iterdir():
            with file.open("rb") as stream:
                os.fsync(stream.fileno())
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
        for old in self._state_folders()[:-_STATES_KEPT]:
            shutil.rmtree(old)

    def write_progress(self, progress: Progress) -> None:
        """Change the counters of the cycle they belong to, whose state has been written."""
        self.write(f"state/{progress.cycle:06d}/progress.json", msgspec.json.encode(progress))

    def replay_of(self, rules: Rules, main: Rules) -> Path:
        """Where positions under some rules are; main: those that the run names first."""
        if rules == main:
            return self.replay  # as in a run that has no other
        same_variant = rules.variant == main.variant
        name = f"{rules.size}" if same_variant else f"{rules.size}-{rules.variant_name}"
        return self.replay / name

    def checkpoint(self, cycle: int) -> Path:
        return self.checkpoints / f"{cycle:06d}"

    def latest_checkpoint(self) -> Path | None:
        """The network as it is now; None before the first cycle has ended."""
        folders = _numbered(self.checkpoints) if self.checkpoints.is_dir() else []
        return folders[-1] if folders else None

    def prune_checkpoints(self, latest: int, kept: Collection[int] = ()) -> None:
        """Delete checkpoints but the newest `latest`, every tenth, and those of cycles `kept`."""
        for folder in _numbered(self.checkpoints)[:-latest]:
            if int(folder.name) % 10 and int(folder.name) not in kept:
                shutil.rmtree(folder)

    def write_json(self, name: str, value: object) -> None:
        """Write a file of the folder at once or not at all."""
        self.write(name, msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")

    def add_session(self, session: dict[str, Any]) -> None:
        """Append what a session runs with to about.json; what cannot be read there is dropped."""
        try:
            earlier = msgspec.json.decode((self.root / ABOUT_FILE).read_bytes())
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            earlier = []
        # Runs begun by early versions hold one session that is not in a list.
        self.write_json(
            ABOUT_FILE, [*(earlier if isinstance(earlier, list) else [earlier]), session]
        )

    def write(self, name: str, data: bytes) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, data)

    def forget_after(self, cycle: int) -> None:
        """Delete checkpoints of cycles that do not count."""
        for folder in _numbered(self.checkpoints):
            if int(folder.name) > cycle:
                shutil.rmtree(folder)
        for unfinished in self.checkpoints.glob(".[0-9]*"):
            shutil.rmtree(unfinished)

    def _is_used(self) -> bool:
        there = {entry.name for entry in self.root.iterdir()} if self.root.exists() else set()
        # A run killed before it wrote anything else leaves its empty folders.
        empty = {self.replay.name, self.checkpoints.name, self._states.name, LOCK_FILE}
        empty |= {self.teacher.name, f".{self.teacher.name}.unfinished"}
        empty |= {LIVE_FILE, STOP_FILE, CONSOLE_FILE}
        return bool(there - empty)

    def _is_foreign(self) -> bool:
        return self._is_used() and not (self.root / CONFIG_FILE).exists()

    def _state_folders(self) -> list[Path]:
        return _numbered(self._states)

    def _read_state(self, folder: Path) -> State:
        progress = msgspec.json.decode((folder / "progress.json").read_bytes(), type=Progress)
        count = progress.lanes or len(_lane_files(folder))
        lanes = [read_arrays(folder / f"lane-{lane}.npz") for lane in range(count)]
        tensors = load_file(folder / "learner.safetensors")
        for name, tensor in tensors.items():
            if not bool(tensor.isfinite().all()):
                raise ValueError(f"learner.safetensors has {name} that is not finite")
        return State(progress, tensors, lanes)


def _numbered(folder: Path) -> list[Path]:
    """The folders of cycles in a folder, in order; what people left there is not looked at."""
    return sorted(entry for entry in folder.iterdir() if entry.name.isdecimal() and entry.is_dir())


def _lane_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("lane-*.npz"))
