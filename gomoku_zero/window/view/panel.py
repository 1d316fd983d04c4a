"""The panel beside the board: which areas it has, and which buttons at present."""

from collections.abc import Callable
from dataclasses import dataclass

from gomoku.opening_rules import Option
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import Choose, Command, Do
from gomoku_zero.window.model.setup import HUMAN
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.widgets import Control, Look, split_row

HEADER, PLAYER, STATUS, BUTTON, GAP, PADDING = 30, 62, 62, 38, 8, 16  # design units
BUTTON_AT_LEAST = 24


@dataclass(frozen=True, slots=True)
class PanelLayout:
    """
    players: the cards of Black and White.
    middle: what is left for graphs and lists; it may be too flat to use.
    bar, graph, below: how the middle is divided when something is analyzed; None otherwise.
    """

    header: Rect
    players: tuple[Rect, Rect]
    status: Rect
    middle: Rect
    bar: Rect | None
    graph: Rect | None
    below: Rect | None
    buttons: tuple[Control, ...]


def lay_out_panel(
    layout: WindowLayout, snapshot: Snapshot, language: Language, *, setting_up: bool = False
) -> PanelLayout:
    """The panel's areas from top to bottom, and its buttons at the bottom.

    setting_up: whether stones are being put down freely, so that there is no game to play.
    """
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
    rows = _button_rows(snapshot, language, 2 if layout.wide else 4)
    if setting_up:
        rows = _setup_rows(language)
    elif snapshot.lesson is not None and not layout.wide:
        rows = [rows[0][:2]]  # a lesson needs the room for its sentences
    # In a low window the buttons are flatter, rather than lying over the status.
    room = inner.bottom - status.bottom - len(rows) * gap
    side = min(u(BUTTON), max(u(BUTTON_AT_LEAST), room // len(rows)))
    height = len(rows) * (side + gap) - gap
    bottom = inner.bottom - height
    buttons: list[Control] = []
    for index, row in enumerate(rows):
        area = Rect(inner.left, bottom + index * (side + gap), inner.width, side)
        cells = split_row(area, len(row), gap)
        buttons += [_button(cell, *item) for cell, item in zip(cells, row, strict=True)]
    middle_top = status.bottom + gap
    middle = Rect(inner.left, middle_top, inner.width, max(0, bottom - gap - middle_top))
    buttons += _header_buttons(header, language, gap)
    bar, graph, below = None, None, None
    if snapshot.lesson is None and (snapshot.analyzing or snapshot.reviewed is not None):
        bar, graph, below = _divide(middle, u)
    return PanelLayout(header, (black, white), status, middle, bar, graph, below, tuple(buttons))


def plot_area(graph: Rect, layout: WindowLayout) -> Rect:
    """The part of a graph where the curve is."""
    return graph.inset(layout.units(8))


def shown_span(plies: int) -> int:
    """How many plies the width of a graph stands for."""
    return max(plies, 10)


def ply_at(graph: Rect, layout: WindowLayout, plies: int, x: int) -> int:
    """The number of moves that a click on a graph means."""
    plot = plot_area(graph, layout)
    return min(plies, max(0, round((x - plot.left) / max(1, plot.width) * shown_span(plies))))


def _divide(middle: Rect, units: Callable[[float], int]) -> tuple[Rect | None, ...]:
    """A win-rate bar, a graph below it and the rest, as far as there is room."""
    if middle.height < units(26):
        return None, None, None
    bar = middle._replace(height=units(22))
    top = bar.bottom + units(10)
    if middle.bottom - top < units(34):
        return bar, None, None
    graph = middle._replace(top=top, height=min(units(82), middle.bottom - top))
    top = graph.bottom + units(8)
    return bar, graph, middle._replace(top=top, height=max(0, middle.bottom - top))


# The text, the command, the key to show, whether it is on, whether it can be clicked.
_Item = tuple[str, Command, str, bool, bool]


def _button_rows(snapshot: Snapshot, language: Language, columns: int) -> list[list[_Item]]:
    over = snapshot.outcome is not None
    watching = HUMAN not in (snapshot.setup.black, snapshot.setup.white)
    waiting = snapshot.paused and snapshot.setup.seat(snapshot.deciding) != HUMAN
    reviewing = snapshot.reviewed is not None

    def item(
        command: Do, key: str = "", *, text: str = "", on: bool = False, enabled: bool = True
    ) -> _Item:
        return language.say(text or command.name.lower()), command, key, on, enabled

    items = [
        item(Do.UNDO, "U", enabled=snapshot.can_undo),
        item(Do.REDO, "Y", enabled=snapshot.can_redo),
    ]
    if snapshot.lesson is not None:
        items = [item(Do.TAKE_BACK, "U"), item(Do.KEEP_MOVE, "Enter")]
    if reviewing:
        some = bool(snapshot.mistakes)
        items += [
            item(Do.PREVIOUS_MISTAKE, "[", enabled=some),
            item(Do.NEXT_MISTAKE, "]", enabled=some),
        ]
    elif (watching or waiting) and not over:
        text = "resume" if snapshot.paused else "pause"
        items += [item(Do.PAUSE, "P", text=text, on=snapshot.paused), item(Do.STEP, ".")]
    else:
        items += [item(Do.HINT, "H", enabled=not over), item(Do.AI_MOVE, "P", enabled=not over)]
    items += [
        item(Do.ANALYSIS, "A", on=snapshot.analyzing),
        item(Do.REVIEW, "R", on=reviewing, enabled=bool(snapshot.all_moves)),
        _last_word(snapshot, language),
        item(Do.SWITCH_SIDES, "X", enabled=snapshot.result is None),
    ]
    rows = [items[i : i + columns] for i in range(0, len(items), columns)]
    rows = [*_option_rows(snapshot, language, columns), *rows]
    return [*rows, [item(Do.LOAD), item(Do.SAVE), item(Do.NEW_GAME, "N")]]


def _option_rows(snapshot: Snapshot, language: Language, columns: int) -> list[list[_Item]]:
    """What can be chosen in the opening, if it is a human's turn to choose."""
    options = snapshot.options if snapshot.human_to_move else ()
    items: list[_Item] = [
        (language.say(f"choose_{each.value}"), Choose(each), key, False, True)
        for each, key in ((Option.BLACK, "1"), (Option.WHITE, "2"), (Option.PUT_TWO, "3"))
        if each in options
    ]
    return [items[i : i + columns] for i in range(0, len(items), columns)]


def _setup_rows(language: Language) -> list[list[_Item]]:
    def item(text: str, command: Do, key: str) -> _Item:
        return language.say(text), command, key, False, True

    return [
        [item("clear_board", Do.SETUP_CLEAR, "Del"), item("cancel", Do.CLOSE, "Esc")],
        [item("setup_finish", Do.SETUP, "E")],
    ]


def _last_word(snapshot: Snapshot, language: Language) -> _Item:
    """Rematch after a game, resign in one, and its speed where there is nobody to resign."""
    if snapshot.result is not None:
        return language.say("rematch"), Do.REMATCH, "M", False, True
    if HUMAN in (snapshot.setup.black, snapshot.setup.white):
        return language.say("resign"), Do.RESIGN, "", False, True
    text = language.say("pace", seconds=f"{snapshot.pace:g}")
    return text, Do.PACE, "-", False, True


def _button(rect: Rect, text: str, command: Command, key: str, on: bool, enabled: bool) -> Control:
    is_main = command in (Do.NEW_GAME, Do.TAKE_BACK, Do.SETUP) or isinstance(command, Choose)
    look = Look.PRIMARY if is_main else Look.BUTTON
    return Control(rect, text, command, look, selected=on, enabled=enabled, note=key)


def _header_buttons(header: Rect, language: Language, gap: int) -> list[Control]:
    """Small square buttons at the right end of the header."""
    side = header.height
    commands = ((Do.SETTINGS, "\u2261"), (Do.HELP, "?"), (Do.THEME, "\u25d0"))
    return [
        Control(
            Rect(header.right - (index + 1) * side - index * gap, header.top, side, side),
            text,
            command,
        )
        for index, (command, text) in enumerate(commands)
    ]
