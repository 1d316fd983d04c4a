"""A move that awaits its second click."""

from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.session import GameSession


class PendingMove:
    """The move clicked once, as long as nothing has changed in the game since."""

    def __init__(self, session: GameSession) -> None:
        self._session = session
        self._chosen: tuple[int, int, Position] | None = None

    @property
    def move(self) -> int | None:
        if self._chosen is None:
            return None
        move, *place = self._chosen
        return move if place == [self._session.games, self._session.position] else None

    def choose(self, move: int) -> None:
        """It was clicked for the first time."""
        self._chosen = (move, self._session.games, self._session.position)

    def forget(self) -> None:
        """It was clicked again, or something else was done."""
        self._chosen = None
