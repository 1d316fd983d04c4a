"""A position evaluated by the tables of a pattern network: compiled, one position at a time."""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.forbidden import FORBIDDEN_CELL, barred_bits
from gomoku.jit import kernel

REACH = 5
"""Points a line reaches from its middle to either side."""

LINE = 2 * REACH + 1
CODES = 3**LINE
"""States of a line; see `nets.patterns.net.line_codes`."""

_LEADING = 3 ** (LINE - 1)

# Sums in any order, so that they run in vector registers.
_ANY_ORDER = ("reassoc", "contract", "nsz", "arcp")


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


@kernel(fastmath=_ANY_ORDER)
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

    digits: `[(size + 2 * REACH)^2]`; codes: `[4, size^2]`; features: `[(size + 2)^2, F]`, with a
    frame of zeros; mixed: `[size^2, F]`.
    """

    digits: NDArray[np.int32]
    codes: Annotated[NDArray[np.int32], 2]
    features: Annotated[NDArray[np.int16], 2]
    mixed: Annotated[NDArray[np.float32], 2]


def make_scratch(size: int, channels: int) -> Scratch:
    return Scratch(
        digits=np.full((size + 2 * REACH) ** 2, 2, np.int32),
        codes=np.zeros((4, size * size), np.int32),
        features=np.zeros(((size + 2) ** 2, channels), np.int16),
        mixed=np.zeros((size * size, channels), np.float32),
    )


@kernel(fastmath=_ANY_ORDER)
def find_codes(
    cells: NDArray[np.int8],
    to_move: int,
    size: int,
    digits: NDArray[np.int32],
    codes: Annotated[NDArray[np.int32], 2],
) -> None:
    """Write the state of the line through every point in each direction to `codes [4, A]`.

    digits: scratch whose frame holds 2.
    """
    width = size + 2 * REACH
    for row in range(size):
        for column in range(size):
            cell = cells[row * size + column]
            stone = cell * to_move if cell & 1 else 0
            digits[(row + REACH) * width + column + REACH] = stone if stone >= 0 else 2
    for direction in range(4):
        down = 0 if direction == 0 else 1
        right = 1 if direction == 0 else (0 if direction == 1 else (1 if direction == 2 else -1))
        step = down * width + right
        for row in range(size):
            for column in range(size):
                point = row * size + column
                here = (row + REACH) * width + column + REACH
                before_row, before_column = row - down, column - right
                if before_row >= 0 and 0 <= before_column < size:
                    code = codes[direction, before_row * size + before_column]
                    code -= digits[here - (REACH + 1) * step] * _LEADING
                    code = code * 3 + digits[here + REACH * step]
                else:
                    code = np.int32(0)
                    for k in range(-REACH, REACH + 1):
                        code = code * 3 + digits[here + k * step]
                codes[direction, point] = code


@kernel(apart=True, fastmath=_ANY_ORDER)
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
    pooled = np.empty(2 * channels, np.float32)
    hidden = np.empty(ready.hidden, np.float32)
    value_hidden = np.empty(ready.value_hidden, np.float32)
    policy = np.empty(channels, np.float32)
    chances = np.empty(3, np.float32)
    flat, flat_mixed = features.reshape(-1), mixed.reshape(-1)
    row_totals = np.empty(size * channels, np.float32)
    row_largest = np.empty(size * channels, np.float32)
    for index in range(cells.shape[0]):
        find_codes(cells[index], to_move[index], size, scratch.digits, scratch.codes)
        if to_move[index] > 0:
            _add_lines(ready.black, scratch.codes, cells[index], ready.forbidden[0], size, features)
        else:
            _add_lines(ready.white, scratch.codes, cells[index], ready.forbidden[1], size, features)
        _mix_rows(flat, layers.mix, size, channels, flat_mixed)
        _pool(flat_mixed, size, channels, row_totals, row_largest, pooled)
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


@kernel(fastmath=_ANY_ORDER)
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
    for point in range(size * size):
        first, second = lines[codes[0, point]], lines[codes[1, point]]
        third, fourth = lines[codes[2, point]], lines[codes[3, point]]
        framed = (point // size + 1) * (size + 2) + point % size + 1
        for channel in range(features.shape[1]):
            # Cast at every step, since numba would go on in 64 bits.
            one = np.int16(np.int16(first[channel]) + np.int16(second[channel]))
            other = np.int16(np.int16(third[channel]) + np.int16(fourth[channel]))
            total = np.int16(one + other)
            features[framed, channel] = max(total, np.int16(0))
        if cells[point] == FORBIDDEN_CELL:
            for channel in range(features.shape[1]):
                one = np.int16(np.int16(first[channel]) + np.int16(second[channel]))
                other = np.int16(np.int16(third[channel]) + np.int16(fourth[channel]))
                total = np.int16(np.int16(one + other) + forbidden[channel])
                features[framed, channel] = max(total, np.int16(0))


@kernel(fastmath=_ANY_ORDER)
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


@kernel(fastmath=_ANY_ORDER)
def _mix_rows(
    features: NDArray[np.int16],
    weights: Annotated[NDArray[np.float32], 2],
    size: int,
    channels: int,
    mixed: NDArray[np.float32],
) -> None:
    """Write every point's features mixed with its neighbors' to `mixed [A * F]`.

    features: `[(size + 2)^2 * F]`, with a frame. weights: `[4, size * F]`, the last the bias.

    A whole row at a time, since a loop over the features of one point is over before it pays.
    """
    across = (size + 2) * channels
    length = size * channels
    center_weights, beside_weights = weights[0], weights[1]
    diagonal_weights, bias = weights[2], weights[3]
    for row in range(size):
        first = (row + 1) * across + channels
        above = features[first - across - channels : first - across + length + channels]
        here = features[first - channels : first + length + channels]
        below = features[first + across - channels : first + across + length + channels]
        above_left, above_mid, above_right = above, above[channels:], above[2 * channels :]
        left, center, right = here, here[channels:], here[2 * channels :]
        below_left, below_mid, below_right = below, below[channels:], below[2 * channels :]
        out = mixed[row * length : (row + 1) * length]
        for i in range(length):
            # Cast at every step, since numba would go on in 64 bits.
            one = np.int16(left[i] + right[i])
            other = np.int16(above_mid[i] + below_mid[i])
            beside = np.int16(one + other)
            one = np.int16(above_left[i] + above_right[i])
            other = np.int16(below_left[i] + below_right[i])
            diagonal = np.int16(one + other)
            x = (
                bias[i]
                + center_weights[i] * np.float32(center[i])
                + beside_weights[i] * np.float32(beside)
                + diagonal_weights[i] * np.float32(diagonal)
            )
            out[i] = max(x, np.float32(0.0))


@kernel(fastmath=_ANY_ORDER)
def _pool(
    mixed: NDArray[np.float32],
    size: int,
    channels: int,
    totals: NDArray[np.float32],
    largest: NDArray[np.float32],
    pooled: NDArray[np.float32],
) -> None:
    """Write the sum and the maximum of every feature over the board to the halves of `pooled [2F]`;
    totals, largest: scratch for `[size * F]`."""
    length = size * channels
    totals[:] = 0.0
    largest[:] = 0.0  # nothing is negative
    for row in range(size):
        features = mixed[row * length : (row + 1) * length]
        for i in range(length):
            totals[i] += features[i]
        for i in range(length):
            largest[i] = max(largest[i], features[i])
    sums, maxima = pooled[:channels], pooled[channels:]
    sums[:] = 0.0
    maxima[:] = 0.0
    for column in range(size):
        some_totals = totals[column * channels : (column + 1) * channels]
        some_largest = largest[column * channels : (column + 1) * channels]
        for channel in range(channels):
            sums[channel] += some_totals[channel]
            maxima[channel] = max(maxima[channel], some_largest[channel])


@kernel(fastmath=_ANY_ORDER)
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
