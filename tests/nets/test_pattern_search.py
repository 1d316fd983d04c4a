"""Waves run by tables in compiled code are the waves that Python runs."""

from typing import Any

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.notation import moves_from_text
from gomoku.rules import RENJU, Rules
from mcts.cache import CachedEvaluator
from mcts.evaluation import Evaluation, Positions
from mcts.search import Search, SearchConfig, SearchError
from nets.backends import load_evaluator
from nets.pattern_search import TableSearchEvaluator, cached
from nets.pattern_tables import TableEvaluator
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
            summary = search.summary(game)
            said += [summary.visits.tolist(), summary.q.tolist(), summary.principal_line]
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
    search.waves(1 << 30, until_done=True)
    assert search.is_searching().tolist() == [False, True]
    search.waves(1 << 30, until_done=True)
    assert not search.is_searching().any()


def test_waves_end_after_so_many_evaluations(tables: TableEvaluator) -> None:
    search = Search(Rules(15), cached(tables), SearchConfig(simulations=400), 1)
    search.start()
    assert search.waves(50) == 50
    assert search.is_searching().all()
    assert search.summary(0).simulations >= 50


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
