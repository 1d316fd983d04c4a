"""Variants of the network of line patterns, for `experiments.frontier`.

Each begins as a network that plays, and answers like it: what it has more begins with weights of
zero. Only `with_fewer` leaves something out.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from nets.config import RULE_NUMBERS, NetConfig
from nets.features import BLACK_PLANE, FORBIDDEN_PLANE, RENJU_PLANE, RULE_PLANES
from nets.networks import make_net
from nets.patterns.net import DIRECTIONS, OTHER, PatternNet, in_steps
from nets.resnet.net import NetOutput

EDGE = 3
"""Digit of what lies beyond the edge, where it has one of its own."""


@dataclass(frozen=True)
class Shape:
    """How a variant differs from the network as it is.

    features: of a line. line: width of the network that looks at one. reach: points a line goes to
    either side. edge: whether the edge has a symbol of its own. rounded: features come in the
    steps of the tables, of 8 bits; otherwise they are exact, as in 16. late: they do in play, but
    not while they are learned. pointwise: width of a layer in which features of a point see each
    other after the neighbors; 0 for none. twice: neighbors are mixed once more. regions: the value
    also sees the corners, the sides and the middle of the board by themselves. hidden: units behind
    pooling. apart: policy and value have as many features each to themselves. sums: of a point's
    features that the policy makes beside the one it is, each by weights of its own, and cuts off
    at zero.
    """

    features: int = 64
    line: int = 64
    reach: int = 5
    edge: bool = False
    rounded: bool = True
    late: bool = False
    pointwise: int = 0
    twice: bool = False
    regions: int = 0
    hidden: int = 64
    apart: bool = False
    sums: int = 0


SHAPES: Mapping[str, Shape] = {
    "as it is": Shape(),
    "features of 16 bits": Shape(rounded=False),
    "rounded after learning": Shape(rounded=False, late=True),
    "96 features": Shape(features=96),
    "128 features": Shape(features=128),
    "192 features": Shape(features=192),
    "line network 128 wide": Shape(line=128),
    "line network 256 wide": Shape(line=256),
    "hidden 128": Shape(hidden=128),
    "hidden 256": Shape(hidden=256),
    "line network and hidden 128": Shape(line=128, hidden=128),
    "96 features, line network and hidden 128": Shape(features=96, line=128, hidden=128),
    "pointwise 64": Shape(pointwise=64),
    "pointwise 16": Shape(pointwise=16),
    "neighbors twice": Shape(twice=True),
    "value by regions": Shape(regions=16),
    "policy of 4 sums more": Shape(sums=4),
    "edge of its own": Shape(edge=True),
    "lines of 13": Shape(reach=6),
    "64 for policy, 64 for value": Shape(features=128, apart=True),
}


class _Line(nn.Module):
    """As `nets.patterns.net.LineNet`, of other lengths and symbols."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.length = 2 * shape.reach + 1
        self.symbols = 3 if shape.edge else 2
        self.first = nn.Linear(self.symbols * self.length + RULE_NUMBERS, shape.line)
        self.second = nn.Linear(shape.line, shape.line)
        self.third = nn.Linear(shape.line, shape.features)
        self.rounded = shape.rounded

    def forward(self, codes: Tensor, rules: Tensor) -> Tensor:
        base = self.symbols + 1
        powers = base ** torch.arange(self.length - 1, -1, -1)
        digits = codes[:, None] // powers % base
        stones = torch.stack([digits == s for s in range(1, base)], dim=2).to(rules.dtype)
        total = torch.zeros(())
        for end in (stones, stones.flip(1)):
            x = torch.relu(self.first(torch.cat([end.flatten(1), rules], dim=1)))
            total = total + self.third(torch.relu(self.second(x)))
        features = torch.tanh(total)
        return in_steps(features) if self.rounded else features


