"""Networks on the CPU: every backend against eager float32, and against the machine's own peak."""

import copy
import functools
from collections.abc import Callable

import numpy as np
import onnxruntime
import torch

from benchmarks.figures import Figures, best_rates
from benchmarks.positions import some_positions
from gomoku.rules import Rules
from mcts.evaluation import Evaluation, Positions
from nets import networks
from nets.backends import BACKENDS_OF, evaluator_of_net
from nets.config import NetConfig
from nets.features import encode
from nets.resnet.net import LOSS, WIN, PolicyValueNet

PATTERNS = NetConfig(architecture="patterns", channels=64)

CASES = {"6x64 on 15x15": (NetConfig(blocks=6, channels=64), 15),
         "4x32 on 9x9": (NetConfig(blocks=4, channels=32), 9)}  # fmt: skip


class EagerEvaluator:
    """The evaluator one writes first: the network in float32, nothing folded or fused."""

    def __init__(self, net: networks.Net) -> None:
        self._net = copy.deepcopy(net).eval()

    @torch.inference_mode()
    def evaluate(self, positions: Positions) -> Evaluation:
        cells, to_move, last_move = (torch.from_numpy(array) for array in positions[:3])
        output = self._net(encode(cells, to_move, last_move, positions.rules))
        chances = torch.softmax(output.value, dim=1)
        value = chances[:, WIN] - chances[:, LOSS]
        return Evaluation(torch.softmax(output.policy, dim=1).numpy(), value.numpy())


def make_net(config: NetConfig, seed: int = 0) -> PolicyValueNet:
    """A network whose layers all carry weight, as a trained one's do."""
    torch.manual_seed(seed)
    net = PolicyValueNet(config)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.4, 0.6)
            torch.nn.init.uniform_(module.bias, -0.1, 0.1)
    return net.eval()


def operations(config: NetConfig, rules: Rules) -> int:
    """Multiplications and additions of the convolutions for one position."""
    layers = [m for m in PolicyValueNet(config).modules() if isinstance(m, torch.nn.Conv2d)]
    return 2 * rules.points * sum(layer.weight.numel() for layer in layers)


def measure(figures: Figures) -> None:
    torch.set_num_threads(1)
    figures.heading("Inference on one core")
    peaks = measure_peaks(figures)
    cases = list(CASES.items())[:1] if figures.quick else list(CASES.items())
    for title, (config, size) in cases:
        _measure_case(figures, title, config, Rules(size), peaks)
    for size in (15, 9):
        _measure_patterns(figures, Rules(size))


def _measure_patterns(figures: Figures, rules: Rules) -> None:
    """Tables of line patterns against a small residual network in 8-bit integers."""
    positions = some_positions(rules, 256)
    torch.manual_seed(0)
    nets = {
        "patterns": (networks.make_net(PATTERNS).eval(), "tables"),
        "4x32": (make_net(NetConfig(blocks=4, channels=32)), "int8"),
    }
    evaluators = {
        name: evaluator_of_net(net, backend, positions) for name, (net, backend) in nets.items()
    }
    for batch in (1, 64):
        part = positions.rows(slice(batch))
        calls: dict[str, Callable[[], object]] = {
            name: functools.partial(evaluator.evaluate, part)
            for name, evaluator in evaluators.items()
        }
        rates = best_rates(calls, dict.fromkeys(calls, batch), figures.seconds)
        figures.add(
            f"inference_patterns_vs_int8_{rules.size}x{rules.size}_batch_{batch}",
            rates["patterns"] / rates["4x32"],
            f"line patterns on {rules.size}x{rules.size}, batch {batch}: "
            f"{rates['patterns']:,.0f} positions/s, {rates['patterns'] / rates['4x32']:.1f} times "
            f"the {rates['4x32']:,.0f} of 4x32 in int8",
        )


def _measure_case(
    figures: Figures, title: str, config: NetConfig, rules: Rules, peaks: dict[str, float]
) -> None:
    net = make_net(config)
    positions = some_positions(rules, 256)
    evaluators = {"eager": EagerEvaluator(net)} | {
        backend: evaluator_of_net(net, backend, positions) for backend in BACKENDS_OF["resnet"]
    }
    best: dict[str, float] = {}
    for batch in (1, 64) if figures.quick else (1, 8, 32, 128):
        part = positions.rows(slice(batch))
        calls: dict[str, Callable[[], object]] = {
            name: functools.partial(evaluator.evaluate, part)
            for name, evaluator in evaluators.items()
        }
        rates = best_rates(calls, dict.fromkeys(calls, batch), figures.seconds)
        for name, rate in rates.items():
            best[name] = max(best.get(name, 0), rate)
        line = ", ".join(
            f"{name} {rate:,.0f} ({rate / rates['eager']:.1f}x)" for name, rate in rates.items()
        )
        key = f"inference_int8_vs_eager_batch_{batch}"
        ratio = rates["int8"] / rates["eager"]
        if title.startswith("6x64"):
            figures.add(key, ratio, f"{title}, batch {batch}: {line}")
        else:
            figures.add(
                f"inference_9x9_batch_{batch}", rates["int8"], f"{title}, batch {batch}: {line}"
            )
    if not title.startswith("6x64"):
        return
    work = operations(config, rules)
    for name, rate in best.items():
        precision = "float32" if name == "eager" else name
        figures.add(
            f"inference_share_of_peak_{name}",
            rate * work / peaks[precision],
            f"{name} at its best batch: {rate:,.0f} positions/s = {rate * work / 1e9:,.0f} "
            f"Gop/s, {rate * work / peaks[precision]:.0%} of the peak in {precision}",
        )
    figures.add(
        "inference_speedup_vs_eager",
        best["int8"] / best["eager"],
        f"int8: {best['int8'] / best['eager']:.2f} times eager, each at its best batch; the "
        f"peaks are {peaks['int8'] / peaks['float32']:.2f} times apart",
    )


def measure_peaks(figures: Figures) -> dict[str, float]:
    """Operations a second of a large matrix product on one thread, by precision."""
    size = 1024 if figures.quick else 2048
    generator = torch.Generator().manual_seed(0)
    float32 = torch.randn(size, size, generator=generator)
    bfloat16 = float32.to(torch.bfloat16)
    small = torch.randint(-60, 60, (size, size), dtype=torch.int8, generator=generator)
    product = _integer_product(small.numpy())
    unsigned = np.abs(small.numpy()).astype(np.uint8)
    calls: dict[str, Callable[[], object]] = {
        "float32": lambda: float32 @ float32,
        "bfloat16": lambda: bfloat16 @ bfloat16,
        "int8 of torch": lambda: torch._int_mm(small, small),
        "int8 of ONNX Runtime": lambda: product.run(None, {"a": unsigned}),
    }
    rates = best_rates(calls, dict.fromkeys(calls, 2 * size**3), figures.seconds)
    rates["int8"] = max(rates.pop("int8 of torch"), rates.pop("int8 of ONNX Runtime"))
    for name, rate in rates.items():
        figures.add(
            f"peak_{name}_gops", rate / 1e9, f"peak of a {name} product: {rate / 1e9:,.0f} Gop/s"
        )
    return rates


def _integer_product(
    right: "np.ndarray[tuple[int, int], np.dtype[np.int8]]",
) -> onnxruntime.InferenceSession:
    from onnx import TensorProto, helper, numpy_helper

    size = len(right)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["c"])],
        "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, [size, size])],
        [helper.make_tensor_value_info("c", TensorProto.INT32, [size, size])],
        [numpy_helper.from_array(right, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
