"""Ctrl-C and SIGTERM end a program in time."""

import signal
import subprocess
import sys

import pytest

from gomoku_zero.training.stopping import STOPPED, stopping_within

# Derives a key for an hour in one call, which looks at no signal.
BUSY = """
import hashlib, threading
from gomoku_zero.training.stopping import stopping_within
with stopping_within(0.5, lambda: print("late")):
    threading.Timer(0.5, lambda: print("busy", flush=True)).start()
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
"""

# As one that is done with its work, but holds what is slow to free.
LEAVING = """
from gomoku_zero.training.stopping import leave, stopping_within

class Slow:
    def __del__(self):
        import time
        time.sleep(3600)

slow = Slow()
try:
    with stopping_within(30, lambda: print("late")):
        print("busy", flush=True)
        while True:
            pass
except KeyboardInterrupt:
    print("in time")
    leave(130)
"""


@pytest.mark.parametrize(("program", "said"), [(BUSY, "late\n"), (LEAVING, "in time\n")])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_program_leaves_soon_after_it_is_asked_to(
    program: str, said: str, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "busy\n"
        process.send_signal(number)
        assert process.communicate(timeout=20)[0] == said
        assert process.returncode == STOPPED
    finally:
        process.kill()


def test_python_s_own_way_to_hear_of_signals_comes_back() -> None:
    handler = signal.getsignal(signal.SIGTERM)
    with stopping_within(5.0, lambda: None):
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is handler
    assert signal.set_wakeup_fd(-1) == -1
