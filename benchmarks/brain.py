"""How well our engine keeps its limits: time for a move, and memory.

    python -m benchmarks.brain --moves 1000 --milliseconds 100

Plays games against itself through its pipes, as a manager would, and prints how long moves took
from request to answer, how many came later than the limit and a half, and the most memory the
process held. Run it on a machine with nothing else to do.
"""

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro

from gomoku.board import Board
from gomoku.rules import Rules


@dataclass(frozen=True)
class Options:
    """The engine to measure."""

    moves: int = 1000
    milliseconds: int = 100
    size: int = 15
    memory: int = 350 << 20
    """Bytes the engine is told to stay below."""

    models: Path | None = None
    """Checkpoints for the engine; by default its own choice."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    models = [] if options.models is None else ["--models", str(options.models)]
    engine = subprocess.Popen(
        [sys.executable, "-m", "gomoku_zero.brain.process", *models],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert engine.stdin is not None
    assert engine.stdout is not None

    def tell(*lines: str) -> None:
        engine.stdin.write("".join(f"{line}\n" for line in lines))  # type: ignore[union-attr]
        engine.stdin.flush()  # type: ignore[union-attr]

    def answer() -> str:
        while (line := engine.stdout.readline()).startswith("MESSAGE"):  # type: ignore[union-attr]
            pass
        return line.strip()

    tell("ABOUT")
    started = time.perf_counter()
    about = answer()
    print(f"{about}\nready after {time.perf_counter() - started:.1f} s")
    print(f"{_memory(engine.pid)}, before the first game")
    tell(f"INFO timeout_turn {options.milliseconds}", f"INFO max_memory {options.memory}")
    seconds: list[float] = []
    taken: list[str] = []
    board = Board(Rules(options.size))
    while len(seconds) < options.moves:
        if not taken:
            tell(f"START {options.size}")
            assert answer() == "OK"
            board = Board(Rules(options.size))
        # The engine has both sides: each of its moves becomes the opponent's in the next BOARD.
        count = len(taken)
        stones = [f"{move},{2 - (count - ply) % 2}" for ply, move in enumerate(taken, start=1)]
        before = time.perf_counter()
        tell("BOARD", *stones, "DONE")
        move = answer()
        seconds.append(time.perf_counter() - before)
        assert re.fullmatch(r"\d+,\d+", move), move
        taken.append(move)
        column, row = map(int, move.split(","))
        board.push(row * options.size + column)
        if board.outcome is not None:
            taken = []
    milliseconds = np.array(seconds) * 1000
    limit = 1.5 * options.milliseconds
    print(
        f"{len(seconds)} moves of at most {options.milliseconds} ms: median "
        f"{np.median(milliseconds):.1f}, 99th percentile {np.percentile(milliseconds, 99):.1f}, "
        f"longest {milliseconds.max():.1f} ms; {int((milliseconds > limit).sum())} past {limit:.0f}"
    )
    print(f"{_memory(engine.pid)}, told to stay below {options.memory / 2**20:.0f} MiB")
    tell("END")
    before = time.perf_counter()
    engine.wait(timeout=10)
    print(f"ended {1000 * (time.perf_counter() - before):.0f} ms after END")


def _memory(process: int) -> str:
    """The most memory a process has held, and what only it holds now, in words.

    The second is what Gomocup's judge compares with the limit.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return "memory unknown on this system"
    most = re.findall(r"VmHWM:\s+(\d+) kB", status)
    own = re.findall(r"Private_(?:Clean|Dirty):\s+(\d+) kB", rollup)
    most_mib, own_mib = (sum(map(int, each)) / 1024 for each in (most, own))
    return f"{most_mib:.0f} MiB resident at most, {own_mib:.0f} MiB its own now"


if __name__ == "__main__":
    main()
