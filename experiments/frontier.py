"""What limits line patterns: variants of the network learn on the same positions, and are compared
by what is left of their losses and by the time that a position takes.

    python -m experiments.positions runs/positions --minutes 60
    python -m experiments.frontier runs/positions --init models/15x15

All variants of line patterns begin as the same network, which each first answers like: what a
variant has more begins with weights of zero. One has half the features, those that the network
would miss most, and answers nearly like it. Then all make the same steps on the same batches. A
result is kept in a file for each variant, and what is there is not learned again. The time of what
variants add is measured on compiled code of its own, beside the network's kernels.
"""

import datetime
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import msgspec
import numpy as np
import torch
import tyro
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm
from tyro.conf import Positional

from experiments.positions import read_positions
from experiments.variants import SHAPES, Variant, with_fewer
from gomoku.intrinsics import stack_array
from gomoku.jit import kernel
from gomoku.rules import Rules
from gomoku_zero.players.models import find_model
from gomoku_zero.training.about import find_commit
from gomoku_zero.training.config import LearnerConfig, ReplayConfig
from gomoku_zero.training.learner import Judge, Learner
from gomoku_zero.training.samples import Samples, positions_of_samples, take
from gomoku_zero.training.windows import Windows
from mcts.evaluation import Positions
from nets.checkpoint import load_checkpoint, read_meta, save_checkpoint
from nets.config import NetConfig
from nets.features import encode
from nets.networks import make_net
from nets.patterns.kernels import ANY_ORDER
from nets.patterns.net import PatternNet, all_tables
from nets.patterns.tables import TableEvaluator

FEWER_FEATURES = 32
FEWER = f"{FEWER_FEATURES} features"
"""The most useful of the network's own."""

MARK = "residual 6x96"
TAUGHT = "residual 4x32"
"""One that has learned from 650,000 positions of self-play on 15x15 before."""


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
    for name in options.only or (*SHAPES, FEWER, TAUGHT, MARK):
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
    found = {"as it is": alone, "rounded after learning": alone}
    for width in (128, 256):
        found[f"line network {width} wide"] = alone  # looked up like any other
    for features in (FEWER_FEATURES, 96, 128, 192):
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


@kernel(apart=True, fastmath=ANY_ORDER)
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


@kernel(apart=True, fastmath=ANY_ORDER)
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
        if name == FEWER:
            net = _with_fewer(base, learn, config)
        else:
            variant = Variant(SHAPES[name], base)
            net = variant.net if variant.is_known else variant
    learner = Learner(net, config, torch.device("cpu"), options.seed, precision=precision)  # type: ignore[arg-type]
    print(name, "at first", losses_of(learner.judge(), held), flush=True)
    window = _window(learn)
    rng = np.random.default_rng(options.seed)
    began = time.process_time()
    for step in tqdm(range(options.steps), desc=name, mininterval=20):
        learner.step(window.draw(256, rng), step / options.steps)
        done = step + 1
        if options.checkpoint is not None and (done % 500 == 0 or done == options.steps):
            keep(learner, options, learn, time.process_time() - began)
            print(done, losses_of(learner.judge(), held), flush=True)
    seconds = time.process_time() - began
    judge = learner.judge()
    if name in SHAPES and SHAPES[name].late:
        cast(Variant, judge.net).round_features()
    policy, value, same = losses_of(judge, held)
    weights = sum(its.numel() for its in net.parameters())
    return Result(name, options.steps, policy, value, same, seconds, weights)


def _with_fewer(
    base: PatternNet, learn: Mapping[Rules, Samples], config: LearnerConfig
) -> PatternNet:
    """What `FEWER` begins as: a feature is worth what its absence costs on some positions to learn
    from, in losses of the policy and three times of the value."""
    some = {rules: take(samples, slice(0, 500)) for rules, samples in learn.items()}
    rules = max(some, key=lambda its: (its.size == 15, some[its].rows))
    arrays = (some[rules].cells, some[rules].to_move, some[rules].last_move)
    cells, to_move, last_move = map(torch.from_numpy, arrays)
    planes = encode(cells, to_move, last_move, rules)

    def loss(net: PatternNet) -> float:
        judge = Learner(net, config, torch.device("cpu"), 0, precision="float32").judge()
        policy, value, _ = losses_of(judge, some)
        return policy + 3 * value

    return with_fewer(base, FEWER_FEATURES, planes, loss)


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


def _window(positions: Mapping[Rules, Samples]) -> Windows:
    """All positions, to draw batches from: of each rule set as many as its share of all."""
    rows = {rules: samples.rows for rules, samples in positions.items()}
    total = sum(rows.values())
    shares = {rules: count / total for rules, count in rows.items()}
    windows = Windows(None, ReplayConfig(window=total), shares)
    windows.append(0, positions)
    return windows


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
