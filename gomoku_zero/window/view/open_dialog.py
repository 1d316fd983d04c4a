"""Which dialog is open, and what was chosen, typed and scrolled in it so far."""

from collections.abc import Sequence
from enum import Enum

from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import Command, PageCommand
from gomoku_zero.window.model.library import Library
from gomoku_zero.window.model.new_game import MAX_COMMAND, NewGameForm
from gomoku_zero.window.model.opponents import Opponent
from gomoku_zero.window.model.rating import PlayerRating
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.view.dialogs import (
    Dialog,
    comment_dialog,
    help_dialog,
    settings_dialog,
)
from gomoku_zero.window.view.games_dialog import games_dialog
from gomoku_zero.window.view.layout import WindowLayout
from gomoku_zero.window.view.new_game_dialog import (
    engine_dialog,
    match_dialog,
    new_game_dialog,
)
from gomoku_zero.window.view.page import Page, TypedPage


class DialogKind(Enum):
    """The kinds of dialogs."""

    NOTHING = "nothing"
    NEW_GAME = "new_game"
    SETTINGS = "settings"
    HELP = "help"
    GAMES = "games"
    ENGINE = "engine"
    COMMENT = "comment"
    PAGE = "page"
    MATCH = "match"


class OpenDialog:
    """The state of the dialogs, of which at most one is open.

    kind: which one.
    form: what is chosen for a new game.
    typed: the engine's program, or a comment. remark: what is wrong with it, "" for nothing.
    """

    def __init__(self, form: NewGameForm, library: Library) -> None:
        self.kind = DialogKind.NOTHING
        self.form = form
        self.typed = ""
        self.remark = ""
        self.library = library
        self.is_searching = False
        self.page: Page | None = None

    def open(self, kind: DialogKind) -> None:
        """Show a dialog that asks for nothing."""
        self.kind = kind

    def open_new_game(self, form: NewGameForm) -> None:
        self.form = form
        self.kind = DialogKind.NEW_GAME

    def open_match(self, form: NewGameForm) -> None:
        """Let a match be chosen, which goes on beside the window."""
        self.form = form
        self.kind = DialogKind.MATCH

    def open_games(self) -> None:
        """List the games of the library, whatever it lists."""
        self.is_searching = False
        self.kind = DialogKind.GAMES

    def open_engine(self) -> None:
        self.typed = self.remark = ""
        self.kind = DialogKind.ENGINE

    def open_comment(self, comment: str) -> None:
        self.typed, self.remark = comment, ""
        self.kind = DialogKind.COMMENT

    def close(self) -> None:
        """Whatever is open is done with."""
        self.kind = DialogKind.NOTHING

    def open_page(self, page: Page) -> None:
        """Show a page, as if it were a dialog."""
        self.page = page
        self.kind = DialogKind.PAGE

    def shows(self, page: Page) -> bool:
        """Return whether that page is open."""
        return self.kind is DialogKind.PAGE and self.page is page

    def page_do(self, command: PageCommand) -> None:
        """Have the page that is open carry out a command of its own."""
        if self.kind is DialogKind.PAGE and self.page is not None:
            self.page.do(command)

    def advance(self) -> None:
        """Do a little of the work that takes longer than a frame."""
        if self.kind is DialogKind.GAMES:
            self.library.read_some()
        elif self.kind is DialogKind.PAGE and self.page is not None:
            self.page.advance()

    def step_back(self) -> None:
        """Close what is open; the engine's dialog lies over the one for new games, that of a
        match over its page, and a search ends first."""
        if self.kind is DialogKind.GAMES and (self.is_searching or self.library.query):
            self.is_searching = False
            self.library.query = ""
            return
        over = {DialogKind.ENGINE: DialogKind.NEW_GAME, DialogKind.MATCH: DialogKind.PAGE}
        self.kind = over.get(self.kind, DialogKind.NOTHING)

    def type(self, text: str) -> None:
        """Add to what is typed; what no line can hold is left out."""
        if self.kind is DialogKind.GAMES:
            self.library.type(text)
            return
        if self.kind is DialogKind.PAGE and isinstance(self.page, TypedPage):
            self.page.type(text)
            return
        self.typed = (self.typed + "".join(filter(str.isprintable, text)))[:MAX_COMMAND]

    def erase(self) -> None:
        """Take back the last letter."""
        if self.kind is DialogKind.GAMES:
            self.library.erase()
            return
        if self.kind is DialogKind.PAGE and isinstance(self.page, TypedPage):
            self.page.erase()
            return
        self.typed = self.typed[:-1]

    def lay_out(
        self,
        layout: WindowLayout,
        opponents: Sequence[Opponent],
        settings: Settings,
        language: Language,
        rating: PlayerRating,
        pointed: Command | None = None,
    ) -> Dialog | None:
        """The dialog that is open; None if none is.

        rating: how strong the user is taken to be.
        pointed: what the mouse or the keyboard is on, of which more is shown.
        """
        if self.kind is DialogKind.NEW_GAME:
            return new_game_dialog(layout, self.form, opponents, language, rating)
        if self.kind is DialogKind.MATCH:
            return match_dialog(layout, self.form, opponents, language, rating)
        if self.kind is DialogKind.ENGINE:
            return engine_dialog(layout, self.typed, self.remark, language)
        if self.kind is DialogKind.COMMENT:
            return comment_dialog(layout, self.typed, language)
        if self.kind is DialogKind.SETTINGS:
            return settings_dialog(layout, settings, language)
        if self.kind is DialogKind.HELP:
            return help_dialog(layout, language)
        if self.kind is DialogKind.PAGE and self.page is not None:
            return self.page.lay_out(layout, language, pointed)
        if self.kind is DialogKind.GAMES:
            return games_dialog(
                layout, self.library, language, is_searching=self.is_searching, pointed=pointed
            )
        return None
