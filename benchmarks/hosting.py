"""Our engine against itself through our own engine host: games, forfeits, protocol errors.

    python -m benchmarks.hosting --pairs 25

Each side is a process of its own that is started, spoken to and ended as any other engine would
be. A line that answers nothing the host asked (ERROR, UNKNOWN, a second move) is an error.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import tyro
from tqdm import tqdm

from gomoku.rules import Rules
from gomoku_zero.arena.match import MatchResult, play_pairs
from gomoku_zero.arena.openings import arranged, shipped_openings
from gomoku_zero.arena.summary import match_table
from gomoku_zero.players.engine import EnginePlayer


@dataclass(frozen=True)
class Options:
    """The matches to play."""

    pairs: int = 25
    milliseconds: int = 100
    size: int = 15
    models: Path = Path("models")
    """Checkpoints for both engines, or folders of them."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    command = [sys.executable, "-m", "gomoku_zero.brain.process", "--models", str(options.models)]
    first, second = (
        EnginePlayer(name, command, seconds=options.milliseconds / 1000) for name in ("a", "b")
    )
    rules = Rules(options.size)
    openings = arranged(shipped_openings(rules), options.pairs, seed=0)
    started = time.perf_counter()
    pairs = list(
        tqdm(
            play_pairs(first, second, rules, openings, games_at_once=1),
            total=options.pairs,
            unit="pair",
        )
    )
    seconds = time.perf_counter() - started
    before = time.perf_counter()
    first.close()
    second.close()
    result = MatchResult("a", "b", rules, tuple(pairs))
    plies = sum(len(game.moves) - game.opening_plies for game in result.records)
    failures = [game.reason for name in ("a", "b") for game in result.failures(name)]
    errors = first.unexpected + second.unexpected
    print(match_table(result))
    print(f"{plies} moves in {seconds:.0f} s; both ended in {time.perf_counter() - before:.1f} s")
    print(f"{len(failures)} forfeits {failures[:3]}, {len(errors)} protocol errors {errors[:3]}")
    sys.exit(bool(failures or errors))


if __name__ == "__main__":
    main()
