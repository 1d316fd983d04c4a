"""Checkpoints: what is saved comes back, and what is not one says so in a line."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from gomoku.rules import Rules
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
from nets.config import NetConfig
from nets.resnet import PolicyValueNet

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
    planes = torch.randn(2, 7, 6, 6)
    for ours, theirs in zip(saved(planes), loaded.net(planes), strict=True):
        assert torch.equal(ours, theirs)
    assert loaded.meta.rules == [RULES]


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
    with pytest.raises(CheckpointError, match="is no checkpoint"):
        load_checkpoint(tmp_path)


def test_a_description_is_read_without_torch(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from nets.checkpoint import read_meta; "
        f"read_meta(Path({str(folder)!r})); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
