"""The positions of docs/rules/positions.toml: pictures on its pages, and cases for the tests."""

from functools import cache
from pathlib import Path

import msgspec

from gomoku.board import Board
from gomoku.rules import BLACK, WHITE, Color, Rules, variant_from_name
from tests.reference import FORBIDDEN_VERDICTS, Verdict

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "rules"
FORBIDDEN_WORDS = {verdict.value for verdict in FORBIDDEN_VERDICTS}
WORDS = {"wins", "nothing"} | {verdict.value for verdict in Verdict}


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A board and a move on it; the file says what the fields mean."""

    name: str
    rules: str
    verdict: str
    claim: str
    board: str
    by: str = "black"
    depth: int | None = None

    @property
    def points(self) -> list[str]:
        return self.board.split()

    @property
    def rule_set(self) -> Rules:
        return Rules(round(len(self.points) ** 0.5), 5, variant_from_name(self.rules))

    @property
    def color(self) -> Color:
        return {"black": BLACK, "white": WHITE}[self.by]

    @property
    def cells(self) -> list[int]:
        """The stones before the move."""
        return [{"x": 1, "o": -1}.get(point, 0) for point in self.points]

    @property
    def move(self) -> int:
        return self.points.index("*")

    @property
    def crosses(self) -> list[int]:
        """The forbidden points of the picture."""
        own = [self.move] if self.is_forbidden else []
        return sorted(own + [i for i, point in enumerate(self.points) if point == "#"])

    @property
    def is_forbidden(self) -> bool:
        return self.verdict in FORBIDDEN_WORDS

    def before(self) -> Board:
        """The position without the move."""
        drawing = self.board.replace("*", ".").replace("#", ".")
        return Board.from_text(drawing, self.rule_set, self.color)

    def shown(self) -> Board:
        """The position of the picture: a forbidden move is not played."""
        board = self.before()
        if not self.is_forbidden:
            board.push(self.move)
        return board


class _File(msgspec.Struct, forbid_unknown_fields=True):
    position: tuple[Position, ...]


@cache
def rule_positions() -> tuple[Position, ...]:
    """All of them, in the order of the file."""
    return msgspec.toml.decode((FOLDER / "positions.toml").read_bytes(), type=_File).position
