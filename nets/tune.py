"""Which backend is fastest for a network on this machine: measured once, kept, and shown.

    python -m nets.tune models/6x6

A measurement depends on the shape of the network and the size of the board, not on the weights.
"""

import contextlib
import hashlib
import importlib.metadata
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import tyro

from gomoku.rules import Rules
from gomoku.storage import write_whole
from mcts.evaluation import Positions
from nets.backends import (
    BackendError,
    available_backends,
    cache_folder,
    evaluator_of_net,
    quantized_file,
)
from nets.checkpoint import CheckpointError, read_meta
from nets.config import NetConfig
from nets.rate import rate

BATCHES = (1, 8, 16, 32, 64, 128, 256)
SECONDS = 0.1
"""Of one measurement; there are some forty."""


class Measurement(msgspec.Struct, frozen=True):
    """Positions a second of one evaluator at one batch."""

    backend: str
    threads: int
    batch: int
    per_second: float


class Tuning(msgspec.Struct, frozen=True):
    """All measurements of one network shape and board size on one machine."""

    measurements: list[Measurement]

    def best(self, batch: int, threads: int = 1) -> Measurement:
        """The fastest for batches of about this size and so many threads."""
        nearest = min(BATCHES, key=lambda measured: abs(measured - batch))
        return max(
            (m for m in self.measurements if m.batch == nearest and m.threads == threads),
            key=lambda m: m.per_second,
        )

    def table(self) -> str:
        """The measurements for people."""
        columns = sorted({(m.backend, m.threads) for m in self.measurements})
        rates = {(m.backend, m.threads, m.batch): m.per_second for m in self.measurements}
        header = "".join(f"{backend + f' x{threads}':>14}" for backend, threads in columns)
        rows = [
            f"{batch:>5}" + "".join(f"{rates[(*column, batch)]:>14,.0f}" for column in columns)
            for batch in BATCHES
        ]
        return "\n".join(
            [f"positions a second by batch, backend and threads:\nbatch{header}", *rows]
        )


def tune(config: NetConfig, rules: Rules) -> Tuning:
    """The measurements for a network shape, from the cache or made now, which takes seconds."""
    file = _file(config, rules)
    try:
        return msgspec.json.decode(file.read_bytes(), type=Tuning)
    except (OSError, msgspec.DecodeError):
        pass
    tuning = Tuning(list(_measure(config, rules)))
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, msgspec.json.encode(tuning))
    return tuning


def _measure(config: NetConfig, rules: Rules) -> list[Measurement]:
    import torch

    from nets.networks import make_net

    cores = os.cpu_count() or 1
    generator = np.random.default_rng(0)
    rows = max(BATCHES)
    positions = Positions(
        generator.choice(np.array([0, 0, 1, -1], np.int8), size=(rows, rules.points)),
        np.ones(rows, np.int8),
        np.full(rows, -1, np.int16),
        rules,
    )
    net = make_net(config).eval()
    found = []
    before = torch.get_num_threads()
    try:
        for threads in sorted({1, cores}):
            torch.set_num_threads(threads)
            for backend in available_backends(config.architecture):
                evaluator = evaluator_of_net(net, backend, positions, threads=threads)
                for batch in BATCHES:
                    speed = rate(evaluator, positions.rows(slice(batch)), SECONDS)
                    found.append(Measurement(backend, threads, batch, speed))
    finally:
        torch.set_num_threads(before)
    return found


def _file(config: NetConfig, rules: Rules) -> Path:
    versions = [importlib.metadata.version(name) for name in ("torch", "onnxruntime")]
    key = (
        config,
        rules.size,
        describe_processor(),
        os.cpu_count(),
        versions,
        available_backends(config.architecture),
    )
    name = hashlib.sha256(repr(key).encode()).hexdigest()[:32]
    return cache_folder() / "tuning" / f"{name}.json"


def describe_processor() -> str:
    """The processor's model, as far as the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


@dataclass(frozen=True)
class Options:
    """Measure the backends for a checkpoint's network, and quantize it for play."""

    checkpoint: Annotated[Path, tyro.conf.Positional]


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    from nets.export import ExportError

    try:
        meta = read_meta(options.checkpoint)
        tuning = tune(meta.net, meta.rules[0])
        file = quantized_file(options.checkpoint)
        sys.stdout.write(f"{tuning.table()}\nplays from {file or 'float32 weights'}\n")
    except (CheckpointError, BackendError, ExportError) as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
