"""The forms a network can run in on a machine, and playing with a checkpoint in the fastest.

| backend | what runs |
| --- | --- |
| float32 | torch, batch norms folded |
| int8 | convolutions in 8-bit integers, by ONNX Runtime; residual networks only |
| tables | lookups (`nets.patterns.tables`); networks of patterns only |

A checkpoint plays without importing torch: tables are computed by numpy, a residual network is
quantized once by another process, and both are kept in the user's cache folder.
"""

import contextlib
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from gomoku.extras import require
from gomoku.rules import Rules
from gomoku.storage import write_whole
from mcts.evaluation import Evaluator, Positions
from nets.checkpoint import META_FILE, WEIGHTS_FILE, CheckpointMeta, read_file, read_meta
from nets.config import RuleNumbers, numbers_of_both
from nets.device import device_for_play
from nets.patterns.build import build_tables
from nets.patterns.tables import (
    TableEvaluator,
    Tables,
    TablesError,
    tables_from_bytes,
    tables_to_bytes,
)

if TYPE_CHECKING:
    from nets.networks import Net

BACKENDS_OF = {"resnet": ("float32", "int8"), "patterns": ("float32", "tables")}
"""What the networks of each architecture can run in on a CPU."""

# Part of every cached name: raised whenever what is written changes.
_REVISION = 4

_log = logging.getLogger(__name__)


class BackendError(ValueError):
    """A backend that is unknown or cannot run here."""


def evaluator_of_net(
    net: "Net",
    backend: str,
    positions: Positions | None = None,
    *,
    threads: int = 1,
    rules: Collection[Rules] | None = None,
) -> Evaluator:
    """An evaluator on the CPU with a copy of a network.

    positions: what to quantize for, and the rules to make tables for; needed by int8 and tables.
    threads: of one evaluation; torch takes the process's number of threads instead.

    Raises:
        BackendError: if there is no such backend for this network.
        ExportError: if the network cannot be quantized faithfully.
    """
    usable = BACKENDS_OF[net.config.architecture]
    if backend not in usable:
        raise BackendError(
            f"backend {backend!r} is not for {net.config.architecture}: use {', '.join(usable)}"
        )
    if backend == "float32":
        from nets.evaluator import NetEvaluator

        return NetEvaluator(net, device="cpu", precision="float32", rules=rules)
    assert positions is not None
    from nets.patterns.net import PatternNet, all_tables

    if isinstance(net, PatternNet):
        return TableEvaluator(all_tables(net, [positions.rules]), rules)
    from nets.export import quantize_net
    from nets.resnet.onnx import OnnxEvaluator

    return OnnxEvaluator(quantize_net(net, positions), threads=threads, rules=rules)


def evaluator_here(net: "Net", device: str, rules: Collection[Rules]) -> Evaluator:
    """A copy of a network in memory in the best form that is made at once: line patterns as tables
    on the CPU unless another device is named, another network in torch.

    rules: those it is going to be asked about.

    Raises:
        DeviceError: if the device is unknown or not there.
    """
    device = device_for_play(device, net.config)
    if device == "cpu" and net.config.has_tables:
        from nets.patterns.net import PatternNet, all_tables

        assert isinstance(net, PatternNet)
        return TableEvaluator(all_tables(net, rules))
    from nets.evaluator import NetEvaluator

    return NetEvaluator(net, device=device)


def load_evaluator(
    folder: Path, *, device: str = "auto", threads: int = 1, only: Rules | None = None
) -> tuple[Evaluator, CheckpointMeta]:
    """A checkpoint as an evaluator, and what it is.

    Line patterns run from tables on the CPU, whatever GPU there is. Another network runs on a GPU
    if there is one; on a CPU in 8-bit integers if those are faithful and faster than float32 here,
    else in torch. On a device that is named every network runs there.

    The first time that a checkpoint is met on a CPU, its tables are computed, or its quantized form
    is made and compared, in some seconds.

    threads: of one evaluation on a CPU.
    only: the rules that will be asked for, which spares the memory of tables for others.

    Raises:
        CheckpointError: if the checkpoint cannot be used.
        DeviceError: if the device is unknown or not there.
        MissingPackageError: if the network needs torch or ONNX Runtime, which are not installed.
    """
    folder = Path(folder)
    meta = read_meta(folder)
    device = device_for_play(device, meta.net)
    if device == "cpu" and meta.net.architecture == "patterns":
        return TableEvaluator(load_tables(folder, meta, only), meta.rules), meta
    if device == "cpu":
        require(f"{folder} holds a residual network, which", "torch", "onnxruntime")
        model = quantized_file(folder)
        if model is not None:
            from nets.resnet.onnx import OnnxEvaluator

            evaluator = OnnxEvaluator(model.read_bytes(), threads=threads, rules=meta.rules)
            return evaluator, meta
    require(f"a network on {device}", "torch")
    from nets.checkpoint import load_checkpoint
    from nets.evaluator import NetEvaluator

    return NetEvaluator(load_checkpoint(folder).net, device=device, rules=meta.rules), meta


def load_tables(
    folder: Path, meta: CheckpointMeta, only: Rules | None = None
) -> dict[RuleNumbers, Tables]:
    """The tables of a checkpoint of line patterns, from the cache, or computed now.

    only: leave out those for other rules than these.

    Raises:
        CheckpointError: if the checkpoint cannot be used.
    """
    file = _cached_form(folder, ".safetensors")
    wanted = None if only is None else numbers_of_both(only)
    with contextlib.suppress(TablesError, OSError):  # one that is damaged is made anew
        return tables_from_bytes(file.read_bytes(), wanted)
    tables = build_tables(folder, meta)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, tables_to_bytes(tables))
    return {key: its for key, its in tables.items() if wanted is None or key in wanted}


def quantized_file(folder: Path) -> Path | None:
    """A residual network in 8-bit integers, made now if need be; None if it plays in float32.

    Raises:
        CheckpointError: if the checkpoint cannot be used.
    """
    file = _cached_form(folder, ".onnx")
    refused = file.with_suffix(".refused")
    if file.exists():
        return file
    if refused.exists():
        return None
    # In a process of its own, so that torch takes neither time nor memory in this one.
    command = [
        *(sys.executable, "-m", "nets.export", str(folder.resolve()), str(file)),
        *("--int8", "--if-faster"),
    ]
    here = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    if done.returncode == 0 and file.exists():
        return file
    from nets.resnet.onnx import SLOWER, UNFAITHFUL

    if UNFAITHFUL in done.stderr or SLOWER in done.stderr:
        with contextlib.suppress(OSError):
            refused.parent.mkdir(parents=True, exist_ok=True)
            write_whole(refused, done.stderr.encode())
    _log.info("%s plays in float32: %s", folder, done.stderr.strip().rpartition("\n")[2])
    return None


def _cached_form(folder: Path, suffix: str) -> Path:
    """Where the form of a checkpoint that plays on this machine is kept.

    Raises:
        CheckpointError: if the checkpoint cannot be read.
    """
    digest = hashlib.sha256(f"{_REVISION}".encode())
    digest.update(read_file(folder / WEIGHTS_FILE))
    digest.update(read_file(folder / META_FILE))
    return cache_folder() / "networks" / f"{digest.hexdigest()[:32]}{suffix}"


def cache_folder() -> Path:
    """Where networks and measurements of this machine are kept between runs; where that cannot be
    written, a folder for temporary files."""
    chosen = os.environ.get("GOMOKU_ZERO_CACHE") or platformdirs.user_cache_dir("gomoku-zero")
    folder = Path(chosen)
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.gettempdir()) / "gomoku-zero"
