"""Time to think: what each side has left."""

from dataclasses import dataclass

from gomoku.rules import BLACK, WHITE, Color


@dataclass(frozen=True, slots=True)
class TimeControl:
    """How much time a side has, in seconds; all None is a game without a clock.

    per_move: for every single move.
    per_game: for all moves together, to which every move adds `increment`.
    """

    per_move: float | None = None
    per_game: float | None = None
    increment: float = 0.0

    @property
    def is_limited(self) -> bool:
        return self.per_move is not None or self.per_game is not None


class Clock:
    """The time both sides have left."""

    def __init__(self, control: TimeControl) -> None:
        self.control = control
        self._left = {BLACK: self._full(), WHITE: self._full()}

    def seconds_left(self, color: Color) -> float | None:
        """Seconds, never below 0; None without a clock."""
        return max(0.0, self._left[color]) if self.control.is_limited else None

    def spend(self, color: Color, seconds: float) -> bool:
        """Let time pass for a side; False once it has none left."""
        if not self.control.is_limited:
            return True
        self._left[color] -= seconds
        return self._left[color] > 0

    def press(self, color: Color) -> None:
        """A side has moved."""
        if self.control.per_move is not None:
            self._left[color] = self.control.per_move
        else:
            self._left[color] += self.control.increment

    def times(self) -> tuple[float, float]:
        """What Black and White have left, for `set_times`."""
        return self._left[BLACK], self._left[WHITE]

    def set_times(self, times: tuple[float, float]) -> None:
        """Turn the clock to an earlier state."""
        self._left[BLACK], self._left[WHITE] = times

    def _full(self) -> float:
        return self.control.per_move or self.control.per_game or 0.0
