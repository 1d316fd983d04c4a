"""How kernels are compiled: without the GIL, once, and cached on disk.

numba's own cache notices an edit in the file of a kernel, but not in another file whose kernels
it calls: a changed rule would leave the search running the old one. So the cache lives in a
folder named after a digest of every source file that may hold kernels.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import platformdirs
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

_Function = TypeVar("_Function", bound=Callable[..., Any])

_KERNEL_PACKAGES = ("gomoku", "mcts")


def _cache_folder() -> Path:
    """The folder of compiled kernels for exactly the present sources and numba version."""
    digest = hashlib.sha256(numba.__version__.encode())
    root = Path(__file__).resolve().parents[1]
    for package in _KERNEL_PACKAGES:
        for file in sorted((root / package).glob("*.py")):
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    base = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("gomoku-zero")
    return Path(base) / f"kernels-{digest.hexdigest()[:16]}"


numba.config.CACHE_DIR = str(_cache_folder())


def kernel(function: _Function) -> _Function:
    """Compile a function of numbers, arrays and NamedTuples of those; it runs without the GIL.

    Bounds are checked when the environment says `NUMBA_BOUNDSCHECK=1`.
    """
    compiled: _Function = numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    return compiled


def kernels_are_cached() -> bool:
    """Whether compiled kernels of these sources are on disk, so that the first call is quick."""
    folder = Path(numba.config.CACHE_DIR)
    return folder.is_dir() and any(folder.rglob("*.nbc"))


@intrinsic
def count_bits(typing_context: Any, word: Any) -> Any:
    """The number of set bits of an integer: one machine instruction inside a kernel."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.int64), generate


@intrinsic
def lowest_bit(typing_context: Any, word: Any) -> Any:
    """The index of the lowest set bit of a non-zero integer, inside a kernel."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate
