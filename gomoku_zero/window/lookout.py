"""The thread that reads runs and matches, so that the window never waits for a disk."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from gomoku_zero.window.model.match_watch import MatchView, MatchWatcher
from gomoku_zero.window.model.run_list import RunList, list_runs
from gomoku_zero.window.model.run_watch import RunView, RunWatcher

POLL_SECONDS = 0.5
CLOSING_SECONDS = 0.5  # a disk that does not answer is not waited for

View = RunView | MatchView | RunList
Look = Callable[[], View]

_log = logging.getLogger(__name__)


class Lookout:
    """Looks at one thing at a time, again and again, for as long as it is wanted."""

    def __init__(self, folders: list[Path]) -> None:
        """
        folders: those that hold runs.
        """
        self.folders = folders
        self._changed = threading.Condition()
        self._wanted: Path | None = None
        self._is_wanted = False
        self._view: tuple[Path | None, View] | None = None
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def want(self, path: Path | None) -> None:
        """Look at the run in a folder, at the match of a journal, or for None at what there is."""
        with self._changed:
            if not self._is_wanted or self._wanted != path:
                self._wanted, self._is_wanted = path, True
                self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
                self._thread.start()

    def rest(self) -> None:
        """Look at nothing."""
        with self._changed:
            self._is_wanted = False

    def look_again(self) -> None:
        """Soon, since something was done."""
        with self._changed:
            self._changed.notify()

    def view(self, path: Path | None) -> View | None:
        """The last view of something; None if there was none yet."""
        seen = self._view
        return seen[1] if seen is not None and seen[0] == path else None

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(CLOSING_SECONDS)

    def _run(self) -> None:
        path: Path | None = None
        look: Look | None = None
        while True:
            with self._changed:
                while not self._is_wanted and not self._is_closed:
                    look = None
                    self._changed.wait()
                if self._is_closed:
                    return
                if look is None or self._wanted != path:
                    path, look = self._wanted, self._look_at(self._wanted)
            try:
                view = look()
            except Exception:  # whatever a file held: the window goes on, and so does the next look
                _log.exception("cannot look at %s", path)
                view = RunView(path or Path(), problem="run_unreadable")
            self._view = path, view
            is_whole = isinstance(view, RunList) or view.is_whole
            with self._changed:
                if self._wanted == path and self._is_wanted and not self._is_closed:
                    self._changed.wait(POLL_SECONDS if is_whole else 0.01)

    def _look_at(self, path: Path | None) -> Look:
        if path is None:
            return lambda: list_runs(self.folders)
        if path.suffix == ".jsonl" and not path.is_dir():
            return MatchWatcher(path).look
        return RunWatcher(path).look
