"""The window while a search keeps all cores busy: frames, clicks, and how soon a search stops.

The real program on a virtual screen, with a real mouse. Left out where Xvfb or xdotool is missing.
"""

import itertools
import os
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import numpy as np
import pygame

from benchmarks.figures import Figures
from benchmarks.inference import make_net
from benchmarks.screen import Hand, missing_programs, virtual_screen
from gomoku.board import Board
from gomoku.notation import moves_from_text
from gomoku.rules import Rules
from gomoku_zero.players.spec import make_player
from gomoku_zero.window.app import App
from gomoku_zero.window.model.commands import Do
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.thinker import Thinker
from gomoku_zero.window.view.screen import open_window
from mcts.analysis import Analysis
from mcts.player import Choice, Limit, Player
from nets.checkpoint import CheckpointMeta, save_checkpoint
from nets.config import NetConfig

RULES = Rules(15)
CONFIG = NetConfig(blocks=6, channels=64)
WINDOWS = ((1120, 780), (2560, 1440))
OPENINGS = ("h8 l4 d12 l12 d4 h4", "h8 l12 d4 l4 d12 h12")  # quiet: nothing is proven soon
PATIENCE = 60.0  # seconds until a measurement is given up
FRAME_TARGET, CLICK_TARGET, STOP_TARGET = 33.0, 50.0, 50.0  # milliseconds


