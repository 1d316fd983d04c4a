"""Checkpoints: what is saved comes back, and what is not one says so in a line."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import load_file, save, save_file

from gomoku.board import Board
from gomoku.rules import CARO, STANDARD, Rules
from mcts.evaluation import positions_of
from nets.checkpoint import (
    META_FILE,
    WEIGHTS_FILE,
    CheckpointError,
    CheckpointMeta,
    find_checkpoints,
    load_checkpoint,
    read_meta,
    save_checkpoint,
)
from nets.config import FEATURES_VERSION, RULE_NUMBERS, NetConfig, UnsupportedRulesError
from nets.evaluator import NetEvaluator
from nets.features import PLANES, PLANES_OF_VERSION_1, encode
from nets.resnet.net import PolicyValueNet

SMALL = NetConfig(blocks=2, channels=8, head_channels=8, value_hidden=8)
RULES = Rules(size=6, win_length=4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(3)
    folder = tmp_path / "net"
    save_checkpoint(
        folder, PolicyValueNet(SMALL), CheckpointMeta(name="six", net=SMALL, rules=[RULES])
    )
    return folder


def test_a_saved_network_comes_back_equal(folder: Path) -> None:
    torch.manual_seed(3)
    saved = PolicyValueNet(SMALL).eval()
    loaded = load_checkpoint(folder)
    planes = torch.randn(2, PLANES, 6, 6)
    for ours, theirs in zip(saved(planes), loaded.net(planes), strict=True):
        assert torch.equal(ours, theirs)
    assert loaded.meta.rules == [RULES]


@pytest.mark.parametrize(
    "model", ["benchmarks/references/resnet-6x6", "benchmarks/references/15x15-november"]
)
def test_a_network_of_version_1_ignores_what_it_was_not_told(model: str, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / model
    meta = read_meta(shipped)
    net = load_checkpoint(shipped).net
    save_checkpoint(tmp_path / "new", net, meta)
    new = json.loads((tmp_path / "new" / META_FILE).read_text())
    old = {**new, "features": 1}
    weights = load_file(tmp_path / "new" / WEIGHTS_FILE)
    assert new["features"] == FEATURES_VERSION
    narrow = {
        "stem.conv.weight": lambda weight: weight[:, :PLANES_OF_VERSION_1],
        "line.first.weight": lambda weight: weight[:, : 2 - RULE_NUMBERS],
    }
    for name in narrow.keys() & weights.keys():
        weights[name] = narrow[name](weights[name]).contiguous()
    weights.pop("forbidden", None)
    (tmp_path / "new" / WEIGHTS_FILE).write_bytes(save(weights))
    (tmp_path / "new" / META_FILE).write_text(json.dumps(old))
    loaded = load_checkpoint(tmp_path / "new").net
    cells = torch.randint(-1, 2, (4, 81), dtype=torch.int8)
    sides, last = torch.tensor([1, -1, 1, -1]), torch.full((4,), -1)
    answers = [loaded(encode(cells, sides, last, Rules(9, 5, v))).value for v in (STANDARD, CARO)]
    assert torch.equal(answers[0], net(encode(cells, sides, last, Rules(9, 5, STANDARD))).value)
    # Caro differs from freestyle by a number that it was not told.
    freestyle = loaded(encode(cells, sides, last, Rules(9))).value
    assert torch.equal(answers[1], freestyle)
    assert not torch.equal(answers[0], freestyle)
    with pytest.raises(UnsupportedRulesError, match="not been trained for 9x9 caro"):
        NetEvaluator(loaded, device="cpu", rules=meta.rules).evaluate(
            positions_of([Board(Rules(9, 5, CARO))])
        )


def test_saving_again_replaces_the_checkpoint_whole(folder: Path) -> None:
    meta = read_meta(folder)
    save_checkpoint(folder, PolicyValueNet(SMALL), meta)
    assert sorted(file.name for file in folder.iterdir()) == [META_FILE, WEIGHTS_FILE]
    assert [file.name for file in folder.parent.iterdir()] == ["net"]
    assert find_checkpoints(folder.parent) == [folder]


def test_truncated_weights_are_refused(folder: Path) -> None:
    file = folder / WEIGHTS_FILE
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_checkpoint(folder)


def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    meta = (folder / META_FILE).read_text()
    (folder / META_FILE).write_text(meta.replace('"channels": 8', '"channels": 16', 1))
    with pytest.raises(CheckpointError, match="do not fit") as caught:
        load_checkpoint(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("not json", "damaged or not ours"),
        ('{"name": "x"}', "damaged or not ours"),
        ("[]", "damaged or not ours"),
        ('{"config": ' + '{"a": ' * 100_000, "damaged or not ours"),
    ],
)
def test_a_foreign_description_is_refused(folder: Path, content: str, expected: str) -> None:
    (folder / META_FILE).write_text(content)
    with pytest.raises(CheckpointError, match=expected):
        load_checkpoint(folder)


def test_a_format_of_the_future_is_refused(folder: Path) -> None:
    meta = (folder / META_FILE).read_text()
    (folder / META_FILE).write_text(meta.replace('"format": 1', '"format": 99'))
    with pytest.raises(CheckpointError, match="newer than this program"):
        read_meta(folder)


def test_an_architecture_of_the_future_is_refused_by_name(folder: Path) -> None:
    meta = (folder / META_FILE).read_text()
    (folder / META_FILE).write_text(meta.replace('"architecture": "resnet"', '"architecture": "x"'))
    with pytest.raises(CheckpointError, match="architecture 'x', unknown"):
        read_meta(folder)


def test_a_folder_without_a_description_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is not a checkpoint"):
        load_checkpoint(tmp_path)


def test_a_description_is_read_without_torch(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from nets.checkpoint import read_meta; "
        f"read_meta(Path({str(folder)!r})); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pool_every", "0"),
        ("channels", "-1"),
        ("channels", "100000000"),
        ("blocks", "1000000"),
        ("blocks", "0"),
        ("stem_kernel", "4"),
        ("head_channels", "5000"),
        ("value_hidden", "1e400"),
        ("line_channels", '"wide"'),
    ],
)
def test_a_network_of_impossible_size_is_refused_before_it_is_built(
    folder: Path, field: str, value: str
) -> None:
    meta = msgspec.json.decode((folder / META_FILE).read_bytes())
    meta["net"][field] = msgspec.Raw(value.encode())
    (folder / META_FILE).write_bytes(msgspec.json.encode(meta))
    with pytest.raises(CheckpointError, match="damaged or not ours"):
        load_checkpoint(folder)


def test_a_description_larger_than_the_weights_takes_no_memory(folder: Path) -> None:
    # 77 billion weights, were they made.
    meta = (folder / META_FILE).read_text()
    meta = re.sub('"channels": 8', '"channels": 4096', meta, count=1)
    (folder / META_FILE).write_text(re.sub('"blocks": [0-9]+', '"blocks": 256', meta, count=1))
    with pytest.raises(CheckpointError, match="do not fit"):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.index_fill(0, torch.tensor([0]), float("nan")), "not all finite numbers"),
        (lambda t: t.index_fill(0, torch.tensor([0]), float("inf")), "not all finite numbers"),
        (lambda t: t.to(torch.int32), "is int32"),
        (lambda t: t[:-1].contiguous(), "instead of float32"),
        (lambda t: t > 0, "is bool"),
    ],
)
def test_weights_that_are_no_weights_are_refused_by_name(
    folder: Path, change: Callable[[torch.Tensor], torch.Tensor], message: str
) -> None:
    weights = load_file(folder / WEIGHTS_FILE)
    weights["stem.conv.weight"] = change(weights["stem.conv.weight"])
    save_file(weights, folder / WEIGHTS_FILE)
    with pytest.raises(CheckpointError, match=message) as caught:
        load_checkpoint(folder)
    assert "stem.conv.weight" in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in files here")
@pytest.mark.parametrize("name", [META_FILE, WEIGHTS_FILE])
def test_a_pipe_or_a_device_in_a_checkpoint_is_not_waited_for(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(CheckpointError, match="is not a regular file"):
        load_checkpoint(folder)
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    with pytest.raises(CheckpointError, match="is not a regular file"):
        load_checkpoint(folder)
