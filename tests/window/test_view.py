"""What is drawn, by probing pixels of a surface that no screen shows."""

from collections.abc import Sequence
from unicodedata import category

import pygame
import pytest

from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.window.i18n import languages, load_language
from gomoku_zero.window.model.commands import Do
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.view import text
from gomoku_zero.window.view.board import draw_board, draw_empty_board
from gomoku_zero.window.view.dialogs import SHORTCUTS
from gomoku_zero.window.view.layout import BoardLayout, Rect, lay_out_board
from gomoku_zero.window.view.overlay import Overlay
from gomoku_zero.window.view.text import (
    MAX_LINE,
    cleaned,
    fitted,
    fitted_end,
    font,
    rendered,
    wrapped,
)
from gomoku_zero.window.view.theme import DARK, LIGHT, RGB, THEMES, Theme
from gomoku_zero.window.view.widget_drawing import draw_controls, fill_rounded
from gomoku_zero.window.view.widgets import Control
from tests.window.fakes import analysis_of
from tools.fonts import SIGNS

SIX = Rules(size=6, win_length=4)


def game(moves: Sequence[int]) -> Snapshot:
    session = GameSession(GameSetup(SIX, HUMAN, HUMAN))
    for move in moves:
        session.play(move)
    return session.snapshot()


def drawn(
    snapshot: Snapshot, marks: Overlay | None = None, theme: Theme = LIGHT
) -> tuple[pygame.Surface, BoardLayout]:
    surface = pygame.Surface((400, 400))
    layout = lay_out_board(Rect(0, 0, 400, 400), snapshot.rules.size, coordinates=True)
    draw_empty_board(surface, layout, theme)
    draw_board(surface, layout, snapshot, marks or Overlay(), theme)
    return surface, layout


def color_near(surface: pygame.Surface, layout: BoardLayout, move: int, share: float) -> RGB:
    """The color to the right of a point, by that share of a cell."""
    x, y = layout.center(move)
    red, green, blue, _ = surface.get_at((x + round(share * layout.cell), y))
    return red, green, blue


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_black_stones_are_dark_and_white_ones_light(theme: Theme) -> None:
    surface, layout = drawn(game((14, 15, 20, 21)), theme=theme)
    assert max(color_near(surface, layout, 14, 0.2)) < 110
    assert min(color_near(surface, layout, 15, 0.2)) > 200


def test_only_the_last_move_is_marked() -> None:
    surface, layout = drawn(game((14, 15)))
    assert color_near(surface, layout, 15, 0.0) == LIGHT.mark
    assert color_near(surface, layout, 14, 0.0) != LIGHT.mark


def test_the_stones_of_the_winning_row_are_ringed() -> None:
    surface, layout = drawn(game((0, 6, 1, 7, 2, 8, 3)))
    ringed = [
        move for move in range(36) if is_near(color_near(surface, layout, move, 0.43), LIGHT.mark)
    ]
    assert ringed == [0, 1, 2, 3]


def is_near(first: RGB, second: RGB) -> bool:
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) < 60


def test_a_ghost_stone_is_between_wood_and_stone() -> None:
    empty, layout = drawn(game(()))
    ghost, _ = drawn(game(()), Overlay(ghost=14))
    full, _ = drawn(game((14, 15)))
    wood, half, stone = (
        sum(color_near(surface, layout, 14, 0.3)) for surface in (empty, ghost, full)
    )
    assert stone < half < wood


def test_candidates_and_heat_are_drawn_only_when_wanted() -> None:
    session = GameSession(GameSetup(SIX, HUMAN, HUMAN))
    session.analyzing = True
    ticket = session.wanted()
    assert ticket is not None
    board = Board(SIX)
    session.consider(ticket, analysis_of(board, 14, 100, 0.5))
    snapshot = session.snapshot()
    plain, layout = drawn(snapshot)
    candidates, _ = drawn(snapshot, Overlay(candidates=True))
    heat, _ = drawn(snapshot, Overlay(heat=True))
    at_best = [color_near(surface, layout, 14, 0.34) for surface in (plain, candidates)]
    assert at_best[0] != at_best[1]
    elsewhere = [color_near(surface, layout, 20, 0.34) for surface in (plain, candidates, heat)]
    assert elsewhere[0] == elsewhere[1] != elsewhere[2]


