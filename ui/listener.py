"""Hears what has happened in a game since the last look, for sounds and words."""

from typing import NamedTuple

from gomoku.opening_rules import Option, Seat
from ui.rulings import idle_row
from ui.session import GameSession


class News(NamedTuple):
    """What is new.

    stones: how many more are shown.
    idle_row: why the last of them did not win where people would think it did, see `ui.rulings`.
    choice: who chose what in the opening.
    """

    stones: int = 0
    idle_row: str | None = None
    choice: tuple[Seat, Option] | None = None


class Listener:
    """Compares a session with what it was."""

    def __init__(self, session: GameSession) -> None:
        self._session = session
        self.skip()

    def skip(self) -> None:
        """Take the game as it is for known, as after loading one."""
        self._plies = self._session.shown
        self._game = self._session.games
        self._choices = len(self._session.opening.options)

    def news(self) -> News:
        """What has happened since the last call; told once."""
        session = self._session
        stones, options = session.shown - self._plies, session.opening.options
        is_chosen = session.games == self._game and len(options) == self._choices + 1
        self.skip()
        row = self._idle_row() if stones > 0 else None
        return News(stones, row, options[-1] if is_chosen else None)

    def _idle_row(self) -> str | None:
        session = self._session
        if session.result is not None or session.shown != len(session.moves):
            return None
        snapshot = session.snapshot()
        return idle_row(snapshot.cells, session.moves[-1], snapshot.rules)
