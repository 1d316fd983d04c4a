"""Lessons, lines and mistakes through the whole window."""

from collections.abc import Iterator
from dataclasses import replace

import pygame
import pytest

from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.model.commands import Command, Do, Play
from gomoku_zero.window.model.opponents import GREEDY, PURE
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.thinker import Thinker
from mcts.analysis import Candidate
from tests.window.fakes import FirstEmpty, analysis_of

SIX = Rules(size=6, win_length=4)


@pytest.fixture
def app() -> Iterator[App]:
    """Nothing is thought here but what a test puts in: time is not let pass."""
    pygame.display.init()
    surface = pygame.display.set_mode((1000, 700))
    thinker = Thinker(lambda spec: FirstEmpty())
    session = GameSession(GameSetup(SIX, HUMAN, "greedy"), analyst="wise")
    yield App(session, thinker, [PURE, GREEDY], surface, Settings(teaching=True))
    thinker.close()
    pygame.display.quit()


def judge(app: App, best: int, value: float) -> None:
    ticket = app.session.wanted()
    assert ticket is not None
    board = ticket.position.board()
    summary = analysis_of(board, best, 1000, value)
    assert app.session.consider(ticket, summary)


def blunder(app: App) -> None:
    app.do(Play(35))
    judge(app, 14, 0.2)
    judge(app, 15, 0.6)
    assert app.scene().snapshot.lesson is not None


def press(app: App, key: int) -> None:
    app.handle(pygame.event.Event(pygame.KEYDOWN, key=key, mod=0, unicode=""))
    app.handle(pygame.event.Event(pygame.KEYUP, key=key))


def point_at(app: App, move: int) -> None:
    app.handle(pygame.event.Event(pygame.MOUSEMOTION, pos=app.scene().board.center(move)))


def commands(app: App) -> set[Command | None]:
    return {control.command for control in app.scene().panel.buttons}


def test_a_lesson_shows_the_answer_and_under_the_pointer_the_better_line(app: App) -> None:
    blunder(app)
    marks = app.scene().overlay
    assert (marks.better, marks.ghost_line, marks.ghost_color) == (14, (15,), WHITE)
    point_at(app, 14)
    marks = app.scene().overlay
    assert (marks.ghost_line, marks.ghost_color) == ((14,), BLACK)


def test_a_lesson_offers_to_take_back_and_to_keep_and_says_why(app: App) -> None:
    assert Do.TAKE_BACK not in commands(app)
    blunder(app)
    assert {Do.TAKE_BACK, Do.KEEP_MOVE} <= commands(app)
    assert app.scene().texts.status[0] == "Take that back?"
    assert app.scene().texts.sentences
    app.draw()  # nothing of it fails to be drawn


@pytest.mark.parametrize("key", [pygame.K_RETURN, pygame.K_KP_ENTER])
def test_enter_keeps_the_move(app: App, key: int) -> None:
    blunder(app)
    press(app, key)
    shown = app.scene().snapshot
    assert (shown.lesson, shown.moves) == (None, (35,))


def test_who_plays_by_keyboard_can_keep_the_move_by_it_too(app: App) -> None:
    press(app, pygame.K_LEFT)
    press(app, pygame.K_RETURN)
    judge(app, 14, 0.2)
    judge(app, 15, 0.6)
    assert app.scene().snapshot.lesson is not None
    press(app, pygame.K_RETURN)
    shown = app.scene().snapshot
    assert (shown.lesson, len(shown.moves)) == (None, 1)


def test_u_and_the_button_take_it_back(app: App) -> None:
    blunder(app)
    press(app, pygame.K_u)
    assert app.session.snapshot().moves == ()
    app.do(Play(35))
    judge(app, 15, 0.6)
    scene = app.scene()
    button = next(c for c in scene.panel.buttons if c.command == Do.TAKE_BACK)
    app.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=button.rect.center))
    assert app.session.snapshot().moves == ()


def test_the_key_switches_teaching_off(app: App) -> None:
    blunder(app)
    press(app, pygame.K_b)
    assert app.scene().snapshot.lesson is None
    assert app.scene().message == "Teaching mode: off"


def test_every_candidate_shows_its_line_under_the_pointer(app: App) -> None:
    app.do(Do.ANALYSIS)
    ticket = app.session.wanted()
    assert ticket is not None
    board = ticket.position.board()
    thought = analysis_of(board, 14, 1000)
    other = Candidate(20, 300, 0.0, 0.1, (20, 21, 22))
    thought = replace(thought, candidates=(*thought.candidates, other))
    assert app.session.consider(ticket, thought)
    for move, line in ((14, (14,)), (20, (20, 21, 22)), (3, ())):
        point_at(app, move)
        assert app.scene().overlay.ghost_line == line
    app.draw()


def test_a_click_on_the_better_move_takes_the_blunder_back_and_plays_it(app: App) -> None:
    blunder(app)
    better = app.scene().overlay.better
    assert better == 14
    app.handle(
        pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=app.scene().board.center(better))
    )
    assert app.session.moves == (better,)
    assert app.scene().snapshot.lesson is None
