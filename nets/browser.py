"""A network of line patterns as plain data that a web page can hold; made without torch."""

import base64
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from nets.checkpoint import WEIGHTS_FILE, CheckpointError, read_meta
from nets.config import FEATURES_VERSION, RULE_NUMBERS, NetConfig
from nets.patterns.build import hidden_layer
from nets.patterns.kernels import LINE

_Array = NDArray[np.float32]


class BrowserNetwork(TypedDict):
    """The network as `web/src/engine/network.ts` reads it.

    rules: size, win length and variant of those it was trained on.
    weights: little-endian float32 in base64, in the order of `network.ts`.
    """

    name: str
    rules: list[list[int]]
    line_units: int
    channels: int
    hidden_units: int
    value_units: int
    weights: str


def browser_network(folder: Path) -> BrowserNetwork:
    """A checkpoint of line patterns as data for a page.

    Raises:
        CheckpointError: if it cannot be read, holds a network of another kind, or weights that are
            not finite numbers.
    """
    folder = Path(folder)
    meta = read_meta(folder)
    config = meta.net
    if config.architecture != "patterns":
        raise CheckpointError(
            f"{folder} holds a network of architecture {config.architecture!r}: a browser runs "
            "only patterns; train or distill one with `net.architecture = patterns`"
        )
    if not 1 <= meta.features <= FEATURES_VERSION:
        raise CheckpointError(
            f"{folder} holds a network with features version {meta.features}: this program knows "
            f"versions up to {FEATURES_VERSION}: update it"
        )
    try:
        weights = load((folder / WEIGHTS_FILE).read_bytes())
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"the weights of {folder} cannot be read: {error}") from None
    if meta.features == 1:
        weights = _upgraded(weights, config)
    try:
        arrays = _arrays(weights, config)
    except KeyError as error:
        raise CheckpointError(f"the weights of {folder} lack {error}") from None
    except ValueError as error:
        raise CheckpointError(
            f"the weights of {folder} do not fit its meta.json: {error}"
        ) from None
    flat = np.concatenate([array.ravel() for array in arrays]).astype("<f4")
    if not np.isfinite(flat).all():
        raise CheckpointError(f"the weights of {folder} are not all finite numbers")
    return BrowserNetwork(
        name=meta.name,
        rules=[[rules.size, rules.win_length, rules.variant] for rules in meta.rules],
        line_units=config.line_channels,
        channels=config.channels,
        hidden_units=config.value_hidden,
        value_units=config.head_channels,
        weights=base64.b64encode(flat.tobytes()).decode(),
    )


def _arrays(weights: dict[str, _Array], config: NetConfig) -> list[_Array]:
    """The weights in the order of a page, the normalization folded into the layer behind it."""
    units, channels = config.line_channels, config.channels
    hidden_units, value_units = config.value_hidden, config.head_channels
    hidden, hidden_bias = hidden_layer(weights)
    arrays: list[tuple[_Array, tuple[int, ...]]] = [
        (weights["line.first.weight"], (units, 2 * LINE + RULE_NUMBERS)),
        (weights["line.first.bias"], (units,)),
        (weights["line.second.weight"], (units, units)),
        (weights["line.second.bias"], (units,)),
        (weights["line.third.weight"], (channels, units)),
        (weights["line.third.bias"], (channels,)),
        (weights["forbidden"], (2, channels)),
        (weights["mix"], (3, channels)),
        (weights["mix_bias"], (channels,)),
        (hidden, (hidden_units, 2 * channels)),
        (hidden_bias, (hidden_units,)),
        (weights["value_hidden.weight"], (value_units, hidden_units)),
        (weights["value_hidden.bias"], (value_units,)),
        (weights["value_out.weight"][:3], (3, value_units)),
        (weights["value_out.bias"][:3], (3,)),
        (weights["policy_out.weight"][:channels], (channels, hidden_units)),
        (weights["policy_out.bias"][:channels], (channels,)),
    ]
    for array, shape in arrays:
        if array.shape != shape:
            raise ValueError(f"an array of shape {array.shape} where {shape} is expected")
    return [array for array, _ in arrays]


def _upgraded(weights: dict[str, _Array], config: NetConfig) -> dict[str, _Array]:
    """As `nets.networks.upgraded`: what a network was not told of has weights of zero."""
    weights = dict(weights)
    first = weights.get("line.first.weight")
    if first is not None:
        weights["line.first.weight"] = np.pad(first, ((0, 0), (0, RULE_NUMBERS - 2)))
    weights.setdefault("forbidden", np.zeros((2, config.channels), np.float32))
    return weights
