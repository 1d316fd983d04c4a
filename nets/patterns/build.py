"""Tables of a network of line patterns, computed from the weights of a checkpoint by numpy alone.

Playing needs no torch: this is what `nets.patterns.net.all_tables` computes, and a test compares
the two. They round alike but for a few features in ten million, which lie on the edge of a step.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from gomoku.rules import BLACK, WHITE, Color
from nets.checkpoint import WEIGHTS_FILE, CheckpointError, CheckpointMeta, read_file
from nets.config import FEATURES_VERSION, RULE_NUMBERS, NetConfig, RuleNumbers, numbers_of_both
from nets.patterns.kernels import CODES, LINE
from nets.patterns.tables import MAX_FORBIDDEN, STEPS, Tables, aligned, mirrored_codes

Weights = Mapping[str, NDArray[np.float32]]

# Of `torch.nn.BatchNorm1d`, added to a variance.
_EPSILON = 1e-5

# Lines looked at together: few enough for the processor's cache, enough for a fast product.
_CHUNK = 1 << 14


def build_tables(folder: Path, meta: CheckpointMeta) -> dict[RuleNumbers, Tables]:
    """Tables for all rules that a checkpoint of line patterns knows, and both sides to move.

    Raises:
        CheckpointError: if the weights cannot be read, do not fit, or are not finite numbers.
    """
    weights = _read_weights(folder, meta)
    needed = {
        numbers: color
        for rules in meta.rules
        for color, numbers in zip((BLACK, WHITE), numbers_of_both(rules), strict=True)
    }
    return {numbers: _tables(weights, numbers, color) for numbers, color in needed.items()}


def _read_weights(folder: Path, meta: CheckpointMeta) -> Weights:
    """The weights as float32, those of an earlier version of the features widened by zeros.

    Raises:
        CheckpointError: as `build_tables`.
    """
    if not 1 <= meta.features <= FEATURES_VERSION:
        raise CheckpointError(
            f"{folder} holds a network with features version {meta.features}: this program knows "
            f"versions up to {FEATURES_VERSION}: update it"
        )
    try:
        weights = load(read_file(folder / WEIGHTS_FILE))
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"the weights of {folder} cannot be read: {error}") from None
    weights.pop("norm.num_batches_tracked", None)
    config = meta.net
    first = weights.get("line.first.weight")
    if meta.features == 1 and first is not None and first.ndim == 2:
        weights["line.first.weight"] = np.pad(first, ((0, 0), (0, RULE_NUMBERS - 2)))
        weights.setdefault("forbidden", np.zeros((2, config.channels), np.float32))
    expected = _shapes(config)
    missing, foreign = expected.keys() - weights.keys(), weights.keys() - expected.keys()
    for name in sorted(missing | foreign):
        what = "are missing" if name in missing else "belong to another network"
        raise CheckpointError(f"the weights of {folder} do not fit its meta.json: {name} {what}")
    for name, array in weights.items():
        if array.shape != expected[name] or not np.issubdtype(array.dtype, np.floating):
            raise CheckpointError(
                f"the weights of {folder} do not fit its meta.json: {name} is {array.dtype} "
                f"{list(array.shape)} instead of floating-point {list(expected[name])}"
            )
        if not np.isfinite(array).all():
            raise CheckpointError(f"the weights of {folder} are not all finite numbers: {name}")
    return {name: array.astype(np.float32) for name, array in weights.items()}


def _shapes(config: NetConfig) -> dict[str, tuple[int, ...]]:
    """The shape of every weight of `nets.patterns.net.PatternNet`."""
    features, line = config.channels, config.line_channels
    hidden, head = config.value_hidden, config.head_channels
    layers = {
        "line.first": (line, 2 * LINE + RULE_NUMBERS),
        "line.second": (line, line),
        "line.third": (features, line),
        "hidden": (hidden, 2 * features),
        "value_hidden": (head, hidden),
        "value_out": (4, head),
        "policy_out": (2 * features, hidden),
    }
    shapes: dict[str, tuple[int, ...]] = {
        "forbidden": (2, features),
        "mix": (3, features),
        "mix_bias": (features,),
    }
    for name, shape in layers.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    for name in ("weight", "bias", "running_mean", "running_var"):
        shapes[f"norm.{name}"] = (2 * features,)
    return shapes


def _tables(weights: Weights, numbers: RuleNumbers, to_move: Color) -> Tables:
    """As `nets.patterns.net.tables_of_net`."""
    features = len(weights["mix_bias"])
    hidden, hidden_bias = hidden_layer(weights)
    forbidden = np.rint(STEPS * weights["forbidden"][0 if to_move is BLACK else 1])
    return Tables(
        lines=_line_features(weights, numbers),
        forbidden=np.clip(forbidden, -MAX_FORBIDDEN, MAX_FORBIDDEN).astype(np.int16),
        mix=weights["mix"],
        mix_bias=weights["mix_bias"],
        hidden=hidden,
        hidden_bias=hidden_bias,
        value_hidden=weights["value_hidden.weight"],
        value_hidden_bias=weights["value_hidden.bias"],
        value=weights["value_out.weight"][:3],
        value_bias=weights["value_out.bias"][:3],
        policy=weights["policy_out.weight"][:features],
        policy_bias=weights["policy_out.bias"][:features],
    )


def hidden_layer(weights: Weights) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """`[H, 2F]`, `[H]` the layer behind pooling, with the normalization before it as a part."""
    variance = weights["norm.running_var"] + np.float32(_EPSILON)
    scale = weights["norm.weight"] / np.sqrt(variance)
    shift = weights["norm.bias"] - weights["norm.running_mean"] * scale
    hidden = weights["hidden.weight"]
    return hidden * scale, weights["hidden.bias"] + hidden @ shift


def _line_features(weights: Weights, numbers: RuleNumbers) -> NDArray[np.int8]:
    """`[CODES, F]` the features of all lines in steps."""
    from_one_end = np.empty((CODES, weights["line.third.bias"].shape[0]), np.float32)
    powers = 3 ** np.arange(LINE - 1, -1, -1)
    # The rules are the same for all lines: a part of the bias.
    first = weights["line.first.weight"]
    bias = weights["line.first.bias"] + first[:, 2 * LINE :] @ np.array(numbers, np.float32)
    for start in range(0, CODES, _CHUNK):
        codes = np.arange(start, min(start + _CHUNK, CODES))
        digits = codes[:, None] // powers % 3
        stones = np.stack([digits == 1, digits == 2], axis=2).reshape(len(codes), 2 * LINE)
        x = np.maximum(stones.astype(np.float32) @ first[:, : 2 * LINE].T + bias, 0)
        x = np.maximum(x @ weights["line.second.weight"].T + weights["line.second.bias"], 0)
        from_one_end[codes] = x @ weights["line.third.weight"].T + weights["line.third.bias"]
    mirrored = mirrored_codes()
    lines = np.empty(from_one_end.shape, np.int8)
    for start in range(0, CODES, _CHUNK):
        some = slice(start, start + _CHUNK)
        both = np.tanh(from_one_end[some] + from_one_end[mirrored[some]])
        lines[some] = np.rint(STEPS * both)
    return aligned(lines)
