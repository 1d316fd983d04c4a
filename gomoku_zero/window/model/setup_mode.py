"""A position being set up, stone by stone."""

from dataclasses import replace

from gomoku.board import Board
from gomoku.opening_rules import OpeningPhase, OpeningRule
from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku_zero.window.model.snapshot import Snapshot


class SetupBoard:
    """Stones that are put down and taken away in any order."""

    def __init__(self, rules: Rules, cells: tuple[int, ...]) -> None:
        """
        cells: `[A]` the stones to begin with: 1 black, -1 white, 0 empty.
        """
        assert len(cells) == rules.points, (len(cells), rules.points)
        self.rules = rules
        self._cells = list(cells)

    @property
    def cells(self) -> tuple[int, ...]:
        return tuple(self._cells)

    def touch(self, move: int, color: Color) -> None:
        """Put a stone of this color there; on a stone of the same color, take it away."""
        self._cells[move] = 0 if self._cells[move] == color else color

    def counts(self) -> dict[str, int]:
        """How many stones each color has."""
        return {"black": self._cells.count(BLACK), "white": self._cells.count(WHITE)}

    def clear(self) -> None:
        """Take all stones away."""
        self._cells = [0] * self.rules.points

    def drawing(self) -> str:
        """The position as `Board.from_text` reads it.

        Raises:
            PositionError: if the stones do not say who is to move.
        """
        letters = {0: ".", BLACK.value: "x", WHITE.value: "o"}
        size = self.rules.size
        stones = [letters[cell] for cell in self._cells]
        rows = [" ".join(stones[start : start + size]) for start in range(0, len(stones), size)]
        return Board.from_text("\n".join(rows), self.rules).to_text()

    def shown_in(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot of a session while these stones hide its game."""
        return replace(
            snapshot,
            cells=self.cells,
            opening=OpeningPhase(OpeningRule.FREE, snapshot.rules),
            barred=(),
            moves=(),
            last_move=None,
            outcome=None,
            result=None,
            thought=None,
            hint=None,
            lesson=None,
            mistakes=(),
            reviewed=None,
            analyzing=False,
        )
