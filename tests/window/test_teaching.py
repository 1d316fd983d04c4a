"""Teaching mode: a human's blunder is shown before the engine answers it."""

import pytest

from gomoku.rules import BLACK, Rules
from gomoku_zero.window.i18n import load_language
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.status import lesson_lines, status_lines
from gomoku_zero.window.model.ticket import JUDGING_SIMULATIONS, Purpose
from mcts.tree import Proof
from tests.window.fakes import analysis_of

SIX = Rules(size=6, win_length=4)


def pupil(setup: GameSetup | None = None) -> GameSession:
    session = GameSession(setup or GameSetup(SIX, HUMAN, "first"), analyst="wise")
    session.teaching = True
    return session


def judge(session: GameSession, best: int, value: float, proof: Proof = Proof.UNKNOWN) -> None:
    """Think about the position asked for: the best move there, and its value for the mover."""
    ticket = session.wanted()
    assert ticket is not None
    assert (ticket.purpose, ticket.player) == (Purpose.JUDGE, "wise")
    board = ticket.position.board()
    summary = analysis_of(board, best, JUDGING_SIMULATIONS, value, proof)
    assert session.consider(ticket, summary)


def blunder(session: GameSession) -> None:
    """Black plays 35 where 14 kept 60%, and is left with 20%."""
    session.play(35)
    judge(session, 14, 0.2)
    judge(session, 15, 0.6)


def test_the_engine_waits_until_the_move_is_judged() -> None:
    session = pupil()
    session.play(14)
    judge(session, 14, 0.0)
    assert not session.snapshot().human_to_move
    judge(session, 15, 0.0)
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.purpose is Purpose.MOVE
    assert session.snapshot().lesson is None


def test_a_blunder_is_shown_with_the_better_move_and_what_answers_it() -> None:
    session = pupil()
    blunder(session)
    lesson = session.snapshot().lesson
    assert lesson is not None
    assert (lesson.move, lesson.better, lesson.color) == (35, 14, BLACK)
    assert (lesson.before, lesson.lost) == pytest.approx((0.6, 0.4))
    assert lesson.better_line == (14,)
    assert lesson.refutation == (15,)
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.purpose is Purpose.PONDER  # and the engine does not move


def test_a_blunder_can_be_taken_back() -> None:
    session = pupil()
    blunder(session)
    session.take_back_blunder()
    shown = session.snapshot()
    assert (shown.moves, shown.lesson, shown.human_to_move) == ((), None, True)
    session.play(14)  # what was known of the position before need not be thought again
    judge(session, 15, -0.2)
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.purpose is Purpose.MOVE


def test_undo_takes_a_blunder_back_too() -> None:
    session = pupil()
    blunder(session)
    session.undo()
    assert session.snapshot().moves == ()
    assert session.snapshot().lesson is None


def test_a_blunder_can_be_kept_and_the_game_goes_on() -> None:
    session = pupil()
    blunder(session)
    session.keep_blunder()
    assert session.snapshot().lesson is None
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.purpose is Purpose.MOVE
    assert session.deliver(ticket, 15)
    assert session.moves == (35, 15)


def test_nothing_can_be_kept_or_taken_back_without_a_lesson() -> None:
    session = pupil()
    with pytest.raises(SessionError):
        session.keep_blunder()
    with pytest.raises(SessionError):
        session.take_back_blunder()


@pytest.mark.parametrize(("threshold", "speaks"), [(0.39, True), (0.41, False)])
def test_only_what_loses_more_than_the_threshold_is_a_lesson(
    threshold: float, speaks: bool
) -> None:
    session = pupil()
    session.teaching_threshold = threshold
    blunder(session)
    assert (session.snapshot().lesson is not None) is speaks


def test_switching_teaching_off_lets_the_engine_move() -> None:
    session = pupil()
    blunder(session)
    session.teaching = False
    assert session.snapshot().lesson is None
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.purpose is Purpose.MOVE


def test_an_analyst_that_breaks_down_does_not_stop_the_game() -> None:
    session = pupil()
    session.play(14)
    ticket = session.wanted()
    assert ticket is not None
    assert session.fail(ticket)
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.purpose is Purpose.MOVE


def test_an_adviser_that_cannot_think_is_not_asked_the_same_again() -> None:
    session = pupil()
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.purpose is Purpose.PONDER
    assert session.fail(ticket)
    assert session.wanted() is None
    session.play(14)
    assert session.wanted() is not None


