"""Pictures made with numpy: stones, their shadow, and the wood of the board."""

from functools import lru_cache

import numpy as np
import pygame
from numpy.typing import NDArray

from gomoku.rules import BLACK, WHITE, Color
from gomoku_zero.window.view.theme import RGB

_TEXTURE_SIDE = 1200  # pixels


@lru_cache(maxsize=32)
def stone(diameter: int, color: Color) -> pygame.Surface:
    """A stone with a soft light from the top left; its edge is antialiased."""
    x, y = _grid(diameter)
    distance = np.hypot(x, y)
    alpha = np.clip((1.0 - distance) * diameter / 2 + 0.5, 0.0, 1.0)
    glow = np.exp(-((x + 0.36) ** 2 + (y + 0.42) ** 2) / 0.16)
    height = np.sqrt(np.clip(1.0 - distance**2, 0.0, 1.0))
    if color is BLACK:
        tone = 0.09 + 0.09 * height + 0.34 * glow
        tint = np.array([0.98, 0.99, 1.03])
    else:
        slope = (x + y) * 0.5
        tone = 0.845 + 0.12 * height - 0.07 * slope + 0.05 * glow
        tone -= 0.16 * np.clip(distance - 0.86, 0.0, 1.0) / 0.14  # a rim that shows on light wood
        tint = np.array([1.0, 0.992, 0.972])
    pixels = np.empty((diameter, diameter, 4))
    pixels[..., :3] = np.clip(tone[..., None] * tint, 0.0, 1.0)
    pixels[..., 3] = alpha
    return _surface(pixels)


@lru_cache(maxsize=16)
def open_stone(diameter: int) -> pygame.Surface:
    """Half a black stone and half a white one: a color that is not settled yet."""
    picture = stone(diameter, BLACK).copy()
    side = picture.get_width()
    half = side // 2
    picture.fill((0, 0, 0, 0), (half, 0, side - half, side))
    picture.blit(stone(diameter, WHITE), (half, 0), (half, 0, side - half, side))
    return picture


@lru_cache(maxsize=16)
def shadow(diameter: int) -> pygame.Surface:
    """The shadow of a stone, in a square one and a half times as wide as the stone."""
    side = max(2, round(diameter * 1.5))
    x, y = _grid(side)
    distance = np.hypot(x, y) * 1.5
    pixels = np.zeros((side, side, 4))
    pixels[..., :3] = (0.13, 0.08, 0.02)
    pixels[..., 3] = 0.55 / (1.0 + np.exp((distance - 0.98) * 13.0))
    return _surface(pixels)


@lru_cache(maxsize=128)
def disc(diameter: int, color: RGB) -> pygame.Surface:
    """A filled antialiased circle."""
    x, y = _grid(diameter)
    pixels = np.empty((diameter, diameter, 4))
    pixels[..., :3] = np.array(color) / 255
    pixels[..., 3] = np.clip((1.0 - np.hypot(x, y)) * diameter / 2 + 0.5, 0.0, 1.0)
    return _surface(pixels)


@lru_cache(maxsize=32)
def ring(diameter: int, thickness: int, color: RGB) -> pygame.Surface:
    """An antialiased circle line inside the diameter."""
    x, y = _grid(diameter)
    from_edge = (1.0 - np.hypot(x, y)) * diameter / 2
    pixels = np.empty((diameter, diameter, 4))
    pixels[..., :3] = np.array(color) / 255
    pixels[..., 3] = np.clip(from_edge + 0.5, 0, 1) * np.clip(thickness - from_edge + 0.5, 0, 1)
    return _surface(pixels)


@lru_cache(maxsize=4)
def wood(side: int, tone: RGB, grain: RGB) -> pygame.Surface:
    """A square board of straight-grained wood with slightly rounded corners."""
    picture = pygame.transform.smoothscale(_texture(tone, grain), (side, side))
    return _round_corners(picture, max(2, side // 110))


@lru_cache(maxsize=2)
def _texture(tone: RGB, grain: RGB) -> pygame.Surface:
    """Wood of a fixed size: computing takes longer than scaling, and windows are resized."""
    computed = _TEXTURE_SIDE
    rng = np.random.default_rng(7)
    x = np.linspace(0.0, 1.0, computed)[None, :]
    y = np.linspace(0.0, 1.0, computed)[:, None]
    # Year rings cut lengthwise: nearly vertical lines that sway together along the board.
    sway = 0.018 * np.sin(2.1 * y + 0.6) + 0.008 * np.sin(5.3 * y + 2.0 + 3.0 * x)
    across = x + sway
    rings = sum(
        strength * np.sin(2 * np.pi * frequency * across + phase)
        for frequency, strength, phase in ((9.3, 0.30, 0.4), (21.7, 0.22, 1.9), (47.0, 0.16, 4.1))
    )
    fibers = rng.normal(size=(computed // 24 + 2, computed))  # long along y, one pixel across
    rows = np.linspace(0, fibers.shape[0] - 1.001, computed)
    below = rows.astype(int)
    part = (rows - below)[:, None]
    fine = fibers[below] * (1 - part) + fibers[below + 1] * part
    amount = np.clip(0.30 + 0.34 * rings + 0.10 * fine, 0.0, 1.0)[..., None] * 0.62
    light = 1.035 - 0.05 * (x + y)[..., None] / 2  # as if lit from the top left, like the stones
    color = (np.array(tone) * (1 - amount) + np.array(grain) * amount) / 255 * light
    pixels = np.ones((computed, computed, 4))
    pixels[..., :3] = np.clip(color, 0.0, 1.0)
    return _surface(pixels)


@lru_cache(maxsize=4)
def box_shadow(side: int, blur: int) -> pygame.Surface:
    """The soft shadow of a square, `blur` pixels wider than it on every side."""
    whole = side + 2 * blur
    axis = np.arange(whole) + 0.5
    inside = np.minimum(axis, whole - axis) - blur  # pixels from the edge of the square
    ramp = 1.0 / (1.0 + np.exp(-inside / (0.22 * blur)))
    pixels = np.zeros((whole, whole, 4))
    pixels[..., :3] = (0.16, 0.11, 0.05)
    pixels[..., 3] = 0.42 * ramp[:, None] * ramp[None, :]
    return _surface(pixels)


def _round_corners(picture: pygame.Surface, radius: int) -> pygame.Surface:
    side = picture.get_width()
    axis = np.arange(side) + 0.5
    outside = np.maximum(np.maximum(radius - axis, axis - (side - radius)), 0.0)
    distance = np.hypot(outside[:, None], outside[None, :])
    alpha = pygame.surfarray.pixels_alpha(picture)
    alpha[:] = (np.clip(radius + 0.5 - distance, 0.0, 1.0) * 255).astype(np.uint8)
    del alpha  # unlocks the surface
    return picture


def _grid(side: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y of pixel centers, -1 to 1 over the square."""
    axis = (np.arange(side) + 0.5) / side * 2 - 1
    return axis[None, :], axis[:, None]


def _surface(pixels: NDArray[np.float64]) -> pygame.Surface:
    """`[height, width, 4]` red, green, blue and alpha in [0, 1] as a surface of its own."""
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray((pixels * 255 + 0.5).astype(np.uint8))
    return pygame.image.frombytes(data.tobytes(), (width, height), "RGBA")
