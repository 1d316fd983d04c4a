"""Draws controls: buttons, choices, list rows, labels."""

from collections.abc import Sequence

import pygame

from gomoku_zero.window.view import sprites
from gomoku_zero.window.view.layout import Rect
from gomoku_zero.window.view.text import fitted, fitted_end, font, put, rendered, wrapped
from gomoku_zero.window.view.theme import RGB, Theme, faded, mix, readable
from gomoku_zero.window.view.widgets import Control, Look

MIN_NOTE = 9  # pixels; smaller letters cannot be read


def draw_controls(
    surface: pygame.Surface,
    controls: Sequence[Control],
    theme: Theme,
    scale: float,
    pointer: tuple[int, int],
) -> None:
    """
    pointer: where the mouse is, so that what is under it lights up; (-1, -1) for nowhere.
    """
    for control in controls:
        hovered = control.command is not None and control.rect.contains(*pointer)
        if control.focused:
            ring = control.rect.inset(-max(2, round(2 * scale)))
            fill_rounded(surface, ring, theme.text, max(3, round(10 * scale)))
        _draw_control(surface, control, theme, scale, hovered and control.enabled)


def draw_box(
    surface: pygame.Surface, rect: Rect, fill: RGB, border: RGB, scale: float, radius: float = 8
) -> None:
    """A rounded rectangle with a hairline border."""
    corner = max(2, round(radius * scale))
    fill_rounded(surface, rect, border, corner)
    line = max(1, round(scale * 0.9))
    fill_rounded(surface, rect.inset(line), fill, max(1, corner - line))


