"""Files, clipboard and settings through the whole window: a message for everything damaged, and
nothing lost."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest

from gomoku.board import Termination
from gomoku.formats import read_games
from gomoku.formats.sgf import game_to_sgf
from gomoku.rules import BLACK, RENJU, WHITE, Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.commands import (
    Browse,
    Do,
    GoTo,
    LoadFile,
    Play,
    ScrollGames,
    SetLanguage,
    SetWarning,
    Switch,
)
from gomoku_zero.window.model.new_game import NewGameForm
from gomoku_zero.window.model.opponents import GREEDY, PURE, Opponent
from gomoku_zero.window.model.saved_game import game_of
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings, load_settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import MAX_FILE, GameFiles
from gomoku_zero.window.records import shown_path
from gomoku_zero.window.thinker import Preparing, Thinker
from gomoku_zero.window.view.widgets import Look
from tests.window.fakes import FirstEmpty, Thoughtful

SIX = Rules(size=6, win_length=4)
SMALL = Opponent("small", "net:small", "@", (25, 100, 400), (SIX,))
GOOD = "(;GM[4]SZ[6]RU[freestyle 4]PB[\u5f20\u4f1f]PW[Ada]RE[B+R];B[cc];W[dd])"

OpenApp = Callable[[], App]


@pytest.fixture
def open_app(tmp_path: Path) -> Iterator[OpenApp]:
    """Opens the window anew, with what is on disk."""
    thinkers: list[Thinker] = []
    pygame.display.init()
    surface = pygame.display.set_mode((1000, 700))

    def make() -> App:
        thinkers.append(Thinker(lambda spec: FirstEmpty() if spec == "greedy" else Thoughtful()))
        session = GameSession(GameSetup(SIX, HUMAN, HUMAN), analyst="pure:100")
        return App(
            session,
            thinkers[-1],
            [SMALL, PURE, GREEDY],
            surface,
            Settings(),
            files=GameFiles(tmp_path / "games"),
            settings_file=tmp_path / "settings.json",
        )

    yield make
    for thinker in thinkers:
        thinker.close()
    pygame.display.quit()


class Clipboard:
    """Stands for the system's clipboard, which the dummy video driver lacks."""

    def __init__(self) -> None:
        self.text = ""

    def put_text(self, text: str) -> None:
        self.text = text

    def get_text(self) -> str:
        return self.text


@pytest.fixture
def clipboard(monkeypatch: pytest.MonkeyPatch) -> Clipboard:
    board = Clipboard()
    monkeypatch.setattr(pygame, "scrap", board)
    return board


def play(app: App, *moves: int) -> None:
    for move in moves:
        app.do(Play(move))
        app.advance(0.0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bad.sgf", b""),
        ("bad.sgf", b"\xff\xfe\x00\x01"),
        ("bad.sgf", b"(;GM[4]SZ[6];B[zz];W[cc])"),
        ("bad.sgf", b"(;GM[4]SZ[99])"),
        ("bad.sgf", b"(;GM[4]SZ[6];B[cc"),
        ("bad.psq", b"Piskvorky 6x7, 11:11, 0\n"),
        ("bad.psq", b"Piskvorky 15x15, 11:11, 0\n99,1,0\n"),
        ("bad.psq", b"Piskvorky"),
        ("bad.psq", b"Piskvorky 15x15, 11:11, 0\n0,1,0\n1,1,0\n"),
    ],
)
def test_a_damaged_file_is_named_in_a_message_and_changes_nothing(
    open_app: OpenApp, tmp_path: Path, name: str, content: bytes
) -> None:
    app = open_app()
    play(app, 14, 15)
    file = tmp_path / name
    file.write_bytes(content)
    app.do(LoadFile(file))
    assert name in app.scene().message
    assert app.session.moves == (14, 15)
    assert file.read_bytes() == content


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_missing_file_and_a_folder_are_named_in_a_message(
    open_app: OpenApp, tmp_path: Path, language: str
) -> None:
    app = open_app()
    app.do(SetLanguage(language))
    for file in (tmp_path / "missing.sgf", tmp_path):
        app.do(LoadFile(file))
        assert file.name in app.scene().message


