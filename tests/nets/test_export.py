"""The exported network: any size, faithful, and refused where it is not."""

import re
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.rules import RENJU, STANDARD, Rules
from mcts.evaluation import Evaluation, Evaluator, Positions, positions_of
from nets import export
from nets.checkpoint import CheckpointMeta, load_checkpoint, save_checkpoint
from nets.config import NetConfig, UnsupportedRulesError
from nets.evaluator import NetEvaluator
from nets.export import (
    ExportError,
    compare,
    export_onnx,
    quantize,
    quantize_net,
    sample_positions,
)
from nets.networks import make_net
from nets.resnet.net import PolicyValueNet
from nets.resnet.onnx import UNFAITHFUL, OnnxEvaluator

RESIDUAL = Path(__file__).parents[2] / "benchmarks" / "references" / "resnet-6x6"
SMALL = NetConfig(blocks=2, channels=8, head_channels=8, value_hidden=8)


@pytest.fixture(scope="module")
def shipped() -> PolicyValueNet:
    net = load_checkpoint(RESIDUAL).net
    assert isinstance(net, PolicyValueNet)
    return net


def played(rules: Rules, games: int = 12) -> list[Board]:
    generator = np.random.default_rng(3)
    boards: list[Board] = []
    while len(boards) < games:
        board = Board(rules)
        for move in generator.permutation(rules.points)[: 2 + len(boards)]:
            if board.outcome is None:
                board.push(int(move))
        if board.outcome is None:
            boards.append(board)
    return boards


def draws_of(evaluator: Evaluator, positions: Positions) -> NDArray[np.float32]:
    draws = evaluator.evaluate(positions).draw
    assert draws is not None
    return draws


def test_draws_are_as_likely_exported_and_quantized_as_in_torch(shipped: PolicyValueNet) -> None:
    rules = Rules(6, 4)
    torch_net = NetEvaluator(shipped, device="cpu")
    positions = positions_of([Board(rules), *played(rules, 24)])
    expected = draws_of(torch_net, positions)
    assert expected.shape == (25,)
    assert (expected >= 0).all()
    # Win, draw and loss sum to one, so a value leaves that much to draws at most.
    assert (expected <= 1 - np.abs(torch_net.evaluate(positions).value) + 1e-5).all()
    model = export_onnx(shipped)
    assert np.allclose(draws_of(OnnxEvaluator(model), positions), expected, atol=1e-4)
    likely = sample_positions(torch_net, rules, 256)
    seen, unseen = likely.rows(slice(128)), likely.rows(slice(128, None))
    quantized = OnnxEvaluator(quantize(model, seen))
    assert np.abs(draws_of(quantized, unseen) - draws_of(torch_net, unseen)).mean() < 0.05


@pytest.mark.parametrize(
    "rules", [Rules(5, 4), Rules(9), Rules(15), Rules(6, 4, STANDARD), Rules(9, variant=RENJU)]
)
def test_one_exported_file_answers_as_torch_does_at_every_size_and_rule(
    rules: Rules,
) -> None:
    torch.manual_seed(1)
    net = PolicyValueNet(SMALL)
    with torch.no_grad():
        for layer in (net.policy_out, net.value_out):
            layer.weight.normal_()
    errors = compare(
        OnnxEvaluator(export_onnx(net)),
        NetEvaluator(net, device="cpu"),
        positions_of([Board(rules), *played(rules)]),
    )
    assert errors.policy < 1e-4
    assert errors.value_worst < 1e-4


def test_the_quantized_network_is_near_on_positions_it_was_not_made_for(
    shipped: PolicyValueNet,
) -> None:
    torch_evaluator = NetEvaluator(shipped, device="cpu")
    rules = Rules(6, 4)
    made_for = sample_positions(torch_evaluator, rules, count=256, seed=1)
    model = quantize(export_onnx(shipped), made_for)
    others = sample_positions(torch_evaluator, rules, count=256, seed=2)
    errors = compare(OnnxEvaluator(model), torch_evaluator, others)
    assert errors.policy < 0.03, errors.describe()
    assert errors.value < 0.03, errors.describe()
    assert len(model) < 0.7 * len(export_onnx(shipped))


