"""A network in the ONNX format, in float32 or quantized to 8-bit integers.

    gomoku-zero export runs/x/checkpoints/000009 x.onnx           # a residual network
    gomoku-zero export runs/x/checkpoints/000009 x.onnx --int8

Inputs, for a batch of B positions on boards of any size:

| name | shape | type | meaning |
| --- | --- | --- | --- |
| boards | [B, size, size] | int8 | 1 black, -1 white, 0 empty, 2 empty but forbidden to Black |
| to_move | [B] | int8 | 1 or -1 |
| last_move | [B] | int16 | row * size + column; -1 before the first move |
| rules | [2, 5] | float32 | `nets.config.rule_numbers` for Black and for White to move |

Outputs, float32, for the side to move: `prior [B, size * size]` probabilities of moves, occupied
points included; `value [B]` expected result in [-1, 1]; `draw [B]` how likely a draw is.
"""

import copy
import io
import json
import logging
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import tyro
from numpy.typing import NDArray
from torch import Tensor, nn

from gomoku.board import Board
from gomoku.rules import Rules
from gomoku.storage import write_whole
from mcts.evaluation import Evaluator, Positions, positions_of
from nets.checkpoint import CheckpointError, load_checkpoint
from nets.config import RULE_NUMBERS, numbers_of_both
from nets.evaluator import NetEvaluator
from nets.features import PLANE_NAMES, stack_planes
from nets.patterns.net import PatternNet, all_tables
from nets.patterns.tables import TableEvaluator, tables_from_bytes, tables_to_bytes
from nets.rate import rate
from nets.resnet.net import DRAW, LOSS, WIN, PolicyValueNet
from nets.resnet.onnx import SLOWER, UNFAITHFUL, OnnxEvaluator

OPSET = 17

INPUTS = {
    "boards": "[B, size, size] int8: 1 black, -1 white, 0 empty, 2 empty but forbidden to Black",
    "to_move": "[B] int8: 1 Black, -1 White",
    "last_move": "[B] int16: row * size + column, rows from the top; -1 before the first move",
    "rules": (
        "[2, 5] float32, for Black and for White to move: whether a longer row wins for the side "
        "to move; (win length - 4) / 2; whether it wins for the other side; 1 in renju; 1 in caro"
    ),
}
OUTPUTS = {
    "prior": "[B, size * size] probabilities of moves, occupied points included",
    "value": "[B] expected result in [-1, 1] for the side to move",
    "draw": "[B] how likely a draw is",
}

# Quantization sees this many positions, this many at a time.
CALIBRATION_POSITIONS = 512
_CALIBRATION_BATCH = 64


class ExportError(ValueError):
    """A network that cannot be exported faithfully."""


@dataclass(frozen=True, slots=True)
class Errors:
    """How far one evaluator is from another on some positions.

    policy: mean of half the absolute difference between the two distributions over legal moves.
    value: mean absolute difference; value_worst: the largest.
    agreement: share of positions at which both have the same most likely legal move.
    """

    policy: float
    value: float
    value_worst: float
    agreement: float

    def describe(self) -> str:
        return (
            f"policy differs by {self.policy:.4f}, value by {self.value:.4f} (at most "
            f"{self.value_worst:.3f}), same best move at {self.agreement:.1%}"
        )


# A quantized network further away than this is not used: play would suffer, not only precision.
# Trained networks of 3x32 to 6x64 are at a quarter of it (docs/speed.md).
MAX_POLICY_ERROR = 0.08
MAX_VALUE_ERROR = 0.08


class _Exported(nn.Module):
    """The network with its input planes and output distributions."""

    def __init__(self, net: PolicyValueNet) -> None:
        super().__init__()
        self.net = net

    def forward(
        self, boards: Tensor, to_move: Tensor, last_move: Tensor, rules: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        output = self.net(stack_planes(boards, to_move, last_move, rules))
        chances = torch.softmax(output.value, dim=1)
        value = chances[:, WIN] - chances[:, LOSS]
        return torch.softmax(output.policy, dim=1), value, chances[:, DRAW]


def export_onnx(net: PolicyValueNet) -> bytes:
    """The network as a serialized float32 ONNX model."""
    net = copy.deepcopy(net).cpu().float().eval()
    net.fold()
    size = 6
    inputs = (
        torch.zeros(2, size, size, dtype=torch.int8),
        torch.ones(2, dtype=torch.int8),
        torch.zeros(2, dtype=torch.int16),
        torch.zeros(2, RULE_NUMBERS),
    )
    file = io.BytesIO()
    with warnings.catch_warnings():
        # This exporter takes 0.3 s, its successor 5 s: too long for every cycle of self-play.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Exported(net),
            inputs,
            file,  # type: ignore[arg-type]
            dynamo=False,
            opset_version=OPSET,
            input_names=["boards", "to_move", "last_move", "rules"],
            output_names=["prior", "value", "draw"],
            dynamic_axes={
                "boards": {0: "batch", 1: "size", 2: "size"},
                "to_move": {0: "batch"},
                "last_move": {0: "batch"},
                "prior": {0: "batch", 1: "points"},
                "value": {0: "batch"},
                "draw": {0: "batch"},
            },
        )
    return file.getvalue()


