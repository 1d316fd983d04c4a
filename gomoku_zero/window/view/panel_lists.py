"""Draws the lists of the panel: candidates, the summary of a review, the tree of lines, moves."""

import pygame

from gomoku.notation import move_to_text
from gomoku.rules import BLACK
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.explanation import GOOD_SIGN, SIGNS
from gomoku_zero.window.model.review import Phase, Severity, Sides
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.view import sprites
from gomoku_zero.window.view.board import short_count
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.panel import (
    TREE_STEP,
    lay_out_moves,
    lay_out_places,
)
from gomoku_zero.window.view.text import fitted, put, rendered
from gomoku_zero.window.view.theme import RGB, Theme, faded, mix
from gomoku_zero.window.view.widget_drawing import draw_box, fill_rounded


def draw_severity(
    surface: pygame.Surface, severity: Severity, size: int, theme: Theme, x: float, y: float
) -> None:
    """A disc, a diamond or a triangle: told apart without colors, too.

    x, y: its middle. size: in pixels.
    """
    color, reach = severity_color(severity, theme), size * 0.62
    if severity is Severity.INACCURACY:
        put(surface, sprites.disc(size | 1, color), x, y)
        return
    corners = [(x, y - reach), (x + reach, y + reach * 0.8), (x - reach, y + reach * 0.8)]
    if severity is Severity.MISTAKE:
        corners = [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]
    pygame.draw.polygon(surface, color, corners)
    pygame.draw.aalines(surface, color, True, corners)


def severity_color(severity: Severity, theme: Theme) -> RGB:
    if severity is Severity.BLUNDER:
        return theme.bad
    if severity is Severity.MISTAKE:
        return mix(theme.fair, theme.bad, 0.4)
    return theme.fair


