"""Samples, replay and learner."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gomoku.forbidden import FORBIDDEN_CELL
from gomoku.rules import RENJU, Rules
from gomoku_zero.training import learner as learner_module
from gomoku_zero.training import selfplay as selfplay_module
from gomoku_zero.training.batches import value_target
from gomoku_zero.training.config import LearnerConfig, ReplayConfig, SelfPlayConfig
from gomoku_zero.training.learner import Learner, compute_losses
from gomoku_zero.training.replay import (
    Replay,
    ReplayError,
    Ring,
    read_arrays,
    transform,
    write_arrays,
)
from gomoku_zero.training.samples import Samples, concatenate, marked, take
from gomoku_zero.training.selfplay import FinishedGame, SelfPlay
from mcts.evaluation import Evaluation, Positions
from mcts.rollout import RolloutEvaluator
from mcts.search import Decisions
from nets.config import NetConfig
from nets.resnet.net import NetOutput, PolicyValueNet

RULES = Rules(size=4, win_length=3)
CPU = torch.device("cpu")


def make_samples(rows: int, seed: int = 1, points: int = 16) -> Samples:
    """Random positions with one random move each to learn."""
    rng = np.random.default_rng(seed)
    cells = rng.integers(-1, 2, (rows, points)).astype(np.int8)
    cells[:, 5] = 0
    policy = np.zeros((rows, points), np.float16)
    policy[np.arange(rows), np.argmax(rng.random((rows, points)) * (cells == 0), axis=1)] = 1
    return Samples(
        cells=cells,
        to_move=rng.choice([-1, 1], rows).astype(np.int8),
        last_move=np.full(rows, -1, np.int16),
        policy=policy,
        outcome=rng.integers(-1, 2, rows).astype(np.int8),
        root_value=rng.uniform(-1, 1, rows).astype(np.float16),
        root_draw=np.zeros(rows, np.float16),
        reply=np.full(rows, 5, np.int16),
        moves_left=np.full(rows, 4, np.int16),
    )


def small_learner(config: LearnerConfig | None = None) -> Learner:
    torch.manual_seed(2)
    net = PolicyValueNet(NetConfig(blocks=2, channels=16, head_channels=16, value_hidden=16))
    return Learner(net, config or LearnerConfig(learning_rate=1e-2), CPU, 3)


def test_a_value_target_mixes_result_and_root_value() -> None:
    samples = make_samples(3)._replace(
        outcome=np.array([1, 0, -1], np.int8), root_value=np.array([0.5, 0, 1], np.float16)
    )
    # Win: 3/4 (1, 0, 0) + 1/4 (0.75, 0, 0.25); a lost game the search thought won: (1/4, 0, 3/4).
    expected: list[list[float]] = [[0.9375, 0, 0.0625], [0.125, 0.75, 0.125], [0.25, 0, 0.75]]
    config = LearnerConfig(root_value_share=0.25)
    np.testing.assert_allclose(value_target(samples, config), expected)


def test_what_a_teacher_says_of_draws_is_in_the_value_target() -> None:
    samples = make_samples(3)._replace(
        root_value=np.array([0.25, 0, -1], np.float16),
        root_draw=np.array([0.5, 1, 0.75], np.float16),
    )
    # Half is drawn, and of the rest 3/8 is won, 1/8 lost; what is proven lost is not drawn.
    expected: list[list[float]] = [[0.375, 0.5, 0.125], [0, 1, 0], [0, 0, 1]]
    config = LearnerConfig(root_value_share=1)
    np.testing.assert_allclose(value_target(samples, config), expected)


def test_the_losses_of_one_row_by_hand() -> None:
    learner = small_learner(LearnerConfig(root_value_share=0.0))
    samples = make_samples(1)._replace(
        cells=np.array([[0, 0] + [1, -1] * 7], np.int8),
        policy=np.array([[0.5, 0.5] + [0] * 14], np.float16),
        outcome=np.array([1], np.int8),
        moves_left=np.array([8], np.int16),
    )
    targets = learner.prepare([(samples, Rules(4, 4))]).on(CPU)
    output = NetOutput(
        policy=torch.tensor([[np.log(0.9), np.log(0.1)] + [50.0] * 14]),
        reply=torch.zeros(1, 16),
        value=torch.zeros(1, 3),
        moves_left=torch.tensor([0.5]),
    )
    losses = compute_losses(output, targets)
    # KL of (1/2, 1/2) from (0.9, 0.1); occupied points do not count, however large their logit.
    assert losses.policy.item() == pytest.approx(0.5 * np.log(0.5 / 0.9) + 0.5 * np.log(0.5 / 0.1))
    assert losses.value.item() == pytest.approx(np.log(3))
    assert losses.reply.item() == pytest.approx(np.log(16))
    assert losses.moves_left.item() == 0
    assert losses.total.item() == pytest.approx(
        losses.policy.item() + np.log(3) + 0.15 * np.log(16)
    )


def test_one_batch_can_be_memorized() -> None:
    learner = small_learner()
    samples = make_samples(16)
    first = learner.step([(samples, RULES)], 0.0)
    for _ in range(120):
        last = learner.step([(samples, RULES)], 0.0)
    assert last.policy < 0.1 < first.policy


def test_a_restored_learner_goes_on_as_the_first_would_have() -> None:
    first, second = small_learner(), small_learner()
    for seed in range(3):
        first.step([(make_samples(8, seed), RULES)], 0.0)
    second.restore(first.tensors(), first.steps)
    for learner in (first, second):
        learner.step([(make_samples(8, 9), RULES)], 0.0)
    for name, tensor in first.tensors().items():
        assert torch.equal(tensor, second.tensors()[name]), name


def test_the_learning_rate_rises_holds_and_falls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomoku_zero.training.learner.WARMUP_STEPS", 9)
    learner = small_learner(LearnerConfig(learning_rate=1.0))
    assert learner.learning_rate(0.0) == pytest.approx(0.1)
    learner.steps = 9
    assert learner.learning_rate(0.3) == learner.learning_rate(0.6) == 1.0
    assert learner.learning_rate(0.8) == pytest.approx((1 + 0.05) / 2)
    assert learner.learning_rate(1.0) == pytest.approx(0.05)
    constant = small_learner(LearnerConfig(learning_rate=1.0, decay_start=1.0))
    constant.steps = 9
    assert constant.learning_rate(1.0) == 1.0


def test_large_gradients_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner_module, "WEIGHT_DECAY", 0.0)
    moved = {}
    for clip in (1e-9, 1e9):
        monkeypatch.setattr(learner_module, "MAX_GRADIENT", clip)
        learner = small_learner(LearnerConfig(averaging=0.0))
        # Gradients so short vanish beside the small number that Adam divides by at least.
        before = learner.tensors()["net.policy_out.bias"]
        learner.step([(make_samples(8), RULES)], 0.0)
        moved[clip] = float((learner.tensors()["net.policy_out.bias"] - before).abs().max())
    assert moved[1e-9] < moved[1e9] / 10


def test_the_averaged_weights_follow_the_trained_ones() -> None:
    learner = small_learner()
    before = learner.tensors()
    learner.step([(make_samples(8), RULES)], 0.0)
    after = learner.tensors()
    # The first step copies; later ones blend, half way at most while the average is young.
    name = "policy_out.weight"
    assert torch.equal(after[f"average.{name}"], after[f"net.{name}"])
    assert not torch.equal(after[f"net.{name}"], before[f"net.{name}"])
    learner.step([(make_samples(8, 2), RULES)], 0.0)
    last = learner.tensors()
    low = torch.minimum(after[f"net.{name}"], last[f"net.{name}"]) - 1e-7
    high = torch.maximum(after[f"net.{name}"], last[f"net.{name}"]) + 1e-7
    assert ((low <= last[f"average.{name}"]) & (last[f"average.{name}"] <= high)).all()


def test_a_symmetry_moves_stones_policy_and_moves_alike() -> None:
    samples = make_samples(8)
    marked = samples._replace(
        cells=np.eye(16, dtype=np.int8)[:8],
        policy=np.eye(16, dtype=np.float16)[:8],
        last_move=np.arange(8, dtype=np.int16),
        reply=np.arange(8, dtype=np.int16),
    )
    turned = transform(marked, np.arange(8))
    points = np.argmax(turned.cells, axis=1)
    np.testing.assert_array_equal(points, np.argmax(turned.policy, axis=1))
    np.testing.assert_array_equal(points, turned.last_move)
    np.testing.assert_array_equal(points, turned.reply)
    assert transform(samples, np.arange(8)).last_move.tolist() == [-1] * 8


def test_the_window_grows_less_than_the_run() -> None:
    config = ReplayConfig(window=1000)
    assert config.window_at(10) == config.window_at(1000) == 1000
    # 1000 (1 + 0.4 (16^0.75 - 1) / 0.75) = 1000 (1 + 0.4 * 7 / 0.75)
    assert config.window_at(16_000) == 4733


def test_a_window_keeps_the_latest_positions_and_comes_back_from_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gomoku_zero.training.config.WINDOW_GROWTH", 0.0)
    replay = Replay(tmp_path, Rules(3, 3), ReplayConfig(window=25))
    parts = [make_samples(10, seed) for seed in range(5)]
    for cycle, part in enumerate(parts, start=1):
        replay.append(cycle, part)
        replay.prune()
    expected = concatenate(parts).cells[-25:]
    np.testing.assert_array_equal(replay.samples.cells, expected)
    # Also what the window of the cycle before needs, whose state may have to be resumed.
    names = [f"00000{cycle}" for cycle in (2, 3, 4, 5)]
    assert sorted(file.stem for file in tmp_path.iterdir()) == names
    again = Replay(tmp_path, Rules(3, 3), ReplayConfig(window=25))
    again.load(5, 50, replay.files)
    np.testing.assert_array_equal(again.samples.cells, expected)
    earlier = Replay(tmp_path, Rules(3, 3), ReplayConfig(window=25))
    earlier.load(4, 40)
    assert not (tmp_path / "000005.npz").exists()


@settings(max_examples=30)
@given(
    parts=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=25),
)
def test_a_ring_holds_what_joining_and_cutting_would(parts: list[tuple[int, int]]) -> None:
    ring, joined, most = Ring(), make_samples(1), 8
    ring.append(joined, most)
    for seed, (rows, growth) in enumerate(parts):
        most += growth  # a window grows with the run
        added = make_samples(rows, seed)
        ring.append(added, most)
        joined = take(concatenate([joined, added]), slice(-most, None))
        assert ring.rows == joined.rows
        for name, its in ring.take(np.arange(ring.rows))._asdict().items():
            np.testing.assert_array_equal(its, getattr(joined, name), err_msg=name)


def test_a_full_window_is_written_in_place() -> None:
    ring = Ring()
    ring.append(make_samples(100), 80)
    before = [column.ctypes.data for column in ring._columns]
    for seed in range(20):
        ring.append(make_samples(30, seed), 80)
    assert [column.ctypes.data for column in ring._columns] == before


def test_forbidden_points_are_marked_once_and_turn_with_their_row(tmp_path: Path) -> None:
    rules = Rules(9, 5, RENJU)
    # Black's stones make two threes at 40, the middle.
    cells = np.zeros((1, 81), np.int8)
    cells[0, [39, 41, 31, 49]] = 1
    cells[0, [0, 8, 72, 80]] = -1
    samples = make_samples(1)._replace(cells=cells, policy=np.zeros((1, 81), np.float16))
    replay = Replay(tmp_path, rules, ReplayConfig())
    replay.append(1, marked(samples, rules))
    for _ in range(20):
        (drawn,) = replay.draw(1, np.random.default_rng()).cells
        assert drawn[40] == FORBIDDEN_CELL
        assert np.count_nonzero(drawn == FORBIDDEN_CELL) == 1
    np.testing.assert_array_equal(marked(marked(samples, rules), rules).cells, replay.samples.cells)
    # Files of earlier versions hold stones alone.
    write_arrays(tmp_path / "000001.npz", dict(samples._asdict()))
    again = Replay(tmp_path, rules, ReplayConfig())
    again.load(1, 1)
    np.testing.assert_array_equal(again.samples.cells, replay.samples.cells)


def test_a_truncated_replay_file_is_named(tmp_path: Path) -> None:
    Replay(tmp_path, Rules(3, 3), ReplayConfig()).append(1, make_samples(10))
    file = tmp_path / "000001.npz"
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(ReplayError, match=r"000001\.npz"):
        read_arrays(file)


def test_samples_tell_the_same_story_as_the_record() -> None:
    config = SelfPlayConfig(games=4, simulations=8, random_plies=2, gumbel=False)
    lane = SelfPlay(RULES, RolloutEvaluator(1), config, games=4, seed=7)
    lane.begin_searches()
    games: list[FinishedGame] = []
    while len(games) < 12:
        games += lane.step()
    for record, samples in games:
        assert record.outcome is not None
        winner = record.outcome.winner
        assert samples.rows == len(record.moves) - record.opening_plies
        board = record.board()
        for row in range(samples.rows - 1, -1, -1):
            move = board.pop()
            np.testing.assert_array_equal(samples.cells[row], board.cells)
            assert samples.to_move[row] == board.to_move
            assert samples.outcome[row] == (0 if winner is None else winner * board.to_move)
            assert samples.moves_left[row] == samples.rows - row
            assert samples.policy[row].sum() == pytest.approx(1, abs=2e-3)
            assert not samples.policy[row][board.cells != 0].any()
            if row > 0:
                assert samples.reply[row - 1] == move
        assert samples.reply[-1] == -1


def play_some(config: SelfPlayConfig, games: int = 60) -> list[FinishedGame]:
    lane = SelfPlay(RULES, Uniform(), config, games=8, seed=7)
    lane.begin_searches()
    finished: list[FinishedGame] = []
    while len(finished) < games:
        finished += lane.step()
    return finished


def test_moves_that_were_only_played_are_not_learned_from() -> None:
    config = SelfPlayConfig(simulations=8, full_share=0.4, fast_simulations=2)
    games = play_some(config, 200)
    moves = sum(len(g.record.moves) - g.record.opening_plies for g in games)
    assert sum(g.samples.rows for g in games) / moves == pytest.approx(0.4, abs=0.05)
    for record, samples in games:
        # What is left still tells the story: each position is one of the game's.
        board = record.board()
        positions = {0: board.copy()}
        while board.ply:
            board.pop()
            positions[len(record.moves) - board.ply] = board.copy()
        for row in range(samples.rows):
            before = positions[int(samples.moves_left[row])]
            np.testing.assert_array_equal(samples.cells[row], before.cells)
            assert samples.reply[row] == [*record.moves, -1][before.ply + 1]


def test_settled_games_are_played_on_but_hardly_learned_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selfplay_module, "SETTLED_PLIES", 2)
    monkeypatch.setattr(selfplay_module, "SETTLED_SHARE", 0.0)
    config = SelfPlayConfig(simulations=16, empty_starts=0.0)
    whole = play_some(config)
    short = play_some(msgspec.structs.replace(config, settled_value=0.5))
    for record, samples in whole:
        assert samples.rows == len(record.moves) - record.opening_plies
    lengths = [[len(record.moves) for record, _ in games] for games in (whole, short)]
    assert np.mean(lengths[1]) > np.mean(lengths[0]) / 2
    for _, samples in short:
        values = np.abs(samples.root_value.astype(np.float32))
        ends = samples.moves_left.astype(int)
        # Three certain values in a row are one more than settles a game.
        for row in range(samples.rows - 2):
            if ends[row] - ends[row + 2] == 2:
                assert not (values[row : row + 3] > 0.5).all()
    assert sum(s.rows for _, s in short) < sum(s.rows for _, s in whole)


def test_a_game_is_settled_only_while_the_same_side_leads() -> None:
    config = SelfPlayConfig(simulations=4, settled_value=0.5, empty_starts=1.0)
    lane = SelfPlay(Rules(6, 4), Uniform(), config, games=1, seed=7)
    lane.begin_searches()
    streaks = []
    # For the side to move: Black ahead three times, then White, then nobody.
    values = iter([0.9, -0.9, 0.9, 0.9, -0.9, 0.1])
    decide = lane._search.decide

    def scripted(games: NDArray[np.int64], temperature: NDArray[np.float32]) -> Decisions:
        decisions = decide(games, temperature)
        return replace(decisions, values=np.array([next(values)], np.float32))

    lane._search.decide = scripted  # type: ignore[method-assign]
    for ply in range(1, 7):
        while lane._history.plies[0] < ply:
            lane.step()
        streaks.append(int(lane._history.settled[0]))
    assert streaks == [1, 2, 3, -1, -2, 0]


def test_a_lane_searches_as_much_as_it_is_told_to() -> None:
    config = SelfPlayConfig(simulations=32, vcf_search=0)
    lane = SelfPlay(RULES, Uniform(), config, games=8, seed=7)
    made = []
    for simulations in (4, 32):
        lane.begin_searches(simulations)
        before, positions = lane.simulations, lane.positions
        while lane.positions < positions + 100:
            lane.step()
        made.append((lane.simulations - before) / (lane.positions - positions))
    # Proven positions take fewer.
    assert 1 < made[0] <= 4
    assert made[1] > 3 * made[0]


def test_a_state_of_an_earlier_version_is_played_on() -> None:
    config = SelfPlayConfig(games=4, simulations=8)
    lane = SelfPlay(RULES, Uniform(), config, games=4, seed=7)
    lane.begin_searches()
    while lane.positions < 4:
        lane.step()
    state = lane.state()
    moves = {tuple(lane._board(game).moves) for game in range(4)}
    del state["history.kept"], state["history.settled"]
    other = SelfPlay(RULES, Uniform(), config, games=4, seed=8)
    other.restore(state)
    other.begin_searches()
    finished: list[FinishedGame] = []
    while len(finished) < 4:
        finished += other.step()
    # Games that were in progress come to their end, and all their positions are learned from.
    begun = [game for game in finished if any(game.record.moves[: len(m)] == m for m in moves if m)]
    assert begun
    for game in begun:
        assert game.samples.rows == len(game.record.moves) - game.record.opening_plies


def test_a_lane_goes_on_from_its_state_exactly() -> None:
    config = SelfPlayConfig(games=4, simulations=8, random_plies=2)
    lanes = [SelfPlay(RULES, Uniform(), config, games=4, seed=7) for _ in range(2)]
    lanes[0].begin_searches()
    for _ in range(40):
        lanes[0].step()
    lanes[1].restore(lanes[0].state())
    for lane in lanes:
        lane.begin_searches()
    for _ in range(60):
        first, second = (lane.step() for lane in lanes)
        assert [game.record for game in first] == [game.record for game in second]


class Uniform:
    """Knows nothing: every move alike, every position even."""

    def evaluate(self, positions: Positions) -> Evaluation:
        rows, points = positions.cells.shape
        return Evaluation(np.ones((rows, points), np.float32), np.zeros(rows, np.float32))
