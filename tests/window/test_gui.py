"""A person at the window: the real program on a virtual screen, a real mouse and keyboard."""

import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pygame
import pytest

from benchmarks.screen import missing_programs, virtual_screen
from gomoku.board import Board
from gomoku.formats.sgf import game_from_sgf
from gomoku.opening_rules import OpeningPhase, OpeningRule, Option, Seat
from gomoku.rules import WHITE, Rules
from gomoku_zero.window.i18n import load_language
from gomoku_zero.window.model.commands import Choose, Do, LoadFile
from gomoku_zero.window.model.library import Library
from gomoku_zero.window.model.saved_game import game_setup, game_tree
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import user_folder
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.view.games_dialog import games_dialog
from gomoku_zero.window.view.layout import lay_out_board, lay_out_window
from gomoku_zero.window.view.panel import lay_out_panel
from gomoku_zero.window.view.theme import LIGHT
from gomoku_zero.window.view.widgets import control_at

ROOT = Path(__file__).resolve().parents[2]
SIX = Rules(size=6, win_length=4)
NINE = Rules(size=9)
WINDOW = (1000, 700)
PATIENCE = 180.0  # seconds until a test gives up; a first start compiles

pytestmark = [
    pytest.mark.gui,
    pytest.mark.skipif(bool(missing_programs()), reason=missing_programs()),
]


