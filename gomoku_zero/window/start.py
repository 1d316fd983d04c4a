"""Opens the window: from what was asked for on the command line to a running app."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_WINDOWS_DPI_AWARENESS", "permonitorv2")  # real pixels, so crisp text

import msgspec
import pygame

from gomoku.jit import compile_ahead, expect_compiling
from gomoku_zero.players.ready import all_kernels, first_kernels
from gomoku_zero.window.app import App
from gomoku_zero.window.asked_game import AskedGame, StartError
from gomoku_zero.window.i18n import load_language, system_language
from gomoku_zero.window.model.analyst import analyst_for, make_analyst
from gomoku_zero.window.model.commands import LoadFile
from gomoku_zero.window.model.in_progress import claim_in_progress
from gomoku_zero.window.model.opponents import (
    list_opponents,
)
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import (
    Settings,
    SettingsError,
    load_settings,
    set_aside,
    settings_file,
    user_folder,
)
from gomoku_zero.window.model.setup import GameSetup
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.thinker import Thinker
from gomoku_zero.window.view.screen import close_window, open_window
from gomoku_zero.window.view.sounds import Sounds
from mcts.player import Player

REST_AFTER = 10.0  # seconds after the kernels of the first answer are compiled
SCREENSHOT_TIMEOUT = 300.0  # seconds; the first start compiles


def start(
    asked: AskedGame,
    *,
    folders: Sequence[Path],
    device: str,
    theme: str | None,
    language: str | None,
    window_size: tuple[int, int] | None,
    load: Path | None,
    screenshot: Path | None,
    runs: Sequence[Path] = (),
    report: Callable[[str], None],
) -> None:
    """Play until the window is closed, or until the screenshot is made.

    folders: where to look for checkpoints. runs: those of training runs, the first for new ones.
    asked: if it is nothing, the game that was left is resumed.
    report: takes lines for the terminal.

    Raises:
        StartError: if the arguments make no game.
    """
    # A picture shows what was asked for, whatever the user's settings and unfinished games are.
    home = user_folder() if screenshot is None else None
    settings, remark = _settings(home, theme, language)
    opponents = list_opponents(folders, settings.engines)
    setup = asked.setup(opponents, settings, report, is_picture=screenshot is not None)
    surface = _open(window_size)
    thinker = _thinker(setup, device)
    files, claim = _games(home)
    app = App(
        GameSession(setup, analyst=analyst_for(setup, opponents)),
        thinker,
        opponents,
        surface,
        settings,
        files=files,
        settings_file=settings_file() if home else None,
        sounds=Sounds() if home else None,
        runs=runs,
    )
    try:
        is_shown = load is None or _load(app, load)
        if screenshot is not None and not is_shown:
            raise StartError(f"--load {load}: {app.scene().message}")
        if load is None and asked == AskedGame():
            app.restore()
        else:
            app.keep_for_later()
        if remark:
            app.say_later(remark)
        if screenshot is None:
            app.run()
        else:
            if load is None:
                _play_a_move(app)
            _save_picture(app, surface, screenshot)
            report(f"saved {screenshot}")
    finally:
        app.close()
        thinker.close()
        close_window()
        if claim is not None:
            claim.close()


def _open(size: tuple[int, int] | None) -> pygame.Surface:
    """
    Raises:
        StartError: if there is no screen.
    """
    try:
        return open_window(size)
    except pygame.error as error:
        raise StartError(
            f"no window can be opened ({error}); without a screen, set SDL_VIDEODRIVER=dummy"
        ) from error


def _thinker(setup: GameSetup, device: str) -> Thinker:
    """The thread that thinks for the players, once it has compiled the kernels for a game."""

    def build(spec: str) -> Player:
        return make_analyst(spec, device=device)

    def compile_kernels(tell: Callable[[int, int], None]) -> None:
        compile_ahead(first_kernels(setup.rules.variant), tell)
        # The rest comes when nobody waits for it: after the first answer, in all likelihood.
        rest = threading.Timer(REST_AFTER, compile_ahead, [all_kernels()])
        rest.daemon = True
        rest.start()

    expect_compiling()
    return Thinker(build, compile_kernels=compile_kernels)


def _load(app: App, file: Path) -> bool:
    """Show a file; whether there is anything to see."""
    before = app.session.games
    app.do(LoadFile(file))
    return app.session.games != before or app.scene().dialog is not None


def _settings(home: Path | None, theme: str | None, language: str | None) -> tuple[Settings, str]:
    """The user's settings, and what to say about them."""
    settings, remark = Settings(), ""
    if home is not None:
        try:
            settings = load_settings(settings_file())
        except SettingsError:
            kept = set_aside(settings_file())
            remark = load_language(language or "en").say("settings_damaged", file=kept)
        if not settings_file().exists():
            settings = msgspec.structs.replace(settings, language=system_language())
    if theme is not None:
        settings = msgspec.structs.replace(settings, theme=theme)
    if language is not None:
        settings = msgspec.structs.replace(settings, language=language)
    try:
        return settings.validated(), remark
    except SettingsError as error:
        raise StartError(str(error)) from error


def _games(home: Path | None) -> tuple[GameFiles | None, BinaryIO | None]:
    """The user's games, and what keeps other windows from the game in progress of this one."""
    if home is None:
        return None, None
    folder = home / "games"
    try:
        in_progress, claim = claim_in_progress(folder)
    except OSError:  # what cannot be saved is told of when there is something to save
        return GameFiles(folder), None
    return GameFiles(folder, in_progress), claim


def _play_a_move(app: App) -> None:
    """The human's first move if it is due, and the opponent's answer.

    In an opening the human's stones are not put, so the window asks for them.

    Raises:
        StartError: if there is no answer.
    """
    deadline = time.monotonic() + SCREENSHOT_TIMEOUT
    rules = app.session.setup.rules
    snapshot = app.session.snapshot()
    plies = 0 if snapshot.human_to_move else 1
    if snapshot.human_to_move and snapshot.turn is None:
        app.session.play(rules.size // 2 * rules.size + rules.size // 2)
        plies = 1 if app.session.setup.engine is None else 2
    while len(app.session.moves) < plies and app.session.outcome is None:
        pygame.event.pump()
        app.advance(0.02)
        time.sleep(0.02)
        if app.failure:
            raise StartError(app.failure)
        if time.monotonic() > deadline:
            raise StartError(f"no answer within {SCREENSHOT_TIMEOUT:.0f} s")


def _save_picture(app: App, surface: pygame.Surface, file: Path) -> None:
    """One frame.

    Raises:
        StartError: if the file cannot be written.
    """
    app.draw()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        pygame.image.save(surface, str(file))
    except (pygame.error, OSError) as error:
        raise StartError(f"{file} cannot be written: {error}") from error
