"""Measures the levels against each other: a round robin, and more games between near ones.

    python -m experiments.levels

Everybody plays everybody, `greedy` and `pure:1000` included, from balanced openings with colors
swapped; levels at most two apart then play more. Pairs are kept in runs/levels as they end:
interrupted, the same command goes on where it was, and after a change of some levels only their
matches are played again. The ratings go into the table of docs/levels.md
and, what the window shows, into arena/data/levels.toml.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import tyro
from tqdm import tqdm

from gomoku.rules import Rules
from gomoku.storage import write_whole
from gomoku_zero.arena.journal import Journal
from gomoku_zero.arena.match import MatchResult
from gomoku_zero.arena.openings import Opening, arranged, shipped_openings
from gomoku_zero.arena.ratings import Rating, Ratings, rate
from gomoku_zero.arena.tournament import Standing, Tournament, play_tournament
from gomoku_zero.players.levels import ANCHOR, ANCHOR_ELO, LEVELS_FILE, level_table
from gomoku_zero.players.spec import Level, make_player, parse_spec, spec_or_none
from mcts.player import Player

JOURNALS = Path("runs", "levels")
MEASURED, TABLE = "measured", "table"  # what is marked in docs/levels.md
CLOSE = 2  # levels at most so far apart play more
MIN_STEP, MAX_STEP = 100, 250  # Elo between neighbors


@dataclass(frozen=True)
class Options:
    """How much is played, and what for."""

    model: Path = Path("models/9x9")
    """The network that the levels think with, and by whose rules they play."""

    pairs: int = 10
    """Pairs of games between any two."""

    near_pairs: int = 42
    """Further pairs between levels at most two apart."""

    seed: int = 1

    ship: bool = False
    """Put the ratings into docs/levels.md and gomoku_zero/players/data/levels.toml."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    spec = f"level:1:{options.model.as_posix()}"
    rules = parse_spec(spec).rules()
    assert rules is not None
    numbers = [level.number for level in level_table()]
    levels = tuple(f"level:{number}:{options.model.as_posix()}" for number in numbers)
    names = (*levels, ANCHOR, "greedy")
    openings = arranged(shipped_openings(rules), options.pairs + options.near_pairs, options.seed)
    everybody = list(combinations(names, 2))
    near = [
        (a, b) for a, b in combinations(levels, 2) if levels.index(b) - levels.index(a) <= CLOSE
    ]
    with ExitStack() as stack:
        players = {
            name: stack.enter_context(closing(make_player(name, seed=seed)))
            for seed, name in enumerate(names)
        }
        results = [
            *play(players, rules, openings[: options.pairs], everybody),
            *play(players, rules, openings[options.pairs :], near),
        ]
    ratings = rate(results, anchor=ANCHOR, anchor_elo=ANCHOR_ELO)
    print(ratings.table())
    rated = {rating.name: rating for rating in ratings.players}
    steps = [rated[b].elo - rated[a].elo for a, b in pairwise(levels)]
    print("steps:", ", ".join(f"{step:+.0f}" for step in steps))
    if not all(MIN_STEP <= step <= MAX_STEP for step in steps):
        print(f"not every step is between {MIN_STEP} and {MAX_STEP} Elo: change levels.toml")
    if options.ship:
        page = Path("docs/levels.md")
        text = replaced(page.read_text(encoding="utf-8"), TABLE, parameters())
        text = replaced(text, MEASURED, table(levels, ratings, results, options))
        write_whole(page, text.encode())
        write_elos([rated[level] for level in levels])


