"""The browser's engine against the Python program: rules, networks, searches."""

import base64
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from gomoku.rules import CARO, RENJU, STANDARD, Rules
from nets.browser import browser_network
from nets.checkpoint import CheckpointError, CheckpointMeta, save_checkpoint
from nets.config import NetConfig
from nets.patterns.net import PatternNet
from nets.resnet.net import PolicyValueNet
from tests.web.golden import BOARDS, MODEL, POSITIONS, write_boards, write_golden, write_positions
from tests.web.node import build_for_node, require_node, run_node


@pytest.mark.parametrize(
    ("boards", "positions"),
    [(2400, 150), pytest.param(BOARDS, POSITIONS, marks=pytest.mark.slow)],
)
def test_the_engine_of_the_browser_agrees(tmp_path: Path, boards: int, positions: int) -> None:
    require_node()
    write_golden(tmp_path, boards, positions)
    program = build_for_node("test/golden.ts", tmp_path)
    print(run_node("--test", str(program), GOLDEN=str(tmp_path)))  # noqa: T201


def test_a_network_of_odd_sizes_agrees(tmp_path: Path) -> None:
    require_node()
    torch.manual_seed(1)
    config = NetConfig("patterns", channels=24, line_channels=20, value_hidden=18, head_channels=9)
    net = PatternNet(config)
    with torch.no_grad():
        for weights in net.parameters():
            weights.add_(0.1 * torch.randn_like(weights))
        net.norm.load_state_dict(
            {
                **net.norm.state_dict(),
                "running_mean": 0.2 * torch.rand(48),
                "running_var": 0.05 + 0.1 * torch.rand(48),
            }
        )
    rules = [Rules(9, 5, RENJU), Rules(8, 5, CARO), Rules(7, 4, STANDARD)]
    save_checkpoint(
        tmp_path / "net", net.eval(), CheckpointMeta(name="odd", net=config, rules=rules)
    )
    write_boards(tmp_path, 24 * 12)
    write_positions(tmp_path, 60, tmp_path / "net")
    run_node("--test", str(build_for_node("test/golden.ts", tmp_path)), GOLDEN=str(tmp_path))


def save_residual(folder: Path) -> Path:
    """A checkpoint of a network that a browser cannot run."""
    config = NetConfig(blocks=1, channels=8)
    meta = CheckpointMeta(name="residual", net=config, rules=[Rules(6, 4)])
    save_checkpoint(folder, PolicyValueNet(config), meta)
    return folder


def test_a_residual_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"'resnet'.*only patterns"):
        browser_network(save_residual(tmp_path / "residual"))


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    from nets.checkpoint import read_meta

    meta = read_meta(MODEL)
    wrong = msgspec.structs.replace(meta, net=replace(meta.net, channels=32))
    (tmp_path / "meta.json").write_bytes(msgspec.json.encode(wrong))
    (tmp_path / "weights.safetensors").write_bytes((MODEL / "weights.safetensors").read_bytes())
    with pytest.raises(CheckpointError, match=r"shape \(64, 128\) where \(32, 128\)"):
        browser_network(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes(b"no such thing")
    with pytest.raises(CheckpointError, match="cannot be read"):
        browser_network(tmp_path)


def test_the_weights_are_all_there() -> None:
    data = browser_network(MODEL)
    weights = np.frombuffer(base64.b64decode(data["weights"]), "<f4")
    assert len(weights) * 4 < 200_000
    assert data["rules"][:4] == [[15, 5, 0], [15, 5, 1], [15, 5, 2], [15, 5, 3]]
