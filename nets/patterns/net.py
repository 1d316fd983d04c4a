"""A network of line patterns: cheap on a CPU, since what it sees of a line is looked up in a table.

Through every point go four lines of 11 points. A small network turns each into features, the same
in every direction and from either end; the four are added up, neighbors are mixed a little, and
from there on everything is linear in the features of a point: the policy by weights that depend on
what pooling sees of the whole board, the value through pooling alone. A line has 3^11 states, so
once training is over the line network is a table (`nets.patterns.tables`), and a position costs
some thousand lookups and additions instead of millions of multiplications. The idea is Rapfi's
Mixnet ("Distilling Efficient Neural Network for the Game of Gomoku", arXiv 2503.13178), smaller.

Turning or mirroring the board turns the answer with it, by construction.
"""

import functools
from collections.abc import Iterable
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from gomoku.rules import BLACK, VARIANT_NAMES, WHITE, Color, Rules
from nets.config import RULE_NUMBERS, NetConfig, RuleNumbers, numbers_of_both
from nets.features import BLACK_PLANE, FORBIDDEN_PLANE, RENJU_PLANE, RULE_PLANES
from nets.patterns.kernels import CODES, LINE, REACH
from nets.patterns.learning import Points, find_lines, points_of_lines
from nets.patterns.tables import MAX_FORBIDDEN, STEPS, Tables, TablesError, aligned, mirrored_codes
from nets.resnet.net import NetOutput

OTHER = 2
"""Digit of the other side's stones, and of what lies beyond the edge: both shut a row."""

NORM_STEPS = 1000
"""Steps after which pooled features are normalized by the averages found until then: in training as
in play, whatever board size a batch is of."""

AWAKE = 0.02
"""What features of an empty line begin with at least, under any rules, from either end."""

# Steps in rows and columns from one point of a line to the next.
DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))


def line_codes(digits: Tensor) -> Tensor:
    """`[B, size, size, 4]` the state of the line through every point in each direction, as a number
    in base 3 with the most significant digit first.

    digits: `[B, size, size]` int64: 0 empty, 1 a stone of the side to move, 2 of the other side.
    """
    size = digits.shape[-1]
    padded = functional.pad(digits, (REACH,) * 4, value=OTHER)
    lines = []
    for down, right in DIRECTIONS:
        code = torch.zeros_like(digits)
        for k in range(-REACH, REACH + 1):
            top, left = REACH + k * down, REACH + k * right
            code = code * 3 + padded[:, top : top + size, left : left + size]
        lines.append(code)
    return torch.stack(lines, dim=-1)


def digits_of_codes(codes: Tensor) -> Tensor:
    """`[N, LINE]` the digits of line codes `[N]`."""
    powers = 3 ** torch.arange(LINE - 1, -1, -1, device=codes.device)
    return codes[:, None] // powers % 3


def in_steps(features: Tensor) -> Tensor:
    """Features as tables hold them; gradients pass as if they were not rounded (Bengio et al. 2013,
    the straight-through estimator)."""
    return features + (torch.round(STEPS * features) / STEPS - features).detach()


class LineNet(nn.Module):
    """From the states of lines to features in [-1, 1], the same from either end.

    They come in the steps of the tables, so what is learned is what is played."""

    def __init__(self, config: NetConfig) -> None:
        super().__init__()
        # Per point whose stone is there; and the numbers of the rules.
        self.first = nn.Linear(2 * LINE + RULE_NUMBERS, config.line_channels)
        self.second = nn.Linear(config.line_channels, config.line_channels)
        self.third = nn.Linear(config.line_channels, config.channels)
        self._initialize()

    def forward(self, codes: Tensor, rules: Tensor) -> Tensor:
        """`[N, channels]` of line codes `[N]`, each under its `rules [N, RULE_NUMBERS]`."""
        digits = digits_of_codes(codes)
        stones = torch.stack([digits == 1, digits == OTHER], dim=2).to(rules.dtype)
        ends = (stones, stones.flip(1))
        one, other = (self._from_one_end(torch.cat([end.flatten(1), rules], dim=1)) for end in ends)
        return in_steps(torch.tanh(one + other))

    def _from_one_end(self, inputs: Tensor) -> Tensor:
        hidden = torch.relu(self.second(torch.relu(self.first(inputs))))
        features: Tensor = self.third(hidden)
        return features

    @torch.no_grad()
    def _initialize(self) -> None:
        # What is behind lines takes nothing below zero: a feature that starts there on every line,
        # as a fifth of them would, never learns.
        kinds = [Rules(variant=number) for number in range(len(VARIANT_NAMES))]
        rules = torch.tensor([numbers for its in kinds for numbers in numbers_of_both(its)])
        empty = torch.cat([torch.zeros(len(rules), 2 * LINE), rules], dim=1)
        self.third.bias.sub_(self._from_one_end(empty).amin(dim=0) - AWAKE)


