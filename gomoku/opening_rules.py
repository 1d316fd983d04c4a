"""How a game may begin so that the first move does not win it: opening rules as phases of a game.

On an empty board Black wins in theory and mostly in practice, so players agree on who decides what
before the game proper. The two seats, first and second, keep their names throughout; which color a
seat plays may be settled only at the end of the opening:

- free: no opening at all; the first player is Black.
- swap: the first player puts three stones, black, white and black, anywhere; the second player
  chooses a color. White is to move.
- swap2: as swap, but the second player may also put two more stones, white and black, and leave
  the choice of color to the first player. The Gomoku World Championships are played with it:
  https://en.wikipedia.org/wiki/Gomoku#Specific_variations; it is also what `SWAP2BOARD` of the
  Gomocup protocol is for.
- pro: Black's first stone goes to the center and the second one at least three rows or columns
  away from it, which is outside of the central 5x5; White is free.
- long pro: as pro, but at least four away, outside of the central 7x7.

Some clubs also bind White's first stone in pro to a neighbor of the center; here it is free, as the
Renju International Federation had it for the championships before swap.

On boards of even size any of the four middle points is the center, and pro counts the distance
from the stone that is there. Stones always alternate, black first, so what an opening leaves is a
position of a usual game. No stone of an opening may end the game.

A phase is a fold over the list of decisions: it never changes, `decided` gives the next one and
`undone` the one before. Forbidden points of renju do not matter here, since Black has at most three
stones.

>>> from gomoku.rules import Rules
>>> phase = OpeningPhase(OpeningRule.SWAP2, Rules(size=15))
>>> phase.turn
StoneTurn(seat=<Seat.FIRST: 0>, color=<Color.BLACK: 1>, stones=3)
>>> for word in ("h8", "i9", "k5"):
...     phase = phase.decided(decision_from_text(word, phase.rules))
>>> phase.turn.seat.name, [option.value for option in phase.turn.options]
('SECOND', ['black', 'white', 'two'])
>>> phase = phase.decided(Option.BLACK)
>>> phase.is_over, phase.seat_of(BLACK).name, phase.board().to_move.name, phase.to_text()
(True, 'SECOND', 'WHITE', 'h8 i9 k5 black')
"""

from dataclasses import dataclass, replace
from enum import Enum, IntEnum

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.notation import NotationError, move_from_text, move_to_text
from gomoku.rules import BLACK, WHITE, Color, Rules


class OpeningRuleError(ValueError):
    """An opening rule that is unknown or cannot be played on the board."""


class DecisionError(ValueError):
    """A decision that the opening rule does not allow now."""


class OpeningRule(Enum):
    """How a game begins; the value is the name in records and on command lines."""

    FREE = "free"
    SWAP = "swap"
    SWAP2 = "swap2"
    PRO = "pro"
    LONG_PRO = "long-pro"


OPENING_RULE_NAMES = tuple(rule.value for rule in OpeningRule)


class Seat(IntEnum):
    """A player, whatever the color: who sat down first begins the opening."""

    FIRST = 0
    SECOND = 1

    @property
    def other(self) -> "Seat":
        return Seat(1 - self.value)

    @property
    def usual_color(self) -> Color:
        """Its color where no opening rule lets anybody choose, and until somebody has."""
        return BLACK if self is Seat.FIRST else WHITE


class Option(Enum):
    """A decision other than putting a stone; the value is its word in texts."""

    BLACK = "black"
    """Play on as Black."""

    WHITE = "white"
    """Play on as White."""

    PUT_TWO = "two"
    """Put two more stones, white and black, and let the other player choose a color."""


Decision = int | Option
"""A move puts a stone of the color whose turn it is; an option is a choice."""


@dataclass(frozen=True, slots=True)
class StoneTurn:
    """A seat must put a stone.

    color: of the stone, which need not become the seat's own.
    stones: how many this seat puts in a row, this one included, before somebody else decides.
    """

    seat: Seat
    color: Color
    stones: int


@dataclass(frozen=True, slots=True)
class OptionTurn:
    """A seat must choose."""

    seat: Seat
    options: tuple[Option, ...]


Turn = StoneTurn | OptionTurn

_COLORS = (Option.BLACK, Option.WHITE)

_DISTANCES = {OpeningRule.PRO: 3, OpeningRule.LONG_PRO: 4}
"""How far from the first stone Black's second one must be, in rows or in columns."""


