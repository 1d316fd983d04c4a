"""How well our engine keeps its limits: time for a move, and memory.

    python -m benchmarks.brain --moves 1000 --milliseconds 100
    python -m benchmarks.brain --games 60 --milliseconds 50        # of mixed sizes and rules
    python -m benchmarks.brain --limits 100 1000 10000 30000       # what is used of them

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
from gomoku.rules import RENJU, STANDARD, Rules
from gomoku_zero.players.gomocup import RULE_NUMBERS

MIXED = (
    Rules(15),
    Rules(20),
    Rules(15, variant=RENJU),
    Rules(9),
    Rules(15, variant=STANDARD),
    Rules(19),
)


@dataclass(frozen=True)
class Options:
    """The engine to measure."""

    moves: int = 1000
    milliseconds: int = 100
    size: int = 15
    games: int = 0
    """Play so many games of mixed sizes and rules, instead of `moves` of one size."""

    limits: tuple[int, ...] = ()
    """Instead of games, think about one position under each of these, in milliseconds."""

    memory: int = 350 << 20
    """Bytes the engine is told to stay below."""

    models: Path | None = None
    """Checkpoints for the engine; by default its own choice."""


class Manager:
    """The engine's process, as its manager sees it."""

    def __init__(self, options: Options) -> None:
        models = [] if options.models is None else ["--models", str(options.models)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gomoku_zero.brain.process", *models],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._rules = Rules(options.size)
        self._taken: list[str] = []

    def tell(self, *lines: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines))
        self.process.stdin.flush()

    def answer(self) -> str:
        assert self.process.stdout is not None
        while (line := self.process.stdout.readline()).startswith("MESSAGE"):
            pass
        return line.strip()

    def begin(self, rules: Rules) -> Board:
        """A new game."""
        self._rules, self._taken = rules, []
        self.tell(f"INFO rule {RULE_NUMBERS[rules.variant]}", f"START {rules.size}")
        said = self.answer()
        assert said == "OK", said
        return Board(rules)

    def move(self, board: Board) -> float:
        """Play one move, for whoever is to move; returns the seconds it took."""
        # Each of the engine's moves becomes the opponent's in the next BOARD.
        count = len(self._taken)
        stones = [f"{move},{2 - (count - ply) % 2}" for ply, move in enumerate(self._taken, 1)]
        before = time.perf_counter()
        self.tell("BOARD", *stones, "DONE")
        move = self.answer()
        taken = time.perf_counter() - before
        assert re.fullmatch(r"\d+,\d+", move), move
        self._taken.append(move)
        column, row = map(int, move.split(","))
        board.push(row * board.rules.size + column)
        return taken


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    manager = Manager(options)
    manager.tell("ABOUT")
    started = time.perf_counter()
    print(f"{manager.answer()}\nready after {time.perf_counter() - started:.1f} s")
    process = manager.process.pid
    print(f"{_memory(process)}, before the first game")
    manager.tell(f"INFO timeout_turn {options.milliseconds}", f"INFO max_memory {options.memory}")
    if options.limits:
        _use_limits(manager, options)
    else:
        _play(manager, options)
    print(f"{_memory(process)}, told to stay below {options.memory / 2**20:.0f} MiB")
    manager.tell("END")
    before = time.perf_counter()
    manager.process.wait(timeout=10)
    print(f"ended {1000 * (time.perf_counter() - before):.0f} ms after END")


def _play(manager: Manager, options: Options) -> None:
    """Games of one size until there are enough moves, or some of each of several."""
    seconds: list[float] = []
    games = 0
    while games < options.games if options.games else len(seconds) < options.moves:
        rules = MIXED[games % len(MIXED)] if options.games else Rules(options.size)
        board = manager.begin(rules)
        while board.outcome is None and (options.games or len(seconds) < options.moves):
            seconds.append(manager.move(board))
        games += 1
        if options.games and games % 10 == 0:
            print(f"{games} games: {_memory(manager.process.pid)}", flush=True)
    milliseconds = np.array(seconds) * 1000
    limit = 1.5 * options.milliseconds
    print(
        f"{len(seconds)} moves of at most {options.milliseconds} ms: median "
        f"{np.median(milliseconds):.1f}, 99th percentile {np.percentile(milliseconds, 99):.1f}, "
        f"longest {milliseconds.max():.1f} ms; {int((milliseconds > limit).sum())} past {limit:.0f}"
    )


def _use_limits(manager: Manager, options: Options) -> None:
    """What the fourth to the tenth move of a game take of every limit; the first ones, by which
    the engine learns how late it is, do not count."""
    for limit in options.limits:
        manager.tell(f"INFO timeout_turn {options.milliseconds}")
        board = manager.begin(Rules(options.size))
        for _ in range(7):
            manager.move(board)
        manager.tell(f"INFO timeout_turn {limit}")
        taken = [manager.move(board) for _ in range(3)]
        used = ", ".join(f"{1000 * each / limit:.1%}" for each in taken)
        print(f"{limit} ms: {used} used; {_memory(manager.process.pid)}", flush=True)


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
