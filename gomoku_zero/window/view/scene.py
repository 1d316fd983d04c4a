"""Draws a scene on a surface, and does nothing else."""

from dataclasses import dataclass, field
from functools import lru_cache

import pygame

from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.view import sprites
from gomoku_zero.window.view.board import draw_board, draw_empty_board
from gomoku_zero.window.view.dialogs import Dialog
from gomoku_zero.window.view.drawing_pictures import draw_picture
from gomoku_zero.window.view.layout import BoardLayout, Rect, WindowLayout
from gomoku_zero.window.view.overlay import Overlay
from gomoku_zero.window.view.panel import PanelLayout
from gomoku_zero.window.view.panel_drawing import PanelTexts, draw_panel
from gomoku_zero.window.view.text import fitted, put, rendered, wrapped
from gomoku_zero.window.view.theme import LIGHT, Theme, mix
from gomoku_zero.window.view.widget_drawing import draw_box, draw_controls

MAX_MESSAGE_LINES = 5
VEIL = 130  # of 255: how much what lies behind a dialog is dimmed


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything one frame shows; two equal scenes look the same.

    message: a passing remark, or "".
    setting_up: whether stones are put down freely.
    tip: what is said of what the mouse rests on, or "".
    """

    snapshot: Snapshot
    layout: WindowLayout
    board: BoardLayout
    panel: PanelLayout
    texts: PanelTexts
    language: Language
    overlay: Overlay = field(default_factory=Overlay)
    theme: Theme = LIGHT
    pointer: tuple[int, int] = (-1, -1)
    message: str = ""
    dialog: Dialog | None = None
    setting_up: bool = False
    tip: str = ""


def draw(surface: pygame.Surface, scene: Scene) -> None:
    """Paint the whole surface."""
    if scene.dialog is not None and scene.dialog.covers:
        surface.fill(mix(scene.theme.background, scene.theme.shade, VEIL / 255))
    else:
        _draw_game(surface, scene)
    if scene.dialog is not None:
        _draw_dialog(surface, scene.dialog, scene)
    if scene.message:
        _draw_message(surface, scene)
    if scene.tip:
        _draw_tip(surface, scene)


def _draw_game(surface: pygame.Surface, scene: Scene) -> None:
    """The board and the panel."""
    theme, scale = scene.theme, scene.layout.scale
    surface.blit(_backdrop(scene.layout, scene.board, theme), (0, 0))
    draw_board(surface, scene.board, scene.snapshot, scene.overlay, theme)
    draw_panel(
        surface,
        scene.layout,
        scene.panel,
        scene.snapshot,
        scene.texts,
        scene.language,
        theme,
    )
    pointer = (-1, -1) if scene.dialog else scene.pointer
    draw_controls(surface, scene.panel.buttons, theme, scale, pointer)


@lru_cache(maxsize=2)
def _backdrop(layout: WindowLayout, board: BoardLayout, theme: Theme) -> pygame.Surface:
    """The picture that seldom changes: blending it for every frame would take most of the time."""
    surface = pygame.Surface(layout.window[2:])
    surface.fill(theme.background)
    blur = max(4, round(15 * layout.scale))
    shadow = sprites.box_shadow(board.wood.width, blur)
    surface.blit(shadow, (board.wood.left - blur, board.wood.top - blur + blur // 5))
    draw_empty_board(surface, board, theme)
    return surface


def _draw_dialog(surface: pygame.Surface, dialog: Dialog, scene: Scene) -> None:
    theme, scale = scene.theme, scene.layout.scale
    if not dialog.covers:
        veil = pygame.Surface(surface.get_size())
        veil.fill(theme.shade)
        veil.set_alpha(VEIL)
        surface.blit(veil, (0, 0))
    draw_box(surface, dialog.box, theme.panel, theme.border, scale, radius=14)
    draw_controls(surface, dialog.controls, theme, scale, scene.pointer)
    for drawing in dialog.drawings:
        draw_picture(surface, drawing, theme, scale)


def _draw_tip(surface: pygame.Surface, scene: Scene) -> None:
    """A small box above the mouse, or below it where there is no room."""
    theme, scale, window = scene.theme, scene.layout.scale, scene.layout.window
    pixels, pad = round(13 * scale), round(9 * scale)
    lines = wrapped(scene.tip, pixels, min(round(330 * scale), window.width - 4 * pad))
    pictures = [rendered(line, pixels, theme.text) for line in lines]
    line_height = round(1.4 * pixels)
    width = max(picture.get_width() for picture in pictures) + 2 * pad
    height = len(lines) * line_height + pad
    x, y = scene.pointer
    left = min(max(2, x - width // 2), max(2, window.width - width - 2))
    top = y - height - round(12 * scale)
    if top < 2:
        top = y + round(24 * scale)
    box = Rect(left, top, width, height)
    draw_box(surface, box, theme.card_active, theme.accent, scale, radius=7)
    for number, picture in enumerate(pictures):
        middle = box.top + pad // 2 + (number + 0.5) * line_height
        put(surface, picture, box.left + pad, middle, align=(0, 0.5))


def _draw_message(surface: pygame.Surface, scene: Scene) -> None:
    """A dark pill above the buttons of the panel, so that no stone is hidden."""
    theme, scale, panel = scene.theme, scene.layout.scale, scene.layout.panel
    pixels, pad = round(14 * scale), round(12 * scale)
    room = max(40, panel.width - 2 * pad - 8)
    lines = wrapped(scene.message, pixels, room)
    if len(lines) > MAX_MESSAGE_LINES:
        rest = " ".join(lines[MAX_MESSAGE_LINES - 1 :])
        lines = [*lines[: MAX_MESSAGE_LINES - 1], rest]
    pictures = [fitted(line, pixels, (245, 243, 239), room) for line in lines]
    width = max(picture.get_width() for picture in pictures) + 2 * pad
    line_height = round(1.45 * pixels)
    height = round(20 * scale) + len(lines) * line_height
    left = panel.center[0] - width // 2
    bottom = max(scene.panel.middle.bottom, scene.panel.status.bottom)
    box = Rect(left, max(2, bottom - height), width, height)
    fill = mix((30, 32, 35), theme.accent, 0.12)
    draw_box(surface, box, fill, fill, scale, radius=14)
    top = box.top + (height - (len(lines) - 1) * line_height) / 2
    for number, picture in enumerate(pictures):
        put(surface, picture, box.center[0], top + number * line_height)
