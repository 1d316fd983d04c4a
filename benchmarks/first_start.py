"""A newcomer's first start: empty caches, an empty home, and a click right away.

    python -m benchmarks.first_start                       # freestyle, against models/15x15
    python -m benchmarks.first_start --rules renju
    python -m benchmarks.first_start --engine              # pbrain-gomokuzero instead of the window

Each run is a fresh process; processor seconds are those of all of it, its children included.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLICK_AFTER = 0.3  # seconds after the window is there
PATIENCE = 300.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rules", default="freestyle")
    parser.add_argument("--opponent", default="net:models/15x15@400")
    parser.add_argument("--engine", action="store_true", help="measure the engine's START instead")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        _window(options.rules, options.opponent)
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            **dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"), folder),
            **dict.fromkeys(("NUMBA_CACHE_DIR", "GOMOKU_ZERO_CACHE"), folder),
            "XDG_CONFIG_HOME": folder,
            "SDL_VIDEODRIVER": "dummy",
            "SDL_AUDIODRIVER": "dummy",
            "PYTHONPATH": str(ROOT),
        }
        if options.engine:
            _engine(environment)
        else:
            command = [sys.executable, "-m", "benchmarks.first_start", "--inside"]
            command += ["--rules", options.rules, "--opponent", options.opponent]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)


def _window(rules: str, opponent: str) -> None:
    """The window's own loop, with a click on the middle of the board."""
    started = time.perf_counter()
    import pygame

    from gomoku_zero.players.models import model_folders
    from gomoku_zero.window import start as window
    from gomoku_zero.window.app import App
    from gomoku_zero.window.asked_game import AskedGame

    def run(app: App) -> None:
        opened = time.perf_counter()
        clock = pygame.time.Clock()
        clicked = placed = slowest = 0.0
        while True:
            before = time.perf_counter()
            if not clicked and before - opened > CLICK_AFTER:
                clicked = before
                center = app.scene().board.center(7 * 15 + 7)
                event = pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=center, button=1)
                pygame.event.post(event)
            for each in pygame.event.get():
                app.handle(each)
            app.advance(1 / 60)
            if app.draw():
                pygame.display.flip()
            now = time.perf_counter()
            slowest = max(slowest, now - before)
            moves = len(app.session.moves)
            if moves and not placed:
                placed = now
            if moves >= 2 or now - opened > PATIENCE:
                break
            clock.tick(60)
        used = sum(resource.getrusage(who).ru_utime for who in _WHO)
        used += sum(resource.getrusage(who).ru_stime for who in _WHO)
        print(f"window {opened - started:.2f} s after the start")
        print(
            f"click to stone {1000 * (placed - clicked):.0f} ms, slowest turn of the loop "
            f"{1000 * slowest:.0f} ms"
        )
        print(f"first answer {now - clicked:.1f} s after the click, {used:.1f} processor seconds")

    setattr(App, "run", run)  # noqa: B010 - mypy does not want methods assigned
    window.start(
        AskedGame(opponent, size=15, variant=rules),
        folders=model_folders(),
        device="auto",
        theme=None,
        language="en",
        window_size=None,
        load=None,
        screenshot=None,
        report=print,
    )


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _engine(environment: dict[str, str]) -> None:
    """How soon START is answered, and a move asked for at once."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "gomoku_zero.brain.process"]
    engine = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert engine.stdin is not None
    assert engine.stdout is not None
    engine.stdin.write("START 15\nINFO timeout_turn 1000\nBEGIN\n")
    engine.stdin.flush()
    for line in engine.stdout:
        seconds = time.perf_counter() - started
        if line.strip() == "OK":
            print(f"START is answered {seconds:.2f} s after the start")
        elif line[0].isdigit():
            print(
                f"BEGIN with 1 s a turn is answered {seconds:.2f} s after the start: {line.strip()}"
            )
            break
    engine.kill()
    engine.wait()


if __name__ == "__main__":
    main()
