"""Runs a program, and ends it with all that it has started once whoever asked for it is gone.

    python -I -S guard.py LIFELINE REPORT PROGRAM [ARGUMENTS ...]

LIFELINE is the descriptor of a pipe whose other end the asker holds: it closes with the asker,
however that ends. REPORT takes the error number of a program that cannot be started. Standard input
and output are the program's; the exit status is the program's as well. Linux only: descendants of
the program that lose their parent become children of this process, so none gets away.
"""

import ctypes
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

_SET_PARENT_DEATH_SIGNAL = 1  # the numbers of prctl(2)
_SET_CHILD_SUBREAPER = 36

_PATIENCE = 5.0  # seconds for a process that is killed; one that waits for a disk may take longer


def main(lifeline: int, report: int, command: Sequence[str]) -> None:
    """Run the program to its end, or to that of the lifeline; never returns."""
    libc = ctypes.CDLL(None)
    libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    program = os.fork()
    if program == 0:
        try:
            libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
            os.close(lifeline)
            os.set_inheritable(report, False)
            os.execvp(command[0], list(command))
        except OSError as error:
            os.write(report, str(error.errno).encode())
        finally:
            os._exit(127)
    os.close(report)
    # The pipes are the program's alone: they close when it ends.
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(null, descriptor)
    handle = os.pidfd_open(program)
    watched = select.poll()
    for descriptor in (lifeline, handle):
        watched.register(descriptor, select.POLLIN)
    ready = [descriptor for descriptor, _ in watched.poll()]
    status = os.waitpid(program, 0)[1] if handle in ready else None
    _end_children()
    _leave(128 + signal.SIGKILL if status is None else os.waitstatus_to_exitcode(status))


def _end_children() -> None:
    deadline = time.monotonic() + _PATIENCE
    while (children := _children()) and time.monotonic() < deadline:
        for child in children:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        time.sleep(0.001)


def _children() -> list[int]:
    """All processes whose parent this one is, or has become."""
    own, found = os.getpid(), []
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib takes longer to import than all this
        if name.isdigit():
            with suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                # The name of the program, in parentheses, may hold anything.
                parent = file.read().rpartition(b")")[2].split()[1]
                if int(parent) == own:
                    found.append(int(name))
    return found


def _leave(code: int) -> None:
    """End as the program did."""
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
