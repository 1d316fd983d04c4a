"""Where trained networks and presets are found, in a checkout and in an installed package.

Networks lie in `models/` of a checkout, or in the package; users put their own into a folder that
`own_models` names. The environment variable `GOMOKU_ZERO_MODELS`, one folder or several as in PATH,
takes the place of all of these.
"""

import os
from pathlib import Path

import platformdirs

from nets.checkpoint import META_FILE, CheckpointError, find_checkpoints, read_meta

VARIABLE = "GOMOKU_ZERO_MODELS"


class ModelsError(ValueError):
    """Folders of networks that are not there."""


_ROOT = Path(__file__).resolve().parents[2]
_SHIPPED = Path(__file__).resolve().parents[1] / "shipped"  # only in an installed package


def shipped_models() -> Path:
    """The folder of the networks that come with the program."""
    return _shipped("models")


def own_models() -> Path:
    """The folder for the user's own networks, which need not exist."""
    return Path(platformdirs.user_data_dir("gomoku-zero")) / "models"


def model_folders() -> list[Path]:
    """The folders that hold networks, the first before the others.

    Raises:
        ModelsError: if the environment variable names one that is not there.

    >>> [folder.name for folder in model_folders()][:1]
    ['models']
    """
    named = os.environ.get(VARIABLE, "")
    if named:
        folders = [Path(part).expanduser() for part in named.split(os.pathsep) if part]
        for folder in folders:
            if not folder.is_dir():
                raise ModelsError(f"{VARIABLE} names {folder}, which is not a folder")
        return folders
    return [folder for folder in (shipped_models(), own_models()) if folder.is_dir()]


def run_folders() -> list[Path]:
    """The folders that hold training runs."""
    here, checkout = Path("runs").absolute(), _ROOT / "runs"
    return [here] if here == checkout or not (_ROOT / "models").is_dir() else [here, checkout]


def find_model(name: str) -> Path:
    """The folder of a network that somebody named: a path, or `models/9x9` or `9x9` from anywhere.

    Of a training run it is the checkpoint that was trained on the most positions. A name that is
    not found stays as it is.
    """
    path = Path(name)
    if not path.exists() and not path.is_absolute():
        below = path.relative_to("models") if path.parts[:1] == ("models",) else path
        found = (folder / below for folder in model_folders())
        path = next((folder for folder in found if folder.is_dir()), path)
    checkpoints = path if path.name == "checkpoints" else path / "checkpoints"
    if checkpoints.is_dir() and not (path / META_FILE).is_file():
        return _most_trained(find_checkpoints(checkpoints)) or path
    return path


def preset_folder() -> Path:
    """Where the presets are that come with the program."""
    return _shipped("configs")


def find_preset(name: str) -> Path:
    """The file of settings that somebody named: a path, or `configs/6x6.toml` from anywhere.

    A name that is not found stays as it is.
    """
    path = Path(name)
    if path.exists() or path.is_absolute():
        return path
    below = path.relative_to("configs") if path.parts[:1] == ("configs",) else path
    shipped = preset_folder() / below
    return shipped if shipped.is_file() else path


def _most_trained(folders: list[Path]) -> Path | None:
    best: tuple[int, str, Path] | None = None
    for folder in folders:
        try:
            found = (read_meta(folder).positions, folder.name, folder)
        except CheckpointError:  # another one may do
            continue
        best = found if best is None else max(best, found)
    return None if best is None else best[2]


def _shipped(kind: str) -> Path:
    return _ROOT / kind if (_ROOT / kind).is_dir() and not _SHIPPED.is_dir() else _SHIPPED / kind
