"""The window's model, without pygame, threads or time."""

from dataclasses import replace

import pytest

from gomoku.board import Board, IllegalMoveError, Termination
from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.ticket import REVIEW_SIMULATIONS, Purpose, Ticket
from tests.window.fakes import analysis_of

SIX = Rules(size=6, win_length=4)
AGAINST_ENGINE = GameSetup(SIX, HUMAN, "first")
TWO_ENGINES = GameSetup(SIX, "first", "second")
TWO_HUMANS = GameSetup(SIX, HUMAN, HUMAN)


def ticket_of(session: GameSession) -> Ticket:
    ticket = session.wanted()
    assert ticket is not None
    return ticket


def answer(session: GameSession, move: int) -> None:
    """Deliver an engine's move to the question asked now."""
    assert session.deliver(ticket_of(session), move)


def think(session: GameSession, move: int, simulations: int, value: float = 0.0) -> Ticket:
    """Deliver what an engine thinks of the position asked about."""
    ticket = ticket_of(session)
    board = ticket.position.board()
    thought = analysis_of(board, move, simulations, value)
    assert session.consider(ticket, thought)
    return ticket


def test_an_engine_is_asked_after_the_human_moved() -> None:
    session = GameSession(AGAINST_ENGINE)
    assert session.wanted() is None
    session.play(14)
    ticket = ticket_of(session)
    assert (ticket.purpose, ticket.player) == (Purpose.MOVE, "first")
    assert ticket.position.moves == (14,)
    assert session.deliver(ticket, 15)
    assert session.moves == (14, 15)
    assert session.wanted() is None


def test_asking_twice_gives_the_same_ticket() -> None:
    session = GameSession(replace(AGAINST_ENGINE, black="first", white=HUMAN))
    assert session.wanted() == session.wanted()


def test_a_stale_answer_is_dropped() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    stale = ticket_of(session)
    session.undo()
    session.play(20)
    assert not session.deliver(stale, 15)
    assert session.moves == (20,)


def test_an_answer_to_a_question_asked_before_undo_and_the_same_move_again_is_dropped() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    stale = ticket_of(session)
    session.undo()
    session.play(14)
    assert not session.deliver(stale, 15)


def test_the_human_cannot_move_for_the_engine() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    with pytest.raises(SessionError, match="not your turn"):
        session.play(15)


def test_an_occupied_point_is_refused_and_nothing_changes() -> None:
    session = GameSession(TWO_HUMANS)
    session.play(14)
    before = session.snapshot()
    with pytest.raises(IllegalMoveError, match="occupied"):
        session.play(14)
    assert session.snapshot() == before


def test_undo_takes_back_to_where_the_human_can_choose() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    answer(session, 15)
    session.play(20)
    answer(session, 21)
    session.undo()
    assert session.snapshot().moves == (14, 15)
    session.redo()
    assert session.snapshot().moves == (14, 15, 20, 21)


def test_undo_while_the_engine_thinks_takes_back_one_move() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    session.undo()
    assert session.snapshot().moves == ()
    assert session.wanted() is None


def test_the_first_move_of_an_engine_is_not_undone() -> None:
    session = GameSession(replace(AGAINST_ENGINE, black="first", white=HUMAN))
    answer(session, 14)
    assert not session.snapshot().can_undo
    with pytest.raises(SessionError, match="nothing to undo"):
        session.undo()


def test_a_game_given_up_before_its_first_move_can_be_taken_back() -> None:
    session = GameSession(AGAINST_ENGINE)
    assert not session.snapshot().can_undo
    session.resign()
    assert session.snapshot().can_undo
    session.undo()
    assert session.result is None


def test_undo_and_redo_give_back_the_same_position() -> None:
    session = GameSession(TWO_HUMANS)
    for move in (14, 15, 20):
        session.play(move)
    before = session.snapshot()
    session.undo()
    session.redo()
    assert session.snapshot() == before


def test_playing_after_undo_cuts_off_what_could_be_redone() -> None:
    session = GameSession(TWO_HUMANS)
    for move in (14, 15, 20):
        session.play(move)
    session.undo()
    session.play(30)
    assert session.moves == (14, 15, 30)
    with pytest.raises(SessionError, match="nothing to redo"):
        session.redo()


