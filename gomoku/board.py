"""One game of Gomoku: push and pop moves, and know when it is over."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels
from gomoku.forbidden import is_forbidden_stone, mark_forbidden
from gomoku.lines import DIRECTIONS, LINES, has_winning_row, line_through, set_stone
from gomoku.notation import COLUMNS, move_to_text
from gomoku.rules import BLACK, MAX_SIZE, MIN_SIZE, WHITE, Color, Rules


class IllegalMoveError(ValueError):
    """A move that cannot be played in this position."""


class PositionError(ValueError):
    """A text that is not a position."""


class Termination(Enum):
    """Why a game ended."""

    LINE = "line"
    FULL_BOARD = "full board"
    DEAD_DRAW = "no row possible"
    FORBIDDEN = "forbidden move"
    RESIGNED = "resigned"
    TIME = "time"
    ILLEGAL_MOVE = "illegal move"
    CRASH = "crash"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a game ended.

    winner: None is a draw.
    line: the moves of the winning row, from one end to the other; empty when no row won.
    """

    winner: Color | None
    termination: Termination
    line: tuple[int, ...] = ()


class Board:
    """A position and the moves that led to it.

    Laws: `pop` restores the board exactly; the outcome is the same under all eight symmetries.

    >>> board = Board(Rules(size=3, win_length=3))
    >>> for move in (0, 3, 1, 4, 2):
    ...     board.push(move)
    >>> board.outcome.winner.name, board.outcome.line
    ('BLACK', (0, 1, 2))
    >>> print(board)
    3 x x X
    2 o o .
    1 . . .
      A B C
    """

    def __init__(self, rules: Rules = Rules()) -> None:  # noqa: B008 - an immutable tuple
        """An empty board.

        Raises:
            RulesError: if the rules cannot be played.
        """
        self.rules = rules.validated()
        self._cells = np.zeros(rules.points, np.int8)
        self._lines = np.zeros((2, DIRECTIONS, LINES), np.int32)
        self._meta = np.zeros(kernels.META, np.int32)
        kernels.clear(self._cells, self._lines, self._meta, self.rules)
        self._moves: list[int] = []
        self._setup_last_move = -1  # the last move of a position set up from text
        self._outcome: Outcome | None = None
        self._dead_since: int | None = None  # after how many moves no row was possible any more

    @classmethod
    def from_moves(cls, rules: Rules, moves: Iterable[int]) -> "Board":
        """The board after these moves from the empty one.

        Raises:
            IllegalMoveError: at the first move that cannot be played.
        """
        board = cls(rules)
        for move in moves:
            board.push(move)
        return board

    @classmethod
    def from_text(
        cls, text: str, rules: Rules | None = None, to_move: Color | None = None
    ) -> "Board":
        """The position drawn in a text such as `str(board)` gives, labels and blanks ignored.

        x is Black, o is White, and a dot is an empty point; a single capital X or O is the last
        move. With equal counts Black is to move, with one x more White, unless `to_move` or a line
        "x to move" or "o to move" says otherwise. Without `rules`, freestyle with five in a row (or
        the size, if smaller).

        Raises:
            PositionError: if the text is not a square of x, o and dots of a playable size,
                or the counts leave it open who is to move.
        """
        # The row of labels may itself hold a column O, so it is dropped before looking at letters.
        drawn = []
        for line in text.splitlines():
            said = _TO_MOVE.fullmatch(line)
            if said is not None:
                to_move = to_move or (BLACK if said[1] in "xX" else WHITE)
            elif not _is_column_labels(line):
                drawn.append(line)
        rows = [row for line in drawn if (row := [c for c in line if c in "xXoO."])]
        size = len(rows)
        if size == 0 or any(len(row) != size for row in rows):
            raise PositionError(f"not a square board: rows of {[len(row) for row in rows]} points")
        if not MIN_SIZE <= size <= MAX_SIZE:
            raise PositionError(
                f"a {size}x{size} drawing: boards go from {MIN_SIZE}x{MIN_SIZE} to "
                f"{MAX_SIZE}x{MAX_SIZE}"
            )
        board = cls(rules or Rules(size=size, win_length=min(5, size)))
        if board.rules.size != size:
            raise PositionError(f"a {size}x{size} drawing for rules of {board.rules.describe()}")
        stones = [character for row in rows for character in row]
        black = [move for move, stone in enumerate(stones) if stone in "xX"]
        white = [move for move, stone in enumerate(stones) if stone in "oO"]
        last = [move for move, stone in enumerate(stones) if stone in "XO"]
        if to_move is None:
            if len(black) - len(white) not in (0, 1):
                raise PositionError(
                    f"{len(black)} black and {len(white)} white stones do not say who is to move"
                )
            to_move = BLACK if len(black) == len(white) else WHITE
        for side, moves in enumerate((black, white)):
            for move in moves:
                board._cells[move] = 1 - 2 * side
                set_stone(board._lines, side, move, board.rules)
        board._meta[kernels.TO_MOVE] = to_move
        board._meta[kernels.EMPTY_POINTS] = board.rules.points - len(black) - len(white)
        board._setup_last_move = last[0] if len(last) == 1 else -1
        board._meta[kernels.LAST_MOVE] = board._setup_last_move
        board._outcome = board._find_outcome()
        if board._outcome is not None and board._outcome.termination is Termination.DEAD_DRAW:
            board._dead_since = 0
        return board

    @property
    def to_move(self) -> Color:
        return Color(int(self._meta[kernels.TO_MOVE]))

    @property
    def moves(self) -> tuple[int, ...]:
        """The moves pushed so far; stones of a position set up from text are not among them."""
        return tuple(self._moves)

    @property
    def last_move(self) -> int | None:
        move = int(self._meta[kernels.LAST_MOVE])
        return None if move < 0 else move

    @property
    def ply(self) -> int:
        """The number of stones on the board."""
        return self.rules.points - int(self._meta[kernels.EMPTY_POINTS])

    @property
    def cells(self) -> NDArray[np.int8]:
        """`[A]` 1 black, -1 white, 0 empty; a read-only view."""
        view = self._cells.view()
        view.setflags(write=False)
        return view

    @property
    def outcome(self) -> Outcome | None:
        """How the game ended, or None while it goes on.

        A game is drawn as soon as neither color can fill a row any more. A forbidden move of Black
        in renju ends it, and White wins.
        """
        return self._outcome

    def legal_moves(self) -> NDArray[np.int64]:
        """The empty points in ascending order; none when the game is over.

        Forbidden points of renju are among them: playing on one is possible, and loses.
        """
        if self._outcome is not None:
            return np.empty(0, np.int64)
        return np.flatnonzero(self._cells == 0)

    def forbidden_points(self) -> NDArray[np.int64]:
        """The empty points on which Black would lose in renju, whoever is to move; else none."""
        marks = np.zeros(self.rules.points, np.int8)
        mark_forbidden(self._cells, self._lines, marks, self.rules)
        return np.flatnonzero(marks)

    def is_legal(self, move: int) -> bool:
        return self._outcome is None and 0 <= move < self.rules.points and self._cells[move] == 0

    def push(self, move: int) -> None:
        """Play a move for the side to move.

        A game that is drawn because no row is possible can be played on to the full board, as
        other programs do.

        Raises:
            IllegalMoveError: if the point is outside, occupied, or the game is over; the board
                is unchanged.
        """
        can_go_on = self._outcome is None or self._outcome.termination is Termination.DEAD_DRAW
        if not (can_go_on and 0 <= move < self.rules.points and self._cells[move] == 0):
            raise IllegalMoveError(self._why_illegal(move))
        move = int(move)  # a numpy integer of another width would compile the kernel anew
        result = kernels.place(self._cells, self._lines, self._meta, move, self.rules)
        self._moves.append(move)
        if result == kernels.WON:
            winner = self.to_move.other
            self._outcome = Outcome(winner, Termination.LINE, self._winning_line(move))
        elif result == kernels.FORBIDDEN:
            self._outcome = Outcome(self.to_move, Termination.FORBIDDEN)
        elif result == kernels.DRAWN:
            full = int(self._meta[kernels.EMPTY_POINTS]) == 0
            self._outcome = Outcome(None, Termination.FULL_BOARD if full else Termination.DEAD_DRAW)
            if not full and self._dead_since is None:
                self._dead_since = len(self._moves)

    def pop(self) -> int:
        """Take back and return the last move; restores the board exactly.

        Raises:
            IllegalMoveError: if there is no move to take back.
        """
        if not self._moves:
            raise IllegalMoveError("no move to take back")
        move = self._moves.pop()
        previous = self._moves[-1] if self._moves else self._setup_last_move
        kernels.remove(self._cells, self._lines, self._meta, move, previous, self.rules)
        self._outcome = None
        if self._dead_since is not None and self._dead_since <= len(self._moves):
            self._outcome = Outcome(None, Termination.DEAD_DRAW)
        else:
            self._dead_since = None
        return move

    def copy(self) -> "Board":
        twin = Board(self.rules)
        twin._cells[:] = self._cells
        twin._lines[:] = self._lines
        twin._meta[:] = self._meta
        twin._moves = list(self._moves)
        twin._outcome = self._outcome
        twin._dead_since = self._dead_since
        twin._setup_last_move = self._setup_last_move
        return twin

    def copy_into(
        self, cells: NDArray[np.int8], lines: NDArray[np.int32], meta: NDArray[np.int32]
    ) -> None:
        """Write the position to arrays laid out as `gomoku.kernels` says."""
        cells[:] = self._cells
        lines[:] = self._lines
        meta[:] = self._meta

    def copy_arrays(self) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
        """Copies of cells and lines, as the kernels of `gomoku/kernels.py` take them."""
        return self._cells.copy(), self._lines.copy()

    def to_text(self) -> str:
        """A drawing with labels; the last move is a capital letter. `from_text` reads it back."""
        size = self.rules.size
        letters = {0: ".", 1: "x", -1: "o"}
        stones = [letters[int(cell)] for cell in self._cells]
        if self.last_move is not None:
            stones[self.last_move] = stones[self.last_move].upper()
        width = len(str(size))
        rows = [
            f"{size - row:>{width}} " + " ".join(stones[row * size : (row + 1) * size])
            for row in range(size)
        ]
        return "\n".join([*rows, " " * (width + 1) + " ".join(COLUMNS[:size].upper())])

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Board {self.rules.describe()}, {self.ply} stones, {self.to_move.name} to move>"

    def _why_illegal(self, move: int) -> str:
        if self._outcome is not None and self._outcome.termination is not Termination.DEAD_DRAW:
            return f"the game is over ({self._outcome.termination.value}): no move can be played"
        if not 0 <= move < self.rules.points:
            return f"move {move} is outside the board: moves go from 0 to {self.rules.points - 1}"
        return f"{move_to_text(move, self.rules.size)} is occupied"

    def _find_outcome(self) -> Outcome | None:
        """The outcome of a position that was set up rather than played."""
        side = kernels.winning_side(self._lines, self.rules)
        if side != 0:
            return Outcome(Color(side), Termination.LINE, self._any_winning_line(Color(side)))
        last = self.last_move
        if last is not None and self._cells[last] == BLACK and self._is_forbidden_stone(last):
            return Outcome(WHITE, Termination.FORBIDDEN)
        if int(self._meta[kernels.EMPTY_POINTS]) == 0:
            return Outcome(None, Termination.FULL_BOARD)
        if kernels.is_dead_draw(self._lines, self.rules):
            return Outcome(None, Termination.DEAD_DRAW)
        return None

    def _is_forbidden_stone(self, move: int) -> bool:
        return is_forbidden_stone(self._lines, move, self.rules)

    def _any_winning_line(self, color: Color) -> tuple[int, ...]:
        for move in np.flatnonzero(self._cells == color):
            line = self._winning_line(int(move))
            if line:
                return line
        return ()

    def _winning_line(self, move: int) -> tuple[int, ...]:
        """The winning row through a stone, or nothing."""
        size, color = self.rules.size, self._cells[move]
        row, column = divmod(move, size)
        side = 0 if color > 0 else 1
        for direction, (down, right) in enumerate(((0, 1), (1, 0), (1, 1), (1, -1))):
            run = [move]
            for sign in (-1, 1):
                r, c = row + sign * down, column + sign * right
                while 0 <= r < size and 0 <= c < size and self._cells[r * size + c] == color:
                    run.append(r * size + c)
                    r, c = r + sign * down, c + sign * right
            line, _ = line_through(direction, row, column, size)
            # This run alone: another one on the same line may be the one that wins.
            own = sum(1 << line_through(direction, *divmod(m, size), size)[1] for m in run)
            enemy = int(self._lines[1 - side, direction, line])
            if has_winning_row(own, enemy, side, self.rules):
                return tuple(sorted(run))
        return ()


_TO_MOVE = re.compile(r"\s*([xXoO]) to move\s*")


def _is_column_labels(line: str) -> bool:
    letters = line.lower().split()
    return len(letters) >= MIN_SIZE and letters == list(COLUMNS[: len(letters)])
