"""The window's fonts, and pieces of text already rendered."""

from functools import lru_cache
from math import floor
from pathlib import Path

import pygame

from ui.theme import RGB

_FOLDER = Path(__file__).parent / "fonts"
_SURPLUS = 0.13  # of the font's size


@lru_cache(maxsize=64)
def font(pixels: int, bold: bool = False) -> pygame.font.Font:
    """A font whose capital letters and digits stand about 0.73 `pixels` high."""
    if not pygame.font.get_init():
        pygame.font.init()
    file = _FOLDER / ("bold.otf" if bold else "regular.otf")
    return pygame.font.Font(file, max(6, pixels))


@lru_cache(maxsize=2048)
def rendered(text: str, pixels: int, color: RGB, bold: bool = False) -> pygame.Surface:
    """A line of text on nothing, its capital letters in the middle of the height."""
    picture = font(pixels, bold).render(text, True, color)
    # Chinese glyphs reach higher than capitals, so the line has more room above than below.
    surplus = min(round(_SURPLUS * pixels), picture.get_height() - 1)
    return picture.subsurface((0, surplus, picture.get_width(), picture.get_height() - surplus))


def fitted(text: str, pixels: int, color: RGB, width: int, *, bold: bool = False) -> pygame.Surface:
    """A line of text no wider than `width`: made smaller, then cut with an ellipsis."""
    picture = rendered(text, pixels, color, bold)
    if picture.get_width() <= width:
        return picture
    smaller = pixels
    while picture.get_width() > width and smaller > max(8, round(pixels * 0.78)):
        smaller -= 1
        picture = rendered(text, smaller, color, bold)
    while picture.get_width() > width and len(text) > 1:
        text = text[:-2].rstrip() + "…" if text.endswith("…") else text[:-1] + "…"
        picture = rendered(text, smaller, color, bold)
    return picture


def wrapped(text: str, pixels: int, width: int) -> list[str]:
    """Lines no wider than `width`, broken between words (between any two Chinese characters)."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in _words_of(paragraph):
            if line and font(pixels).size((line + word).rstrip())[0] > width:
                lines.append(line.rstrip())
                line = ""
            line += word
        lines.append(line.rstrip())
    return lines


def _words_of(paragraph: str) -> list[str]:
    words: list[str] = []
    for character in paragraph:
        starts_word = not words or words[-1].endswith(" ") or ord(character) >= 0x2E80
        if starts_word or ord(words[-1][-1]) >= 0x2E80:
            words.append(character)
        else:
            words[-1] += character
    return words


def put(
    surface: pygame.Surface,
    picture: pygame.Surface,
    x: float,
    y: float,
    *,
    align: tuple[float, float] = (0.5, 0.5),
) -> None:
    """Blit so that (x, y) is at `align` of the picture: (0, 0) top left, (1, 1) bottom right."""
    width, height = picture.get_size()
    # Python rounds halves to even numbers, so a dot lay beside the middle of its stone.
    left, top = floor(x - width * align[0] + 0.5), floor(y - height * align[1] + 0.5)
    surface.blit(picture, (left, top))
