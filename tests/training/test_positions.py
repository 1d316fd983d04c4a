"""The experiments that make positions of strong play, and learn them with variants of a network."""

from pathlib import Path

import numpy as np
import pytest
import torch

from experiments import frontier, positions
from experiments.positions import Shelf, read_positions
from experiments.variants import SHAPES, Variant, with_fewer
from gomoku.board import Board
from gomoku.record import GameRecord
from gomoku.rules import Rules
from gomoku_zero.training.samples import Samples, take
from gomoku_zero.training.selfplay import FinishedGame
from nets.checkpoint import load_checkpoint
from nets.features import encode
from nets.patterns.net import PatternNet

ROOT = Path(__file__).parents[2]


def some_samples(rules: Rules, rows: int) -> Samples:
    rng = np.random.default_rng(rows)
    policy = rng.random((rows, rules.points)).astype(np.float16)
    return Samples(
        cells=rng.choice(np.array([0, 0, 1, -1], np.int8), size=(rows, rules.points)),
        to_move=np.ones(rows, np.int8),
        last_move=np.full(rows, -1, np.int16),
        policy=policy / policy.sum(axis=1, keepdims=True),
        outcome=np.ones(rows, np.int8),
        root_value=np.zeros(rows, np.float16),
        root_draw=np.zeros(rows, np.float16),
        reply=np.full(rows, -1, np.int16),
        moves_left=np.ones(rows, np.int16),
    )


def some_planes(rules: Rules, rows: int) -> torch.Tensor:
    samples = some_samples(rules, rows)
    arrays = (samples.cells, samples.to_move, samples.last_move)
    cells, to_move, last_move = map(torch.from_numpy, arrays)
    return encode(cells, to_move, last_move, rules)


def test_every_tenth_game_is_kept_apart_and_nothing_is_lost(tmp_path: Path) -> None:
    rules = next(iter(positions.GAME.shares()))
    board = Board(rules)
    record = GameRecord(
        rules=rules, moves=(), opening_plies=0, outcome=board.outcome, black="", white=""
    )
    for seed in (0, 1, 0):
        shelf = Shelf(tmp_path, rules, seed)
        shelf.add([FinishedGame(record, some_samples(rules, 30)) for _ in range(30)])
        shelf.close()
    assert read_positions(tmp_path, "learn")[rules].rows == 3 * 27 * 30
    assert read_positions(tmp_path, "held")[rules].rows == 3 * 3 * 30


@pytest.mark.parametrize("name", SHAPES)
def test_a_variant_answers_at_first_as_the_network_it_came_from(name: str) -> None:
    base = load_checkpoint(ROOT / "models" / "9x9").net
    assert isinstance(base, PatternNet)
    planes = some_planes(Rules(9), 8)
    expected = base(planes)
    variant = Variant(SHAPES[name], base).eval()
    if not variant.is_known:
        variant.round_features()
    found = variant(planes)
    torch.testing.assert_close(found.policy, expected.policy, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(found.value, expected.value, atol=1e-3, rtol=1e-3)


def test_features_that_say_nothing_are_the_first_to_go() -> None:
    base = load_checkpoint(ROOT / "models" / "9x9").net
    assert isinstance(base, PatternNet)
    planes = some_planes(Rules(9), 64)
    silent = int((base.eval().compiled(planes).mixed.amax(dim=(0, 1)) == 0).sum())
    assert silent > 8
    expected = base.requires_grad_(False)(planes)

    def loss(net: PatternNet) -> float:
        found = net(planes)
        off = (found.policy - expected.policy).square().mean()
        return float(off + (found.value - expected.value).square().mean())

    fewer = with_fewer(base, 64 - silent, planes, loss)
    found = fewer(planes)
    assert fewer.config.channels == 64 - silent
    torch.testing.assert_close(found.policy, expected.policy, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found.value, expected.value, atol=1e-4, rtol=1e-4)
    assert loss(with_fewer(base, 16, planes, loss)) > 1e-3


def test_a_variant_that_the_program_plays_is_kept_as_a_checkpoint(tmp_path: Path) -> None:
    torch.manual_seed(0)
    rules = Rules(15)
    shelf = Shelf(tmp_path, rules, 0)
    board = Board(rules)
    record = GameRecord(
        rules=rules, moves=(), opening_plies=0, outcome=board.outcome, black="", white=""
    )
    shelf.add([FinishedGame(record, some_samples(rules, 10)) for _ in range(20)])
    shelf.close()
    learn = read_positions(tmp_path, "learn")
    options = frontier.Options(
        tmp_path, steps=2, results=tmp_path, checkpoint=tmp_path / "net", sizes=(15,)
    )
    held = {rules: take(samples, slice(0, 10)) for rules, samples in learn.items()}
    result = frontier.learn_variant("hidden 128", options, learn, held)
    assert np.isfinite([result.policy, result.value]).all()
    kept = load_checkpoint(tmp_path / "net")
    assert kept.net.config.value_hidden == 128
    assert kept.meta.rules == [rules]