def test_what_is_wrong_with_a_file_is_said_in_the_language_of_the_window(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    app.do(SetLanguage("zh"))
    damaged, large = tmp_path / "damaged.sgf", tmp_path / "large.sgf"
    damaged.write_bytes(b"(;GM[4]SZ[99])")
    large.write_bytes(b"(" * (MAX_FILE + 1))
    seen = set()
    for file in (damaged, large, tmp_path / "missing.sgf"):
        app.do(LoadFile(file))
        message = app.scene().message.replace(file.name, "")
        assert not any(letter.isascii() and letter.isalpha() for letter in message)
        seen.add(message)
    assert len(seen) == 3


def test_the_keys_on_the_buttons_of_a_dialog_work(open_app: OpenApp) -> None:
    app = open_app()
    play(app, 14)
    app.do(Do.LOAD)
    app.handle(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_e, mod=0, unicode="e"))
    assert app.scene().dialog is None
    assert app.scene().texts.status[0] == "Set up a position"


def test_a_crash_loses_no_move(open_app: OpenApp) -> None:
    play(open_app(), 14, 15, 20)  # and the process ends here
    app = open_app()
    app.restore()
    assert app.session.moves == (14, 15, 20)
    assert "left" in app.scene().message


def test_what_was_taken_back_stays_out_of_the_game_after_starting_anew(open_app: OpenApp) -> None:
    setup = GameSetup(SIX, HUMAN, HUMAN, TimeControl(per_game=60.0))
    app = open_app()
    app.session.new_game(setup)
    play(app, 14, 15, 20)
    app.session.tick(9.0)
    app.do(Do.UNDO)
    app.session.tick(5.0)
    app.do(GoTo(0))
    app.advance(0.0)
    app = open_app()
    app.restore()
    assert (app.session.shown, app.session.place) == (0, 2)
    assert app.session.snapshot().black_seconds == 55.0
    app.do(Do.RESIGN)
    assert app.session.moves == (14, 15)
    assert app.session.outcome is not None
    assert app.session.outcome.winner is WHITE


def test_a_hint_is_not_forgotten_by_starting_anew(open_app: OpenApp) -> None:
    app = open_app()
    play(app, 14, 15)
    app.do(Do.HINT)
    app.advance(0.0)
    app = open_app()
    app.restore()
    assert app.session.is_helped


def test_quitting_and_coming_back_gives_no_time_back(open_app: OpenApp) -> None:
    app = open_app()
    app.session.new_game(GameSetup(SIX, HUMAN, HUMAN, TimeControl(per_game=60.0)))
    play(app, 14, 15)
    app.advance(20.0)
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    app.run()
    app = open_app()
    app.restore()
    seconds = app.session.snapshot().black_seconds
    assert seconds is not None
    assert seconds <= 40.0


def test_a_damaged_game_in_progress_is_told_of_and_kept(open_app: OpenApp, tmp_path: Path) -> None:
    play(open_app(), 14)
    stored = tmp_path / "games" / "in-progress.json"
    content = stored.read_bytes()[:-9]
    stored.write_bytes(content)
    app = open_app()
    app.restore()
    assert "in-progress.json.damaged" in app.scene().message
    play(app, 20, 21)
    assert (tmp_path / "games" / "in-progress.json.damaged").read_bytes() == content


def test_a_window_opened_for_another_game_keeps_the_one_in_progress(
    open_app: OpenApp, tmp_path: Path
) -> None:
    play(open_app(), 14, 15, 20)
    app = open_app()
    app.keep_for_later()
    play(app, 0)
    assert app.scene().message.endswith(" unfinished.sgf")
    files = GameFiles(tmp_path / "games")
    assert files.load(files.unfinished()[0]).moves == (14, 15, 20)


