"""The process of an engine: lines in, lines out, bounded in bytes, and a sure end."""

import os
import queue
import re
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

from gomoku.board import Termination
from mcts.player import PlayerFailure

END_SECONDS = 1.0
"""How long a process may take to end by itself."""

_COMMENT = re.compile(r"(MESSAGE|DEBUG)\b.*|", re.IGNORECASE)
_READ_BYTES = 1 << 16
_MAX_LINE = 1 << 12
_MAX_PENDING = 1 << 20
"""Bytes of lines that wait to be read."""
_LINE_BYTES = 100  # what a line costs besides its letters
_MAX_UNEXPECTED = 100

_HAS_GUARD = sys.platform == "linux"
_GUARD = Path(__file__).with_name("guard.py")
_KILL_SECONDS = 10.0


class Fault(Enum):
    """A way in which an engine failed."""

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


class EngineProcess:
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
                raise EngineFailure(Fault.ENDED, f"ended{how}", cut(self._last_words), code)
            if pattern.fullmatch(answer):
                return answer
            self._note(answer)
        said = f", last said {shown(self._last_words)}" if self._last_words else ""
        raise EngineFailure(
            Fault.UNREADABLE if said else Fault.SILENT,
            f"gave no answer in {seconds:.1f} s to {what}{said}",
            cut(self._last_words),
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
                # What never ends is not an answer, but its beginning says who talks nonsense.
                pending = pending[:_MAX_LINE]
                for line in lines:
                    self._answers.put(line[:_MAX_LINE].decode("ascii", "replace").strip())
        self._answers.put(None)

    def _note(self, answer: str) -> None:
        """Remember a line that answers nothing."""
        if not _COMMENT.fullmatch(answer):
            self._last_words = answer
            if len(self._unexpected) < _MAX_UNEXPECTED:
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


def shown(text: str) -> str:
    return repr(cut(text))


def cut(text: str) -> str:
    """As much of a text as fits into a message."""
    return text if len(text) <= 80 else text[:77] + "..."
