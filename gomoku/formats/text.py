"""Games and positions as people and programs paste them.

- moves: `h8i9i7`, `h8 i9 i7`, `h8,i9,i7`, `1.h8 2.i9`, `1. h8 i9 2. i7`; one game a line where the
  lines are whole openings, as in files of c-gomoku-cli;
- Gomocup's openings, a line each: `0,0, 1,-1`, columns and rows from the center;
- what managers send to engines: `BOARD` with its stones, or a whole dialogue;
- a drawing of the board with x, o and dots, or with other signs for them.

Where a text does not say the size of the board, it is 15, or 20 if points lie outside of that, or
what the name of the file says, such as 20x20.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from gomoku.board import Board, PositionError
from gomoku.formats.replay import check_size, drawing, replay, usual_color
from gomoku.formats.words import rules_from_words
from gomoku.notation import COLUMNS, NotationError, moves_to_text, numbered_moves_from_text
from gomoku.record import GameRecord, RecordError
from gomoku.rules import (
    BLACK,
    FREESTYLE,
    MAX_SIZE,
    MIN_SIZE,
    RENJU,
    RENJU_WIN_LENGTH,
    WHITE,
    Color,
    Rules,
)

_SEPARATORS = "[\\s,;|/>()\\[\\]\"'\u3001\u3002\u2192\u2013\u2014.-]*"
_MOVE = re.compile(
    rf"{_SEPARATORS}(?:([0-9]{{1,3}})\s*(?:\.+|:|\)|-)?\s*)?([A-Va-v])\s?([0-9]{{1,2}})(?![0-9])"
)
_END = re.compile(rf"{_SEPARATORS}$")
_PAIR = r"\s*-?[0-9]{1,2}\s*,\s*-?[0-9]{1,2}\s*"
_OFFSETS = re.compile(rf"{_PAIR}(?:,{_PAIR})*,?\s*")
_STONE = re.compile(r"\s*([0-9]{1,2})\s*,\s*([0-9]{1,2})\s*(?:,\s*([1-3])\s*)?")
_COMMAND = re.compile(
    r"\s*(yxboard|board|swap2board|start|rectstart|restart|begin|turn|play|takeback|done|end|info)\b(.*)",
    re.IGNORECASE,
)
_SIZE_IN_NAME = re.compile(r"(?<![0-9])([0-9]{1,2})x([0-9]{1,2})(?![0-9])")

_STONES = {
    **dict.fromkeys("xX●⚫#@", "x"),
    **dict.fromkeys("oO○⚪", "o"),
    **dict.fromkeys(".+·・*_-┼├┤┬┴┌┐└┘╋", "."),
}

_DIGITS = {"0": ".", "1": "x", "2": "o"}
"""Stones as programs print their arrays."""

_LINK = re.compile(r"\s*https?://\S*[#/=?]((?:[a-v][0-9]{1,2})+)/?\s*", re.IGNORECASE)
"""A link to an analysis, which ends with the moves."""

_MAX_GAMES = 1_000_000


def games_from_text(text: str, name: str = "", rules: Rules | None = None) -> list[GameRecord]:
    """The games, or the position, in a text.

    name: of the file, which may tell size and rules.
    rules: what the games are taken to be played by, as far as they fit.

    Raises:
        RecordError: if it has none of the forms above.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    link = _LINK.fullmatch(text) if len(text) < 2_000 else None
    text = text if link is None else link[1]
    lines = [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise RecordError("there is nothing in it")
    rules = rules or _rules_of(name)
    if any(_is_command(line) for line in lines) or all(_STONE.fullmatch(line) for line in lines):
        return [_game_from_dialogue(lines, rules)]
    if all(_OFFSETS.fullmatch(line) for line in lines):
        return _games_from_offsets(lines, rules)
    moves = _lines_of_moves(lines)
    if moves:
        return _games_from_points(moves, rules)
    drawn = _game_from_drawing(text, rules)
    if drawn is not None:
        return [drawn]
    raise RecordError(f"no game and no position: {_what_is_wrong(text)}")


def game_to_text(record: GameRecord) -> str:
    """The moves in a line, which says neither size nor rules.

    Raises:
        RecordError: if the game began with stones that were set up.
    """
    if record.start:
        raise RecordError("moves in a line cannot hold a position that was set up: save it as SGF")
    return f"{moves_to_text(record.moves, record.rules.size)}\n"


def _rules_of(name: str) -> Rules:
    """The rules that the name of a file tells, such as freestyle_20x20.txt."""
    named = _SIZE_IN_NAME.search(name)
    size = 15
    if named is not None and named[1] == named[2] and MIN_SIZE <= int(named[1]) <= MAX_SIZE:
        size = int(named[1])
    variant = rules_from_words(re.sub(r"[_0-9.-]+", " ", name)).variant
    if variant is None or (variant == RENJU and size < RENJU_WIN_LENGTH):
        variant = FREESTYLE
    return Rules(size, min(5, size), variant)


def _resized(rules: Rules, farthest: int, remarks: list[str]) -> Rules:
    """The rules on a board that has the farthest column or row, counted from 0.

    Raises:
        RecordError: if there is no such board.
    """
    if farthest < rules.size:
        return rules
    size = next((size for size in (15, 20, MAX_SIZE) if farthest < size), 0)
    if not size:
        raise RecordError(f"a point in column or row {farthest + 1}: boards go to {MAX_SIZE}")
    remarks.append(f"points lie outside of {rules.size}x{rules.size}: the board is read as {size}")
    return rules._replace(size=size)


def _record(rules: Rules, moves: Sequence[int], remarks: list[str]) -> GameRecord:
    played = replay(rules, moves)
    if played.remark:
        remarks.append(played.remark)
    return GameRecord(rules, played.moves, played.outcome, remarks=tuple(remarks))


# Moves in words


def _points(line: str) -> list[tuple[int, int, int]]:
    """Number, column and row of each move in a line; nothing if it holds anything else.

    The number is 0 where there is none; columns count from 0, rows from 1 at the bottom.
    """
    found = []
    at = 0
    while move := _MOVE.match(line, at):
        column = COLUMNS.index(move[2].lower())
        found.append((int(move[1] or 0), column, int(move[3])))
        at = move.end()
    return found if _END.match(line, at) else []


def _lines_of_moves(lines: Sequence[str]) -> list[list[tuple[int, int, int]]]:
    """The moves of each game; nothing if a line holds anything else."""
    found = []
    for line in lines:
        points = _points(line)
        if not points:
            return []
        found.append(points)
    joined = [point for points in found for point in points]
    starts_anew = sum(points[0][0] == 1 for points in found)
    if joined[0][0]:
        is_one = starts_anew == 1
    else:
        distinct = len({point[1:] for point in joined}) == len(joined)
        is_one = distinct and any(len(points) < 3 for points in found)
    return [joined] if is_one or len(found) == 1 else found[:_MAX_GAMES]


def _games_from_points(
    games: Sequence[Sequence[tuple[int, int, int]]], rules: Rules
) -> list[GameRecord]:
    """
    Raises:
        RecordError: if a point lies outside of any board.
    """
    remarks: list[str] = []
    rows = [row for points in games for _, _, row in points]
    if 0 in rows:
        raise RecordError("a row 0: rows count from 1 at the bottom")
    columns = [column for points in games for _, column, _ in points]
    rules = _resized(rules, max(*columns, *(row - 1 for row in rows)), remarks)
    records = []
    for points in games:
        own = list(remarks)
        moves = [(rules.size - row) * rules.size + column for _, column, row in points]
        if points[0][0]:
            _check_numbers(points, rules.size, own)
        records.append(_record(rules, moves, own))
    return records


def _check_numbers(points: Sequence[tuple[int, int, int]], size: int, remarks: list[str]) -> None:
    """Tell of numbers that do not go up by one, nor by one a pair of moves."""
    written = " ".join(
        f"{number}. {COLUMNS[column]}{row}" if number else f"{COLUMNS[column]}{row}"
        for number, column, row in points
    )
    try:
        numbered_moves_from_text(written, size)
    except NotationError as error:
        pairs = [index // 2 + 1 for index in range(len(points))]
        if all(number in (0, pair) for (number, _, _), pair in zip(points, pairs, strict=True)):
            return
        remarks.append(f"the numbers of the moves are odd, and not looked at: {error}")


# Gomocup's openings


def _games_from_offsets(lines: Sequence[str], rules: Rules) -> list[GameRecord]:
    """
    Raises:
        RecordError: if a point lies outside of any board.
    """
    openings = []
    for line in lines[:_MAX_GAMES]:
        read = [int(number) for number in line.strip().strip(",").split(",")]
        openings.append(list(zip(read[::2], read[1::2], strict=True)))
    numbers = [number for opening in openings for point in opening for number in point]
    remarks = ["read as points counted from the center, as in Gomocup's openings"]
    center = rules.size // 2
    if not all(0 <= number + center < rules.size for number in numbers):
        reach = max(map(abs, numbers))
        rules = _resized(rules, 15 if reach < 10 else 2 * reach, remarks)
        center = rules.size // 2
    games = []
    for number, opening in enumerate(openings, start=1):
        points = [
            (row + center) * rules.size + column + center
            for column, row in opening
            if 0 <= column + center < rules.size and 0 <= row + center < rules.size
        ]
        if len(points) < len(opening):
            raise RecordError(f"opening {number} leaves a board of {rules.size}x{rules.size}")
        games.append(_record(rules, points, list(remarks)))
    return games


# What managers send


def _is_command(line: str) -> bool:
    found = _COMMAND.fullmatch(line)
    if found is None:
        return False
    word, rest = found[1].lower(), found[2].strip()
    if word in ("turn", "play", "takeback"):
        return _STONE.fullmatch(rest) is not None
    if word in ("start", "rectstart"):
        return re.match(r"[0-9]", rest) is not None
    return word == "info" or not rest


def _game_from_dialogue(lines: Sequence[str], rules: Rules) -> GameRecord:
    """The position after what a manager sent and an engine answered.

    Raises:
        RecordError: if there is no stone in it, or no such board.
    """
    remarks: list[str] = []
    stones: list[tuple[int, int, int]] = []  # column, row, and 1 or 2 for whose, 0 unsaid
    unread = 0
    for line in lines:
        found = _COMMAND.fullmatch(line)
        stone = _STONE.fullmatch(line)
        if stone is not None:
            stones.append((int(stone[1]), int(stone[2]), int(stone[3] or 0)))
            continue
        word, rest = (found[1].lower(), found[2].strip()) if found is not None else ("", "")
        stone = _STONE.fullmatch(rest)
        if word in ("start", "rectstart"):
            rules = _started(rules, rest)
            stones = []
        elif word in ("board", "yxboard", "swap2board", "restart", "begin"):
            stones = []
        elif word == "turn" and stone is not None:
            stones.append((int(stone[1]), int(stone[2]), 0))
        elif word == "takeback" and stones:
            stones.pop()
        elif word == "info":
            said = re.fullmatch(r"rule\s+([0-9]{1,2})", rest, re.IGNORECASE)
            named = rules_from_words(said[1]) if said is not None else None
            if named is not None and named.variant is not None:
                rules = rules._replace(variant=named.variant)
        elif found is None and not re.match(r"\s*(ok|message|debug|error|unknown)\b", line, re.I):
            unread += 1
    if unread:
        remarks.append(f"{unread} lines do not belong to the protocol, and are left out")
    blocked = sum(owner == 3 for _, _, owner in stones)
    if blocked:
        remarks.append(f"{blocked} points are marked as blocked, and left out")
        stones = [stone for stone in stones if stone[2] != 3]
    if not stones:
        raise RecordError("there is no stone in this dialogue with an engine")
    farthest = max(max(column, row) for column, row, _ in stones)
    rules = _resized(rules, farthest, remarks)
    points = [row * rules.size + column for column, row, _ in stones]
    owners = [owner for _, _, owner in stones]
    if not any(owners) or all(a != b for a, b in pairwise(owners)):
        return _record(rules, points, remarks)
    return _set_up(rules, points, owners, remarks)


def _started(rules: Rules, rest: str) -> Rules:
    """
    Raises:
        RecordError: if there is no such board.
    """
    sizes = [int(number) for number in re.findall(r"[0-9]{1,4}", rest)]
    if len(set(sizes[:2])) != 1:
        raise RecordError(f"a board of {rest[:20]!r}: only square boards can be played")
    try:
        size = check_size(sizes[0])
    except ValueError as error:
        raise RecordError(str(error)) from error
    return rules._replace(size=size, win_length=min(rules.win_length, size))


def _set_up(
    rules: Rules, points: Sequence[int], owners: Sequence[int], remarks: list[str]
) -> GameRecord:
    """A position whose stones came in no order: the engine, whose they are as 1, is to move."""
    own, other = owners.count(1), owners.count(2)
    mine = BLACK if own == other else WHITE
    stones: dict[int, Color] = {}
    for point, owner in zip(points, owners, strict=True):
        if point in stones:
            remarks.append("a point is given twice; the last stone counts")
        stones[point] = mine if owner == 1 else mine.other
    remarks.append("the stones do not come in turn: the game starts with them set up")
    try:
        start = drawing(rules, stones, mine)
    except (PositionError, ValueError) as error:
        raise RecordError(str(error)) from error
    played = replay(rules, (), start)
    return GameRecord(rules, (), played.outcome, start=start, remarks=tuple(remarks))


# Drawings


def _game_from_drawing(text: str, rules: Rules) -> GameRecord | None:
    """The position that is drawn in a text; None if nothing is.

    Raises:
        RecordError: if the drawing cannot be a position.
    """
    rows = list(_rows(text))
    size = len(rows)
    if not MIN_SIZE <= size <= MAX_SIZE or any(len(row) != size for row in rows):
        return None
    if rules.size != size:
        rules = Rules(size, min(rules.win_length, size), rules.variant)
        rules = rules if rules.win_length == 5 else rules._replace(variant=FREESTYLE)
    stones: dict[int, Color] = {}
    for index, letter in enumerate("".join(rows)):
        if letter != ".":
            stones[index] = BLACK if letter == "x" else WHITE
    remarks = []
    to_move: Color | None = None
    side = re.search(r"^\s*([xXoO]) to move\s*$", text, re.MULTILINE)
    if side is not None:
        to_move = BLACK if side[1] in "xX" else WHITE
    elif sum(stones.values()) not in (0, 1):
        to_move = usual_color(stones)
        name = "Black" if to_move is BLACK else "White"
        remarks.append(f"the stones do not say who is to move: read as {name}")
    try:
        start = drawing(rules, stones, to_move)
        with_last = Board.from_text(text, rules) if to_move is None else None
        start = with_last.to_text() if with_last is not None else start
    except (PositionError, ValueError):
        start = drawing(rules, stones, to_move)
    played = replay(rules, (), start)
    return GameRecord(rules, (), played.outcome, start=start, remarks=tuple(remarks))


def _rows(text: str) -> Iterator[str]:
    """The rows of a drawing as x, o and dots, without labels."""
    for line in text.splitlines():
        bare = re.sub(r"^\s*[0-9]{1,2}(?=[\s|])|(?<=[\s|])[0-9]{1,2}\s*$", "", line)
        signs = [sign for sign in bare if not sign.isspace() and sign not in "|[],"]
        stones = _STONES
        if all(sign in _DIGITS for sign in signs):
            stones = _DIGITS
            signs = [sign for sign in line if sign in _DIGITS]
        if len(signs) < MIN_SIZE or not all(sign in stones for sign in signs):
            continue
        if set(signs) == {"-"}:
            continue  # a border
        yield "".join(stones[sign] for sign in signs)


def _what_is_wrong(text: str) -> str:
    """The text where a list of moves ends, for a message."""
    shown = " ".join(text.split())[:40]
    at = number = 0
    while move := _MOVE.match(text, at):
        at, number = move.end(), number + 1
    if number:
        return f"behind move {number} stands {' '.join(text[at:].split())[:20]!r}"
    return repr(shown)
