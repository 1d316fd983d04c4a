"""Waves run by tables in compiled code are the waves that Python runs."""

import sys
from typing import Any

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.notation import moves_from_text
from gomoku.rules import RENJU, Rules
from mcts.cache import CachedEvaluator
from mcts.evaluation import Evaluation, Positions
from mcts.search import Search, SearchConfig, SearchError
from mcts.tree import PENDING, Proof
from nets.backends import load_evaluator
from nets.patterns.search import TableSearchEvaluator, cached
from nets.patterns.tables import TableEvaluator
from tests.mcts.fakes import values_of
from tests.nets.test_backends import ROOT

CONFIGS = {
    "one leaf": SearchConfig(simulations=300, vcf_nodes=30, vcf_root_nodes=1000),
    "eight leaves": SearchConfig(simulations=300, leaves=8, vcf_nodes=30),
    "noise": SearchConfig(simulations=120, noise_fraction=0.25),
    "gumbel": SearchConfig(simulations=32, gumbel=True, keep_tree=False, vcf_nodes=10),
}


@pytest.fixture(scope="module")
def tables() -> TableEvaluator:
    evaluator, _ = load_evaluator(ROOT / "models" / "15x15", device="cpu")
    assert isinstance(evaluator, TableEvaluator)
    return evaluator


def searched(evaluator: Any, rules: Rules, config: SearchConfig) -> list[Any]:
    """All that two moves of three searches say."""
    search = Search(rules, evaluator, config, 3, seed=5)
    for game, text in enumerate(("h8 h9 i8", "g7", "")):
        search.reset(game, Board.from_moves(rules, moves_from_text(text, rules.size)))
    said: list[Any] = []
    for _ in range(2):
        search.run()
        for game in range(3):
            analysis = search.analysis(game)
            said += [analysis.visits.tolist(), values_of(analysis).tolist(), analysis.pv]
        decisions = search.decide(np.arange(3), np.full(3, 0.5, np.float32))
        said += [decisions.moves.tolist(), decisions.policies.tolist()]
        search.advance(decisions.moves)
    return said


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("variant", [0, RENJU])
def test_compiled_waves_make_the_same_trees(
    tables: TableEvaluator, name: str, variant: int
) -> None:
    rules = Rules(15, 5, variant)
    plain, compiled = CachedEvaluator(tables, 512, seed=3), cached(tables, 512, seed=3)
    assert isinstance(compiled, TableSearchEvaluator)
    assert searched(plain, rules, CONFIGS[name]) == searched(compiled, rules, CONFIGS[name])
    assert plain.asked == compiled.asked > 100
    assert 0 < compiled.found <= plain.asked


def test_waves_end_with_the_budget_of_the_first_game(tables: TableEvaluator) -> None:
    search = Search(Rules(15), cached(tables), SearchConfig(simulations=100), 2)
    search.start(np.array([20, 60], np.int32))
    search.waves(1 << 30, done=1)
    assert search.is_searching().tolist() == [False, True]
    search.waves(1 << 30, done=1)
    assert not search.is_searching().any()


def test_waves_end_after_so_many_evaluations(tables: TableEvaluator) -> None:
    search = Search(Rules(15), cached(tables), SearchConfig(simulations=400), 1)
    search.start()
    assert search.waves(50) == 50
    assert search.is_searching().all()
    assert search.analysis(0).simulations >= 50


def test_a_value_that_is_not_a_number_is_an_error(tables: TableEvaluator) -> None:
    broken = TableEvaluator(
        {
            numbers: each._replace(value_bias=np.full(3, np.nan, np.float32))
            for numbers, each in tables._tables.items()
        }
    )
    search = Search(Rules(15), cached(broken), SearchConfig(simulations=20), 1)
    search.start()
    with pytest.raises(SearchError, match="finite"):
        search.waves(50)


def test_any_other_evaluator_is_remembered_as_before() -> None:
    class Even:
        def evaluate(self, positions: Positions) -> Evaluation:
            shape = positions.cells.shape
            return Evaluation(np.ones(shape, np.float32), np.zeros(shape[0], np.float32))

    assert type(cached(Even())) is CachedEvaluator


