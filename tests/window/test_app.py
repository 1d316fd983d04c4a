"""Events through the whole window on the dummy video driver."""

import sys
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pygame
import pytest

from gomoku.board import Board
from gomoku.opening_rules import OpeningRule, Option
from gomoku.rules import Rules
from gomoku_zero.players.levels import level_table
from gomoku_zero.window.app import App
from gomoku_zero.window.model.commands import (
    Choose,
    Command,
    Do,
    FormClock,
    FormOpening,
    FormOpponent,
    FormScroll,
    FormSeat,
    FormSide,
    FormSize,
    FormStrength,
    FormVariant,
    FormWinLength,
    RemoveEngine,
    Switch,
)
from gomoku_zero.window.model.opponents import ADAPTIVE, GREEDY, LEVELS, PURE, RANDOM, Opponent
from gomoku_zero.window.model.rating import FIRST_STEP
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import WATCH_SECONDS, Settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.thinker import Preparing, Thinker
from mcts.player import Player
from tests.window.fakes import Breaking, FirstEmpty, Thoughtful

SIX = Rules(size=6, win_length=4)
OPPONENTS = [
    Opponent("small", "net:small", "@", (25, 100, 400), (SIX,)),
    PURE,
    GREEDY,
    RANDOM,
    ADAPTIVE,
    LEVELS,
]
PATIENCE = 60.0  # seconds until a test gives up; a first start compiles


def fake_player(spec: str) -> Player:
    if spec == "breaking":
        return Breaking()
    return FirstEmpty() if spec == "greedy" or spec.startswith("level:") else Thoughtful()


@pytest.fixture
def make_app() -> Iterator[Callable[[GameSetup], App]]:
    apps: list[tuple[App, Thinker]] = []
    pygame.display.init()
    surface = pygame.display.set_mode((1000, 700))

    def make(setup: GameSetup) -> App:
        thinker = Thinker(fake_player)
        session = GameSession(setup, analyst="pure:5000")
        apps.append((App(session, thinker, OPPONENTS, surface, Settings()), thinker))
        return apps[-1][0]

    yield make
    for _, thinker in apps:
        thinker.close()
    pygame.display.quit()


MakeApp = Callable[[GameSetup], App]


def click(app: App, x: int, y: int) -> None:
    app.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(x, y)))


def click_point(app: App, move: int) -> None:
    click(app, *app.scene().board.center(move))


def click_command(app: App, wanted: Command) -> None:
    """Click the control that gives a command."""
    scene = app.scene()
    controls = scene.dialog.controls if scene.dialog else scene.panel.buttons
    control = next(control for control in controls if control.command == wanted)
    click(app, *control.rect.center)


def press(app: App, key: int, character: str = "") -> None:
    app.handle(pygame.event.Event(pygame.KEYDOWN, key=key, mod=0, unicode=character))
    app.handle(pygame.event.Event(pygame.KEYUP, key=key))


def run_until(app: App, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        app.advance(0.016)
        app.draw()
        time.sleep(0.001)


def test_every_command_without_a_value_is_carried_out(make_app: MakeApp) -> None:
    app = make_app(GameSetup(Rules(6, 4), HUMAN, "greedy"))
    for command in Do:
        app.do(command)
    assert not app.running


def test_a_click_plays_and_the_engine_answers(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "greedy"))
    click_point(app, 14)
    run_until(app, lambda: len(app.session.moves) == 2)
    assert app.session.moves == (14, 0)


