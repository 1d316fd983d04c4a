"""Which device a network runs on."""

import torch

from nets.config import DeviceError


def find_device(name: str) -> torch.device:
    """The device of a name: auto, cpu, cuda or mps; auto takes the fastest there is.

    Raises:
        DeviceError: if the name is unknown or this machine has no such device.
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return torch.device(next(kind for kind, there in available.items() if there))
    if name not in available:
        raise DeviceError(f"device {name!r} is unknown: use auto, {', '.join(available)}")
    if not available[name]:
        raise DeviceError(f"this machine has no {name} device for torch: use auto or cpu")
    return torch.device(name)