def test_every_layer_of_the_trunk_of_a_new_network_is_quantized() -> None:
    # Its biases are all zero, and the exporter would let the layers share them.
    net = PolicyValueNet(SMALL).eval()
    positions = positions_of(played(Rules(6, 4)))
    graph = onnx.load_from_string(quantize(export_onnx(net), positions)).graph
    makers = {output: node.op_type for node in graph.node for output in node.output}
    trunk = [
        node
        for node in graph.node
        if node.op_type == "Conv" and "policy" not in node.name and "value" not in node.name
    ]
    assert len(trunk) == 1 + 2 * SMALL.blocks
    for node in trunk:
        assert [makers.get(name) for name in node.input] == ["DequantizeLinear"] * 3, node.name


def test_a_network_that_quantization_would_change_is_refused(
    shipped: PolicyValueNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    positions = sample_positions(NetEvaluator(shipped, device="cpu"), Rules(6, 4), count=64)
    quantize_net(shipped, positions)
    monkeypatch.setattr(export, "MAX_VALUE_ERROR", 1e-6)
    with pytest.raises(ExportError, match=UNFAITHFUL):
        quantize_net(shipped, positions)


def test_what_cannot_be_quantized_is_refused_with_the_reason(shipped: PolicyValueNet) -> None:
    positions = positions_of(played(Rules(6, 4)))
    with pytest.raises(ExportError, match="1 positions are too few"):
        quantize_net(shipped, positions_of([Board(Rules(6, 4))]))
    broken = PolicyValueNet(SMALL).eval()
    torch.nn.init.constant_(broken.value_out.weight, float("nan"))
    with pytest.raises(ExportError, match="not finite"):
        quantize_net(broken, positions)


def test_the_errors_of_two_evaluators_are_as_worked_by_hand() -> None:
    class Fixed:
        def __init__(self, prior: list[float], value: float) -> None:
            self.answer = (np.array([prior], np.float32), np.array([value], np.float32))

        def evaluate(self, _: Positions) -> Evaluation:
            return Evaluation(*self.answer)

    board = Board.from_moves(Rules(3, 3), [0])
    # Point 0 is occupied and does not count; 0.5 against 0.25 at two points each: 0.25 moves over.
    first = Fixed([9, 1, 1, 0, 0, 0, 0, 0, 0], 0.5)
    second = Fixed([0, 2, 1, 1, 0, 0, 0, 0, 0], 0.25)
    errors = compare(first, second, positions_of([board]))
    assert errors.policy == pytest.approx(0.25, abs=1e-6)
    assert errors.value == errors.value_worst == pytest.approx(0.25)
    assert errors.agreement == 1.0


def test_an_exported_network_refuses_rules_it_was_not_trained_on(shipped: PolicyValueNet) -> None:
    evaluator = OnnxEvaluator(export_onnx(shipped), rules=[Rules(6, 4)])
    evaluator.evaluate(positions_of([Board(Rules(9, 4))]))
    with pytest.raises(UnsupportedRulesError, match="9x9 freestyle, 5 in a row"):
        evaluator.evaluate(positions_of([Board(Rules(9))]))


def test_the_command_writes_a_file_that_answers_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "six.onnx"
    monkeypatch.setattr(sys, "argv", ["export", str(RESIDUAL), str(file)])
    export.main()
    assert "same best move at 100.0%" in capsys.readouterr().out
    onnx.checker.check_model(onnx.load(file))
    monkeypatch.setattr(sys, "argv", ["export", str(tmp_path), str(file)])
    assert export.main() == 2
    assert "is not a checkpoint" in capsys.readouterr().err


def test_the_command_does_not_call_tables_onnx(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    net = make_net(NetConfig(architecture="patterns", channels=8, line_channels=8, value_hidden=8))
    meta = CheckpointMeta(name="patterns", net=net.config, rules=[Rules(6, 4)], features=2)
    patterns = tmp_path / "patterns"
    save_checkpoint(patterns, net.eval(), meta)
    file = tmp_path / "out.onnx"
    monkeypatch.setattr(sys, "argv", ["export", str(patterns), str(file)])
    assert export.main() == 2
    assert re.search(r"no ONNX form: write them to .*out\.safetensors", capsys.readouterr().err)
    assert not file.exists()
    monkeypatch.setattr(sys, "argv", ["export", str(patterns), str(tmp_path / "out.safetensors")])
    export.main()
    assert "same best move at" in capsys.readouterr().out
