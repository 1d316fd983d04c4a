"""Health metrics against positions made by hand."""

import numpy as np
import pytest
import torch

from gomoku.board import Outcome, Termination
from gomoku.record import GameRecord
from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku_zero.training.config import LearnerConfig
from gomoku_zero.training.health import (
    describe_games,
    describe_learning,
    describe_targets,
    entropy,
    judge_fresh,
)
from gomoku_zero.training.learner import Learner
from gomoku_zero.training.players import GameTotals
from gomoku_zero.training.samples import Samples, take
from nets.config import NetConfig
from nets.resnet.net import PolicyValueNet

RULES = Rules(4, 3)


def game(winner: Color | None, opening_plies: int) -> GameRecord:
    moves = tuple(range(8))
    return GameRecord(RULES, moves, Outcome(winner, Termination.LINE), opening_plies=opening_plies)


def samples(rows: int, seed: int = 1) -> Samples:
    """Positions that are won for whoever has a stone on the first point, lost for the other."""
    rng = np.random.default_rng(seed)
    cells = np.zeros((rows, 16), np.int8)
    to_move = rng.choice([-1, 1], rows).astype(np.int8)
    cells[:, 0] = rng.choice([-1, 1], rows)
    cells[np.arange(rows), rng.integers(1, 8, rows)] = -cells[:, 0]
    policy = np.zeros((rows, 16), np.float16)
    policy[:, 9] = 1
    return Samples(
        cells=cells,
        to_move=to_move,
        last_move=np.full(rows, -1, np.int16),
        policy=policy,
        outcome=(cells[:, 0] * to_move).astype(np.int8),
        root_value=np.zeros(rows, np.float16),
        root_draw=np.zeros(rows, np.float16),
        reply=np.full(rows, 10, np.int16),
        moves_left=np.full(rows, 4, np.int16),
    )


def learner() -> Learner:
    torch.manual_seed(2)
    net = PolicyValueNet(NetConfig(blocks=1, channels=16, head_channels=16, value_hidden=16))
    config = LearnerConfig(learning_rate=1e-2, averaging=0.5)
    return Learner(net, config, torch.device("cpu"), 3)


def test_games_are_counted_by_winner_and_white_where_they_did_not_begin_empty() -> None:
    games = [game(WHITE, 2), game(BLACK, 2), game(BLACK, 1), game(BLACK, 4)]
    others = [game(None, 2), game(WHITE, 0), game(WHITE, 0)]
    assert describe_games(GameTotals.of(games + others)) == {
        "selfplay/plies": 8,
        "selfplay/black_wins": 3 / 7,
        "selfplay/draws": 1 / 7,
        "selfplay/decisive_starts": 4,
        "selfplay/white_share": 0.25,
    }
    without = describe_games(GameTotals.of(others))
    assert without["selfplay/decisive_starts"] == 0
    assert "selfplay/white_share" not in without


def test_entropy_is_that_of_the_formula() -> None:
    policy = np.array([[0.5, 0.5, 0, 0], [1, 0, 0, 0], [0.25] * 4], np.float32)
    np.testing.assert_allclose(entropy(policy), [np.log(2), 0, np.log(4)], atol=1e-6)


def test_proven_positions_do_not_count_for_the_entropy_of_targets() -> None:
    rows = samples(4)
    policy = rows.policy.copy()
    policy[:2] = 1 / 16
    values = np.array([0.2, -0.4, 1, -1], np.float16)
    described = describe_targets(rows._replace(policy=policy, root_value=values))
    assert described["selfplay/proven_roots"] == 0.5
    assert described["selfplay/target_entropy"] == pytest.approx(np.log(16))


def test_the_colors_of_what_is_learned_are_counted_once() -> None:
    taught = learner()
    rows = samples(40)
    taught.step([(rows, RULES)], 0.0)
    taught.step([(take(rows, rows.to_move == 1), RULES)], 0.0)
    whites, blacks = int((rows.to_move == -1).sum()), int((rows.to_move == 1).sum())
    described = describe_learning(taught.take_rows_by_color())
    assert described == {"learner/white_rows": whites / (whites + 2 * blacks)}
    assert describe_learning(taught.take_rows_by_color()) == {}


def test_judging_changes_nothing() -> None:
    taught = learner()
    taught.step([(samples(64), RULES)], 0.0)
    before = taught.tensors()
    judge_fresh(taught.judge(), samples(64), None, RULES)
    after = taught.tensors()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_network_is_judged_by_what_it_has_understood() -> None:
    taught = learner()
    untaught = judge_fresh(taught.judge(), samples(256, 5), None, RULES)
    assert "fresh/value_correlation" not in untaught  # nothing has been learned to correlate
    assert untaught["fresh/policy_entropy"] == pytest.approx(np.log(14), abs=0.1)
    assert untaught["fresh/value_loss"] == pytest.approx(np.log(3), abs=0.1)
    for seed in range(60):
        taught.step([(samples(64, 10 + seed), RULES)], 0.0)
    metrics = judge_fresh(taught.judge(), samples(256, 5), samples(256, 12), RULES)
    assert metrics["fresh/value_correlation"] > 0.9
    assert metrics["fresh/policy_entropy"] < 0.5
    assert metrics["fresh/policy_kl"] < 0.2
    assert metrics["fresh/value_gap"] == pytest.approx(
        metrics["fresh/value_loss"] - metrics["replay/value_loss"]
    )
    wrong = samples(256, 5)
    wrong = wrong._replace(outcome=(-wrong.outcome).astype(np.int8))
    assert judge_fresh(taught.judge(), wrong, None, RULES)["fresh/value_correlation"] < -0.9


def test_losses_by_color_average_to_the_loss_of_all() -> None:
    taught = learner()
    taught.step([(samples(64), RULES)], 0.0)
    rows = samples(200, 7)
    metrics = judge_fresh(taught.judge(), rows, None, RULES)
    share = float((rows.to_move == -1).mean())
    for name in ("policy_kl", "value_loss"):
        parts = metrics[f"fresh/{name}_white"], metrics[f"fresh/{name}_black"]
        assert metrics[f"fresh/{name}"] == pytest.approx(share * parts[0] + (1 - share) * parts[1])
    losses, _ = taught.judge().judge(rows, RULES)
    assert metrics["fresh/value_loss"] == pytest.approx(float(losses.value), rel=1e-5)
