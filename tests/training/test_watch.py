"""What a run writes down: every metric is explained, games and ladder are there, alarms told."""

import re
from pathlib import Path

import msgspec
import pytest

from gomoku.sgf import game_from_sgf
from training.about import describe_session
from training.alarms import alarm_names
from training.config import (
    AlarmConfig,
    EvaluationConfig,
    GameConfig,
    LearnerConfig,
    NetSection,
    SelfPlayConfig,
    TrainConfig,
)
from training.ladder import read_rungs
from training.log import RunLog, read_metrics
from training.loop import Trainer
from training.run_folder import RunFolder

ROOT = Path(__file__).parents[2]

CONFIG = TrainConfig(
    minutes=1e6,
    cycles=4,
    cycle_positions=150,
    keep_checkpoints=1,
    game=GameConfig(size=6, win_length=4),
    net=NetSection(blocks=1, channels=8, head_channels=8, value_hidden=8),
    selfplay=SelfPlayConfig(games=16, lanes=2, simulations=4, considered=4),
    learner=LearnerConfig(batch=32, warmup_steps=0),
    evaluation=EvaluationConfig(
        minutes=1e-6, opponents=("random", "greedy"), pairs=2, simulations=4, skip_beaten=False
    ),
    # Raised in every cycle of so small a run.
    alarms=AlarmConfig(cycles=1, fewest_plies=100),
)


class Listening(RunLog):
    """Keeps the lines that people would see."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, seconds=1.0, done_seconds=0.0, last_cycle=0)
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of a finished run and what it said."""
    folder = tmp_path_factory.mktemp("run")
    run = RunFolder(folder)
    trainer = Trainer(CONFIG, run, run.begin(resume=False))
    run.write_json("config.json", CONFIG)
    log = Listening(folder)
    with log:
        trainer.run(log)
    return folder, log.lines


def test_every_metric_is_explained(run: tuple[Path, list[str]]) -> None:
    page = (ROOT / "docs" / "training.md").read_text()
    explained = set(re.findall(r"`([a-z]+/[a-z_]+)`", page))
    named = {name for line in read_metrics(run[0]) for name in line if name != "cycle"}
    assert "`match/OPPONENT`" in page
    matches = {name for name in named if name.startswith("match/")}
    assert matches == {"match/random", "match/greedy"}
    assert named - matches <= explained
    # And nothing is explained that is not there.
    assert explained <= named


def test_every_alarm_is_explained() -> None:
    page = (ROOT / "docs" / "training.md").read_text()
    for name in alarm_names():
        assert f"`alarm/{name}`" in page


def test_sample_games_are_sgf_of_the_whole_cycle(run: tuple[Path, list[str]]) -> None:
    files = sorted(file.name for file in (run[0] / "games").iterdir())
    assert files == [f"{c:06d}-{n}.sgf" for c in range(1, 5) for n in range(1, 4)]
    for file in (run[0] / "games").iterdir():
        game = game_from_sgf(file.read_text())
        assert game.record.rules == CONFIG.game.to_rules()
        assert game.board().outcome is not None


def test_the_ladder_holds_all_matches_and_earlier_checkpoints(run: tuple[Path, list[str]]) -> None:
    played = [(rung.cycle, rung.result.name_b) for rung in read_rungs(run[0])]
    for cycle in (1, 2, 3, 4):
        assert (cycle, "greedy") in played
        assert ((cycle, f"cycle {cycle - 1}") in played) == (cycle > 1)
    # Only one of the newest is kept, but each was evaluated.
    checkpoints = sorted(int(folder.name) for folder in (run[0] / "checkpoints").iterdir())
    assert checkpoints == [1, 2, 3, 4]
    elos = [line["ladder/elo"] for line in read_metrics(run[0]) if "ladder/elo" in line]
    assert len(elos) == 4


def test_an_alarm_is_told_once_and_noted_every_time(run: tuple[Path, list[str]]) -> None:
    folder, lines = run
    told = [line for line in lines if "ALARM short_games" in line]
    assert len(told) == 1
    assert told[0].startswith("cycle 1: ")
    assert "What to do: " in told[0]
    cycles = [line for line in read_metrics(folder) if "selfplay/plies" in line]
    assert [line["alarm/short_games"] for line in cycles] == [1, 1, 1, 1]


def test_what_was_measured_is_remembered_on_resuming(run: tuple[Path, list[str]]) -> None:
    folder, _ = run
    again = RunFolder(folder)
    trainer = Trainer(msgspec.structs.replace(CONFIG, cycles=5), again, again.begin(resume=True))
    assert trainer._watch.evaluated_cycles() == [1, 2, 3, 4]
    assert {line["cycle"] for line in trainer._watch._history} == {1, 2, 3, 4}


def test_a_run_folder_says_what_each_session_ran_with(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    # As a version wrote it that knew of one session only.
    (tmp_path / "about.json").write_text('{"date": "2026-11-23"}')
    folder.add_session(describe_session(CONFIG))
    sessions = msgspec.json.decode((tmp_path / "about.json").read_bytes())
    assert [session["date"][:3] for session in sessions] == ["202", "202"]
    session = sessions[1]
    assert set(session["versions"]) >= {"torch", "numpy", "numba"}
    assert session["hardware"]["processor"]
    assert msgspec.convert(session["config"], TrainConfig) == CONFIG