def test_looking_back_does_not_make_an_engine_move() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    answer(session, 15)
    session.go_to(1)
    assert session.wanted() is None
    session.go_to(99)
    assert session.snapshot().moves == (14, 15)


def test_a_row_wins_and_the_game_is_over() -> None:
    session = GameSession(TWO_HUMANS)
    for move in (0, 6, 1, 7, 2, 8, 3):
        session.play(move)
    outcome = session.snapshot().outcome
    assert outcome is not None
    assert (outcome.winner, outcome.line) == (BLACK, (0, 1, 2, 3))
    with pytest.raises(IllegalMoveError, match="game is over"):
        session.play(20)


def test_resigning_loses_and_can_be_taken_back() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    session.resign()
    outcome = session.snapshot().outcome
    assert outcome is not None
    assert (outcome.winner, outcome.termination) == (WHITE, Termination.RESIGNED)
    assert session.wanted() is None
    session.undo()
    assert session.snapshot().outcome is None


@pytest.mark.parametrize("act", ["resign", "switch_sides"])
def test_looking_back_in_a_finished_game_does_not_make_it_unfinished(act: str) -> None:
    moves = (0, 6, 1, 7, 2, 8, 3)
    session = GameSession(TWO_HUMANS)
    for move in moves:
        session.play(move)
    session.go_to(0)
    shown = session.snapshot()
    assert shown.outcome is None
    assert shown.result is not None
    assert shown.result.winner is BLACK
    with pytest.raises(SessionError):
        getattr(session, act)()
    assert session.moves == moves
    session.play(20)  # a side line has no end yet; the game keeps its own
    assert session.outcome is None
    assert session.snapshot().is_aside
    assert (session.moves, session.result) == (moves, shown.result)


def test_resigning_while_looking_back_gives_up_the_whole_game() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    answer(session, 15)
    session.go_to(0)
    session.resign()
    assert session.moves == (14, 15)
    assert session.outcome is not None
    assert session.outcome.winner is WHITE


def test_resigning_after_a_move_was_taken_back_loses_for_whoever_is_to_move_now() -> None:
    session = GameSession(TWO_HUMANS)
    for move in (14, 15, 20):
        session.play(move)
    session.undo()
    assert session.snapshot().to_move is BLACK
    session.undo()
    session.go_to(99)
    session.go_to(2)
    session.undo()
    session.resign()
    assert session.moves == (14,)
    assert session.outcome is not None
    assert session.outcome.winner is BLACK


def test_resigning_against_an_engine_leaves_what_was_taken_back_out_of_the_game() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    answer(session, 15)
    session.play(20)
    answer(session, 21)
    session.undo()
    session.go_to(0)  # and a look changes nothing
    session.resign()
    assert session.moves == (14, 15)
    assert session.outcome is not None
    assert session.outcome.winner is WHITE


def test_sides_are_not_switched_after_the_end() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    session.resign()
    with pytest.raises(SessionError, match="game is over"):
        session.switch_sides()
    assert session.setup == AGAINST_ENGINE


def test_two_engines_wait_until_they_are_started_and_can_be_stepped() -> None:
    session = GameSession(TWO_ENGINES)
    assert session.wanted() is None
    session.step()
    answer(session, 14)
    assert session.wanted() is None
    session.toggle_pause()
    assert ticket_of(session).player == "second"


def test_engines_whose_game_is_over_on_time_do_not_play_on() -> None:
    session = GameSession(replace(TWO_ENGINES, time=TimeControl(per_move=5.0)))
    session.step()
    answer(session, 14)
    session.toggle_pause()
    session.tick(6.0)
    result = session.result
    assert result is not None
    for _ in range(2):
        with pytest.raises(SessionError, match="game is over"):
            session.toggle_pause()
    assert session.result == result


def test_two_engines_wait_between_moves_when_told_to() -> None:
    session = GameSession(TWO_ENGINES)
    session.seconds_between_engine_moves = 1.0
    session.toggle_pause()
    assert session.wanted() is None
    session.tick(1.1)
    assert ticket_of(session).player == "first"


