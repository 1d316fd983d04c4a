"""A Gomocup engine in a process of its own, as a Player.

Whatever the engine does (crash, stall, talk nonsense, refuse to end), it costs no more than its
game: failures are raised as `EngineFailure`, and the next game gets a fresh process.
"""

import os
import queue
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path

import numpy as np

from gomoku.board import Board, Termination
from gomoku.opening_rules import Decision, OpeningPhase, OpeningRule, Option, OptionTurn
from gomoku.player import Choice, Limit, PlayerFailure, UnusablePlayerError
from gomoku.rules import Rules
from gomoku_zero.players.gomocup import (
    ME,
    OPPONENT,
    RULE_NUMBERS,
    UNLIMITED,
    WIN_LENGTH,
    point_to_text,
)

DEFAULT_SECONDS = 1.0
"""For a move, where nothing says otherwise."""

START_SECONDS = 60.0
"""How long a process may take to come up and answer its first START; some load big files."""

TOLERANCE_SECONDS = 1.0
"""How late a move may be, as in Gomocup: pipes and process switches take time."""

END_SECONDS = 1.0
"""How long a process may take to end by itself."""

MAX_MEMORY = 350 << 20
"""Bytes an engine is told to stay below, as in Gomocup."""

_POINT = r"(-?[0-9]{1,9})\s*,\s*(-?[0-9]{1,9})"
# A move may have text behind it, and may be a suggestion, which waits for PLAY.
_MOVE = re.compile(rf"{_POINT}(?:\s+[^,]*)?", re.ASCII)
_MOVE_OR_SUGGESTION = re.compile(rf"(?:SUGGEST\s+)?{_MOVE.pattern}", re.ASCII | re.IGNORECASE)
_SWAP2_ANSWER = re.compile(rf"SWAP|{_POINT}(\s+{_POINT}){{0,2}}", re.ASCII | re.IGNORECASE)
_START_ANSWER = re.compile(r"OK|ERROR.*|UNKNOWN.*", re.IGNORECASE)
_COMMENT = re.compile(r"(MESSAGE|DEBUG)\b.*|", re.IGNORECASE)
_READ_BYTES = 1 << 16
_MAX_LINE = 1 << 12
_MAX_PENDING = 1 << 20
"""Bytes of lines that wait to be read."""
_LINE_BYTES = 100  # what a line costs besides its letters
_MOST_UNEXPECTED = 100

MAX_FAILED_STARTS = 3
"""So often in a row an engine may fail to come up; after that no game is worth its start limit."""

_HAS_GUARD = sys.platform == "linux"
_GUARD = Path(__file__).with_name("guard.py")
_KILL_SECONDS = 10.0


class EngineError(ValueError):
    """An engine that cannot be used at all."""


class Fault(Enum):
    """What an engine did wrong."""

    NOT_STARTED = "not_started"
    ENDED = "ended"
    REFUSED = "refused"  # to play by these rules or on this board
    SILENT = "silent"
    UNREADABLE = "unreadable"
    ILLEGAL = "illegal"


_TERMINATIONS = {
    Fault.NOT_STARTED: Termination.CRASH,
    Fault.ENDED: Termination.CRASH,
    Fault.REFUSED: Termination.CRASH,
    Fault.SILENT: Termination.TIME,
    Fault.UNREADABLE: Termination.TIME,
    Fault.ILLEGAL: Termination.ILLEGAL_MOVE,
}


class EngineFailure(PlayerFailure):
    """An engine that has failed, with the parts of the reason for whoever words it otherwise.

    words: what the engine said, or the system of one that was not started; "" for nothing.
    exit_code: of one that has ended; None where that is not known.
    """

    def __init__(
        self, fault: Fault, reason: str, words: str = "", exit_code: int | None = None
    ) -> None:
        super().__init__(_TERMINATIONS[fault], reason)
        self.fault = fault
        self.words = words
        self.exit_code = exit_code


