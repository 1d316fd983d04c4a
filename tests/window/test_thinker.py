"""The thinking thread, with real threads and fake players."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from gomoku.board import Board
from gomoku.notation import moves_from_text
from gomoku.rules import Rules
from gomoku_zero.window.model.analyst import make_analyst
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.ticket import Purpose, Ticket
from gomoku_zero.window.thinker import (
    Compiled,
    Compiling,
    Done,
    Failed,
    Prepared,
    Preparing,
    Report,
    Thinker,
    Thinking,
)
from mcts.player import Choice, Limit, Player
from mcts.tree import Proof
from tests.window.fakes import Breaking, Clueless, Endless, Erring, FirstEmpty, Thoughtful

MakeThinker = Callable[[Player], Thinker]
PATIENCE = 60.0  # seconds until a test gives up; the solver may have to be compiled


@pytest.fixture
def make_thinker() -> Iterator[MakeThinker]:
    made: list[Thinker] = []

    def make(player: Player) -> Thinker:
        made.append(Thinker(lambda spec: player))
        return made[-1]

    yield make
    for thinker in made:
        thinker.close()


def ticket(number: int, purpose: Purpose = Purpose.MOVE) -> Ticket:
    return Ticket(number, purpose, "fake", Position(Rules(size=6, win_length=4)), Limit())


def wait_for(thinker: Thinker, kind: type[Report]) -> list[Report]:
    """The reports up to the first of a kind."""
    found: list[Report] = []
    deadline = time.monotonic() + PATIENCE
    while not any(isinstance(report, kind) for report in found):
        assert time.monotonic() < deadline, found
        found += thinker.reports()
        time.sleep(0.002)
    return found


def test_a_move_is_reported_with_its_ticket(make_thinker: MakeThinker) -> None:
    thinker = make_thinker(FirstEmpty())
    thinker.want(ticket(1))
    reports = wait_for(thinker, Done)
    assert isinstance(reports[0], Preparing)
    assert reports[1] == Prepared("fake")
    assert reports[-1] == Done(ticket(1), 0)


def test_thoughts_come_before_the_move(make_thinker: MakeThinker) -> None:
    thinker = make_thinker(Thoughtful())
    thinker.want(ticket(1))
    *_, thinking, done = wait_for(thinker, Done)
    assert isinstance(thinking, Thinking)
    assert thinking.thought.best_move == 35
    assert done == Done(ticket(1), 35)


def test_a_player_may_play_another_move_than_the_best_it_found(make_thinker: MakeThinker) -> None:
    thinker = make_thinker(Erring())
    thinker.want(ticket(1))
    *_, thinking, done = wait_for(thinker, Done)
    assert isinstance(thinking, Thinking)
    assert thinking.thought.best_move == 35
    assert done == Done(ticket(1), 0)
    thinker.want(ticket(2, Purpose.HINT))
    assert wait_for(thinker, Done)[-1] == Done(ticket(2, Purpose.HINT), 35)


def test_only_players_that_may_err_are_not_told_of_fours() -> None:
    # Black wins by two fours: i8, then i11. A search of one simulation does not see that far.
    moves = moves_from_text("f8 e8 g8 a1 h8 c1 i9 o15 i10 o12", 15)
    won = Position(Rules(), moves)
    proofs = {}
    for spec in ("pure:1", "level:1"):
        thinker = Thinker(make_analyst)
        thinker.want(Ticket(1, Purpose.MOVE, spec, won, Limit(simulations=1)))
        *_, thinking, _ = wait_for(thinker, Done)
        assert isinstance(thinking, Thinking)
        proofs[spec] = thinking.thought.proof
        thinker.close()
    assert proofs == {"pure:1": Proof.WIN, "level:1": Proof.UNKNOWN}


def test_a_player_that_does_not_search_says_its_move_and_no_more(make_thinker: MakeThinker) -> None:
    thinker = make_thinker(FirstEmpty())
    thinker.want(ticket(1))
    assert not any(isinstance(report, Thinking) for report in wait_for(thinker, Done))


def test_wanting_something_else_stops_a_search(make_thinker: MakeThinker) -> None:
    player = Endless()
    thinker = make_thinker(player)
    thinker.want(ticket(1))
    wait_for(thinker, Thinking)
    thinker.want(None)
    assert player.cancelled.wait(PATIENCE)


def test_a_search_that_was_stopped_goes_on_when_the_same_is_wanted_again(
    make_thinker: MakeThinker,
) -> None:
    # Pressing A twice: the position is the same, and so is the ticket.
    player = Endless()
    thinker = make_thinker(player)
    for _ in range(3):
        thinker.want(ticket(1))
        wait_for(thinker, Thinking)
        player.cancelled.clear()
        thinker.want(None)
        assert player.cancelled.wait(PATIENCE)
        thinker.reports()


def test_an_answer_that_came_too_late_is_thought_about_again(make_thinker: MakeThinker) -> None:
    thinker = make_thinker(FirstEmpty())
    for _ in range(2):
        thinker.want(ticket(1))
        wait_for(thinker, Done)
        thinker.want(None)


def test_the_same_ticket_is_not_thought_about_twice(make_thinker: MakeThinker) -> None:
    thinker = make_thinker(FirstEmpty())
    thinker.want(ticket(1))
    wait_for(thinker, Done)
    thinker.want(ticket(1))
    thinker.want(ticket(2))
    assert wait_for(thinker, Done) == [Done(ticket(2), 0)]


def test_a_player_that_breaks_down_is_reported_and_the_thread_lives_on(
    make_thinker: MakeThinker,
) -> None:
    thinker = make_thinker(Breaking())
    for number in (1, 2):
        thinker.want(ticket(number))
        failure = wait_for(thinker, Failed)[-1]
        assert failure == Failed(ticket(number), "fake: out of ideas", RuntimeError())


class Deaf(FirstEmpty):
    """Thinks without looking up until it is interrupted."""

    def __init__(self) -> None:
        self.asked, self.interrupted = threading.Event(), threading.Event()

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        self.asked.set()
        assert self.interrupted.wait(PATIENCE)
        raise RuntimeError("interrupted")

    def interrupt(self) -> bool:
        self.interrupted.set()
        return True


def test_a_player_that_does_not_look_up_is_interrupted_without_a_word() -> None:
    deaf, made = Deaf(), []

    def build(spec: str) -> Player:
        made.append(spec)
        return deaf if len(made) == 1 else FirstEmpty()

    thinker = Thinker(build)
    thinker.want(ticket(1))
    assert deaf.asked.wait(PATIENCE)
    thinker.want(None)
    assert deaf.interrupted.is_set()
    thinker.want(ticket(1))  # the same again: a player made anew answers
    reports = wait_for(thinker, Done)
    assert not any(isinstance(report, Failed) for report in reports)
    assert len(made) == 2
    thinker.close()


def test_closing_interrupts_a_player_that_does_not_look_up() -> None:
    deaf = Deaf()
    thinker = Thinker(lambda spec: deaf)
    thinker.want(ticket(1))
    assert deaf.asked.wait(PATIENCE)
    thinker.close(timeout=PATIENCE)
    assert deaf.interrupted.is_set()
    assert not thinker._thread.is_alive()


def test_a_running_clock_does_not_stop_thinking() -> None:
    game = GameSession(
        GameSetup(Rules(size=6, win_length=4), HUMAN, "net:a", TimeControl(per_move=30.0))
    )
    game.play(14)
    first = game.wanted()
    game.tick(1.0)
    second = game.wanted()
    assert first is not None
    assert second is not None
    assert (first.limit, second.limit) == (Limit(seconds=24.0), Limit(seconds=0.8 * 29.0))
    player = Endless()
    thinker = Thinker(lambda spec: player)
    thinker.want(first)
    wait_for(thinker, Thinking)
    thinker.want(second)
    assert not player.cancelled.wait(0.2)
    thinker.close()


def test_a_player_that_finds_no_move_has_failed(make_thinker: MakeThinker) -> None:
    thinker = make_thinker(Clueless())
    thinker.want(ticket(1))
    assert wait_for(thinker, Failed)[-1] == Failed(
        ticket(1), "fake: it found no move", ValueError()
    )


def test_a_player_is_told_to_be_made_though_nobody_wants_it_any_more() -> None:
    may_go_on = threading.Event()

    def build(spec: str) -> Player:
        may_go_on.wait(PATIENCE)
        return FirstEmpty()

    thinker = Thinker(build)
    thinker.want(ticket(1))
    wait_for(thinker, Preparing)
    thinker.want(None)
    may_go_on.set()
    assert wait_for(thinker, Prepared) == [Prepared("fake")]
    thinker.close()


def test_closing_ends_a_search_at_once() -> None:
    player = Endless()
    thinker = Thinker(lambda spec: player)
    thinker.want(ticket(1))
    wait_for(thinker, Thinking)
    thinker.close()
    assert player.cancelled.is_set()


def test_kernels_are_compiled_before_anything_is_thought_and_progress_is_told() -> None:
    order: list[str] = []

    def compile_kernels(tell: Callable[[int, int], None]) -> None:
        tell(0, 2)
        tell(1, 2)
        order.append("compiled")

    def build(spec: str) -> Player:
        order.append("built")
        return FirstEmpty()

    thinker = Thinker(build, compile_kernels=compile_kernels)
    try:
        thinker.want(ticket(1))
        reports = wait_for(thinker, Done)
    finally:
        thinker.close()
    assert order == ["compiled", "built"]
    told = [each for each in reports if isinstance(each, Compiling)]
    assert [(each.done, each.count) for each in told] == [(0, 2), (1, 2)]
    assert told[0].seconds is None
    assert told[1].seconds is not None
    assert isinstance(reports[len(told)], Compiled)


def test_a_compiler_that_fails_does_not_keep_players_from_thinking() -> None:
    def fail(tell: Callable[[int, int], None]) -> None:
        raise RuntimeError("no disk")

    thinker = Thinker(lambda spec: FirstEmpty(), compile_kernels=fail)
    try:
        thinker.want(ticket(1))
        wait_for(thinker, Done)
    finally:
        thinker.close()
