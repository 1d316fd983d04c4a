"""Recorded graphs, on a device that records nothing and runs everything on the CPU."""

import copy
import weakref
from collections.abc import Callable

import numpy as np
import pytest
import torch

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.evaluation import positions_of
from nets.config import NetConfig
from nets.evaluator import NetEvaluator
from nets.resnet.graphs import GraphedNet, padded_batch
from nets.resnet.net import PolicyValueNet


class FakeDevice:
    """Runs the work at every replay; counts what a real device would have recorded."""

    def __init__(self) -> None:
        self.device = torch.device("cpu")
        self.recorded = 0
        self.replayed = 0

    def pinned(self, *shape: int, dtype: torch.dtype) -> torch.Tensor:
        return torch.zeros(*shape, dtype=dtype)

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        self.recorded += 1
        work()
        # A graph does not keep the memory that it reads: who replays it must.
        remembered = weakref.ref(work)

        def replay() -> None:
            self.replayed += 1
            kept = remembered()
            assert kept is not None, "the recorded work and its memory were dropped"
            kept()

        return replay


def make_net(seed: int) -> PolicyValueNet:
    torch.manual_seed(seed)
    net = PolicyValueNet(NetConfig(blocks=2, channels=8, head_channels=8, value_hidden=8)).eval()
    torch.nn.init.normal_(net.policy_out.weight)
    torch.nn.init.normal_(net.value_out.weight)
    return net


def folded(net: PolicyValueNet) -> PolicyValueNet:
    copied = copy.deepcopy(net)
    copied.fold()
    copied.requires_grad_(False)
    return copied


def boards(count: int, size: int = 7) -> list[Board]:
    generator = np.random.default_rng(count)
    rules = Rules(size)
    return [
        Board.from_moves(rules, generator.permutation(rules.points)[: index % 9].tolist())
        for index in range(count)
    ]


def test_batches_of_any_size_are_answered_as_without_graphs() -> None:
    device, net = FakeDevice(), make_net(1)
    graphed, plain = GraphedNet(folded(net), device), NetEvaluator(net, device="cpu")
    for count in (1, 8, 9, 3, 20, 9):
        positions = positions_of(boards(count))
        answer, expected = graphed.evaluate(positions), plain.evaluate(positions)
        np.testing.assert_allclose(answer.prior, expected.prior, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(answer.value, expected.value, rtol=1e-4, atol=1e-6)
    assert device.replayed == 6
    assert device.recorded == 3  # of 8, 12 and 24 rows


def test_a_board_size_has_graphs_of_its_own() -> None:
    device = FakeDevice()
    graphed = GraphedNet(folded(make_net(1)), device)
    for size in (7, 9, 7):
        assert graphed.evaluate(positions_of(boards(4, size))).prior.shape == (4, size * size)
    assert device.recorded == 2


def test_an_answer_stays_when_the_next_one_comes() -> None:
    graphed = GraphedNet(folded(make_net(1)), FakeDevice())
    first = graphed.evaluate(positions_of(boards(5)))
    kept = first.prior.copy()
    graphed.evaluate(positions_of(boards(6)))
    np.testing.assert_array_equal(first.prior, kept)


def test_graphs_go_on_with_weights_written_over_the_old_ones() -> None:
    first, second = folded(make_net(1)), folded(make_net(2))
    graphed = GraphedNet(first, FakeDevice())
    positions = positions_of(boards(4))
    before = graphed.evaluate(positions)
    for mine, theirs in zip(first.parameters(), second.parameters(), strict=True):
        mine.copy_(theirs)
    after = graphed.evaluate(positions)
    expected = NetEvaluator(make_net(2), device="cpu").evaluate(positions)
    np.testing.assert_allclose(after.prior, expected.prior, rtol=1e-4, atol=1e-6)
    assert not np.allclose(before.prior, after.prior, rtol=1e-3)


def test_an_evaluator_takes_the_weights_of_another_network() -> None:
    evaluator = NetEvaluator(make_net(1), device="cpu")
    positions = positions_of(boards(4))
    evaluator.evaluate(positions)
    evaluator.load(make_net(2))
    expected = NetEvaluator(make_net(2), device="cpu").evaluate(positions)
    np.testing.assert_array_equal(evaluator.evaluate(positions).prior, expected.prior)


@pytest.mark.parametrize("batch", range(1, 2000, 37))
def test_a_batch_is_padded_by_less_than_half(batch: int) -> None:
    padded = padded_batch(batch)
    assert batch <= padded < max(9, 1.5 * batch)


@pytest.mark.gpu
def test_two_evaluators_on_a_gpu_answer_different_questions_from_two_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    net = make_net(3)
    cpu = NetEvaluator(net, device="cpu")
    evaluators = [NetEvaluator(net, device="cuda") for _ in range(2)]

    def ask(lane: int) -> None:
        for count in (300, 40, 7, 900, 41, 300):
            positions = positions_of(boards(count + lane, size=7 + 2 * lane))
            answer = evaluators[lane].evaluate(positions)
            expected = cpu.evaluate(positions)
            np.testing.assert_allclose(answer.prior, expected.prior, atol=0.02)
            np.testing.assert_allclose(answer.value, expected.value, atol=0.05)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(ask, range(2)))
