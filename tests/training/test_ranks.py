"""Two processes that learn together are one that learns from all of the batch."""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gomoku.rules import RENJU, Rules
from gomoku_zero.commands.train import main
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.training import learner as learner_module
from gomoku_zero.training.config import LearnerConfig
from gomoku_zero.training.learner import Learner
from gomoku_zero.training.samples import Samples, concatenate
from nets.config import NetConfig
from nets.networks import Net, make_net
from tests.training.test_learning import make_samples

ROOT = Path(__file__).parents[2]
CPU = torch.device("cpu")
STEPS, ROWS = 20, 16
CONFIG = LearnerConfig(batch=ROWS, learning_rate=3e-3, averaging=0.5)
FREESTYLE_RULES, RENJU_RULES = Rules(6, 5), Rules(6, 5, RENJU)


def a_net(architecture: str) -> Net:
    torch.manual_seed(5)
    return make_net(
        NetConfig(architecture, 2, 16, head_channels=8, value_hidden=8, line_channels=8)
    )


def batch_of_step(step: int, rank: int | None) -> list[tuple[Samples, Rules]]:
    """The batch of a step, or the half of a rank; renju, whose weights only it uses, comes to rank
    0 alone, and only now and then."""
    halves = [make_samples(ROWS // 2, 2 * step + part, 36) for part in range(2)]
    rules = [RENJU_RULES if step % 3 == 0 else FREESTYLE_RULES, FREESTYLE_RULES]
    parts = list(zip(halves, rules, strict=True))
    if rank is not None:
        return [parts[rank]]
    if rules[0] == rules[1]:
        return [(concatenate(halves), rules[0])]
    return parts


def learn(learner: Learner, rank: int | None) -> list[list[float]]:
    return [
        [float(loss) for loss in learner.step(batch_of_step(step, rank), 0.0)]
        for step in range(STEPS)
    ]


def _learn_as(rank: int, folder: str, architecture: str) -> None:
    """What a process does: the weights and losses go to a file."""
    from gomoku_zero.training.ranks import Ranks

    os.environ.update(RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", LOCAL_RANK=str(rank))
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2
    )
    ranks = Ranks.join()
    learner_module.WARMUP_STEPS = 0
    learner = Learner(a_net(architecture), CONFIG, CPU, 1, precision="float32", ranks=ranks)
    losses = learn(learner, rank)
    torch.save((losses, learner.tensors()), f"{folder}/{rank}.pt")
    torch.distributed.destroy_process_group()


def run_both(target: Any, *arguments: Any) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=target, args=(rank, *arguments)) for rank in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(180)
        if process.exitcode is None:
            process.kill()
    assert [process.exitcode for process in processes] == [0, 0]


@pytest.mark.parametrize("architecture", ["patterns", "resnet"])
def test_two_ranks_learn_as_one_does_from_the_same_batches(
    architecture: str, tmp_path: Path
) -> None:
    run_both(_learn_as, str(tmp_path), architecture)
    (losses, first), (losses_too, second) = (
        torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(2)
    )
    assert losses == losses_too
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name
    learner = Learner(a_net(architecture), CONFIG, CPU, 1, precision="float32")
    alone = learn(learner, None)
    assert alone[-1][0] < alone[0][0]
    # Two ranks add up in another order, and a feature of a pattern may fall to another step for it.
    rtol = {"patterns": 1e-2, "resnet": 2e-3}[architecture]
    np.testing.assert_allclose(losses, alone, rtol=rtol, atol=1e-4)


@pytest.mark.cluster
def test_a_run_is_resumed_by_two_ranks(tmp_path: Path) -> None:
    settings = [
        *("configs/tictactoe.toml", "--run", str(tmp_path / "run"), "--minutes", "1000"),
        *("--cycle-positions", "150", "--evaluation.opponents", "random"),
        *("--learner.batch", "32", "--selfplay.games", "8", "--selfplay.lanes", "1"),
        *("--net.architecture", "patterns", "--net.channels", "16"),
    ]
    assert main([*settings, "--cycles", "1"]) == 0
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
            *("--nproc-per-node", "2", "--", "train.py", *settings, "--cycles", "3", "--resume"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert ended.returncode == 0, ended.stderr
    rows = {row["cycle"]: row for row in read_metrics(tmp_path / "run") if "learner/steps" in row}
    assert set(rows) == {1, 2, 3}
    assert 0 < rows[1]["learner/steps"] < rows[2]["learner/steps"] < rows[3]["learner/steps"]
    # What both have learned is saved, and resumed by one alone.
    assert main([*settings, "--cycles", "4", "--resume"]) == 0
