"""Random numbers in kernels, and the random games made of them."""

import math

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.evaluation import Positions
from mcts.randomness import below, gamma, next_word, normal, random_states, uniform
from mcts.rollout import RolloutEvaluator
from mcts.search import Search, SearchConfig

DRAWS = 20_000


def assert_moments(draws: list[float], mean: float, variance: float, kurtosis: float = 3) -> None:
    """Mean and variance are as they should be, within five standard errors."""
    values = np.array(draws)
    assert abs(values.mean() - mean) < 5 * math.sqrt(variance / len(values))
    assert abs(values.var() - variance) < 5 * variance * math.sqrt((kurtosis - 1) / len(values))


def test_states_differ_by_seed_and_game_and_are_never_zero() -> None:
    states = random_states(1, 1000)
    assert len(set(states.tolist())) == 1000
    assert (states != 0).all()
    assert (random_states(1, 10) == states[:10]).all()
    assert not (random_states(2, 10) == states[:10]).any()


def test_a_game_draws_from_its_own_state_only() -> None:
    states = random_states(1, 3)
    before = states.copy()
    next_word(states, 1)
    assert (states != before).tolist() == [False, True, False]


def test_uniform_numbers_are_spread_evenly_inside_the_interval() -> None:
    states = random_states(3, 1)
    draws = [uniform(states, 0) for _ in range(DRAWS)]
    assert 0 < min(draws) < max(draws) < 1
    assert_moments(draws, 1 / 2, 1 / 12, 1.8)
    counts, _ = np.histogram(draws, bins=20, range=(0, 1))
    # Chi-square with 19 degrees of freedom: beyond 50 once in 8,000.
    assert ((counts - DRAWS / 20) ** 2 / (DRAWS / 20)).sum() < 50
    pairs = np.array(draws)
    assert abs(np.corrcoef(pairs[:-1], pairs[1:])[0, 1]) < 5 / math.sqrt(DRAWS)


@pytest.mark.parametrize("bound", [1, 2, 7, 225])
def test_integers_below_a_bound_are_all_as_likely(bound: int) -> None:
    states = random_states(4, 1)
    counts = np.bincount([below(states, 0, bound) for _ in range(DRAWS)], minlength=bound)
    assert len(counts) == bound
    error = math.sqrt(DRAWS / bound * (1 - 1 / bound))
    assert (np.abs(counts - DRAWS / bound) <= 5 * error).all()


def test_normal_numbers_have_their_moments() -> None:
    states = random_states(5, 1)
    assert_moments([normal(states, 0) for _ in range(DRAWS)], 0, 1)


@pytest.mark.parametrize("shape", [0.05, 0.3, 1.0, 2.5, 30.0])
def test_gamma_numbers_have_their_moments(shape: float) -> None:
    states = random_states(6, 1)
    draws = [gamma(states, 0, shape) for _ in range(DRAWS)]
    assert min(draws) >= 0
    assert_moments(draws, shape, shape, 3 + 6 / shape)


def test_random_games_of_tic_tac_toe_end_as_is_known() -> None:
    # Black 58.5%, White 28.8%, draws 12.7%; for White to move signs are turned.
    games = 40_000
    for to_move, wins, losses in ((1, 0.585, 0.288), (-1, 0.585, 0.288)):
        positions = Positions(
            np.zeros((games, 9), np.int8),
            np.full(games, to_move, np.int8),
            np.full(games, -1, np.int16),
            Rules(3, 3),
        )
        evaluation = RolloutEvaluator(7).evaluate(positions)
        assert (evaluation.prior == 1).all()
        assert evaluation.value.dtype == np.float32
        shares = [float((evaluation.value == value).mean()) for value in (1, -1, 0)]
        assert shares == pytest.approx([wins, losses, 1 - wins - losses], abs=0.013)


def test_a_random_game_may_be_decided_already_by_its_last_free_points() -> None:
    # Black fills c1 and wins, whatever White does first; or White fills it, and nobody wins.
    board = Board.from_text("x x .\no o x\nx o o", Rules(3, 3))
    assert board.to_move == -1 or board.to_move == 1
    positions = Positions(
        np.repeat(board.cells[None], 200, axis=0),
        np.repeat(np.array([1, -1], np.int8), 100),
        np.full(200, -1, np.int16),
        board.rules,
    )
    values = RolloutEvaluator(1).evaluate(positions).value
    assert (values[:100] == 1).all()  # Black takes the only point and has a row
    assert (values[100:] == 0).all()  # White takes it: a draw


def test_a_search_by_rollouts_is_repeatable_and_differs_by_seed() -> None:
    def visits(seed: int) -> list[int]:
        rules = Rules(7, 5)
        search = Search(rules, RolloutEvaluator(), SearchConfig(simulations=500), 1, seed)
        search.run()
        return [int(visit) for visit in search.analysis(0).visits]

    assert visits(1) == visits(1)
    assert visits(1) != visits(2)
    assert sum(visits(1)) == 500
