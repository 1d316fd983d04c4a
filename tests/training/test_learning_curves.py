"""Ratings of runs over training time."""

import shutil
from pathlib import Path

import msgspec
import pytest

from experiments import learning
from nets.checkpoint import META_FILE, read_meta

from .conftest import FinishedRun


@pytest.fixture
def run_of_seven(tmp_path: Path, finished_run: FinishedRun) -> Path:
    """A run whose checkpoints are 1, 2, 4, ... 64 minutes old."""
    run = tmp_path / "seven"
    [*_, source] = sorted((finished_run.folder / "checkpoints").glob("0*"))
    for number in range(7):
        folder = run / "checkpoints" / f"{number + 1:06d}"
        shutil.copytree(source, folder)
        meta = msgspec.structs.replace(read_meta(folder), seconds=60.0 * 2**number)
        (folder / META_FILE).write_bytes(msgspec.json.encode(meta))
    return run


def test_checkpoints_are_spread_over_the_logarithm_of_time(run_of_seven: Path) -> None:
    chosen = learning.choose_checkpoints(run_of_seven, 4)
    assert [read_meta(folder).seconds / 60 for folder in chosen] == [1, 4, 16, 64]
    assert len(learning.choose_checkpoints(run_of_seven, 100)) == 7
    [last] = learning.choose_checkpoints(run_of_seven, 1)
    assert last.name == "000007"


def test_a_folder_without_checkpoints_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="is it the folder of a run"):
        learning.choose_checkpoints(tmp_path, 3)


def test_games_an_hour_are_those_of_the_whole_run(tmp_path: Path) -> None:
    lines = [
        {"cycle": 1, "run/minutes": 1.0, "run/games": 10, "run/positions": 300},
        {"cycle": 2, "run/minutes": 3.0, "run/games": 50, "run/positions": 1500},
        {"cycle": 2, "match/greedy": 1.0},
    ]
    (tmp_path / "metrics.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    assert learning.per_hour(tmp_path) == {"games": 1000, "positions": 30_000}


def test_curves_of_a_run_are_rated_and_drawn(
    tmp_path: Path,
    finished_run: FinishedRun,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    run = str(finished_run.folder)
    arguments = ["learning", run, "--points", "2", "--pairs", "1", "--simulations", "4"]
    monkeypatch.setattr("sys.argv", [*arguments, "--opponents", "random", "--out", "a/b.webp"])
    learning.main()
    assert (tmp_path / "a" / "b.webp").stat().st_size > 1000
    output = capsys.readouterr().out
    assert "games and" in output
    assert output.count("Elo") >= 2
    monkeypatch.setattr("sys.argv", [*arguments, "--names", "one", "two"])
    with pytest.raises(SystemExit, match="2 names for 1 runs"):
        learning.main()
