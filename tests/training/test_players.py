"""Whoever plays the games of a run keeps one contract; and clusters lose machines, not rows."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from gomoku.rules import RENJU, Rules
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.runs.sample_games import sample_from_sgf
from gomoku_zero.training.config import (
    ConfigError,
    EvaluationConfig,
    GameConfig,
    NetSection,
    PlayersConfig,
    SelfPlayConfig,
    TrainConfig,
)
from gomoku_zero.training.config_file import checked
from gomoku_zero.training.inference import Inference
from gomoku_zero.training.lanes import Lanes
from gomoku_zero.training.log import RunLog
from gomoku_zero.training.loop import Trainer
from gomoku_zero.training.players import Played, Players
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.shared_net import SharedNet
from gomoku_zero.training.stopping import STOPPED
from gomoku_zero.training.worker import Rows, Worker
from mcts.evaluation import Positions
from nets.networks import Net, make_net
from nets.patterns.tables import TableEvaluator

ROOT = Path(__file__).parents[2]

CONFIG = TrainConfig(
    cycle_positions=60,
    game=GameConfig(size=4, win_length=3, other_sizes=((5, 0.5),)),
    net=NetSection(architecture="patterns", channels=8),
    selfplay=SelfPlayConfig(games=8, simulations=8, lanes=2),
)


def with_players(**settings: Any) -> TrainConfig:
    return msgspec.structs.replace(CONFIG, players=PlayersConfig(**settings))


def a_net(seed: int = 1, architecture: str = "patterns") -> Net:
    torch.manual_seed(seed)
    net = msgspec.structs.replace(CONFIG.net, architecture=architecture, blocks=1)
    return make_net(net.to_config()).eval()


def inference_of(config: TrainConfig, net: Net) -> Inference:
    inference = Inference(net, list(config.game.shares()), config.selfplay, config.seed)
    inference.refresh(net, None)
    return inference


@pytest.fixture(params=["threads", pytest.param("ray", marks=pytest.mark.cluster)])
def players(request: pytest.FixtureRequest) -> Iterator[Players]:
    made: Players
    if request.param == "threads":
        made = Lanes(CONFIG, inference_of(CONFIG, a_net()), 2)
    else:
        from gomoku_zero.training.remote import RemotePlayers

        cluster = request.getfixturevalue("cluster")
        made = RemotePlayers(with_players(kind="ray", address=cluster.address))
    made.use(inference_of(CONFIG, a_net()), 0)
    yield made
    made.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head and a node of a core each, for all tests: Ray takes seconds to begin."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    cluster.add_node(num_cpus=1)
    yield cluster
    cluster.shutdown()


def play(players: Players, positions: int = 60) -> Played:
    """A cycle of games."""
    players.start(positions, 8)
    end = time.monotonic() + 600  # kernels may have to be compiled
    while not players.is_done():
        assert time.monotonic() < end, players.describe()
        time.sleep(0.01)
    return players.finish()


def rows_of(played: Played) -> int:
    return sum(samples.rows for samples in played.samples.values())


def test_players_keep_their_contract(players: Players) -> None:
    seen: set[bytes] = set()
    for cycle in range(3):
        before = players.counts()
        played = play(players)
        assert rows_of(played) >= 60
        assert set(played.samples) == set(played.totals) == {Rules(4, 3), Rules(5, 3)}
        for rules, totals in played.totals.items():
            assert played.samples[rules].cells.shape[1] == rules.points
            assert 0 < totals.black_wins + totals.draws <= totals.games
            assert totals.plies >= 5 * (totals.games - totals.draws)
        assert 0 < len(played.records) <= played.games
        assert all(record.outcome is not None for record in played.records)
        assert played.counts.simulations > 0
        assert all(now >= then for now, then in zip(players.counts(), before, strict=True))
        # No game comes twice: its policies are those of a random search.
        fresh = {its.policy.tobytes() for its in played.samples.values()}
        assert not fresh & seen
        seen |= fresh
        players.use(inference_of(CONFIG, a_net(cycle + 2)), cycle + 1)
    state = players.state()
    assert all(array.dtype != object for arrays in state for array in arrays.values())
    players.restore(state)
    players.use(inference_of(CONFIG, a_net(9)), 4)
    assert rows_of(play(players)) >= 60


@pytest.mark.parametrize(
    ("architecture", "quantized"),
    [("patterns", True), ("resnet", False), ("resnet", True)],
)
def test_a_network_that_travelled_answers_as_at_home(
    architecture: str, quantized: bool, request: pytest.FixtureRequest
) -> None:
    if not quantized:
        request.getfixturevalue("unquantized")
    inference = inference_of(CONFIG, a_net(3, architecture))
    there = shipped(inference.shared())
    cells = np.random.default_rng(1).integers(-1, 2, (6, 16)).astype(np.int8)
    ones, none = np.ones(6, np.int8), np.full(6, -1, np.int16)
    positions = Positions(cells, ones, none, Rules(4, 3))
    expected = inference.plain().evaluate(positions)
    answer = there.evaluator().evaluate(positions)
    np.testing.assert_allclose(answer.prior, expected.prior, atol=1e-6)
    np.testing.assert_allclose(answer.value, expected.value, atol=1e-6)


def shipped(net: SharedNet) -> SharedNet:
    """As shared memory gives it back: read-only."""
    buffers: list[pickle.PickleBuffer] = []
    data = pickle.dumps(net, protocol=5, buffer_callback=buffers.append)
    frozen = [memoryview(bytes(buffer)) for buffer in buffers]
    there: SharedNet = pickle.loads(data, buffers=frozen)
    return there


def test_tables_are_read_where_they_are() -> None:
    inference = inference_of(CONFIG, a_net())
    shared = inference.shared()
    assert shared.tables is not None
    for its in shared.tables.values():
        its.lines.flags.writeable = False
    evaluator = shared.evaluator()
    assert isinstance(evaluator, TableEvaluator)
    for numbers, its in shared.tables.items():
        assert np.shares_memory(evaluator._tables[numbers].lines, its.lines)


def test_a_worker_that_replaces_another_plays_other_games() -> None:
    net = inference_of(CONFIG, a_net()).shared()
    config = msgspec.structs.replace(CONFIG, selfplay=SelfPlayConfig(games=4, simulations=4))
    first, again, heir = (
        Worker(config, seed).play(20, 4, 0, net) for seed in ((1, 0, 0), (1, 0, 0), (1, 0, 1))
    )
    assert [record.moves for record in first.records] == [r.moves for r in again.records]
    assert [record.moves for record in first.records] != [r.moves for r in heir.records]
    assert len(first.records) <= 3
    assert first.games > 3


def test_calls_by_one_network_keep_their_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    from gomoku_zero.training.selfplay import SelfPlay

    begun = []
    begin = SelfPlay.begin_searches

    def counted(self: SelfPlay, simulations: int | None = None) -> None:
        begun.append(simulations)
        begin(self, simulations)

    monkeypatch.setattr(SelfPlay, "begin_searches", counted)
    worker = Worker(CONFIG, (1, 0, 0))
    net = inference_of(CONFIG, a_net()).shared()
    for cycle, simulations in ((0, 4), (0, 4), (1, 4), (1, 6)):
        worker.play(20, simulations, cycle, net)
    assert begun == [4, 4, 4, 4, 6, 6]  # two rule sets; the second call began none


def test_rows_under_renju_come_with_their_forbidden_points() -> None:
    config = msgspec.structs.replace(
        CONFIG,
        game=GameConfig(size=7, rules="renju"),
        selfplay=SelfPlayConfig(games=4, simulations=4, random_plies=12),
    )
    rows = Worker(config, (1, 0, 0)).play(150, 4, 0, inference_of(config, a_net()).shared())
    assert (rows.samples[Rules(7, 5, RENJU)].cells == 2).any()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"clock": "cpu"}, "clock is cpu"),
        ({"selfplay": SelfPlayConfig(device="cuda")}, "selfplay.device is cuda"),
        ({"selfplay": SelfPlayConfig(games=2)}, "players.cores is 3"),
    ],
)
def test_settings_that_only_threads_can_keep_are_refused(
    setting: dict[str, Any], message: str
) -> None:
    config = msgspec.structs.replace(with_players(kind="ray", cores=3), **setting)
    with pytest.raises(ConfigError, match=message):
        checked(config)


@pytest.mark.cluster
def test_a_run_resumes_with_other_players(cluster: Any, tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    for cycles, kind in enumerate(("threads", "ray", "threads"), start=1):
        config = with_players(kind=kind, address=cluster.address)
        config = msgspec.structs.replace(
            config, cycles=cycles, evaluation=EvaluationConfig(opponents=())
        )
        trainer = Trainer(config, run, run.begin(resume=cycles > 1))
        run.write_json("config.json", config)
        with RunLog(tmp_path, seconds=1, done_seconds=0, last_cycle=cycles - 1) as log:
            trainer.run(log)
        assert trainer.progress.cycle == cycles
        assert len(trainer._players.state()) == (1 if kind == "ray" else 4)  # two rule sets
        rows = sum(trainer._windows.positions_seen)
        assert rows == trainer.progress.positions >= cycles * CONFIG.cycle_positions
    # The last session began games of its own.
    games = [sample_from_sgf((tmp_path / f"games/{n:06d}-1.sgf").read_text()) for n in (1, 3)]
    assert games[0].moves != games[1].moves


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("kind", "number"), [("processes", signal.SIGINT), ("ray", signal.SIGTERM)]
)
def test_a_run_that_is_asked_to_stop_leaves_nothing_behind(
    kind: str, number: signal.Signals, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    command = [
        *(sys.executable, "train.py", "configs/tictactoe.toml", "--run", str(tmp_path / "run")),
        *("--cycle-positions", "100", "--minutes", "1000", "--selfplay.games", "8"),
        *("--net.architecture", "patterns", "--net.channels", "16"),
        *("--players.kind", kind, "--players.workers", "2", "--evaluation.opponents", "random"),
    ]
    if kind == "ray":
        command += ["--players.address", request.getfixturevalue("cluster").address]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        run = RunFolder(tmp_path / "run")
        end = time.monotonic() + 180
        while not read_metrics(run.root):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < end
            time.sleep(0.1)
        # The cluster's own processes stay; those of the run and its workers must not.
        below = descendants(process.pid)
        below |= {id for id in descendants(os.getpid()) if is_worker(id)}
        assert any(is_worker(id) for id in below)  # the second may not have begun yet
        asked = time.monotonic()
        process.send_signal(number)
        assert "resume with" in process.communicate(timeout=30)[1]
        assert process.returncode == STOPPED
        assert time.monotonic() - asked < 10  # 5 of them are allowed, on a machine of our own
        while any(Path(f"/proc/{id}").exists() for id in below):
            assert time.monotonic() - asked < 30
            time.sleep(0.1)
        state = run.begin(resume=True)
        assert state is not None
        assert state.progress.cycle >= 1
    finally:
        process.kill()


def descendants(process: int) -> set[int]:
    """All processes that one has begun, and those that they have begun."""
    parents = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = file.read_text().rpartition(")")[2].split()
            parents[int(file.parent.name)] = int(fields[1])
    found = {process}
    while more := {id for id, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process}


def is_worker(process: int) -> bool:
    """Whether a process is an actor that plays."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().startswith(b"ray::Worker")
    return False


