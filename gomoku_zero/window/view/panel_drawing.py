"""Draws the panel: players, status, win rate, graph, candidates, moves."""

from dataclasses import dataclass
from itertools import pairwise

import pygame

from gomoku.rules import BLACK, WHITE, Color
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.view import sprites
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.panel import (
    PanelLayout,
    Part,
    plot_area,
    shown_span,
)
from gomoku_zero.window.view.panel_lists import (
    draw_candidates,
    draw_moves,
    draw_severity,
    draw_summaries,
    draw_tree,
)
from gomoku_zero.window.view.text import fitted, put, rendered, wrapped
from gomoku_zero.window.view.theme import Theme
from gomoku_zero.window.view.widget_drawing import draw_box


@dataclass(frozen=True, slots=True)
class PanelTexts:
    """The words the panel shows, already chosen: (name, remark) of Black and White, the status,
    sentences that take the place of graphs and lists, and what is said of a mistake."""

    players: tuple[tuple[str, str], tuple[str, str]]
    status: tuple[str, str]
    sentences: tuple[str, ...] = ()
    explanation: tuple[str, ...] = ()


def draw_panel(
    surface: pygame.Surface,
    window: WindowLayout,
    layout: PanelLayout,
    snapshot: Snapshot,
    texts: PanelTexts,
    language: Language,
    theme: Theme,
) -> None:
    """All of the panel but its buttons."""
    scale = window.scale
    draw_box(surface, window.panel, theme.panel, theme.border, scale, radius=12)
    title = rendered("Gomoku Zero", round(19 * scale), theme.text, True)
    put(surface, title, layout.header.left, layout.header.center[1], align=(0, 0.5))
    for color, card, lines in zip((BLACK, WHITE), layout.players, texts.players, strict=True):
        _draw_player(surface, card, color, lines, snapshot, theme, scale)
    _draw_status(surface, layout.status, texts.status, theme, scale)
    if snapshot.reviewed is not None and snapshot.reviewed < 1:
        _draw_progress(surface, layout.status, snapshot.reviewed, theme, scale)
    if texts.sentences:
        _draw_sentences(surface, layout.middle, texts.sentences, theme, scale)
        return
    surface.set_clip(layout.middle)
    for part, area in layout.parts.items():
        if part is Part.EXPLANATION:
            _draw_sentences(surface, area, texts.explanation, theme, scale)
        else:
            _draw_part(surface, part, area, window, snapshot, language, theme)
    surface.set_clip(None)
    if layout.is_scrollable:
        _draw_scroll_bar(surface, layout, theme, scale)


def _draw_part(
    surface: pygame.Surface,
    part: Part,
    area: Rect,
    window: WindowLayout,
    snapshot: Snapshot,
    language: Language,
    theme: Theme,
) -> None:
    scale = window.scale
    match part:
        case Part.BAR:
            _draw_win_rate_bar(surface, area, snapshot, theme, scale)
        case Part.GRAPH:
            _draw_graph(surface, area, window, snapshot, theme)
        case Part.CANDIDATES:
            draw_candidates(surface, area, snapshot, language, theme, scale)
        case Part.SUMMARY:
            draw_summaries(surface, area, snapshot, language, theme, scale)
        case Part.COMMENT:
            _draw_comment(surface, area, snapshot.comment, theme, scale)
        case Part.TREE:
            draw_tree(surface, area, window, snapshot, theme)
        case Part.MOVES:
            draw_moves(surface, area, window, snapshot, theme)


def _draw_scroll_bar(
    surface: pygame.Surface, layout: PanelLayout, theme: Theme, scale: float
) -> None:
    """A thin bar at the right end of the middle: there is more above or below."""
    middle, areas = layout.middle, list(layout.parts.values())
    top, bottom = areas[0].top, areas[-1].bottom
    whole = max(1, bottom - top)
    width = max(3, round(4 * scale))
    left = middle.right + round(3 * scale)
    height = max(8, round(middle.height * middle.height / whole))
    offset = round(middle.height * (middle.top - top) / whole)
    offset = min(offset, middle.height - height)
    corner = width // 2
    rail = Rect(left, middle.top, width, middle.height)
    pygame.draw.rect(surface, theme.border, rail, border_radius=corner)
    thumb = Rect(left, middle.top + max(0, offset), width, height)
    pygame.draw.rect(surface, theme.accent, thumb, border_radius=corner)


