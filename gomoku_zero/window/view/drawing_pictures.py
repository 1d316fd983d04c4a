"""Draws small boards, images and charts."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import assert_never

import pygame

from gomoku_zero.window.view import sprites
from gomoku_zero.window.view.board import draw_cross, draw_empty_board, draw_last_move, draw_stones
from gomoku_zero.window.view.drawings import (
    TABLE_ROW,
    Bar,
    Chart,
    Curve,
    Drawing,
    Image,
    SmallBoard,
    Table,
)
from gomoku_zero.window.view.layout import BoardLayout, Rect, lay_out_board
from gomoku_zero.window.view.text import fitted, put, rendered
from gomoku_zero.window.view.theme import RGB, Theme, mix
from gomoku_zero.window.view.widget_drawing import draw_box, fill_rounded


def draw_picture(surface: pygame.Surface, drawing: Drawing, theme: Theme, scale: float) -> None:
    match drawing:
        case SmallBoard():
            _draw_small_board(surface, drawing, theme)
        case Image(rect, file):
            put(surface, _scaled(file, rect.width, rect.height), *rect.center)
        case Chart():
            _draw_chart(surface, drawing, theme, scale)
        case Bar():
            _draw_bar(surface, drawing, theme)
        case Table():
            _draw_table(surface, drawing, theme, scale)
        case _:
            assert_never(drawing)


def _draw_small_board(surface: pygame.Surface, drawing: SmallBoard, theme: Theme) -> None:
    board = lay_out_board(drawing.rect, drawing.size, coordinates=False)
    surface.blit(_empty_board(board, theme), board.wood[:2])
    draw_stones(surface, board, drawing.cells)
    if drawing.marked is not None:
        draw_last_move(surface, board, drawing.marked, theme)
    for move in drawing.crossed:
        draw_cross(surface, board, move, theme)


@lru_cache(maxsize=8)
def _empty_board(board: BoardLayout, theme: Theme) -> pygame.Surface:
    picture = pygame.Surface((board.wood.width, board.wood.height))
    picture.fill(theme.panel)  # seen behind the rounded corners
    there = replace(
        board,
        wood=board.wood._replace(left=0, top=0),
        origin_x=board.origin_x - board.wood.left,
        origin_y=board.origin_y - board.wood.top,
    )
    draw_empty_board(picture, there, theme)
    return picture


@lru_cache(maxsize=16)
def _scaled(file: Path, width: int, height: int) -> pygame.Surface:
    picture = pygame.image.load(str(file))
    share = min(width / picture.get_width(), height / picture.get_height())
    size = max(1, round(picture.get_width() * share)), max(1, round(picture.get_height() * share))
    return pygame.transform.smoothscale(picture.convert_alpha(), size)


def _draw_chart(surface: pygame.Surface, chart: Chart, theme: Theme, scale: float) -> None:
    pixels, pad = round(13 * scale), round(10 * scale)
    rect, row = chart.rect, round(22 * scale)
    _draw_legend(surface, chart, theme, scale)
    box = Rect(rect.left, rect.top + row, rect.width, max(1, rect.height - row))
    draw_box(surface, box, theme.card, theme.border, scale, radius=6)
    every = [x for curve in chart.curves for x, _ in curve.points]
    if not every and chart.empty:
        text = fitted(chart.empty, pixels, theme.faint_text, max(1, box.width - 2 * pad))
        put(surface, text, *box.center)
        return
    low, high = (rendered(text, pixels, theme.faint_text) for text in chart.labels)
    beside = [rendered(text, pixels, theme.faint_text) for _, text in chart.heights]
    margin = max(each.get_width() for each in (low, high, *beside)) + 2 * pad
    under = row if chart.places else 0
    plot = Rect(
        box.left + margin, box.top + pad, box.width - margin - pad, box.height - 2 * pad - under
    )
    if plot.width < 2 or plot.height < 2:
        return
    put(surface, high, plot.left - pad, plot.top, align=(1, 0.2))
    put(surface, low, plot.left - pad, plot.bottom, align=(1, 0.8))
    height = max(1e-9, chart.top - chart.bottom)
    if chart.heights:
        for (value, _), number in zip(chart.heights, beside, strict=True):
            y = round(plot.bottom - plot.height * (value - chart.bottom) / height)
            pygame.draw.line(surface, theme.border, (plot.left, y), (plot.right, y))
            put(surface, number, plot.left - pad, y, align=(1, 0.5))
    else:
        for y in (plot.top, plot.center[1], plot.bottom):
            pygame.draw.line(surface, theme.border, (plot.left, y), (plot.right, y))
    if chart.across is not None:
        every = [*chart.across]
    if not every:
        return
    first, span = min(every), max(every) - min(every)

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - first) / span if span else 0.5
        share = min(1.0, max(0.0, (y - chart.bottom) / height))
        return plot.left + plot.width * across, plot.bottom - plot.height * share

    for x, words in chart.places:
        written = rendered(words, pixels, theme.faint_text)
        center = min(at(x, 0)[0], box.right - pad / 2 - written.get_width() / 2)
        put(surface, written, center, plot.bottom + pad / 2 + row / 2)
    for curve in chart.curves:
        _draw_curve(surface, curve, at, plot, theme, scale)


def _draw_curve(
    surface: pygame.Surface,
    curve: Curve,
    at: Callable[[float, float], tuple[float, float]],
    plot: Rect,
    theme: Theme,
    scale: float,
) -> None:
    """One curve of a chart; at: where a point of it lies."""
    thickness = max(1, round(1.6 * scale))
    color = _color(curve, theme)
    if len(curve.band) > 1:
        upper = [at(x, most) for x, _, most in curve.band]
        lower = [at(x, least) for x, least, _ in curve.band]
        _fill(surface, [*upper, *lower[::-1]], (*color, 48), plot)
    else:
        for x, least, most in curve.band:
            pygame.draw.line(surface, color, at(x, least), at(x, most), thickness)
    points = [at(x, y) for x, y in curve.points]
    for start, end in pairwise(points) if curve.has_line else ():
        pygame.draw.aaline(surface, color, start, end)
        pygame.draw.line(surface, color, start, end, thickness)
    if curve.has_dots or len(points) == 1:
        for point in points:
            put(surface, sprites.disc(round(7 * scale) | 1, color), *point)


def _draw_legend(surface: pygame.Surface, chart: Chart, theme: Theme, scale: float) -> None:
    """The title of a chart, and the names of its curves behind it."""
    pixels, pad = round(13 * scale), round(10 * scale)
    rect, row = chart.rect, round(22 * scale)
    middle = rect.top + row / 2
    title = fitted(chart.title, round(14 * scale), theme.text, rect.width, bold=True)
    put(surface, title, rect.left, middle, align=(0, 0.5))
    left = rect.left + title.get_width() + 2 * pad
    for curve in chart.curves:
        name = fitted(curve.name, pixels, theme.text, max(1, rect.right - left - row))
        put(surface, sprites.disc(round(9 * scale) | 1, _color(curve, theme)), left, middle)
        put(surface, name, left + pad, middle, align=(0, 0.5))
        left += name.get_width() + 3 * pad


def _fill(
    surface: pygame.Surface,
    outline: list[tuple[float, float]],
    color: tuple[int, ...],
    plot: Rect,
) -> None:
    """A polygon through which what lies below can be seen."""
    layer = pygame.Surface((plot.width + 1, plot.height + 1), pygame.SRCALPHA)
    there = [(x - plot.left, y - plot.top) for x, y in outline]
    pygame.draw.polygon(layer, color, there)
    surface.blit(layer, plot[:2])


def _draw_bar(surface: pygame.Surface, bar: Bar, theme: Theme) -> None:
    corner = bar.rect.height // 2
    fill_rounded(surface, bar.rect, theme.border, corner)
    done = bar.rect._replace(width=round(bar.rect.width * min(1.0, max(0.0, bar.share))))
    if done.width > 0:
        fill_rounded(surface, done, theme.accent, corner)


def _draw_table(surface: pygame.Surface, table: Table, theme: Theme, scale: float) -> None:
    """The first column to the left, the others to the right."""
    rect, row, pixels = table.rect, round(TABLE_ROW * scale), round(13 * scale)
    draw_box(surface, rect, theme.card, theme.border, scale, radius=6)
    pad = round(10 * scale)
    room = rect.width - 2 * pad
    for index, cells in enumerate(table.rows[: max(0, (rect.height - pad // 2) // max(1, row))]):
        middle = rect.top + pad / 2 + (index + 0.5) * row
        is_strong = index == table.strong
        if is_strong:
            mark = Rect(rect.left + 2, round(middle - row / 2), rect.width - 4, row)
            fill_rounded(surface, mark, mix(theme.card, theme.accent, 0.2), round(5 * scale))
        ink = theme.text if index else theme.faint_text
        left = float(rect.left + pad)
        for column, (text, share) in enumerate(zip(cells, table.shares, strict=True)):
            width = room * share / 100
            picture = fitted(text, pixels, ink, max(1, round(width) - pad // 2), bold=is_strong)
            if column:
                put(surface, picture, left + width, middle, align=(1, 0.5))
            else:
                put(surface, picture, left, middle, align=(0, 0.5))
            left += width


def _color(curve: Curve, theme: Theme) -> RGB:
    color: RGB = getattr(theme, curve.ink.value)
    return color
