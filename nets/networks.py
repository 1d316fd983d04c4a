"""The kinds of networks there are; all give a `NetOutput` for planes."""

from nets.config import NetConfig
from nets.patterns import PatternNet
from nets.resnet import PolicyValueNet

Net = PolicyValueNet | PatternNet


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