def test_full_screen_where_there_is_none_is_refused_in_words(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise pygame.error("no full screen")

    monkeypatch.setattr(pygame.display, "toggle_fullscreen", refuse)
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    press(app, pygame.K_F11)
    assert app.scene().message == "This screen has no full-screen mode"


@pytest.mark.parametrize(
    ("spec", "status"),
    [("engine:/tmp/{x}/a_b", "Loading engine:/tmp/{x}/a_b"), ("level:5", "Loading Level 5")],
)
def test_a_player_is_called_by_its_name_while_it_is_loaded(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, spec: str, status: str
) -> None:
    app = make_app(GameSetup(SIX, spec, HUMAN))
    monkeypatch.setattr(app._thinker, "reports", lambda: [Preparing(spec)])
    app.advance(0.0)
    assert app.scene().texts.status[0].startswith(status)


def test_a_click_beside_the_board_plays_nothing(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    click(app, 2, 2)
    assert app.session.moves == ()


def test_undo_by_key_and_by_button(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    for move in (14, 15, 20):
        click_point(app, move)
    press(app, pygame.K_u)
    click_command(app, Do.UNDO)
    assert app.session.snapshot().moves == (14,)


def test_the_pointer_shows_a_ghost_stone_on_empty_points_only(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    click_point(app, 14)
    assert app.scene().overlay.ghost is None
    app.handle(pygame.event.Event(pygame.MOUSEMOTION, pos=app.scene().board.center(15)))
    assert app.scene().overlay.ghost == 15


def test_the_pointer_tells_what_can_be_clicked(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes: list[int] = []
    monkeypatch.setattr(pygame.mouse, "set_cursor", shapes.append)
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    for move in (14, 20, 21):
        click_point(app, move)
    undo = next(c for c in app.scene().panel.buttons if c.command == Do.UNDO)
    board = app.scene().board
    for place in (undo.rect.center, board.center(14), board.center(15)):
        app.handle(pygame.event.Event(pygame.MOUSEMOTION, pos=place))
        app.draw()
    hand, no, arrow = (
        pygame.SYSTEM_CURSOR_HAND,
        pygame.SYSTEM_CURSOR_NO,
        pygame.SYSTEM_CURSOR_ARROW,
    )
    assert shapes == [hand, no, arrow]


def test_a_new_game_is_chosen_in_the_dialog(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "greedy"))
    click_command(app, Do.NEW_GAME)
    for _ in range(3):
        click_command(app, FormSize(1))
    click_command(app, FormWinLength(1))
    click_command(app, FormSide("white"))
    click_command(app, FormOpponent(1))
    click_command(app, FormStrength(0))
    click_command(app, FormClock(1))
    click_command(app, Do.START_GAME)
    setup = app.session.setup
    assert setup.rules == Rules(size=9, win_length=5)
    assert (setup.black, setup.white) == ("pure:200", HUMAN)
    assert setup.time.per_move == 30.0


def test_choosing_a_network_chooses_a_board_it_plays(make_app: MakeApp) -> None:
    app = make_app(GameSetup(Rules(), HUMAN, "greedy"))
    click_command(app, Do.NEW_GAME)
    click_command(app, FormScroll(-1))
    click_command(app, FormOpponent(0))
    click_command(app, Do.START_GAME)
    assert app.session.setup.rules == SIX


def test_a_game_a_network_cannot_play_cannot_be_started(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "net:small@100"))
    click_command(app, Do.NEW_GAME)
    click_command(app, FormSize(1))
    dialog = app.scene().dialog
    assert dialog is not None
    start = next(c for c in dialog.controls if c.command == Do.START_GAME)
    assert not start.enabled


def test_a_dialog_takes_the_clicks_meant_for_the_board(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    click_command(app, Do.NEW_GAME)
    click_point(app, 14)
    assert app.session.moves == ()


def test_a_broken_player_is_shown_and_the_window_lives_on(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "breaking"))
    click_point(app, 14)
    run_until(app, lambda: app.scene().message != "")
    assert app.scene().message == "breaking broke down: “out of ideas”"
    click_command(app, Do.UNDO)
    assert app.session.snapshot().moves == ()


def test_a_refused_command_says_why(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    press(app, pygame.K_u)
    assert app.scene().message == "Nothing to undo"


def test_a_first_click_is_forgotten_with_the_game_it_was_for(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    app.do(Switch("confirm"))
    click_point(app, 14)
    assert app.scene().overlay.ghost == 14
    app.do(Do.REMATCH)
    click_point(app, 14)
    assert app.session.shown == 0
    click_point(app, 14)
    assert app.session.shown == 1
    click_point(app, 15)
    press(app, pygame.K_u)
    click_point(app, 15)
    assert app.session.shown == 0


def test_a_hint_appears(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "greedy"))
    press(app, pygame.K_h)
    run_until(app, lambda: app.scene().overlay.hint is not None)
    assert app.scene().overlay.hint == 35
    assert app.scene().texts.status[1] == "Try F1"


def test_quitting_ends_the_loop(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "greedy"))
    app.handle(pygame.event.Event(pygame.QUIT))
    assert not app.running


def test_an_unchanged_scene_is_not_painted_again(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    app.draw()
    surface = pygame.display.get_surface()
    assert surface is not None
    surface.fill((1, 2, 3))
    app.draw()
    assert surface.get_at((0, 0))[:3] == (1, 2, 3)


def lose(app: App) -> None:
    """The human, who is Black, plays along the lower edge, and White fills the first row."""
    for move in (35, 30, 33, 28):
        if app.session.outcome is None:
            plies = len(app.session.moves)
            click_point(app, move)
            run_until(app, lambda plies=plies: len(app.session.moves) >= plies + 2)  # type: ignore[misc]
    run_until(app, lambda: app.settings.rated_games > 0)


def test_the_rating_follows_a_game_against_a_level_and_counts_it_once(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "level:3", adaptive=True))
    before = app.preferences.rating
    lose(app)
    assert app.session.outcome is not None
    assert app.preferences.rating.elo == pytest.approx(before.elo - FIRST_STEP / 2, abs=0.1)
    assert app.preferences.rating.games == 1
    assert "Your rating" in app.scene().message
    press(app, pygame.K_u)
    click_point(app, 34)  # in a side line, which becomes the game and is lost as well
    press(app, pygame.K_o)
    press(app, pygame.K_p)
    assert app.session.result is None
    run_until(app, lambda: app.session.outcome is not None)
    assert app.preferences.rating.games == 1


def test_a_rematch_meets_the_level_that_suits_the_result(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "level:3", adaptive=True))
    lose(app)
    press(app, pygame.K_m)
    levels = level_table()
    suits = app.preferences.rating.level(levels).number
    assert suits < 3
    assert (app.session.setup.black, app.session.setup.white) == (f"level:{suits}", HUMAN)


def test_a_game_with_help_does_not_change_the_rating(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "level:3"))
    for move in (35, 30, 33):
        plies = len(app.session.moves)
        click_point(app, move)
        run_until(app, lambda plies=plies: len(app.session.moves) >= plies + 2)  # type: ignore[misc]
    press(app, pygame.K_u)
    app.do(Do.RESIGN)
    app.advance(0.016)
    assert app.session.outcome is not None
    assert app.settings.rated_games == 0
    assert app.scene().message == "Your rating stays as it is: you had help in this game"


def play_two_moves_and_resign(app: App) -> None:
    """Each move is answered before the next thing is done."""
    for move in (35, 30):
        plies = len(app.session.moves)
        click_point(app, move)
        run_until(app, lambda plies=plies: len(app.session.moves) >= plies + 2)  # type: ignore[misc]
    app.do(Do.RESIGN)
    app.advance(0.016)


def test_a_game_from_a_position_set_up_is_not_rated_and_nobody_speaks_of_help(
    make_app: MakeApp,
) -> None:
    start = Board.from_moves(SIX, (14, 15)).to_text()
    app = make_app(GameSetup(SIX, HUMAN, "level:3", start=start))
    play_two_moves_and_resign(app)
    assert app.settings.rated_games == 0
    assert "a position that was set up" in app.scene().message


def test_resigning_to_a_level_is_a_loss_but_not_before_the_game_began(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "level:3"))
    app.do(Do.RESIGN)
    app.advance(0.016)
    assert app.settings.rated_games == 0
    app.do(Do.REMATCH)
    run_until(app, lambda: len(app.session.moves) == 1)
    play_two_moves_and_resign(app)
    assert app.settings.rated_games == 1


