"""What is compiled before somebody can play: the list is kept by hand, and held complete here."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import gomoku
import gomoku_zero
import mcts
import nets
from gomoku.jit import Kernel
from gomoku_zero.players.ready import all_kernels


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
