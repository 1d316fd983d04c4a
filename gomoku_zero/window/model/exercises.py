"""Exercises from the user's own games: positions in which a win or the defence was missed."""

from dataclasses import dataclass

from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.window.model.explanation import Reason
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.progress import Progress, ReviewedGame, TriedExercise
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.solution import play_out, winning_line
from mcts.vcf import solve_vcf

VCF_NODES = 20_000
RIGHT_IN_A_ROW = 2  # answers after which an exercise has been learned

TASKS = {
    Reason.WIN_MISSED: "task_find_win",
    Reason.FOUR_NOT_BLOCKED: "task_find_defence",
    Reason.THREAT_OVERLOOKED: "task_find_defence",
    Reason.WIN_ALLOWED: "task_find_defence",
}


@dataclass(frozen=True, slots=True)
class Exercise:
    """The position before a mistake.

    task: a key of the language files.
    better: the line that the review found, beginning with the move asked for.
    """

    key: str
    ply: int
    day: str
    position: Position
    task: str
    better: tuple[int, ...]


def exercises_of(progress: Progress) -> tuple[Exercise, ...]:
    """All that are not learned yet: those last answered wrongly first, then the newest."""
    found: list[tuple[bool, Exercise]] = []
    for game in reversed(progress.games):
        for mistake in game.mistakes:
            task = TASKS.get(Reason.__members__.get(mistake.reason, Reason.CHANCES_LOST))
            tries = progress.tries(game.key, mistake.ply)
            is_learned = len(tries) >= RIGHT_IN_A_ROW and all(tries[-RIGHT_IN_A_ROW:])
            if task is None or not mistake.better or is_learned:
                continue
            exercise = _exercise(game, mistake.ply, task, mistake.better)
            if exercise is not None:
                found.append((bool(tries) and not tries[-1], exercise))
    found.sort(key=lambda each: not each[0])
    return tuple(exercise for _, exercise in found)


def _exercise(game: ReviewedGame, ply: int, task: str, better: tuple[int, ...]) -> Exercise | None:
    """None if a file says what cannot be played."""
    position = Position(Rules(*game.rules), game.moves[:ply], game.start)
    try:
        board = position.board()
        if not board.is_legal(better[0]):
            return None
    except ValueError:
        return None
    return Exercise(game.key, ply, game.day, position, task, better)


class Exercises:
    """A round of exercises, one of which is on the board; see `Puzzles`."""

    def __init__(self, progress: Progress) -> None:
        """
        progress: where they come from, and where answers are noted.

        Raises:
            LookupError: if there are none.
        """
        self._progress = progress
        self._exercises = exercises_of(progress)
        if not self._exercises:
            raise LookupError("no exercises")
        self.number = 0
        self.is_solved = False
        self._is_tried = False

    def __len__(self) -> int:
        return len(self._exercises)

    @property
    def exercise(self) -> Exercise:
        return self._exercises[self.number]

    @property
    def setup(self) -> GameSetup:
        position = self.exercise.position
        return GameSetup(position.rules, HUMAN, HUMAN, start=position.start)

    @property
    def moves(self) -> tuple[int, ...]:
        return self.exercise.position.moves

    @property
    def task(self) -> str:
        return self.exercise.task

    @property
    def day(self) -> str:
        """When the game was played."""
        return self.exercise.day

    def advance(self) -> None:
        """Go to the next one; after the last, those that are still to be learned begin anew."""
        self.number += 1
        if self.number == len(self._exercises):
            self._exercises = exercises_of(self._progress) or self._exercises
            self.number = 0
        self.is_solved = self._is_tried = False

    def solves(self, move: int) -> bool:
        """Return whether a move does what is asked for; only the first answer is noted.

        Raises:
            OSError: if that cannot be written.
        """
        exercise = self.exercise
        is_right = move == exercise.better[0] or does_the_task(
            exercise.position.board(), move, exercise.task
        )
        self.is_solved = self.is_solved or is_right
        self._note(is_right)
        return is_right

    def give_up(self) -> None:
        """The solution was asked for, which is as good as a wrong answer.

        Raises:
            OSError: if that cannot be written.
        """
        self._note(False)

    def _note(self, is_right: bool) -> None:
        if not self._is_tried:
            self._is_tried = True
            exercise = self.exercise
            self._progress.add(TriedExercise(exercise.key, exercise.ply, is_right))

    def solution(self) -> tuple[int, ...]:
        """The better line; a win to its end."""
        board, better = self.exercise.position.board(), self.exercise.better
        if self.task == "task_find_win":
            return play_out(board, better, board.to_move)
        return better[:1]


def does_the_task(board: Board, move: int, task: str) -> bool:
    """Return whether a move wins by fours, or leaves the other side no win that the solvers see."""
    if not board.is_legal(move):
        return False
    ahead = board.copy()
    ahead.push(move)
    if ahead.outcome is not None:
        return ahead.outcome.winner is board.to_move or task == "task_find_defence"
    if task == "task_find_defence":
        return not winning_line(ahead)
    # A win by fours: the other side has to answer every one of them.
    threat = solve_vcf(ahead, 1, board.to_move)
    if threat is None or len(threat.line) != 1 or solve_vcf(ahead, 1) is not None:
        return False
    ahead.push(threat.line[0])
    return ahead.outcome is None and solve_vcf(ahead, VCF_NODES) is not None
