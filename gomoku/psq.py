"""Games as .psq, the format of Piskvork, the program Gomocup is played with.

The first line gives the board and, by its last number, 0 or 1, whether the first or the second of
the players named has the first move and so is Black. A move is `column,row,milliseconds`, counted
from 1 and from the top left; the players' names, and the result with the rule follow. We name Black
first, whichever player that was when the opening began. The opening, where a rule led it, is a line
of our own at the end, which other programs do not look at: `swap2: h8 i9 c3 black`.
"""

import re
from typing import NamedTuple

from gomoku.board import Board, IllegalMoveError, Outcome, Termination
from gomoku.opening_rules import OPENING_RULE_NAMES, OpeningPhase, OpeningRule
from gomoku.record import GameRecord
from gomoku.rules import BLACK, FREESTYLE, VARIANT_NAMES, WHITE, Color, Rules, RulesError
from gomoku.sgf import RecordError, SavedGame

WIN_LENGTH = 5
"""Stones in a row that win; the format knows no other number."""

_HEADER = re.compile(r"\s*Piskvorky\s+([0-9]{1,4})x([0-9]{1,4})\s*,(?:.*,\s*(1)\s*$)?")
_MOVE = re.compile(r"\s*([0-9]+)\s*,\s*([0-9]+)\s*(?:,\s*-?[0-9]+\s*)?$")
_END = re.compile(r"\s*(-?[0-9]{1,4})\s*,\s*(([^\W\d]\w*).*)")
_OPENING = re.compile(rf"\s*({'|'.join(OPENING_RULE_NAMES)}):(.*)")


class _End(NamedTuple):
    """What a game ended with and was played by.

    unknown_rules: as in `SavedGame`.
    """

    winner: Color | None = None
    variant: int = FREESTYLE
    unknown_rules: str = ""


def game_to_psq(game: SavedGame) -> str:
    """A game from the empty board; `game_from_psq` reads it back, but for how it was lost.

    Raises:
        RecordError: if it began with stones that were set up, or the rules are none the format
            knows.
    """
    record = game.record
    if game.start:
        raise RecordError("a .psq cannot hold a position that was set up: save it as SGF")
    if record.rules.win_length != WIN_LENGTH:
        # It would be read back as another game.
        raise RecordError(f"a .psq cannot hold {record.rules.describe()}: save it as SGF")
    size = record.rules.size
    lines = [f"Piskvorky {size}x{size}, 11:11, 0"]
    for move in record.moves:
        row, column = divmod(move, size)
        lines.append(f"{column + 1},{row + 1},0")
    winner = 0
    if record.outcome is not None and record.outcome.winner is not None:
        winner = 1 if record.outcome.winner is BLACK else 2
    rule = game.unknown_rules or record.rules.variant_name.capitalize()
    names = [_name(record.black, "Black"), _name(record.white, "White")]
    lines += [*names, "-1", f"{winner},{rule}"]
    if record.opening_phase is not None:
        lines.append(f"{record.opening_phase.rule.value}: {record.opening_phase.to_text()}")
    return "\n".join(lines) + "\n"


def game_from_psq(text: str) -> SavedGame:
    """
    Where the rule is missing, or none that we know, it is read as freestyle; the latter is told in
    `SavedGame.unknown_rules`. Who has won without a row is taken to have been resigned to.

    Raises:
        RecordError: if it is no .psq, or cannot have been played.
    """
    lines = text.splitlines()
    header = _HEADER.match(lines[0]) if lines else None
    if header is None:
        raise RecordError("this is no .psq: it does not begin with 'Piskvorky 15x15, ...'")
    width, height = int(header[1]), int(header[2])
    if width != height:
        raise RecordError(f"a board of {width}x{height}: only square boards can be played")
    moves: list[int] = []
    rest = lines[1:]
    while rest and (move := _MOVE.match(rest[0])):
        moves.append(_move(move[1], move[2], width))
        rest = rest[1:]
    names = [line.strip() for line in rest[:2]]
    names += [""] * (2 - len(names))
    if header[3]:
        names.reverse()
    end = _end(rest[2:])
    try:
        rules = Rules(width, min(WIN_LENGTH, width), end.variant).validated()
        board = Board.from_moves(rules, moves)
        phase = _opening_phase(rest[2:], rules)
    except (RulesError, IllegalMoveError) as error:
        raise RecordError(f"this .psq cannot be played: {error}") from error
    if phase is not None and board.moves[: len(phase.moves)] != phase.moves:
        raise RecordError(f"the game does not begin with its opening {phase.to_text()!r}")
    outcome = board.outcome
    if outcome is None and end.winner is not None:
        outcome = Outcome(end.winner, Termination.RESIGNED)
    record = GameRecord(
        rules,
        board.moves,
        outcome,
        black=names[0],
        white=names[1],
        opening_plies=0 if phase is None else len(phase.moves),
        opening_phase=phase,
    )
    return SavedGame(record, unknown_rules=end.unknown_rules)


def _name(name: str, default: str) -> str:
    """A name on a line of its own, and not to be taken for a move."""
    line = " ".join(name.split())
    return (line.replace(",", " ") if _MOVE.match(line) else line) or default


def _move(column: str, row: str, width: int) -> int:
    # Thousands of digits are no number that Python would read, so they are counted before.
    if max(len(column), len(row)) <= 4 and 1 <= int(column) <= width and 1 <= int(row) <= width:
        return (int(row) - 1) * width + int(column) - 1
    raise RecordError(f"the move {column[:8]},{row[:8]} is outside of {width}x{width}")


def _end(lines: list[str]) -> _End:
    """What the first of some lines says that names rules we know, or else any rules."""
    unknown = None
    for line in lines:
        match = _END.match(line)
        if match is None:
            continue
        winner = {"1": BLACK, "2": WHITE}.get(match[1])
        if match[3].lower() in VARIANT_NAMES:
            return _End(winner, VARIANT_NAMES.index(match[3].lower()))
        unknown = unknown or _End(winner, FREESTYLE, match[2].rstrip())
    return unknown or _End()


def _opening_phase(lines: list[str], rules: Rules) -> OpeningPhase | None:
    """
    Raises:
        RecordError: if there is an opening that cannot have been played.
    """
    for line in lines:
        opening = _OPENING.match(line)
        if opening is not None:
            try:
                return OpeningPhase.from_text(opening[2], OpeningRule(opening[1]), rules)
            except ValueError as error:
                raise RecordError(f"the opening of this .psq cannot be played: {error}") from error
    return None
