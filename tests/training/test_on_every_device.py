"""What must hold on a GPU, and holds on a CPU as well: `pytest -m gpu` runs it on the first GPU."""

import copy
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from gomoku.board import Board
from gomoku.rules import RENJU, Rules
from gomoku_zero.training.config import (
    EvaluationConfig,
    GameConfig,
    LearnerConfig,
    NetSection,
    SelfPlayConfig,
    TrainConfig,
)
from gomoku_zero.training.inference import Inference
from gomoku_zero.training.learner import Learner, compute_losses
from gomoku_zero.training.log import RunLog
from gomoku_zero.training.loop import Trainer
from gomoku_zero.training.run_folder import Progress, RunFolder
from mcts.evaluation import Evaluator, Positions, positions_of
from nets.config import NetConfig
from nets.evaluator import NetEvaluator
from nets.features import encode
from nets.networks import Net, make_net
from nets.patterns.tables import TableEvaluator
from nets.resnet.net import PolicyValueNet
from tests.training.test_batches import samples_of

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]
RESIDUAL = NetConfig(blocks=2, channels=16, head_channels=16, value_hidden=16)
PATTERNS = NetConfig("patterns", channels=16, line_channels=16, value_hidden=16)


def random_net(config: NetConfig, seed: int) -> Net:
    """A network whose answers differ from position to position."""
    torch.manual_seed(seed)
    net = make_net(config).eval()
    with torch.no_grad():
        net.policy_out.weight.normal_(std=0.3)
        net.value_out.weight.normal_(std=0.3)
        if not isinstance(net, PolicyValueNet):
            net.forbidden.normal_(std=0.2)
    return net


def boards(count: int, rules: Rules, seed: int = 0) -> Positions:
    rng = np.random.default_rng([count, seed])
    return positions_of(
        [
            Board.from_moves(rules, rng.permutation(rules.points)[: index % 9].tolist())
            for index in range(count)
        ]
    )


def plainly(net: Net, positions: Positions) -> tuple[np.ndarray, np.ndarray]:
    """Priors and values by the network as it is trained, on the CPU in float32."""
    planes = encode(
        torch.from_numpy(positions.cells),
        torch.from_numpy(positions.to_move),
        torch.from_numpy(positions.last_move),
        positions.rules,
    )
    with torch.inference_mode():
        output = net(planes)
    chances = torch.softmax(output.value, dim=1).numpy()
    return torch.softmax(output.policy, dim=1).numpy(), chances[:, 0] - chances[:, 2]


def assert_same(evaluator: Evaluator, net: Net, positions: Positions, device: str) -> None:
    answer, (prior, value) = evaluator.evaluate(positions), plainly(net, positions)
    # A GPU computes residual networks in bfloat16; tables are of 8-bit integers.
    in_tables = isinstance(evaluator, TableEvaluator)
    near = 1e-5 if device == "cpu" and not in_tables else 0.02
    if in_tables:  # and answer for the empty points alone
        prior = prior * (positions.cells == 0)
        prior = prior / prior.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(answer.prior, prior, atol=near)
    np.testing.assert_allclose(answer.value, value, atol=2.5 * near)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("config", [RESIDUAL, PATTERNS], ids=["resnet", "patterns"])
def test_a_network_answers_as_it_was_trained_also_under_renju(
    config: NetConfig, device: str
) -> None:
    net = random_net(config, 1)
    evaluator = NetEvaluator(net, device=device)
    for rules in (Rules(7), Rules(9, 5, RENJU)):
        positions = boards(20, rules)
        assert_same(evaluator, net, positions, device)
    # Rows of Black cross where a double three is forbidden, and the network is told.
    fork = positions_of([Board.from_moves(Rules(9, 5, RENJU), [39, 0, 41, 8, 31, 72, 49, 80])])
    assert (fork.cells == 2).any()
    assert_same(evaluator, net, fork, device)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("config", [RESIDUAL, PATTERNS], ids=["resnet", "patterns"])
