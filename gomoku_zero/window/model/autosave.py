"""Sees to it that no game is lost: the one in progress, and those that others take the place of."""

from pathlib import Path
from typing import Protocol

from gomoku.record import GameRecord, RecordError
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.storage import GameFiles, Restored


class Tell(Protocol):
    """Shows a remark: a key of the language files, and what its placeholders stand for."""

    def __call__(self, key: str, **values: object) -> None: ...


class Autosave:
    """Keeps a session's games in the user's folder."""

    def __init__(self, files: GameFiles | None, session: GameSession, tell: Tell) -> None:
        """
        files: None keeps nothing.
        """
        self._files = files
        self._session = session
        self._tell = tell
        self._stored: tuple[object, ...] | None = None  # what was stored last
        self._store_failed = False
        self._untold: Path | None = None  # a game that was kept, as nobody was told yet
        self._waiting: Restored | None = None  # a game on disk that another must not replace yet

    def restore(self) -> Restored | None:
        """The game in progress on disk; one that cannot be read is told of."""
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

    def keep(self, game: GameRecord) -> None:
        """Before another game takes its place, keep the session's, unless it is over.

        game: the session's as it is saved.

        Raises:
            OSError: if that is impossible.
        """
        session = self._session
        if self._files is not None and session.decisions and session.result is None:
            self._untold = self._files.keep_unfinished(game)

    def store(self, *, anyhow: bool = False) -> None:
        """Keep the game in progress on disk, whenever it has changed; failure is told of once.

        anyhow: also if only the clocks went on.
        """
        if self._untold is not None:  # only now, behind what is said of the new game
            self._tell("kept_unfinished", file=self._untold.name)
            self._untold = None
        session = self._session
        state = (
            session.setup,
            session.decisions,
            session.index,
            session.result is not None,
            session.is_helped,
        )
        if self._files is None or (state == self._stored and not anyhow):
            return
        self._stored = state
        try:
            self._keep_waiting()
            self._files.store(session)
        except OSError as error:
            if not self._store_failed:  # say it once, not at every move
                self._tell("unsaved", reason=error.strerror or str(error))
            self._store_failed = True
        else:
            self._store_failed = False

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
