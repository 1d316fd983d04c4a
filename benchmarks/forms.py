"""How soon the forms of a network answer, and how fast it learns, on every device that is there.

python -m benchmarks.forms models/15x15      # tables, torch on the CPU, torch on a GPU
python -m benchmarks.forms --learner         # samples a second of gradient steps
"""

import argparse
import functools
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.inference import PATTERNS
from benchmarks.learner import samples_of
from benchmarks.positions import some_positions
from gomoku.rules import Rules
from gomoku_zero.training.batches import drawn_ahead
from gomoku_zero.training.config import LearnerConfig
from gomoku_zero.training.learner import Learner
from gomoku_zero.training.samples import Samples
from mcts.evaluation import Evaluator
from nets.backends import evaluator_here
from nets.checkpoint import load_checkpoint
from nets.config import NetConfig
from nets.evaluator import NetEvaluator, best_precision
from nets.networks import make_net

BATCHES = (1, 8, 64, 256, 1024)
SECONDS = 1.0
RULES = Rules(15)


def rate(work: Callable[[], object], count: int) -> float:
    """How many a second, at `count` a call, over at least `SECONDS`."""
    work()
    calls, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        work()
        calls += 1
    return calls * count / (time.perf_counter() - started)


def answers(folder: Path) -> None:
    """Positions a second of a checkpoint by device and batch."""
    checkpoint = load_checkpoint(folder)
    rules = checkpoint.meta.rules[0]
    forms: dict[str, Evaluator] = {
        "auto": evaluator_here(checkpoint.net, "auto", [rules]),
        "torch on cpu": NetEvaluator(checkpoint.net, device="cpu"),
    }
    if torch.cuda.is_available():
        forms["torch on cuda"] = NetEvaluator(checkpoint.net, device="cuda")
    positions = some_positions(rules, max(BATCHES))
    for name, evaluator in forms.items():
        rates = []
        for batch in BATCHES:
            part = positions.rows(slice(batch))
            rates.append(f"{batch}: {rate(lambda e=evaluator, p=part: e.evaluate(p), batch):,.0f}")  # type: ignore[misc]
        print(f"{folder}, {name} ({type(evaluator).__name__}), positions/s by batch: {rates}")


def steps() -> None:
    """Samples a second of gradient steps by network, device and precision, drawing included."""
    devices = ["cuda"] if torch.cuda.is_available() else ["cpu"]
    for name, config in (("6x96", NetConfig(blocks=6, channels=96)), ("line patterns", PATTERNS)):
        for device in map(torch.device, devices):
            for batch in (256, 1024) if device.type == "cuda" else (64,):
                rows = [(samples_of(RULES, batch), RULES)]
                best = best_precision(make_net(config), device)
                for precision in sorted({best, "float32"}):
                    torch.manual_seed(0)
                    settings = LearnerConfig(batch=batch)
                    net = make_net(config)
                    learner = Learner(net, settings, device, 0, precision=precision)

                    speed = rate(functools.partial(learn_ten, learner, rows), 10 * batch)
                    print(
                        f"{name} on {device}, batch {batch}, {learner.precision}: "
                        f"{speed:,.0f} samples/s {learner.remark}"
                    )


def learn_ten(learner: Learner, rows: list[tuple[Samples, Rules]]) -> None:
    """Ten steps as a run makes them, and the wait for the last."""
    threaded = learner.device.type != "cpu"
    for batch in drawn_ahead(lambda: learner.prepare(rows), 10, threaded=threaded):
        losses = learner.learn(batch, 0.0)
    float(losses.total)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", nargs="?", type=Path, default=Path("models/15x15"))
    parser.add_argument("--learner", action="store_true", help="measure gradient steps")
    arguments = parser.parse_args()
    if arguments.learner:
        steps()
    else:
        answers(arguments.checkpoint)


if __name__ == "__main__":
    main()
