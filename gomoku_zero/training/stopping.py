"""Ending a program soon after Ctrl-C or SIGTERM, whatever it is busy with.

Python raises KeyboardInterrupt only between two calls, and a call into compiled code may take
longer than a container waits before it kills (10 seconds); freeing the memory of a large run takes
as long again. Only for programs that may be killed at any instant.
"""

import atexit
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import NoReturn

STOPPED = 130
"""The exit status of a program that was asked to stop."""


@contextlib.contextmanager
def stopping_within(seconds: float, say: Callable[[], None]) -> Iterator[None]:
    """Inside, SIGTERM raises KeyboardInterrupt as Ctrl-C does, and so long after either the process
    ends by itself if it has not left, once `say` has been called."""
    # Not SIGINT: a shell that starts this in the background has it ignored.
    handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
    ours, pythons = socket.socketpair()
    pythons.setblocking(False)
    before = signal.set_wakeup_fd(pythons.fileno(), warn_on_full_buffer=False)
    left = threading.Event()

    def wait_for_signal() -> None:
        # Python writes a byte for every signal that it handles, also while the main thread is busy.
        while number := ours.recv(1):
            if number[0] in (signal.SIGINT, signal.SIGTERM) and not left.wait(seconds):
                say()
                _flush()
                os._exit(STOPPED)

    watch = threading.Thread(target=wait_for_signal, name="stopping", daemon=True)
    watch.start()
    try:
        yield
    finally:
        left.set()
        signal.set_wakeup_fd(before)
        pythons.close()
        watch.join()
        ours.close()
        signal.signal(signal.SIGTERM, handler)


def leave(status: int) -> NoReturn:
    """End the process without freeing its memory first."""
    atexit._run_exitfuncs()
    _flush()
    os._exit(status)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
