"""A first start, with nothing compiled: the window answers at once, and says what it waits for."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import json, sys, time
import pygame
from gomoku_zero.window import start as module
from gomoku_zero.window.asked_game import AskedGame
from gomoku_zero.window.app import App
from gomoku_zero.window.model.commands import Play

told = {}

def run(app):
    shown = []
    for _ in range(30):
        app.advance(0.016)
        app.draw()
        time.sleep(0.016)
    for move in (112, 113):
        before = time.perf_counter()
        x, y = app.scene().board.center(move)
        app.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(x, y)))
        app.draw()
        shown.append(time.perf_counter() - before)
    told["clicks"] = shown
    told["moves"] = list(app.session.moves)
    texts, frames = set(), []
    until = time.monotonic() + 20
    while time.monotonic() < until and len(texts) < 4:
        before = time.perf_counter()
        app.advance(0.016)
        app.draw()
        frames.append(time.perf_counter() - before)
        texts.add(app.scene().texts.status[1])
        time.sleep(0.016)
    told["texts"] = sorted(texts)
    told["slowest"] = max(frames)

App.run = run
module.start(
    AskedGame("human", size=15, variant=sys.argv[1]), folders=[], device="cpu", theme=None,
    language="en", window_size=(1000, 700), load=None, screenshot=None, report=lambda line: None,
)
print(json.dumps(told))
"""


@pytest.mark.parametrize("rules", ["freestyle", "renju"])
def test_the_first_stone_is_there_at_once_whatever_is_compiled(rules: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "SDL_VIDEODRIVER": "dummy",
        "SDL_AUDIODRIVER": "dummy",
        "NUMBA_CACHE_DIR": str(tmp_path / "kernels"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, rules],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["moves"] == [112, 113]
    # 100 ms on a quiet machine; this one may be busy with other tests.
    assert max(told["clicks"]) < 1.0, told
    assert any(text.startswith("Preparing the engine: ") for text in told["texts"]), told
