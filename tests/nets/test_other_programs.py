"""What docs/onnx.md says of exported networks: its examples play the moves that we do."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from gomoku.rules import RENJU, STANDARD, Rules
from mcts.evaluation import Evaluator, Positions
from nets.backends import evaluator_here
from nets.checkpoint import CheckpointMeta, load_checkpoint, save_checkpoint
from nets.config import NetConfig
from nets.evaluator import NetEvaluator
from nets.export import main
from nets.features import PLANES
from nets.resnet.net import PolicyValueNet

ROOT = Path(__file__).parents[2]
TRAINED = [Rules(9, 5, RENJU), Rules(9, 5, STANDARD)]
EXAMPLES = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs/onnx.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.fixture
def residual(tmp_path: Path) -> Path:
    torch.manual_seed(6)
    config = NetConfig(blocks=1, channels=8, head_channels=8, value_hidden=8)
    net = PolicyValueNet(config)
    torch.nn.init.normal_(net.policy_out.weight)
    torch.nn.init.normal_(net.value_out.weight)
    save_checkpoint(tmp_path / "residual", net, CheckpointMeta(name="r", net=config, rules=TRAINED))
    return tmp_path / "residual"


def answer(evaluator: Evaluator, cells: dict[int, int], last: int, rules: Rules) -> tuple[int, str]:
    """The likeliest move on an empty point and the value, with White to move."""
    board = np.zeros((1, rules.points), np.int8)
    for point, stone in cells.items():
        board[0, point] = stone
    found = evaluator.evaluate(
        Positions(board, np.array([-1], np.int8), np.array([last], np.int16), rules)
    )
    move = int(np.argmax(np.where(board[0] == 0, found.prior[0], -1)))
    return move, f"{found.value[0]:+.2f}"


def run(example: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_example_of_onnx_plays_our_move(residual: Path, tmp_path: Path) -> None:
    assert main([str(residual), str(tmp_path / "net.onnx")]) == 0
    evaluator = NetEvaluator(load_checkpoint(residual).net, device="cpu")
    move, value = answer(evaluator, {40: 1}, 40, TRAINED[0])
    said = run(EXAMPLES[0], tmp_path)
    assert said == f"White plays row {move // 9}, column {move % 9}, and expects {value}"


def test_the_example_of_tables_plays_our_move(tmp_path: Path) -> None:
    model = ROOT / "models" / "9x9"
    checkpoint = load_checkpoint(model)
    assert main([str(model), str(tmp_path / "net.safetensors")]) == 0
    rules = Rules(*checkpoint.meta.rules[0])
    evaluator = evaluator_here(checkpoint.net, "cpu", [rules])
    # Of White, whose stone is in the middle; freestyle has the same tables for both sides.
    move, value = answer(evaluator, {40: -1, 31: 1}, 31, rules)
    said = run(EXAMPLES[1], tmp_path)
    assert said == f"I play row {move // 9}, column {move % 9}, and expect {value}"


def test_an_exported_network_says_what_its_numbers_mean(residual: Path, tmp_path: Path) -> None:
    file = tmp_path / "net.onnx"
    assert main([str(residual), str(file), "--int8"]) == 0
    session = onnxruntime.InferenceSession(file)
    told = {
        key: json.loads(value)
        for key, value in session.get_modelmeta().custom_metadata_map.items()
        if key in ("inputs", "outputs", "rules", "planes")
    }
    assert list(told["inputs"]) == [each.name for each in session.get_inputs()]
    assert list(told["outputs"]) == [each.name for each in session.get_outputs()]
    assert len(told["planes"]) == PLANES
    assert told["rules"] == [
        {
            "size": 9,
            "win_length": 5,
            "rules": "renju",
            "numbers": [[0, 0.5, 1, 1, 0], [1, 0.5, 0, 1, 0]],
        },
        {
            "size": 9,
            "win_length": 5,
            "rules": "standard",
            "numbers": [[0, 0.5, 0, 0, 0], [0, 0.5, 0, 0, 0]],
        },
    ]