class TimedPlayer(Player):
    """A player that notes when its search is over, whether it came to its end or was stopped."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self.name = player.name
        self.searching = False
        self.stopped_at = 0.0
        self.waves = 0

    def analyse(self, board: Board, limit: Limit) -> Generator[Analysis]:
        self.searching = True
        try:
            for analysis in self._player.analyse(board, limit):
                self.waves += 1
                yield analysis
        finally:
            self.stopped_at = time.perf_counter()
            self.searching = False

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        return self._player.choose_moves(boards, limit)

    def close(self) -> None:
        self._player.close()


class TimedApp(App):
    """The window's own loop, watched: when each turn begins, and when a picture is on the screen.

    script: called at the beginning of every turn.
    """

    script: Callable[[], None]
    turns: list[float]
    busy: list[float]  # seconds of work in each turn that painted
    stones_shown: int = 0
    stone_shown_at: float = 0.0

    def advance(self, seconds: float) -> None:
        self.turns.append(time.perf_counter())
        self.script()
        super().advance(seconds)

    def draw(self) -> bool:
        """Paint and bring to the screen at once, so that the loop finds nothing left to do."""
        if super().draw():
            pygame.display.flip()
            now = time.perf_counter()
            self.busy.append(now - self.turns[-1])
            if self.stones_shown != self.session.shown:
                self.stones_shown, self.stone_shown_at = self.session.shown, now
        return False


class Bench:
    """An open window in which two humans play and an analyst thinks without end."""

    def __init__(self, analyst: str, size: tuple[int, int], display: str) -> None:
        self.players: list[TimedPlayer] = []
        self.hand = Hand(display)
        self._thinker = Thinker(self._build)
        session = GameSession(GameSetup(RULES, HUMAN, HUMAN), analyst=analyst)
        surface = open_window(size)
        self.app = TimedApp(session, self._thinker, [], surface, Settings(heat=True))
        self.app.turns, self.app.busy, self.app.script = [0.0], [], lambda: None
        self._openings = itertools.cycle(OPENINGS)
        self._go_elsewhere()
        session.analyzing = True
        self._wait(lambda: session.snapshot().thought is not None)
        self.app.draw()  # the first picture computes wood and stones

    def close(self) -> None:
        self._thinker.close()
        self.hand.close()
        pygame.display.quit()

    def frames(self, seconds: float) -> tuple[list[float], list[float], float]:
        """Milliseconds between the turns of the loop, and of work in those that painted, while the
        mouse wanders over the board; the share of the time in which the search was running."""
        app = self.app
        board = app.scene().board
        deadline = time.perf_counter() + seconds
        searching: list[bool] = []

        def script() -> None:
            now = time.perf_counter()
            angle = 3 * now
            reach = board.wood.width * 0.4
            center = board.wood.center
            x, y = center[0] + reach * np.cos(angle), center[1] + reach * np.sin(1.3 * angle)
            self.hand.do("mousemove", int(x), int(y))
            searching.append(self.players[0].searching)
            if app.session.wanted() is None:  # thought to the end: elsewhere, then
                self._go_elsewhere()
            app.running = now < deadline

        self._run(script)
        between = np.diff(app.turns) * 1000
        return between.tolist(), [1000 * busy for busy in app.busy], float(np.mean(searching))

    def clicks(self, count: int) -> list[float]:
        """Milliseconds from a click of the mouse to the frame with its stone."""
        app = self.app
        empty = [move for move in range(RULES.points) if not app.scene().snapshot.cells[move]]
        chance = np.random.default_rng(3)
        found: list[float] = []
        clicked_at, stones, pause_until = 0.0, 0, 0.0

        def script() -> None:
            nonlocal clicked_at, stones, pause_until
            now = time.perf_counter()
            if clicked_at and app.stones_shown > stones:
                found.append(1000 * (app.stone_shown_at - clicked_at))
                clicked_at = 0.0
                pause_until = now + chance.uniform(0.15, 0.4)
                app.running = app.session.outcome is None and len(found) < count
            if not clicked_at and now > pause_until and app.running:
                stones = app.stones_shown
                move = empty.pop(int(chance.integers(len(empty))))
                clicked_at = time.perf_counter()
                self.hand.do("mousemove", *app.scene().board.center(move), "click", 1)

        self._run(script)
        return found

    def stops(self, count: int) -> list[float]:
        """Milliseconds from the command that ends a search until it has ended."""
        app = self.app
        chance = np.random.default_rng(4)
        found: list[float] = []
        player = self.players[0]
        stopping_at, pause_until = 0.0, 0.0

        def script() -> None:
            nonlocal stopping_at, pause_until
            now = time.perf_counter()
            if stopping_at and not player.searching:
                found.append(1000 * (player.stopped_at - stopping_at))
                stopping_at = 0.0
                app.do(Do.ANALYSIS)
                pause_until = now + chance.uniform(0.1, 0.3)
            elif not stopping_at and now > pause_until and player.searching:
                if len(found) == count:
                    app.running = False
                    return
                stopping_at = time.perf_counter()
                app.do(Do.ANALYSIS)
            elif not stopping_at and now > pause_until + 1.0:
                self._go_elsewhere()

        self._run(script)
        return found

    def _go_elsewhere(self) -> None:
        """A position that the search has not just looked at."""
        moves = moves_from_text(next(self._openings), RULES.size)
        self.app.session.new_game(self.app.session.setup, moves)

    def _build(self, spec: str) -> Player:
        self.players.append(TimedPlayer(make_player(spec)))
        return self.players[-1]

    def _run(self, script: Callable[[], None]) -> None:
        app = self.app
        app.turns, app.busy = [], []
        deadline = time.perf_counter() + PATIENCE

        def watched() -> None:
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{script.__qualname__} took more than {PATIENCE:.0f} s")
            script()

        app.script, app.running = watched, True
        app.run()

    def _wait(self, condition: Callable[[], bool]) -> None:
        while not condition():
            pygame.event.pump()
            self.app.advance(0.02)
            time.sleep(0.02)


def measure(figures: Figures) -> None:
    figures.heading("The window while a search keeps all cores busy, 15x15")
    if missing_programs():
        figures.add("window_left_out", 1, f"left out: {missing_programs()}")
        return
    width, height = WINDOWS[-1]
    names = ("DISPLAY", "SDL_VIDEODRIVER", "SDL_VIDEO_WINDOW_POS")
    before = {name: os.environ.get(name) for name in names}
    with tempfile.TemporaryDirectory() as folder, virtual_screen(width, height) as display:
        os.environ.update(zip(names, (display, "x11", "0,0"), strict=True))
        checkpoint = Path(folder) / "random"
        meta = CheckpointMeta(name="random", net=CONFIG, rules=[RULES])
        save_checkpoint(checkpoint, make_net(CONFIG), meta)
        try:
            for size in WINDOWS[:1] if figures.quick else WINDOWS:
                for name, spec in (("net", f"net:{checkpoint}@400"), ("pure", "pure:100000")):
                    _measure_one(figures, name, spec, size, display)
        finally:
            pygame.quit()
            for variable, value in before.items():
                if value is None:
                    os.environ.pop(variable, None)
                else:
                    os.environ[variable] = value


def _measure_one(
    figures: Figures, name: str, spec: str, size: tuple[int, int], display: str
) -> None:
    bench = Bench(spec, size, display)
    place = "" if size == WINDOWS[0] else "_large"
    what = f"{'6x64 network' if name == 'net' else 'pure search'}, {size[0]}x{size[1]}"
    try:
        between, busy, searching = bench.frames(3.0 if figures.quick else 8.0)
        slow = float(np.percentile(between, 95))
        figures.add(
            f"window_frame_milliseconds_{name}{place}",
            slow,
            f"{what}: frames every {np.median(between):.1f} ms, 95% within {slow:.1f} ms, "
            f"{FRAME_TARGET / slow:.1f} times under the {FRAME_TARGET:.0f} ms they may take, "
            f"longest {max(between):.0f}; painting takes {np.median(busy):.1f} ms, 95% within "
            f"{np.percentile(busy, 95):.1f}; the search ran {searching:.0%} of the time",
        )
        clicks = bench.clicks(8 if figures.quick else 20)
        figures.add(
            f"window_click_milliseconds_{name}{place}",
            max(clicks),
            f"{what}: a click's stone is on the screen after {np.median(clicks):.1f} ms, "
            f"{max(clicks):.1f} at most of {len(clicks)}, "
            f"{CLICK_TARGET / max(clicks):.1f} times under the {CLICK_TARGET:.0f} ms it may take",
        )
        stops = bench.stops(8 if figures.quick else 20)
        figures.add(
            f"window_stop_milliseconds_{name}{place}",
            max(stops),
            f"{what}: a search stops {np.median(stops):.1f} ms after the command, "
            f"{max(stops):.1f} at most of {len(stops)}, "
            f"{STOP_TARGET / max(stops):.1f} times under the {STOP_TARGET:.0f} ms it may take",
        )
    finally:
        bench.close()
