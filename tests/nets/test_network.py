"""Planes, network and evaluator."""

import numpy as np
import pytest
import torch

from gomoku.board import Board
from gomoku.rules import FREESTYLE, STANDARD, Rules
from gomoku.symmetry import SYMMETRIES, image_points, source_points
from mcts.evaluation import Positions, positions_of
from nets.config import NetConfig, UnsupportedRulesError
from nets.evaluator import NetEvaluator
from nets.features import PLANES, encode
from nets.resnet.net import PolicyValueNet

RULES = Rules(size=5, win_length=4)
BOARD = Board.from_text(
    """
    . . . . .
    . x O . .
    . x . . .
    . . . . .
    . . . . o
    """,
    RULES,
)


@pytest.fixture(scope="module")
def net() -> PolicyValueNet:
    torch.manual_seed(5)
    net = PolicyValueNet(NetConfig(blocks=2, channels=8, head_channels=8, value_hidden=8))
    # Batch norms that do something, and heads that are not near zero.
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            module.running_mean = torch.randn(module.num_features)
            module.running_var = torch.rand(module.num_features) + 0.5
    torch.nn.init.normal_(net.policy_out.weight)
    torch.nn.init.normal_(net.value_out.weight)
    return net.eval()


def planes_of(batch: Positions) -> torch.Tensor:
    cells, to_move, last_move = (
        torch.from_numpy(array.copy()) for array in (batch.cells, batch.to_move, batch.last_move)
    )
    return encode(cells, to_move, last_move, batch.rules)


def test_the_planes_of_a_board_are_as_the_table_says() -> None:
    planes = planes_of(positions_of([BOARD]))[0]
    assert planes.shape == (PLANES, 5, 5)
    assert BOARD.to_move.name == "BLACK"
    assert planes[0].tolist() == [[1.0] * 5] * 5
    assert planes[1].nonzero().tolist() == [[1, 1], [2, 1]]
    assert planes[2].nonzero().tolist() == [[1, 2], [4, 4]]
    assert planes[3].nonzero().tolist() == [[1, 2]]
    assert planes[4].tolist() == [[1.0] * 5] * 5
    assert planes[5].tolist() == [[1.0] * 5] * 5
    assert planes[6].tolist() == [[0.0] * 5] * 5
    assert planes[7].tolist() == [[0.0] * 5] * 5
    assert planes[8].tolist() == [[1.0] * 5] * 5
    assert planes[9].tolist() == planes[10].tolist() == [[0.0] * 5] * 5


def test_the_planes_of_white_swap_the_stones() -> None:
    board = Board.from_moves(Rules(size=5, win_length=5, variant=STANDARD), [7])
    planes = planes_of(positions_of([board]))[0]
    assert planes[1].sum() == 0
    assert planes[2].nonzero().tolist() == [[1, 2]]
    assert planes[4].sum() == planes[5].sum() == 0
    assert planes[6].tolist() == [[0.5] * 5] * 5


def test_turning_the_board_turns_the_planes() -> None:
    batch = positions_of([BOARD])
    planes = planes_of(batch)[0].flatten(1)
    for symmetry in range(SYMMETRIES):
        turned = batch._replace(
            cells=batch.cells[:, source_points(5)[symmetry]],
            last_move=image_points(5)[symmetry][batch.last_move].astype(np.int16),
        )
        expected = planes[:, torch.from_numpy(source_points(5)[symmetry].copy())]
        assert torch.equal(planes_of(turned)[0].flatten(1), expected)


@pytest.mark.parametrize("size", [3, 6, 9, 15, 22])
def test_one_network_plays_every_size(net: PolicyValueNet, size: int) -> None:
    board = Board(Rules(size=size, win_length=3))
    answer = NetEvaluator(net, device="cpu").evaluate(positions_of([board, board]))
    assert answer.prior.shape == (2, size * size)
    assert answer.value.shape == (2,)
    assert answer.prior.dtype == answer.value.dtype == np.float32
    np.testing.assert_allclose(answer.prior.sum(axis=1), 1, rtol=1e-5)
    assert (np.abs(answer.value) <= 1).all()


def test_folding_batch_norms_changes_nothing(net: PolicyValueNet) -> None:
    batch = positions_of([BOARD])
    answer = NetEvaluator(net, device="cpu").evaluate(batch)
    with torch.inference_mode():
        output = net(planes_of(batch))
    expected = torch.softmax(output.policy, dim=1)[0].numpy()
    chances = torch.softmax(output.value, dim=1)[0].numpy()
    np.testing.assert_allclose(answer.prior[0], expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(answer.value[0], chances[0] - chances[2], rtol=1e-4, atol=1e-6)


def test_rules_a_network_was_not_trained_on_are_refused_by_name(net: PolicyValueNet) -> None:
    evaluator = NetEvaluator(net, device="cpu", rules=[RULES])
    evaluator.evaluate(positions_of([Board(Rules(size=9, win_length=4, variant=FREESTYLE))]))
    with pytest.raises(UnsupportedRulesError, match="9x9 freestyle, 5 in a row"):
        evaluator.evaluate(positions_of([Board(Rules(size=9, win_length=5))]))


@pytest.mark.gpu
def test_a_gpu_answers_as_the_cpu_does(net: PolicyValueNet) -> None:
    batch = positions_of([BOARD])
    cpu = NetEvaluator(net, device="cpu").evaluate(batch)
    gpu = NetEvaluator(net, device="cuda").evaluate(batch)
    np.testing.assert_allclose(gpu.prior, cpu.prior, atol=0.02)
    np.testing.assert_allclose(gpu.value, cpu.value, atol=0.05)
