"""Records of games in the formats of other programs, read and written.

    games = read_games(Path("game.sgf").read_bytes(), "game.sgf")
    Path("game.psq").write_bytes(write_games(games[:1], "psq"))

Whatever a file says beyond what we understand is kept, or told in the remarks of its records. No
input raises anything but `RecordError`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from gomoku.board import Termination
from gomoku.formats.encoding import DecodedText, decode
from gomoku.formats.psq import game_from_psq, game_from_rec, game_to_psq, game_to_rec
from gomoku.formats.renlib import game_from_lib, game_to_lib, is_lib
from gomoku.formats.rif import games_from_rif, games_to_rif
from gomoku.formats.sgf import game_to_sgf, games_from_sgf
from gomoku.formats.text import game_to_text, games_from_text
from gomoku.record import GameRecord, RecordError
from gomoku.rules import RENJU, Rules

READ_KINDS = ("sgf", "psq", "rec", "lib", "rif", "xml", "txt")
"""Endings of names that records usually have; `read_games` looks at the content."""

WRITTEN_KINDS = ("sgf", "psq", "rec", "lib", "rif", "txt")

MAX_RECORD = 64_000_000
"""Bytes; databases of hundreds of thousands of games have less."""


def read_games(data: bytes | str, name: str = "", rules: Rules | None = None) -> list[GameRecord]:
    """All games of a file or a pasted text, at least one, whatever its format and encoding.

    name: of the file, for messages, and for what the content leaves open.
    rules: what moves and drawings that do not say are taken to be played by, as far as they fit.

    Raises:
        RecordError: if there is no game in it, with the name of the file and what was found.
    """
    try:
        if len(data) > MAX_RECORD:
            raise RecordError(f"it is too large for a record: {len(data)} bytes")
        games = _read(data, name, rules)
        return [replace(game, remarks=tuple(map(_one_line, game.remarks))) for game in games]
    except RecordError as error:
        raise RecordError(f"{name}: {error}" if name else str(error)) from error


def write_games(records: Sequence[GameRecord], kind: str) -> bytes:
    """A file of a kind such as "sgf"; SGF, RIF and text hold several games, the others one.

    Raises:
        RecordError: if there is no such kind, or it cannot hold the games.
    """
    if kind not in WRITTEN_KINDS:
        raise RecordError(f"no format {kind!r} to write: use one of {', '.join(WRITTEN_KINDS)}")
    if kind == "rif":
        return games_to_rif(records).encode("utf-8", "replace")
    if kind in _ONE_GAME and len(records) != 1:
        raise RecordError(f"a .{kind} holds one game, not {len(records)}: choose one, or use SGF")
    if kind == "lib":
        return game_to_lib(records[0])
    write = _TEXT_WRITERS[kind]
    return "".join(write(record) for record in records).encode("utf-8", "replace")


def what_is_lost(record: GameRecord, kind: str) -> list[str]:
    """The parts of a game that a kind of file cannot hold, in words."""
    if kind == "sgf":
        return []
    lost = []
    if record.variations and kind != "lib":
        lost.append("its variations")
    if kind in ("psq", "rec", "txt") and record.comments:
        lost.append("its comments")
    elif kind == "rif" and record.comments > bool(record.comment):
        lost.append("its comments at moves")
    if kind in ("lib", "txt"):
        if record.black or record.white:
            lost.append("its players")
        if record.outcome is not None and record.outcome.termination not in _ON_BOARD:
            lost.append("its result")
    is_told = {"txt": record.rules == Rules(), "lib": record.rules.variant == RENJU}
    if not is_told.get(kind, True):
        lost.append(f"its rules ({record.rules.describe()})")
    if record.properties and kind != "rif":
        names = [name for name, _ in record.properties if name != "PSQ"]
        if names:
            lost.append(f"its properties {', '.join(names)}")
    return lost


_ON_BOARD = (Termination.LINE, Termination.FORBIDDEN, Termination.FULL_BOARD, Termination.DEAD_DRAW)
_ONE_GAME = ("psq", "rec", "lib")
_TEXT_WRITERS: dict[str, Callable[[GameRecord], str]] = {
    "sgf": game_to_sgf,
    "psq": game_to_psq,
    "rec": game_to_rec,
    "txt": game_to_text,
}


def _read(data: bytes | str, name: str, rules: Rules | None) -> list[GameRecord]:
    """
    Raises:
        RecordError: without the name of the file.
    """
    if isinstance(data, bytes) and is_lib(data, name):
        return [game_from_lib(data)]
    decoded = DecodedText(data) if isinstance(data, str) else decode(data)
    games = _read_text(decoded.text.lstrip("\ufeff"), name, rules)
    if decoded.remark:
        games = [replace(game, remarks=(decoded.remark, *game.remarks)) for game in games]
    return games


def _read_text(text: str, name: str, rules: Rules | None) -> list[GameRecord]:
    """
    Raises:
        RecordError: if there is no game in it.
    """
    if not text.strip():
        raise RecordError("there is nothing in it")
    if re.match(r"\s*Piskvorky\b", text, re.IGNORECASE):
        return [game_from_psq(text)]
    if re.match(r"\s*<(\?xml|!DOCTYPE|database|games)\b", text, re.IGNORECASE):
        return games_from_rif(text)
    if re.match(r"\s*\(\s*;", text):
        return games_from_sgf(text)
    inside = re.search(r"\(\s*;\s*[A-Za-z]+\s*\[", text[:10_000])
    if inside is not None:
        return _games_behind(text[: inside.start()], games_from_sgf(text[inside.start() :]), rules)
    if name.lower().endswith(".rec") or _looks_like_rec(text):
        return [game_from_rec(text)]
    return games_from_text(text, name, rules)


def _one_line(remark: str) -> str:
    return " ".join(remark.split())


def _games_behind(head: str, games: list[GameRecord], rules: Rules | None) -> list[GameRecord]:
    """The games of an SGF with what stands before it: games in lines, or a few words of a mail."""
    before: list[GameRecord] = []
    unread = []
    for line in filter(str.strip, head.splitlines()):
        try:
            before += games_from_text(line, "", rules)
        except RecordError:
            unread.append(line.strip())
    if unread:
        remark = f"what stands before the SGF is left out: {' '.join(unread)[:60]!r}"
        games[0] = replace(games[0], remarks=(remark, *games[0].remarks))
    return before + games


def _looks_like_rec(text: str) -> bool:
    """Return whether there are two names, and then moves with their times."""
    lines = text.splitlines()[:4]
    triple = re.compile(r"\s*[0-9]+\s*,\s*[0-9]+\s*,\s*-?[0-9]+\s*$")
    names = [line for line in lines[:2] if not re.match(r"\s*(\w*board|start|begin)\b", line, re.I)]
    return (
        len(names) == 2
        and len(lines) > 2
        and bool(triple.match(lines[2]))
        and not any(triple.match(line) for line in names)
    )
