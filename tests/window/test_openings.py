"""Openings in the window's model: who decides what, and what follows from it."""

from dataclasses import replace

import pytest

from gomoku.notation import move_from_text
from gomoku.opening_rules import DecisionError, OpeningRule, Option, OptionTurn, Seat, StoneTurn
from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.ticket import Purpose
from tests.window.fakes import analysis_of

NINE = Rules(size=9)
TWO_HUMANS = GameSetup(NINE, HUMAN, HUMAN, opening=OpeningRule.SWAP2)
HUMAN_FIRST = GameSetup(NINE, HUMAN, "engine", opening=OpeningRule.SWAP2)
ENGINE_FIRST = GameSetup(NINE, "engine", HUMAN, opening=OpeningRule.SWAP2)


def point(text: str) -> int:
    return move_from_text(text, NINE.size)


THREE = tuple(map(point, ("e5", "f6", "c3")))
TWO = tuple(map(point, ("g7", "d2")))


def put(session: GameSession, *stones: int) -> None:
    for stone in stones:
        session.play(stone)


def deliver(session: GameSession, *decisions: int | Option) -> None:
    """The engine decides."""
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.purpose is Purpose.MOVE
    assert session.deliver(ticket, *decisions)


def test_the_first_of_two_humans_puts_three_and_the_second_takes_black() -> None:
    session = GameSession(TWO_HUMANS)
    for stones, color in ((3, BLACK), (2, WHITE), (1, BLACK)):
        shown = session.snapshot()
        assert shown.turn == StoneTurn(Seat.FIRST, color, stones)
        assert shown.colors_are_open
        assert shown.to_move is color
        assert shown.deciding is BLACK  # the card of the first player
        put(session, THREE[3 - stones])
    shown = session.snapshot()
    assert shown.options == (Option.BLACK, Option.WHITE, Option.PUT_TWO)
    assert shown.deciding is WHITE
    session.choose(Option.BLACK)
    shown = session.snapshot()
    assert (shown.turn, shown.options, shown.colors_are_open) == (None, (), False)
    assert shown.to_move is shown.deciding is WHITE
    assert session.opening.seat_of(BLACK) is Seat.SECOND


def test_after_two_more_stones_the_first_player_chooses() -> None:
    session = GameSession(TWO_HUMANS)
    put(session, *THREE)
    session.choose(Option.PUT_TWO)
    assert session.snapshot().turn == StoneTurn(Seat.SECOND, WHITE, 2)
    put(session, *TWO)
    assert session.snapshot().turn == OptionTurn(Seat.FIRST, (Option.BLACK, Option.WHITE))
    with pytest.raises(SessionError, match="nothing to choose"):
        session.choose(Option.PUT_TWO)
    session.choose(Option.WHITE)
    assert session.snapshot().to_move is WHITE
    assert session.opening.seat_of(WHITE) is Seat.FIRST
    assert session.decisions == (*THREE, Option.PUT_TWO, *TWO, Option.WHITE)
    assert session.moves == (*THREE, *TWO)


def test_a_stone_cannot_be_put_where_a_choice_is_due() -> None:
    session = GameSession(TWO_HUMANS)
    put(session, *THREE)
    with pytest.raises(SessionError, match="choose first"):
        session.play(0)
    assert session.moves == THREE


def test_nothing_can_be_chosen_where_a_stone_is_due() -> None:
    session = GameSession(TWO_HUMANS)
    put(session, *THREE[:2])
    with pytest.raises(SessionError, match="nothing to choose"):
        session.choose(Option.BLACK)
    assert session.decisions == THREE[:2]


@pytest.mark.parametrize(("choice", "human"), [(Option.BLACK, WHITE), (Option.WHITE, BLACK)])
def test_the_human_plays_the_color_that_the_engine_leaves(choice: Option, human: Color) -> None:
    session = GameSession(HUMAN_FIRST)
    put(session, *THREE)
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.opening == session.opening
    deliver(session, choice)
    assert session.seated.human_color is human
    assert session.snapshot().setup.seat(human) == HUMAN
    # White is to move now, whoever that is.
    assert session.snapshot().human_to_move is (human is WHITE)
    assert session.setup == HUMAN_FIRST


def test_an_engine_puts_all_its_stones_at_once() -> None:
    session = GameSession(ENGINE_FIRST)
    assert not session.snapshot().human_to_move
    deliver(session, *THREE)
    assert session.snapshot().options == (Option.BLACK, Option.WHITE, Option.PUT_TWO)
    assert session.snapshot().human_to_move
    session.choose(Option.WHITE)
    assert session.snapshot().human_to_move
    session.play(0)
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.opening is None  # a usual move


def test_an_engine_that_breaks_the_rule_is_stopped() -> None:
    session = GameSession(ENGINE_FIRST)
    ticket = session.wanted()
    assert ticket is not None
    with pytest.raises(DecisionError):
        session.deliver(ticket, Option.BLACK)
    assert session.moves == ()
    assert session.snapshot().paused
    assert session.wanted() is None


def test_undo_and_redo_go_over_a_choice_as_over_a_move() -> None:
    session = GameSession(TWO_HUMANS)
    put(session, *THREE)
    session.choose(Option.BLACK)
    session.undo()
    shown = session.snapshot()
    assert shown.options
    assert shown.can_redo
    assert shown.moves == shown.all_moves == THREE
    session.undo()
    assert session.snapshot().moves == THREE[:2]
    session.redo()
    session.redo()
    assert not session.snapshot().colors_are_open
    assert not session.snapshot().can_redo


