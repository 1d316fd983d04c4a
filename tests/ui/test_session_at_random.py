"""Whatever is done to a session in whatever order, its moves, clock and result agree."""

import random

import pytest

from gomoku.board import IllegalMoveError
from gomoku.rules import Rules
from tests.ui.fakes import summary_of
from ui.clock import TimeControl
from ui.game_setup import HUMAN, GameSetup
from ui.position import Position
from ui.session import GameSession, SessionError
from ui.thought import thought_of
from ui.ticket import Purpose

RULES = Rules(size=5, win_length=4)
SEATS = [(HUMAN, HUMAN), (HUMAN, "first"), ("first", HUMAN), ("first", "second")]
ACTS = (
    *("play", "undo", "redo", "go_to", "resign", "let_engine_move", "ask_hint", "step"),
    *("toggle_pause", "switch_sides", "start_review", "stop_review", "take_back_blunder"),
    *("keep_blunder", "teaching", "analyzing", "pondering", "tick", "think"),
)
OFTEN = {"play": 12, "think": 12, "tick": 3, "resign": 0.1, "undo": 0.5, "go_to": 0.5}


def act(session: GameSession, name: str, rng: random.Random) -> None:
    """Do something, which may be refused."""
    if name == "play":
        session.play(rng.randrange(RULES.points))
    elif name == "go_to":
        session.go_to(rng.randrange(-1, len(session.moves) + 2))
    elif name == "tick":
        session.tick(rng.random() * 3)
    elif name == "think":
        think(session, rng)
    elif name in ("teaching", "analyzing", "pondering"):
        setattr(session, name, not getattr(session, name))
    else:
        getattr(session, name)()


def think(session: GameSession, rng: random.Random) -> None:
    """Answer whatever is asked, now and then badly."""
    ticket = session.wanted()
    if ticket is None:
        return
    board = ticket.position.board()
    if rng.random() < 0.1:
        session.fail(ticket)
        return
    move = rng.randrange(RULES.points)
    if board.outcome is None:
        summary = summary_of(board, move, rng.choice((3, 1000)), rng.uniform(-1, 1))
        assert session.consider(ticket, thought_of(summary, board.to_move))
    if rng.random() < 0.5 and ticket == session.wanted():
        session.deliver(ticket, None if rng.random() < 0.1 else move)


def check(session: GameSession) -> None:
    shown = session.snapshot()
    end = Position(RULES, session.moves, session.setup.start).board().outcome
    assert len(session.times) == len(session.moves) + 1
    assert session.moves[: session.shown] == shown.moves
    if end is not None:
        assert session.result == end
    assert shown.outcome == (session.result if session.shown == len(session.moves) else None)
    ticket = session.wanted()
    if ticket is not None and ticket.purpose is Purpose.MOVE:
        assert session.result is None
        assert not shown.human_to_move
    if shown.lesson is not None:
        assert shown.lesson.ply == session.shown - 1


@pytest.mark.parametrize("seats", SEATS)
@pytest.mark.parametrize("seed", range(3))
def test_a_session_stays_whole(seats: tuple[str, str], seed: int) -> None:
    rng = random.Random(seed)
    time = TimeControl(per_game=8.0, increment=1.0) if seed else TimeControl()
    session = GameSession(GameSetup(RULES, *seats, time), analyst="first")
    for _ in range(300):
        before = session.result, session.moves
        (name,) = rng.choices(ACTS, [OFTEN.get(each, 1) for each in ACTS])
        try:
            act(session, name, rng)
        except (SessionError, IllegalMoveError):
            assert (session.result, session.moves) == before, name
        check(session)
        if session.result is not None and rng.random() < 0.2:
            session.rematch()
