"""The thinking thread: does what a ticket asks, reports, and drops it when another is wanted.

Players are made here, on first use, because making one may read weights and compile kernels. What
goes wrong in a player becomes a report; the thread lives on.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

import numpy as np

from gomoku.board import Board
from gomoku.opening_rules import Decision, OpeningPhase
from gomoku_zero.players.negotiation import negotiator_of
from gomoku_zero.window.model.solution import solved
from gomoku_zero.window.model.ticket import Purpose, Ticket
from mcts.analysis import Analysis
from mcts.player import Player
from mcts.tree import Proof

SECONDS_BETWEEN_THOUGHTS = 0.05

_Answer = TypeVar("_Answer")

_log = logging.getLogger(__name__)


class _DroppedError(Exception):
    """Something else is wanted by now."""


class Solution:
    """Adds the moves behind a proof to what is thought of one position, worked out once."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._known: tuple[Analysis, Analysis] | None = None

    def shown_in(self, analysis: Analysis) -> Analysis:
        if not analysis.proof:
            return analysis
        if self._known is not None:
            before, after = self._known
            same = (analysis.proof, analysis.distance) == (before.proof, before.distance)
            if same and analysis.best_move == before.best_move:
                return replace(analysis, candidates=after.candidates, pv=after.pv)
        self._known = analysis, solved(analysis, self._board)
        return self._known[1]


@dataclass(frozen=True, slots=True)
class Preparing:
    """A player is being made."""

    player: str


@dataclass(frozen=True, slots=True)
class Compiling:
    """So many kernels of so many are compiled, before anybody can think.

    seconds: about how long it will take from here; None at the beginning.
    """

    done: int
    count: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """Whatever had to be compiled is."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The player is made, whether it is still wanted or not."""

    player: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """A thought so far."""

    ticket: Ticket
    thought: Analysis


