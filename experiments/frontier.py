"""What limits line patterns: variants of the network learn on the same positions, and are compared
by what is left of their losses and by the time that a position takes.

    python -m experiments.positions runs/positions --minutes 60
    python -m experiments.frontier runs/positions --init models/15x15

All variants of line patterns begin as the same network, which each first answers like: what a
variant has more begins with weights of zero. Then all make the same steps on the same batches. A
result is kept in a file for each variant, and what is there is not learned again. The time of what
variants add is measured on compiled code of its own, beside the network's kernels.
"""

import datetime
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, cast

import msgspec
import numpy as np
import torch
import tyro
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm
from tyro.conf import Positional

from experiments.positions import read_positions
from gomoku.intrinsics import stack_array
from gomoku.jit import kernel
from gomoku.rules import Rules
from gomoku.symmetry import SYMMETRIES
from gomoku_zero.players.models import find_model
from gomoku_zero.training.about import find_commit
from gomoku_zero.training.config import LearnerConfig
from gomoku_zero.training.learner import Judge, Learner
from gomoku_zero.training.replay import transform
from gomoku_zero.training.samples import Samples, positions_of_samples, take
from mcts.evaluation import Positions
from nets.checkpoint import load_checkpoint, read_meta, save_checkpoint
from nets.config import RULE_NUMBERS, NetConfig
from nets.features import BLACK_PLANE, FORBIDDEN_PLANE, RENJU_PLANE, RULE_PLANES
from nets.networks import make_net
from nets.patterns.net import DIRECTIONS, OTHER, PatternNet, all_tables
from nets.patterns.tables import STEPS, TableEvaluator
from nets.resnet.net import NetOutput

EDGE = 3
"""Digit of what lies beyond the edge, where it has one of its own."""

MARK = "residual 6x96"
TAUGHT = "residual 4x32"
"""One that has learned from 650,000 positions of self-play on 15x15 before."""


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
        if self.rounded:
            features = features + (torch.round(STEPS * features) / STEPS - features).detach()
        return features


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

    def round_features(self, is_rounded: bool = True) -> None:
        line = cast(nn.Module, self.net.line)
        assert isinstance(line, _Line)
        line.rounded = is_rounded

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


class Result(msgspec.Struct, frozen=True):
    """What became of a variant. policy, value: losses on games that were kept apart; same_move:
    how often the likeliest move was the search's."""

    name: str
    steps: int
    policy: float
    value: float
    same_move: float
    seconds: float
    weights: int


