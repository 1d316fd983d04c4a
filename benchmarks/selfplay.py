"""Self-play on all cores: against the network alone, and against the loop one writes first."""

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.figures import Figures
from benchmarks.inference import EagerEvaluator, make_net
from benchmarks.positions import some_positions
from gomoku.rules import Rules
from gomoku_zero.players.models import find_preset
from gomoku_zero.training.config import SelfPlayConfig
from gomoku_zero.training.config_file import read_config
from gomoku_zero.training.selfplay import SelfPlay
from mcts.cache import CachedEvaluator
from mcts.evaluation import Evaluation, Evaluator, Positions
from mcts.waves import WaveParameters, Waves
from nets.backends import evaluator_of_net, load_evaluator
from nets.checkpoint import find_checkpoints, load_checkpoint, read_meta
from nets.config import NetConfig
from nets.evaluator import NetEvaluator
from nets.export import sample_positions
from nets.networks import Net
from nets.patterns.search import TableSearchEvaluator
from nets.patterns.tables import TableEvaluator

LANES = os.cpu_count() or 1
GAMES_PER_LANE = 64
SIMULATIONS = 64


@dataclass(frozen=True)
class Case:
    """The games to play.

    name: of the figures. peer: simulations a second and core of junxiaosong/AlphaZero_Gomoku with
    its own network, where this network costs at least as much; 0 for no comparison.
    """

    name: str
    title: str
    config: NetConfig
    rules: Rules
    peer: int = 0


CASES = (
    Case("9x9", "4x32 on 9x9", NetConfig(blocks=4, channels=32), Rules(9)),
    Case("15x15", "6x64 on 15x15", NetConfig(blocks=6, channels=64), Rules(15)),
    Case("8x8_peer", "5x32 on 8x8", NetConfig(blocks=5, channels=32), Rules(8), 1490),
    Case("15x15_peer", "5x32 on 15x15", NetConfig(blocks=5, channels=32), Rules(15), 550),
)


