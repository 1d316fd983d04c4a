"""A run folder with damaged or foreign files: one clear line and exit code 2, or not minded."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from gomoku_zero.commands import train
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.training.log import RunLog
from gomoku_zero.training.replay import write_arrays
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.settings import read_settings

SETTINGS = """
minutes = 1e6
cycle_positions = 60
[game]
size = 3
win_length = 3
[net]
blocks = 1
channels = 8
[selfplay]
games = 8
simulations = 8
random_plies = 2
[learner]
batch = 32
[evaluation]
minutes = 1e6
opponents = []
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with settings, and a run of two cycles."""
    folder = tmp_path_factory.mktemp("damage")
    (folder / "tiny.toml").write_text(SETTINGS)
    assert continue_run(folder, 2, resume=False) == 0
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy of it to damage."""
    shutil.copytree(whole, tmp_path / "copy")
    return tmp_path / "copy"


def continue_run(folder: Path, cycles: int, *, resume: bool = True) -> int:
    command = [str(folder / "tiny.toml"), "--run", str(folder / "run"), "--cycles", str(cycles)]
    return train.main([*command, *(["--resume"] if resume else [])])


def cut(pattern: str, share: float = 0.5) -> Callable[[Path], None]:
    """Damage that leaves only the first part of every file of a pattern."""

    def damage(run: Path) -> None:
        files = list(run.glob(pattern))
        assert files, pattern
        for file in files:
            file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])

    return damage


def remove(pattern: str) -> Callable[[Path], None]:
    def damage(run: Path) -> None:
        for file in list(run.glob(pattern)):
            file.unlink()

    return damage


def swap(one: str, other: str) -> Callable[[Path], None]:
    def damage(run: Path) -> None:
        first, second = (run / one).read_bytes(), (run / other).read_bytes()
        (run / one).write_bytes(second)
        (run / other).write_bytes(first)

    return damage


def not_finite(pattern: str) -> Callable[[Path], None]:
    """A number in the weights that is none."""

    def damage(run: Path) -> None:
        for file in list(run.glob(pattern)):
            tensors = load_file(file)
            name = next(name for name in tensors if name.endswith("weight"))
            tensors[name].view(-1)[0] = float("nan")
            save_file(tensors, file)

    return damage


def remove_folders(pattern: str) -> Callable[[Path], None]:
    def damage(run: Path) -> None:
        for folder in list(run.glob(pattern)):
            shutil.rmtree(folder)

    return damage


def put(name: str, content: bytes) -> Callable[[Path], None]:
    """A file that is not one of ours, or no longer what it was."""

    def damage(run: Path) -> None:
        for file in list(run.glob(name)) or [run / name]:
            file.write_bytes(content)

    return damage


def foreign_arrays(run: Path) -> None:
    write_arrays(run / "replay" / "000001.npz", {"cells": np.zeros(3)})


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (cut("state/*/progress.json"), "state/000002"),
        (put("state/*/progress.json", b"{}x"), "state/000002"),
        (put("state/*/progress.json", b'{"cycle": "two"}'), "state/000002"),
        (remove("state/*/progress.json"), "state/000002"),
        (cut("state/*/learner.safetensors"), "state/000002"),
        (put("state/*/learner.safetensors", b"hello"), "state/000002"),
        (cut("state/*/lane-0.npz"), "lane-0.npz"),
        (put("state/*/lane-1.npz", b"hello"), "lane-1.npz"),
        (remove("state/*/lane-1.npz"), "lane"),
        (cut("replay/000001.npz"), "000001.npz"),
        (cut("replay/000001.npz", 0.0), "000001.npz"),
        (remove("replay/000001.npz"), "000001.npz"),
        (swap("replay/000001.npz", "replay/000002.npz"), "000001.npz"),
        (foreign_arrays, "000001.npz"),
        (remove("config.json"), "config.json"),
    ],
)
def test_a_damaged_file_is_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], None], named: str
) -> None:
    capsys.readouterr()
    damage(folder / "run")
    assert continue_run(folder, 3) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("gomoku-zero train: ")
    assert named in lines[0]


@pytest.mark.parametrize(
    "damage",
    [
        cut("state/000002/progress.json"),
        cut("state/000002/lane-0.npz"),
        remove("state/000002/learner.safetensors"),
        cut("replay/000002.npz"),
        put("replay/000002.npz", b"hello"),
        remove("replay/000002.npz"),
        not_finite("state/000002/learner.safetensors"),
        put("checkpoints/notes.txt", b"hello"),
        put("checkpoints/000001.bak", b"hello"),
        put("checkpoints/0x", b"hello"),
        put("replay/notes.txt", b"hello"),
        put("replay/0 copy of 1.npz", b"hello"),
        put("state/notes.txt", b"hello"),
        put("state/000009.bak", b"hello"),
        put("notes.txt", b"hello"),
        put("metrics.jsonl", b'{"cycle": 1}\nrubbish\n{"a": 1}\n[1]\n{"cycle": 2}\n{"cyc'),
        put("metrics.jsonl", b"\xff\xfe"),
        put("about.json", b"hello"),
        put("config.json", b"hello"),
    ],
)
def test_what_is_not_needed_is_not_minded(folder: Path, damage: Callable[[Path], None]) -> None:
    damage(folder / "run")
    foreign = {file for file in (folder / "run").rglob("*") if file.name.startswith("notes")}
    assert continue_run(folder, 3) == 0
    state = RunFolder(folder / "run").begin(resume=True)
    assert state is not None
    assert state.progress.cycle == 3
    assert read_metrics(folder / "run")[-1]["cycle"] == 3
    assert all(file.exists() for file in foreign)


