"""`play.py` as people start it."""

import os
import subprocess
import sys
from pathlib import Path

import pygame
import pytest

ROOT = Path(__file__).resolve().parents[2]


def play(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "play.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_screenshot_shows_the_move_and_the_reply(tmp_path: Path) -> None:
    file = tmp_path / "window.png"
    done = play(
        "--opponent", "greedy", "--size", "6", "--win-length", "4", "--screenshot", str(file)
    )
    assert done.returncode == 0, done.stderr
    picture = pygame.image.load(str(file))
    assert picture.get_width() > picture.get_height() > 300


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--opponent", "nobody"], "'nobody' names no player"),
        (["--opponent", "net:/no/such/folder"], "/no/such/folder"),
        (["--opponent", "greedy", "--size", "99"], "board size 99 is not between"),
        (["--opponent", "greedy", "--simulations", "0"], "--simulations 0"),
    ],
)
def test_a_mistake_on_the_command_line_gives_a_line_and_no_traceback(
    arguments: list[str], message: str
) -> None:
    done = play(*arguments, "--screenshot", os.devnull)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