def test_another_choice_cuts_off_what_followed_the_first() -> None:
    session = GameSession(TWO_HUMANS)
    put(session, *THREE)
    session.choose(Option.BLACK)
    put(session, *TWO)
    for _ in range(3):
        session.undo()
    session.choose(Option.PUT_TWO)
    assert session.decisions == (*THREE, Option.PUT_TWO)
    assert session.moves == THREE


def test_undo_goes_back_to_what_the_human_decided() -> None:
    session = GameSession(HUMAN_FIRST)
    put(session, *THREE)
    deliver(session, Option.WHITE, TWO[0])
    session.undo()
    assert session.snapshot().moves == THREE[:2]
    session.redo()
    assert session.snapshot().to_move is BLACK


def test_looking_back_shows_the_colors_as_they_were_open() -> None:
    session = GameSession(TWO_HUMANS)
    put(session, *THREE)
    session.choose(Option.BLACK)
    session.play(0)
    session.go_to(2)
    assert session.snapshot().colors_are_open
    session.go_to(3)  # just before the fourth stone, when the choice was made
    assert not session.snapshot().colors_are_open
    assert session.snapshot().can_redo


def test_stones_count_for_the_clock_of_who_puts_them() -> None:
    session = GameSession(replace(TWO_HUMANS, time=TimeControl(per_game=60.0)))
    put(session, THREE[0])
    session.tick(5.0)
    put(session, *THREE[1:])
    session.tick(7.0)
    shown = session.snapshot()
    assert (shown.black_seconds, shown.white_seconds) == (55.0, 53.0)
    session.choose(Option.BLACK)  # so the second player is Black, with what is left
    shown = session.snapshot()
    assert (shown.black_seconds, shown.white_seconds) == (53.0, 55.0)
    session.tick(1.0)  # White, the first player, thinks
    assert session.snapshot().white_seconds == 54.0


def test_a_flag_that_falls_before_the_choice_loses_for_the_chooser() -> None:
    session = GameSession(replace(TWO_HUMANS, time=TimeControl(per_game=60.0)))
    put(session, *THREE)
    session.tick(61.0)
    assert session.result is not None
    assert session.result.winner is BLACK  # the card of the first player


def test_pro_wants_the_center_and_then_a_distance() -> None:
    session = GameSession(replace(TWO_HUMANS, opening=OpeningRule.PRO))
    with pytest.raises(DecisionError):
        session.play(0)
    assert len(session.snapshot().barred) == NINE.points - 1
    put(session, point("e5"))
    assert session.snapshot().barred == ()
    put(session, point("e6"))
    assert len(session.snapshot().barred) == 25 - 2
    with pytest.raises(DecisionError):
        session.play(point("g7"))
    assert session.moves == (point("e5"), point("e6"))
    put(session, point("h8"))
    assert session.snapshot().barred == ()


def test_the_opening_is_neither_taught_nor_judged() -> None:
    session = GameSession(TWO_HUMANS, analyst="engine")
    session.teaching = True
    put(session, *THREE)
    assert session.wanted() is None  # neither a judgment nor pondering
    session.choose(Option.BLACK)
    session.teaching = False
    put(session, *TWO)
    session.start_review()
    for value in (1.0, -1.0, 1.0, -1.0, 1.0, -1.0):  # as if every move had been a blunder
        ticket = session.wanted()
        assert ticket is not None
        summary = analysis_of(ticket.position.board(), 80, 1000, value)
        session.consider(ticket, summary)
        session.deliver(ticket, None)
    shown = session.snapshot()
    assert shown.reviewed == 1.0
    assert all(mistake.ply >= 3 for mistake in shown.mistakes)
    assert sum(summary.moves for summary in shown.summaries if summary is not None) == 2


def test_a_hint_in_the_opening_may_be_a_choice() -> None:
    session = GameSession(TWO_HUMANS)
    put(session, *THREE)
    session.ask_hint()
    ticket = session.wanted()
    assert ticket is not None
    assert (ticket.purpose, ticket.opening) == (Purpose.HINT, session.opening)
    session.deliver(ticket, Option.WHITE)
    assert session.snapshot().hint is Option.WHITE
    assert session.snapshot().options  # nothing is chosen by it


def test_the_other_player_begins_the_rematch() -> None:
    session = GameSession(HUMAN_FIRST)
    put(session, *THREE)
    deliver(session, Option.BLACK)
    session.resign()
    assert session.result is not None
    assert session.result.winner is BLACK
    session.rematch()
    assert session.setup == ENGINE_FIRST
    assert session.wanted() is not None


def test_a_position_that_was_set_up_has_no_opening() -> None:
    session = GameSession(TWO_HUMANS)
    put(session, *THREE)
    start = session.position.board().to_text()
    session.new_game(replace(TWO_HUMANS, start=start))
    assert session.snapshot().turn is None
    assert session.setup.opening is OpeningRule.FREE
    session.play(0)


def test_decisions_that_the_rule_does_not_allow_leave_the_present_game_alone() -> None:
    session = GameSession(TWO_HUMANS)
    put(session, *THREE)
    with pytest.raises(DecisionError):
        session.new_game(TWO_HUMANS, (*THREE, 0))
    assert session.moves == THREE


def test_a_choice_at_the_end_that_was_taken_back_is_gone_forward_to_like_a_move() -> None:
    for ply in (3, 4, 1_000_000):
        session = GameSession(TWO_HUMANS)
        put(session, *THREE)
        session.choose(Option.BLACK)
        session.undo()
        assert session.index == 3
        session.go_to(ply)
        assert session.index == 4
