"""The window's fonts, and pieces of text already rendered."""

from bisect import bisect_left
from functools import lru_cache
from math import floor
from pathlib import Path
from unicodedata import category, normalize

import pygame
import pygame.freetype

from gomoku_zero.window.view.theme import RGB

MAX_LINE = 300  # letters; more than a window has room for
_FOLDER = Path(__file__).parents[1] / "fonts"
_FALLBACKS = (
    *("notosans", "segoeui", "arialunicodems", "dejavusans", "freesans", "arial"),
    *("notosanscjkjp", "notosanscjkkr", "notosanscjktc", "notosanscjksc", "droidsansfallback"),
    *(
        "malgungothic",
        "applesdgothicneo",
        "yugothic",
        "meiryo",
        "hiraginosans",
        "microsoftjhenghei",
    ),
    *("pingfanghk", "wenquanyizenhei", "unifont", "notosansarabic", "notosansthai"),
)
"""Fonts of systems that know letters which ours do not, those that look most alike first; behind
them comes whatever else the system has."""
_SURPLUS = 0.13  # of the font's size


@lru_cache(maxsize=64)
def font(pixels: int, bold: bool = False) -> pygame.font.Font:
    """A font whose capital letters and digits stand about 0.73 `pixels` high."""
    if not pygame.font.get_init():
        pygame.font.init()
    file = _FOLDER / ("bold.otf" if bold else "regular.otf")
    return pygame.font.Font(file, max(6, pixels))


def forget_fonts() -> None:
    """Close the fonts that are open, which pygame would not let be used after quitting."""
    for opened in (font, _system_font, _face):
        opened.cache_clear()


def cleaned(text: str) -> str:
    """A line of text as it can be drawn, whatever a record or the name of a file holds.

    Fonts refuse NUL and what is not a character (a byte of a name that is not UTF-8), and would
    take minutes for a whole book.
    """
    text = normalize("NFC", text)  # letters with their marks as one, where there is such a one
    cut = text if len(text) <= MAX_LINE else text[: MAX_LINE - 1] + "…"
    return "".join(map(_drawable, cut))


def _drawable(character: str) -> str:
    if category(character) not in ("Cc", "Cs"):  # control characters and surrogates
        return character
    return " " if character.isspace() else "\ufffd"


@lru_cache(maxsize=2048)
def rendered(text: str, pixels: int, color: RGB, bold: bool = False) -> pygame.Surface:
    """A line of text on nothing, its capital letters in the middle of the height."""
    text, own = cleaned(text), font(pixels, bold)
    runs = _runs(text, bold)
    if len(runs) == 1 and runs[0][0] is _OWN:
        picture = own.render(text, True, color)
    else:
        picture = _joined(runs, pixels, color, bold)
    # Chinese glyphs reach higher than capitals, so the line has more room above than below.
    surplus = min(round(_SURPLUS * pixels), picture.get_height() - 1)
    return picture.subsurface((0, surplus, picture.get_width(), picture.get_height() - surplus))


def text_width(text: str, pixels: int, bold: bool = False) -> int:
    """How wide a line of text is drawn."""
    runs = _runs(text, bold)
    return sum(_run_width(name, part, pixels, bold) for name, part in runs)


# Whose letters a run is drawn with: ours, a file of the system's, or nobody's.
_OWN, _NOBODY = "own", "nobody"


def _runs(text: str, bold: bool) -> list[tuple[str, str]]:
    """A text cut where another font is needed: the file of each, and the letters."""
    if text.isascii():
        return [(_OWN, text)]
    runs: list[tuple[str, str]] = []
    for character in text:
        name = _drawn_by(character, bold)
        if runs and (runs[-1][0] == name or character.isspace()) and name != _NOBODY:
            runs[-1] = (runs[-1][0], runs[-1][1] + character)
        else:
            runs.append((name, character))
    return runs or [(_OWN, "")]


@lru_cache(maxsize=4096)
def _drawn_by(character: str, bold: bool) -> str:
    """Who draws a letter: our font, else the first font of the system that has it."""
    own = str(_FOLDER / ("bold.otf" if bold else "regular.otf"))
    if character.isspace() or category(character) in ("Cf", "Mn") or _has(own, character):
        return _OWN
    return next((file for file in _system_fonts() if _has(file, character)), _NOBODY)


