"""Describes a record of a game, and converts between formats.

    gomoku-zero record game.psq
    gomoku-zero record games.sgf --json
    gomoku-zero record database.rif --game 12 -o game.sgf game.lib
    echo h8i9i7 | gomoku-zero record -

Reads SGF, Piskvork's .psq and .rec, RenLib's .lib, RIF's database, Gomocup's openings, dialogues
with engines, drawings, and moves as people paste them; writes .sgf, .psq, .rec, .lib, .rif and
.txt. docs/records.md says what is read how.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from gomoku.formats import MAX_RECORD, WRITTEN_KINDS, read_games, what_is_lost, write_games
from gomoku.notation import moves_to_text
from gomoku.record import GameRecord, RecordError
from gomoku.storage import write_whole
from gomoku_zero.commands import fail, program


@dataclass(frozen=True)
class Options:
    """Which record, and what to do with it."""

    file: Annotated[str, tyro.conf.Positional]
    """The file; - for text on standard input."""

    game: int | None = None
    """Only this game of a file that holds several; the first is 1."""

    json: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Print a list of games with size, rules, moves, result, black, white, comments, variations
    and remarks."""

    out: Annotated[tuple[Path, ...], tyro.conf.arg(aliases=["-o"])] = ()
    """Write to these files, in the formats that their names end with."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code, 2 where nothing can be read or written."""
    options = tyro.cli(Options, args=arguments, prog=program("record"), description=__doc__)
    try:
        games = read_games(_content(options.file), _name(options.file))
        numbers = _chosen(games, options.game)
        written = [(file, _file_content(file, games, numbers)) for file in options.out]
        for file, data in written:
            write_whole(file, data)
    except RecordError as error:
        return fail("record", _one_line(error))
    except (OSError, ValueError) as error:  # a name with a zero in it is a ValueError
        reason = getattr(error, "strerror", None) or error
        named = getattr(error, "filename", None) or options.file
        return fail("record", f"{_one_line(named)}: {_one_line(reason)}")
    for file in options.out:
        kind = file.suffix[1:].lower()
        for number in numbers:
            lost = what_is_lost(games[number - 1], kind)
            if lost:
                sys.stderr.write(f"{file}: game {number} is without {', '.join(lost)}\n")
    if options.json:
        _print(json.dumps([_plain(games[number - 1]) for number in numbers], ensure_ascii=False))
    elif options.out:
        _print(f"Wrote {', '.join(map(str, options.out))}.")
    else:
        _print("\n".join(_described(games[number - 1], number) for number in numbers))
        if len(numbers) == 1:
            _print(games[numbers[0] - 1].board().to_text())
    return 0


def _content(file: str) -> bytes:
    """
    Raises:
        OSError: if the file cannot be read.
    """
    if file == "-":
        return sys.stdin.buffer.read(MAX_RECORD + 1)
    with Path(file).open("rb") as stream:
        return stream.read(MAX_RECORD + 1)


def _name(file: str) -> str:
    return "" if file == "-" else Path(file).name


def _chosen(games: Sequence[GameRecord], number: int | None) -> list[int]:
    """
    Raises:
        RecordError: if there is no such game.
    """
    if number is None:
        return list(range(1, len(games) + 1))
    if not 1 <= number <= len(games):
        there = "there is one game" if len(games) == 1 else f"there are games 1 to {len(games)}"
        raise RecordError(f"--game {number}: {there}")
    return [number]


def _file_content(file: Path, games: Sequence[GameRecord], numbers: Sequence[int]) -> bytes:
    """
    Raises:
        RecordError: if the format is unknown, or cannot hold the games.
    """
    kind = file.suffix[1:].lower()
    if kind not in WRITTEN_KINDS:
        endings = ", ".join(f".{each}" for each in WRITTEN_KINDS)
        raise RecordError(f"{file}: the name ends with none of {endings}")
    try:
        return write_games([games[number - 1] for number in numbers], kind)
    except RecordError as error:
        raise RecordError(f"{file}: {error}") from error


def _plain(game: GameRecord) -> dict[str, Any]:
    return {
        "size": game.rules.size,
        "rules": game.rules.variant_name,
        "moves": moves_to_text(game.moves, game.rules.size),
        "result": game.result,
        "black": game.black,
        "white": game.white,
        "comments": game.comments,
        "variations": game.variations,
        "remarks": list(game.remarks),
    }


def _described(game: GameRecord, number: int) -> str:
    """A game in a few lines."""
    names = f"{game.black or '?'} - {game.white or '?'}"
    result = {"B": "Black wins", "W": "White wins", "draw": "drawn", "": "no result"}[game.result]
    facts = [game.rules.describe(), f"{len(game.moves)} moves", result]
    for count, one in ((game.comments, "comment"), (game.variations, "variation")):
        if count:
            facts.append(f"{count} {one}{'s' if count > 1 else ''}")
    lines = [f"{number}. {_one_line(names)}: {', '.join(facts)}"]
    if game.moves:
        lines.append(f"   {moves_to_text(game.moves, game.rules.size)}")
    return "\n".join([*lines, *(f"   ({_one_line(remark)})" for remark in game.remarks)])


def _one_line(text: object) -> str:
    """A text without line ends and control characters, which terminals would obey."""
    joined = " ".join(str(text).split())
    return "".join(letter if letter.isprintable() else "?" for letter in joined)


def _print(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