def with_metadata(model: bytes, rules: Sequence[Rules]) -> bytes:
    """An exported network that says what its numbers mean; docs/onnx.md explains the entries.

    rules: those it was trained on.
    """
    import onnx

    graph = onnx.load_from_string(model)
    entries = {
        "format": 1,
        "inputs": INPUTS,
        "outputs": OUTPUTS,
        "rules": [
            {
                "size": its.size,
                "win_length": its.win_length,
                "rules": its.variant_name,
                "numbers": numbers_of_both(its),
            }
            for its in rules
        ],
        "planes": PLANE_NAMES,
    }
    for key, value in entries.items():
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, json.dumps(value)
    serialized: bytes = graph.SerializeToString()
    return serialized


def quantize(model: bytes, positions: Positions) -> bytes:
    """An exported network with its convolutions in 8-bit integers.

    Weights get one scale a channel, activations one a layer, from the extremes that they reach on
    the given positions: several hundred, like those to be met. The heads stay in float32.
    """
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    quiet = logging.getLogger()
    level = quiet.level
    graph = onnx.load_from_string(model)
    _unshare(graph)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "int8.onnx"
        try:
            quiet.setLevel(logging.ERROR)  # it advises a step that folded networks do not need
            quantize_static(
                graph,
                file,
                _Calibration(positions),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["Conv", "Add", "Relu"],
                nodes_to_exclude=_heads(graph),
            )
        finally:
            quiet.setLevel(level)
        return file.read_bytes()


def _unshare(model: Any) -> None:
    """Give every layer weights of its own.

    The exporter lets layers with equal weights share them, and a new network's biases are all
    zero; but a shared bias cannot be quantized, and its layer would stay in float32.
    """
    graph = model.graph
    weights = {initializer.name: initializer for initializer in graph.initializer}
    for node in [node for node in graph.node if node.op_type == "Identity"]:
        if node.input[0] in weights:
            copied = graph.initializer.add()
            copied.CopyFrom(weights[node.input[0]])
            copied.name = node.output[0]
            graph.node.remove(node)


def _heads(model: Any) -> list[str]:
    """The convolutions of the heads: 2% of the time, but most of what rounding would cost."""
    convolutions = [node.name for node in model.graph.node if node.op_type == "Conv"]
    return [name for name in convolutions if "policy" in name or "value" in name]


def quantize_net(net: PolicyValueNet, positions: Positions) -> bytes:
    """A network in 8-bit integers, once its answers are known to be near enough.

    positions: half of them calibrate, the other half check; at least two.

    Raises:
        ExportError: if the quantized network is too far off, or cannot be made.
    """
    half = len(positions.cells) // 2
    if half == 0:
        raise ExportError(f"{len(positions.cells)} positions are too few to quantize for")
    if not all(bool(torch.isfinite(weights).all()) for weights in net.state_dict().values()):
        raise ExportError("the network has weights that are not finite numbers")
    model = quantize(export_onnx(net), positions.rows(slice(half)))
    errors = compare(
        OnnxEvaluator(model), NetEvaluator(net, device="cpu"), positions.rows(slice(half, None))
    )
    # So written that numbers which are none are refused, too.
    if not (errors.policy <= MAX_POLICY_ERROR and errors.value <= MAX_VALUE_ERROR):
        raise ExportError(f"{UNFAITHFUL}: {errors.describe()}")
    return model


