"""Our player as a Gomocup engine: the Piskvork brain protocol on stdin and stdout.

Install the console script `pbrain-gomokuzero` as an engine, or run `python -m
gomoku_zero.brain.process`. A thread reads commands while the brain thinks, so that END and STOP are
obeyed at once; everything else waits its turn. Standard output carries the protocol and nothing
else, and standard error is silent: some managers mix the two. No input ends the brain but END and
the end of input.
"""

import os
import queue
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from gomoku.extras import MissingPackageError
from gomoku_zero.brain.protocol import Brain, Line
from gomoku_zero.brain.start import StartingThinker
from gomoku_zero.brain.thinker import SearchThinker, load_networks, plays_with
from gomoku_zero.players.gomocup import WIN_LENGTH, number_from_text
from gomoku_zero.players.models import ModelsError, find_model, model_folders
from nets.checkpoint import find_checkpoints

_MAX_LINE = 1 << 13
_MAX_LINES = 2000
"""Lines that wait for their turn: more stay in the pipe, and our memory is bounded."""


@dataclass(frozen=True)
class Options:
    """Options of the engine."""

    models: tuple[Path, ...] = ()
    """Checkpoints, or folders of them, instead of the shipped ones and the user's; each game takes
    the one that suits its rules and size, and searches with random playouts if none does."""

    device: str = "auto"
    """Where networks run: auto, cpu, cuda, cuda:1, mps or xpu."""

    seed: int = 0
    """Seed of random playouts, and of the stones offered in openings."""

    threads: int = 0
    """That think together until a manager says INFO thread_num; 0 for all cores."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Be an engine until END or the end of input; returns only if it cannot start."""
    options = tyro.cli(Options, args=arguments, prog="pbrain-gomokuzero", description=__doc__)
    # torch's threads spin while they wait for each other, and beside a busy program (the opponent
    # may think too) a move then takes many times its limit. libgomp reads this when it is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    out, complaints = os.dup(1), os.dup(2)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)

    def complain(error: Exception) -> None:
        os.write(complaints, f"pbrain-gomokuzero: {error}\n".encode())
        os.write(out, f"ERROR {error}\n".encode("ascii", "replace"))

    def give_up(error: Exception) -> None:
        complain(error)
        os._exit(2)

    try:
        folders = checkpoints_of(options)
    except (ValueError, MissingPackageError) as error:
        complain(error)
        return 2
    if not folders:
        warning = "there is no trained network: searching with random playouts"
        os.write(complaints, f"pbrain-gomokuzero: {warning}\n".encode())
    thinker = StartingThinker(
        lambda: SearchThinker(load_networks(folders, WIN_LENGTH, options.device), options.seed),
        give_up,
        options.seed,
    )
    reader = Reader(0)

    def write(text: str) -> None:
        try:
            os.write(out, f"{text}\n".encode("ascii", "replace"))
        except OSError:
            os._exit(0)  # the manager is gone

    brain = Brain(thinker, write, reader.is_stopped, options.seed, max(0, options.threads))
    reader.start()
    while (line := reader.lines.get()) is not None and brain.handle(line):
        pass
    # Without the interpreter's farewell, which torch makes take longer than managers wait.
    os._exit(0)


class Reader(threading.Thread):
    """Reads lines from a file descriptor into a queue, and lets END, STOP and a turn without time
    end thoughts before their turn."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(daemon=True, name="reader")
        self.lines: queue.Queue[Line | None] = queue.Queue(maxsize=_MAX_LINES)
        self._descriptor = descriptor
        self._stopped_before = 0.0

    def is_stopped(self, number: int) -> bool:
        """Return whether END, STOP or the end of input has come after the line of this number."""
        return number < self._stopped_before

    def run(self) -> None:
        number = 0
        pending = b""
        while data := self._read():
            *whole, pending = (pending + data).split(b"\n")
            # No command is that long: what never ends must not fill the memory.
            pending = pending[:_MAX_LINE]
            for line in whole:
                number += 1
                self._take(number, line)
        if pending:
            self._take(number + 1, pending)
        self._stopped_before = float("inf")
        self.lines.put(None)

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, 1 << 16)
        except OSError:
            return b""

    def _take(self, number: int, data: bytes) -> None:
        arrived = time.perf_counter()
        # Some managers begin with a byte order mark.
        text = data[:_MAX_LINE].removeprefix(b"\xef\xbb\xbf").decode("ascii", "replace").strip()
        words = text.upper().split(None, 3)
        if words[:1] in (["END"], ["STOP"], ["YXSTOP"]) or _ends_the_turn(words):
            self._stopped_before = number
        self.lines.put(Line(number, text, arrived))


def checkpoints_of(options: Options) -> list[Path]:
    """The checkpoints to play with: those that were named, or all that are found.

    Raises:
        CheckpointError: if a folder of models holds one that cannot be used.
        ModelsError: if a folder that was named holds none.
    """
    folders = []
    for root in options.models:
        found = find_checkpoints(find_model(str(root)))
        if not found:
            raise ModelsError(f"{root} holds no trained network: name a folder that does")
        folders += found
    if not options.models:
        folders = [folder for root in model_folders() for folder in find_checkpoints(root)]
    return [folder for folder in folders if plays_with(folder, WIN_LENGTH)]


def _ends_the_turn(words: Sequence[str]) -> bool:
    """Return whether a line is INFO timeout_turn with no time at all."""
    if list(words[:2]) != ["INFO", "TIMEOUT_TURN"] or len(words) != 3:
        return False
    time_left = number_from_text(words[2])
    return time_left is not None and time_left <= 0


if __name__ == "__main__":
    sys.exit(main())
