"""GPUs that are not there, for tests of who is sent to them."""

import pytest


def pretend_a_gpu(monkeypatch: pytest.MonkeyPatch, count: int = 1) -> None:
    """Let driver and torch claim so many CUDA devices; what is sent there fails."""
    monkeypatch.setattr("nets.device.has_cuda", lambda: True)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: count)


def pretend_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let torch claim an mps device and no CUDA device."""
    monkeypatch.setattr("nets.device.has_cuda", lambda: False)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: True)
