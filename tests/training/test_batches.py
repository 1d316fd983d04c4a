"""A batch travels in one copy, is drawn ahead without changing what is drawn, and is learned from
in bfloat16 only where that gives the same losses."""

import threading
import time

import numpy as np
import pytest
import torch

from gomoku.forbidden import FORBIDDEN_CELL
from gomoku.rules import BLACK, RENJU, STANDARD, WHITE, Rules
from gomoku_zero.training.batches import drawn_ahead, make_batch
from gomoku_zero.training.config import LearnerConfig
from gomoku_zero.training.learner import Learner
from gomoku_zero.training.samples import Samples, concatenate
from nets.config import NetConfig
from nets.networks import make_net
from nets.resnet.net import PolicyValueNet

CPU = torch.device("cpu")
RULES = Rules(9, 5, STANDARD)
RENJU_RULES = Rules(9, 5, RENJU)


def samples_of(rows: int, seed: int = 1) -> Samples:
    """Random positions of a board of 9x9, with random targets."""
    rng = np.random.default_rng(seed)
    cells = rng.choice(np.array([0, 0, 0, 1, -1], np.int8), (rows, 81))
    cells[:, :5] = [1, 1, 0, 1, 0]
    policy = rng.random((rows, 81)) * (cells == 0)
    return Samples(
        cells=cells,
        to_move=rng.choice(np.array([1, -1], np.int8), rows),
        last_move=rng.integers(-1, 81, rows).astype(np.int16),
        policy=(policy / policy.sum(axis=1, keepdims=True)).astype(np.float16),
        outcome=rng.integers(-1, 2, rows).astype(np.int8),
        root_value=rng.uniform(-1, 1, rows).astype(np.float16),
        root_draw=np.zeros(rows, np.float16),
        reply=rng.integers(-1, 81, rows).astype(np.int16),
        moves_left=rng.integers(1, 40, rows).astype(np.int16),
    )


def test_a_batch_of_two_rule_sets_says_of_every_row_what_its_samples_do() -> None:
    first, second = samples_of(3, seed=1), samples_of(4, seed=2)
    config = LearnerConfig(root_value_share=0.0)
    batch = make_batch([(first, RULES), (second, RENJU_RULES)], config, pinned=False)
    targets = batch.on(CPU)
    rows = concatenate([first, second])
    stones = np.where(targets.cells.numpy() == FORBIDDEN_CELL, 0, targets.cells.numpy())
    np.testing.assert_array_equal(stones, rows.cells)
    assert (targets.cells[3:] == FORBIDDEN_CELL).any() == (
        np.isin(targets.illegal[3:].numpy() & (rows.cells[3:] == 0), True).any()
    )
    np.testing.assert_array_equal(targets.to_move, rows.to_move)
    np.testing.assert_array_equal(targets.last_move, rows.last_move)
    np.testing.assert_array_equal(targets.policy, rows.policy.astype(np.float32))
    np.testing.assert_array_equal(targets.reply, rows.reply)
    np.testing.assert_allclose(targets.moves_left, rows.moves_left / 81, rtol=1e-6)
    chances = {1: [1, 0, 0], 0: [0, 1, 0], -1: [0, 0, 1]}
    np.testing.assert_array_equal(targets.value, [chances[int(o)] for o in rows.outcome])
    # Longer wins for me; (5 - 4) / 2; longer wins for the other; renju; caro.
    standard, black, white = [0, 0.5, 0, 0, 0], [0, 0.5, 1, 1, 0], [1, 0.5, 0, 1, 0]
    of_renju = [black if side == 1 else white for side in second.to_move]
    np.testing.assert_array_equal(targets.rules, [standard] * 3 + of_renju)
    whites = int((rows.to_move == -1).sum())
    assert batch.rows_by_color == {WHITE: whites, BLACK: 7 - whites}


def test_a_batch_is_one_piece_of_memory() -> None:
    batch = make_batch([(samples_of(5), RULES)], LearnerConfig(), pinned=False)
    assert batch.buffer.ndim == 1
    ends = [
        first + int(np.prod(shape)) * dtype.itemsize
        for first, dtype, shape in batch.fields.values()
    ]
    firsts = [first for first, _, _ in batch.fields.values()]
    assert max(ends) <= len(batch.buffer)
    assert all(end <= begin for end, begin in zip(ends[:-1], firsts[1:], strict=True))


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_what_is_drawn_ahead_is_what_would_have_been_drawn(count: int) -> None:
    drawn = []
    for threaded in (False, True):
        rng = np.random.default_rng(5)
        busy = threading.Lock()

        def draw(rng: np.random.Generator = rng, busy: threading.Lock = busy) -> int:
            assert busy.acquire(blocking=False), "two draws at once"
            time.sleep(0.001)
            busy.release()
            return int(rng.integers(1000))

        drawn.append([*drawn_ahead(draw, count, threaded=threaded), int(rng.integers(1000))])
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == count + 1


def residual(precision: str, offset: float = 0.0) -> Learner:
    torch.manual_seed(3)
    net = PolicyValueNet(NetConfig(blocks=1, channels=16, head_channels=16, value_hidden=16))
    with torch.no_grad():
        net.value_out.weight.normal_(std=0.3)
        net.value_out.bias[:3] = offset
    config = LearnerConfig(learning_rate=1e-3)
    return Learner(net, config, CPU, 3, precision=precision)


def test_learning_in_bfloat16_follows_float32() -> None:
    exact, rough = residual("float32"), residual("bfloat16")
    for seed in range(5):
        batch = [(samples_of(32, seed), RULES)]
        expected, found = exact.step(batch, 0.0), rough.step(batch, 0.0)
        assert found.total.dtype == torch.float32
        assert float(found.total) == pytest.approx(float(expected.total), rel=0.02)
        assert not torch.equal(found.total, expected.total)
    assert rough.precision == "bfloat16"
    assert rough.remark == ""


def test_learning_goes_on_in_float32_where_bfloat16_gives_other_losses() -> None:
    # Near 1,000 the numbers of bfloat16 are 4 apart, and only differences of logits count.
    learner, exact = residual("bfloat16", 1000), residual("float32", 1000)
    batch = [(samples_of(32), RULES)]
    assert torch.equal(learner.step(batch, 0.0).total, exact.step(batch, 0.0).total)
    assert learner.precision == "float32"
    assert learner.remark.startswith("learning goes on in float32, slower: in bfloat16 the ")


def test_line_patterns_are_learned_in_float32_also_on_a_gpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from nets.evaluator import best_precision

    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda emulated: True)
    gpu = torch.device("cuda")
    patterns = make_net(NetConfig("patterns", channels=8, line_channels=8))
    assert best_precision(patterns, gpu) == "float32"
    assert best_precision(make_net(NetConfig()), gpu) == "bfloat16"
