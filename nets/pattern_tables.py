"""A pattern network as tables: what is left to do for a position, compiled, without torch.

The features of all states of a line are one array of 8-bit integers; everything behind them stays
in float32. Turning features into integers is the only approximation: half a step of 1/127 at most
for each of a point's four lines.
"""

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gomoku.forbidden import FORBIDDEN_CELL, barred_bits
from gomoku.rules import Rules
from mcts.evaluation import Evaluation, Positions
from nets.config import RuleNumbers, UnsupportedRulesError, check_rules, numbers_of_both

REACH = 5
"""Points a line reaches from its middle to either side."""

LINE = 2 * REACH + 1
CODES = 3**LINE
"""States of a line; see `nets.patterns.line_codes`."""

STEPS = 127
"""A feature of 1 as an integer."""

_LEADING = 3 ** (LINE - 1)

# Bytes to a line of the processor's cache: rows of the table begin at one.
_CACHE_LINE = 64

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _kernel(function: _Function) -> _Function:
    """As `gomoku.jit.kernel`, with sums in any order, so that they run in vector registers."""
    compile_kernel: Any = numba.njit(
        nogil=True,
        cache=True,
        error_model="numpy",
        fastmath={"reassoc", "contract", "nsz", "arcp"},
    )
    compiled: _Function = compile_kernel(function)
    return compiled


class Tables(NamedTuple):
    """All of a pattern network for one set of rules and side to move; F features, H and V hidden
    units.

    lines: `[CODES, F]` int8 features of lines, in steps of 1 / `STEPS`.
    forbidden: `[F]` what is added where Black must not play, in the same steps.
    mix: `[3, F]` weights of a point itself, its neighbors beside it and the diagonal ones.
    mix_bias: `[F]`.
    hidden: `[H, 2F]`, hidden_bias `[H]`, behind mean and maximum over the board.
    value_hidden: `[V, H]`, value_hidden_bias `[V]`; value: `[3, V]`, value_bias `[3]`.
    policy: `[F, H]`, policy_bias `[F]`: the weights that make a point's features its logit.
    """

    lines: NDArray[np.int8]
    forbidden: NDArray[np.int16]
    mix: NDArray[np.float32]
    mix_bias: NDArray[np.float32]
    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    value_hidden: NDArray[np.float32]
    value_hidden_bias: NDArray[np.float32]
    value: NDArray[np.float32]
    value_bias: NDArray[np.float32]
    policy: NDArray[np.float32]
    policy_bias: NDArray[np.float32]


class TablesError(ValueError):
    """A file of tables that cannot be used."""


