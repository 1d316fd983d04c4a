"""One game: what was decided in it, the place that is shown, its clocks, and how it ended."""

from dataclasses import replace
from functools import cached_property

from gomoku.board import IllegalMoveError, Outcome, Termination
from gomoku.opening_rules import (
    Decision,
    DecisionError,
    OpeningPhase,
    OpeningRule,
    Option,
    Seat,
    StoneTurn,
    Turn,
)
from gomoku.player import Limit
from gomoku.rules import BLACK, RENJU, Color
from gomoku_zero.window.model.clock import GameClock
from gomoku_zero.window.model.line import GameLine
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.setup import HUMAN, GameSetup


class Game:
    """A game in which one can go back and forth.

    Its decisions are one line, see `GameLine`; `index` says how many of them are shown. Deciding
    otherwise somewhere in the middle cuts off the rest. Nobody thinks here, and nothing asks whose
    turn it is: that is for whoever holds the game.

    setup: what it started from.
    line, clock, board: to be changed here only; the board is where the game is shown.
    """

    def __init__(
        self,
        setup: GameSetup,
        decisions: tuple[Decision, ...] = (),
        ended: Outcome | None = None,
        times: tuple[tuple[float, float], ...] = (),
    ) -> None:
        """A new game, or one that goes on after these decisions.

        ended: how it ended, if otherwise than on the board.
        times: see `GameClock`.

        Raises:
            RulesError, OpeningRuleError, PositionError, IllegalMoveError, DecisionError: if there
                is no such game.
        """
        rule = OpeningRule.FREE if setup.start else setup.opening
        first = Position(setup.rules, (), setup.start).board().to_move
        self.setup = replace(setup, opening=rule)
        self.line = GameLine(rule, setup.rules, decisions, first)
        self.board = Position(setup.rules, self.line.moves, setup.start).board()
        self.clock = GameClock(setup.time, len(self.line), times)
        self.index = len(self.line)
        self._board_end = self.board.outcome
        self._ended = ended if self._board_end is None else None  # other than on the board

    # Changes

    def put(self, decision: Decision) -> None:
        """Decide where the game is shown; what was decided later is forgotten.

        Raises:
            IllegalMoveError, DecisionError: and nothing changes.
        """
        seat = self.seat
        if not isinstance(decision, Option):
            if self.board.outcome is not None:
                raise IllegalMoveError("the game is over: no move can be played")
            self.board.push(decision)
        try:
            self.line.put(self.index, decision)
        except DecisionError:
            if not isinstance(decision, Option):
                self.board.pop()
            raise
        self.clock.press(seat, self.index)
        self.index += 1
        self._ended = None
        self._end_has_moved()

    def show(self, index: int) -> None:
        """Look at the place after so many decisions; clocks are turned only at the end."""
        moves = self.line.moves_before(index)
        while len(self.board.moves) > len(moves):
            self.board.pop()
        for move in moves[len(self.board.moves) :]:
            self.board.push(move)
        self.index = index
        if self.is_at_end:
            self.clock.turn_to(index)
        self._forget_points()

    def cut(self) -> None:
        """Forget what was decided after the place shown, and how the game ended."""
        self.clock.cut(self.index)
        self.line.cut(self.index)
        self._ended = None
        self._end_has_moved()

    def return_to_play(self) -> None:
        """Show the place that time passes for, and forget what was taken back there."""
        self.show(self.clock.index)
        self.cut()

    def end(self, outcome: Outcome) -> None:
        """End the game otherwise than on the board."""
        self._ended = outcome

    def reopen(self) -> None:
        """Take back an end that was not on the board, with the time that led to it."""
        self._ended = None
        self.clock.restore_end()  # or a flag that fell would fall again

    def fall_flag(self) -> None:
        """Whom time passes for has none left: the game is lost where that is, shown or not."""
        self.return_to_play()
        self.end(Outcome(self.color_of(self.seat.other), Termination.TIME))

    def swap_players(self) -> None:
        """Let each player go on with the other's stones."""
        self.setup = self.setup.swapped

    # Places

    @property
    def is_at_end(self) -> bool:
        """Whether the last decision is shown."""
        return self.index == len(self.line)

    def place_before(self) -> int:
        """Where a human last could choose; between engines, one decision back; below 0, nowhere."""
        index = self.index - 1
        while self.setup.has_human and index >= 0 and self.player_at(index) != HUMAN:
            index -= 1
        return index

    def place_after(self) -> int:
        """Where a human can choose next, or the end; between engines, one decision on."""
        index = self.index + 1
        end = len(self.line)
        while self.setup.has_human and index < end and self.player_at(index) != HUMAN:
            index += 1
        return index

    @property
    def position(self) -> Position:
        """The position shown."""
        return Position(self.setup.rules, self.board.moves, self.setup.start)

    def positions(self) -> list[Position]:
        """The positions from the start of the game to its end."""
        whole = Position(self.setup.rules, self.line.moves, self.setup.start)
        return [whole.before(ply) for ply in range(len(whole.moves) + 1)]

    @property
    def phase(self) -> OpeningPhase:
        """The opening as it is shown."""
        return self.line.phase_at(self.index)

    @property
    def turn(self) -> Turn | None:
        """What the opening rule wants where the game is shown; None outside of an opening."""
        return self.line.turn_at(self.index)

    @cached_property
    def barred(self) -> tuple[int, ...]:
        """The empty points that the opening rule does not allow where the game is shown."""
        if self.board.outcome is not None or not isinstance(self.turn, StoneTurn):
            return ()
        allowed = set(self.phase.legal_points().tolist())
        return tuple(each for each in self.board.legal_moves().tolist() if each not in allowed)

    @cached_property
    def forbidden(self) -> tuple[int, ...]:
        """The points that Black loses by playing on where the game is shown."""
        is_renju = self.setup.rules.variant == RENJU
        if self.board.outcome is not None or isinstance(self.turn, StoneTurn) or not is_renju:
            return ()
        return tuple(self.board.forbidden_points().tolist())

    # Players

    @property
    def seat(self) -> Seat:
        """Who decides where the game is shown."""
        return self.line.seat_at(self.index)

    def player_at(self, index: int) -> str:
        """Who decides after so many decisions: `HUMAN` or a spec."""
        return self.setup.player(self.line.seat_at(index))

    @property
    def player(self) -> str:
        """Who decides where the game is shown: `HUMAN` or a spec."""
        return self.player_at(self.index)

    def seated(self, index: int) -> GameSetup:
        """The setup with the colors as they are settled after so many decisions."""
        is_black = self.line.color_of(Seat.FIRST, index) is BLACK
        return self.setup if is_black else self.setup.swapped

    def color_of(self, seat: Seat) -> Color:
        """What a seat plays where the game is shown; the first is Black while that is open."""
        return self.line.color_of(seat, self.index)

    def seconds_left(self, color: Color) -> float | None:
        """What a color has left, 0 or more; None without clocks."""
        is_first = self.color_of(Seat.FIRST) is color
        return self.clock.seconds_left(Seat.FIRST if is_first else Seat.SECOND)

    def fair_limit(self) -> Limit:
        """A fair share of the time that is left to whoever decides; no limit without clocks."""
        left = self.clock.seconds_left(self.seat)
        if left is None:
            return Limit()
        if self.setup.time.per_move is not None:
            return Limit(seconds=0.8 * left)
        return Limit(seconds=max(0.05, left / 20 + 0.7 * self.setup.time.increment))

    def spend(self, seconds: float) -> bool:
        """Let time pass; False once whom it passes for has none left."""
        return self.clock.spend(self.line.seat_at(self.clock.index), seconds)

    # How it ended

    @property
    def result(self) -> Outcome | None:
        """How the game ended, whichever of its positions is shown."""
        return self._ended or self._board_end

    @property
    def outcome(self) -> Outcome | None:
        """The same, if its end is what is shown."""
        return self.result if self.is_at_end else None

    @property
    def was_ended(self) -> bool:
        """Whether it ended otherwise than on the board."""
        return self._ended is not None

    # Inner workings

    def _end_has_moved(self) -> None:
        """The last decision is another now, and is shown."""
        self._board_end = self.board.outcome
        self._forget_points()

    def _forget_points(self) -> None:
        """Another place is shown, where `barred` and `forbidden` are others."""
        for name in ("barred", "forbidden"):
            self.__dict__.pop(name, None)
