"""Numbers of the selection rule that can be worked by hand, and what every search must count."""

import random

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import STANDARD, Rules
from mcts.search import Search, SearchConfig, SearchError
from tests import reference
from tests.mcts.fakes import (
    FakeEvaluator,
    Judge,
    fixed,
    indifferent,
    opinionated,
    random_board,
    values_of,
)

TTT = Rules(3, 3)


def visits_after(search: Search, waves: int) -> dict[int, int]:
    """The visits of the root's moves after some more waves."""
    for _ in range(waves):
        search.wave()
    visits = search.analysis(0).visits
    return {int(move): int(visits[move]) for move in np.flatnonzero(visits)}


def valued(prior: dict[int, float], first_q: float) -> Judge:
    """The root is worth 0, and every position after it is worth `first_q` for who moved there."""

    def judge(cells: reference.Cells, to_move: int, last_move: int) -> tuple[list[float], float]:
        return fixed(prior, 0.0 if last_move < 0 else -first_q)(cells, to_move, last_move)

    return judge


def test_puct_by_hand() -> None:
    # Three moves matter: P(4) = 0.5, P(0) = 0.3, P(8) = 0.2. Every position is worth +0.5 for the
    # side to move, so a first visit gives Q = -0.5. c = 1, first-play urgency is the root's mean.
    # N counts the visits of the root with its own evaluation; U = P sqrt(N) / (1 + n).
    prior = dict.fromkeys(range(9), 0.0) | {4: 0.5, 0: 0.3, 8: 0.2}
    config = SearchConfig(simulations=4, c_puct=1.0, c_puct_base=1e9, fpu_reduction=0.0)
    search = Search(TTT, FakeEvaluator(fixed(prior, 0.5)), config, 1, 0)
    search.start()
    assert visits_after(search, 1) == {}  # the root's own evaluation is free
    # 1. Nothing is visited: the likeliest.
    assert visits_after(search, 1) == {4: 1}
    # 2. N = 2, root mean (0.5 - 0.5) / 2 = 0. Move 4: -0.5 + 0.5 * 1.414 / 2 = -0.146.
    #    Move 0: 0 + 0.3 * 1.414 = 0.424.
    assert visits_after(search, 1) == {4: 1, 0: 1}
    # 3. N = 3, mean (0.5 - 0.5 - 0.5) / 3 = -0.167. Move 4: -0.5 + 0.5 * 1.732 / 2 = -0.067.
    #    Move 0: -0.5 + 0.3 * 1.732 / 2 = -0.240. Move 8: -0.167 + 0.2 * 1.732 = 0.180.
    assert visits_after(search, 1) == {4: 1, 0: 1, 8: 1}
    # 4. N = 4, mean (0.5 - 1.5) / 4 = -0.25. Move 4: -0.5 + 0.5 * 2 / 2 = 0. Move 0: -0.2.
    #    Any other has no prior: -0.25. So move 4 again; its own best reply is worth -0.5 for the
    #    replier, +0.5 for the root: Q(4) = 0.
    assert visits_after(search, 1) == {4: 2, 0: 1, 8: 1}
    analysis = search.analysis(0)
    assert values_of(analysis)[[4, 0, 8]].tolist() == [0.0, -0.5, -0.5]
    assert analysis.value == pytest.approx((0.5 - 0.5 - 0.5 - 0.5 + 0.5) / 5)
    assert analysis.simulations == 5
    assert analysis.best_move == 4
    assert not search.is_searching().any()


def test_first_play_urgency_falls_with_the_root_of_the_prior_that_was_visited() -> None:
    # After one visit of move 4 with P = 0.64 and Q = v, N = 2 and the root's mean is v / 2. An
    # unvisited move counts as v / 2 - 0.5 sqrt(0.64). Move 4: v + 0.64 * 1.414 / 2 = v + 0.453;
    # move 0: v / 2 - 0.4 + 0.36 * 1.414 = v / 2 + 0.109. Equal at v = -0.687.
    prior = dict.fromkeys(range(9), 0.0) | {4: 0.64, 0: 0.36}
    config = SearchConfig(simulations=2, c_puct=1.0, c_puct_base=1e9, fpu_reduction=0.5)
    for v, expected in ((-0.68, {4: 2}), (-0.70, {4: 1, 0: 1})):
        search = Search(TTT, FakeEvaluator(valued(prior, v)), config, 1, 0)
        search.run()
        assert visits_after(search, 0) == expected


