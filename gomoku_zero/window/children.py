"""Training and matches in processes of their own, started as anybody would in a terminal.

They outlive the window unless they are stopped. What they say goes to a file beside their work.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import gomoku_zero

_ROOT = Path(gomoku_zero.__file__).resolve().parents[1]
_STOPPED = (-2, -15)  # by a signal, before it had come to listen
_MAX_REASON = 300  # letters
_TAIL = 4096  # bytes of a console that are looked at


class Child:
    """A command that runs in the background."""

    def __init__(self, arguments: Sequence[str], work: Path, console: Path) -> None:
        """Start `gomoku-zero` with these arguments.

        work: the run folder or the journal that it writes.
        console: where its output goes.

        Raises:
            OSError: if it cannot be started.
        """
        self.work = work
        self.console = console
        console.parent.mkdir(parents=True, exist_ok=True)
        # As a package it is found from anywhere; a script of a checkout has it beside itself.
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "TQDM_DISABLE": "1",
            "PYTHONUNBUFFERED": "1",
        }
        with console.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gomoku_zero", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                # Ctrl-C in the window's terminal is not meant for it, nor the end of that terminal.
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def has_failed(self) -> bool:
        """True if it ended otherwise than by being done or being stopped."""
        return self._process.poll() not in (None, 0, 130, *_STOPPED)

    def stop(self) -> None:
        """Let it end cleanly, as by Ctrl-C."""
        if self.is_running:
            with contextlib.suppress(OSError):
                self._process.terminate()

    def reason(self) -> str:
        """The last that it said; "" for nothing."""
        return last_words(self.console)


def last_words(console: Path) -> str:
    """The last line that a command wrote; "" for none."""
    try:
        with console.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - _TAIL))
            text = stream.read().decode(errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.replace("\r", "\n").splitlines() if line.strip()]
    return lines[-1][:_MAX_REASON] if lines else ""
