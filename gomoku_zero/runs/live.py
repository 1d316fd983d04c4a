"""The activity of a run at this moment, and the wish that it stop.

`live.json` is written twice a second while a run goes on, for those who look on from another
process. Whoever wants it to stop makes the file `stop`; the run then ends as by Ctrl-C.
"""

import contextlib
import os
from pathlib import Path
from typing import Literal

import msgspec

from gomoku.storage import is_locked

LIVE_FILE = "live.json"
STOP_FILE = "stop"
LOCK_FILE = ".lock"
CONSOLE_FILE = "console.txt"

_MAX_BYTES = 100_000


Doing = Literal["preparing", "playing", "learning", "match", "over"]


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """A moment of a run.

    doing: "over" once its budget is used.
    cycle: the one that is in progress.
    seconds, budget: of training so far, and in all.
    games, positions: made so far, those of this cycle left out.
    opponent, pair, pairs: of the match that is played.
    """

    doing: Doing = "preparing"
    cycle: int = 0
    seconds: float = 0.0
    budget: float = 0.0
    games: int = 0
    positions: int = 0
    opponent: str = ""
    pair: int = 0
    pairs: int = 0


def read_live(run: Path) -> Live | None:
    """The last activity of a run; None if it does not say."""
    file = run / LIVE_FILE
    try:
        if not file.is_file() or file.stat().st_size > _MAX_BYTES:
            return None
        return msgspec.json.decode(file.read_bytes(), type=Live)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def write_live(run: Path, live: Live) -> None:
    """Tell those who look on; a full disk is no reason to stop for it."""
    temporary = run / f".{LIVE_FILE}.{os.getpid()}"
    with contextlib.suppress(OSError):
        # Without waiting for the disk, as `write_whole` does: nothing is lost with it.
        temporary.write_bytes(msgspec.json.encode(live))
        temporary.replace(run / LIVE_FILE)


def ask_to_stop(run: Path) -> None:
    """Let whoever trains in a folder stop soon.

    Raises:
        OSError: if the folder cannot be written to.
    """
    (run / STOP_FILE).touch()


def is_asked_to_stop(run: Path) -> bool:
    return (run / STOP_FILE).exists()


def forget_stop(run: Path) -> None:
    """Whoever asked before the run began, or it has stopped."""
    with contextlib.suppress(OSError):
        (run / STOP_FILE).unlink(missing_ok=True)


def is_training(run: Path) -> bool:
    """True if a process trains in a folder now. False on Windows, where nothing is locked."""
    return is_locked(run / LOCK_FILE)