def test_gradient_steps_are_those_of_one_tensor_at_a_time(config: NetConfig, device: str) -> None:
    learner_config = LearnerConfig(learning_rate=1e-3, averaging=0.5)
    net = random_net(config, 2)
    learner = Learner(
        copy.deepcopy(net), learner_config, torch.device(device), 1, precision="float32"
    )
    slow = copy.deepcopy(net).train()
    groups = [
        {"params": [p for p in slow.parameters() if p.ndim > 1], "weight_decay": 1e-3},
        {"params": [p for p in slow.parameters() if p.ndim <= 1], "weight_decay": 0.0},
    ]
    plain = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), foreach=False, fused=False)
    rules = Rules(9, 5, RENJU)
    for seed in range(4):
        batch = [(samples_of(24, seed), rules)]
        found = learner.step(batch, 0.0)
        targets = learner.prepare(batch).on(torch.device("cpu"))
        expected = compute_losses(slow(targets.planes()), targets)
        plain.zero_grad()
        expected.total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(slow.parameters(), 1.0)
        plain.step()
        assert float(found.total) == pytest.approx(expected.total.item(), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("config", [RESIDUAL, PATTERNS], ids=["resnet", "patterns"])
@pytest.mark.usefixtures("unquantized")
def test_self_play_hears_of_a_new_network(config: NetConfig, device: str) -> None:
    selfplay = SelfPlayConfig(device=device)
    first, second = random_net(config, 1), random_net(config, 2)
    positions = boards(9, Rules(7))
    inference = Inference(first, [Rules(7)], selfplay, seed=0)
    for net in (first, second, first):
        inference.refresh(net, None)
        inference.plain().evaluate(positions)  # recorded by a graph on a GPU
        assert_same(inference.plain(), net, positions, device)


@pytest.mark.parametrize("device", DEVICES)
def test_a_thousand_odd_batches_do_not_fill_the_memory(device: str) -> None:
    evaluator = NetEvaluator(random_net(RESIDUAL, 1), device=device)
    sizes = np.random.default_rng(1).integers(1, 200, 1000)
    positions = boards(200, Rules(6))

    def used() -> float:
        """MiB; of a GPU what torch holds there, otherwise the most the process ever had."""
        if device == "cuda":
            return torch.cuda.memory_reserved() / 2**20
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10

    before = 0.0
    for number, size in enumerate(sizes.tolist()):
        evaluator.evaluate(positions.rows(slice(size)))
        if number == 300:
            before = used()
    assert used() - before < 64


@pytest.mark.parametrize("device", DEVICES)
def test_four_threads_begin_at_once(device: str) -> None:
    net = random_net(RESIDUAL, 4)
    evaluators = [NetEvaluator(net, device=device) for _ in range(4)]

    def ask(lane: int) -> None:
        torch.set_num_threads(1)
        # Every size is recorded on a GPU, while the other threads record and evaluate.
        for count in (8, 12, 16, 24, 33, 49, 65, 97, 8, 33):
            for size in (6, 7):
                assert_same(evaluators[lane], net, boards(count, Rules(size), lane), device)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, range(4)))


def tiny_run(device: str, config: NetConfig, cycles: int) -> TrainConfig:
    net = msgspec.structs.replace(NetSection.of_config(config), channels=8)
    return TrainConfig(
        minutes=1e6,
        cycles=cycles,
        cycle_positions=60,
        game=GameConfig(size=3, win_length=3),
        net=net,
        selfplay=SelfPlayConfig(device=device, games=8, lanes=2, simulations=8, random_plies=2),
        learner=LearnerConfig(device=device, batch=32, beside_play=True),
        evaluation=EvaluationConfig(opponents=("random",), minutes=1e6),
    )


def go_on(folder: Path, config: TrainConfig) -> Progress:
    run = RunFolder(folder)
    trainer = Trainer(config, run, run.begin(resume=(folder / "config.json").exists()))
    run.write_json("config.json", config)
    with RunLog(folder, seconds=1, done_seconds=0, last_cycle=trainer.progress.cycle) as log:
        trainer.run(log)
    assert trainer._learner.is_finite()
    return trainer.progress


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("config", [RESIDUAL, PATTERNS], ids=["resnet", "patterns"])
def test_a_run_moves_to_a_device_and_back(tmp_path: Path, config: NetConfig, device: str) -> None:
    # It learns beside play, and on the way back plays in the form it had.
    seen = Progress()
    for cycles, where in ((2, "cpu"), (4, device), (6, "cpu")):
        progress = go_on(tmp_path, tiny_run(where, config, cycles))
        assert progress.cycle == cycles
        assert progress.steps > seen.steps
        assert progress.positions >= seen.positions + 2 * 60
        seen = progress