class EnginePlayer:
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
        start_seconds: float = START_SECONDS,
        tolerance_seconds: float = TOLERANCE_SECONDS,
    ) -> None:
        """An engine that is started when first asked.

        seconds: for a move, where `Limit` does not say less. Engines do not count simulations.

        Raises:
            EngineError: if there is no such program.
        """
        self.name = name
        self.unexpected: list[str] = []
        self._command = list(command)
        self._seconds = seconds
        self._start_seconds = start_seconds
        self._tolerance_seconds = tolerance_seconds
        self._process: _Process | None = None
        self._is_interrupted = False
        self._failed_starts = 0
        self._rules: Rules | None = None
        self._moves: tuple[int, ...] | None = None  # what the engine has been told of its game
        # The move with which the engine has taken White after these moves of an opening.
        self._reply: tuple[tuple[int, ...], int] | None = None
        if not self._command or not _is_program(self._command[0]):
            raise EngineError(f"{' '.join(self._command) or 'nothing'} is no program to run")

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
        """What the engine decides in openings by swap2; see `negotiation.Negotiator`.

        Raises:
            EngineFailure: if the engine crashes, or gives no answer in time that is one to
                SWAP2BOARD.
            EngineError: if the rules, or the opening rule, are none that engines know.
        """
        return [self._negotiate(phase, limit) for phase in phases]

    def interrupt(self) -> None:
        """End the call that is running, from another thread; no more moves can be asked for."""
        self._is_interrupted = True
        process = self._process
        if process is not None:
            process.end()

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
            seconds = self._tell_time(process, limit)
            self._ask(process, board)
            patience = seconds + self._tolerance_seconds
            text = process.wait_for(_MOVE_OR_SUGGESTION, patience, "a move")
            if text[:1].isalpha():
                point = point_to_text(_move_of(text.split(None, 1)[1], board.rules), size)
                process.tell(f"PLAY {point}")
                text = process.wait_for(_MOVE, self._tolerance_seconds, f"PLAY {point}")
            move = _move_of(text, board.rules)
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
                reason = f"offered {_shown(text)}, which is not three points"
                raise EngineFailure(Fault.ILLEGAL, reason, _cut(text))
            return moves
        if len(moves) == 1:
            self._reply = (phase.moves, moves[0])
            return (Option.WHITE,)
        return (Option.PUT_TWO, *moves)

    def _tell_time(self, process: "_Process", limit: Limit) -> float:
        """Tell the engine its time for what it is asked next, and forget what it said before."""
        given = [each for each in (limit.seconds, self._seconds) if each is not None]
        seconds = min(given, default=DEFAULT_SECONDS)
        process.tell(f"INFO timeout_turn {max(1, round(seconds * 1000))}")
        process.tell(f"INFO time_left {UNLIMITED}")
        process.forget_answers()
        return seconds

    def _ready(self, board: Board) -> "_Process":
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
        process.tell("INFO timeout_match 0")
        process.tell(f"INFO max_memory {MAX_MEMORY}")
        process.tell("INFO game_type 1")
        return process

    def _started(self, board: Board) -> "_Process":
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

    def _start(self, board: Board) -> "_Process":
        if self._process is None or not self._process.is_running:
            self._kill()
            self._process = _Process(self._command, self.unexpected)
            if self._is_interrupted:  # too early to find a process to end
                raise PlayerFailure(Termination.CRASH, "was interrupted")
        process = self._process
        self._moves, self._rules = None, board.rules
        process.forget_answers()
        process.tell(f"START {board.rules.size}")
        answer = process.wait_for(_START_ANSWER, self._start_seconds, "OK to START")
        if answer.upper() != "OK":
            reason = f"answered START with {_shown(answer)}"
            raise EngineFailure(Fault.REFUSED, reason, _cut(answer))
        return process

    def _ask(self, process: "_Process", board: Board) -> None:
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
    with suppress(OSError):  # a long command line is no path that can be looked up
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


