"""What the window keeps on disk, damage included."""

import os
import sys
from pathlib import Path

import pytest

from gomoku.board import Board
from gomoku.formats.sgf import game_from_sgf
from gomoku.record import RecordError
from gomoku.rules import RENJU, Rules
from gomoku_zero.window.model.clipboard import game_of_text, text_of_game
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.in_progress import claim_in_progress
from gomoku_zero.window.model.saved_game import game_of, game_setup, game_tree
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import (
    Settings,
    SettingsError,
    load_settings,
    save_changes,
    save_settings,
    set_aside,
    settings_file,
)
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.setup_mode import SetupBoard
from gomoku_zero.window.model.storage import MAX_FILE, GameFiles

SIX = Rules(size=6, win_length=4)


def session_with(*moves: int) -> GameSession:
    session = GameSession(GameSetup(SIX, HUMAN, HUMAN))
    for move in moves:
        session.play(move)
    return session


@pytest.mark.parametrize("is_helped", [True, False])
def test_help_is_remembered_with_the_game_in_progress(is_helped: bool, tmp_path: Path) -> None:
    files = GameFiles(tmp_path)
    session = session_with(14, 15)
    if is_helped:
        session.ask_hint()
    files.store(session)
    found = files.restore()
    assert found is not None
    assert found.helped is is_helped
    session.new_game(found.setup, found.decisions, helped=found.helped)
    assert session.is_helped is is_helped


def test_what_a_record_said_comes_back_with_the_game_in_progress(tmp_path: Path) -> None:
    files = GameFiles(tmp_path)
    text = "(;GM[4]SZ[6]RU[freestyle 4]DT[2019]EV[Cup]RE[Void];B[cc];W[dd](;B[ee])(;B[ef]))"
    game = game_from_sgf(text)
    setup, decisions = game_setup(game)
    session = GameSession(setup)
    session.new_game(setup, decisions, tree=game_tree(game, setup, decisions), is_studied=True)
    files.store(session)
    found = files.restore()
    assert found is not None
    session.new_game(found.setup, found.decisions, tree=found.tree, is_studied=found.is_studied)
    assert game_of(session, "", "") == game


def test_clocks_go_on_as_they_were(tmp_path: Path) -> None:
    files = GameFiles(tmp_path)
    setup = GameSetup(SIX, HUMAN, HUMAN, TimeControl(per_game=60.0))
    session = GameSession(setup)
    session.play(14)
    session.tick(10.0)
    session.play(15)
    session.tick(20.0)
    files.store(session)
    found = files.restore()
    assert found is not None
    again = GameSession(setup)
    again.new_game(found.setup, found.decisions, times=found.times)
    assert (again.snapshot().black_seconds, again.snapshot().white_seconds) == (40.0, 50.0)
    again.undo()
    assert (again.snapshot().black_seconds, again.snapshot().white_seconds) == (60.0, 60.0)


def test_a_finished_game_that_is_looked_through_is_stored_with_its_result(tmp_path: Path) -> None:
    files = GameFiles(tmp_path)
    session = session_with(14, 15)
    files.store(session)
    assert files.restore() is not None
    session.resign()
    session.go_to(1)
    files.store(session)
    assert files.restore() is None
    assert game_of(session, "", "").outcome == session.result


@pytest.mark.parametrize(
    ("kind", "rules"), [("sgf", SIX), ("sgf", Rules()), ("psq", Rules(15, 5, RENJU))]
)
def test_a_saved_game_is_listed_and_loaded(kind: str, rules: Rules, tmp_path: Path) -> None:
    files = GameFiles(tmp_path)
    session = GameSession(GameSetup(rules, HUMAN, HUMAN))
    session.new_game(session.setup, (14, 15, 20))
    file = files.save(game_of(session, "Ada", "a/b: c"), kind)
    assert files.saved() == [file]
    loaded = files.load(file)
    assert (loaded.moves, loaded.black, loaded.white) == ((14, 15, 20), "Ada", "a/b: c")
    assert loaded.rules == rules


def test_a_psq_is_refused_for_rules_it_would_be_read_back_without(tmp_path: Path) -> None:
    game = game_of(GameSession(GameSetup(SIX, HUMAN, HUMAN)), "", "")
    with pytest.raises(RecordError, match="save it as SGF"):
        GameFiles(tmp_path).save(game, "psq")
    assert list(tmp_path.iterdir()) == []


def test_a_psq_cannot_hold_a_position_that_was_set_up(tmp_path: Path) -> None:
    start = Board.from_moves(SIX, (14, 15)).to_text()
    session = GameSession(GameSetup(SIX, start=start))
    with pytest.raises(RecordError, match="save it as SGF"):
        GameFiles(tmp_path).save(game_of(session, "", ""), "psq")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"(;GM[4]SZ[15];B[hs];W[hh])", b"hello"])
