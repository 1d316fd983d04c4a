"""How strong a run has become: matches against fixed opponents and its own past, as Elo.

Every match is a line of `ladder.jsonl` in the run folder, with all its games. A network is named by
its cycle, so that matches between checkpoints tie the ratings of different evaluations together.
"""

import os
from collections.abc import Callable, Iterator

import msgspec

from gomoku.rules import Rules
from gomoku_zero.arena.match import MatchResult, play_pairs
from gomoku_zero.arena.openings import empty_openings, random_openings
from gomoku_zero.arena.ratings import Rating
from gomoku_zero.players.spec import make_player
from gomoku_zero.runs.rungs import LADDER_FILE, Rung, player_name, rate_rungs, read_rungs
from gomoku_zero.training.config import EvaluationConfig
from gomoku_zero.training.run_folder import RunFolder
from mcts.evaluation import Evaluator
from mcts.player import Limit, Player
from mcts.search import SearchConfig
from mcts.search_player import SearchPlayer
from nets.backends import evaluator_here
from nets.checkpoint import load_checkpoint

PAIRS = 10
"""Pairs of games of a match."""

SIMULATIONS = 100
"""Simulations per move of networks."""

Show = Callable[[str, int, int], None]
"""Takes the opponent of a match, the pairs that were played, and all of them."""


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
        """Return whether it lost every game of its last two matches."""
        last = [rung.result.games for rung in self.rungs if rung.result.name_b == opponent][-2:]
        return len(last) == 2 and all(games.score == 1 for games in last)

    def earlier_cycle(self, cycle: int) -> int | None:
        """The last evaluated one before a cycle whose checkpoint is there."""
        there = (each for each in reversed(self.cycles()) if each < cycle)
        return next((each for each in there if self._folder.checkpoint(each).is_dir()), None)

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
            player_name(cycle), evaluator, SearchConfig(simulations=SIMULATIONS), seed=seed
        )
        made = [rung for rung in self.rungs if rung.cycle == cycle]
        played = {rung.result.name_b for rung in made}
        for opponent in self._opponents(cycle, config, rules, device, seed, is_last):
            if opponent.name in played:
                continue
            # Two networks without randomness would repeat their games from the empty board.
            empty = 0 if opponent.name.startswith("cycle ") else PAIRS // 2
            openings = empty_openings(empty) + random_openings(rules, PAIRS - empty, seed)
            pairs = []
            for pair in play_pairs(player, opponent, rules, openings, limit=Limit()):
                pairs.append(pair)
                show(opponent.name, len(pairs), PAIRS)
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
            if is_last or not self.is_beaten(spec):
                yield make_player(spec, seed=seed + cycle, device=device)
        earlier = self.earlier_cycle(cycle)
        if config.opponents and earlier is not None:
            net = load_checkpoint(self._folder.checkpoint(earlier)).net
            yield SearchPlayer(
                player_name(earlier),
                evaluator_here(net, device, [rules]),
                SearchConfig(simulations=SIMULATIONS),
                seed=seed,
            )


def _line(rung: Rung) -> bytes:
    return msgspec.json.encode(rung) + b"\n"
