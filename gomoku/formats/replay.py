"""From what a file says to a record: which of its moves can be played, and how the game ended."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from gomoku.board import Board, Outcome, Termination
from gomoku.formats.words import result_from_words, result_to_text, rules_from_words
from gomoku.notation import move_to_text, moves_to_text
from gomoku.record import GameRecord, Node
from gomoku.rules import BLACK, MAX_SIZE, MIN_SIZE, WHITE, Color, Rules


class Replay(NamedTuple):
    """How far a game can be played.

    moves: those that can be, from the start.
    outcome: of the board after them.
    remark: why others are left out, or "".
    """

    moves: tuple[int, ...]
    outcome: Outcome | None
    remark: str


def replay(rules: Rules, moves: Sequence[int], start: str = "") -> Replay:
    """Play moves until one cannot be played.

    start: as in `GameRecord`.

    Raises:
        PositionError, RulesError: if there is no such start, or there are no such rules.
    """
    board = Board.from_text(start, rules) if start else Board(rules)
    cells = board.cells
    remark = ""
    for number, move in enumerate(moves, start=1):
        outcome = board.outcome
        if outcome is not None and outcome.termination is not Termination.DEAD_DRAW:
            remark = _end_of(board, outcome, number - 1)
        elif cells[move]:
            remark = f"move {number} is {move_to_text(move, rules.size)}, which is occupied"
        if remark:
            remark += f": {left_out(number, len(moves) - number)}"
            break
        board.push(move)
    return Replay(board.moves, board.outcome, remark)


def left_out(number: int, more: int) -> str:
    """
    >>> left_out(3, 2)
    'moves 3 to 5 are left out'
    """
    if more == 0:
        return f"move {number} is left out"
    return f"moves {number} to {number + more} are left out"


_LEFT_OUT = re.compile(r"moves? [0-9]+( to [0-9]+)? (is|are) left out$")


def cut_short(record: GameRecord) -> str:
    """The remark on moves of the main line that are left out; "" if there is none."""
    return next((remark for remark in record.remarks if _LEFT_OUT.search(remark)), "")


def _end_of(board: Board, outcome: Outcome, plies: int) -> str:
    names = {BLACK: "Black", WHITE: "White"}
    if outcome.winner is None:
        return f"the board is full at move {plies}"
    rules = board.rules
    if outcome.termination is Termination.FORBIDDEN:
        return f"Black plays a forbidden move at move {plies}, by {rules.describe()}"
    return f"{names[outcome.winner]} has won at move {plies}, by {rules.describe()}"


def drawing(rules: Rules, stones: Mapping[int, Color], to_move: Color | None) -> str:
    """The text of a position, as records have it; it says who is to move if the stones do not.

    to_move: None if they must.

    Raises:
        PositionError, RulesError: if there is no such position.
    """
    letters = ["."] * rules.points
    for point, color in stones.items():
        letters[point] = "x" if color == BLACK else "o"
    rows = [" ".join(letters[i : i + rules.size]) for i in range(0, rules.points, rules.size)]
    text = Board.from_text("\n".join(rows), rules, to_move or usual_color(stones)).to_text()
    count = sum(color for color in stones.values())
    usual = {0: BLACK, 1: WHITE}.get(count)
    if to_move is None or to_move is usual:
        return text if usual is not None else f"{text}\n{_side_line(usual_color(stones))}"
    return f"{text}\n{_side_line(to_move)}"


def _side_line(color: Color) -> str:
    return f"{'x' if color is BLACK else 'o'} to move"


def usual_color(stones: Mapping[int, Color]) -> Color:
    """Whose turn it is after stones that were set up, where nobody says: whoever has fewer."""
    return WHITE if sum(stones.values()) > 0 else BLACK


def stones_to_text(stones: Mapping[int, Color], size: int) -> str:
    """Where stones stand, for remarks."""
    parts = []
    for color, name in ((BLACK, "black"), (WHITE, "white")):
        points = sorted(point for point, each in stones.items() if each is color)
        if points:
            parts.append(f"{name} {moves_to_text(points, size)}")
    return ", ".join(parts) or "none"


def rule_words(record: GameRecord, canonical: str) -> str:
    """The words for the rules in the file, if they would be read back as the same rules.

    canonical: our own words for them.
    """
    said = record.written_rules
    if not said:
        return canonical
    variant = rules_from_words(said).variant
    stands_for_freestyle = variant is None and record.rules_are_guessed
    return said if variant == record.rules.variant or stands_for_freestyle else canonical


def with_result(record: GameRecord, said: str, board_outcome: Outcome | None) -> GameRecord:
    """The record with its outcome: that of the board, unless the file says otherwise.

    said: the words for it in the file.
    """
    written = result_from_words(said) if said.strip() else None
    outcome, remarks = board_outcome, list(record.remarks)
    if written is not None and not written.is_known:
        remarks.append(f"the result {said[:40]!r} is not known")
    elif written is not None and written.outcome is not None:
        if board_outcome is None:
            outcome = written.outcome
        elif board_outcome.winner is not written.outcome.winner:
            remarks.append(f"the result is written {said[:40]!r}, but {_on_board(board_outcome)}")
            outcome = written.outcome
    kept = "" if said == result_to_text(outcome) else said
    return replace(record, outcome=outcome, written_result=kept, remarks=tuple(remarks))


def _on_board(outcome: Outcome) -> str:
    if outcome.winner is None:
        return "the board is drawn"
    return f"on the board {'Black' if outcome.winner is BLACK else 'White'} has won"


def check_size(size: int) -> int:
    """
    Raises:
        ValueError: if there is no such board.
    """
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise ValueError(f"a board of size {size}: sizes go from {MIN_SIZE} to {MAX_SIZE}")
    return size


def plain_line(nodes: Iterable[Node], moves: Sequence[int], first: Color) -> bool:
    """Return whether nodes say nothing beyond these moves, played in turn."""
    color, index = first, -1
    for index, node in enumerate(nodes):
        if (
            index >= len(moves)
            or node.parent != index - 1
            or node.move != moves[index]
            or node.color is not color
            or node.comment
            or node.properties
        ):
            return False
        color = color.other
    return index + 1 == len(moves)
