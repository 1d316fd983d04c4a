"""Positions of strong play with what deep search says of them, to learn from and to compare
networks by.

    python -m experiments.positions runs/positions --minutes 60 --seed 0

A network plays itself at many simulations a move, wins by threats proven, under every rule set and
on many board sizes at once. Every tenth game is kept apart, for judging. One process plays on one
core; several with seeds of their own may write to the same folder. A stop loses the games in
progress and nothing else, and the same command goes on.
"""

import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from tqdm import tqdm
from tyro.conf import Positional

from gomoku.rules import Rules
from gomoku_zero.players.models import find_model
from gomoku_zero.training.config import GameConfig, SelfPlayConfig
from gomoku_zero.training.replay import read_samples, replay_files, write_arrays
from gomoku_zero.training.samples import Samples, concatenate
from gomoku_zero.training.selfplay import FinishedGame, SelfPlay
from nets.backends import load_evaluator
from nets.patterns.search import cached

HELD_OUT = 10
"""One game in so many is for judging."""

GAME = GameConfig(
    size=15,
    other_sizes=((9, 0.05), (10, 0.04), (11, 0.04), (13, 0.07), (17, 0.08), (19, 0.07), (20, 0.10)),
    rules="freestyle",
    other_rules=(("standard", 0.2), ("renju", 0.25), ("caro", 0.2)),
)
"""What is played, and the share of each."""

ODD_STARTS = 0.25
"""Share of the games on 15x15 that begin without a move that balances the chances."""

LEAST_GAMES = 8
"""Games that a lane has in progress at least."""

FILE_POSITIONS = 500
"""Positions of a file, about."""


@dataclass(frozen=True)
class Options:
    """What to play, and how long."""

    folder: Annotated[Path, Positional]
    """Where the positions are kept: a folder for each rule set and size."""

    networks: tuple[str, ...] = ("models/15x15",)
    """Checkpoints that play, as in pit.py: each rule set is played by the first that knows it."""

    simulations: int = 800
    """A move."""

    sizes: tuple[int, ...] = ()
    """Of boards; all of `GAME` where none is named."""

    minutes: float = 60.0
    """Of the clock."""

    games: int = 256
    """In progress at once, all rule sets and sizes together."""

    seed: int = 0
    """Of everything random; the files are named by it."""


class Shelf:
    """The games of a rule set on their way to files."""

    def __init__(self, folder: Path, rules: Rules, seed: int) -> None:
        self._folders = [folder / _name(rules) / kind for kind in ("learn", "held")]
        self._first = seed * 100_000
        for each in self._folders:
            each.mkdir(parents=True, exist_ok=True)
        self._waiting: list[list[Samples]] = [[], []]
        self._games = 0

    def add(self, games: list[FinishedGame]) -> None:
        for game in games:
            self._waiting[self._games % HELD_OUT == 0].append(game.samples)
            self._games += 1
        for kind in (0, 1):
            if sum(samples.rows for samples in self._waiting[kind]) >= FILE_POSITIONS:
                self._write(kind)

    def close(self) -> None:
        for kind in (0, 1):
            if any(samples.rows for samples in self._waiting[kind]):
                self._write(kind)

    def _write(self, kind: int) -> None:
        folder = self._folders[kind]
        mine = range(self._first, self._first + 100_000)
        taken = [int(file.stem) for file in replay_files(folder) if int(file.stem) in mine]
        number = max(taken, default=self._first - 1) + 1
        samples = concatenate(self._waiting[kind])
        write_arrays(folder / f"{number:08d}.npz", dict(samples._asdict()))
        self._waiting[kind] = []


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    deadline = time.monotonic() + 60 * options.minutes
    networks = [load_evaluator(find_model(network)) for network in options.networks]
    lanes: list[tuple[SelfPlay, float, Shelf]] = []
    for rules, share in GAME.shares().items():
        if options.sizes and rules.size not in options.sizes:
            continue
        knows = [its for its, meta in networks if rules.variant in {r.variant for r in meta.rules}]
        if not knows:
            raise SystemExit(f"positions: none of {options.networks} knows {rules.variant_name}")
        shelf = Shelf(options.folder, rules, options.seed)
        odd = ODD_STARTS if rules.size == GAME.size else 0.0
        for balance_moves, part in ((16, 1 - odd), (0, odd)):
            if part > 0:
                config = _config(options, balance_moves)
                games = max(LEAST_GAMES, round(options.games * share * part))
                seed = 1000 * options.seed + len(lanes)
                lane = SelfPlay(rules, cached(knows[0], 4096), config, games, seed)
                lanes.append((lane, share * part, shelf))
    for lane, _, _ in lanes:
        lane.begin_searches()
    for number in (signal.SIGINT, signal.SIGTERM):  # also in the background of a shell
        signal.signal(number, signal.default_int_handler)
    try:
        with tqdm(unit="position", mininterval=30) as bar:
            while time.monotonic() < deadline:
                lane, _, shelf = min(lanes, key=lambda its: its[0].evaluations / its[1])
                finished = lane.step()
                shelf.add(finished)
                bar.update(sum(game.samples.rows for game in finished))
    finally:
        for _, _, shelf in lanes:
            shelf.close()


def _config(options: Options, balance_moves: int) -> SelfPlayConfig:
    return SelfPlayConfig(
        simulations=options.simulations,
        fast_simulations=64,
        settled_value=0.95,
        temperature_plies=8,
        empty_starts=0.05,
        random_plies=8,
        stone_distance=3,
        balance_moves=balance_moves,
    )


def _name(rules: Rules) -> str:
    return f"{rules.size}x{rules.size}-{rules.variant_name}"


def read_positions(folder: Path, kind: str) -> dict[Rules, Samples]:
    """What was played, by rules; kind: learn or held."""
    found = {}
    for rules in GAME.shares():
        files = replay_files(folder / _name(rules) / kind)
        if files:
            found[rules] = concatenate([read_samples(file) for file in files])
    return found


if __name__ == "__main__":
    main()
