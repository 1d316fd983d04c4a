"""Tables computed by numpy, against those that torch computes from the same weights."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from gomoku.rules import CARO, RENJU, STANDARD, Rules
from nets.checkpoint import (
    META_FILE,
    WEIGHTS_FILE,
    CheckpointError,
    CheckpointMeta,
    load_checkpoint,
    read_meta,
    save_checkpoint,
)
from nets.config import RULE_NUMBERS, NetConfig
from nets.networks import make_net
from nets.patterns.build import build_tables
from nets.patterns.net import PatternNet, all_tables
from nets.patterns.tables import Tables

ROOT = Path(__file__).parents[2]
SMALL = NetConfig(architecture="patterns", channels=32, line_channels=16)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A checkpoint with random weights everywhere."""
    net = make_net(SMALL)
    generator = np.random.default_rng(5)
    for weights in net.state_dict().values():
        drawn = generator.uniform(0.1, 0.7, size=weights.shape)
        weights.copy_(weights.new_tensor(drawn))
    rules = [Rules(9), Rules(9, 5, STANDARD), Rules(15, 5, RENJU), Rules(15, 5, CARO)]
    save_checkpoint(tmp_path / "net", net, CheckpointMeta(name="net", net=SMALL, rules=rules))
    return tmp_path / "net"


def assert_alike(ours: Tables, theirs: Tables) -> None:
    steps = np.abs(ours.lines.astype(int) - theirs.lines)
    assert steps.max() <= 1
    assert np.count_nonzero(steps) <= 100  # of 11.3 million in a shipped network
    for name in Tables._fields[1:]:
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-5, atol=2e-5)


@pytest.mark.parametrize("model", ["6x6", "9x9", "15x15"])
def test_tables_of_the_shipped_networks_are_those_of_torch(model: str) -> None:
    folder = ROOT / "models" / model
    built = build_tables(folder, read_meta(folder))
    loaded = load_checkpoint(folder)
    assert isinstance(loaded.net, PatternNet)
    expected = all_tables(loaded.net, loaded.meta.rules)
    assert built.keys() == expected.keys()
    for numbers, tables in expected.items():
        assert_alike(built[numbers], tables)


def test_every_weight_and_every_rule_number_has_its_place(small: Path) -> None:
    loaded = load_checkpoint(small)
    assert isinstance(loaded.net, PatternNet)
    expected = all_tables(loaded.net, loaded.meta.rules)
    built = build_tables(small, loaded.meta)
    assert len(expected) == 5
    assert built.keys() == expected.keys()
    for numbers, tables in expected.items():
        assert_alike(built[numbers], tables)
    colors = [its.forbidden.tolist() for numbers, its in built.items() if numbers[3] == 1]
    assert len(colors) == 2
    assert colors[0] != colors[1]


def test_weights_of_an_earlier_version_are_widened(small: Path) -> None:
    weights = load_file(small / WEIGHTS_FILE)
    narrow = dict(weights)
    narrow["line.first.weight"] = np.ascontiguousarray(
        weights["line.first.weight"][:, : 2 - RULE_NUMBERS]
    )
    del narrow["forbidden"]
    (small / WEIGHTS_FILE).write_bytes(save(narrow))
    meta = json.loads((small / META_FILE).read_text())
    (small / META_FILE).write_text(json.dumps({**meta, "features": 1}))
    loaded = load_checkpoint(small)
    assert isinstance(loaded.net, PatternNet)
    for numbers, tables in all_tables(loaded.net, loaded.meta.rules).items():
        assert_alike(build_tables(small, loaded.meta)[numbers], tables)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"mix": np.zeros((3, 31), np.float32)}, "mix is float32 \\[3, 31\\]"),
        ({"mix_bias": np.zeros(32, np.int64)}, "mix_bias is int64"),
        ({"mix_bias": np.full(32, np.nan, np.float32)}, "not all finite numbers: mix_bias"),
        ({"stem": np.zeros(3, np.float32)}, "stem belong to another network"),
        ({"mix": None}, "mix are missing"),
    ],
)
def test_weights_that_do_not_fit_are_refused_by_name(
    small: Path, change: dict[str, np.ndarray | None], complaint: str
) -> None:
    weights = {**load_file(small / WEIGHTS_FILE), **change}
    kept = {name: array for name, array in weights.items() if array is not None}
    (small / WEIGHTS_FILE).write_bytes(save(kept))
    with pytest.raises(CheckpointError, match=complaint):
        build_tables(small, read_meta(small))
    (small / WEIGHTS_FILE).write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match="cannot be read"):
        build_tables(small, read_meta(small))


def test_playing_with_line_patterns_imports_neither_torch_nor_onnx(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOMOKU_ZERO_CACHE", str(tmp_path))
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['torch', 'onnx', 'onnxruntime']));"
        "from pathlib import Path; from nets.backends import load_evaluator;"
        "evaluator, _ = load_evaluator(Path('models/9x9')); print(type(evaluator).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["TableEvaluator"]
