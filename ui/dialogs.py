"""The smaller dialogs: settings, shortcuts, saved games."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ui.controls import Command, Control, Look, split_row
from ui.layout import Rect, WindowLayout
from ui.settings import WATCH_SECONDS, Settings
from ui.theme import THEMES
from ui.words import Words, languages, load_words

ROW, GAP, PADDING = 36, 10, 22  # design units
GAMES_SHOWN = 9
SWITCHES = (
    "coordinates",
    "numbers",
    "heat",
    "confirm",
    "pondering",
    "teaching",
    "sound",
)
SHORTCUTS = (
    ("U", "undo"),
    ("Y", "redo"),
    ("H", "hint"),
    ("P", "ai_move_or_pause"),
    (".", "step"),
    ("- =", "speed_keys"),
    ("A", "analysis"),
    ("G", "heat"),
    ("R", "review"),
    ("[  ]", "mistake_keys"),
    ("X", "switch_sides"),
    ("M", "rematch"),
    ("N", "new_game"),
    ("E", "setup"),
    ("Ctrl S", "save"),
    ("Ctrl O", "load"),
    ("Ctrl C / V", "copy_paste"),
    ("Home End PgUp PgDn", "browse_keys"),
    ("Arrows, Enter", "cursor_keys"),
    ("K", "numbers"),
    ("C", "coordinates"),
    ("T", "theme"),
    ("L", "language_key"),
    ("F11", "fullscreen"),
    ("Ctrl + -", "text_size"),
    ("Ctrl Q", "quit"),
)


@dataclass(frozen=True, slots=True)
class Dialog:
    """A box over the window that takes all clicks."""

    box: Rect
    controls: tuple[Control, ...]


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

    def whole(self) -> Rect:
        """The next row."""
        row = Rect(self._inner.left, self._top, self._inner.width, self.row_height)
        self._top += self.row_height + self.gap
        return row

    def labeled(self, label: str, share: float = 0.21) -> Rect:
        """The next row but for its label, which takes that share of it."""
        row = self.whole()
        width = int(row.width * share)
        self.controls.append(Control(row._replace(width=width), label, look=Look.LABEL))
        return row._replace(left=row.left + width, width=row.width - width)

    def title(self, text: str) -> None:
        self.controls.append(Control(self.whole(), text, look=Look.TITLE))

    def choices(self, area: Rect, items: Sequence[tuple[str, Command, bool]]) -> None:
        """Buttons side by side: text, command, whether it is the chosen one."""
        cells = split_row(area, len(items), self.gap // 2)
        for cell, (text, command, chosen) in zip(cells, items, strict=True):
            self.controls.append(Control(cell, text, command, Look.CHOICE, selected=chosen))

    def dialog(self) -> Dialog:
        return Dialog(self.box, tuple(self.controls))


def settings_dialog(layout: WindowLayout, settings: Settings, words: Words) -> Dialog:
    """Every setting with what it can be."""
    rows = DialogRows(layout, 6 + (len(SWITCHES) + 1) // 2, 500)
    tenths_set = round(settings.watch_seconds * 10)
    rows.title(words.say("settings"))
    rows.choices(
        rows.labeled(words.say("language_label")),
        [
            (
                load_words(name).say("language"),
                Command("set_language", name),
                name == words.language,
            )
            for name in languages()
        ],
    )
    rows.choices(
        rows.labeled(words.say("theme")),
        [(words.say(name), Command("set_theme", name), name == settings.theme) for name in THEMES],
    )
    rows.choices(
        rows.labeled(words.say("text_size")),
        [
            (f"{percent}%", Command("set_text_scale", percent), is_set(settings, percent))
            for percent in (80, 90, 100, 115, 130)
        ],
    )
    rows.choices(
        rows.labeled(words.say("watch_speed")),
        [
            (f"{seconds:g} s", Command("set_watch", tenths), tenths == tenths_set)
            for seconds, tenths in ((each, round(10 * each)) for each in WATCH_SECONDS)
        ],
    )
    for index in range(0, len(SWITCHES), 2):
        for name, cell in zip(
            SWITCHES[index : index + 2], split_row(rows.whole(), 2, rows.gap), strict=False
        ):
            rows.choices(cell, [(words.say(name), Command(name), bool(getattr(settings, name)))])
    rows.controls.append(Control(rows.whole(), words.say("close"), Command("close")))
    return rows.dialog()


def is_set(settings: Settings, percent: int) -> bool:
    return round(settings.text_scale * 100) == percent


def help_dialog(layout: WindowLayout, words: Words) -> Dialog:
    """All shortcuts, in two columns."""
    lines = (len(SHORTCUTS) + 1) // 2
    rows = DialogRows(layout, lines + 2, 680)
    rows.title(words.say("shortcuts"))
    for line in range(lines):
        cells = split_row(rows.whole(), 2, 3 * rows.gap)
        for column, cell in enumerate(cells):
            index = line + column * lines
            if index < len(SHORTCUTS):
                keys, text = SHORTCUTS[index]
                shown = Control(cell, words.say(text), look=Look.ROW, note=keys)
                rows.controls.append(shown)
    rows.controls.append(Control(rows.whole(), words.say("close"), Command("close")))
    return rows.dialog()


def games_dialog(layout: WindowLayout, files: Sequence[Path], first: int, words: Words) -> Dialog:
    """Saved games, from index `first` on; the wheel scrolls."""
    shown = range(first, min(first + GAMES_SHOWN, len(files)))
    rows = DialogRows(layout, max(1, len(shown)) + 3, 560)
    rows.title(words.say("load"))
    for index in shown:
        file = files[index]
        rows.controls.append(
            Control(
                rows.whole(),
                file.stem,
                Command("load_file", str(file)),
                Look.ROW,
                note=file.suffix[1:],
            )
        )
    if not shown:
        rows.controls.append(Control(rows.whole(), words.say("no_games"), look=Look.TEXT))
    rows.controls.append(Control(rows.whole(), words.say("drop_files"), look=Look.TEXT))
    rows.controls.append(Control(rows.whole(), words.say("close"), Command("close")))
    return rows.dialog()