def test_between_the_moves_of_two_engines_no_human_is_to_move() -> None:
    session = GameSession(TWO_ENGINES)
    assert session.snapshot().human_to_move  # paused, anyone may put down a stone
    session.seconds_between_engine_moves = 1.0
    session.toggle_pause()
    assert session.wanted() is None
    assert not session.snapshot().human_to_move


def test_pondering_that_breaks_down_goes_on_in_another_position() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.pondering = True
    session.play(14)
    answer(session, 15)
    assert session.fail(ticket_of(session))
    assert session.wanted() is None
    assert session.pondering  # as the settings have it
    session.play(20)
    answer(session, 21)
    assert ticket_of(session).purpose is Purpose.PONDER


def test_the_engine_moves_for_the_human_when_asked() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.let_engine_move()
    answer(session, 14)
    assert ticket_of(session).purpose is Purpose.MOVE  # and now for itself
    answer(session, 15)
    assert session.snapshot().human_to_move


def test_switching_sides_hands_over_the_turn() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.switch_sides()
    assert ticket_of(session).player == "first"


def test_a_rematch_swaps_colors() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    session.rematch()
    assert (session.setup.black, session.setup.white) == ("first", HUMAN)
    assert session.moves == ()


def test_a_hint_is_shown_until_the_position_changes() -> None:
    session = GameSession(AGAINST_ENGINE, analyst="wise")
    session.ask_hint()
    ticket = ticket_of(session)
    assert (ticket.purpose, ticket.player) == (Purpose.HINT, "wise")
    assert session.deliver(ticket, 21)
    assert session.snapshot().hint == 21
    assert session.wanted() is None
    session.play(21)
    assert session.snapshot().hint is None


def test_an_engine_that_breaks_down_pauses_the_game_until_the_user_goes_on() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    assert session.fail(ticket_of(session))
    assert session.wanted() is None
    assert session.snapshot().paused
    session.toggle_pause()
    assert ticket_of(session).purpose is Purpose.MOVE


def test_an_engine_that_plays_an_occupied_point_pauses_the_game() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    with pytest.raises(IllegalMoveError):
        session.deliver(ticket_of(session), 14)
    assert session.wanted() is None
    assert session.moves == (14,)


def test_an_engine_that_was_asked_once_and_plays_an_occupied_point_is_not_waited_for() -> None:
    session = GameSession(TWO_HUMANS)
    session.play(14)
    session.let_engine_move()
    with pytest.raises(IllegalMoveError):
        session.deliver(ticket_of(session), 14)
    assert session.wanted() is None
    assert session.snapshot().human_to_move


def test_an_engine_that_finds_no_move_has_failed() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    assert session.deliver(ticket_of(session), None)
    assert session.wanted() is None
    assert session.snapshot().paused


def test_analysis_follows_the_position_shown_and_ends() -> None:
    session = GameSession(TWO_HUMANS, analyst="wise")
    session.analyzing = True
    session.play(14)
    ticket = think(session, 15, simulations=50, value=-0.5)
    assert ticket.purpose is Purpose.ANALYSIS
    shown = session.snapshot()
    assert shown.thought is not None
    assert shown.thought.best_move == 15
    assert shown.thought.win_rate == 0.25
    assert shown.black_win_rates == (None, 0.75)
    assert session.deliver(ticket, None)
    assert session.wanted() is None
    session.play(20)
    assert ticket_of(session).position.moves == (14, 20)


def test_a_game_that_was_given_up_can_be_analyzed_and_is_not_pondered() -> None:
    session = GameSession(AGAINST_ENGINE, analyst="wise")
    session.pondering = True
    session.play(14)
    answer(session, 15)
    session.resign()
    assert session.wanted() is None
    session.analyzing = True
    for ply in (2, 1):
        session.go_to(ply)
        ticket = ticket_of(session)
        assert (ticket.purpose, len(ticket.position.moves)) == (Purpose.ANALYSIS, ply)


def test_turning_analysis_on_does_not_disturb_an_engine_at_work() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    before = ticket_of(session)
    session.analyzing = True
    assert session.wanted() == before


def test_pondering_thinks_while_the_human_does() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.pondering = True
    session.play(14)
    answer(session, 15)
    ticket = ticket_of(session)
    assert (ticket.purpose, ticket.player) == (Purpose.PONDER, "first")
    assert session.deliver(ticket, 16)
    assert session.wanted() is None
    assert session.moves == (14, 15)


