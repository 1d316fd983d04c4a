"""The state of a session, as it is shown and asked for; nothing here changes a game."""

from abc import ABC, abstractmethod

from gomoku.board import Outcome
from gomoku.opening_rules import (
    Decision,
    OpeningPhase,
    Option,
)
from gomoku.rules import BLACK, WHITE
from gomoku_zero.window.model.game import Game
from gomoku_zero.window.model.known import KnownThoughts
from gomoku_zero.window.model.lesson import Lesson
from gomoku_zero.window.model.line import GameLine
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.review import Mistake, Review, Severity
from gomoku_zero.window.model.reviewer import Reviewer
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.model.ticket import (
    Ticket,
)
from gomoku_zero.window.model.tree import GameTree


class SessionState(ABC):
    """The game of a session, who is to move in it, and what is known and wanted of it.

    analyzing, pondering, teaching: may be switched at any time.
    teaching_threshold: the win rate lost from which teaching mode speaks.
    """

    _game: Game

    def __init__(self, analyst: str) -> None:
        self.analyzing = False
        self.pondering = False
        self.teaching = False
        self.teaching_threshold = Severity.MISTAKE.value
        self.seconds_between_engine_moves = 0.0
        self._hint: Decision | None = None
        self._hint_wanted = False
        self._lesson = Lesson()
        self._games = 0
        self._helped = False
        self._paused = False
        self._is_studied = False
        self._engine_moves_once = False
        self._seconds_since_move = 0.0
        self._known = KnownThoughts(analyst)
        self._reviewer = Reviewer(self._known)

    @abstractmethod
    def wanted(self) -> Ticket | None:
        """The thinking that is wanted now, most urgent first."""

    @property
    def setup(self) -> GameSetup:
        """The setup that the game started from."""
        return self._game.setup

    @property
    def seated(self) -> GameSetup:
        """The same with the colors as the opening settled them, if it has come so far."""
        return self._game.seated_in_game

    @property
    def analyst(self) -> str:
        """The spec of the player that hints, analyzes and reviews; it may be changed any time."""
        return self._known.analyst

    @analyst.setter
    def analyst(self, spec: str) -> None:
        self._known.analyst = spec

    @property
    def moves(self) -> tuple[int, ...]:
        """All moves of the game, those that can be redone included."""
        return self._game.main.moves

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The same with the choices of the opening among them."""
        return self._game.main.decisions

    @property
    def line(self) -> tuple[Decision, ...]:
        """The decisions of the line that is looked at: the game, or a side line of it."""
        return self._game.line.decisions

    @property
    def tree(self) -> GameTree:
        """All lines of the game, with comments."""
        return self._game.tree

    @property
    def main_line(self) -> GameLine:
        """The game itself, as it was played; to be read only."""
        return self._game.main

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Those that a review has found in the game, whatever is shown; none without a review."""
        return self._reviewer.mistakes(self._game)

    @property
    def review(self) -> Review:
        """The review of the whole game, whatever is shown."""
        return self._reviewer.whole(self._game)

    @property
    def is_aside(self) -> bool:
        """True if a side line is shown."""
        return self._game.is_aside

    @property
    def is_studied(self) -> bool:
        """True if moves that are played in the middle of the game are side lines."""
        return self._is_studied

    @property
    def opening(self) -> OpeningPhase:
        """The opening as far as it has come."""
        return self._game.main.opening

    @property
    def times(self) -> tuple[tuple[float, float], ...]:
        """The seconds that the first and the second player have left at every place of the game."""
        return self._game.clock.times

    def is_free(self, move: int) -> bool:
        """Return whether a stone can be put on a point of the position shown."""
        return self._game.board.is_legal(move)

    @property
    def position(self) -> Position:
        """The position shown."""
        return self._game.position

    @property
    def shown(self) -> int:
        """How many of the moves are on the board."""
        return len(self._game.board.moves)

    @property
    def index(self) -> int:
        """How many of the decisions are shown."""
        return self._game.index

    @property
    def place(self) -> int:
        """How many of the decisions were made where the game goes on, whatever is shown."""
        return self._game.clock.index

    @property
    def games(self) -> int:
        """How many games were begun here, so that each is told from the next."""
        return self._games

    @property
    def is_paused(self) -> bool:
        """True if the engines wait to be told to go on."""
        return self._paused

    @property
    def is_helped(self) -> bool:
        """True if the human took a move back, had a hint or the like: the result says little."""
        return self._helped

    @property
    def outcome(self) -> Outcome | None:
        """How the game ended, if its end is what is shown."""
        return self._game.outcome

    @property
    def result(self) -> Outcome | None:
        """How the game ended, whichever of its positions is shown."""
        return self._game.result

    def snapshot(self) -> Snapshot:
        ticket = self.wanted()
        review = self._reviewer.review(self._game)
        return Snapshot(
            setup=self._game.seated(self.index),
            opening=self._game.phase,
            cells=tuple(self._game.board.cells.tolist()),
            to_move=self._game.board.to_move,
            deciding=self._game.color_of(self._game.seat),
            moves=self._game.board.moves,
            all_moves=self._game.line.moves,
            last_move=self._game.board.last_move,
            outcome=self.outcome,
            result=self.result,
            thinking=ticket.purpose if ticket else None,
            human_to_move=self.outcome is None and not self._engine_has_the_turn(),
            paused=self._paused,
            analyzing=self.analyzing,
            pondering=self.pondering,
            hint=self._hint,
            thought=self._known.shown(self.position),
            black_win_rates=review.black_win_rates,
            mistakes=review.mistakes,
            summaries=review.summaries,
            phases=review.phases,
            finds=review.finds,
            reviewed=review.share,
            forbidden=self._game.forbidden,
            barred=self._game.barred,
            lesson=self._lesson_shown,
            black_seconds=self._game.seconds_left(BLACK),
            white_seconds=self._game.seconds_left(WHITE),
            can_undo=self._can_undo(),
            can_redo=not self._game.is_line_end,
            pace=self.seconds_between_engine_moves,
            is_aside=self._game.is_aside,
            tries_out=self._is_tried_out,
            fork=len(self._game.main.moves_before(self._game.fork)),
            branches=self._branches(),
            forks=self._game.tree.forks(self._game.line.decisions),
            comment=self._game.tree.comment(self._game.path),
            tree=self._game.tree_layout,
            place=self._game.tree_place,
        )

    def _branches(self) -> tuple[int, ...]:
        """The points where lines continue from the position shown, if there are several."""
        found = self._game.tree.following(self._game.path)
        points = tuple(each for each in found if not isinstance(each, Option))
        return points if len(points) > 1 or (points and self._game.is_line_end) else ()

    def _can_undo(self) -> bool:
        is_end_reopened = self._game.was_ended and self._game.is_at_end
        return is_end_reopened or self._game.place_before() >= 0

    @property
    def _lesson_shown(self) -> Mistake | None:
        """The lesson, where the move it is about was just made; a look back puts it off."""
        return self._lesson.mistake if self.teaching and self._game.is_at_end else None

    def _engine_is_to_move(self) -> bool:
        return self._game.player != HUMAN

    def _engine_has_the_turn(self) -> bool:
        """Return whether the next move is an engine's, be it due now or in a moment."""
        if self._engine_moves_once:
            return True
        if self.outcome is not None or not self._game.is_at_end:
            return False
        return self._engine_is_to_move() and not self._paused

    @property
    def _is_tried_out(self) -> bool:
        """True if what is decided where the game is shown begins or continues a side line."""
        game = self._game
        if game.is_aside:
            return True
        is_studied = game.result is not None or self._reviewer.is_active or self._is_studied
        return is_studied and (game.result is not None or not game.is_at_end)
