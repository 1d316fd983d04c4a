"""The model and the geometry must work where pygame is not installed."""

import subprocess
import sys

PROGRAM = """
import sys
sys.modules["pygame"] = None  # makes `import pygame` fail
from gomoku.rules import Rules
from ui import analyst, clock, controls, dialogs, files, layout, newgame, opponents, panel, rating
from ui import review, session, settings, setup_mode, status, thought, worker
game = session.GameSession(session.GameSetup(Rules(size=6, win_length=4)))
game.play(14)
assert game.snapshot().moves == (14,)
assert "torch" not in sys.modules
"""


def test_session_and_layout_work_without_pygame() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
