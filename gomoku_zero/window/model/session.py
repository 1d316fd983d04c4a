"""The window's model: one game, who plays it, and which thinking it wants done.

The session never waits and knows neither threads nor pixels. Thinking is wanted with a ticket and
delivered with it: `wanted` may be asked at any time, its answer changes with every command, and
what is delivered for a ticket that is no longer wanted is dropped.
"""

from collections.abc import Callable

from gomoku.board import IllegalMoveError, Outcome, Termination
from gomoku.opening_rules import (
    Decision,
    DecisionError,
    Option,
    OptionTurn,
    Seat,
)
from gomoku_zero.window.model.game import Game
from gomoku_zero.window.model.lesson import next_to_judge
from gomoku_zero.window.model.opponents import is_level
from gomoku_zero.window.model.session_state import SessionState
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.ticket import (
    ANALYSIS_SIMULATIONS,
    HINT_SIMULATIONS,
    JUDGING_SIMULATIONS,
    MAX_ANALYSIS_SIMULATIONS,
    PONDER_SIMULATIONS,
    REVIEW_SIMULATIONS,
    Purpose,
    Ticket,
    limit_of,
)
from gomoku_zero.window.model.tree import GameTree, Path
from mcts.analysis import Analysis, analysis_of_end
from mcts.player import Limit