@dataclass(frozen=True, slots=True)
class OpeningPhase:
    """How far the opening of a game has come.

    Laws: a phase equals the one read back from its text; whenever a stone is wanted there is a
    point for it.

    Raises:
        RulesError, OpeningRuleError: if the rules, or the opening rule on a board of this size,
            cannot be played.
        DecisionError: at the first decision that is not allowed.
    """

    rule: OpeningRule
    rules: Rules
    decisions: tuple[Decision, ...] = ()

    def __post_init__(self) -> None:
        self.rules.validated()
        distance = _DISTANCES.get(self.rule, 0)
        if self.rules.size < 2 * distance:
            raise OpeningRuleError(
                f"{self.rule.value} needs a point {distance} rows or columns away from the "
                f"center: a {self.rules.size}x{self.rules.size} board is too small, "
                f"{2 * distance}x{2 * distance} is the smallest"
            )
        for index, decision in enumerate(self.decisions):
            _unchecked(self, self.decisions[:index])._check(decision)

    @classmethod
    def from_text(cls, text: str, rule: OpeningRule, rules: Rules) -> "OpeningPhase":
        """The phase after the decisions in a text such as `to_text` gives.

        Raises:
            NotationError: at the first word that is neither a point nor an option.
            DecisionError: at the first decision that is not allowed.
        """
        decisions = tuple(decision_from_text(word, rules) for word in text.split())
        return cls(rule, rules, decisions)

    @property
    def turn(self) -> Turn | None:
        """Who decides what now; None when the opening is over and the usual game goes on."""
        match self.rule:
            case OpeningRule.FREE:
                return None
            case OpeningRule.PRO | OpeningRule.LONG_PRO:
                return self._pro_turn()
            case OpeningRule.SWAP | OpeningRule.SWAP2:
                return self._swap_turn()

    @property
    def is_over(self) -> bool:
        return self.turn is None

    @property
    def moves(self) -> tuple[int, ...]:
        """The stones put so far, in order; Black's is the first."""
        return tuple(each for each in self.decisions if not isinstance(each, Option))

    @property
    def options(self) -> tuple[tuple[Seat, Option], ...]:
        """The choices so far, and who made them, in order."""
        return tuple(
            (seat, decision)
            for seat, decision in zip(self.seats, self.decisions, strict=True)
            if isinstance(decision, Option)
        )

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Who made each decision."""
        turns = (
            _unchecked(self, self.decisions[:index]).turn for index in range(len(self.decisions))
        )
        return tuple(turn.seat for turn in turns if turn is not None)

    def seat_of(self, color: Color) -> Seat | None:
        """Who plays a color; None while that is not settled."""
        if self.rule in (OpeningRule.SWAP, OpeningRule.SWAP2):
            if not self.is_over:
                return None
            chooser, chosen = self.options[-1]
            black = chooser if chosen is Option.BLACK else chooser.other
        else:
            black = Seat.FIRST
        return black if color == BLACK else black.other

    def color_of(self, seat: Seat) -> Color | None:
        """The color a seat plays; None while that is not settled."""
        black = self.seat_of(BLACK)
        if black is None:
            return None
        return BLACK if seat is black else WHITE

    def board(self) -> Board:
        """The position, with every stone put so far; after the opening the game goes on from it."""
        return Board.from_moves(self.rules, self.moves)

    def legal_points(self) -> NDArray[np.int64]:
        """The points on which a stone may be put now, in ascending order; none if none is wanted.

        >>> points = OpeningPhase(OpeningRule.PRO, Rules(size=15)).legal_points()
        >>> points.tolist() == [112]
        True
        """
        turn = self.turn
        if not isinstance(turn, StoneTurn):
            return np.empty(0, np.int64)
        board = self.board()
        points = board.legal_moves()
        distance = _DISTANCES.get(self.rule)
        if distance is not None and board.ply == 0:
            points = _center(self.rules.size)
        elif distance is not None and board.ply == 2:
            points = points[_apart(points, self.moves[0], self.rules.size) >= distance]
        own = len(self.moves[board.ply % 2 :: 2])
        if own + 1 >= self.rules.win_length:
            points = np.array([each for each in points if _goes_on(board, int(each))], np.int64)
        return points

    def decided(self, decision: Decision) -> "OpeningPhase":
        """The phase after one more decision by the seat whose turn it is.

        Raises:
            DecisionError: if it is not allowed now.
        """
        # Numpy's integers compare as ours do, but cannot be written to journals.
        plain = decision if isinstance(decision, Option) else int(decision)
        return replace(self, decisions=(*self.decisions, plain))

    def to_text(self) -> str:
        """The decisions as words, points and options, for records; `from_text` reads it back."""
        return " ".join(decision_to_text(each, self.rules) for each in self.decisions)

    def _swap_turn(self) -> Turn | None:
        stones = len(self.moves)
        chosen = [each for each in self.decisions if isinstance(each, Option)]
        color = BLACK if stones % 2 == 0 else WHITE
        if stones < 3:
            return StoneTurn(Seat.FIRST, color, 3 - stones)
        if not chosen:
            options = (*_COLORS, Option.PUT_TWO) if self.rule is OpeningRule.SWAP2 else _COLORS
            return OptionTurn(Seat.SECOND, options)
        if chosen[-1] is not Option.PUT_TWO:
            return None
        if stones < 5:
            return StoneTurn(Seat.SECOND, color, 5 - stones)
        return OptionTurn(Seat.FIRST, _COLORS)

    def _pro_turn(self) -> Turn | None:
        stones = len(self.moves)
        if stones == 3:
            return None
        color = BLACK if stones % 2 == 0 else WHITE
        return StoneTurn(Seat.FIRST if color is BLACK else Seat.SECOND, color, 1)

    def _check(self, decision: Decision) -> None:
        """
        Raises:
            DecisionError: unless this decision is allowed now.
        """
        turn = self.turn
        if turn is None:
            raise DecisionError(
                f"the opening is over ({self.rule.value}): nothing is left to decide"
            )
        seat = turn.seat.name.lower()
        if isinstance(turn, OptionTurn):
            if decision not in turn.options:
                words = ", ".join(option.value for option in turn.options)
                raise DecisionError(
                    f"{self._name(decision)} is not an answer now: the {seat} player chooses one "
                    "of "
                    f"{words} ({self.rule.value})"
                )
            return
        if isinstance(decision, Option):
            raise DecisionError(
                f"{decision.value} is not an answer now: the {seat} player puts a "
                f"{turn.color.name.lower()} stone ({self.rule.value})"
            )
        if decision not in self.legal_points():
            raise DecisionError(f"{self._name(decision)} {self._why_not(decision)}")

    def _name(self, decision: Decision) -> str:
        if isinstance(decision, Option) or 0 <= decision < self.rules.points:
            return decision_to_text(decision, self.rules)
        return f"move {decision}"

    def _why_not(self, move: int) -> str:
        board = self.board()
        if not 0 <= move < self.rules.points:
            return f"is outside the board: moves go from 0 to {self.rules.points - 1}"
        if not board.is_legal(move):
            return "is occupied"
        if not _goes_on(board, move):
            return "would end the game: no stone of an opening may"
        if board.ply == 0:
            names = " or ".join(
                move_to_text(int(each), self.rules.size) for each in self.legal_points()
            )
            return f"is not the center: by {self.rule.value} the first stone goes to {names}"
        distance = _DISTANCES[self.rule]
        return (
            f"is too close: by {self.rule.value} Black's second stone is at least {distance} rows "
            f"or columns away from {move_to_text(self.moves[0], self.rules.size)}"
        )


def opening_rule_from_name(name: str) -> OpeningRule:
    """
    >>> opening_rule_from_name("long-pro")
    <OpeningRule.LONG_PRO: 'long-pro'>

    Raises:
        OpeningRuleError: if there is no such opening rule.
    """
    if name not in OPENING_RULE_NAMES:
        known = ", ".join(OPENING_RULE_NAMES)
        raise OpeningRuleError(f"opening rule {name!r} is unknown: use one of {known}")
    return OpeningRule(name)


def opening_rules_for(rules: Rules) -> tuple[OpeningRule, ...]:
    """The opening rules that the board is large enough for."""
    return tuple(rule for rule in OpeningRule if rules.size >= 2 * _DISTANCES.get(rule, 0))


def decision_to_text(decision: Decision, rules: Rules) -> str:
    """A point such as h8, or the word of an option."""
    return decision.value if isinstance(decision, Option) else move_to_text(decision, rules.size)


def decision_from_text(text: str, rules: Rules) -> Decision:
    """The decision in a word, upper or lower case.

    >>> decision_from_text("two", Rules()), decision_from_text("H8", Rules())
    (<Option.PUT_TWO: 'two'>, 112)

    Raises:
        NotationError: if it is neither a point of the board nor an option.
    """
    word = text.strip().lower()
    for option in Option:
        if word == option.value:
            return option
    try:
        return move_from_text(text, rules.size)
    except NotationError as error:
        words = ", ".join(option.value for option in Option)
        raise NotationError(f"{error}; or one of {words}") from error


def _unchecked(phase: OpeningPhase, decisions: tuple[Decision, ...]) -> OpeningPhase:
    """The phase after decisions that are known to be allowed."""
    made = object.__new__(OpeningPhase)
    object.__setattr__(made, "rule", phase.rule)
    object.__setattr__(made, "rules", phase.rules)
    object.__setattr__(made, "decisions", decisions)
    return made


def _center(size: int) -> NDArray[np.int64]:
    """The middle point, or the four around the middle of a board of even size."""
    middle = range((size - 1) // 2, size // 2 + 1)
    return np.array([row * size + column for row in middle for column in middle], np.int64)


def _apart(points: NDArray[np.int64], stone: int, size: int) -> NDArray[np.int64]:
    """How far each point is from a stone, in rows or in columns, whichever is more."""
    rows, columns = np.divmod(points, size)
    apart: NDArray[np.int64] = np.maximum(
        np.abs(rows - stone // size), np.abs(columns - stone % size)
    )
    return apart


def _goes_on(board: Board, move: int) -> bool:
    """Return whether the game goes on after a legal move; the board is left as it was."""
    board.push(move)
    goes_on = board.outcome is None
    board.pop()
    return goes_on
