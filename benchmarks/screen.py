"""A screen that nobody sees, and a hand at its mouse and keyboard: Xvfb and xdotool.

Both are Debian packages of these names. Pictures, tests and measurements of the window share them.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("Xvfb", "xdotool")


def missing_programs() -> str:
    """The programs that a virtual screen lacks on this machine, in words; "" if it has all."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    return f"needs {' and '.join(missing)}" if missing else ""


@contextmanager
def virtual_screen(
    width: int = 2600, height: int = 1500, frames: Path | None = None
) -> Iterator[str]:
    """The name of a display, for as long as it is needed.

    frames: a folder for `Xvfb_screen0`, an X window dump of what the screen shows.
    """
    read, write = os.pipe()
    kept = [] if frames is None else ["-fbdir", str(frames)]
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", *kept],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        number = os.read(read, 16).decode().strip()  # empty if the server gave up
        if not number:
            raise RuntimeError("Xvfb did not start")
        yield f":{number}"
    finally:
        os.close(read)
        server.terminate()
        server.wait()


class Hand:
    """Mouse and keyboard of a display, moved by one xdotool that reads what to do."""

    def __init__(self, display: str) -> None:
        self._xdotool = subprocess.Popen(
            ["xdotool", "-"],
            env={**os.environ, "DISPLAY": display},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )

    def do(self, *words: object) -> None:
        """Send one line of xdotool's language, such as "mousemove", 10, 20, "click", 1."""
        assert self._xdotool.stdin is not None
        self._xdotool.stdin.write(" ".join(map(str, words)) + "\n")

    def close(self) -> None:
        assert self._xdotool.stdin is not None
        self._xdotool.stdin.close()
        self._xdotool.wait()
