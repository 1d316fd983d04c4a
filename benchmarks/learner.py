"""Gradient steps as training makes them: of a residual network against the same without
channels-last and fused AdamW, and of line patterns beside it."""

import numpy as np
import torch

from benchmarks.figures import Figures, best_rates
from benchmarks.inference import PATTERNS
from benchmarks.positions import some_positions
from gomoku.rules import Rules
from gomoku_zero.training.config import LearnerConfig
from gomoku_zero.training.learner import MAX_GRADIENT, Learner, compute_losses
from gomoku_zero.training.samples import Samples
from nets.config import NetConfig
from nets.features import encode
from nets.networks import Net, make_net
from nets.patterns.net import PatternNet

RULES = Rules(9)
BATCH = 256
RESIDUAL = NetConfig(blocks=4, channels=32)


def measure(figures: Figures) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    figures.heading(f"A training step on 9x9, batch {BATCH}, one thread")
    samples = samples_of(RULES, BATCH)
    config = LearnerConfig(batch=BATCH)
    batch = [(samples, RULES)]
    learner, patterns = (_learner(make_net(net), config) for net in (RESIDUAL, PATTERNS))
    by_torch = make_net(PATTERNS)
    assert isinstance(by_torch, PatternNet)
    by_torch.compiled = by_torch.by_torch  # type: ignore[method-assign]
    in_torch = _learner(by_torch, config)
    plain = make_net(RESIDUAL).train()
    optimizer = torch.optim.AdamW(plain.parameters(), lr=2e-3, foreach=False, fused=False)
    targets = learner.prepare([(samples, RULES)]).on(torch.device("cpu"))

    def plain_step() -> None:
        planes = encode(targets.cells, targets.to_move, targets.last_move, RULES)
        losses = compute_losses(plain(planes), targets)
        optimizer.zero_grad()
        losses.total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(plain.parameters(), MAX_GRADIENT)
        optimizer.step()

    steps = {
        "step": lambda: learner.step(batch, 0.0),
        "plain": plain_step,
        "patterns": lambda: patterns.step(batch, 0.0),
        "patterns in torch": lambda: in_torch.step(batch, 0.0),
    }
    rates = best_rates(steps, dict.fromkeys(steps, BATCH), 2 * figures.seconds)
    figures.add(
        "training_samples_per_second",
        rates["step"],
        f"4x32: {rates['step']:,.0f} samples/s, {rates['step'] / rates['plain']:.2f} times the "
        f"{rates['plain']:,.0f}/s of plain layout and optimizer (which also averages nothing)",
    )
    figures.add("training_speedup", rates["step"] / rates["plain"], "that ratio")
    figures.add(
        "pattern_training_samples_per_second",
        rates["patterns"],
        f"line patterns: {rates['patterns']:,.0f} samples/s, "
        f"{rates['patterns'] / rates['step']:.2f} times those of 4x32, "
        f"{rates['patterns'] / rates['patterns in torch']:.2f} times those in torch's operations",
    )


def _learner(net: Net, config: LearnerConfig) -> Learner:
    return Learner(net.train(), config, torch.device("cpu"), seed=0)


def samples_of(rules: Rules, rows: int) -> Samples:
    """So many positions with made-up targets."""
    positions = some_positions(rules, rows)
    rows, points = positions.cells.shape
    generator = np.random.default_rng(0)
    policy = np.where(positions.cells == 0, generator.random((rows, points)), 0)
    return Samples(
        cells=positions.cells,
        to_move=positions.to_move,
        last_move=positions.last_move,
        policy=(policy / policy.sum(axis=1, keepdims=True)).astype(np.float16),
        outcome=generator.choice(np.array([-1, 0, 1], np.int8), rows),
        root_value=np.zeros(rows, np.float16),
        root_draw=np.zeros(rows, np.float16),
        reply=np.full(rows, -1, np.int16),
        moves_left=np.full(rows, 10, np.int16),
    )
