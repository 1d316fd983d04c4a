"""A network on a GPU as recorded graphs: one launch for copies, planes and all its layers.

A graph has a fixed batch, so a batch is filled up to the next recorded size. Each evaluator has a
stream of its own: while one lane of self-play waits for the GPU, the trees of another descend.
"""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from gomoku.rules import Rules
from mcts.evaluation import Evaluation, Positions
from nets.config import numbers_of_both
from nets.features import stack_planes
from nets.resnet.net import DRAW, LOSS, WIN, PolicyValueNet

# Two lanes must not record at once.
_recording = threading.Lock()

MIN_BATCH = 8


class GraphDevice(Protocol):
    """The part of a device that recording graphs needs; a test has one without a GPU."""

    device: torch.device

    def pinned(self, *shape: int, dtype: torch.dtype) -> Tensor:
        """Memory of the host that the device reaches without a copy in between."""

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        """Record what some work launches; the result launches it again and waits for its end."""


class CudaDevice:
    """A CUDA device, through a stream of its own."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._stream: Any = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        # Graphs of one stream replay one after the other, so they may share their memory.
        self._pool = torch.cuda.graph_pool_handle()

    def pinned(self, *shape: int, dtype: torch.dtype) -> Tensor:
        return torch.zeros(*shape, dtype=dtype, pin_memory=True)

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        with _recording, torch.cuda.device(self.device):
            self._stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(self._stream):
                for _ in range(3):  # libraries choose their kernels and workspaces before recording
                    work()
            self._stream.synchronize()
            graph = torch.cuda.CUDAGraph()
            # Other lanes go on using the device meanwhile.
            with torch.cuda.graph(
                graph,
                pool=self._pool,
                stream=self._stream,
                capture_error_mode="thread_local",
            ):
                work()
        done: Any = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]

        def replay() -> None:
            with torch.cuda.device(self.device), torch.cuda.stream(self._stream):
                graph.replay()
                done.record()
            done.synchronize()

        return replay


class _Recorded(NamedTuple):
    """A graph and the memory of the host that it reads and writes, N rows each.

    work: what was recorded. A graph knows its memory on the device by address only; this keeps it.
    """

    boards: Tensor
    to_move: Tensor
    last_move: Tensor
    prior: Tensor
    value: Tensor
    draw: Tensor
    work: Callable[[], None]
    replay: Callable[[], None]


class GraphedNet:
    """Evaluates positions by replaying a graph of the smallest recorded size that holds them."""

    def __init__(self, net: PolicyValueNet, device: GraphDevice) -> None:
        """net: folded, on the device, in the precision and memory format to run in.

        Its weights may be overwritten in place; graphs read them where they are.
        """
        self._net = net
        self._device = device
        self._recorded: dict[tuple[Rules, int], _Recorded] = {}

    @torch.inference_mode()
    def evaluate(self, positions: Positions) -> Evaluation:
        """Priors are probabilities over all points, occupied ones included."""
        batch = len(positions.cells)
        graph = self._graph(positions.rules, padded_batch(batch))
        size = positions.rules.size
        graph.boards[:batch] = torch.from_numpy(positions.cells).view(batch, size, size)
        graph.to_move[:batch] = torch.from_numpy(positions.to_move)
        graph.last_move[:batch] = torch.from_numpy(positions.last_move)
        graph.replay()
        answer = (graph.prior, graph.value, graph.draw)
        return Evaluation(*(each[:batch].numpy().copy() for each in answer))

    def _graph(self, rules: Rules, rows: int) -> _Recorded:
        known = self._recorded.get((rules, rows))
        if known is not None:
            return known
        pinned = self._device.pinned
        boards = pinned(rows, rules.size, rules.size, dtype=torch.int8)
        to_move = pinned(rows, dtype=torch.int8)
        last_move = pinned(rows, dtype=torch.int16)
        prior = pinned(rows, rules.points, dtype=torch.float32)
        value = pinned(rows, dtype=torch.float32)
        draw = pinned(rows, dtype=torch.float32)
        device = self._device.device
        numbers = torch.tensor(numbers_of_both(rules), device=device)
        on_device = [torch.zeros_like(t, device=device) for t in (boards, to_move, last_move)]
        dtype = next(self._net.parameters()).dtype

        def work() -> None:
            for there, here in zip(on_device, (boards, to_move, last_move), strict=True):
                there.copy_(here, non_blocking=True)
            planes = stack_planes(on_device[0], on_device[1], on_device[2], numbers)
            output = self._net(planes.to(dtype, memory_format=torch.channels_last))
            chances = torch.softmax(output.value.float(), dim=1)
            prior.copy_(torch.softmax(output.policy.float(), dim=1), non_blocking=True)
            value.copy_(chances[:, WIN] - chances[:, LOSS], non_blocking=True)
            draw.copy_(chances[:, DRAW], non_blocking=True)

        recorded = _Recorded(
            boards, to_move, last_move, prior, value, draw, work, self._device.record(work)
        )
        self._recorded[(rules, rows)] = recorded
        return recorded


def padded_batch(batch: int) -> int:
    """The recorded size that holds a batch: a power of two or one and a half times one.

    >>> [padded_batch(n) for n in (1, 8, 9, 13, 100, 200)]
    [8, 8, 12, 16, 128, 256]
    """
    size = MIN_BATCH
    while size < batch:
        size = (
            size * 3 // 2
            if size & (size - 1) == 0 and size * 3 // 2 >= batch
            else (1 << size.bit_length())
        )
    return size
