"""The dialog that lists games: where its controls are."""

from pathlib import Path

from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import (
    Command,
    DeleteGame,
    Do,
    ListFolder,
    LoadFile,
    LoadGame,
    ScrollGames,
)
from gomoku_zero.window.model.library import ROWS_SHOWN, GameEntry, Library
from gomoku_zero.window.view.dialogs import Dialog, DialogRows
from gomoku_zero.window.view.drawings import Drawing, SmallBoard
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.widgets import Control, Look, split_row

WIDTH, BOARD_WIDTH = 560, 290  # design units


def games_dialog(
    layout: WindowLayout,
    library: Library,
    language: Language,
    *,
    is_searching: bool = False,
    pointed: Command | None = None,
) -> Dialog:
    """The games that the library lists, with the board of the one that is pointed at beside them.

    Below them the other ways in.
    """
    entries = library.entries()
    first = min(library.first, max(0, len(entries) - ROWS_SHOWN))
    shown = range(first, min(first + ROWS_SHOWN, len(entries)))
    has_board = layout.wide and layout.window.width >= layout.units(WIDTH + BOARD_WIDTH + 20)
    width = WIDTH + BOARD_WIDTH if has_board else WIDTH
    rows = DialogRows(layout, ROWS_SHOWN + 5, width)
    side = layout.units(BOARD_WIDTH - 20) if has_board else 0
    rows.title(_title(library, language))
    _add_search(rows, side, library, language, is_searching)
    top = rows.top
    listed: list[tuple[Command, GameEntry]] = []
    for index in shown:
        entry = entries[index]
        area = rows.scrolled(rows.whole(right=side), ScrollGames, index, shown, len(entries))
        if library.can_delete:
            is_asked = entry.file == library.asked
            cell = area.height * 3 if is_asked else area.height
            delete = Rect(area.right - cell, area.top, cell, area.height)
            area = area._replace(width=area.width - cell - rows.gap // 2)
            mark = language.say("delete") if is_asked else "\u00d7"
            rows.controls.append(Control(delete, mark, DeleteGame(entry.file), selected=is_asked))
        command = _command(entry, library)
        listed.append((command, entry))
        note = _note(entry)
        rows.controls.append(
            Control(area, entry.title, command, Look.ROW, selected=command == pointed, note=note)
        )
    for _ in range(ROWS_SHOWN - len(shown)):
        area = rows.whole(right=side)
        if not shown and area.top == top:
            rows.controls.append(Control(area, language.say("no_games"), look=Look.TEXT))
    bottom = rows.top
    _add_ways(rows, library, language)
    drawings: tuple[Drawing, ...] = ()
    if has_board:
        chosen = next((entry for command, entry in listed if command == pointed), None)
        chosen = chosen or (listed[0][1] if listed else None)
        edge = rows.box.right - layout.units(22)
        square = min(side - rows.gap, bottom - top)
        if chosen is not None and chosen.cells:
            place = Rect(edge - square, top, square, square)
            drawings = (SmallBoard(place, chosen.size, chosen.cells),)
            line = Rect(place.left, place.bottom + rows.gap, square, rows.row_height)
            rows.controls.append(Control(line, _details(chosen, language), look=Look.TEXT))
    return rows.dialog(wheel=ScrollGames, is_typed_in=is_searching, drawings=drawings)


def _add_search(
    rows: DialogRows, side: int, library: Library, language: Language, is_searching: bool
) -> None:
    """The field to search in, and how the list is sorted; side: what is left free beside them."""
    search, sort = split_row(rows.whole(right=side), 2, rows.gap)
    text = library.query if is_searching or library.query else language.say("search")
    look = Look.FIELD if is_searching else Look.BUTTON
    order = language.say("sorted_by", order=language.say(f"by_{library.order.value}"))
    rows.controls += [
        Control(search, text, Do.SEARCH, look, note="" if is_searching else "Ctrl F"),
        Control(sort, order, Do.SORT),
    ]


def _add_ways(rows: DialogRows, library: Library, language: Language) -> None:
    """The ways to other games, below the list."""
    rows.controls.append(Control(rows.whole(), language.say("drop_files"), look=Look.TEXT))
    other = (Do.OWN_GAMES, "own_games") if library.folder or library.collection else None
    folder = ListFolder(Path.home())
    ways: list[tuple[Command, str, str]] = [
        (Do.PASTE, "paste", "Ctrl V"),
        (Do.COPY, "copy", "Ctrl C"),
        (Do.SETUP, "setup", "E"),
        (folder, "open_file", "") if other is None else (other[0], other[1], ""),
    ]
    for cell_, (command, key, note) in zip(
        split_row(rows.whole(), len(ways), rows.gap), ways, strict=True
    ):
        rows.controls.append(Control(cell_, language.say(key), command, note=note))
    progress, puzzles, close = split_row(rows.whole(), 3, rows.gap)
    rows.controls += [
        Control(progress, language.say("progress"), Do.PROGRESS, note="F6"),
        Control(puzzles, language.say("puzzles"), Do.PUZZLE, note="F4"),
        Control(close, language.say("close"), Do.CLOSE, note="Esc"),
    ]


def _title(library: Library, language: Language) -> str:
    if library.collection is not None:
        return library.collection.name
    return str(library.folder) if library.folder is not None else language.say("load")


def _command(entry: GameEntry, library: Library) -> Command:
    if entry.is_folder:
        return ListFolder(entry.file)
    return LoadGame(entry.file, entry.index) if library.collection else LoadFile(entry.file)


def _note(entry: GameEntry) -> str:
    """A note that fits at the end of a row."""
    if entry.is_folder:
        return ""
    if not entry.is_read or not entry.size:
        return entry.file.suffix[1:]
    if entry.games > 1 and not entry.index and entry.file.suffix:
        return f"{entry.games} \u00d7  {entry.size}x{entry.size}"
    day = entry.day[:10]
    return "  ".join(part for part in (entry.result, f"{entry.size}x{entry.size}", day) if part)


def _details(entry: GameEntry, language: Language) -> str:
    parts = (
        entry.result,
        f"{entry.size}x{entry.size}",
        language.say("stones", ply=entry.plies),
        entry.day,
    )
    return language.joined(*parts)
