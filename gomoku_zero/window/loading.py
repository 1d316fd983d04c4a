"""Reads files of games beside the window, which would stand still over a large one."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from gomoku.record import GameRecord

_SMALL_FILE = 100_000  # bytes; read within a tenth of a second

Games = Sequence[GameRecord]


class _Asked(NamedTuple):
    file: Path
    then: Callable[[Games], None]


class Loading:
    """One file at a time; what was asked for last counts."""

    def __init__(self, read: Callable[[Path], Games]) -> None:
        """
        read: gives the games of a file, or raises.
        """
        self._read = read
        self._asked: _Asked | None = None
        self._found: tuple[_Asked, Games | Exception] | None = None

    def load(self, file: Path, then: Callable[[Games], None]) -> bool:
        """Read a file, and call `then` with its games: a small one now, another one by a later
        `finish`; says whether it is done.

        Raises:
            Whatever reading a small file raises.
        """
        self._asked = self._found = None
        if not _is_large(file):
            then(self._read(file))
            return True
        self._asked = asked = _Asked(file, then)
        threading.Thread(target=self._run, args=(asked,), name="loading", daemon=True).start()
        return False

    @property
    def is_ready(self) -> bool:
        """True if `finish` has something to do."""
        return self._found is not None and self._found[0] is self._asked

    def finish(self) -> None:
        """
        Raises:
            Whatever reading the file raised.
        """
        assert self._found is not None
        asked, found = self._found
        self._asked = self._found = None
        if isinstance(found, Exception):
            raise found
        asked.then(found)

    def _run(self, asked: _Asked) -> None:
        try:
            found: Games | Exception = self._read(asked.file)
        except Exception as error:  # which is the window's to tell
            found = error
        if self._asked is asked:
            self._found = (asked, found)


def _is_large(file: Path) -> bool:
    try:
        return file.stat().st_size > _SMALL_FILE
    except OSError:
        return False  # reading it says why
