"""A puzzle on the board in place of a game."""

from gomoku_zero.window.model.autosave import Autosave
from gomoku_zero.window.model.messages import Tell
from gomoku_zero.window.model.preferences import Preferences
from gomoku_zero.window.model.puzzles import Puzzles
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.snapshot import Snapshot


class PuzzleGame:
    """Puts puzzles on a session's board, and tries the moves that are to solve them."""

    def __init__(
        self, session: GameSession, autosave: Autosave, preferences: Preferences, tell: Tell
    ) -> None:
        self._session = session
        self._autosave = autosave
        self._preferences = preferences
        self._tell = tell
        self._puzzles: Puzzles | None = None
        self._game = 0  # the number of the session's game that is a puzzle

    @property
    def shown(self) -> Puzzles | None:
        """The puzzles, of which one is shown; None while a game is played."""
        return self._puzzles if self._game == self._session.games else None

    @property
    def is_open(self) -> bool:
        """Whether a puzzle is shown that is not solved yet, so that moves are tried, not played."""
        return self.shown is not None and not self.shown.is_solved

    def next(self) -> None:
        """Put a puzzle on the board: the next one, or the one that was left.

        Raises:
            OSError: if the present game cannot be kept.
        """
        if self._puzzles is None or self.shown is None:
            self._autosave.keep()
            rules = self._session.setup.rules
            self._puzzles = Puzzles(rules, self._preferences.settings.puzzle)
        else:
            self._puzzles.advance()
        puzzles = self._puzzles
        self._session.analyzing = False
        self._session.new_game(puzzles.setup, puzzles.problem.moves, is_studied=True)
        self._game = self._session.games
        self._autosave.know()
        self._preferences.change(puzzle=puzzles.number)

    def try_move(self, move: int) -> None:
        """Play a move if it solves the puzzle shown.

        Raises:
            SessionError: if no stone can be put there.
        """
        assert self.shown is not None
        if not self._session.is_free(move):
            raise SessionError("cannot_play_there")
        if not self.shown.solves(move):
            self._tell("puzzle_wrong")
            return
        self._session.play(move)
        self._autosave.know()
        self._tell("puzzle_right")

    def show_solution(self) -> None:
        """Play what solves the puzzle shown.

        Raises:
            SessionError: if none is shown.
        """
        if self.shown is None:
            raise SessionError("no_puzzle")
        self._session.go_to(len(self.shown.problem.moves))
        self.shown.is_solved = True
        for move in self.shown.solution():
            self._session.play(move)
        self._autosave.know()

    def lines(self, snapshot: Snapshot) -> tuple[str, str] | None:
        """What is to be done in the puzzle shown, or that it is done; None where there is none."""
        puzzles, language = self.shown, self._preferences.language
        if puzzles is None or snapshot.is_aside:
            return None
        side = language.say("black" if snapshot.to_move > 0 else "white")
        task = language.say(f"task_{puzzles.problem.task.value}", side=side)
        headline = language.say("puzzle_solved") if puzzles.is_solved else task
        return headline, language.say(
            "puzzle_number", number=puzzles.number + 1, count=len(puzzles)
        )