def test_an_engine_is_typed_chosen_played_and_removed(make_app: MakeApp) -> None:
    app = make_app(GameSetup(Rules(), HUMAN, "greedy"))
    click_command(app, Do.NEW_GAME)
    click_command(app, Do.ADD_ENGINE)
    for character in "/no/such":
        press(app, 0, character)
    press(app, pygame.K_RETURN, "\r")
    texts = [control.text for control in app.scene().dialog.controls]  # type: ignore[union-attr]
    assert "There is no such program" in texts
    for _ in range(20):
        press(app, pygame.K_BACKSPACE, "\x08")
    for character in sys.executable:
        press(app, 0, character)
    press(app, pygame.K_RETURN, "\r")
    assert app.settings.engines == (sys.executable,)
    click_command(app, FormStrength(0))
    click_command(app, Do.START_GAME)
    assert app.session.setup.white == f"engine:{sys.executable}@1"
    click_command(app, Do.NEW_GAME)
    click_command(app, RemoveEngine(len(OPPONENTS)))
    assert not app.settings.engines
    press(app, pygame.K_ESCAPE)
    assert app.scene().dialog is None


@pytest.mark.parametrize("content", ["", None])
def test_an_empty_clipboard_is_told_where_an_engine_is_typed(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    def get_text() -> str:
        if content is None:
            raise pygame.error("no clipboard")
        return content

    monkeypatch.setattr(pygame, "scrap", SimpleNamespace(get_text=get_text))
    app = make_app(GameSetup(Rules(), HUMAN, "greedy"))
    click_command(app, Do.NEW_GAME)
    click_command(app, Do.ADD_ENGINE)
    app.do(Do.PASTE_TEXT)
    texts = [control.text for control in app.scene().dialog.controls]  # type: ignore[union-attr]
    assert "The clipboard holds no text" in texts


def test_an_engine_can_be_dropped_on_its_dialog(make_app: MakeApp) -> None:
    app = make_app(GameSetup(Rules(), HUMAN, "greedy"))
    click_command(app, Do.NEW_GAME)
    click_command(app, Do.ADD_ENGINE)
    app.handle(pygame.event.Event(pygame.DROPFILE, file=sys.executable))
    click_command(app, Do.ENGINE_ADD)
    assert app.settings.engines == (sys.executable,)
    press(app, pygame.K_ESCAPE)
    assert app.scene().dialog is None


def test_escape_leaves_the_engine_dialog_for_the_one_below(make_app: MakeApp) -> None:
    app = make_app(GameSetup(Rules(), HUMAN, "greedy"))
    click_command(app, Do.NEW_GAME)
    click_command(app, Do.ADD_ENGINE)
    press(app, pygame.K_ESCAPE)
    assert app.scene().dialog is not None
    press(app, pygame.K_ESCAPE)
    assert app.scene().dialog is None


def test_a_game_is_set_up_by_keyboard_alone(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "greedy"))
    press(app, pygame.K_n)

    def focused() -> Command | None:
        dialog = app.scene().dialog
        assert dialog is not None
        return next((each.command for each in dialog.controls if each.focused), None)

    press(app, pygame.K_TAB)
    assert focused() == FormVariant(0)
    press(app, pygame.K_DOWN)
    assert focused() == FormOpening(OpeningRule.FREE)
    press(app, pygame.K_DOWN)
    press(app, pygame.K_RIGHT)
    assert focused() == FormSide("white")
    press(app, pygame.K_SPACE)
    while focused() != Do.START_GAME:
        press(app, pygame.K_TAB)
    press(app, pygame.K_RETURN)
    assert app.session.setup.white == HUMAN


