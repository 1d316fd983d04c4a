"""Play Gomoku in a window: `gomoku-zero`, or `python play.py` in a checkout."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from gomoku_zero.commands import fail, program
from gomoku_zero.players.models import model_folders, run_folders


@dataclass(frozen=True)
class Arguments:
    """Play Gomoku in a window against a trained network or any other player."""

    opponent: Annotated[str | None, tyro.conf.arg(aliases=["-o"])] = None
    """net:FOLDER@SIMULATIONS, pure:PLAYOUTS, level:NUMBER, engine:PROGRAM, greedy, random or
    human; by default the one of the last game, at first a level that follows your results."""
    size: int | None = None
    """Points along a side of the board; by default what the opponent was trained on."""
    win_length: int | None = None
    """Stones in a row that win."""
    rules: str | None = None
    """freestyle, where a longer row wins, too; standard, where it does nothing; renju, where Black
    has forbidden points; or caro, where a row shut at both ends does nothing."""
    opening: str | None = None
    """How the game begins: free, swap, swap2, pro or long-pro; by default as the last one did."""
    color: Literal["black", "white"] | None = None
    """Your color, by default black; Black begins, also an opening that settles the colors only
    later."""
    simulations: int | None = None
    """Simulations a move of an opponent that is a network or pure search."""
    device: str = "auto"
    """Where the network runs: auto, cpu, cuda, cuda:1, mps or xpu."""
    theme: str | None = None
    """light or dark."""
    language: str | None = None
    """en, ja, ru or zh."""
    window: tuple[int, int] | None = None
    """Width and height of the window in pixels."""
    load: Path | None = None
    """An SGF or psq file to look at."""
    screenshot: Path | None = None
    """Wait for the opponent's first move, save a picture of the window there, and exit."""


def main(command_line: Sequence[str]) -> int:
    """Play until the window is closed; returns the exit status."""
    arguments = tyro.cli(Arguments, args=command_line, prog=program("play"), description=__doc__)
    # pygame is imported only now, so that --help is quick and its banner does not show.
    from gomoku_zero.window.asked_game import AskedGame, StartError
    from gomoku_zero.window.start import start

    try:
        start(
            AskedGame(
                arguments.opponent,
                arguments.size,
                arguments.win_length,
                arguments.rules,
                arguments.opening,
                None if arguments.color is None else arguments.color == "black",
                arguments.simulations,
            ),
            folders=[*model_folders(), *run_folders()],
            device=arguments.device,
            theme=arguments.theme,
            language=arguments.language,
            window_size=arguments.window,
            load=arguments.load,
            screenshot=arguments.screenshot,
            runs=run_folders(),
            report=print,
        )
    except StartError as error:
        return fail("play", str(error))
    return 0
