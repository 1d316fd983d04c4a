"""The thinking thread: does what a ticket asks, reports, and drops it when another is wanted.

Players are made here, on first use, because making one may read weights and compile kernels. What
goes wrong in a player becomes a report; the thread lives on.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from gomoku.board import Board
from gomoku.jit import kernels_are_cached
from gomoku.player import Limit, Player
from mcts.search import SearchSummary
from ui.session import Purpose, Ticket
from ui.thought import Thought, thought_of

SECONDS_BETWEEN_THOUGHTS = 0.05

_log = logging.getLogger(__name__)


@runtime_checkable
class Analyst(Protocol):
    """A player that shows its thinking while it thinks."""

    def analyse(self, board: Board, limit: Limit) -> Iterator[SearchSummary]: ...


@runtime_checkable
class Picker(Protocol):
    """A player whose move is not always the best one it found."""

    def pick(self, board: Board, summary: SearchSummary) -> int: ...


@dataclass(frozen=True, slots=True)
class Preparing:
    """A player is being made. compiling: kernels are, too, which takes longer, once."""

    player: str
    compiling: bool


@dataclass(frozen=True, slots=True)
class Thinking:
    """What is thought so far."""

    ticket: Ticket
    thought: Thought


@dataclass(frozen=True, slots=True)
class Done:
    """The end of thinking. move: what was chosen or found best; None if nothing was."""

    ticket: Ticket
    move: int | None


@dataclass(frozen=True, slots=True)
class Failed:
    """A player could not be made or broke down."""

    ticket: Ticket
    message: str


Report = Preparing | Thinking | Done | Failed


class Thinker:
    """One thread that thinks about one ticket at a time."""

    def __init__(self, build: Callable[[str], Player]) -> None:
        """
        build: makes the player that a spec names; called in the thread, once for each spec.
        """
        self._build = build
        self._players: dict[str, Player] = {}
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._wanted: Ticket | None = None
        self._last_done: Ticket | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="thinker", daemon=True)
        self._thread.start()

    def want(self, ticket: Ticket | None) -> None:
        """Say what is wanted now. Asking for the same again changes nothing."""
        with self._changed:
            if ticket != self._wanted:
                self._wanted = ticket
                self._changed.notify_all()

    def reports(self) -> list[Report]:
        """What happened since the last call, in order."""
        found: list[Report] = []
        while True:
            try:
                found.append(self._reports.get_nowait())
            except queue.Empty:
                return found

    def close(self, timeout: float = 2.0) -> None:
        """End the thread; players that do not return within `timeout` seconds are left to it."""
        with self._changed:
            self._closing = True
            self._wanted = None
            self._changed.notify_all()
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._has_work())
                if self._closing:
                    break
                ticket = self._wanted
            assert ticket is not None
            try:
                self._think(ticket)
            except Exception as error:
                # Whatever a player raises, the window must stay usable and say so.
                _log.info("%s failed", ticket.player, exc_info=True)
                self._reports.put(Failed(ticket, f"{ticket.player}: {error}"))
                self._forget(ticket.player)
            self._last_done = ticket
        for player in self._players.values():
            player.close()

    def _has_work(self) -> bool:
        return self._wanted is not None and self._wanted != self._last_done

    def _is_wanted(self, ticket: Ticket) -> bool:
        return self._wanted == ticket  # reading one reference needs no lock

    def _think(self, ticket: Ticket) -> None:
        player = self._player(ticket.player)
        if not self._is_wanted(ticket):
            return
        board = ticket.position.board()
        move: int | None = None
        if isinstance(player, Analyst):
            next_report = 0.0
            unreported: SearchSummary | None = None
            summaries = player.analyse(board, ticket.limit)
            for summary in summaries:
                if not self._is_wanted(ticket):
                    close = getattr(summaries, "close", None)  # a generator stops its search
                    if close is not None:
                        close()
                    return
                move = summary.best_move if summary.best_move >= 0 else None
                unreported = summary
                if time.monotonic() >= next_report:
                    next_report = time.monotonic() + SECONDS_BETWEEN_THOUGHTS
                    self._reports.put(Thinking(ticket, thought_of(summary, board.to_move)))
                    unreported = None
                last = summary
            if unreported is not None:
                self._reports.put(Thinking(ticket, thought_of(unreported, board.to_move)))
            if isinstance(player, Picker) and ticket.purpose is Purpose.MOVE:
                move = player.pick(board, last)
        elif ticket.purpose in (Purpose.MOVE, Purpose.HINT):
            move = player.choose_moves([board], ticket.limit)[0].move
        self._reports.put(Done(ticket, move))

    def _player(self, spec: str) -> Player:
        if spec not in self._players:
            self._reports.put(Preparing(spec, compiling=not kernels_are_cached()))
            self._players[spec] = self._build(spec)
        return self._players[spec]

    def _forget(self, spec: str) -> None:
        """A player that failed is made anew next time."""
        player = self._players.pop(spec, None)
        if player is not None:
            try:
                player.close()
            except Exception:
                _log.info("%s failed to close", spec, exc_info=True)
