"""A position evaluated by the tables of a pattern network: compiled, one position at a time."""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.forbidden import FORBIDDEN_CELL, barred_bits
from gomoku.intrinsics import stack_array
from gomoku.jit import kernel

REACH = 5
"""Points a line reaches from its middle to either side."""

LINE = 2 * REACH + 1
CODES = 3**LINE
"""States of a line; see `nets.patterns.net.line_codes`."""

_LEADING = 3 ** (LINE - 1)

# Sums in any order, so that they run in vector registers.
ANY_ORDER = ("reassoc", "contract", "nsz", "arcp")


class Ready(NamedTuple):
    """Tables as a kernel takes them for boards of a size; every array costs a call 0.2 us.

    black, white: `lines` of `nets.patterns.tables.Tables` with either side to move.
    forbidden: `[2, F]`, of both.
    layers: `Layers`, one after the other.
    hidden, value_hidden: their numbers of units.
    """

    black: Annotated[NDArray[np.int8], 2]
    white: Annotated[NDArray[np.int8], 2]
    forbidden: Annotated[NDArray[np.int16], 2]
    layers: NDArray[np.float32]
    hidden: int
    value_hidden: int


class Layers(NamedTuple):
    """What comes after the lines, for boards of a size.

    mix: `[4, size * F]` weights of a point itself, its neighbors beside it and the diagonal ones,
        in units of the integers, and the bias; the same for all points of a row.
    The others as in `nets.patterns.tables.Tables`.
    """

    mix: NDArray[np.float32]
    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    value_hidden: NDArray[np.float32]
    value_hidden_bias: NDArray[np.float32]
    value: NDArray[np.float32]
    value_bias: NDArray[np.float32]
    policy: NDArray[np.float32]
    policy_bias: NDArray[np.float32]


@kernel(fastmath=ANY_ORDER)
def _layers(ready: Ready, size: int) -> Layers:
    """The parts of `ready.layers`."""
    channels, hidden, value_hidden = ready.black.shape[1], ready.hidden, ready.value_hidden
    rest = ready.layers
    at = 4 * size * channels
    mix = rest[:at].reshape(4, size * channels)
    rest = rest[at:]
    at = hidden * 2 * channels
    hidden_weights = rest[:at].reshape(hidden, 2 * channels)
    hidden_bias = rest[at : at + hidden]
    rest = rest[at + hidden :]
    at = value_hidden * hidden
    value_hidden_weights = rest[:at].reshape(value_hidden, hidden)
    value_hidden_bias = rest[at : at + value_hidden]
    rest = rest[at + value_hidden :]
    at = 3 * value_hidden
    value, value_bias = rest[:at].reshape(3, value_hidden), rest[at : at + 3]
    rest = rest[at + 3 :]
    at = channels * hidden
    return Layers(
        mix,
        hidden_weights,
        hidden_bias,
        value_hidden_weights,
        value_hidden_bias,
        value,
        value_bias,
        rest[:at].reshape(channels, hidden),
        rest[at:],
    )


class Scratch(NamedTuple):
    """Room for one position of a size.

    digits: `[(size + 2 * REACH)^2]`; codes: `[4, size * (size + 2 * REACH)]`, of the rows with what
    frames them to the right; features: `[(size + 2)^2, F]`, with a frame of zeros; mixed:
    `[size^2, F]`.
    """

    digits: NDArray[np.int32]
    codes: Annotated[NDArray[np.int32], 2]
    features: Annotated[NDArray[np.int16], 2]
    mixed: Annotated[NDArray[np.float32], 2]


def make_scratch(size: int, channels: int) -> Scratch:
    return Scratch(
        digits=np.full((size + 2 * REACH) ** 2, 2, np.int32),
        codes=np.zeros((4, size * (size + 2 * REACH)), np.int32),
        features=np.zeros(((size + 2) ** 2, channels), np.int16),
        mixed=np.zeros((size * size, channels), np.float32),
    )


class Rows(NamedTuple):
    """Room for what `_mix_rows` knows of a row, and of all rows together.

    outer: `[(size + 2) * F]` sums of the features above and below.
    totals, largest: `[size * F]` of the mixed features of a column.
    """

    outer: NDArray[np.int16]
    totals: NDArray[np.float32]
    largest: NDArray[np.float32]


