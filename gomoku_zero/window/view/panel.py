"""The panel beside the board: which areas it has, and which buttons at present."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import Command, Do
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.panel_buttons import (
    button_rows,
    folded_rows,
    header_buttons,
    lay_out_buttons,
    unfolded_rows,
)
from gomoku_zero.window.view.widgets import Control, split_row

HEADER, PLAYER, STATUS, BUTTON, GAP, PADDING = 30, 62, 62, 38, 8, 16  # design units
MIN_BUTTON = 24
LINE = 21  # of text in lists
MOVE_ROW = 22
TREE_STEP = 20  # from place to place in the drawn tree
SCROLL_STEP = 24


class Part(Enum):
    """The parts of the middle of the panel, from top to bottom."""

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
    heights = {} if setting_up else _least_heights(snapshot, u)
    least = min(sum(heights.values()), u(150))
    below = inner._replace(top=status.bottom + gap, height=inner.bottom - status.bottom - gap)
    rows = button_rows(snapshot, language, layout.wide, setting_up, puzzle)
    is_folded = False
    if len(rows) * (u(BUTTON) + gap) + least > below.height - gap and not (
        setting_up or (snapshot.lesson is not None and not layout.wide)
    ):
        is_folded = not is_unfolded
        rows = folded_rows(rows, language) if is_folded else unfolded_rows(rows, language)
    buttons = lay_out_buttons(rows, below, u(BUTTON), u(MIN_BUTTON), gap)
    middle = below._replace(height=max(0, buttons[0].rect.top - gap - below.top))
    if snapshot.lesson is not None:
        heights = {}
    parts, scroll, is_scrollable = _divide(middle, heights, snapshot, u, scroll)
    return PanelLayout(
        header,
        (black, white),
        status,
        middle,
        parts,
        (*buttons, *header_buttons(header, language, gap)),
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
    """The parts to be seen, and how little room each needs."""
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