def play(
    players: Mapping[str, Player],
    rules: Rules,
    openings: Sequence[Opening],
    pairings: Sequence[tuple[str, str]],
) -> list[MatchResult]:
    """Play what is missing of some matches, under a progress bar."""
    results = []
    with tqdm(total=len(pairings) * len(openings), unit="pair") as bar:
        for names in pairings:
            settings = {
                "players": [[name, parse_spec(name).fingerprint()] for name in names],
                "rules": list(rules),
                "openings": [list(opening) for opening in openings],
            }
            digest = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]
            standing = Standing(Tournament(names, rules, openings, [(0, 1)]))
            with Journal(JOURNALS / f"{digest}.jsonl", settings, resume=True) as journal:
                for entry in journal.entries:
                    standing.add(entry)
                bar.update(standing.pairs)
                for entry in play_tournament(standing, [players[name] for name in names]):
                    journal.append(entry)
                    standing.add(entry)
                    bar.update()
            results += standing.results()
    return results


def table(
    levels: Sequence[str], ratings: Ratings, results: Sequence[MatchResult], options: Options
) -> str:
    """The ratings as Markdown, the strongest first, and the scores between neighbors."""
    rated = {rating.name: rating for rating in ratings.players}
    lines = [
        "| player | Elo | 95% interval | games | score | to the level below | in their games |",
        "| --- | ---: | :---: | ---: | ---: | ---: | ---: |",
    ]
    for rating in ratings.players:
        place = levels.index(rating.name) if rating.name in levels else 0
        step, score = "", ""
        if place > 0:
            below = levels[place - 1]
            step = f"{rating.elo - rated[below].elo:+.0f}"
            share, pairs = _score_between(below, rating.name, results)
            score = f"{1 - share:.1%} of {pairs} pairs"
        interval = "anchor" if rating.name == ANCHOR else f"{rating.low:.0f} to {rating.high:.0f}"
        lines.append(
            f"| {_short(rating.name)} | {rating.elo:.0f} | {interval} | {rating.games.games} | "
            f"{rating.games.score:.1%} | {step} | {score} |"
        )
    games = sum(2 * len(match.pairs) for match in results)
    distinct = sum(match.distinct_games for match in results)
    return "\n".join(
        [
            *lines,
            "",
            f"{games} games, {distinct} of them distinct; everybody played {options.pairs} pairs "
            f"with everybody, and levels",
            f"at most two apart {options.near_pairs} more. Moving first is worth "
            f"{ratings.first_move_elo:+.0f} Elo.",
            "",
        ]
    )


def parameters() -> str:
    """The parameters of the levels, as Markdown."""
    lines = [
        "| level | simulations | temperature | overlooks fours | overlooks threes |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for level in level_table():
        lines.append(
            f"| {level.number} | {level.simulations} | {level.temperature:g} | "
            f"{100 * level.misses_four:g}% | {100 * level.misses_three:g}% |"
        )
    return "\n".join([*lines, ""])


def replaced(page: str, part: str, content: str) -> str:
    """A page with other content between the two marks of a part."""
    begin, end = f"<!-- {part}: begin -->\n", f"<!-- {part}: end -->"
    if begin not in page or end not in page:
        raise SystemExit(f"levels: docs/levels.md lacks the marks {begin.strip()} and {end}")
    before, _, rest = page.partition(begin)
    return before + begin + content + end + rest.partition(end)[2]


def write_elos(ratings: Sequence[Rating]) -> None:
    """Put the ratings of the levels, the weakest first, into their table."""
    elos = iter(ratings)
    text = LEVELS_FILE.read_text(encoding="utf-8")
    text = re.sub(r"^elo = .*$", lambda _: f"elo = {next(elos).elo:.0f}", text, flags=re.M)
    write_whole(LEVELS_FILE, text.encode())


def _score_between(a: str, b: str, results: Sequence[MatchResult]) -> tuple[float, int]:
    """A's score against B in all their games, and how many pairs those were."""
    pairs = [
        pair for match in results if (match.name_a, match.name_b) == (a, b) for pair in match.pairs
    ]
    return sum(pair.points for pair in pairs) / (2 * len(pairs)), len(pairs)


def _short(name: str) -> str:
    """`level:5:models/9x9` as people call it."""
    spec = spec_or_none(name)
    return f"level {spec.number}" if isinstance(spec, Level) else f"`{name}`"


if __name__ == "__main__":
    main()
