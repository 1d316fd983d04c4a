"""The network that self-play asks: the averaged one of the cycle, in the fastest faithful form."""

import copy
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gomoku.machine import usable_cores
from gomoku.rules import Rules
from gomoku_zero.training.config import SelfPlayConfig
from gomoku_zero.training.shared_net import SharedNet
from mcts.cache import CachedEvaluator
from mcts.evaluation import Evaluator, Positions
from nets.config import RuleNumbers
from nets.device import device_for_play, find_device
from nets.evaluator import NetEvaluator, best_precision
from nets.export import CALIBRATION_POSITIONS, ExportError, quantize_net, sample_positions
from nets.networks import Net
from nets.patterns.net import PatternNet, all_tables
from nets.patterns.search import cached
from nets.patterns.tables import TableEvaluator, Tables
from nets.resnet.net import PolicyValueNet
from nets.resnet.onnx import OnnxEvaluator
from nets.timeline import TimedEvaluator

PlainEvaluator = NetEvaluator | OnnxEvaluator | TableEvaluator
"""One that remembers nothing, and also knows how likely draws are."""


class Inference:
    """Evaluators for the lanes of self-play, and for matches; renewed with every network."""

    def __init__(
        self,
        net: Net,
        rules: Sequence[Rules],
        config: SelfPlayConfig,
        seed: int,
    ) -> None:
        """Nothing can be evaluated before the first `refresh`.

        rules: all that is played by, the main ones first.

        Raises:
            DeviceError: if `selfplay.device` is unknown or not there.
        """
        self._rules = rules
        self._config = config
        self.device = device_for_play(config.device, net.config)
        """Where the network runs, by name."""
        self._seed = seed
        self.form: str
        """What the network runs in, for people."""
        self._on_gpu: list[NetEvaluator] = []
        self._net = net
        self._model: bytes | None = None
        self._tables: dict[RuleNumbers, Tables] | None = None
        self.remark = ""
        """What people should know of the latest refresh; usually nothing."""
        if not self.is_on_cpu:
            self.form = f"{best_precision(net, find_device(self.device))} on {self.device}"
        elif net.config.has_tables:
            self.form = "tables of line patterns"
        else:
            self.form = "8-bit integers"

    @property
    def is_on_cpu(self) -> bool:
        return self.device == "cpu"

    @property
    def is_quantized(self) -> bool:
        """True if the present network runs in 8-bit integers."""
        return self._model is not None

    def refresh(self, net: Net, positions: Positions | None) -> None:
        """Go on with another network of the same shape.

        positions: recent ones, to quantize for; None makes some with the network itself.
        """
        if self.is_on_cpu and next(net.parameters()).device.type != "cpu":
            net = copy.deepcopy(net).cpu()
        self._net = net
        self._model = None
        self.remark = ""
        for evaluator in self._on_gpu:
            evaluator.load(net)
        if not self.is_on_cpu:
            return
        if isinstance(net, PatternNet):
            self._tables = all_tables(net, self._rules)
            return
        assert isinstance(net, PolicyValueNet)
        if positions is None:
            guide = NetEvaluator(net, device="cpu")
            positions = sample_positions(guide, self._rules[0], seed=self._seed)
        try:
            self._model = quantize_net(net, positions)
        except ExportError as error:
            self.remark = f"this cycle plays in float32, slower: {error}"

    def lane(self, index: int) -> CachedEvaluator:
        """An evaluator for one lane, with a memory of its own that starts empty."""
        inner: Evaluator = self._inner(index)
        if not isinstance(inner, TableEvaluator):  # which is not left between waves
            inner = TimedEvaluator(inner)
        return cached(inner, self._config.cache, self._seed)

    def shared(self) -> SharedNet:
        """The present network for processes that play on a CPU."""
        if self._tables is not None:
            return SharedNet(tables=self._tables)
        if self._model is not None:
            return SharedNet(model=self._model)
        weights = {
            name: tensor.detach().cpu().numpy() for name, tensor in self._net.state_dict().items()
        }
        return SharedNet(net=self._net.config, weights=weights)

    def plain(self) -> PlainEvaluator:
        """An evaluator with all cores and no memory, which looks at every image of a position."""
        return self._on_cpu(usable_cores()) if self.is_on_cpu else self._inner(0)

    def frozen(self) -> Evaluator:
        """An evaluator as `plain`, for one thread, which stays as it is when others are renewed."""
        return self.shared().evaluator()

    def match(self, plain: Evaluator | None = None) -> Evaluator:
        """An evaluator for matches, with all cores or what `plain` has."""
        return cached(plain or self.plain(), self._config.cache, self._seed)

    def _inner(self, index: int) -> PlainEvaluator:
        if self.is_on_cpu:
            return self._on_cpu(threads=1)
        while len(self._on_gpu) <= index:
            self._on_gpu.append(NetEvaluator(self._net, device=self.device))
        return self._on_gpu[index]

    def _on_cpu(self, threads: int) -> PlainEvaluator:
        if self._tables is not None:
            return TableEvaluator(self._tables)
        if self._model is not None:
            return OnnxEvaluator(self._model, threads=threads)
        return NetEvaluator(self._net, device="cpu")


def calibration_rows(rows: int, seed: int, cycle: int) -> NDArray[np.int64]:
    """Which rows of a window to quantize for: the same when a cycle is resumed."""
    generator = np.random.default_rng([seed, cycle])
    return generator.integers(rows, size=min(rows, 2 * CALIBRATION_POSITIONS))
