"""What a network of line patterns makes of points, and its gradient, in compiled code: most of the
time of learning on a CPU.

Torch would look up, add and mix for a whole batch at a time, in arrays that no cache holds; here a
position is finished before the next one begins. `nets.patterns.net` does the same in torch's own
operations, for a GPU, and a test compares the two.

B positions of A points, F features, N lines; x are the features of points before they are mixed.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nets.patterns.gradients import Places, Weights, add_and_mix, add_gradients, number_lines
from nets.patterns.kernels import CODES, make_scratch
from nets.patterns.tables import mirrored_codes


class Lines(NamedTuple):
    """The lines of some positions, each named once under the same rules.

    seen: `[N]` int64, the smaller code of a line and its mirror image, and `CODES` times the number
        of its rules. where: `[B, 4 A]` int32, which of those lie through each point.
    """

    seen: Tensor
    where: Tensor


def find_lines(cells: Tensor, kind: Tensor, kinds: int) -> Lines:
    """The lines of positions.

    cells: `[B, size, size]` int8, 1 a stone of the side to move, -1 of the other side.
    kind: `[B]` which of so many rules each is under.
    """
    rows, size, _ = cells.shape
    numbers = np.full(kinds * CODES, -1, np.int32)
    where = np.empty((rows, 4 * size * size), np.int32)
    seen = np.empty(where.size, np.int32)
    scratch = make_scratch(size, 1)
    count = number_lines(
        cells.reshape(rows, -1).numpy(),
        kind.to(torch.int32).numpy(),
        size,
        _mirrored(),
        scratch.digits,
        scratch.codes,
        numbers,
        where,
        seen,
    )
    return Lines(torch.from_numpy(seen[:count].astype(np.int64)), torch.from_numpy(where))


@cache
def _mirrored() -> NDArray[np.int32]:
    return mirrored_codes().astype(np.int32)


class Points(NamedTuple):
    """mixed: `[B, A, F]`; mean, largest: `[B, F]` over the points of a board."""

    mixed: Tensor
    mean: Tensor
    largest: Tensor


def points_of_lines(
    features: Tensor,
    lines: Lines,
    added: Tensor,
    barred: Tensor,
    sides: Tensor,
    mix: Tensor,
    mix_bias: Tensor,
) -> Points:
    """What every point has after its lines are added up and mixed with its neighbors'.

    features: `[N, F]` of lines. added: `[2, F]` where Black must not play, by `sides [B]`, 0 for
    Black to move; barred: `[B, A]` int8, where that is. mix: `[3, F]`, mix_bias: `[F]`.
    """
    result = _Points.apply(features, added, mix, mix_bias, lines.where, barred, sides)  # type: ignore[no-untyped-call]
    return Points(*result)


class _Points(torch.autograd.Function):
    """`points_of_lines` with its gradient."""

    @staticmethod
    def forward(
        ctx: Any,
        features: Tensor,
        added: Tensor,
        mix: Tensor,
        mix_bias: Tensor,
        where: Tensor,
        barred: Tensor,
        sides: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        rows, points = barred.shape
        size, channels = round(points**0.5), features.shape[1]
        weights = Weights(_array(features), _array(added), _array(mix), _array(mix_bias))
        places = Places(where.numpy(), barred.numpy(), sides.to(torch.int32).numpy())
        x = np.zeros((rows, (size + 2) ** 2 * channels), np.float32)
        mixed = np.empty((rows, points * channels), np.float32)
        pooled = np.zeros((2, rows, channels), np.float32)
        which = np.zeros((rows, channels), np.int32)

        def run(some: slice) -> None:
            add_and_mix(
                weights,
                places.part(some),
                size,
                x[some],
                mixed[some],
                pooled[0, some],
                pooled[1, some],
                which[some],
            )

        _in_threads(rows, run)
        ctx.arrays = (weights, places, size, x, mixed, which)
        return (
            torch.from_numpy(mixed).view(rows, points, channels),
            torch.from_numpy(pooled[0]),
            torch.from_numpy(pooled[1]),
        )

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        weights, places, size, x, mixed, which = ctx.arrays
        rows = len(x)
        of_mixed, of_mean, of_largest = (_array(gradient) for gradient in gradients)
        of_mixed = of_mixed.reshape(rows, -1)
        channels = which.shape[1]

        def run(some: slice) -> Weights:
            found = Weights(*(np.zeros_like(array) for array in weights))
            around = np.zeros((size + 2) ** 2 * channels, np.float32)
            add_gradients(
                weights,
                places.part(some),
                size,
                x[some],
                mixed[some],
                which[some],
                of_mixed[some],
                of_mean[some],
                of_largest[some],
                around,
                found,
            )
            return found

        parts = _in_threads(rows, run)
        found = parts[0]
        for part in parts[1:]:
            for total, its in zip(found, part, strict=True):
                total += its
        return (*map(torch.from_numpy, found), None, None, None)


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return tensor.detach().contiguous().numpy()


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, "learning")


def _in_threads(rows: int, run: Callable[[slice], Any]) -> list[Any]:
    """The results for parts of the rows, as many as torch has threads."""
    threads = torch.get_num_threads()
    if threads == 1:
        return [run(slice(0, rows))]
    bounds = [rows * part // threads for part in range(threads + 1)]
    slices = [slice(*pair) for pair in pairwise(bounds)]
    return list(_pool(threads).map(run, slices))
