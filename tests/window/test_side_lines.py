"""What would have happened: side lines leave the game as it was."""

from dataclasses import replace
from pathlib import Path

import pytest

from gomoku.board import Termination
from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.window.model.saved_game import game_of, game_setup, game_tree
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.model.ticket import Purpose
from gomoku_zero.window.model.tree import GameTree, TreeEntry

SIX = Rules(size=6, win_length=4)
AGAINST_ENGINE = GameSetup(SIX, HUMAN, "first")
WON = (0, 6, 1, 7, 2, 8, 3)


def won_game(setup: GameSetup = AGAINST_ENGINE) -> GameSession:
    """A game that Black won by four in the top row, shown at its end."""
    session = GameSession(setup)
    for move in WON:
        ticket = session.wanted()
        if ticket is not None and ticket.purpose is Purpose.MOVE:
            assert session.deliver(ticket, move)
        else:
            session.play(move)
    assert session.result is not None
    return session


def shown(session: GameSession) -> tuple[int, ...]:
    return session.snapshot().moves


def test_a_click_in_a_finished_game_begins_a_side_line_and_nobody_answers() -> None:
    session = won_game()
    result = session.result
    session.go_to(2)
    session.play(20)
    assert shown(session) == (0, 6, 20)
    assert session.is_aside
    assert (session.moves, session.result) == (WON, result)
    assert session.wanted() is None
    session.play(21)  # for the other side as well
    assert shown(session) == (0, 6, 20, 21)


@pytest.mark.parametrize("way_back", ["undo", "back_to_game", "go_to_mistake"])
def test_every_way_leads_back_from_a_side_line(way_back: str) -> None:
    session = won_game()
    session.go_to(2)
    session.play(20)
    if way_back == "go_to_mistake":
        with pytest.raises(SessionError, match="no mistakes"):
            session.go_to_mistake(1)
    else:
        getattr(session, way_back)()
    assert shown(session) == WON[:2]
    assert not session.is_aside
    session.back_to_game() if session.is_aside else None
    session.go_to(len(WON))
    # Undone, the side line is still the line that is looked at.
    assert shown(session) == ((0, 6, 20) if way_back == "undo" else WON)


def test_undo_after_the_end_and_another_move_is_a_side_line_too() -> None:
    session = won_game()
    session.undo()
    session.play(30)
    assert (session.moves, session.is_aside) == (WON, True)


def test_the_move_that_was_played_is_no_side_line() -> None:
    session = won_game()
    session.go_to(2)
    session.play(1)
    assert (shown(session), session.is_aside) == (WON[:3], False)


def test_a_side_line_played_once_more_is_followed() -> None:
    session = won_game()
    session.go_to(2)
    session.play(20)
    session.play(21)
    session.back_to_game()
    session.play(20)
    session.redo()
    assert shown(session) == (0, 6, 20, 21)


def test_a_game_under_review_is_not_changed_by_a_click() -> None:
    session = GameSession(GameSetup(SIX, HUMAN, HUMAN))
    for move in (14, 15, 20):
        session.play(move)
    session.start_review()
    session.go_to(1)
    session.play(30)
    assert (session.moves, shown(session)) == ((14, 15, 20), (14, 30))


def test_a_loaded_game_is_not_changed_by_a_click_in_its_middle() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.new_game(GameSetup(SIX, HUMAN, HUMAN), (14, 15, 20), is_studied=True)
    session.go_to(1)
    session.play(30)
    assert (session.moves, shown(session)) == ((14, 15, 20), (14, 30))


def test_what_is_tried_after_resigning_leaves_the_end_where_it_was() -> None:
    session = GameSession(AGAINST_ENGINE)
    session.play(14)
    session.resign()
    session.play(20)
    assert session.result is not None
    assert session.result.termination is Termination.RESIGNED
    assert (session.moves, shown(session)) == ((14,), (14, 20))


def test_a_move_taken_back_and_another_one_played_keeps_the_first_as_a_side_line() -> None:
    session = GameSession(GameSetup(SIX, HUMAN, HUMAN))
    for move in (14, 15, 20):
        session.play(move)
    session.undo()
    session.play(30)
    assert session.moves == (14, 15, 30)
    session.next_line()
    assert (shown(session), session.is_aside) == ((14, 15, 20), True)
    session.next_line()
    assert (shown(session), session.is_aside) == ((14, 15, 30), False)


