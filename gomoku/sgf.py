"""Games as SGF, the format of game collections: https://www.red-bean.com/sgf/ (GM[4] is Gomoku).

The rules go into RU as a word with the length of a row, and the opening rule where there was one:
`RU[freestyle 5 swap2]`. Then ON, the place for the opening, lists its decisions in order, stones
and choices: `ON[h8 i9 c3 two a1 b2 black]`. PB and PW are the players as they were in the end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sgfmill import sgf

from gomoku.board import Board, Outcome, PositionError, Termination
from gomoku.opening_rules import OpeningPhase, OpeningRule
from gomoku.record import GameRecord
from gomoku.rules import (
    BLACK,
    FREESTYLE,
    MAX_SIZE,
    MIN_SIZE,
    VARIANT_NAMES,
    WHITE,
    Color,
    Rules,
    RulesError,
)

# Properties of the root that are read into a game, or follow from it.
_UNDERSTOOD = frozenset(
    ("FF", "CA", "GM", "SZ", "RU", "PB", "PW", "GC", "RE", "AB", "AW", "AE", "PL", "B", "W")
)

_OPENING_RULE = re.compile(r"\b(swap2|swap|long[- ]?pro|pro)\b")

_RULES = re.compile(rf"\b({'|'.join(VARIANT_NAMES)})\b(?:\s+([0-9]{{1,4}})\b)?")
"""The word for the rules, and the length of a row; other numbers in RU are something else."""


class RecordError(ValueError):
    """A text that holds no game; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class SavedGame:
    """A game, and the position it started from if that was not the empty board.

    record: its moves are those after `start`.
    start: a drawing as `Board.to_text` makes, or "".
    properties: what else the root of an SGF said, such as the date, names with their values as they
        stood there; they are written back.
    unknown_rules: what RU said if it names no rules that we know, which freestyle was taken for
        then; people should be told. It is written back.
    """

    record: GameRecord
    start: str = ""
    properties: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unknown_rules: str = ""

    def board(self) -> Board:
        """The final position.

        Raises:
            PositionError, IllegalMoveError: if the game cannot have been played.
        """
        if not self.start:
            return self.record.board()
        board = Board.from_text(self.start, self.record.rules)
        for move in self.record.moves:
            board.push(move)
        return board


def game_to_sgf(game: SavedGame) -> str:
    """One game with its players, rules and result; `game_from_sgf` reads it back."""
    record = game.record
    size = record.rules.size
    written = sgf.Sgf_game(size=size, encoding="UTF-8")
    root = written.get_root()
    root.set_raw("GM", b"4")
    for name, values in game.properties:
        root.set_raw_list(name, [value.encode() for value in values])
    rule = f"{record.rules.variant_name} {record.rules.win_length}"
    phase = record.opening_phase
    if phase is not None:
        rule += f" {phase.rule.value}"
        root.set("ON", phase.to_text())
    root.set("RU", game.unknown_rules or rule)
    for property_name, text in (("PB", record.black), ("PW", record.white), ("GC", record.reason)):
        if text:
            root.set(property_name, text)
    if record.outcome is not None:
        root.set("RE", _result_text(record.outcome))
    to_move = BLACK
    if game.start:
        start = Board.from_text(game.start, record.rules)
        stones: dict[int, list[tuple[int, int]]] = {BLACK: [], WHITE: []}
        for move, cell in enumerate(start.cells.tolist()):
            if cell:
                stones[cell].append(_to_sgf(move, size))
        root.set_setup_stones(stones[BLACK], stones[WHITE])
        to_move = start.to_move
        root.set("PL", "b" if to_move is BLACK else "w")
    for move in record.moves:
        node = written.extend_main_sequence()
        node.set_move("b" if to_move is BLACK else "w", _to_sgf(move, size))
        to_move = to_move.other
    serialised: bytes = written.serialise()
    return serialised.decode("utf-8")


def game_from_sgf(text: str) -> SavedGame:
    """The main line of the first game in a text.

    Where RU is missing, or names no rules that we know, it is read as freestyle; the latter is told
    in `SavedGame.unknown_rules`.

    Raises:
        RecordError: if it is no SGF, of another game, or cannot have been played.
    """
    try:
        read = sgf.Sgf_game.from_string(text)
        root = read.get_root()
        if root.has_property("GM") and root.get_raw("GM").strip() not in (b"4", b"1"):
            # Many programs write GM[1], Go, for any game with stones.
            raise RecordError(f"this SGF is of game number {root.get_raw('GM').decode()}, not 4")
        rule_text = _rule_text(root)
        rules = _rules_from_text(rule_text, read.get_size())
        black, white, _ = root.get_setup_stones()
        start = _drawing(rules, black, white, _first_color(read)) if black or white else ""
        to_move = Board.from_text(start, rules).to_move if start else BLACK
        moves = tuple(_moves(read.get_main_sequence(), to_move, rules.size))
        phase = None if start else _opening_phase(root, rule_text, rules, moves)
        board = SavedGame(GameRecord(rules, moves), start).board()
    except (ValueError, KeyError, IndexError) as error:
        # sgfmill raises ValueError for everything that is no SGF; ours are ValueErrors, too.
        if isinstance(error, RecordError):
            raise
        reason = str(error) or "a value in it cannot be read"  # sgfmill does not always say
        raise RecordError(f"this is no game of Gomoku in SGF: {reason}") from error
    outcome = board.outcome
    if outcome is None and root.has_property("RE"):
        outcome = _outcome_from_text(str(root.get("RE")))
    record = GameRecord(
        rules,
        moves,
        outcome,
        black=read.get_player_name("b") or "",
        white=read.get_player_name("w") or "",
        opening_plies=0 if phase is None else len(phase.moves),
        reason=root.get("GC") if root.has_property("GC") else "",
        opening_phase=phase,
    )
    properties = _other_properties(root, root.get_encoding(), phase)
    unknown = root.get("RU") if _names_unknown_rules(rule_text) else ""
    return SavedGame(record, start, properties, unknown)


