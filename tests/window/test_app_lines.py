"""Side lines, comments and broken players through the whole window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest

from gomoku.rules import Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.model.commands import Command, Do, GoTo, Play, ScrollPanel
from gomoku_zero.window.model.opponents import GREEDY, PURE, Opponent
from gomoku_zero.window.model.saved_game import game_setup, game_tree
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.thinker import Thinker
from gomoku_zero.window.view.panel import Part
from tests.window.fakes import Breaking, FirstEmpty, Thoughtful
from tests.window.test_app import press, run_until

SIX = Rules(size=6, win_length=4)
BROKEN = Opponent("breaking", "breaking")
WON = (0, 6, 1, 7, 2, 8, 3)
OpenApp = Callable[..., App]


@pytest.fixture
def open_app(tmp_path: Path) -> Iterator[OpenApp]:
    thinkers: list[Thinker] = []
    pygame.display.init()

    def build(spec: str) -> FirstEmpty:
        return {"greedy": FirstEmpty, "breaking": Breaking}.get(spec, Thoughtful)()

    def make(white: str = HUMAN, size: tuple[int, int] = (1120, 780)) -> App:
        thinkers.append(Thinker(build))
        return App(
            GameSession(GameSetup(SIX, HUMAN, white), analyst="pure:100"),
            thinkers[-1],
            [PURE, GREEDY, BROKEN],
            pygame.display.set_mode(size),
            Settings(),
            files=GameFiles(tmp_path / "games"),
        )

    yield make
    for thinker in thinkers:
        thinker.close()
    pygame.display.quit()


def do(app: App, *commands: Command) -> None:
    for command in commands:
        app.do(command)
        app.advance(0.0)
        app.draw()


def buttons(app: App) -> list[Command | None]:
    return [each.command for each in app.scene().panel.buttons]


def test_a_click_in_a_review_keeps_the_game_and_escape_goes_back_to_it(open_app: OpenApp) -> None:
    app = open_app("greedy")
    for move in (35, 30, 33):
        plies = len(app.session.moves)
        do(app, Play(move))
        run_until(app, lambda plies=plies: len(app.session.moves) == plies + 2)  # type: ignore[misc]
    game = app.session.moves
    do(app, Do.RESIGN, Do.REVIEW, GoTo(2))
    x, y = app.scene().board.center(20)
    app.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(x, y)))
    for _ in range(20):
        app.advance(0.05)
    assert app.session.moves == game
    assert app.scene().snapshot.moves == (*game[:2], 20)
    assert app.scene().texts.status[0] == "Side line: White to move"
    assert {Do.BACK_TO_GAME, Do.PROMOTE_LINE} <= set(buttons(app))
    press(app, pygame.K_ESCAPE)
    assert app.scene().snapshot.moves == game[:2]
    assert app.scene().overlay.branches == (game[2], 20)


def test_keys_walk_side_lines_promote_and_delete_them(open_app: OpenApp) -> None:
    app = open_app()
    do(app, *(Play(move) for move in WON), GoTo(2), Play(20), Play(21))
    press(app, pygame.K_z)
    press(app, pygame.K_PAGEDOWN)
    press(app, pygame.K_v)
    assert app.scene().snapshot.moves == (0, 6, 20)
    press(app, pygame.K_v)
    assert app.scene().snapshot.moves == WON[:3]
    press(app, pygame.K_v)
    press(app, pygame.K_DELETE)
    assert not app.session.tree.has((0, 6, 20))
    press(app, pygame.K_v)
    assert app.scene().message == "No side line leaves the game here"
    do(app, GoTo(2), Play(25))
    press(app, pygame.K_o)
    assert app.session.moves == (0, 6, 25)


def test_a_comment_is_typed_shown_and_saved_with_the_side_line(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    do(app, *(Play(move) for move in WON), GoTo(2), Play(20))
    press(app, pygame.K_j)
    for letter in "Nu, zxa\u0436":
        press(app, 0, letter)
    press(app, pygame.K_RETURN)
    app.advance(0.0)
    assert app.scene().dialog is None
    assert Part.COMMENT in app.scene().panel.parts
    (file,) = (tmp_path / "games").glob("*.sgf")
    game = GameFiles(tmp_path / "games").load(file)
    tree = game_tree(game, *game_setup(game))
    assert tree.comment((0, 6, 20)) == "Nu, zxa\u0436"


def test_what_broke_down_stays_to_be_read_until_the_game_goes_on(open_app: OpenApp) -> None:
    app = open_app("breaking")
    do(app, Play(14))
    run_until(app, lambda: app.session.is_paused)
    app.say("")  # the passing message has had its time
    assert app.scene().texts.sentences[0] == "breaking broke down: \u201cout of ideas\u201d"
    do(app, Do.UNDO, Do.REDO)
    assert "out of ideas" in app.scene().texts.sentences[0]
    do(app, Do.REMATCH)
    assert app.scene().texts.sentences == ()


def test_review_and_analysis_together_show_table_and_candidates(open_app: OpenApp) -> None:
    app = open_app()
    do(app, *(Play(move) for move in WON), GoTo(3), Do.REVIEW, Do.ANALYSIS)
    run_until(app, lambda: app.session.snapshot().reviewed == 1.0)
    scene = app.scene()
    assert {Part.CANDIDATES, Part.SUMMARY, Part.GRAPH, Part.MOVES} <= set(scene.panel.parts)
    assert scene.overlay.candidates
    assert scene.snapshot.thought is not None


def test_the_position_shown_is_reviewed_first(open_app: OpenApp) -> None:
    app = open_app()
    do(app, *(Play(move) for move in WON), GoTo(4), Do.REVIEW)
    ticket = app.session.wanted()
    assert ticket is not None
    assert ticket.position.moves == WON[:4]


@pytest.mark.parametrize("size", [(480, 800), (1024, 640), (1120, 780), (420, 360), (320, 480)])
@pytest.mark.parametrize("text_scale", [1.0, 1.3, 1.7])
@pytest.mark.parametrize("asked", [(), (Do.ANALYSIS,), (Do.REVIEW,), (Do.ANALYSIS, Do.REVIEW)])
def test_what_is_asked_for_can_be_seen_in_every_window(
    open_app: OpenApp, size: tuple[int, int], text_scale: float, asked: tuple[Do, ...]
) -> None:
    app = open_app(size=size)
    app.preferences.set(Settings(text_scale=text_scale))
    do(app, *(Play(move) for move in (14, 15, 20, 21)), *asked)
    panel = app.scene().panel
    wanted = {Part.MOVES} if Do.ANALYSIS not in asked or Do.REVIEW in asked else set()
    if asked:
        wanted |= {Part.BAR, Part.GRAPH}
    wanted |= {Part.CANDIDATES} if Do.ANALYSIS in asked else set()
    wanted |= {Part.SUMMARY} if Do.REVIEW in asked else set()
    assert wanted == set(panel.parts)
    if panel.middle.height < 20:
        return  # a window hardly larger than its title
    seen: set[Part] = set()
    for step in range(40):
        app.do(ScrollPanel(0 if step == 0 else 1))
        panel = app.scene().panel
        for part, area in panel.parts.items():
            top, bottom = max(area.top, panel.middle.top), min(area.bottom, panel.middle.bottom)
            if bottom - top >= min(area.height, panel.middle.height) // 2:
                seen.add(part)
    assert seen == wanted
    lower = [each for each in panel.buttons if each.rect.top > panel.status.top]
    assert min(each.rect.top for each in lower) >= panel.middle.bottom


def test_folded_buttons_come_back_on_request(open_app: OpenApp) -> None:
    app = open_app(size=(480, 800))
    do(app, *(Play(move) for move in (14, 15, 20, 21)), Do.REVIEW)
    assert app.scene().panel.is_folded
    assert Do.NEW_GAME not in buttons(app)
    do(app, Do.FOLD)
    assert not app.scene().panel.is_folded
    assert {Do.NEW_GAME, Do.FOLD} <= set(buttons(app))


def test_a_click_on_a_move_in_the_list_goes_there(open_app: OpenApp) -> None:
    app = open_app()
    do(app, *(Play(move) for move in (14, 15, 20, 21)))
    area = app.scene().panel.parts[Part.MOVES]
    reached = set()
    for y in range(area.top, area.bottom, 8):
        for x in (area.left + area.width // 4, area.left + area.width * 3 // 4):
            app.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(x, y)))
            reached.add(app.session.shown)
    assert reached == {1, 2, 3, 4}
