"""A run folder with damaged or foreign files: one clear line and exit code 2, or not minded."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from gomoku_zero.commands import train
from gomoku_zero.training.log import read_metrics
from gomoku_zero.training.replay import write_arrays
from gomoku_zero.training.run_folder import RunFolder

SETTINGS = """
minutes = 1e6
cycle_positions = 60
[game]
size = 3
win_length = 3
[net]
blocks = 1
channels = 8
head_channels = 8
value_hidden = 8
[selfplay]
games = 8
simulations = 8
considered = 4
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
        (put("replay/000002.npz", b"hello"), "000002.npz"),
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


def test_settings_that_no_longer_fit_the_run_are_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = folder / "tiny.toml"
    for old, new in (
        ("channels = 8", "channels = 16"),
        ("size = 3", "size = 4"),
        ("games = 8", "games = 10"),
        ("games = 8", "games = 8\nlanes = 3"),
    ):
        settings.write_text(SETTINGS.replace(old, new, 1))
        capsys.readouterr()
        assert continue_run(folder, 3) == 2, new
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1, lines
        assert "configuration" in lines[0]
