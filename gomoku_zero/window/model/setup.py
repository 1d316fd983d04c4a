"""The start of a game: rules, players, time."""

from dataclasses import dataclass, field, replace

from gomoku.opening_rules import OpeningRule, Seat
from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku_zero.window.model.clock import TimeControl

HUMAN = "human"


@dataclass(frozen=True, slots=True)
class GameSetup:
    """The start of a new game.

    black, white: `HUMAN` or the spec of a player. By an opening rule that settles the colors, Black
        is who sits down first and begins the opening.
    start: a drawing of a position that was set up, or "".
    seconds: how long Black and White think about a move where there is no clock; 0 leaves it to
        the player.
    opening: how the game begins; free from a position that was set up.
    adaptive: the engine is a level that is chosen anew for every game by the user's results.
    names: of Black and White in a game that was loaded; "" where a seat has no other name.
    """

    rules: Rules = field(default_factory=Rules)
    black: str = HUMAN
    white: str = HUMAN
    time: TimeControl = field(default_factory=TimeControl)
    start: str = ""
    adaptive: bool = False
    names: tuple[str, str] = ("", "")
    opening: OpeningRule = OpeningRule.FREE
    seconds: tuple[float, float] = (0.0, 0.0)

    @property
    def swapped(self) -> "GameSetup":
        """The same with the players' colors exchanged."""
        return replace(
            self,
            black=self.white,
            white=self.black,
            names=self.names[::-1],
            seconds=self.seconds[::-1],
        )

    def seconds_of(self, color: Color) -> float:
        """How long a color thinks about a move without a clock; 0 leaves it to the player."""
        return self.seconds[0 if color is BLACK else 1]

    def seat(self, color: Color) -> str:
        return self.black if color is BLACK else self.white

    def player(self, seat: Seat) -> str:
        """Who sits there: `HUMAN` or the spec of a player."""
        return self.black if seat is Seat.FIRST else self.white

    @property
    def has_human(self) -> bool:
        return HUMAN in (self.black, self.white)

    @property
    def engine(self) -> str | None:
        """The spec of a player that is not a human, if there is one."""
        return next((seat for seat in (self.black, self.white) if seat != HUMAN), None)

    @property
    def human_color(self) -> Color | None:
        """The color of the only human; None if there are two or none."""
        if (self.black == HUMAN) == (self.white == HUMAN):
            return None
        return BLACK if self.black == HUMAN else WHITE
