"""Writes docs/ratings.md: for every shipped model's rules, a table from random players to it.

The same figures go to arena/data/ratings.json, which the window shows.

    python -m experiments.ladder

Everybody plays everybody by the first rules of each model: random, greedy, pure search with 1,000
and 10,000 playouts, and the models with these first rules, at several numbers of simulations. Pairs
are kept in runs/ladder as they end: interrupted, the same command goes on where it was, and a table
whose players have not changed since is not played again.
"""

import hashlib
import json
import shlex
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tyro

from gomoku.rules import Rules
from gomoku.storage import write_whole
from gomoku_zero.arena.known_ratings import (
    RATINGS_FILE,
    KnownRating,
    ratings_to_json,
    weights_digest,
)
from gomoku_zero.arena.openings import OpeningsError, shipped_openings
from gomoku_zero.commands import pit
from gomoku_zero.players.spec import Net, parse_spec
from nets.checkpoint import find_checkpoints, read_meta

BASELINES = ("random", "greedy", "pure:1000", "pure:10000")
ANCHOR = "pure:1000"
JOURNALS = Path("runs", "ladder")


@dataclass(frozen=True)
class Options:
    """Who plays, and how much."""

    models: Path = Path("models")
    """The folder whose checkpoints play, each by the first of the rules it was trained on."""

    simulations: tuple[int, ...] = (25, 100, 400)
    """How strong each model plays."""

    pairs: int = 50
    """Pairs of games in every match."""

    out: Path = Path("runs/ratings.md")
    """The page; docs/ratings.md is written by --ship."""

    ship: bool = False
    """Write docs/ratings.md and the ratings that the program ships, instead of `out`."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    checkpoints: dict[Rules, list[Path]] = defaultdict(list)
    for folder in find_checkpoints(options.models):
        checkpoints[Rules(*read_meta(folder).rules[0])].append(folder)
    if not checkpoints:
        raise SystemExit(f"ladder: there are no checkpoints in {options.models}")
    tables = []
    ratings: list[KnownRating] = []
    for rules in sorted(checkpoints):
        networks = [
            f"net:{folder.as_posix()}@{simulations}"
            for folder in checkpoints[rules]
            for simulations in options.simulations
        ]
        result = tournament(rules, (*BASELINES, *networks), options.pairs)
        tables.append(table(result))
        ratings += known(rules, result)
    out = Path("docs/ratings.md") if options.ship else options.out
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, page(tables, sys.argv[1:]).encode())
    write_whole(
        RATINGS_FILE if options.ship else out.with_suffix(".json"), ratings_to_json(ratings)
    )
    print(out)


def fairest_openings(rules: Rules) -> str:
    """The openings for `pit.py`: the balanced ones shipped for the rules, else random ones."""
    try:
        shipped_openings(rules)
    except OpeningsError:
        return "random"
    return "balanced"


def rule_options(rules: Rules) -> dict[str, Any]:
    """The rules as options of `pit.py`."""
    return {"size": rules.size, "win_length": rules.win_length, "rules": rules.variant_name}


def tournament(rules: Rules, players: Sequence[str], pairs: int) -> dict[str, Any]:
    """Play what is missing of a round robin, and give what pit.py writes as JSON."""
    openings = fairest_openings(rules)
    who = [[player, parse_spec(player).fingerprint()] for player in players]
    digest = hashlib.sha256(json.dumps([rules, who, openings]).encode()).hexdigest()[:12]
    name = f"{rules.size}x{rules.size}-{digest}"
    result = JOURNALS / f"{name}.json"
    JOURNALS.mkdir(parents=True, exist_ok=True)
    pit.pit(
        pit.Options(
            players=tuple(players),
            pairs=pairs,
            **rule_options(rules),
            openings=openings,
            anchor=ANCHOR,
            resume=True,
            journal=JOURNALS / f"{name}.jsonl",
            json=result,
        )
    )
    plain: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return plain


def table(result: dict[str, Any]) -> str:
    """One section of the document."""
    matches = result["matches"]
    rules, pairs = matches[0]["rules"], matches[0]["pairs"]
    games = sum(2 * match["pairs"] for match in matches)
    distinct = sum(match["distinct_games"] for match in matches)
    rows = "\n".join(
        f"| `{rating['player']}` | {rating['elo']:+.0f} | "
        f"{_interval(rating, result['anchor'])} | {rating['games']} | {rating['score']:.1%} | "
        f"{_score_as('black', rating['player'], matches):.1%} | "
        f"{_score_as('white', rating['player'], matches):.1%} |"
        for rating in result["ratings"]
    )
    return f"""## {rules["size"]}x{rules["size"]} {rules["variant"]}, {rules["win_length"]} in a row

{len(result["ratings"])} players, {len(matches)} matches of {pairs} pairs; {distinct} of {games}
games are distinct. Moving first is worth {result["first_move_elo"]:+.0f} Elo.

| player | Elo | 95% interval | games | score | as Black | as White |
| --- | ---: | :---: | ---: | ---: | ---: | ---: |
{rows}
"""


def known(rules: Rules, result: dict[str, Any]) -> list[KnownRating]:
    """The figures of a table as data, for the program itself to show."""
    return [
        KnownRating(
            rules,
            rating["player"],
            _weights_of(rating["player"]),
            round(rating["elo"]),
            round(rating["elo_low"]),
            round(rating["elo_high"]),
        )
        for rating in result["ratings"]
    ]


def page(tables: Sequence[str], arguments: Sequence[str]) -> str:
    """The document; `arguments` are those it was made with."""
    command = shlex.join(["python", "-m", "experiments.ladder", *arguments])
    sections = "\n".join(tables)
    return f"""# Ratings

Everybody plays everybody: pairs of games from the same balanced openings with colors swapped,
`net:FOLDER@N` with N simulations a move. Bradley-Terry ratings in Elo; `{ANCHOR}` is 0, and the
intervals are those of the difference to it.

{sections}
Made by `{command}`.
"""


def _weights_of(player: str) -> str:
    """The digest of a player's network, "" if it has none."""
    spec = parse_spec(player)
    return weights_digest(spec.path) if isinstance(spec, Net) else ""


def _interval(rating: dict[str, Any], anchor: str) -> str:
    if rating["player"] == anchor:
        return "anchor"
    return f"{rating['elo_low']:+.0f} to {rating['elo_high']:+.0f}"


def _score_as(color: str, player: str, matches: Sequence[dict[str, Any]]) -> float:
    """A player's share of the points with a color, over all its matches."""
    points = games = 0.0
    other = {"black": "white", "white": "black"}[color]
    for match in matches:
        if player == match["players"][0]:
            counts = match[f"as_{color}"]
            won = counts["wins"]
        elif player == match["players"][1]:
            # The first player had the other color, and lost what this one won.
            counts = match[f"as_{other}"]
            won = counts["losses"]
        else:
            continue
        points += won + counts["draws"] / 2
        games += counts["wins"] + counts["draws"] + counts["losses"]
    return points / games


if __name__ == "__main__":
    main()
