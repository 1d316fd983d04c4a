"""Games under review: made of saved ones, and saved with what was found."""

import time
from collections.abc import Sequence
from pathlib import Path

from gomoku.record import GameRecord, RecordError
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.analyst import analyst_for
from gomoku_zero.window.model.explanation import annotated
from gomoku_zero.window.model.opponents import Opponent
from gomoku_zero.window.model.progress import Progress, key_of, reviewed_game, users_color
from gomoku_zero.window.model.saved_game import game_of, game_setup, game_tree
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.storage import GameFiles


def session_of(game: GameRecord, analyst: str) -> GameSession:
    """A session that shows the end of a saved game, with all its lines, under review.

    analyst: the spec of the player that judges it.

    Raises:
        SessionError: if it has no moves.
    """
    setup, decisions = game_setup(game)
    session = GameSession(setup, analyst=analyst)
    tree = game_tree(game, setup, decisions)
    session.new_game(setup, decisions, game.outcome, tree=tree, is_studied=True)
    session.start_review()
    return session


def reviewed_record(session: GameSession, names: tuple[str, str], language: Language) -> GameRecord:
    """A session's game as it is saved, with its review in comments and side lines.

    names: of Black and White.
    """
    mistakes = session.mistakes
    if not mistakes:
        return game_of(session, *names)
    size = session.setup.rules.size
    tree = annotated(session.tree, session.main_line, mistakes, size, language)
    return game_of(session, *names, tree)


class BatchReview:
    """Reviews the user's games one after another, while nobody looks at them.

    session: the one under review; None while there is none.
    """

    def __init__(
        self, files: GameFiles | None, opponents: Sequence[Opponent], progress: Progress
    ) -> None:
        """
        files: the user's games. opponents: of whom one judges.
        progress: where what was found goes.
        """
        self.session: GameSession | None = None
        self.is_running = False
        self.done = 0  # games, since it was started
        self._files = files
        self._opponents = opponents
        self._progress = progress
        self._waiting: list[Path] = []
        self._file = Path()
        self._names = ("", "")

    @property
    def left(self) -> int:
        """How many files are still to be looked at, the one under review included."""
        return len(self._waiting) + (self.session is not None)

    @property
    def share(self) -> float:
        """How much of the game under review is judged, in [0, 1]."""
        return (self.session.review.share or 0.0) if self.session is not None else 0.0

    def start(self) -> None:
        """Look at every file that no reviewed game is known to come from, the newest first."""
        known = {game.file for game in self._progress.games}
        files = self._files.saved() if self._files is not None else []
        self._waiting = [file for file in files if file.name not in known]
        self.is_running, self.done = True, 0

    def stop(self) -> None:
        """Whatever is under review will be begun anew."""
        self.is_running, self.session, self._waiting = False, None, []

    def advance(self) -> None:
        """Take the next game where there is none, and note one that is judged to its end.

        Raises:
            OSError: if that cannot be written.
        """
        if not self.is_running:
            return
        session = self.session
        if session is None:
            if self._waiting:
                self._open(self._waiting.pop(0))
            else:
                self.is_running = False
        elif session.review.share == 1:
            self.session = None
            found = reviewed_game(session, self._names, day_of(self._file), self._file.name)
            if found is not None:
                self._progress.add(found)
                self.done += 1
        elif session.wanted() is None:  # whoever judges broke down
            self.stop()

    def _open(self, file: Path) -> None:
        """Look at a game unless it is known, cannot be read or is not the user's."""
        assert self._files is not None
        try:
            game = self._files.load(file)
            setup, _ = game_setup(game)
            session = session_of(game, analyst_for(setup, self._opponents))
        except (RecordError, ValueError, SessionError):
            return
        is_known = self._progress.has(key_of(setup.rules, setup.start, session.moves))
        if game.outcome is not None and users_color(session) is not None and not is_known:
            self.session, self._file, self._names = session, file, (game.black, game.white)


def day_of(file: Path | None) -> str:
    """The day and minute that the name of a kept game begins with; those of now without one."""
    name = file.name[:16] if file is not None else ""
    try:
        time.strptime(name, "%Y-%m-%d %H.%M")
    except ValueError:
        return time.strftime("%Y-%m-%d %H:%M")
    return f"{name[:10]} {name[11:].replace('.', ':')}"
