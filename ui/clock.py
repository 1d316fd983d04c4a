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


class GameClock:
    """The clock of a game in which one can go back: what both sides had left in every position.

    ply: how many moves were played before the position that time passes in. Merely looking at
        another one does not change it.
    """

    def __init__(
        self, control: TimeControl, plies: int = 0, times: tuple[tuple[float, float], ...] = ()
    ) -> None:
        """
        plies: the moves of a game that goes on.
        times: what Black and White had in each of its positions, its start and end included, in
            seconds; without them both have all their time.
        """
        self._clock = Clock(control)
        self._times = [self._clock.times()] * (plies + 1)
        if len(times) == len(self._times):
            self._times = list(times)
            self._clock.set_times(times[-1])
        self.ply = plies

    @property
    def times(self) -> tuple[tuple[float, float], ...]:
        """What Black and White have left in every position of the game, in seconds."""
        times = list(self._times)
        times[self.ply] = self._clock.times()
        return tuple(times)

    def seconds_left(self, color: Color) -> float | None:
        """Seconds, never below 0; None without a clock."""
        return self._clock.seconds_left(color)

    def spend(self, color: Color, seconds: float) -> bool:
        """Let time pass for a side; False once it has none left."""
        return self._clock.spend(color, seconds)

    def turn_to(self, ply: int) -> None:
        """The game goes on from another position, with the time both sides had there."""
        if ply != self.ply:
            self._times[self.ply] = self._clock.times()  # coming back gives nothing back
            self.ply = ply
            self._clock.set_times(self._times[ply])

    def press(self, color: Color, ply: int) -> None:
        """A side has moved in the position after so many moves; what came later is forgotten."""
        self.turn_to(ply)
        del self._times[ply + 1 :]
        self._clock.press(color)
        self._times.append(self._clock.times())
        self.ply = ply + 1

    def cut(self, ply: int) -> None:
        """Forget what came after so many moves."""
        self.turn_to(ply)
        del self._times[ply + 1 :]

    def restore_end(self) -> None:
        """Go on from the end of the moves as it was reached, whatever has passed since."""
        self._clock.set_times(self._times[-1])
