"""Positions that show what the rules say."""

import math
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).parents[1] / "rule_pictures.toml"


class RulePicture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A board with the move in question: x Black, o White, * the move.

    by: who makes it. is_forbidden: whether Black must not.
    """

    name: str
    rules: str
    is_forbidden: bool
    by: str
    board: str

    @property
    def points(self) -> list[str]:
        return self.board.split()

    @property
    def size(self) -> int:
        return math.isqrt(len(self.points))

    @property
    def move(self) -> int:
        return self.points.index("*")

    @property
    def cells(self) -> tuple[int, ...]:
        """`[A]` the stones, with the move unless it is forbidden."""
        played = 0 if self.is_forbidden else 1 if self.by == "black" else -1
        return tuple({"x": 1, "o": -1, "*": played}.get(point, 0) for point in self.points)

    @property
    def text(self) -> str:
        """Its caption, as a key of the language files."""
        return f"picture_{self.name.replace('-', '_')}"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    picture: tuple[RulePicture, ...]


@cache
def rule_pictures() -> tuple[RulePicture, ...]:
    """All of them, in the order in which they are shown."""
    return msgspec.toml.decode(FILE.read_bytes(), type=_File).picture
