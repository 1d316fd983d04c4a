"""The tree of lines, drawn and walked."""

import random

import pygame
import pytest

from gomoku.opening_rules import OpeningRule, Option
from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.model.commands import Browse, Do, GoTo, GoToPlace, Play
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.tree import GameTree
from gomoku_zero.window.model.tree_layout import TreeLayout, lay_out_tree
from gomoku_zero.window.view.panel import Part, lay_out_places
from tests.window.test_app_records import OpenApp, open_app  # noqa: F401 - a fixture

MAIN = (1, 2, 3, 4)


def tree_of(*lines: tuple[int, ...]) -> GameTree:
    tree = GameTree()
    for line in lines:
        tree.add(line)
    return tree


def drawing(layout: TreeLayout) -> str:
    """Rows of moves, as they are drawn."""
    deepest = max(place.depth for place in layout.places)
    rows = [["."] * deepest for _ in range(layout.rows)]
    for place in layout.places:
        assert rows[place.row][place.depth - 1] == ".", "two places lie on each other"
        rows[place.row][place.depth - 1] = str(place.decision)
    return "\n".join("".join(row) for row in rows)


def test_lines_that_leave_later_lie_nearer() -> None:
    tree = tree_of(MAIN, (1, 2, 3, 5, 6), (1, 7), (8, 9))
    assert drawing(lay_out_tree(tree, MAIN, BLACK)) == "1234.\n.7.56\n89..."
    # A line that is too long to lie before another goes below it.
    tree = tree_of(MAIN, (1, 2, 3, 5), (1, 7, 8, 9))
    assert drawing(lay_out_tree(tree, MAIN, BLACK)) == "1234\n...5\n.789"


def test_the_game_is_the_first_row_whenever_it_was_added() -> None:
    layout = lay_out_tree(tree_of((5, 6), MAIN), MAIN, WHITE)
    assert drawing(layout) == "1234\n56.."
    assert [place.color for place in layout.places[:2]] == [WHITE, BLACK]
    assert lay_out_tree(GameTree(), (), BLACK).rows == 1


@pytest.mark.parametrize("seed", range(30))
def test_in_random_trees_every_line_is_one_row_and_nothing_lies_on_another(seed: int) -> None:
    rng = random.Random(seed)
    tree = GameTree()
    paths: list[tuple[int, ...]] = [()]
    for _ in range(60):
        start = rng.choice(paths)
        path = start[: rng.randrange(len(start) + 1)]
        path += tuple(rng.randrange(6) for _ in range(rng.randrange(1, 8)))
        tree.add(path)
        paths.append(path)
    main = tree.to_end(())
    layout = lay_out_tree(tree, main, BLACK)
    drawing(layout)
    for index, place in enumerate(layout.places):
        line = layout.path(index)
        assert layout.index_of(line) == index
        assert tree.has(line)
        assert len(line) == place.depth
        assert (place.row == 0) == (line == main[: len(line)])
        if place.parent >= 0:
            parent = layout.places[place.parent]
            assert place.depth == parent.depth + 1
            assert place.row >= parent.row
            # Nothing lies where the line comes down from its parent.
            way = {(parent.depth, row) for row in range(parent.row + 1, place.row + 1)}
            assert not way & {(each.depth, each.row) for each in layout.places}
    assert len(layout.places) == len(tree.entries())
    assert layout.index_of((99,)) == -1


def session_with_lines() -> GameSession:
    session = GameSession(GameSetup(Rules(6, 4), HUMAN, HUMAN))
    for move in (0, 30, 1, 31):
        session.play(move)
    session.resign()
    session.go_to(1)
    session.play(10)
    session.play(11)
    session.back_to_game()
    session.go_to(3)
    session.play(20)
    return session


def test_the_tree_is_walked_up_and_down() -> None:
    session = session_with_lines()
    assert session.line == (0, 30, 1, 20)
    with pytest.raises(SessionError, match="no line there"):
        session.line_beside(1)
    session.line_beside(-1)
    assert (session.line[: session.index], session.is_aside) == ((0, 30, 1, 31), False)
    session.go_to(2)
    session.line_beside(1)
    assert session.line[: session.index] == (0, 10)
    session.go_to(3)
    assert session.line[: session.index] == (0, 10, 11)
    session.line_beside(-1)
    assert session.line[: session.index] == (0, 30, 1)
    session.go_to(0)
    with pytest.raises(SessionError):
        session.line_beside(1)


def test_choices_of_an_opening_are_places_without_a_stone() -> None:
    session = GameSession(GameSetup(Rules(15), HUMAN, HUMAN, opening=OpeningRule.SWAP))
    for move in (112, 113, 127):
        session.play(move)
    session.choose(Option.WHITE)
    places = session.snapshot().tree.places
    assert [place.color for place in places] == [BLACK, WHITE, BLACK, None]
    assert session.snapshot().place == 3


@pytest.fixture
def app(open_app: OpenApp) -> App:  # noqa: F811
    app = open_app()
    for move in (0, 30, 1, 31):
        app.do(Play(move))
    app.do(Do.RESIGN)
    app.do(GoTo(1))
    for move in (10, 11):
        app.do(Play(move))
    return app


def test_a_stone_of_the_tree_is_clicked(app: App) -> None:
    scene = app.scene()
    area = scene.panel.parts[Part.TREE]
    places = lay_out_places(area, scene.layout, scene.snapshot)
    assert set(places) == set(range(-1, 6))
    for index, at in places.items():
        app.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=at))
        assert app.scene().snapshot.place == index
        assert app.session.line[: app.session.index] == scene.snapshot.tree.path(index)
    app.do(GoToPlace(99))  # one that is gone


def test_control_and_arrows_walk(app: App) -> None:
    def press(key: int) -> None:
        app.handle(pygame.event.Event(pygame.KEYDOWN, key=key, mod=pygame.KMOD_CTRL, unicode=""))

    press(pygame.K_UP)
    assert app.session.line[: app.session.index] == (0, 30, 1)
    press(pygame.K_LEFT)
    press(pygame.K_DOWN)
    assert app.session.line[: app.session.index] == (0, 10)
    press(pygame.K_RIGHT)
    assert app.session.line[: app.session.index] == (0, 10, 11)
    assert app.scene().overlay.cursor is None  # the arrows alone move the cursor on the board


def test_a_game_of_one_line_needs_no_tree(open_app: OpenApp) -> None:  # noqa: F811
    app = open_app()
    app.do(Play(0))
    assert Part.TREE not in app.scene().panel.parts
    app.do(Browse(-1))


def test_in_a_tree_that_is_too_large_the_place_shown_is_seen(app: App) -> None:
    for index in range(2, 30):
        app.do(GoTo(1))
        if app.session.is_aside:
            app.do(Do.BACK_TO_GAME)
        if index not in (0, 30):
            app.do(Play(index))
        scene = app.scene()
        area = scene.panel.parts[Part.TREE]
        places = lay_out_places(area, scene.layout, scene.snapshot)
        assert scene.snapshot.place in places
        assert all(area.contains(*at) for at in places.values())
        app.draw()
