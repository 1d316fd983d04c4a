"""A small run of the whole loop that several tests look at."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gomoku_zero.training import alarms, ladder, learner, report, watch
from gomoku_zero.training.about import describe_session
from gomoku_zero.training.config import (
    EvaluationConfig,
    GameConfig,
    LearnerConfig,
    NetSection,
    SelfPlayConfig,
    TrainConfig,
)
from gomoku_zero.training.log import RunLog
from gomoku_zero.training.loop import Trainer
from gomoku_zero.training.run_folder import RunFolder
from nets.export import ExportError

SMALL_RUN = TrainConfig(
    minutes=1e6,
    cycles=4,
    cycle_positions=150,
    keep_checkpoints=1,
    game=GameConfig(size=6, win_length=4),
    net=NetSection(blocks=1, channels=8),
    selfplay=SelfPlayConfig(games=16, lanes=2, simulations=4),
    learner=LearnerConfig(batch=32),
    evaluation=EvaluationConfig(minutes=1e-6, opponents=("random", "greedy")),
)


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """Tests learn at once, and play short matches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learner, "WARMUP_STEPS", 0)
        patch.setattr(ladder, "PAIRS", 2)
        for module in (ladder, report, watch):
            patch.setattr(module, "SIMULATIONS", 4)
        yield


@contextlib.contextmanager
def raising_alarms() -> Iterator[None]:
    """Games of so small a run are too short, in every cycle."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alarms, "LASTING_CYCLES", 1)
        patch.setattr(alarms, "fewest_plies", lambda _: 100)
        yield


class Listening(RunLog):
    """Keeps the lines that people would see."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, seconds=1.0, done_seconds=0.0, last_cycle=0)
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)


class FinishedRun(NamedTuple):
    """A run's folder, and the lines it showed to people."""

    folder: Path
    lines: list[str]


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """A finished run of `SMALL_RUN`; nobody may change its folder."""
    folder = tmp_path_factory.mktemp("run")
    run = RunFolder(folder)
    trainer = Trainer(SMALL_RUN, run, run.begin(resume=False))
    run.write_json("config.json", SMALL_RUN)
    run.add_session(describe_session(SMALL_RUN))
    log = Listening(folder)
    with log, raising_alarms(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladder.Ladder, "is_beaten", lambda *_: False)
        trainer.run(log)
    return FinishedRun(folder, log.lines)


@pytest.fixture
def unquantized(monkeypatch: pytest.MonkeyPatch) -> None:
    """Residual networks play in float32, as where 8-bit integers are refused."""

    def refuse(*_: object) -> bytes:
        raise ExportError("refused by a test")

    monkeypatch.setattr("gomoku_zero.training.inference.quantize_net", refuse)
