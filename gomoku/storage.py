"""Writing a file so that nobody ever finds half of it, and only one process at a time."""

import os
import sys
import threading
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


def lock(file: BinaryIO) -> bool:
    """Keep other processes from locking this open file until it is closed or the process ends.

    Returns False if another one holds it. On Windows nothing is locked.
    """
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