class TableEvaluator:
    """Evaluates positions by tables, on any board size, in the thread that asks."""

    def __init__(
        self, tables: Mapping[RuleNumbers, Tables], rules: Collection[Rules] | None = None
    ) -> None:
        """
        tables: by the `rule_numbers` they were made for.
        rules: rule sets the network has been trained on; None allows those of the tables.
        """
        self._tables = {
            numbers: its._replace(lines=aligned(its.lines)) for numbers, its in tables.items()
        }
        self._trained = rules
        # By the rules, size included.
        self._ready: dict[Rules, tuple[Ready, Scratch]] = {}

    def evaluate(self, positions: Positions) -> Evaluation:
        """Priors are probabilities over the empty points.

        Raises:
            UnsupportedRulesError: if there are no tables for such rules.
        """
        prior, value, _ = self._run(positions)
        return Evaluation(prior, value)

    def draw_rates(self, positions: Positions) -> NDArray[np.float32]:
        """`[B]` in [0, 1], how likely a draw is.

        Raises:
            UnsupportedRulesError: if there are no tables for such rules.
        """
        return self._run(positions)[2]

    def _run(
        self, positions: Positions
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Priors, values and how likely a draw is."""
        rules = positions.rules
        ready = self._ready.get(rules)
        if ready is None:
            ready = self._ready[rules] = self._prepare(rules)
        rows = len(positions.cells)
        prior = np.empty(positions.cells.shape, np.float32)
        value, draw = np.empty(rows, np.float32), np.empty(rows, np.float32)
        evaluate_positions(
            *ready,
            np.ascontiguousarray(positions.cells),
            np.ascontiguousarray(positions.to_move),
            rules.size,
            prior,
            value,
            draw,
        )
        return prior, value, draw

    def _prepare(self, rules: Rules) -> "tuple[Ready, Scratch]":
        check_rules(rules, self._trained)
        black, white = (self._tables.get(numbers) for numbers in numbers_of_both(rules))
        if black is None or white is None:
            raise UnsupportedRulesError(f"there are no tables for {rules.describe()}")
        return make_ready(black, white, rules.size), make_scratch(rules.size, len(black.mix_bias))


def tables_to_bytes(tables: Mapping[RuleNumbers, Tables]) -> bytes:
    """A file of tables; of lines that are each other's mirror image it holds one."""
    arrays: dict[str, NDArray[Any]] = {}
    for index, (numbers, its) in enumerate(tables.items()):
        arrays |= {f"{index}.{name}": array for name, array in its._asdict().items()}
        arrays[f"{index}.lines"] = its.lines[_chosen_codes()]
        arrays[f"{index}.rules"] = np.array(numbers, np.float64)
    return save(arrays)


def tables_from_bytes(data: bytes) -> dict[RuleNumbers, Tables]:
    """What `tables_to_bytes` wrote.

    Raises:
        TablesError: if the bytes are not those of such a file.
    """
    try:
        arrays = load(data)
        tables: dict[RuleNumbers, Tables] = {}
        while f"{len(tables)}.rules" in arrays:
            index = len(tables)
            fields = {name: arrays[f"{index}.{name}"] for name in Tables._fields}
            chosen = _chosen_codes()
            lines = np.empty((CODES, fields["lines"].shape[1]), np.int8)
            lines[chosen] = fields["lines"]
            lines[mirrored_codes()[chosen]] = fields["lines"]
            one, two, three, four, five = arrays[f"{index}.rules"].tolist()
            its = Tables(**{**fields, "lines": lines})
            _check_shapes(its)
            tables[one, two, three, four, five] = its
    except (SafetensorError, KeyError, ValueError, IndexError) as error:
        raise TablesError(f"not a file of tables, or a damaged one: {error}") from None
    if not tables:
        raise TablesError("not a file of tables, or a damaged one: it has no rules")
    return tables


def _check_shapes(tables: Tables) -> None:
    """
    Raises:
        ValueError: if an array has another shape than `Tables` says: kernels do not look.
    """
    features, hidden, value_hidden = (
        len(tables.mix_bias),
        len(tables.hidden_bias),
        len(tables.value_hidden_bias),
    )
    expected = {
        "lines": (CODES, features),
        "forbidden": (features,),
        "mix": (3, features),
        "mix_bias": (features,),
        "hidden": (hidden, 2 * features),
        "hidden_bias": (hidden,),
        "value_hidden": (value_hidden, hidden),
        "value_hidden_bias": (value_hidden,),
        "value": (3, value_hidden),
        "value_bias": (3,),
        "policy": (features, hidden),
        "policy_bias": (features,),
    }
    for name, array in tables._asdict().items():
        if array.shape != expected[name]:
            raise ValueError(f"{name} has the shape {array.shape}")


@functools.cache
def mirrored_codes() -> NDArray[np.int64]:
    """`[CODES]` the code of every line seen from its other end."""
    codes = np.arange(CODES)
    mirrored = np.zeros_like(codes)
    for _ in range(LINE):
        codes, digit = np.divmod(codes, 3)
        mirrored = mirrored * 3 + digit
    return mirrored


def _chosen_codes() -> NDArray[np.int64]:
    """Of a line and its mirror image the one with the smaller code."""
    return np.flatnonzero(np.arange(CODES) <= mirrored_codes())


class Ready(NamedTuple):
    """Tables as a kernel takes them for boards of a size; every array costs a call 0.2 us.

    black, white: `lines` of `Tables` with either side to move; forbidden: `[2, F]`, of both.
    layers: `Layers`, one after the other.
    hidden, value_hidden: their numbers of units.
    """

    black: NDArray[np.int8]
    white: NDArray[np.int8]
    forbidden: NDArray[np.int16]
    layers: NDArray[np.float32]
    hidden: int
    value_hidden: int


class Layers(NamedTuple):
    """What comes after the lines, for boards of a size.

    mix: `[4, size * F]` weights of a point itself, its neighbors beside it and the diagonal ones,
        in units of the integers, and the bias; the same for all points of a row.
    The others as in `Tables`.
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


def make_ready(black: Tables, white: Tables, size: int) -> Ready:
    """The tables of a network with Black and with White to move, which differ in their lines."""
    # Made for every call, this would take longer than a position.
    mix = np.concatenate([black.mix / np.float32(STEPS), black.mix_bias[None]])
    rest = (getattr(black, name) for name in Layers._fields[1:])
    layers = Layers(np.tile(mix, size), *rest)
    return Ready(
        black.lines,
        white.lines,
        np.stack([black.forbidden, white.forbidden]),
        np.concatenate([array.reshape(-1) for array in layers]).astype(np.float32),
        len(black.hidden_bias),
        len(black.value_hidden_bias),
    )


@_kernel
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
    codes: NDArray[np.int32]
    features: NDArray[np.int16]
    mixed: NDArray[np.float32]


def make_scratch(size: int, channels: int) -> Scratch:
    return Scratch(
        digits=np.full((size + 2 * REACH) ** 2, 2, np.int32),
        codes=np.zeros((4, size * size), np.int32),
        features=np.zeros(((size + 2) ** 2, channels), np.int16),
        mixed=np.zeros((size * size, channels), np.float32),
    )


def aligned(lines: NDArray[np.int8]) -> NDArray[np.int8]:
    """The same lines, where rows do not straddle the processor's cache lines needlessly: a copy
    unless they lie so already, since evaluators of many threads had better share them."""
    if lines.ctypes.data % _CACHE_LINE == 0 and lines.flags.c_contiguous:
        return lines
    room = np.empty(lines.size + _CACHE_LINE, np.int8)
    first = -room.ctypes.data % _CACHE_LINE
    copy = room[first : first + lines.size].reshape(lines.shape)
    copy[...] = lines
    return copy


@_kernel
def find_codes(
    cells: NDArray[np.int8],
    to_move: int,
    size: int,
    digits: NDArray[np.int32],
    codes: NDArray[np.int32],
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


@_kernel
def evaluate_positions(
    ready: Ready,
    scratch: Scratch,
    cells: NDArray[np.int8],
    to_move: NDArray[np.int8],
    size: int,
    prior: NDArray[np.float32],
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


@_kernel
def _add_lines(
    lines: NDArray[np.int8],
    codes: NDArray[np.int32],
    cells: NDArray[np.int8],
    forbidden: NDArray[np.int16],
    size: int,
    features: NDArray[np.int16],
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


@_kernel
def _write_priors(
    policy: NDArray[np.float32],
    mixed: NDArray[np.float32],
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


@_kernel
def _mix_rows(
    features: NDArray[np.int16],
    weights: NDArray[np.float32],
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


@_kernel
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


@_kernel
def _layer(
    weights: NDArray[np.float32],
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
