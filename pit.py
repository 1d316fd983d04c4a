"""Let two players play pairs of games and say who is stronger, and how sure that is.

    python pit.py net:models/6x6@100 pure:1000 --pairs 50

Players are named by specs:

  net:FOLDER@SIMULATIONS   a checkpoint, searching that much for every move; without @..., 400
  pure:PLAYOUTS            tree search with random playouts instead of a network
  greedy                   takes a five, blocks a five, else extends its longest open row
  random                   any empty point
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from tqdm import tqdm

from arena.files import write_whole
from arena.match import MatchResult, play_pairs
from arena.openings import Opening, empty_openings, random_openings
from arena.roster import SpecError, make_player, rules_of
from arena.summary import match_table, match_to_json, running_score
from gomoku.board import Board
from gomoku.jit import kernels_are_cached
from gomoku.player import Limit, Player
from gomoku.rules import Rules, RulesError, variant_from_name


class PitError(ValueError):
    """A match that cannot be played as asked for."""


@dataclass(frozen=True)
class Options:
    """What to play. All results are those of the first player."""

    players: Annotated[tuple[str, str], tyro.conf.Positional]
    """Two specs: net:FOLDER@SIMULATIONS, pure:PLAYOUTS, greedy or random."""

    pairs: int = 100
    """Pairs of games; both games of a pair begin alike, with colors swapped."""

    openings: Literal["random", "empty"] = "random"
    """Short random openings, no two alike, or the empty board every time."""

    size: int | None = None
    """Points along one side; by default what the first checkpoint was trained on, else 15."""

    win_length: int | None = None
    """Stones in a row that win; by default what the first checkpoint was trained on, else 5."""

    rules: Literal["freestyle", "standard"] | None = None
    """Whether more in a row win too (freestyle) or do nothing (standard)."""

    seed: int = 0
    """Seed of openings and players: the same seed gives the same match."""

    json: Path | None = None
    """Write the result to this file as well."""

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where networks run."""


def main() -> int:
    """Run the command line; returns the exit code."""
    options = tyro.cli(Options, description=__doc__)
    try:
        result = pit(options)
        print(match_table(result))
        if options.json is not None:
            write_whole(options.json, json.dumps(match_to_json(result), indent=2) + "\n")
    except (PitError, SpecError, RulesError, OSError) as error:
        print(f"pit.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("pit.py: interrupted, nothing written", file=sys.stderr)
        return 130
    return 0


def pit(options: Options) -> MatchResult:
    """Play the match.

    Raises:
        PitError, SpecError, RulesError: if it cannot be played as asked for.
    """
    if options.pairs < 1:
        raise PitError(f"--pairs {options.pairs}: a match needs at least one pair")
    if options.json is not None and not options.json.absolute().parent.is_dir():
        raise PitError(f"--json {options.json}: there is no folder {options.json.parent}")
    rules = _rules(options)
    openings = _openings(options, rules)
    if not kernels_are_cached():
        print("First start: compiling, which takes up to a minute.", file=sys.stderr)
    player_a, player_b = (
        _make_ready(spec, rules, options.seed + index, options.device)
        for index, spec in enumerate(options.players)
    )
    result = MatchResult(player_a.name, player_b.name, rules)
    try:
        with tqdm(total=options.pairs, unit="pair", dynamic_ncols=True) as bar:
            for pair in play_pairs(player_a, player_b, rules, openings):
                result = result.with_pair(pair)
                bar.set_postfix_str(running_score(result), refresh=False)
                bar.update()
    finally:
        player_a.close()
        player_b.close()
    return result


def _rules(options: Options) -> Rules:
    """The rules asked for; what is left open comes from the first player made for some."""
    rules = next((made for spec in options.players if (made := rules_of(spec))), Rules())
    changes: dict[str, int] = {}
    if options.size is not None:
        changes["size"] = options.size
        if options.win_length is None and options.size < rules.win_length:
            changes["win_length"] = options.size
    if options.win_length is not None:
        changes["win_length"] = options.win_length
    if options.rules is not None:
        changes["variant"] = variant_from_name(options.rules)
    return rules._replace(**changes).validated()


def _openings(options: Options, rules: Rules) -> list[Opening]:
    if options.openings == "empty":
        return empty_openings(options.pairs)
    return random_openings(rules, options.pairs, options.seed)


def _make_ready(spec: str, rules: Rules, seed: int, device: str) -> Player:
    """A player that has made its first move, so that one who cannot play at all says so now.

    In the match itself a failure only loses the game.
    """
    player = make_player(spec, seed=seed, device=device)
    try:
        player.choose_moves([Board(rules)], Limit(simulations=1))
    except Exception as error:
        player.close()
        raise PitError(f"{spec} cannot play {rules.describe()}: {error}") from error
    return player


if __name__ == "__main__":
    sys.exit(main())
