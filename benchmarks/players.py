"""Self-play by two threads of a process, and by two processes, in turns.

    python -m benchmarks.players models/9x9 configs/9x9.toml
    python -m benchmarks.players models/15x15 configs/15x15.toml --turns 8

Simulations a second by the clock, and by processor time, which hardly depends on what else the
machine does, but does not show who waits for whom; and positions a second in all turns together.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import ray
import tyro
from tyro.conf import Positional

from gomoku_zero.training.config import PlayersConfig, SelfPlayConfig, TrainConfig
from gomoku_zero.training.config_file import read_config
from gomoku_zero.training.inference import Inference
from gomoku_zero.training.lanes import Lanes
from gomoku_zero.training.worker import Worker
from nets.checkpoint import load_checkpoint


@dataclass(frozen=True)
class Options:
    """The players to measure."""

    net: Positional[Path] = Path("models/9x9")
    config: Positional[Path] = Path("configs/9x9.toml")
    turns: int = 6
    positions: int = 3000
    """Of a turn."""
    pause: float = 0.0
    """Seconds between turns, which others have the machine for."""


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    config = read_config(options.config)
    inference = Inference(
        load_checkpoint(options.net).net, list(config.game.shares()), config.selfplay, 1
    )
    inference.refresh(load_checkpoint(options.net).net, None)
    threads = Lanes(config, inference, 2)
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    actor: Any = ray.remote(num_cpus=1)(Worker)
    half = _halved(config, config.selfplay)
    workers = [actor.remote(half, (1, number, 0)) for number in range(2)]
    net = ray.put(inference.shared())
    rates: dict[str, list[tuple[float, float]]] = {"threads": [], "processes": []}
    # Positions, simulations, seconds.
    totals = {"threads": np.zeros(3), "processes": np.zeros(3)}
    for turn in range(options.turns + 1):
        for name in ("threads", "processes") if turn % 2 else ("processes", "threads"):
            time.sleep(options.pause)
            began, used = time.perf_counter(), _processor_seconds(workers)
            if name == "threads":
                threads.start(options.positions, config.selfplay.simulations)
                while not threads.is_done():
                    time.sleep(0.005)
                played = threads.finish()
                made = played.counts.simulations
                positions = sum(its.rows for its in played.samples.values())
            else:
                calls = [
                    worker.play.remote(
                        options.positions // 2, config.selfplay.simulations, turn, net
                    )
                    for worker in workers
                ]
                returned = ray.get(calls)
                made = sum(rows.counts.simulations for rows in returned)
                positions = sum(rows.positions for rows in returned)
            seconds = time.perf_counter() - began
            if turn:  # in the first, games begin and kernels are loaded
                used = _processor_seconds(workers) - used
                rates[name].append((made / seconds, made / used))
                totals[name] += positions, made, seconds
                print(
                    f"{name:9} {made / seconds:7.0f} simulations/s, {made / used:7.0f} a core",
                    flush=True,
                )
    for index, unit in enumerate(("by the clock", "by processor time")):
        by = {name: np.array([rate[index] for rate in its]) for name, its in rates.items()}
        ratios = by["processes"] / by["threads"]
        print(
            f"{unit}: threads {np.median(by['threads']):.0f}, processes "
            f"{np.median(by['processes']):.0f} simulations/s; processes "
            f"{np.median(ratios):.2f} times ({ratios.min():.2f} to {ratios.max():.2f})"
        )
    for name, (rows, simulations, seconds) in totals.items():
        print(
            f"{name}, all turns: {simulations / seconds:.0f} simulations/s, "
            f"{rows / seconds:.0f} positions/s"
        )
    threads.close()
    ray.shutdown()


def _halved(config: TrainConfig, selfplay: SelfPlayConfig) -> TrainConfig:
    """For each of two workers half of the games."""
    return msgspec.structs.replace(
        config,
        players=PlayersConfig(kind="processes"),
        selfplay=msgspec.structs.replace(selfplay, games=selfplay.games // 2),
    )


def _processor_seconds(workers: list[Any]) -> float:
    """Of this process and the workers."""
    times = ray.get(
        [worker.__ray_call__.remote(lambda _: time.process_time()) for worker in workers]
    )
    return time.process_time() + float(sum(times))


if __name__ == "__main__":
    main()