def test_a_damaged_game_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "damaged.sgf"
    file.write_bytes(content)
    with pytest.raises(RecordError, match=r"damaged\.sgf"):
        GameFiles(tmp_path).load(file)
    assert file.read_bytes() == content


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    for text in (f"Piskvorky 15x15,\n{'9' * 5000},1,0\n", f"Piskvorky {'9' * 5000}x15,\n"):
        with pytest.raises(RecordError, match=r"outside of 15x15|not a \.psq"):
            game_of_text(text, Rules())


def test_a_huge_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "huge.sgf"
    file.write_bytes(b"(" * (MAX_FILE + 1))
    with pytest.raises(RecordError, match="too large"):
        GameFiles(tmp_path).load(file)


def test_the_game_in_progress_comes_back_as_it_was_shown(tmp_path: Path) -> None:
    files = GameFiles(tmp_path)
    session = session_with(14, 15, 20)
    session.undo()
    files.store(session)
    restored = files.restore()
    assert restored is not None
    assert (restored.setup, restored.decisions, restored.shown) == (session.setup, (14, 15, 20), 2)


def with_side_lines(setup: GameSetup, moves: tuple[int, ...]) -> GameSession:
    """A game, ended by resigning, with lines before its end and behind it, and comments."""
    session = GameSession(setup)
    for move in moves:
        session.play(move)
    session.resign()
    session.write_comment("he gave up: ] \\ why?")
    session.play(30)
    session.write_comment("here it would have gone on")
    session.play(31)
    session.back_to_game()
    session.go_to(1)
    for move in (20, 21):
        session.play(move)
    session.back_to_game()
    session.go_to(0)
    session.write_comment("\u4e00\u5c40")
    return session


@pytest.mark.parametrize("start", ["", "6 x . . . . o\n" + "6 . . . . . .\n" * 5])
def test_side_lines_and_comments_survive_a_file(start: str, tmp_path: Path) -> None:
    session = with_side_lines(GameSetup(SIX, HUMAN, HUMAN, start=start), (14, 15, 16))
    files = GameFiles(tmp_path)
    file = files.keep_finished(game_of(session, "a", "b"))
    game = files.load(file)
    setup, decisions = game_setup(game)
    tree = game_tree(game, setup, decisions)
    assert (decisions, game.outcome) == (session.decisions, session.result)
    assert game.moves == session.moves  # for every program: what was tried is no part of it
    assert tree.entries() == session.tree.entries(session.decisions)
    assert tree.comment(()) == "\u4e00\u5c40"
    # Once more, without a difference.
    again = GameSession(setup)
    again.new_game(setup, decisions, game.outcome, tree=tree, is_studied=True)
    kept = files.keep_finished(game_of(again, "a", "b"), file)
    assert kept == file
    assert files.load(file) == game


def test_variations_of_other_programs_are_side_lines_as_far_as_they_can_be_played(
    tmp_path: Path,
) -> None:
    file = tmp_path / "other.sgf"
    file.write_text(
        "(;GM[4]SZ[6]RU[freestyle 4]C[all];B[aa]C[first](;W[bb];B[cc])(;W[cc]LB[dd:x](;B[dd])"
        "(;B[cc];W[ee]))(;W[aa]))"
    )
    game = GameFiles(tmp_path).load(file)
    tree = game_tree(game, *game_setup(game))
    assert sorted(tree.paths()) == [(0, 7, 14), (0, 14, 21)]  # no second stone on a point
    assert (tree.comment(()), tree.comment((0,))) == ("all", "first")
    assert ("LB", ("dd:x",)) in tree.entries()[3].properties


def test_side_lines_in_progress_come_back_and_damaged_ones_are_told_of(tmp_path: Path) -> None:
    session = GameSession(GameSetup(SIX, HUMAN, HUMAN))
    for move in (14, 15, 20):
        session.play(move)
    session.start_review()
    session.go_to(1)
    session.play(30)
    files = GameFiles(tmp_path)
    files.store(session)
    found = files.restore()
    assert found is not None
    assert found.tree.entries() == session.tree.entries(session.decisions)
    assert (found.decisions, found.line) == ((14, 15, 20), (14, 30))
    stored = files.in_progress.read_text()
    files.in_progress.write_text(stored.replace("[2,30,", "[2,14,"))  # where a stone is
    with pytest.raises(RecordError, match="damaged"):
        files.restore()


def test_every_unfinished_game_is_kept_and_saved_ones_stay(tmp_path: Path) -> None:
    files = GameFiles(tmp_path)
    saved = files.save(game_of(session_with(0), "unfinished 1", "b"))
    kept = [files.keep_unfinished(game_of(session_with(move), "a", "b")) for move in range(25)]
    assert len(set(kept)) == len(kept)
    assert files.unfinished() == kept[::-1]
    assert files.load(kept[-1]).moves == (24,)
    assert saved.exists()


def test_a_finished_game_is_not_in_progress(tmp_path: Path) -> None:
    files = GameFiles(tmp_path)
    files.store(session_with(14))
    files.store(session_with(0, 6, 1, 7, 2, 8, 3))
    assert files.restore() is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"rules": [6, 4, 0]}'])