class Variant(nn.Module):
    """A network of line patterns with some things more; answers as `base` at first."""

    def __init__(self, shape: Shape, base: PatternNet) -> None:
        super().__init__()
        before = base.config
        shape = replace(
            shape,
            features=max(shape.features, before.channels),
            line=max(shape.line, before.line_channels),
            hidden=max(shape.hidden, before.value_hidden),
        )
        self.shape = shape
        self.config = NetConfig(
            "patterns",
            channels=shape.features,
            value_hidden=shape.hidden,
            line_channels=shape.line,
        )
        wide = make_net(self.config)
        assert isinstance(wide, PatternNet)
        self.is_known = replace(shape, features=64, line=64, hidden=64) == Shape()
        """Whether `nets.patterns` has such networks."""
        if not self.is_known:
            wide.line = _Line(shape)  # type: ignore[assignment]
        state = wide.state_dict()
        for name, weights in base.state_dict().items():
            state[name] = _widened(name, weights, state[name], shape)
        wide.load_state_dict(state)
        self.net = wide
        features = shape.features
        if shape.pointwise:
            self.down = nn.Linear(features, shape.pointwise)
            self.up = nn.Linear(shape.pointwise, features)
            nn.init.zeros_(self.up.weight)
            nn.init.zeros_(self.up.bias)
        if shape.twice:
            self.again = nn.Parameter(torch.zeros(3, features))
            self.again_bias = nn.Parameter(torch.zeros(features))
        if shape.sums:
            self.sums = nn.Linear(shape.hidden, shape.sums * features)
            self.sums_out = nn.Linear(shape.hidden, shape.sums)
            nn.init.zeros_(self.sums_out.weight)
            nn.init.zeros_(self.sums_out.bias)
        if shape.regions:
            self.region = nn.Linear(features, shape.regions)
            self.region_norm = nn.BatchNorm1d(features)
            self.regions_out = nn.Linear(3 * shape.regions, shape.hidden)
            nn.init.zeros_(self.regions_out.weight)
            nn.init.zeros_(self.regions_out.bias)

    def train(self, mode: bool = True) -> "Variant":
        """Pooled features are normalized by the averages they are played with: a batch is of one
        board size, and the next one of another."""
        super().train(mode)
        self.net.norm.eval()
        return self

    def round_features(self) -> None:
        line = cast(nn.Module, self.net.line)
        assert isinstance(line, _Line)
        line.rounded = True

    def forward(self, planes: Tensor) -> NetOutput:
        net, shape = self.net, self.shape
        digits = planes[:, 1].long() + OTHER * planes[:, 2].long()
        x = self._line_features(digits, planes[:, RULE_PLANES, 0, 0])
        if bool(planes[:, RENJU_PLANE].any()):
            to_move = 1 - planes[:, BLACK_PLANE, 0, 0].long()
            x = x + planes[:, FORBIDDEN_PLANE, None] * net.forbidden[to_move, :, None, None]
        x = net._mix(torch.relu(x))
        if shape.twice:
            weights, bias = net.mix, net.mix_bias
            net.mix, net.mix_bias = self.again, self.again_bias
            x = x + net._mix(x)
            net.mix, net.mix_bias = weights, bias
        if shape.pointwise:
            points = x.permute(0, 2, 3, 1)
            x = torch.relu(points + self.up(torch.relu(self.down(points)))).permute(0, 3, 1, 2)
        for_value, for_policy = x, x
        if shape.apart:
            mask = torch.zeros(shape.features)
            mask[: shape.features // 2] = 1
            for_policy = x * mask[:, None, None]
            for_value = x * (1 - mask)[:, None, None]
        pooled = torch.cat([for_value.mean(dim=(2, 3)), for_value.amax(dim=(2, 3))], dim=1)
        inner = net.hidden(net.norm(pooled))
        if shape.regions:
            inner = inner + self.regions_out(self._regions(x))
        hidden = torch.relu(inner)
        value = net.value_out(torch.relu(net.value_hidden(hidden)))
        weights = net.policy_out(hidden).view(len(x), 2, -1)
        logits = torch.bmm(weights, for_policy.flatten(2))
        policy = logits[:, 0]
        if shape.sums:
            each = self.sums(hidden).view(len(x), shape.sums, -1)
            seen = torch.relu(torch.bmm(each, x.flatten(2)))
            policy = policy + torch.einsum("bk,bkp->bp", self.sums_out(hidden), seen)
        return NetOutput(policy, logits[:, 1], value[:, :3], value[:, 3])

    def _regions(self, x: Tensor) -> Tensor:
        """What the corners, the sides and the middle have to tell, each sort added up."""
        means = functional.adaptive_avg_pool2d(x, 3)
        seen = self.region_norm(means.flatten(2)).transpose(1, 2)
        seen = torch.relu(self.region(seen))
        corners, sides, middle = [0, 2, 6, 8], [1, 3, 5, 7], [4]
        return torch.cat([seen[:, some].sum(dim=1) for some in (corners, sides, middle)], dim=1)

    def _line_features(self, digits: Tensor, rules: Tensor) -> Tensor:
        shape = self.shape
        base, reach, size = (4 if shape.edge else 3), shape.reach, digits.shape[-1]
        padded = functional.pad(digits, (reach,) * 4, value=EDGE if shape.edge else OTHER)
        codes = []
        for down, right in DIRECTIONS:
            forth, back = torch.zeros_like(digits), torch.zeros_like(digits)
            for k in range(-reach, reach + 1):
                top, left = reach + k * down, reach + k * right
                forth = forth * base + padded[:, top : top + size, left : left + size]
                top, left = reach - k * down, reach - k * right
                back = back * base + padded[:, top : top + size, left : left + size]
            codes.append(torch.minimum(forth, back))
        lines = torch.stack(codes, dim=-1)
        kinds, kind = torch.unique(rules, dim=0, return_inverse=True)
        states = base ** (2 * reach + 1)
        seen, where = torch.unique(lines + states * kind[:, None, None, None], return_inverse=True)
        features = functional.embedding(where, self.net.line(seen % states, kinds[seen // states]))
        return features.sum(dim=3).permute(0, 3, 1, 2)


@torch.no_grad()
def with_fewer(
    base: PatternNet, count: int, planes: Tensor, loss: Callable[[PatternNet], float]
) -> PatternNet:
    """A network with the features of `base` that it would miss most; the others stay at their mean
    as far as the value goes, so that one that is always the same costs nothing to leave out.

    planes: of some positions. loss: of a network, on some positions.
    """
    points = base.eval().compiled(planes)
    means = torch.cat([points.mean, points.largest], dim=1).mean(dim=0)
    every = torch.arange(base.config.channels)
    missed = [loss(_without(base, feature[None], means)) for feature in every]
    order = torch.tensor(missed).argsort(descending=True, stable=True)
    kept = order[:count].sort().values
    both = torch.cat([kept, kept + len(every)])
    fewer = make_net(replace(base.config, channels=count))
    assert isinstance(fewer, PatternNet)
    state = _without(base, order[count:], means).state_dict()
    for name, weights in state.items():
        if name.startswith("line.third") or name == "mix_bias":
            state[name] = weights[kept]
        elif name in ("forbidden", "mix"):
            state[name] = weights[:, kept]
        elif name.startswith("policy_out") or (name.startswith("norm.") and weights.ndim):
            state[name] = weights[both]
        elif name == "hidden.weight":
            state[name] = weights[:, both]
    fewer.load_state_dict(state)
    return fewer.eval()


def _without(base: PatternNet, features: Tensor, means: Tensor) -> PatternNet:
    """A copy that no longer looks at some features.

    base: in evaluation mode. means: `[2F]`, of what pooling sees of all.
    """
    net = copy.deepcopy(base)
    both = torch.cat([features, features + base.config.channels])
    hidden, policy = net.hidden, net.policy_out
    hidden.bias.add_(hidden.weight[:, both] @ net.norm(means[None])[0, both])
    hidden.weight[:, both] = 0
    policy.weight[both] = 0
    policy.bias[both] = 0
    return net


def _widened(name: str, before: Tensor, after: Tensor, shape: Shape) -> Tensor:
    """Weights of the network as it is, in the place of a wider one's, which answers alike."""
    after = after.clone()
    features = shape.features
    copies = 2 if shape.apart else 1
    old = len(before) if before.ndim else 0
    match name:
        case "line.first.weight":
            length, symbols = 2 * shape.reach + 1, 3 if shape.edge else 2
            stones = before[:, :-RULE_NUMBERS].view(old, -1, 2)
            wide = torch.zeros(old, length, symbols)
            extra = (length - stones.shape[1]) // 2
            wide[:, extra : length - extra, :2] = stones
            if shape.edge:
                wide[:, :, 2] = wide[:, :, 1]
            after[:old] = torch.cat([wide.flatten(1), before[:, -RULE_NUMBERS:]], dim=1)
        case "line.second.weight" | "value_hidden.weight":
            after[:old] = 0
            after[:old, : before.shape[1]] = before
        case "line.third.weight":
            after[:old, : before.shape[1]] = before
            after[:old, before.shape[1] :] = 0
            if shape.apart:
                after[old:, : before.shape[1]] = before
        case "hidden.weight":
            half = before.shape[1] // 2
            after[:old] = 0
            first = features - half if shape.apart else 0
            after[:old, first : first + half] = before[:, :half]
            after[:old, features + first : features + first + half] = before[:, half:]
        case "policy_out.weight" | "policy_out.bias":
            half = old // 2
            after[:] = 0
            both = (before[:half], before[half:])
            for start, its in zip((0, features), both, strict=True):
                if after.ndim == 2:
                    after[start : start + half, : before.shape[1]] = its
                else:
                    after[start : start + half] = its
        case _ if name.startswith("norm.") and before.ndim:
            half = old // 2
            for start, its in zip((0, features), (before[:half], before[half:]), strict=True):
                for copy_number in range(copies):
                    at = start + copy_number * half
                    after[at : at + half] = its
        case "mix" | "forbidden":
            width = before.shape[1]
            for number in range(copies):
                after[:, number * width : (number + 1) * width] = before
        case _ if before.shape == after.shape:
            return before
        case _:
            for number in range(copies if name in ("line.third.bias", "mix_bias") else 1):
                after[number * old : (number + 1) * old] = before
    return after