class SessionError(Exception):
    """A command that makes no sense now.

    key: names the message in the language files.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key.replace("_", " "))
        self.key = key


class GameSession(SessionState):
    """A `Game` in progress, with everything that people and engines can do to it."""

    def __init__(self, setup: GameSetup, *, analyst: str = "pure:2000") -> None:
        """A new game.

        analyst: the spec of the player that hints, analyzes and reviews.

        Raises:
            RulesError: if the rules cannot be played.
        """
        super().__init__(analyst)
        self._number = 0
        self._analysis_simulations = ANALYSIS_SIMULATIONS
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
        place: int | None = None,
        tree: GameTree | None = None,
        is_studied: bool = False,
    ) -> None:
        """Start a game, or resume one that has these decisions.

        ended: how it ended, if otherwise than on the board.
        helped: whether the human had help in it before.
        times: what the first and the second player had left at every place, its start and end
            included, in seconds; without them both have all their time.
        place: how many of the decisions were made where it goes on; None for all. Those after them
            were taken back, and can be redone.
        tree: the lines known of it.
        is_studied: whether moves that are played in the middle of it are side lines, as in a game
            that is over.

        Raises:
            RulesError, OpeningRuleError, PositionError, IllegalMoveError, DecisionError: and the
                present game stays.
        """
        self._game = Game(setup, decisions, ended, times, tree)
        self._is_studied = is_studied
        last = self._game.index
        self._game.clock.turn_to(last if place is None else min(max(place, 0), last))
        self._reviewer.is_active = False
        self._games += 1
        self._helped = helped or bool(setup.start)
        self._known.clear()
        self._lesson.forget()
        self._note_end()
        # Two engines start when told to, and a loaded game waits for its reader.
        self._paused = bool(decisions) or not setup.has_human
        self._changed()

    def rematch(self, adapt: Callable[[GameSetup], GameSetup] = lambda setup: setup) -> None:
        """The same game again with colors swapped, or who begins the opening.

        adapt: makes the next game's setup of that.
        """
        self.new_game(adapt(self.setup.swapped))

    def switch_sides(self) -> None:
        """Let each player continue with the other's stones.

        Raises:
            SessionError: if the game is over, for its winner would be another.
        """
        if self.result is not None:
            raise SessionError("game_is_over")
        if self._game.is_aside:
            raise SessionError("leave_side_line")
        self._game.swap_players()
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
        if isinstance(self._game.turn, OptionTurn):
            raise SessionError("not_your_turn" if self._engine_has_the_turn() else "choose_first")
        self._decide(move)

    def choose(self, option: Option) -> None:
        """A human chooses in the opening.

        Raises:
            SessionError: if it is an engine's turn, or this is not to be chosen now.
        """
        turn = self._game.turn
        is_due = isinstance(turn, OptionTurn) and option in turn.options
        if self.outcome is not None or not is_due:
            raise SessionError("nothing_to_choose")
        self._decide(option)

    def _decide(self, decision: Decision) -> None:
        if self._engine_has_the_turn():
            raise SessionError("not_your_turn")
        if self._is_tried_out:
            self._game.try_out(decision)
            self._changed()
            return
        if self.setup.has_human:
            self._paused = False
        # Putting down the engine's stone, as one can while it is paused, decides the game, too.
        is_help = self.analyzing or self.teaching or self._engine_is_to_move()
        self._helped = self._helped or is_help or not self._game.is_at_end
        in_opening = self._game.turn is not None
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
        index = self._game.line.index_of(self._lesson.mistake.ply)
        self._lesson.forget()
        self._go_on_from(index)

    def keep_blunder(self) -> None:
        """Let the game go on from the move that teaching mode speaks of.

        Raises:
            SessionError: if it speaks of none.
        """
        if self._lesson.mistake is None:
            raise SessionError("nothing_to_keep")
        self._lesson.forget()
        self._changed()

    # Side lines

    def back_to_game(self) -> None:
        """Leave a side line.

        Raises:
            SessionError: if none is shown.
        """
        if not self._game.is_aside:
            raise SessionError("no_side_line")
        self._game.show_main()
        self._changed()

    def show_line(self, path: Path, index: int) -> None:
        """Show a known line at one of its places; `path` is the beginning of the line."""
        self._game.show_line(path, min(max(index, 0), len(path)))
        self._changed()

    def show_place(self, index: int) -> None:
        """Show a place of the tree by its number in the layout; one that is gone is ignored."""
        if index < len(self._game.tree_layout.places):
            path = self._game.tree_layout.path(index)
            self._lesson.forget()
            self.show_line(path, len(path))

    def line_beside(self, step: int) -> None:
        """Show the same depth in the next line below (1) or above (-1), as the tree is drawn.

        Raises:
            SessionError: if there is none.
        """
        found = self._game.tree_layout.beside(self._game.tree_place, step)
        if found is None:
            raise SessionError("no_line_there")
        self.show_place(found)

    def next_line(self) -> None:
        """Show the next of the lines that part before the move shown; else of those after it.

        Raises:
            SessionError: if there is one line only.
        """
        game = self._game
        others = game.other_lines()
        if len(others) > 1:
            at = others.index(game.path[-1])
            path = (*game.path[:-1], others[(at + 1) % len(others)])
        else:
            following = game.tree.following(game.path)
            on_line = game.line.decisions[game.index : game.index + 1]
            others = tuple(each for each in following if (each,) != on_line)
            if not others:
                raise SessionError("no_side_line")
            path = (*game.path, others[0])
        game.show_line(path, len(path))
        self._lesson.forget()
        self._changed()

    def promote_line(self) -> None:
        """Make the side line shown the game, which goes on from its end; the old one is kept as a
        side line.

        Raises:
            SessionError: if none is shown.
        """
        if not self._game.is_aside:
            raise SessionError("no_side_line")
        self._helped = True
        self._is_studied = False
        self._game.promote()
        self._paused = True
        self._changed()

    def remove_line(self) -> None:
        """Forget the side line shown.

        Raises:
            SessionError: if none is shown.
        """
        if not self._game.is_aside:
            raise SessionError("no_side_line")
        self._game.remove_side_line()
        self._changed()

    def write_comment(self, comment: str) -> None:
        """Put a comment to the position shown, in place of the one there was."""
        self._game.tree.write(self._game.path, comment)

    # Back and forth

    def undo(self) -> None:
        """Go back to where a human last could choose; between engines, one move.

        After a resignation or a flag fall, take just that back; in a lesson, the blunder.

        Raises:
            SessionError: if there is no such place.
        """
        if self._lesson_shown is not None:
            self.take_back_blunder()
            return
        if self._game.was_ended and self._game.is_at_end:
            self._helped = True
            self._game.reopen()
            self._changed()
            return
        index = self._game.place_before()
        if index < 0:
            raise SessionError("nothing_to_undo")
        if self._game.is_aside:
            self._show(index)
            return
        self._helped = True
        self._lesson.forget()
        self._go_on_from(index)

    def redo(self) -> None:
        """Go forward again as `undo` went back.

        Raises:
            SessionError: if nothing was undone.
        """
        if self._game.is_line_end:
            raise SessionError("nothing_to_redo")
        index = self._game.place_after()
        if self._game.clock.index == self.index and index <= self._game.fork:
            self._go_on_from(index)
        else:  # from a look elsewhere, which leaves the clocks alone
            self._show(index)

    def go_to(self, ply: int) -> None:
        """Show the position after so many moves; beyond the ends means the ends."""
        line = self._game.line
        self._show(line.index_of(min(max(ply, 0), len(line.moves))))

    def show(self, index: int) -> None:
        """Show the place after so many moves and choices; beyond the ends means the ends."""
        self._show(min(max(index, 0), len(self._game.line)))

    def _show(self, index: int) -> None:
        if index == self.index:
            return
        self._game.show(index)
        if not self._game.is_at_end:
            self._paused = self._paused or not self.setup.has_human
        self._changed()

    def _go_on_from(self, index: int) -> None:
        """Show a place, and let the clocks go on from there."""
        self._game.clock.turn_to(index)
        self._show(index)

    def resign(self) -> None:
        """The human gives up; between two humans, whoever is to move.

        Raises:
            SessionError: if no human plays or the game is over.
        """
        seats = (self.setup.black, self.setup.white)
        if self.result is not None or HUMAN not in seats:
            raise SessionError("nothing_to_resign")
        self._game.return_to_play()  # looking back does not make a game shorter
        two_humans = seats == (HUMAN, HUMAN)
        human = Seat.FIRST if seats[0] == HUMAN else Seat.SECOND
        loser = self._game.color_of(self._game.seat if two_humans else human)
        self._game.end(Outcome(loser.other, Termination.RESIGNED))
        self._lesson.forget()
        self._changed()

    def let_engine_move(self) -> None:
        """Have an engine play for the side to move, whoever that is.

        Raises:
            SessionError: if the game is over.
        """
        if self.outcome is not None and not (self._is_tried_out and self._game.was_ended):
            raise SessionError("game_is_over")
        if self._game.board.outcome is not None:
            raise SessionError("game_is_over")
        if self._is_tried_out:
            self._changed()
            self._engine_moves_once = True
            return
        if not self._engine_move_is_wanted():  # or its thinking would begin anew
            is_help = not self._engine_is_to_move() or not self._game.is_at_end
            self._helped = self._helped or is_help
            self._cut()
            self._lesson.forget()
            self._changed()
        self._paused = False
        self._engine_moves_once = True

    def ask_hint(self) -> None:
        """Want a good move shown.

        Raises:
            SessionError: if the game is over or it is an engine's turn.
        """
        if self._game.board.outcome is not None or self.outcome is not None:
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
        if self._is_tried_out:  # nobody plays on by himself there
            self.let_engine_move()
            return
        self._paused = not self._paused
        if not self._paused and self._engine_is_to_move():
            self._helped = self._helped or not self._game.is_at_end
            self._cut()
        self._changed()

    def step(self) -> None:
        """Let the engines play one move and pause again."""
        self.let_engine_move()
        self._paused = True  # which a side line is anyway

    def deepen(self) -> None:
        """Let the analysis go deeper, in every position.

        Raises:
            SessionError: if it goes as deep as memory allows.
        """
        if self._analysis_simulations >= MAX_ANALYSIS_SIMULATIONS:
            raise SessionError("deepest")
        self._analysis_simulations *= 4
        self.analyzing = True
        self._known.unsettle(Purpose.ANALYSIS)

    def start_review(self) -> None:
        """Want every position of the game judged.

        Raises:
            SessionError: if there is nothing to review.
        """
        if not self.moves:
            raise SessionError("nothing_to_review")
        self._reviewer.is_active = True

    def stop_review(self) -> None:
        self._reviewer.is_active = False

    def go_to_mistake(self, direction: int) -> None:
        """Show the next (1) or last (-1) mistake, just after it was made.

        Raises:
            SessionError: if there is none that way.
        """
        if self._game.is_aside:
            self._game.show_main()
        here = self.shown
        plies = [mistake.ply + 1 for mistake in self._reviewer.review(self._game).mistakes]
        further = [ply for ply in plies if (ply - here) * direction > 0]
        if not further:
            raise SessionError("no_mistakes")
        self.go_to(min(further) if direction > 0 else max(further))

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self._seconds_since_move += seconds
        game = self._game
        if game.result is not None or self._paused or self._is_held or not game.clock.index:
            return
        # A look elsewhere keeps an engine from thinking, but nobody else.
        runs = game.is_at_end or game.player_in_play == HUMAN
        if runs and not game.spend(seconds):
            self._lesson.forget()
            game.fall_flag()
            self._note_end()
            self._changed()

    # Thinking

    def wanted(self) -> Ticket | None:
        """The thinking that is wanted now, most urgent first."""
        if self._hint_wanted:
            return self._ticket(
                Purpose.HINT, self.analyst, limit_of(self.analyst, HINT_SIMULATIONS)
            )
        if self._engine_move_is_wanted():
            player = self._game.player
            if player == HUMAN:
                player = self.setup.engine or self.analyst
            return self._ticket(Purpose.MOVE, player, self._game.fair_limit())
        if self.teaching and self._lesson.question is not None and self._game.is_at_end:
            limit = limit_of(self.analyst, JUDGING_SIMULATIONS)
            position = next_to_judge(self.position, self._lesson.question, self._known)
            return Ticket(self._number, Purpose.JUDGE, self.analyst, position, limit)
        unjudged = self._reviewer.next_position(self._game)
        if unjudged is not None:
            limit = limit_of(self.analyst, REVIEW_SIMULATIONS)
            return Ticket(self._number, Purpose.REVIEW, self.analyst, unjudged, limit)
        if self._game.board.outcome is not None:
            return None
        if self.analyzing and not self._known.is_settled(Purpose.ANALYSIS, self.position):
            limit = limit_of(self.analyst, self._analysis_simulations)
            return self._ticket(Purpose.ANALYSIS, self.analyst, limit)
        # Nobody needs a tree of what is chosen to play against, or of a game given up.
        if self._game.turn is not None or self._game.was_ended:
            return None
        thinker = self.analyst if self.teaching else self.setup.engine
        is_settled = self._known.is_settled(Purpose.PONDER, self.position)
        wanted = (self.pondering or self.teaching) and self._game.is_at_end and not is_settled
        # A level thinks a fixed small amount, for which a tree grown before would be no use.
        if wanted and thinker is not None and not is_level(thinker):
            return self._ticket(Purpose.PONDER, thinker, limit_of(thinker, PONDER_SIMULATIONS))
        return None

    def consider(self, ticket: Ticket, thought: Analysis) -> bool:
        """Take note of what is thought so far; False if it is no longer wanted."""
        if ticket != self.wanted():
            return False
        if self._known.note(ticket, thought):
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
        self._known.settle(ticket.purpose, ticket.position)
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
        if ticket.purpose is Purpose.REVIEW:
            self._reviewer.is_active = False
        self.analyzing = self.analyzing and ticket.purpose is not Purpose.ANALYSIS
        if ticket.purpose is Purpose.PONDER:  # a later position may go better
            self._known.settle(ticket.purpose, ticket.position)
        self._number += 1
        return True

    # Inner workings

    def _changed(self) -> None:
        """The position, the players or the state of the game are others now."""
        self._number += 1
        self._hint = None
        self._hint_wanted = False
        self._engine_moves_once = False
        self._seconds_since_move = 0.0

    def _push(self, decision: Decision) -> None:
        """
        Raises:
            IllegalMoveError, DecisionError: and nothing changes.
        """
        if self._is_tried_out:
            self._game.try_out(decision)
        else:
            self._game.put(decision)
        self._lesson.forget()
        self._note_end()
        self._changed()

    @property
    def _is_held(self) -> bool:
        """True if the engine waits for the human to learn from a move."""
        return self.teaching and self._lesson.is_open

    def _learn(self) -> None:
        """Judge the human's last move once enough is known of it."""
        if not self._game.is_at_end:
            return
        if self._lesson.learn(self.position, self._known, self.teaching_threshold):
            self._helped = True

    def _note_end(self) -> None:
        """Nobody needs to think about a finished game to know its result.

        To be called at the end of the moves.
        """
        end = analysis_of_end(self._game.board)
        if end is not None:
            self._known.note_certain(self.position, end)

    def _cut(self) -> None:
        """Forget what could be redone."""
        if not self._game.is_at_end:
            self._lesson.forget()
        self._game.cut()
        self._note_end()

    def _engine_move_is_wanted(self) -> bool:
        return self._engine_move_is_due() and not self._is_held

    def _engine_move_is_due(self) -> bool:
        """Return whether it is an engine's turn, though teaching may hold it up."""
        if not self._engine_has_the_turn():
            return False
        if self._engine_moves_once:
            return True
        between_engines = not self.setup.has_human
        waiting = self._seconds_since_move < self.seconds_between_engine_moves
        return not (between_engines and waiting)

    def _ticket(self, purpose: Purpose, player: str, limit: Limit) -> Ticket:
        is_decision = purpose in (Purpose.MOVE, Purpose.HINT) and self._game.turn is not None
        opening = self._game.phase if is_decision else None
        return Ticket(self._number, purpose, player, self.position, limit, opening)