def test_a_review_finds_the_blunder_and_the_better_move() -> None:
    # Black is fine with 20 but plays 35, after which White is winning.
    session = GameSession(TWO_HUMANS, analyst="wise")
    for move in (14, 15, 35):
        session.play(move)
    session.start_review()
    # What is shown is judged first, then the rest from the start on.
    for best, value in ((16, 0.9), (14, 0.0), (15, 0.0), (20, 0.0)):
        think(session, best, REVIEW_SIMULATIONS, value)
    assert session.wanted() is None
    shown = session.snapshot()
    assert shown.reviewed == 1.0
    assert [(mistake.ply, mistake.better) for mistake in shown.mistakes] == [(2, 20)]
    black, white = shown.summaries
    assert black is not None
    assert white is not None
    assert (black.moves, black.blunders, white.blunders) == (2, 1, 0)
    assert black.accuracy == pytest.approx(1 - 0.45 / 2)


def test_moves_are_judged_by_the_analyst_alone() -> None:
    session = GameSession(AGAINST_ENGINE, analyst="wise")
    session.play(14)
    think(session, 15, 100_000, value=0.9)  # how sure of itself the engine is
    shown = session.snapshot()
    assert shown.thought is not None
    assert shown.thought.simulations == 100_000
    assert shown.black_win_rates == (None, None)
    answer(session, 15)
    session.start_review()
    for _ in range(3):
        think(session, 20, REVIEW_SIMULATIONS)
    assert session.wanted() is None
    session.go_to(1)
    thought = session.snapshot().thought
    assert thought is not None
    assert thought.simulations == REVIEW_SIMULATIONS


def test_a_review_is_complete_once_the_last_position_is_settled() -> None:
    session = GameSession(TWO_HUMANS)
    session.play(14)
    session.start_review()
    for _ in range(2):
        ticket = think(session, 15, simulations=3)
        session.snapshot()
        assert session.deliver(ticket, 15)
    assert session.snapshot().reviewed == 1.0


def test_a_level_does_not_ponder() -> None:
    session = GameSession(replace(AGAINST_ENGINE, white="level:5"))
    session.pondering = True
    session.play(14)
    answer(session, 15)
    assert session.wanted() is None


def test_pure_search_thinks_longer_where_a_network_needs_few_simulations() -> None:
    asked = {}
    for analyst in ("net:six@400", "pure:1000"):
        session = GameSession(TWO_HUMANS, analyst=analyst)
        session.play(14)
        session.start_review()
        asked[analyst] = ticket_of(session).limit.simulations
    assert asked == {"net:six@400": REVIEW_SIMULATIONS, "pure:1000": 50 * REVIEW_SIMULATIONS}


def test_a_review_that_proves_a_position_early_does_not_ask_again() -> None:
    session = GameSession(TWO_HUMANS)
    session.play(14)
    session.start_review()
    first = think(session, 14, simulations=3)
    assert session.deliver(first, 14)
    assert ticket_of(session).position != first.position


def test_the_end_of_a_game_needs_no_thinking() -> None:
    session = GameSession(TWO_HUMANS)
    for move in (0, 6, 1, 7, 2, 8, 3):
        session.play(move)
    assert session.snapshot().black_win_rates[-1] == 1.0


def test_a_clock_that_runs_out_loses() -> None:
    session = GameSession(replace(TWO_HUMANS, time=TimeControl(per_move=5.0)))
    session.tick(100.0)  # no clock runs before the first move
    session.play(14)
    session.tick(4.0)
    assert session.snapshot().white_seconds == 1.0
    session.tick(2.0)
    outcome = session.snapshot().outcome
    assert outcome is not None
    assert (outcome.winner, outcome.termination) == (BLACK, Termination.TIME)


def test_an_increment_is_added_after_every_move() -> None:
    session = GameSession(replace(TWO_HUMANS, time=TimeControl(per_game=60.0, increment=3.0)))
    session.play(14)
    session.tick(10.0)
    session.play(15)
    assert session.snapshot().white_seconds == 53.0
    assert session.snapshot().black_seconds == 63.0


