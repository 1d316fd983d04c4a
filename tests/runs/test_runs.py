"""Onlookers read a run while it is written, half written or damaged, and may ask it to stop."""

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from gomoku.rules import RENJU, Rules
from gomoku_zero.runs.folder import is_run, newest_checkpoint, runs_below
from gomoku_zero.runs.growing import GrowingFile
from gomoku_zero.runs.live import (
    LIVE_FILE,
    LOCK_FILE,
    Live,
    ask_to_stop,
    is_asked_to_stop,
    is_training,
    read_live,
    write_live,
)
from gomoku_zero.runs.settings import SettingsDamaged, list_presets, read_run_settings
from gomoku_zero.training.config_file import read_config
from gomoku_zero.training.run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[2]


def test_only_what_is_new_is_read_and_half_a_line_waits(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "lines")
    assert file.read() == (False, [], False)
    file.path.write_bytes(b"one\ntwo\nthr")
    assert file.read() == (True, [b"one", b"two"], False)
    assert file.read() == (False, [], False)
    with file.path.open("ab") as stream:
        stream.write(b"ee\nfour\n")
    assert file.read() == (False, [b"three", b"four"], False)


def test_a_file_that_was_written_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "lines")
    file.path.write_bytes(b"one\ntwo\n")
    file.read()
    (tmp_path / "other").write_bytes(b"six\n")
    (tmp_path / "other").replace(file.path)  # as a resumed run does
    assert file.read() == (True, [b"six"], False)
    file.path.unlink()
    assert file.read() == (True, [], False)


def test_large_files_come_in_parts_and_endless_lines_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gomoku_zero.runs.growing.MAX_BYTES", 10)
    file = GrowingFile(tmp_path / "lines")
    file.path.write_bytes(b"one\ntwo\nthree\n" + b"x" * 35 + b"\nlast\n")
    found, looks = list[bytes](), 0
    while True:
        grown = file.read()
        found += grown.lines
        looks += 1
        if not grown.has_more:
            break
    assert found == [b"one", b"two", b"three", b"last"]
    assert looks < 10


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lines")
    assert GrowingFile(tmp_path / "lines").read().lines == []
    os.mkfifo(tmp_path / LIVE_FILE)
    assert read_live(tmp_path) is None
    os.mkfifo(tmp_path / "config.json")
    with pytest.raises(SettingsDamaged):
        read_run_settings(tmp_path)


def test_a_moment_of_a_run_is_read_back_and_damage_is_no_moment(tmp_path: Path) -> None:
    live = Live(doing="match", cycle=3, seconds=61.5, opponent="pure:100", pair=2, pairs=5)
    write_live(tmp_path, live)
    assert read_live(tmp_path) == live
    for damaged in (b"", b"{", b'{"doing": "cooking"}', b"\xff", b"[" * 5000):
        (tmp_path / LIVE_FILE).write_bytes(damaged)
        assert read_live(tmp_path) is None
    write_live(tmp_path / "gone", live)  # nobody to tell


def test_who_trains_is_seen_from_another_process_and_not_disturbed(tmp_path: Path) -> None:
    assert not is_training(tmp_path)
    code = (
        "import sys, time; from pathlib import Path\n"
        "from gomoku_zero.training.run_folder import RunFolder\n"
        f"with RunFolder(Path({str(tmp_path)!r})).locked():\n"
        "    print('locked', flush=True); time.sleep(60)\n"
    )
    trainer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert trainer.stdout is not None
        assert trainer.stdout.readline() == b"locked\n"
        assert is_training(tmp_path)
    finally:
        trainer.kill()
        trainer.wait()
    assert not is_training(tmp_path)
    assert (tmp_path / LOCK_FILE).exists()


def test_a_look_at_the_lock_does_not_keep_a_run_from_beginning(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    with run.locked():
        pass
    import fcntl

    with (tmp_path / LOCK_FILE).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        began = time.monotonic()

        def let_go(_: float) -> None:
            fcntl.flock(file, fcntl.LOCK_UN)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gomoku.storage.time.sleep", let_go)
            with run.locked():
                pass
        assert time.monotonic() - began < 5


def test_presets_are_read_as_training_reads_them() -> None:
    presets = list_presets()
    assert len(presets) == len(list((ROOT / "configs").glob("*.toml")))
    for preset in presets:
        whole = read_config(preset.file)
        assert preset.settings.minutes == whole.minutes
        assert preset.settings.name == whole.name
        assert preset.settings.to_rules() == whole.game.to_rules()
    assert [each.needs_gpu for each in presets] == sorted(each.needs_gpu for each in presets)


def test_presets_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text('minutes = 3\n[game]\nrules = "renju"\n')
    (tmp_path / "torn.toml").write_bytes(b"minutes = [")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    (tmp_path / "typed.toml").write_text('minutes = "three"')
    (tmp_path / "odd.toml").write_text("[game]\nsize = 99")
    (preset,) = list_presets(tmp_path)
    assert preset.name == "good"
    assert preset.settings.to_rules() == Rules(variant=RENJU)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"minutes": "x"}', b'{"game": {"size": 99}}', b"\xff\xfe"]
)
def test_damaged_settings_say_so(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "config.json").write_bytes(text)
    with pytest.raises(SettingsDamaged):
        read_run_settings(tmp_path)


def test_runs_are_found_and_the_newest_whole_checkpoint_counts(tmp_path: Path) -> None:
    old, new, other = tmp_path / "old", tmp_path / "new", tmp_path / "notes"
    for folder in (old, new, other):
        folder.mkdir()
    (old / "metrics.jsonl").write_bytes(b"")
    os.utime(old / "metrics.jsonl", (1, 1))
    write_live(new, Live())
    (other / "readme.txt").touch()
    assert runs_below([tmp_path, tmp_path / "gone", old / "metrics.jsonl"]) == [new, old]
    assert not is_run(other)
    assert newest_checkpoint(new) is None
    for cycle, files in ((9, ("meta.json", "weights.safetensors")), (10, ("meta.json",))):
        checkpoint = new / "checkpoints" / f"{cycle:06d}"
        checkpoint.mkdir(parents=True)
        for name in files:
            (checkpoint / name).touch()
    assert newest_checkpoint(new) == new / "checkpoints" / "000009"


def test_the_wish_that_a_run_stop_reaches_it(tmp_path: Path) -> None:
    from gomoku_zero.training.log import RunLog

    with RunLog(tmp_path, seconds=60, done_seconds=0, last_cycle=0) as log:
        log.show(Live(doing="playing", seconds=3))
        assert read_live(tmp_path) == Live(doing="playing", seconds=3, budget=60)
        ask_to_stop(tmp_path)
        with pytest.raises(KeyboardInterrupt):
            log.show(Live(doing="playing", seconds=4))
        log.show(Live(doing="over", seconds=60))  # which is what was wanted
    assert is_asked_to_stop(tmp_path)


def test_settings_of_a_newer_version_are_read(tmp_path: Path) -> None:
    settings = {"name": "x", "minutes": 7, "game": {"size": 9, "wind": 3}, "weather": "fine"}
    (tmp_path / "config.json").write_bytes(msgspec.json.encode(settings))
    assert read_run_settings(tmp_path).to_rules() == Rules(9)
