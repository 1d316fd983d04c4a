"""The main line of an SGF: what its nodes do to the board, and how far that makes a game."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gomoku.board import Board, Outcome, Termination
from gomoku.formats.replay import drawing, left_out, stones_to_text
from gomoku.notation import moves_to_text
from gomoku.rules import BLACK, WHITE, Color, Rules

_NAMES = {BLACK: "Black", WHITE: "White"}


class Put(NamedTuple):
    """A move: its text, and the point if that names one."""

    color: Color
    text: str
    point: int | None

    @property
    def is_pass(self) -> bool:
        # tt was a pass before boards were larger than 19.
        return self.point is None and self.text.strip().lower() in ("", "tt")

    @property
    def is_resignation(self) -> bool:
        return self.point is None and self.text.strip().lower().startswith("resign")


class SetUp(NamedTuple):
    """Stones that are set up, and points that are cleared, 0."""

    stones: Mapping[int, int]


class Turn(NamedTuple):
    """A word about who is to move."""

    color: Color


Step = Put | SetUp | Turn


class MainLine:
    """A game as far as it can be read.

    start: as in `GameRecord`. first: whose turn it is there.
    moves: from the start on; nobody has looked yet whether they can be played.
    ended: the end that the text of a move names, such as a resignation.
    remarks: what was guessed or left out.
    """

    def __init__(self, rules: Rules, steps: Sequence[Step]) -> None:
        """
        Raises:
            PositionError: if stones are set up that make no position.
        """
        self._rules = rules
        self._stones: dict[int, Color] = {}
        self._first: Color | None = None
        self._turn: Color | None = None
        self._is_swapped = False
        self.moves: list[int] = []
        self.ended: Outcome | None = None
        self.remarks: list[str] = []
        self._read(steps)
        self.start = ""
        if self._stones or self._first is WHITE:
            self.start = drawing(rules, self._stones, self._first)
            stones = stones_to_text(self._stones, rules.size)
            self.remarks.append(f"stones are set up at the start: {stones}")
        self.first = Board.from_text(self.start, rules).to_move if self.start else BLACK

    def _read(self, steps: Sequence[Step]) -> None:
        puts = [step for step in steps if isinstance(step, Put)]
        number = 0
        for step in steps:
            if isinstance(step, SetUp):
                self._set_up(step.stones)
            elif isinstance(step, Turn):
                if not self.moves:
                    self._first = self._turn = step.color
            else:
                number += 1
                reason = self._refuse(step)
                if not reason:
                    continue
                if step.is_pass and all(later.is_pass for later in puts[number:]):
                    self.remarks.append("the game ends with a pass")
                else:
                    rest = left_out(number, len(puts) - number)
                    self.remarks.append(f"move {number} {reason}: {rest}")
                return

    def _refuse(self, step: Put) -> str:
        """Make a move; or say why it cannot be made."""
        shown = repr(step.text.strip()[:20])
        if step.point is None:
            if step.text.strip().lower().startswith("swap"):
                self._is_swapped = True
                self.remarks.append(f"{shown} is not a stone: colors go on in turn behind it")
                return ""
            if step.is_resignation:
                self.ended = Outcome(step.color.other, Termination.RESIGNED)
            if step.is_pass:
                return "is a pass, which Gomoku does not know"
            return f"is {shown}, which is not a point of the board"
        if not self.moves:
            if self._first is not None and step.color is not self._first:
                self.remarks.append(
                    f"{_NAMES[self._first]} is said to be to move, but {_NAMES[step.color]} does"
                )
            self._first = self._turn = step.color
        if step.color is not self._turn and not self._is_swapped:
            return (
                f"({shown}) is {_NAMES[step.color]}'s, but it is {_NAMES[step.color.other]}'s turn"
            )
        assert self._turn is not None
        self.moves.append(step.point)
        self._turn = self._turn.other
        return ""

    def _set_up(self, stones: Mapping[int, int]) -> None:
        placed = dict(self._stones)
        color = self._first or BLACK
        for move in self.moves:
            placed[move] = color
            color = color.other
        point, added = next(iter(stones.items()))
        if self.moves and len(stones) == 1 and added == self._turn and point not in placed:
            self.remarks.append(f"the stone set up behind move {len(self.moves)} is read as a move")
            self.moves.append(point)
            self._turn = Color(added).other
            return
        if self.moves:
            played = moves_to_text(self.moves, self._rules.size)
            self.remarks.append(
                f"stones are set up behind move {len(self.moves)}, and the game is shown from "
                f"there; before, it went {played}"
            )
        for point, added in stones.items():
            placed.pop(point, None)
            if added:
                placed[point] = Color(added)
        self._stones, self.moves, self._first, self._turn = placed, [], None, None
