"""The thinking thread: does what a ticket asks, reports, and drops it when another is wanted.

Players are made here, on first use, because making one may read weights and compile kernels. What
goes wrong in a player becomes a report; the thread lives on.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np

from gomoku.board import Board
from gomoku.opening_rules import Decision, OpeningPhase
from gomoku.player import Limit, Player
from gomoku_zero.players.negotiation import negotiator_of
from gomoku_zero.window.model.solution import solved
from gomoku_zero.window.model.thought import (
    NO_FOURS,
    Candidate,
    Fours,
    Thought,
    find_fours,
    thought_of,
)
from gomoku_zero.window.model.ticket import Purpose, Ticket
from mcts.search import SearchSummary

SECONDS_BETWEEN_THOUGHTS = 0.05
FOURS_TRIED = 20_000  # by the threat solver for each side, some milliseconds

_Answer = TypeVar("_Answer")

_log = logging.getLogger(__name__)


@runtime_checkable
class Analyst(Protocol):
    """A player that shows its thinking while it thinks."""

    def analyse(self, board: Board, limit: Limit) -> Iterator[SearchSummary]: ...


@runtime_checkable
class Explainer(Analyst, Protocol):
    """An analyst that says more of the position it analyses at present."""

    def line_after(self, move: int) -> tuple[int, ...]: ...

    def draw_rate(self, board: Board, candidates: Sequence[Candidate]) -> float | None: ...


class Explanation:
    """Draws added to the thoughts about one position; asked about seldom, since it takes time."""

    def __init__(self, player: Explainer, board: Board) -> None:
        self.player = player
        self._board = board
        self._rate: float | None = None
        self._next_count = 0  # the simulations from which to ask again

    def with_draws(self, thought: Thought) -> Thought:
        if thought.simulations >= self._next_count:
            self._rate = self.player.draw_rate(self._board, thought.candidates)
            self._next_count = thought.simulations + max(100, thought.simulations // 2)
        return thought.with_draw_rate(self._rate)


class Solution:
    """Adds the moves behind a proof to the thoughts about one position, worked out once."""

    def __init__(self, board: Board, fours: Fours) -> None:
        self._board = board
        self._fours = fours
        self._known: tuple[Thought, Thought] | None = None

    def shown_in(self, thought: Thought) -> Thought:
        if not thought.proof:
            return thought
        if self._known is not None:
            before, after = self._known
            same = (thought.proof, thought.distance) == (before.proof, before.distance)
            if same and thought.best_move == before.best_move:
                return replace(thought, candidates=after.candidates, line=after.line)
        self._known = thought, solved(thought, self._board, self._fours)
        return self._known[1]


@runtime_checkable
class Picker(Protocol):
    """A player whose move is not always the best one it found."""

    def pick(self, board: Board, summary: SearchSummary) -> int: ...


@runtime_checkable
class Interruptible(Protocol):
    """A player whose thinking another thread can end; it is of no use afterwards."""

    def interrupt(self) -> None: ...


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
    """What is thought so far."""

    ticket: Ticket
    thought: Thought


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
        compile_kernels: called in the thread before anything else; it is given what to tell of
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
        self._asked: Interruptible | None = None  # who thinks about what is wanted
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
        """What happened since the last call, in order."""
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
                if not self._think(ticket):
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

    def _think(self, ticket: Ticket) -> bool:
        """Whether it was thought about to the end, rather than dropped."""
        player = self._player(ticket.player)
        if not self._is_wanted(ticket):
            return False
        if ticket.opening is not None:
            return self._negotiate(player, ticket, ticket.opening)
        board = ticket.position.board()
        move: int | None = None
        if isinstance(player, Analyst):
            # A level that is to play like a beginner must not be told where the fours are.
            is_advice = ticket.purpose is not Purpose.MOVE
            may_err = isinstance(player, Picker) and not is_advice
            fours = NO_FOURS if may_err else find_fours(board, FOURS_TRIED)
            explain = Explanation(player, board) if isinstance(player, Explainer) else None

            solution = Solution(board, fours)

            def report(summary: SearchSummary) -> None:
                line_after = explain.player.line_after if explain is not None else None
                thought = solution.shown_in(thought_of(summary, board.to_move, line_after, fours))
                if explain is not None:
                    thought = explain.with_draws(thought)
                self._reports.put(Thinking(ticket, thought))

            next_report = 0.0
            unreported: SearchSummary | None = None
            summaries = player.analyse(board, ticket.limit)
            for summary in summaries:
                if not self._is_wanted(ticket):
                    _stop(summaries)
                    return False
                move = summary.best_move if summary.best_move >= 0 else None
                unreported = summary
                if time.monotonic() >= next_report:
                    next_report = time.monotonic() + SECONDS_BETWEEN_THOUGHTS
                    report(summary)
                    unreported = None
                last = summary
                if fours.own and ticket.purpose is Purpose.HINT:
                    _stop(summaries)  # no search could give better advice
                    break
            if unreported is not None:
                report(unreported)
            if fours.own and is_advice:  # players play by what they find themselves
                move = fours.own[0]
            if isinstance(player, Picker) and ticket.purpose is Purpose.MOVE:
                move = player.pick(board, last)
        elif ticket.purpose in (Purpose.MOVE, Purpose.HINT):
            chosen = self._ask(player, ticket, lambda: player.choose_moves([board], ticket.limit))
            if chosen is None:
                return False
            move = chosen[0].move
        if move is None and ticket.purpose is Purpose.MOVE:
            raise ValueError("it found no move")
        self._reports.put(Done(ticket, move))
        return True

    def _negotiate(self, player: Player, ticket: Ticket, opening: OpeningPhase) -> bool:
        """Decide in an opening; whether that was done, rather than dropped."""
        negotiator = negotiator_of(player)
        decided = self._ask(
            player, ticket, lambda: negotiator.decide([opening], ticket.limit, [self._generator])
        )
        if decided is None:
            return False
        first, *more = decided[0]
        self._reports.put(Done(ticket, first, tuple(more)))
        return True

    def _ask(
        self, player: Player, ticket: Ticket, question: Callable[[], _Answer]
    ) -> _Answer | None:
        """The answer of a player that does not show its thinking; None if it is not wanted now.

        Such a player does not look up while it thinks: whoever can is interrupted then, so that
        it holds up neither other thinking nor the end of the program.
        """
        with self._changed:
            if self._wanted != ticket:
                return None
            self._asked = player if isinstance(player, Interruptible) else None
        answer, failure = None, None
        try:
            answer = question()
        except Exception as error:
            failure = error
        with self._changed:
            was_interrupted = isinstance(player, Interruptible) and self._asked is None
            self._asked = None
        if was_interrupted:
            self._forget(ticket.player)
            return None
        if failure is not None:
            raise failure
        return answer

    def _interrupt(self) -> None:
        """End thinking that is not wanted any more; called with the lock."""
        if self._asked is not None:
            self._asked.interrupt()
            self._asked = None

    def _player(self, spec: str) -> Player:
        if spec not in self._players:
            self._reports.put(Preparing(spec))
            player = self._build(spec)
            if isinstance(player, Analyst):
                find_fours(Board(), nodes=1)  # compiles the solver while the window says so
            self._players[spec] = player
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


def _stop(summaries: Iterator[SearchSummary]) -> None:
    """End a search early; a generator stops it when closed."""
    close = getattr(summaries, "close", None)
    if close is not None:
        close()
