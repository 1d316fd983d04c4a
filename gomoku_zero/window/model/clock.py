"""Time to think: what each side has left."""

from dataclasses import dataclass

from gomoku.opening_rules import Seat


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
    """The time both players have left, whichever color they play."""

    def __init__(self, control: TimeControl) -> None:
        self.control = control
        self._left = {Seat.FIRST: self._full(), Seat.SECOND: self._full()}

    def seconds_left(self, seat: Seat) -> float | None:
        """Seconds, never below 0; None without a clock."""
        return max(0.0, self._left[seat]) if self.control.is_limited else None

    def spend(self, seat: Seat, seconds: float) -> bool:
        """Let time pass for a player; False once it has none left."""
        if not self.control.is_limited:
            return True
        self._left[seat] -= seconds
        return self._left[seat] > 0

    def press(self, seat: Seat) -> None:
        """A player has moved, or chosen, which counts as much."""
        if self.control.per_move is not None:
            self._left[seat] = self.control.per_move
        else:
            self._left[seat] += self.control.increment

    def times(self) -> tuple[float, float]:
        """The seconds of the first and the second player, for `set_times`."""
        return self._left[Seat.FIRST], self._left[Seat.SECOND]

    def set_times(self, times: tuple[float, float]) -> None:
        """Turn the clock to an earlier state."""
        self._left[Seat.FIRST], self._left[Seat.SECOND] = times

    def _full(self) -> float:
        return self.control.per_move or self.control.per_game or 0.0


class GameClock:
    """The clock of a game in which one can go back: what both players had left at every place.

    index: how many decisions, moves and choices, were made before the one that time passes for.
        Merely looking at another place does not change it.
    """

    def __init__(
        self, control: TimeControl, decisions: int = 0, times: tuple[tuple[float, float], ...] = ()
    ) -> None:
        """
        decisions: how many a game that goes on has.
        times: what the first and the second player had before each of them and after the last, in
            seconds; without them both have all their time.
        """
        self._clock = Clock(control)
        self._times = [self._clock.times()] * (decisions + 1)
        if len(times) == len(self._times):
            self._times = list(times)
            self._clock.set_times(times[-1])
        self.index = decisions

    @property
    def times(self) -> tuple[tuple[float, float], ...]:
        """The seconds that the first and the second player have left at every place."""
        times = list(self._times)
        times[self.index] = self._clock.times()
        return tuple(times)

    def seconds_left(self, seat: Seat) -> float | None:
        """Seconds, never below 0; None without a clock."""
        return self._clock.seconds_left(seat)

    def spend(self, seat: Seat, seconds: float) -> bool:
        """Let time pass for a player; False once it has none left."""
        return self._clock.spend(seat, seconds)

    def turn_to(self, index: int) -> None:
        """The game goes on from another place, with the time both players had there."""
        if index != self.index:
            self._times[self.index] = self._clock.times()  # coming back gives nothing back
            self.index = index
            self._clock.set_times(self._times[index])

    def press(self, seat: Seat, index: int) -> None:
        """A player has decided after so many decisions; what came later is forgotten."""
        self.turn_to(index)
        del self._times[index + 1 :]
        self._clock.press(seat)
        self._times.append(self._clock.times())
        self.index = index + 1

    def cut(self, index: int) -> None:
        """Forget what came after so many decisions."""
        self.turn_to(index)
        del self._times[index + 1 :]

    def restore_end(self) -> None:
        """Go on from the end as it was reached, whatever has passed since."""
        self._clock.set_times(self._times[-1])
