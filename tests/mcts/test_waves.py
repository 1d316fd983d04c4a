"""Batches: games are independent of each other, virtual loss, noise, temperature, what is asked."""

import random

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import STANDARD, Rules
from mcts.search import Search, SearchConfig
from tests import reference
from tests.mcts.fakes import (
    FakeEvaluator,
    fixed,
    indifferent,
    nodes_in_flight,
    opinionated,
    random_board,
    tree_of,
)

CONFIGS = {
    "puct": SearchConfig(simulations=40),
    "noise": SearchConfig(simulations=40, noise_fraction=0.25),
    "several leaves": SearchConfig(simulations=40, leaves=6),
    "halving": SearchConfig(simulations=24, gumbel=True, keep_tree=False),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_batch_of_games_gives_exactly_what_single_searches_give(name: str) -> None:
    config, rules, games = CONFIGS[name], Rules(6, 4), 5
    for judge in (opinionated(1), indifferent):
        chance = random.Random(name)
        boards = [random_board(rules, 2 * game, chance) for game in range(games)]
        batch = Search(rules, FakeEvaluator(judge), config, games, 9)
        singles = [Search(rules, FakeEvaluator(judge), config, 1, 9) for _ in range(games)]
        for game, (single, board) in enumerate(zip(singles, boards, strict=True)):
            single.random_states[0] = batch.random_states[game]
            batch.reset(game, board)
            single.reset(0, board)
        for _ in range(3):
            batch.run()
            moves = np.full(games, -1, np.int32)
            temperature = np.ones(games, np.float32)
            decisions = batch.decide(np.arange(games), temperature)
            for game, single in enumerate(singles):
                single.run()
                assert tree_of(batch, game) == tree_of(single)
                alone = single.decide(np.arange(1), np.ones(1, np.float32))
                assert alone.moves[0] == decisions.moves[game]
                assert alone.values[0] == decisions.values[game]
                assert (alone.policies[0] == decisions.policies[game]).all()
                boards[game].push(int(alone.moves[0]))
                if boards[game].outcome is None:
                    moves[game] = alone.moves[0]
                    single.advance(alone.moves)
                else:
                    boards[game] = random_board(rules, 3, chance)
                    batch.reset(game, boards[game])
                    single.reset(0, boards[game])
            batch.advance(moves)


def test_noise_too_small_to_tell_moves_apart_treats_every_game_of_a_batch_alike() -> None:
    # Most of the noise on a large board rounds to the same weight; ties must not know the game.
    rules, games = Rules(15, 5), 4
    config = SearchConfig(simulations=300, noise_fraction=1.0, c_puct=8.0)
    batch = Search(rules, FakeEvaluator(indifferent), config, games, 3)
    batch.random_states[:] = batch.random_states[0]
    batch.run()
    for game in range(1, games):
        assert tree_of(batch, game) == tree_of(batch, 0)


@pytest.mark.parametrize("leaves", [2, 8, 32])
def test_nothing_is_left_in_flight_between_waves_and_the_visits_sum_right(leaves: int) -> None:
    rules = Rules(7, 4)
    config = SearchConfig(simulations=100, leaves=leaves)
    search = Search(rules, FakeEvaluator(opinionated(2)), config, 3, 0)
    search.start()
    while search.is_searching().any():
        search.wave()
        assert nodes_in_flight(search) == 0
        for game in range(3):
            analysis = search.analysis(game)
            assert analysis.simulations == 1 + analysis.visits.sum()
    for game in range(3):
        assert search.analysis(game).proof != 0 or search.analysis(game).visits.sum() == 100


def test_several_leaves_a_wave_are_different_positions() -> None:
    evaluator = FakeEvaluator(opinionated(3))
    search = Search(Rules(9, 5), evaluator, SearchConfig(simulations=200, leaves=16), 1, 0)
    search.run()
    assert len({str(question) for question in evaluator.asked}) == len(evaluator.asked)
    assert max(evaluator.batches) == 16
    assert len(evaluator.batches) < 40


@pytest.mark.parametrize("config", CONFIGS.values(), ids=list(CONFIGS))
def test_nobody_is_asked_about_a_position_that_is_over_or_settled(config: SearchConfig) -> None:
    chance = random.Random(1)
    for rules in (Rules(3, 3), Rules(4, 4), Rules(5, 3), Rules(6, 4, STANDARD), Rules(7, 5)):
        evaluator = FakeEvaluator(opinionated(4))
        search = Search(rules, evaluator, config, 2, 0)
        for _ in range(4):
            for game in range(2):
                search.reset(game, random_board(rules, chance.randrange(rules.points), chance))
            search.run()
        for cells, to_move, last_move in evaluator.asked:
            assert sum(cells) == (0 if to_move == 1 else 1)
            assert last_move < 0 or cells[last_move] == -to_move
            assert 0 in cells
            assert not reference.is_dead_draw(cells, rules)
            for color in (1, -1):
                assert not reference.winning_rows(cells, color, rules)
                assert not reference.winning_moves(cells, color, rules)


def test_noise_leaves_priors_that_sum_to_one_and_differ_by_seed() -> None:
    rules = Rules(6, 4)
    board = Board.from_moves(rules, [14, 15, 20])
    seen = []
    for seed in range(4):
        config = SearchConfig(simulations=30, noise_fraction=0.25)
        search = Search(rules, FakeEvaluator(opinionated(1)), config, 1, seed)
        search.reset(0, board)
        search.run()
        prior = np.array(search.analysis(0).prior)
        assert prior.sum() == pytest.approx(1, abs=1e-3)
        assert (prior[[14, 15, 20]] == 0).all()
        assert (np.delete(prior, [14, 15, 20]) > 0).all()
        seen.append(prior)
    weights, _ = opinionated(1)(board.cells.tolist(), -1, 20)
    plain = np.array(weights) / sum(weights)
    for prior in seen:
        # A quarter of noise cannot take more than a quarter of a prior away.
        assert (prior >= 0.75 * plain - 1e-4).all()
        assert np.abs(prior - plain).sum() > 0.05
    assert all(not np.allclose(a, b) for i, a in enumerate(seen) for b in seen[:i])


def test_the_mean_of_many_noises_is_a_share_for_every_legal_move_alike() -> None:
    rules, games = Rules(5, 4), 400
    search = Search(
        rules,
        FakeEvaluator(fixed({0: 100.0})),
        SearchConfig(simulations=2, noise_fraction=1.0),
        games,
        0,
    )
    search.run()
    priors = np.array([search.analysis(game).prior for game in range(games)])
    # Each is a Dirichlet share with mean 1/25 and variance 0.04 * 0.96 / 11.83.
    error = (0.04 * 0.96 / 11.83 / games) ** 0.5
    assert np.abs(priors.mean(axis=0) - 0.04).max() < 5 * error
    assert priors.std() == pytest.approx((0.04 * 0.96 / 11.83) ** 0.5, rel=0.1)


def test_moves_are_drawn_from_the_policy_to_the_power_of_the_inverse_temperature() -> None:
    rules, draws = Rules(3, 3), 4000
    for gumbel in (False, True):
        config = SearchConfig(simulations=30, gumbel=gumbel, c_scale=0.05, keep_tree=False)
        search = Search(rules, FakeEvaluator(opinionated(8)), config, 1, 0)
        search.run()
        policy = search.decide(np.arange(1), np.zeros(1, np.float32)).policies[0].astype(float)
        assert (policy > 0).sum() > 2
        for temperature in (0.5, 1.0, 2.0):
            wanted = policy ** (1 / temperature) / (policy ** (1 / temperature)).sum()
            counts = np.zeros(9)
            for _ in range(draws):
                heat = np.full(1, temperature, np.float32)
                counts[search.decide(np.arange(1), heat).moves[0]] += 1
            assert (counts[wanted == 0] == 0).all()
            error = np.sqrt(wanted * (1 - wanted) / draws)
            assert (np.abs(counts / draws - wanted) <= 5 * error + 1e-9).all()


def test_temperature_zero_plays_the_most_visited_move_and_the_policy_is_shares_of_visits() -> None:
    search = Search(Rules(5, 4), FakeEvaluator(opinionated(5)), SearchConfig(simulations=90), 1, 0)
    search.run()
    analysis = search.analysis(0)
    decisions = search.decide(np.arange(1), np.zeros(1, np.float32))
    assert analysis.proof == 0
    assert decisions.moves[0] == analysis.best_move == analysis.visits.argmax()
    assert decisions.policies[0] == pytest.approx(analysis.visits / 90)
    assert decisions.values[0] == pytest.approx(analysis.value)
