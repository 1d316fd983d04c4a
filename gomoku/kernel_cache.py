"""Compiled kernels on disk.

The name of a file is a digest of everything that its code is made of: the kernels it reaches, the
constants they use, the versions and the processor. An edit recompiles what it changes and nothing
else.
"""

import contextlib
import functools
import hashlib
import logging
import os
import pickle
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Protocol, cast

import llvmlite
import numba
import numpy as np
import platformdirs
from numba.core import compiler

DAYS_KEPT = 30
"""Compiled code that nobody has used for so long is removed."""

_log = logging.getLogger(__name__)


class Entry(Protocol):
    """A kernel as the cache sees it; see `gomoku.jit.Kernel`."""

    targetctx: Any
    _name: str

    def digest(self) -> str: ...


def cache_folder() -> Path | None:
    """Where compiled kernels are kept; None where nothing can be written.

    `NUMBA_CACHE_DIR` or `GOMOKU_ZERO_CACHE` name another place than the user's cache folder.
    """
    return _writable(
        os.environ.get("NUMBA_CACHE_DIR")
        or os.environ.get("GOMOKU_ZERO_CACHE")
        or platformdirs.user_cache_dir("gomoku-zero")
    )


@functools.cache
def _writable(base: str) -> Path | None:
    """The folder of kernels under `base`, tidied up; elsewhere if that cannot be written."""
    for root in (Path(base), Path(tempfile.gettempdir()) / "gomoku-zero"):
        folder = root / "kernels"
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
            _remove_stale(folder)
            return folder
        _log.warning("compiled kernels cannot be kept in %s; every start compiles them", root)
    return None


def _remove_stale(folder: Path) -> None:
    """Remove what was not used for `DAYS_KEPT`, and the folders of earlier versions."""
    oldest = time.time() - DAYS_KEPT * 86400
    for file in folder.iterdir():
        with contextlib.suppress(OSError):
            if file.stat().st_mtime < oldest:
                file.unlink()
    for earlier in folder.parent.glob("kernels-*"):
        for file in sorted(earlier.rglob("*"), reverse=True):
            with contextlib.suppress(OSError):
                file.rmdir() if file.is_dir() else file.unlink()
        with contextlib.suppress(OSError):
            earlier.rmdir()


def compiled_file(entry: Entry) -> Path | None:
    """The file that an entry is, or would be, cached in."""
    folder = cache_folder()
    if folder is None:
        return None
    machine = (_versions(), cast(Any, entry.targetctx).codegen().magic_tuple())
    digest = hashlib.sha256(repr((machine, entry.digest())).encode()).hexdigest()
    return folder / f"{entry._name}-{digest[:24]}"


@functools.cache
def _versions() -> tuple[str, ...]:
    """Whatever else decides about machine code: versions, how it is compiled, and bounds checks."""
    return (
        sys.version,
        numba.__version__,
        llvmlite.__version__,
        np.__version__,
        _sources(),
        os.environ.get("NUMBA_BOUNDSCHECK", ""),
    )


def load_compiled(entry: Entry) -> Any:
    """The entry from the disk as a `CompileResult`, None if it is not there or is damaged."""
    file = compiled_file(entry)
    if file is None:
        return None
    try:
        data = file.read_bytes()
        os.utime(file)
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            raise ValueError("cut off")
        # Written by this program into the user's own cache, as numba's cache is.
        return compiler.CompileResult._rebuild(entry.targetctx, *pickle.loads(data[32:]))
    except FileNotFoundError:
        return None
    except Exception as error:  # whatever a damaged file can raise
        _log.info("%s is compiled anew: %s", entry._name, error)
        return None


def save_compiled(entry: Entry, compiled: Any) -> None:
    """Write an entry to the disk, whole or not at all."""
    file = compiled_file(entry)
    if file is None:
        return
    from numba.core.serialize import dumps

    data = dumps(compiled._reduce())
    with contextlib.suppress(OSError):
        part = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}.part")
        part.write_bytes(hashlib.sha256(data).digest() + data)
        part.replace(file)


def _sources() -> str:
    """A digest of how kernels are compiled."""
    digest = hashlib.sha256()
    for name in ("jit.py", "kernel_cache.py", "intrinsics.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()
