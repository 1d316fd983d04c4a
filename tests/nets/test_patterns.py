"""The network of line patterns, and its tables."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.numpy import save

from gomoku.forbidden import FORBIDDEN_CELL
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, Rules
from gomoku.symmetry import SYMMETRIES, source_points
from mcts.evaluation import Positions, with_forbidden
from nets.backends import (
    BACKENDS_OF,
    BackendError,
    cache_folder,
    evaluator_of_net,
    load_evaluator,
)
from nets.checkpoint import CheckpointMeta, load_checkpoint, save_checkpoint
from nets.config import NetConfig, UnsupportedRulesError, rule_numbers
from nets.evaluator import NetEvaluator
from nets.export import compare, sample_positions
from nets.features import encode
from nets.networks import make_net
from nets.patterns.kernels import CODES, REACH, find_codes, make_scratch
from nets.patterns.net import (
    NORM_STEPS,
    PatternNet,
    all_tables,
    digits_of_codes,
    line_codes,
    tables_of_net,
)
from nets.patterns.tables import (
    TableEvaluator,
    TablesError,
    mirrored_codes,
    tables_from_bytes,
    tables_to_bytes,
)

ROOT = Path(__file__).parents[2]
CONFIG = NetConfig(architecture="patterns", channels=32, line_channels=16, value_hidden=16)


def make_patterns(config: NetConfig = CONFIG, seed: int = 1) -> PatternNet:
    """A network whose answers differ from position to position."""
    torch.manual_seed(seed)
    net = make_net(config)
    assert isinstance(net, PatternNet)
    with torch.no_grad():
        for name, weights in net.named_parameters():
            spread = 0.2 if weights.ndim < 2 else weights.shape[-1] ** -0.5
            torch.nn.init.normal_(weights, std=0.5 if name == "mix" else spread)
        assert net.norm.running_mean is not None
        assert net.norm.running_var is not None
        net.norm.running_mean.normal_(std=0.1)
        net.norm.running_var.uniform_(0.01, 0.1)
    return net.eval()


def some_positions(size: int, rows: int = 64, seed: int = 1, **rules: int) -> Positions:
    rng = np.random.default_rng(seed)
    cells = rng.choice(np.array([0, 0, 0, 1, -1], np.int8), size=(rows, size * size))
    return Positions(
        with_forbidden(cells, Rules(size, **rules)),
        rng.choice(np.array([1, -1], np.int8), size=rows),
        np.full(rows, -1, np.int16),
        Rules(size, **rules),
    )


def planes_of(positions: Positions) -> torch.Tensor:
    arrays = (positions.cells, positions.to_move, positions.last_move)
    cells, to_move, last_move = map(torch.from_numpy, arrays)
    return encode(cells, to_move, last_move, positions.rules)


def codes_by_hand(digits: NDArray[np.int64]) -> NDArray[np.int64]:
    """`[size, size, 4]` by looking at every point of every line."""
    size = len(digits)
    codes = np.zeros((size, size, 4), np.int64)
    for row in range(size):
        for column in range(size):
            for index, (down, right) in enumerate([(0, 1), (1, 0), (1, 1), (1, -1)]):
                for k in range(-REACH, REACH + 1):
                    r, c = row + k * down, column + k * right
                    inside = 0 <= r < size and 0 <= c < size
                    codes[row, column, index] *= 3
                    codes[row, column, index] += digits[r, c] if inside else 2
    return codes


@pytest.mark.parametrize("size", [4, 9, 15])
def test_the_state_of_a_line_is_what_lies_on_it(size: int) -> None:
    positions = some_positions(size, rows=3)
    own = positions.cells * positions.to_move[:, None]
    digits = np.where(own < 0, 2, own).astype(np.int64).reshape(-1, size, size)
    codes = line_codes(torch.from_numpy(digits)).numpy()
    scratch = make_scratch(size, 1)
    for row in range(3):
        expected = codes_by_hand(digits[row])
        np.testing.assert_array_equal(codes[row], expected)
        find_codes(
            positions.cells[row], positions.to_move[row], size, scratch.digits, scratch.codes
        )
        of_rows = scratch.codes.reshape(4, size, size + 2 * REACH)[:, :, :size]
        np.testing.assert_array_equal(np.moveaxis(of_rows, 0, -1), expected)


def test_the_code_of_a_mirrored_line_has_its_digits_in_reverse() -> None:
    mirrored = mirrored_codes()
    digits = digits_of_codes(torch.arange(CODES)).numpy()
    np.testing.assert_array_equal(digits[mirrored], digits[:, ::-1])


def test_turning_the_board_turns_the_answer() -> None:
    positions = some_positions(9, rows=1)
    evaluator = NetEvaluator(make_patterns(), device="cpu")
    plain = evaluator.evaluate(positions)
    for symmetry in range(SYMMETRIES):
        sources = source_points(9)[symmetry]
        turned = evaluator.evaluate(positions._replace(cells=positions.cells[:, sources]))
        np.testing.assert_allclose(turned.prior, plain.prior[:, sources], atol=1e-6)
        np.testing.assert_allclose(turned.value, plain.value, atol=1e-6)


def test_rounded_features_can_still_be_learned() -> None:
    net = make_patterns().train()
    positions = some_positions(9, rows=8, variant=RENJU)
    net(planes_of(positions)).policy.square().sum().backward()
    for weights in (net.line.first.weight, net.line.third.bias, net.forbidden):
        assert weights.grad is not None
        assert weights.grad.abs().sum() > 0


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("size", "variant"), [(5, FREESTYLE), (9, RENJU), (15, CARO)])
def test_compiled_learning_has_the_gradients_of_torch(
    size: int, variant: int, threads: int
) -> None:
    net = make_patterns()
    # Both sides to move, so two sorts of rules in renju.
    planes = planes_of(some_positions(size, rows=7, variant=variant))
    generator = torch.Generator().manual_seed(0)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    found = []
    for way in (net.compiled, net.by_torch):
        net.zero_grad()
        points = way(planes)
        generator.manual_seed(0)
        total = sum((part * torch.randn(part.shape, generator=generator)).sum() for part in points)
        assert isinstance(total, torch.Tensor)
        total.backward()  # type: ignore[no-untyped-call]
        gradients = [weights.grad for weights in (*net.line.parameters(), net.forbidden, net.mix)]
        found.append((points, gradients))
    torch.set_num_threads(before)
    for compiled, known in zip(found[0][0], found[1][0], strict=True):
        torch.testing.assert_close(compiled, known, atol=1e-4, rtol=1e-4)
    for its, gradient in zip(found[0][1], found[1][1], strict=True):
        if gradient is None:  # no points are forbidden
            assert its is None
            continue
        scale = float(gradient.abs().max())
        torch.testing.assert_close(its, gradient, atol=1e-4 * scale, rtol=1e-3)


def test_what_pooling_sees_is_normalized_as_in_play_once_the_averages_are_known() -> None:
    net = make_patterns()
    planes = planes_of(some_positions(9, rows=8))
    assert net.norm.num_batches_tracked is not None
    for steps, is_settled in ((0, False), (NORM_STEPS + 1, True)):
        net.norm.num_batches_tracked.fill_(steps)
        played = net.eval()(planes).value
        learned = net.train()(planes).value
        assert torch.allclose(learned, played) == is_settled


@pytest.mark.parametrize("variant", [FREESTYLE, RENJU, CARO])
@pytest.mark.parametrize("size", [6, 9, 15])
def test_tables_answer_as_the_network_does(size: int, variant: int) -> None:
    net = make_patterns()
    positions = some_positions(size, variant=variant)
    assert (positions.cells == FORBIDDEN_CELL).any() == (variant == RENJU)
    expected = NetEvaluator(net, device="cpu").evaluate(positions)
    legal = ~positions.illegal()
    prior = expected.prior * legal
    prior /= prior.sum(axis=1, keepdims=True)
    tables = TableEvaluator(all_tables(net, [positions.rules]))
    found = tables.evaluate(positions)
    assert expected.value.std() > 0.005
    assert np.abs(found.prior - prior).sum(axis=1).mean() / 2 < 1e-4
    assert np.abs(found.value - expected.value).max() < 1e-3
    assert not found.prior[~legal].any()
    np.testing.assert_allclose(found.prior.sum(axis=1), 1, rtol=1e-5)
    # One by one as all at once, on other sizes in between.
    tables.evaluate(some_positions(7, rows=2, variant=variant))
    for row in range(3):
        alone = tables.evaluate(positions.rows(slice(row, row + 1)))
        np.testing.assert_array_equal(alone.prior[0], found.prior[row])
        assert alone.value[0] == found.value[row]


def test_the_rules_are_heard() -> None:
    net = make_patterns()
    freestyle = some_positions(9)
    standard = freestyle._replace(rules=Rules(9, variant=STANDARD))
    tables = TableEvaluator(all_tables(net, [freestyle.rules, standard.rules]))
    for evaluator in (tables, NetEvaluator(net, device="cpu")):
        values = [evaluator.evaluate(positions).value for positions in (freestyle, standard)]
        assert np.abs(values[0] - values[1]).max() > 1e-3
    with pytest.raises(UnsupportedRulesError, match="4 in a row"):
        tables.evaluate(some_positions(9, win_length=4))


def test_in_renju_each_side_is_told_its_own_and_forbidden_points_count() -> None:
    net = make_patterns()
    positions = some_positions(9, variant=RENJU)
    tables = all_tables(net, [positions.rules])
    assert len(tables) == 2
    marked = TableEvaluator(tables).evaluate(positions)
    told = positions.cells == FORBIDDEN_CELL
    plain = positions._replace(cells=np.where(told, 0, positions.cells))
    unmarked = TableEvaluator(tables).evaluate(plain)
    np.testing.assert_array_equal(marked.value == unmarked.value, ~told.any(axis=1))
    with torch.no_grad():
        net.forbidden.zero_()
    deaf = TableEvaluator(all_tables(net, [positions.rules])).evaluate(positions)
    np.testing.assert_array_equal(deaf.value, unmarked.value)


def test_a_file_of_tables_holds_them_all() -> None:
    rules = [Rules(9, variant=FREESTYLE), Rules(15, variant=STANDARD)]
    tables = all_tables(make_patterns(), rules)
    data = tables_to_bytes(tables)
    read = tables_from_bytes(data)
    # In these rules both sides are told the same.
    assert list(read) == list(tables) == [rule_numbers(its, BLACK) for its in rules]
    for numbers, its in tables.items():
        for name, array in its._asdict().items():
            np.testing.assert_array_equal(getattr(read[numbers], name), array, err_msg=name)
    # Half of the lines, once for each rule set, and little else.
    assert len(data) < 2 * 0.51 * CODES * CONFIG.channels + 100_000


def test_a_network_that_is_renewed_answers_as_the_new_one() -> None:
    positions = some_positions(9)
    for config in (CONFIG, NetConfig(blocks=1, channels=8)):
        nets = []
        for seed in (1, 2):
            torch.manual_seed(seed)
            nets.append(make_net(config))
            nets[-1].train()
            with torch.no_grad():
                for size in (7, 9):  # moves the averages of its normalization
                    batch = some_positions(size, seed=seed)
                    cells, to_move, last_move = (torch.from_numpy(array) for array in batch[:3])
                    nets[-1](encode(cells, to_move, last_move, batch.rules))
        evaluator = NetEvaluator(nets[0], device="cpu")
        evaluator.load(nets[1])
        expected = NetEvaluator(nets[1], device="cpu").evaluate(positions)
        np.testing.assert_array_equal(evaluator.evaluate(positions).prior, expected.prior)
        np.testing.assert_array_equal(evaluator.evaluate(positions).value, expected.value)


def test_a_file_of_other_arrays_is_refused() -> None:
    tables = all_tables(make_patterns(), [Rules(9)])
    [(numbers, its)] = tables.items()
    short = its._replace(hidden=its.hidden[:, :-1])
    for data in (save({"a": np.zeros(3)}), tables_to_bytes({numbers: short})):
        with pytest.raises(TablesError, match="damaged"):
            tables_from_bytes(data)


def test_a_network_that_is_not_finite_has_no_tables() -> None:
    net = make_patterns()
    with torch.no_grad():
        net.mix[0, 0] = torch.nan
    with pytest.raises(TablesError, match="not finite"):
        tables_of_net(net, rule_numbers(Rules(9), BLACK), BLACK)


def test_a_full_board_has_no_moves_but_a_value() -> None:
    positions = some_positions(6, rows=2)
    positions.cells[0] = np.where(np.arange(36) % 2, 1, -1)
    answer = TableEvaluator(all_tables(make_patterns(), [positions.rules])).evaluate(positions)
    assert np.isfinite(answer.value).all()
    assert answer.prior[1].sum() == pytest.approx(1)


@pytest.mark.parametrize("damage", [b"", b"letter", b"cut"])
def test_a_damaged_file_of_tables_is_refused(damage: bytes) -> None:
    data = tables_to_bytes(all_tables(make_patterns(), [Rules(9)]))
    with pytest.raises(TablesError, match="damaged"):
        tables_from_bytes(data[: len(data) // 2] if damage == b"cut" else damage)


def test_features_of_a_line_are_its_integers_to_half_a_step() -> None:
    net = make_patterns()
    tables = tables_of_net(net, rule_numbers(Rules(9), BLACK), BLACK)
    codes = torch.randint(CODES, (500,))
    with torch.no_grad():
        features = net.line(
            codes, torch.tensor([rule_numbers(Rules(9), BLACK)] * len(codes))
        ).numpy()
    assert np.abs(tables.lines[codes.numpy()] / 127 - features).max() < 0.5 / 127 + 1e-6


def test_a_checkpoint_of_patterns_is_played_without_torch(tmp_path: Path) -> None:
    net = make_patterns()
    meta = CheckpointMeta(name="lines", net=CONFIG, rules=[Rules(9)])
    save_checkpoint(tmp_path / "lines", net, meta)
    loaded = load_checkpoint(tmp_path / "lines")
    assert isinstance(loaded.net, PatternNet)
    positions = some_positions(9)
    evaluator, _ = load_evaluator(tmp_path / "lines", device="cpu")
    assert isinstance(evaluator, TableEvaluator)
    expected = NetEvaluator(net, device="cpu").evaluate(positions)
    assert np.abs(evaluator.evaluate(positions).value - expected.value).max() < 0.01
    newest = max(
        (cache_folder() / "networks").glob("*.safetensors"), key=lambda f: f.stat().st_mtime
    )
    newest.write_bytes(b"damaged")
    mended, _ = load_evaluator(tmp_path / "lines", device="cpu")
    np.testing.assert_array_equal(
        mended.evaluate(positions).value, evaluator.evaluate(positions).value
    )
    program = (
        "import sys; from pathlib import Path; from nets.backends import load_evaluator;"
        f"load_evaluator(Path({str(tmp_path / 'lines')!r}), device='cpu');"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_patterns_run_in_tables_or_float32() -> None:
    net, positions = make_patterns(), some_positions(6)
    answers = [
        evaluator_of_net(net, backend, positions).evaluate(positions).value
        for backend in BACKENDS_OF["patterns"]
    ]
    assert len(answers) == 2
    assert 0 < np.abs(answers[0] - answers[1]).max() < 0.006
    with pytest.raises(BackendError, match="'int8' is not for patterns: use float32, tables"):
        evaluator_of_net(net, "int8", positions)


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(ValueError, match="'tree' is unknown: use resnet or patterns"):
        make_net(NetConfig(architecture="tree"))


def test_tables_of_a_trained_network_are_near_it_on_its_own_games() -> None:
    net = load_checkpoint(ROOT / "models" / "15x15").net
    assert isinstance(net, PatternNet)
    exact = NetEvaluator(net, device="cpu")
    # So many that the games they are from are played to the end: opening moves are near ties.
    positions = sample_positions(exact, Rules(15), 2048)
    errors = compare(TableEvaluator(all_tables(net, [Rules(15)])), exact, positions)
    # Networks give some chances to occupied points, and opening moves are ties by symmetry.
    assert errors.policy < 0.004
    assert errors.value < 0.001
    assert errors.agreement > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_every_feature_of_a_new_network_sees_an_empty_board(seed: int) -> None:
    torch.manual_seed(seed)
    net = make_net(NetConfig("patterns"))
    assert isinstance(net, PatternNet)
    with torch.no_grad():
        points = net.compiled(
            planes_of(some_positions(15)._replace(cells=np.zeros((64, 225), np.int8)))
        )
    assert bool((points.largest > 0).all())
