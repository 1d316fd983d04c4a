"""The window's fonts, and pieces of text already rendered."""

from bisect import bisect_left
from functools import lru_cache
from math import floor
from pathlib import Path
from unicodedata import category

import pygame

from gomoku_zero.window.view.theme import RGB

LONGEST_LINE = 300  # letters; more than a window has room for
_FOLDER = Path(__file__).parents[1] / "fonts"
_SURPLUS = 0.13  # of the font's size


@lru_cache(maxsize=64)
def font(pixels: int, bold: bool = False) -> pygame.font.Font:
    """A font whose capital letters and digits stand about 0.73 `pixels` high."""
    if not pygame.font.get_init():
        pygame.font.init()
    file = _FOLDER / ("bold.otf" if bold else "regular.otf")
    return pygame.font.Font(file, max(6, pixels))


def cleaned(text: str) -> str:
    """A line of text as it can be drawn, whatever a record or the name of a file holds.

    Fonts refuse NUL and what is no character (a byte of a name that is not UTF-8), and would take
    minutes for a whole book.
    """
    cut = text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"
    return "".join(map(_drawable, cut))


def _drawable(character: str) -> str:
    if category(character) not in ("Cc", "Cs"):  # control characters and surrogates
        return character
    return " " if character.isspace() else "\ufffd"


@lru_cache(maxsize=2048)
def rendered(text: str, pixels: int, color: RGB, bold: bool = False) -> pygame.Surface:
    """A line of text on nothing, its capital letters in the middle of the height."""
    picture = font(pixels, bold).render(cleaned(text), True, color)
    # Chinese glyphs reach higher than capitals, so the line has more room above than below.
    surplus = min(round(_SURPLUS * pixels), picture.get_height() - 1)
    return picture.subsurface((0, surplus, picture.get_width(), picture.get_height() - surplus))


def fitted(text: str, pixels: int, color: RGB, width: int, *, bold: bool = False) -> pygame.Surface:
    """A line of text no wider than `width`: made smaller, then cut with an ellipsis."""
    text = cleaned(text)
    picture = rendered(text, pixels, color, bold)
    if picture.get_width() <= width:
        return picture
    smaller = pixels
    while picture.get_width() > width and smaller > max(8, round(pixels * 0.78)):
        smaller -= 1
        picture = rendered(text, smaller, color, bold)
    if picture.get_width() <= width or len(text) < 2:
        return picture

    def cut(letters: int) -> str:
        return text[:letters].rstrip() + "…"

    def is_too_wide(letters: int) -> bool:
        return font(smaller, bold).size(cut(letters))[0] > width

    # Not fewer than one letter, and the last one gives way to the ellipsis.
    letters = bisect_left(range(2, len(text)), True, key=is_too_wide) + 1
    return rendered(cut(letters), smaller, color, bold)


def fitted_end(text: str, pixels: int, color: RGB, width: int) -> pygame.Surface:
    """The end of a line of text, as much as is no wider than `width`, after an ellipsis if cut."""
    text = cleaned(text[-LONGEST_LINE:])

    def fits(start: int) -> bool:
        return font(pixels).size(cut(start))[0] <= width

    def cut(start: int) -> str:
        return "…" + text[start:] if start else text

    start = bisect_left(range(len(text)), True, key=fits)
    return rendered(cut(start), pixels, color)


def wrapped(text: str, pixels: int, width: int) -> list[str]:
    """Lines no wider than `width`, broken between words (between any two Chinese characters)."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in _words_of(cleaned(paragraph)):
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
