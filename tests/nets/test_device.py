"""A network goes where it is run best, whatever devices there are."""

import subprocess
import sys
from pathlib import Path

import pytest

from gomoku.rules import Rules
from nets.backends import evaluator_here, load_evaluator
from nets.checkpoint import load_checkpoint
from nets.config import DeviceError, NetConfig
from nets.device import device_for_learning, device_for_play, find_device
from nets.patterns.tables import TableEvaluator
from tests.devices import pretend_a_gpu, pretend_a_mac

ROOT = Path(__file__).parents[2]
PATTERNS = NetConfig(architecture="patterns")
RESIDUAL = NetConfig(architecture="resnet")


def test_line_patterns_play_on_the_cpu_and_learn_on_the_gpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend_a_gpu(monkeypatch)
    assert device_for_play("auto", PATTERNS) == "cpu"
    assert device_for_play("auto", RESIDUAL) == "cuda"
    for net in (PATTERNS, RESIDUAL):
        assert str(device_for_learning("auto", net)) == "cuda"


def test_on_a_mac_line_patterns_also_learn_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_a_mac(monkeypatch)
    assert str(device_for_learning("auto", PATTERNS)) == "cpu"
    assert str(device_for_learning("auto", RESIDUAL)) == "mps"
    assert device_for_play("auto", RESIDUAL) == "cpu"


@pytest.mark.parametrize("model", ["9x9", "15x15"])
def test_shipped_line_patterns_play_from_tables_beside_a_gpu(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ROOT / "models" / model
    pretend_a_gpu(monkeypatch)
    evaluator, meta = load_evaluator(folder)
    assert isinstance(evaluator, TableEvaluator)
    net = load_checkpoint(folder).net
    assert isinstance(evaluator_here(net, "auto", [Rules(*meta.rules[0])]), TableEvaluator)


def test_a_network_goes_to_the_device_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_a_gpu(monkeypatch, count=2)
    monkeypatch.setattr("torch.xpu.is_available", lambda: True)
    for name in ("cuda", "cuda:1", "xpu"):
        assert device_for_play(name, PATTERNS) == name
        assert str(device_for_learning(name, PATTERNS)) == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("abacus", "'abacus' is unknown: use auto, cpu, cuda, mps, xpu or cuda:1"),
        ("cuda:", "'cuda:' is unknown"),
        ("cuda:one", "'cuda:one' is unknown"),
        ("cuda:-1", "'cuda:-1' is unknown"),
        ("cuda:2", "no cuda:2 device for torch, only 2 of cuda"),
        ("cpu:7", "no cpu:7 device for torch, only 1 of cpu"),
        ("xpu", "no xpu device for torch: use auto or cpu"),
    ],
)
def test_a_device_that_is_unknown_or_not_there_is_refused_by_name(
    name: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_a_gpu(monkeypatch, count=2)
    with pytest.raises(DeviceError, match=message):
        find_device(name)
    net = load_checkpoint(ROOT / "models" / "6x6").net
    with pytest.raises(DeviceError, match=message):
        evaluator_here(net, name, [Rules(6, 4)])


def test_a_device_is_chosen_for_line_patterns_without_torch() -> None:
    program = (
        "import sys; from nets.config import NetConfig; from nets.device import device_for_play; "
        "print(device_for_play('auto', NetConfig(architecture='patterns')), 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["cpu", "False"]
