"""What is compiled before somebody can play: the list is kept by hand, and held complete here."""

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import gomoku
import gomoku_zero
import mcts
import nets
from gomoku.jit import Kernel
from gomoku_zero.players.ready import THREADS, THREATS, all_kernels


def modules() -> Iterator[ModuleType]:
    for package in (gomoku, mcts, nets, gomoku_zero):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def codes(module: ModuleType) -> Iterator[CodeType]:
    """What a module's functions and methods run, kernels left out."""
    for member in vars(module).values():
        if getattr(member, "__module__", None) != module.__name__ or isinstance(member, Kernel):
            continue
        members = vars(member).values() if inspect.isclass(member) else [member]
        for each in members:
            function = inspect.unwrap(getattr(each, "__func__", getattr(each, "fget", each)))
            if isinstance(function, FunctionType):
                yield function.__code__


def called_in(code: CodeType, known: dict[str, Any]) -> Iterator[Kernel]:
    """The kernels that a code names, as `place` or as `kernels.place`."""
    for name in code.co_names:
        value = known.get(name)
        if isinstance(value, Kernel):
            yield value
        elif isinstance(value, ModuleType):
            for attribute in code.co_names:
                if isinstance(found := vars(value).get(attribute), Kernel):
                    yield found
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from called_in(constant, known)


def test_every_kernel_that_python_calls_is_compiled_ahead_and_no_other() -> None:
    called = {
        kernel._name
        for module in modules()
        for code in codes(module)
        for kernel in called_in(code, vars(module))
    }
    listed = {kernel._name for kernel in all_kernels() if isinstance(kernel, Kernel)}
    assert called == listed


PLAYS = """
import time
from pathlib import Path

from gomoku import jit
from gomoku.board import Board
from gomoku.rules import RENJU, Rules
from gomoku_zero.brain.thinker import MoveRequest, SearchThinker, load_networks
from gomoku_zero.players.ready import PURE, get_ready

get_ready((RENJU,), besides=PURE)
jit._listeners.append(lambda kernel, stage: stage == "entry" and print(kernel._name))
for networks in (load_networks([Path("models/15x15")], 5, "cpu"), []):
    thinker = SearchThinker(networks)
    for rules in (Rules(15), Rules(15, variant=RENJU)):
        board = Board.from_moves(rules, [112, 113])
        for _ in range(3):
            board.push(thinker.think(MoveRequest(board, time.perf_counter() + 0.1)).move)
"""


def test_a_game_that_is_ready_asks_for_no_other_kernel() -> None:
    """Another thread may be compiling by then, and reading one from the disk would wait for it."""
    played = subprocess.run(
        [sys.executable, "-c", PLAYS],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    # The rules' kernels are interpreted while another thread compiles, and these done without.
    spared = {kernel._name for kernel in THREATS + THREADS if isinstance(kernel, Kernel)}
    late = {name for name in played.stdout.split() if not name.startswith("gomoku.")}
    assert late <= spared
