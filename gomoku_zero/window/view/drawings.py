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


TABLE_ROW = 24
"""Height of a row of a table, in design units."""


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
    band: x, with the least and the greatest y that are as likely as not true.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    ink: Ink = Ink.ACCENT
    has_dots: bool = False
    has_line: bool = True
    band: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over one axis, with their names above.

    bottom, top: what the lower and the upper edge stand for.
    labels: what is written at the lower and at the upper edge.
    heights, places: what is written beside lines across the chart, at the heights that it stands
        for, and below the chart; without any, there is nothing between the edges.
    across: what the left and the right edge stand for, instead of what the curves reach to.
    empty: what is said while there is nothing to draw.
    """

    rect: Rect
    title: str
    curves: tuple[Curve, ...]
    bottom: float
    top: float
    labels: tuple[str, str] = ("", "")
    heights: tuple[tuple[float, str], ...] = ()
    places: tuple[tuple[float, str], ...] = ()
    across: tuple[float, float] | None = None
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of something is done."""

    rect: Rect
    share: float


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, the first one a heading; as many as there is room for.

    shares: of the width for each column, in hundredths.
    strong: the row to be seen first; None for none.
    """

    rect: Rect
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[int, ...]
    strong: int | None = None


Drawing = SmallBoard | Image | Chart | Bar | Table
