"""The page about the rules: pictures of each rule set, the opening rules, what the words mean."""

from dataclasses import dataclass

from gomoku.rules import VARIANT_NAMES
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import Command, Do, PageCommand
from gomoku_zero.window.model.rule_pictures import RulePicture, rule_pictures
from gomoku_zero.window.view.dialogs import Dialog, DialogRows
from gomoku_zero.window.view.drawings import SmallBoard
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.widgets import Control, Look, split_row

WIDTH = 860  # design units
ROWS = 11  # beside those of the title, the tabs, the rule and the button
WORDS = (
    *("opening_swap", "opening_swap2", "opening_pro", "opening_long_pro"),
    *("levels", "simulations", "elo"),
)
TABS = (*VARIANT_NAMES, "words")


@dataclass(frozen=True, slots=True)
class ShowTab(PageCommand):
    """One of `TABS`."""

    name: str


class RulesPage:
    """Shows one rule set at a time, or the words."""

    def __init__(self, variant: int) -> None:
        """
        variant: of the rules that are played.
        """
        self.tab = VARIANT_NAMES[variant]

    def do(self, command: PageCommand) -> None:
        if isinstance(command, ShowTab):
            self.tab = command.name

    def advance(self) -> None:
        pass

    def lay_out(self, layout: WindowLayout, language: Language, pointed: Command | None) -> Dialog:
        rows = DialogRows(layout, ROWS + 4, WIDTH)
        rows.title(language.say("rules_sheet"))
        rows.choices(
            rows.whole(),
            [(_name(tab, language), ShowTab(tab), tab == self.tab) for tab in TABS],
        )
        drawings: tuple[SmallBoard, ...] = ()
        if self.tab == "words":
            for key in WORDS:
                area = rows.labeled(_name(key, language), share=0.2)
                text = Control(area, language.say(f"tip_{key}"), look=Look.TEXT)
                rows.controls.append(text)
            for _ in range(ROWS + 1 - len(WORDS)):
                rows.whole()
        else:
            text = Control(rows.whole(), language.say(f"tip_{self.tab}"), look=Look.TEXT)
            rows.controls.append(text)
            room = [rows.whole() for _ in range(ROWS)]
            area = room[0]._replace(height=room[-1].bottom - room[0].top)
            drawings = _pictures(rows, area, self.tab, layout, language)
        rows.controls.append(Control(rows.whole(), language.say("close"), Do.CLOSE, note="Esc"))
        return rows.dialog(drawings=drawings)


def _name(key: str, language: Language) -> str:
    return language.say(f"name_{key}" if f"name_{key}" in language.texts else key, length=5)


def _pictures(
    rows: DialogRows, area: Rect, rules: str, layout: WindowLayout, language: Language
) -> tuple[SmallBoard, ...]:
    """Boards in three columns with a sentence below each."""
    shown = [picture for picture in rule_pictures() if picture.rules == rules]
    lines = -(-len(shown) // 3)
    gap, caption = rows.gap, layout.units(34)
    height = (area.height - (lines - 1) * gap) // lines
    found: list[SmallBoard] = []
    for index, picture in enumerate(shown):
        row = Rect(area.left, area.top + index // 3 * (height + gap), area.width, height)
        cell = split_row(row, 3, gap)[index % 3]
        side = max(1, min(cell.width, cell.height - caption))
        place = Rect(cell.center[0] - side // 2, cell.top, side, side)
        found.append(_board(place, picture))
        below = Rect(cell.left, place.bottom, cell.width, caption)
        text = Control(below, language.say(picture.text), look=Look.TEXT)
        rows.controls.append(text)
    return tuple(found)


def _board(place: Rect, picture: RulePicture) -> SmallBoard:
    is_forbidden = picture.is_forbidden
    crossed = (picture.move,) if is_forbidden else ()
    marked = None if is_forbidden else picture.move
    return SmallBoard(place, picture.size, picture.cells, marked, crossed)
