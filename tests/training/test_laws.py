"""What joins the parts of training, by arithmetic of the tests' own.

Two cycles of a run are looked at step by step; a game whose every move is prescribed is compared
with samples written by hand.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import nn

from gomoku.rules import Rules
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.training import learner as learner_module
from gomoku_zero.training.batches import Batch
from gomoku_zero.training.config import (
    EvaluationConfig,
    GameConfig,
    LearnerConfig,
    NetSection,
    SelfPlayConfig,
    TrainConfig,
)
from gomoku_zero.training.lanes import Lanes
from gomoku_zero.training.learner import Learner, Losses, compute_losses
from gomoku_zero.training.log import RunLog
from gomoku_zero.training.loop import Trainer
from gomoku_zero.training.players import Played
from gomoku_zero.training.replay import read_samples
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.selfplay import FinishedGame, SelfPlay
from mcts.evaluation import Evaluation, Positions
from mcts.search import Decisions
from nets.config import NetConfig
from nets.networks import make_net

RATE, WARMUP, DECAY_START, AVERAGING, REUSE, BATCH = 3e-3, 3, 0.4, 0.4, 1.7, 16

RUN = TrainConfig(
    minutes=1e6,
    cycles=2,
    cycle_positions=70,
    game=GameConfig(size=3, win_length=3),
    net=NetSection(blocks=1, channels=8),
    selfplay=SelfPlayConfig(games=6, lanes=1, simulations=8, random_plies=4),
    learner=LearnerConfig(
        batch=BATCH,
        reuse=REUSE,
        learning_rate=RATE,
        decay_start=DECAY_START,
        averaging=AVERAGING,
    ),
    evaluation=EvaluationConfig(opponents=(), minutes=1e6),
)


class Step(NamedTuple):
    """What a gradient step used, and the weights behind it."""

    rates: list[float]
    rows: int
    weights: dict[str, torch.Tensor]


class Watched(NamedTuple):
    """Two cycles: their steps, the games they played, and the folder they left."""

    steps: list[Step]
    games: list[list[FinishedGame]]
    folder: Path


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    folder = tmp_path_factory.mktemp("laws")
    run = RunFolder(folder)
    trainer = Trainer(RUN, run, run.begin(resume=False))
    steps: list[Step] = []
    games: list[list[FinishedGame]] = []
    learner, lanes = trainer._learner, trainer._players
    assert isinstance(lanes, Lanes)
    learn, finish = learner.learn, lanes.finish
    (lane,) = lanes
    end, ended = lane._finish, list[FinishedGame]()

    def watched_learn(batch: Batch, progress: float) -> Losses:
        losses = learn(batch, progress)
        rates = [group["lr"] for group in learner._optimizer.param_groups]
        weights = {name: its.clone() for name, its in learner._net.state_dict().items()}
        steps.append(Step(rates, sum(batch.rows_by_color.values()), weights))
        return losses

    def watched_end(game: int, result: int) -> FinishedGame:
        ended.append(end(game, result))
        return ended[-1]

    def watched_finish() -> Played:
        played = finish()
        games.append(ended.copy())
        ended.clear()
        return played

    learner.learn = watched_learn  # type: ignore[method-assign]
    lanes.finish = watched_finish  # type: ignore[method-assign]
    lane._finish = watched_end  # type: ignore[method-assign]
    with (
        RunLog(folder, seconds=1.0, done_seconds=0.0, last_cycle=0) as log,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(learner_module, "WARMUP_STEPS", WARMUP)
        trainer.run(log)
    return Watched(steps, games, folder)


def positions_made(watched: Watched) -> list[int]:
    return [sum(game.samples.rows for game in games) for games in watched.games]


def test_a_cycle_makes_as_many_steps_as_its_positions_are_to_be_used(watched: Watched) -> None:
    first, second = positions_made(watched)
    assert min(first, second) >= 70
    # Every step uses 16 positions, and each position is used 1.7 times; what is left is owed.
    assert all(step.rows == BATCH for step in watched.steps)
    after_first = math.floor(first * REUSE / BATCH)
    assert len(watched.steps) == math.floor((first + second) * REUSE / BATCH)
    by_cycle = {
        line["cycle"]: line for line in read_metrics(watched.folder) if "learner/steps" in line
    }
    assert by_cycle[1]["learner/steps"] == after_first
    assert by_cycle[2]["learner/steps"] == len(watched.steps)


def test_the_learning_rate_is_that_of_the_schedule_and_of_the_log(watched: Watched) -> None:
    after_first = math.floor(positions_made(watched)[0] * REUSE / BATCH)
    assert after_first > WARMUP
    # The second of two cycles begins with half of the budget used: a sixth of the way down.
    lowered = 0.05 + 0.95 * (1 + math.cos(math.pi * (0.5 - DECAY_START) / (1 - DECAY_START))) / 2
    assert 0.9 < lowered < 0.95
    for number, step in enumerate(watched.steps):
        rate = RATE * min(1, (number + 1) / (WARMUP + 1))
        expected = rate if number < after_first else rate * lowered
        assert step.rates == pytest.approx([expected] * 2), number
    logged = [line["learner/learning_rate"] for line in read_metrics(watched.folder)[:2]]
    assert logged == pytest.approx([watched.steps[0].rates[0], watched.steps[after_first].rates[0]])


def averages(steps: Sequence[Step]) -> list[dict[str, torch.Tensor]]:
    """The moving average after every step, in double precision."""
    average = {name: its.double() for name, its in steps[0].weights.items()}
    found = [average]
    for number, step in enumerate(steps[1:], start=1):
        decay = min(AVERAGING, (1 + number) / (10 + number))
        average = {
            name: decay * average[name] + (1 - decay) * its.double()
            for name, its in step.weights.items()
        }
        found.append(average)
    return found


def test_the_average_of_the_weights_is_what_is_saved_to_be_played_with(watched: Watched) -> None:
    after_first = math.floor(positions_made(watched)[0] * REUSE / BATCH)
    expected = averages(watched.steps)
    for cycle, steps in ((1, after_first), (2, len(watched.steps))):
        saved = load_file(watched.folder / f"checkpoints/{cycle:06d}" / "weights.safetensors")
        raw = watched.steps[steps - 1].weights
        assert set(saved) == set(raw)
        for name, its in saved.items():
            if its.is_floating_point():
                torch.testing.assert_close(
                    its.double(), expected[steps - 1][name], rtol=1e-4, atol=1e-6
                )
        assert not torch.allclose(saved["stem.conv.weight"], raw["stem.conv.weight"], atol=1e-5)


def test_a_state_holds_the_trained_weights_beside_their_average(watched: Watched) -> None:
    state = load_file(watched.folder / "state" / "000002" / "learner.safetensors")
    last = watched.steps[-1].weights
    for name, its in averages(watched.steps)[-1].items():
        assert torch.equal(state[f"net.{name}"], last[name])
        if its.is_floating_point() and last[name].is_floating_point():
            torch.testing.assert_close(state[f"average.{name}"].double(), its, rtol=1e-4, atol=1e-6)


def test_the_window_on_disk_is_what_was_played(watched: Watched) -> None:
    for cycle, games in enumerate(watched.games, start=1):
        saved = read_samples(watched.folder / "replay" / f"{cycle:06d}.npz")
        for name in saved._fields:
            played = np.concatenate([getattr(game.samples, name) for game in games])
            np.testing.assert_array_equal(getattr(saved, name), played, err_msg=name)


def test_whoever_moves_last_and_wins_has_thought_so(watched: Watched) -> None:
    games = [game for games in watched.games for game in games]
    won = [game for game in games if game.record.outcome and game.record.outcome.winner]
    assert len(won) > 3
    for game in won:
        # A win in one move is always seen, and proven.
        assert game.samples.root_value[-1] == 1
        assert game.samples.outcome[-1] == 1
        assert game.samples.policy[-1].argmax() == game.record.moves[-1]


class Uniform:
    """Knows nothing: every move alike, every position even."""

    def evaluate(self, positions: Positions) -> Evaluation:
        rows, points = positions.cells.shape
        return Evaluation(np.ones((rows, points), np.float32), np.zeros(rows, np.float32))


def prescribed_game(moves: Sequence[int], values: Sequence[float]) -> FinishedGame:
    """A game on 3x3 by a search that is told what to move and to think."""
    config = SelfPlayConfig(simulations=4, empty_starts=1.0, vcf_search=0)
    lane = SelfPlay(Rules(3, 3), Uniform(), config, games=1, seed=7)
    lane.begin_searches()
    plies = iter(range(len(moves)))
    decide = lane._search.decide

    def prescribed(games: NDArray[np.int64], temperature: NDArray[np.float32]) -> Decisions:
        decisions = decide(games, temperature)
        ply = next(plies)
        policy = np.zeros((1, 9), np.float32)
        policy[0, moves[ply]] = 0.75
        policy[0, 8 if ply < 4 else moves[ply]] += 0.25
        return replace(
            decisions,
            moves=np.array([moves[ply]], np.int32),
            values=np.array([values[ply]], np.float32),
            policies=policy,
        )

    lane._search.decide = prescribed  # type: ignore[method-assign]
    finished: list[FinishedGame] = []
    while not finished:
        finished = lane.step()
    return finished[0]


def test_the_samples_of_a_prescribed_game_are_those_written_by_hand() -> None:
    # Black takes the first row: x x x / o o .
    game = prescribed_game([0, 3, 1, 4, 2], [0.25, -0.5, 0.5, -0.75, 1.0])
    samples = game.samples
    assert samples.cells.tolist() == [
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, -1, 0, 0, 0, 0, 0],
        [1, 1, 0, -1, 0, 0, 0, 0, 0],
        [1, 1, 0, -1, -1, 0, 0, 0, 0],
    ]
    assert samples.to_move.tolist() == [1, -1, 1, -1, 1]
    assert samples.last_move.tolist() == [-1, 0, 3, 1, 4]
    assert samples.reply.tolist() == [3, 1, 4, 2, -1]
    assert samples.moves_left.tolist() == [5, 4, 3, 2, 1]
    assert samples.outcome.tolist() == [1, -1, 1, -1, 1]
    assert samples.root_value.tolist() == [0.25, -0.5, 0.5, -0.75, 1.0]
    assert samples.root_draw.tolist() == [0] * 5
    expected = np.zeros((5, 9))
    expected[np.arange(5), [0, 3, 1, 4, 2]] = [0.75, 0.75, 0.75, 0.75, 1]
    expected[:4, 8] = 0.25
    np.testing.assert_array_equal(samples.policy, expected)
    assert game.record.moves == (0, 3, 1, 4, 2)


@pytest.mark.parametrize("architecture", ["resnet", "patterns"])
def test_weights_decay_and_biases_and_norms_do_not(
    architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(1)
    net = make_net(NetConfig(architecture, blocks=2, channels=8, head_channels=8, value_hidden=8))
    for parameter in net.parameters():
        nn.init.normal_(parameter)
    before = {name: its.clone() for name, its in net.named_parameters()}
    decays = {
        f"{name}.weight"
        for name, module in net.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    }
    if architecture == "patterns":
        decays |= {"mix"}  # a convolution's weights; `forbidden` is for renju alone
    assert 0 < len(decays) < len(before)

    def nothing_to_learn(*arguments: object) -> Losses:
        losses = compute_losses(*arguments)  # type: ignore[arg-type]
        return losses._replace(total=0 * losses.total)

    monkeypatch.setattr(learner_module, "compute_losses", nothing_to_learn)
    monkeypatch.setattr(learner_module, "WEIGHT_DECAY", 0.5)
    config = LearnerConfig(learning_rate=0.1)
    learner = Learner(net, config, torch.device("cpu"), 1)
    game = prescribed_game([0, 3, 1, 4, 2], [0.0] * 5)
    learner.step([(game.samples, Rules(3, 3))], 0.0)
    for name, its in net.named_parameters():
        kept = 1 - 0.1 * 0.5 if name in decays else 1.0
        torch.testing.assert_close(its.detach(), kept * before[name], msg=name)


def test_a_run_of_twice_the_reuse_makes_twice_the_steps(tmp_path: Path) -> None:
    config = msgspec.structs.replace(
        RUN, cycles=1, learner=msgspec.structs.replace(RUN.learner, reuse=2 * REUSE)
    )
    run = RunFolder(tmp_path)
    trainer = Trainer(config, run, run.begin(resume=False))
    with RunLog(tmp_path, seconds=1.0, done_seconds=0.0, last_cycle=0) as log:
        trainer.run(log)
    assert trainer.progress.steps == math.floor(trainer.progress.positions * 2 * REUSE / BATCH)
