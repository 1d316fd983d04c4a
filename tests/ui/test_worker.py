"""The thinking thread, with real threads and fake players."""

import time
from collections.abc import Callable, Iterator

import pytest

from gomoku.player import Limit, Player
from gomoku.rules import Rules
from tests.ui.fakes import Breaking, Endless, Erring, FirstEmpty, Thoughtful
from ui.position import Position
from ui.session import Purpose, Ticket
from ui.worker import Done, Failed, Preparing, Report, Thinker, Thinking

MakeThinker = Callable[[Player], Thinker]
PATIENCE = 10.0  # seconds until a test gives up


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
    assert reports[-1] == Done(ticket(1), 0)


def test_thoughts_come_before_the_move(make_thinker: MakeThinker) -> None:
    thinker = make_thinker(Thoughtful())
    thinker.want(ticket(1))
    _, thinking, done = wait_for(thinker, Done)
    assert isinstance(thinking, Thinking)
    assert thinking.thought.best_move == 35
    assert done == Done(ticket(1), 35)


def test_a_player_may_play_another_move_than_the_best_it_found(make_thinker: MakeThinker) -> None:
    thinker = make_thinker(Erring())
    thinker.want(ticket(1))
    _, thinking, done = wait_for(thinker, Done)
    assert isinstance(thinking, Thinking)
    assert thinking.thought.best_move == 35
    assert done == Done(ticket(1), 0)
    thinker.want(ticket(2, Purpose.HINT))
    assert wait_for(thinker, Done)[-1] == Done(ticket(2, Purpose.HINT), 35)


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
        assert failure == Failed(ticket(number), "fake: out of ideas")


def test_closing_ends_a_search_at_once() -> None:
    player = Endless()
    thinker = Thinker(lambda spec: player)
    thinker.want(ticket(1))
    wait_for(thinker, Thinking)
    thinker.close()
    assert player.cancelled.is_set()
