"""The policy-value network: residual, fully convolutional, the same weights for every board size.

What is known of the whole board reaches single points through global pooling (Wu, "Accelerating
self-play learning in Go", 2020, section 3.2). Value is a distribution over win, draw and loss.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from nets.config import NetConfig
from nets.features import PLANES

WIN, DRAW, LOSS = range(3)


class NetOutput(NamedTuple):
    """The network's output for B positions with A points; all for the side to move.

    policy: `[B, A]` logits of moves, occupied points included.
    reply: `[B, A]` logits of the opponent's answer, for training only.
    value: `[B, 3]` logits of win, draw, loss.
    moves_left: `[B]` plies to the end of the game as a share of the points of the board.
    """

    policy: Tensor
    reply: Tensor
    value: Tensor
    moves_left: Tensor


class NormedConv(nn.Module):
    """A convolution and its batch norm; `fold` makes one convolution of both for inference."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.norm(self.conv(x))
        return result

    def fold(self) -> None:
        assert isinstance(self.norm, nn.BatchNorm2d)
        assert not self.training
        self.conv = fuse_conv_bn_eval(self.conv, self.norm)
        self.norm = nn.Identity()


def pool(x: Tensor) -> Tensor:
    """`[B, 3C]` of `[B, C, H, W]`: mean, mean scaled by the board's size, and maximum."""
    mean = x.mean(dim=(2, 3))
    return torch.cat([mean, mean * ((x.shape[-1] - 14) / 10), x.amax(dim=(2, 3))], dim=1)


class Block(nn.Module):
    """Two convolutions around a skip connection, the first biased by what pooling sees."""

    def __init__(self, channels: int, pooled: bool) -> None:
        super().__init__()
        self.first = NormedConv(channels, channels, 3)
        self.second = NormedConv(channels, channels, 3)
        self.bias = nn.Linear(3 * channels, channels) if pooled else None

    def forward(self, x: Tensor) -> Tensor:
        inner = torch.relu(self.first(x))
        if self.bias is not None:
            inner = inner + self.bias(pool(inner))[:, :, None, None]
        return torch.relu(x + self.second(inner))


class PolicyValueNet(nn.Module):
    """From `[B, PLANES, size, size]` planes to a `NetOutput`."""

    def __init__(self, config: NetConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = NormedConv(PLANES, config.channels, config.stem_kernel)
        self.blocks = nn.ModuleList(
            Block(config.channels, pooled=index % config.pool_every == config.pool_every - 1)
            for index in range(config.blocks)
        )
        head = config.head_channels
        self.policy_in = NormedConv(config.channels, head, 1)
        self.policy_bias = nn.Linear(3 * head, head)
        self.policy_out = nn.Conv2d(head, 2, 1)
        self.value_in = NormedConv(config.channels, head, 1)
        self.value_hidden = nn.Linear(3 * head, config.value_hidden)
        self.value_out = nn.Linear(config.value_hidden, 4)
        self._initialize()

    def forward(self, planes: Tensor) -> NetOutput:
        x = torch.relu(self.stem(planes))
        for block in self.blocks:
            x = block(x)
        policy = torch.relu(self.policy_in(x))
        policy = torch.relu(policy + self.policy_bias(pool(policy))[:, :, None, None])
        logits = self.policy_out(policy).flatten(2)
        hidden = torch.relu(self.value_hidden(pool(torch.relu(self.value_in(x)))))
        value = self.value_out(hidden)
        return NetOutput(logits[:, 0], logits[:, 1], value[:, :3], value[:, 3])

    def fold(self) -> None:
        """Fold every batch norm into its convolution; for inference only, and for good."""
        for module in self.modules():
            if isinstance(module, NormedConv):
                module.fold()

    def _initialize(self) -> None:
        # Blocks start as the identity and heads near zero: a new net is close to uniform.
        for block in self.blocks:
            assert isinstance(block, Block)
            assert isinstance(block.second.norm, nn.BatchNorm2d)
            nn.init.zeros_(block.second.norm.weight)
        for layer in (self.policy_out, self.value_out):
            nn.init.normal_(layer.weight, std=0.01)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
