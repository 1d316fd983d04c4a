"""A person who does anything at all to the window, the same for the same seed."""

import faulthandler
import random
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pygame

from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.model.opponents import ADAPTIVE, GREEDY, LEVELS, PURE, RANDOM, Opponent
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings, load_settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.thinker import Thinker
from mcts.player import Choice, Limit, Player
from tests.window.fakes import Breaking, Endless, Erring, FakeWork, FirstEmpty, Thoughtful
from tests.window.runs import make_journal, make_run

SIX = Rules(size=6, win_length=4)
MODEL = Path(__file__).resolve().parents[2] / "models/6x6"
OPPONENTS = [
    Opponent("small", "net:small", "@", (25, 100, 400), (SIX,)),
    PURE,
    GREEDY,
    RANDOM,
    Opponent("breaking", "breaking"),
    Opponent("cheating", "cheating"),
    Opponent("endless", "endless"),
    ADAPTIVE,
    LEVELS,
    Opponent("{odd}_name", "net:odd"),
    Opponent("brain", "engine:brain", "@", (1, 2, 5), unit="seconds", win_length=5),
]
KEYS = [
    getattr(pygame, f"K_{name}")
    for name in (
        *"abcdefghijklmnopqrstuvwxyz123",
        *(
            "LEFT",
            "RIGHT",
            "UP",
            "DOWN",
            "RETURN",
            "SPACE",
            "ESCAPE",
            "F1",
            *(f"F{number}" for number in range(2, 9)),
            "F11",
            "F12",
            "TAB",
            "DELETE",
            "HOME",
            "END",
        ),
        *("PAGEUP", "PAGEDOWN", "BACKSPACE", "PERIOD", "LEFTBRACKET", "RIGHTBRACKET", "MINUS"),
    )
]
SIZES = [(1120, 780), (420, 360), (560, 980), (1600, 700), (200, 150), (1, 1)]
MAX_SECONDS = 5.0  # of processor time, for one event
PATIENCE = 300.0  # seconds of any time, after which all threads are shown and the test ends


class Cheating(FirstEmpty):
    """Plays on an occupied point."""

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        return [Choice(board.last_move or 0) for board in boards]


class Engine(FirstEmpty):
    """Looks up from its thinking only when it is interrupted."""

    def __init__(self) -> None:
        self._interrupted = threading.Event()

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        if self._interrupted.wait(0.05):
            raise RuntimeError("interrupted")
        return super().choose_moves(boards, limit)

    def interrupt(self) -> bool:
        self._interrupted.set()
        return True


def player(spec: str) -> Player:
    kinds: dict[str, type[FirstEmpty]] = {
        "breaking": Breaking,
        "cheating": Cheating,
        "endless": Endless,
        "greedy": FirstEmpty,
        "level": Erring,
        "engine": Engine,
    }
    return kinds.get(spec.partition(":")[0], Thoughtful)()


