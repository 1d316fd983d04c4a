"""A game as it was played and written down: enough to replay it, and to write it down again."""

from dataclasses import dataclass, field
from typing import NamedTuple

from gomoku.board import Board, Outcome
from gomoku.opening_rules import OpeningPhase, Seat
from gomoku.rules import BLACK, Color, Rules

Property = tuple[str, tuple[str, ...]]
"""A name of SGF and its values, escaped as they stand in a file."""


class RecordError(ValueError):
    """A text that holds no game, or a game that a format cannot hold; the message says why."""


class Node(NamedTuple):
    """A move in the tree of a game, or a place in it where something else is written.

    parent: index of the node before it among the nodes of the record; -1 is the start.
    color, move: None where no stone is put, or none that can be read.
    properties: what else stands here, such as labels, or stones that are set up.
    """

    parent: int
    color: Color | None = None
    move: int | None = None
    comment: str = ""
    properties: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True)
class GameRecord:
    """A game, finished or broken off, with what was written about it.

    moves: the main line, as far as it can be played: every move from the start on, those of the
        opening included. Black plays the first unless the start says otherwise.
    opening_plies: how many of them were given rather than chosen.
    outcome: None if the game was not finished.
    black, white: the players' names.
    reason: why a game ended otherwise than on the board, such as a player's error message.
    opening_phase: who decided what, where an opening rule was followed; its stones are the first
        of the moves. None in a free game.
    start: the position it began from, a drawing as `Board.from_text` reads it; "" is empty.
    comment: what is said about the game as a whole, before its first move.
    nodes: the tree of moves and variations, parents before children and the main line first; empty
        if it says no more than the moves.
    properties: what else was written about the game, such as its date.
    written_rules, written_result: the words for them in the file, where we would write others.
    rules_are_guessed: whether we do not know the words for the rules.
    remarks: what was guessed, left out or odd when the game was read; not compared.
    """

    rules: Rules
    moves: tuple[int, ...]
    outcome: Outcome | None = None
    black: str = ""
    white: str = ""
    opening_plies: int = 0
    reason: str = ""
    opening_phase: OpeningPhase | None = None
    start: str = ""
    comment: str = ""
    nodes: tuple[Node, ...] = ()
    properties: tuple[Property, ...] = ()
    written_rules: str = ""
    written_result: str = ""
    rules_are_guessed: bool = False
    remarks: tuple[str, ...] = field(default=(), compare=False)

    @property
    def opening(self) -> tuple[int, ...]:
        return self.moves[: self.opening_plies]

    @property
    def unknown_rules(self) -> str:
        """The words for rules that we do not know, which freestyle was taken for; else ""."""
        return self.written_rules if self.rules_are_guessed else ""

    @property
    def date(self) -> str:
        return dict(self.properties).get("DT", ("",))[0]

    @property
    def result(self) -> str:
        """B, W, draw, or "" for none."""
        if self.outcome is None:
            return ""
        if self.outcome.winner is None:
            return "draw"
        return "B" if self.outcome.winner == BLACK else "W"

    @property
    def comments(self) -> int:
        """How many places have a comment."""
        return bool(self.comment) + sum(bool(node.comment) for node in self.nodes)

    @property
    def variations(self) -> int:
        """How many lines branch off another one."""
        return len(self.nodes) - len({node.parent for node in self.nodes})

    def board(self) -> Board:
        """The final position.

        Raises:
            PositionError: if the start cannot be a position.
            IllegalMoveError: at the first move that cannot be played.
        """
        board = Board.from_text(self.start, self.rules) if self.start else Board(self.rules)
        for move in self.moves:
            board.push(move)
        return board

    def main_line(self) -> list[int]:
        """The indices of the nodes of the main line, in order."""
        first_child: dict[int, int] = {}
        for index, node in enumerate(self.nodes):
            first_child.setdefault(node.parent, index)
        line: list[int] = []
        place = -1
        while place in first_child:
            place = first_child[place]
            line.append(place)
        return line

    def player(self, color: Color) -> str:
        return self.black if color == BLACK else self.white

    def color_of(self, seat: Seat) -> Color:
        """The color of whoever sat first or second.

        The first player is Black where no opening rule let somebody choose, and where the game was
        broken off before anybody did.
        """
        color = None if self.opening_phase is None else self.opening_phase.color_of(seat)
        if color is None:
            return seat.usual_color
        return color
