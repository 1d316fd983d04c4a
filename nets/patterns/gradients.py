"""The kernels of `nets.patterns.learning`.

B positions of A points, F features, N lines; x are the features of points before they are mixed.
"""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.intrinsics import stack_array
from gomoku.jit import kernel
from nets.patterns.kernels import ANY_ORDER, CODES, find_codes


class Weights(NamedTuple):
    """What has a gradient, as `nets.patterns.learning.points_of_lines` takes it."""

    features: Annotated[NDArray[np.float32], 2]
    added: Annotated[NDArray[np.float32], 2]
    mix: Annotated[NDArray[np.float32], 2]
    mix_bias: NDArray[np.float32]


class Places(NamedTuple):
    """Which lines go through points, and where Black must not play; as there, but sides int32."""

    where: Annotated[NDArray[np.int32], 2]
    barred: Annotated[NDArray[np.int8], 2]
    sides: NDArray[np.int32]

    def part(self, some: slice) -> "Places":
        return Places(self.where[some], self.barred[some], self.sides[some])


@kernel(apart=True)
def number_lines(
    cells: Annotated[NDArray[np.int8], 2],
    kind: NDArray[np.int32],
    size: int,
    mirrored: NDArray[np.int32],
    digits: NDArray[np.int32],
    codes: Annotated[NDArray[np.int32], 2],
    numbers: NDArray[np.int32],
    where: Annotated[NDArray[np.int32], 2],
    seen: NDArray[np.int32],
) -> int:
    """Write `nets.patterns.learning.Lines`; returns N.

    numbers: what lines were named, -1 for those not seen yet.
    """
    count = 0
    width = codes.shape[1] // size
    for index in range(cells.shape[0]):
        find_codes(cells[index], 1, size, digits, codes)
        for point in range(size * size):
            at = point // size * width + point % size
            for direction in range(4):
                code = codes[direction, at]
                line = kind[index] * CODES + min(code, mirrored[code])
                if numbers[line] < 0:
                    numbers[line] = count
                    seen[count] = line
                    count += 1
                where[index, 4 * point + direction] = numbers[line]
    return count


