"""Openings and forbidden points through the whole window on the dummy video driver."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest

from gomoku.notation import move_from_text, moves_from_text
from gomoku.opening_rules import Decision, OpeningRule, Option
from gomoku.rules import BLACK, CARO, RENJU, STANDARD, WHITE, Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.i18n import languages
from gomoku_zero.window.model.commands import Choose, Command, Do, FormOpening, FormSize, LoadFile
from gomoku_zero.window.model.opponents import GREEDY, PURE
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings, load_settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.thinker import Thinker
from tests.window.fakes import FirstEmpty, Thoughtful

NINE = Rules(size=9)
SWAP2 = GameSetup(NINE, HUMAN, HUMAN, opening=OpeningRule.SWAP2)
THREE = moves_from_text("e5 f6 c3", 9)
PATIENCE = 60.0

OpenApp = Callable[..., App]


@pytest.fixture
def open_app(tmp_path: Path) -> Iterator[OpenApp]:
    """Opens the window anew, with what is on disk."""
    thinkers: list[Thinker] = []
    pygame.display.init()
    surface = pygame.display.set_mode((1000, 700))

    def make(setup: GameSetup = SWAP2, settings: Settings | None = None) -> App:
        thinkers.append(Thinker(lambda spec: FirstEmpty() if spec == "greedy" else Thoughtful()))
        return App(
            GameSession(setup, analyst="pure:100"),
            thinkers[-1],
            [PURE, GREEDY],
            surface,
            settings or load_settings(tmp_path / "settings.json"),
            files=GameFiles(tmp_path / "games"),
            settings_file=tmp_path / "settings.json",
        )

    yield make
    for thinker in thinkers:
        thinker.close()
    pygame.display.quit()


def click_point(app: App, move: int) -> None:
    place = app.scene().board.center(move)
    app.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=place))
    app.advance(0.0)


def click_command(app: App, wanted: Command) -> None:
    scene = app.scene()
    controls = scene.dialog.controls if scene.dialog else scene.panel.buttons
    place = next(each for each in controls if each.command == wanted).rect.center
    app.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=place))
    app.advance(0.0)


def press(app: App, key: int) -> None:
    app.handle(pygame.event.Event(pygame.KEYDOWN, key=key, mod=0, unicode=""))
    app.handle(pygame.event.Event(pygame.KEYUP, key=key))
    app.advance(0.0)


def wait(app: App, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        app.advance(0.01)
        time.sleep(0.005)


def test_a_swap2_game_by_mouse(open_app: OpenApp) -> None:
    app = open_app()
    for number, stone in enumerate(THREE):
        assert app.scene().texts.status[0] == ("Place 3 stones", "Place 2 stones",
                                               "Place a black stone")[number]  # fmt: skip
        click_point(app, stone)
    click_point(app, 0)
    assert "choice" in app.scene().message
    assert app.session.moves == THREE
    click_command(app, Choose(Option("two")))
    assert app.scene().message.startswith("Second player places two more")
    for stone in moves_from_text("g7 d2", 9):
        click_point(app, stone)
    click_command(app, Choose(Option("white")))
    assert app.scene().message == "First player takes White"
    assert [name for name, _ in app.scene().texts.players] == ["Black player", "White player"]
    assert app.scene().texts.status[0] == "White to move"


@pytest.mark.parametrize("key", [pygame.K_1, pygame.K_2, pygame.K_3])
def test_a_choice_by_keyboard(open_app: OpenApp, key: int) -> None:
    app = open_app()
    press(app, key)
    assert app.scene().message == "There is no such choice now"
    for stone in THREE:
        click_point(app, stone)
    press(app, key)
    chosen = {pygame.K_1: Option.BLACK, pygame.K_2: Option.WHITE, pygame.K_3: Option.PUT_TWO}
    assert app.session.decisions[3:] == (chosen[key],)


def test_what_the_engine_chose_is_told(open_app: OpenApp) -> None:
    app = open_app(GameSetup(NINE, HUMAN, "greedy", opening=OpeningRule.SWAP))
    for stone in THREE:
        click_point(app, stone)
    wait(app, lambda: len(app.session.decisions) > 3)
    color = "Black" if app.session.decisions[3] is Option.BLACK else "White"
    assert app.scene().message == f"Greedy takes {color}"
    black, white = app.scene().texts.players
    assert (black[0], white[0]) == (("Greedy", "You") if color == "Black" else ("You", "Greedy"))


def test_an_engine_begins_the_opening(open_app: OpenApp) -> None:
    app = open_app(GameSetup(NINE, "pure:100", HUMAN, opening=OpeningRule.SWAP2))
    wait(app, lambda: len(app.session.moves) == 3)
    assert app.scene().texts.status[0] == "Choose your color"
    assert app.scene().texts.players[0][0] == "Pure search"
    click_command(app, Choose(Option("black")))
    assert app.session.seated.human_color is BLACK
    wait(app, lambda: len(app.session.moves) == 4)
    assert app.session.snapshot().cells[app.session.moves[3]] == WHITE


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("rule", [each for each in OpeningRule if each is not OpeningRule.FREE])
def test_every_phase_has_a_text_in_every_language(
    open_app: OpenApp, rule: OpeningRule, language: str
) -> None:
    setup = GameSetup(NINE, HUMAN, HUMAN, opening=rule)
    app = open_app(setup, Settings(language=language))
    seen = set()
    stones = list(moves_from_text("e5 f6 a1 g7 d2", 9))
    while app.session.snapshot().turn is not None:
        lines = app.scene().texts.status
        assert all(lines)
        assert not any("{" in line or "_" in line for line in lines)
        seen.add(lines)
        options = app.session.snapshot().options
        if options:
            click_command(app, Choose(options[-1]))
        else:
            click_point(app, stones.pop(0))
    assert len(seen) >= 3


def test_a_barred_point_says_why_and_is_dimmed(open_app: OpenApp) -> None:
    app = open_app(GameSetup(NINE, HUMAN, HUMAN, opening=OpeningRule.LONG_PRO))
    click_point(app, 0)
    assert app.scene().message == "The first stone goes to the center"
    click_point(app, move_from_text("e5", 9))
    click_point(app, move_from_text("e6", 9))
    assert len(app.scene().overlay.barred) == 49 - 2
    click_point(app, move_from_text("h8", 9))
    assert app.scene().message == "At least 4 rows or columns from the first stone"
    assert len(app.session.moves) == 2


@pytest.mark.parametrize("decided", range(7))
def test_a_crash_in_the_middle_of_an_opening_loses_no_decision(
    open_app: OpenApp, decided: int
) -> None:
    line: tuple[Decision, ...] = (*THREE, Option.PUT_TWO, *moves_from_text("g7 d2", 9))
    decisions = (*line, Option.WHITE)[: decided + 1]
    app = open_app()
    for decision in decisions:
        if isinstance(decision, Option):
            click_command(app, Choose(decision))
        else:
            click_point(app, decision)
    if decided == 6:  # and the last choice taken back
        press(app, pygame.K_u)
    shown = app.session.snapshot()
    app = open_app()
    app.restore()
    assert app.session.decisions == decisions
    assert app.session.setup == SWAP2
    assert app.session.snapshot().turn == shown.turn
    assert app.session.snapshot().can_redo == shown.can_redo


def test_a_saved_game_keeps_its_opening_and_who_played_what(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app(GameSetup(NINE, HUMAN, "greedy", opening=OpeningRule.SWAP2))
    for stone in THREE:
        click_point(app, stone)
    ticket = app.session.wanted()
    assert ticket is not None
    app._thinker.want(None)
    app.session.deliver(ticket, Option.BLACK)
    app.do(Do.SAVE)
    (file,) = GameFiles(tmp_path / "games").saved()
    app.do(LoadFile(file))
    assert app.session.decisions == (*THREE, Option.BLACK)
    assert [name for name, _ in app.scene().texts.players] == ["Greedy", "You"]
    app.do(Do.UNDO)
    assert [name for name, _ in app.scene().texts.players] == ["You", "Greedy"]


def test_an_opening_that_is_interrupted_by_another_game_is_kept(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    click_point(app, THREE[0])
    press(app, pygame.K_n)
    press(app, pygame.K_RETURN)
    files = GameFiles(tmp_path / "games")
    kept = files.load(files.unfinished()[0])
    assert kept.opening_phase is not None
    assert kept.opening_phase.decisions == THREE[:1]


def test_the_opening_chosen_is_remembered(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app(GameSetup(NINE, HUMAN, HUMAN))
    press(app, pygame.K_n)
    click_command(app, FormOpening(OpeningRule.PRO))
    click_command(app, Do.START_GAME)
    assert app.session.setup.opening is OpeningRule.PRO
    assert load_settings(tmp_path / "settings.json").opening == "pro"
    app = open_app(GameSetup(NINE, HUMAN, HUMAN))
    press(app, pygame.K_n)
    assert app._dialogs.form.opening is OpeningRule.PRO


def test_a_small_board_has_no_long_pro_and_does_not_forget_it(open_app: OpenApp) -> None:
    app = open_app(GameSetup(Rules(8, 5), HUMAN, HUMAN), Settings(opening="long-pro"))
    press(app, pygame.K_n)
    click_command(app, FormSize(-1))
    dialog = app.scene().dialog
    assert dialog is not None
    long_pro = FormOpening(OpeningRule.LONG_PRO)
    assert not next(each for each in dialog.controls if each.command == long_pro).enabled
    click_command(app, Do.START_GAME)
    assert app.session.setup.opening is OpeningRule.FREE
    assert app.settings.opening == "long-pro"


FOUL = "h8 a1 h9 c1 j7 e1 i7 g1"  # and then h7 makes two threes
SHAPE = GameSetup(Rules(15, 5, RENJU), HUMAN, HUMAN)


def test_a_forbidden_point_takes_a_second_click(open_app: OpenApp) -> None:
    app = open_app(SHAPE)
    for move in moves_from_text(FOUL, 15):
        click_point(app, move)
    point = move_from_text("h7", 15)
    assert point in app.scene().overlay.forbidden
    click_point(app, point)
    assert "double three" in app.scene().message
    assert app.session.result is None
    click_point(app, point)
    assert app.session.result is not None
    assert app.session.result.winner is WHITE
    assert app.scene().message == ""
    assert app.scene().texts.status == (
        "White wins",
        "Black played a forbidden point: double three",
    )


def test_another_point_is_played_at_once_after_a_warning(open_app: OpenApp) -> None:
    app = open_app(SHAPE)
    for move in moves_from_text(FOUL, 15):
        click_point(app, move)
    click_point(app, move_from_text("h7", 15))
    click_point(app, 0)
    click_point(app, move_from_text("h7", 15))  # now it is White's turn, who may
    assert app.session.result is None
    assert len(app.session.moves) == 10


def test_without_the_warning_a_forbidden_point_is_played_at_once(open_app: OpenApp) -> None:
    app = open_app(SHAPE, Settings(warn_forbidden=False))
    for move in moves_from_text(FOUL + " h7", 15):
        click_point(app, move)
    assert app.session.result is not None


@pytest.mark.parametrize(
    ("variant", "moves", "text"),
    [
        (STANDARD, "d8 a1 e8 c1 f8 e1 h8 g1 i8 i1 g8", "More than 5 in a row do not win here"),
        (CARO, "e8 d8 f8 j8 g8 a1 h8 c1 i8", "5 in a row between two enemy stones do not win"),
    ],
)
def test_a_row_that_does_not_win_is_explained(
    open_app: OpenApp, variant: int, moves: str, text: str
) -> None:
    app = open_app(GameSetup(Rules(15, 5, variant), HUMAN, HUMAN))
    for move in moves_from_text(moves, 15):
        assert app.scene().message == ""
        click_point(app, move)
    assert app.session.result is None
    assert app.scene().message == text


def test_a_restored_opening_waits_for_its_human_and_not_for_a_button(open_app: OpenApp) -> None:
    setup = GameSetup(NINE, HUMAN, "greedy", opening=OpeningRule.SWAP2)
    app = open_app(setup)
    app.session.new_game(setup, THREE[:1])
    # The next stone is white, but whoever sits first puts it.
    names = {each.command for each in app.scene().panel.buttons}
    assert {Do.HINT, Do.AI_MOVE} <= names
    assert Do.PAUSE not in names
