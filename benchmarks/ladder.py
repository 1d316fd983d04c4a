"""Writes docs/ratings.md: everybody against everybody, from random players to our networks.

    python -m benchmarks.ladder net:models/9x9@25 net:models/9x9@100 net:models/9x9@400 --size 9

The players named are added to the baselines. Interrupted, the same command goes on where it was.
"""

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

import pit

BASELINES = ("random", "greedy", "pure:1000", "pure:10000")


@dataclass(frozen=True)
class Options:
    """Who plays, and how much."""

    players: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Specs, beside random, greedy, pure:1000 and pure:10000."""

    pairs: int = 50
    """Pairs of games in every match."""

    size: int = 9
    openings: str = "balanced"
    out: Path = Path("docs/ratings.md")


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    result = options.out.with_suffix(".json")
    pit.pit(
        pit.Options(
            players=(*BASELINES, *options.players),
            pairs=options.pairs,
            size=options.size,
            openings=options.openings,
            anchor="random",
            resume=True,
            json=result,
        )
    )
    command = shlex.join(["python", "-m", "benchmarks.ladder", *sys.argv[1:]])
    options.out.write_text(page(json.loads(result.read_text()), command), encoding="utf-8")
    result.unlink()


def page(result: dict[str, Any], command: str) -> str:
    """The document for what pit.py wrote as JSON."""
    match = result["matches"][0]
    rules = match["rules"]
    rows = "\n".join(
        f"| {rating['player']} | {rating['elo']:+.0f} | {rating['elo_low']:+.0f} to "
        f"{rating['elo_high']:+.0f} | {rating['games']} | {rating['score']:.1%} |"
        for rating in result["ratings"]
    )
    return f"""# Ratings

{rules["size"]}x{rules["size"]} {rules["variant"]}, {rules["win_length"]} in a row; everybody
against everybody, {match["pairs"]} pairs of games each, from the same openings with colors swapped.
Bradley-Terry ratings in Elo, with 95% intervals of the difference to {result["anchor"]}, which is
0. Moving first is worth {result["first_move_elo"]:+.0f} Elo.

| player | Elo | 95% interval | games | score |
| --- | ---: | :---: | ---: | ---: |
{rows}

Made by `{command}`.
"""


if __name__ == "__main__":
    main()
