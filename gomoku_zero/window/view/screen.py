"""The window itself."""

import os

import pygame

from gomoku.rules import BLACK, WHITE
from gomoku_zero.window.view import sprites
from gomoku_zero.window.view.layout import DESIGN_HEIGHT, DESIGN_WIDTH
from gomoku_zero.window.view.text import forget_fonts
from gomoku_zero.window.view.theme import LIGHT

UNSEEN = ("offscreen", "dummy", "evdev")  # what SDL takes where it finds no screen


def open_window(size: tuple[int, int] | None = None) -> pygame.Surface:
    """A resizable window, unless told otherwise of a size that fits the screen.

    Raises:
        pygame.error: if there is no screen.
    """
    # Drawing is done here; SDL would send every picture through a renderer, which on a machine
    # without a GPU takes 20 ms for 2560x1440 instead of 2.
    os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    pygame.display.init()
    # Where there is no screen, SDL draws for nobody and says nothing, unless it was told to.
    if pygame.display.get_driver() in UNSEEN and "SDL_VIDEODRIVER" not in os.environ:
        pygame.display.quit()
        raise pygame.error("there is no screen: set DISPLAY or WAYLAND_DISPLAY")
    pygame.display.set_caption("Gomoku Zero")
    if size is None:
        screens = pygame.display.get_desktop_sizes()
        width, height = screens[0] if screens else (DESIGN_WIDTH, DESIGN_HEIGHT)
        # Most of the screen, but on a large one not more than is comfortable.
        fitting = min(0.92 * width / DESIGN_WIDTH, 0.86 * height / DESIGN_HEIGHT)
        factor = min(fitting, max(1.0, 0.62 * height / DESIGN_HEIGHT))
        size = (round(DESIGN_WIDTH * factor), round(DESIGN_HEIGHT * factor))
    pygame.key.set_repeat(350, 60)
    pygame.display.set_icon(icon())  # before the window is there, or some desktops never show it
    return pygame.display.set_mode(size, pygame.RESIZABLE)


def icon(side: int = 64) -> pygame.Surface:
    """A corner of a board with three stones."""
    picture = pygame.Surface((side, side), pygame.SRCALPHA)
    picture.blit(sprites.wood(side, LIGHT.wood, LIGHT.wood_grain), (0, 0))
    cell, first, width = side / 3, side / 6, max(1, side // 32)
    for index in range(3):
        at = round(first + index * cell)
        pygame.draw.line(picture, LIGHT.line, (at, 0), (at, side), width)
        pygame.draw.line(picture, LIGHT.line, (0, at), (side, at), width)
    for row, column, color in ((0, 2, WHITE), (1, 1, BLACK), (2, 0, BLACK)):
        stone = sprites.stone(round(cell * 0.94) | 1, color)
        center = (round(first + column * cell), round(first + row * cell))
        picture.blit(stone, stone.get_rect(center=center))
    return picture


def close_window() -> None:
    """Quit pygame, and forget the fonts that are open, which it would not let be used again."""
    forget_fonts()
    pygame.quit()
