"""A whole run: it resumes exactly, survives being killed, and refuses what is not its own."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from train import main
from training.config import (
    EvaluationConfig,
    GameConfig,
    LearnerConfig,
    NetSection,
    SelfPlayConfig,
    TrainConfig,
    read_config,
)
from training.log import RunLog, read_metrics
from training.loop import Trainer
from training.replay import read_arrays
from training.run_folder import Progress, RunError, RunFolder

ROOT = Path(__file__).parents[2]

TINY = TrainConfig(
    minutes=1e6,
    cycle_positions=60,
    game=GameConfig(size=3, win_length=3),
    net=NetSection(blocks=1, channels=8, head_channels=8, value_hidden=8),
    selfplay=SelfPlayConfig(games=8, simulations=8, considered=4, random_plies=2),
    learner=LearnerConfig(batch=32),
    evaluation=EvaluationConfig(opponents=(), minutes=1e6),
)


def train(
    folder: Path, cycles: int, *, resume: bool, beside_play: bool = False, backend: str = "auto"
) -> Trainer:
    """Train up to so many cycles of the tiny configuration."""
    run = RunFolder(folder)
    config = msgspec.structs.replace(
        TINY,
        learner=msgspec.structs.replace(TINY.learner, beside_play=beside_play),
        selfplay=msgspec.structs.replace(TINY.selfplay, backend=backend),
    )
    # The budget that the learning rate follows is the same however the run is cut up.
    trainer = Trainer(msgspec.structs.replace(config, cycles=8), run, run.begin(resume))
    trainer.stop_after = cycles
    run.write_json("config.json", TINY)
    with RunLog(folder, seconds=1, done_seconds=0, last_cycle=trainer.progress.cycle) as log:
        trainer.run(log)
    return trainer


@pytest.mark.parametrize(
    ("beside_play", "backend"), [(False, "int8"), (False, "float32"), (True, "int8")]
)
def test_resuming_at_a_cycle_boundary_reproduces_the_uninterrupted_run_exactly(
    tmp_path: Path, beside_play: bool, backend: str
) -> None:
    how = {"beside_play": beside_play, "backend": backend}
    train(tmp_path / "whole", 4, resume=False, **how)  # type: ignore[arg-type]
    train(tmp_path / "parts", 2, resume=False, **how)  # type: ignore[arg-type]
    train(tmp_path / "parts", 4, resume=True, **how)  # type: ignore[arg-type]
    for cycle in ("000003", "000004"):
        whole = read_arrays(tmp_path / "whole" / "replay" / f"{cycle}.npz")
        parts = read_arrays(tmp_path / "parts" / "replay" / f"{cycle}.npz")
        assert whole.keys() == parts.keys()
        for name, array in whole.items():
            np.testing.assert_array_equal(array, parts[name], err_msg=f"{cycle} {name}")
    states = [RunFolder(tmp_path / name).begin(resume=True) for name in ("whole", "parts")]
    assert states[0] is not None
    assert states[1] is not None
    for name, tensor in states[0].tensors.items():
        assert torch.equal(tensor, states[1].tensors[name]), name


def test_a_cycle_that_was_not_finished_is_forgotten(tmp_path: Path) -> None:
    train(tmp_path, 2, resume=False)
    # What a kill between writing the replay and the state of cycle 3 leaves behind.
    (tmp_path / "replay" / "000003.npz").write_bytes(b"half a file")
    (tmp_path / "checkpoints" / "000003").mkdir()
    (tmp_path / "state" / ".000003.unfinished").mkdir()
    with (tmp_path / "metrics.jsonl").open("a") as stream:
        stream.write('{"cycle": 3, "loss/pol')
    trainer = train(tmp_path, 3, resume=True)
    assert trainer.progress.cycle == 3
    assert [line["cycle"] for line in read_metrics(tmp_path)] == [1, 2, 3]
    assert read_arrays(tmp_path / "replay" / "000003.npz")


def test_a_damaged_newest_state_falls_back_to_the_one_before(tmp_path: Path) -> None:
    train(tmp_path, 2, resume=False)
    file = tmp_path / "state" / "000002" / "learner.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    assert train(tmp_path, 2, resume=True).progress.cycle == 2


def test_a_run_is_not_overwritten_without_being_asked(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(RunError, match="--resume"):
        RunFolder(tmp_path).begin(resume=False)


def test_a_foreign_folder_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(RunError, match=r"no config\.json"):
        RunFolder(tmp_path).begin(resume=True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["configs/none.toml", "--run", "RUN"], "cannot read configs/none.toml"),
        (["README.toml", "--run", "RUN"], "cannot read README.toml"),
        (["configs/6x6.toml", "--run", "RUN", "--game.size", "99"], "game.size"),
        (["configs/6x6.toml", "--run", "RUN", "--game.rules", "chess"], "chess"),
        (["configs/6x6.toml", "--run", "RUN", "--selfplay.lanes", "999"], "selfplay.lanes"),
        (["configs/6x6.toml", "--run", "RUN", "--evaluation.opponents", "pur:9"], "pur:9"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_clear_line(
    arguments: list[str], expected: str, tmp_path: Path
) -> None:
    answer = subprocess.run(
        [sys.executable, "train.py", *(str(tmp_path) if a == "RUN" else a for a in arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert expected in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize("file", sorted(ROOT.glob("configs/*.toml")), ids=lambda f: f.stem)
def test_every_preset_can_be_read(file: Path) -> None:
    assert read_config(file).name == file.stem.removesuffix("-gpu")


@pytest.mark.slow
def test_a_run_killed_at_random_instants_loses_at_most_the_cycle_in_progress(
    tmp_path: Path,
) -> None:
    run = tmp_path / "run"
    command = [
        sys.executable,
        *("train.py", "configs/tictactoe.toml", "--run", str(run), "--minutes", "10"),
        *("--cycle-positions", "300", "--evaluation.opponents", "greedy"),
    ]
    chance = random.Random(5)
    seen = Progress()
    for kill in range(5):
        resume = ["--resume"] if kill else []
        process = subprocess.Popen([*command, *resume], cwd=ROOT, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(15, 25))
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = len(read_metrics(run))
        state = RunFolder(run).begin(resume=True)
        assert state is not None
        assert state.progress.cycle >= max(seen.cycle, done)
        assert state.progress.games >= seen.games
        assert state.progress.positions >= seen.positions
        seen = state.progress
    assert seen.cycle > 5
    for file in sorted((run / "replay").glob("[0-9]*.npz")):
        read_arrays(file)


def test_two_processes_do_not_train_in_one_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(tmp_path / "run", 1, resume=False)
    file = ROOT / "configs" / "tictactoe.toml"
    with RunFolder(tmp_path / "run").locked():
        assert main([str(file), "--run", str(tmp_path / "run"), "--resume"]) == 2
    assert "another process is training in" in capsys.readouterr().err


def test_a_run_in_the_background_of_a_shell_stops_when_asked_to(tmp_path: Path) -> None:
    run = tmp_path / "run"
    # A shell without job control has SIGINT ignored in what it starts with "&".
    process = subprocess.Popen(
        [
            *(sys.executable, "train.py", "configs/tictactoe.toml", "--run", str(run)),
            *("--cycle-positions", "100", "--evaluation.opponents", "greedy"),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        for _ in range(1200):
            if (run / "metrics.jsonl").exists():
                break
            time.sleep(0.1)
        process.terminate()
        assert process.wait(timeout=60) == 130
    finally:
        process.kill()