def test_an_engine_with_a_clock_gets_less_time_than_it_has() -> None:
    setup = replace(AGAINST_ENGINE, time=TimeControl(per_game=60.0))
    session = GameSession(setup)
    session.play(14)
    seconds = ticket_of(session).limit.seconds
    assert seconds is not None
    assert 0 < seconds < 10


def test_undo_turns_the_clock_back() -> None:
    session = GameSession(replace(TWO_HUMANS, time=TimeControl(per_game=60.0, increment=3.0)))
    session.play(14)
    session.tick(10.0)
    session.play(15)
    session.tick(20.0)
    session.undo()
    assert (session.snapshot().black_seconds, session.snapshot().white_seconds) == (63.0, 60.0)
    session.tick(7.0)  # and there it runs
    session.play(20)
    assert (session.snapshot().black_seconds, session.snapshot().white_seconds) == (63.0, 56.0)


def test_redo_from_a_mere_look_leaves_the_clock_where_the_game_goes_on() -> None:
    session = GameSession(replace(TWO_HUMANS, time=TimeControl(per_move=30.0)))
    moves = (14, 15, 20, 21, 26, 27)
    for move in moves:
        session.play(move)
    session.tick(20.0)
    session.go_to(2)
    session.redo()
    assert session.shown == 3
    assert session.snapshot().black_seconds == 10.0
    session.tick(20.0)
    assert session.outcome is not None
    assert (session.outcome.winner, session.moves) == (WHITE, moves)


def test_undo_and_redo_give_no_time_away() -> None:
    session = GameSession(replace(TWO_HUMANS, time=TimeControl(per_game=60.0)))
    session.play(14)
    session.tick(10.0)
    session.play(15)
    for _ in range(2):
        session.tick(5.0)
        session.undo()
        session.tick(4.0)
        session.redo()
    assert (session.snapshot().black_seconds, session.snapshot().white_seconds) == (50.0, 50.0)
    session.undo()
    assert session.snapshot().white_seconds == 52.0


@pytest.mark.parametrize("ply", [0, 1])
def test_a_look_back_neither_stops_nor_turns_back_the_clock(ply: int) -> None:
    session = GameSession(replace(TWO_HUMANS, time=TimeControl(per_game=60.0)))
    session.play(14)
    session.play(15)
    session.go_to(ply)
    session.tick(10.0)
    assert session.snapshot().black_seconds == 50.0
    session.tick(60.0)
    assert session.outcome is not None  # and the end is shown
    assert (session.outcome.winner, session.moves) == (WHITE, (14, 15))


def test_the_clock_of_an_engine_kept_from_thinking_stands_still() -> None:
    session = GameSession(replace(AGAINST_ENGINE, time=TimeControl(per_game=60.0)))
    session.play(14)
    session.go_to(0)
    session.tick(100.0)
    assert session.snapshot().white_seconds == 60.0
    session.go_to(1)
    session.tick(10.0)
    assert session.snapshot().white_seconds == 50.0


def test_a_flag_that_falls_after_undo_ends_the_game_there() -> None:
    session = GameSession(replace(TWO_HUMANS, time=TimeControl(per_move=5.0)))
    for move in (14, 15, 20):
        session.play(move)
    session.undo()
    session.tick(6.0)
    assert session.outcome is not None
    assert (session.outcome.winner, session.moves) == (WHITE, (14, 15))


def test_a_fallen_flag_can_be_taken_back_and_does_not_fall_again_at_once() -> None:
    session = GameSession(replace(TWO_HUMANS, time=TimeControl(per_move=5.0)))
    session.play(14)
    session.tick(6.0)
    assert session.outcome is not None
    session.undo()
    session.tick(1.0)
    assert session.outcome is None
    assert session.snapshot().white_seconds == 4.0


def test_a_game_is_helped_once_the_human_had_any_help() -> None:
    def helped(act: str) -> bool:
        session = GameSession(AGAINST_ENGINE)
        session.play(14)
        answer(session, 15)
        if act:
            getattr(session, act)()
        return session.is_helped

    assert not helped("")
    for act in ("undo", "ask_hint", "let_engine_move", "switch_sides"):
        assert helped(act), act


