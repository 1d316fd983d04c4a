"""What every evaluator promises, whatever is behind it."""

import copy
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

import mcts
import nets
from gomoku.board import Board
from gomoku.rules import Rules
from mcts.cache import CachedEvaluator
from mcts.evaluation import Evaluator, Positions, positions_of
from mcts.rollout import RolloutEvaluator
from nets.backends import evaluator_of_net
from nets.checkpoint import load_checkpoint
from nets.evaluator import NetEvaluator
from nets.export import sample_positions
from nets.networks import Net
from nets.patterns.search import cached
from nets.resnet.graphs import GraphedNet
from nets.resnet.net import PolicyValueNet
from nets.timeline import TimedEvaluator
from tests.nets.test_graphs import FakeDevice

SIX = Rules(6, 4)


def network(name: str) -> Net:
    return load_checkpoint(Path(name)).net.eval()


def quantized() -> Evaluator:
    net = network("benchmarks/references/resnet-6x6")
    positions = sample_positions(NetEvaluator(net, device="cpu"), SIX, count=64)
    return evaluator_of_net(net, "int8", positions)


def tables() -> Evaluator:
    return evaluator_of_net(network("models/6x6"), "tables", some_positions())


def graphed() -> Evaluator:
    net = copy.deepcopy(network("benchmarks/references/resnet-6x6"))
    assert isinstance(net, PolicyValueNet)
    net.fold()
    net.requires_grad_(False)
    return GraphedNet(net, FakeDevice())


def residual() -> NetEvaluator:
    return NetEvaluator(network("benchmarks/references/resnet-6x6"), device="cpu")


MAKERS: dict[str, Callable[[], Evaluator]] = {
    "rollouts": RolloutEvaluator,
    "residual": residual,
    "patterns": lambda: NetEvaluator(network("models/6x6"), device="cpu"),
    "quantized": quantized,
    "tables": tables,
    "graphed": graphed,
    "cached": lambda: CachedEvaluator(residual()),
    "cached tables": lambda: cached(tables()),
    "timed": lambda: TimedEvaluator(residual()),
}
"""An evaluator of every kind in the program."""


def some_positions() -> Positions:
    """Games of different lengths, each color to move."""
    generator = np.random.default_rng(5)
    boards = []
    for plies in (0, 1, 2, 5, 6, 9):
        board = Board(SIX)
        while board.ply < plies:
            board.push(int(generator.choice(board.legal_moves())))
        assert board.outcome is None
        boards.append(board)
    return positions_of(boards)


@pytest.fixture(scope="module", params=MAKERS)
def evaluator(request: pytest.FixtureRequest) -> Evaluator:
    torch.manual_seed(0)
    return MAKERS[request.param]()


def modules_of(package: ModuleType) -> list[ModuleType]:
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return [importlib.import_module(each.name) for each in found]


def test_no_kind_of_evaluator_is_left_out() -> None:
    kinds = {
        value
        for package in (mcts, nets)
        for module in modules_of(package)
        for value in vars(module).values()
        if inspect.isclass(value) and hasattr(value, "evaluate") and value is not Evaluator
        if value.__module__ == module.__name__
        if "positions" in inspect.signature(value.evaluate).parameters
        if not getattr(value, "_is_protocol", False)
    }
    assert kinds == {type(make()) for make in MAKERS.values()}


def test_an_answer_has_a_row_for_each_position_in_the_ranges_promised(
    evaluator: Evaluator,
) -> None:
    positions = some_positions()
    rows, points = positions.cells.shape
    for count in (rows, 1):
        prior, value, draw = evaluator.evaluate(positions.rows(slice(count)))
        assert prior.shape == (count, points)
        assert prior.dtype == value.dtype == np.float32
        assert np.isfinite(prior).all()
        assert (prior >= 0).all()
        assert ((prior * (positions.cells[:count] == 0)).sum(axis=1) > 0).all()
        assert value.shape == (count,)
        assert (np.abs(value) <= 1).all()
        if draw is not None:
            assert draw.shape == (count,)
            assert draw.dtype == np.float32
            assert (draw >= 0).all()
            # Win, draw and loss sum to one, and none is below zero.
            assert (np.abs(value) + draw <= 1 + 1e-5).all()


def test_all_but_a_memory_of_answers_say_how_likely_a_draw_is(evaluator: Evaluator) -> None:
    draw = evaluator.evaluate(some_positions()).draw
    assert (draw is None) is isinstance(evaluator, CachedEvaluator)


def test_positions_are_left_alone(evaluator: Evaluator) -> None:
    positions = some_positions()
    before = copy.deepcopy(positions)
    evaluator.evaluate(positions)
    for array, kept in zip(positions[:3], before[:3], strict=True):
        np.testing.assert_array_equal(array, kept)


def test_a_position_is_judged_alike_alone_and_among_others(evaluator: Evaluator) -> None:
    if isinstance(evaluator, RolloutEvaluator):
        pytest.skip("its answers are random games")
    positions = some_positions()
    together = copy.deepcopy(evaluator.evaluate(positions))
    for row in range(len(positions.cells)):
        alone = evaluator.evaluate(positions.rows(slice(row, row + 1)))
        np.testing.assert_allclose(alone.value[0], together.value[row], atol=2e-5)
        legal = positions.cells[row] == 0
        np.testing.assert_allclose(alone.prior[0][legal], together.prior[row][legal], atol=2e-5)
