"""The changes of a game since the last look, for sounds and messages."""

from typing import NamedTuple

from gomoku.opening_rules import Option, Seat
from gomoku_zero.players.levels import Level
from gomoku_zero.window.model.fouls import idle_row
from gomoku_zero.window.model.opponents import level_in
from gomoku_zero.window.model.session import GameSession

MIN_RATED_PLIES = 4  # of a game that says something about a player


class News(NamedTuple):
    """The changes since the last look.

    stones: how many more are shown.
    idle_row: why the last of them did not win where people would think it did, see `rulings`.
    choice: who chose what in the opening.
    """

    stones: int = 0
    idle_row: str | None = None
    choice: tuple[Seat, Option] | None = None


class RatedResult(NamedTuple):
    """How the human fared against a level: 1 for a win, 1/2 for a draw, 0 for a loss."""

    level: Level
    score: float


class GameChanges:
    """Compares a session with what it was."""

    def __init__(self, session: GameSession) -> None:
        self._session = session
        self._game_rated = 0  # the number of the last game that has ended
        self.skip()

    def skip(self) -> None:
        """Take the game as it is for known, as after loading one."""
        self._plies = self._session.shown
        self._game = self._session.games
        self._choices = len(self._session.opening.options)

    def news(self) -> News:
        """The changes since the last call; told once."""
        session = self._session
        stones, options = session.shown - self._plies, session.opening.options
        is_chosen = session.games == self._game and len(options) == self._choices + 1
        self.skip()
        row = self._idle_row() if stones > 0 else None
        return News(stones, row, options[-1] if is_chosen else None)

    def rated_result(self) -> RatedResult | None:
        """The result of a game against a level, once, when it ends for the first time.

        A game that hardly began says nothing; whether one with help does, the caller decides.
        """
        session = self._session
        outcome, color = session.result, session.seated.human_color
        if outcome is None or session.games == self._game_rated:
            return None
        self._game_rated = session.games
        level = level_in(session.setup.engine or "")
        if level is None or color is None or len(session.moves) < MIN_RATED_PLIES:
            return None
        score = 0.5 if outcome.winner is None else float(outcome.winner == color)
        return RatedResult(level, score)

    def _idle_row(self) -> str | None:
        session = self._session
        snapshot = session.snapshot()
        is_end = len(snapshot.moves) == len(snapshot.all_moves)
        if snapshot.outcome is not None or not is_end:
            return None
        return idle_row(snapshot.cells, snapshot.moves[-1], snapshot.rules)
