"""Draws the board and what lies on it."""

import pygame

from gomoku.notation import COLUMNS
from gomoku.rules import BLACK, Color
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.view import sprites
from gomoku_zero.window.view.layout import BoardLayout, star_points
from gomoku_zero.window.view.overlay import Overlay
from gomoku_zero.window.view.text import put, rendered
from gomoku_zero.window.view.theme import RGB, Theme, mix, readable
from mcts.analysis import Analysis
from mcts.tree import Proof

STONE = 0.94  # diameter of a stone in cells


def draw_board(
    surface: pygame.Surface,
    layout: BoardLayout,
    snapshot: Snapshot,
    marks: Overlay,
    theme: Theme,
) -> None:
    """Everything that lies on an empty board."""
    thought = snapshot.thought
    _draw_barred(surface, layout, marks.barred, snapshot.cells, theme)
    if marks.heat and thought is not None and snapshot.outcome is None:
        _draw_heat(surface, layout, thought, snapshot, theme)
    diameter = _stone_size(layout)
    occupied = [(move, Color(cell)) for move, cell in enumerate(snapshot.cells) if cell]
    shade = sprites.shadow(diameter)
    for move, _ in occupied:
        x, y = layout.center(move)
        put(surface, shade, x + layout.cell * 0.05, y + layout.cell * 0.09)
    for move, color in occupied:
        if move == snapshot.last_move and marks.landing < 1:
            larger = round(diameter * (1.0 + 0.16 * (1 - marks.landing) ** 2)) | 1
            put(surface, sprites.stone(larger, color), *layout.center(move))
        else:
            put(surface, sprites.stone(diameter, color), *layout.center(move))
    for move in marks.forbidden:
        draw_cross(surface, layout, move, theme)
    if marks.numbers:
        for number, move in enumerate(snapshot.moves, start=1):
            color = Color(snapshot.cells[move])
            is_last = number == len(snapshot.moves)
            _draw_number(surface, layout, move, number, _ink(color, theme, is_last))
    elif snapshot.last_move is not None:
        draw_last_move(surface, layout, snapshot.last_move, theme)
    if snapshot.outcome is not None:
        _draw_winning_line(surface, layout, snapshot.outcome.line, theme)
    if marks.ghost_line:
        first = marks.ghost_color or snapshot.to_move
        _draw_ghost_line(surface, layout, snapshot, marks.ghost_line, first, theme)
    elif marks.candidates and thought is not None and snapshot.outcome is None:
        _draw_candidates(surface, layout, thought, theme)
    if not marks.ghost_line:
        for number, move in enumerate(marks.branches):
            _draw_branch(surface, layout, move, number, snapshot, theme)
    for ringed, ink in ((marks.better, theme.good), (marks.hint, theme.accent)):
        if ringed is not None:
            _draw_ring(surface, layout, ringed, ink)
    if marks.cursor is not None:
        _draw_cursor(surface, layout, marks.cursor, theme)
    if marks.ghost is not None and not marks.ghost_line:
        ghost = sprites.stone(diameter, snapshot.to_move).copy()
        ghost.set_alpha(135)
        put(surface, ghost, *layout.center(marks.ghost))


def draw_stones(surface: pygame.Surface, layout: BoardLayout, cells: tuple[int, ...]) -> None:
    """Stones and nothing else, as on a small board."""
    diameter = _stone_size(layout)
    for move, cell in enumerate(cells):
        if cell:
            put(surface, sprites.stone(diameter, Color(cell)), *layout.center(move))


