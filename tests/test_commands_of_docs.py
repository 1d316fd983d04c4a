"""Every command of README and docs runs as it stands there, with a small budget.

In a folder as a reader would have it: with a finished run, a record and an engine of another
program. What takes more than a few seconds is marked slow.
"""

import os
import re
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gomoku.formats import write_games
from gomoku.notation import moves_from_text
from gomoku.record import GameRecord
from gomoku.rules import Rules
from gomoku_zero.commands import main, run
from tests.test_docs import DATED, DOCUMENTS, ROOT, commands_in

NET, RUN = "models/6x6", "runs/six"

# What stands for something of the reader's, and what is there in the folder.
PLACEHOLDERS = {
    "A": "greedy",
    "B": "random",
    "C": "pure:20",
    "D": "level:1",
    "CHECKPOINT": NET,
    "FOLDER": "models",
    "net:FOLDER@400": f"net:{NET}@8",
    "net:RUN/000030@50": f"net:{NET}@8",
    "net:RUN/000012@50": f"net:{NET}@4",
    "[--resume]": "--resume",
    "[--sprt": "--sprt",
    "20]": "20",
}

TRAINING = (
    "--cycles 2 --cycle-positions 100 --selfplay.games 8 --selfplay.simulations 4 "
    "--evaluation.opponents"
)

# The beginning of a command, and the options that make it small; the first that fits counts.
FAST = {
    r"(play|gomoku-zero review)$": "--help",
    r"play --opponent$": "random --screenshot window.png",
    r"play( --(rules|opening) \w+)?$": "--screenshot window.png",
    r"train .*--help$": "",
    r"(gomoku-zero )?train .*--resume$": TRAINING,
    r"train configs/": TRAINING,
    r"pit (greedy random --|net:models/6x6@100)": "--pairs 1",
    r"gomoku-zero( \w+)?$": "--help",
    r"gomoku-zero --help$": "",
    r"gomoku-zero COMMAND --help$": "",
    r"gomoku-zero serve ": "--help",
    r"gomoku-zero review": "--help",
    r"gomoku-zero (share|export|record) ": "",
    r"pbrain-gomokuzero$": "--help",
    r"(train|pit)$": "--help",
    r"-m gomoku_zero$": "--help",
}
SLOW = {
    r"train .*--report": "",
    r"pit (greedy|level:|net:models/6x6)": "--pairs 1",
    r"pit ": "--pairs 1 --seconds 0.1",
    r"gomoku-zero (tactics|analyse) ": "",
    r"play ": "--screenshot window.png",
    r"-m tools.openings$": "--help",
    r"-m tools.openings ": "--count 1",
    r"-m benchmarks$": "--quick --only rollouts",
    r"-m benchmarks --only": "--quick",
    r"-m benchmarks --curves": "--help",
    r"-m benchmarks.brain": "--moves 2",
    r"-m benchmarks.hosting": "--pairs 1",
    r"-m experiments.learning runs": "--points 2 --pairs 1 --simulations 4 --opponents random",
    r"-m tests.formats.fuzzing": "1000",
    # Nothing makes these small, and tests of their own run what is in them.
    r"-m (benchmarks|experiments)\.": "--help",
    r"docs/.*render.py": "--help",
}


def words_of(document: str) -> Iterator[str]:
    """The commands of ours in a document, the reader's own things filled in."""
    for words in commands_in((ROOT / document).read_text(encoding="utf-8")):
        if re.fullmatch(r"(\S*/)?python3?", words[0]) and len(words) > 1:
            words = words[1:]
        name = words[0].rpartition("/")[2]
        if name in ("play.py", "train.py", "pit.py"):
            words = [name.removesuffix(".py"), *words[1:]]
        elif name not in ("gomoku-zero", "pbrain-gomokuzero") and not (
            words[0].endswith("render.py")
            or (words[0] == "-m" and (ROOT / words[1].split(".")[0]).is_dir())
        ):
            continue
        there = PLACEHOLDERS | {"FILE": "network.bin" if "export" in words else "game.sgf"}
        command = " ".join(there.get(word, word) for word in words)
        yield re.sub(r"runs/x/checkpoints/000012", f"{RUN}/checkpoints/000001", command).replace(
            "runs/x", RUN
        )


def all_commands() -> list[str]:
    documents = [name for name in DOCUMENTS if name not in DATED]
    return sorted({command for name in documents for command in words_of(name)})


def budget(command: str) -> tuple[str, bool] | None:
    """The options that make a command small, and whether it is slow nevertheless."""
    for table, slow in ((FAST, False), (SLOW, True)):
        for pattern, options in table.items():
            if re.match(pattern, command):
                return options, slow
    return None


COMMANDS = {command: budget(command) for command in all_commands()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a reader is: beside the checkout's folders, with a run of a cycle."""
    folder = tmp_path_factory.mktemp("reader")
    for name in ("models", "configs", "benchmarks", "docs"):
        (folder / name).symlink_to(ROOT / name)
    record = GameRecord(Rules(6, 4), tuple(moves_from_text("c3 a1 d3 a2 e3 a3 b3", 6)))
    (folder / "game.sgf").write_bytes(write_games([record], "sgf"))
    engine = folder / "pbrain-other"
    fake = ROOT / "tests" / "arena" / "fake_engine.py"
    engine.write_text(f"#!/bin/sh\nexec {sys.executable} {fake} good\n")
    engine.chmod(engine.stat().st_mode | stat.S_IXUSR)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        preset = "configs/6x6.toml"
        assert run("train", shlex.split(f"{preset} --run {RUN} {TRAINING}")) == 0
    for name in ("a", "b"):
        (folder / "runs" / name).symlink_to(folder / RUN)
    return folder


def test_every_command_has_a_budget() -> None:
    assert [command for command, its in COMMANDS.items() if its is None] == []


@pytest.mark.parametrize("command", [c for c, its in COMMANDS.items() if its and not its[1]])
def test_a_command_of_the_documents_runs(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    budget_of = COMMANDS[command]
    assert budget_of is not None
    program, *arguments = shlex.split(f"{command} {budget_of[0]}")
    if program == "train" and "--run" in arguments and "--resume" not in arguments:
        arguments[arguments.index("--run") + 1] += "-anew"
    if program == "-m":
        program, *arguments = arguments
    try:
        if program in ("play", "train", "pit"):
            status = run(program, arguments)
        elif program == "pbrain-gomokuzero":
            status = run("engine", arguments)
        else:
            assert program in ("gomoku-zero", "gomoku_zero"), program
            status = main(["train", "--help"] if arguments[:1] == ["COMMAND"] else arguments)
    except SystemExit as exit_:  # of --help
        status = int(exit_.code or 0)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert status == 0


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c, its in COMMANDS.items() if its and its[1]])
def test_a_slow_command_of_the_documents_runs(command: str, folder: Path) -> None:
    budget_of = COMMANDS[command]
    assert budget_of is not None
    program, *arguments = shlex.split(f"{command} {budget_of[0]}")
    if program == "gomoku-zero":
        arguments = ["-m", "gomoku_zero", *arguments]
    elif program in ("play", "train", "pit"):
        arguments = ["-m", "gomoku_zero", program, *arguments]
    else:
        arguments = [program, *arguments]
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout or done.stderr or "--help" not in arguments, "it is not a program"
