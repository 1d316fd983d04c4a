"""How long a brain may think, from what its manager says about time."""

from collections import deque
from dataclasses import dataclass, field

from gomoku_zero.players.gomocup import UNLIMITED
from mcts.analysis import Analysis

DEFAULT_SECONDS = 2.0
"""For a manager that says nothing about time."""

EXPECTED_MOVES = 10
"""The match time left is spread over this many moves: early moves get more than late ones."""

DOUBT_FACTOR = 2.5
"""A move in doubt may take so many times its share of the match time, a quarter of that at most."""

MEASURED_MOVES = 5
"""So many moves are timed before the margin follows from how late they were."""

MIN_MARGIN = 0.012
"""Seconds kept back at least: for the pipes and the manager."""


@dataclass(slots=True)
class Clock:
    """The time settings of a manager; all of them outlive a game.

    turn, match, left: milliseconds of `timeout_turn`, `timeout_match` and `time_left`; None where
        the manager has said nothing. A turn of 0 asks for a move at once, a match of 0 is no limit.
    used: seconds thought in this game so far.
    """

    turn: int | None = None
    match: int | None = None
    left: int | None = None
    used: float = field(default=0.0)
    _late: deque[float] = field(default_factory=lambda: deque(maxlen=MEASURED_MOVES))

    def answered(self, seconds_late: float) -> None:
        """Take note of how long after its deadline a move was answered; negative if before. One
        that took much less time says nothing."""
        if seconds_late > -MIN_MARGIN:
            self._late.append(max(0.0, seconds_late))

    def margin(self, seconds: float) -> float:
        """How much of a limit is kept back: `reserve` until enough moves were timed, then little
        more than the longest delay among the last of them."""
        if len(self._late) < MEASURED_MOVES:
            return reserve(seconds)
        return min(reserve(seconds), MIN_MARGIN + 2 * max(self._late))

    def new_game(self) -> None:
        self.used = 0.0

    def budget(self) -> float:
        """Seconds for the next move, with what the pipes and the last wave take held back."""
        if self.turn is not None and self.turn <= 0:
            return 0.0
        limit = None if self.turn is None else self.turn / 1000
        left = self._seconds_left()
        if left is None:
            limit = DEFAULT_SECONDS if limit is None else limit
            return max(0.0, limit - self.margin(limit))
        if left <= 0:
            return 0.0
        share = left / EXPECTED_MOVES
        hard = left if limit is None else min(limit, left)
        return max(0.0, min(share, hard - self.margin(hard)))

    def most(self) -> float:
        """Seconds that the next move may take where it is in doubt: `budget`, and more of the match
        time if there is one."""
        planned, left = self.budget(), self._seconds_left()
        if left is None or planned <= 0:
            return planned
        hard = left if self.turn is None else min(self.turn / 1000, left)
        allowed = min(DOUBT_FACTOR * planned, left / 4, hard - self.margin(hard))
        return max(planned, allowed)

    def _seconds_left(self) -> float | None:
        """Seconds left of the match, or None without match time."""
        if self.left is not None:
            return None if self.left >= UNLIMITED else self.left / 1000
        if self.match is not None and self.match > 0:
            return self.match / 1000 - self.used
        return None


def is_decided(analysis: Analysis, simulations: float) -> bool:
    """Whether so many more simulations can make no other move the most visited."""
    first, second = _most_visited(analysis)
    return first - second > simulations


def is_in_doubt(analysis: Analysis) -> bool:
    """Whether the best move may well be another soon: the next one has half its visits or more, or
    is worth more by now."""
    first, second = _most_visited(analysis)
    if 2 * second >= first:
        return True
    return any(
        each.value > analysis.candidates[0].value and 10 * each.visits >= first
        for each in analysis.candidates[1:]
    )


def _most_visited(analysis: Analysis) -> tuple[int, int]:
    """The visits of the best move, and the most of another."""
    visits = [each.visits for each in analysis.candidates]
    return visits[0] if visits else 0, max(visits[1:], default=0)


def reserve(seconds: float) -> float:
    """How much of a limit is kept back: a fifth of it, and 20 to 250 milliseconds.

    >>> round(reserve(0.1), 3), reserve(1.0), reserve(30.0)
    (0.02, 0.2, 0.25)
    """
    return min(0.25, max(0.02, seconds / 5))
