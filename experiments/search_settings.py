"""What a setting of the search is worth: the same network with it and without, from balanced
openings.

    python -m experiments.search_settings models/15x15 c_puct=1.0 fpu_reduction=0.4
    python -m experiments.search_settings models/15x15 vct_visits=0 vcf_nodes=0 --seconds 0.25

Every setting is one of `mcts.search.SearchConfig`, or several joined by commas, and plays a match
against the search as it is, at equal simulations or at equal time, one game at a time on one core.
A match is kept in a folder, and goes on after a stop.
"""

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import tyro
from tqdm import tqdm
from tyro.conf import Positional

from gomoku.rules import VARIANT_NAMES, Rules
from gomoku_zero.arena.journal import Entry, Journal
from gomoku_zero.arena.match import MatchResult, play_pairs
from gomoku_zero.arena.openings import arranged, shipped_openings
from gomoku_zero.players.models import find_model
from mcts.player import MAX_SIMULATIONS, Limit
from mcts.search import SearchConfig
from mcts.search_player import VCT_NODES, SearchPlayer, search_for_play
from nets.backends import load_evaluator
from nets.patterns.search import cached


@dataclass(frozen=True)
class Options:
    """What to play."""

    network: Annotated[str, Positional]
    """A checkpoint, as in pit.py."""

    settings: Annotated[tuple[str, ...], Positional]
    """Such as c_puct=1.0 or vcf_nodes=0,vct_visits=0."""

    simulations: int = 5_000
    """A move, where no seconds are given."""

    seconds: float | None = None
    """A move."""

    rules: Literal["freestyle", "standard", "renju", "caro"] = "freestyle"
    """Of five in a row on a board of the network's size."""

    pairs: int = 60
    """Pairs of games for each setting."""

    seed: int = 0
    """Chooses the openings."""

    folder: Path = Path("runs", "search-settings")
    """Where matches are kept."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    for setting in options.settings:
        read_settings(setting)  # no match begins before all of them are understood
    for setting in options.settings:
        result = play(options, setting)
        black, white = result.as_black, result.as_white
        print(f"{setting}: {result.games}, {result.elo}; as Black {black}, as White {white}")


def read_settings(text: str) -> dict[str, int | float]:
    """
    >>> read_settings("vcf_nodes=0,c_puct=1.5")
    {'vcf_nodes': 0, 'c_puct': 1.5}
    """
    known = {each.name: type(getattr(SearchConfig(), each.name)) for each in fields(SearchConfig)}
    settings: dict[str, int | float] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        if known.get(name) not in (int, float):
            raise SystemExit(f"search_settings: {name} in {text} is no number of SearchConfig")
        try:
            settings[name] = known[name](json.loads(value))
        except (json.JSONDecodeError, TypeError, ValueError):
            raise SystemExit(f"search_settings: {value!r} in {text} is not a number") from None
    return settings


def play(options: Options, setting: str) -> MatchResult:
    """The match of a setting, seen from it; what was played of it before is read."""
    folder = find_model(options.network)
    evaluator, meta = load_evaluator(folder)
    size = meta.rules[0].size
    rules = Rules(size=size, variant=VARIANT_NAMES.index(options.rules))
    limit = Limit(options.simulations, None)
    if options.seconds is not None:
        limit = Limit(MAX_SIMULATIONS, options.seconds)
    usual = search_for_play(options.simulations, vct_nodes=VCT_NODES)
    changed = replace(usual, **cast(dict[str, Any], read_settings(setting)))
    players = (
        SearchPlayer(setting, cached(evaluator), changed, seed=options.seed),
        SearchPlayer("as it is", cached(evaluator), usual, seed=options.seed),
    )
    openings = arranged(shipped_openings(rules), options.pairs, options.seed)
    budget = f"{options.seconds}s" if options.seconds is not None else str(options.simulations)
    file = options.folder / f"{folder.name}-{options.rules}-{budget}-{setting}.jsonl"
    said = {
        "players": [player.name for player in players],
        "rules": list(rules),
        "budget": budget,
        "seed": options.seed,
    }
    with Journal(file, said, resume=True) as journal:
        done = {entry.pair.index for entry in journal.entries}
        left = [index for index in range(len(openings)) if index not in done]
        pairs = play_pairs(
            *players, rules, [openings[index] for index in left], limit=limit, games_at_once=1
        )
        with tqdm(total=len(openings), initial=len(done), desc=setting, unit="pair") as bar:
            for pair in pairs:
                journal.append(Entry(0, 1, replace(pair, index=left[pair.index])))
                bar.update()
                bar.set_postfix_str(str(_result(players, rules, journal).elo))
        return _result(players, rules, journal)


def _result(
    players: tuple[SearchPlayer, SearchPlayer], rules: Rules, journal: Journal
) -> MatchResult:
    pairs = tuple(entry.pair for entry in journal.entries)
    return MatchResult(players[0].name, players[1].name, rules, pairs)


if __name__ == "__main__":
    main()