@pytest.mark.cluster
def test_a_cluster_loses_machines_and_workers_but_no_rows(cluster: Any) -> None:
    import ray

    from gomoku_zero.training.remote import MAX_CYCLES_WAITING, RemotePlayers

    players = RemotePlayers(with_players(kind="ray", address=cluster.address, lag=2))
    received = taken = dropped = lost = 0
    try:

        class Received(deque[Rows]):
            """Counts what is put in, whatever is taken out meanwhile."""

            def append(self, rows: Rows) -> None:
                nonlocal received
                received += rows.positions
                super().append(rows)

        players._waiting = Received()
        players.use(inference_of(CONFIG, a_net()), 0)

        def cycle(number: int) -> dict[str, float]:
            nonlocal taken, dropped, lost
            played = play(players)
            taken += rows_of(played)
            dropped += int(played.metrics["players/dropped_rows"])
            lost += int(played.metrics["players/lost_workers"])
            assert played.metrics["players/max_lag"] <= 2
            players.use(inference_of(CONFIG, a_net(number)), number)
            return played.metrics

        def cycles_until(workers: int, first: int) -> int:
            # By the clock: how long Ray takes to notice a machine has nothing to do with cycles.
            number, deadline = first, time.monotonic() + 120
            while time.monotonic() < deadline:
                if cycle(number)["players/workers"] == workers:
                    return number + 1
                number += 1
            raise AssertionError(f"never {workers} workers: {players.describe()}")

        number = cycles_until(2, 1)
        # A worker is killed: another takes its number.
        os.kill(ray.get(players._hired[0].actor.__ray_call__.remote(lambda _: os.getpid())), 9)
        while not lost:
            number += 1
            cycle(number)
        number = cycles_until(2, number)
        assert players.state()[0]["births"].tolist() == [2, 1]
        # A machine leaves, another comes.
        cluster.remove_node(cluster.worker_nodes.copy().pop(), allow_graceful=False)
        number = cycles_until(1, number)
        cluster.add_node(num_cpus=1)
        number = cycles_until(2, number)
        # The learner sleeps: what waits is bounded, and stale once newer networks come.
        end = time.monotonic() + 20
        while any(worker.call is not None for worker in players._hired.values()):
            assert time.monotonic() < end
            time.sleep(0.05)
        waiting = sum(rows.positions for rows in players._waiting)
        most = max(rows.positions for rows in players._waiting)
        assert MAX_CYCLES_WAITING * 60 < waiting <= MAX_CYCLES_WAITING * 60 + 4 * most
        for net in range(3):
            number += 1
            players.use(inference_of(CONFIG, a_net(net)), number)
        assert cycle(number + 1)["players/dropped_rows"] == waiting
        players._closing.set()
        assert players._thread is not None
        players._thread.join()
        assert received == taken + dropped + sum(rows.positions for rows in players._waiting)
    finally:
        players.close()
