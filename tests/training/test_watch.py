"""What a run writes down: every metric is explained, games and ladder are there, alarms told."""

import re
import shutil
from pathlib import Path

import msgspec

from gomoku_zero.runs.metrics import METRICS, read_metrics
from gomoku_zero.runs.rungs import read_rungs
from gomoku_zero.runs.sample_games import sample_from_sgf
from gomoku_zero.training.about import describe_session
from gomoku_zero.training.alarms import alarm_names
from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.loop import Trainer
from gomoku_zero.training.run_folder import RunFolder
from tests.training.conftest import SMALL_RUN, FinishedRun

ROOT = Path(__file__).parents[2]


def test_every_metric_is_explained(finished_run: FinishedRun) -> None:
    page = (ROOT / "docs" / "training.md").read_text()
    explained = set(re.findall(r"`([a-z]+/[a-z_]+)`", page))
    assert "`match/OPPONENT`" in page
    alarms = {f"alarm/{name}" for name in alarm_names()}
    assert explained == METRICS | alarms
    written = {name for line in read_metrics(finished_run.folder) for name in line}
    others = written - METRICS - alarms
    assert others == {"cycle", "match/random", "match/greedy"}
    # Only players in processes have metrics of their own.
    beside = {name for name in METRICS - written if not name.startswith("players/")}
    assert beside == {"ladder/cycle", "tactics/cycle"}


def test_no_other_metric_is_named_anywhere() -> None:
    groups = "|".join({name.partition("/")[0] for name in METRICS})
    for file in (ROOT / "gomoku_zero").rglob("*.py"):
        for name in re.findall(rf'"((?:{groups})/[a-z_]+)"', file.read_text(encoding="utf-8")):
            assert name in METRICS, (file, name)


def test_every_alarm_is_explained() -> None:
    page = (ROOT / "docs" / "training.md").read_text()
    for name in alarm_names():
        assert f"`alarm/{name}`" in page


def test_sample_games_are_sgf_of_the_whole_cycle(finished_run: FinishedRun) -> None:
    files = sorted(file.name for file in (finished_run.folder / "games").iterdir())
    assert files == [f"{c:06d}-{n}.sgf" for c in range(1, 5) for n in range(1, 4)]
    random_stones = set()
    for file in (finished_run.folder / "games").iterdir():
        record = sample_from_sgf(file.read_text())
        assert record.rules == SMALL_RUN.game.to_rules()
        assert record.board().outcome is not None
        random_stones.add(record.opening_plies)
    # As many as the lanes drew, of 0 to 4: the file tells them.
    assert len(random_stones) > 1
    assert random_stones <= set(range(SMALL_RUN.selfplay.random_plies + 1))


def test_the_ladder_holds_all_matches_and_earlier_checkpoints(finished_run: FinishedRun) -> None:
    played = [(rung.cycle, rung.result.name_b) for rung in read_rungs(finished_run.folder)]
    for cycle in (1, 2, 3, 4):
        assert (cycle, "greedy") in played
        assert ((cycle, f"cycle {cycle - 1}") in played) == (cycle > 1)
    # Only one of the newest is kept, but each was evaluated.
    checkpoints = sorted(
        int(folder.name) for folder in (finished_run.folder / "checkpoints").iterdir()
    )
    assert checkpoints == [1, 2, 3, 4]
    elos = [
        line["ladder/elo"] for line in read_metrics(finished_run.folder) if "ladder/elo" in line
    ]
    assert len(elos) == 4


def test_an_alarm_is_told_once_and_noted_every_time(finished_run: FinishedRun) -> None:
    folder, lines = finished_run
    told = [line for line in lines if "ALARM short_games" in line]
    assert len(told) == 1
    assert told[0].startswith("cycle 1: ")
    assert "What to do: " in told[0]
    cycles = [line for line in read_metrics(folder) if "selfplay/plies" in line]
    assert [line["alarm/short_games"] for line in cycles] == [1, 1, 1, 1]


def test_what_was_measured_is_remembered_on_resuming(
    finished_run: FinishedRun, tmp_path: Path
) -> None:
    shutil.copytree(finished_run.folder, tmp_path / "copy")
    again = RunFolder(tmp_path / "copy")
    trainer = Trainer(msgspec.structs.replace(SMALL_RUN, cycles=5), again, again.begin(resume=True))
    assert trainer._watch.evaluated_cycles() == [1, 2, 3, 4]
    assert {line["cycle"] for line in trainer._watch._history} == {1, 2, 3, 4}


def test_a_run_folder_says_what_each_session_ran_with(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    # As a version wrote it that knew of one session only.
    (tmp_path / "about.json").write_text('{"date": "2026-11-23"}')
    folder.add_session(describe_session(SMALL_RUN))
    sessions = msgspec.json.decode((tmp_path / "about.json").read_bytes())
    assert [session["date"][:3] for session in sessions] == ["202", "202"]
    session = sessions[1]
    assert set(session["versions"]) >= {"torch", "numpy", "numba"}
    assert session["hardware"]["processor"]
    assert msgspec.convert(session["config"], TrainConfig) == SMALL_RUN
