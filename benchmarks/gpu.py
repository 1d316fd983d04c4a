"""On a GPU: networks alone, self-play, and how busy it is kept; says so where there is none."""

import subprocess
import threading
import time

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.figures import Figures, best_rates
from benchmarks.inference import EagerEvaluator, make_net
from benchmarks.positions import some_positions
from benchmarks.selfplay import Counting
from gomoku.rules import Rules
from gomoku_zero.training.config import SelfPlayConfig
from gomoku_zero.training.selfplay import SelfPlay
from mcts.cache import CachedEvaluator
from nets.config import NetConfig
from nets.evaluator import NetEvaluator

RULES = Rules(15)
LANES = 4
GAMES_PER_LANE = 1024


def measure(figures: Figures) -> None:
    figures.heading("On a GPU, 15x15")
    if not torch.cuda.is_available():
        print("  no CUDA device here: nothing measured")
        return
    figures.add("gpu_present", 1, torch.cuda.get_device_name())
    positions = some_positions(RULES, 4096)
    for blocks, channels in ((6, 96), (10, 128)):
        net = make_net(NetConfig(blocks=blocks, channels=channels))
        evaluator = NetEvaluator(net, device="cuda")
        for batch in (256, 1024, 4096):
            part = positions.rows(slice(batch))
            rates = best_rates(
                {"graphs": lambda e=evaluator, p=part: e.evaluate(p)},  # type: ignore[misc]
                {"graphs": batch},
                figures.seconds,
            )
            figures.add(
                f"gpu_positions_{blocks}x{channels}_{batch}",
                rates["graphs"],
                f"{blocks}x{channels}, batch {batch}: {rates['graphs']:,.0f} positions/s",
            )
    net = make_net(NetConfig(blocks=6, channels=96))
    cpu = EagerEvaluator(net)
    one = positions.rows(slice(64))
    eager = best_rates({"eager": lambda: cpu.evaluate(one)}, {"eager": 64}, figures.seconds)
    for simulations in (32, 400):
        _self_play(figures, net, simulations, eager["eager"])


def _self_play(figures: Figures, net: torch.nn.Module, simulations: int, eager: float) -> None:
    config = SelfPlayConfig(simulations=simulations, random_plies=9)
    counters = [Counting(NetEvaluator(net, device="cuda")) for _ in range(LANES)]  # type: ignore[arg-type]
    lanes = [
        SelfPlay(RULES, CachedEvaluator(counter, 1 << 17), config, GAMES_PER_LANE, seed)
        for seed, counter in enumerate(counters)
    ]
    stop = threading.Event()

    def play(index: int) -> None:
        lanes[index].begin_searches()
        while not stop.is_set():
            lanes[index].step()

    threads = [threading.Thread(target=play, args=(index,)) for index in range(LANES)]
    for thread in threads:
        thread.start()
    busy: list[float] = []
    try:
        time.sleep(10)  # graphs are recorded, games reach different plies
        before = _counts(lanes, counters)
        started = time.perf_counter()
        while time.perf_counter() < started + 10 * figures.seconds:
            time.sleep(0.5)
            busy += _utilization()
        taken = time.perf_counter() - started
        evaluations, made, moves = (_counts(lanes, counters) - before) / taken
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    # Games begin together, so few end within the time: 60 plies are what trained ones take.
    games = moves / 60
    figures.add(
        f"gpu_selfplay_evaluations_{simulations}",
        evaluations,
        f"self-play, 6x96, {simulations} simulations: {evaluations:,.0f} evaluations/s "
        f"({evaluations / eager:.0f} times eager float32 on this CPU), {made:,.0f} simulations/s, "
        f"{3600 * games:,.0f} games/h of 60 plies",
    )
    if busy:
        share = sum(busy) / len(busy)
        figures.add(
            f"gpu_busy_share_{simulations}", share, f"the GPU is busy {share:.0%} of the time"
        )


def _counts(lanes: list[SelfPlay], counters: list[Counting]) -> NDArray[np.float64]:
    """Evaluations, simulations and moves so far."""
    return np.array(
        [
            sum(counter.count for counter in counters),
            sum(lane.simulations for lane in lanes),
            sum(lane.positions for lane in lanes),
        ],
        np.float64,
    )


def _utilization() -> list[float]:
    """The share of the last moments that the first GPU was at work, as its driver counts; nothing
    where it does not tell."""
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-i=0"],
            capture_output=True,
            text=True,
            check=True,
        )
        return [float(answer.stdout) / 100]
    except (OSError, ValueError, subprocess.CalledProcessError):
        return []
