"""Journeys through the window by a real mouse and keyboard, in both themes, three sizes and all
languages: a game to its end, its review with side lines, exercises, puzzles, a lesson, the library.

With JOURNEYS naming a folder, a picture of every station is kept there to be looked at.
"""

import json
import os
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pygame
import pytest

from benchmarks.screen import missing_programs
from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.window.i18n import load_language
from gomoku_zero.window.model.commands import LoadFile
from gomoku_zero.window.model.library import Library
from gomoku_zero.window.model.puzzles import Puzzles
from gomoku_zero.window.view.games_dialog import games_dialog
from gomoku_zero.window.view.layout import lay_out_window
from tests.window.test_gui import Desk, is_answered, open_desk

SIX = Rules(6, 4)
PATIENCE = 30.0  # seconds

pytestmark = [
    pytest.mark.gui,
    pytest.mark.skipif(bool(missing_programs()), reason=missing_programs()),
]


class Looks(NamedTuple):
    """How a window looks; a size is in pixels."""

    size: tuple[int, int]
    theme: str
    language: str

    @property
    def arguments(self) -> tuple[str, ...]:
        return "--theme", self.theme, "--language", self.language

    def __str__(self) -> str:
        return f"{self.size[0]}-{self.theme}-{self.language}"


class Traveler:
    """Walks through a window, and takes a picture at every station."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.desk = desk
        self._name = name
        self._seen: list[bytes] = []

    def look(self, station: str, seconds: float = 0.6) -> None:
        """What is to be seen must differ from every station before; on a busy machine it takes."""
        self.desk.xdotool("mousemove", 2, 2)
        deadline = time.monotonic() + PATIENCE
        while True:
            time.sleep(seconds)
            picture = self.desk.picture()
            pixels = pygame.image.tobytes(picture, "RGB")
            if pixels not in self._seen:
                break
            assert time.monotonic() < deadline, f"{station} shows nothing new"
        self._seen.append(pixels)
        folder = os.environ.get("JOURNEYS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            picture = pygame.image.frombytes(pixels, picture.get_size(), "RGB")
            pygame.image.save(picture, f"{folder}/{self._name}-{len(self._seen):02}-{station}.png")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.desk.press(key)
            time.sleep(0.25)

    def play_badly(self) -> tuple[int, ...]:
        """Click the first empty point until the game is over and kept; its moves."""
        desk = self.desk
        known: list[int] = []
        while not desk.files.saved():
            board = Board.from_moves(SIX, known)
            move = int(board.legal_moves()[0])
            desk.click_point(move)
            board.push(move)
            if board.outcome is not None:
                break
            desk.wait(partial(is_answered, desk, len(known)))
            known = desk.moves() or []
        desk.wait(lambda: bool(desk.files.saved()))
        return desk.files.load(desk.files.saved()[0]).moves

    def progress(self) -> list[dict[str, object]]:
        """The lines that are noted of the user's games."""
        file = self.desk.files.folder / "progress.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param(Looks((1120, 780), "light", "en"), marks=pytest.mark.slow),
        pytest.param(Looks((1120, 780), "dark", "ja"), marks=pytest.mark.slow),
        Looks((480, 800), "dark", "en"),
        pytest.param(Looks((480, 800), "light", "ru"), marks=pytest.mark.slow),
        pytest.param(Looks((1900, 1200), "light", "zh"), marks=pytest.mark.slow),
        pytest.param(Looks((1900, 1200), "dark", "en"), marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_journey(
    looks: Looks,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open_desk(tmp_path, monkeypatch, SIX, looks.arguments, looks.size) as desk:
        traveler = Traveler(desk, str(looks))
        look, press = traveler.look, traveler.press
        look("start")
        press("F2")
        look("rules")
        press("Escape")
        moves = traveler.play_badly()
        look("end")

        # The review, from mistake to mistake.
        (kept,) = desk.files.saved()
        press("r")
        desk.wait(lambda: bool(traveler.progress()))
        (noted,) = traveler.progress()
        assert noted["moves"] == list(moves)
        look("review")
        press("bracketleft")
        look("mistake")

        # A side line by mouse, walked by keys; the game stays.
        press("Home", "Next")
        free = next(point for point in range(35, -1, -1) if point not in moves)
        desk.click_point(free)
        desk.wait(lambda: len(desk.files.load(kept).nodes) > len(moves))
        look("side-line")
        press("ctrl+Up")
        look("game-again")
        press("ctrl+Down", "Escape")
        assert desk.files.load(kept).moves == moves

        # The page to share.
        press("ctrl+e")
        desk.wait(lambda: bool(list(desk.files.folder.glob("*.html"))))
        look("shared")

        # Progress, and the exercises that come of it.
        press("F6")
        look("progress")
        has_exercise = any(
            "ALLOWED" in str(each) or "MISSED" in str(each) or "OVERLOOKED" in str(each)
            or "BLOCKED" in str(each) for each in traveler.progress()
        )  # fmt: skip
        press("Escape")
        press("F7")
        if has_exercise:
            look("exercise")
            press("F5")
            look("solution")
            desk.wait(lambda: len(traveler.progress()) == 2)
            assert traveler.progress()[1]["is_right"] is False

        # A puzzle by mouse: the wrong move is not played, the right one is.
        press("F4")
        look("puzzle")
        problem = Puzzles(SIX).problem
        board = Board.from_moves(SIX, problem.moves)
        wrong = next(int(m) for m in board.legal_moves() if int(m) not in problem.accepted)
        desk.click_point(wrong)
        look("wrong")
        desk.click_point(problem.accepted[0])
        look("right")

        # The library by mouse, and the game of the beginning is back with its side line.
        press("ctrl+o")
        look("library")
        library = Library(desk.files)
        library.list_own()
        dialog = games_dialog(lay_out_window(*looks.size), library, load_language(looks.language))
        row = next(each for each in dialog.controls if each.command == LoadFile(kept))
        desk.click(*row.rect.center)
        look("loaded")

        # A lesson: the game stops at a blunder and goes on when it was taken back.
        press("n")
        look("new-game")
        press("Return", "b")
        known: list[int] = []
        for _ in range(12):
            board = Board.from_moves(SIX, known)
            desk.click_point(int(board.legal_moves()[0]))
            desk.wait(partial(lambda count: len(desk.moves() or ()) > count, len(known)))
            deadline = time.monotonic() + 12
            while len(desk.moves() or ()) == len(known) + 1 and time.monotonic() < deadline:
                time.sleep(0.1)
            if len(desk.moves() or ()) == len(known) + 1:
                break  # it waits for us to learn
            known = desk.moves() or []
        else:
            raise AssertionError("no lesson came")
        look("lesson")
        press("u")
        desk.wait(lambda: desk.stored("place") == len(known))
        look("taken-back")
        for key, station in (("F3", "settings"), ("F1", "keys")):
            press(key)
            look(station)
            press("Escape")
        press("ctrl+q")
        assert desk.program.wait(60) == 0
        assert desk.program.stderr is not None
        assert b"Traceback" not in desk.program.stderr.read()
