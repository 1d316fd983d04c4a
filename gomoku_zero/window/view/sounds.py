"""Sounds computed with numpy; silence where no sound can be made."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pygame
from numpy.typing import NDArray

_RATE = 44_100  # samples per second


class Sounds:
    """A stone put on wood, and the end of a game."""

    def __init__(self) -> None:
        self._sounds: dict[str, pygame.mixer.Sound] = {}
        try:
            with _silenced():
                pygame.mixer.init(_RATE, -16, 1, 512)
        except pygame.error:
            return  # no sound card
        opened = pygame.mixer.get_init()
        if opened is None:
            return
        rate, _, channels = opened
        for name, wave in (("stone", _knock(rate)), ("end", _chime(rate))):
            samples = (np.clip(wave, -1, 1) * 32_000).astype(np.int16)
            both = np.repeat(samples[:, None], channels, axis=1) if channels > 1 else samples
            self._sounds[name] = pygame.mixer.Sound(buffer=np.ascontiguousarray(both).tobytes())

    def play(self, name: str) -> None:
        sound = self._sounds.get(name)
        if sound is not None:
            sound.play()


@contextmanager
def _silenced() -> Iterator[None]:
    """Nothing reaches the terminal: ALSA writes eight lines there where it finds no sound card."""
    try:
        kept = os.dup(2)
    except OSError:  # started without a terminal
        yield
        return
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _knock(rate: int) -> NDArray[np.float64]:
    """A short, dry tap: a burst of noise and three fast decaying tones of a wooden board."""
    t = np.arange(int(0.14 * rate)) / rate
    noise = np.random.default_rng(3).normal(size=t.size) * np.exp(-t * 900) * 0.35
    tones = sum(
        strength * np.sin(2 * np.pi * hertz * t) * np.exp(-t * decay)
        for hertz, strength, decay in ((1180, 0.34, 95), (1870, 0.2, 140), (420, 0.28, 60))
    )
    return 0.8 * (noise + tones)


def _chime(rate: int) -> NDArray[np.float64]:
    """Two soft notes a fifth apart."""
    t = np.arange(int(0.9 * rate)) / rate
    wave = np.zeros_like(t)
    for start, hertz in ((0.0, 523.25), (0.14, 783.99)):
        own = np.clip(t - start, 0, None)
        wave += (t >= start) * 0.22 * np.sin(2 * np.pi * hertz * own) * np.exp(-own * 5)
    return wave
