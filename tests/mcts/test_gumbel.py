"""Sequential halving and the completed-Q policy target, with numbers worked by hand."""

import math

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import BLACK, WHITE, Rules
from mcts.root import halving_schedule
from mcts.search import Search, SearchConfig, SearchError
from tests import reference
from tests.mcts.fakes import FakeEvaluator, Judge, fixed, indifferent

TTT = Rules(3, 3)
ONE = np.arange(1)
BEST = np.zeros(1, np.float32)


@pytest.mark.parametrize(
    ("considered", "simulations", "visits"),
    [
        # One phase a halving, each with its share of the simulations.
        (2, 6, [0, 0, 1, 1, 2, 2]),
        (4, 8, [0, 0, 0, 0, 1, 1, 2, 2]),
        # 2 phases of 8: four moves twice, then two moves four times.
        (4, 16, [0] * 4 + [1] * 4 + [2, 2, 3, 3, 4, 4, 5, 5]),
        # 3 phases; 16 // (3 * 8) = 0 rounds become 1; left over simulations go on with two.
        (8, 16, [0] * 8 + [1] * 4 + [2, 2, 3, 3]),
        # 4 phases of 8: sixteen moves once all the same, eight once, four twice; nothing is left.
        (16, 32, [0] * 16 + [1] * 8 + [2] * 4 + [3] * 4),
        # An odd number: 2 phases, three moves twice, then one and a half are two.
        (3, 12, [0] * 3 + [1] * 3 + [2, 2, 3, 3, 4, 4]),
        # Too few simulations for all: only the first are visited.
        (8, 5, [0] * 5),
        (1, 4, [0, 1, 2, 3]),
        (0, 3, [0, 1, 2]),
    ],
)
def test_halving_schedules_by_hand(considered: int, simulations: int, visits: list[int]) -> None:
    assert halving_schedule(considered, simulations).tolist() == visits
    assert reference.visits_by_halving(considered, simulations) == visits


def replies(values: dict[int, float], prior: dict[int, float], root_value: float) -> Judge:
    """The root is worth `root_value`; each first move is worth `values` for who plays it."""

    def judge(cells: reference.Cells, to_move: int, last_move: int) -> tuple[list[float], float]:
        weights, _ = fixed(prior)(cells, to_move, last_move)
        return weights, -values[last_move] if last_move >= 0 else root_value

    return judge


def policy_of(search: Search) -> list[float]:
    policies = search.decide(ONE, BEST).policies
    return [float(share) for share in policies[0]]


def test_the_policy_target_by_hand() -> None:
    # On 3x3, P(0) = 0.5, P(1) = 0.25, the other seven 0.25 / 7. The root is worth 0.2. One
    # simulation with one move considered visits one move; which one, the noise says.
    rest = 0.25 / 7
    prior = dict.fromkeys(range(9), rest) | {0: 0.5, 1: 0.25}
    config = SearchConfig(
        simulations=1, gumbel=True, considered=1, c_visit=2.0, c_scale=0.5, keep_tree=False
    )
    seen = set()
    for seed in range(12):
        values = dict.fromkeys(range(9), -0.4)
        search = Search(TTT, FakeEvaluator(replies(values, prior, 0.2)), config, 1, seed)
        search.run()
        (visited,) = np.flatnonzero(search.summary(0).visits).tolist()
        seen.add(visited)
        # Mixed value: (0.2 + 1 * Q(visited)) / 2 = -0.1, whatever the prior of the visited move.
        # sigma(q) = (2 + 1) * 0.5 * (q + 1) / 2: 0.45 for the visited move, 0.675 for the others.
        scores = [math.log(prior[m]) + (0.45 if m == visited else 0.675) for m in range(9)]
        total = sum(math.exp(score) for score in scores)
        expected = [math.exp(score) / total for score in scores]
        assert policy_of(search) == pytest.approx(expected, rel=1e-4)
    assert len(seen) > 1