def fill_rounded(surface: pygame.Surface, rect: Rect, color: RGB, corner: int) -> None:
    """A rounded rectangle whose corners are antialiased, as those of pygame are not.

    corner: their radius in pixels; cut to what the rectangle has room for.
    """
    corner = min(corner, rect.width // 2, rect.height // 2)
    if corner < 1:
        surface.fill(color, rect)
        return
    surface.fill(color, (rect.left + corner, rect.top, rect.width - 2 * corner, rect.height))
    for left in (rect.left, rect.right - corner):
        surface.fill(color, (left, rect.top + corner, corner, rect.height - 2 * corner))
    disc = sprites.disc(2 * corner, color)
    for left, from_left in ((rect.left, 0), (rect.right - corner, corner)):
        for top, from_top in ((rect.top, 0), (rect.bottom - corner, corner)):
            surface.blit(disc, (left, top), (from_left, from_top, corner, corner))


def _draw_control(
    surface: pygame.Surface, control: Control, theme: Theme, scale: float, hovered: bool
) -> None:
    rect, look = control.rect, control.look
    pixels = round(15 * scale)
    if look is Look.TITLE:
        picture = fitted(control.text, round(17 * scale), theme.text, rect.width, bold=True)
        put(surface, picture, *rect.center)
    elif look is Look.LABEL:
        picture = fitted(control.text, round(14 * scale), theme.faint_text, rect.width)
        put(surface, picture, rect.left, rect.center[1], align=(0, 0.5))
    elif look is Look.TEXT:
        _draw_text(surface, control, theme, scale)
    elif look is Look.FIELD:
        draw_box(surface, rect, theme.card, theme.accent, scale)
        # What is being typed is at the end, where the caret is.
        room = rect.width - round(20 * scale)
        picture = fitted_end(control.text + "|", pixels, theme.text, room)
        put(surface, picture, rect.left + round(10 * scale), rect.center[1], align=(0, 0.5))
    elif look is Look.FIGURE:
        _draw_figure(surface, control, theme, scale)
    elif look is Look.ROW:
        _draw_row(surface, control, theme, scale, hovered)
    else:
        _draw_button(surface, control, theme, scale, hovered)


def _draw_button(
    surface: pygame.Surface, control: Control, theme: Theme, scale: float, hovered: bool
) -> None:
    filled = control.look is Look.PRIMARY or (control.selected and control.enabled)
    fill = theme.accent if filled else theme.button
    ink = theme.accent_text if filled else theme.text
    if hovered:
        fill = mix(theme.accent, theme.text, 0.15) if filled else theme.button_hover
    if not control.enabled:
        fill, ink = mix(fill, theme.panel, 0.6), mix(theme.faint_text, theme.panel, 0.45)
    border = fill if filled else mix(theme.border, theme.panel, 0.0 if control.enabled else 0.6)
    rect = control.rect
    draw_box(surface, rect, fill, border, scale)
    pad = round(8 * scale)
    note_pixels = max(MIN_NOTE, round(11 * scale))
    key_room = 0
    if control.note and rect.width > 100 * scale:
        key_room = font(note_pixels).size(control.note)[0]
    bold = control.look is Look.PRIMARY
    # What the key leaves free, with as much room beside the text as beside the key.
    free = rect._replace(width=rect.width - (pad + key_room if key_room else 0))
    text = fitted(control.text, round(15 * scale), ink, free.width - pad, bold=bold)
    is_under_key = rect.center[0] + text.get_width() // 2 + pad // 2 > free.right
    put(surface, text, (free if key_room and is_under_key else rect).center[0], rect.center[1])
    if key_room:
        faint = faded(ink, fill, 0.5) if control.enabled else mix(ink, fill, 0.5)
        key = rendered(control.note, note_pixels, faint)
        put(surface, key, rect.right - pad, rect.center[1], align=(1, 0.5))


def _draw_row(
    surface: pygame.Surface, control: Control, theme: Theme, scale: float, hovered: bool
) -> None:
    fill = theme.button_hover if hovered else theme.card
    border = theme.accent if control.selected else theme.border
    ink = theme.text if control.enabled else theme.faint_text
    if control.selected and control.enabled:
        fill = mix(fill, theme.accent, 0.16)
    rect, pad = control.rect, round(12 * scale)
    draw_box(surface, rect, fill, border, scale)
    note_pixels = max(MIN_NOTE, round(12 * scale))
    faint = readable(theme.faint_text, fill)
    note = fitted(control.note, note_pixels, faint, rect.width // 2)
    room = rect.width - 3 * pad - note.get_width()
    name = fitted(control.text, round(15 * scale), ink, room, bold=control.selected)
    put(surface, name, rect.left + pad, rect.center[1], align=(0, 0.5))
    put(surface, note, rect.right - pad, rect.center[1], align=(1, 0.5))


def _draw_figure(surface: pygame.Surface, control: Control, theme: Theme, scale: float) -> None:
    rect = control.rect
    draw_box(surface, rect, theme.card, theme.border, scale, radius=6)
    room = rect.width - round(10 * scale)
    number = fitted(control.text, round(17 * scale), theme.text, max(1, room), bold=True)
    note = fitted(control.note, round(12 * scale), theme.faint_text, max(1, room))
    put(surface, number, rect.center[0], rect.top + rect.height * 0.34)
    put(surface, note, rect.center[0], rect.top + rect.height * 0.76)


def _draw_text(surface: pygame.Surface, control: Control, theme: Theme, scale: float) -> None:
    pixels = round(14 * scale)
    lines = wrapped(control.text, pixels, control.rect.width)
    # What is too long for its place is written smaller, as far as it can be read.
    while len(lines) * round(pixels * 1.3) > control.rect.height and pixels > round(10 * scale):
        pixels -= 1
        lines = wrapped(control.text, pixels, control.rect.width)
    line_height = round(pixels * 1.3) if len(lines) > 1 else round(pixels * 1.45)
    top = control.rect.top
    if len(lines) * line_height <= control.rect.height:
        top += (control.rect.height - len(lines) * line_height) // 2
    for index, line in enumerate(lines):
        picture = fitted(line, pixels, theme.faint_text, control.rect.width)
        middle = top + index * line_height + line_height // 2
        put(surface, picture, control.rect.left, middle, align=(0, 0.5))
