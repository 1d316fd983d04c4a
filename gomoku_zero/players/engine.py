"""A Gomocup engine in a process of its own, as a Player.

Whatever the engine does (crash, stall, talk nonsense, refuse to end), it costs no more than its
game: failures are raised as `EngineFailure`, and the next game gets a fresh process.
"""

import os
import re
import shlex
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from gomoku.board import Board, Termination
from gomoku.opening_rules import Decision, OpeningPhase, OpeningRule, Option, OptionTurn
from gomoku.rules import Rules
from gomoku_zero.players.engine_process import EngineFailure, EngineProcess, Fault, cut, shown
from gomoku_zero.players.gomocup import (
    ME,
    OPPONENT,
    RULE_NUMBERS,
    UNLIMITED,
    WIN_LENGTH,
    point_to_text,
)
from mcts.player import Choice, Limit, Player, PlayerFailure, UnusablePlayerError

DEFAULT_SECONDS = 1.0
"""For a move, where nothing says otherwise."""

START_SECONDS = 60.0
"""How long a process may take to come up and answer its first START; some load big files."""

TOLERANCE_SECONDS = 1.0
"""How late a move may be, as in Gomocup: pipes and process switches take time."""

MAX_MEMORY = 350 << 20
"""Bytes an engine is told to stay below, as in Gomocup."""

_POINT = r"(-?[0-9]{1,9})\s*,\s*(-?[0-9]{1,9})"
# A move may have text behind it, and may be a suggestion, which waits for PLAY.
_MOVE = re.compile(rf"{_POINT}(?:\s+[^,]*)?", re.ASCII)
_MOVE_OR_SUGGESTION = re.compile(rf"(?:SUGGEST\s+)?{_MOVE.pattern}", re.ASCII | re.IGNORECASE)
_SWAP2_ANSWER = re.compile(rf"SWAP|{_POINT}(\s+{_POINT}){{0,2}}", re.ASCII | re.IGNORECASE)
_START_ANSWER = re.compile(r"OK|ERROR.*|UNKNOWN.*", re.IGNORECASE)

MAX_FAILED_STARTS = 3
"""So often in a row an engine may fail to come up; after that no game is worth its start limit."""


class EngineError(ValueError):
    """An engine that cannot be used at all."""