def test_text_is_cut_to_its_room() -> None:
    assert fitted("a very long name of an opponent", 15, (0, 0, 0), 90).get_width() <= 90


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "a\nb\tc", "\x00" * 400])
def test_text_that_no_font_takes_is_drawn_all_the_same(text: str) -> None:
    assert rendered(text, 15, (0, 0, 0)).get_width() > 0
    assert fitted(text, 15, (0, 0, 0), 60).get_width() <= 60
    assert wrapped(text, 15, 90)


def test_a_name_as_long_as_a_book_is_cut_before_it_is_drawn() -> None:
    assert len(cleaned("x" * 20_000)) == MAX_LINE
    assert fitted("x" * 20_000, 15, (0, 0, 0), 90).get_width() <= 90
    assert sum(map(len, wrapped("word " * 5_000, 14, 120))) <= MAX_LINE


def test_of_a_text_that_is_cut_as_much_is_shown_as_fits() -> None:
    text = "".join(chr(ord("a") + index % 26) for index in range(80))
    shown = fitted(text, 10, (0, 0, 0), 200).get_width()
    assert 200 - 2 * font(8).size("m")[0] < shown <= 200


def test_of_a_field_that_is_too_long_the_end_is_shown() -> None:
    end = fitted_end("/a/very/long/path/" * 40 + "brain|", 15, (0, 0, 0), 120)
    assert 90 < end.get_width() <= 120
    width = rendered("brain|", 15, (0, 0, 0)).get_width() - 4
    right, last = end.get_width() - width, rendered("brain|", 15, (0, 0, 0))
    area = (right, 0, width, end.get_height())
    expected = last.subsurface((4, 0, width, last.get_height()))
    assert pygame.image.tobytes(end.subsurface(area), "RGBA") == pygame.image.tobytes(
        expected, "RGBA"
    )
    assert fitted_end("short|", 15, (0, 0, 0), 120).get_width() < 60


def test_wrapped_lines_keep_every_word_and_fit() -> None:
    text = "five stones in a row win the game and nothing else does"
    lines = wrapped(text, 14, 120)
    assert " ".join(lines) == text
    assert all(font(14).size(line)[0] <= 120 for line in lines)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("bold", [False, True])
def test_the_font_has_every_character_of_every_language(language: str, bold: bool) -> None:
    texts = "".join(load_language(language).texts.values())
    characters = sorted(set(texts + SIGNS) - set(" "))
    *metrics, absent = font(16, bold).metrics("".join(characters) + "\ue000")
    assert [c for c, known in zip(characters, metrics, strict=True) if known == absent] == []