class _Process:
    """A running engine: lines in, lines out, and a sure way to end it.

    On Linux a guard (`guard.py`) stands between: when this program ends, however it does, the
    engine and all that it has started end, too. Elsewhere ending its process group must do.
    """

    def __init__(self, command: Sequence[str], unexpected: list[str]) -> None:
        """
        unexpected: lines are added to it that answer nothing.

        Raises:
            EngineFailure: if it cannot be started.
        """
        self._lifeline: int | None = None
        self._end_lock = threading.Lock()
        try:
            self._popen = self._start(command)
        except OSError as error:
            said = error.strerror or str(error)
            raise EngineFailure(Fault.NOT_STARTED, f"cannot be started: {error}", said) from error
        self._answers = _Answers()
        # An engine that does not read fills its pipe, and whoever writes to it then waits for ever:
        # let that be a thread.
        self._requests: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._unexpected = unexpected
        self._last_words = ""
        for work in (self._read, self._write):
            threading.Thread(target=work, daemon=True, name="engine").start()

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    def tell(self, line: str) -> None:
        """Send a line; whether it was read shows in the answer."""
        self._requests.put(line)

    def forget_answers(self) -> None:
        """Drop what the engine said before it was asked; that it has ended is kept."""
        for answer in self._answers.drain():
            self._note(answer)

    def wait_for(self, pattern: "re.Pattern[str]", seconds: float, what: str) -> str:
        """The next line that matches, others skipped.

        Raises:
            EngineFailure: if it does not come in time, or the engine ends.
        """
        deadline = time.monotonic() + seconds
        self._last_words = ""
        while (remaining := deadline - time.monotonic()) > 0:
            try:
                answer = self._answers.get(remaining)
            except queue.Empty:
                break
            if answer is None:
                code = self._exit_code()
                how = " its output" if code is None else f" with exit code {code}"
                raise EngineFailure(Fault.ENDED, f"ended{how}", _cut(self._last_words), code)
            if pattern.fullmatch(answer):
                return answer
            self._note(answer)
        said = f", last said {_shown(self._last_words)}" if self._last_words else ""
        raise EngineFailure(
            Fault.UNREADABLE if said else Fault.SILENT,
            f"gave no answer in {seconds:.1f} s to {what}{said}",
            _cut(self._last_words),
        )

    def close(self) -> None:
        """Ask it to end, and see that it does."""
        self.tell("END")
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=END_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it now, with whatever it has started."""
        self._answers.close()
        self.end()
        try:
            self._popen.wait(timeout=_KILL_SECONDS)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._requests.put(None)

    def end(self) -> None:
        """End the program and what it has started; whoever waits for an answer learns of it."""
        with self._end_lock:
            if self._lifeline is not None:  # the guard ends all
                os.close(self._lifeline)
                self._lifeline = None
            elif not _HAS_GUARD:
                if sys.platform != "win32":
                    with suppress(ProcessLookupError, PermissionError):
                        os.killpg(self._popen.pid, signal.SIGKILL)
                self._popen.kill()

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        """
        Raises:
            OSError: if the program cannot be started.
        """
        command = [shutil.which(command[0]) or command[0], *command[1:]]
        # Its folder becomes another one, so what is named from here is named in full.
        command = [word if word.startswith("-") else _in_full(word) for word in command]
        if not _HAS_GUARD:
            return _popen(command, command)
        lifeline, self._lifeline = os.pipe()
        report, told = os.pipe()
        try:
            guarded = [sys.executable, "-I", "-S", str(_GUARD), str(lifeline), str(told), *command]
            popen = _popen(guarded, command, (lifeline, told))
            os.close(told)
            told = -1
            error = os.read(report, 16)  # nothing, once the program runs
        finally:
            for descriptor in (lifeline, report, told):
                if descriptor >= 0:
                    os.close(descriptor)
        if error:
            popen.wait()
            raise OSError(int(error), os.strerror(int(error)), command[0])
        return popen

    def _write(self) -> None:
        """Send the requests, until there are no more or nobody to read them."""
        assert self._popen.stdin is not None
        with suppress(OSError), self._popen.stdin as stream:
            while (line := self._requests.get()) is not None:
                stream.write(f"{line}\r\n".encode("ascii"))

    def _read(self) -> None:
        """Cut the output into lines, one entry each, and close at its end."""
        assert self._popen.stdout is not None
        pending = b""
        with self._popen.stdout as stream:
            while data := stream.read(_READ_BYTES):
                *lines, pending = (pending + data).split(b"\n")
                # What never ends is no answer, but its beginning says who talks nonsense.
                pending = pending[:_MAX_LINE]
                for line in lines:
                    self._answers.put(line[:_MAX_LINE].decode("ascii", "replace").strip())
        self._answers.put(None)

    def _note(self, answer: str) -> None:
        """Remember a line that answers nothing."""
        if not _COMMENT.fullmatch(answer):
            self._last_words = answer
            if len(self._unexpected) < _MOST_UNEXPECTED:
                self._unexpected.append(answer)

    def _exit_code(self) -> int | None:
        """None for a program that has closed its output and goes on."""
        try:
            return self._popen.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            return None


class _Answers:
    """The lines that nobody has taken yet, bounded in bytes: an engine that floods its output fills
    a pipe and not our memory. None, the last entry, is the end of the output."""

    def __init__(self) -> None:
        self._lines: deque[str | None] = deque()
        self._size = 0
        self._is_closed = False
        self._changed = threading.Condition()

    def put(self, line: str | None) -> None:
        """Add a line, once there is room for it; nothing is added after `close`."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._size <= _MAX_PENDING)
            if not self._is_closed:
                self._lines.append(line)
                self._size += _size_of(line)
                self._changed.notify_all()

    def get(self, seconds: float) -> str | None:
        """The next line; the end of the output stays.

        Raises:
            queue.Empty: if none comes in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._lines, seconds):
                raise queue.Empty
            line = self._lines[0]
            if line is not None:
                self._drop()
            return line

    def drain(self) -> list[str]:
        """All lines that are there now."""
        with self._changed:
            lines = []
            while self._lines and (line := self._lines[0]) is not None:
                lines.append(line)
                self._drop()
            return lines

    def close(self) -> None:
        """Let no reader wait any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _drop(self) -> None:
        self._size -= _size_of(self._lines.popleft())
        self._changed.notify_all()