def draw_empty_board(surface: pygame.Surface, layout: BoardLayout, theme: Theme) -> None:
    """Wood, lines, star points and coordinates; slow, so the picture is to be kept."""
    side = layout.wood.width
    board = sprites.wood(side, theme.wood, theme.wood_grain).copy()
    first = layout.origin_x - layout.wood.left
    last = first + (layout.size - 1) * layout.cell
    thin = max(1, min(round(layout.cell / 36), 1 + side // 700))
    for index in range(layout.size):
        at = first + index * layout.cell
        width = thin * 2 if index in (0, layout.size - 1) else thin
        half = width // 2
        pygame.draw.rect(board, theme.line, (first - half, at - half, last - first + width, width))
        pygame.draw.rect(board, theme.line, (at - half, first - half, width, last - first + width))
    dot = sprites.disc(max(5, layout.cell // 5 | 1), theme.line)
    for move in star_points(layout.size):
        x, y = layout.center(move)
        put(board, dot, x - layout.wood.left + 0.5, y - layout.wood.top + 0.5)
    if layout.coordinates:
        pixels = max(9, min(round(layout.cell * 0.36), round(side / 38)))
        edge = first * 0.42
        for index in range(layout.size):
            at = first + index * layout.cell
            letter = rendered(COLUMNS[index].upper(), pixels, theme.coordinate)
            digits = rendered(str(layout.size - index), pixels, theme.coordinate)
            for near in (edge, side - edge):
                put(board, letter, at, near)
                put(board, digits, near, at)
    surface.blit(board, layout.wood[:2])


def _stone_size(layout: BoardLayout) -> int:
    # Odd, so that the center of a stone is the pixel where the lines cross.
    return max(3, int(layout.cell * STONE)) | 1


def draw_last_move(surface: pygame.Surface, layout: BoardLayout, move: int, theme: Theme) -> None:
    diameter = max(5, round(layout.cell * 0.24)) | 1
    put(surface, sprites.disc(diameter, theme.mark), *layout.center(move))


def _draw_winning_line(
    surface: pygame.Surface, layout: BoardLayout, line: tuple[int, ...], theme: Theme
) -> None:
    if len(line) < 2:
        return
    size = _stone_size(layout)
    for move in line:
        thickness = max(2, round(layout.cell * 0.085))
        put(surface, sprites.ring(size, thickness, theme.mark), *layout.center(move))


def _draw_ring(surface: pygame.Surface, layout: BoardLayout, move: int, color: RGB) -> None:
    diameter = max(7, round(layout.cell * 0.78)) | 1
    halo = sprites.ring(diameter + 4, 2, (255, 255, 255))
    halo.set_alpha(150)
    put(surface, halo, *layout.center(move))
    thickness = max(2, round(layout.cell * 0.1))
    put(surface, sprites.ring(diameter, thickness, color), *layout.center(move))


def _draw_branch(
    surface: pygame.Surface,
    layout: BoardLayout,
    move: int,
    number: int,
    snapshot: Snapshot,
    theme: Theme,
) -> None:
    """A letter where a known line goes on; a candidate may lie below, which it leaves readable."""
    x, y = layout.center(move)
    thought = snapshot.thought
    is_candidate = snapshot.analyzing and thought is not None and bool(thought.pv_of(move))
    letter = COLUMNS[number % len(COLUMNS)].upper()
    if is_candidate:
        x, y = x + round(layout.cell * 0.36), y - round(layout.cell * 0.36)
        size = max(9, round(layout.cell * 0.36)) | 1
    else:
        size = max(9, round(layout.cell * 0.62)) | 1
    put(surface, sprites.disc(size, theme.wood), x, y)
    put(surface, sprites.ring(size, max(1, layout.cell // 26), theme.accent), x, y)
    put(surface, rendered(letter, max(8, round(size * 0.6)), theme.line, True), x, y)


def _draw_barred(
    surface: pygame.Surface,
    layout: BoardLayout,
    moves: tuple[int, ...],
    cells: tuple[int, ...],
    theme: Theme,
) -> None:
    """A veil over those points, as far as the grid goes, and over the stones among them."""
    if not moves:
        return
    size, barred = layout.size, set(moves)
    for move in (each for each, cell in enumerate(cells) if cell):
        row, column = divmod(move, size)
        around = ((row, column - 1), (row, column + 1), (row - 1, column), (row + 1, column))
        if sum(0 <= r < size and 0 <= c < size and r * size + c in moves for r, c in around) > 1:
            barred.add(move)
    tile = pygame.Surface((layout.cell, layout.cell), pygame.SRCALPHA)
    tile.fill((*theme.line, 96))
    margin, side = round(layout.cell * 0.16), layout.cell * (size - 1)
    left, top = layout.origin_x - margin, layout.origin_y - margin
    surface.set_clip((left, top, side + 2 * margin + 1, side + 2 * margin + 1))
    for move in barred:
        x, y = layout.center(move)
        surface.blit(tile, (x - layout.cell // 2, y - layout.cell // 2))  # edge to edge
    surface.set_clip(None)


def draw_cross(surface: pygame.Surface, layout: BoardLayout, move: int, theme: Theme) -> None:
    x, y = layout.center(move)
    arm, width = max(4, round(layout.cell * 0.17)), max(2, layout.cell // 14)
    for down in (-1, 1):
        start, end = (x - arm, y - down * arm), (x + arm, y + down * arm)
        pygame.draw.line(surface, theme.mark, start, end, width)


def _draw_cursor(surface: pygame.Surface, layout: BoardLayout, move: int, theme: Theme) -> None:
    """Four corners around a point."""
    x, y = layout.center(move)
    reach, arm = round(layout.cell * 0.46), round(layout.cell * 0.18)
    width = max(2, layout.cell // 20)
    for right in (-1, 1):
        for down in (-1, 1):
            corner = (x + right * reach, y + down * reach)
            ends = ((corner[0] - right * arm, corner[1]), (corner[0], corner[1] - down * arm))
            for end in ends:
                pygame.draw.line(surface, theme.mark, corner, end, width)


def _draw_number(
    surface: pygame.Surface, layout: BoardLayout, move: int, number: int, ink: RGB
) -> None:
    share = 0.46 if number < 100 else 0.38
    text = rendered(str(number), round(layout.cell * share), ink, True)
    put(surface, text, *layout.center(move))


def _ink(color: Color, theme: Theme, is_last: bool) -> RGB:
    """A color of text that can be read on a stone."""
    stone = (63, 63, 66) if color is BLACK else (236, 234, 230)
    if is_last:
        return readable(theme.mark, stone)
    return (240, 238, 232) if color is BLACK else (40, 38, 36)


def _draw_heat(
    surface: pygame.Surface,
    layout: BoardLayout,
    thought: Analysis,
    snapshot: Snapshot,
    theme: Theme,
) -> None:
    """Squares whose opacity is the square root of the prior, so that small ones show; none if all
    priors are alike."""
    side = layout.cell - 1
    weights = [prior for prior in thought.prior if prior > 0]
    largest = max(weights, default=1.0)
    if not weights or largest - min(weights) < 1e-3 * largest:
        return
    for move, prior in enumerate(thought.prior):
        weight = prior / largest
        if weight < 0.004 or snapshot.cells[move]:
            continue
        tile = pygame.Surface((side, side), pygame.SRCALPHA)
        tile.fill((*theme.accent, int(200 * weight**0.5)))
        put(surface, tile, *layout.center(move))


def _draw_candidates(
    surface: pygame.Surface, layout: BoardLayout, thought: Analysis, theme: Theme
) -> None:
    """Discs with win rate and visits, green for the best and redder for what gives more away."""
    if not thought.candidates:
        return
    best = thought.candidates[0]
    most = max(1, *(candidate.visits for candidate in thought.candidates))
    diameter = _stone_size(layout)
    lost_anyway = thought.proof is Proof.LOSS
    # Once the result is certain, only the move that brings it about matters, or each defence.
    is_only = bool(thought.proof) and not lost_anyway
    for candidate in thought.candidates[:1] if is_only else thought.candidates:
        if candidate is not best and candidate.visits < max(2, most // 60) and not lost_anyway:
            continue
        lost = max(0.0, best.win_rate - candidate.win_rate)
        color = mix(theme.good, theme.fair, min(1.0, lost / 0.12))
        if lost > 0.12:
            color = mix(theme.fair, theme.bad, min(1.0, (lost - 0.12) / 0.25))
        x, y = layout.center(candidate.move)
        backing = sprites.disc(diameter, color).copy()
        alpha = 235 if candidate is best else 120 + 90 * candidate.visits // most
        backing.set_alpha(alpha)
        put(surface, backing, x, y)
        if candidate is best:
            thickness = max(2, layout.cell // 22)
            put(surface, sprites.ring(diameter, thickness, (255, 255, 255)), x, y)
        ink = readable((255, 255, 255), mix(theme.wood, color, alpha / 255))
        rate = f"{100 * candidate.win_rate:.0f}"
        if layout.cell >= 34 and candidate.visits:
            big, small = round(layout.cell * 0.34), max(8, round(layout.cell * 0.22))
            put(surface, rendered(rate, big, ink, True), x, y - layout.cell * 0.09)
            visits = rendered(short_count(candidate.visits), small, ink)
            put(surface, visits, x, y + layout.cell * 0.21)
        else:
            put(surface, rendered(rate, max(8, round(layout.cell * 0.42)), ink, True), x, y)


def _draw_ghost_line(
    surface: pygame.Surface,
    layout: BoardLayout,
    snapshot: Snapshot,
    moves: tuple[int, ...],
    color: Color,
    theme: Theme,
) -> None:
    diameter = _stone_size(layout)
    for number, move in enumerate(moves, start=1):
        if snapshot.cells[move]:
            break
        picture = sprites.stone(diameter, color).copy()
        picture.set_alpha(205)
        put(surface, picture, *layout.center(move))
        _draw_number(surface, layout, move, number, _ink(color, theme, is_last=False))
        color = color.other


def short_count(count: int) -> str:
    """
    >>> short_count(87), short_count(1234), short_count(56_789)
    ('87', '1.2k', '57k')
    """
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 10_000 else f"{count / 1000:.0f}k"
