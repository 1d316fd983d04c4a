"""How long training takes to a stated strength: several seeds, wall clock, all checkpoints kept.

    python -m experiments.milestones --minutes 5 --seeds 1 2 3

Trains configs/6x6.toml with each seed and then asks the checkpoints in order, from the empty board
at 100 simulations: does Black win all games against pure:10000, and is the score over pairs against
pure:1000 high enough? The first that passes both is the milestone; the last one is asked with more
pairs, since the first to pass has had luck as well.
"""

import contextlib
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import tyro

from experiments.ablations import final_checkpoint
from gomoku.rules import Rules
from gomoku_zero.arena.match import MatchResult, play_match
from gomoku_zero.arena.openings import empty_openings
from gomoku_zero.arena.stats import score_from_elo
from gomoku_zero.players.spec import make_player
from nets.checkpoint import read_meta


@dataclass(frozen=True)
class Options:
    """The training, and the milestone to reach."""

    config: Path = Path("configs/6x6.toml")
    """The recipe."""

    minutes: float = 5.0
    """Training of each seed, wall clock."""

    seeds: tuple[int, ...] = (1, 2, 3)
    """Of the runs, one after the other."""

    strong: str = "pure:10000"
    """Whom Black is to beat in every game."""

    weak: str = "pure:1000"
    """Against whom the score counts."""

    score: float = 0.9
    """The least score against the weaker one."""

    simulations: int = 100
    """Of the network."""

    pairs: int = 20
    """Pairs of games against each, of which only Black's games count against the stronger one."""

    final_pairs: int = 100
    """Pairs that the last checkpoint plays in the end."""

    every: float = 15.0
    """Seconds of training between two checkpoints that are asked."""

    folder: Path = Path("runs", "milestones")
    """Where runs are kept; trained ones are not trained again."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    reached = []
    for seed in options.seeds:
        run = options.folder / f"{options.config.stem}-{seed}"
        train(run, seed, options)
        reached.append(climb(run, seed, options))
    seconds = [found for found in reached if found is not None]
    print(f"reached by {len(seconds)} of {len(reached)} seeds")
    if len(seconds) == len(reached):
        print(f"median {statistics.median(seconds) / 60:.1f} minutes")


def train(run: Path, seed: int, options: Options) -> None:
    if final_checkpoint(run, options.minutes) is not None:
        return
    command = [
        *(sys.executable, "train.py", str(options.config), "--run", str(run)),
        *("--seed", str(seed), "--minutes", str(options.minutes)),
        *("--keep-checkpoints", "100000", "--evaluation.opponents"),
        *("--evaluation.tactics-cycles", "0", "--evaluation.minutes", "1000"),
    ]
    if run.exists():
        command.append("--resume")
    run.parent.mkdir(parents=True, exist_ok=True)
    with run.with_suffix(".log").open("ab") as log:
        subprocess.run(command, check=True, stdout=log, stderr=log)


def climb(run: Path, seed: int, options: Options) -> float | None:
    """Seconds of training until the milestone, None if it was not reached."""
    checkpoints = sorted(f for f in (run / "checkpoints").iterdir() if f.name.isdecimal())
    reached = None
    last = -options.every
    for checkpoint in checkpoints:
        meta = read_meta(checkpoint)
        if meta.seconds < last + options.every and checkpoint != checkpoints[-1]:
            continue
        last = meta.seconds
        is_end = checkpoint == checkpoints[-1]
        if reached is not None and not is_end:
            continue
        pairs = options.final_pairs if is_end else options.pairs
        weak = match(checkpoint, options.weak, pairs, options)
        strong = match(checkpoint, options.strong, pairs, options).as_black
        passed = weak.games.score >= options.score and strong.wins == pairs
        if passed and reached is None:
            reached = meta.seconds
        low, high = score_from_elo(weak.elo.low), score_from_elo(weak.elo.high)
        print(
            f"seed {seed}, {meta.seconds / 60:.1f} minutes, {meta.games:,} games: "
            f"{weak.games.score:.1%} [{low:.1%}, {high:.1%}] of {pairs} pairs against "
            f"{options.weak}, Black {strong.wins}-{strong.draws}-{strong.losses} against "
            f"{options.strong}{'; reached' if passed else ''}",
            flush=True,
        )
    return reached


def match(checkpoint: Path, opponent: str, pairs: int, options: Options) -> MatchResult:
    """A match from the empty board."""
    rules = Rules(*read_meta(checkpoint).rules[0])
    with (
        contextlib.closing(make_player(f"net:{checkpoint}@{options.simulations}")) as player,
        contextlib.closing(make_player(opponent)) as other,
    ):
        return play_match(player, other, rules, empty_openings(pairs))


if __name__ == "__main__":
    main()