class EnginePlayer(Player):
    """Plays by asking an engine; boards in one call are asked about one after the other.

    The games of a match should come one at a time: then the engine keeps what it knows from move
    to move, and a failure is blamed on the game it happened in.

    unexpected: the first lines that answered nothing we had asked, comments left out; a correct
        engine says none.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        seconds: float | None = None,
        match_seconds: float | None = None,
        start_seconds: float = START_SECONDS,
        tolerance_seconds: float = TOLERANCE_SECONDS,
    ) -> None:
        """An engine that is started when first asked.

        seconds: for a move, where `Limit` does not say less. Engines do not count simulations.
        match_seconds: for all moves of a game together; None for no such limit.

        Raises:
            EngineError: if there is no such program.
        """
        self.name = name
        self.unexpected: list[str] = []
        self._command = list(command)
        self._seconds = seconds
        self._match_seconds = match_seconds
        self._used = 0.0  # seconds, in this game
        self._start_seconds = start_seconds
        self._tolerance_seconds = tolerance_seconds
        self._process: EngineProcess | None = None
        self._is_interrupted = False
        self._failed_starts = 0
        self._rules: Rules | None = None
        self._moves: tuple[int, ...] | None = None  # what the engine has been told of its game
        # The move with which the engine has taken White after these moves of an opening.
        self._reply: tuple[tuple[int, ...], int] | None = None
        if not self._command or not _is_program(self._command[0]):
            raise EngineError(f"{' '.join(self._command) or 'nothing'} is not a program to run")

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        """
        Raises:
            EngineFailure: if the engine crashes, answers nothing in time, or outside the board.
            EngineError: if the rules are none that engines know.
        """
        return [Choice(self._choose(board, limit)) for board in boards]

    def decide(
        self,
        phases: Sequence[OpeningPhase],
        limit: Limit,
        generators: Sequence[np.random.Generator],
    ) -> list[tuple[Decision, ...]]:
        """The engine's decisions in openings by swap2; see `negotiation.Negotiator`.

        Raises:
            EngineFailure: if the engine crashes, or gives no answer in time that is one to
                SWAP2BOARD.
            EngineError: if the rules, or the opening rule, are none that engines know.
        """
        return [self._negotiate(phase, limit) for phase in phases]

    def interrupt(self) -> bool:
        """End the call that is running, from another thread; no more moves can be asked for."""
        self._is_interrupted = True
        process = self._process
        if process is not None:
            process.end()
        return True

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
        self._process = self._rules = self._moves = None

    def _choose(self, board: Board, limit: Limit) -> int:
        if self._reply is not None and self._reply[0] == board.moves:
            move, self._reply = self._reply[1], None
            return move
        size = board.rules.size
        try:
            process = self._ready(board)
            patience = self._tell_time(process, limit) + self._tolerance_seconds
            asked = time.perf_counter()
            self._ask(process, board)
            text = process.wait_for(_MOVE_OR_SUGGESTION, patience, "a move")
            if text[:1].isalpha():
                point = point_to_text(_move_of(text.split(None, 1)[1], board.rules), size)
                process.tell(f"PLAY {point}")
                text = process.wait_for(_MOVE, self._tolerance_seconds, f"PLAY {point}")
            move = _move_of(text, board.rules)
            self._used += time.perf_counter() - asked
        except (PlayerFailure, UnusablePlayerError):
            # Nobody knows what it would do next: the next game gets a fresh process.
            self._kill()
            raise
        self._moves = (*board.moves, move)
        return move

    def _negotiate(self, phase: OpeningPhase, limit: Limit) -> tuple[Decision, ...]:
        if phase.rule is not OpeningRule.SWAP2:
            raise EngineError(f"engines cannot be asked for {phase.rule.value}, only for swap2")
        turn = phase.turn
        assert turn is not None, "the opening is over"
        choosing = isinstance(turn, OptionTurn)
        board = phase.board()
        size = board.rules.size
        self._moves = self._reply = None
        try:
            process = self._ready(board)
            seconds = self._tell_time(process, limit)
            process.tell("SWAP2BOARD")
            for move in phase.moves:
                process.tell(point_to_text(move, size))
            process.tell("DONE")
            text = process.wait_for(
                _SWAP2_ANSWER, seconds + self._tolerance_seconds, "a decision in swap2"
            )
            if text.upper() == "SWAP":
                # Taken for what it says even where nothing can be swapped: the opening refuses it.
                return (Option.BLACK,)
            moves = tuple(_move_of(found[0], board.rules) for found in re.finditer(_POINT, text))
        except (PlayerFailure, UnusablePlayerError):
            self._kill()
            raise
        finally:
            # The position comes as BOARD, after START.
            self._moves = None
        if not choosing:
            if len(moves) != 3:
                reason = f"offered {shown(text)}, which is not three points"
                raise EngineFailure(Fault.ILLEGAL, reason, cut(text))
            return moves
        if len(moves) == 1:
            self._reply = (phase.moves, moves[0])
            return (Option.WHITE,)
        return (Option.PUT_TWO, *moves)

    def _tell_time(self, process: "EngineProcess", limit: Limit) -> float:
        """Tell the engine its time for what it is asked next, and forget what it said before."""
        given = [each for each in (limit.seconds, self._seconds) if each is not None]
        seconds = min(given, default=self._match_seconds or DEFAULT_SECONDS)
        process.tell(f"INFO timeout_turn {max(1, round(seconds * 1000))}")
        left = UNLIMITED
        if self._match_seconds is not None:
            # Too late by less than the tolerance is forgiven; the engine has a moment to answer.
            seconds = min(seconds, max(0.0, self._match_seconds - self._used))
            left = max(1, round((self._match_seconds - self._used) * 1000))
        process.tell(f"INFO time_left {left}")
        process.forget_answers()
        return seconds

    def _ready(self, board: Board) -> "EngineProcess":
        """The process, started, and with a new game begun unless the board continues the last."""
        continues = (
            self._rules == board.rules
            and self._moves is not None
            and board.moves[: len(self._moves)] == self._moves
        )
        if self._process is not None and self._process.is_running and continues:
            return self._process
        if board.rules.win_length != WIN_LENGTH:
            raise EngineError(f"engines know five in a row, and not {board.rules.describe()}")
        self._failed_starts += 1
        process = self._started(board)
        self._failed_starts = 0
        process.tell(f"INFO rule {RULE_NUMBERS[board.rules.variant]}")
        self._used = 0.0
        match = 0 if self._match_seconds is None else round(self._match_seconds * 1000)
        process.tell(f"INFO timeout_match {match}")
        process.tell(f"INFO max_memory {MAX_MEMORY}")
        process.tell("INFO game_type 1")
        return process

    def _started(self, board: Board) -> "EngineProcess":
        """The process, which has answered START for a board.

        Raises:
            EngineFailure: if it does not.
            UnusablePlayerError: if it has failed to too often.
        """
        try:
            return self._start(board)
        except EngineFailure as failure:
            if self._failed_starts < MAX_FAILED_STARTS:
                raise
            raise UnusablePlayerError(
                f"{self.name} failed to start {self._failed_starts} times in a row; it {failure}"
            ) from failure

    def _start(self, board: Board) -> "EngineProcess":
        if self._process is None or not self._process.is_running:
            self._kill()
            self._process = EngineProcess(self._command, self.unexpected)
            if self._is_interrupted:  # too early to find a process to end
                raise PlayerFailure(Termination.CRASH, "was interrupted")
        process = self._process
        self._moves, self._rules = None, board.rules
        process.forget_answers()
        process.tell(f"START {board.rules.size}")
        answer = process.wait_for(_START_ANSWER, self._start_seconds, "OK to START")
        if answer.upper() != "OK":
            reason = f"answered START with {shown(answer)}"
            raise EngineFailure(Fault.REFUSED, reason, cut(answer))
        return process

    def _ask(self, process: "EngineProcess", board: Board) -> None:
        size = board.rules.size
        if self._moves is not None and len(board.moves) == len(self._moves) + 1:
            process.tell(f"TURN {point_to_text(board.moves[-1], size)}")
            return
        if board.ply == 0:
            process.tell("BEGIN")
            return
        process.tell("BOARD")
        stones = list(board.moves)
        if len(stones) != board.ply:  # a position that was set up
            stones = [move for move in range(board.rules.points) if board.cells[move] != 0]
        for move in stones:
            owner = ME if board.cells[move] == board.to_move else OPPONENT
            process.tell(f"{point_to_text(move, size)},{owner}")
        process.tell("DONE")

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        self._process = self._rules = self._moves = None


def command_of(text: str) -> list[str]:
    """The command of an engine: a path to a program, or a command line with arguments.

    Raises:
        ValueError: if quotes do not close.
    """
    with suppress(OSError):  # a long command line is not a path that can be looked up
        if Path(text).is_file():
            return [str(Path(text).resolve())]
    return words_of_command(text, is_windows=os.name == "nt")


def words_of_command(text: str, *, is_windows: bool) -> list[str]:
    """The words of a command line, without the quotes around them.

    On Windows a backslash is part of a path rather than an escape.

    Raises:
        ValueError: if quotes do not close.
    """
    if not is_windows:
        return shlex.split(text)
    return [
        word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word
        for word in shlex.split(text, posix=False)
    ]


def _is_program(name: str) -> bool:
    return shutil.which(name) is not None


def _move_of(text: str, rules: Rules) -> int:
    """
    Raises:
        EngineFailure: if it is outside the board.
    """
    match = _MOVE.fullmatch(text)
    assert match is not None, text
    column, row = int(match[1]), int(match[2])
    if not (0 <= column < rules.size and 0 <= row < rules.size):
        raise EngineFailure(Fault.ILLEGAL, f"played {text}, outside the board", text)
    return row * rules.size + column
