"""Sequential halving and the completed-Q policy target, with numbers worked by hand."""

import math
import random
from collections.abc import Iterator

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import BLACK, WHITE, Rules
from mcts.nodes import UNKNOWN, WIN
from mcts.root import NO_MOVE, halving_schedule
from mcts.search import Search, SearchConfig, SearchError
from tests import reference
from tests.mcts.fakes import (
    FakeEvaluator,
    Judge,
    fixed,
    indifferent,
    opinionated,
    random_board,
    tree_of,
    values_of,
)

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


def halved(considered: int, simulations: int) -> list[int]:
    """The schedule once more, with the moves themselves: for each visit, the visits before it."""
    phases = 0
    while 2**phases < considered:
        phases += 1
    left = list(range(considered))
    visits = dict.fromkeys(left, 0)
    before: list[int] = []
    while len(before) < simulations:
        rounds = simulations // (phases * len(left)) or 1
        for move in rounds * left:
            before.append(visits[move])
            visits[move] += 1
        del left[max(2, len(left) // 2) :]  # the first are taken for the better ones
    return before[:simulations]


def test_halving_schedules_agree_with_halving_a_list_of_moves() -> None:
    for considered in range(2, 33):
        for simulations in (*range(1, 70), 100, 128, 200, 400):
            table = halving_schedule(considered, simulations).tolist()
            assert table == halved(considered, simulations), (considered, simulations)
            # A move is visited for the k-th time only after k - 1 times, by no more moves than
            # were visited as often before, and no simulation is lost.
            counts = [table.count(visits) for visits in range(max(table) + 1)]
            assert counts == sorted(counts, reverse=True) or simulations < considered
            assert counts[0] == min(considered, simulations)
            assert sum(counts) == simulations


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
        (visited,) = np.flatnonzero(search.analysis(0).visits).tolist()
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
        visits = search.analysis(0).visits
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
        visits = search.analysis(0).visits
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
        targets.append((policy, search.analysis(0).value))
    assert targets[0] == targets[1]


def test_sequential_halving_refuses_several_leaves_a_wave() -> None:
    with pytest.raises(SearchError, match="1 leaf a wave, not 4"):
        Search(TTT, FakeEvaluator(indifferent), SearchConfig(gumbel=True, leaves=4), 1, 0)


def test_a_budget_of_its_own_gives_each_game_its_own_schedule() -> None:
    config = SearchConfig(simulations=32, gumbel=True, keep_tree=False)
    search = Search(Rules(6, 4), FakeEvaluator(indifferent), config, 3, 0)
    search.run(np.array([2, 8, 32], np.int32))
    assert [int(search.analysis(game).visits.sum()) for game in range(3)] == [2, 8, 32]
    assert [int(search.analysis(game).visits.max()) for game in range(3)] == [1, 1, 4]


SMALL = SearchConfig(simulations=24, gumbel=True, considered=8, c_scale=0.1, keep_tree=False)


def searched(rules: Rules, config: SearchConfig, seeds: range) -> Iterator[tuple[Board, Search]]:
    """Positions of random games after a search with an evaluator that has opinions."""
    for seed in seeds:
        chance = random.Random(seed)
        board = random_board(rules, chance.randrange(2, rules.points // 2), chance)
        search = Search(rules, FakeEvaluator(opinionated(seed)), config, 1, seed)
        search.reset(0, board)
        search.run()
        yield board, search


def noise_of(search: Search) -> dict[int, float]:
    """The Gumbel noise of every move that can be played."""
    prior = np.array(search.analysis(0).prior)
    noisy = search._noisy_logits[0]
    playable = np.flatnonzero(prior).tolist()
    return {move: float(noisy[move]) - math.log(prior[move]) for move in playable}


def test_noise_is_fresh_for_every_move_and_drawn_for_legal_moves_only() -> None:
    rules = Rules(6, 4)
    search = Search(rules, FakeEvaluator(indifferent), SMALL, 1, 1)
    drawn: list[float] = []
    earlier: dict[int, float] = {}
    taken: set[int] = set()
    for _ in range(8):
        search.run()
        noise = noise_of(search)
        assert set(noise) == set(range(36)) - taken
        assert all(search._noisy_logits[0][move] <= NO_MOVE for move in taken)
        assert not taken & set(np.flatnonzero(search.analysis(0).visits).tolist())
        assert not any(noise[move] == earlier.get(move) for move in noise)
        drawn += noise.values()
        earlier = noise
        moves = search.decide(ONE, BEST).moves
        taken.add(int(moves[0]))
        if search.advance(moves)[0] != 0:
            break
    # A standard Gumbel distribution: mean 0.577, variance pi^2 / 6 = 1.645.
    assert len(drawn) > 150
    assert np.mean(drawn) == pytest.approx(0.577, abs=0.3)
    assert np.var(drawn) == pytest.approx(1.645, abs=0.7)


def test_noise_leaves_the_priors_alone_and_there_is_no_other() -> None:
    config = SearchConfig(
        simulations=24, gumbel=True, keep_tree=False, noise_fraction=0.25, noise_concentration=10
    )
    for board, search in searched(Rules(6, 4), config, range(8)):
        weights, _ = search.evaluator.judge(  # type: ignore[attr-defined]
            board.cells.tolist(),
            int(board.to_move),
            -1 if board.last_move is None else board.last_move,
        )
        analysis = search.analysis(0)
        if np.count_nonzero(analysis.prior) > 1:  # a forced move is no question for the evaluator
            assert analysis.prior == pytest.approx(np.array(weights) / sum(weights), abs=1e-4)


def test_the_target_is_free_of_noise() -> None:
    # Two searches that saw the same have the same target, whatever noise led them there.
    prior = dict.fromkeys(range(9), 0.01) | {4: 0.5, 0: 0.45}
    config = SearchConfig(simulations=2, gumbel=True, considered=2, c_scale=0.05, keep_tree=False)
    seen: dict[bytes, list[float]] = {}
    noises = set()
    for seed in range(40):
        search = Search(TTT, FakeEvaluator(fixed(prior, 0.1)), config, 1, seed)
        search.run()
        target = policy_of(search)
        noises.add(noise_of(search)[4])
        assert seen.setdefault(search.analysis(0).visits.tobytes(), target) == target
    assert len(noises) == 40
    assert len(seen) < 20


def test_moves_proven_to_lose_get_nothing_and_the_others_keep_the_rest() -> None:
    masked = 0
    for _, search in searched(Rules(4, 3), SMALL, range(150)):
        tree = tree_of(search)
        if tree["proof"] != UNKNOWN or not tree["children"]:
            continue
        # A child is proven for who is to move there: the opponent.
        losing = {move for move, child in tree["children"].items() if child["proof"] == WIN}
        policy = policy_of(search)
        assert all(policy[move] == 0 for move in losing)
        assert sum(policy) == pytest.approx(1, abs=1e-5)
        assert search.decide(ONE, BEST).moves[0] not in losing
        masked += bool(losing)
    assert masked > 5


def test_a_proven_win_is_the_whole_target_and_is_played_at_any_temperature() -> None:
    wins = 0
    for board, search in searched(Rules(4, 3), SMALL, range(60)):
        if tree_of(search)["proof"] != WIN:
            continue
        wins += 1
        policy = policy_of(search)
        (move,) = np.flatnonzero(policy).tolist()
        assert policy[move] == 1.0
        for temperature in (0.0, 1.0, 5.0):
            decided = search.decide(ONE, np.full(1, temperature, np.float32))
            assert decided.moves[0] == move
            assert decided.values[0] == 1.0
        assert move in board.legal_moves()
    assert wins > 10


def test_the_end_of_a_game_counts_by_its_result_and_not_by_the_evaluator() -> None:
    # The evaluator says "won" of everything; the games of tic-tac-toe say otherwise.
    config = SearchConfig(simulations=200, gumbel=True, considered=9, keep_tree=False)
    results = set()
    for seed in range(60):
        chance = random.Random(seed)
        board = random_board(TTT, chance.randrange(4, 8), chance)
        search = Search(TTT, FakeEvaluator(fixed({}, 1.0)), config, 1, seed)
        search.reset(0, board)
        search.run()
        result = worth(board)
        results.add(result)
        assert search.analysis(0).value == pytest.approx(result, abs=0.02), board
        # The best move leaves the opponent no more than that.
        board.push(int(search.decide(ONE, BEST).moves[0]))
        assert -worth(board) == result
    assert results == {-1, 0, 1}


def worth(board: Board) -> int:
    """What a game is worth for the side to move, both playing perfectly."""
    if board.outcome is not None:
        return 0 if board.outcome.winner is None else -1  # who is to move has not made the row
    best = -1
    for move in board.legal_moves().tolist():
        board.push(move)
        best = max(best, -worth(board))
        board.pop()
    return best


def test_the_move_played_has_the_best_noisy_score_of_the_most_visited() -> None:
    beaten = 0
    for _, search in searched(Rules(6, 4), SMALL, range(60)):
        tree = tree_of(search)
        if tree["proof"] != UNKNOWN or not tree["children"]:
            continue
        analysis = search.analysis(0)
        played = int(search.decide(ONE, BEST).moves[0])
        living = {move: c for move, c in tree["children"].items() if c["proof"] != WIN}
        most = max(child["visits"] for child in living.values())
        scale = (50 + int(analysis.visits.max())) * 0.1
        q = values_of(analysis)
        score = {
            move: float(search._noisy_logits[0][move]) + scale * (float(q[move]) + 1) / 2
            for move, child in living.items()
            if child["visits"] == most
        }
        assert played in score
        assert score[played] == pytest.approx(max(score.values()), abs=1e-4)
        # Not simply the best value, which may have been left behind early.
        beaten += q[played] < max(q[move] for move in living)
    assert beaten > 0


def test_nothing_is_kept_of_the_tree_when_a_move_is_played() -> None:
    search = Search(Rules(6, 4), FakeEvaluator(indifferent), SMALL, 1, 0)
    search.run()
    search.advance(search.decide(ONE, BEST).moves)
    assert search.analysis(0).visits.sum() == 0
    search.run()
    assert search.analysis(0).visits.sum() == SMALL.simulations
