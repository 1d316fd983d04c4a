"""Ask a player tactical problems: take fives, block fours, make or stop open threes.

gomoku-zero tactics net:models/6x6@100
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

from gomoku.rules import Rules, RulesError, variant_from_name
from gomoku_zero.arena.tactics import (
    Answers,
    TacticsError,
    answer_by_player,
    answer_by_policy,
    answers_table,
    shipped_suite,
)
from gomoku_zero.commands import fail, program
from gomoku_zero.players.spec import Net, SpecError, parse_spec
from mcts.player import Limit, Player
from mcts.search_player import SearchPlayer


@dataclass(frozen=True)
class Options:
    """Ask a player to solve small tactical positions, under all eight symmetries."""

    player: Annotated[str, tyro.conf.Positional]
    """net:FOLDER@SIMULATIONS, pure:PLAYOUTS, engine:PROGRAM@SECONDS, greedy or random."""

    size: int | None = None
    """Of the board; a network's own by default, otherwise 15."""

    win_length: int | None = None
    """Stones in a row that win; a network's own by default, otherwise 5."""

    rules: Literal["freestyle", "standard"] = "freestyle"

    device: str = "auto"
    """Where networks run: auto, cpu, cuda, cuda:1, mps or xpu."""


def ask(options: Options) -> str:
    """The table that the command line shows.

    Raises:
        SpecError, TacticsError, RulesError: if there is no such player or no suite.
    """
    spec = parse_spec(options.player)
    own = spec.rules() or Rules()
    rules = Rules(
        own.size if options.size is None else options.size,
        own.win_length if options.win_length is None else options.win_length,
        variant_from_name(options.rules),
    ).validated()
    suite = shipped_suite(rules).under_all_symmetries()
    columns: list[tuple[str, Answers]] = []
    player: Player
    if isinstance(spec, Net):
        evaluator, config = spec.search(device=options.device)
        columns.append(("policy alone", answer_by_policy(evaluator, suite)))
        name = f"{config.simulations} simulations"
        player = SearchPlayer(name, evaluator, config)
    else:
        name = options.player[-17:]
        player = spec.make(device=options.device)
    try:
        columns.append((name, answer_by_player(player, suite, Limit())))
    finally:
        player.close()
    return f"{options.player} on {rules.describe()}\n{answers_table(columns)}"


def main(arguments: Sequence[str]) -> int:
    """Print the table; returns the exit status."""
    options = tyro.cli(Options, args=arguments, prog=program("tactics"), description=__doc__)
    try:
        print(ask(options))
    except (SpecError, TacticsError, RulesError) as error:
        return fail("tactics", str(error))
    return 0
