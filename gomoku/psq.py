"""Games as .psq, the format of Piskvork, the program Gomocup is played with.

The first line gives the board; a move is `column,row,milliseconds`, counted from 1 and from the
top left; the players' names and the rule follow.
"""

import re

from gomoku.board import Board, IllegalMoveError
from gomoku.record import GameRecord
from gomoku.rules import BLACK, FREESTYLE, STANDARD, Rules, RulesError
from gomoku.sgf import RecordError

_HEADER = re.compile(r"\s*Piskvorky\s+(\d+)x(\d+)\s*,")
_MOVE = re.compile(r"\s*(\d+)\s*,\s*(\d+)\s*(?:,\s*-?\d+\s*)?$")


def game_to_psq(record: GameRecord) -> str:
    """A game from the empty board; the format knows no other, and no length of a row but five."""
    size = record.rules.size
    lines = [f"Piskvorky {size}x{size}, 11:11, 0"]
    for move in record.moves:
        row, column = divmod(move, size)
        lines.append(f"{column + 1},{row + 1},0")
    winner = 0
    if record.outcome is not None and record.outcome.winner is not None:
        winner = 1 if record.outcome.winner is BLACK else 2
    rule = record.rules.variant_name.capitalize()
    lines += [record.black or "Black", record.white or "White", "-1", f"{winner},{rule}"]
    return "\n".join(lines) + "\n"


def game_from_psq(text: str) -> GameRecord:
    """
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
    points: list[tuple[int, int]] = []
    rest = lines[1:]
    while rest and (move := _MOVE.match(rest[0])):
        points.append((int(move[1]), int(move[2])))
        rest = rest[1:]
    variant = STANDARD if any("standard" in line.lower() for line in rest[2:]) else FREESTYLE
    names = [line.strip() for line in rest[:2]]
    for column, row in points:
        if not (1 <= column <= width and 1 <= row <= width):
            raise RecordError(f"the move {column},{row} is outside of {width}x{width}")
    moves = tuple((row - 1) * width + column - 1 for column, row in points)
    try:
        rules = Rules(width, min(5, width), variant).validated()
        board = Board.from_moves(rules, moves)
    except (RulesError, IllegalMoveError) as error:
        raise RecordError(f"this .psq cannot be played: {error}") from error
    names += [""] * (2 - len(names))
    return GameRecord(rules, moves, board.outcome, black=names[0], white=names[1])
