"""The library of games: listed, searched, sorted, deleted, and whole collections of one file."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pygame
import pytest

from gomoku.board import Outcome, Termination
from gomoku.formats.sgf import game_to_sgf
from gomoku.record import GameRecord
from gomoku.rules import WHITE, Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.model.commands import (
    DeleteGame,
    Do,
    ListFolder,
    LoadFile,
    LoadGame,
    Play,
    TypeText,
)
from gomoku_zero.window.model.library import ROWS_SHOWN, Library, Order
from gomoku_zero.window.model.opponents import PURE
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.thinker import Thinker
from gomoku_zero.window.view.dialogs import Dialog
from gomoku_zero.window.view.drawings import SmallBoard
from tests.window.fakes import Thoughtful

SIX = Rules(size=6, win_length=4)
GAMES = (
    GameRecord(SIX, (0, 6, 1, 7, 2, 8, 3), black="Ada", white="Bo"),
    GameRecord(SIX, (0, 7), Outcome(WHITE, Termination.RESIGNED), black="Zoe", white="Ada"),
    GameRecord(Rules(9), (40, 41, 42), Outcome(None, Termination.FULL_BOARD), "Cy", "Di"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    games = tmp_path / "games"
    games.mkdir()
    for number, game in enumerate(GAMES):
        (games / f"2026-11-2{number} 10.00.00 x.sgf").write_text(game_to_sgf(game))
    (games / "2025-01-01 broken.sgf").write_text("(;")
    return games


def read_all(library: Library) -> None:
    for _ in range(1000):
        library.read_some()


def titles(library: Library) -> list[str]:
    return [entry.title for entry in library.entries()]


def test_games_are_listed_with_players_result_size_and_moves(folder: Path) -> None:
    library = Library(GameFiles(folder))
    library.list_own()
    read_all(library)
    draw, won, lost, broken = library.entries()  # the newest first
    assert (draw.title, draw.result, draw.size, draw.plies) == ("Cy \u2013 Di", "=", 9, 3)
    assert (won.black, won.result, won.day) == ("Zoe", "W+", "2026-11-21 10:00")
    assert lost.cells[:9] == (1, 1, 1, 1, 0, 0, -1, -1, -1)
    assert (broken.title, broken.size) == ("2025-01-01 broken", 0)


def test_a_search_finds_players_dates_and_sizes(folder: Path) -> None:
    library = Library(GameFiles(folder))
    library.list_own()
    read_all(library)
    for query, found in (("ada", 2), ("ada zoe", 1), ("9x9", 1), ("2026-11-20", 1), ("nobody", 0)):
        library.query = ""
        library.type(query)
        assert len(library.entries()) == found, query


def test_sorting_goes_through_every_order(folder: Path) -> None:
    library = Library(GameFiles(folder))
    library.list_own()
    read_all(library)
    seen = {}
    for _ in Order:
        seen[library.order] = titles(library)
        library.sort()
    assert library.order is Order.DATE
    assert seen[Order.PLAYERS][1] == "Ada \u2013 Bo"
    assert seen[Order.LENGTH][0] == "Ada \u2013 Bo"
    assert seen[Order.RESULT][0] == "Cy \u2013 Di"


def test_a_game_is_deleted_when_asked_for_twice_and_nothing_else_ever(folder: Path) -> None:
    library = Library(GameFiles(folder))
    library.list_own()
    file = library.entries()[1].file
    assert not library.delete(file)
    assert file.exists()
    assert not library.delete(library.entries()[0].file)  # another one is asked about now
    assert not library.delete(file)
    assert library.delete(file)
    assert not file.exists()
    assert len(library.entries()) == 3
    library.list_folder(folder)
    other = library.entries()[1].file
    assert not library.delete(other)
    assert not library.delete(other)
    assert other.exists()


def test_folders_can_be_entered_and_left(folder: Path) -> None:
    (folder / "more").mkdir()
    (folder / ".hidden").mkdir()
    (folder / "notes.md").write_text("no game")
    library = Library(None)
    library.list_folder(folder)
    assert [each.file for each in library.entries()][:2] == [folder.parent, folder / "more"]
    assert titles(library)[1] == "more/"
    assert len(library.entries()) == 2 + 4


OpenApp = Callable[[], App]


@pytest.fixture
def open_app(folder: Path) -> Iterator[OpenApp]:
    thinkers: list[Thinker] = []
    pygame.display.init()

    def make() -> App:
        thinkers.append(Thinker(lambda spec: Thoughtful()))
        surface = pygame.display.set_mode((1120, 780))
        session = GameSession(GameSetup(SIX, HUMAN, HUMAN), analyst="pure:100")
        return App(session, thinkers[-1], [PURE], surface, Settings(), files=GameFiles(folder))

    yield make
    for thinker in thinkers:
        thinker.close()
    pygame.display.quit()


def dialog_of(app: App) -> Dialog:
    for _ in range(20):
        app.advance(0.0)
    app.scene()
    app.draw()
    dialog = app.scene().dialog
    assert dialog is not None
    return dialog


def test_the_game_pointed_at_is_shown_on_a_small_board(open_app: OpenApp, folder: Path) -> None:
    app = open_app()
    app.do(Do.LOAD)
    dialog = dialog_of(app)
    (board,) = dialog.drawings
    assert isinstance(board, SmallBoard)
    assert board.size == 9  # the first of the list
    file = folder / "2026-11-20 10.00.00 x.sgf"
    row = next(each for each in dialog.controls if each.command == LoadFile(file))
    app.handle(pygame.event.Event(pygame.MOUSEMOTION, pos=row.rect.center))
    (board,) = dialog_of(app).drawings
    assert board == SmallBoard(board.rect, 6, cells_of(folder, file))


def cells_of(folder: Path, file: Path) -> tuple[int, ...]:
    return tuple(GameFiles(folder).load(file).board().cells.tolist())


def test_letters_search_and_escape_ends_it(open_app: OpenApp) -> None:
    app = open_app()
    app.do(Do.LOAD)
    app.do(Do.SEARCH)
    for letter in "zoe":  # e is the key of a button otherwise
        event = pygame.event.Event(pygame.KEYDOWN, key=ord(letter), mod=0, unicode=letter)
        app.handle(event)
    rows = [each for each in dialog_of(app).controls if isinstance(each.command, LoadFile)]
    assert [each.text for each in rows] == ["Zoe \u2013 Ada"]
    app.do(Do.CLOSE)
    assert len([e for e in dialog_of(app).controls if isinstance(e.command, LoadFile)]) == 4
    app.do(Do.CLOSE)
    assert app.scene().dialog is None


def test_all_games_of_a_collection_can_be_opened_and_it_is_never_written_over(
    open_app: OpenApp, folder: Path
) -> None:
    many = [replace(GAMES[0], black=f"Player {n:03}", moves=(n % 36,)) for n in range(300)]
    file = folder / "collection.sgf"
    file.write_text("".join(map(game_to_sgf, many)))
    before = file.read_bytes()
    app = open_app()
    app.do(LoadFile(file))
    listed = [e for e in dialog_of(app).controls if isinstance(e.command, LoadGame)]
    assert len(listed) == ROWS_SHOWN
    app.do(Do.SEARCH)
    app.do(TypeText("player 299"))
    (row,) = (e for e in dialog_of(app).controls if isinstance(e.command, LoadGame))
    assert row.command == LoadGame(file, 299)
    app.do(row.command)
    assert (app.session.setup.names[0], app.session.moves) == ("Player 299", (299 % 36,))
    app.do(Play(20))
    app.do(Do.RESIGN)
    for _ in range(3):
        app.advance(0.0)
    assert file.read_bytes() == before


def test_deleting_and_folders_work_from_the_dialog(open_app: OpenApp, folder: Path) -> None:
    app = open_app()
    app.do(Do.LOAD)
    command = next(
        each.command for each in dialog_of(app).controls if isinstance(each.command, DeleteGame)
    )
    app.do(command)
    assert any(each.text == "Delete?" for each in dialog_of(app).controls)
    app.do(command)
    assert not command.file.exists()
    app.do(ListFolder(folder.parent))
    assert ListFolder(folder) in [each.command for each in dialog_of(app).controls]
    app.do(ListFolder(folder / "gone"))
    assert app.scene().message.startswith("Cannot open")
    app.do(Do.OWN_GAMES)
    assert not any(each.text.endswith("/") for each in dialog_of(app).controls)