@dataclass
class Desk:
    """The running program, and what a person can do and see."""

    program: subprocess.Popen[bytes]
    environment: dict[str, str]
    frames: Path
    files: GameFiles
    rules: Rules
    window: tuple[int, int] = WINDOW

    def xdotool(self, *words: object) -> str:
        command = ["xdotool", *map(str, words)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def click(self, x: int, y: int) -> None:
        self.xdotool("mousemove", x, y, "click", 1)

    def click_point(self, move: int) -> None:
        area = lay_out_window(*self.window).board
        self.click(*lay_out_board(area, self.rules.size, coordinates=True).center(move))

    def press(self, keys: str) -> None:
        self.xdotool("key", keys)

    def color_at(self, x: int, y: int) -> tuple[int, int, int]:
        """A pixel of the virtual screen, from the X window dump that Xvfb keeps."""
        dump = (self.frames / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", dump[:100])
        size, bytes_per_line, colors = header[0], header[12], header[19]
        at = size + 12 * colors + y * bytes_per_line + 4 * x
        blue, green, red = dump[at : at + 3]
        return red, green, blue

    def picture(self) -> pygame.Surface:
        """All of the virtual screen."""
        dump = (self.frames / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", dump[:100])
        start, width, height = header[0] + 12 * header[19], header[4], header[5]
        pixels = dump[start : start + 4 * width * height]
        return pygame.image.frombytes(pixels, (width, height), "BGRA")

    def moves(self) -> list[int] | None:
        """The moves of the game in progress, None when there is none."""
        stored: list[int] | None = self.stored("moves")
        return stored

    def stored(self, field: str) -> Any:
        """What is stored of the game in progress, None when there is none."""
        try:
            return json.loads(self.files.in_progress.read_bytes())[field]
        except FileNotFoundError:
            return None

    def wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self.program.poll() is None, "the program ended"
            assert time.monotonic() < deadline
            time.sleep(0.03)


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """A window on 6x6, or with the rules and further arguments that a test names."""
    rules, more = getattr(request, "param", (SIX, ()))
    with open_desk(tmp_path, monkeypatch, rules, more) as desk:
        yield desk


@contextmanager
def open_desk(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rules: Rules,
    more: tuple[str, ...] = (),
    window: tuple[int, int] = WINDOW,
    folder: Path = ROOT,
) -> Iterator[Desk]:
    """The program with a home of its own and a virtual screen as large as its window.

    folder: where it is started.
    """
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    frames = tmp_path / "frames"
    frames.mkdir()
    with virtual_screen(*window, frames) as display:
        environment = {
            **os.environ,
            "DISPLAY": display,
            "SDL_VIDEODRIVER": "x11",
            "SDL_AUDIODRIVER": "dummy",
        }
        arguments = ["--opponent", "greedy", *more]
        arguments += ["--size", str(rules.size), "--win-length", str(rules.win_length)]
        program = subprocess.Popen(
            [sys.executable, ROOT / "play.py", *arguments, "--window", *map(str, window)],
            cwd=folder,
            env=environment,
            stderr=subprocess.PIPE,
        )
        files = GameFiles(user_folder() / "games")
        desk = Desk(program, environment, frames, files, rules, window)
        try:
            # The window is there when the wood of its board is.
            board = lay_out_board(lay_out_window(*window).board, rules.size, coordinates=True)
            edge = board.wood.left + 4, board.wood.center[1]
            desk.wait(lambda: desk.color_at(*edge)[0] > desk.color_at(*edge)[2] + 40)
            yield desk
        finally:
            program.kill()
            program.wait()


def play_to_the_end(desk: Desk) -> None:
    """Play the first empty point every time, until someone has won."""
    known: list[int] = []
    while True:
        board = Board.from_moves(SIX, known)
        desk.click_point(int(board.legal_moves()[0]))
        board.push(int(board.legal_moves()[0]))
        if board.outcome is not None:
            break
        desk.wait(partial(is_answered, desk, len(known)))
        following = desk.moves()
        if following is None:
            return
        known = following
    desk.wait(lambda: desk.moves() is None)


def is_answered(desk: Desk, plies: int) -> bool:
    """Whether both sides have moved since there were so many moves, or the game has ended."""
    moves = desk.moves()
    return moves is None or len(moves) >= plies + 2


def has_moves(desk: Desk, count: int) -> bool:
    return len(desk.moves() or ()) >= count


def button_center(command: Do) -> tuple[int, int]:
    """Where a button of the panel is."""
    session = GameSession(GameSetup(SIX, HUMAN, "greedy"))
    session.play(14)
    panel = lay_out_panel(lay_out_window(*WINDOW), session.snapshot(), load_language("en"))
    control = next(c for c in panel.buttons if c.command is command)
    assert control_at(panel.buttons, *control.rect.center) == control
    return control.rect.center


def test_a_whole_visit(desk: Desk) -> None:
    # A game to its end; then another one is begun, and a move is taken back.
    play_to_the_end(desk)
    desk.press("n")
    time.sleep(0.3)
    desk.press("Return")
    time.sleep(0.3)
    desk.click_point(14)
    desk.wait(lambda: len(desk.moves() or ()) == 2)
    desk.press("u")
    time.sleep(0.3)
    shown = desk.files.restore()
    assert shown is not None
    board = Board.from_moves(SIX, shown.game.moves[: shown.shown])
    assert ringed_points(desk) == []

    # A hint is a ring around a point that can be played.
    desk.press("h")
    desk.wait(lambda: bool(ringed_points(desk)))
    (hinted,) = ringed_points(desk)
    assert hinted in board.legal_moves().tolist()

    # Saved by keyboard, and the file holds the moves that were played.
    finished = desk.files.saved()
    assert len(finished) == 1  # the game that was played to its end keeps itself
    desk.press("ctrl+s")
    desk.wait(lambda: len(desk.files.saved()) == 2)
    (saved_file,) = set(desk.files.saved()) - set(finished)
    saved = game_from_sgf(saved_file.read_text())
    assert list(saved.moves) == desk.moves()
    assert saved.rules == SIX

    # A new game by mouse, then the saved one is loaded over it.
    desk.click(*button_center(Do.NEW_GAME))
    desk.press("Return")
    desk.wait(lambda: desk.moves() is None)
    desk.press("ctrl+o")
    time.sleep(0.3)
    desk.click(WINDOW[0] // 2, row_of_game(desk, saved_file))
    time.sleep(0.3)
    desk.wait(lambda: desk.moves() == list(saved.moves))

    # Reviewed: the button lights up.
    x, y = button_center(Do.REVIEW)
    edge = x - 40
    assert desk.color_at(edge, y) != LIGHT.accent
    desk.press("r")
    desk.xdotool("mousemove", 5, 5)
    desk.wait(lambda: desk.color_at(edge, y) == LIGHT.accent)

    desk.press("ctrl+q")
    assert desk.program.wait(PATIENCE) == 0
    assert desk.program.stderr is not None
    assert b"Traceback" not in desk.program.stderr.read()


@pytest.mark.parametrize("desk", [(NINE, ("--opening", "swap2"))], indirect=True)
def test_a_swap2_game_by_mouse(desk: Desk) -> None:
    def opening() -> OpeningPhase:
        return OpeningPhase.from_text(desk.stored("decided") or "", OpeningRule.SWAP2, NINE)

    # Three stones of both colors.
    for number, move in enumerate((40, 50, 60), start=1):
        desk.click_point(move)
        desk.wait(partial(has_moves, desk, number))
    desk.wait(lambda: bool(opening().options))
    assert opening().moves[:3] == (40, 50, 60)
    # The opponent decides by lot: if it put two more, the choice is by the mouse.
    if opening().options[0][1] is Option.PUT_TWO:
        desk.wait(lambda: len(opening().moves) == 5)
        desk.click(*choice_center(opening(), Option.WHITE))
    desk.wait(lambda: opening().is_over)
    color = opening().color_of(Seat.FIRST)
    assert color is not None

    # The game goes on with White, whoever that is now.
    stones = len(opening().moves)
    if color is WHITE:
        desk.click_point(next(each for each in range(81) if each not in opening().moves))
    desk.wait(lambda: len(desk.moves() or ()) > stones)

    # What was decided comes back after a crash.
    before = desk.stored("decided")
    desk.program.kill()
    desk.program.wait()
    restored = desk.files.restore()
    assert restored is not None
    assert restored.setup.opening is OpeningRule.SWAP2
    assert desk.stored("decided") == before


def choice_center(opening: OpeningPhase, option: Option) -> tuple[int, int]:
    """Where the button of a choice is."""
    setup = GameSetup(NINE, HUMAN, "greedy", opening=opening.rule)
    session = GameSession(setup)
    session.new_game(setup, opening.decisions)
    panel = lay_out_panel(lay_out_window(*WINDOW), session.snapshot(), load_language("en"))
    wanted = Choose(option)
    return next(each for each in panel.buttons if each.command == wanted).rect.center


def ringed_points(desk: Desk) -> list[int]:
    """The points with a ring in the color of hints."""
    area = lay_out_window(*WINDOW).board
    board = lay_out_board(area, SIX.size, coordinates=True)
    reach = round(board.cell * (0.39 - 0.05))  # the middle of the ring's line
    found = []
    for move in range(SIX.points):
        x, y = board.center(move)
        if all(desk.color_at(x + side * reach, y) == LIGHT.accent for side in (-1, 1)):
            found.append(move)
    return found


def row_of_game(desk: Desk, file: Path) -> int:
    """The height of a saved game in the dialog that lists them."""
    layout = lay_out_window(*WINDOW)
    library = Library(desk.files)
    library.list_own()
    dialog = games_dialog(layout, library, load_language("en"))
    wanted = LoadFile(file)
    return next(c for c in dialog.controls if c.command == wanted).rect.center[1]


def test_a_killed_program_gives_back_the_game(desk: Desk) -> None:
    desk.click_point(14)
    desk.wait(partial(has_moves, desk, 2))
    moves = desk.moves()
    desk.program.kill()
    desk.program.wait()
    restored = desk.files.restore()
    assert restored is not None
    assert list(restored.decisions) == moves


def test_a_finished_game_is_reviewed_and_tried_out_and_nothing_of_it_is_lost(desk: Desk) -> None:
    desk.click_point(14)
    desk.wait(partial(has_moves, desk, 2))
    game = tuple(desk.moves() or ())
    desk.press("q")  # resigns, and the game is kept
    desk.wait(lambda: len(desk.files.saved()) == 1)
    (kept,) = desk.files.saved()
    desk.press("r")
    desk.press("Home")
    desk.click_point(21)
    desk.wait(lambda: len(desk.files.load(kept).nodes) == len(game) + 1)
    desk.click_point(22)
    desk.wait(lambda: len(desk.files.load(kept).nodes) == len(game) + 2)
    desk.press("Escape")
    desk.press("j")
    desk.xdotool("type", "why not there")
    desk.press("Return")
    desk.wait(lambda: desk.files.load(kept).comment == "why not there")
    desk.program.kill()
    desk.program.wait()
    found = desk.files.load(kept)
    assert found.moves == game
    assert found.outcome is not None
    tree = game_tree(found, *game_setup(found))
    assert tree.has((21, 22))
