# ruff: noqa: RUF001 - Chinese has punctuation of its own
"""What the window says of players that fail."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest

from gomoku.opening_rules import Option
from gomoku.rules import Rules
from gomoku_zero.players.engine import EngineError, EnginePlayer
from gomoku_zero.players.engine_process import EngineFailure, Fault
from gomoku_zero.window.app import App
from gomoku_zero.window.i18n import languages, load_language
from gomoku_zero.window.model.failure import failure_line, illegal_line
from gomoku_zero.window.model.messages import Messages
from gomoku_zero.window.model.opponents import Opponent
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.thinker import Thinker
from mcts.player import Player
from tests.window.fakes import Breaking

FAKE = Path(__file__).parents[1] / "arena" / "fake_engine.py"
ZH, EN = load_language("zh"), load_language("en")
PATIENCE = 20.0  # seconds until a test gives up
STONES = (40, 41, 30, 31)  # from where on the fake engines misbehave


def fake_engine(spec: str) -> Player:
    """`engine:MODE` as a fake engine in that mode; anything else breaks down."""
    kind, _, mode = spec.partition(":")
    if kind != "engine":
        return Breaking()
    command = [sys.executable, "-S", "-E", str(FAKE), mode]
    hurry = 0.1 if mode in ("silent", "garbage") else 10.0
    return EnginePlayer(mode, command, seconds=0.1, tolerance_seconds=hurry)


@pytest.fixture
def open_app() -> Iterator[Callable[[str], App]]:
    """Opens the window in Chinese, with the player of a spec to move."""
    thinkers: list[Thinker] = []
    pygame.display.init()
    surface = pygame.display.set_mode((1000, 700))

    def make(spec: str) -> App:
        thinkers.append(Thinker(fake_engine))
        setup = GameSetup(Rules(9), spec, HUMAN)
        session = GameSession(setup)
        session.new_game(setup, STONES)
        session.toggle_pause()  # a game that goes on waits for its reader
        opponents = [Opponent("Embryo", spec)]
        return App(session, thinkers[-1], opponents, surface, Settings(language="zh"))

    yield make
    for thinker in thinkers:
        thinker.close()
    pygame.display.quit()


def wait_for_a_failure(app: App) -> None:
    deadline = time.monotonic() + PATIENCE
    while not app.failure:
        app.advance(0.01)
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("engine:crash", "Embryo 意外退出，退出码 3"),
        ("engine:refuses", "Embryo 不支持此棋盘或规则：“ERROR unsupported size”"),
        ("engine:silent", "Embryo 未按时作答"),
        ("engine:garbage", "Embryo 的回答无法识别：“ERROR I do not know”"),
        ("engine:outside", "Embryo 的落子不合规则：“9,0”"),
        ("breaking", "Embryo 出现故障：“out of ideas”"),
    ],
)
def test_a_failure_is_told_in_the_language_of_the_window(
    open_app: Callable[[str], App], spec: str, said: str
) -> None:
    app = open_app(spec)
    wait_for_a_failure(app)
    assert app.scene().message == said
    assert app.scene().texts.status[0] == ZH.say("paused")


def test_a_move_that_is_not_allowed_is_named(open_app: Callable[[str], App]) -> None:
    app = open_app("engine:occupied")
    wait_for_a_failure(app)
    assert app.scene().message == "Embryo 的落子不合规则：“E5”"
    assert app.session.moves == STONES


def test_what_was_decided_in_an_opening_is_named_as_the_buttons_name_it() -> None:
    assert illegal_line("X", (Option.PUT_TWO, 0, 10), 9, EN) == (
        "X played what is not allowed: “Place two more A9 B8”"
    )


@pytest.mark.parametrize("code", languages())
def test_every_fault_of_an_engine_has_a_sentence_in_every_language(code: str) -> None:
    language = load_language(code)
    lines = [failure_line("X", EngineFailure(fault, "reason"), language) for fault in Fault]
    lines.append(failure_line("X", EngineFailure(Fault.ENDED, "reason", "", 3), language))
    lines.append(failure_line("X", EngineError(""), language))
    lines.append(failure_line("X", RuntimeError(), language))
    assert len(set(lines)) == len(lines)
    assert all(line.startswith(("X ", "X: ")) and "fault" not in line for line in lines)


def test_words_with_braces_are_quoted_as_they_are() -> None:
    line = failure_line("X", EngineFailure(Fault.UNREADABLE, "reason", "{0} {x}"), EN)
    assert line == "X gave no answer that can be read: “{0} {x}”"


def test_what_cannot_be_drawn_is_not_quoted() -> None:
    line = failure_line("X", EngineFailure(Fault.UNREADABLE, "reason", "a\0b\x1b[1m\tc"), EN)
    assert line == "X gave no answer that can be read: “a b [1m c”"


@pytest.mark.parametrize("window", [(1120, 780), (800, 600), (420, 360), (420, 760), (1, 1)])
def test_a_long_remark_is_drawn_in_every_window(
    open_app: Callable[[str], App], window: tuple[int, int]
) -> None:
    app = open_app("breaking")
    pygame.display.set_mode(window)
    app.handle(pygame.event.Event(pygame.VIDEORESIZE))
    app.say(failure_line("X", EngineFailure(Fault.UNREADABLE, "", "word " * 15 + "w" * 80), ZH))
    app.draw()
    surface = pygame.display.get_surface()
    assert surface is not None
    if window[0] > 1:
        # Nothing of it lies over a stone or a button.
        scene = app.scene()
        before = surface.copy()
        app.say("")
        app.draw()
        changed = [
            (x, y)
            for x in range(window[0])
            for y in range(0, window[1], 3)
            if surface.get_at((x, y)) != before.get_at((x, y))
        ]
        assert changed
        lower = [
            each.rect for each in scene.panel.buttons if each.rect.top > scene.panel.status.top
        ]
        for rect in (scene.board.wood, *lower):
            assert not any(rect.contains(x, y) for x, y in changed)


def test_a_long_remark_is_shown_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("gomoku_zero.window.model.messages.time.monotonic", lambda: now)
    remarks = Messages()
    remarks.say("x" * 80)
    now = 5.0
    remarks.advance()
    assert remarks.shown
    now = 9.0
    remarks.advance()
    assert remarks.shown == ""
