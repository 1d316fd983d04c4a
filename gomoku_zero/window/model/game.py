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
from gomoku.rules import BLACK, RENJU, Color
from gomoku_zero.window.model.clock import GameClock
from gomoku_zero.window.model.line import GameLine
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.tree import GameTree, Path
from gomoku_zero.window.model.tree_layout import NO_TREE, TreeLayout, lay_out_tree
from mcts.player import MAX_SIMULATIONS, Limit


class Game:
    """A game in which one can go back and forth, with side lines.

    `main` is what was played; a side line branches off it where somebody wanted to know what
    another move would have led to. `line` is the one of them that is looked at, and `index` says
    how many of its decisions are shown. The tree keeps every line there ever was, also what was
    taken back. Nobody thinks here, and nothing asks whose turn it is: that is for whoever holds the
    game.

    setup: what it started from.
    main, tree, clock, board: to be changed here only; the board is where the game is shown.
    """

    def __init__(
        self,
        setup: GameSetup,
        decisions: tuple[Decision, ...] = (),
        ended: Outcome | None = None,
        times: tuple[tuple[float, float], ...] = (),
        tree: GameTree | None = None,
    ) -> None:
        """A new game, or one that goes on after these decisions.

        ended: how it ended, if otherwise than on the board.
        times: see `GameClock`.
        tree: the lines known of it, to which the decisions are added.

        Raises:
            RulesError, OpeningRuleError, PositionError, IllegalMoveError, DecisionError: if there
                is no such game.
        """
        rule = OpeningRule.FREE if setup.start else setup.opening
        self._first = Position(setup.rules, (), setup.start).board().to_move
        self.setup = replace(setup, opening=rule)
        self.main = GameLine(rule, setup.rules, decisions, self._first)
        self._side: GameLine | None = None
        self.tree = tree or GameTree()
        self.tree.add(self.main.decisions)
        self.board = Position(setup.rules, self.main.moves, setup.start).board()
        self.clock = GameClock(setup.time, len(self.main), times)
        self.index = len(self.main)
        self._board_end = self.board.outcome
        self._ended = ended if self._board_end is None else None  # other than on the board
        self._layout_key: tuple[int, Path] | None = None
        self._layout = NO_TREE

    # Changes

    def put(self, decision: Decision) -> None:
        """Decide where the game is shown; what was decided later is no longer part of it.

        Raises:
            IllegalMoveError, DecisionError: and nothing changes.
        """
        self._leave_side_line()
        seat = self.seat
        if not isinstance(decision, Option):
            self._push(decision)
        try:
            self.main.put(self.index, decision)
        except DecisionError:
            if not isinstance(decision, Option):
                self.board.pop()
            raise
        self.tree.add(self.main.decisions)
        self.clock.press(seat, self.index)
        self.index += 1
        self._ended = None
        self._end_has_moved()

    def try_out(self, decision: Decision) -> None:
        """Decide where the game is shown, in a side line: the game itself stays as it is.

        A line that is known already is followed, the game's own as well.

        Raises:
            IllegalMoveError, DecisionError: and nothing changes.
        """
        before = self.path
        path = (*before, decision)
        if not self.tree.has(path):
            GameLine(self.setup.opening, self.setup.rules, path, self._first)
            if not isinstance(decision, Option):
                self._push(decision)
                self.board.pop()
            self.tree.add(path)
        if self.line.decisions[: len(path)] != path:
            self._follow(path)
        self.show(len(path))

    def show(self, index: int) -> None:
        """Look at the place after so many decisions; clocks are turned only at the game's end."""
        moves = self.line.moves_before(index)
        kept = 0
        for mine, wanted in zip(self.board.moves, moves, strict=False):
            if mine != wanted:
                break
            kept += 1
        while len(self.board.moves) > kept:
            self.board.pop()
        for move in moves[kept:]:
            self.board.push(move)
        self.index = index
        if self.is_at_end:
            self.clock.turn_to(index)
        self._forget_points()

    def cut(self) -> None:
        """Leave what was decided after the place shown out of the game, and how it ended."""
        self._leave_side_line()
        self.clock.cut(self.index)
        self.main.cut(self.index)
        self._ended = None
        self._end_has_moved()

    def return_to_play(self) -> None:
        """Show the place that time passes for, and leave out what was taken back there."""
        self.show_main(self.clock.index)
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
        """Let each player continue with the other's stones."""
        self.setup = self.setup.swapped

    # Side lines

    @property
    def line(self) -> GameLine:
        """The line that is looked at."""
        return self._side or self.main

    @property
    def path(self) -> Path:
        """The decisions up to the place shown."""
        return self.line.decisions[: self.index]

    @property
    def fork(self) -> int:
        """How many decisions the line looked at shares with the game."""
        if self._side is None:
            return len(self.main)
        pairs = zip(self._side.decisions, self.main.decisions, strict=False)
        differing = (index for index, (ours, theirs) in enumerate(pairs) if ours != theirs)
        return next(differing, min(len(self._side), len(self.main)))

    @property
    def is_aside(self) -> bool:
        """True if the place shown is not part of the game."""
        return self._side is not None and self.index > self.fork

    def show_main(self, index: int | None = None) -> None:
        """Look at the game again, where the side line branched off or at another place."""
        fork = self.fork
        kept = min(self.index, fork)
        self.show(kept)
        self._side = None
        self.show(kept if index is None else index)

    def show_line(self, path: Path, index: int) -> None:
        """Look at another line at one of its places.

        path: as far as it is given; from there on its oldest continuation follows.
        """
        self._follow(path)
        self.show(index)

    def other_lines(self) -> tuple[Decision, ...]:
        """The decisions at the place before the one shown, in every line."""
        return self.tree.following(self.path[:-1]) if self.index else ()

    def promote(self) -> None:
        """Make the side line that is looked at the game, which ends as the line does."""
        if self._side is None:
            return
        fork, index = self.fork, self.index
        line, self._side = self._side, None
        self.clock.cut(fork)
        self.main = line
        for place in range(fork, len(line)):  # whoever played it, nobody's time passed
            self.clock.press(line.seat_at(place), place)
        self._ended = None
        self.show(len(line))
        self._board_end = self.board.outcome
        self.show(index)

    def remove_side_line(self) -> None:
        """Forget the side line that is looked at, from where it leaves the game on."""
        if self._side is None:
            return
        fork = self.fork
        if fork == len(self._side):
            return
        gone = self._side.decisions[: fork + 1]
        self.show_main(fork)
        self.tree.remove(gone)

    @property
    def tree_layout(self) -> TreeLayout:
        """Where each place of the tree is drawn; worked out again only when the tree is another."""
        key = self.tree.changes, self.main.decisions
        if key != self._layout_key:
            self._layout_key = key
            self._layout = lay_out_tree(self.tree, self.main.decisions, self._first)
        return self._layout

    @property
    def tree_place(self) -> int:
        """The number of the place shown in the layout; -1 for the start."""
        return self.tree_layout.index_of(self.path)

    def _follow(self, path: Path) -> None:
        """Look at the line that a path is the beginning of, at present still at the same place."""
        mains = self.main.decisions
        whole = mains if path == mains[: len(path)] else self.tree.to_end(path)
        is_main = whole == mains
        self._side = (
            None if is_main else GameLine(self.setup.opening, self.setup.rules, whole, self._first)
        )

    def _leave_side_line(self) -> None:
        assert not self.is_aside, "a side line is not the game"
        self._side = None

    # Places

    @property
    def is_at_end(self) -> bool:
        """True if the last decision of the game is shown, rather than an earlier or other one."""
        return self.index == len(self.main) and not self.is_aside

    @property
    def is_line_end(self) -> bool:
        """True if the last decision of the line looked at is shown."""
        return self.index == len(self.line)

    def place_before(self) -> int:
        """Where a human last could choose; between engines, one decision back; below 0, nowhere."""
        index = self.index - 1
        if self.is_aside:
            return index
        while self.setup.has_human and index >= 0 and self.player_at(index) != HUMAN:
            index -= 1
        return index

    def place_after(self) -> int:
        """Where a human can choose next, or the end; between engines, one decision on."""
        index = self.index + 1
        end = len(self.line)
        if self._side is not None:
            return index
        while self.setup.has_human and index < end and self.player_at(index) != HUMAN:
            index += 1
        return index

    @property
    def position(self) -> Position:
        """The position shown."""
        return Position(self.setup.rules, self.board.moves, self.setup.start)

    def positions(self) -> list[Position]:
        """The positions from the start of the game to its end."""
        return self._positions(self.main)

    def line_positions(self) -> list[Position]:
        """Those of the line looked at."""
        return self._positions(self.line)

    def _positions(self, line: GameLine) -> list[Position]:
        whole = Position(self.setup.rules, line.moves, self.setup.start)
        return [whole.before(ply) for ply in range(len(whole.moves) + 1)]

    @property
    def phase(self) -> OpeningPhase:
        """The opening as it is shown."""
        return self.line.phase_at(self.index)

    @property
    def turn(self) -> Turn | None:
        """The turn of the opening rule where the game is shown; None outside of an opening."""
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

    @property
    def player_in_play(self) -> str:
        """Who decides where the game goes on, whatever is shown."""
        return self.setup.player(self.main.seat_at(self.clock.index))

    @property
    def seated_in_game(self) -> GameSetup:
        """The setup with the colors as they were settled in the game."""
        is_black = self.main.color_of(Seat.FIRST, len(self.main)) is BLACK
        return self.setup if is_black else self.setup.swapped

    def seated(self, index: int) -> GameSetup:
        """The setup with the colors as they are settled after so many decisions."""
        is_black = self.line.color_of(Seat.FIRST, index) is BLACK
        return self.setup if is_black else self.setup.swapped

    def color_of(self, seat: Seat) -> Color:
        """The color of a seat where the game is shown; the first is Black while that is open."""
        return self.line.color_of(seat, self.index)

    def seconds_left(self, color: Color) -> float | None:
        """The seconds that a color has left, 0 or more; None without clocks."""
        is_first = self.color_of(Seat.FIRST) is color
        return self.clock.seconds_left(Seat.FIRST if is_first else Seat.SECOND)

    def fair_limit(self) -> Limit:
        """A fair share of the time that is left to whoever decides; no limit without clocks."""
        left = self.clock.seconds_left(self.seat)
        if left is None or not self.is_at_end:
            seconds = self.setup.seconds[0 if self.seat is Seat.FIRST else 1]
            return Limit(simulations=MAX_SIMULATIONS, seconds=seconds) if seconds else Limit()
        if self.setup.time.per_move is not None:
            return Limit(seconds=0.8 * left)
        return Limit(seconds=max(0.05, left / 20 + 0.7 * self.setup.time.increment))

    def spend(self, seconds: float) -> bool:
        """Let time pass; False once whom it passes for has none left."""
        return self.clock.spend(self.main.seat_at(self.clock.index), seconds)

    # How it ended

    @property
    def result(self) -> Outcome | None:
        """How the game ended, whichever of its positions is shown."""
        return self._ended or self._board_end

    @property
    def outcome(self) -> Outcome | None:
        """How the line shown ended, if its end is shown."""
        if self.is_aside:
            return self.board.outcome
        return self.result if self.is_at_end else None

    @property
    def was_ended(self) -> bool:
        """True if it ended otherwise than on the board."""
        return self._ended is not None

    # Inner workings

    def _push(self, move: int) -> None:
        """
        Raises:
            IllegalMoveError: also after a draw that others would play on to the full board.
        """
        if self.board.outcome is not None:
            raise IllegalMoveError("the game is over: no move can be played")
        self.board.push(move)

    def _end_has_moved(self) -> None:
        """The last decision is another now, and is shown."""
        self._board_end = self.board.outcome
        self._forget_points()

    def _forget_points(self) -> None:
        """Another place is shown, where `barred` and `forbidden` are others."""
        for name in ("barred", "forbidden"):
            self.__dict__.pop(name, None)
