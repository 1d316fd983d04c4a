"""Whoever chooses moves: a search, a program in another process, a rule of thumb."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gomoku.board import Board


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a player may think about one move; whatever is reached first ends it.

    simulations: new simulations of a search; None leaves it to the player.
    seconds: wall-clock seconds; None for no limit.
    """

    simulations: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen move.

    value: expected result in [-1, 1] for the side that chose, or None if the player has no idea.
    """

    move: int
    value: float | None = None


class Player(Protocol):
    """Batch-first: many games are one call, and one game is a list of one board.

    `choose_moves` is called with boards whose games go on, and answers one legal move for each.
    It must not change them. `close` frees what the player holds; nothing is asked of it after.
    """

    name: str

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]: ...

    def close(self) -> None: ...
