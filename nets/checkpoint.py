"""Checkpoints: a folder with the weights, and a description that is read without torch.

    weights.safetensors   the averaged weights, nothing that could run code
    meta.json             `CheckpointMeta`

A checkpoint is written under a temporary name and then renamed, so a folder that has its final
name is whole.
"""

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from gomoku.rules import Rules, RulesError
from nets.config import ARCHITECTURES, FEATURES_VERSION, NetConfig

if TYPE_CHECKING:
    import torch

    from nets.networks import Net

FORMAT = 1

MAX_META_BYTES = 4 << 20
MAX_WEIGHT_BYTES = 4 << 30
WEIGHTS_FILE = "weights.safetensors"
META_FILE = "meta.json"


Count = Annotated[int, Meta(ge=0, le=1 << 62)]


class CheckpointError(ValueError):
    """A folder that is not a usable checkpoint; the message names it and says why."""


class CheckpointMeta(msgspec.Struct, frozen=True, kw_only=True):
    """The identity of a checkpoint, and how it came to be.

    format: of the folder. features: version of the input planes.
    architecture: that of net, for programs of before there were two.
    rules: every rule set it was trained on, the first being the one to play by default.
    cycles, games, positions, steps, seconds: how long it has been trained; seconds of wall clock.
    commit: of the code, empty if unknown. created: ISO date. hardware: in words.
    config: the full training configuration.
    measured: results of matches, in words, such as "98% of 50 pairs against pure:1000".
    """

    name: str
    net: NetConfig
    rules: list[Rules]
    format: int = FORMAT
    architecture: str = "resnet"
    features: int = 1
    cycles: Count = 0
    games: Count = 0
    positions: Count = 0
    steps: Count = 0
    seconds: Annotated[float, Meta(ge=0, le=1e12)] = 0.0
    commit: str = ""
    created: str = ""
    hardware: str = ""
    config: dict[str, Any] = {}
    measured: list[str] = []


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded checkpoint; the network is in evaluation mode on the CPU."""

    net: "Net"
    meta: CheckpointMeta


def read_meta(folder: Path) -> CheckpointMeta:
    """The description of a checkpoint.

    Raises:
        CheckpointError: if there is none, or it is not one of ours.
    """
    file = Path(folder) / META_FILE
    if not os.path.lexists(file):
        raise CheckpointError(
            f"{folder} is not a checkpoint: it has no {META_FILE}; give the folder that holds it"
        )
    data = read_file(file, MAX_META_BYTES)
    try:
        meta = msgspec.json.decode(data, type=CheckpointMeta)
        for rules in meta.rules:
            rules.validated()
    except (msgspec.DecodeError, UnicodeDecodeError, RulesError, RecursionError) as error:
        raise CheckpointError(f"{file} is damaged or not ours: {error}") from None
    if meta.format > FORMAT:
        raise CheckpointError(
            f"{folder} has format {meta.format}, newer than this program's {FORMAT}: update it"
        )
    if meta.net.architecture not in ARCHITECTURES:
        raise CheckpointError(
            f"{folder} holds a network of architecture {meta.net.architecture!r}, unknown to this "
            f"program, which has {' and '.join(ARCHITECTURES)}: update it"
        )
    if not meta.rules:
        raise CheckpointError(f"{file} names no rules the network was trained on")
    return meta


def read_file(file: Path, max_bytes: int = MAX_WEIGHT_BYTES) -> bytes:
    """The bytes of a file of a checkpoint; a pipe or a device is not waited for.

    Raises:
        CheckpointError: if it is not a regular file, is larger, or cannot be read.
    """
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CheckpointError(f"{file} is not a regular file")
        if status.st_size > max_bytes:
            raise CheckpointError(
                f"{file} has {status.st_size / 2**20:,.0f} MiB, more than the "
                f"{max_bytes / 2**20:,.0f} of any network"
            )
        return file.read_bytes()
    except OSError as error:
        raise CheckpointError(f"cannot read {file}: {error.strerror}") from None
    except ValueError as error:  # a path that no system has
        raise CheckpointError(f"cannot read {file}: {error}") from None


def find_checkpoints(root: Path) -> list[Path]:
    """Every checkpoint folder below `root`, sorted by path; unfinished ones left out."""
    return sorted(
        file.parent
        for file in Path(root).rglob(META_FILE)
        if (file.parent / WEIGHTS_FILE).exists() and not file.parent.name.startswith(".")
    )


def load_checkpoint(folder: Path) -> Checkpoint:
    """A checkpoint's network and description.

    Raises:
        CheckpointError: if anything about it is missing, truncated or foreign.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    from nets.networks import make_net, upgraded

    folder = Path(folder)
    meta = read_meta(folder)
    if not 1 <= meta.features <= FEATURES_VERSION:
        raise CheckpointError(
            f"{folder} holds a network with features version {meta.features}: this program knows "
            f"versions up to {FEATURES_VERSION}: update it"
        )
    try:
        weights = upgraded(load(read_file(folder / WEIGHTS_FILE)), meta.features, meta.net)
    except (SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"the weights of {folder} cannot be read: {error}") from None
    # Without memory at first: a description may ask for more than the machine has.
    with torch.device("meta"):
        expected = make_net(meta.net).state_dict()
    for name in sorted(expected.keys() ^ weights.keys()):
        what = "are missing" if name in expected else "belong to another network"
        raise CheckpointError(f"the weights of {folder} do not fit its {META_FILE}: {name} {what}")
    for name, its in weights.items():
        known = expected[name]
        if its.shape != known.shape or its.is_floating_point() != known.is_floating_point():
            raise CheckpointError(
                f"the weights of {folder} do not fit its {META_FILE}: {name} is {_described(its)} "
                f"instead of {_described(known)}"
            )
        if not bool(its.isfinite().all()):
            raise CheckpointError(f"the weights of {folder} are not all finite numbers: {name}")
    net = make_net(meta.net)
    net.load_state_dict(weights)
    return Checkpoint(net.eval(), meta)


def _described(tensor: "torch.Tensor") -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {list(tensor.shape)}"


def save_checkpoint(folder: Path, net: "Net", meta: CheckpointMeta) -> None:
    """Write a checkpoint, replacing one of the same name only once the new one is whole."""
    from safetensors.torch import save

    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.parent / f".{folder.name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    weights = {name: value.detach().cpu().contiguous() for name, value in net.state_dict().items()}
    # Not by safetensors' own writing: a full disk is an OSError everywhere.
    (unfinished / WEIGHTS_FILE).write_bytes(save(weights))
    meta = msgspec.structs.replace(meta, features=FEATURES_VERSION)  # a loaded one is, too
    document = msgspec.json.format(msgspec.json.encode(meta), indent=2)
    (unfinished / META_FILE).write_bytes(document + b"\n")
    for file in unfinished.iterdir():
        with file.open("rb") as stream:
            os.fsync(stream.fileno())
    if folder.exists():
        outdated = folder.parent / f".{folder.name}.outdated"
        shutil.rmtree(outdated, ignore_errors=True)
        folder.rename(outdated)
        unfinished.rename(folder)
        shutil.rmtree(outdated, ignore_errors=True)
    else:
        unfinished.rename(folder)
