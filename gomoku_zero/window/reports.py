"""Takes in what the thinking thread reports: thoughts and moves for the session, words for the
window."""

from collections.abc import Callable, Sequence

from gomoku.board import IllegalMoveError
from gomoku.opening_rules import DecisionError
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.failure import failure_line, illegal_line
from gomoku_zero.window.model.opponents import Opponent, player_title
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.study import BatchReview
from gomoku_zero.window.model.ticket import Purpose, Ticket
from gomoku_zero.window.thinker import (
    Compiled,
    Compiling,
    Done,
    Prepared,
    Preparing,
    Report,
    Thinking,
)


class Reports:
    """The state of thinking, beside its results.

    preparing: what keeps players from thinking yet, in words; "" for nothing.
    failure: what a player said when it last broke down.
    """

    def __init__(
        self,
        session: GameSession,
        batch: BatchReview,
        opponents: Sequence[Opponent],
        say: Callable[[str], None],
    ) -> None:
        """
        batch: games that are reviewed beside the session's.
        say: shows a remark.
        """
        self.preparing = ""
        self.failure = ""
        self._session = session
        self._batch = batch
        self._opponents = opponents
        self._say = say
        self._trouble: tuple[int, str] = (0, "")  # the game in which a player broke down, and how

    @property
    def trouble(self) -> str:
        """Why a player no longer plays in the present game, until it is resumed; "" if all do."""
        game, line = self._trouble
        return line if self._session.is_paused and game == self._session.games else ""

    def advance(self) -> None:
        """Forget what stopped the game once it was resumed."""
        if not self._session.is_paused:
            self._trouble = (0, "")

    def take(self, report: Report, language: Language) -> None:
        """Pass a report on to the session."""
        if isinstance(report, Compiling):
            self.preparing = _compiling_line(report, language)
            return
        if isinstance(report, Preparing):
            name = player_title(report.player, self._opponents, language)
            self.preparing = language.say("loading", player=name)
            return
        self.preparing = ""
        if isinstance(report, Prepared | Compiled):
            return
        title = player_title(report.ticket.player, self._opponents, language)
        batch = self._batch.session
        is_batch = batch is not None and report.ticket == batch.wanted()
        session = batch if is_batch and batch is not None else self._session
        try:
            if isinstance(report, Thinking):
                session.consider(report.ticket, report.thought)
            elif isinstance(report, Done):
                session.deliver(report.ticket, report.decision, *report.more)
            elif session.fail(report.ticket):
                self.failure = report.message
                self._note_trouble(report.ticket, failure_line(title, report.error, language))
        except (IllegalMoveError, DecisionError) as error:
            assert isinstance(report, Done), report
            self.failure = f"{report.ticket.player}: {error}"
            decisions = [each for each in (report.decision, *report.more) if each is not None]
            size = report.ticket.position.rules.size
            self._note_trouble(report.ticket, illegal_line(title, decisions, size, language))

    def _note_trouble(self, ticket: Ticket, line: str) -> None:
        """Say what went wrong; what stopped the game stays to be read until it is resumed."""
        self._say(line)
        if ticket.purpose is Purpose.MOVE:
            self._trouble = self._session.games, line


def _compiling_line(report: Compiling, language: Language) -> str:
    counts = {"done": report.done, "count": report.count}
    if report.seconds is None:
        return language.say("compiling_kernels", **counts)
    seconds = max(1, round(report.seconds))
    return language.say("compiling_seconds", seconds=seconds, **counts)