def compare(first: Evaluator, second: Evaluator, positions: Positions) -> Errors:
    """How far two evaluators are apart; answers over legal moves only."""
    illegal = positions.illegal()
    a, b = first.evaluate(positions), second.evaluate(positions)
    p = _legal(a.prior, illegal)
    q = _legal(b.prior, illegal)
    difference = np.abs(a.value - b.value)
    return Errors(
        policy=float(np.abs(p - q).sum(axis=1).mean() / 2),
        value=float(difference.mean()),
        value_worst=float(difference.max()),
        agreement=float((p.argmax(axis=1) == q.argmax(axis=1)).mean()),
    )


def sample_positions(
    evaluator: Evaluator, rules: Rules, count: int = CALIBRATION_POSITIONS, seed: int = 0
) -> Positions:
    """Positions from games whose moves are drawn from an evaluator's priors."""
    chance = np.random.default_rng(seed)
    boards = [Board(rules) for _ in range(_CALIBRATION_BATCH)]
    found: list[Positions] = []
    while sum(len(batch.cells) for batch in found) < count:
        batch = positions_of(boards)
        found.append(batch)
        prior = _legal(evaluator.evaluate(batch).prior, batch.illegal())
        for index, board in enumerate(boards):
            board.push(int(chance.choice(rules.points, p=prior[index])))
            if board.outcome is not None:
                boards[index] = Board(rules)
    columns = [np.concatenate(arrays) for arrays in zip(*(b[:3] for b in found), strict=True)]
    order = chance.permutation(len(columns[0]))[:count]
    return Positions(columns[0][order], columns[1][order], columns[2][order], rules)


def _legal(prior: NDArray[np.float32], illegal: NDArray[np.bool_]) -> NDArray[np.float64]:
    legal = np.where(illegal, 0.0, prior.astype(np.float64) + 1e-12)
    normalized: NDArray[np.float64] = legal / legal.sum(axis=1, keepdims=True)
    return normalized


class _Calibration:
    """The positions as ONNX Runtime's quantizer wants them: one feed at a time, then None."""

    def __init__(self, positions: Positions) -> None:
        self._feeds = self._batches(positions)

    def get_next(self) -> dict[str, Any] | None:
        return next(self._feeds, None)

    @staticmethod
    def _batches(positions: Positions) -> Iterator[dict[str, Any]]:
        size = positions.rules.size
        for first in range(0, len(positions.cells), _CALIBRATION_BATCH):
            batch = positions.rows(slice(first, first + _CALIBRATION_BATCH))
            yield {
                "boards": batch.cells.reshape(-1, size, size),
                "to_move": batch.to_move,
                "last_move": batch.last_move,
                "rules": np.array(numbers_of_both(positions.rules), np.float32),
            }


@dataclass(frozen=True)
class Options:
    """Write a checkpoint's network as an ONNX file, or as tables if it is one of patterns."""

    checkpoint: Annotated[Path, tyro.conf.Positional]
    file: Annotated[Path, tyro.conf.Positional]
    int8: bool = False
    """Quantize it to 8-bit integers."""

    if_faster: bool = False
    """Write nothing if the file is slower here than torch in float32, at a batch of 8."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file; returns the exit status."""
    options = tyro.cli(Options, args=arguments, prog="export", description=__doc__)
    try:
        checkpoint = load_checkpoint(options.checkpoint)
        evaluator = NetEvaluator(checkpoint.net, device="cpu")
        positions = sample_positions(evaluator, checkpoint.meta.rules[0])
        if isinstance(checkpoint.net, PatternNet):
            if options.file.suffix == ".onnx":
                raise ExportError(
                    f"{options.checkpoint} is a network of line patterns, which has tables and no "
                    f"ONNX form: write them to {options.file.with_suffix('.safetensors')}, say"
                )
            model = tables_to_bytes(all_tables(checkpoint.net, checkpoint.meta.rules))
            exported: Evaluator = TableEvaluator(tables_from_bytes(model))
        else:
            net = checkpoint.net
            model = quantize_net(net, positions) if options.int8 else export_onnx(net)
            model = with_metadata(model, checkpoint.meta.rules)
            exported = OnnxEvaluator(model)
    except (CheckpointError, ExportError) as error:
        sys.stderr.write(f"export: {error}\n")
        return 2
    errors = compare(exported, evaluator, positions)
    if options.if_faster:
        few = positions.rows(slice(8))
        if rate(exported, few) <= rate(evaluator, few):
            sys.stderr.write(f"{SLOWER}\n")
            return 2
    options.file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(options.file, model)
    sys.stdout.write(
        f"{options.file}: {len(model) / 1024:,.0f} kB; against torch in float32 on "
        f"{len(positions.cells)} positions {errors.describe()}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