def _draw_comment(
    surface: pygame.Surface, area: Rect, comment: str, theme: Theme, scale: float
) -> None:
    """As many lines as there is room for."""
    draw_box(surface, area, theme.card, theme.border, scale, radius=6)
    inner, pixels = area.inset(round(6 * scale)), round(13 * scale)
    line_height = round(pixels * 1.4)
    lines = wrapped(comment, pixels, inner.width)
    room = max(1, inner.height // line_height)
    if len(lines) > room:
        lines = [*lines[: room - 1], " ".join(lines[room - 1 :])]
    for index, line in enumerate(lines):
        picture = fitted(line, pixels, theme.text, inner.width)
        middle = inner.top + (index + 0.5) * line_height
        put(surface, picture, inner.left, middle, align=(0, 0.5))


def _draw_player(
    surface: pygame.Surface,
    card: Rect,
    color: Color,
    lines: tuple[str, str],
    snapshot: Snapshot,
    theme: Theme,
    scale: float,
) -> None:
    is_active = snapshot.outcome is None and snapshot.deciding is color
    has_won = snapshot.outcome is not None and snapshot.outcome.winner is color
    border = theme.accent if is_active else theme.good if has_won else theme.border
    fill = theme.card_active if is_active or has_won else theme.card
    draw_box(surface, card, fill, border, scale)
    diameter = round(card.height * 0.56) | 1
    pad = round(14 * scale)
    middle = card.center[1]
    center = card.left + pad + diameter // 2
    put(surface, sprites.shadow(diameter), center + 1, middle + 2)
    is_open = snapshot.colors_are_open
    stone = sprites.open_stone(diameter) if is_open else sprites.stone(diameter, color)
    put(surface, stone, center, middle)
    left = card.left + 2 * pad + diameter
    seconds = snapshot.black_seconds if color is BLACK else snapshot.white_seconds
    right = card.right - pad
    if seconds is not None:
        ink = theme.bad if seconds < 10 and is_active else theme.text
        clock = rendered(clock_digits(seconds), round(20 * scale), ink, is_active)
        put(surface, clock, right, middle, align=(1, 0.5))
        right -= clock.get_width() + pad
    name = fitted(lines[0], round(16 * scale), theme.text, right - left, bold=True)
    remark = fitted(lines[1], round(12.5 * scale), theme.faint_text, right - left)
    put(surface, name, left, middle - 10 * scale, align=(0, 0.5))
    put(surface, remark, left, middle + 11 * scale, align=(0, 0.5))


def clock_digits(seconds: float) -> str:
    """
    >>> clock_digits(65.2), clock_digits(9.94)
    ('1:05', '9.9')
    """
    if seconds < 10:
        return f"{int(seconds * 10) / 10:.1f}"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _draw_status(
    surface: pygame.Surface, area: Rect, lines: tuple[str, str], theme: Theme, scale: float
) -> None:
    headline = fitted(lines[0], round(20 * scale), theme.text, area.width, bold=True)
    detail = fitted(lines[1], round(13 * scale), theme.faint_text, area.width)
    put(surface, headline, area.left, area.top + area.height * 0.34, align=(0, 0.5))
    put(surface, detail, area.left, area.top + area.height * 0.78, align=(0, 0.5))


def _draw_sentences(
    surface: pygame.Surface, area: Rect, sentences: tuple[str, ...], theme: Theme, scale: float
) -> None:
    """One below the other, in smaller letters where there is little room."""
    gap, pixels = round(9 * scale), round(14 * scale)
    while pixels > max(8, round(10 * scale)):
        lines = sum(len(wrapped(sentence, pixels, area.width)) for sentence in sentences)
        if lines * round(pixels * 1.42) + (len(sentences) - 1) * gap <= area.height:
            break
        pixels -= 1
    line_height = round(pixels * 1.42)
    top = area.top
    for index, sentence in enumerate(sentences):
        ink = theme.text if index < len(sentences) - 1 or len(sentences) > 3 else theme.faint_text
        for line in wrapped(sentence, pixels, area.width):
            if top + line_height > area.bottom:
                return
            picture = fitted(line, pixels, ink, area.width)
            put(surface, picture, area.left, top + line_height / 2, align=(0, 0.5))
            top += line_height
        top += gap


def _draw_progress(
    surface: pygame.Surface, area: Rect, share: float, theme: Theme, scale: float
) -> None:
    """A thin bar just below an area."""
    height = max(3, round(4 * scale))
    bar = Rect(area.left, area.bottom + round(scale), area.width, height)
    corner = height // 2
    pygame.draw.rect(surface, theme.border, bar, border_radius=corner)
    done = bar._replace(width=round(bar.width * share))
    if done.width > 0:
        pygame.draw.rect(surface, theme.accent, done, border_radius=corner)


def _draw_win_rate_bar(
    surface: pygame.Surface, bar: Rect, snapshot: Snapshot, theme: Theme, scale: float
) -> None:
    """Black's share on the left, White's on the right, draws between them where they are known."""
    thought = snapshot.thought
    win, draws, loss = thought.win_draw_loss if thought else (0.5, 0.0, 0.5)
    black = win if thought is None or thought.to_move is BLACK else loss
    corner = round(5 * scale)
    pygame.draw.rect(surface, theme.white_share, bar, border_radius=corner)
    share = bar._replace(width=round(bar.width * black))
    drawn = Rect(share.right, bar.top, round(bar.width * draws), bar.height)
    if share.width > 0:
        pygame.draw.rect(
            surface,
            theme.black_share,
            share,
            border_top_left_radius=corner,
            border_bottom_left_radius=corner,
            border_top_right_radius=corner if share.width == bar.width else 0,
            border_bottom_right_radius=corner if share.width == bar.width else 0,
        )
    pygame.draw.rect(surface, theme.draw_share, drawn)
    pygame.draw.rect(surface, theme.border, bar, 1, border_radius=corner)
    if thought is None:
        return
    pad, pixels = round(8 * scale), round(12 * scale)
    shares = (
        (share, 0.0, black, (235, 235, 235)),
        (drawn, 0.5, draws, (45, 43, 40)),
        (bar._replace(left=drawn.right, width=bar.right - drawn.right), 1.0, 1 - black - draws,
         (45, 43, 40)),
    )  # fmt: skip
    for area, side, amount, ink in shares:
        text = rendered(f"{100 * amount:.0f}%", pixels, ink, True)
        inner = area.inset(pad)
        if text.get_width() <= inner.width:
            left = inner.left + side * inner.width
            put(surface, text, left, bar.center[1], align=(side, 0.5))


def _draw_graph(
    surface: pygame.Surface, area: Rect, window: WindowLayout, snapshot: Snapshot, theme: Theme
) -> None:
    """Black's win rate over the game, with the mistakes marked and the present move."""
    scale = window.scale
    draw_box(surface, area, theme.card, theme.border, scale, radius=6)
    plot = plot_area(area, window)
    rates = snapshot.black_win_rates
    span = shown_span(len(rates) - 1)

    def at(ply: int, rate: float) -> tuple[float, float]:
        return plot.left + plot.width * ply / span, plot.top + plot.height * (1 - rate)

    middle = at(0, 0.5)[1]
    pygame.draw.line(surface, theme.border, (plot.left, middle), (plot.right, middle))
    now = at(len(snapshot.moves), 0)[0]
    pygame.draw.line(surface, theme.accent, (now, plot.top), (now, plot.bottom))
    known = [(ply, rate) for ply, rate in enumerate(rates) if rate is not None]
    points = [at(ply, rate) for ply, rate in known]
    if len(points) > 1:
        _fill_under(surface, points, plot.bottom, (*theme.faint_text, 46))
        thickness = max(1, round(1.4 * scale))
        for start, end in pairwise(points):
            pygame.draw.aaline(surface, theme.text, start, end)
            if thickness > 1:
                pygame.draw.line(surface, theme.text, start, end, thickness)
    dot = max(5, round(8 * scale)) | 1
    present = rates[len(snapshot.moves)]
    if present is not None:
        put(surface, sprites.disc(dot, theme.accent), *at(len(snapshot.moves), present))
    for mistake in snapshot.mistakes:
        rate = rates[mistake.ply + 1]
        if rate is not None:
            draw_severity(surface, mistake.severity, dot, theme, *at(mistake.ply + 1, rate))


def _fill_under(
    surface: pygame.Surface,
    points: list[tuple[float, float]],
    bottom: float,
    color: tuple[int, ...],
) -> None:
    layer = pygame.Surface(surface.get_size(), pygame.SRCALPHA)
    outline = [*points, (points[-1][0], bottom), (points[0][0], bottom)]
    pygame.draw.polygon(layer, color, outline)
    left, right = int(points[0][0]), int(points[-1][0]) + 1
    top = int(min(y for _, y in points))
    area = pygame.Rect(left, top, right - left, int(bottom) - top + 1)
    surface.blit(layer, area, area)
