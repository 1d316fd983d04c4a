"""How even opening rules leave the game: a network against itself, by value and by result.

    python -m experiments.opening_rules                            # swap2, 200 games, two minutes
    python -m experiments.opening_rules --out docs/openings.md     # and into the table there
    python -m experiments.opening_rules --rules swap pro long-pro free --games 60

The value is White's, who is to move after the opening, by a search as long as for a move and by one
of eight times as many simulations, which nobody had when deciding. Results are the shares of the
points that Black and the first seat got, with 95% intervals. A game from the empty board (free)
repeats itself, so there the number of distinct games tells how little its shares mean.
"""

import contextlib
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.opening_rules import OpeningRule, opening_rule_from_name
from gomoku.rules import BLACK, Rules
from gomoku.storage import write_whole
from gomoku_zero.arena.match import MatchResult, play_match
from gomoku_zero.arena.openings import empty_openings
from gomoku_zero.arena.stats import Z_95
from gomoku_zero.players.spec import make_player, parse_spec
from mcts.player import Limit, Player

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
"""Between these lines of the document the table is put."""

HEADING = (
    "| opening | games (distinct) | White's value, and its size | eight times as long | "
    "Black's points | first seat's points |\n| --- | ---: | ---: | ---: | ---: | ---: |"
)

LONGER = 8
"""How many times longer than for a move the second value is searched for."""


@dataclass(frozen=True)
class Options:
    """Who plays, by which opening rules, and how much."""

    player: Annotated[str, tyro.conf.Positional] = "net:models/15x15@200"
    """A spec, as pit.py takes; it plays against itself."""

    rules: tuple[str, ...] = ("swap2",)
    """Opening rules: free, swap, swap2, pro or long-pro."""

    games: int = 200
    """By each rule; an even number, since both sit first equally often."""

    seed: int = 0

    out: Path | None = None
    """A document in whose table the rows of these opening rules are renewed."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the points, and half the width of its 95% interval."""

    mean: float
    margin: float

    @classmethod
    def of(cls, points: list[float]) -> "Share":
        return cls(float(np.mean(points)), Z_95 * float(np.std(points)) / len(points) ** 0.5)

    def __str__(self) -> str:
        return f"{self.mean:.1%} +- {self.margin:.1%}"


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    if options.games < 2 or options.games % 2:
        raise SystemExit(f"--games {options.games}: an even number is played, 2 or more")
    if options.out is not None and not options.out.is_file():
        raise SystemExit(f"--out {options.out}: there is no such file with a table to renew")
    found = re.search(r"[:@]([0-9]+)$", options.player)
    if found is None:
        raise SystemExit(f"{options.player}: say how many simulations, such as pure:1000")
    simulations = int(found[1])
    rules = parse_spec(options.player).rules() or Rules()
    names = ("A", "B")
    with contextlib.ExitStack() as stack:
        players: list[Player] = []
        for index, name in enumerate(names):
            player = make_player(options.player, seed=options.seed + index)
            player.name = name
            players.append(stack.enter_context(contextlib.closing(player)))
        rows: dict[OpeningRule, str] = {}
        for text in options.rules:
            rule = opening_rule_from_name(text)
            started = time.process_time()
            result = play_match(
                players[0],
                players[1],
                rules,
                empty_openings(options.games // 2),
                opening_rule=rule,
                seed=options.seed,
            )
            rows[rule] = _row(result, rule, players[0], simulations)
            print(f"{rows[rule]}  ({time.process_time() - started:.0f} s of CPU time)", flush=True)
            if result.options:
                print(", ".join(f"{name} {count}" for name, count in result.options.items()))
    if options.out is not None:
        _renew(options.out, rows)


def _renew(document: Path, rows: dict[OpeningRule, str]) -> None:
    """Put these rows into the table of a document; those of other opening rules stay."""
    before, rest = document.read_text(encoding="utf-8").split(BEGIN)
    table, after = rest.split(END)
    lines = {line.split(" | ")[0]: line for line in table.splitlines() if line.startswith("| ")}
    lines |= {f"| {rule.value}": row for rule, row in rows.items()}
    ordered = [lines[key] for rule in OpeningRule if (key := f"| {rule.value}") in lines]
    whole = "\n".join([HEADING, *ordered])
    write_whole(document, f"{before}{BEGIN}\n{whole}\n{END}{after}".encode())


def _row(result: MatchResult, rule: OpeningRule, judge: Player, simulations: int) -> str:
    boards = [Board.from_moves(game.rules, game.opening) for game in result.records]
    black, first = [], []
    for pair in result.pairs:
        for points, color in zip(pair.points_by_seat, pair.colors, strict=True):
            black.append(points if color is BLACK else 1 - points)
        first += [pair.points_by_seat[0], 1 - pair.points_by_seat[1]]
    values = (_values(judge, boards, simulations), _values(judge, boards, LONGER * simulations))
    cells = [f"{value.mean():+.3f}, {np.abs(value).mean():.3f}" for value in values]
    return " | ".join(
        [
            f"| {rule.value}",
            f"{result.games.games} ({result.distinct_games})",
            *cells,
            str(Share.of(black)),
            f"{Share.of(first)} |",
        ]
    )


def _values(judge: Player, boards: list[Board], simulations: int) -> NDArray[np.float64]:
    """The values of positions for White, whoever is to move."""
    choices = judge.choose_moves(boards, Limit(simulations=simulations))
    values = []
    for board, choice in zip(boards, choices, strict=True):
        assert choice.value is not None, f"{judge.name} gives no values"
        values.append(-choice.value if board.to_move is BLACK else choice.value)
    return np.array(values)


if __name__ == "__main__":
    main()
