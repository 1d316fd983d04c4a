"""Draws the positions of positions.toml as the window shows them, into images/.

    python docs/rules/render.py [NAME ...]

Needs no screen. Needs pillow, which comes with tensorboard.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame  # noqa: E402 - after the path is set
from PIL import Image  # noqa: E402

from gomoku_zero.window.model.session import GameSession  # noqa: E402
from gomoku_zero.window.model.setup import HUMAN, GameSetup  # noqa: E402
from gomoku_zero.window.model.snapshot import Snapshot  # noqa: E402
from gomoku_zero.window.view.board import draw_board, draw_empty_board  # noqa: E402
from gomoku_zero.window.view.layout import Rect, lay_out_board  # noqa: E402
from gomoku_zero.window.view.overlay import Overlay  # noqa: E402
from gomoku_zero.window.view.theme import LIGHT  # noqa: E402
from tests.gomoku.rule_positions import Position, rule_positions  # noqa: E402

IMAGES = HERE / "images"
AREA = Rect(0, 0, 250, 250)  # pixels
QUALITY = 80  # of WebP; a board takes 5 kB


def draw(position: Position) -> pygame.Surface:
    """The board after the move; before it, with the point ringed, if the move is forbidden."""
    snapshot = snapshot_of(position)
    layout = lay_out_board(AREA, snapshot.rules.size, coordinates=True)
    marks = Overlay(
        forbidden=snapshot.forbidden, hint=position.move if position.is_forbidden else None
    )
    surface = pygame.Surface(AREA[2:])
    draw_empty_board(surface, layout, LIGHT)
    draw_board(surface, layout, snapshot, marks, LIGHT)
    return surface.subsurface(layout.wood)


def snapshot_of(position: Position) -> Snapshot:
    """What a window would show that had come to the position in a game."""
    board = position.shown()
    empty = GameSession(GameSetup(board.rules, HUMAN, HUMAN)).snapshot()
    return replace(
        empty,
        cells=tuple(board.cells.tolist()),
        to_move=board.to_move,
        last_move=board.last_move,
        outcome=board.outcome,
        forbidden=tuple(board.forbidden_points().tolist()) if board.outcome is None else (),
    )


def picture_of(position: Position) -> Path:
    return IMAGES / f"{position.name}.webp"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of positions; all without one")
    names = parser.parse_args().names
    known = [position.name for position in rule_positions()]
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no position is called {', '.join(unknown)}: {', '.join(known)}")
    IMAGES.mkdir(exist_ok=True)
    for position in rule_positions():
        if not names or position.name in names:
            surface = draw(position)
            pixels = pygame.image.tobytes(surface, "RGB")
            picture = Image.frombytes("RGB", surface.get_size(), pixels)
            picture.save(picture_of(position), quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
