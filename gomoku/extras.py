"""Packages that playing does without: training, residual networks and reports need them."""

import importlib.util
import sys

TRAINING = ("torch", "onnx", "onnxruntime", "tensorboard", "matplotlib")
"""What the extra `train` installs."""


class MissingPackageError(Exception):
    """Something was asked for that needs packages which are not installed; the message names the
    command that installs them."""


def require(purpose: str, *packages: str) -> None:
    """Check that packages of the extra `train` are installed, without importing them.

    purpose: what needs them, such as "training".

    Raises:
        MissingPackageError: if one is not.
    """
    missing = [name for name in packages or TRAINING if importlib.util.find_spec(name) is None]
    if missing:
        wanted = " ".join(TRAINING)
        raise MissingPackageError(
            f"{purpose} needs {' and '.join(missing)}, which playing does without; install what "
            f"training needs by: {sys.executable} -m pip install {wanted}"
        )
