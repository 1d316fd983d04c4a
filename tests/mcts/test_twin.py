"""The compiled search against the textbook one of `tests/reference.py`, visit for visit."""

import random

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import CARO, FREESTYLE, RENJU, STANDARD, Rules
from mcts.randomness import random_states
from mcts.root import draw_gumbel
from mcts.search import Search, SearchConfig
from tests.mcts.fakes import FakeEvaluator, opinionated, random_board, values_of
from tests.reference import ReferenceSearch

CASES = [
    (Rules(9, 5), 40, 60),
    (Rules(9, 5, RENJU), 40, 60),
    (Rules(9, 5, CARO), 40, 60),
    (Rules(3, 3), 0, 300),
    (Rules(4, 3), 3, 200),
    (Rules(5, 4), 6, 200),
    (Rules(6, 4, STANDARD), 8, 200),
    (Rules(7, 5), 14, 150),
    (Rules(7, 4, STANDARD), 10, 100),
    (Rules(8, 3, STANDARD), 4, 60),
    (Rules(9, 6), 20, 80),
    (Rules(10, 5, FREESTYLE), 30, 80),
    (Rules(7, 4, CARO), 12, 100),
    (Rules(8, 5, RENJU), 30, 60),
]


def ids(case: tuple[Rules, int, int]) -> str:
    return case[0].describe()


def twin_of(board: Board, seed: int, config: SearchConfig) -> ReferenceSearch:
    cells, last_move = board.cells.tolist(), -1 if board.last_move is None else board.last_move
    return ReferenceSearch(board.rules, cells, board.to_move, last_move, opinionated(seed), config)


def assert_same(search: Search, twin: ReferenceSearch) -> None:
    """Both have the same statistics of the root and its moves."""
    analysis = search.analysis(0)
    visits = {move: child.visits for move, child in twin.root.children.items()}
    assert {int(m): int(analysis.visits[m]) for m in np.flatnonzero(analysis.visits)} == visits
    for move, child in twin.root.children.items():
        assert values_of(analysis)[move] == pytest.approx(child.q, abs=1e-5)
    for move, prior in (twin.root.priors or {}).items():
        assert analysis.prior[move] == pytest.approx(prior, rel=1e-5)
    assert analysis.value == pytest.approx(twin.root.value, abs=1e-5)
    assert analysis.simulations == twin.root.visits
    assert (analysis.proof, analysis.distance) == (twin.root.proof, twin.root.distance)


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_puct_makes_the_same_visits_as_the_twin(case: tuple[Rules, int, int]) -> None:
    rules, plies, simulations = case
    chance = random.Random(str(case))
    for seed in range(3):
        config = SearchConfig(
            simulations=simulations,
            c_puct=chance.choice((0.6, 1.25, 4.0)),
            c_puct_base=chance.choice((50.0, 1e9)),
            fpu_reduction=chance.choice((0.0, 0.2, 1.0)),
            vcf_nodes=chance.choice((0, 3, 100)),
            vcf_root_nodes=chance.choice((0, 0, 0, 1000)),
            vct_root_nodes=chance.choice((0, 0, 0, 1000)),
        )
        board = random_board(rules, chance.randrange(plies + 1), chance)
        search = Search(rules, FakeEvaluator(opinionated(seed)), config, 1, seed)
        search.reset(0, board)
        search.run()
        twin = twin_of(board, seed, config)
        twin.run(simulations)
        assert_same(search, twin)


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_sequential_halving_makes_the_same_visits_as_the_twin(
    case: tuple[Rules, int, int],
) -> None:
    rules, plies, _ = case
    chance = random.Random(str(case))
    for seed in range(3):
        config = SearchConfig(
            simulations=chance.choice((2, 16, 50)),
            gumbel=True,
            considered=chance.choice((2, 5, 16)),
            c_scale=chance.choice((0.1, 1.0)),
            keep_tree=False,
            vcf_nodes=chance.choice((0, 50)),
        )
        board = random_board(rules, chance.randrange(plies + 1), chance)
        search = Search(rules, FakeEvaluator(opinionated(seed)), config, 1, seed)
        search.reset(0, board)
        search.run()
        noise = np.zeros((1, rules.points), np.float32)
        draw_gumbel(noise, np.arange(1), random_states(seed, 1))
        twin = twin_of(board, seed, config)
        twin.run_halving(config.simulations, noise[0].tolist())
        assert_same(search, twin)
        if twin.root.proof == 0 and len(twin.root.priors or ()) > 1:
            policy = search.decide(np.arange(1), np.zeros(1, np.float32)).policies[0]
            expected = twin.improved_policy()
            for move in range(rules.points):
                assert policy[move] == pytest.approx(expected.get(move, 0.0), abs=1e-4)


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_game_with_its_tree_kept_goes_on_as_the_twin_does(case: tuple[Rules, int, int]) -> None:
    rules, plies, _ = case
    chance = random.Random(str(case))
    config = SearchConfig(
        simulations=40, vcf_nodes=5, vcf_root_nodes=chance.choice((0, 100)), width=rules.points
    )
    board = random_board(rules, plies // 2, chance)
    search = Search(rules, FakeEvaluator(opinionated(7)), config, 1, 0)
    search.reset(0, board)
    twin = twin_of(board, 7, config)
    for _ in range(4):
        search.run()
        twin.run(config.simulations)
        assert_same(search, twin)
        move = chance.choice(list(twin.root.children) or board.legal_moves().tolist())
        board.push(move)
        if board.outcome is not None:
            break
        search.advance(np.array([move], np.int32))
        twin.advance(move)
