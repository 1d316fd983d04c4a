"""The window's model: one game, who plays it, and which thinking it wants done.

The session never waits and knows neither threads nor pixels. Thinking is wanted with a ticket and
delivered with it: `wanted` may be asked at any time, its answer changes with every command, and
what is delivered for a ticket that is no longer wanted is dropped.
"""

from collections.abc import Callable
from dataclasses import replace

from gomoku.board import IllegalMoveError, Outcome, Termination
from gomoku.opening_rules import (
    Decision,
    DecisionError,
    OpeningPhase,
    OpeningRule,
    Option,
    OptionTurn,
    Seat,
    StoneTurn,
    Turn,
)
from gomoku.player import Limit
from gomoku.rules import BLACK, RENJU, WHITE, Color
from ui.clock import GameClock
from ui.game_setup import HUMAN, GameSetup
from ui.lesson import Lesson, next_to_judge
from ui.line import GameLine
from ui.notebook import Notebook
from ui.position import Position
from ui.review import Mistake, Review, Severity, review_game
from ui.snapshot import Snapshot
from ui.thought import Thought, finished_thought
from ui.ticket import (
    ANALYSIS_SIMULATIONS,
    HINT_SIMULATIONS,
    JUDGING_SIMULATIONS,
    PONDER_SIMULATIONS,
    REVIEW_SIMULATIONS,
    Purpose,
    Ticket,
    limit_of,
)


