"""How kernels are compiled: without the GIL, once, and cached on disk.

numba's own cache notices an edit in the file of a kernel, but not in another file whose kernels
it calls: a changed rule would leave the search running the old one. So the cache lives in a
folder named after a digest of every source file that may hold kernels.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import platformdirs
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

_Function = TypeVar("_Function", bound=Callable[..., Any])

_KERNEL_PACKAGES = ("gomoku", "mcts")


def _cache_folder() -> Path:
    """The folder of compiled kernels for exactly the present sources and numba version.

    Kernels with bounds checks have a folder of their own: numba does not tell them apart.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    digest.update(os.environ.get("NUMBA_BOUNDSCHECK", "").encode())
    root = Path(__file__).resolve().parents[1]
    for package in _KERNEL_PACKAGES:
        for file in sorted((root / package).glob("*.py")):
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    base = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("gomoku-zero")
    return Path(base) / f"kernels-{digest.hexdigest()[:16]}"


_config: Any = numba.config
_config.CACHE_DIR = str(_cache_folder())


def kernel(function: _Function) -> _Function:
    """Compile a function of numbers, arrays and NamedTuples of those; it runs without the GIL.

    Bounds are checked when the environment says `NUMBA_BOUNDSCHECK=1`.
    """
    compile_kernel: Any = numba.njit(nogil=True, cache=True, error_model="numpy")
    compiled: _Function = compile_kernel(function)
    return compiled


def kernels_are_cached() -> bool:
    """Whether compiled kernels of these sources are on disk, so that the first call is quick."""
    folder = Path(_config.CACHE_DIR)
    return folder.is_dir() and any(folder.rglob("*.nbc"))


def _bit_instruction(emit: Callable[[Any, Any], Any]) -> Callable[[int], int]:
    """A function of one 64-bit integer, for use inside kernels, that is one machine instruction."""

    def typed(typing_context: Any, word: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return emit(builder, arguments[0])

        return types.int64(types.int64), generate

    made: Any = intrinsic(typed)
    return cast(Callable[[int], int], made)


count_bits = _bit_instruction(lambda builder, word: builder.ctpop(word))
"""The number of set bits."""

lowest_bit = _bit_instruction(
    lambda builder, word: builder.cttz(word, ir.Constant(ir.IntType(1), 1))
)
"""The index of the lowest set bit; the word must not be 0."""
