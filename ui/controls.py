"""Things to click, as data: pure rectangles with a text and the command they give."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from ui.layout import Rect


class Command(NamedTuple):
    """What a click or a key asks for."""

    name: str
    argument: int | str | None = None


class Look(Enum):
    """How a control is drawn."""

    BUTTON = "button"
    PRIMARY = "primary"
    CHOICE = "choice"  # one of several, filled when selected
    ROW = "row"  # a line of a list, with small text on the right
    LABEL = "label"
    TITLE = "title"
    TEXT = "text"  # wrapped, small
    FIELD = "field"  # what is being typed


@dataclass(frozen=True, slots=True)
class Control:
    """
    command: None for what only shows something.
    note: small text: a key, or a remark.
    """

    rect: Rect
    text: str
    command: Command | None = None
    look: Look = Look.BUTTON
    selected: bool = False
    enabled: bool = True
    note: str = ""


def control_at(controls: Sequence[Control], x: int, y: int) -> Control | None:
    """The topmost control there that can be clicked."""
    for control in reversed(controls):
        if control.command is not None and control.enabled and control.rect.contains(x, y):
            return control
    return None


def split_row(row: Rect, columns: int, gap: int) -> list[Rect]:
    """A row cut into equal cells with gaps between them."""
    width = (row.width - gap * (columns - 1)) / columns
    edges = [round(row.left + i * (width + gap)) for i in range(columns)]
    return [Rect(left, row.top, int(width), row.height) for left in edges]