@kernel(fastmath=ANY_ORDER)
def find_codes(
    cells: NDArray[np.int8],
    to_move: int,
    size: int,
    digits: NDArray[np.int32],
    codes: Annotated[NDArray[np.int32], 2],
) -> None:
    """Write the state of the line through every point in each direction to `codes`; see `Scratch`.

    digits: its frame holds 2.

    A direction is one loop over all rows at once, in vector registers, what lies between them
    included: its codes mean nothing and nobody reads them.
    """
    width = size + 2 * REACH
    for row in range(size):
        stones = cells[row * size : (row + 1) * size]
        inside = digits[(row + REACH) * width + REACH : (row + REACH) * width + REACH + size]
        for column in range(size):
            stone = np.int32(stones[column] * to_move if stones[column] & 1 else 0)
            inside[column] = stone if stone >= 0 else 2
    length = (size - 1) * width + size
    first = REACH * width + REACH
    steps = (1, width, width + 1, width - 1)
    for direction in range(4):
        step = steps[direction]
        line = codes[direction]
        # In two halves: of more arrays LLVM does not find out whether they overlap.
        a, b = digits[first - 5 * step :], digits[first - 4 * step :]
        c, d = digits[first - 3 * step :], digits[first - 2 * step :]
        e = digits[first - step :]
        for at in range(length):
            code = np.int32(a[at] * 3 + b[at])
            code = np.int32(code * 3 + c[at])
            code = np.int32(code * 3 + d[at])
            line[at] = np.int32(code * 3 + e[at])
        f, g = digits[first:], digits[first + step :]
        h, i = digits[first + 2 * step :], digits[first + 3 * step :]
        j, k = digits[first + 4 * step :], digits[first + 5 * step :]
        for at in range(length):
            code = np.int32(line[at] * 3 + f[at])
            code = np.int32(code * 3 + g[at])
            code = np.int32(code * 3 + h[at])
            code = np.int32(code * 3 + i[at])
            code = np.int32(code * 3 + j[at])
            line[at] = np.int32(code * 3 + k[at])


@kernel(apart=True, fastmath=ANY_ORDER)
def evaluate_positions(
    ready: Ready,
    scratch: Scratch,
    cells: Annotated[NDArray[np.int8], 2],
    to_move: NDArray[np.int8],
    size: int,
    prior: Annotated[NDArray[np.float32], 2],
    value: NDArray[np.float32],
    draw: NDArray[np.float32],
) -> None:
    """Write `prior [B, A]`, over legal points, `value [B]`, and how likely a draw is to `draw [B]`
    for B positions."""
    points = size * size
    channels = ready.black.shape[1]
    layers = _layers(ready, size)
    features, mixed = scratch.features, scratch.mixed
    pooled = stack_array(2 * channels, np.float32)
    hidden = stack_array(ready.hidden, np.float32)
    value_hidden = stack_array(ready.value_hidden, np.float32)
    policy = stack_array(channels, np.float32)
    chances = stack_array(3, np.float32)
    flat, flat_mixed = features.reshape(-1), mixed.reshape(-1)
    rows = Rows(
        stack_array((size + 2) * channels, np.int16),
        stack_array(size * channels, np.float32),
        stack_array(size * channels, np.float32),
    )
    for index in range(cells.shape[0]):
        find_codes(cells[index], to_move[index], size, scratch.digits, scratch.codes)
        if to_move[index] > 0:
            _add_lines(ready.black, scratch.codes, cells[index], ready.forbidden[0], size, features)
        else:
            _add_lines(ready.white, scratch.codes, cells[index], ready.forbidden[1], size, features)
        _mix_rows(flat, layers.mix, size, channels, rows, flat_mixed)
        _pool(rows, channels, pooled)
        for channel in range(channels):
            pooled[channel] /= np.float32(points)
        _layer(layers.hidden, layers.hidden_bias, pooled, hidden, True)
        _layer(layers.value_hidden, layers.value_hidden_bias, hidden, value_hidden, True)
        _layer(layers.value, layers.value_bias, value_hidden, chances, False)
        highest = max(chances[0], chances[1], chances[2])
        win, even = np.exp(chances[0] - highest), np.exp(chances[1] - highest)
        loss = np.exp(chances[2] - highest)
        value[index] = (win - loss) / (win + even + loss)
        draw[index] = even / (win + even + loss)
        _layer(layers.policy, layers.policy_bias, hidden, policy, False)
        _write_priors(policy, mixed, cells[index], to_move[index], prior[index])


@kernel(fastmath=ANY_ORDER)
def _add_lines(
    lines: Annotated[NDArray[np.int8], 2],
    codes: Annotated[NDArray[np.int32], 2],
    cells: NDArray[np.int8],
    forbidden: NDArray[np.int16],
    size: int,
    features: Annotated[NDArray[np.int16], 2],
) -> None:
    """Write the sum of the features of every point's four lines, and of `forbidden [F]` at a point
    so marked, where positive, to its row of `features [(size + 2)^2, F]`."""
    width = size + 2 * REACH
    width = size + 2 * REACH
    for row in range(size):
        for column in range(size):
            line = row * width + column
            first, second = lines[codes[0, line]], lines[codes[1, line]]
            third, fourth = lines[codes[2, line]], lines[codes[3, line]]
            framed = (row + 1) * (size + 2) + column + 1
            for channel in range(features.shape[1]):
                # Cast at every step, since numba would go on in 64 bits.
                one = np.int16(np.int16(first[channel]) + np.int16(second[channel]))
                other = np.int16(np.int16(third[channel]) + np.int16(fourth[channel]))
                total = np.int16(one + other)
                features[framed, channel] = max(total, np.int16(0))
            if cells[row * size + column] == FORBIDDEN_CELL:
                for channel in range(features.shape[1]):
                    one = np.int16(np.int16(first[channel]) + np.int16(second[channel]))
                    other = np.int16(np.int16(third[channel]) + np.int16(fourth[channel]))
                    total = np.int16(np.int16(one + other) + forbidden[channel])
                    features[framed, channel] = max(total, np.int16(0))