class Counting:
    """Counts what is asked of an evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.count = 0

    def evaluate(self, positions: Positions) -> Evaluation:
        self.count += len(positions.cells)
        return self.evaluator.evaluate(positions)


def measure(figures: Figures) -> None:
    figures.heading(
        f"Self-play, {LANES} lanes of {GAMES_PER_LANE} games, {SIMULATIONS} simulations a move"
    )
    for case in CASES[:1] if figures.quick else CASES:
        _measure_case(figures, case)
    for name in ("15x15", "9x9"):
        _measure_tables(figures, name)


def trained_net(models: Path, config: NetConfig, rules: Rules) -> tuple[Net, str]:
    """A network of this shape for this size among those in a folder, the last if there are
    several, or else one with random weights."""
    for folder in reversed(find_checkpoints(models)):
        meta = read_meta(folder)
        if meta.net == config and rules in meta.rules:
            return load_checkpoint(folder).net, f"{folder.parent.name}/{folder.name}"
    return make_net(config), "random weights"


def _measure_case(figures: Figures, case: Case) -> None:
    seconds = 2.0 if figures.quick else 10.0
    net, origin = trained_net(figures.models, case.config, case.rules)
    guide = NetEvaluator(net, device="cpu")
    positions = (
        some_positions(case.rules, 256)
        if origin == "random weights"
        else sample_positions(guide, case.rules)
    )
    backends = [evaluator_of_net(net, "int8", positions) for _ in range(LANES)]
    batches = [
        positions.rows(slice(size))
        for size in (GAMES_PER_LANE // 2, GAMES_PER_LANE, 2 * GAMES_PER_LANE)
    ]
    plain = [_lane(case.rules, backend, 0, seed) for seed, backend in enumerate(backends)]
    remembering = [
        _lane(case.rules, backend, 32_768, seed) for seed, backend in enumerate(backends)
    ]
    for lanes in (plain, remembering):
        _play_all(lanes, seconds / 3)  # games reach different plies
    # In turns, so that all see the machine at its fastest and slowest alike.
    raw = evaluations = simulations = with_cache = hits = 0.0
    for _ in range(3):
        raw = max(raw, *(_raw(backends, batch, seconds / 12) for batch in batches))
        counts, simulated, _ = _play_all(plain, seconds / 3)
        evaluations, simulations = max(evaluations, counts), max(simulations, simulated)
        _, simulated, share = _play_all(remembering, seconds / 3)
        with_cache, hits = max(with_cache, simulated), max(hits, share)
    title = f"{case.title} ({origin})"
    figures.add(
        "selfplay_network_share" if case.name == "9x9" else f"selfplay_share_{case.name}",
        evaluations / raw,
        f"{title}, cache off: {evaluations:,.0f} evaluations/s, {evaluations / raw:.0%} of the "
        f"{raw:,.0f}/s of the network alone at its best batch; {simulations:,.0f} simulations/s",
    )
    figures.add(
        f"selfplay_simulations_{case.name}",
        with_cache,
        f"{title}, cache on: {with_cache:,.0f} simulations/s, {hits:.0%} of positions remembered, "
        f"{with_cache / simulations:.2f} times without",
    )
    if case.peer:
        per_core = with_cache / LANES
        figures.add(
            f"selfplay_vs_peer_{case.name}",
            per_core / case.peer,
            f"{title}: {per_core:,.0f} simulations/s a core, {per_core / case.peer:.1f} times the "
            f"{case.peer:,}/s of junxiaosong's Python trees with a net of 0.94 times the cost",
        )
        return
    alone = _one_at_a_time(case, net, seconds / 3)
    figures.add(
        f"selfplay_vs_eager_{case.name}",
        with_cache / alone,
        f"{title}: {with_cache / alone:.1f} times the {alone:,.0f} simulations/s of one game at a "
        "time with the eager float32 network on all cores",
    )


class Timed(TableSearchEvaluator):
    """Counts the seconds of the processor that it takes in compiled code, without the lock."""

    seconds = 0.0

    def evaluate(self, positions: Positions) -> Evaluation:
        started = time.thread_time()
        answer = super().evaluate(positions)
        self.seconds += time.thread_time() - started
        return answer

    def run_waves(self, waves: Waves, parameters: WaveParameters, most: int, done: int) -> int:
        started = time.thread_time()
        asked = super().run_waves(waves, parameters, most, done)
        self.seconds += time.thread_time() - started
        return asked


def _measure_tables(figures: Figures, name: str) -> None:
    """One lane of the preset and the network of line patterns that come with the program, by the
    time of its thread."""
    seconds = 2.0 if figures.quick else 10.0
    config = read_config(find_preset(f"configs/{name}.toml"))
    rules = config.game.to_rules()
    tables, _ = load_evaluator(figures.models / name, only=rules)
    assert isinstance(tables, TableEvaluator)
    evaluator = Timed(tables)
    lane = SelfPlay(rules, evaluator, config.selfplay, config.selfplay.games // 2, seed=0)
    lane.begin_searches()
    _play_for(lane, seconds / 2)  # games reach different plies
    compiled, asked = evaluator.seconds, evaluator.asked - evaluator.found
    positions, simulations = lane.positions, lane.simulations
    taken = _play_for(lane, seconds)
    compiled, asked = evaluator.seconds - compiled, evaluator.asked - evaluator.found - asked
    roots = lane.roots
    counted, started = 0, time.thread_time()
    while time.thread_time() < started + seconds / 10:
        tables.evaluate(roots)
        counted += len(roots.cells)
    network = asked * (time.thread_time() - started) / counted
    figures.add(
        f"selfplay_tables_moves_{name}",
        (lane.positions - positions) / taken,
        f"line patterns on {name}, one lane of {config.selfplay.games // 2} games: "
        f"{(lane.positions - positions) / taken:,.0f} moves/s and "
        f"{(lane.simulations - simulations) / taken:,.0f} simulations/s of a core; "
        f"{network / taken:.0%} of the time the network's, {1 - compiled / taken:.0%} Python's",
    )
    figures.add(f"selfplay_tables_network_{name}", network / taken, "")
    figures.add(f"selfplay_tables_python_{name}", 1 - compiled / taken, "")


def _play_for(lane: SelfPlay, seconds: float) -> float:
    """Play for so many seconds of this thread; returns those it took."""
    started = time.thread_time()
    while time.thread_time() < started + seconds:
        lane.step()
    return time.thread_time() - started


def _lane(rules: Rules, evaluator: Evaluator, cache: int, seed: int) -> SelfPlay:
    config = SelfPlayConfig(simulations=SIMULATIONS, random_plies=6)
    lane = SelfPlay(
        rules, CachedEvaluator(Counting(evaluator), cache), config, GAMES_PER_LANE, seed
    )
    lane.begin_searches()
    return lane


def _play_all(lanes: list[SelfPlay], seconds: float) -> tuple[float, float, float]:
    """Evaluations and simulations a second of all lanes together, and the share remembered."""
    before = [(lane.evaluations, lane.simulations, lane.remembered) for lane in lanes]
    threads = [threading.Thread(target=_play, args=(lane, seconds)) for lane in lanes]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - started
    asked = sum(lane.evaluations - old[0] for lane, old in zip(lanes, before, strict=True))
    made = sum(lane.simulations - old[1] for lane, old in zip(lanes, before, strict=True))
    found = sum(lane.remembered - old[2] for lane, old in zip(lanes, before, strict=True))
    return (asked - found) / taken, made / taken, found / max(1, asked)


def _play(lane: SelfPlay, seconds: float) -> None:
    torch.set_num_threads(1)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        lane.step()


def _raw(backends: list[Evaluator], positions: Positions, seconds: float) -> float:
    """Positions a second of the networks alone, one thread each, at the batch of self-play."""
    counts = [0] * len(backends)

    def ask(index: int) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            backends[index].evaluate(positions)
            counts[index] += len(positions.cells)

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(len(backends))]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def _one_at_a_time(case: Case, net: Net, seconds: float) -> float:
    torch.set_num_threads(LANES)
    config = SelfPlayConfig(simulations=SIMULATIONS, random_plies=6)
    lane = SelfPlay(case.rules, EagerEvaluator(net), config, games=1, seed=0)
    lane.begin_searches()
    while not lane.simulations:  # the first move
        lane.step()
    before, started = lane.simulations, time.perf_counter()
    while time.perf_counter() < started + seconds or lane.simulations == before:
        lane.step()
    return (lane.simulations - before) / (time.perf_counter() - started)
