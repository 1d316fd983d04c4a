"""Everything that is shown of a session, at one moment."""

from dataclasses import dataclass

from gomoku.board import Outcome
from gomoku.opening_rules import Decision, OpeningPhase, Option, OptionTurn, Turn
from gomoku.rules import BLACK, Color, Rules
from gomoku_zero.window.model.review import Mistake, Sides
from gomoku_zero.window.model.setup import GameSetup
from gomoku_zero.window.model.ticket import Purpose
from gomoku_zero.window.model.tree_layout import NO_TREE, TreeLayout
from mcts.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that is shown of a session, at one moment.

    setup: with the colors as they are settled in the position shown; while they are open, Black
        is the first player and White the second.
    opening: as far as it has come in the position shown.
    cells: `[A]` 1 black, -1 white, 0 empty.
    to_move: the color of the next stone.
    deciding: the color, as in `setup`, of who puts it or chooses something.
    moves: up to the position shown; `all_moves` are those of the whole line that is looked at.
    outcome: how the game ended, if its end is shown; `result` says so anywhere in the game.
    thinking: what is being thought about, if anything.
    thought: of the position shown.
    black_win_rates: for every position of the game, start and end included; None if unknown.
    phases, finds: the summaries of each phase of the game and the moves that are praised, see
        `Review`.
    reviewed: share of the game reviewed so far, in [0, 1]; None without a review.
    forbidden: points Black loses by playing on.
    barred: empty points that the opening rule does not allow now.
    can_undo, can_redo: whether there is a move or a choice to go back or forward to.
    black_seconds, white_seconds: what is left on their clocks; None without clocks.
    is_aside: whether a side line is shown, and not the game.
    tries_out: whether a move that is played now is part of a side line.
    fork: how many moves the line shown shares with the game.
    branches: points where known lines continue from here, if there are several.
    forks: how many decisions of the line shown were made wherever several lines go on.
    comment: on the position shown.
    tree: where every place of every line is drawn; place: that of the position shown.
    pace: least seconds between the moves of two engines.
    lesson: the blunder the human just made, in teaching mode; the game waits until the human
        takes it back or keeps it.
    """

    setup: GameSetup
    opening: OpeningPhase
    cells: tuple[int, ...]
    to_move: Color
    deciding: Color
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
    hint: Decision | None
    thought: Analysis | None
    black_win_rates: tuple[float | None, ...]
    mistakes: tuple[Mistake, ...]
    summaries: Sides
    phases: tuple[Sides, ...]
    finds: tuple[int, ...]
    reviewed: float | None
    forbidden: tuple[int, ...]
    barred: tuple[int, ...]
    lesson: Mistake | None
    black_seconds: float | None
    white_seconds: float | None
    can_undo: bool
    can_redo: bool
    pace: float = 0.0
    is_aside: bool = False
    tries_out: bool = False
    fork: int = 0
    branches: tuple[int, ...] = ()
    forks: tuple[int, ...] = ()
    comment: str = ""
    tree: TreeLayout = NO_TREE
    place: int = -1

    @property
    def rules(self) -> Rules:
        return self.setup.rules

    @property
    def turn(self) -> Turn | None:
        """The turn of the opening rule; None outside of an opening."""
        return self.opening.turn if self.outcome is None else None

    @property
    def colors_are_open(self) -> bool:
        """True if it is still to be settled who plays Black."""
        return self.opening.seat_of(BLACK) is None

    @property
    def options(self) -> tuple[Option, ...]:
        """The options to choose from now; none where a stone is to be put."""
        return self.turn.options if isinstance(self.turn, OptionTurn) else ()

    @property
    def mistake_shown(self) -> Mistake | None:
        """The mistake that led to the position shown."""
        here = len(self.moves) - 1
        return next((mistake for mistake in self.mistakes if mistake.ply == here), None)