def test_an_engine_asked_to_move_in_a_side_line_moves_once_there() -> None:
    session = won_game()
    session.go_to(2)
    session.play(20)
    session.let_engine_move()
    ticket = session.wanted()
    assert ticket is not None
    assert (ticket.purpose, ticket.position.moves) == (Purpose.MOVE, (0, 6, 20))
    assert session.deliver(ticket, 25)
    assert (shown(session), session.moves) == ((0, 6, 20, 25), WON)
    assert session.wanted() is None


def test_a_row_wins_a_side_line_without_winning_the_game() -> None:
    session = won_game()
    session.go_to(3)
    for move in (30, 9, 31, 10, 32, 11, 33):
        session.play(move)
    outcome = session.outcome
    assert outcome is not None
    assert outcome.winner is WHITE
    assert session.result is not None
    assert session.result.winner is BLACK


def test_a_side_line_can_become_the_game_and_the_old_one_is_kept() -> None:
    session = won_game()
    session.go_to(2)
    session.play(20)
    session.play(21)
    session.promote_line()
    assert (session.moves, session.result, session.is_aside) == ((0, 6, 20, 21), None, False)
    session.play(22)  # and it goes on
    ticket = session.wanted()
    assert ticket is not None
    assert ticket.player == "first"
    assert session.tree.has(WON)


def test_a_side_line_can_be_removed_and_the_game_cannot() -> None:
    session = won_game()
    with pytest.raises(SessionError, match="no side line"):
        session.remove_line()
    session.go_to(2)
    session.play(20)
    session.play(21)
    session.remove_line()
    assert (shown(session), session.is_aside) == (WON[:2], False)
    assert not session.tree.has((0, 6, 20))
    assert session.tree.has(WON)


def test_several_ways_on_are_shown() -> None:
    session = won_game()
    assert session.snapshot().branches == ()
    session.go_to(2)
    for move in (20, 25):
        session.play(move)
        session.back_to_game()
    assert session.snapshot().branches == (1, 20, 25)


def test_clocks_stand_still_in_a_side_line_of_a_game_that_is_over() -> None:
    session = won_game()
    before = session.times
    session.go_to(2)
    session.play(20)
    session.tick(100.0)
    assert session.times == before


def test_comments_belong_to_places() -> None:
    session = won_game()
    session.go_to(2)
    session.write_comment("here it was decided")
    session.play(20)
    assert session.snapshot().comment == ""
    session.back_to_game()
    assert session.snapshot().comment == "here it was decided"


def test_sides_cannot_be_switched_in_a_side_line() -> None:
    session = GameSession(replace(AGAINST_ENGINE, white=HUMAN))
    for move in (14, 15, 20):
        session.play(move)
    session.start_review()
    session.go_to(1)
    session.play(30)
    with pytest.raises(SessionError, match="leave side line"):
        session.switch_sides()


def test_a_tree_written_as_a_list_is_read_back() -> None:
    tree = GameTree()
    for path in ((1, 2, 3), (1, 4), (1, 2, 5, 6)):
        tree.add(path)
    tree.write((1, 4), "bad")
    entries = tree.entries((1, 4))
    assert entries[:2] == [TreeEntry(1, 1), TreeEntry(2, 4, "bad")]  # the main line comes first
    again = GameTree(entries)
    assert again.entries() == entries
    assert sorted(again.paths()) == [(1, 2, 3), (1, 2, 5, 6), (1, 4)]
    with pytest.raises(ValueError, match="none before it"):
        GameTree([TreeEntry(2, 1)])


def test_what_was_taken_back_at_the_end_is_kept_though_it_is_the_only_line(tmp_path: Path) -> None:
    session = GameSession(GameSetup(Rules(6, 4), HUMAN, HUMAN))
    session.play(3)
    session.play(4)
    session.undo()
    session.resign()
    files = GameFiles(tmp_path)
    record = files.load(files.keep_finished(game_of(session, "a", "b")))
    assert record.moves == (3,)
    assert game_tree(record, *game_setup(record)).has((3, 4))
    session.undo()  # the resignation
    files.store(session)
    restored = files.restore()
    assert restored is not None
    assert restored.decisions == (3,)
    assert restored.tree.has((3, 4))
