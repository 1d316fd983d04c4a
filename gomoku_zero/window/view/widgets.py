"""Things to click, as data: pure rectangles with a text and the command they give."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from gomoku_zero.window.model.commands import Command
from gomoku_zero.window.view.layout import Rect


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
    FIGURE = "figure"  # a number, with what it is in small letters below


@dataclass(frozen=True, slots=True)
class Control:
    """
    command: None for what only shows something.
    note: small text: a key, or a remark.
    focused: whether the keyboard is on it.
    """

    rect: Rect
    text: str
    command: Command | None = None
    look: Look = Look.BUTTON
    selected: bool = False
    enabled: bool = True
    note: str = ""
    focused: bool = False


def control_at(controls: Sequence[Control], x: int, y: int) -> Control | None:
    """The topmost control there that can be clicked."""
    for control in reversed(controls):
        if control.command is not None and control.enabled and control.rect.contains(x, y):
            return control
    return None


def next_focus(
    controls: Sequence[Control], focus: Command | None, across: int, down: int
) -> Command | None:
    """The command of the control that the keyboard goes to from one; None if there is none.

    across, down: which way, as one step of -1, 0 or 1; both 0 for the next in reading order. From
        nowhere, or from a control that is gone, it goes to the first one that is selected.
    """
    usable = [each for each in controls if each.command is not None and each.enabled]
    here = next((each for each in usable if each.command == focus), None)
    if here is None:
        chosen = next((each for each in usable if each.selected), None)
        return (chosen or usable[0]).command if usable else None
    if across == down == 0:
        return usable[(usable.index(here) + 1) % len(usable)].command
    x, y = here.rect.center

    def distance(control: Control) -> tuple[int, int]:
        """Along the way, then aside from it."""
        along = (control.rect.center[0] - x) * across + (control.rect.center[1] - y) * down
        aside = abs((control.rect.center[1] - y) if across else (control.rect.center[0] - x))
        return (along, aside)

    ahead = [each for each in usable if distance(each)[0] > 0]
    if across:  # within the row
        ahead = [each for each in ahead if distance(each)[1] < here.rect.height // 2]
    nearest = min(ahead, key=distance, default=here)
    return nearest.command


def split_row(row: Rect, columns: int, gap: int) -> list[Rect]:
    """A row cut into equal cells with gaps between them."""
    width = (row.width - gap * (columns - 1)) / columns
    edges = [round(row.left + i * (width + gap)) for i in range(columns)]
    return [Rect(left, row.top, int(width), row.height) for left in edges]
