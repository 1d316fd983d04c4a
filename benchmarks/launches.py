"""How much a gradient step asks of a GPU: operators launched, transfers, and waits for it.

    python -m benchmarks.launches

Counted without a GPU. A launch is an operator of the profiler that calls no other and makes no
view, or one for a whole list of tensors; a transfer is `Tensor.to` of a device for memory of numpy
or pinned memory, or for a counter that torch keeps on the host, and a tensor made on a
device; a wait is a number read from a tensor.
"""

from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.profiler import ProfilerActivity, profile

from benchmarks.inference import PATTERNS
from benchmarks.learner import samples_of
from gomoku.rules import Rules
from gomoku_zero.training.config import LearnerConfig
from gomoku_zero.training.learner import Learner
from nets.config import NetConfig
from nets.networks import make_net

RULES = Rules(15)
ROWS = 32
NETS = {"6x96": NetConfig(blocks=6, channels=96), "line patterns": PATTERNS}

# Operators that only describe memory in another way, or that reserve it.
_NO_WORK = {
    *("view", "reshape", "_reshape_alias", "transpose", "t", "permute", "expand", "expand_as"),
    *("slice", "select", "unsqueeze", "squeeze", "as_strided", "alias", "detach", "detach_"),
    *("split", "chunk", "unbind", "narrow", "flatten", "unflatten", "numpy_T", "view_as"),
    *("empty", "empty_like", "empty_strided", "resize_", "set_", "result_type", "is_nonzero"),
    *("lift_fresh", "requires_grad_", "_local_scalar_dense", "item", "resolve_conj", "resolve_neg"),
}


class _Calls(TorchFunctionMode):
    """Counts what a GPU would have to be sent, or be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.transfers = 0
        self.waits = 0
        self._host: set[int] = set()

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is torch.tensor and "device" in kwargs:
            self.transfers += 1
        if func is torch.Tensor.to and any(isinstance(each, torch.device) for each in args[1:]):
            its = args[0]
            is_counter = its.ndim == 0 and its.dtype == torch.int64
            self.transfers += is_counter or its.data_ptr() in self._host
        if func in (torch.Tensor.item, torch.Tensor.cpu, torch.Tensor.__bool__, torch.unique):
            self.waits += 1
        result = func(*args, **kwargs)
        if func is torch.from_numpy or "pin_memory" in kwargs:
            self._host.add(result.data_ptr())
        return result


def count(config: NetConfig) -> tuple[int, int, int]:
    """Launches, transfers and waits of a step of a network."""
    torch.manual_seed(0)
    learner = Learner(make_net(config), LearnerConfig(batch=ROWS), torch.device("cpu"), seed=0)
    batch = [(samples_of(RULES, ROWS), RULES)]
    learner.step(batch, 0.0)
    with profile(activities=[ProfilerActivity.CPU]) as recorder:
        learner.step(batch, 0.0)
    launches = sum(_is_launch(event) for event in recorder.events() or [])
    with _Calls() as calls:
        learner.step(batch, 0.0)
    return launches, calls.transfers, calls.waits


def _is_launch(event: Any) -> bool:
    name = event.name.removeprefix("aten::")
    if name == event.name or name in _NO_WORK:
        return False
    parents = [event]
    while parents[-1].cpu_parent is not None:
        parents.append(parents[-1].cpu_parent)
    # A GPU gets one launch for a whole list of tensors where a CPU takes each by itself.
    if any(parent.name.startswith("aten::_foreach") for parent in parents):
        return not any(parent.name.startswith("aten::_foreach") for parent in parents[1:])
    return not any(child.name.startswith("aten::") for child in event.cpu_children)


def main() -> None:
    for name, config in NETS.items():
        launches, transfers, waits = count(config)
        print(f"{name}: {launches} launches, {transfers} transfers, {waits} waits a step")


if __name__ == "__main__":
    main()
