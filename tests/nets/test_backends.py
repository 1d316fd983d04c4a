"""Playing with a checkpoint in the fastest form: made once, without torch, and never wrong."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.evaluation import positions_of
from nets.backends import BackendError, evaluator_of_net, load_evaluator, quantized_file
from nets.checkpoint import CheckpointError, load_checkpoint
from nets.evaluator import NetEvaluator
from nets.export import compare, sample_positions
from nets.resnet.net import PolicyValueNet
from nets.resnet.onnx import UNFAITHFUL, OnnxEvaluator

ROOT = Path(__file__).parents[2]
RESIDUAL = ROOT / "benchmarks" / "references" / "resnet-6x6"


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GOMOKU_ZERO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_checkpoint_plays_without_torch_once_its_quantized_form_is_made(own_cache: Path) -> None:
    assert quantized_file(RESIDUAL) is not None
    program = (
        "import sys; from pathlib import Path; from nets.backends import load_evaluator; "
        f"evaluator, meta = load_evaluator(Path({str(RESIDUAL)!r}), device='cpu'); "
        "print(type(evaluator).__name__, meta.name, 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["OnnxEvaluator", "6x6", "False"]
    assert len(list((own_cache / "networks").glob("*.onnx"))) == 1


def test_the_quantized_form_belongs_to_the_weights(own_cache: Path, tmp_path: Path) -> None:
    first = quantized_file(RESIDUAL)
    copy = tmp_path / "copy"
    shutil.copytree(RESIDUAL, copy)
    assert quantized_file(copy) == first
    (copy / "weights.safetensors").write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match="weights of"):
        load_evaluator(copy, device="cpu")


def test_a_cache_that_cannot_be_written_is_replaced_by_a_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    monkeypatch.setenv("GOMOKU_ZERO_CACHE", str(in_the_way))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    load_evaluator(RESIDUAL, device="cpu")
    assert list(tmp_path.glob("gomoku-zero/networks/*.onnx"))


def test_a_driver_without_a_torch_for_it_leaves_the_network_on_the_cpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nets.device.has_cuda", lambda: True)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    evaluator, _ = load_evaluator(RESIDUAL)
    assert isinstance(evaluator, OnnxEvaluator)


def test_an_unfaithful_form_is_refused_once_and_for_all(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def refuse(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return subprocess.CompletedProcess(command, 1, "", f"{UNFAITHFUL}: by far")

    monkeypatch.setattr("nets.backends.subprocess.run", refuse)
    for _ in range(2):
        evaluator, _ = load_evaluator(RESIDUAL, device="cpu")
        assert isinstance(evaluator, NetEvaluator)
    assert len(calls) == 1


@pytest.mark.parametrize("backend", ["float32", "int8"])
def test_every_backend_gives_nearly_the_same_answers(backend: str) -> None:
    net = load_checkpoint(RESIDUAL).net
    assert isinstance(net, PolicyValueNet)
    guide = NetEvaluator(net, device="cpu")
    positions = sample_positions(guide, Rules(6, 4), count=128)
    errors = compare(evaluator_of_net(net, backend, positions), guide, positions)
    assert errors.policy < 0.03
    assert errors.value < 0.03


def test_an_unknown_backend_is_named() -> None:
    net = load_checkpoint(RESIDUAL).net
    assert isinstance(net, PolicyValueNet)
    for name in ("int4", "tables"):
        with pytest.raises(BackendError, match=f"'{name}' is not for resnet: use float32, int8"):
            evaluator_of_net(net, name)


def test_the_answers_of_the_quantized_network_do_not_depend_on_the_batch() -> None:
    file = quantized_file(RESIDUAL)
    assert file is not None
    evaluator = OnnxEvaluator(file.read_bytes())
    boards = [Board.from_moves(Rules(6, 4), [move, 20]) for move in range(12)]
    together = evaluator.evaluate(positions_of(boards))
    for row, board in enumerate(boards):
        alone = evaluator.evaluate(positions_of([board]))
        np.testing.assert_allclose(alone.prior[0], together.prior[row], rtol=1e-5)
