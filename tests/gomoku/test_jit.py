"""Kernels are compiled once, kept for as long as they are right, and never waited for."""

import importlib
import logging
import os
import pkgutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gomoku
import mcts
import nets
from gomoku import jit, kernel_cache, kernels
from gomoku.board import Board
from gomoku.intrinsics import count_bits, lowest_bit, stack_array
from gomoku.jit import Kernel, compile_ahead, interpret, kernel
from gomoku.lines import LINES, set_stone
from gomoku.rules import RENJU, Rules
from tests.gomoku.state import kernel_state

ROOT = Path(__file__).parents[2]
FACTOR = 3


@kernel
def double(number: int) -> int:
    """A part of `scale`."""
    return 2 * number


@kernel
def scale(number: int) -> int:
    """Reads a constant and calls a kernel."""
    return FACTOR * double(number)


@kernel(apart=True)
def halve_until_odd(number: int) -> int:
    """Calls itself."""
    return number if number % 2 else halve_until_odd(number // 2)


@kernel
def halve_twice(number: int) -> int:
    """Calls a kernel that stands apart."""
    return halve_until_odd(number) + halve_until_odd(3 * number)


def all_kernels() -> list[Kernel]:
    found: set[Kernel] = set()
    for package in (gomoku, mcts, nets):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(("nets.patterns.net", "nets.resnet.net", "nets.torch")):
                try:
                    members = vars(importlib.import_module(module.name))
                except ImportError:  # torch may not be installed
                    continue
                found |= {each for each in members.values() if isinstance(each, Kernel)}
    return sorted(found, key=lambda each: each._name)


def as_kernel(function: Any) -> Kernel:
    assert isinstance(function, Kernel)
    return function


def test_a_kernel_has_one_specialization_whatever_integers_it_is_called_with() -> None:
    numbers: list[Any] = [7, np.int32(7), np.int8(7), np.uint16(7), True]
    assert [scale(number) for number in numbers] == [42, 42, 42, 42, 6]
    assert len(as_kernel(scale).overloads) == 1


def test_every_kernel_declares_a_signature_that_numba_understands() -> None:
    found = all_kernels()
    assert len(found) > 100
    for each in found:
        assert each.declared.args is not None
        assert len(each.overloads) <= 1
        assert len(each.digest()) == 64


def test_a_kernel_apart_may_call_itself_and_be_called() -> None:
    assert halve_twice(40) == 5 + 15


def test_a_digest_knows_what_a_kernel_reaches(monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_kernel(scale).digest()
    assert before == as_kernel(scale).digest()
    monkeypatch.setitem(as_kernel(scale).py_func.__globals__, "FACTOR", 4)
    changed_constant = as_kernel(scale).digest()
    monkeypatch.undo()
    monkeypatch.setattr(as_kernel(double).py_func, "__code__", (lambda number: 4 * number).__code__)
    changed_callee = as_kernel(scale).digest()
    assert len({before, changed_constant, changed_callee}) == 3


def test_a_digest_does_not_depend_on_a_docstring(monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_kernel(halve_twice).digest()
    function = as_kernel(halve_twice).py_func
    code = function.__code__
    constants = tuple("Another." if each == function.__doc__ else each for each in code.co_consts)
    assert constants != code.co_consts
    monkeypatch.setattr(function, "__code__", code.replace(co_consts=constants))
    monkeypatch.setattr(function, "__doc__", "Another.")
    assert as_kernel(halve_twice).digest() == before


def test_a_digest_does_not_depend_on_what_a_kernel_does_not_reach() -> None:
    search = {each._name for each in as_kernel(kernels.place).linked()}
    assert "gomoku.lines.set_stone" in search
    assert not [name for name in search if name.startswith("mcts.")]
    assert "gomoku.forbidden.judge_stone" not in search  # that of a kernel apart, by address


def test_digests_are_the_same_in_another_process() -> None:
    code = "from gomoku import kernels; print(kernels.place.digest())"
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert answers == {as_kernel(kernels.place).digest() + "\n"}


def test_bits_are_counted_alike_with_and_without_compiling() -> None:
    for word in (1, 6, 1 << 40, (1 << 63) - 1, -1, -(1 << 62)):
        assert count_bits(word) == bin(word & (1 << 64) - 1).count("1")
        assert (word >> lowest_bit(word)) & 1 == 1
        assert word & ((1 << lowest_bit(word)) - 1) == 0


@pytest.mark.parametrize("variant", range(4))
def test_an_interpreted_kernel_does_what_the_compiled_one_does(variant: int) -> None:
    rules = Rules(9, 5, variant)
    random = np.random.default_rng(variant)
    cells, lines, meta = kernel_state([0] * 81, rules)
    others = cells.copy(), lines.copy(), meta.copy()
    for move in random.permutation(81)[:60]:
        result = kernels.place(cells, lines, meta, int(move), rules)
        assert interpret(as_kernel(kernels.place), *others, int(move), rules) == result
        for compiled, interpreted in zip((cells, lines, meta), others, strict=True):
            np.testing.assert_array_equal(compiled, interpreted)
        for side in range(2):
            assert interpret(
                as_kernel(kernels.winning_moves), others[1], side, rules
            ) == kernels.winning_moves(lines, side, rules)
        if result != kernels.ONGOING:
            break


def test_nobody_waits_while_another_thread_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    @kernel
    def fresh(number: int) -> int:
        return number + 1

    monkeypatch.setattr(as_kernel(fresh), "_name", "gomoku.fresh")
    monkeypatch.setattr(jit._preparing, "thread", None)
    jit.expect_compiling()
    assert fresh(1) == 2
    assert not as_kernel(fresh).overloads
    monkeypatch.undo()
    assert fresh(1) == 2
    assert as_kernel(fresh).overloads


def test_stones_are_placed_while_kernels_are_compiled(tmp_path: Path) -> None:
    """In a fresh process with an empty cache, where nothing is compiled yet."""
    code = """
import threading, time
from gomoku import kernels
from gomoku.board import Board
from gomoku.jit import compile_ahead
from gomoku.rules import RENJU, Rules
seen = []
started = threading.Event()
def progress(done, count):
    seen.append((done, count))
    started.set()
worker = threading.Thread(
    target=compile_ahead, args=([kernels.place, kernels.winning_moves, kernels.clear], progress)
)
worker.start()
assert started.wait(60)
board = Board(Rules(15, 5, RENJU))
slowest = 0.0
for move in (112, 0, 113, 15, 114, 30, 115, 45):
    before = time.perf_counter()
    board.push(move)
    slowest = max(slowest, time.perf_counter() - before)
assert board.outcome is None
board.push(116)
assert board.outcome is not None and board.outcome.winner == 1
assert worker.is_alive(), "the board was not quicker than the compiler"
worker.join()
counts = [done for done, _ in seen]
assert counts == sorted(counts) and counts[0] == 0 and seen[-1][0] == seen[-1][1] > 10, seen
assert Board.from_moves(Rules(15), [112, 0]).to_move == 1
"""
    subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        check=True,
    )


def test_a_damaged_cached_file_is_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))

    @kernel
    def fresh(number: int) -> int:
        return number + 1

    entry = as_kernel(fresh)
    assert fresh(1) == 2
    file = kernel_cache.compiled_file(entry)
    assert file is not None
    whole = file.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"\0" * len(whole)):
        file.write_bytes(damaged)
        assert kernel_cache.load_compiled(entry) is None
    file.write_bytes(whole)
    assert kernel_cache.load_compiled(entry) is not None