def _to_sgf(move: int, size: int) -> tuple[int, int]:
    """sgfmill counts rows from the bottom."""
    row, column = divmod(move, size)
    return size - 1 - row, column


def _from_sgf(point: tuple[int, int], size: int) -> int:
    row, column = point
    return (size - 1 - row) * size + column


def _moves(nodes: Sequence[sgf.Node], to_move: Color, size: int) -> Iterator[int]:
    """The moves of some nodes; passes may only end a game.

    to_move: whose turn is the first.

    Raises:
        RecordError: where nobody can have played so.
    """
    number, passed = 1, False
    for node in nodes:
        if node.parent is not None and node.has_setup_stones():
            raise RecordError(f"stones are set up after the game has begun, at move {number}")
        color, point = node.get_move()
        if color is None:
            continue
        if point is None:
            passed = True
            continue
        if passed:
            raise RecordError(f"somebody passes before move {number}, which Gomoku does not know")
        if color != ("b" if to_move is BLACK else "w"):
            name = "Black" if to_move is BLACK else "White"
            raise RecordError(f"move {number} is not {name}'s, whose turn it is")
        yield _from_sgf(point, size)
        to_move = to_move.other
        number += 1


def _rule_text(root: sgf.Node) -> str:
    return root.get("RU").lower() if root.has_property("RU") else ""


def _rules_from_text(text: str, size: int) -> Rules:
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise RecordError(f"a board of size {size}: sizes go from {MIN_SIZE} to {MAX_SIZE}")
    named = _RULES.search(text)
    variant = FREESTYLE if named is None else VARIANT_NAMES.index(named[1])
    length = min(5, size) if named is None or named[2] is None else int(named[2])
    try:
        return Rules(size, length, variant).validated()
    except RulesError as error:
        raise RecordError(f"the rules {text!r} cannot be played: {error}") from error


def _names_unknown_rules(text: str) -> bool:
    """Whether RU says something, beside an opening rule, and none of it is a word for our rules."""
    return _RULES.search(text) is None and bool(_OPENING_RULE.sub(" ", text).strip())


def _opening_phase(
    root: sgf.Node, rule_text: str, rules: Rules, moves: tuple[int, ...]
) -> OpeningPhase | None:
    """The opening that RU and ON tell of; None if they tell of none, or of one that was not played.

    Other programs write other things into ON, and it is no reason to refuse a game.
    """
    named = _OPENING_RULE.search(rule_text)
    if named is None or not root.has_property("ON"):
        return None
    try:
        rule = OpeningRule("long-pro" if named[1].startswith("long") else named[1])
        phase = OpeningPhase.from_text(root.get("ON"), rule, rules)
    except ValueError:
        return None
    return phase if moves[: len(phase.moves)] == phase.moves else None


def _other_properties(
    root: sgf.Node, charset: str, phase: OpeningPhase | None
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a root says beside the game itself."""
    understood = _UNDERSTOOD if phase is None else _UNDERSTOOD | {"ON"}
    return tuple(
        (name, tuple(value.decode(charset, "replace") for value in root.get_raw_list(name)))
        for name in sorted(root.properties())
        if name not in understood
    )


def _first_color(read: sgf.Sgf_game) -> Color | None:
    """Who moves first after the stones that were set up; None if the file does not say."""
    root = read.get_root()
    if root.has_property("PL"):
        return BLACK if root.get("PL") == "b" else WHITE
    for node in read.get_main_sequence():
        color, _ = node.get_move()
        if color is not None:
            return BLACK if color == "b" else WHITE
    return None


def _drawing(
    rules: Rules,
    black: set[tuple[int, int]],
    white: set[tuple[int, int]],
    to_move: Color | None,
) -> str:
    letters = ["."] * rules.points
    for points, letter in ((black, "x"), (white, "o")):
        for point in points:
            letters[_from_sgf(point, rules.size)] = letter
    rows = [" ".join(letters[i : i + rules.size]) for i in range(0, rules.points, rules.size)]
    board = Board.from_text("\n".join(rows), rules)
    if to_move is not None and board.to_move is not to_move:
        raise PositionError("the side to move does not follow from the number of stones")
    return board.to_text()


def _result_text(outcome: Outcome) -> str:
    if outcome.winner is None:
        return "Draw"
    letter = "B" if outcome.winner is BLACK else "W"
    ways = {Termination.RESIGNED: "R", Termination.TIME: "T", Termination.ILLEGAL_MOVE: "F"}
    return f"{letter}+{ways.get(outcome.termination, '')}"


def _outcome_from_text(text: str) -> Outcome | None:
    winner, plus, way = text.strip().upper().partition("+")
    if winner in ("DRAW", "0"):
        return Outcome(None, Termination.FULL_BOARD)
    if not plus or winner not in ("B", "W"):
        return None
    ways = {"T": Termination.TIME, "TIME": Termination.TIME, "F": Termination.ILLEGAL_MOVE}
    return Outcome(BLACK if winner == "B" else WHITE, ways.get(way, Termination.RESIGNED))
