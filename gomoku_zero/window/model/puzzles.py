"""Puzzles with proven solutions, from easy to hard: the positions that networks are tested with."""

from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.arena.tactics import Problem, TacticsError, Task, shipped_suite
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.solution import play_out

GRADES = (Task.FIVE, Task.BLOCK_FOUR, Task.OPEN_FOUR, Task.BLOCK_THREE)


class Puzzles:
    """All puzzles of a rule set in their order, and the one that is to be solved."""

    def __init__(self, rules: Rules, number: int = 0) -> None:
        """
        rules: those of the games played; where there are no puzzles by them, the usual ones.
        number: of the puzzle to begin with; beyond the last it begins anew.
        """
        try:
            suite = shipped_suite(rules)
        except TacticsError:
            suite = shipped_suite(Rules())
        self.rules = suite.rules
        self._problems = sorted(suite.problems, key=lambda each: GRADES.index(each.task))
        self.number = number % len(self._problems)
        self.is_solved = False

    def __len__(self) -> int:
        return len(self._problems)

    @property
    def problem(self) -> Problem:
        return self._problems[self.number]

    @property
    def moves(self) -> tuple[int, ...]:
        """Those that lead to the position."""
        return self.problem.moves

    @property
    def task(self) -> str:
        """The task, as a key of the language files."""
        return f"task_{self.problem.task.value}"

    @property
    def setup(self) -> GameSetup:
        """The setup of a game from the puzzle's position."""
        return GameSetup(self.rules, HUMAN, HUMAN)

    def advance(self) -> None:
        """Go to the next one."""
        self.number = (self.number + 1) % len(self)
        self.is_solved = False

    def solves(self, move: int) -> bool:
        """Return whether a move does what is asked for; then the puzzle is solved."""
        self.is_solved = self.is_solved or move in self.problem.accepted
        return move in self.problem.accepted

    def solution(self) -> tuple[int, ...]:
        """A move that solves it, and what it leads to as far as that is certain."""
        board = Board.from_moves(self.rules, self.problem.moves)
        wins = self.problem.task in (Task.FIVE, Task.OPEN_FOUR)
        move = self.problem.accepted[0]
        return play_out(board, (move,), board.to_move) if wins else (move,)