def test_a_cache_that_nobody_uses_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kernels"
    folder.mkdir()
    earlier = tmp_path / "kernels-0123456789abcdef" / "inside"
    earlier.mkdir(parents=True)
    (earlier / "old.nbc").write_bytes(b"old")
    for name, days in (
        ("stale", kernel_cache.DAYS_KEPT + 1),
        ("fresh", kernel_cache.DAYS_KEPT - 1),
    ):
        (folder / name).write_bytes(b"code")
        then = time.time() - days * 86400
        os.utime(folder / name, (then, then))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert kernel_cache.cache_folder() == folder
    assert [file.name for file in folder.iterdir()] == ["fresh"]
    assert [file.name for file in tmp_path.iterdir()] == ["kernels"]


def test_a_folder_that_cannot_be_written_is_told_of_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        folder = kernel_cache.cache_folder()
    assert folder is not None
    assert "file" in caplog.text


def test_a_kernel_on_disk_is_not_ready_while_another_thread_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))

    @kernel
    def plus_one(number: int) -> int:
        return number + 1

    @kernel
    def twin(number: int) -> int:
        return number + 1

    entry = as_kernel(plus_one)
    assert not jit.is_ready(plus_one)
    assert plus_one(1) == 2
    assert jit.is_ready(plus_one)
    entry.overloads.clear()  # as in a process that has not called it
    assert entry.is_on_disk()
    assert jit.is_ready(plus_one)
    jit.expect_compiling()
    try:
        assert not jit.is_ready(plus_one)
        entry.prepare()
        assert jit.is_ready(plus_one)
    finally:
        jit.expect_compiling(False)
    assert not jit.is_ready(twin)


