"""Whatever is done to a session in whatever order, its moves, clock and result agree."""

import random

import pytest

from gomoku.board import IllegalMoveError
from gomoku.opening_rules import (
    Decision,
    DecisionError,
    OpeningPhase,
    OpeningRule,
    Option,
    OptionTurn,
    Seat,
)
from gomoku.rules import Rules
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.ticket import Purpose
from tests.window.fakes import analysis_of

RULES = Rules(size=5, win_length=4)
EIGHT = Rules(size=8, win_length=4)  # the smallest board for every opening rule
SEATS = [(HUMAN, HUMAN), (HUMAN, "first"), ("first", HUMAN), ("first", "second")]
ACTS = (
    *("play", "choose", "undo", "redo", "go_to", "resign", "let_engine_move", "ask_hint", "step"),
    *("toggle_pause", "switch_sides", "start_review", "stop_review", "take_back_blunder"),
    *("keep_blunder", "teaching", "analyzing", "pondering", "tick", "think"),
    *("back_to_game", "next_line", "promote_line", "remove_line"),
)
OFTEN = {"play": 12, "think": 12, "tick": 3, "resign": 0.1, "undo": 0.5, "go_to": 0.5}
RARELY = {"promote_line": 0.2, "remove_line": 0.2}
ENDS_CHANGE = ("undo", "promote_line")  # a flag that fell or a resignation is taken back


def act(session: GameSession, name: str, rng: random.Random) -> None:
    """Do something, which may be refused."""
    if name == "play":
        session.play(rng.randrange(session.setup.rules.points))
    elif name == "choose":
        session.choose(rng.choice(list(Option)))
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
    if ticket.opening is not None:
        session.deliver(ticket, *decide(ticket.opening, rng))
        return
    move = rng.randrange(board.rules.points)
    if board.outcome is None:
        summary = analysis_of(board, move, rng.choice((3, 1000)), rng.uniform(-1, 1))
        assert session.consider(ticket, summary)
    if rng.random() < 0.5 and ticket == session.wanted():
        session.deliver(ticket, None if rng.random() < 0.1 else move)


def decide(opening: OpeningPhase, rng: random.Random) -> list[Decision]:
    """All that a seat has to decide, now and then against the rule."""
    assert opening.turn is not None
    seat = opening.turn.seat
    decided: list[Decision] = []
    while opening.turn is not None and opening.turn.seat is seat:
        if rng.random() < 0.1:
            return [*decided, rng.choice((*Option, rng.randrange(opening.rules.points)))]
        if isinstance(opening.turn, OptionTurn):
            decided.append(rng.choice(opening.turn.options))
        else:
            decided.append(rng.choice(opening.legal_points().tolist()))
        opening = opening.decided(decided[-1])
    return decided


def check(session: GameSession) -> None:
    shown = session.snapshot()
    rules = session.setup.rules
    end = Position(rules, session.moves, session.setup.start).board().outcome
    assert len(session.times) == len(session.decisions) + 1
    check_opening(session)
    assert shown.all_moves[: session.shown] == shown.moves
    assert session.tree.has(session.decisions)
    assert session.tree.has(session.line)
    on_game = session.decisions[: session.index] == session.line[: session.index]
    assert shown.is_aside is not on_game
    if end is not None:
        assert session.result == end
    is_end = session.index == len(session.decisions) and not shown.is_aside
    line_end = Position(rules, shown.moves, session.setup.start).board().outcome
    assert shown.outcome == (session.result if is_end else line_end)
    ticket = session.wanted()
    if ticket is not None and ticket.purpose is Purpose.MOVE:
        assert session.result is None or shown.tries_out
        assert not shown.human_to_move
    if shown.lesson is not None:
        assert shown.lesson.ply == session.shown - 1


def check_opening(session: GameSession) -> None:
    """The decisions begin with an opening that its rule allows, and go on only if it is over."""
    setup, opening, shown = session.setup, session.opening, session.snapshot()
    replayed = OpeningPhase(setup.opening, setup.rules, opening.decisions)
    assert session.decisions[: len(opening.decisions)] == opening.decisions
    assert replayed.is_over or len(session.decisions) == len(opening.decisions)
    assert {shown.setup.black, shown.setup.white} == {setup.black, setup.white}
    first = shown.opening.color_of(Seat.FIRST)
    if first is not None:
        assert shown.setup.seat(first) == setup.black
    if not shown.human_to_move and not shown.paused and session.index == len(session.decisions):
        ticket = session.wanted()
        in_opening = ticket is not None and ticket.purpose is Purpose.MOVE and shown.turn
        assert not in_opening or (ticket is not None and ticket.opening == shown.opening)


@pytest.mark.parametrize("seats", SEATS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("opening", OpeningRule)
def test_a_session_stays_whole(opening: OpeningRule, seats: tuple[str, str], seed: int) -> None:
    rng = random.Random(seed)
    time = TimeControl(per_game=8.0, increment=1.0) if seed else TimeControl()
    rules = EIGHT if opening in (OpeningRule.PRO, OpeningRule.LONG_PRO) else RULES
    session = GameSession(GameSetup(rules, *seats, time, opening=opening), analyst="first")
    for _ in range(200):
        before = session.result, session.decisions
        (name,) = rng.choices(ACTS, [(OFTEN | RARELY).get(each, 1) for each in ACTS])
        try:
            act(session, name, rng)
        except (SessionError, IllegalMoveError, DecisionError):
            # A player that breaks an opening rule with its second stone has put the first one.
            kept = len(before[1]) if name == "think" else None
            assert (session.result, session.decisions[:kept]) == before, name
        if before[0] is not None and name not in ENDS_CHANGE:  # nothing else touches such a game
            assert (session.result, session.decisions) == before, name
        check(session)
        if session.result is not None and rng.random() < 0.2:
            session.rematch()