def test_the_mixed_value_weighs_visited_moves_by_their_prior() -> None:
    # Two moves considered, two simulations: both visited once, with Q = 0.6 and -0.2 at priors
    # 0.6 and 0.3: their mean is (0.36 - 0.06) / 0.9 = 1/3, and the mixed value
    # (0 + 2 * 1/3) / 3 = 2/9. The other seven moves get sigma(2/9) with (50 + 1) * 1 * q.
    prior = dict.fromkeys(range(9), 0.1 / 7) | {4: 0.6, 0: 0.3}
    values = dict.fromkeys(range(9), 0.0) | {4: 0.6, 0: -0.2}
    config = SearchConfig(simulations=2, gumbel=True, considered=2, c_scale=0.02, keep_tree=False)
    for seed in range(30):
        search = Search(TTT, FakeEvaluator(replies(values, prior, 0.0)), config, 1, seed)
        search.run()
        visits = search.summary(0).visits
        if visits[4] and visits[0]:
            policy = policy_of(search)
            scale = (50 + 1) * 0.02 / 2
            assert policy[4] / policy[0] == pytest.approx(2 * math.exp(scale * 0.8), rel=1e-3)
            assert policy[4] / policy[8] == pytest.approx(
                42 * math.exp(scale * (0.6 - 2 / 9)), rel=1e-3
            )
            return
    pytest.fail("no seed looked at both moves")


def test_halving_looks_at_the_moves_with_the_best_noisy_priors_and_plays_the_best() -> None:
    # Eight simulations on two considered moves: four each, and the one with the better value.
    config = SearchConfig(simulations=8, gumbel=True, considered=2, keep_tree=False)
    prior = dict.fromkeys(range(9), 1e-4) | {3: 0.5, 5: 0.5}

    def judge(cells: reference.Cells, to_move: int, last_move: int) -> tuple[list[float], float]:
        weights, _ = fixed(prior)(cells, to_move, last_move)
        sign = 1 if to_move == 1 else -1
        return weights, sign * (0.9 if cells[3] == 1 else -0.9 if sum(map(abs, cells)) else 0.0)

    for seed in range(10):
        search = Search(TTT, FakeEvaluator(judge), config, 1, seed)
        search.run()
        visits = search.summary(0).visits
        assert sorted(visits[visits > 0].tolist()) == [4, 4]
        if visits[3]:
            assert search.decide(ONE, BEST).moves[0] == 3


def test_policy_targets_are_distributions_over_legal_moves_from_both_points_of_view() -> None:
    # The same position with colors swapped and the other side to move has the same target.
    def judge(cells: reference.Cells, to_move: int, last_move: int) -> tuple[list[float], float]:
        return [1.0 + move for move in range(25)], (cells[0] - cells[24]) * to_move / 2

    targets = []
    for to_move, first, second in ((BLACK, "x", "o"), (WHITE, "o", "x")):
        text = f". {first} . . .\n. . . . {second}" + 3 * "\n. . . . ."
        config = SearchConfig(simulations=16, gumbel=True, c_scale=0.05, keep_tree=False)
        search = Search(Rules(5, 4), FakeEvaluator(judge), config, 1, 5)
        search.reset(0, Board.from_text(text, Rules(5, 4), to_move))
        search.run()
        policy = policy_of(search)
        assert sum(policy) == pytest.approx(1, abs=1e-5)
        assert policy[1] == policy[9] == 0
        assert all(share > 0 for move, share in enumerate(policy) if move not in (1, 9))
        targets.append((policy, search.summary(0).value))
    assert targets[0] == targets[1]


def test_sequential_halving_refuses_several_leaves_a_wave() -> None:
    with pytest.raises(SearchError, match="1 leaf a wave, not 4"):
        Search(TTT, FakeEvaluator(indifferent), SearchConfig(gumbel=True, leaves=4), 1, 0)


def test_a_budget_of_its_own_gives_each_game_its_own_schedule() -> None:
    config = SearchConfig(simulations=32, gumbel=True, keep_tree=False)
    search = Search(Rules(6, 4), FakeEvaluator(indifferent), config, 3, 0)
    search.run(np.array([2, 8, 32], np.int32))
    assert [int(search.summary(game).visits.sum()) for game in range(3)] == [2, 8, 32]
    assert [int(search.summary(game).visits.max()) for game in range(3)] == [1, 1, 4]