@dataclass(frozen=True)
class Options:
    """What to compare."""

    folder: Annotated[Path, Positional]
    """Of `experiments.positions`."""

    init: str = "models/15x15"
    """A network of line patterns that all variants begin as."""

    only: tuple[str, ...] = ()
    """Variants, by default all."""

    steps: int = 500
    """Of 256 positions."""

    learning_rate: float = 1e-3
    """At first; it falls along a cosine."""

    sizes: tuple[int, ...] = (15,)
    """Of the boards."""

    threads: int = 1
    """Of torch."""

    checkpoint: Path | None = None
    """Where to keep the network of the last variant, which must be one that
    `nets.patterns` has; every 500 steps as well."""

    results: Path = Path("runs", "frontier")
    """Where results are kept."""

    seed: int = 0
    """Of batches and new weights."""

    only_times: bool = False
    """Measure how long a position takes instead."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    torch.set_num_threads(options.threads)
    options.results.mkdir(parents=True, exist_ok=True)
    learn = _of_size(read_positions(options.folder, "learn"), options.sizes)
    held = _of_size(read_positions(options.folder, "held"), options.sizes)
    if not learn or not held:
        raise SystemExit(f"frontier: {options.folder} has no positions of such sizes")
    if options.only_times:
        rules, samples = next(iter(held.items()))
        for name, each in times(positions_of_samples(take(samples, slice(0, 1024)), rules)).items():
            print(f"{name}: {each:.1f} us")
        return
    for name in options.only or (*SHAPES, TAUGHT, MARK):
        file = options.results / f"{name}.json"
        if not file.exists():
            result = learn_variant(name, options, learn, held)
            file.write_bytes(msgspec.json.encode(result))
        print(msgspec.json.decode(file.read_bytes(), type=Result), flush=True)


def times(positions: Positions, repeats: int = 30) -> dict[str, float]:
    """Microseconds a position of every variant on one core: the network's own kernels at its
    widths, and where a variant has something more, the time of that part alone besides."""
    rules = positions.rules

    def network(features: int = 64, hidden: int = 64) -> float:
        config = NetConfig("patterns", channels=features, value_hidden=hidden)
        net = make_net(config)
        assert isinstance(net, PatternNet)
        evaluator = TableEvaluator(all_tables(net, [rules]))
        return _best(lambda: evaluator.evaluate(positions), len(positions.cells), repeats)

    mixed = np.random.default_rng(0).random((rules.points, 64), np.float32)

    def extra(part: Callable[..., None], *arrays: NDArray[np.float32]) -> float:
        many = len(positions.cells)
        return _best(lambda: part(many, mixed.copy(), *arrays), many, repeats)

    def weights(*shape: int) -> NDArray[np.float32]:
        return np.full(shape, 0.01, np.float32)

    alone = network()
    found = {"as it is": alone, "rounded after learning": alone, "line network 128 wide": alone}
    for features in (96, 128, 192):
        found[f"{features} features"] = network(features)
    for hidden in (128, 256):
        found[f"hidden {hidden}"] = network(hidden=hidden)
    for width in (16, 64):
        layer = extra(_see_each_other, weights(width, 64), weights(width, 64))
        found[f"pointwise {width}"] = alone + layer
    found["value by regions"] = alone + extra(_see_regions, weights(16, 64), weights(64, 48))
    return found


def _best(run: Callable[[], object], rows: int, repeats: int) -> float:
    run()
    took = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        took.append(time.perf_counter() - began)
    return 1e6 * min(took) / rows


@kernel(apart=True, fastmath=("reassoc", "contract", "nsz", "arcp"))
def _see_each_other(
    many: int,
    mixed: Annotated[NDArray[np.float32], 2],
    down: Annotated[NDArray[np.float32], 2],
    up: Annotated[NDArray[np.float32], 2],
) -> None:
    """A layer to `W` units and back at every point, so many times; both weights `[W, F]`."""
    inner = stack_array(64, np.float32)
    for _ in range(many):
        for point in range(mixed.shape[0]):
            x = mixed[point]
            for unit in range(down.shape[0]):
                total = np.float32(0.0)
                for channel in range(x.shape[0]):
                    total += down[unit, channel] * x[channel]
                inner[unit] = max(total, np.float32(0.0))
            for unit in range(down.shape[0]):
                for channel in range(x.shape[0]):
                    x[channel] += up[unit, channel] * inner[unit]
            for channel in range(x.shape[0]):
                x[channel] = min(max(x[channel], np.float32(0.0)), np.float32(1.0))


@kernel(apart=True, fastmath=("reassoc", "contract", "nsz", "arcp"))
def _see_regions(
    many: int,
    mixed: Annotated[NDArray[np.float32], 2],
    inner: Annotated[NDArray[np.float32], 2],
    outer: Annotated[NDArray[np.float32], 2],
) -> None:
    """Nine means over a board, a layer for each `[R, F]`, and one for all `[H, 3R]`, so many
    times. The means take no time of their own: pooling adds up rows by parts either way."""
    means = stack_array(9 * 64, np.float32)
    seen = stack_array(64, np.float32)
    for _ in range(many):
        for region in range(9):
            for channel in range(64):
                means[64 * region + channel] = mixed[region, channel]
        for unit in range(3 * inner.shape[0]):
            seen[unit] = 0.0
        for region in range(9):
            for unit in range(inner.shape[0]):
                total = np.float32(0.0)
                for channel in range(64):
                    total += inner[unit, channel] * means[64 * region + channel]
                seen[unit * 3 + region % 3] += max(total, np.float32(0.0))
        for row in range(outer.shape[0]):
            total = np.float32(0.0)
            for column in range(outer.shape[1]):
                total += outer[row, column] * seen[column]
            mixed[0, row] = total


def _of_size(positions: Mapping[Rules, Samples], sizes: Collection[int]) -> dict[Rules, Samples]:
    return {rules: samples for rules, samples in positions.items() if rules.size in sizes}


def learn_variant(
    name: str, options: Options, learn: dict[Rules, Samples], held: dict[Rules, Samples]
) -> Result:
    torch.manual_seed(options.seed)
    config = LearnerConfig(
        learning_rate=options.learning_rate,
        decay_start=0.2,
        averaging=0.99,
        root_value_share=0.5,
    )
    precision = "float32"
    if name == MARK:
        net: nn.Module = make_net(NetConfig("resnet", blocks=6, channels=96))
        precision = "bfloat16"
    elif name == TAUGHT:
        net = load_checkpoint(find_model("benchmarks/references/resnet-15x15")).net
        precision = "bfloat16"
    else:
        base = load_checkpoint(find_model(options.init)).net
        assert isinstance(base, PatternNet)
        variant = Variant(SHAPES[name], base)
        net = variant.net if variant.is_known else variant
    learner = Learner(net, config, torch.device("cpu"), options.seed, precision=precision)  # type: ignore[arg-type]
    print(name, "at first", losses_of(learner.judge(), held), flush=True)
    draw = np.random.default_rng(options.seed)
    began = time.process_time()
    for step in tqdm(range(options.steps), desc=name, mininterval=20):
        learner.step(draw_batch(learn, 256, draw), step / options.steps)
        if options.checkpoint is not None and (step + 1) % 500 in (0, options.steps % 500):
            keep(learner, options, learn, time.process_time() - began)
            print(step + 1, losses_of(learner.judge(), held), flush=True)
    seconds = time.process_time() - began
    judge = learner.judge()
    if name in SHAPES and SHAPES[name].late:
        cast(Variant, judge.net).round_features()
    policy, value, same = losses_of(judge, held)
    weights = sum(its.numel() for its in net.parameters())
    torch.save(net.state_dict(), options.results / f"{name}.pt")
    return Result(name, options.steps, policy, value, same, seconds, weights)


def keep(
    learner: Learner, options: Options, learn: Mapping[Rules, Samples], seconds: float
) -> None:
    """Write the network, as it would play now, to `options.checkpoint`."""
    net = learner.averaged
    assert isinstance(net, PatternNet)
    assert options.checkpoint is not None
    before = read_meta(find_model(options.init))
    meta = msgspec.structs.replace(
        before,
        name=options.checkpoint.name,
        net=net.config,
        rules=sorted(learn, key=lambda rules: (rules.size != 15, rules)),
        positions=before.positions + sum(samples.rows for samples in learn.values()),
        steps=before.steps + learner.steps,
        seconds=before.seconds + seconds,
        commit=find_commit(),
        created=datetime.date.today().isoformat(),
        config=msgspec.to_builtins(
            {"init": options.init, "steps": options.steps, "seed": options.seed}
        ),
        measured=[],
    )
    save_checkpoint(options.checkpoint, net, meta)


def draw_batch(
    positions: Mapping[Rules, Samples], rows: int, rng: np.random.Generator
) -> list[tuple[Samples, Rules]]:
    """Positions of one size, of each rule set as many as its share of all."""
    sizes = np.array([rules.size for rules in positions])
    counts = np.array([samples.rows for samples in positions.values()])
    counts[sizes != rng.choice(sizes, p=counts / counts.sum())] = 0
    drawn = rng.multinomial(rows, counts / counts.sum())
    return [
        (
            transform(
                take(samples, rng.integers(samples.rows, size=count)),
                rng.integers(SYMMETRIES, size=count),
            ),
            rules,
        )
        for (rules, samples), count in zip(positions.items(), drawn.tolist(), strict=True)
        if count
    ]


def losses_of(judge: Judge, held: Mapping[Rules, Samples]) -> tuple[float, float, float]:
    """Policy and value loss, and the share of positions whose likeliest move is the search's."""
    sums = np.zeros(3)
    rows = 0
    for rules, samples in held.items():
        some = take(samples, slice(0, 4000))
        losses, output = judge.judge(some, rules)
        legal = some.cells == 0
        best = np.where(legal, output.policy.numpy(), -np.inf).argmax(axis=1)
        same = float((best == some.policy.argmax(axis=1)).mean())
        sums += some.rows * np.array([float(losses.policy), float(losses.value), same])
        rows += some.rows
    policy, value, same = (sums / rows).tolist()
    return policy, value, same


if __name__ == "__main__":
    main()
