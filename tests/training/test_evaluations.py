"""Evaluations beside the cycles: nobody waits for them, and none is lost."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from gomoku.rules import Rules
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.runs.rungs import read_rungs
from gomoku_zero.training.config import EvaluationConfig, NetSection, SelfPlayConfig, TrainConfig
from gomoku_zero.training.evaluations import Evaluations
from gomoku_zero.training.inference import Inference
from gomoku_zero.training.ladder import Ladder
from gomoku_zero.training.loop import Trainer
from gomoku_zero.training.run_folder import RunFolder
from mcts.evaluation import Positions
from nets.networks import make_net
from tests.training.conftest import SMALL_RUN, Listening

CONFIG = msgspec.structs.replace(
    SMALL_RUN,
    net=NetSection(architecture="patterns", channels=8),
    evaluation=EvaluationConfig(minutes=1e-9, opponents=("greedy",)),
)


def train(folder: Path, config: TrainConfig = CONFIG, *, resume: bool = False) -> list[str]:
    """A run that evaluates beside its cycles, as with players in processes; what it said."""
    run = RunFolder(folder)
    trainer = Trainer(config, run, run.begin(resume=resume))
    run.write_json("config.json", config)
    trainer._evaluations = Evaluations(trainer._watch, trainer._inference, trainer.progress.cycle)
    log = Listening(folder)
    with log:
        trainer.run(log)
    return log.lines


def cycles_of_ladder(folder: Path) -> list[int]:
    """Those that played greedy, in turn."""
    return [rung.cycle for rung in read_rungs(folder) if rung.result.name_b == "greedy"]


class Gate:
    """Matches begin, and are played once the gate is open."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.begun: list[int] = []
        self.opened = threading.Event()
        climb = Ladder.climb

        def wait(ladder: Ladder, cycle: int, *arguments: Any, **settings: Any) -> Any:
            self.begun.append(cycle)
            assert settings["is_last"] or self.opened.wait(60)
            return climb(ladder, cycle, *arguments, **settings)

        patch.setattr(Ladder, "climb", wait)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(monkeypatch)
    yield gate
    gate.opened.set()


def test_rows_tell_which_network_was_evaluated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ladder, "is_beaten", lambda *_: False)
    lines = train(tmp_path)
    rows = read_metrics(tmp_path)
    tactics = [(row["cycle"], row["tactics/cycle"]) for row in rows if "tactics/policy" in row]
    ladder = [(row["cycle"], row["ladder/cycle"]) for row in rows if "ladder/cycle" in row]
    # Nobody waits for an evaluation, so it arrives in a later cycle, or when the run is over.
    for arrived, judged in tactics + ladder:
        assert arrived > judged or arrived == 4
    assert [judged for _, judged in tactics] == sorted({judged for _, judged in tactics})
    assert tactics[-1][1] == 4
    rungs = cycles_of_ladder(tmp_path)
    assert rungs == [judged for _, judged in ladder] + [4]
    assert rows[-1]["cycle"] == 4
    assert "ladder/elo" in rows[-1]
    for cycle in rungs:
        assert sum(line.startswith(f"  cycle {cycle} against greedy") for line in lines) == 1


def test_cycles_go_on_while_matches_are_played(tmp_path: Path, gate: Gate) -> None:
    show = Listening.progress

    def progress(log: Listening, live: Any, text: str) -> None:
        # All cycles are over: the run waits for its evaluation.
        if live.doing == "match" and not gate.opened.is_set():
            assert gate.begun == [1]
            assert live.cycle == 4
            # One checkpoint is kept, and that of the network that plays.
            kept = sorted(folder.name for folder in (tmp_path / "checkpoints").iterdir())
            assert kept == ["000001", "000004"]
            gate.opened.set()
        show(log, live, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Listening, "progress", progress)
        train(tmp_path)
    assert gate.begun == [1, 4]
    assert cycles_of_ladder(tmp_path) == [1, 4]


def test_an_evaluation_that_was_cut_off_is_made_again(tmp_path: Path, gate: Gate) -> None:
    cycle = Trainer._cycle

    def cut_off(trainer: Trainer, log: Any) -> None:
        if trainer.progress.cycle == 2:
            raise KeyboardInterrupt
        cycle(trainer, log)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "_cycle", cut_off)
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path)
    assert gate.begun == [1]
    assert read_rungs(tmp_path) == []
    gate.opened.set()
    train(tmp_path, resume=True)
    # At once, not after another cycle.
    assert gate.begun[1] == 2
    assert read_rungs(tmp_path)[0].cycle == 2


def test_a_match_that_fails_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Ladder, "add", fail)
    with pytest.raises(OSError, match="the disk is full"):
        train(tmp_path)


@pytest.mark.parametrize(
    ("section", "quantized"),
    [
        (NetSection(architecture="patterns", channels=8), True),
        (NetSection(blocks=1, channels=8), True),
        (NetSection(blocks=1, channels=8), False),
    ],
    ids=["patterns", "int8", "float32"],
)
def test_what_is_evaluated_stays_as_it_is(
    section: NetSection, quantized: bool, request: pytest.FixtureRequest
) -> None:
    if not quantized:
        request.getfixturevalue("unquantized")
    torch.manual_seed(1)
    net, other = make_net(section.to_config()).eval(), make_net(section.to_config()).eval()
    inference = Inference(net, [Rules(5, 4)], SelfPlayConfig(), seed=1)
    inference.refresh(net, None)
    cells = np.random.default_rng(1).integers(-1, 2, (6, 25)).astype(np.int8)
    ones, none = np.ones(6, np.int8), np.full(6, -1, np.int16)
    positions = Positions(cells, ones, none, Rules(5, 4))
    frozen = inference.frozen()
    before = inference.plain().evaluate(positions)
    net.load_state_dict(other.state_dict())  # as a step of the learner does
    inference.refresh(net, None)
    assert np.abs(inference.plain().evaluate(positions).value - before.value).max() > 1e-5
    np.testing.assert_allclose(frozen.evaluate(positions).value, before.value, atol=1e-7)
