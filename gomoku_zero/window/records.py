"""Brings games into the window and out of it: saved, loaded, copied and pasted."""

from collections.abc import Callable
from pathlib import Path

import pygame

from gomoku.formats.sgf import game_to_sgf
from gomoku.formats.sgf_text import plain_value
from gomoku.record import GameRecord, RecordError
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.autosave import Autosave
from gomoku_zero.window.model.clipboard import game_of_text, text_of_game
from gomoku_zero.window.model.messages import Tell
from gomoku_zero.window.model.review_page import review_page
from gomoku_zero.window.model.saved_game import game_setup, game_tree
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.storage import GameFiles

_MAX_REMARK = 160

# What a file says of a game that is shown: date, event, round, place, name of the game.
_SHOWN = ("DT", "EV", "RO", "PC", "GN")


class Records:
    """Files and the clipboard for the game of a session.

    What makes no sense, such as copying no moves, raises `SessionError`.
    """

    def __init__(
        self,
        files: GameFiles | None,
        session: GameSession,
        autosave: Autosave,
        record: Callable[[], GameRecord],
        tell: Tell,
    ) -> None:
        """
        files: where games are saved; None saves nothing.
        record: makes the session's game as it is saved.
        """
        self._files = files
        self._session = session
        self._autosave = autosave
        self._record = record
        self._tell = tell

    def keep(self) -> None:
        """Before another game takes its place, keep the present one.

        Raises:
            OSError: if that is impossible.
        """
        self._autosave.keep()

    def save(self, kind: str) -> None:
        """
        kind: "sgf" or "psq".

        Raises:
            OSError: if that is impossible.
        """
        self._check_that_there_is_a_game()
        if self._files is not None:
            try:
                file = self._files.save(self._record(), kind)
            except RecordError:
                raise SessionError("psq_cannot_hold") from None
            self._tell("saved", file=shown_path(file))

    def share(self, names: tuple[str, str], language: Language) -> None:
        """Write the game, and its review as far as it has come, as a web page.

        names: of Black and White.

        Raises:
            OSError: if that is impossible.
        """
        self._check_that_there_is_a_game()
        if self._files is not None:
            page = review_page(self._session, names, language)
            self._tell("saved", file=shown_path(self._files.save_page(self._record(), page)))

    def load_all(self, file: Path) -> list[GameRecord]:
        """The games in a file.

        Raises:
            GameFileError: if it holds none.
        """
        return (self._files or GameFiles(file.parent)).load_all(file)

    def show(self, game: GameRecord, file: Path, *, is_only: bool) -> None:
        """Look at a game that a file holds.

        is_only: whether it is the only one there, so that the file may be written anew.

        Raises:
            OSError: if the present game cannot be kept.
        """
        self._show(game, "loaded", file=file.name)
        self._autosave.know(file if is_only else None)

    def copy(self) -> None:
        """The moves as text; a game that has more than its moves as SGF, which holds everything."""
        self._check_that_there_is_a_game()
        if self._session.setup.start or not self._session.tree.is_only(self._session.decisions):
            text = game_to_sgf(self._record())
        else:
            text = text_of_game(self._session.moves, self._session.setup.rules)
        self._put_on_clipboard(text, "copied")

    def copy_position(self) -> None:
        """The position shown, as a drawing."""
        self._put_on_clipboard(self._session.position.board().to_text(), "copied_position")

    def paste(self) -> None:
        """Look at the game or the position on the clipboard.

        Raises:
            OSError: if the present game cannot be kept.
        """
        try:
            game = game_of_text(pygame.scrap.get_text(), self._session.setup.rules)
        except (RecordError, pygame.error):
            raise SessionError("nothing_to_paste") from None
        self._show(game, "pasted")
        self._autosave.know()

    def _show(self, game: GameRecord, key: str, **values: object) -> None:
        """Look at a game from its end, as two humans' game.

        key, values: of what is said then.
        """
        self.keep()
        setup, decisions = game_setup(game)
        tree = game_tree(game, setup, decisions)
        self._session.new_game(setup, decisions, game.outcome, tree=tree, is_studied=True)
        if game.unknown_rules:
            self._tell(f"{key}_as_freestyle", rules=game.unknown_rules, **values)
        elif remarks := shown_remarks(game):
            self._tell(f"{key}_with_remarks", remarks=remarks, **values)
        else:
            self._tell(key, **values)

    def _check_that_there_is_a_game(self) -> None:
        if not self._session.moves and not self._session.setup.start:
            raise SessionError("nothing_to_save")

    def _put_on_clipboard(self, text: str, key: str) -> None:
        try:
            pygame.scrap.put_text(text.replace("\0", ""))  # which no clipboard takes
        except pygame.error:
            raise SessionError("no_clipboard") from None
        self._tell(key)


def shown_remarks(game: GameRecord) -> str:
    """The remark on a record that was read; that stones are set up is seen."""
    said = dict(game.properties)
    about = [plain_value(said[name][0]) for name in _SHOWN if said.get(name, ("",))[0]]
    if game.written_result:
        about.append(game.written_result)
    remarks = [each for each in game.remarks if not each.startswith("stones are set up at")]
    return "; ".join([", ".join(about)] * bool(about) + remarks)[:_MAX_REMARK]


def shown_path(file: Path) -> str:
    """A path as people write it, with their home as ~."""
    try:
        return f"~/{file.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):  # it is somewhere else, or nobody has a home
        return str(file)
