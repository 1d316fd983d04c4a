"""The panel beside the board: which areas it has, and which buttons at present."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from gomoku.opening_rules import Option
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import Choose, Command, Do
from gomoku_zero.window.model.setup import HUMAN
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.widgets import Control, Look, split_row

HEADER, PLAYER, STATUS, BUTTON, GAP, PADDING = 30, 62, 62, 38, 8, 16  # design units
MIN_BUTTON = 24
LINE = 21  # of text in lists
MOVE_ROW = 22
TREE_STEP = 20  # from place to place in the drawn tree
SCROLL_STEP = 24


class Part(Enum):
    """What the middle of the panel shows, from top to bottom."""

    BAR = "bar"
    GRAPH = "graph"
    CANDIDATES = "candidates"
    EXPLANATION = "explanation"
    COMMENT = "comment"
    TREE = "tree"
    SUMMARY = "summary"
    MOVES = "moves"


@dataclass(frozen=True, slots=True)
class PanelLayout:
    """
    players: the cards of Black and White.
    middle: what is left for graphs and lists; parts of them may lie outside of it, scrolled away.
    parts: where each of them is.
    scroll: by how many steps the middle is scrolled, cut to what there is.
    is_scrollable: whether there is more than is seen.
    is_folded: whether most buttons are hidden, to leave room for the lists.
    """

    header: Rect
    players: tuple[Rect, Rect]
    status: Rect
    middle: Rect
    parts: dict[Part, Rect]
    buttons: tuple[Control, ...]
    scroll: int = 0
    is_scrollable: bool = False
    is_folded: bool = False

    def focused_on(self, command: Command | None) -> "PanelLayout":
        """The same, with the keyboard on the button of a command; on none for None."""
        if command is None:
            return self
        buttons = (
            replace(each, focused=each.enabled and each.command == command) for each in self.buttons
        )
        return replace(self, buttons=tuple(buttons))


def lay_out_panel(
    layout: WindowLayout,
    snapshot: Snapshot,
    language: Language,
    *,
    setting_up: bool = False,
    puzzle: Do | None = None,
    is_unfolded: bool = False,
    scroll: int = 0,
) -> PanelLayout:
    """The panel's areas from top to bottom, and its buttons at the bottom.

    Where the buttons leave no room for what is to be seen, they are folded into one row.

    setting_up: whether stones are being put down freely, so that there is no game to play.
    puzzle: what puts the next one on the board while a puzzle or an exercise is there.
    is_unfolded: whether the user asked for all buttons all the same.
    scroll: steps of the wheel.
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
    if puzzle is not None:
        name, key = ("next_puzzle", "F4") if puzzle is Do.PUZZLE else ("exercise", "F7")
        rows = [
            [
                (language.say(name), puzzle, key, False, True),
                (language.say("solution"), Do.SOLUTION, "F5", False, True),
            ],
            *rows,
        ]
    is_folded = False
    heights = _least_heights(snapshot, u)
    if setting_up:
        rows = _setup_rows(language)
        heights = {}
    elif snapshot.lesson is not None and not layout.wide:
        rows = [rows[0][:2]]  # a lesson needs the room for its sentences
    elif _rows_height(len(rows), u) + min(sum(heights.values()), u(150)) > (
        inner.bottom - status.bottom - 2 * gap
    ):
        if not is_unfolded:
            is_folded = True
            rows = _folded_rows(rows, language)
        else:
            rows = [*rows[:-1], [*rows[-1], (language.say("less"), Do.FOLD, "F12", True, True)]]
    # In a low window the buttons are flatter, rather than lying over the status.
    room = inner.bottom - status.bottom - len(rows) * gap
    side = min(u(BUTTON), max(u(MIN_BUTTON), room // len(rows)))
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
    if snapshot.lesson is not None:
        heights = {}
    parts, scroll, is_scrollable = _divide(middle, heights, snapshot, u, scroll)
    return PanelLayout(
        header,
        (black, white),
        status,
        middle,
        parts,
        tuple(buttons),
        scroll,
        is_scrollable,
        is_folded,
    )


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


def ply_pointed_at(
    panel: PanelLayout, layout: WindowLayout, snapshot: Snapshot, x: int, y: int
) -> int | None:
    """The number of moves that a click in the middle of the panel means; None for nothing."""
    if not panel.middle.contains(x, y):
        return None
    graph, moves = panel.parts.get(Part.GRAPH), panel.parts.get(Part.MOVES)
    plies = len(snapshot.all_moves)
    if graph is not None and graph.contains(x, y):
        return ply_at(graph, layout, plies, x)
    if moves is not None and moves.contains(x, y):
        listed = lay_out_moves(moves, layout, snapshot)
        hit = (ply for ply, cell in listed if cell.contains(x, y))
        return next((ply + 1 for ply in hit), None)
    return None


def lay_out_moves(
    area: Rect, layout: WindowLayout, snapshot: Snapshot
) -> tuple[tuple[int, Rect], ...]:
    """The plies of the list of moves, counted from 0, and where each stands: two in a row, those
    around the present one as far as there is room."""
    inner = area.inset(layout.units(10))
    row = layout.units(MOVE_ROW)
    shown = max(0, inner.height // row)
    plies = len(snapshot.all_moves)
    rows = (plies + 1) // 2
    present = (max(len(snapshot.moves), 1) - 1) // 2
    first = min(max(0, present - max(0, shown - 2)), max(0, rows - shown))
    digits = layout.units(30)
    width = (inner.width - digits) // 2
    return tuple(
        (
            ply,
            Rect(
                inner.left + digits + width * (ply % 2),
                inner.top + (ply // 2 - first) * row,
                width,
                row,
            ),
        )
        for ply in range(2 * first, min(2 * (first + shown), plies))
    )


def lay_out_places(
    area: Rect, layout: WindowLayout, snapshot: Snapshot
) -> dict[int, tuple[int, int]]:
    """The centers of the places of the tree that there is room for, around the one shown; -1 is
    the start."""
    tree, step = snapshot.tree, layout.units(TREE_STEP)
    inner = area.inset(layout.units(4))
    here = tree.places[snapshot.place] if snapshot.place >= 0 else None
    column, row = (here.depth, here.row) if here is not None else (0, 0)
    deepest = max((place.depth for place in tree.places), default=0)
    first_column = _first_shown(column, deepest + 1, inner.width // step)
    first_row = _first_shown(row, tree.rows, inner.height // step)

    def center(depth: int, line: int) -> tuple[int, int]:
        left = inner.left + step // 2 + (depth - first_column) * step
        return left, inner.top + step // 2 + (line - first_row) * step

    found = {-1: center(0, 0)} if first_column == 0 and first_row == 0 else {}
    for index, place in enumerate(tree.places):
        x, y = center(place.depth, place.row)
        half = step // 2
        if inner.left + half <= x <= inner.right - half and (
            inner.top + half <= y <= inner.bottom - half
        ):
            found[index] = x, y
    return found


def _first_shown(here: int, count: int, room: int) -> int:
    """The first of so many columns or rows that is shown, so that one of them is in the middle."""
    return max(0, min(here - room // 2, count - room))


def place_pointed_at(
    panel: PanelLayout, layout: WindowLayout, snapshot: Snapshot, x: int, y: int
) -> int | None:
    """The place of the tree that a click means; None for nothing."""
    area = panel.parts.get(Part.TREE)
    if area is None or not panel.middle.contains(x, y) or not area.contains(x, y):
        return None
    half = layout.units(TREE_STEP) // 2 + 1
    places = lay_out_places(area, layout, snapshot).items()
    return next((i for i, at in places if max(abs(at[0] - x), abs(at[1] - y)) < half), None)


def _summary_rows(snapshot: Snapshot) -> int:
    return 5 + sum(any(sides) for sides in snapshot.phases)


def _least_heights(snapshot: Snapshot, units: Callable[[float], int]) -> dict[Part, int]:
    """What is to be seen, and how little room each part needs."""
    heights: dict[Part, int] = {}
    is_reviewed = snapshot.reviewed is not None
    if snapshot.analyzing or is_reviewed:
        heights[Part.BAR] = units(22 + 10)
        heights[Part.GRAPH] = units(56 + 8)
    if snapshot.analyzing:
        heights[Part.CANDIDATES] = units(LINE * 4)
    if is_reviewed and snapshot.mistake_shown is not None and not snapshot.is_aside:
        heights[Part.EXPLANATION] = units(LINE * 7)
    if snapshot.comment:
        heights[Part.COMMENT] = units(LINE * 2 + 4)
    if snapshot.tree.rows > 1:
        heights[Part.TREE] = units(TREE_STEP * min(snapshot.tree.rows, 3) + 20)
    if is_reviewed:
        heights[Part.SUMMARY] = units(LINE * _summary_rows(snapshot) + 4)
    if is_reviewed or not snapshot.analyzing:
        heights[Part.MOVES] = units(MOVE_ROW * 3 + 20)
    return heights


def _natural_heights(snapshot: Snapshot, units: Callable[[float], int]) -> dict[Part, int]:
    """The room that each part would take if there were as much as one likes."""
    found = snapshot.thought.candidates if snapshot.thought is not None else ()
    return {
        Part.BAR: units(22 + 10),
        Part.GRAPH: units(82 + 8),
        Part.CANDIDATES: units(LINE * (2 + len(found))),
        Part.TREE: units(TREE_STEP * min(snapshot.tree.rows, 6) + 20),
        Part.SUMMARY: units(LINE * _summary_rows(snapshot) + 4),
        Part.EXPLANATION: units(LINE * 9),
        Part.COMMENT: units(LINE * 4 + 4),
        Part.MOVES: units(MOVE_ROW * ((len(snapshot.all_moves) + 1) // 2) + 20),
    }


def _divide(
    middle: Rect,
    least: dict[Part, int],
    snapshot: Snapshot,
    units: Callable[[float], int],
    scroll: int,
) -> tuple[dict[Part, Rect], int, bool]:
    """The parts one below the other; what the middle has more than they need goes to the first
    that want it, and the rest to the last."""
    natural = _natural_heights(snapshot, units)
    spare = middle.height - sum(least.values())
    hidden = max(0, -spare)
    step = units(SCROLL_STEP)
    scroll = min(scroll, -(-hidden // step))
    top = middle.top - min(hidden, scroll * step)
    parts: dict[Part, Rect] = {}
    for index, (part, height) in enumerate(least.items()):
        if spare > 0:
            is_last = index == len(least) - 1
            more = spare if is_last else min(spare, max(0, natural[part] - height))
            height, spare = height + more, spare - more
        below = units({Part.BAR: 10, Part.GRAPH: 8}.get(part, 4))
        parts[part] = Rect(middle.left, top, middle.width, max(1, height - below))
        top += height
    return parts, scroll, hidden > 0


def _rows_height(rows: int, units: Callable[[float], int]) -> int:
    return rows * (units(BUTTON) + units(GAP))


def _folded_rows(rows: list[list["_Item"]], language: Language) -> list[list["_Item"]]:
    """One row of what is needed most, and what is to be chosen now."""
    needed = (
        Do.PUZZLE,
        Do.EXERCISE,
        Do.SOLUTION,
        Do.UNDO,
        Do.ANALYSIS,
        Do.REVIEW,
        Do.BACK_TO_GAME,
        Do.TAKE_BACK,
        Do.KEEP_MOVE,
    )
    choices = [row for row in rows if any(isinstance(item[1], Choose) for item in row)]
    one = [item for row in rows for item in row if item[1] in needed]
    return [*choices, [*one, (language.say("more"), Do.FOLD, "F12", False, True)]]


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
    ]
    if snapshot.is_aside:
        items += [item(Do.BACK_TO_GAME, "Esc"), item(Do.PROMOTE_LINE, "O")]
    else:
        items += [
            _last_word(snapshot, language),
            item(Do.SHARE, "Ctrl E")
            if reviewing
            else item(Do.SWITCH_SIDES, "X", enabled=snapshot.result is None),
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
        return language.say("resign"), Do.RESIGN, "Q", False, True
    text = language.say("pace", seconds=f"{snapshot.pace:g}")
    return text, Do.PACE, "-", False, True


def _button(rect: Rect, text: str, command: Command, key: str, on: bool, enabled: bool) -> Control:
    is_main = command in (Do.NEW_GAME, Do.TAKE_BACK, Do.SETUP, Do.BACK_TO_GAME) or isinstance(
        command, Choose
    )
    look = Look.PRIMARY if is_main else Look.BUTTON
    return Control(rect, text, command, look, selected=on, enabled=enabled, note=key)


def _header_buttons(header: Rect, language: Language, gap: int) -> list[Control]:
    """Small square buttons at the right end of the header, and a wider one beside them."""
    side = header.height
    commands = ((Do.SETTINGS, "\u2261"), (Do.HELP, "?"), (Do.THEME, "\u25d0"))
    squares = [
        Control(
            Rect(header.right - (index + 1) * side - index * gap, header.top, side, side),
            text,
            command,
        )
        for index, (command, text) in enumerate(commands)
    ]
    right = squares[-1].rect.left - gap
    width = min(round(2.9 * side), max(0, right - header.left - 5 * side))
    train = Rect(right - width, header.top, width, side)
    return [*squares, Control(train, language.say("train"), Do.TRAIN)]
