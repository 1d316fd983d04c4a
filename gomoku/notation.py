"""Moves as people write them: a column letter from the left, a row number from the bottom.

All letters are used, I included, so the center of 15x15 is h8.
"""

from collections.abc import Iterable

from gomoku.rules import MAX_SIZE

COLUMNS = "abcdefghijklmnopqrstuv"
assert len(COLUMNS) == MAX_SIZE


class NotationError(ValueError):
    """A text that names no point of the board."""


def move_to_text(move: int, size: int) -> str:
    """
    >>> move_to_text(112, 15)
    'h8'
    """
    row, column = divmod(move, size)
    return f"{COLUMNS[column]}{size - row}"


def move_from_text(text: str, size: int) -> int:
    """The move that a text like "h8" or "H8" names.

    >>> move_from_text("a1", 15)
    210

    Raises:
        NotationError: if it is no point of a board of this size.
    """
    word = text.strip().lower()
    column = COLUMNS.find(word[:1]) if word else -1
    digits = word[1:]
    if not 0 <= column < size or not (digits.isascii() and digits.isdigit()):
        raise NotationError(f"{text!r} is no point: write a letter a-{COLUMNS[size - 1]} and a row")
    row = size - int(digits)
    if not 0 <= row < size:
        raise NotationError(f"{text!r} is outside the board: rows go from 1 to {size}")
    return row * size + column


def moves_to_text(moves: Iterable[int], size: int) -> str:
    """An opening line: moves separated by blanks."""
    return " ".join(move_to_text(move, size) for move in moves)


def moves_from_text(text: str, size: int) -> tuple[int, ...]:
    """The moves of an opening line.

    Raises:
        NotationError: at the first word that is no point.
    """
    return tuple(move_from_text(word, size) for word in text.split())
