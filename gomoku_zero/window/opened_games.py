"""Shows games of files and of the clipboard in place of the present one."""

from collections.abc import Callable
from pathlib import Path

from gomoku_zero.window.loading import Games, Loading
from gomoku_zero.window.model.changes import GameChanges
from gomoku_zero.window.model.messages import Tell
from gomoku_zero.window.model.progress import ReviewedGame
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.records import Records
from gomoku_zero.window.view.open_dialog import OpenDialog


class OpenedGames:
    """Opens games in a session, at once or when a large file has been read."""

    def __init__(
        self,
        session: GameSession,
        dialogs: OpenDialog,
        records: Records,
        changes: GameChanges,
        files: GameFiles | None,
        leave_setup: Callable[[], None],
        tell: Tell,
    ) -> None:
        """
        files: where the user's games are.
        leave_setup: called once another game is shown.
        """
        self._session = session
        self._dialogs = dialogs
        self._records = records
        self._changes = changes
        self._files = files
        self._leave_setup = leave_setup
        self._tell = tell
        self.loading = Loading(records.load_all)

    def load(self, file: Path) -> None:
        """Show the game of a file, or list its games if there are several."""
        self._read(file, lambda games: self._show_or_list(games, file))

    def _read(self, file: Path, then: Callable[[Games], None]) -> None:
        if not self.loading.load(file, then):
            self._tell("reading", file=file.name)

    def load_one(self, file: Path, index: int) -> None:
        """Show one of the games of a file."""
        self._read(file, lambda games: self._show_one(games, index, file))

    def _show_one(self, games: Games, index: int, file: Path) -> None:
        if index < len(games):
            self.look_at(lambda: self._records.show(games[index], file, is_only=False))

    def _show_or_list(self, games: Games, file: Path) -> None:
        if len(games) == 1:
            self.look_at(lambda: self._records.show(games[0], file, is_only=True))
            return
        self._dialogs.library.list_collection(file, games)
        self._dialogs.open_games()

    def show_reviewed(self, game: ReviewedGame) -> None:
        """Look at a game of the page about progress once more."""
        if self._files is not None:
            file = self._files.folder / game.file
            self._read(file, lambda games: self._review(games, file))

    def _review(self, games: Games, file: Path) -> None:
        self._show_or_list(games, file)
        self._session.start_review()

    def list_folder(self, folder: Path) -> None:
        """List what can be opened in a folder."""
        try:
            self._dialogs.library.list_folder(folder)
        except OSError as error:
            self._tell("folder_unreadable", folder=folder, reason=error.strerror or str(error))

    def look_at(self, show: Callable[[], None]) -> None:
        """Show a game that is loaded or pasted; where it cannot be, what is open stays."""
        show()
        self._leave_setup()
        self._changes.skip()
        self._dialogs.close()
