"""The buttons of the panel: which there are at present, and where."""

from gomoku.opening_rules import Option
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import Choose, Command, Do
from gomoku_zero.window.model.setup import HUMAN
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.view.layout import Rect
from gomoku_zero.window.view.widgets import Control, Look, split_row

# The text, the command, the key to show, whether it is on, whether it can be clicked.
_Item = tuple[str, Command, str, bool, bool]
Row = list[_Item]


def folded_rows(rows: list[Row], language: Language) -> list[Row]:
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


def button_rows(
    snapshot: Snapshot, language: Language, is_wide: bool, setting_up: bool, puzzle: Do | None
) -> list[Row]:
    """The buttons from top to bottom; the arguments are those of `lay_out_panel`."""
    if setting_up:
        return _setup_rows(language)
    rows = _game_rows(snapshot, language, 2 if is_wide else 4)
    if puzzle is not None:
        name, key = ("next_puzzle", "F4") if puzzle is Do.PUZZLE else ("exercise", "F7")
        first: Row = [
            (language.say(name), puzzle, key, False, True),
            (language.say("solution"), Do.SOLUTION, "F5", False, True),
        ]
        rows = [first, *rows]
    if snapshot.lesson is not None and not is_wide:
        return [rows[0][:2]]  # a lesson needs the room for its sentences
    return rows


def unfolded_rows(rows: list[Row], language: Language) -> list[Row]:
    """All rows, with a button that folds them."""
    return [*rows[:-1], [*rows[-1], (language.say("less"), Do.FOLD, "F12", True, True)]]


def lay_out_buttons(
    rows: list[Row], area: Rect, height: int, least: int, gap: int
) -> list[Control]:
    """Rows of buttons at the bottom of an area; in a low one they are flatter, down to `least`."""
    side = min(height, max(least, (area.height + gap - len(rows) * gap) // len(rows)))
    bottom = area.bottom - len(rows) * (side + gap) + gap
    buttons: list[Control] = []
    for index, row in enumerate(rows):
        line = Rect(area.left, bottom + index * (side + gap), area.width, side)
        cells = split_row(line, len(row), gap)
        buttons += [_button(cell, *item) for cell, item in zip(cells, row, strict=True)]
    return buttons


def _game_rows(snapshot: Snapshot, language: Language, columns: int) -> list[Row]:
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


def _option_rows(snapshot: Snapshot, language: Language, columns: int) -> list[Row]:
    """The options of the opening, if it is a human's turn to choose."""
    options = snapshot.options if snapshot.human_to_move else ()
    items: list[_Item] = [
        (language.say(f"choose_{each.value}"), Choose(each), key, False, True)
        for each, key in ((Option.BLACK, "1"), (Option.WHITE, "2"), (Option.PUT_TWO, "3"))
        if each in options
    ]
    return [items[i : i + columns] for i in range(0, len(items), columns)]


def _setup_rows(language: Language) -> list[Row]:
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


def header_buttons(header: Rect, language: Language, gap: int) -> list[Control]:
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
