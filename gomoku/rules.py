"""Colors and rule sets."""

from enum import IntEnum
from typing import NamedTuple

MIN_SIZE, MAX_SIZE = 3, 22
MIN_WIN_LENGTH, MAX_WIN_LENGTH = 3, 6

FREESTYLE = 0
STANDARD = 1
RENJU = 2
CARO = 3
VARIANT_NAMES = ("freestyle", "standard", "renju", "caro")
RENJU_WIN_LENGTH = 5


class RulesError(ValueError):
    """A rule set that cannot be played."""


class Color(IntEnum):
    """A side. Black moves first; the other side is `-color`."""

    BLACK = 1
    WHITE = -1

    @property
    def other(self) -> "Color":
        return Color(-self.value)


BLACK, WHITE = Color.BLACK, Color.WHITE


class Rules(NamedTuple):
    """A rule set, as plain numbers so that it goes into kernels as it is.

    size: points along one side of the square board, 3 to 22.
    win_length: stones in a row that win, 3 to 6.
    variant: `FREESTYLE` (that many or more win), `STANDARD` (exactly that many win, a longer row
        does nothing), `RENJU` (only with five in a row: Black needs exactly five and loses by
        playing on a forbidden point, White is free) or `CARO` (as freestyle, but a row of exactly
        that many between two enemy stones does not win). See docs/rules/.

    >>> Rules(size=9).describe()
    '9x9 freestyle, 5 in a row'
    """

    size: int = 15
    win_length: int = 5
    variant: int = FREESTYLE

    @property
    def points(self) -> int:
        """How many points there are; moves are `0 <= move < points`, row by row from the top."""
        return self.size * self.size

    @property
    def variant_name(self) -> str:
        return VARIANT_NAMES[self.variant]

    def describe(self) -> str:
        return f"{self.size}x{self.size} {self.variant_name}, {self.win_length} in a row"

    def validated(self) -> "Rules":
        """These rules, once every number is known to be playable.

        Raises:
            RulesError: naming the number and its range.
        """
        if not MIN_SIZE <= self.size <= MAX_SIZE:
            raise RulesError(f"board size {self.size} is not between {MIN_SIZE} and {MAX_SIZE}")
        if not MIN_WIN_LENGTH <= self.win_length <= MAX_WIN_LENGTH:
            raise RulesError(
                f"win length {self.win_length} is not between {MIN_WIN_LENGTH} and {MAX_WIN_LENGTH}"
            )
        if self.win_length > self.size:
            raise RulesError(
                f"{self.win_length} in a row does not fit on a {self.size}x{self.size} board"
            )
        if not 0 <= self.variant < len(VARIANT_NAMES):
            raise RulesError(f"rule variant {self.variant} is unknown: use {VARIANT_NAMES}")
        if self.variant == RENJU and self.win_length != RENJU_WIN_LENGTH:
            raise RulesError(
                f"renju is played with {RENJU_WIN_LENGTH} in a row, not {self.win_length}"
            )
        return self


def variant_from_name(name: str) -> int:
    """The number of a variant's name.

    Raises:
        RulesError: if there is no such variant.
    """
    if name not in VARIANT_NAMES:
        raise RulesError(f"rules {name!r} are unknown: use one of {', '.join(VARIANT_NAMES)}")
    return VARIANT_NAMES.index(name)
