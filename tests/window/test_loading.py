"""Files are read beside the window where that takes long, and the last one asked for is shown."""

import threading
from pathlib import Path

import pytest

from gomoku.record import GameRecord, RecordError
from gomoku.rules import Rules
from gomoku_zero.window.loading import Games, Loading

GAME = GameRecord(Rules(), ())


class Slow:
    """Reads when it is let; what is in a file called bad cannot be read."""

    def __init__(self) -> None:
        self.may_go = threading.Event()

    def __call__(self, file: Path) -> Games:
        assert self.may_go.wait(30)
        if file.name == "bad":
            raise RecordError("no game")
        return [GAME]


@pytest.fixture
def slow() -> Slow:
    return Slow()


def file_of(folder: Path, name: str, size: int = 1_000_000) -> Path:
    file = folder / name
    file.write_bytes(b" " * size)
    return file


def wait(loading: Loading) -> None:
    for _ in range(3000):
        if loading.is_ready:
            return
        threading.Event().wait(0.01)
    raise AssertionError("nothing was read")


def test_a_small_file_is_read_at_once(slow: Slow, tmp_path: Path) -> None:
    shown: list[Games] = []
    slow.may_go.set()
    loading = Loading(slow)
    assert loading.load(file_of(tmp_path, "a", 100), shown.append)
    assert shown == [[GAME]]
    assert not loading.is_ready


def test_nobody_waits_for_a_large_file(slow: Slow, tmp_path: Path) -> None:
    shown: list[Games] = []
    loading = Loading(slow)
    assert not loading.load(file_of(tmp_path, "a"), shown.append)
    assert not loading.is_ready
    slow.may_go.set()
    wait(loading)
    assert shown == []
    loading.finish()
    assert shown == [[GAME]]
    assert not loading.is_ready


def test_what_is_wrong_with_a_large_file_is_raised_where_it_is_taken(
    slow: Slow, tmp_path: Path
) -> None:
    loading = Loading(slow)
    loading.load(file_of(tmp_path, "bad"), lambda games: None)
    slow.may_go.set()
    wait(loading)
    with pytest.raises(RecordError, match="no game"):
        loading.finish()
    assert not loading.is_ready


def test_only_the_file_asked_for_last_is_shown(slow: Slow, tmp_path: Path) -> None:
    shown: list[str] = []
    loading = Loading(slow)
    loading.load(file_of(tmp_path, "bad"), lambda games: shown.append("bad"))
    loading.load(file_of(tmp_path, "b"), lambda games: shown.append("b"))
    slow.may_go.set()
    wait(loading)
    loading.finish()
    assert shown == ["b"]
    assert not loading.is_ready
