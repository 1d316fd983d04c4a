"""Runs that are broken on purpose raise the alarm that names what is broken; a sound one is silent.

Real runs of the whole loop: tic-tac-toe with a tiny net.
"""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.training import batches, learner
from gomoku_zero.training.batches import Targets
from gomoku_zero.training.config import (
    EvaluationConfig,
    GameConfig,
    LearnerConfig,
    NetSection,
    SelfPlayConfig,
    TrainConfig,
)
from gomoku_zero.training.learner import Losses
from gomoku_zero.training.log import RunLog
from gomoku_zero.training.loop import Trainer
from gomoku_zero.training.replay import Replay
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.samples import Samples, take
from nets.resnet.net import NetOutput

CYCLES = 5

CONFIG = TrainConfig(
    minutes=1e6,
    cycles=CYCLES,
    cycle_positions=400,
    game=GameConfig(size=3, win_length=3),
    net=NetSection(blocks=1, channels=16),
    selfplay=SelfPlayConfig(games=64, lanes=1, simulations=12, random_plies=2),
    learner=LearnerConfig(batch=64, learning_rate=5e-3, averaging=0.99),
    evaluation=EvaluationConfig(opponents=(), minutes=1e6),
)


def raised(folder: Path, config: TrainConfig = CONFIG) -> set[str]:
    """Every alarm that a new run raises in any of its cycles."""
    run = RunFolder(folder)
    trainer = Trainer(config, run, run.begin(resume=False))
    with RunLog(folder, seconds=1.0, done_seconds=0.0, last_cycle=0) as log:
        trainer.run(log)
    lines = read_metrics(folder)
    assert {line["cycle"] for line in lines} == set(range(1, config.cycles + 1))
    prefix = "alarm/"
    return {
        name.removeprefix(prefix)
        for line in lines
        for name, state in line.items()
        if name.startswith(prefix) and state
    }


def never_train_white(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out every position with White to move when a batch is drawn."""
    draw = Replay.draw

    def draw_black(self: Replay, count: int, rng: np.random.Generator) -> Samples:
        both = draw(self, 4 * count, rng)
        return take(both, np.flatnonzero(both.to_move == 1)[:count])

    monkeypatch.setattr(Replay, "draw", draw_black)


def flip_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Swap wins and losses in the value target."""
    target = batches.value_target

    def flipped(samples: Samples, config: LearnerConfig) -> NDArray[np.float32]:
        return target(samples, config)[:, ::-1]

    monkeypatch.setattr(batches, "value_target", flipped)


def give_white_no_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw White's positions, but leave them out of the loss of every gradient step."""
    compute = learner.compute_losses

    def of_black(output: NetOutput, targets: Targets) -> Losses:
        if torch.is_inference_mode_enabled():  # judging, not learning
            return compute(output, targets)
        black = targets.to_move == 1
        return compute(
            NetOutput(*(part[black] for part in output)),
            Targets(*(part[black] for part in targets)),
        )

    monkeypatch.setattr(learner, "compute_losses", of_black)


def test_a_sound_run_raises_no_alarm(tmp_path: Path) -> None:
    assert raised(tmp_path) == set()


def test_a_flipped_value_sign_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flip_value(monkeypatch)
    assert raised(tmp_path) == {"value_sign"}


def test_white_never_trained_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    never_train_white(monkeypatch)
    assert raised(tmp_path) == {"white_untrained"}


SIX_BY_SIX = TrainConfig(
    minutes=1e6,
    cycles=14,
    cycle_positions=1000,
    game=GameConfig(size=6, win_length=4),
    net=NetSection(blocks=1, channels=16),
    selfplay=SelfPlayConfig(games=64, lanes=1, simulations=16, random_plies=4),
    learner=CONFIG.learner,
    evaluation=CONFIG.evaluation,
)


@pytest.mark.slow
def test_on_6x6_a_sound_run_raises_no_alarm(tmp_path: Path) -> None:
    assert raised(tmp_path, SIX_BY_SIX) == set()


@pytest.mark.slow
def test_on_6x6_a_flipped_value_sign_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip_value(monkeypatch)
    assert "value_sign" in raised(tmp_path, SIX_BY_SIX)


@pytest.mark.slow
def test_on_6x6_white_never_trained_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never_train_white(monkeypatch)
    assert "white_untrained" in raised(tmp_path, SIX_BY_SIX)


@pytest.mark.slow
def test_on_6x6_white_without_weight_in_the_loss_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_white_no_weight(monkeypatch)
    monkeypatch.setattr(learner, "WARMUP_STEPS", 20)
    # What is learned of Black helps with White, too: it takes clear targets to tell them apart.
    selfplay = msgspec.structs.replace(SIX_BY_SIX.selfplay, simulations=32)
    config = msgspec.structs.replace(SIX_BY_SIX, selfplay=selfplay)
    assert "white_untrained" in raised(tmp_path, config)
