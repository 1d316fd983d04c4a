"""Pixels and points, without pygame."""

import pytest

from gomoku.opening_rules import OpeningRule
from gomoku.rules import Rules
from gomoku_zero.window.i18n import load_language
from gomoku_zero.window.model.commands import Choose
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.view.layout import Rect, lay_out_board, lay_out_window, star_points
from gomoku_zero.window.view.panel import lay_out_panel

WINDOWS = [(1120, 780), (1920, 1080), (3840, 2160), (560, 980), (420, 360), (2560, 700)]


@pytest.mark.parametrize("size", [3, 6, 15, 19, 22])
@pytest.mark.parametrize("side", [180, 601, 1400])
def test_the_pixel_of_a_move_names_that_move(size: int, side: int) -> None:
    board = lay_out_board(Rect(10, 20, side, side), size, coordinates=True)
    for move in range(size * size):
        assert board.move_at(*board.center(move)) == move


def test_pixels_belong_to_the_nearest_point() -> None:
    board = lay_out_board(Rect(0, 0, 600, 600), 15, coordinates=True)
    x, y = board.center(16)
    reach = board.cell // 2 - 1
    for right in (-reach, reach):
        for down in (-reach, reach):
            assert board.move_at(x + right, y + down) == 16


def test_pixels_beyond_the_edge_of_the_board_are_no_move() -> None:
    board = lay_out_board(Rect(0, 0, 600, 600), 15, coordinates=True)
    x, y = board.center(0)
    assert board.move_at(x - board.cell, y) is None
    assert board.move_at(x, y - board.cell) is None
    assert board.move_at(-1, -1) is None


@pytest.mark.parametrize("window", WINDOWS)
def test_board_and_panel_lie_in_the_window_and_do_not_overlap(window: tuple[int, int]) -> None:
    layout = lay_out_window(*window)
    for area in (layout.board, layout.panel):
        assert area.left >= 0
        assert area.top >= 0
        assert area.right <= window[0]
        assert area.bottom <= window[1]
    beside = layout.board.right <= layout.panel.left
    above = layout.board.bottom <= layout.panel.top
    assert beside or above


@pytest.mark.parametrize("window", WINDOWS)
def test_the_wood_fits_into_its_area(window: tuple[int, int]) -> None:
    area = lay_out_window(*window).board
    wood = lay_out_board(area, 19, coordinates=True).wood
    assert wood.left >= area.left
    assert wood.right <= area.right
    assert wood.top >= area.top
    assert wood.bottom <= area.bottom


def test_a_window_twice_as_large_has_text_twice_as_large() -> None:
    small, large = lay_out_window(1120, 780), lay_out_window(2240, 1560)
    assert large.units(20) == 2 * small.units(20)


def test_a_high_window_has_its_panel_below_the_board() -> None:
    layout = lay_out_window(560, 980)
    assert not layout.wide
    assert layout.panel.top >= layout.board.bottom


@pytest.mark.parametrize(("size", "count"), [(3, 0), (6, 0), (7, 1), (8, 0), (9, 5), (15, 5)])
def test_star_points_are_symmetric(size: int, count: int) -> None:
    points = star_points(size)
    assert len(points) == count
    mirrored = {row * size + size - 1 - column for row, column in (divmod(p, size) for p in points)}
    assert mirrored == set(points)


@pytest.mark.parametrize("window", [*WINDOWS, (480, 800), (480, 900)])
def test_the_choices_of_an_opening_lie_below_the_status(window: tuple[int, int]) -> None:
    session = GameSession(GameSetup(Rules(), HUMAN, HUMAN, opening=OpeningRule.SWAP2))
    for move in (0, 1, 2):
        session.play(move)
    layout = lay_out_window(*window)
    panel = lay_out_panel(layout, session.snapshot(), load_language("en"))
    names = [each.command for each in panel.buttons]
    assert sum(isinstance(each, Choose) for each in names) == 3
    if layout.panel.height < 300 * layout.scale:
        return  # no room for anything
    lower = [each for each in panel.buttons if each.rect.top > panel.header.bottom]
    assert min(each.rect.top for each in lower) >= panel.status.bottom
    assert max(each.rect.bottom for each in lower) <= layout.panel.bottom


def test_a_board_without_room_for_coordinates_has_none_and_larger_cells() -> None:
    small = lay_out_board(Rect(0, 0, 180, 180), 15, coordinates=True)
    assert not small.coordinates
    assert small == lay_out_board(Rect(0, 0, 180, 180), 15, coordinates=False)
    assert lay_out_board(Rect(0, 0, 220, 220), 15, coordinates=True).coordinates