class Visitor:
    """Opens the window, does random things to it, closes it and opens it again.

    After every event the game in progress must be on disk as it is in the window, and a game that
    another took the place of among those kept.
    """

    def __init__(self, seed: int, folder: Path) -> None:
        """
        folder: where files to drop on the window are made, and the games and settings are kept.
        """
        self.rng = random.Random(seed)
        random.seed(seed)  # the coin of the new-game dialog
        self.events = 0
        self.visits = 0
        self.games = GameFiles(folder / "games")
        self._settings_file = folder / "settings.json"
        good, damaged = folder / "good.sgf", folder / "damaged.sgf"
        good.write_text("(;GM[4]SZ[15]RU[freestyle];B[hh];W[ii])")
        damaged.write_bytes(bytes(self.rng.randrange(256) for _ in range(200)))
        self._runs = folder / "runs"
        run = make_run(self._runs / "six")
        make_run(self._runs / "torn", cycles=2)
        (self._runs / "torn/metrics.jsonl").write_bytes(damaged.read_bytes())
        (self._runs / "torn/config.json").write_text("{")
        make_journal(self._runs / "matches/a 9 pairs.jsonl", [True, False], ("greedy", "random"))
        checkpoint = run / "checkpoints/000004"
        checkpoint.mkdir(parents=True)
        for file in MODEL.iterdir():
            (checkpoint / file.name).write_bytes(file.read_bytes())
        self._works: list[FakeWork] = []
        self._known: tuple[int, tuple[int, ...], int] = (0, (), 0)
        self._files = [good, damaged, folder / "missing.psq", folder, self._runs / "six"]
        pygame.display.init()
        pygame.display.set_mode((1120, 780), pygame.RESIZABLE)
        self._open()

    def _open(self) -> None:
        surface = pygame.display.get_surface()
        assert surface is not None
        self.visits += 1
        self._thinker = Thinker(player)
        self.session = GameSession(GameSetup(SIX, HUMAN, "greedy"), analyst="pure:100")
        settings = load_settings(self._settings_file)  # raises if the last visit damaged it
        self.app = App(
            self.session,
            self._thinker,
            OPPONENTS,
            surface,
            Settings(watch_seconds=0.0) if self.visits == 1 else settings,
            files=self.games,
            settings_file=self._settings_file,
            runs=[self._runs],
            launch=self._launch,
        )
        self.app.restore()
        self._known = (0, (), 0)

    def _launch(self, arguments: Sequence[str], work: Path, console: Path) -> FakeWork:
        """Begin nothing; a run or a match is there all the same, and ends some time."""
        self._works.append(FakeWork(arguments, work, console))
        if arguments[0] == "train" and not work.exists():
            make_run(work, self.rng.randrange(3))
        return self._works[-1]

    def close(self) -> None:
        """Quit, whatever is being thought about; the thinking thread must end."""
        self.app.close()
        self._thinker.close(timeout=PATIENCE)
        assert not any(thread.name == "thinker" for thread in threading.enumerate())

    def step(self) -> None:
        """One random event, and what must be true after it."""
        self.events += 1
        assert sys.__stderr__ is not None
        faulthandler.dump_traceback_later(PATIENCE, exit=True, file=sys.__stderr__)
        started = time.thread_time()
        session = self.session
        event, before = self._event(), (session.games, session.moves, session.tree.changes)
        is_over, is_puzzle = session.result is not None, self.app.is_puzzle
        self.app.handle(event)
        if self._works and self.rng.random() < 0.05:
            work = self.rng.choice(self._works)
            work.is_running, work.has_failed = False, self.rng.random() < 0.3
        if event.type == pygame.KEYDOWN and self.rng.random() < 0.9:  # else it is held down
            self.app.handle(pygame.event.Event(pygame.KEYUP, key=event.key))
        if self.session.games != before[0]:
            if before[1] and before != self._known and not is_puzzle:
                self._check_kept(before[1], is_over=is_over)
            # What was loaded or pasted needs no copy until it changes.
            is_loaded = self.session.is_studied
            state = (self.session.games, self.session.moves, self.session.tree.changes)
            self._known = state if is_loaded else (0, (), 0)
        self.app.advance(self.rng.choice((0.0, 0.016, 0.016, 1.0)))
        if self.rng.random() < 0.25:
            self.app.draw()
        if not self.app.running:
            self._quit_and_come_back()
        assert time.thread_time() - started < MAX_SECONDS
        self._check_game()

    def _check_kept(self, moves: tuple[int, ...], *, is_over: bool) -> None:
        """A game that another took the place of is among the files."""
        files = self.games.saved() if is_over else self.games.unfinished()
        # It is among the last as a rule; one of the library's is written anew where it was.
        assert any(self.games.load(file).moves == moves for file in files), (moves, is_over)

    def leave(self) -> None:
        """For good."""
        self.close()
        faulthandler.cancel_dump_traceback_later()
        pygame.display.quit()

    def _quit_and_come_back(self) -> None:
        session = self.session
        before = (session.setup, session.decisions, session.index, session.line)
        tree = session.tree.entries(session.decisions)
        unfinished = bool(session.decisions) and session.result is None
        self.close()
        self._open()
        again = self.session
        after = (again.setup, again.decisions, again.index, again.line)
        if unfinished:
            assert after == before or (after[:3] == before[:3] and not again.is_aside)
            assert again.tree.entries(again.decisions) == tree

    def _check_game(self) -> None:
        session = self.session
        setup = session.setup
        Position(setup.rules, session.moves, setup.start).board()  # raises if it is impossible
        if session.decisions and session.result is None:
            restored = self.games.restore()
            assert restored is not None
            kept = (restored.setup, restored.decisions, restored.shown)
            assert kept == (setup, session.decisions, session.index)

    def _event(self) -> pygame.event.Event:
        rng = self.rng
        width, height = pygame.display.get_window_size()
        kind = rng.random()
        if kind < 0.30:
            scene = self.app.scene()
            controls = scene.dialog.controls if scene.dialog else scene.panel.buttons
            # A window of one pixel has no room for some pages.
            place = rng.choice(controls).rect.center if controls else (0, 0)
            return pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=place)
        if kind < 0.60:
            place = (rng.randrange(-5, width + 5), rng.randrange(-5, height + 5))
            button = rng.choice((1, 1, 1, 2, 3))
            return pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=button, pos=place)
        if kind < 0.70:
            place = (rng.randrange(width), rng.randrange(height))
            return pygame.event.Event(pygame.MOUSEMOTION, pos=place)
        if kind < 0.93:
            control, shift = pygame.KMOD_CTRL, pygame.KMOD_SHIFT
            modifiers = rng.choice((0, 0, 0, control, control | shift))
            key = rng.choice(KEYS)
            typed = chr(key) if 32 <= key < 127 and not modifiers else ""
            return pygame.event.Event(pygame.KEYDOWN, key=key, mod=modifiers, unicode=typed)
        if kind < 0.95:
            return pygame.event.Event(pygame.MOUSEWHEEL, y=rng.choice((-3, -1, 1, 3)))
        if kind < 0.97:
            return pygame.event.Event(pygame.DROPFILE, file=str(rng.choice(self._files)))
        if kind < 0.98:
            pygame.display.set_mode(rng.choice(SIZES), pygame.RESIZABLE)
            return pygame.event.Event(pygame.VIDEORESIZE)
        if kind < 0.99:
            return pygame.event.Event(rng.choice((pygame.WINDOWLEAVE, pygame.WINDOWEXPOSED)))
        return pygame.event.Event(pygame.QUIT)