class SessionError(Exception):
    """A command that makes no sense now.

    key: names the message in the language files.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key.replace("_", " "))
        self.key = key


class GameSession:
    """One game in progress, with everything that can be done to it.

    Its decisions are one line, see `GameLine`; a cursor says how many of them are shown. Deciding
    otherwise somewhere in the middle cuts off the rest.
    """

    def __init__(self, setup: GameSetup, *, analyst: str = "pure:2000") -> None:
        """A new game.

        analyst: the spec of the player that hints, analyzes and reviews.

        Raises:
            RulesError: if the rules cannot be played.
        """
        self.analyzing = False  # these three may be switched at any time
        self.pondering = False
        self.teaching = False
        self.teaching_threshold = Severity.MISTAKE.value  # win rate lost, from which it speaks
        self.seconds_between_engine_moves = 0.0
        self._number = 0
        self._review_key: tuple[int, int, bool] | None = None
        self._known_review = Review()
        self._points_state = -1  # in which the two below were looked for
        self._forbidden: tuple[int, ...] = ()
        self._barred: tuple[int, ...] = ()
        self._hint: Decision | None = None
        self._lesson = Lesson()
        self._games = 0
        self._helped = False
        self._notebook = Notebook(analyst)
        self.new_game(setup)

    # Commands that start over

    def new_game(
        self,
        setup: GameSetup,
        decisions: tuple[Decision, ...] = (),
        ended: Outcome | None = None,
        *,
        helped: bool = False,
        times: tuple[tuple[float, float], ...] = (),
    ) -> None:
        """Start a game, or go on with one that has these decisions.

        ended: how it ended, if otherwise than on the board.
        helped: whether the human had help in it before.
        times: what the first and the second player had left at every place, its start and end
            included, in seconds; without them both have all their time.

        Raises:
            RulesError, OpeningRuleError, PositionError, IllegalMoveError, DecisionError: and the
                present game stays.
        """
        rule = OpeningRule.FREE if setup.start else setup.opening
        first = Position(setup.rules, (), setup.start).board().to_move
        line = GameLine(rule, setup.rules, decisions, first)
        board = Position(setup.rules, line.moves, setup.start).board()
        self._setup = replace(setup, opening=rule)
        self._board = board
        self._line = line
        self._index = len(line)
        self._ended = ended if board.outcome is None else None  # other than on the board
        self._clock = GameClock(setup.time, len(line), times)
        self._reviewing = False
        self._games += 1
        self._helped = helped or bool(setup.start)
        self._notebook.clear()
        self._lesson.forget()
        self._note_end()
        # Two engines start when told to, and a loaded game waits for its reader.
        self._paused = bool(decisions) or not setup.has_human
        self._changed()

    def rematch(self, adapt: Callable[[GameSetup], GameSetup] = lambda setup: setup) -> None:
        """The same game again with colors swapped, or who begins the opening.

        adapt: makes the next game's setup of that.
        """
        self.new_game(adapt(self._setup.swapped))

    def switch_sides(self) -> None:
        """Let each player go on with the other's stones.

        Raises:
            SessionError: if the game is over, for its winner would be another.
        """
        if self.result is not None:
            raise SessionError("game_is_over")
        self._setup = self._setup.swapped
        self._helped = True
        self._changed()

    # Commands of a player

    def play(self, move: int) -> None:
        """A human plays.

        Raises:
            SessionError: if it is an engine's turn, or a choice is due.
            IllegalMoveError: if the point cannot be played.
            DecisionError: if the opening rule does not allow it.
        """
        if isinstance(self._turn, OptionTurn):
            raise SessionError("not_your_turn" if self._engine_has_the_turn() else "choose_first")
        self._decide(move)

    def choose(self, option: Option) -> None:
        """A human chooses in the opening.

        Raises:
            SessionError: if it is an engine's turn, or this is not to be chosen now.
        """
        turn = self._turn
        if self.outcome is not None or not isinstance(turn, OptionTurn):
            raise SessionError("nothing_to_choose")
        if option not in turn.options:
            raise SessionError("nothing_to_choose")
        self._decide(option)

    def _decide(self, decision: Decision) -> None:
        if self._engine_has_the_turn():
            raise SessionError("not_your_turn")
        if self.outcome is not None and self._ended is not None:
            raise SessionError("game_is_over")
        if self._setup.has_human:
            self._paused = False
        # Putting down the engine's stone, as one can while it is paused, decides the game, too.
        is_help = self.analyzing or self.teaching or self._engine_is_to_move()
        self._helped = self._helped or is_help or not self._at_end
        in_opening = self._turn is not None
        self._push(decision)
        # A stone of an opening is not meant to be the best.
        if self.teaching and self.outcome is None and not in_opening:
            self._lesson.ask(self.shown - 1)
            self._learn()

    def take_back_blunder(self) -> None:
        """Go back to before the move that teaching mode speaks of.

        Raises:
            SessionError: if it speaks of none.
        """
        if self._lesson.mistake is None:
            raise SessionError("nothing_to_undo")
        index = self._line.index_of(self._lesson.mistake.ply)
        self._lesson.forget()
        self._clock.turn_to(index)
        self._show(index)

    def keep_blunder(self) -> None:
        """Let the game go on from the move that teaching mode speaks of.

        Raises:
            SessionError: if it speaks of none.
        """
        if self._lesson.mistake is None:
            raise SessionError("nothing_to_keep")
        self._lesson.forget()
        self._changed()

    def undo(self) -> None:
        """Go back to where a human last could choose; between engines, one move.

        After a resignation or a flag fall, take just that back; in a lesson, the blunder.

        Raises:
            SessionError: if there is no such place.
        """
        if self._lesson_shown is not None:
            self.take_back_blunder()
            return
        if self._ended is not None and self._at_end:
            self._helped = True
            self._ended = None
            self._clock.restore_end()  # or a flag that fell would fall again
            self._changed()
            return
        index = self._index - 1
        if self._setup.has_human:
            while index >= 0 and self._player_at(index) != HUMAN:
                index -= 1
        if index < 0:
            raise SessionError("nothing_to_undo")
        self._helped = True
        self._lesson.forget()
        self._clock.turn_to(index)
        self._show(index)

    def redo(self) -> None:
        """Go forward again as `undo` went back.

        Raises:
            SessionError: if nothing was undone.
        """
        if self._at_end:
            raise SessionError("nothing_to_redo")
        index = self._index + 1
        if self._setup.has_human:
            while index < len(self._line) and self._player_at(index) != HUMAN:
                index += 1
        self._clock.turn_to(index)
        self._show(index)

    def go_to(self, ply: int) -> None:
        """Show the position after so many moves; beyond the ends means the ends."""
        ply = min(max(ply, 0), len(self.moves))
        if ply != self.shown:
            self._show(self._line.index_of(ply))

    def show(self, index: int) -> None:
        """Show the place after so many moves and choices; beyond the ends means the ends."""
        self._show(min(max(index, 0), len(self._line)))

    def _show(self, index: int) -> None:
        if index == self._index:
            return
        moves = self._line.moves_before(index)
        while len(self._board.moves) > len(moves):
            self._board.pop()
        for move in moves[len(self._board.moves) :]:
            self._board.push(move)
        self._index = index
        if self._at_end:
            self._clock.turn_to(index)
        else:
            self._paused = self._paused or not self._setup.has_human
        self._changed()

    def resign(self) -> None:
        """The human gives up; between two humans, whoever is to move.

        Raises:
            SessionError: if no human plays or the game is over.
        """
        seats = (self._setup.black, self._setup.white)
        if self.result is not None or HUMAN not in seats:
            raise SessionError("nothing_to_resign")
        self._show(len(self._line))  # looking back does not make a game shorter
        two_humans = seats == (HUMAN, HUMAN)
        human = Seat.FIRST if seats[0] == HUMAN else Seat.SECOND
        loser = self._color_of(self._line.seat_at(self._index) if two_humans else human)
        self._ended = Outcome(loser.other, Termination.RESIGNED)
        self._lesson.forget()
        self._changed()

    def let_engine_move(self) -> None:
        """Have an engine play for the side to move, whoever that is.

        Raises:
            SessionError: if the game is over.
        """
        if self.outcome is not None:
            raise SessionError("game_is_over")
        self._helped = self._helped or not self._engine_is_to_move()
        self._cut()
        self._lesson.forget()
        self._paused = False
        self._changed()
        self._engine_moves_once = True

    def ask_hint(self) -> None:
        """Want a good move shown.

        Raises:
            SessionError: if the game is over or it is an engine's turn.
        """
        if self._board.outcome is not None or self.outcome is not None:
            raise SessionError("game_is_over")
        if self._engine_has_the_turn():
            raise SessionError("not_your_turn")
        self._helped = True
        self._number += 1
        self._hint = None
        self._hint_wanted = True

    # Commands about engines

    def toggle_pause(self) -> None:
        """Stop the engines from playing, or let them go on from the position shown.

        Raises:
            SessionError: if the game is over.
        """
        if self.outcome is not None:
            raise SessionError("game_is_over")
        self._paused = not self._paused
        if not self._paused and self._engine_is_to_move():
            self._cut()
        self._changed()

    def step(self) -> None:
        """Let the engines play one move and pause again."""
        self.let_engine_move()
        self._paused = True

    def start_review(self) -> None:
        """Want every position of the game judged.

        Raises:
            SessionError: if there is nothing to review.
        """
        if not self.moves:
            raise SessionError("nothing_to_review")
        self._reviewing = True

    def stop_review(self) -> None:
        self._reviewing = False

    def go_to_mistake(self, direction: int) -> None:
        """Show the next (1) or last (-1) mistake, just after it was made.

        Raises:
            SessionError: if there is none that way.
        """
        here = len(self._board.moves)
        plies = [mistake.ply + 1 for mistake in self._review().mistakes]
        further = [ply for ply in plies if (ply - here) * direction > 0]
        if not further:
            raise SessionError("no_mistakes")
        self.go_to(min(further) if direction > 0 else max(further))

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self._seconds_since_move += seconds
        if self.result is not None or self._paused or self._is_held or not self._clock.index:
            return
        # A look elsewhere keeps an engine from thinking, but nobody else.
        if self._player_at(self._clock.index) == HUMAN or self._at_end:
            seat = self._line.seat_at(self._clock.index)
            if not self._clock.spend(seat, seconds):
                self._show(self._clock.index)
                self._cut()
                self._ended = Outcome(self._color_of(seat.other), Termination.TIME)
                self._changed()

    # Thinking

    def wanted(self) -> Ticket | None:
        """The thinking that is wanted now, most urgent first."""
        if self._hint_wanted:
            return self._ticket(
                Purpose.HINT, self.analyst, limit_of(self.analyst, HINT_SIMULATIONS)
            )
        if self._engine_move_is_wanted():
            player = self._player_at(self._index)
            if player == HUMAN:
                player = self._setup.engine or self.analyst
            return self._ticket(Purpose.MOVE, player, self._engine_limit())
        if self.teaching and self._lesson.question is not None and self._at_end:
            limit = limit_of(self.analyst, JUDGING_SIMULATIONS)
            position = next_to_judge(self.position, self._lesson.question, self._notebook)
            return Ticket(self._number, Purpose.JUDGE, self.analyst, position, limit)
        if self._reviewing:
            limit = limit_of(self.analyst, REVIEW_SIMULATIONS)
            for position in self._positions():
                if not self._notebook.is_judged(position):
                    return Ticket(self._number, Purpose.REVIEW, self.analyst, position, limit)
        if self._board.outcome is not None or self._ended is not None:
            return None
        if self.analyzing and not self._notebook.is_settled(Purpose.ANALYSIS, self.position):
            limit = limit_of(self.analyst, ANALYSIS_SIMULATIONS)
            return self._ticket(Purpose.ANALYSIS, self.analyst, limit)
        if self._turn is not None:
            return None  # whoever chooses what to play against needs no tree of it
        thinker = self.analyst if self.teaching else self._setup.engine
        is_settled = self._notebook.is_settled(Purpose.PONDER, self.position)
        wanted = (self.pondering or self.teaching) and self._at_end and not is_settled
        # A level thinks a fixed small amount, for which a tree grown before would be no use.
        if wanted and thinker is not None and not thinker.startswith("level:"):
            return self._ticket(Purpose.PONDER, thinker, limit_of(thinker, PONDER_SIMULATIONS))
        return None

    def consider(self, ticket: Ticket, thought: Thought) -> bool:
        """Take note of what is thought so far; False if it is no longer wanted."""
        if ticket != self.wanted():
            return False
        if self._notebook.note(ticket, thought):
            is_looked_up = ticket.purpose in (Purpose.ANALYSIS, Purpose.REVIEW)
            self._helped = self._helped or (is_looked_up and self.result is None)
            self._learn()
        return True

    def deliver(self, ticket: Ticket, decision: Decision | None, *more: Decision) -> bool:
        """Take the result of thinking; False if it is stale, and then nothing happens.

        decision: the move that a player chose, or what it chose in an opening; None where only
            thoughts were wanted. A player that chose nothing has failed.
        more: what it decides right after that, in an opening.

        Raises:
            IllegalMoveError, DecisionError: if that cannot be played; the engines are then paused.
        """
        if ticket != self.wanted():
            return False
        if ticket.purpose is Purpose.MOVE:
            if decision is None:
                return self.fail(ticket)
            try:
                for each in (decision, *more):
                    self._push(each)
            except (IllegalMoveError, DecisionError):
                self._paused = True
                self._changed()
                raise
        elif ticket.purpose is Purpose.HINT:
            self._hint_wanted = False
            self._hint = decision
            self._number += 1
        self._notebook.settle(ticket.purpose, ticket.position)
        self._learn()
        return True

    def fail(self, ticket: Ticket) -> bool:
        """Thinking broke down: stop wanting it until the user asks again; False if stale."""
        if ticket != self.wanted():
            return False
        if ticket.purpose is Purpose.MOVE:
            self._paused = True
            self._engine_moves_once = False
        self._hint_wanted = False
        self._lesson.question = None
        self._reviewing = self._reviewing and ticket.purpose is not Purpose.REVIEW
        self.analyzing = self.analyzing and ticket.purpose is not Purpose.ANALYSIS
        if ticket.purpose is Purpose.PONDER:  # a later position may go better
            self._notebook.settle(ticket.purpose, ticket.position)
        self._number += 1
        return True

    # What is seen

    @property
    def setup(self) -> GameSetup:
        """What the game started from."""
        return self._setup

    @property
    def seated(self) -> GameSetup:
        """The same with the colors as the opening settled them, if it has come so far."""
        return self._seated(len(self._line))

    @property
    def analyst(self) -> str:
        """The spec of the player that hints, analyzes and reviews; it may be changed any time."""
        return self._notebook.analyst

    @analyst.setter
    def analyst(self, spec: str) -> None:
        self._notebook.analyst = spec

    @property
    def moves(self) -> tuple[int, ...]:
        """All moves of the game, those that can be redone included."""
        return self._line.moves

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The same with the choices of the opening among them."""
        return self._line.decisions

    @property
    def opening(self) -> OpeningPhase:
        """The opening as far as it has come."""
        return self._line.opening

    @property
    def times(self) -> tuple[tuple[float, float], ...]:
        """What the first and the second player have left at every place of the game, in seconds."""
        return self._clock.times

    @property
    def position(self) -> Position:
        """The position shown."""
        return Position(self._setup.rules, self._board.moves, self._setup.start)

    @property
    def shown(self) -> int:
        """How many of the moves are on the board."""
        return len(self._board.moves)

    @property
    def index(self) -> int:
        """How many of the decisions are shown."""
        return self._index

    @property
    def games(self) -> int:
        """How many games were begun here, so that each is told from the next."""
        return self._games

    @property
    def is_helped(self) -> bool:
        """Whether the human took a move back, had a hint or the like: the result says little."""
        return self._helped

    @property
    def outcome(self) -> Outcome | None:
        """How the game ended, if its end is what is shown."""
        return self.result if self._at_end else None

    @property
    def result(self) -> Outcome | None:
        """How the game ended, whichever of its positions is shown."""
        return self._ended or self._board_end

    def snapshot(self) -> Snapshot:
        ticket = self.wanted()
        review = self._review()
        self._look_for_points()
        return Snapshot(
            setup=self._seated(self._index),
            opening=self._line.phase_at(self._index),
            cells=tuple(self._board.cells.tolist()),
            to_move=self._board.to_move,
            deciding=self._color_of(self._line.seat_at(self._index)),
            moves=self._board.moves,
            all_moves=self._line.moves,
            last_move=self._board.last_move,
            outcome=self.outcome,
            result=self.result,
            thinking=ticket.purpose if ticket else None,
            human_to_move=self.outcome is None and not self._engine_has_the_turn(),
            paused=self._paused,
            analyzing=self.analyzing,
            pondering=self.pondering,
            hint=self._hint,
            thought=self._notebook.shown(self.position),
            black_win_rates=review.black_win_rates,
            mistakes=review.mistakes,
            summaries=review.summaries,
            reviewed=review.share,
            forbidden=self._forbidden,
            barred=self._barred,
            lesson=self._lesson_shown,
            black_seconds=self._clock.seconds_left(self._seat_of(BLACK)),
            white_seconds=self._clock.seconds_left(self._seat_of(WHITE)),
            can_undo=self._index > 0,
            can_redo=not self._at_end,
            pace=self.seconds_between_engine_moves,
        )

    # Inner workings

    @property
    def _at_end(self) -> bool:
        return self._index == len(self._line)

    @property
    def _turn(self) -> Turn | None:
        """What the opening rule wants where the game is shown."""
        return self._line.turn_at(self._index)

    def _seated(self, index: int) -> GameSetup:
        """The setup with the colors as they are settled after so many decisions."""
        is_black = self._line.color_of(Seat.FIRST, index) is BLACK
        return self._setup if is_black else self._setup.swapped

    def _color_of(self, seat: Seat) -> Color:
        """What a seat plays where the game is shown; the first is Black while that is open."""
        return self._line.color_of(seat, self._index)

    def _seat_of(self, color: Color) -> Seat:
        return Seat.FIRST if self._color_of(Seat.FIRST) is color else Seat.SECOND

    def _changed(self) -> None:
        """The position, the players or the state of the game are others now."""
        self._number += 1
        self._hint = None
        self._hint_wanted = False
        self._engine_moves_once = False
        self._seconds_since_move = 0.0

    @property
    def _lesson_shown(self) -> Mistake | None:
        """The lesson, where the move it is about was just made; a look back puts it off."""
        return self._lesson.mistake if self.teaching and self._at_end else None

    def _push(self, decision: Decision) -> None:
        """
        Raises:
            IllegalMoveError, DecisionError: and nothing changes.
        """
        seat = self._line.seat_at(self._index)
        if not isinstance(decision, Option):
            self._board.push(decision)
        try:
            self._line.put(self._index, decision)
        except DecisionError:
            if not isinstance(decision, Option):
                self._board.pop()
            raise
        self._clock.press(seat, self._index)
        self._index += 1
        self._ended = None
        self._lesson.forget()
        self._note_end()
        self._changed()

    @property
    def _is_held(self) -> bool:
        """Whether the engine waits for the human to learn from a move."""
        return self.teaching and self._lesson.is_open

    def _learn(self) -> None:
        """Judge the human's last move once enough is known of it."""
        if not self._at_end:
            return
        if self._lesson.learn(self.position, self._notebook, self.teaching_threshold):
            self._helped = True

    def _note_end(self) -> None:
        """Nobody needs to think about a finished game to know its result.

        To be called at the end of the moves.
        """
        self._board_end = self._board.outcome
        end = finished_thought(self._board)
        if end is not None:
            self._notebook.note_certain(self.position, end)

    def _cut(self) -> None:
        """Forget what could be redone."""
        if not self._at_end:
            self._lesson.forget()
        self._clock.cut(self._index)
        self._line.cut(self._index)
        self._ended = None
        self._note_end()

    def _player_at(self, index: int) -> str:
        """Who decides after so many decisions: `HUMAN` or a spec."""
        return self._setup.player(self._line.seat_at(index))

    def _engine_is_to_move(self) -> bool:
        return self._player_at(self._index) != HUMAN

    def _engine_has_the_turn(self) -> bool:
        """Whether the next move is an engine's, be it due now or in a moment."""
        if self.outcome is not None or not self._at_end:
            return False
        return self._engine_moves_once or (self._engine_is_to_move() and not self._paused)

    def _engine_move_is_wanted(self) -> bool:
        return self._engine_move_is_due() and not self._is_held

    def _engine_move_is_due(self) -> bool:
        """Whether it is an engine's turn, though teaching may hold it up."""
        if not self._engine_has_the_turn():
            return False
        if self._engine_moves_once:
            return True
        between_engines = not self._setup.has_human
        waiting = self._seconds_since_move < self.seconds_between_engine_moves
        return not (between_engines and waiting)

    def _engine_limit(self) -> Limit:
        """Spend at most a fair share of the time that is left."""
        left = self._clock.seconds_left(self._line.seat_at(self._index))
        if left is None:
            return Limit()
        if self._setup.time.per_move is not None:
            return Limit(seconds=0.8 * left)
        return Limit(seconds=max(0.05, left / 20 + 0.7 * self._setup.time.increment))

    def _positions(self) -> list[Position]:
        """The positions of the game from its start to its end."""
        whole = Position(self._setup.rules, self.moves, self._setup.start)
        return [whole.before(ply) for ply in range(len(whole.moves) + 1)]

    def _review(self) -> Review:
        """What thoughts say about the game; worked out again only when there are new ones."""
        key = (self._number, self._notebook.changes, self._reviewing)
        if key != self._review_key:
            positions, notebook = self._positions(), self._notebook
            rates = notebook.black_win_rates(positions)
            if self._reviewing:
                judged = [notebook.judged(position) for position in positions]
                count = sum(notebook.is_judged(position) for position in positions)
                share = count / len(positions)
                # Stones of an opening are not meant to be the best.
                given = len(self._line.opening.moves)
                self._known_review = review_game(self.moves, rates, judged, share, given)
            else:
                self._known_review = Review(rates)
            self._review_key = key
        return self._known_review

    def _look_for_points(self) -> None:
        """Find what cannot or must not be played on, once in every state of the game."""
        if self._points_state == self._number:
            return
        self._points_state = self._number
        self._forbidden = self._barred = ()
        if self._board.outcome is not None:
            return
        if isinstance(self._turn, StoneTurn):
            allowed = set(self._line.phase_at(self._index).legal_points().tolist())
            self._barred = tuple(
                each for each in self._board.legal_moves().tolist() if each not in allowed
            )
        elif self._setup.rules.variant == RENJU:
            self._forbidden = tuple(self._board.forbidden_points().tolist())

    def _ticket(self, purpose: Purpose, player: str, limit: Limit) -> Ticket:
        is_decision = purpose in (Purpose.MOVE, Purpose.HINT) and self._turn is not None
        opening = self._line.phase_at(self._index) if is_decision else None
        return Ticket(self._number, purpose, player, self.position, limit, opening)
