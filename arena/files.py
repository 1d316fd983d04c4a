"""Writing a file so that nobody ever finds half of it."""

import os
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text file under a temporary name beside it, then rename.

    Raises:
        OSError: if the folder does not exist or cannot be written to.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
