"""The kinds of networks there are; all give a `NetOutput` for planes."""

import torch
from torch import Tensor

from nets.config import RULE_NUMBERS, NetConfig
from nets.features import PLANES, PLANES_OF_VERSION_1
from nets.patterns.net import PatternNet
from nets.resnet.net import PolicyValueNet

Net = PolicyValueNet | PatternNet

Weights = dict[str, Tensor]


def make_net(config: NetConfig) -> Net:
    """A new network with random weights.

    Raises:
        ValueError: if the architecture is unknown.
    """
    if config.architecture == "patterns":
        return PatternNet(config)
    if config.architecture == "resnet":
        return PolicyValueNet(config)
    raise ValueError(f"architecture {config.architecture!r} is unknown: use resnet or patterns")


def upgraded(weights: Weights, features: int, config: NetConfig) -> Weights:
    """Weights of a network that was told of positions as in an earlier version, for `make_net`.

    What it was not told of gets weights of zero, so it answers as it did.
    """
    if features > 1:
        return weights
    weights = dict(weights)
    if config.architecture == "patterns":
        first = weights.get("line.first.weight")
        if first is not None:
            weights["line.first.weight"] = _widened(first, RULE_NUMBERS - 2)
        weights.setdefault("forbidden", torch.zeros(2, config.channels))
        return weights
    stem = weights.get("stem.conv.weight")
    if stem is not None:
        weights["stem.conv.weight"] = _widened(stem, PLANES - PLANES_OF_VERSION_1)
    return weights


def _widened(weight: Tensor, inputs: int) -> Tensor:
    """A layer's weight `[out, in, ...]` with so many further inputs, which change nothing."""
    return torch.cat([weight, weight.new_zeros(len(weight), inputs, *weight.shape[2:])], dim=1)
