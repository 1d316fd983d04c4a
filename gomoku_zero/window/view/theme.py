"""Colors of the window."""

from dataclasses import dataclass
from functools import lru_cache

RGB = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """The colors that everything is painted with.

    wood, wood_grain: the middle tone of the board, and its darker grain.
    good, fair, bad: of moves and win rates.
    """

    name: str
    background: RGB
    panel: RGB
    card: RGB
    card_active: RGB
    border: RGB
    text: RGB
    faint_text: RGB
    accent: RGB
    accent_text: RGB
    button: RGB
    button_hover: RGB
    wood: RGB
    wood_grain: RGB
    line: RGB
    coordinate: RGB
    mark: RGB
    good: RGB
    fair: RGB
    bad: RGB
    black_share: RGB
    white_share: RGB
    draw_share: RGB
    shade: RGB  # what dims the window behind a dialog


LIGHT = Theme(
    name="light",
    background=(228, 223, 213),
    panel=(246, 243, 237),
    card=(255, 254, 251),
    card_active=(255, 254, 251),
    border=(217, 210, 197),
    text=(45, 42, 38),
    faint_text=(101, 94, 84),
    accent=(38, 122, 105),
    accent_text=(255, 255, 255),
    button=(236, 231, 221),
    button_hover=(226, 219, 206),
    wood=(224, 181, 115),
    wood_grain=(189, 139, 76),
    line=(92, 62, 28),
    coordinate=(74, 49, 20),
    mark=(214, 69, 51),
    good=(34, 116, 70),
    fair=(178, 124, 18),
    bad=(186, 58, 44),
    black_share=(44, 42, 40),
    white_share=(252, 251, 248),
    draw_share=(176, 168, 155),
    shade=(60, 52, 40),
)

DARK = Theme(
    name="dark",
    background=(27, 30, 34),
    panel=(37, 41, 46),
    card=(47, 52, 58),
    card_active=(54, 61, 67),
    border=(64, 70, 77),
    text=(232, 229, 223),
    faint_text=(168, 172, 176),
    accent=(77, 178, 152),
    accent_text=(16, 28, 25),
    button=(55, 61, 68),
    button_hover=(68, 75, 83),
    wood=(196, 154, 96),
    wood_grain=(156, 113, 62),
    line=(62, 41, 18),
    coordinate=(50, 31, 11),
    mark=(228, 84, 62),
    good=(92, 186, 125),
    fair=(226, 178, 84),
    bad=(238, 124, 106),
    black_share=(16, 17, 19),
    white_share=(228, 226, 221),
    draw_share=(132, 135, 139),
    shade=(8, 9, 11),
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """`share` of the second color in the first.

    >>> mix((0, 0, 0), (100, 200, 50), 0.5)
    (50, 100, 25)
    """
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


MIN_CONTRAST = 4.5  # of text, https://www.w3.org/TR/WCAG22/#contrast-minimum


def contrast(first: RGB, second: RGB) -> float:
    """From 1 for the same color to 21 for black on white.

    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: RGB) -> float:
    parts = (part / 255 for part in color)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=256)
def readable(ink: RGB, fill: RGB) -> RGB:
    """Ink, lighter or darker as far as it must be to be read on what it is written on."""
    limit = (
        (255, 255, 255)
        if contrast((255, 255, 255), fill) > contrast((0, 0, 0), fill)
        else (0, 0, 0)
    )
    shades = (mix(ink, limit, step / 20) for step in range(20))
    return next((shade for shade in shades if contrast(shade, fill) >= MIN_CONTRAST), limit)


@lru_cache(maxsize=256)
def faded(ink: RGB, fill: RGB, share: float) -> RGB:
    """Ink with that share of what it is written on, or as much as leaves it readable."""
    while share > 0 and contrast(mix(ink, fill, share), fill) < MIN_CONTRAST:
        share -= 0.02
    return mix(ink, fill, max(0.0, share))