def test_a_file_in_the_place_of_the_run_folder_is_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(folder / "run")
    (folder / "run").write_text("hello")
    for resume in (False, True):
        assert continue_run(folder, 3, resume=resume) == 2
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1
        assert str(folder / "run") in lines[0]


def test_counters_of_a_cycle_can_be_changed_without_writing_its_state_again(folder: Path) -> None:
    run = RunFolder(folder / "run")
    before = run.begin(resume=True)
    assert before is not None
    run.write_progress(msgspec.structs.replace(before.progress, last_evaluation_seconds=7.0))
    after = run.begin(resume=True)
    assert after is not None
    assert after.progress == msgspec.structs.replace(before.progress, last_evaluation_seconds=7.0)
    assert after.tensors.keys() == before.tensors.keys()
    assert len(after.lanes) == len(before.lanes)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("--net.channels", "16"), "net.channels is 8 in the configuration of the run and cannot"),
        (
            ("--game.size", "4"),
            "game.size is 3 in the configuration of the run and cannot become 4",
        ),
        (("--selfplay.games", "10"), "selfplay.games is 8 in the configuration"),
        (("--selfplay.lanes", "3"), "selfplay.lanes is 0 in the configuration"),
        (("--distill", "models/9x9"), "distill is  in the configuration"),
    ],
)
def test_what_cannot_change_is_named_with_both_values(
    folder: Path, capsys: pytest.CaptureFixture[str], asked: tuple[str, str], expected: str
) -> None:
    assert train.main(["--run", str(folder / "run"), "--resume", "--cycles", "3", *asked]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1, lines
    assert expected in lines[0]


def test_a_run_goes_on_with_its_own_settings_whatever_the_file_says(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = folder / "run"
    before = read_settings(run)
    assert before.cycles == 2
    (folder / "tiny.toml").write_text(SETTINGS.replace("games = 8", "games = 64"))
    assert continue_run(folder, 3) == 0
    assert "cycles: 2 -> 3" in capsys.readouterr().out
    assert read_settings(run) == msgspec.structs.replace(before, cycles=3)
    # No file is needed, and what was changed before stays so.
    assert train.main(["--run", str(run), "--resume", "--learner.reuse", "1.5"]) == 0
    said = capsys.readouterr().out
    assert "learner.reuse: " in said
    assert "-> 1.5" in said
    assert "the budget is used up" in said
    assert "play it: gomoku-zero play --opponent net:" in said
    after = read_settings(run)
    assert (after.cycles, after.learner.reuse) == (3, 1.5)


def test_a_row_that_was_lost_with_a_kill_is_in_the_state(folder: Path) -> None:
    run = folder / "run"
    rows = read_metrics(run)
    for kept in (rows[:-1], rows[:1], []):
        (run / "metrics.jsonl").write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in kept))
        copy = folder / f"copy{len(kept)}"
        shutil.copytree(run, copy)
        assert train.main(["--run", str(copy), "--resume", "--cycles", "3"]) == 0
        found = [row for row in read_metrics(copy) if row["cycle"] == 2 and "run/games" in row]
        assert found == [row for row in rows if row["cycle"] == 2 and "run/games" in row]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (shutil.rmtree, "is not there"),
        (remove_folders("state"), "no state of a run to resume"),
        (remove_folders("state/0*"), "no state of a run to resume"),
    ],
)
def test_a_run_without_a_state_is_not_resumed_and_not_touched(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[Path], object],
    said: str,
) -> None:
    run = folder / "run"
    damage(run)
    before = sorted((file, file.stat().st_mtime_ns) for file in folder.rglob("*"))
    assert continue_run(folder, 3) == 2
    assert said in capsys.readouterr().err
    after = sorted((file, file.stat().st_mtime_ns) for file in folder.rglob("*"))
    assert [each for each in after if each[0].name != ".lock" and each[0] != run] == [
        each for each in before if each[0].name != ".lock" and each[0] != run
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["configs/6x6", "--run", "RUN"], "write configs/6x6.toml"),
        (["configs", "--run", "RUN"], "cannot read configs: it is not a file of settings"),
        (["6x6", "--run", "RUN"], "cannot read 6x6: it is not a file of settings"),
        (["--run", "RUN/x.toml"], "name a file of settings, such as configs/6x6.toml"),
        (["--run", "configs/6x6.toml"], "name a file of settings"),
        (["--run", "RUN", "--resume"], "is not a training run"),
    ],
)
def test_what_is_not_a_file_of_settings_is_never_trained_with(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main([a.replace("RUN", str(tmp_path)) for a in arguments]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1, lines
    assert said in lines[0]
    assert not list(tmp_path.iterdir())


def test_losses_beyond_all_bounds_stop_a_run_before_it_is_saved(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wild = ["--learner.learning-rate", "1e3"]
    command = ["--run", str(folder / "run"), "--resume", "--cycles", "6", *wild]
    assert train.main(command) == 2
    assert "learning diverged in cycle" in capsys.readouterr().err


def test_a_run_whose_folder_is_deleted_says_so_and_not_that_it_can_be_resumed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(RunLog, "progress", lambda *_: shutil.rmtree(folder / "run"))
    assert continue_run(folder, 3) == 2
    said = capsys.readouterr().err
    assert "deleted or moved" in said
    assert "resum" not in said
