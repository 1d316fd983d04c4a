"""What self-play asks: any backend, and the same games however many threads play them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from gomoku.rules import Rules
from gomoku_zero.training import inference as module
from gomoku_zero.training.config import SelfPlayConfig
from gomoku_zero.training.inference import Inference
from gomoku_zero.training.selfplay import SelfPlay
from nets.checkpoint import load_checkpoint
from nets.export import ExportError
from nets.patterns.tables import TableEvaluator
from tests.devices import pretend_a_gpu

RULES = Rules(6, 4)
ROOT = Path(__file__).parents[2]
RESIDUAL = "benchmarks/references/resnet-6x6"
NET = load_checkpoint(ROOT / RESIDUAL).net
CONFIG = SelfPlayConfig(games=8, simulations=16)


def make_inference(config: SelfPlayConfig = CONFIG) -> Inference:
    inference = Inference(NET, [RULES], config, seed=3)
    inference.refresh(NET, None)
    return inference


def play(lane: SelfPlay) -> list[tuple[int, ...]]:
    torch.set_num_threads(1)
    lane.begin_searches()
    games: list[tuple[int, ...]] = []
    while len(games) < 6:
        games += [game.record.moves for game in lane.step()]
    return games


@pytest.mark.parametrize("quantized", [True, False])
def test_lanes_play_the_same_games_on_one_thread_and_on_two(
    quantized: bool, request: pytest.FixtureRequest
) -> None:
    if not quantized:
        request.getfixturevalue("unquantized")
    games = []
    for threads in (1, 2):
        inference = make_inference()
        assert inference.is_quantized == quantized
        lanes = [SelfPlay(RULES, inference.lane(n), CONFIG, 4, seed=n) for n in range(2)]
        with ThreadPoolExecutor(threads) as pool:
            games.append(list(pool.map(play, lanes)))
    assert games[0] == games[1]


def test_what_lanes_remember_is_counted_across_networks() -> None:
    inference = make_inference()
    lane = SelfPlay(RULES, inference.lane(0), CONFIG, 4, seed=1)
    play(lane)
    before = lane.remembered
    assert 0 < before < lane.evaluations
    inference.refresh(NET, None)
    lane.use(inference.lane(0))
    assert lane.remembered == before
    play(lane)
    assert lane.remembered > before


def test_a_cycle_whose_network_cannot_be_quantized_plays_in_float32_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inference = make_inference()
    assert inference.is_quantized
    assert inference.remark == ""

    def refuse(*_: object) -> bytes:
        raise ExportError("too far off")

    monkeypatch.setattr(module, "quantize_net", refuse)
    inference.refresh(NET, None)
    assert not inference.is_quantized
    play(SelfPlay(RULES, inference.lane(0), CONFIG, 4, seed=1))
    assert "float32, slower: too far off" in inference.remark


@pytest.mark.parametrize(
    ("model", "is_capable", "precision"),
    [(RESIDUAL, True, "bfloat16"), (RESIDUAL, False, "float32"), ("models/9x9", True, "float32")],
)
def test_the_precision_on_a_gpu_is_told(
    model: str, is_capable: bool, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_a_gpu(monkeypatch)
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda emulated: is_capable)
    net = load_checkpoint(ROOT / model).net
    named = msgspec.structs.replace(CONFIG, device="cuda")
    inference = Inference(net, [RULES], named, seed=0)
    assert inference.form == f"{precision} on cuda"


def test_line_patterns_play_themselves_from_tables_on_the_cpu_beside_a_gpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend_a_gpu(monkeypatch)
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda emulated: True)
    patterns = load_checkpoint(ROOT / "models" / "9x9").net
    inference = Inference(patterns, [Rules(9)], CONFIG, seed=0)
    inference.refresh(patterns, None)
    assert inference.form == "tables of line patterns"
    assert isinstance(inference.plain(), TableEvaluator)
    residual = Inference(NET, [RULES], CONFIG, seed=0)
    assert residual.form == "bfloat16 on cuda"


def test_simulations_count_those_made_and_no_more() -> None:
    lane = SelfPlay(RULES, make_inference().lane(0), CONFIG, 4, seed=1)
    lane.begin_searches()
    counts = [0]
    for _ in range(200):
        lane.step()
        counts.append(lane.simulations)
    steps = np.diff(counts)
    assert (steps >= 0).all()
    # A wave makes one simulation a game, and more only where none of them needs the network.
    assert counts[-1] <= lane.positions * CONFIG.simulations + 4 * CONFIG.simulations
    assert counts[-1] < 0.98 * lane.positions * CONFIG.simulations  # proven ones end early
    before = lane.simulations
    lane.begin_searches()
    assert lane.simulations == before