@functools.cache
def _mirrored(device: torch.device) -> Tensor:
    """`mirrored_codes` on a device; not a buffer, which averaging would blend at every step."""
    return torch.from_numpy(mirrored_codes()).to(device)


class PatternNet(nn.Module):
    """From `[B, PLANES, size, size]` planes to a `NetOutput`, as `PolicyValueNet` does."""

    def __init__(self, config: NetConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.channels
        self.line = LineNet(config)
        # Added where Black must not play: for Black to move, and for White.
        self.forbidden = nn.Parameter(torch.zeros(2, channels))
        # Of a point itself, its four neighbors in rows and columns, and its four diagonal ones.
        self.mix = nn.Parameter(torch.zeros(3, channels))
        self.mix_bias = nn.Parameter(torch.zeros(channels))
        # Averages over a board hardly differ from position to position: without this the value
        # learns nothing for the first thousand steps (docs/experiments.md).
        self.norm = nn.BatchNorm1d(2 * channels)
        self.hidden = nn.Linear(2 * channels, config.value_hidden)
        self.value_hidden = nn.Linear(config.value_hidden, config.head_channels)
        self.value_out = nn.Linear(config.head_channels, 4)
        self.policy_out = nn.Linear(config.value_hidden, 2 * channels)
        self._initialize()

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        if self.norm.num_batches_tracked is not None and self.norm.num_batches_tracked > NORM_STEPS:
            self.norm.eval()
        return self

    def forward(self, planes: Tensor) -> NetOutput:
        points = self.compiled(planes) if planes.device.type == "cpu" else self.by_torch(planes)
        pooled = torch.cat([points.mean, points.largest], dim=1)
        hidden = torch.relu(self.hidden(self.norm(pooled)))
        value = self.value_out(torch.relu(self.value_hidden(hidden)))
        weights = self.policy_out(hidden).view(len(planes), 2, -1)
        logits = torch.bmm(weights, points.mixed.transpose(1, 2))
        return NetOutput(logits[:, 0], logits[:, 1], value[:, :3], value[:, 3])

    def compiled(self, planes: Tensor) -> Points:
        """What becomes of points, on a CPU (`nets.patterns.learning`)."""
        kinds, kind = torch.unique(planes[:, RULE_PLANES, 0, 0], dim=0, return_inverse=True)
        cells = (planes[:, 1] - planes[:, 2]).to(torch.int8)
        lines = find_lines(cells, kind, len(kinds))
        # Weights that nothing asks for do not decay.
        is_renju = bool(planes[:, RENJU_PLANE].any())
        return points_of_lines(
            self.line(lines.seen % CODES, kinds[lines.seen // CODES]),
            lines,
            in_steps(self.forbidden) if is_renju else self.forbidden.detach(),
            planes[:, FORBIDDEN_PLANE].flatten(1).to(torch.int8),
            1 - planes[:, BLACK_PLANE, 0, 0].long(),
            self.mix,
            self.mix_bias,
        )

    def by_torch(self, planes: Tensor) -> Points:
        """The same by operations that torch has on every device."""
        digits = planes[:, 1].long() + OTHER * planes[:, 2].long()
        x = self._line_features(digits, planes[:, RULE_PLANES, 0, 0])
        if bool(planes[:, RENJU_PLANE].any()):
            to_move = 1 - planes[:, BLACK_PLANE, 0, 0].long()
            added = in_steps(self.forbidden)[to_move, :, None, None]
            x = x + planes[:, FORBIDDEN_PLANE, None] * added
        x = self._mix(torch.relu(x))
        return Points(x.flatten(2).transpose(1, 2), x.mean(dim=(2, 3)), x.amax(dim=(2, 3)))

    def fold(self) -> None:
        """There is nothing to fold; as in `PolicyValueNet`."""

    def _line_features(self, digits: Tensor, rules: Tensor) -> Tensor:
        """`[B, channels, size, size]` the sums of the four lines' features; rules: `[B, 5]`."""
        codes = line_codes(digits)
        mirrored = _mirrored(codes.device)
        # Most lines are met again and again: each is looked at once under the same rules.
        kinds, kind = torch.unique(rules, dim=0, return_inverse=True)
        keys = torch.minimum(codes, mirrored[codes]) + CODES * kind[:, None, None, None]
        seen, where = torch.unique(keys, return_inverse=True)
        features = functional.embedding(where, self.line(seen % CODES, kinds[seen // CODES]))
        return features.sum(dim=3).permute(0, 3, 1, 2)

    def _mix(self, x: Tensor) -> Tensor:
        center, beside, diagonal = self.mix[:, :, None, None]
        kernel = torch.cat(
            [
                torch.cat([diagonal, beside, diagonal], dim=2),
                torch.cat([beside, center, beside], dim=2),
                torch.cat([diagonal, beside, diagonal], dim=2),
            ],
            dim=1,
        )
        channels = len(kernel)
        mixed = functional.conv2d(
            x.contiguous(), kernel[:, None], self.mix_bias, padding=1, groups=channels
        )
        return torch.relu(mixed)

    def _initialize(self) -> None:
        # Neighbors join later, the policy starts nearly uniform and the value at a draw.
        nn.init.ones_(self.mix[0])
        nn.init.normal_(self.policy_out.weight, std=0.01)
        nn.init.zeros_(self.policy_out.bias)
        nn.init.normal_(self.value_out.weight, std=0.01)
        nn.init.zeros_(self.value_out.bias)


def all_tables(net: PatternNet, rules: Iterable[Rules]) -> dict[RuleNumbers, Tables]:
    """Tables for some rule sets and both sides to move; what is the same is shared."""
    needed = {
        numbers: color
        for its in rules
        for color, numbers in zip((BLACK, WHITE), numbers_of_both(its), strict=True)
    }
    return {numbers: tables_of_net(net, numbers, color) for numbers, color in needed.items()}


@torch.inference_mode()
def tables_of_net(net: PatternNet, numbers: RuleNumbers, to_move: Color) -> Tables:
    """What a network knows under some rules when a side is to move, as tables; the size of the
    board does not matter.

    Raises:
        TablesError: if a weight is not a finite number.
    """
    device = net.mix.device
    mirrored = _mirrored(device)
    codes = torch.arange(CODES, device=device)
    chosen = codes[codes <= mirrored]  # the other half are their mirror images
    features = net.line(chosen, torch.tensor(numbers, device=device).expand(len(chosen), -1))
    lines = torch.zeros(CODES, features.shape[1], dtype=torch.int8, device=device)
    lines[chosen] = torch.round(STEPS * features).to(torch.int8)
    lines[mirrored[chosen]] = lines[chosen]
    channels = net.config.channels
    # The normalization goes into the layer behind it.
    norm, hidden = net.norm, net.hidden
    assert norm.running_mean is not None
    assert norm.running_var is not None
    if not all(bool(torch.isfinite(weights).all()) for weights in net.state_dict().values()):
        raise TablesError("the network has weights that are not finite numbers")
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    hidden_bias = hidden.bias + hidden.weight @ (norm.bias - norm.running_mean * scale)

    def array(tensor: Tensor) -> NDArray[np.float32]:
        return tensor.detach().float().cpu().numpy().copy()

    return Tables(
        lines=aligned(lines.cpu().numpy()),
        forbidden=np.clip(
            np.rint(STEPS * array(net.forbidden[0 if to_move is BLACK else 1])),
            -MAX_FORBIDDEN,
            MAX_FORBIDDEN,
        ).astype(np.int16),
        mix=array(net.mix),
        mix_bias=array(net.mix_bias),
        hidden=array(hidden.weight * scale),
        hidden_bias=array(hidden_bias),
        value_hidden=array(net.value_hidden.weight),
        value_hidden_bias=array(net.value_hidden.bias),
        value=array(net.value_out.weight[:3]),
        value_bias=array(net.value_out.bias[:3]),
        policy=array(net.policy_out.weight[:channels]),
        policy_bias=array(net.policy_out.bias[:channels]),
    )
