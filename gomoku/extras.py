"""Packages that playing does without: training, residual networks, reports, serving, clusters need
them."""

import importlib.util
import sys
from collections.abc import Sequence

TRAINING = ("torch", "onnx", "onnxruntime", "tensorboard", "matplotlib")
"""What the extra `train` installs."""

SERVING = ("starlette", "uvicorn", "websockets")
"""What the extra `serve` installs."""

CLUSTER = ("ray",)
"""What the extra `ray` installs."""


class MissingPackageError(Exception):
    """Something was asked for that needs packages which are not installed; the message names the
    command that installs them."""


def require(purpose: str, *packages: str) -> None:
    """Check that packages of the extra `train` are installed, without importing them.

    purpose: what needs them, such as "training".

    Raises:
        MissingPackageError: if one is not.
    """
    _require(purpose, packages or TRAINING, "training", TRAINING)


def missing_for_training() -> list[str]:
    """The packages that training lacks here; none are imported."""
    return _missing(TRAINING)


def install_command(packages: Sequence[str] = TRAINING) -> str:
    """The command that installs packages, typed in a terminal."""
    return f"{sys.executable} -m pip install {' '.join(packages)}"


def require_serving() -> None:
    """Check that the packages of the extra `serve` are installed, without importing them.

    Raises:
        MissingPackageError: if one is not.
    """
    _require("serving", SERVING, "serving", SERVING)


def require_cluster() -> None:
    """Check that what distributes self-play is installed, without importing it.

    Raises:
        MissingPackageError: if it is not.
    """
    _require("self-play in processes", CLUSTER, "self-play in processes", CLUSTER)


def _require(purpose: str, packages: Sequence[str], user: str, extra: Sequence[str]) -> None:
    missing = _missing(packages)
    if missing:
        raise MissingPackageError(
            f"{purpose} needs {' and '.join(missing)}, which playing does without; install what "
            f"{user} needs by: {install_command(extra)}"
        )


def _missing(packages: Sequence[str]) -> list[str]:
    return [name for name in packages if importlib.util.find_spec(name) is None]
