"""Whoever chooses moves: a search, a program in another process, a rule of thumb."""

from abc import abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from gomoku.board import Board, Termination
from mcts.analysis import Analysis


class PlayerFailure(Exception):  # noqa: N818 - it fails a game, not the program
    """Raised by a player who cannot move; it loses the game for this reason."""

    def __init__(self, termination: Termination, reason: str) -> None:
        super().__init__(reason)
        self.termination = termination


class UnusablePlayerError(Exception):
    """Raised by a player that can give no more moves; no match continues with it."""


class LimitError(ValueError):
    """A limit nobody can think under."""


MAX_SIMULATIONS = 2**31 - 1
"""Of a search for one move; what a player has who thinks until the time is up."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a player may think about one move; whatever is reached first ends it.

    simulations: new simulations of a search, 1 to `MAX_SIMULATIONS`; None leaves it to the player.
    seconds: wall-clock seconds, 0 for an answer at once; None for no limit.

    Raises:
        LimitError: if a number is out of range.
    """

    simulations: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.simulations is not None and not 1 <= self.simulations <= MAX_SIMULATIONS:
            raise LimitError(
                f"{self.simulations} simulations: a search makes 1 to {MAX_SIMULATIONS}"
            )
        if self.seconds is not None and not self.seconds >= 0:
            raise LimitError(f"{self.seconds} seconds: time to think cannot be negative")


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen move.

    value: expected result in [-1, 1] for the side that chose, or None if the player has no idea.
    """

    move: int
    value: float | None = None


class Player(Protocol):
    """Batch-first: many games are one call, and one game is a list of one board.

    Boards are of games that go on, and a player does not change them.
    """

    name: str

    @abstractmethod
    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        """One legal move for each board."""

    def analyse(self, board: Board, limit: Limit) -> Generator[Analysis]:
        """What the player thinks of a position, once or now and then; the last one is its answer.

        Closing the iterator ends the thinking. A player that does not search says its move alone.
        """
        choice = self.choose_moves([board], limit)[0]
        yield Analysis(board.to_move, choice.value or 0.0, choice=choice.move)

    def interrupt(self) -> bool:
        """End, from another thread, a thought that does not look up. Returns whether it did so:
        the player is then of no use any more."""
        return False

    def close(self) -> None:
        """Free what the player holds; nothing is asked of it after."""
