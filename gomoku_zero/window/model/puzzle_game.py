"""A puzzle on the board in place of a game."""

from gomoku_zero.window.model.autosave import Autosave
from gomoku_zero.window.model.commands import Do
from gomoku_zero.window.model.exercises import Exercises
from gomoku_zero.window.model.messages import Tell
from gomoku_zero.window.model.preferences import Preferences
from gomoku_zero.window.model.progress import Progress
from gomoku_zero.window.model.puzzles import Puzzles
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.snapshot import Snapshot


class PuzzleGame:
    """Puts puzzles and exercises on a session's board, and tries the moves played in them."""

    def __init__(
        self,
        session: GameSession,
        autosave: Autosave,
        preferences: Preferences,
        progress: Progress,
        tell: Tell,
    ) -> None:
        """
        progress: what exercises are made of.
        """
        self._session = session
        self._autosave = autosave
        self._preferences = preferences
        self._progress = progress
        self._tell = tell
        self._puzzles: Puzzles | Exercises | None = None
        self._game = 0  # the number of the session's game that is a puzzle

    @property
    def shown(self) -> Puzzles | Exercises | None:
        """The puzzles or exercises, of which one is shown; None while a game is played."""
        return self._puzzles if self._game == self._session.games else None

    @property
    def next_command(self) -> Do | None:
        """The command for the next one; None while a game is played."""
        if self.shown is None:
            return None
        return Do.EXERCISE if isinstance(self.shown, Exercises) else Do.PUZZLE

    @property
    def is_open(self) -> bool:
        """True if a puzzle is shown that is not solved yet, so that moves are tried, not played."""
        return self.shown is not None and not self.shown.is_solved

    def next(self) -> None:
        """Put a puzzle on the board: the next one, or the one that was left.

        Raises:
            OSError: if the present game cannot be kept.
        """
        puzzles = self.shown
        if isinstance(puzzles, Puzzles):
            puzzles.advance()
        else:
            rules = self._session.setup.rules
            puzzles = Puzzles(rules, self._preferences.settings.puzzle)
        self._show(puzzles)
        self._preferences.change(puzzle=puzzles.number)

    def next_exercise(self) -> None:
        """Put an exercise on the board: the next one, or the first.

        Raises:
            SessionError: if there is none.
            OSError: if the present game cannot be kept.
        """
        exercises = self.shown
        if isinstance(exercises, Exercises):
            exercises.advance()
        else:
            self._progress.read()
            try:
                exercises = Exercises(self._progress)
            except LookupError:
                raise SessionError("no_exercises") from None
        self._show(exercises)

    def _show(self, puzzles: Puzzles | Exercises) -> None:
        if self.shown is None:
            self._autosave.keep()
        self._session.analyzing = False
        self._session.new_game(puzzles.setup, puzzles.moves, is_studied=True)
        self._puzzles, self._game = puzzles, self._session.games
        self._autosave.know()

    def try_move(self, move: int) -> None:
        """Play a move if it solves the puzzle shown.

        Raises:
            SessionError: if no stone can be put there.
        """
        assert self.shown is not None
        if not self._session.is_free(move):
            raise SessionError("cannot_play_there")
        if not self.shown.solves(move):
            is_exercise = isinstance(self.shown, Exercises)
            self._tell("exercise_wrong" if is_exercise else "puzzle_wrong")
            return
        self._session.play(move)
        self._autosave.know()
        self._tell("exercise_right" if isinstance(self.shown, Exercises) else "puzzle_right")

    def show_solution(self) -> None:
        """Play what solves the puzzle shown.

        Raises:
            SessionError: if none is shown.
        """
        if self.shown is None:
            raise SessionError("no_puzzle")
        self._session.go_to(len(self.shown.moves))
        if isinstance(self.shown, Exercises) and not self.shown.is_solved:
            self.shown.give_up()
        self.shown.is_solved = True
        for move in self.shown.solution():
            self._session.play(move)
        self._autosave.know()

    def lines(self, snapshot: Snapshot) -> tuple[str, str] | None:
        """The task of the puzzle shown, or that it is solved; None where there is none."""
        puzzles, language = self.shown, self._preferences.language
        if puzzles is None or snapshot.is_aside:
            return None
        side = language.say("black" if snapshot.to_move > 0 else "white")
        task = language.say(puzzles.task, side=side)
        headline = language.say("puzzle_solved") if puzzles.is_solved else task
        count = {"number": puzzles.number + 1, "count": len(puzzles)}
        if isinstance(puzzles, Exercises):
            return headline, language.say("exercise_number", day=puzzles.day[:10], **count)
        return headline, language.say("puzzle_number", **count)
