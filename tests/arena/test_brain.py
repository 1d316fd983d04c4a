"""The engine as a process: what goes over its pipes, and when."""

import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import gomoku_zero.arena as arena
from tests.arena.test_dialogue import MOVE, expected_answers, fuzzed_line

PATIENCE = 120  # seconds; the first start compiles
NO_NETWORK = "pbrain-gomokuzero: there is no trained network: searching with random playouts\n"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """An engine without networks, run from a folder that is not ours."""
    root = Path(arena.__file__).parents[2]
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); "
        "from gomoku_zero.brain.process import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(root)],
        env={**os.environ, "GOMOKU_ZERO_MODELS": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def send(engine: subprocess.Popen[str], *lines: str, end: str = "\n") -> None:
    assert engine.stdin is not None
    engine.stdin.write("".join(line + end for line in lines))
    engine.stdin.flush()


def answer(engine: subprocess.Popen[str]) -> str:
    """The next line that is no message."""
    assert engine.stdout is not None
    while (line := engine.stdout.readline()).startswith("MESSAGE"):
        pass
    return line.rstrip("\n")


def test_stop_brings_the_move_forward_and_end_cuts_it_short(
    engine: subprocess.Popen[str],
) -> None:
    send(engine, "ABOUT", "START 15", "INFO timeout_turn 600000", end="\r\n")
    assert answer(engine).startswith('name="Gomoku Zero"')
    assert answer(engine) == "OK"
    send(engine, "BEGIN")
    time.sleep(0.2)
    send(engine, "YXSTOP")
    before = time.perf_counter()
    column, row = answer(engine).split(",")
    assert 0 <= int(column) < 15
    assert 0 <= int(row) < 15
    assert time.perf_counter() - before < 10
    # A stop holds for what was asked before it, even if its turn has not come yet.
    send(engine, "TURN 0,0", "TURN 14,14", "STOP")
    assert "," in answer(engine)
    assert "," in answer(engine)
    send(engine, "TURN 0,14")
    time.sleep(0.2)
    send(engine, "END")
    out, errors = engine.communicate(timeout=10)
    assert errors == NO_NETWORK
    assert [line for line in out.splitlines() if not line.startswith("MESSAGE")] != []
    assert engine.returncode == 0


def test_the_end_of_input_ends_the_engine_after_its_last_move(
    engine: subprocess.Popen[str],
) -> None:
    out, errors = engine.communicate("START 9\nBEGIN\nhello\nTURN 0,0", timeout=PATIENCE)
    answers = [line for line in out.splitlines() if not line.startswith("MESSAGE")]
    assert [answers[0], answers[2], errors] == ["OK", "UNKNOWN command", NO_NETWORK]
    assert len(answers) == 4
    assert "," in answers[1]
    assert "," in answers[3]


def test_time_is_kept(engine: subprocess.Popen[str]) -> None:
    # The first move waits until all is loaded.
    send(engine, "START 15", "INFO timeout_turn 60000", "INFO max_node 10", "BEGIN")
    assert answer(engine) == "OK"
    answer(engine)
    send(engine, "INFO max_node 0", "INFO timeout_turn 200", "RESTART")
    assert answer(engine) == "OK"
    before = time.perf_counter()
    send(engine, "BEGIN")
    answer(engine)
    assert 0.1 < time.perf_counter() - before < 2  # a busy machine may be late


def test_a_folder_that_is_no_model_is_said_before_the_protocol_begins(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "meta.json").write_text("{")
    (folder / "weights.safetensors").write_bytes(b"")
    done = subprocess.run(
        [sys.executable, "-m", "gomoku_zero.brain.process", "--models", str(folder)],
        cwd=Path(arena.__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 2
    assert done.stdout.startswith("ERROR ")
    for said in (done.stdout, done.stderr):
        assert said.count("\n") == 1
        assert "meta.json" in said


@pytest.mark.slow
def test_a_hundred_thousand_fuzzed_lines_get_exactly_their_answers(
    engine: subprocess.Popen[str],
) -> None:
    generator = random.Random(0)
    lines = [b"INFO timeout_turn 0"]
    while len(lines) < 100_000:
        line = fuzzed_line(generator)
        # Time settings would make it think; nothing else is left out.
        if b"time" not in line:
            lines.append(line)
    assert engine.stdin is not None
    assert engine.stdout is not None
    pipe = engine.stdin
    data = b"\n".join(lines) + b"\n"

    def feed() -> None:
        """Send it in pieces that end anywhere."""
        sent = 0
        while sent < len(data):
            piece = generator.choice([1, 10, 100, 5000])
            sent += os.write(pipe.fileno(), data[sent : sent + piece])
        pipe.close()

    feeder = threading.Thread(target=feed)
    feeder.start()
    said = engine.stdout.read().splitlines()
    feeder.join()
    engine.stdin = None  # closed: that was the end of input
    assert engine.wait(timeout=10) == 0
    assert engine.stderr is not None
    assert engine.stderr.read() == NO_NETWORK
    texts = [line.decode("ascii", "replace").strip() for line in lines]
    patterns = [pattern for pattern in expected_answers(texts) if pattern is not None]
    messages = [line for line in said if line.startswith("MESSAGE")]
    answers = [line for line in said if not line.startswith("MESSAGE")]
    wrong = [
        (pattern, answer)
        for pattern, answer in zip(patterns, answers, strict=False)
        if not re.fullmatch(pattern, answer)
    ]
    assert wrong == []
    assert len(answers) == len(patterns)
    assert sum(MOVE.fullmatch(answer) is not None for answer in answers) > 4000
    assert [message for message in messages if "while thinking" in message] == []
