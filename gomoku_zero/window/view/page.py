"""A page: a dialog as large as it likes, with a state and commands of its own."""

from typing import Protocol, runtime_checkable

from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import Command, PageCommand
from gomoku_zero.window.view.dialogs import Dialog
from gomoku_zero.window.view.layout import WindowLayout


class Page(Protocol):
    """A page that `OpenDialog.open_page` shows; whoever makes one gives it what it needs."""

    def lay_out(self, layout: WindowLayout, language: Language, pointed: Command | None) -> Dialog:
        """Where its controls and pictures are now.

        pointed: what the mouse or the keyboard is on, of which more may be shown.
        """
        ...

    def do(self, command: PageCommand) -> None:
        """Carry out a command; one of another page is ignored.

        Raises:
            SessionError: if it makes no sense now, so that the window says so.
        """
        ...

    def advance(self) -> None:
        """Do a few milliseconds of work, while the page is open."""
        ...


@runtime_checkable
class TypedPage(Page, Protocol):
    """A page that can be typed in."""

    def type(self, text: str) -> None: ...

    def erase(self) -> None:
        """Take back the last letter."""
        ...
