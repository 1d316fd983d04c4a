"""Checkpoints: a folder with the weights, and a description that is read without torch.

    weights.safetensors   the averaged weights, nothing that could run code
    meta.json             `CheckpointMeta`

A checkpoint is written under a temporary name and then renamed, so a folder that has its final
name is whole.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from gomoku.rules import Rules, RulesError
from nets.config import ARCHITECTURES, FEATURES_VERSION, NetConfig

if TYPE_CHECKING:
    from nets.networks import Net

FORMAT = 1
WEIGHTS_FILE = "weights.safetensors"
META_FILE = "meta.json"


class CheckpointError(ValueError):
    """A folder that is no usable checkpoint; the message names it and says why."""


class CheckpointMeta(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint is, and how it came to be.

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
    cycles: int = 0
    games: int = 0
    positions: int = 0
    steps: int = 0
    seconds: float = 0.0
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
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise CheckpointError(
            f"{folder} is no checkpoint: it has no {META_FILE}; give the folder that holds it"
        ) from None
    except OSError as error:
        raise CheckpointError(f"cannot read {file}: {error.strerror}") from None
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
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from nets.networks import make_net, upgraded

    folder = Path(folder)
    meta = read_meta(folder)
    if not 1 <= meta.features <= FEATURES_VERSION:
        raise CheckpointError(
            f"{folder} holds a network with features version {meta.features}: this program knows "
            f"versions up to {FEATURES_VERSION}: update it"
        )
    try:
        weights = load_file(folder / WEIGHTS_FILE)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"the weights of {folder} cannot be read: {error}") from None
    net = make_net(meta.net)
    try:
        net.load_state_dict(upgraded(weights, meta.features, meta.net))
    except RuntimeError as error:
        reason = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise CheckpointError(
            f"the weights of {folder} do not fit its {META_FILE}: {reason}"
        ) from None
    return Checkpoint(net.eval(), meta)


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