def full_disk(*arguments: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_of_once_and_games_are_kept_again_when_there_is_room(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gomoku_zero.window.model.storage.write_whole", full_disk)
        play(app, 14)
        assert app.scene().message == "Cannot save: No space left on device"
        app.say("")
        play(app, 15)
        assert app.scene().message == ""
    play(app, 20)
    restored = GameFiles(tmp_path / "games").restore()
    assert restored is not None
    assert restored.game.moves == (14, 15, 20)
    app.do(Do.SAVE)
    assert app.scene().message.startswith("Saved ")
    app.do(Do.LOAD)
    dialog = app.scene().dialog
    assert dialog is not None
    commands = [each.command for each in dialog.controls if each.command is not None]
    assert any(isinstance(command, LoadFile) for command in commands)


def test_a_game_that_cannot_be_kept_for_later_is_not_replaced(
    open_app: OpenApp, tmp_path: Path
) -> None:
    play(open_app(), 14, 15, 20)
    files = GameFiles(tmp_path / "games")
    app = open_app()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gomoku_zero.window.model.storage.write_whole", full_disk)
        app.keep_for_later()
        assert app.scene().message == "Cannot save: No space left on device"
        app.advance(0.0)
        play(app, 0)
    restored = files.restore()
    assert restored is not None
    assert restored.game.moves == (14, 15, 20)
    play(app, 1)
    assert files.load(files.unfinished()[0]).moves == (14, 15, 20)
    restored = files.restore()
    assert restored is not None
    assert restored.game.moves == (0, 1)


@pytest.mark.parametrize("command", [Do.REMATCH, Do.LOAD, Do.START_GAME, Do.SETUP])
def test_an_unfinished_game_is_kept_and_told_of_when_another_takes_its_place(
    open_app: OpenApp, tmp_path: Path, command: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app()
    play(app, 14, 15, 20)
    files = GameFiles(tmp_path / "games")
    file = tmp_path / "good.sgf"
    file.write_text(GOOD, encoding="utf-8")
    if command is Do.START_GAME:
        app.do(Do.NEW_GAME)
    if command is Do.SETUP:
        app.do(Do.SETUP)
    app.do(LoadFile(file) if command is Do.LOAD else command)
    assert app.session.moves != (14, 15, 20)
    (kept,) = files.unfinished()
    heard = [app.scene().message]
    monkeypatch.setattr(
        "gomoku_zero.window.model.messages.time.monotonic", lambda: 1e9
    )  # every remark has had its time
    for _ in range(2):
        app.advance(0.0)
        heard.append(app.scene().message)
    assert f"Your unfinished game is kept as {kept.name}" in heard
    assert files.load(kept).moves == (14, 15, 20)


def test_a_second_game_given_up_does_not_replace_the_first(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    play(app, 14, 15, 20)
    app.do(Do.REMATCH)
    play(app, 0)
    app.do(Do.REMATCH)
    files = GameFiles(tmp_path / "games")
    assert [files.load(file).moves for file in files.unfinished()] == [(0,), (14, 15, 20)]


WON = (0, 6, 1, 7, 2, 8, 3)  # by Black, on 6x6 with four in a row


def test_a_finished_game_is_kept_under_a_name_that_says_what_it_was(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    play(app, *WON)
    app.advance(0.0)
    (kept,) = (tmp_path / "games").glob("*.sgf")
    assert kept.name[20:] == "Black player-White player 6x6 B+.sgf"
    record = GameFiles(tmp_path / "games").load(kept)
    assert record.moves == WON
    assert record.outcome is not None
    assert record.outcome.winner is BLACK
    again = open_app()  # closed without a word, as by a crash
    again.restore()
    again.do(Do.LOAD)
    dialog = again.scene().dialog
    assert dialog is not None
    assert LoadFile(kept) in [each.command for each in dialog.controls]


@pytest.mark.parametrize("end", ["row", "resigned"])
def test_a_finished_game_is_kept_once_however_often_it_is_looked_at(
    open_app: OpenApp, tmp_path: Path, end: str
) -> None:
    app = open_app()
    play(app, *(WON if end == "row" else WON[:-1]))
    if end == "resigned":
        app.do(Do.RESIGN)
    for command in (GoTo(2), Do.REVIEW, GoTo(4), Do.REMATCH):
        app.advance(0.0)
        app.do(command)
    app.advance(0.0)
    assert len(list((tmp_path / "games").glob("*.sgf"))) == 1


def test_two_games_that_end_in_the_same_second_are_both_kept(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    for _ in range(2):
        play(app, *WON)
        app.advance(0.0)
        app.do(Do.REMATCH)
    app.advance(0.0)
    assert len(list((tmp_path / "games").glob("*.sgf"))) == 2


def test_a_game_that_was_loaded_or_pasted_is_not_copied_until_it_changes(
    open_app: OpenApp, tmp_path: Path, clipboard: Clipboard
) -> None:
    app = open_app()
    file = tmp_path / "good.sgf"
    file.write_text(GOOD, encoding="utf-8")
    for _ in range(3):
        app.do(LoadFile(file))
        app.advance(0.0)
        clipboard.text = "a1 b2"
        app.do(Do.PASTE)
        app.advance(0.0)
    games = tmp_path / "games"
    assert not list(games.glob("*.sgf"))
    app.do(Play(20))
    app.do(Do.REMATCH)
    app.advance(0.0)
    (kept,) = GameFiles(games).unfinished()
    assert len(GameFiles(games).load(kept).moves) == 3


def test_a_side_line_in_progress_is_resumed_where_it_was(open_app: OpenApp) -> None:
    app = open_app()
    play(app, 14, 15, 20)
    app.do(Do.REVIEW)
    app.do(GoTo(1))
    play(app, 30, 31)
    app.session.write_comment("what if")
    app.advance(0.0)
    again = open_app()
    again.restore()
    shown = again.scene().snapshot
    assert (again.session.moves, shown.moves) == ((14, 15, 20), (14, 30, 31))
    assert (shown.is_aside, shown.comment) == (True, "what if")


def test_a_finished_game_one_looks_back_in_is_not_kept_as_unfinished(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    play(app, 14, 15, 20)
    app.do(Do.RESIGN)
    app.do(Browse(-1))
    app.advance(0.0)
    app.do(Do.REMATCH)
    assert not GameFiles(tmp_path / "games").unfinished()


def test_a_loaded_game_has_its_names_and_result_and_keeps_them(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    file = tmp_path / "good.sgf"
    file.write_text(GOOD, encoding="utf-8")
    app.do(LoadFile(file))
    assert [name for name, _ in app.scene().texts.players] == ["\u5f20\u4f1f", "Ada"]
    outcome = app.session.outcome
    assert outcome is not None
    assert (outcome.winner, outcome.termination) == (BLACK, Termination.RESIGNED)
    app.do(Do.SAVE)
    (saved,) = (tmp_path / "games").glob("*.sgf")
    text = saved.read_text(encoding="utf-8")
    assert "PB[\u5f20\u4f1f]" in text
    assert "RE[B+R]" in text


def test_a_name_that_no_font_can_draw_does_not_keep_the_window_from_opening(
    open_app: OpenApp, tmp_path: Path, clipboard: Clipboard
) -> None:
    app = open_app()
    file = tmp_path / "odd.sgf"
    file.write_text("(;GM[4]SZ[6]PB[a\x00b]PW[" + "x" * 5_000 + "]AB[aa]AW[ab];B[cc])")
    app.do(LoadFile(file))
    app.advance(0.0)
    app.draw()
    app.do(Do.COPY)
    assert app.scene().message == "Copied the moves"
    assert "\x00" not in clipboard.text  # no clipboard takes it
    app = open_app()
    app.restore()
    app.draw()
    assert app.session.setup.names[0] == "a\x00b"


def test_a_file_whose_name_is_not_utf8_is_listed_and_loaded(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    (tmp_path / "games").mkdir()
    name = os.fsdecode(b"games/\xff.sgf")
    try:
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    except OSError:
        pytest.skip("this file system has no such names")
    app.do(Do.LOAD)
    app.draw()
    app.do(LoadFile(tmp_path / name))
    app.draw()
    assert len(app.session.moves) == 2


def test_a_psq_that_would_lose_the_rules_is_refused_in_words(open_app: OpenApp) -> None:
    app = open_app()
    play(app, 14)
    app.do(Do.SAVE_PSQ)
    assert "SGF" in app.scene().message


def test_a_point_that_is_taken_is_refused_in_the_users_language(open_app: OpenApp) -> None:
    app = open_app()
    app.do(SetLanguage("zh"))
    play(app, 14, 14)
    assert app.scene().message == "\u8fd9\u91cc\u4e0d\u80fd\u843d\u5b50"


def test_settings_are_written_when_they_change(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app()
    for name in ("teaching", "sound", "confirm", "pondering"):
        app.do(Switch(name))
    app.do(SetWarning(35))
    stored = load_settings(tmp_path / "settings.json")
    assert (stored.teaching, stored.sound, stored.confirm, stored.pondering) == (
        True,
        False,
        True,
        True,
    )
    assert (app.session.teaching, app.session.teaching_threshold) == (True, 0.35)


def test_two_windows_keep_each_others_settings(open_app: OpenApp, tmp_path: Path) -> None:
    first, second = open_app(), open_app()
    first.do(Switch("teaching"))
    second.do(Switch("sound"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gomoku_zero.window.model.settings.write_whole", full_disk)
        first.do(Switch("confirm"))
    first.do(Switch("pondering"))  # and what could not be written then
    stored = load_settings(tmp_path / "settings.json")
    assert (stored.teaching, stored.sound) == (True, False)
    assert (stored.confirm, stored.pondering) == (True, True)
    (tmp_path / "settings.json").write_bytes(b"{")
    second.do(Switch("numbers"))
    assert load_settings(tmp_path / "settings.json").numbers
    assert (tmp_path / "settings.json.damaged").read_bytes() == b"{"


def test_a_switch_says_what_it_is_now(open_app: OpenApp) -> None:
    app = open_app()
    app.handle(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_s, mod=0, unicode="s"))
    assert app.scene().message == "Sound: off"


def test_a_game_from_a_position_set_up_survives_the_clipboard(
    open_app: OpenApp, clipboard: Clipboard
) -> None:
    app = open_app()
    play(app, 14, 15)
    app.do(Do.SETUP)
    app.do(Do.SETUP)
    play(app, 20)
    cells = app.session.snapshot().cells
    app.do(Do.COPY)
    app.do(Do.REMATCH)
    app.do(Do.PASTE)
    assert app.session.moves == (20,)
    assert app.session.snapshot().cells == cells


def test_rules_that_are_not_known_are_told(
    open_app: OpenApp, tmp_path: Path, clipboard: Clipboard
) -> None:
    app = open_app()
    file = tmp_path / "old.sgf"
    file.write_text(GOOD.replace("freestyle 4", "Japanese"), encoding="utf-8")
    app.do(LoadFile(file))
    assert "old.sgf: its rules \u201cJapanese\u201d are not known" in app.scene().message
    assert app.session.setup.rules == Rules(size=6)
    clipboard.text = file.read_text(encoding="utf-8")
    app.do(Do.PASTE)
    assert "Pasted a game: its rules \u201cJapanese\u201d" in app.scene().message
    clipboard.text = GOOD
    app.do(Do.PASTE)
    assert app.scene().message == "Pasted a game"


def test_the_position_shown_is_copied_as_a_drawing(open_app: OpenApp, clipboard: Clipboard) -> None:
    app = open_app()
    play(app, 14, 15, 20)
    app.do(Browse(-1))
    cells = app.session.snapshot().cells
    app.do(Do.COPY_POSITION)
    app.do(GoTo(3))
    app.do(Do.PASTE)
    assert app.session.snapshot().cells == cells


def test_what_is_no_game_on_the_clipboard_changes_nothing(
    open_app: OpenApp, clipboard: Clipboard
) -> None:
    app = open_app()
    play(app, 14)
    for text in ("", "hello", "(;GM[4]", "Piskvorky", "x o", "\x00\ufeff"):
        clipboard.text = text
        app.do(Do.PASTE)
        assert app.scene().message == "The clipboard holds no game or position"
        assert app.session.moves == (14,)


def test_setting_up_is_left_with_nothing_changed(open_app: OpenApp) -> None:
    app = open_app()
    play(app, 14, 15)
    app.do(Do.SETUP)
    app.do(Do.SETUP_CLEAR)
    assert not any(app.scene().snapshot.cells)
    app.do(Do.CLOSE)
    assert app.session.moves == (14, 15)


def test_a_game_rests_while_a_position_is_set_up(open_app: OpenApp) -> None:
    app = open_app()
    app.session.new_game(GameSetup(SIX, HUMAN, HUMAN, TimeControl(per_move=5.0)))
    play(app, 14, 15)
    before = app.session.moves, app.session.snapshot().black_seconds
    app.do(Do.SETUP)
    app.advance(60.0)
    playing = (Do.UNDO, Do.RESIGN, Do.SWITCH_SIDES, Do.REMATCH, Do.AI_MOVE, Do.SAVE)
    for command in playing:
        app.do(command)
        assert app.scene().message.startswith("Finish setting up first")
    app.do(Do.THEME)
    app.do(Do.CLOSE)
    assert (app.session.moves, app.session.snapshot().black_seconds) == before
    assert app.session.shown == 2


def test_a_clock_waits_for_the_player_to_be_loaded(open_app: OpenApp) -> None:
    app = open_app()
    app.session.new_game(GameSetup(SIX, HUMAN, "greedy", TimeControl(per_move=5.0)))
    app.session.play(14)
    app._reports.take(Preparing("greedy"), app.preferences.language)
    app.session.tick(0.0)
    app.advance(60.0)
    assert app.session.outcome is None


def test_stones_that_do_not_say_who_is_to_move_are_refused_in_words(open_app: OpenApp) -> None:
    app = open_app()
    app.do(Do.SETUP)
    for move in (0, 1):
        center = app.scene().board.center(move)
        app.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=center))
    app.do(Do.SETUP)
    assert app.scene().message == "Black needs as many stones as White, or one more"
    assert sum(app.scene().snapshot.cells) == 2  # still being set up


def test_advice_comes_from_a_player_that_knows_the_rules(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app()
    file = tmp_path / "renju.sgf"
    file.write_text("(;GM[4]SZ[15]RU[renju];B[hh])")
    app.do(LoadFile(file))
    assert app.session.setup.rules == Rules(15, 5, RENJU)
    assert app.session.analyst.startswith("pure:")
    file.write_text(GOOD, encoding="utf-8")
    app.do(LoadFile(file))
    assert app.session.analyst.startswith("net:small")


def test_rules_that_nobody_can_play_keep_the_present_game_and_file_no_copy(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    play(app, 14, 15)
    app.do(Do.NEW_GAME)
    app._dialogs.form = NewGameForm(Rules(4, 5, RENJU), "both_colors")
    app.do(Do.START_GAME)
    assert app.session.moves == (14, 15)
    assert not GameFiles(tmp_path / "games").unfinished()


def test_the_list_of_saved_games_shows_that_there_are_more_and_goes_to_them(
    open_app: OpenApp, tmp_path: Path
) -> None:
    folder = tmp_path / "games"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.sgf").write_text(GOOD, encoding="utf-8")
    app = open_app()
    app.do(Do.LOAD)

    def listed() -> list[str]:
        dialog = app.scene().dialog
        assert dialog is not None
        return [each.text for each in dialog.controls if each.look is Look.ROW]

    def arrows() -> list[bool]:
        dialog = app.scene().dialog
        assert dialog is not None
        return [each.enabled for each in dialog.controls if each.text in ("\u25b2", "\u25bc")]

    assert (len(listed()), listed()[0], arrows()) == (9, "11", [False, True])
    app.do(ScrollGames(1))
    assert (len(listed()), listed()[0], arrows()) == (9, "10", [True, True])
    app.handle(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_PAGEDOWN, mod=0, unicode=""))
    assert (len(listed()), listed()[-1], arrows()) == (9, "00", [True, False])
    app.handle(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_PAGEUP, mod=0, unicode=""))
    assert listed()[0] == "11"


RECORDS = sorted((Path(__file__).parents[1] / "formats" / "files").iterdir())


@pytest.mark.parametrize("file", RECORDS, ids=lambda file: file.name)
def test_records_of_other_programs_are_shown(file: Path, open_app: OpenApp) -> None:
    app = open_app()
    app.do(LoadFile(file))
    [game, *others] = read_games(file.read_bytes(), file.name)
    if others:  # which are listed first
        return
    assert app.session.setup.rules == game.rules
    assert app.session.moves == game.moves
    assert file.name in app.scene().message


def test_what_was_left_out_of_a_record_is_said(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app()
    file = tmp_path / "odd.sgf"
    file.write_text("(;GM[4]SZ[6];B[cc];W[cc])")
    app.do(LoadFile(file))
    assert app.scene().message == (
        "Loaded odd.sgf: move 2 is c4, which is occupied: move 2 is left out"
    )


SAID = [
    "(;GM[4]SZ[6]DT[2019-03-01]EV[Cup \\[A\\]]RE[B+R];B[cc];W[dd])",
    "(;GM[4]SZ[6]DT[2020]RE[Void];B[cc];W[dd]C[why?])",
    "(;GM[4]SZ[6]DT[2021-05-05]XX[kept][twice]RU[house rules];B[cc];W[dd](;B[ee])(;B[ef]))",
    "(;GM[4]SZ[6]RE[?];B[cc];W[dd])",
]


@pytest.mark.parametrize("text", SAID)
def test_a_loaded_record_says_when_it_is_saved_again_what_it_said(
    text: str, open_app: OpenApp, tmp_path: Path
) -> None:
    file = tmp_path / "said.sgf"
    file.write_text(text)
    [before] = read_games(text.encode(), "said.sgf")
    app = open_app()
    app.do(LoadFile(file))
    again = game_of(app.session, before.black, before.white)
    for name in ("properties", "written_rules", "written_result", "outcome", "rules_are_guessed"):
        assert getattr(again, name) == getattr(before, name), name
    assert read_games(game_to_sgf(again).encode(), "again.sgf") == [before]
    assert before.date in app.scene().message or before.unknown_rules


def test_a_large_file_is_read_while_the_window_goes_on(open_app: OpenApp, tmp_path: Path) -> None:
    file = tmp_path / "large.sgf"
    file.write_text(f"(;GM[4]SZ[6]C[{'word ' * 100_000}];B[cc];W[dd])")
    app = open_app()
    app.do(LoadFile(file))
    assert app.scene().message == "Reading large.sgf"
    for _ in range(3000):
        app.advance(0.01)
        if app.session.moves:
            break
        time.sleep(0.01)
    assert len(app.session.moves) == 2
    assert app.scene().message.startswith("Loaded large.sgf")


def test_a_large_file_without_a_game_is_named(open_app: OpenApp, tmp_path: Path) -> None:
    file = tmp_path / "noise.sgf"
    file.write_text("noise " * 100_000)
    app = open_app()
    app.do(LoadFile(file))
    for _ in range(3000):
        app.advance(0.01)
        if not app.scene().message.startswith("Reading"):
            break
        time.sleep(0.01)
    assert "noise.sgf" in app.scene().message


def test_what_is_said_of_a_game_is_shown_when_it_is_loaded(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    file = tmp_path / "said.sgf"
    file.write_text(SAID[0].replace("B+R", "Black gave up"))
    app.do(LoadFile(file))
    assert app.scene().message.startswith("Loaded said.sgf: 2019-03-01, Cup [A], Black gave up")


def test_a_result_that_came_to_be_here_is_not_the_one_that_was_written(
    open_app: OpenApp, tmp_path: Path
) -> None:
    file = tmp_path / "said.sgf"
    file.write_text(
        "(;GM[4]SZ[6]RU[freestyle 4]DT[2019]RE[Void];B[ca];W[aa];B[da];W[ab];B[ea];W[ac])"
    )
    app = open_app()
    app.do(LoadFile(file))
    app.session.new_game(app.session.setup, (*app.session.decisions, 5), tree=app.session.tree)
    assert app.session.result is not None
    game = game_of(app.session, "", "")
    assert (game.written_result, game.date) == ("", "2019")


def test_after_a_loaded_game_the_next_one_is_against_the_last_opponent(
    open_app: OpenApp, tmp_path: Path
) -> None:
    app = open_app()
    app.preferences.change(opponent="greedy")
    good = tmp_path / "good.sgf"
    good.write_text(GOOD)
    app.do(LoadFile(good))
    app.do(Do.NEW_GAME)
    app.do(Do.START_GAME)
    setup = app.session.setup
    assert (setup.black, setup.white) == (HUMAN, "greedy")
    app.session.new_game(GameSetup(SIX, HUMAN, HUMAN))  # two people play on as two people
    app.do(Do.NEW_GAME)
    app.do(Do.START_GAME)
    assert app.session.setup.engine is None


def test_a_dialog_takes_the_place_of_a_remark(open_app: OpenApp) -> None:
    app = open_app()
    app.do(Do.UNDO)
    assert app.scene().message == "Nothing to undo"
    app.do(Do.SETTINGS)
    assert app.scene().message == ""


def test_paths_are_shown_from_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert shown_path(tmp_path / "games" / "a.sgf") == "~/games/a.sgf"
    assert shown_path(Path("/elsewhere/a.sgf")) == "/elsewhere/a.sgf"
