"""A run that learns from another network's games."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gomoku.rules import Rules
from gomoku_zero.commands.train import main
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.training.config import GameConfig, NetSection, TrainConfig
from gomoku_zero.training.replay import read_arrays, read_samples, write_arrays
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.samples import positions_of_samples
from gomoku_zero.training.teacher import window_of_teacher
from nets.backends import evaluator_here
from nets.checkpoint import CheckpointMeta, load_checkpoint, read_meta, save_checkpoint
from nets.config import NetConfig
from nets.evaluator import NetEvaluator
from nets.networks import make_net
from nets.patterns.net import PatternNet
from nets.resnet.net import LOSS, WIN

from .test_run import TINY, train

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of line patterns, whose answers turn with the board; nobody may change its folder."""
    folder = tmp_path_factory.mktemp("teacher")
    patterns = NetSection(architecture="patterns", channels=8)
    train(folder, 3, resume=False, base=msgspec.structs.replace(TINY, net=patterns))
    return folder


def distilled(teacher: Path, simulations: int = 8) -> TrainConfig:
    """The tiny residual network, taught."""
    selfplay = msgspec.structs.replace(TINY.selfplay, simulations=simulations)
    return msgspec.structs.replace(TINY, distill=str(teacher), selfplay=selfplay)


def test_what_is_learned_is_what_the_teacher_says(tmp_path: Path) -> None:
    rules = Rules(6, 4)
    torch.manual_seed(1)
    net = make_net(NetConfig("patterns", channels=8, line_channels=8, value_hidden=8))
    assert isinstance(net, PatternNet)
    with torch.no_grad():
        for weights in net.parameters():
            weights.add_(0.2 * torch.randn_like(weights))
        net.policy_out.weight.normal_()
        # As much chance of losing as of winning: then a search has nothing to add to the policy.
        net.value_out.weight[LOSS] = net.value_out.weight[WIN]
        net.value_out.bias[LOSS] = net.value_out.bias[WIN]
    save_checkpoint(tmp_path / "net", net, CheckpointMeta(name="", net=net.config, rules=[rules]))
    base = distilled(tmp_path / "net", simulations=1)
    selfplay = msgspec.structs.replace(base.selfplay, vcf_search=0)
    base = msgspec.structs.replace(
        base, game=GameConfig(size=6, win_length=4), cycle_positions=400, selfplay=selfplay
    )
    train(tmp_path / "run", 1, resume=False, base=base)
    samples = read_samples(tmp_path / "run" / "replay" / "000001.npz")
    teacher = evaluator_here(net.eval(), "cpu", [rules])
    positions = positions_of_samples(samples, rules)
    legal = samples.cells == 0
    prior = teacher.evaluate(positions).prior * legal
    prior /= prior.sum(axis=1, keepdims=True)
    uniform = legal / legal.sum(axis=1, keepdims=True)
    # But for rows of one move, and those that stop them, which it finds by itself.
    assert np.median(distance(samples.policy, prior)) < 0.01
    assert np.median(distance(uniform, prior)) > 0.05
    draws = teacher.evaluate(positions).draw
    assert draws is not None
    np.testing.assert_allclose(samples.root_draw, draws, atol=1e-3)
    assert samples.root_draw.std() > 1e-4


def distance(p: NDArray[np.generic], q: NDArray[np.generic]) -> NDArray[np.float64]:
    """`[B]` half the sum of differences of probabilities `[B, A]`."""
    distances: NDArray[np.float64] = np.abs(p.astype(float) - q.astype(float)).sum(axis=1) / 2
    return distances


def test_a_taught_run_resumes_exactly_without_the_folder_of_its_teacher(
    tmp_path: Path, teacher: Path
) -> None:
    moved = tmp_path / "teacher"
    shutil.copytree(teacher, moved)
    base = distilled(moved)
    train(tmp_path / "whole", 4, resume=False, base=base)
    train(tmp_path / "parts", 2, resume=False, base=base)
    shutil.rmtree(moved)
    train(tmp_path / "parts", 4, resume=True, base=base)
    states = [RunFolder(tmp_path / name).begin(resume=True) for name in ("whole", "parts")]
    assert states[0] is not None
    assert states[1] is not None
    for name, tensor in states[0].tensors.items():
        assert torch.equal(tensor, states[1].tensors[name]), name
    for file in sorted((tmp_path / "whole" / "replay").glob("0*.npz")):
        whole, parts = read_arrays(file), read_arrays(tmp_path / "parts" / "replay" / file.name)
        for name, array in whole.items():
            np.testing.assert_array_equal(array, parts[name], err_msg=f"{file} {name}")


