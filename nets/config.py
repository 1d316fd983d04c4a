"""The shape of a network; known without importing torch, so that checkpoints can be listed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NetConfig:
    """A residual network.

    blocks, channels: of the trunk.
    stem_kernel: side of the first convolution; 5 sees a whole row of five at once.
    pool_every: every how many blocks global pooling tells a block about the whole board.
    head_channels: of the policy and the value head.
    value_hidden: width of the hidden layer behind the value.
    """

    blocks: int = 4
    channels: int = 64
    stem_kernel: int = 5
    pool_every: int = 2
    head_channels: int = 32
    value_hidden: int = 64