@dataclass(frozen=True, slots=True)
class Done:
    """The end of thinking.

    decision: the move chosen or found best, or what was chosen in an opening; None if nothing was.
    more: what the player decides right after that, in an opening.
    """

    ticket: Ticket
    decision: Decision | None
    more: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A player could not be made or broke down.

    message: says so in English, for terminals and logs; the window words the error itself.
    """

    ticket: Ticket
    message: str
    error: Exception = field(compare=False)


Report = Compiling | Compiled | Preparing | Prepared | Thinking | Done | Failed


class Thinker:
    """One thread that thinks about one ticket at a time."""

    def __init__(
        self,
        build: Callable[[str], Player],
        generator: np.random.Generator | None = None,
        *,
        compile_kernels: Callable[[Callable[[int, int], None]], None] | None = None,
    ) -> None:
        """
        build: makes the player that a spec names; called in the thread, once for each spec.
        generator: what openings are drawn from; None for others every time.
        compile_kernels: called in the thread before anything else; it is given what to call with
            its progress.
        """
        self._generator = generator or np.random.default_rng()
        self._build = build
        self._compile_kernels = compile_kernels
        self._players: dict[str, Player] = {}
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._wanted: Ticket | None = None
        self._last_done: Ticket | None = None
        self._closing = False
        self._asked: Player | None = None  # who thinks about what is wanted
        self._thread = threading.Thread(target=self._run, name="thinker", daemon=True)
        self._thread.start()

    def want(self, ticket: Ticket | None) -> None:
        """Say what is wanted now. Asking for the same again changes nothing."""
        with self._changed:
            if ticket != self._wanted:
                self._wanted = ticket
                self._last_done = None  # wanted anew, something is done anew
                self._interrupt()
                self._changed.notify_all()

    def reports(self) -> list[Report]:
        """The events since the last call, in order."""
        found: list[Report] = []
        while True:
            try:
                found.append(self._reports.get_nowait())
            except queue.Empty:
                return found

    def wait(self) -> list[Report]:
        """The same, once there is something."""
        return [self._reports.get(), *self.reports()]

    def close(self, timeout: float = 2.0) -> None:
        """End the thread; players that do not return within `timeout` seconds are left to it."""
        with self._changed:
            self._closing = True
            self._wanted = None
            self._interrupt()
            self._changed.notify_all()
        self._thread.join(timeout)

    def _run(self) -> None:
        if self._compile_kernels is not None:
            self._compile(self._compile_kernels)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._has_work())
                if self._closing:
                    break
                ticket = self._wanted
            assert ticket is not None
            try:
                self._think(ticket)
            except _DroppedError:
                continue
            except Exception as error:
                # Whatever a player raises, the window must stay usable and say so.
                _log.info("%s failed", ticket.player, exc_info=True)
                self._reports.put(Failed(ticket, f"{ticket.player}: {error}", error))
                self._forget(ticket.player)
            with self._changed:
                if self._is_wanted(ticket):  # if wanted anew later, it is done anew
                    self._last_done = ticket
        for player in self._players.values():
            player.close()

    def _compile(self, compile_kernels: Callable[[Callable[[int, int], None]], None]) -> None:
        """Compile with reports; what fails here fails again where it is needed, with a report."""
        started = time.monotonic()

        def tell(done: int, count: int) -> None:
            spent = time.monotonic() - started
            left = spent * (count - done) / done if done else None
            self._reports.put(Compiling(done, count, left))

        try:
            compile_kernels(tell)
        except Exception:
            _log.info("compiling ahead failed", exc_info=True)
        self._reports.put(Compiled())

    def _has_work(self) -> bool:
        return self._wanted is not None and self._wanted != self._last_done

    def _is_wanted(self, ticket: Ticket) -> bool:
        return self._wanted == ticket  # reading one reference needs no lock

    def _think(self, ticket: Ticket) -> None:
        """
        Raises:
            _DroppedError: if something else is wanted before the end.
        """
        player = self._player(ticket.player)
        if ticket.opening is not None:
            self._negotiate(player, ticket, ticket.opening)
            return
        board = ticket.position.board()
        solution = Solution(board)
        next_report = 0.0
        last = unreported = None
        analyses = player.analyse(board, ticket.limit)
        with closing(analyses):
            while True:
                analysis = self._ask(player, ticket, lambda: next(analyses, None))
                if analysis is None:
                    break
                last = unreported = analysis
                if time.monotonic() >= next_report:
                    next_report = time.monotonic() + SECONDS_BETWEEN_THOUGHTS
                    self._report(ticket, solution, analysis)
                    unreported = None
                if analysis.proof is Proof.WIN and ticket.purpose is Purpose.HINT:
                    break  # no search could give better advice
        if unreported is not None:
            self._report(ticket, solution, unreported)
        move = -1 if last is None else last.best_move
        if last is not None and ticket.purpose is Purpose.MOVE:
            move = last.move
        if move < 0 and ticket.purpose is Purpose.MOVE:
            raise ValueError("it found no move")
        self._reports.put(Done(ticket, None if move < 0 else move))

    def _report(self, ticket: Ticket, solution: Solution, analysis: Analysis) -> None:
        if analysis.is_thought:
            self._reports.put(Thinking(ticket, solution.shown_in(analysis)))

    def _negotiate(self, player: Player, ticket: Ticket, opening: OpeningPhase) -> None:
        """Decide in an opening."""
        negotiator = negotiator_of(player)
        decided = self._ask(
            player, ticket, lambda: negotiator.decide([opening], ticket.limit, [self._generator])
        )
        first, *more = decided[0]
        self._reports.put(Done(ticket, first, tuple(more)))

    def _ask(self, player: Player, ticket: Ticket, question: Callable[[], _Answer]) -> _Answer:
        """The answer of a player.

        One that does not look up while it thinks is interrupted when something else is wanted, so
        that it holds up neither other thinking nor the end of the program.

        Raises:
            _DroppedError: if something else is wanted.
        """
        with self._changed:
            if self._wanted != ticket:
                raise _DroppedError
            self._asked = player
        answer, failure = None, None
        try:
            answer = question()
        except Exception as error:
            failure = error
        with self._changed:
            was_interrupted = self._asked is None
            self._asked = None
        if was_interrupted:
            self._forget(ticket.player)
            raise _DroppedError
        if failure is not None:
            raise failure
        return cast(_Answer, answer)

    def _interrupt(self) -> None:
        """End thinking that is not wanted any more; called with the lock."""
        if self._asked is not None and self._asked.interrupt():
            self._asked = None

    def _player(self, spec: str) -> Player:
        if spec not in self._players:
            self._reports.put(Preparing(spec))
            self._players[spec] = self._build(spec)
            self._reports.put(Prepared(spec))
        return self._players[spec]

    def _forget(self, spec: str) -> None:
        """A player that failed is made anew next time."""
        player = self._players.pop(spec, None)
        if player is not None:
            try:
                player.close()
            except Exception:
                _log.info("%s failed to close", spec, exc_info=True)
