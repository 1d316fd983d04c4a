"""The origin of a run: code, versions, hardware and settings of each session."""

import datetime
import importlib.metadata
import platform
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import torch

from gomoku.machine import memory_bytes, usable_cores
from gomoku_zero.training.config import TrainConfig
from nets.device import device_for_learning

_PACKAGES = ("torch", "numpy", "numba", "safetensors", "msgspec")


def find_commit() -> str:
    """The git commit of the code, or "" outside a repository."""
    return _git("rev-parse", "HEAD")


def describe_hardware(device: torch.device) -> str:
    """In a few words, for a checkpoint."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{torch.get_num_threads()} threads of {platform.machine()}, no GPU"


def describe_session(config: TrainConfig) -> dict[str, Any]:
    """All there is to know of this session, for the run folder."""
    device = device_for_learning(config.learner.device, config.net.to_config())
    return {
        "date": datetime.datetime.now().isoformat(timespec="seconds"),
        "commit": find_commit(),
        "uncommitted_changes": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {name: importlib.metadata.version(name) for name in _PACKAGES},
        "hardware": {
            "processor": processor_name(),
            "cores": usable_cores(),
            "memory_gib": _memory_gib(),
            "gpu": torch.cuda.get_device_name(device) if device.type == "cuda" else None,
        },
        "config": msgspec.to_builtins(config),
    }


def _git(*arguments: str) -> str:
    """The answer of git about the repository of the code, "" if there is none."""
    try:
        answer = subprocess.run(
            ["git", *arguments],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()


def processor_name() -> str:
    """The model's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _memory_gib() -> float | None:
    """Of the machine, None where the system does not tell."""
    there = memory_bytes()
    return None if there is None else round(there / 2**30, 1)
