"""A game as it was played: enough to replay it, and to say who won and why."""

from dataclasses import dataclass

from gomoku.board import Board, Outcome
from gomoku.rules import BLACK, Color, Rules


@dataclass(frozen=True, slots=True)
class GameRecord:
    """A finished or broken off game.

    moves: every move from the empty board on, the opening included; Black plays the first.
    opening_plies: how many of them were given rather than chosen.
    outcome: None if the game was not finished.
    black, white: the players' names.
    reason: why a game ended otherwise than on the board, such as a player's error message.
    """

    rules: Rules
    moves: tuple[int, ...]
    outcome: Outcome | None = None
    black: str = ""
    white: str = ""
    opening_plies: int = 0
    reason: str = ""

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
