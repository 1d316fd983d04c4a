"""A position by its history, as a value that can be compared, stored and sent to a thread."""

from dataclasses import dataclass

from gomoku.board import Board
from gomoku.rules import Rules


@dataclass(frozen=True, slots=True)
class Position:
    """A position that was set up, and the moves since.

    start: a drawing as `Board.to_text` makes, or "" for the empty board.
    """

    rules: Rules
    moves: tuple[int, ...] = ()
    start: str = ""

    def board(self) -> Board:
        """A new board in this position.

        Raises:
            PositionError: if the drawing does not fit the rules.
            IllegalMoveError: if the moves do not.
        """
        if not self.start:
            return Board.from_moves(self.rules, self.moves)
        board = Board.from_text(self.start, self.rules)
        for move in self.moves:
            board.push(move)
        return board

    def before(self, ply: int) -> "Position":
        """The position after the first `ply` moves only."""
        return Position(self.rules, self.moves[:ply], self.start)
