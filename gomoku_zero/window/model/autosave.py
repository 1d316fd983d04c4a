"""Sees to it that no game is lost: the one in progress, and those that others take the place of."""

from collections.abc import Callable
from pathlib import Path

from gomoku.record import GameRecord, RecordError
from gomoku_zero.window.model.in_progress import Restored
from gomoku_zero.window.model.messages import Tell
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.storage import GameFiles


class Autosave:
    """Keeps a session's games in the user's folder.

    A game in progress is stored after every change, to be resumed; once it is over it gets a file
    of its own, which is written anew whenever a side line or a comment comes to it.
    """

    def __init__(
        self,
        files: GameFiles | None,
        session: GameSession,
        record: Callable[[], GameRecord],
        tell: Tell,
    ) -> None:
        """
        files: None keeps nothing.
        record: makes the session's game as it is saved.
        """
        self._files = files
        self._session = session
        self._record = record
        self._tell = tell
        self._stored: tuple[object, ...] | None = None  # what was stored last
        self._store_failed = False
        self._untold: Path | None = None  # a game that was kept, as nobody was told yet
        self._waiting: Restored | None = None  # a game on disk that another must not replace yet
        self._known: tuple[object, ...] = ()  # a game that is on disk as it is, or of no worth
        self._game = 0  # the number of the game that `_file` is about
        self._file: Path | None = None  # where a game that is over is kept

    @property
    def file(self) -> Path | None:
        """Where the session's game is kept, if it is over or was loaded from there."""
        return self._file if self._game == self._session.games else None

    def restore(self) -> Restored | None:
        """The game in progress on disk; says so if it cannot be read."""
        if self._files is None:
            return None
        try:
            return self._files.restore()
        except RecordError as error:
            self._tell("autosave_damaged", file=error)
            return None

    def keep_restored(self) -> None:
        """Put the game in progress on disk among the kept ones, since another is played now."""
        self._waiting = self.restore()
        try:
            self._keep_waiting()
        except OSError as error:
            self._tell("unsaved", reason=error.strerror or str(error))

    def know(self, file: Path | None = None) -> None:
        """The session's game was loaded or pasted: it needs no copy until it changes.

        file: where it is to be kept then, if it is a file of the user's own games.
        """
        folder = self._files.folder if self._files is not None else None
        is_own = file is not None and file.suffix == ".sgf" and file.parent == folder
        self._known = self._content()
        self._game, self._file = self._session.games, file if is_own else None

    def keep(self) -> None:
        """Before another game takes its place, keep the session's.

        Raises:
            OSError: if that is impossible.
        """
        session = self._session
        if self._files is None or not session.decisions or self._content() == self._known:
            return
        if session.result is None:
            self._untold = self._files.keep_unfinished(self._record())
        else:
            self._keep_finished(self._files)

    def store(self, *, anyhow: bool = False) -> None:
        """Keep the session's game on disk, whenever it has changed; says once that it cannot.

        anyhow: also if only the clocks went on.
        """
        if self._untold is not None:  # only now, behind what is said of the new game
            self._tell("kept_unfinished", file=self._untold.name)
            self._untold = None
        session = self._session
        state = (self._content(), session.index, session.line, session.place, session.is_helped)
        if self._files is None or (state == self._stored and not anyhow):
            return
        self._stored = state
        try:
            self._keep_waiting()
            if session.result is not None and session.decisions:
                self._keep_finished(self._files)
            self._files.store(session)
        except OSError as error:
            if not self._store_failed:  # say it once, not at every move
                self._tell("unsaved", reason=error.strerror or str(error))
            self._store_failed = True
        else:
            self._store_failed = False

    def _content(self) -> tuple[object, ...]:
        """The key by which a game is another one for whoever keeps it."""
        session = self._session
        setup, result = session.setup, session.result
        return session.games, setup, session.decisions, result, session.tree.changes

    def _keep_finished(self, files: GameFiles) -> None:
        """
        Raises:
            OSError: if that is impossible.
        """
        content = self._content()
        if content == self._known:
            return
        if self._game != self._session.games:
            self._game, self._file = self._session.games, None
        self._file = files.keep_finished(self._record(), self._file)
        self._known = content

    def _keep_waiting(self) -> None:
        """Keep the game that was in progress at the start, which the present one is to replace.

        Raises:
            OSError: if that is impossible; it is tried again before anything is stored.
        """
        found = self._waiting
        if found is None or self._files is None:
            return
        file = self._files.keep_unfinished(found.game)
        self._waiting = None
        self._tell("kept_unfinished", file=file.name)