@lru_cache(maxsize=1)
def _system_fonts() -> tuple[str, ...]:
    """Files of fonts, asked for only when a letter is missing: to look for them takes a moment."""
    names = [name for name in pygame.font.get_fonts() if name]
    ranked = [*(each for each in _FALLBACKS if each in names)]
    ranked += [each for each in names if each not in _FALLBACKS and "mono" not in each]
    found = (pygame.font.match_font(name) for name in ranked)
    return tuple(dict.fromkeys(file for file in found if file))


@lru_cache(maxsize=4096)
def _has(file: str, character: str) -> bool:
    face = _face(file)
    return face is not None and face.get_metrics(character)[0] is not None


@lru_cache(maxsize=64)
def _face(file: str) -> "pygame.freetype.Font | None":
    """A font that can be asked what it has; None for a file that is none."""
    if not pygame.freetype.get_init():
        pygame.freetype.init()
    try:
        return pygame.freetype.Font(file, 16)
    except (pygame.error, OSError):
        return None


@lru_cache(maxsize=64)
def _system_font(file: str, pixels: int, bold: bool) -> pygame.font.Font:
    found = pygame.font.Font(file, max(6, pixels))
    found.set_bold(bold)
    return found


def _run_width(name: str, part: str, pixels: int, bold: bool) -> int:
    if name == _OWN:
        return font(pixels, bold).size(part)[0]
    if name == _NOBODY:
        return _box(part, pixels, (0, 0, 0)).get_width()
    return _system_font(name, pixels, bold).size(part)[0]


def _joined(runs: list[tuple[str, str]], pixels: int, color: RGB, bold: bool) -> pygame.Surface:
    """The runs beside each other on one base line, as high as a line of our font."""
    own = font(pixels, bold)
    pictures = []
    for name, part in runs:
        if name == _NOBODY:
            box = _box(part, pixels, color)
            pictures.append((box, own.get_ascent() - box.get_height()))
        else:
            used = own if name == _OWN else _system_font(name, pixels, bold)
            pictures.append((used.render(part, True, color), own.get_ascent() - used.get_ascent()))
    width = max(1, sum(picture.get_width() for picture, _ in pictures))
    line = pygame.Surface((width, own.size("")[1]), pygame.SRCALPHA)
    left = 0
    for picture, top in pictures:
        line.blit(picture, (left, top))
        left += picture.get_width()
    return line


def _box(character: str, pixels: int, color: RGB) -> pygame.Surface:
    """A letter that no font has: a frame with the number that it has in Unicode."""
    digits = f"{ord(character[0]):04X}"
    half = (len(digits) + 1) // 2
    small = font(max(6, round(pixels * 0.42)))
    rows = [small.render(each, True, color) for each in (digits[:half], digits[half:])]
    width = max(row.get_width() for row in rows) + 5
    height = max(8, round(pixels * 0.86))
    box = pygame.Surface((width + 1, height), pygame.SRCALPHA)
    pygame.draw.rect(box, color, (0, 0, width, height), 1)
    for index, row in enumerate(rows):
        middle = height * (1 + 2 * index) / 4
        box.blit(row, ((width - row.get_width()) // 2, round(middle - row.get_height() / 2)))
    return box


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
        return text_width(cut(letters), smaller, bold) > width

    # Not fewer than one letter, and the last one gives way to the ellipsis.
    letters = bisect_left(range(2, len(text)), True, key=is_too_wide) + 1
    return rendered(cut(letters), smaller, color, bold)


def fitted_end(text: str, pixels: int, color: RGB, width: int) -> pygame.Surface:
    """The end of a line of text, as much as is no wider than `width`, after an ellipsis if cut."""
    text = cleaned(text[-MAX_LINE:])

    def fits(start: int) -> bool:
        return text_width(cut(start), pixels) <= width

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
            if line and text_width((line + word).rstrip(), pixels) > width:
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
