"""A disk that is full at any write of a cycle: one clear line, and the run can go on."""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gomoku_zero.commands import train
from gomoku_zero.training.run_folder import RunFolder
from tests.training.test_damage import SETTINGS

CYCLES = 2


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with settings and a run of two cycles."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "tiny.toml").write_text(SETTINGS)
    assert continue_run(folder, CYCLES, resume=False) == 0
    return folder


def continue_run(folder: Path, cycles: int, *, resume: bool = True) -> int:
    command = [str(folder / "tiny.toml"), "--run", str(folder / "run"), "--cycles", str(cycles)]
    return train.main([*command, *(["--resume"] if resume else [])])


class Disk:
    """Counts the writes to a folder, and has no room for any more from one of them on."""

    def __init__(self, folder: Path, room: int) -> None:
        self._folder = str(folder)
        self._room = room
        self.writes = 0

    def write(self, file: object) -> None:
        """Note that a file is about to be written.

        Raises:
            OSError: if there is no room.
        """
        if not str(file).startswith(self._folder):
            return
        self.writes += 1
        if self.writes > self._room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))


@contextlib.contextmanager
def full_after(folder: Path, room: int) -> Iterator[Disk]:
    """A disk on which only so many files of a folder can be opened for writing or renamed."""
    disk = Disk(folder, room)
    with pytest.MonkeyPatch.context() as patch:
        open_path: Callable[..., object] = Path.open
        rename: Callable[..., object] = Path.rename
        replace: Callable[..., object] = Path.replace
        mkdir: Callable[..., object] = Path.mkdir

        def opened(self: Path, mode: str = "r", *rest: object, **named: object) -> object:
            if set(mode) & set("wax+") and not self.name.startswith(".lock"):
                disk.write(self)
            return open_path(self, mode, *rest, **named)

        def renamed(self: Path, target: object) -> object:
            disk.write(self)
            return rename(self, target)

        def replaced(self: Path, target: object) -> object:
            disk.write(self)
            return replace(self, target)

        def made(self: Path, *rest: object, **named: object) -> object:
            if not self.exists():
                disk.write(self)
            return mkdir(self, *rest, **named)

        patch.setattr(Path, "open", opened)
        patch.setattr(Path, "rename", renamed)
        patch.setattr(Path, "replace", replaced)
        patch.setattr(Path, "mkdir", made)
        yield disk


def writes_of_a_cycle(folder: Path) -> int:
    """How often a session of one cycle writes."""
    with full_after(folder / "run", 10**9) as disk:
        assert continue_run(folder, CYCLES + 1) == 0
    return disk.writes


def fill_up(folder: Path, room: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Let the disk be full after so many writes; then there is room again."""
    capsys.readouterr()
    with full_after(folder / "run", room):
        assert continue_run(folder, CYCLES + 1) == 2, room
    line = [part for part in capsys.readouterr().err.splitlines() if "train: " in part][-1]
    assert "No space left on device" in line
    assert "the run stays resumable" in line
    state = RunFolder(folder / "run").begin(resume=True)
    assert state is not None
    assert state.progress.cycle in (CYCLES, CYCLES + 1)
    assert continue_run(folder, CYCLES + 1) == 0
    resumed = RunFolder(folder / "run").begin(resume=True)
    assert resumed is not None
    assert resumed.progress.cycle == CYCLES + 1


def test_a_disk_that_fills_up_in_the_middle_of_a_cycle_leaves_a_run_that_goes_on(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writes = writes_of_a_cycle(copy_of(whole, tmp_path / "count"))
    assert writes > 10
    fill_up(copy_of(whole, tmp_path / "full"), writes // 2, capsys)


@pytest.mark.slow
def test_a_disk_that_is_full_at_any_write_leaves_a_run_that_goes_on(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for room in range(writes_of_a_cycle(copy_of(whole, tmp_path / "count"))):
        fill_up(copy_of(whole, tmp_path / str(room)), room, capsys)


def copy_of(whole: Path, folder: Path) -> Path:
    shutil.copytree(whole, folder)
    return folder
