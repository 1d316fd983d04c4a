"""An engine answers from its first second, whatever is still being loaded and compiled."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gomoku.board import Board
from gomoku.notation import moves_from_text
from gomoku.rules import RENJU, Rules
from gomoku_zero.brain.start import RESERVE, StartingThinker
from gomoku_zero.brain.thinker import MoveRequest
from mcts.analysis import Analysis

ROOT = Path(__file__).parents[2]
NEVER = float("inf")


class Slow:
    """What a thinker is made of, held back until the test lets it go."""

    def __init__(self) -> None:
        self.loading, self.compiling = threading.Event(), threading.Event()
        self.failures: list[Exception] = []

    def make(self) -> Any:
        assert self.loading.wait(10)
        return self

    def compile(self, variants: tuple[int, ...]) -> None:
        assert RENJU not in variants or self.compiling.wait(10)

    def think(self, request: MoveRequest) -> Analysis:
        return Analysis(request.board.to_move, 0.5, choice=0, simulations=1)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def starting(slow: Slow) -> StartingThinker:
    return StartingThinker(
        slow.make, slow.failures.append, compile_for=slow.compile, compile_rest=lambda: None
    )


def think(thinker: StartingThinker, board: Board, seconds: float, **changes: Any) -> Analysis:
    return thinker.think(MoveRequest(board, time.perf_counter() + seconds, **changes))


NINE = Rules(9)


def board_of(text: str, rules: Rules = NINE) -> Board:
    return Board.from_moves(rules, moves_from_text(text, rules.size))


def test_until_it_is_ready_a_move_looks_one_ply_ahead(starting: StartingThinker) -> None:
    four = board_of("a1 e5 a2 f5 a3 g5 a4 h8")
    assert think(starting, four, 0.0).move == moves_from_text("a5", 9)[0]
    threatened = board_of("a1 e5 a2 f5 a3 g5 i9 h5 i1 a9")  # White has four, open at both ends
    assert think(starting, threatened, 0.0).move in moves_from_text("d5 i5", 9)


def test_forbidden_points_of_a_manager_are_left_alone(starting: StartingThinker) -> None:
    four = board_of("a1 e5 a2 f5 a3 g5 a4 h8")
    (win,) = moves_from_text("a5", 9)
    move = think(starting, four, 0.0, forbidden=frozenset({win})).move
    assert move != win
    assert four.cells[move] == 0


def test_it_waits_as_long_as_the_deadline_allows(starting: StartingThinker, slow: Slow) -> None:
    threading.Timer(0.05, slow.loading.set).start()
    assert think(starting, board_of("e5"), 30.0).is_thought


def test_it_answers_before_the_deadline(starting: StartingThinker) -> None:
    before = time.perf_counter()
    assert not think(starting, board_of("e5"), RESERVE + 0.1).is_thought
    assert time.perf_counter() - before >= 0.1


def test_a_stop_is_obeyed_while_it_waits(starting: StartingThinker) -> None:
    stopped: Callable[[], bool] = lambda: True  # noqa: E731
    assert not think(starting, board_of("e5"), NEVER, is_stopped=stopped).is_thought


def test_renju_waits_for_its_own_kernels(starting: StartingThinker, slow: Slow) -> None:
    slow.loading.set()
    assert think(starting, board_of("e5"), 30.0).is_thought
    renju = board_of("h8", Rules(15, 5, RENJU))
    assert not think(starting, renju, 0.0).is_thought
    slow.compiling.set()
    assert think(starting, renju, 30.0).is_thought


def test_a_failure_is_reported_once() -> None:
    failures: list[Exception] = []

    def fail() -> Any:
        raise ValueError("weights.safetensors is damaged")

    thinker = StartingThinker(
        fail, failures.append, compile_for=lambda variants: None, compile_rest=lambda: None
    )
    think(thinker, board_of("e5"), RESERVE + 0.1)
    assert [str(failure) for failure in failures] == ["weights.safetensors is damaged"]


def test_with_an_empty_cache_the_engine_answers_at_once(tmp_path: Path) -> None:
    engine = subprocess.Popen(
        [sys.executable, "-m", "gomoku_zero.brain.process"],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert engine.stdin is not None
        assert engine.stdout is not None
        engine.stdin.write("ABOUT\nSTART 15\nINFO timeout_turn 300\nBEGIN\n")
        engine.stdin.flush()
        said: list[str] = []
        while not (said and said[-1][0].isdigit()):
            said.append(engine.stdout.readline().strip())
        assert said[0].startswith("name=")
        assert said[1] == "OK"
        assert any("starting" in line for line in said)
        column, row = map(int, said[-1].split(","))
        assert 0 <= column < 15
        assert 0 <= row < 15
    finally:
        engine.kill()
        engine.communicate()