@pytest.mark.parametrize("bold", [False, True])
def test_the_font_has_the_names_of_keys_and_common_chinese_names(bold: bool) -> None:
    keys = "".join(shortcut.keys for shortcut in SHORTCUTS)
    text = keys + "张伟王芳李娜刘洋" + "Škvorecký Łukasz Đỗ"[:9]
    metrics = font(16, bold).metrics(text)
    missing = [letter for letter, metric in zip(text, metrics, strict=True) if metric is None]
    assert missing == []


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_texts_of_english_with_the_same_placeholders(language: str) -> None:
    def placeholders(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    english, other = load_language("en").texts, load_language(language).texts
    assert set(other) == set(english)
    assert {key: placeholders(text) for key, text in other.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
def test_text_can_be_read_on_every_surface_of_a_theme(theme: Theme) -> None:
    # WCAG 2.1, 1.4.3: a contrast of 4.5 for text.
    for ink, ground in (
        (theme.text, theme.panel),
        (theme.text, theme.card),
        (theme.text, theme.button),
        (theme.accent_text, theme.accent),
    ):
        assert contrast(ink, ground) >= 4.5


def contrast(first: RGB, second: RGB) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio"""

    def luminance(color: RGB) -> float:
        linear = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
            for c in (channel / 255 for channel in color)
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_corners_of_a_box_are_round_and_smooth() -> None:
    surface = pygame.Surface((60, 40))
    surface.fill((200, 0, 0))
    fill_rounded(surface, Rect(10, 5, 40, 30), (0, 0, 200), 8)

    def blue(x: int, y: int) -> int:
        return surface.get_at((x, y)).b

    # Nothing beside it, nothing in its corners, all of its middle.
    assert all(blue(x, y) == 0 for x in (9, 50) for y in range(40))
    assert all(blue(x, y) == 0 for x in (10, 49) for y in (5, 34))
    assert all(blue(x, y) == 200 for x in (10, 30, 49) for y in (13, 20, 26))
    # On the way around a corner there are colors between the two, the same in all four.
    corner = [[blue(10 + x, 5 + y) for x in range(8)] for y in range(8)]
    assert any(0 < each < 200 for row in corner for each in row)
    assert corner == [[blue(49 - x, 34 - y) for x in range(8)] for y in range(8)]
    assert corner == [[blue(49 - x, 5 + y) for x in range(8)] for y in range(8)]


@pytest.mark.parametrize("width", [0, 1, 2, 5])
def test_a_box_without_room_for_its_corners_is_drawn_all_the_same(width: int) -> None:
    surface = pygame.Surface((20, 20))
    fill_rounded(surface, Rect(5, 5, width, 12), (0, 0, 200), 8)
    assert surface.get_at((5, 10)).b == (200 if width else 0)
    assert surface.get_at((5 + width, 10)).b == 0


@pytest.mark.parametrize("width", [120, 135, 160])
def test_the_key_on_a_button_lies_beside_its_text(width: int) -> None:
    surface = pygame.Surface((200, 50))
    control = Control(Rect(0, 0, width, 40), "Switch sides", Do.UNDO, note="Shift")
    draw_controls(surface, [control], LIGHT, 1.0, (-1, -1))
    key = font(11).size("Shift")[0]
    left = width - 8 - key
    # The last columns before the key are empty.
    assert all(
        surface.get_at((x, y)) == surface.get_at((left - 1, 3))
        for x in (left - 2, left - 1)
        for y in range(5, 35)
    )


def test_a_sign_on_a_small_square_button_stands_in_its_middle() -> None:
    surface = pygame.Surface((40, 40))
    draw_controls(surface, [Control(Rect(5, 5, 30, 30), "=", Do.UNDO)], LIGHT, 1.0, (-1, -1))
    ink = [
        x
        for x in range(8, 32)
        for y in range(8, 32)
        if surface.get_at((x, y)) != surface.get_at((10, 10))
    ]
    assert abs((min(ink) + max(ink)) / 2 - 19.5) <= 1
    assert max(ink) - min(ink) >= 5


@pytest.mark.parametrize(
    "name",
    [
        "\u041c\u0438\u0448\u0430",  # Cyrillic
        "\u3072\u304b\u308b",  # kana
        "\uae40\ubbfc\uc900",  # Hangul
        "\u570b\u9f8d",  # traditional Chinese
        "Dvo\u0159\u00e1k\u011b",  # Czech
        "Nguy\u1ec5n",  # Vietnamese
        "Nguye\u0302\u0303n",  # the same letter in three parts
        "\u0e44\u0e17\u0e22",  # Thai
        "\U0001f600",
        "\U0010fffd",  # a letter that no font has
    ],
)
@pytest.mark.parametrize("has_system_fonts", [True, False])
def test_a_name_in_any_script_is_drawn(
    name: str, has_system_fonts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_system_fonts:
        monkeypatch.setattr(text, "_system_fonts", lambda: ())
    for cached in (text._drawn_by, text.rendered):
        cached.cache_clear()
    for letter in name:
        if category(letter) == "Mn":
            continue  # stands above another one
        picture = text.rendered(letter, 16, (0, 0, 0))
        assert pygame.mask.from_surface(picture).count() > 3, letter
    whole = text.rendered(name, 16, (0, 0, 0))
    assert whole.get_width() == text.text_width(text.cleaned(name), 16)
    assert text.fitted(name * 20, 16, (0, 0, 0), 120).get_width() <= 120
    for cached in (text._drawn_by, text.rendered):
        cached.cache_clear()


def test_what_our_font_has_is_drawn_by_it() -> None:
    for letter in "aZ0\u00e9\u4e2d\uff0c ":
        assert text._drawn_by(letter, False) == text._OWN
