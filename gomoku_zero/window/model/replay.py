"""A game that plays itself on a small board, stone by stone, and then the next one."""

from collections.abc import Sequence

from gomoku.record import GameRecord
from gomoku.rules import BLACK, WHITE

SECONDS_A_STONE = 0.45
SECONDS_AT_THE_END = 2.0

Named = tuple[str, GameRecord]


class Replay:
    """Shows one of some games, each at least once as long as no newer ones come.

    name: of the game; "" while there is none.
    ply: how many of its stones are shown.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Show nothing; what was shown is forgotten."""
        self.name = ""
        self.game: GameRecord | None = None
        self.ply = 0
        self._waited = 0.0
        self._seen: list[str] = []

    def advance(self, seconds: float, games: Sequence[Named]) -> None:
        """Let time pass.

        games: those that can be shown, the newest first.
        """
        if self.game is None:
            self._choose(games)
            return
        self._waited += seconds
        is_over = self.ply >= len(self.game.moves)
        if self._waited < (SECONDS_AT_THE_END if is_over else SECONDS_A_STONE):
            return
        self._waited = 0.0
        if is_over:
            self._choose(games)
        else:
            self.ply += 1

    def cells(self) -> tuple[int, ...]:
        """The stones shown, as a board has them."""
        if self.game is None:
            return ()
        cells = [0] * self.game.rules.points
        for ply, move in enumerate(self.game.moves[: self.ply]):
            cells[move] = int(WHITE if ply % 2 else BLACK)
        return tuple(cells)

    @property
    def last_move(self) -> int | None:
        return self.game.moves[self.ply - 1] if self.game is not None and self.ply else None

    def _choose(self, games: Sequence[Named]) -> None:
        """The newest game that was not shown yet, or else the one that was longest ago."""
        if not games:
            return
        names = [name for name, _ in games]
        self._seen = [name for name in self._seen if name in names]
        new = [name for name in names if name not in self._seen]
        self.name = new[0] if new else self._seen.pop(0)
        self._seen.append(self.name)
        self.game = dict(games)[self.name]
        self.ply = min(self.game.opening_plies, len(self.game.moves))