def _size_of(line: str | None) -> int:
    return _LINE_BYTES + (0 if line is None else len(line))


def _popen(
    command: Sequence[str], program: Sequence[str], descriptors: Sequence[int] = ()
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd=folder_of(program),
        pass_fds=descriptors,
        start_new_session=sys.platform != "win32",
    )


def _in_full(word: str) -> str:
    """A path that is there, as an absolute one; other words stay as they are."""
    return str(Path(word).absolute()) if _is_file(word) or ("/" in word and _is_dir(word)) else word


def folder_of(command: Sequence[str]) -> Path | None:
    """The folder an engine runs in, its own: that of the program, or of the script that an
    interpreter gets; None for the current one."""
    named = (word for word in command[1:] if not word.startswith("-") and _is_file(word))
    script = next(named, None)
    if script is None and len(command) == 1 and _is_file(command[0]):
        script = command[0]
    return None if script is None else Path(script).resolve().parent


def _is_file(word: str) -> bool:
    with suppress(OSError, ValueError):  # too long for a path, or with a NUL
        return Path(word).is_file()
    return False


def _is_dir(word: str) -> bool:
    with suppress(OSError, ValueError):
        return Path(word).is_dir()
    return False


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


def _shown(text: str) -> str:
    return repr(_cut(text))


def _cut(text: str) -> str:
    """What fits into a message."""
    return text if len(text) <= 80 else text[:77] + "..."
