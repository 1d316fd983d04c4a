"""Learning on several devices, one process (a rank) each; torchrun begins them.

    torchrun --nproc-per-node 8 -- train.py configs/15x15.toml --run runs/x

Rank 0 is the run: it has the players, the folder and the whole window. The others hold a part of
the window each and learn what they are told to. A batch is divided among all; gradients, losses and
what normalizes over a batch are of all of it, so that weights stay the same everywhere.
"""

import datetime
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from gomoku.rules import Rules
from gomoku_zero.training.samples import Samples, take
from nets.device import device_for_learning
from nets.networks import Net

# Others wait for rank 0 while it plays a cycle, evaluates, or is debugged.
_PATIENCE = datetime.timedelta(days=7)


class Ranks(NamedTuple):
    """The processes that learn together, and which of them this is."""

    rank: int
    size: int

    @classmethod
    def join(cls) -> "Ranks | None":
        """Meet the others; None where torchrun has begun only this process, or none."""
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return None
        if not dist.is_initialized():
            backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
            dist.init_process_group(backend, timeout=_PATIENCE)
        return cls(dist.get_rank(), dist.get_world_size())

    def device(self, name: str, net: Net) -> torch.device:
        """Where this rank learns: each has a GPU of its own."""
        device = device_for_learning(name, net.config)
        if device.type != "cuda":
            return device
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))

    def tell(self, *message: object) -> None:
        """From rank 0 to the others, which `hear` it."""
        assert self.rank == 0
        dist.broadcast_object_list([message], src=0)

    def hear(self) -> tuple[Any, ...]:
        heard: list[Any] = [None]
        dist.broadcast_object_list(heard, src=0)
        message: tuple[Any, ...] = heard[0]
        return message

    def share_out(self, samples: Mapping[Rules, Samples]) -> None:
        """Give each other rank its part of new positions."""
        parts = [
            {rules: take(its, slice(rank, None, self.size)) for rules, its in samples.items()}
            for rank in range(self.size)
        ]
        self.tell("append")
        # Rank 0 has them all.
        dist.scatter_object_list([None], [None, *parts[1:]], src=0)

    def mean(self, tensors: Tensor) -> Tensor:
        """The mean over all ranks; in place."""
        dist.all_reduce(tensors)
        return tensors.div_(self.size)

    def wrap(self, net: Net) -> nn.Module:
        """The network for gradient steps with the others; its weights are those of `net`."""
        _normalize_together(net)
        device = next(net.parameters()).device
        return DistributedDataParallel(
            net,
            device_ids=[device.index] if device.type == "cuda" else None,
            # Of line patterns, renju has weights that a batch without renju does not use.
            find_unused_parameters=net.config.has_tables,
        )


class _SumOverRanks(torch.autograd.Function):
    """The sum of a tensor over all ranks; whatever any of them makes of it counts in its gradient.

    A loss depends on every rank's batch then, and the mean of the ranks' gradients, which is what
    gradient steps take, is that of the mean of their losses.
    """

    @staticmethod
    def forward(context: Any, tensor: Tensor) -> Tensor:
        total = tensor.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        total = gradient.clone()
        dist.all_reduce(total)
        return total


def _sum_over_ranks(tensor: Tensor) -> Tensor:
    total: Tensor = _SumOverRanks.apply(tensor)  # type: ignore[no-untyped-call]
    return total


class _TogetherNorm(nn.modules.batchnorm._BatchNorm):
    """Batch normalization over the batches of all ranks; `nn.SyncBatchNorm` does not run on a
    CPU."""

    def _check_input_dim(self, input: Tensor) -> None:
        pass

    def forward(self, input: Tensor) -> Tensor:
        if not self.training:
            return super().forward(input)
        x = input.float()
        axes = [0, *range(2, x.ndim)]
        count = torch.tensor([x.numel() / x.shape[1]], device=x.device)
        sums = _sum_over_ranks(torch.cat([x.sum(axes), count]))
        count = sums[-1].detach()
        shape = [1, -1, *[1] * (x.ndim - 2)]
        mean = sums[:-1] / count
        centered = x - mean.view(shape)
        variance = _sum_over_ranks((centered**2).sum(axes)) / count
        with torch.no_grad():
            assert self.momentum is not None
            assert self.running_mean is not None
            assert self.running_var is not None
            assert self.num_batches_tracked is not None
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * count / (count - 1), self.momentum)
            self.num_batches_tracked.add_(1)
        scale = self.weight * torch.rsqrt(variance + self.eps)
        output: Tensor = centered * scale.view(shape) + self.bias.view(shape)
        return output.to(input.dtype)


def _normalize_together(net: nn.Module) -> None:
    """Make the batch norms of a network those of all ranks, under the same names."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            kind = type(module)
            module.__class__ = type(f"Together{kind.__name__}", (_TogetherNorm, kind), {})