def test_a_damaged_game_in_progress_is_set_aside(content: bytes, tmp_path: Path) -> None:
    files = GameFiles(tmp_path)
    files.in_progress.write_bytes(content)
    with pytest.raises(RecordError, match=r"in-progress\.json\.damaged"):
        files.restore()
    assert (tmp_path / "in-progress.json.damaged").read_bytes() == content
    assert files.restore() is None


def test_what_was_set_aside_before_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    for content in ("one", "two", "three"):
        file.write_text(content)
        set_aside(file)
    kept = {each.name: each.read_text() for each in tmp_path.iterdir()}
    assert kept == {
        "settings.json.damaged": "one",
        "settings.json.damaged-2": "two",
        "settings.json.damaged-3": "three",
    }


def test_settings_are_in_the_config_folder_and_older_ones_move_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data", "config"):
        monkeypatch.setattr(
            f"platformdirs.user_{name}_dir", lambda *_, name=name, **__: str(tmp_path / name)
        )
    assert settings_file() == tmp_path / "config" / "settings.json"
    old = tmp_path / "data" / "settings.json"
    save_settings(old, Settings(theme="dark"))
    assert load_settings(settings_file()).theme == "dark"
    assert not old.exists()
    save_settings(old, Settings(language="zh"))
    assert load_settings(settings_file()).theme == "dark"  # an old one replaces nothing


def test_settings_survive(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "settings.json"
    settings = Settings(
        theme="dark",
        language="zh",
        text_scale=1.15,
        engines=("/opt/brain --fast", "C:\\brain.exe"),
        elo=812.5,
        rated_games=9,
    )
    save_settings(file, settings)
    assert load_settings(file) == settings


def test_what_two_windows_do_to_the_engines_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    opened = Settings(engines=("old", "gone", "again"))
    save_settings(file, opened)
    save_changes(file, opened, Settings(engines=("old", "again", "one")))
    save_changes(file, opened, Settings(engines=("old", "gone", "two", "again"), theme="dark"))
    kept = load_settings(file)
    assert kept.engines == ("one", "old", "two", "again")
    assert kept.theme == "dark"


def test_without_a_file_there_are_the_usual_settings(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.json") == Settings()


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[]", b"\xff", b'{"theme": 3}', b'{"theme": "pink"}', b'{"text_scale": 99}'),
        b'{"theme": ' + b"[" * 100_000,
    ],
)
def test_damaged_settings_are_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    with pytest.raises(SettingsError):
        load_settings(file)


def test_moves_survive_the_clipboard() -> None:
    text = text_of_game((14, 15, 20), SIX)
    assert text == "c4 d4 c3"
    assert game_of_text(text, SIX).moves == (14, 15, 20)


def test_a_drawing_can_be_pasted() -> None:
    board = Board.from_moves(SIX, (14, 15, 20))
    game = game_of_text(str(board), SIX)
    assert game.board().cells.tolist() == board.cells.tolist()
    assert game.rules == SIX


@pytest.mark.parametrize(
    "text", ["", "hello", "c4 z4", "x o\no", "(;GM[4]", "Piskvorky", "h" + "9" * 5000]
)
def test_what_is_no_game_cannot_be_pasted(text: str) -> None:
    with pytest.raises(RecordError):
        game_of_text(text, SIX)


def test_stones_are_put_down_and_taken_away() -> None:
    setup = SetupBoard(SIX, (0,) * 36)
    for move in (14, 15, 20, 20):
        setup.touch(move, Board.from_moves(SIX, ()).to_move)
    assert [move for move, cell in enumerate(setup.cells) if cell] == [14, 15]


def left(file: Path, move: int, seconds: float) -> None:
    """A game in progress that was stored at some time."""
    session = GameSession(GameSetup(Rules(6, 4), HUMAN, HUMAN))
    session.play(move)
    GameFiles(file.parent, file).store(session)
    os.utime(file, (seconds, seconds))


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is locked there")
def test_two_windows_keep_their_games_in_progress_apart(tmp_path: Path) -> None:
    folder = tmp_path / "games"
    (first, one), (second, two) = claim_in_progress(folder), claim_in_progress(folder)
    left(first, 1, 1000.0)
    left(second, 2, 2000.0)
    third, three = claim_in_progress(folder)
    assert len({first, second, third}) == 3
    assert GameFiles(folder, third).restore() is None
    for stream in (one, two, three):
        stream.close()
    found = []
    streams = []
    for _ in range(2):  # the game that was left last comes back first
        file, stream = claim_in_progress(folder)
        streams.append(stream)
        restored = GameFiles(folder, file).restore()
        found.append(None if restored is None else restored.decisions)
    assert found == [(2,), (1,)]
    for stream in streams:
        stream.close()


def test_a_single_window_keeps_its_game_where_it_always_was(tmp_path: Path) -> None:
    for _ in range(2):
        file, stream = claim_in_progress(tmp_path / "games")
        assert file == tmp_path / "games" / "in-progress.json"
        left(file, 1, 1000.0)
        stream.close()
