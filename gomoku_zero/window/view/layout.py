"""Where things are in the window: pixels <-> points, and the large areas.

Pure arithmetic on whole pixels; x grows to the right, y downwards.
"""

from dataclasses import dataclass
from typing import NamedTuple

DESIGN_WIDTH, DESIGN_HEIGHT = 1120, 780  # pixels; the window in which one design unit is one pixel
PANEL_UNITS = 344  # width of the panel in design units
GAP_UNITS = 18
MIN_SCALE, MAX_SCALE = 0.62, 4.0
MIN_CELL_WITH_COORDINATES = 12  # pixels; below, letters that can be read lie on the lines


class Rect(NamedTuple):
    """A rectangle of pixels; drawing libraries take it as the four numbers it is."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def center(self) -> tuple[int, int]:
        return self.left + self.width // 2, self.top + self.height // 2

    def contains(self, x: int, y: int) -> bool:
        return self.left <= x < self.right and self.top <= y < self.bottom

    def inset(self, pixels: int) -> "Rect":
        return Rect(
            self.left + pixels,
            self.top + pixels,
            max(0, self.width - 2 * pixels),
            max(0, self.height - 2 * pixels),
        )


@dataclass(frozen=True, slots=True)
class BoardLayout:
    """The points of a square board inside a square of wood.

    size: points along one side.
    wood: the square of wood, edge included.
    cell: pixels between neighboring lines.
    origin_x, origin_y: the center of the top left point.
    coordinates: whether the edge has room for letters and numbers, and is to have them.

    Law: `move_at(*center(move)) == move`.
    """

    size: int
    wood: Rect
    cell: int
    origin_x: int
    origin_y: int
    coordinates: bool

    def center(self, move: int) -> tuple[int, int]:
        row, column = divmod(move, self.size)
        return self.origin_x + column * self.cell, self.origin_y + row * self.cell

    def move_at(self, x: int, y: int) -> int | None:
        """The point nearest to a pixel, or None outside the board."""
        column = (x - self.origin_x + self.cell // 2) // self.cell
        row = (y - self.origin_y + self.cell // 2) // self.cell
        if 0 <= row < self.size and 0 <= column < self.size:
            return row * self.size + column
        return None


def lay_out_board(area: Rect, size: int, *, coordinates: bool) -> BoardLayout:
    """The largest board of whole-pixel cells inside an area, centered.

    coordinates: whether they are wanted; a very small board has none.
    """
    margin = 1.12 if coordinates else 0.78  # cells from the edge of the wood to the first line
    side = min(area.width, area.height)
    cell = max(4, int(side / (size - 1 + 2 * margin)))
    if coordinates and cell < MIN_CELL_WITH_COORDINATES:
        return lay_out_board(area, size, coordinates=False)
    wood_side = round(cell * (size - 1 + 2 * margin))
    left = area.left + (area.width - wood_side) // 2
    top = area.top + (area.height - wood_side) // 2
    inner = (wood_side - cell * (size - 1)) // 2
    return BoardLayout(
        size=size,
        wood=Rect(left, top, wood_side, wood_side),
        cell=cell,
        origin_x=left + inner,
        origin_y=top + inner,
        coordinates=coordinates,
    )


def star_points(size: int) -> tuple[int, ...]:
    """The moves that boards mark with a dot: the center, and points near the corners and edges.

    >>> star_points(5)
    (12,)
    >>> len(star_points(15)), len(star_points(19))
    (5, 9)
    """
    if size < 5:
        return ()
    middle = size // 2
    has_center = size % 2 == 1
    if size < 9:
        return (middle * size + middle,) if has_center else ()
    near = 2 if size < 12 else 3
    far = size - 1 - near
    points = {row * size + column for row in (near, far) for column in (near, far)}
    if has_center:
        points.add(middle * size + middle)
        if size >= 17:
            points |= {middle * size + side for side in (near, far)}
            points |= {side * size + middle for side in (near, far)}
    return tuple(sorted(points))


@dataclass(frozen=True, slots=True)
class WindowLayout:
    """The areas of the window.

    scale: pixels per design unit; text and spacing follow it, so a large or dense screen is crisp.
    wide: whether the panel stands beside the board, rather than below it.
    """

    window: Rect
    board: Rect
    panel: Rect
    scale: float
    wide: bool

    def units(self, amount: float) -> int:
        """Design units in whole pixels, at least one."""
        return max(1, round(amount * self.scale))


def lay_out_window(width: int, height: int, *, text_scale: float = 1.0) -> WindowLayout:
    """The areas of a window of any shape.

    text_scale: the user's own factor for text and spacing.
    """
    wide = width >= 1.12 * height
    fitted = (
        min(width / DESIGN_WIDTH, height / DESIGN_HEIGHT)
        if wide
        else min(width / 560, height / 980)
    )
    scale = min(MAX_SCALE, max(MIN_SCALE, fitted)) * text_scale
    gap = max(1, round(GAP_UNITS * scale))
    if wide:
        panel_width = min(round(PANEL_UNITS * scale), width // 2)
        panel = Rect(width - panel_width - gap, gap, panel_width, height - 2 * gap)
        board = Rect(gap, gap, max(1, panel.left - 2 * gap), height - 2 * gap)
        spare = board.width - board.height
        if spare > 0:  # keep the two together in the middle of a very wide window
            shift = spare // 2
            board = Rect(gap + shift, gap, board.height, board.height)
            panel = panel._replace(left=board.right + gap)
    else:
        side = min(width - 2 * gap, round((height - 3 * gap) * 0.62))
        board = Rect((width - side) // 2, gap, max(1, side), max(1, side))
        top = board.bottom + gap
        panel = Rect(gap, top, max(1, width - 2 * gap), max(1, height - top - gap))
    return WindowLayout(Rect(0, 0, width, height), board, panel, scale, wide)