def test_compiling_ahead_says_nothing_when_all_is_there() -> None:
    calls: list[tuple[int, int]] = []
    compile_ahead([set_stone], lambda done, count: calls.append((done, count)))
    compile_ahead([set_stone], lambda done, count: calls.append((done, count)))
    assert calls == [] or calls[-1][0] == calls[-1][1]
    assert jit._preparing.thread is None
    assert threading.active_count() >= 1
    lines = np.zeros((2, 4, LINES), np.int32)
    assert not set_stone(lines, 0, 5, Rules(9, 5, RENJU))
    assert Board(Rules(9)).outcome is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_kernel_that_cannot_be_compiled_is_an_error_where_it_is_called() -> None:
    @kernel(apart=True)
    def broken(number: int) -> int:
        return number + undefined  # type: ignore[name-defined,no-any-return] # noqa: F821

    @kernel
    def caller(number: int) -> int:
        return broken(number)

    with pytest.raises(RuntimeError, match="broken could not be compiled"):
        caller(1)


def test_a_kernel_makes_no_arrays() -> None:
    @kernel
    def makes(count: int) -> int:
        made = np.zeros(count, np.int32)
        return made.size

    @kernel
    def gives(numbers: NDArray[np.int32]) -> NDArray[np.int32]:
        return numbers[1:]

    with pytest.raises(TypeError, match="makes an array"):
        makes(3)
    with pytest.raises(TypeError, match="gives Python an array"):
        gives(np.zeros(3, np.int32))


@kernel
def sum_of_squares(count: int) -> int:
    """On the stack, and again at every turn in room of the kernel it calls."""
    squares = stack_array(count, np.int64)
    for number in range(count):
        squares[number] = _square(number)
    return int(squares.sum())


@kernel
def _square(number: int) -> int:
    copies = stack_array(1000, np.int32)
    copies[:] = number
    return int(copies[0]) * int(copies[999])


def test_an_array_on_the_stack_is_there_for_one_call() -> None:
    # Were the inner one not given up at every turn, it would take 80 MB of stack.
    assert sum_of_squares(20_000) == sum(number**2 for number in range(20_000))
    assert interpret(as_kernel(sum_of_squares), 5) == 30
    assert sum_of_squares(0) == 0


def test_what_a_kernel_cannot_take_is_named() -> None:
    columns = np.zeros((2, 4, LINES), np.int32).transpose(1, 0, 2)
    with pytest.raises(TypeError, match=r"set_stone takes .* for lines"):
        set_stone(columns, 0, 5, Rules(9))
    with pytest.raises(TypeError, match="for number"):
        scale("7")  # type: ignore[arg-type]
