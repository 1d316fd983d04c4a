"""What is said of what the mouse rests on, and that a keyboard reaches everything."""

import re
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from gomoku.rules import RENJU, Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.i18n import languages, load_language
from gomoku_zero.window.model.commands import Command, Do, GoTo, Play
from gomoku_zero.window.model.opponents import GREEDY, PURE
from gomoku_zero.window.model.rule_pictures import rule_pictures
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.tips import tip_of
from gomoku_zero.window.rules_page import TABS, WORDS, RulesPage, ShowTab
from gomoku_zero.window.scenes import TIP_SECONDS
from gomoku_zero.window.thinker import Thinker
from gomoku_zero.window.view.layout import lay_out_window
from gomoku_zero.window.view.panel import Part
from gomoku_zero.window.view.screen import icon
from tests.gomoku.rule_positions import rule_positions
from tests.window.fakes import Thoughtful

SIX = Rules(size=6, win_length=4)
ASKED = r"""(?:\.say|_tell|SessionError)\(\s*"([a-z_0-9]*[a-z0-9])\""""
WINDOW = Path(__file__).resolve().parents[2] / "gomoku_zero/window"


@pytest.fixture
def app() -> Iterator[App]:
    pygame.display.init()
    surface = pygame.display.set_mode((1120, 780))
    thinker = Thinker(lambda spec: Thoughtful())
    session = GameSession(GameSetup(SIX, HUMAN, HUMAN), analyst="pure:100")
    yield App(session, thinker, [PURE, GREEDY], surface, Settings())
    thinker.close()
    pygame.display.quit()


def rest_on(app: App, place: tuple[int, int]) -> str:
    app.handle(pygame.event.Event(pygame.MOUSEMOTION, pos=place))
    assert app.scene().tip == ""  # not while it moves
    app.advance(TIP_SECONDS + 0.1)
    app.draw()
    return app.scene().tip


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("state", ["play", "review", "aside", "watch"])
def test_every_button_of_the_panel_is_explained(app: App, code: str, state: str) -> None:
    language = load_language(code)
    app.preferences.set(Settings(language=code))
    for move in (14, 15, 20, 21):
        app.do(Play(move))
    if state in ("review", "aside"):
        app.do(Do.REVIEW)
    if state == "aside":
        app.do(GoTo(1))
        app.do(Play(30))
    if state == "watch":
        app.session.new_game(GameSetup(SIX, "greedy", "pure:100"))
    for control in app.scene().panel.buttons:
        if control.command in (Do.PREVIOUS_MISTAKE, Do.NEXT_MISTAKE, Do.PACE):
            continue  # whose text says it all
        tip = rest_on(app, control.rect.center)
        assert tip, control
        assert tip == tip_of(control.command, language)


def test_the_parts_of_the_panel_are_explained_and_a_click_ends_it(app: App) -> None:
    for move in (14, 15, 20, 21):
        app.do(Play(move))
    area = app.scene().panel.parts[Part.MOVES]
    assert "Click a move" in rest_on(app, area.center)
    app.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=area.center))
    assert app.scene().tip == ""


def test_tab_reaches_every_button_of_the_panel_and_enter_presses_it(app: App) -> None:
    for move in (14, 15):
        app.do(Play(move))
    wanted = {each.command for each in app.scene().panel.buttons if each.enabled}
    reached: set[Command | None] = set()
    for _ in range(len(wanted) + 1):
        app.handle(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_TAB, mod=0, unicode=""))
        app.draw()
        (focused,) = (each.command for each in app.scene().panel.buttons if each.focused)
        reached.add(focused)
    assert reached == wanted
    while Do.NEW_GAME not in [e.command for e in app.scene().panel.buttons if e.focused]:
        app.handle(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_TAB, mod=0, unicode=""))
    app.handle(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN, mod=0, unicode=""))
    assert app.scene().dialog is not None


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("size", [(1120, 780), (480, 800), (2560, 1440)])
def test_the_rules_can_be_read_in_the_window(code: str, size: tuple[int, int]) -> None:
    language, page = load_language(code), RulesPage(RENJU)
    assert page.tab == "renju"
    boards = 0
    for tab in TABS:
        page.do(ShowTab(tab))
        dialog = page.lay_out(lay_out_window(*size), language, None)
        texts = [each.text for each in dialog.controls]
        for key in WORDS if tab == "words" else (tab,):
            assert language.texts[f"tip_{key}"] in texts
        assert dialog.box.bottom <= size[1]
        boards += len(dialog.drawings)
        for board in dialog.drawings:
            assert board.rect.width > 60
            assert dialog.box.contains(*board.rect[:2])
    assert boards == len(rule_pictures())


def test_the_pictures_of_the_rules_are_those_of_the_documentation() -> None:
    known = {each.name: each for each in rule_positions()}
    for picture in rule_pictures():
        position = known[picture.name]
        assert picture.board.split() == position.board.split()
        assert (picture.rules, picture.by) == (position.rules, position.by)
        assert picture.is_forbidden == position.is_forbidden
        assert picture.cells == tuple(position.shown().cells.tolist())
        for code in languages():
            assert picture.text in load_language(code).texts


def test_every_text_that_the_program_asks_for_is_there() -> None:
    asked: set[str] = set()
    for file in WINDOW.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        asked |= set(
            re.findall(r"""(?:\.say|_tell|SessionError)\(\s*"([a-z_0-9]*[a-z0-9])\"""", source)
        )
    texts = load_language("en").texts
    assert len(asked) > 100
    assert sorted(asked - set(texts)) == []


def test_the_icon_is_our_own() -> None:
    pygame.display.init()
    picture = icon()
    assert picture.get_size() == (64, 64)
    assert len({tuple(picture.get_at((x, x))) for x in range(64)}) > 10
