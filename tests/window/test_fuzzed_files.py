"""Files of random bytes and damaged copies of good ones: refused with a reason, never a crash."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from gomoku.board import Board
from gomoku.record import GameRecord, RecordError
from gomoku.rules import FREESTYLE, RENJU, STANDARD, Rules
from gomoku_zero.window.model.clipboard import game_of_text, text_of_game
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings, SettingsError, load_settings, save_settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import GameFiles

SEEDS = [pytest.param(1, 150, id="1"), pytest.param(2, 6_000, id="2", marks=pytest.mark.slow)]
TOKENS = [
    *(b"(", b")", b";", b"[", b"]", b"\\", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r\n", b","),
    *(b"GM[4]", b"SZ[19]", b"SZ[99999999999999999999]", b"SZ[0]", b"SZ[15:19]", b"B[zz]", b"W[]"),
    *(b"AB[aa:ss]", b"AE[aa]", b"RU[renju 99]", b"CA[utf-7]", b"CA[nonsense]", b"RE[?]"),
    *(b"Piskvorky", b"20x20", b"0,0,0\n", b"-1,-1", b"1e999", b"NaN", b"null", b"{}", b"[[]]"),
    *(b"9" * 5000, b"(" * 3000, b"[" * 3000, b'{"a":' * 3000),
]


def damaged(content: bytes, rng: random.Random) -> bytes:
    """The content after a few random accidents; sometimes nothing but random bytes."""
    if rng.random() < 0.1:
        return rng.randbytes(rng.randrange(400))
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(data) + 1)
        accident = rng.randrange(5)
        if accident == 0:
            del data[at:]
        elif accident == 1:
            del data[at : at + rng.randrange(1, 12)]
        elif accident == 2:
            data[at:at] = rng.choice(TOKENS)
        elif accident == 3 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        else:
            data[at:at] = data[at : at + rng.randrange(1, 40)] * rng.randrange(1, 4)
    return bytes(data)


def some_game(rng: random.Random) -> GameRecord:
    rules = Rules(rng.choice((6, 15, 19, 20)), 5, rng.choice((FREESTYLE, STANDARD, RENJU)))
    board = Board(rules)
    for move in rng.sample(range(rules.points), rng.randrange(1, 30)):
        if board.outcome is None:
            board.push(move)
    return GameRecord(rules, tuple(board.moves), board.outcome, "Ada", "B[l]ack\\")


@pytest.mark.parametrize(("seed", "count"), SEEDS)
@pytest.mark.parametrize("kind", ["sgf", "psq"])
def test_damaged_records_are_read_or_refused_and_left_alone(
    kind: str, seed: int, count: int, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    files = GameFiles(tmp_path)
    refused = 0
    for trial in range(count):
        game = some_game(rng)
        if kind == "psq":
            rules = game.rules._replace(variant=FREESTYLE)
            game = GameRecord(rules, game.moves)
        file = files.save(game, kind)
        content = damaged(file.read_bytes(), rng)
        file.write_bytes(content)
        note = f"seed {seed}, trial {trial}: {content[:300]!r}"
        refused += not accepted(lambda file=file: files.load(file), RecordError, note)  # type: ignore[misc]
        assert file.read_bytes() == content
        text = content.decode("utf-8", errors="replace")
        if trial % 3 == 0:  # moves in a line, and drawings
            text = rng.choice((text_of_game(game.moves, game.rules), str(game.board())))
            text = damaged(text.encode(), rng).decode("utf-8", errors="replace")
        accepted(lambda text=text: game_of_text(text, Rules()), RecordError, note)  # type: ignore[misc]
        file.unlink()
    assert refused > count // 10


@pytest.mark.parametrize(("seed", "count"), SEEDS)
def test_a_damaged_autosave_is_restored_or_set_aside(seed: int, count: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    lost = 0
    for trial in range(count):
        folder = tmp_path / str(trial)
        files = GameFiles(folder)
        session = GameSession(GameSetup(Rules(), HUMAN, "greedy", TimeControl(30.0)))
        session.new_game(session.setup, tuple(rng.sample(range(225), 4)))
        files.store(session)
        content = damaged(files.in_progress.read_bytes(), rng)
        files.in_progress.write_bytes(content)
        note = f"seed {seed}, trial {trial}: {content[:300]!r}"
        accepted(files.restore, RecordError, note)
        kept = [file.read_bytes() for file in folder.iterdir()]
        assert kept == [content], note
        lost += not files.in_progress.exists()
    assert lost > count // 10


@pytest.mark.parametrize(("seed", "count"), SEEDS)
def test_damaged_settings_are_read_or_refused(seed: int, count: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    file = tmp_path / "settings.json"
    refused = 0
    for trial in range(count):
        save_settings(file, Settings(theme="dark", text_scale=1.15))
        content = damaged(file.read_bytes(), rng)
        file.write_bytes(content)
        note = f"seed {seed}, trial {trial}: {content[:300]!r}"
        refused += not accepted(lambda: load_settings(file), SettingsError, note)
        assert file.read_bytes() == content
    assert refused > count // 10


def accepted(read: Callable[[], object], refusal: type[Exception], note: str) -> bool:
    """Whether something could be read; it may only be refused by the exception for that."""
    try:
        read()
        return True
    except refusal as error:
        reason = str(error)
    except Exception as error:
        error.add_note(note)
        raise
    assert reason, note
    return False
