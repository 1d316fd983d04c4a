"""Moves as people write them: a column letter from the left, a row number from the bottom.

All letters are used, I included, so the center of 15x15 is h8.
"""

import re
from collections.abc import Iterable

from gomoku.rules import MAX_SIZE

COLUMNS = "abcdefghijklmnopqrstuv"
assert len(COLUMNS) == MAX_SIZE

_NUMBERED = re.compile(r"\s*([0-9]{1,4})\s*\.\s*([^\s,.]+)(?:\s*,|\s+|$)")


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
        NotationError: if it is not a point of a board of this size.
    """
    word = text.strip().lower()
    column = COLUMNS.find(word[:1]) if word else -1
    digits = word[1:]
    if not 0 <= column < size or not (digits.isascii() and digits.isdigit()):
        raise NotationError(
            f"{text[:20]!r} is not a point: write a letter a-{COLUMNS[size - 1]} and a row"
        )
    # Python reads no number of thousands of digits.
    row = size - int(digits) if len(digits) <= 4 else -1
    if not 0 <= row < size:
        raise NotationError(f"{text[:20]!r} is outside the board: rows go from 1 to {size}")
    return row * size + column


def moves_to_text(moves: Iterable[int], size: int) -> str:
    """An opening line: moves separated by blanks."""
    return " ".join(move_to_text(move, size) for move in moves)


def moves_from_text(text: str, size: int) -> tuple[int, ...]:
    """The moves of an opening line.

    Raises:
        NotationError: at the first word that is not a point.
    """
    return tuple(move_from_text(word, size) for word in text.split())


def numbered_moves_from_text(text: str, size: int) -> tuple[int, ...]:
    """The moves of a text that numbers every one of them, with blanks or commas between.

    >>> numbered_moves_from_text("1.H8 2. i9, 3.i8", 15)
    (112, 98, 113)

    Raises:
        NotationError: at the first move that is not a point, or whose number is not the next
            one, as where one number stands for a move of each side.
    """
    moves: list[int] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _NUMBERED.match(text, position)
        if found is None:
            rest = text[position:end].strip()
            raise NotationError(
                f"{rest[:20]!r} is not a numbered move: write {len(moves) + 1}. and a point"
            )
        if int(found[1]) != len(moves) + 1:
            raise NotationError(
                f"move {len(moves) + 1} has the number {int(found[1])}: number every single move"
            )
        moves.append(move_from_text(found[2], size))
        position = found.end()
    return tuple(moves)
