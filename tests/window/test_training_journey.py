"""A run by a real mouse and keyboard: begun, watched, stopped, resumed, played against, let play a
match, and stopped with the window. The runs are real ones, of tic-tac-toe.

With JOURNEYS naming a folder, a picture of every station is kept there to be looked at.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.screen import missing_programs
from gomoku.rules import Rules
from gomoku_zero.runs.folder import newest_checkpoint
from gomoku_zero.runs.live import is_training, read_live
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.runs.settings import list_presets
from gomoku_zero.window.i18n import load_language
from gomoku_zero.window.model.commands import Command
from gomoku_zero.window.model.replay import Replay
from gomoku_zero.window.model.run_watch import RunWatcher
from gomoku_zero.window.model.training_commands import (
    ChangeMinutes,
    ChoosePreset,
    ShowTab,
    Train,
    TrainingTab,
)
from gomoku_zero.window.model.training_state import Seen, TrainingState
from gomoku_zero.window.view.layout import lay_out_window
from gomoku_zero.window.view.training_page import leaving_dialog, training_dialog
from tests.window.test_gui import Desk, open_desk
from tests.window.test_journeys import SIX, Looks, Traveler

PATIENCE = 600.0  # seconds; a busy machine compiles long

pytestmark = [
    pytest.mark.gui,
    pytest.mark.skipif(bool(missing_programs()), reason=missing_programs()),
]


class Trainer:
    """Knows where the controls of the page of training are, and what is on the disk."""

    def __init__(self, desk: Desk, runs: Path, language: str) -> None:
        self.desk = desk
        self.run = runs / "tictactoe"
        self.matches = runs / "matches"
        self._layout = lay_out_window(*desk.window)
        self._language = load_language(language)
        self._state = TrainingState(list_presets(), runs)

    def click(self, tab: TrainingTab, command: Command) -> None:
        """Click a control of a tab, which must be the one that is shown."""
        self._state.show(tab)
        watched = tab is TrainingTab.RUN
        view = RunWatcher(self.run).look() if watched else None
        seen = Seen(view, Replay(), (), is_own=is_training(self.run))
        dialog = training_dialog(self._layout, self._state, seen, self._language)
        control = next(each for each in dialog.controls if each.command == command)
        self.desk.click(*control.rect.center)
        time.sleep(0.3)

    def leave(self, command: Command) -> None:
        """Click a button of the question that is asked before the window closes."""
        dialog = leaving_dialog(self._layout, ("x",), self._language)
        control = next(each for each in dialog.controls if each.command == command)
        self.desk.click(*control.rect.center)

    def wait(self, is_so: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert self.desk.program.poll() is None, "the window is gone"
            assert time.monotonic() < deadline, read_live(self.run)
            time.sleep(0.1)

    def cycles(self) -> int:
        return len(read_metrics(self.run))

    def journal(self) -> list[bytes]:
        files = sorted(self.matches.glob("*.jsonl")) if self.matches.is_dir() else []
        return files[-1].read_bytes().splitlines() if files else []


@pytest.mark.parametrize(
    "looks",
    [
        Looks((1120, 780), "light", "en"),
        pytest.param(Looks((480, 800), "dark", "ru"), marks=pytest.mark.slow),
        pytest.param(Looks((1900, 1200), "dark", "zh"), marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_run_is_trained_watched_and_played_against(
    looks: Looks,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open_desk(tmp_path, monkeypatch, SIX, looks.arguments, looks.size, tmp_path) as desk:
        trainer = Trainer(desk, tmp_path / "runs", looks.language)
        traveler = Traveler(desk, f"train-{looks}")
        look, press, click = traveler.look, traveler.press, trainer.click

        press("F8")
        look("runs")
        click(TrainingTab.RUNS, ShowTab(TrainingTab.NEW_RUN))
        click(TrainingTab.NEW_RUN, ChoosePreset(0))
        for _ in range(3):  # to ten minutes, of which it needs a few
            click(TrainingTab.NEW_RUN, ChangeMinutes(1))
        look("new run")
        click(TrainingTab.NEW_RUN, Train.START)
        trainer.wait(lambda: is_training(trainer.run))
        look("getting ready")
        trainer.wait(lambda: trainer.cycles() >= 3)
        look("training", 2.0)

        # Stopped as by Ctrl-C, and resumed where it was.
        trainer.click(TrainingTab.RUN, Train.STOP)
        trainer.wait(lambda: not is_training(trainer.run))
        trainer.wait(lambda: b"stopped" in (trainer.run / "console.txt").read_bytes())
        time.sleep(8)  # torch takes a moment to leave
        look("stopped")
        before = trainer.cycles()
        assert newest_checkpoint(trainer.run) is not None
        trainer.click(TrainingTab.RUN, Train.RESUME)
        trainer.wait(lambda: is_training(trainer.run))
        trainer.wait(lambda: trainer.cycles() > before)

        # The newest network plays while training goes on.
        trainer.click(TrainingTab.RUN, Train.PLAY_NEWEST)
        look("playing the newest")
        desk.rules = Rules(3, 3)
        desk.click_point(4)
        trainer.wait(lambda: len(desk.moves() or ()) == 2)
        assert desk.stored("white").startswith("net:")
        look("answered")

        # A match, which takes the rules of the run.
        press("F8")
        time.sleep(1)
        trainer.click(TrainingTab.RUN, Train.NEW_MATCH)
        look("new match")
        press("Return")
        trainer.wait(lambda: len(trainer.journal()) > 3)
        look("match", 2.0)
        header = json.loads(trainer.journal()[0])
        assert header["settings"]["rules"] == [3, 3, 0]
        assert "checkpoints" in header["settings"]["players"][0][0]

        # Closed, with what still runs stopped.
        press("Escape", "ctrl+q")
        look("leaving", 2.0)
        trainer.leave(Train.LEAVE_STOPPED)
        assert desk.program.wait(60) == 0
        assert desk.program.stderr is not None
        assert b"Traceback" not in desk.program.stderr.read()
        deadline = time.monotonic() + 60
        while is_training(trainer.run):
            assert time.monotonic() < deadline
            time.sleep(0.1)
