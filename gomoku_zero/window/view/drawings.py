"""Pictures on dialogs and pages: small boards, charts, images from files. Data only;
`drawing_pictures` draws them."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from gomoku_zero.window.view.layout import Rect


@dataclass(frozen=True, slots=True)
class SmallBoard:
    """
    cells: `[A]` 1 black, -1 white, 0 empty.
    marked: a point to mark, as the last move is. crossed: points to cross out.
    """

    rect: Rect
    size: int
    cells: tuple[int, ...]
    marked: int | None = None
    crossed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Image:
    """A picture from a file, as large as fits into the rectangle."""

    rect: Rect
    file: Path


class Ink(Enum):
    """The colors of the theme that a curve may have."""

    TEXT = "text"
    ACCENT = "accent"
    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    FAINT = "faint_text"


@dataclass(frozen=True, slots=True)
class Curve:
    """
    points: x and y, with x growing.
    has_dots, has_line: whether the points themselves are to be seen, and the line through them.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    ink: Ink = Ink.ACCENT
    has_dots: bool = False
    has_line: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over one axis, with their names above.

    bottom, top: what the lower and the upper edge stand for.
    labels: what is written at the lower and at the upper edge.
    """

    rect: Rect
    title: str
    curves: tuple[Curve, ...]
    bottom: float
    top: float
    labels: tuple[str, str]


Drawing = SmallBoard | Image | Chart