def draw_candidates(
    surface: pygame.Surface,
    area: Rect,
    snapshot: Snapshot,
    language: Language,
    theme: Theme,
    scale: float,
) -> None:
    """Draw what is certain, then each candidate: move, win rate, visits; its line for the best."""
    thought = snapshot.thought
    if thought is None or snapshot.outcome is not None:
        return
    size = snapshot.rules.size
    row = round(21 * scale)
    pixels = round(13 * scale)
    top = area.top
    headline = language.say("simulations", count=f"{thought.simulations:,}")
    if snapshot.thinking is None and not thought.proof:
        headline = language.joined(headline, language.say("deeper_key"))
    ink = theme.faint_text
    if thought.certain_winner is not None:
        side = language.say("black" if thought.certain_winner is BLACK else "white")
        headline = language.say("win_in", side=side, moves=(thought.distance + 1) // 2)
        ink = theme.good
    elif thought.proof:
        headline = language.say("is_draw")
    elif thought.threat:
        side = language.say("white" if thought.to_move is BLACK else "black")
        line = " ".join(move_to_text(move, size).upper() for move in thought.threat[:5])
        headline = language.say("threatens", side=side, line=line)
        ink = theme.bad
    if top + row <= area.bottom:
        picture = fitted(headline, pixels, ink, area.width)
        put(surface, picture, area.left, top + row / 2, align=(0, 0.5))
    columns = (0.0, 0.2, 0.42, 0.58)
    for index, candidate in enumerate(thought.candidates):
        top += row
        if top + row > area.bottom:
            break
        ink = theme.text if index == 0 else theme.faint_text
        name = move_to_text(candidate.move, size).upper()
        line = " ".join(move_to_text(move, size).upper() for move in candidate.pv[1:7])
        cells = (name, f"{100 * candidate.win_rate:.1f}%", _visits(candidate.visits), line)
        for column, text in zip(columns, cells, strict=True):
            left = area.left + column * area.width
            room = int(area.right - left)
            picture = fitted(text, pixels, ink, room, bold=index == 0 and column < 0.4)
            put(surface, picture, left, top + row / 2, align=(0, 0.5))


def _visits(count: int) -> str:
    return short_count(count) if count else "\u2013"  # proven without a look at it


def draw_summaries(
    surface: pygame.Surface,
    area: Rect,
    snapshot: Snapshot,
    language: Language,
    theme: Theme,
    scale: float,
) -> None:
    """A small table: how well each side played."""
    row, pixels = round(21 * scale), round(13 * scale)
    heads = ("", "black", "white")
    columns = (0.0, 0.56, 0.8)
    top = area.top
    for column, head in zip(columns, heads, strict=True):
        if head:
            picture = rendered(language.say(head), pixels, theme.faint_text)
            put(surface, picture, area.left + column * area.width, top + row / 2, align=(0, 0.5))
    indent = round(16 * scale)
    phases = tuple(zip(Phase, snapshot.phases, strict=False))
    rows: tuple[tuple[str, str, Severity | None, Sides], ...] = (
        ("accuracy", "accuracy", None, snapshot.summaries),
        *((each.value, "accuracy", None, sides) for each, sides in phases if any(sides)),
        ("inaccuracies", "inaccuracies", Severity.INACCURACY, snapshot.summaries),
        ("mistakes", "mistakes", Severity.MISTAKE, snapshot.summaries),
        ("blunders", "blunders", Severity.BLUNDER, snapshot.summaries),
    )
    for key, counted, severity, sides in rows:
        top += row
        middle = top + row / 2
        is_phase = key != counted
        if severity is not None:
            size = round(9 * scale)
            draw_severity(surface, severity, size, theme, area.left + size * 0.7, middle)
        left = (2 if is_phase else 1) * indent
        ink = theme.faint_text if is_phase else theme.text
        name = fitted(language.say(key), pixels, ink, round(columns[1] * area.width) - left)
        put(surface, name, area.left + left, middle, align=(0, 0.5))
        for column, summary in zip(columns[1:], sides, strict=True):
            amount = getattr(summary, counted) if summary is not None else None
            text = "-"
            if amount is not None:
                text = f"{100 * amount:.0f}%" if counted == "accuracy" else str(amount)
            picture = rendered(text, pixels, ink, not is_phase)
            put(surface, picture, area.left + column * area.width, middle, align=(0, 0.5))


def draw_tree(
    surface: pygame.Surface, area: Rect, window: WindowLayout, snapshot: Snapshot, theme: Theme
) -> None:
    """Every line of the game: stones from left to right, a ring around the one shown, signs of
    mistakes below the game's own."""
    scale, tree = window.scale, snapshot.tree
    draw_box(surface, area, theme.card, theme.border, scale, radius=8)
    shown = lay_out_places(area, window, snapshot)
    step = window.units(TREE_STEP)
    size, thin = round(0.62 * step) | 1, max(1, round(1.3 * scale))
    severities = {mistake.ply: mistake.severity for mistake in snapshot.mistakes}
    on_line = set()
    index = snapshot.place
    while index >= 0:
        on_line.add(index)
        index = tree.places[index].parent
    before = surface.get_clip()
    surface.set_clip(pygame.Rect(area).clip(before))
    for index, (x, y) in shown.items():
        if index < 0:
            continue
        place = tree.places[index]
        parent = tree.places[place.parent] if place.parent >= 0 else None
        ink = theme.accent if index in on_line else theme.faint_text
        top = y - (place.row - (parent.row if parent is not None else 0)) * step
        corner = (x - step, top) if top == y else (x - step, y - step // 2)
        pygame.draw.line(surface, ink, (x - step, top), corner, thin)
        pygame.draw.line(surface, ink, corner, (x, y), thin)
    for index, (x, y) in shown.items():
        if index == snapshot.place:
            put(surface, sprites.disc(size + 2 * round(3 * scale), theme.accent), x, y)
        color = tree.places[index].color if index >= 0 else None
        if color is None:  # the start, or a choice
            put(surface, sprites.disc(max(5, size // 2) | 1, theme.text), x, y)
            continue
        place = tree.places[index]
        put(surface, sprites.stone(size, color), x, y)
        put(surface, sprites.ring(size, max(1, round(scale)), theme.faint_text), x, y)
        severity = severities.get(place.ply) if place.row == 0 else None
        if severity is not None:
            draw_severity(surface, severity, round(7 * scale), theme, x, y + step * 0.4)
        if place.has_comment:
            put(surface, sprites.disc(round(5 * scale) | 1, theme.mark), x, y)
    surface.set_clip(before)


def draw_moves(
    surface: pygame.Surface, area: Rect, window: WindowLayout, snapshot: Snapshot, theme: Theme
) -> None:
    """The moves around the present one, those of a side line in another color; a dot where other
    lines part, and signs behind mistakes."""
    scale = window.scale
    draw_box(surface, area, theme.card, theme.border, scale, radius=8)
    pixels = round(13 * scale)
    signs = {mistake.ply: mistake.severity for mistake in snapshot.mistakes}
    pad, line = round(7 * scale), round(scale)
    for ply, cell in lay_out_moves(area, window, snapshot):
        middle = cell.center[1]
        if ply % 2 == 0:
            number = rendered(f"{ply // 2 + 1}.", pixels, theme.faint_text)
            put(surface, number, cell.left - pad, middle, align=(1, 0.5))
        is_present = ply == len(snapshot.moves) - 1
        ink = theme.text
        if ply >= snapshot.fork:
            ink = theme.accent
        if ply >= len(snapshot.moves):
            ink = faded(ink, theme.card, 0.45)
        if is_present:
            mark = Rect(cell.left, cell.top + line, cell.width - pad, cell.height - 2 * line)
            fill = mix(theme.card, theme.accent, 0.22)
            fill_rounded(surface, mark, fill, round(5 * scale))
        text = move_to_text(snapshot.all_moves[ply], snapshot.rules.size).upper()
        left = cell.left + pad
        picture = rendered(text, pixels, ink, is_present)
        put(surface, picture, left, middle, align=(0, 0.5))
        left += picture.get_width() + round(3 * scale)
        if ply in signs:
            severity = signs[ply]
            sign = rendered(SIGNS[severity], pixels, theme.text, True)
            put(surface, sign, left, middle, align=(0, 0.5))
            left += sign.get_width() + pad
            draw_severity(surface, severity, round(7 * scale), theme, left, middle)
        elif ply in snapshot.finds:
            sign = rendered(GOOD_SIGN, pixels, theme.good, True)
            put(surface, sign, left, middle, align=(0, 0.5))
        if ply in snapshot.forks:
            at = (cell.right - 2 * pad, middle)
            put(surface, sprites.ring(round(7 * scale) | 1, max(1, line), theme.accent), *at)
