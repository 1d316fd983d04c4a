"""Killed at any instant, the window has lost nothing but the last moment."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gomoku_zero.window.model.progress import Progress
from gomoku_zero.window.model.saved_game import game_setup, game_tree
from gomoku_zero.window.model.storage import GameFiles

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import json, os, random, sys
os.environ["SDL_VIDEODRIVER"] = os.environ["SDL_AUDIODRIVER"] = "dummy"
from pathlib import Path
import pygame
from gomoku.rules import Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.model.commands import Do, GoTo, Play
from gomoku_zero.window.model.opponents import PURE
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.thinker import Thinker
from tests.window.fakes import Thoughtful

rng = random.Random(int(sys.argv[2]))
pygame.display.init()
surface = pygame.display.set_mode((640, 480))
setup = GameSetup(Rules(6, 4), HUMAN, HUMAN, names=("You", "Ann"))
session = GameSession(setup, analyst="pure:100")
app = App(session, Thinker(lambda spec: Thoughtful()), [PURE], surface, Settings(),
          files=GameFiles(Path(sys.argv[1])))
app.restore()
acts = [Do.UNDO, Do.REDO, Do.REVIEW, Do.ANALYSIS, Do.BACK_TO_GAME, Do.NEXT_LINE, Do.PROMOTE_LINE,
        Do.RESIGN, Do.COMMENT, Do.CLOSE]
while True:
    if rng.random() < 0.6:
        app.do(Play(rng.randrange(36)))
    elif rng.random() < 0.4:
        app.do(GoTo(rng.randrange(12)))
    else:
        app.do(rng.choice(acts))
    if rng.random() < 0.1:
        session.write_comment(f"comment {rng.random()}")
    app.advance(0.02)
    state = {
        "over": session.result is not None,
        "moves": list(session.moves),
        "paths": sorted(list(map(str, path)) for path in session.tree.paths()),
    }
    print(json.dumps(state), flush=True)
    if session.result is not None and rng.random() < 0.02:
        app.do(Do.REMATCH)
"""


def on_disk(folder: Path) -> list[dict[str, object]]:
    """All games found after a crash: the one in progress and those that are kept."""
    files = GameFiles(folder)
    found = []
    restored = files.restore()
    if restored is not None:
        tree = restored.tree
        tree.add(restored.decisions)
        found.append((list(restored.decisions), tree))
    for file in files.saved():
        game = files.load(file)
        setup, decisions = game_setup(game)
        found.append((list(decisions), game_tree(game, setup, decisions)))
    return [
        {"moves": moves, "paths": sorted(list(map(str, path)) for path in tree.paths())}
        for moves, tree in found
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_what_was_there_a_moment_before_is_found_again(seed: int, tmp_path: Path) -> None:
    out = tmp_path / "states"
    with out.open("wb") as stream:
        child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "games"), str(seed)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=stream,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 120
        while out.stat().st_size < 2000 and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(random.Random(seed).random() * 2)
        child.kill()
        child.wait()
    lines = out.read_bytes().split(b"\n")[:-1]  # the last one may be cut off
    states = [json.loads(line) for line in lines if line.startswith(b"{")]
    assert len(states) > 3
    noted = tmp_path / "games" / "progress.jsonl"
    if noted.exists():
        whole = [each for each in noted.read_bytes().split(b"\n")[:-1] if each]
        assert len(Progress(noted).games) == len({json.loads(each)["key"] for each in whole})
    last = {name: states[-1][name] for name in ("moves", "paths")}
    found = on_disk(tmp_path / "games")
    if not last["moves"]:
        return
    # What was written after the last line that could be read has at most one change more.
    known = [each for each in found if is_within(last, each)]
    assert known, (last, found)


def is_within(before: dict[str, object], after: dict[str, object]) -> bool:
    """Whether every line of one state is in another, or one line of it is one decision longer."""
    paths = [tuple(path) for path in after["paths"]]  # type: ignore[attr-defined]
    return all(
        any(path[: len(line)] == line for path in paths)
        for line in map(tuple, before["paths"])  # type: ignore[call-overload]
    )
