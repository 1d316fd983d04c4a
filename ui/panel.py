"""The panel beside the board: which areas it has, and which buttons at present."""

from dataclasses import dataclass

from ui.controls import Command, Control, Look, split_row
from ui.layout import Rect, WindowLayout
from ui.session import HUMAN, Snapshot
from ui.words import Words

HEADER, PLAYER, STATUS, BUTTON, GAP, PADDING = 30, 62, 62, 38, 8, 16  # design units


@dataclass(frozen=True, slots=True)
class PanelLayout:
    """
    players: the cards of Black and White.
    middle: what is left for graphs and lists; it may be too flat to use.
    """

    header: Rect
    players: tuple[Rect, Rect]
    status: Rect
    middle: Rect
    buttons: tuple[Control, ...]


def lay_out_panel(layout: WindowLayout, snapshot: Snapshot, words: Words) -> PanelLayout:
    """The panel's areas from top to bottom, and its buttons at the bottom."""
    u = layout.units
    inner = layout.panel.inset(u(PADDING))
    gap = u(GAP)
    header = Rect(inner.left, inner.top, inner.width, u(HEADER))
    top = header.bottom + gap
    if layout.wide:
        black = Rect(inner.left, top, inner.width, u(PLAYER))
        white = black._replace(top=black.bottom + gap)
    else:
        black, white = split_row(Rect(inner.left, top, inner.width, u(PLAYER)), 2, gap)
    status = Rect(inner.left, white.bottom + gap, inner.width, u(STATUS))
    rows = _button_rows(snapshot, words, 2 if layout.wide else 4)
    height = len(rows) * (u(BUTTON) + gap) - gap
    bottom = inner.bottom - height
    buttons: list[Control] = []
    for index, row in enumerate(rows):
        area = Rect(inner.left, bottom + index * (u(BUTTON) + gap), inner.width, u(BUTTON))
        cells = split_row(area, len(row), gap)
        buttons += [_button(cell, *item) for cell, item in zip(cells, row, strict=True)]
    middle_top = status.bottom + gap
    middle = Rect(inner.left, middle_top, inner.width, max(0, bottom - gap - middle_top))
    buttons += _header_buttons(header, words, gap)
    return PanelLayout(header, (black, white), status, middle, tuple(buttons))


# The text, the command, the key to show, whether it is on, whether it can be clicked.
_Item = tuple[str, Command, str, bool, bool]


def _button_rows(snapshot: Snapshot, words: Words, columns: int) -> list[list[_Item]]:
    over = snapshot.outcome is not None
    seats = (snapshot.setup.black, snapshot.setup.white)
    watching = HUMAN not in seats
    items: list[_Item] = [
        (words.say("undo"), Command("undo"), "U", False, snapshot.can_undo),
        (words.say("redo"), Command("redo"), "Y", False, snapshot.can_redo),
    ]
    if watching or snapshot.paused:
        text = words.say("resume" if snapshot.paused else "pause")
        items.append((text, Command("pause"), "P", snapshot.paused, not over))
        items.append((words.say("step"), Command("step"), ".", False, not over))
    else:
        items.append((words.say("hint"), Command("hint"), "H", False, not over))
        items.append((words.say("ai_move"), Command("ai_move"), "P", False, not over))
    items.append((words.say("analysis"), Command("analysis"), "A", snapshot.analyzing, True))
    can_review = bool(snapshot.all_moves)
    reviewing = snapshot.reviewed is not None
    items.append((words.say("review"), Command("review"), "R", reviewing, can_review))
    if over:
        items.append((words.say("rematch"), Command("rematch"), "M", False, True))
    else:
        items.append((words.say("resign"), Command("resign"), "", False, not watching))
    items.append((words.say("switch_sides"), Command("switch_sides"), "X", False, not over))
    rows = [items[i : i + columns] for i in range(0, len(items), columns)]
    files: list[_Item] = [
        (words.say("new_game"), Command("new_game"), "N", True, True),
    ]
    return [*rows, files]


def _button(rect: Rect, text: str, command: Command, key: str, on: bool, enabled: bool) -> Control:
    look = Look.PRIMARY if command.name == "new_game" else Look.BUTTON
    return Control(rect, text, command, look, selected=on, enabled=enabled, note=key)


def _header_buttons(header: Rect, words: Words, gap: int) -> list[Control]:
    """Small square buttons at the right end of the header."""
    side = header.height
    names = (("help", "?"), ("theme", "◐"))
    return [
        Control(
            Rect(header.right - (index + 1) * side - index * gap, header.top, side, side),
            text,
            Command(name),
        )
        for index, (name, text) in enumerate(names)
    ]
