"""Renders every picture of the window in this folder, from the program itself.

    python docs/images/render.py [NAME ...]

`training` and `match` show the run `six` and the newest match in `runs/`, if they are there; that
folder can be named by RUNS.

Uses the screen if there is one, else starts Xvfb (apt-get install xvfb). Needs pillow, which
comes with tensorboard.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame  # noqa: E402 - after the path is set
from PIL import Image  # noqa: E402

from benchmarks.screen import virtual_screen  # noqa: E402
from gomoku.notation import move_from_text  # noqa: E402
from gomoku.opening_rules import OpeningRule, decision_from_text  # noqa: E402
from gomoku.rules import RENJU, Rules  # noqa: E402
from gomoku_zero.window.app import App  # noqa: E402
from gomoku_zero.window.model.analyst import analyst_for, make_analyst  # noqa: E402
from gomoku_zero.window.model.commands import Command, Do, GoTo, Play  # noqa: E402
from gomoku_zero.window.model.opponents import NORMAL_STRENGTH, list_opponents  # noqa: E402
from gomoku_zero.window.model.session import GameSession  # noqa: E402
from gomoku_zero.window.model.settings import Settings  # noqa: E402
from gomoku_zero.window.model.setup import HUMAN, GameSetup  # noqa: E402
from gomoku_zero.window.model.training_commands import WatchMatch, WatchRun  # noqa: E402
from gomoku_zero.window.thinker import Thinker  # noqa: E402
from gomoku_zero.window.view.drawings import SmallBoard  # noqa: E402
from gomoku_zero.window.view.screen import open_window  # noqa: E402

MIDDLEGAME = "h8 i9 i7 g9 h9 h7 g8 i8 j8 f9 g10 f11 k9 l10"
SIX = Rules(size=6, win_length=4)
NINE = Rules(size=9)
NINE_GAME = "e5 d4 f5 f4 d6 c7 g4 e6"
# White forgets to stop three in a row on the sixth move.
LOST_GAME = "e5 d4 f5 d6 g5 b8 d5 c5 h5"
# models/15x15 against the network before it, 800 simulations a move.
NINETEEN_GAME = (
    "g13 g14 h14 i13 f12 e11 h12 h13 i11 j10 h10 g9 f11 f10 h8 h9 e13 i9 j9 f15 i12 g12 k13 j12 "
    "l11 k10 l12 j14 j13 k14 m11 k11 l10 l13 k9 n12 m10 n9 m9 e16 d17 d12 c13 k19 m8 m12 m7"
)
RUNS = Path(os.environ.get("RUNS", ROOT / "runs"))
MATCHES = RUNS / "matches"
PATIENCE = 180.0  # seconds until a picture is given up


@dataclass(frozen=True)
class Picture:
    """
    moves: and the choices of the opening, if there is one.
    commands: given once the moves are on the board.
    sits_second: whether the human answers the opening, rather than beginning it.
    ready: whether enough has been thought to take the picture.
    finally_: commands given just before it is taken.
    pointer: the move the mouse points at.
    needs_run: whether it shows what is in `RUNS`; without any it is left out.
    """

    name: str
    size: tuple[int, int] = (1120, 780)
    rules: Rules = field(default_factory=Rules)
    moves: str = MIDDLEGAME
    settings: Settings = field(default_factory=Settings)
    commands: tuple[Command, ...] = ()
    ready: Callable[[App], bool] = lambda app: True
    finally_: tuple[Command, ...] = ()
    opening: OpeningRule = OpeningRule.FREE
    sits_second: bool = False
    pointer: str = ""
    needs_run: bool = False


def has_thought(app: App) -> bool:
    thought = app.session.snapshot().thought
    return thought is not None and (thought.simulations > 3000 or bool(thought.proof))


def is_reviewed(app: App) -> bool:
    return app.session.snapshot().reviewed == 1.0


def is_watched(app: App) -> bool:
    """Whether all of a run or a match is shown, and most of a game on its small board."""
    dialog = app.scene().dialog
    boards = [each for each in dialog.drawings if isinstance(each, SmallBoard)] if dialog else []
    return any(sum(map(abs, board.cells)) > 9 for board in boards)


DARK = Settings(theme="dark")
ANALYSIS = (Do.ANALYSIS,)
PICTURES = (
    Picture("playing"),
    Picture("analysis", rules=NINE, moves=NINE_GAME, commands=ANALYSIS, ready=has_thought),
    Picture(
        "review",
        rules=NINE,
        moves=LOST_GAME,
        commands=(Do.REVIEW,),
        ready=is_reviewed,
        finally_=(GoTo(0), Do.NEXT_MISTAKE),
    ),
    Picture("new-game", commands=(Do.NEW_GAME,)),
    Picture("dark", settings=Settings(theme="dark", numbers=True)),
    Picture("board-6x6", rules=SIX, moves="d3 c4 d4 d2 c3"),
    Picture("board-19x19", rules=Rules(size=19), moves=NINETEEN_GAME),
    Picture(
        "narrow",
        size=(480, 900),
        rules=NINE,
        moves=NINE_GAME,
        commands=ANALYSIS,
        ready=has_thought,
    ),
    Picture("large", size=(2560, 1440), settings=DARK),
    Picture("chinese", settings=Settings(language="zh"), commands=(Do.SETTINGS,)),
    Picture("shortcuts", commands=(Do.HELP,)),
    Picture(
        "training",
        commands=(Do.TRAIN, WatchRun(RUNS / "six")),
        ready=is_watched,
        needs_run=True,
    ),
    Picture(
        "match",
        settings=DARK,
        commands=(Do.TRAIN, *(WatchMatch(file) for file in sorted(MATCHES.glob("*.jsonl"))[-1:])),
        ready=is_watched,
        needs_run=True,
    ),
    Picture("swap2", moves="h8 i10 k7", opening=OpeningRule.SWAP2, sits_second=True),
    Picture(
        "renju",
        rules=Rules(variant=RENJU),
        moves="h8 i7 i6 j6 g8 h4 k8 f9 j8 f8 l8 e10 k9 d11 j9 d9",
        finally_=(Play(move_from_text("i8", 15)),),
    ),
)


def render(picture: Picture) -> None:
    """Open the window, bring it into the state wanted, save what it shows."""
    surface = open_window(picture.size)
    opponents = list_opponents([ROOT / "models"])
    searching = (o for o in opponents if o.base.partition(":")[0] in ("net", "pure"))
    spec = next(o for o in searching if o.plays(picture.rules)).spec(NORMAL_STRENGTH)
    seats = (spec, HUMAN) if picture.sits_second else (HUMAN, spec)
    setup = GameSetup(picture.rules, *seats, opening=picture.opening)
    session = GameSession(setup, analyst=analyst_for(setup, opponents))
    thinker = Thinker(make_analyst)
    try:
        app = App(session, thinker, opponents, surface, picture.settings, runs=[RUNS])
        words = picture.moves.split()
        session.new_game(setup, tuple(decision_from_text(word, picture.rules) for word in words))
        for command in picture.commands:
            app.do(command)
        deadline = time.monotonic() + PATIENCE
        while not picture.ready(app) and time.monotonic() < deadline:
            pygame.event.pump()
            app.advance(0.02)
            time.sleep(0.02)
        if not picture.ready(app):
            raise SystemExit(f"{picture.name}: not ready after {PATIENCE:.0f} seconds")
        for command in picture.finally_:
            app.do(command)
        for _ in range(30):  # let the stone come to rest
            app.advance(0.01)
            time.sleep(0.01)
        app.draw()
        pygame.display.flip()
        save(surface, HERE / f"{picture.name}.webp")
    finally:
        app.close()
        thinker.close()


def save(surface: pygame.Surface, file: Path) -> None:
    """Write a picture; WebP, because the grain of wood makes PNG ten times as large."""
    pixels = pygame.image.tobytes(surface, "RGB")
    Image.frombytes("RGB", surface.get_size(), pixels).save(file, quality=90, method=6)


@contextmanager
def screen() -> Iterator[None]:
    """A display, for as long as it is needed."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.name != "posix":
        yield
        return
    with virtual_screen() as display:
        os.environ["DISPLAY"] = display
        yield
        pygame.quit()  # while there still is a display


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of pictures; all without one")
    names = parser.parse_args().names
    known = [picture.name for picture in PICTURES]
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no picture is called {', '.join(unknown)}: {', '.join(known)}")
    with screen():
        for picture in PICTURES:
            is_there = not picture.needs_run or (RUNS / "six").is_dir()
            if is_there and (not names or picture.name in names):
                render(picture)


if __name__ == "__main__":
    main()
