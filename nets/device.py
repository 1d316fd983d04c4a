"""Which device a network runs on: one that is named, or the one that suits the network.

Line patterns play from tables, which only a CPU reads: no GPU answers a few positions as soon.
Torch is imported only where a network might need it: that takes seconds.
"""

import ctypes
import importlib.util
import sys
from typing import TYPE_CHECKING

from nets.config import DeviceError, NetConfig

if TYPE_CHECKING:
    import torch

KINDS = ("cpu", "cuda", "mps", "xpu")


def device_for_play(name: str, net: NetConfig) -> str:
    """The device that a network plays and evaluates on.

    name: a device's, which is checked when a network goes there; or auto: the CPU for a network
        that has tables, otherwise a CUDA device, or the CPU where there is none.
    """
    if name != "auto":
        return name
    # The driver is asked first, but torch may be missing, or built without it.
    if net.has_tables or not has_cuda() or importlib.util.find_spec("torch") is None:
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def device_for_learning(name: str, net: NetConfig) -> "torch.device":
    """The device that a network is trained on.

    name: a device's; or auto, the fastest there is. Line patterns count the lines of a batch by
        `torch.unique`, which some releases get wrong on mps: with auto they learn on CUDA or CPU.

    Raises:
        DeviceError: if the name is unknown or this machine has no such device.
    """
    if name != "auto":
        return find_device(name)
    import torch

    kinds = ("cuda",) if net.has_tables else ("cuda", "mps", "xpu")
    return torch.device(next((kind for kind in kinds if _is_available(kind)), "cpu"))


def find_device(name: str) -> "torch.device":
    """The device of a name: cpu, cuda, mps or xpu, or one of several, such as cuda:1.

    Raises:
        DeviceError: if the name is unknown or this machine has no such device.
    """
    import torch

    kind, colon, number = name.partition(":")
    is_number = number.isascii() and number.isdecimal() and len(number) < 4
    if kind not in KINDS or (colon and not is_number):
        raise DeviceError(f"device {name!r} is unknown: use auto, {', '.join(KINDS)} or cuda:1")
    if not _is_available(kind):
        raise DeviceError(f"this machine has no {kind} device for torch: use auto or cpu")
    count = torch.get_device_module(kind).device_count() if colon else 0
    if colon and int(number) >= count:
        raise DeviceError(f"this machine has no {name} device for torch, only {count} of {kind}")
    return torch.device(name)


def has_cuda() -> bool:
    """Return whether there is a CUDA device, asked of the driver: importing torch takes seconds."""
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(name)
        count = ctypes.c_int(0)
        if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
            return False
    except (OSError, AttributeError):
        return False
    return count.value > 0


def _is_available(kind: str) -> bool:
    import torch

    if kind == "cuda":
        return torch.cuda.is_available()
    if kind == "mps":
        return torch.backends.mps.is_available()
    return kind == "cpu" or torch.xpu.is_available()
