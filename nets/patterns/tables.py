"""A pattern network as tables, which answer for it without torch.

The features of all states of a line are one array of 8-bit integers; everything behind them stays
in float32. A network learns with features in these steps, so the tables answer as it does; networks
from before 0.3 did not, and lose half a step of 1/127 at most for each of a point's four lines.
"""

import functools
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gomoku.rules import Rules
from mcts.evaluation import Evaluation, Positions
from nets.config import RuleNumbers, UnsupportedRulesError, check_rules, numbers_of_both
from nets.patterns.kernels import (
    CODES,
    LINE,
    Layers,
    Ready,
    Scratch,
    evaluate_positions,
    make_scratch,
)

STEPS = 127
"""A feature of 1 as an integer."""

MAX_FORBIDDEN = 1000
"""Most steps that are added where Black must not play, so that sums fit in 16 bits."""

# Bytes to a line of the processor's cache: rows of the table begin at one.
_CACHE_LINE = 64


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
        rules = positions.rules
        ready = self.ready_for(rules)
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
        return Evaluation(prior, value, draw)

    def ready_for(self, rules: Rules) -> tuple[Ready, Scratch]:
        """The tables for some rules, and room to use them in, as kernels take them.

        Raises:
            UnsupportedRulesError: if there are no tables for such rules.
        """
        ready = self._ready.get(rules)
        if ready is None:
            ready = self._ready[rules] = self._prepare(rules)
        return ready

    def _prepare(self, rules: Rules) -> tuple[Ready, Scratch]:
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
    return save(arrays, {"format": "tables of line patterns, version 1: see docs/onnx.md"})


def tables_from_bytes(
    data: bytes, wanted: Collection[RuleNumbers] | None = None
) -> dict[RuleNumbers, Tables]:
    """What `tables_to_bytes` wrote.

    wanted: the rules whose tables are unpacked, 11 MB each on 64 features; None for all.

    Raises:
        TablesError: if the bytes are not those of such a file.
    """
    try:
        arrays = load(data)
        tables: dict[RuleNumbers, Tables | None] = {}
        while f"{len(tables)}.rules" in arrays:
            index = len(tables)
            one, two, three, four, five = arrays[f"{index}.rules"].tolist()
            numbers = (one, two, three, four, five)
            if wanted is not None and numbers not in wanted:
                tables[numbers] = None
                continue
            fields = {name: arrays[f"{index}.{name}"] for name in Tables._fields}
            chosen = _chosen_codes()
            lines = np.empty((CODES, fields["lines"].shape[1]), np.int8)
            lines[chosen] = fields["lines"]
            lines[mirrored_codes()[chosen]] = fields["lines"]
            its = Tables(**{**fields, "lines": lines})
            _check_shapes(its)
            tables[numbers] = its
    except (SafetensorError, KeyError, ValueError, IndexError) as error:
        raise TablesError(f"not a file of tables, or a damaged one: {error}") from None
    if not tables:
        raise TablesError("not a file of tables, or a damaged one: it has no rules")
    return {numbers: its for numbers, its in tables.items() if its is not None}


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
