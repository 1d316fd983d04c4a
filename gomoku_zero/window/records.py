"""Brings games into the window and out of it: saved, loaded, copied and pasted."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pygame

from gomoku.formats.sgf import game_to_sgf
from gomoku.record import GameRecord, RecordError
from gomoku_zero.window.model.autosave import Autosave, Tell
from gomoku_zero.window.model.clipboard import games_of_text, text_of_game
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.storage import GameFiles, game_setup, game_tree

_LONGEST_REMARK = 160


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

    def saved(self) -> list[Path]:
        """The files there are to load."""
        return self._files.saved() if self._files is not None else []

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
            self._tell("saved", file=file)

    def load(self, file: Path) -> None:
        """Look at the game in a file.

        Raises:
            GameFileError: if it holds none.
            OSError: if the present game cannot be kept.
        """
        files = self._files or GameFiles(file.parent)
        games = files.load_all(file)
        self._show(games, "loaded", file=file.name)
        self._autosave.know(file)

    def copy(self) -> None:
        """The moves as text; a game that has more than its moves as SGF, which holds everything."""
        self._check_that_there_is_a_game()
        if self._session.setup.start or not self._session.tree.is_plain:
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
            games = games_of_text(pygame.scrap.get_text(), self._session.setup.rules)
        except (RecordError, pygame.error):
            raise SessionError("nothing_to_paste") from None
        self._show(games, "pasted")
        self._autosave.know()

    def _show(self, games: Sequence[GameRecord], key: str, **values: object) -> None:
        """Look at the first of some games from its end, as two humans' game.

        key, values: of what is said then.
        """
        self.keep()
        game = games[0]
        setup, decisions = game_setup(game)
        tree = game_tree(game, setup, decisions)
        self._session.new_game(setup, decisions, game.outcome, tree=tree, is_studied=True)
        if game.unknown_rules:
            self._tell(f"{key}_as_freestyle", rules=game.unknown_rules, **values)
        elif len(games) > 1 or shown_remarks(game):
            count = [f"1/{len(games)}"] if len(games) > 1 else []
            remarks = "; ".join([*count, *shown_remarks(game)])
            self._tell(f"{key}_with_remarks", remarks=remarks[:_LONGEST_REMARK], **values)
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


def shown_remarks(game: GameRecord) -> list[str]:
    """What is said of a record that was read; that stones are set up is seen."""
    return [remark for remark in game.remarks if not remark.startswith("stones are set up at")]
