"""The smaller dialogs: settings, shortcuts, saved games."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gomoku_zero.window.i18n import Language, languages, load_language
from gomoku_zero.window.model.commands import (
    Browse,
    ChangePace,
    ChangeTextSize,
    Choose,
    Command,
    Do,
    GoTo,
    Play,
    SetLanguage,
    SetPace,
    SetTextSize,
    SetTheme,
    SetWarning,
    Switch,
)
from gomoku_zero.window.model.review import Severity
from gomoku_zero.window.model.settings import WATCH_SECONDS, Settings
from gomoku_zero.window.view.drawings import Drawing
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.theme import THEMES
from gomoku_zero.window.view.widgets import Control, Look, split_row

Scroll = Callable[[int], Command]

ROW, GAP, PADDING = 36, 10, 22  # design units
SWITCHES = (
    "coordinates",
    "numbers",
    "heat",
    "confirm",
    "warn_forbidden",
    "pondering",
    "teaching",
    "sound",
)


class Shortcut(NamedTuple):
    """A line of the sheet of shortcuts.

    keys: as they are written on keyboards.
    text: the key of what they do in the language files.
    commands: those it stands for; a class is any command of it.
    """

    keys: str
    text: str
    commands: tuple[Command | type, ...]


SHORTCUTS = (
    Shortcut("U, Ctrl Z, Backspace", "undo", (Do.UNDO,)),
    Shortcut("Y, Ctrl Y", "redo", (Do.REDO,)),
    Shortcut("H", "hint", (Do.HINT,)),
    Shortcut("P", "ai_move_or_pause", (Do.AI_MOVE, Do.PAUSE)),
    Shortcut(".", "step", (Do.STEP,)),
    Shortcut("- =", "speed_keys", (ChangePace,)),
    Shortcut("X", "switch_sides", (Do.SWITCH_SIDES,)),
    Shortcut("M", "rematch", (Do.REMATCH,)),
    Shortcut("N, Ctrl N", "new_game", (Do.NEW_GAME,)),
    Shortcut("\u2190 \u2191 \u2192 \u2193, Enter", "cursor_keys", (Play,)),
    Shortcut("A", "analysis", (Do.ANALYSIS,)),
    Shortcut("W", "deeper", (Do.DEEPER,)),
    Shortcut("G", "heat", (Switch("heat"),)),
    Shortcut("I", "pondering", (Switch("pondering"),)),
    Shortcut("R", "review", (Do.REVIEW,)),
    Shortcut("[  ]", "mistake_keys", (Do.PREVIOUS_MISTAKE, Do.NEXT_MISTAKE)),
    Shortcut("V", "next_line", (Do.NEXT_LINE,)),
    Shortcut("Z, Esc", "back_to_game", (Do.BACK_TO_GAME,)),
    Shortcut("O", "promote_line", (Do.PROMOTE_LINE,)),
    Shortcut("Del", "remove_line", (Do.REMOVE_LINE,)),
    Shortcut("J", "comment", (Do.COMMENT,)),
    Shortcut(
        "Ctrl \u2190 \u2191 \u2192 \u2193", "tree_keys", (Do.LINE_ABOVE, Do.LINE_BELOW, Browse)
    ),
    Shortcut("Home End PgUp PgDn", "browse_keys", (GoTo, Browse)),
    Shortcut("B", "teaching", (Switch("teaching"),)),
    Shortcut("U, Enter", "lesson_keys", (Do.TAKE_BACK, Do.KEEP_MOVE)),
    Shortcut("1  2  3", "choose_keys", (Choose,)),
    Shortcut("Ctrl S", "save", (Do.SAVE,)),
    Shortcut("Ctrl Shift S", "save_psq", (Do.SAVE_PSQ,)),
    Shortcut("Ctrl E", "share", (Do.SHARE,)),
    Shortcut("Ctrl O", "load", (Do.LOAD,)),
    Shortcut("Ctrl F", "search_games", (Do.SEARCH,)),
    Shortcut("Ctrl C, Ctrl V", "copy_paste", (Do.COPY, Do.PASTE)),
    Shortcut("Ctrl Shift C", "copy_position", (Do.COPY_POSITION,)),
    Shortcut("E", "setup", (Do.SETUP,)),
    Shortcut("D", "confirm", (Switch("confirm"),)),
    Shortcut("F", "warn_forbidden", (Switch("warn_forbidden"),)),
    Shortcut("K", "numbers", (Switch("numbers"),)),
    Shortcut("C", "coordinates", (Switch("coordinates"),)),
    Shortcut("T", "theme", (Do.THEME,)),
    Shortcut("L", "language_key", (Do.LANGUAGE,)),
    Shortcut("S", "sound", (Switch("sound"),)),
    Shortcut("Ctrl + -", "text_size", (ChangeTextSize,)),
    Shortcut("F12", "fold", (Do.FOLD,)),
    Shortcut("F11", "fullscreen", (Do.FULLSCREEN,)),
    Shortcut("F2", "rules_sheet", (Do.RULES,)),
    Shortcut("F3", "settings", (Do.SETTINGS,)),
    Shortcut("F4, F5", "puzzle_keys", (Do.PUZZLE, Do.SOLUTION)),
    Shortcut("F6", "progress", (Do.PROGRESS,)),
    Shortcut("F7", "exercise", (Do.EXERCISE,)),
    Shortcut("F8", "train", (Do.TRAIN,)),
    Shortcut("Q", "resign", (Do.RESIGN,)),
    Shortcut("F1, Esc", "help_keys", (Do.HELP, Do.CLOSE)),
    Shortcut("Ctrl Q", "quit", (Do.QUIT,)),
)


@dataclass(frozen=True, slots=True)
class Dialog:
    """A box over the window that takes all clicks.

    enter: what the Enter key asks for where the keyboard is on no control; None for nothing.
    wheel: makes the command of the wheel from the rows that it was turned.
    is_typed_in: whether keys are letters of a text.
    drawings: small boards and other pictures on it.
    covers: whether so little of the window is left beside it that nothing need be drawn there.
    """

    box: Rect
    controls: tuple[Control, ...]
    enter: Command | None = None
    wheel: Scroll | None = None
    is_typed_in: bool = False
    drawings: tuple[Drawing, ...] = ()
    covers: bool = False

    def focused_on(self, command: Command | None) -> "Dialog":
        """The same, with the keyboard on the controls of a command; on none for None."""
        controls = (
            replace(each, focused=each.enabled and each.command == command)
            for each in self.controls
        )
        return self if command is None else replace(self, controls=tuple(controls))


class DialogRows:
    """Rows of equal height in a centered box, dealt out from top to bottom.

    In a low window the rows are tighter, rather than the dialog hanging out of it.
    """

    def __init__(self, layout: WindowLayout, rows: int, width: float) -> None:
        """
        width: in design units.
        """
        window = layout.window
        wanted = layout.units(rows * (ROW + GAP) - GAP + 2 * PADDING)
        squeeze = min(1.0, (window.height - 8) / wanted)
        self.row_height = int(layout.units(ROW) * squeeze)
        self.gap = max(1, int(layout.units(GAP) * squeeze))
        pixels = min(layout.units(width), window.width - 8)
        height = int(wanted * squeeze)
        self.box = Rect((window.width - pixels) // 2, (window.height - height) // 2, pixels, height)
        self._inner = self.box.inset(int(layout.units(PADDING) * squeeze))
        self._top = self._inner.top
        self.controls: list[Control] = []

    @property
    def top(self) -> int:
        """Where the next row begins."""
        return self._top

    def whole(self, right: int = 0) -> Rect:
        """The next row, but for some pixels on the right."""
        row = Rect(self._inner.left, self._top, self._inner.width - right, self.row_height)
        self._top += self.row_height + self.gap
        return row

    def labeled(self, label: str, share: float = 0.21) -> Rect:
        """The next row but for its label, which takes that share of it."""
        row = self.whole()
        width = int(row.width * share)
        self.controls.append(Control(row._replace(width=width), label, look=Look.LABEL))
        return row._replace(left=row.left + width, width=row.width - width)

    def scrolled(self, area: Rect, scroll: Scroll, index: int, shown: range, count: int) -> Rect:
        """A row of a list but for the room of the arrows beside its first and its last row.

        scroll: makes the command of the arrows.
        shown: the indices of the rows that there is room for, of `count` in all.
        """
        if len(shown) == count:
            return area
        side = area.height
        if index in (shown[0], shown[-1]):
            step, arrow = (-1, "\u25b2") if index == shown[0] else (1, "\u25bc")
            there = shown[0] > 0 if step < 0 else shown[-1] + 1 < count
            place = Rect(area.right - side, area.top, side, side)
            self.controls.append(Control(place, arrow, scroll(step), enabled=there))
        return area._replace(width=area.width - side - self.gap // 2)

    def title(self, text: str) -> None:
        self.controls.append(Control(self.whole(), text, look=Look.TITLE))

    def choices(self, area: Rect, items: Sequence[tuple[str, Command, bool]]) -> None:
        """Buttons side by side: text, command, whether it is the chosen one."""
        cells = split_row(area, len(items), self.gap // 2)
        for cell, (text, command, chosen) in zip(cells, items, strict=True):
            self.controls.append(Control(cell, text, command, Look.CHOICE, selected=chosen))

    def dialog(
        self,
        *,
        enter: Command | None = None,
        wheel: Scroll | None = None,
        is_typed_in: bool = False,
        drawings: tuple[Drawing, ...] = (),
    ) -> Dialog:
        return Dialog(self.box, tuple(self.controls), enter, wheel, is_typed_in, drawings)


def settings_dialog(layout: WindowLayout, settings: Settings, language: Language) -> Dialog:
    """Every setting with what it can be."""
    rows = DialogRows(layout, 7 + (len(SWITCHES) + 1) // 2, 500)
    rows.title(language.say("settings"))
    rows.choices(
        rows.labeled(language.say("language_label")),
        [
            (
                load_language(name).say("language"),
                SetLanguage(name),
                name == language.code,
            )
            for name in languages()
        ],
    )
    rows.choices(
        rows.labeled(language.say("theme")),
        [(language.say(name), SetTheme(name), name == settings.theme) for name in THEMES],
    )
    percent_set = round(100 * settings.text_scale)
    rows.choices(
        rows.labeled(language.say("text_size")),
        [
            (f"{percent}%", SetTextSize(percent), percent == percent_set)
            for percent in (80, 90, 100, 115, 130)
        ],
    )
    rows.choices(
        rows.labeled(language.say("watch_speed")),
        [
            (f"{seconds:g} s", SetPace(seconds), seconds == settings.watch_seconds)
            for seconds in WATCH_SECONDS
        ],
    )
    rows.choices(
        rows.labeled(language.say("warn_label")),
        [
            (f"\u2212{percent}%", SetWarning(percent), percent == settings.warn_percent)
            for percent in (round(100 * severity.value) for severity in Severity)
        ],
    )
    for index in range(0, len(SWITCHES), 2):
        for name, cell in zip(
            SWITCHES[index : index + 2], split_row(rows.whole(), 2, rows.gap), strict=False
        ):
            rows.choices(cell, [(language.say(name), Switch(name), bool(getattr(settings, name)))])
    rows.controls.append(Control(rows.whole(), language.say("close"), Do.CLOSE))
    return rows.dialog()


def help_dialog(layout: WindowLayout, language: Language) -> Dialog:
    """All shortcuts, in as many columns as there is room for."""
    columns = 3 if layout.wide else 2
    lines = -(-len(SHORTCUTS) // columns)
    rows = DialogRows(layout, lines + 2, 350 * columns)
    rows.title(language.say("shortcuts"))
    for line in range(lines):
        cells = split_row(rows.whole(), columns, rows.gap)
        for column, cell in enumerate(cells):
            index = line + column * lines
            if index < len(SHORTCUTS):
                shortcut = SHORTCUTS[index]
                text = language.say(shortcut.text)
                rows.controls.append(Control(cell, text, look=Look.ROW, note=shortcut.keys))
    rules, close = split_row(rows.whole(), 2, rows.gap)
    rows.controls.append(Control(rules, language.say("rules_sheet"), Do.RULES, note="F2"))
    rows.controls.append(Control(close, language.say("close"), Do.CLOSE, note="Esc"))
    return rows.dialog()


def comment_dialog(layout: WindowLayout, typed: str, language: Language) -> Dialog:
    """Where a comment on the position shown is typed."""
    rows = DialogRows(layout, 3, 640)
    rows.title(language.say("comment"))
    rows.controls.append(Control(rows.whole(), typed, look=Look.FIELD))
    cancel, keep = split_row(rows.whole(), 2, rows.gap)
    rows.controls += [
        Control(cancel, language.say("cancel"), Do.CLOSE, note="Esc"),
        Control(keep, language.say("keep_comment"), Do.KEEP_COMMENT, Look.PRIMARY, note="Enter"),
    ]
    return rows.dialog(enter=Do.KEEP_COMMENT, is_typed_in=True)
