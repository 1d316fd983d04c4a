"""Games of Piskvork, the program Gomocup is played with: .psq, and .rec, its second format.

The first line of a .psq gives the board and, by its last number, 0 or 1, whether the first or the
second of the players named has the first move and so is Black. A move is
`column,row,milliseconds`, counted from 1 and from the top left. After the moves come the players'
programs and a number for how the game ended, in matches only, and the result with the rule where
Gomocup's judge wrote it. Piskvork calls people homo-1 and homo-2. We name Black first, whichever
player that was when the opening began. The opening, where a rule led it, is a line of our own at
the end, which other programs do not look at: `swap2: h8 i9 c3 black`. So is a result that the
number does not say, `result: W+T`, and in a .rec the rules, `rules: 15x15 renju`.

A .rec begins with the players and counts from 0; it does not say how large its board is, which
Piskvork takes to be 20x20 at least.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from gomoku.board import Outcome, Termination
from gomoku.formats.replay import check_size, left_out, replay, rule_words, with_result
from gomoku.formats.words import result_to_text, rules_from_words
from gomoku.opening_rules import OPENING_RULE_NAMES, OpeningPhase, OpeningRule
from gomoku.record import GameRecord, Node, Property, RecordError
from gomoku.rules import BLACK, FREESTYLE, MAX_SIZE, WHITE, Rules, RulesError

WIN_LENGTH = 5
"""Stones in a row that win; the formats know no other number."""

REC_SIZE = 20

TIME_PROPERTY = "MS"
"""Milliseconds that a move took, at its node."""

_LINES_PROPERTY = "PSQ"
"""Lines at the end that we do not understand."""

_HEADER = re.compile(
    r"\s*Piskvorky\s+([0-9]{1,9})\s*x\s*([0-9]{1,9})\s*(?:,(?:.*,\s*(1)\s*$)?|$)", re.IGNORECASE
)
_MOVE = re.compile(r"\s*(-?[0-9]+)\s*,\s*(-?[0-9]+)\s*(?:,\s*(-?[0-9]+)\s*)?$")
_CODE = re.compile(r"-?[0-9]{1,4}")
_END = re.compile(r"(-?[0-9]{1,4})\s*,\s*([^\W\d].*)")
_OWN = re.compile(rf"({'|'.join((*OPENING_RULE_NAMES, 'result', 'rules'))}):(.*)")
_RULES = re.compile(r"([0-9]{1,2})x[0-9]{1,2} (.*)")
_PERSON = re.compile(r"homo-[0-9]", re.IGNORECASE)


class _Tail(NamedTuple):
    """The lines behind the moves.

    code: the number before the rule, 0 draw, 1 or 2 a winner; "" if there is none.
    own: lines of ours, by their first word.
    """

    names: tuple[str, str]
    code: str
    rules: str
    own: dict[str, str]
    others: tuple[str, ...]


def game_from_psq(text: str) -> GameRecord:
    """The game of a .psq.

    Where the rule is missing, or none that we know, it is read as freestyle. Who has won without a
    row is taken to have been resigned to.

    Raises:
        RecordError: if this is not a .psq, its board cannot be played, or no move can be read.
    """
    lines = text.splitlines()
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    header = _HEADER.match(lines[first]) if lines else None
    if header is None:
        raise RecordError("this is not a .psq: it does not begin with 'Piskvorky 15x15, ...'")
    width, height = int(header[1]), int(header[2])
    if width != height:
        raise RecordError(f"a board of {width}x{height}: only square boards can be played")
    try:
        size = check_size(width)
    except ValueError as error:
        raise RecordError(str(error)) from error
    moves, end = _moves(lines, first + 1)
    tail = _tail(lines[end:], has_names=True)
    if header[3]:
        tail = tail._replace(names=tail.names[::-1])
    return _record(size, moves, 1, tail, [])


def game_from_rec(text: str) -> GameRecord:
    """The game of a .rec.

    Raises:
        RecordError: if this is not a .rec, or no move can be read.
    """
    lines = text.splitlines()
    moves, end = _moves(lines, 2)
    if not moves or any(_MOVE.match(line) for line in lines[:2]):
        raise RecordError("this is not a .rec: two players, and moves such as 7,7,0")
    tail = _tail(lines[end:], has_names=False)
    tail = tail._replace(names=(_person(lines[0]), _person(lines[1])))
    said = _RULES.fullmatch(tail.own.get("rules", "").strip())
    remarks = []
    if said is not None:
        size, tail = int(said[1]), tail._replace(rules=said[2])
    else:
        farthest = max(max(_small(move[1]), _small(move[2])) for move in moves)
        size = farthest + 1 if REC_SIZE <= farthest < MAX_SIZE else REC_SIZE
        remarks.append(f"a .rec does not give the size of its board: read as {size}")
    try:
        check_size(size)
    except ValueError as error:
        raise RecordError(str(error)) from error
    return _record(size, moves, 0, tail, remarks)


def game_to_psq(record: GameRecord) -> str:
    """A game from the empty board; `game_from_psq` reads it back, but for comments and variations.

    Raises:
        RecordError: if it began with stones that were set up, or the format does not
            know the rules.
    """
    _check(record, "psq")
    size = record.rules.size
    rule = rule_words(record, record.rules.variant_name.capitalize())
    if not _END.fullmatch(f"0,{rule}"):
        rule = record.rules.variant_name.capitalize()
    code = "0"
    if record.outcome is not None:
        code = {None: "0", BLACK: "1", WHITE: "2"}[record.outcome.winner]
    lines = [f"Piskvorky {size}x{size}, 11:11, 0", *_move_lines(record, 1), *_names(record)]
    lines += ["-1", f"{code},{rule}", *_own_lines(record, code)]
    for name, values in record.properties:
        if name == _LINES_PROPERTY:
            lines += [" ".join(value.split()) for value in values]
    return "\n".join(lines) + "\n"


def game_to_rec(record: GameRecord) -> str:
    """A game from the empty board; `game_from_rec` reads it back, but for comments and variations.

    Raises:
        RecordError: if it has no moves, began with stones that were set up, or the format
            does not know the rules.
    """
    _check(record, "rec")
    if not record.moves:
        raise RecordError("a .rec cannot hold a game without moves: save it as SGF")
    size = record.rules.size
    rules = f"rules: {size}x{size} {record.rules.variant_name}"
    lines = [*_names(record), *_move_lines(record, 0), "0", rules, *_own_lines(record, "")]
    return "\n".join(lines) + "\n"


# Writing


def _check(record: GameRecord, kind: str) -> None:
    """
    Raises:
        RecordError: if the format cannot hold the game.
    """
    if record.start:
        raise RecordError(f"a .{kind} cannot hold a position that was set up: save it as SGF")
    if record.rules.win_length != WIN_LENGTH:
        # It would be read back as another game.
        raise RecordError(f"a .{kind} cannot hold {record.rules.describe()}: save it as SGF")


def _move_lines(record: GameRecord, origin: int) -> list[str]:
    times = dict.fromkeys(range(len(record.moves)), "0")
    for ply, index in enumerate(record.main_line()):
        properties = dict(record.nodes[index].properties)
        time = properties.get(TIME_PROPERTY, ("0",))[0]
        if _MOVE.match(f"0,0,{time}"):
            times[ply] = time
    lines = []
    for ply, move in enumerate(record.moves):
        row, column = divmod(move, record.rules.size)
        lines.append(f"{column + origin},{row + origin},{times[ply]}")
    return lines


def _names(record: GameRecord) -> list[str]:
    """The names, each on a line of its own and not to be taken for a move."""
    lines = []
    for number, name in enumerate((record.black, record.white), start=1):
        line = " ".join(name.split())
        lines.append((line.replace(",", " ") if _MOVE.match(line) else line) or f"homo-{number}")
    return lines


def _own_lines(record: GameRecord, code: str) -> list[str]:
    lines = []
    phase = record.opening_phase
    if phase is not None:
        lines.append(f"{phase.rule.value}: {phase.to_text()}")
    on_board = replay(record.rules, record.moves).outcome
    plain = replace(record, outcome=None, written_result="")
    if _with_code(plain, code, on_board).outcome != record.outcome or record.written_result:
        result = record.written_result or result_to_text(record.outcome) or "?"
        lines.append(f"result: {' '.join(result.split())}")
    return lines


# Reading


def _moves(lines: Sequence[str], first: int) -> tuple[list[re.Match[str]], int]:
    """The moves from a line on, and the line behind them."""
    moves: list[re.Match[str]] = []
    for index in range(first, len(lines)):
        move = _MOVE.match(lines[index])
        if move is None:
            return moves, index
        moves.append(move)
    return moves, max(first, len(lines))


def _tail(lines: Sequence[str], *, has_names: bool) -> _Tail:
    rest = [line.strip() for line in lines]
    while rest and not rest[-1]:
        rest.pop()
    names = ("", "")
    third = rest[2] if len(rest) > 2 else ""
    if has_names and rest and not (_CODE.fullmatch(rest[0]) and not _CODE.fullmatch(third)):
        first, second = [*rest[:2], ""][:2]
        names = (_person(first), _person(second))
        rest = rest[2:]
    if rest and _CODE.fullmatch(rest[0]):
        rest = rest[1:]
    code = rules = ""
    own: dict[str, str] = {}
    others = []
    for line in rest:
        end, ours = _END.fullmatch(line), _OWN.fullmatch(line)
        if end is not None and not rules:
            code, rules = end[1], end[2]
        elif ours is not None and ours[1] not in own:
            own[ours[1]] = ours[2].strip()
        elif line:
            others.append(line)
    return _Tail(names, code, rules, own, tuple(others))


def _person(line: str) -> str:
    return "" if _PERSON.fullmatch(line.strip()) else line.strip()


def _small(digits: str) -> int:
    """A number, or -1 for one of more digits than any board has."""
    return int(digits) if len(digits) <= 4 else -1


def _record(
    size: int, found: Sequence[re.Match[str]], origin: int, tail: _Tail, remarks: list[str]
) -> GameRecord:
    """
    Raises:
        RecordError: if no move of them can be read, or the rules cannot be played.
    """
    named = rules_from_words(tail.rules)
    if named.remark:
        remarks.append(named.remark)
    is_guessed = bool(tail.rules) and named.variant is None
    if is_guessed:
        remarks.append(f"the rules {tail.rules[:40]!r} are not known: read as freestyle")
    variant = FREESTYLE if named.variant is None else named.variant
    try:
        rules = Rules(size, min(WIN_LENGTH, size), variant).validated()
    except RulesError as error:
        raise RecordError(f"the rules {tail.rules[:40]!r} cannot be played: {error}") from error
    points = []
    outside = ""
    for number, move in enumerate(found, start=1):
        column, row = _small(move[1]) - origin, _small(move[2]) - origin
        if not (0 <= column < size and 0 <= row < size):
            shown = f"{move[1][:8]},{move[2][:8]}"
            outside = f"move {number} is {shown}, which is outside of {size}x{size}"
            break
        points.append(row * size + column)
    played = replay(rules, points)
    if played.remark:
        remarks.append(played.remark)
    elif outside:
        if not points:
            raise RecordError(f"no move can be read: {outside}")
        number = len(points) + 1
        remarks.append(f"{outside}: {left_out(number, len(found) - number)}")
    canonical = rules.variant_name
    others: tuple[Property, ...] = ((_LINES_PROPERTY, tail.others),) if tail.others else ()
    record = GameRecord(
        rules,
        played.moves,
        black=tail.names[0],
        white=tail.names[1],
        nodes=_timed(played.moves, [move[3] or "0" for move in found[: len(played.moves)]]),
        properties=others,
        written_rules="" if tail.rules.lower() == canonical else tail.rules,
        rules_are_guessed=is_guessed,
        remarks=tuple(remarks),
    )
    record = _with_code(_with_opening(record, tail.own), tail.code, played.outcome)
    if "result" in tail.own:
        record = with_result(record, tail.own["result"], played.outcome)
    return record


def _timed(moves: Sequence[int], times: Sequence[str]) -> tuple[Node, ...]:
    """The moves with the time each took; nothing where none is known."""
    if not any(time.strip("-0") for time in times):
        return ()
    return tuple(
        Node(
            ply - 1,
            BLACK if ply % 2 == 0 else WHITE,
            move,
            properties=((TIME_PROPERTY, (time[:12],)),) if time.strip("-0") else (),
        )
        for ply, (move, time) in enumerate(zip(moves, times, strict=True))
    )


def _with_code(record: GameRecord, code: str, on_board: Outcome | None) -> GameRecord:
    """The record with the outcome that the number before the rule stands for."""
    outcome = on_board
    winner = {"1": BLACK, "2": WHITE}.get(code)
    if winner is not None and (on_board is None or on_board.winner is not winner):
        outcome = Outcome(winner, Termination.RESIGNED)
        if on_board is not None:
            remark = f"the result is {code}, but on the board the game ended otherwise"
            record = replace(record, remarks=(*record.remarks, remark))
    return replace(record, outcome=outcome)


def _with_opening(record: GameRecord, own: dict[str, str]) -> GameRecord:
    """The record with its opening, if the file names one that was played."""
    for name in OPENING_RULE_NAMES:
        if name not in own:
            continue
        try:
            phase = OpeningPhase.from_text(own[name], OpeningRule(name), record.rules)
        except ValueError as error:
            remark = f"the opening {own[name][:40]!r} cannot be played: {error}"
        else:
            if record.moves[: len(phase.moves)] == phase.moves:
                return replace(record, opening_phase=phase, opening_plies=len(phase.moves))
            remark = f"the game does not begin with its opening {own[name][:40]!r}"
        record = replace(record, remarks=(*record.remarks, remark))
    return record