@kernel(fastmath=ANY_ORDER)
def _write_priors(
    policy: NDArray[np.float32],
    mixed: Annotated[NDArray[np.float32], 2],
    cells: NDArray[np.int8],
    to_move: int,
    prior: NDArray[np.float32],
) -> None:
    """Write the softmax over legal points of `mixed [A, F]` weighed by `policy [F]` to `[A]`."""
    barred = barred_bits(cells, to_move)
    largest = np.float32(-1e30)
    for point in range(cells.shape[0]):
        if cells[point] & barred:
            continue
        logit = np.float32(0.0)
        for channel in range(policy.shape[0]):
            logit += policy[channel] * mixed[point, channel]
        prior[point] = logit
        largest = max(largest, logit)
    total = np.float32(0.0)
    for point in range(cells.shape[0]):
        chance = np.float32(0.0)
        if (cells[point] & barred) == 0:
            chance = np.exp(prior[point] - largest)
        prior[point] = chance
        total += chance
    for point in range(cells.shape[0]):
        prior[point] /= total


@kernel(fastmath=ANY_ORDER)
def _mix_rows(
    features: NDArray[np.int16],
    weights: Annotated[NDArray[np.float32], 2],
    size: int,
    channels: int,
    rows: Rows,
    mixed: NDArray[np.float32],
) -> None:
    """Write every point's features mixed with its neighbors' to `mixed [A * F]`, and their sum and
    maximum over all rows to `rows`.

    features: `[(size + 2)^2 * F]`, with a frame. weights: `[4, size * F]`, the last the bias.

    A whole row at a time, since a loop over the features of one point is over before it pays.
    """
    across = (size + 2) * channels
    length = size * channels
    center_weights, beside_weights = weights[0], weights[1]
    diagonal_weights, bias = weights[2], weights[3]
    outer, totals, largest = rows.outer, rows.totals, rows.largest
    totals[:] = 0.0
    largest[:] = 0.0  # nothing is negative
    for row in range(size):
        above = features[row * across :]
        here = features[(row + 1) * across :]
        below = features[(row + 2) * across :]
        # Cast at every step, since numba would go on in 64 bits.
        for i in range(across):
            outer[i] = np.int16(above[i] + below[i])
        outer_mid, outer_right = outer[channels:], outer[2 * channels :]
        center, right = here[channels:], here[2 * channels :]
        out = mixed[row * length : (row + 1) * length]
        for i in range(length):
            beside = np.int16(np.int16(here[i] + right[i]) + outer_mid[i])
            diagonal = np.int16(outer[i] + outer_right[i])
            x = (
                bias[i]
                + center_weights[i] * np.float32(center[i])
                + beside_weights[i] * np.float32(beside)
                + diagonal_weights[i] * np.float32(diagonal)
            )
            out[i] = max(x, np.float32(0.0))
        for i in range(length):
            totals[i] += out[i]
        for i in range(length):
            largest[i] = max(largest[i], out[i])


@kernel(fastmath=ANY_ORDER)
def _pool(rows: Rows, channels: int, pooled: NDArray[np.float32]) -> None:
    """Write the sum and the maximum of every feature over the board to the halves of `pooled [2F]`,
    from those over its rows."""
    sums, maxima = pooled[:channels], pooled[channels:]
    sums[:] = 0.0
    maxima[:] = 0.0
    for first in range(0, rows.totals.shape[0], channels):
        totals = rows.totals[first : first + channels]
        largest = rows.largest[first : first + channels]
        for channel in range(channels):
            sums[channel] += totals[channel]
            maxima[channel] = max(maxima[channel], largest[channel])


@kernel(fastmath=ANY_ORDER)
def _layer(
    weights: Annotated[NDArray[np.float32], 2],
    bias: NDArray[np.float32],
    inputs: NDArray[np.float32],
    outputs: NDArray[np.float32],
    rectified: bool,
) -> None:
    """A dense layer of one position; `weights [outputs, inputs]`."""
    for row in range(weights.shape[0]):
        total = bias[row]
        for column in range(weights.shape[1]):
            total += weights[row, column] * inputs[column]
        outputs[row] = max(total, np.float32(0.0)) if rectified else total
