"""Checkpoints as players, from the command line and as an engine's networks."""

import time
from pathlib import Path

import pytest

from gomoku.board import Board
from gomoku.rules import STANDARD, Rules
from gomoku_zero.brain.thinker import (
    MoveRequest,
    Network,
    SearchThinker,
    best_network,
    load_networks,
)
from gomoku_zero.commands import pit
from gomoku_zero.players.models import find_model
from gomoku_zero.players.spec import SpecError, make_player, parse_spec
from mcts.analysis import Analysis
from mcts.player import Limit
from mcts.rollout import RolloutEvaluator
from nets.checkpoint import CheckpointMeta, find_checkpoints, save_checkpoint
from nets.config import NetConfig
from nets.resnet.net import PolicyValueNet

TINY = NetConfig(blocks=1, channels=8, head_channels=4, value_hidden=8)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A network that has learned nothing, on 7x7 with five in a row."""
    folder = tmp_path / "tiny"
    save_checkpoint(
        folder, PolicyValueNet(TINY), CheckpointMeta(name="tiny", net=TINY, rules=[Rules(7)])
    )
    return folder


def test_a_checkpoint_plays_by_its_rules(
    checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = [f"net:{checkpoint}@8", "random", "--pairs", "2", "--device", "cpu"]
    assert pit.main(arguments) == 0
    assert "2 pairs on 7x7 freestyle, 5 in a row" in capsys.readouterr().out
    assert pit.main([*arguments, "--rules", "standard"]) == 2
    assert "has not been trained for 7x7 standard" in capsys.readouterr().err


def test_a_spec_knows_its_rules_and_its_files(checkpoint: Path) -> None:
    assert parse_spec(f"net:{checkpoint}@8").rules() == Rules(7)
    before = parse_spec(f"net:{checkpoint}@8").fingerprint()
    assert parse_spec(f"net:{checkpoint}@100").fingerprint() == before
    (checkpoint / "weights.safetensors").write_bytes(b"other")
    assert parse_spec(f"net:{checkpoint}@8").fingerprint() != before
    with pytest.raises(SpecError, match="weights of"):
        make_player(f"net:{checkpoint}@8")


def test_a_folder_that_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="is not a checkpoint"):
        parse_spec(f"net:{tmp_path}@8").rules()
    with pytest.raises(SpecError, match="is not a checkpoint"):
        make_player(f"net:{tmp_path}")


def test_time_limits_hold_for_networks(checkpoint: Path) -> None:
    player = make_player(f"net:{checkpoint}@1000000", device="cpu")
    [choice] = player.choose_moves([Board(Rules(7))], Limit(simulations=100000, seconds=0.05))
    assert 0 <= choice.move < 49
    player.close()


def test_an_engine_loads_what_plays_five_in_a_row(checkpoint: Path, tmp_path: Path) -> None:
    four = tmp_path / "four"
    meta = CheckpointMeta(name="four", net=TINY, rules=[Rules(6, 4)])
    save_checkpoint(four, PolicyValueNet(TINY), meta)
    assert [net.name for net in load_networks([checkpoint, four], 5, "cpu")] == ["tiny"]


def test_the_network_of_the_nearest_size_under_the_same_rules_is_chosen() -> None:
    def evaluator(rules: Rules, threads: int) -> RolloutEvaluator:
        return RolloutEvaluator()

    networks = [
        Network("9", (Rules(9),), evaluator),
        Network("15", (Rules(15), Rules(13)), evaluator),
        Network("standard", (Rules(15, 5, STANDARD),), evaluator),
    ]

    def chosen(rules: Rules) -> str | None:
        network = best_network(networks, rules)
        return None if network is None else network.name

    assert chosen(Rules(20)) == "15"
    assert chosen(Rules(10)) == "9"
    assert chosen(Rules(12)) == "15"
    assert chosen(Rules(9, 5, STANDARD)) == "standard"
    assert chosen(Rules(9, 4)) is None


def test_of_a_run_the_engine_plays_the_checkpoint_trained_on_most(tmp_path: Path) -> None:
    for name, positions in (("000003", 300), ("000012", 1200), ("000009", 900)):
        meta = CheckpointMeta(name=name, net=TINY, rules=[Rules(7)], positions=positions)
        save_checkpoint(tmp_path / "run" / "checkpoints" / name, PolicyValueNet(TINY), meta)
    folders = find_checkpoints(tmp_path / "run")
    assert [net.name for net in load_networks(folders, 5, "cpu")] == ["000012"]
    newest = tmp_path / "run" / "checkpoints" / "000012"
    for named in ("run", "run/checkpoints"):
        assert find_model(str(tmp_path / named)) == newest
        assert parse_spec(f"net:{tmp_path / named}@8").rules() == Rules(7)
    (newest / "meta.json").write_text("{")
    assert find_model(str(tmp_path / "run")).name == "000009"


def test_a_tree_that_is_full_does_not_end_a_thought(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcts.search_player.MIN_ROOM", 12)
    monkeypatch.setattr("gomoku_zero.brain.thinker.MIN_TREE", 1)
    # Longer than between two looks at the search, as in a tree of millions.
    monkeypatch.setattr("mcts.search.FORGETTING_SECONDS", 1e-3)
    thinker = SearchThinker(load_networks([checkpoint], 5, "cpu"))
    board = Board.from_moves(Rules(7), [24])

    def think(seconds: float) -> tuple[Analysis, float]:
        started = time.perf_counter()
        # In the smallest tree there is.
        request = MoveRequest(board, started + seconds, forbidden=frozenset({0, 25}), memory=1)
        thought = thinker.think(request)
        return thought, time.perf_counter() - started

    think(0.1)  # compiles
    thought, seconds = think(3.0)
    assert seconds < 8.0  # a busy machine may be late
    assert thought.move not in (0, 25)
    assert board.is_legal(thought.move)
    assert thought.simulations > 24
    assert thought.pv[0] == thought.move
    assert -1 <= thought.value <= 1