@pytest.mark.parametrize("act", ["hint", "switch", "pause", "look back"])
@pytest.mark.parametrize("is_judged", [False, True])
def test_nothing_but_the_human_lets_a_blunder_pass(act: str, is_judged: bool) -> None:
    session = pupil()
    if is_judged:
        blunder(session)
    else:
        session.play(35)
    if act == "hint":
        with pytest.raises(SessionError, match="not your turn"):
            session.ask_hint()
    elif act == "switch":
        session.switch_sides()
    elif act == "pause":
        session.toggle_pause()
    else:
        session.go_to(0)
        assert session.snapshot().lesson is None  # another position is shown
        session.go_to(99)
    if not is_judged:
        judge(session, 14, 0.2)
        judge(session, 15, 0.6)
    assert session.snapshot().lesson is not None


def test_the_engine_is_not_advised_by_the_hint_for_the_human() -> None:
    session = GameSession(GameSetup(SIX, HUMAN, "first"), analyst="wise")
    session.play(14)
    due = session.wanted()
    with pytest.raises(SessionError, match="not your turn"):
        session.ask_hint()
    assert session.wanted() == due


def test_undo_takes_back_the_blunder_the_lesson_is_about() -> None:
    # With sides switched, undo alone would look for a move of the other color.
    session = pupil()
    blunder(session)
    session.switch_sides()
    session.undo()
    assert session.snapshot().moves == ()


def test_a_blunder_that_was_taken_back_and_redone_is_kept() -> None:
    session = pupil()
    blunder(session)
    session.undo()
    session.redo()
    assert session.snapshot().lesson is None
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.purpose is Purpose.MOVE


def test_a_position_proven_early_is_judged_all_the_same() -> None:
    session = pupil()
    session.play(14)
    judge(session, 14, 0.0)
    ticket = session.wanted()
    assert ticket is not None
    board = ticket.position.board()
    proven = analysis_of(board, 15, 3, 1.0, Proof.WIN)
    assert session.consider(ticket, proven)
    assert session.deliver(ticket, 15)
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.purpose is Purpose.MOVE  # 14 was the move preferred


def test_the_clock_stands_still_while_a_move_is_discussed() -> None:
    session = pupil(GameSetup(SIX, HUMAN, "first", TimeControl(per_game=60.0)))
    session.play(35)
    session.tick(5.0)
    judge(session, 14, 0.2)
    judge(session, 15, 0.6)
    session.tick(5.0)
    assert session.snapshot().white_seconds == 60.0


def test_two_people_are_taught_as_well() -> None:
    session = pupil(GameSetup(SIX, HUMAN, HUMAN))
    blunder(session)
    assert session.snapshot().lesson is not None
    session.play(15)  # White punishes it, so it stands
    assert session.moves == (35, 15)
    lesson = session.snapshot().lesson
    assert lesson is None


def test_the_end_of_the_game_is_no_lesson() -> None:
    session = pupil(GameSetup(SIX, HUMAN, HUMAN))
    session.teaching = False
    for move in (0, 6, 1, 7, 2, 8):
        session.play(move)
    session.teaching = True
    session.play(3)
    assert session.outcome is not None
    assert session.wanted() is None


@pytest.mark.parametrize("code", ["en", "zh"])
def test_the_lesson_is_explained_in_words(code: str) -> None:
    session = pupil()
    blunder(session)
    language = load_language(code)
    headline, detail = status_lines(session.snapshot(), [], language)
    assert headline == language.say("lesson_title")
    assert "60%" in detail
    assert "20%" in detail
    text = " ".join(lesson_lines(session.snapshot(), language))
    assert "C4" in text  # the better move, 14
    assert "D4" in text  # the answer, 15


def test_a_win_thrown_away_and_a_win_allowed_are_named() -> None:
    session = pupil()
    session.play(35)
    board = session.wanted()
    assert board is not None
    for best in (14, 15):
        ticket = session.wanted()
        assert ticket is not None
        position = ticket.position.board()
        summary = analysis_of(position, best, JUDGING_SIMULATIONS, 1.0, Proof.WIN, distance=5)
        assert session.consider(ticket, summary)
    text = " ".join(lesson_lines(session.snapshot(), load_language("en")))
    assert "Black had a certain win in 3: C4" in text
    assert "Now White wins in 3: D4" in text