def test_the_exploration_constant_grows_with_the_logarithm_of_visits() -> None:
    # With a base of 1 it is c + log(2 + N): after one visit of move 4, N = 2 and c + log 4 = 1.486.
    # Move 4: Q + 0.6 * 1.486 * 1.414 / 2 = Q + 0.631; move 0: m + 0.4 * 1.486 * 1.414 = m + 0.841.
    # With Q = v and a root of value 0, the mean m is v / 2: move 4 again if v / 2 > 0.210.
    prior = dict.fromkeys(range(9), 0.0) | {4: 0.6, 0: 0.4}
    config = SearchConfig(simulations=2, c_puct=0.1, c_puct_base=1.0, fpu_reduction=0.0)
    for v, expected in ((0.41, {4: 1, 0: 1}), (0.43, {4: 2})):
        search = Search(TTT, FakeEvaluator(valued(prior, v)), config, 1, 0)
        search.run()
        assert visits_after(search, 0) == expected


def test_priors_need_not_sum_to_one_and_occupied_points_get_none() -> None:
    board = Board.from_moves(TTT, [4])
    evaluator = FakeEvaluator(fixed(dict.fromkeys(range(9), 2.0) | {4: 50.0, 0: 4.0}))
    search = Search(TTT, evaluator, SearchConfig(simulations=1), 1, 0)
    search.reset(0, board)
    search.run()
    assert search.analysis(0).prior == pytest.approx(
        [4 / 18, 2 / 18, 2 / 18, 2 / 18, 0, 2 / 18, 2 / 18, 2 / 18, 2 / 18], abs=1e-4
    )


def test_priors_of_zero_everywhere_become_the_same_for_every_move() -> None:
    search = Search(TTT, FakeEvaluator(fixed(dict.fromkeys(range(9), 0.0))), SearchConfig(), 1, 0)
    search.reset(0, Board.from_moves(TTT, [4]))
    search.run(1)
    assert search.analysis(0).prior == pytest.approx([1 / 8] * 4 + [0] + [1 / 8] * 4)


@pytest.mark.parametrize("size", [3, 4, 5, 6, 9, 15, 22])
@pytest.mark.parametrize("gumbel", [False, True])
def test_visits_of_the_moves_sum_to_the_budget_unless_the_root_is_proven(
    size: int, gumbel: bool
) -> None:
    chance = random.Random(size)
    for win_length in range(3, min(size, 5) + 1):
        rules = Rules(size, win_length, chance.choice((0, STANDARD)))
        for _ in range(3):
            seed, budget = chance.randrange(1 << 30), chance.choice((1, 2, 17, 200))
            config = SearchConfig(simulations=budget, gumbel=gumbel, keep_tree=False)
            search = Search(rules, FakeEvaluator(opinionated(seed)), config, 1, seed)
            search.reset(0, random_board(rules, chance.randrange(3), chance))
            search.run()
            analysis = search.analysis(0)
            if analysis.proof == 0:
                assert analysis.visits.sum() == budget, (rules, seed)


def test_a_search_full_of_forced_moves_still_has_room_for_its_budget() -> None:
    # Short rows on a small board: most moves are fours or their blocks, nodes without priors.
    config = SearchConfig(simulations=200, c_puct=0.6, fpu_reduction=1.0, keep_tree=False)
    for seed in range(20):
        for rules in (TTT, Rules(4, 3)):
            search = Search(rules, FakeEvaluator(opinionated(seed)), config, 1, 0)
            search.run()
            analysis = search.analysis(0)
            assert analysis.proof != 0 or analysis.visits.sum() == 200


def test_a_value_that_is_no_number_is_refused() -> None:
    for value in (float("nan"), float("inf")):
        search = Search(TTT, FakeEvaluator(fixed({}, value)), SearchConfig(), 1, 0)
        with pytest.raises(SearchError, match="not a finite number"):
            search.run()


def test_what_cannot_be_searched_is_refused_by_name() -> None:
    evaluator = FakeEvaluator(indifferent)
    search = Search(TTT, evaluator, SearchConfig(simulations=10), 1, 0)
    with pytest.raises(SearchError, match=r"11 simulations asked .* room for 10"):
        search.run(11)
    with pytest.raises(SearchError, match="4x4"):
        search.reset(0, Board(Rules(4, 3)))
    with pytest.raises(SearchError, match="the game is over"):
        search.reset(0, Board.from_moves(TTT, [0, 3, 1, 4, 2]))