@pytest.mark.parametrize("switch", ["analyzing", "teaching"])
def test_analysis_and_teaching_are_help_and_a_new_game_begins_without(switch: str) -> None:
    session = GameSession(AGAINST_ENGINE)
    setattr(session, switch, True)
    session.play(14)
    assert session.is_helped
    setattr(session, switch, False)
    session.rematch()
    assert not session.is_helped


def test_a_look_at_an_analysis_or_review_is_help_but_not_after_the_end() -> None:
    def helped(purpose: Purpose, *, is_over: bool) -> bool:
        session = GameSession(AGAINST_ENGINE, analyst="wise")
        session.play(14)
        answer(session, 15)
        if is_over:
            session.resign()
            session.go_to(1)
        session.analyzing = purpose is Purpose.ANALYSIS
        if purpose is Purpose.REVIEW:
            session.start_review()
        think(session, 20, 100)
        return session.is_helped

    for purpose in (Purpose.ANALYSIS, Purpose.REVIEW):
        assert helped(purpose, is_over=False)
        assert not helped(purpose, is_over=True)


def test_to_play_for_the_engine_or_from_an_earlier_position_is_help() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.new_game(AGAINST_ENGINE, (14,))
    session.play(15)  # a restored game is paused
    assert session.is_helped
    session.new_game(AGAINST_ENGINE, (14, 15))
    session.go_to(0)
    session.play(20)
    assert session.is_helped


@pytest.mark.parametrize("act", ["let_engine_move", "toggle_pause"])
def test_an_engine_that_goes_on_from_an_earlier_position_is_help(act: str) -> None:
    session = GameSession(AGAINST_ENGINE)
    session.new_game(AGAINST_ENGINE, (14, 15, 20))
    session.go_to(1)  # where the engine was to move
    getattr(session, act)()
    assert session.moves == (14,)
    assert session.is_helped


def test_an_engine_that_is_asked_to_move_while_it_thinks_thinks_on() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    before = session.wanted()
    session.let_engine_move()
    assert session.wanted() == before
    assert not session.is_helped


def test_two_engines_stop_after_the_move_that_is_stepped_to_while_one_thinks() -> None:
    session = GameSession(TWO_ENGINES)
    session.toggle_pause()
    before = session.wanted()
    session.step()
    assert session.wanted() == before
    answer(session, 14)
    assert session.wanted() is None


def test_an_undo_that_is_refused_is_no_help() -> None:
    session = GameSession(AGAINST_ENGINE)
    with pytest.raises(SessionError):
        session.undo()
    assert not session.is_helped


def test_the_only_human_has_a_color() -> None:
    assert AGAINST_ENGINE.human_color is BLACK
    assert replace(AGAINST_ENGINE, black="first", white=HUMAN).human_color is WHITE
    assert TWO_HUMANS.human_color is None
    assert TWO_ENGINES.human_color is None


def test_a_game_goes_on_from_a_position_that_was_set_up() -> None:
    start = Board.from_moves(SIX, (14, 15)).to_text()
    session = GameSession(replace(TWO_HUMANS, start=start))
    assert session.snapshot().to_move is BLACK
    session.play(20)
    assert sum(map(abs, session.snapshot().cells)) == 3


def test_a_loaded_game_waits_for_its_reader() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.new_game(AGAINST_ENGINE, decisions=(14,))
    assert session.wanted() is None
    session.toggle_pause()
    assert ticket_of(session).position.moves == (14,)


def test_a_bad_record_leaves_the_present_game_alone() -> None:
    session = GameSession(TWO_HUMANS)
    session.play(14)
    with pytest.raises(IllegalMoveError):
        session.new_game(TWO_HUMANS, decisions=(1, 1))
    assert session.moves == (14,)


def test_an_analysis_goes_deeper_on_request_and_says_when_it_cannot() -> None:
    session = GameSession(TWO_HUMANS, analyst="wise")
    session.analyzing = True
    depths = []
    for _ in range(3):
        ticket = ticket_of(session)
        depths.append(ticket.limit.simulations)
        assert session.deliver(ticket, None)
        assert session.wanted() is None
        if len(depths) < 3:
            session.deepen()
    assert depths == [20_000, 80_000, 320_000]
    with pytest.raises(SessionError, match="deepest"):
        session.deepen()
