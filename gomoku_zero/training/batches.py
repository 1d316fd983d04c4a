"""From samples to what a gradient step reads, in one copy to the device.

B rows of A points, all under rules of one board size; R numbers of the rules.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from torch import Tensor

from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku_zero.training.config import LearnerConfig
from gomoku_zero.training.samples import Samples, positions_of_samples
from nets.config import RULE_NUMBERS, numbers_of_both
from nets.features import planes_of_rows
from nets.resnet.net import DRAW, LOSS, WIN

Drawn = TypeVar("Drawn")

# Every array of the buffer begins at a multiple of this many bytes, whatever its type.
_ALIGNMENT = 16

# Batches that are ready before they are asked for.
_AHEAD = 2


class Targets(NamedTuple):
    """A batch on the device: positions, and what to learn about them."""

    cells: Tensor  # [B, A] int8 as in `Positions`: forbidden points are marked
    illegal: Tensor  # [B, A] bool
    to_move: Tensor  # [B] int8
    last_move: Tensor  # [B] int16
    rules: Tensor  # [B, R] `rule_numbers` of each row's rules and side to move
    policy: Tensor  # [B, A]
    value: Tensor  # [B, 3] chances of win, draw, loss
    reply: Tensor  # [B] int64
    moves_left: Tensor  # [B] as a share of the points of the board

    def planes(self) -> Tensor:
        """`[B, PLANES, size, size]` what the network sees, channels last."""
        size = round(self.cells.shape[1] ** 0.5)
        boards = self.cells.view(-1, size, size)
        planes = planes_of_rows(boards, self.to_move, self.last_move, self.rules)
        return planes.to(memory_format=torch.channels_last)


class Batch(NamedTuple):
    """A batch on the host, its arrays one behind the other in one buffer; pinned for a GPU."""

    buffer: Tensor
    fields: dict[str, tuple[int, torch.dtype, tuple[int, ...]]]  # first byte, type, shape
    rows_by_color: dict[Color, int]

    def on(self, device: torch.device) -> Targets:
        """The batch on a device, by one copy that the host does not wait for."""
        there = self.buffer.to(device, non_blocking=True)
        columns = {}
        for name, (first, dtype, shape) in self.fields.items():
            count = int(np.prod(shape)) * dtype.itemsize
            columns[name] = there[first : first + count].view(dtype).view(shape)
        points = columns["cells"].shape[1]
        columns["policy"] = columns["policy"].float()
        columns["reply"] = columns["reply"].long()
        columns["moves_left"] = columns["moves_left"].float() / points
        return Targets(**columns)


def make_batch(
    parts: Sequence[tuple[Samples, Rules]], config: LearnerConfig, *, pinned: bool
) -> Batch:
    """Samples of one board size, those under the same rules together, with their targets.

    pinned: in memory of the host that a GPU reads by itself.
    """
    columns: list[dict[str, NDArray[np.generic]]] = []
    for samples, rules in parts:
        positions = positions_of_samples(samples, rules)
        numbers = np.array(numbers_of_both(rules), np.float32)
        columns.append(
            {
                "cells": positions.cells,
                "illegal": positions.illegal(),
                "to_move": samples.to_move,
                "last_move": samples.last_move,
                "rules": numbers[(samples.to_move == WHITE).astype(np.intp)],
                "policy": samples.policy,
                "value": value_target(samples, config),
                "reply": samples.reply,
                "moves_left": samples.moves_left,
            }
        )
    rows, points = sum(samples.rows for samples, _ in parts), parts[0][0].cells.shape[1]
    shapes: dict[str, tuple[DTypeLike, tuple[int, ...]]] = {
        "cells": (np.int8, (rows, points)),
        "illegal": (np.bool_, (rows, points)),
        "to_move": (np.int8, (rows,)),
        "last_move": (np.int16, (rows,)),
        "rules": (np.float32, (rows, RULE_NUMBERS)),
        "policy": (np.float16, (rows, points)),
        "value": (np.float32, (rows, 3)),
        "reply": (np.int16, (rows,)),
        "moves_left": (np.int16, (rows,)),
    }
    firsts, end = {}, 0
    for name, (dtype, shape) in shapes.items():
        firsts[name] = end
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        end += -(-size // _ALIGNMENT) * _ALIGNMENT
    buffer = torch.empty(end, dtype=torch.uint8, pin_memory=pinned)
    fields = {}
    for name, (dtype, shape) in shapes.items():
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        array = buffer.numpy()[firsts[name] : firsts[name] + size].view(dtype).reshape(shape)
        np.concatenate([column[name] for column in columns], out=array, casting="same_kind")
        fields[name] = (firsts[name], torch.from_numpy(array).dtype, shape)
    whites = sum(int((samples.to_move == WHITE).sum()) for samples, _ in parts)
    return Batch(buffer, fields, {BLACK: rows - whites, WHITE: whites})


def value_target(samples: Samples, config: LearnerConfig) -> NDArray[np.float32]:
    """`[B, 3]` chances of win, draw and loss: the game's result, mixed with the search's value.

    The search knows only one number; it is read as chances of win and loss without draws, but for
    what a teacher said of draws.
    """
    result = np.zeros((samples.rows, 3), np.float32)
    result[:, WIN] = samples.outcome == 1
    result[:, DRAW] = samples.outcome == 0
    result[:, LOSS] = samples.outcome == -1
    thought = np.zeros_like(result)
    value = samples.root_value.astype(np.float32)
    # What is left beside draws cannot be less than the lead.
    draw = np.minimum(samples.root_draw.astype(np.float32), 1 - np.abs(value))
    thought[:, WIN] = (1 - draw + value) / 2
    thought[:, DRAW] = draw
    thought[:, LOSS] = (1 - draw - value) / 2
    share = config.root_value_share
    mixed: NDArray[np.float32] = ((1 - share) * result + share * thought).astype(np.float32)
    return mixed


def drawn_ahead(draw: Callable[[], Drawn], count: int, *, threaded: bool) -> Iterator[Drawn]:
    """The results of `count` calls, in order.

    threaded: make the next calls in a thread while the caller is busy with what it has; there are
        as many in all, and never two at once, so what is drawn is the same.
    """
    if not threaded:
        for _ in range(count):
            yield draw()
        return
    with ThreadPoolExecutor(1, "drawing") as pool:
        ready: deque[Future[Drawn]] = deque(pool.submit(draw) for _ in range(min(_AHEAD, count)))
        for number in range(count):
            drawn = ready.popleft().result()
            if number + _AHEAD < count:
                ready.append(pool.submit(draw))
            yield drawn