def check_tree(search: Search) -> int:
    """Check the laws of a tree whose search is over; returns its number of nodes."""
    nodes = search._tree.nodes[0][: int(search.nodes_used()[0])]
    assert not nodes["in_flight"].any()
    assert not (nodes["state"] == PENDING).any()
    inner = np.flatnonzero(nodes["parent"] >= 0)
    parents = nodes["parent"][inner]
    assert (parents < inner).all()  # so there is no cycle
    visits, values = np.zeros(len(nodes), np.int64), np.zeros(len(nodes))
    np.add.at(visits, parents, nodes["visits"][inner])
    np.add.at(values, parents, nodes["value_sum"][inner])
    # A node's visits are those of its children, one for its own evaluation, and those that ended at
    # it because it was settled.
    expanded = (nodes["row"] >= 0) & (nodes["proof"] == 0)
    np.testing.assert_array_equal(nodes["visits"][expanded], 1 + visits[expanded])
    own = -nodes["value_sum"][expanded] - values[expanded]
    assert (np.abs(own) < 1 + 1e-4 * nodes["visits"][expanded]).all()
    rows = nodes["row"][nodes["row"] >= 0]
    assert len(set(rows.tolist())) == len(rows)
    for parent in np.flatnonzero(nodes["first_child"] >= 0):
        moves, child = [], int(nodes["first_child"][parent])
        while child >= 0:
            assert nodes["parent"][child] == parent
            moves.append(int(nodes["move"][child]))
            child = int(nodes["next_sibling"][child])
        assert len(set(moves)) == len(moves)
    return len(nodes)


@pytest.mark.parametrize("variant", [0, RENJU])
def test_threads_leave_a_tree_that_keeps_all_laws(tables: TableEvaluator, variant: int) -> None:
    """More threads than cores, so that some are stopped in the middle of everything."""
    rules = Rules(15, 5, variant)
    random = np.random.default_rng(variant)
    config = SearchConfig(simulations=3000, vcf_nodes=30)
    search = Search(rules, cached(tables, 4096, threads=6), config, 1)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(5):
            board = Board(rules)
            for _ in range(int(random.integers(1, 20))):
                near = [m for m in board.legal_moves() if m not in board.forbidden_points()]
                board.push(int(random.choice(near)))
            if board.outcome is not None:
                continue
            search.reset(0, board)
            for _ in range(3):
                search.run()
                assert check_tree(search) > 0
                analysis = search.analysis(0)
                if analysis.proof != Proof.UNKNOWN:
                    break
                assert analysis.simulations >= 3000
                if search.advance(np.array([analysis.best_move], np.int32))[0] != 0:
                    break
                check_tree(search)
    finally:
        sys.setswitchinterval(before)


def test_threads_agree_with_one_about_what_is_certain(tables: TableEvaluator) -> None:
    win = Board.from_moves(Rules(15), moves_from_text("h8 a1 h9 c3 h10 e1 i8 g2", 15))
    config = SearchConfig(simulations=2000, vcf_nodes=30)
    for threads in (1, 4):
        search = Search(Rules(15), cached(tables, threads=threads), config, 1)
        search.reset(0, win)
        search.run()
        assert search.analysis(0).proof == Proof.WIN
        assert not search.is_searching().any()


def test_a_shared_search_ends_when_its_memory_does(tables: TableEvaluator) -> None:
    config = SearchConfig(simulations=500, keep_tree=False)
    search = Search(Rules(15), cached(tables, threads=3), config, 1)
    search.reset(0, Board.from_moves(Rules(15), moves_from_text("h8 h9 i8", 15)))
    search._tree = search._tree._replace(rows=search._tree.rows[:, : 225 + 100 * 32])
    search._waves = search._waves._replace(tree=search._tree)
    search.run()
    check_tree(search)
    assert 0 < search.analysis(0).simulations <= 400
