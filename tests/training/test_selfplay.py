"""A lane of self-play by itself."""

import numpy as np
import pytest

from gomoku.rules import Rules
from gomoku_zero.training.config import SelfPlayConfig
from gomoku_zero.training.selfplay import FinishedGame, SelfPlay
from tests.mcts.fakes import FakeEvaluator, opinionated

RULES = Rules(5, 4)
CONFIG = SelfPlayConfig(games=4, simulations=8)


def lane(seed: int = 1) -> SelfPlay:
    return SelfPlay(RULES, FakeEvaluator(opinionated(1)), CONFIG, CONFIG.games, seed)


def play(lane: SelfPlay, waves: int) -> list[FinishedGame]:
    return [game for _ in range(waves) for game in lane.step()]


@pytest.mark.parametrize("earlier", [False, True])
def test_a_lane_goes_on_from_a_state(earlier: bool) -> None:
    first, second = lane(1), lane(2)
    first.begin_searches()
    play(first, 100)
    state = first.state()
    plies = state["history.plies"].astype(np.int64)
    policies = state["history.policies"]
    assert policies.shape == (plies.sum(), RULES.points)
    if earlier:  # when a row was kept for every ply there can be
        rows = np.zeros((CONFIG.games, RULES.points, RULES.points), np.float16)
        rows[np.arange(RULES.points) < plies[:, None]] = policies
        state["history.policies"] = rows
    second.restore(state)
    for each in (first, second):
        each.begin_searches()
    games = play(first, 300)
    assert len(games) > 3
    for one, other in zip(games, play(second, 300), strict=True):
        assert one.record == other.record
        for name, array in one.samples._asdict().items():
            assert np.array_equal(array, getattr(other.samples, name)), name


def test_a_state_of_other_games_is_refused() -> None:
    state = lane().state()
    state["history.policies"] = state["history.policies"][1:]
    with pytest.raises(ValueError, match="policies of shape"):
        lane().restore(state)
