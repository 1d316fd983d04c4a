"""Everything that is shown of a session, at one moment."""

from dataclasses import dataclass

from gomoku.board import Outcome
from gomoku.rules import Color, Rules
from ui.game_setup import GameSetup
from ui.review import Mistake, SideSummary
from ui.thought import Thought
from ui.ticket import Purpose


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that is shown of a session, at one moment.

    cells: `[A]` 1 black, -1 white, 0 empty.
    moves: up to the position shown; `all_moves` are those that can be redone, too.
    outcome: how the game ended, if its end is shown; `result` says so anywhere in the game.
    thinking: what is being thought about, if anything.
    thought: of the position shown.
    black_win_rates: for every position of the game, start and end included; None if unknown.
    reviewed: share of the game reviewed so far, in [0, 1]; None without a review.
    forbidden: points Black loses by playing on.
    pace: least seconds between the moves of two engines.
    lesson: the blunder the human just made, in teaching mode; the game waits until the human
        takes it back or keeps it.
    """

    setup: GameSetup
    cells: tuple[int, ...]
    to_move: Color
    moves: tuple[int, ...]
    all_moves: tuple[int, ...]
    last_move: int | None
    outcome: Outcome | None
    result: Outcome | None
    thinking: Purpose | None
    human_to_move: bool
    paused: bool
    analyzing: bool
    pondering: bool
    hint: int | None
    thought: Thought | None
    black_win_rates: tuple[float | None, ...]
    mistakes: tuple[Mistake, ...]
    summaries: tuple[SideSummary | None, SideSummary | None]
    reviewed: float | None
    forbidden: tuple[int, ...]
    lesson: Mistake | None
    black_seconds: float | None
    white_seconds: float | None
    pace: float = 0.0

    @property
    def rules(self) -> Rules:
        return self.setup.rules

    @property
    def can_undo(self) -> bool:
        return bool(self.moves)

    @property
    def mistake_shown(self) -> Mistake | None:
        """The mistake that led to the position shown."""
        here = len(self.moves) - 1
        return next((mistake for mistake in self.mistakes if mistake.ply == here), None)

    @property
    def can_redo(self) -> bool:
        return len(self.moves) < len(self.all_moves)