def test_a_taught_run_begins_with_the_window_of_its_teacher(tmp_path: Path, teacher: Path) -> None:
    trainer = train(tmp_path, 1, resume=False, base=distilled(teacher))
    window = window_of_teacher(teacher, Rules(3, 3))
    assert window is not None
    assert window.rows == sum(
        read_samples(file).rows for file in (teacher / "replay").glob("0*.npz")
    )
    first = read_samples(tmp_path / "replay" / "000000.npz")
    np.testing.assert_array_equal(first.policy, window.policy)
    judge = NetEvaluator(load_checkpoint(RunFolder(teacher).checkpoint(3)).net, device="cpu")
    draws = judge.evaluate(positions_of_samples(first, Rules(3, 3))).draw
    assert draws is not None
    np.testing.assert_allclose(first.root_draw, draws, atol=5e-3)  # a residual one in int8
    seen = trainer.progress.positions_by_rules[0]
    assert seen == window.rows + trainer.progress.positions
    # Another board's positions are of no use, though its network is.
    assert window_of_teacher(teacher, Rules(4, 3)) is None
    assert window_of_teacher(RunFolder(teacher).checkpoint(3), Rules(3, 3)) is None


def test_the_student_becomes_like_its_teacher(tmp_path: Path, teacher: Path) -> None:
    base = distilled(teacher)
    learner = msgspec.structs.replace(base.learner, learning_rate=1e-2, reuse=20)
    train(tmp_path, 6, resume=False, base=msgspec.structs.replace(base, learner=learner))
    divergences = [line["fresh/policy_kl"] for line in read_metrics(tmp_path)]
    assert divergences[-1] < 0.7 * divergences[0]
    meta = read_meta(RunFolder(tmp_path).checkpoint(6))
    assert meta.net.architecture == "resnet"
    assert meta.config["distill"] == str(teacher)


def test_a_taught_run_goes_on_with_its_teacher_without_being_told(
    tmp_path: Path, teacher: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    arguments = [
        *(str(ROOT / "configs/tictactoe.toml"), "--run", str(run), "--cycle-positions", "40"),
        *("--evaluation.opponents", "random", "--selfplay.games", "4", "--minutes", "100"),
    ]
    assert main([*arguments, "--cycles", "1", "--distill", str(teacher)]) == 0
    assert main([*arguments, "--cycles", "2", "--resume"]) == 0
    assert read_meta(RunFolder(run).checkpoint(2)).config["distill"] == str(teacher)
    capsys.readouterr()
    other = [*arguments, "--cycles", "3", "--resume", "--distill", "models/9x9"]
    assert main(other) == 2
    assert "and cannot become models/9x9: leave it out" in capsys.readouterr().err
    shutil.rmtree(run / "teacher")
    assert main([*arguments, "--cycles", "3", "--resume"]) == 2
    assert str(run / "teacher") in capsys.readouterr().err


def test_a_run_killed_while_it_copied_its_teacher_may_begin_again(
    tmp_path: Path, teacher: Path
) -> None:
    shutil.copytree(RunFolder(teacher).checkpoint(1), tmp_path / "teacher")
    (tmp_path / ".teacher.unfinished").mkdir()
    train(tmp_path, 1, resume=False, base=distilled(teacher))
    assert read_meta(tmp_path / "teacher").cycles == 3


def test_what_cannot_teach_is_refused(
    tmp_path: Path, teacher: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = str(ROOT / "configs" / "tictactoe.toml")
    run = str(tmp_path / "run")
    assert main([config, "--run", run, "--distill", str(tmp_path / "none")]) == 2
    assert f"{tmp_path / 'none'} is not a checkpoint" in capsys.readouterr().err
    four = ["--game.size", "6", "--game.win-length", "4", "--run", run]
    assert main([config, *four, "--distill", str(teacher)]) == 2
    assert "has not been trained for" in capsys.readouterr().err
    # Nothing of it is in the way of a run.
    run_folder = RunFolder(Path(run))
    assert run_folder.begin(resume=False) is None


def test_several_sizes_are_taught_at_once(tmp_path: Path, teacher: Path) -> None:
    game = GameConfig(size=4, win_length=3, other_sizes=((3, 0.4),))
    base = msgspec.structs.replace(distilled(teacher), game=game)
    train(tmp_path, 2, resume=False, base=base)
    # The window of the teacher is of one of them.
    assert not (tmp_path / "replay" / "000000.npz").exists()
    assert (tmp_path / "replay" / "3" / "000000.npz").exists()


def test_positions_of_before_there_were_teachers_are_read(tmp_path: Path, teacher: Path) -> None:
    arrays = read_arrays(teacher / "replay" / "000003.npz")
    del arrays["root_draw"]
    write_arrays(tmp_path / "old.npz", arrays)
    samples = read_samples(tmp_path / "old.npz")
    assert samples.root_draw.shape == samples.root_value.shape
    assert not samples.root_draw.any()
