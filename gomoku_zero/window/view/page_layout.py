"""The frame of a large page: a box over most of the window, dealt out from its edges."""

from collections.abc import Sequence

from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import Command
from gomoku_zero.window.view.dialogs import Dialog, Scroll
from gomoku_zero.window.view.drawings import Drawing
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.widgets import Control, Look, split_row

GAP, PADDING, BUTTON = 8, 16, 36  # design units
SMALLEST = 7  # pixels; what is lower or narrower is left out


class Space:
    """A rectangle that is dealt out from its edges."""

    def __init__(self, rect: Rect, gap: int) -> None:
        self.rest = rect
        self.gap = gap

    def top(self, height: int) -> Rect:
        rest = self.rest
        height = min(height, max(0, rest.height))
        used = min(rest.height, height + self.gap)
        self.rest = Rect(rest.left, rest.top + used, rest.width, rest.height - used)
        return rest._replace(height=height)

    def bottom(self, height: int) -> Rect:
        rest = self.rest
        height = min(height, max(0, rest.height))
        used = min(rest.height, height + self.gap)
        self.rest = rest._replace(height=rest.height - used)
        return Rect(rest.left, rest.bottom - height, rest.width, height)

    def right(self, width: int) -> Rect:
        rest = self.rest
        width = min(width, max(0, rest.width))
        self.rest = rest._replace(width=max(0, rest.width - width - self.gap))
        return Rect(rest.right - width, rest.top, width, rest.height)


class PageLayout:
    """Controls and drawings as they come together."""

    def __init__(self, layout: WindowLayout, language: Language) -> None:
        self.layout = layout
        self.language = language
        self.units = layout.units
        self.box = layout.window.inset(min(layout.units(10), layout.window.width // 20))
        self.space = Space(self.box.inset(layout.units(PADDING)), layout.units(GAP))
        self.controls: list[Control] = []
        self.drawings: list[Drawing] = []

    def add(
        self,
        rect: Rect,
        text: str,
        command: Command | None = None,
        look: Look = Look.BUTTON,
        *,
        selected: bool = False,
        enabled: bool = True,
        note: str = "",
    ) -> None:
        """A control, where there is room for one."""
        if rect.height >= SMALLEST and rect.width >= SMALLEST:
            self.controls.append(Control(rect, text, command, look, selected, enabled, note))

    def draw(self, drawing: Drawing) -> None:
        if drawing.rect.height >= SMALLEST and drawing.rect.width >= SMALLEST:
            self.drawings.append(drawing)

    def text(self, text: str, lines: int = 1) -> None:
        if text:
            self.add(self.space.top(self.units(20 * lines)), text, look=Look.TEXT)

    def buttons(self, items: Sequence[tuple[str, Command, bool, bool]]) -> None:
        """At the lower end: text, command, whether it is the main one, whether it can be used."""
        columns = len(items) if self.layout.wide else min(3, len(items))
        rows = [items[index : index + columns] for index in range(0, len(items), columns)]
        for row in reversed(rows):
            area = self.space.bottom(self.units(BUTTON))
            for cell, (text, command, is_main, enabled) in zip(
                split_row(area, len(row), self.space.gap), row, strict=True
            ):
                look = Look.PRIMARY if is_main else Look.BUTTON
                self.add(cell, text, command, look=look, enabled=enabled)

    def dialog(
        self,
        *,
        enter: Command | None = None,
        wheel: Scroll | None = None,
        is_typed_in: bool = False,
    ) -> Dialog:
        return Dialog(
            self.box,
            tuple(self.controls),
            enter,
            wheel,
            is_typed_in,
            tuple(self.drawings),
            covers=True,
        )


def split_column(area: Rect, rows: int, gap: int) -> list[Rect]:
    """A rectangle cut into equal parts, one below the other."""
    height = max(0, (area.height - gap * (rows - 1)) // rows)
    return [
        Rect(area.left, area.top + index * (height + gap), area.width, height)
        for index in range(rows)
    ]
