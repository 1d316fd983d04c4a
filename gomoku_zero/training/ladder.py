"""How strong a run has become: matches against fixed opponents and its own past, as Elo.

Every match is a line of `ladder.jsonl` in the run folder, with all its games. A network is named by
its cycle, so that matches between checkpoints tie the ratings of different evaluations together.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from gomoku.rules import Rules
from gomoku_zero.arena.match import MatchResult, play_pairs
from gomoku_zero.arena.openings import empty_openings, random_openings
from gomoku_zero.arena.ratings import Rating, Ratings, rate
from gomoku_zero.players.spec import Pure, make_player, spec_or_none
from gomoku_zero.training.config import EvaluationConfig
from gomoku_zero.training.run_folder import RunFolder
from mcts.evaluation import Evaluator
from mcts.player import Limit, Player
from mcts.search import SearchConfig
from mcts.search_player import SearchPlayer
from nets.backends import evaluator_here
from nets.checkpoint import load_checkpoint

LADDER_FILE = "ladder.jsonl"

Show = Callable[[str], None]


class Rung(msgspec.Struct, frozen=True):
    """A match of the network after a cycle, who is the first player of the result."""

    cycle: int
    result: MatchResult


def player_name(cycle: int) -> str:
    """
    >>> player_name(12)
    'cycle 12'
    """
    return f"cycle {cycle}"


def read_rungs(folder: Path) -> list[Rung]:
    """The matches of a run in order; a last line cut short by a crash is left out."""
    try:
        lines = (folder / LADDER_FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    rungs = []
    for line in lines:
        try:
            rungs.append(msgspec.json.decode(line, type=Rung))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return rungs


def rate_rungs(rungs: Sequence[Rung]) -> Ratings:
    """Everybody's rating; the first pure search, or else the first opponent, is worth 0."""
    opponents = [rung.result.name_b for rung in rungs]
    anchor = next(
        (name for name in opponents if isinstance(spec_or_none(name), Pure)), opponents[0]
    )
    return rate([rung.result for rung in rungs], anchor=anchor, first_move=False)


class Ladder:
    """The matches of a run, on disk as they end."""

    def __init__(self, folder: RunFolder, last_cycle: int) -> None:
        """Go on after a cycle: matches of later ones are forgotten."""
        self._folder = folder
        self._file = folder.root / LADDER_FILE
        read = read_rungs(folder.root)
        self.rungs = [rung for rung in read if rung.cycle <= last_cycle]
        if self._file.exists():
            # Also without a line cut short, which the next one would otherwise be joined to.
            folder.write(LADDER_FILE, b"".join(_line(rung) for rung in self.rungs))

    def add(self, rung: Rung) -> None:
        """Put a match on disk at once."""
        self.rungs.append(rung)
        with self._file.open("ab") as stream:
            stream.write(_line(rung))
            stream.flush()
            os.fsync(stream.fileno())

    def cycles(self) -> list[int]:
        """The evaluated ones, in order."""
        return sorted({rung.cycle for rung in self.rungs})

    def rating(self, cycle: int) -> Rating:
        """Of the network after an evaluated cycle."""
        ratings = rate_rungs(self.rungs)
        return next(each for each in ratings.players if each.name == player_name(cycle))

    def is_beaten(self, opponent: str) -> bool:
        """Whether it lost every game of its last two matches."""
        last = [rung.result.games for rung in self.rungs if rung.result.name_b == opponent][-2:]
        return len(last) == 2 and all(games.score == 1 for games in last)

    def earlier_cycles(self, cycle: int, count: int) -> list[int]:
        """Evaluated cycles whose checkpoints are there: the last one, and then ever older ones."""
        there = [
            each
            for each in self.cycles()
            if each < cycle and self._folder.checkpoint(each).is_dir()
        ]
        chosen: list[int] = []
        while there and len(chosen) < count:
            chosen.append(there[-1])
            there = there[: len(there) // 2]
        return chosen

    def climb(
        self,
        cycle: int,
        evaluator: Evaluator,
        config: EvaluationConfig,
        rules: Rules,
        *,
        device: str,
        seed: int,
        is_last: bool,
        show: Show,
    ) -> list[Rung]:
        """Play the matches of an evaluation of the network after a cycle; those that were played
        before it was cut off count, and are not played again.

        device: where networks play that are opponents.
        is_last: at the end of a run opponents that have been beaten are played, too.
        show: told what is being played, after every pair.
        """
        player = SearchPlayer(
            player_name(cycle), evaluator, SearchConfig(simulations=config.simulations), seed=seed
        )
        made = [rung for rung in self.rungs if rung.cycle == cycle]
        played = {rung.result.name_b for rung in made}
        for opponent in self._opponents(cycle, config, rules, device, seed, is_last):
            if opponent.name in played:
                continue
            # Two networks without randomness would repeat their games from the empty board.
            empty = 0 if opponent.name.startswith("cycle ") else config.pairs // 2
            openings = empty_openings(empty) + random_openings(rules, config.pairs - empty, seed)
            pairs = []
            for pair in play_pairs(player, opponent, rules, openings, limit=Limit()):
                pairs.append(pair)
                show(f"match against {opponent.name}: pair {len(pairs)} of {config.pairs}")
            opponent.close()
            pairs.sort(key=lambda pair: pair.index)
            rung = Rung(cycle, MatchResult(player.name, opponent.name, rules, tuple(pairs)))
            self.add(rung)
            made.append(rung)
        return made

    def _opponents(
        self,
        cycle: int,
        config: EvaluationConfig,
        rules: Rules,
        device: str,
        seed: int,
        is_last: bool,
    ) -> Iterator[Player]:
        for spec in config.opponents:
            if is_last or not config.skip_beaten or not self.is_beaten(spec):
                yield make_player(spec, seed=seed + cycle, device=device)
        for earlier in self.earlier_cycles(cycle, config.earlier):
            net = load_checkpoint(self._folder.checkpoint(earlier)).net
            yield SearchPlayer(
                player_name(earlier),
                evaluator_here(net, device, [rules]),
                SearchConfig(simulations=config.simulations),
                seed=seed,
            )


def _line(rung: Rung) -> bytes:
    return msgspec.json.encode(rung) + b"\n"
