"""Anything may happen in any order: the window keeps working and keeps the game."""

import random
from collections.abc import Sequence
from pathlib import Path

import pygame
import pytest

from gomoku.board import Board
from gomoku.player import Choice, Limit, Player
from gomoku.rules import Rules
from tests.ui.fakes import Breaking, FirstEmpty, Thoughtful
from ui.app import App
from ui.files import GameFiles
from ui.opponents import GREEDY, PURE, RANDOM, Opponent
from ui.position import Position
from ui.session import HUMAN, GameSession, GameSetup
from ui.settings import Settings
from ui.worker import Thinker

SIX = Rules(size=6, win_length=4)
OPPONENTS = [
    Opponent("small", "net:small", "@", (25, 100, 400), (SIX,)),
    PURE,
    GREEDY,
    RANDOM,
    Opponent("breaking", "breaking"),
    Opponent("cheating", "cheating"),
]
KEYS = [
    getattr(pygame, f"K_{name}")
    for name in (
        *"abcdefghijklmnopqrstuvwxyz",
        *("LEFT", "RIGHT", "UP", "DOWN", "RETURN", "SPACE", "ESCAPE", "F1", "HOME", "END"),
        *("PAGEUP", "PAGEDOWN", "BACKSPACE", "PERIOD", "LEFTBRACKET", "RIGHTBRACKET", "MINUS"),
    )
]
SIZES = [(1120, 780), (420, 360), (560, 980), (1600, 700), (200, 150), (1, 1)]


class Cheating(FirstEmpty):
    """Plays on an occupied point."""

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        return [Choice(board.last_move or 0) for board in boards]


def player(spec: str) -> Player:
    kinds: dict[str, type[FirstEmpty]] = {
        "breaking": Breaking,
        "cheating": Cheating,
        "greedy": FirstEmpty,
    }
    return kinds.get(spec, Thoughtful)()


def random_event(rng: random.Random, app: App, files: list[Path]) -> pygame.event.Event:
    width, height = pygame.display.get_window_size()
    kind = rng.random()
    if kind < 0.30:
        scene = app.scene()
        controls = scene.dialog.controls if scene.dialog else scene.panel.buttons
        place = rng.choice(controls).rect.center
        return pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=place)
    if kind < 0.60:
        place = (rng.randrange(-5, width + 5), rng.randrange(-5, height + 5))
        button = rng.choice((1, 1, 1, 2, 3))
        return pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=button, pos=place)
    if kind < 0.70:
        place = (rng.randrange(width), rng.randrange(height))
        return pygame.event.Event(pygame.MOUSEMOTION, pos=place)
    if kind < 0.93:
        modifiers = rng.choice((0, 0, 0, pygame.KMOD_CTRL, pygame.KMOD_CTRL | pygame.KMOD_SHIFT))
        return pygame.event.Event(pygame.KEYDOWN, key=rng.choice(KEYS), mod=modifiers, unicode="")
    if kind < 0.96:
        return pygame.event.Event(pygame.MOUSEWHEEL, y=rng.choice((-3, -1, 1, 3)))
    if kind < 0.98:
        return pygame.event.Event(pygame.DROPFILE, file=str(rng.choice(files)))
    if kind < 0.99:
        pygame.display.set_mode(rng.choice(SIZES), pygame.RESIZABLE)
        return pygame.event.Event(pygame.VIDEORESIZE)
    return pygame.event.Event(pygame.QUIT)


def fuzz(seed: int, events: int, folder: Path) -> None:
    rng = random.Random(seed)
    random.seed(seed)
    good, damaged = folder / "good.sgf", folder / "damaged.sgf"
    good.write_text("(;GM[4]SZ[15]RU[freestyle];B[hh];W[ii])")
    damaged.write_bytes(bytes(rng.randrange(256) for _ in range(200)))
    files = [good, damaged, folder / "missing.psq", folder]
    pygame.display.init()
    surface = pygame.display.set_mode((1120, 780), pygame.RESIZABLE)
    games = GameFiles(folder / "games")
    thinker = Thinker(player)
    session = GameSession(GameSetup(SIX, HUMAN, "greedy"), analyst="pure:100")
    app = App(
        session,
        thinker,
        OPPONENTS,
        surface,
        Settings(watch_seconds=0.0),
        files=games,
        settings_file=folder / "settings.json",
    )
    try:
        for _ in range(events):
            event = random_event(rng, app, files)
            app.handle(event)
            app.running = True
            app.advance(rng.choice((0.0, 0.016, 0.016, 1.0)))
            if rng.random() < 0.25:
                app.draw()
            setup = session.setup
            Position(setup.rules, session.moves, setup.start).board()  # raises if it is impossible
        if session.moves and session.outcome is None:
            restored = games.restore()
            assert restored is not None
            assert restored.moves == session.moves
    finally:
        thinker.close()
        pygame.display.quit()


@pytest.mark.parametrize("seed", [1, 2])
def test_random_events_do_no_harm(seed: int, tmp_path: Path) -> None:
    fuzz(seed, 300, tmp_path)


@pytest.mark.slow
def test_fifty_thousand_random_events_do_no_harm(tmp_path: Path) -> None:
    fuzz(0, 50_000, tmp_path)
