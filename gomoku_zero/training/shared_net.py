"""A network as it travels to players in other processes; read without torch where it is tables."""

import ctypes
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcts.evaluation import Evaluator
from nets.config import NetConfig, RuleNumbers
from nets.patterns.tables import TableEvaluator, Tables


class SharedNet(NamedTuple):
    """A network in the form it is asked in: tables, a quantized model, or weights."""

    tables: dict[RuleNumbers, Tables] | None = None
    model: bytes | None = None
    net: NetConfig | None = None
    weights: dict[str, NDArray[np.generic]] | None = None

    def evaluator(self) -> Evaluator:
        """One for a single thread, on the CPU; its tables are those of this object, not copies."""
        if self.tables is not None:
            return TableEvaluator(
                {
                    numbers: its._replace(lines=_writable(its.lines))
                    for numbers, its in self.tables.items()
                }
            )
        if self.model is not None:
            from nets.resnet.onnx import OnnxEvaluator

            return OnnxEvaluator(self.model, threads=1)
        # torch takes 350 MB of a process.
        import torch

        from nets.evaluator import NetEvaluator
        from nets.networks import make_net

        assert self.net is not None
        assert self.weights is not None
        net = make_net(self.net)
        net.load_state_dict(
            {name: torch.from_numpy(array.copy()) for name, array in self.weights.items()}
        )
        return NetEvaluator(net, device="cpu")


def _writable(array: NDArray[np.int8]) -> NDArray[np.int8]:
    """The same memory as an array that kernels take: they are compiled for writable arrays, and
    those that come out of shared memory are not."""
    if array.flags.writeable:
        return array
    assert array.flags.c_contiguous
    memory: Any = (ctypes.c_int8 * array.size).from_address(array.ctypes.data)
    memory.owner = array  # which must live as long as what looks into it
    lines: NDArray[np.int8] = np.frombuffer(memory, np.int8).reshape(array.shape)
    return lines