def test_the_keyboard_begins_anew_in_every_dialog(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, "greedy"))
    for key in (pygame.K_F1, pygame.K_TAB, pygame.K_TAB, pygame.K_RETURN, pygame.K_n):
        press(app, key)
    dialog = app.scene().dialog
    assert dialog is not None
    assert not any(each.focused for each in dialog.controls)
    press(app, pygame.K_RETURN)  # starts the game rather than closing the dialog
    assert app.session.games == 2


def test_a_wheel_that_is_turned_sideways_changes_nothing(make_app: MakeApp) -> None:
    app = make_app(GameSetup(Rules(8), HUMAN, HUMAN, opening=OpeningRule.SWAP))
    for move in (27, 28, 35):
        click_point(app, move)
    app.do(Choose(Option("white")))
    press(app, pygame.K_u)
    assert app.session.index == 3
    app.handle(pygame.event.Event(pygame.MOUSEWHEEL, x=1, y=0))
    assert app.session.index == 3


def test_the_pace_of_engines_goes_up_and_down_and_round(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, "greedy", "random"))
    assert app.settings.watch_seconds == 0.5
    press(app, pygame.K_MINUS)
    assert app.session.seconds_between_engine_moves == 1.0
    for _ in range(5):
        press(app, pygame.K_EQUALS)
    assert app.settings.watch_seconds == 0.0
    for _ in WATCH_SECONDS:
        click_command(app, Do.PACE)
    assert app.settings.watch_seconds == 0.0


def test_two_engines_play_each_other_at_the_press_of_a_button(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    press(app, pygame.K_n)
    click_command(app, FormSide("watch"))
    click_command(app, FormOpponent(2))
    click_command(app, FormSeat(True))
    click_command(app, FormOpponent(1))
    click_command(app, Do.START_GAME)
    assert (app.session.setup.black, app.session.setup.white) == ("greedy", "pure:5000")
    run_until(app, lambda: len(app.session.moves) >= 2)
    press(app, pygame.K_p)
    plies = len(app.session.moves)
    press(app, pygame.K_PERIOD)
    run_until(app, lambda: len(app.session.moves) == plies + 1)
    assert app.session.snapshot().paused


def test_a_key_that_is_held_down_switches_once_and_steps_on(make_app: MakeApp) -> None:
    app = make_app(GameSetup(SIX, HUMAN, HUMAN))
    for move in range(4):
        app.session.play(6 * move)

    def hold(key: int) -> None:
        for _ in range(3):
            app.handle(pygame.event.Event(pygame.KEYDOWN, key=key, mod=0, unicode=""))

    for _ in range(2):
        before = app.session.analyzing
        hold(pygame.K_a)
        assert app.session.analyzing is not before
        app.handle(pygame.event.Event(pygame.KEYUP, key=pygame.K_a))
    hold(pygame.K_PAGEUP)
    assert app.session.shown == 1
    hold(pygame.K_t)
    app.handle(pygame.event.Event(pygame.WINDOWFOCUSLOST))  # it is released somewhere else
    hold(pygame.K_t)
    assert app.settings.theme == "light"
