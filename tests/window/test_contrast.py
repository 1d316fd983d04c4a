"""All text can be read: at least 4.5:1 to what lies behind it, as WCAG 2.2 asks (1.4.3)."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pygame
import pytest

from gomoku.rules import RENJU, Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.model.commands import Do, GoTo, Play, SetTheme, Switch
from gomoku_zero.window.model.review import Severity
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.view import (
    board,
    drawing_pictures,
    panel_drawing,
    panel_lists,
    scene,
    text,
    widget_drawing,
)
from gomoku_zero.window.view.panel_lists import severity_color
from gomoku_zero.window.view.theme import RGB, THEMES, contrast, faded, readable
from tests.window.test_app_records import OpenApp, open_app  # noqa: F401 - a fixture
from tests.window.test_progress import game, until

LEAST, MIN_OF_SIGNS = 4.5, 3.0
MODULES = (board, drawing_pictures, panel_drawing, panel_lists, scene, widget_drawing)


class Reader:
    """Notes the contrast of every text that is drawn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[tuple[float, str, RGB, RGB]] = []
        self._texts: dict[int, tuple[pygame.Surface, str, RGB]] = {}
        rendered, put = text.rendered, text.put

        def noted(words: str, pixels: int, color: RGB, bold: bool = False) -> pygame.Surface:
            picture = rendered(words, pixels, color, bold)
            self._texts[id(picture)] = (picture, words, color)
            return picture

        def read(surface: pygame.Surface, picture: pygame.Surface, *at: float, **how: Any) -> None:
            known = self._texts.get(id(picture))
            if known is not None and known[1].strip():
                behind = surface.copy()
                where = pygame.Rect(behind_of(picture, *at, **how)).clip(surface.get_clip())
                if where.width > 2 and where.height > 2:
                    # The middle of it: a text may hang over the edge of what it stands on.
                    inner = where.inflate(-where.width // 3, -where.height // 3)
                    color = pygame.transform.average_color(behind, inner)[:3]
                    found = (contrast(known[2], color), known[1], known[2], color)
                    self.read.append(found)
            put(surface, picture, *at, **how)

        monkeypatch.setattr(text, "rendered", noted)
        for module in MODULES:
            monkeypatch.setattr(module, "rendered", noted)
            monkeypatch.setattr(module, "put", read)


def behind_of(
    picture: pygame.Surface, x: float, y: float, *, align: tuple[float, float] = (0.5, 0.5)
) -> tuple[float, float, int, int]:
    width, height = picture.get_size()
    return x - width * align[0], y - height * align[1], width, height


def review(app: App) -> None:
    for move in (14, 15, 20, 21, 13):
        app.do(Play(move))
    app.do(Do.RESIGN)
    app.do(Do.REVIEW)
    until(app, lambda: app.session.review.share == 1)


def aside(app: App) -> None:
    review(app)
    app.do(GoTo(2))
    app.do(Play(30))
    app.session.write_comment("what if")
    app.do(GoTo(2))


def analysis(app: App) -> None:
    for move in (14, 15, 20):
        app.do(Play(move))
    app.do(Do.ANALYSIS)
    until(app, lambda: app.session.snapshot().thought is not None)


def numbers(app: App) -> None:
    app.do(Switch("numbers"))
    analysis(app)


def renju(app: App) -> None:
    app.session.new_game(GameSetup(Rules(15, 5, RENJU), HUMAN, HUMAN))


def progress(app: App) -> None:
    app._progress.add(game("a", "2026-11-01 10:00", 0.6))
    app._progress.add(game("b", "2026-11-02 10:00", 0.9))
    app.do(Do.PROGRESS)


def plays(*commands: Any) -> Callable[[App], None]:
    def show(app: App) -> None:
        for command in commands:
            app.do(command)

    return show


STATES: dict[str, Callable[[App], None]] = {
    "game": plays(Play(14), Play(15)),
    "taken back": plays(Play(14), Play(15), Do.UNDO),
    "setup": plays(Do.SETUP),
    "new game": plays(Do.NEW_GAME),
    "settings": plays(Do.SETTINGS),
    "help": plays(Do.HELP),
    "rules": plays(Do.RULES),
    "library": plays(Play(14), Do.RESIGN, Do.LOAD),
    "comment": plays(Play(14), Do.COMMENT),
    "engine": plays(Do.NEW_GAME, Do.ADD_ENGINE),
    "puzzle": plays(Do.PUZZLE),
    "review": review,
    "aside": aside,
    "analysis": analysis,
    "numbers": numbers,
    "renju": renju,
    "progress": progress,
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES)
def test_all_text_can_be_read(
    state: str,
    theme: str,
    open_app: OpenApp,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = open_app()
    app.do(SetTheme(theme))
    STATES[state](app)
    app.advance(0.0)
    reader = Reader(monkeypatch)
    for pointer in ((500, 350), (760, 600)):  # what the mouse is on lights up
        app.handle(pygame.event.Event(pygame.MOUSEMOTION, pos=pointer))
        app._drawn = None
        app.draw()
    shown = app.scene()
    controls = (*shown.panel.buttons, *(shown.dialog.controls if shown.dialog else ()))
    disabled = {each.text for each in controls if not each.enabled}  # WCAG leaves these out
    disabled |= {each.note for each in controls if not each.enabled}
    # Behind a dialog everything is dimmed.
    dimmed = {each.text for each in shown.panel.buttons} if shown.dialog else set()
    assert len(reader.read) > 10
    faint = [each for each in reader.read if each[0] < LEAST and each[1] not in disabled | dimmed]
    assert not faint, sorted(faint)[:8]


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_signs_and_curves_can_be_seen(theme: Any) -> None:
    for severity in Severity:
        assert contrast(severity_color(severity, theme), theme.card) >= MIN_OF_SIGNS
        assert contrast(severity_color(severity, theme), theme.panel) >= MIN_OF_SIGNS
    for ink in (theme.text, theme.faint_text, theme.accent, theme.good, theme.bad):
        assert contrast(ink, theme.card) >= MIN_OF_SIGNS


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert contrast((1, 2, 3), (1, 2, 3)) == 1


@pytest.mark.parametrize("level", range(0, 256, 15))
def test_some_ink_can_be_read_on_every_gray(level: int) -> None:
    fill = (level, level, level)
    for ink in ((255, 255, 255), (214, 69, 51), fill):
        assert contrast(readable(ink, fill), fill) >= LEAST
    assert readable((0, 0, 0), (255, 255, 255)) == (0, 0, 0)  # what can be read stays as it is


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_what_is_faded_can_still_be_read(theme: Any) -> None:
    for fill in (theme.button, theme.button_hover, theme.accent, theme.card):
        ink = theme.accent_text if fill == theme.accent else theme.text
        shades = [faded(ink, fill, share / 10) for share in range(11)]
        assert all(contrast(shade, fill) >= LEAST for shade in shades)
        contrasts = [contrast(shade, fill) for shade in shades]
        assert all(first >= second for first, second in pairwise(contrasts))


def test_severities_differ_by_shape() -> None:
    """Black ink on white, so that only the shape is left."""
    theme = replace(THEMES["light"], fair=(0, 0, 0), bad=(0, 0, 0))
    shapes = set()
    for severity in Severity:
        surface = pygame.Surface((40, 40))
        surface.fill((255, 255, 255))
        panel_lists.draw_severity(surface, severity, 17, theme, 20, 20)
        shapes.add(pygame.image.tobytes(surface, "RGB"))
    assert len(shapes) == len(Severity)
