"""A game as it was played: enough to replay it, and to say who won and why."""

from dataclasses import dataclass

from gomoku.board import Board, Outcome
from gomoku.opening_rules import OpeningPhase, Seat
from gomoku.rules import BLACK, Color, Rules


@dataclass(frozen=True, slots=True)
class GameRecord:
    """A finished or broken off game.

    moves: every move from the empty board on, the opening included; Black plays the first.
    opening_plies: how many of them were given rather than chosen.
    outcome: None if the game was not finished.
    black, white: the players' names.
    reason: why a game ended otherwise than on the board, such as a player's error message.
    opening_phase: who decided what, where an opening rule was followed; its stones are the first
        of the moves. None in a free game.
    """

    rules: Rules
    moves: tuple[int, ...]
    outcome: Outcome | None = None
    black: str = ""
    white: str = ""
    opening_plies: int = 0
    reason: str = ""
    opening_phase: OpeningPhase | None = None

    @property
    def opening(self) -> tuple[int, ...]:
        return self.moves[: self.opening_plies]

    def board(self) -> Board:
        """The final position.

        Raises:
            IllegalMoveError: at the first move that cannot be played.
        """
        return Board.from_moves(self.rules, self.moves)

    def player(self, color: Color) -> str:
        return self.black if color == BLACK else self.white

    def color_of(self, seat: Seat) -> Color:
        """The color of whoever sat first or second.

        The first player is Black where no opening rule let somebody choose, and where the game was
        broken off before anybody did.
        """
        color = None if self.opening_phase is None else self.opening_phase.color_of(seat)
        if color is None:
            return seat.usual_color
        return color