@kernel(apart=True, fastmath=ANY_ORDER)
def add_and_mix(
    weights: Weights,
    places: Places,
    size: int,
    x: Annotated[NDArray[np.float32], 2],
    mixed: Annotated[NDArray[np.float32], 2],
    mean: Annotated[NDArray[np.float32], 2],
    largest: Annotated[NDArray[np.float32], 2],
    which: Annotated[NDArray[np.int32], 2],
) -> None:
    """Write `nets.patterns.learning.Points`, x `[B, (size + 2)^2 F]` with a frame of zeros, and the
    point whose feature is the largest to which `[B, F]`."""
    features, added, mix, mix_bias = weights
    where, barred, sides = places
    channels, width, points = features.shape[1], size + 2, size * size
    center, beside, diagonal = mix[0], mix[1], mix[2]
    for index in range(where.shape[0]):
        for point in range(points):
            framed = (point // size + 1) * width + point % size + 1
            out = x[index, framed * channels : (framed + 1) * channels]
            one = features[where[index, 4 * point]]
            two = features[where[index, 4 * point + 1]]
            three = features[where[index, 4 * point + 2]]
            four = features[where[index, 4 * point + 3]]
            for c in range(channels):
                out[c] = (one[c] + two[c]) + (three[c] + four[c])
            if barred[index, point]:
                more = added[sides[index]]
                for c in range(channels):
                    out[c] += more[c]
            for c in range(channels):
                out[c] = max(out[c], np.float32(0.0))
        total, most, where_most = mean[index], largest[index], which[index]
        for point in range(points):
            framed = (point // size + 1) * width + point % size + 1
            first = (framed - width - 1) * channels
            above = x[index, first : first + 3 * channels]
            here = x[index, first + width * channels : first + (width + 3) * channels]
            below = x[index, first + 2 * width * channels : first + (2 * width + 3) * channels]
            out = mixed[index, point * channels : (point + 1) * channels]
            for c in range(channels):
                m, r = c + channels, c + 2 * channels
                y = (
                    mix_bias[c]
                    + center[c] * here[m]
                    + beside[c] * ((above[m] + below[m]) + (here[c] + here[r]))
                    + diagonal[c] * ((above[c] + above[r]) + (below[c] + below[r]))
                )
                y = max(y, np.float32(0.0))
                out[c] = y
                total[c] += y
                where_most[c] = np.int32(point) if y > most[c] else where_most[c]
                most[c] = max(most[c], y)
        for c in range(channels):
            total[c] /= np.float32(points)


@kernel(fastmath=ANY_ORDER)
def _add_pooled(
    mixed: NDArray[np.float32],
    of_mixed: NDArray[np.float32],
    of_mean: NDArray[np.float32],
    of_largest: NDArray[np.float32],
    which: NDArray[np.int32],
    size: int,
    around: NDArray[np.float32],
    of_bias: NDArray[np.float32],
) -> None:
    """Write the gradients of a board's mixed features, before they are cut off at zero, to around,
    and add them up to of_bias."""
    channels, width, points = of_bias.shape[0], size + 2, size * size
    for point in range(points):
        framed = (point // size + 1) * width + point % size + 1
        its = around[framed * channels : (framed + 1) * channels]
        y = mixed[point * channels : (point + 1) * channels]
        its_own = of_mixed[point * channels : (point + 1) * channels]
        for c in range(channels):
            g = its_own[c] + of_mean[c] / np.float32(points)
            g += of_largest[c] if which[c] == point else np.float32(0.0)
            g = g if y[c] > 0 else np.float32(0.0)
            its[c] = g
            of_bias[c] += g


@kernel(fastmath=ANY_ORDER)
def _add_mix(
    above: NDArray[np.float32],
    here: NDArray[np.float32],
    below: NDArray[np.float32],
    gradient: NDArray[np.float32],
    of_mix: Annotated[NDArray[np.float32], 2],
) -> None:
    """Add what a point's gradient says of the weights of mixing, from three points of each row."""
    of_center, of_beside, of_diagonal = of_mix[0], of_mix[1], of_mix[2]
    channels = of_mix.shape[1]
    for c in range(channels):
        m, r = c + channels, c + 2 * channels
        g = gradient[c]
        of_center[c] += g * here[m]
        of_beside[c] += g * ((above[m] + below[m]) + (here[c] + here[r]))
        of_diagonal[c] += g * ((above[c] + above[r]) + (below[c] + below[r]))


@kernel(apart=True, fastmath=ANY_ORDER)
def add_gradients(
    weights: Weights,
    places: Places,
    size: int,
    x: Annotated[NDArray[np.float32], 2],
    mixed: Annotated[NDArray[np.float32], 2],
    which: Annotated[NDArray[np.int32], 2],
    of_mixed: Annotated[NDArray[np.float32], 2],
    of_mean: Annotated[NDArray[np.float32], 2],
    of_largest: Annotated[NDArray[np.float32], 2],
    around: NDArray[np.float32],
    found: Weights,
) -> None:
    """Add the gradients of the weights to `found`, from those of what `add_and_mix` wrote.

    around: room for those of a board before it is cut off at zero, with a frame of zeros.
    """
    mix = weights.mix
    of_features, of_added, of_mix, of_bias = found
    where, barred, sides = places
    channels, width, points = mix.shape[1], size + 2, size * size
    center, beside, diagonal = mix[0], mix[1], mix[2]
    back = stack_array(channels, np.float32)
    for index in range(where.shape[0]):
        _add_pooled(
            mixed[index],
            of_mixed[index],
            of_mean[index],
            of_largest[index],
            which[index],
            size,
            around,
            of_bias,
        )
        for point in range(points):
            framed = (point // size + 1) * width + point % size + 1
            first = (framed - width - 1) * channels
            middle, last = first + width * channels, first + 2 * width * channels
            above = x[index, first : first + 3 * channels]
            here = x[index, middle : middle + 3 * channels]
            below = x[index, last : last + 3 * channels]
            g_above = around[first : first + 3 * channels]
            g_here = around[middle : middle + 3 * channels]
            g_below = around[last : last + 3 * channels]
            _add_mix(above, here, below, g_here[channels:], of_mix)
            for c in range(channels):
                m, r = c + channels, c + 2 * channels
                g = (
                    center[c] * g_here[m]
                    + beside[c] * ((g_above[m] + g_below[m]) + (g_here[c] + g_here[r]))
                    + diagonal[c] * ((g_above[c] + g_above[r]) + (g_below[c] + g_below[r]))
                )
                back[c] = g if here[m] > 0 else np.float32(0.0)
            if barred[index, point]:
                more = of_added[sides[index]]
                for c in range(channels):
                    more[c] += back[c]
            for direction in range(4):
                line = of_features[where[index, 4 * point + direction]]
                for c in range(channels):
                    line[c] += back[c]
