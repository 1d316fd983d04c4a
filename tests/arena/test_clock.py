"""Time: never more than the manager grants, and something to think with when it says nothing."""

from collections.abc import Iterator

import pytest

from gomoku.board import Board
from gomoku.rules import BLACK, Rules
from gomoku_zero.brain.clock import (
    DEFAULT_SECONDS,
    MEASURED_MOVES,
    MIN_MARGIN,
    Clock,
    is_decided,
    is_in_doubt,
)
from gomoku_zero.brain.thinker import MoveRequest, SearchThinker
from gomoku_zero.players.gomocup import UNLIMITED
from mcts.analysis import Analysis, Candidate
from mcts.player import Limit


def test_a_turn_keeps_a_reserve() -> None:
    assert Clock(turn=100).budget() == pytest.approx(0.08)
    assert Clock(turn=1000).budget() == pytest.approx(0.8)
    assert Clock(turn=30000).budget() == pytest.approx(29.75)


def test_a_turn_of_nothing_wants_a_move_at_once() -> None:
    assert Clock(turn=0).budget() == 0
    assert Clock(turn=0, left=UNLIMITED).budget() == 0
    assert Clock(turn=-5).budget() == 0


def test_time_left_rules_when_it_is_less_than_a_turn() -> None:
    assert Clock(turn=30000, left=400).budget() == pytest.approx(0.04)
    assert Clock(turn=1000, left=0).budget() == 0
    assert Clock(turn=1000, left=-300).budget() == 0


def test_match_time_is_spread_over_the_rest_of_the_game() -> None:
    assert Clock(turn=30000, match=180000, left=180000).budget() == pytest.approx(18)
    assert Clock(match=180000, left=10000).budget() == pytest.approx(1)
    # A short turn limit still holds.
    assert Clock(turn=1000, left=180000).budget() == pytest.approx(0.8)


def test_unlimited_match_time_leaves_the_turn() -> None:
    assert Clock(turn=1000, match=0, left=UNLIMITED).budget() == pytest.approx(0.8)


def test_without_time_left_the_brain_counts_for_itself() -> None:
    clock = Clock(match=10000)
    assert clock.budget() == pytest.approx(1)
    clock.used = 9.0
    assert clock.budget() == pytest.approx(0.1)
    clock.used = 11.0
    assert clock.budget() == 0
    clock.new_game()
    assert clock.budget() == pytest.approx(1)


def test_without_any_word_on_time_the_brain_does_not_think_for_ever() -> None:
    assert 0 < Clock().budget() <= DEFAULT_SECONDS
    assert 0 < Clock(match=0, left=UNLIMITED).budget() <= DEFAULT_SECONDS


def test_the_margin_follows_from_how_late_answers_were() -> None:
    clock = Clock(turn=250)
    assert clock.budget() == pytest.approx(0.2)
    for _ in range(MEASURED_MOVES - 1):
        clock.answered(0.004)
    clock.answered(-0.1)  # a move that was proven at once
    assert clock.budget() == pytest.approx(0.2)
    clock.answered(0.001)
    assert clock.margin(0.25) == pytest.approx(MIN_MARGIN + 0.008)
    assert clock.budget() == pytest.approx(0.25 - MIN_MARGIN - 0.008)
    clock.answered(0.09)  # never more than what is kept back at first
    assert clock.budget() == pytest.approx(0.2)
    for _ in range(MEASURED_MOVES):
        clock.answered(-0.001)
    assert clock.budget() == pytest.approx(0.25 - MIN_MARGIN)
    clock.new_game()
    assert clock.budget() == pytest.approx(0.25 - MIN_MARGIN)


def test_a_move_in_doubt_may_take_more_of_the_match_time_and_never_more_than_there_is() -> None:
    assert Clock(turn=30000, match=180000, left=100000).most() == pytest.approx(25)  # a quarter
    assert Clock(turn=12000, left=100000).most() == pytest.approx(12 - 0.25)  # the turn's limit
    assert Clock(turn=30000, left=180000).most() == pytest.approx(29.75)
    for clock in (Clock(), Clock(turn=1000), Clock(turn=0, left=5000), Clock(turn=100, left=0)):
        assert clock.most() == clock.budget()
    for left in (1, 50, 400, 3000, 90000):
        clock = Clock(turn=5000, left=left)
        assert clock.budget() <= clock.most() <= left / 1000


def searched(*moves: tuple[int, float]) -> Analysis:
    """An analysis of moves with these visits and values."""
    candidates = tuple(
        Candidate(move, visits, value, 0.1, (move,)) for move, (visits, value) in enumerate(moves)
    )
    return Analysis(BLACK, 0.0, candidates, simulations=sum(visits for visits, _ in moves))


def test_a_move_is_decided_when_no_other_can_be_visited_as_often() -> None:
    assert is_decided(searched((900, 0.1), (300, 0.1)), 599)
    assert not is_decided(searched((900, 0.1), (300, 0.1)), 600)
    assert not is_decided(searched((900, 0.1), (10, 0.1), (500, 0.1)), 450)
    assert not is_decided(searched(), 10)


def test_a_move_is_in_doubt_when_another_comes_close_or_is_worth_more() -> None:
    assert not is_in_doubt(searched((900, 0.1), (300, 0.0)))
    assert is_in_doubt(searched((900, 0.1), (450, 0.0)))
    assert is_in_doubt(searched((900, 0.1), (100, 0.0), (90, 0.2)))
    assert not is_in_doubt(searched((900, 0.1), (89, 0.2)))  # hardly looked at


class Ticking:
    """A player whose every look takes 10 ms of a clock that it moves on itself; its two moves get
    a hundred visits a look between them, `share` of them the first."""

    def __init__(self, share: float) -> None:
        self.now = 1000.0
        self.looks = 0
        self._share = share

    def analyse(self, board: Board, limit: Limit, lines: int) -> Iterator[Analysis]:
        assert limit.seconds is not None
        ends = self.now + limit.seconds
        while self.now < ends:
            self.now += 0.01
            self.looks += 1
            visits = 100 * self.looks
            yield searched(
                (round(self._share * visits), 0.1), (round((1 - self._share) * visits), 0.1)
            )

    def seconds_for(self, monkeypatch: pytest.MonkeyPatch, seconds: float, latest: float) -> float:
        """How long a thinker with this player takes for a move."""
        monkeypatch.setattr("time.perf_counter", lambda: self.now)
        thinker = SearchThinker()
        monkeypatch.setattr(thinker, "_player_for", lambda *_: self)
        began = self.now
        thinker.think(MoveRequest(Board(Rules(9)), began + seconds, latest=began + latest))
        return self.now - began


@pytest.mark.parametrize(
    ("share", "seconds", "latest", "taken"),
    [
        (0.55, 1.0, 2.5, 2.49),  # in doubt to the end
        (0.70, 1.0, 2.5, 0.72),  # decided: a lead of 40 n cannot be made up in 100 - n looks
        (0.90, 1.0, 2.5, 0.56),
        (1.00, 1.0, 2.5, 0.51),
        (0.55, 1.0, 1.0, 0.99),  # every move has its own time: all of it is used
        (1.00, 1.0, 1.0, 0.99),
    ],
)
def test_a_move_takes_time_by_how_much_it_is_in_doubt(
    share: float, seconds: float, latest: float, taken: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Ticking(share)
    assert player.seconds_for(monkeypatch, seconds, latest) == pytest.approx(taken, abs=0.015)
