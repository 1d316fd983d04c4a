"""Writing a file so that nobody ever finds half of it, and only one process at a time."""

import os
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, data: bytes) -> None:
    """Write a file under a temporary name beside it, then rename.

    Raises:
        OSError: if its folder does not exist, or it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def lock(file: BinaryIO, *, patience: float = 0.0) -> bool:
    """Keep other processes from locking this open file until it is closed or the process ends.

    Returns False if another one holds it. On Windows nothing is locked.

    patience: seconds to try for; `is_locked` in another process holds it for an instant.
    """
    if sys.platform == "win32":
        return True
    import fcntl

    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
        else:
            return True


def is_locked(path: Path) -> bool:
    """Return whether a process has locked a file. False if it is not there, and on Windows."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
