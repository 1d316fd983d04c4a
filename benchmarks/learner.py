"""A gradient step as training makes it, against the same without channels-last and fused AdamW."""

import numpy as np
import torch

from benchmarks.figures import Figures, best_rates
from benchmarks.inference import make_net
from benchmarks.positions import some_positions
from gomoku.rules import Rules
from nets.config import NetConfig
from nets.features import encode
from training.config import LearnerConfig
from training.learner import Learner, compute_losses
from training.samples import Samples

RULES = Rules(9)
BATCH = 256


def measure(figures: Figures) -> None:
    torch.set_num_threads(1)
    figures.heading(f"A training step, 4x32 on 9x9, batch {BATCH}, one thread")
    samples = _samples()
    config = LearnerConfig(batch=BATCH)
    net = make_net(NetConfig(blocks=4, channels=32)).train()
    learner = Learner(net, config, torch.device("cpu"), seed=0)
    plain = make_net(NetConfig(blocks=4, channels=32)).train()
    optimizer = torch.optim.AdamW(plain.parameters(), lr=2e-3, foreach=False, fused=False)
    targets = learner._targets(samples)

    def plain_step() -> None:
        planes = encode(targets.cells, targets.to_move, targets.last_move, RULES)
        losses = compute_losses(plain(planes), targets, config)
        optimizer.zero_grad()
        losses.total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(plain.parameters(), config.clip)
        optimizer.step()

    rates = best_rates(
        {"step": lambda: learner.step(samples, RULES, 0.0), "plain": plain_step},
        {"step": BATCH, "plain": BATCH},
        2 * figures.seconds,
    )
    figures.add(
        "training_samples_per_second",
        rates["step"],
        f"{rates['step']:,.0f} samples/s, {rates['step'] / rates['plain']:.2f} times the "
        f"{rates['plain']:,.0f}/s of plain layout and optimizer (which also averages nothing)",
    )
    figures.add("training_speedup", rates["step"] / rates["plain"], "that ratio")


def _samples() -> Samples:
    positions = some_positions(RULES, BATCH)
    rows, points = positions.cells.shape
    generator = np.random.default_rng(0)
    policy = np.where(positions.cells == 0, generator.random((rows, points)), 0)
    return Samples(
        cells=positions.cells,
        to_move=positions.to_move,
        last_move=positions.last_move,
        policy=(policy / policy.sum(axis=1, keepdims=True)).astype(np.float16),
        outcome=generator.integers(-1, 2, rows).astype(np.int8),
        root_value=np.zeros(rows, np.float16),
        root_draw=np.zeros(rows, np.float16),
        reply=np.full(rows, -1, np.int16),
        moves_left=np.full(rows, 10, np.int16),
    )
