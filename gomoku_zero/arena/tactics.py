"""Small positions with one thing to see: take five, block a four, make an open four, block a three.

They say what a game's result cannot: whether a network sees a threat, by its policy alone and after
a search. `gomoku-zero tactics net:models/6x6@100` prints the shares solved.

Suites are shipped in `arena/data/tactics`, one file for each board size and win length, made by
`tools/tactics.py`; they hold for freestyle and standard rules alike. Each line is a problem:
its task, the moves that lead to it from the empty board, and every move that solves it. The words
are those of five in a row: with four in a row, a five is a four, a four a three, and so on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from gomoku.board import Board, IllegalMoveError
from gomoku.notation import NotationError, moves_from_text, moves_to_text
from gomoku.rules import FREESTYLE, STANDARD, Rules
from gomoku.symmetry import SYMMETRIES, image_points
from mcts.evaluation import Evaluator, positions_of
from mcts.player import Limit, Player

_POSITIONS_AT_ONCE = 256


class TacticsError(ValueError):
    """A suite that is not there, or a file that holds none."""


class Task(Enum):
    """The task of the side to move in a position.

    In each of them only the first of these that applies is asked for.
    """

    FIVE = "five"
    """Complete the winning row."""
    BLOCK_FOUR = "block_four"
    """Occupy the only point where the other side would win at once."""
    OPEN_FOUR = "open_four"
    """Make a row that wins at the next move, whatever is answered."""
    BLOCK_THREE = "block_open_three"
    """Leave the other side no such move, and no win by fours."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A position and the moves that do what is asked.

    moves: from the empty board on, the last one being the last move on the board.
    accepted: in ascending order.
    """

    task: Task
    moves: tuple[int, ...]
    accepted: tuple[int, ...]

    def board(self, rules: Rules) -> Board:
        return Board.from_moves(rules, self.moves)

    def under(self, symmetry: int, size: int) -> "Problem":
        """The same problem on the turned or mirrored board."""
        image = image_points(size)[symmetry]
        return Problem(
            self.task,
            tuple(int(move) for move in image[list(self.moves)]),
            tuple(sorted(int(move) for move in image[list(self.accepted)])),
        )

    def is_at_edge(self, size: int) -> bool:
        """Return whether a move on the edge of the board solves it."""
        return any(distance_to_edge(move, size) == 0 for move in self.accepted)


@dataclass(frozen=True, slots=True)
class Suite:
    """Problems under one rule set."""

    rules: Rules
    problems: tuple[Problem, ...]

    def under_all_symmetries(self) -> "Suite":
        """Every problem eight times."""
        turned = (
            problem.under(symmetry, self.rules.size)
            for problem in self.problems
            for symmetry in range(SYMMETRIES)
        )
        return Suite(self.rules, tuple(turned))

    def under_one_symmetry_each(self) -> "Suite":
        """Every problem once, turned or mirrored by its number: a cheap sample of the eight."""
        turned = (
            problem.under(index % SYMMETRIES, self.rules.size)
            for index, problem in enumerate(self.problems)
        )
        return Suite(self.rules, tuple(turned))


@dataclass(frozen=True, slots=True)
class Answers:
    """The moves that somebody played in each problem of a suite, and whether that solves it."""

    suite: Suite
    moves: tuple[int, ...]

    def share(self, task: Task | None = None, *, at_edge: bool = False) -> float:
        """The share solved, in [0, 1], of all problems or those of a task, or at the edge.

        Raises:
            ValueError: if there are no such problems.
        """
        size = self.suite.rules.size
        solved = [
            move in problem.accepted
            for problem, move in zip(self.suite.problems, self.moves, strict=True)
            if task in (None, problem.task) and (not at_edge or problem.is_at_edge(size))
        ]
        if not solved:
            raise ValueError(f"no problems of {task} in the suite")
        return sum(solved) / len(solved)


def answer_by_policy(evaluator: Evaluator, suite: Suite) -> Answers:
    """The legal move with the largest prior in each problem, without any search."""
    moves: list[int] = []
    boards = [problem.board(suite.rules) for problem in suite.problems]
    for first in range(0, len(boards), _POSITIONS_AT_ONCE):
        positions = positions_of(boards[first : first + _POSITIONS_AT_ONCE])
        prior = evaluator.evaluate(positions).prior
        moves += np.where(positions.illegal(), -1.0, prior).argmax(axis=1).tolist()
    return Answers(suite, tuple(moves))


def answer_by_player(player: Player, suite: Suite, limit: Limit) -> Answers:
    """A player's answers to all problems, many at once."""
    moves: list[int] = []
    boards = [problem.board(suite.rules) for problem in suite.problems]
    for first in range(0, len(boards), _POSITIONS_AT_ONCE):
        choices = player.choose_moves(boards[first : first + _POSITIONS_AT_ONCE], limit)
        moves += [int(choice.move) for choice in choices]
    return Answers(suite, tuple(moves))


@lru_cache(maxsize=8)
def shipped_suite(rules: Rules) -> Suite:
    """The suite for these rules.

    Raises:
        TacticsError: if there is none, naming those there are.
    """
    folder = files("gomoku_zero.arena") / "data" / "tactics"
    file = folder / file_name(rules)
    if rules.variant not in (FREESTYLE, STANDARD) or not file.is_file():
        names = sorted(
            each.name.removesuffix(".txt")
            for each in folder.iterdir()
            if each.name.endswith(".txt")
        )
        raise TacticsError(
            f"no tactical suite is shipped for {rules.describe()}: there are {', '.join(names)} "
            "(size and win length), for freestyle and standard; "
            "python -m tools.tactics makes others"
        )
    return read_suite(file, rules)


def file_name(rules: Rules) -> str:
    return f"{rules.size}x{rules.size}_{rules.win_length}.txt"


def read_suite(file: Path | Traversable, rules: Rules) -> Suite:
    """The problems in a file.

    Raises:
        TacticsError: if it cannot be read, or naming the first line that is not a problem under
            these rules.
    """
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TacticsError(f"no tactical suite in {file}: {error}") from error
    problems = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            problems.append(_problem_from_text(line, rules))
        except ValueError as error:
            raise TacticsError(f"{file}, line {number}: {error}") from error
    if not problems:
        raise TacticsError(f"no tactical suite in {file}: it has no problems")
    return Suite(rules, tuple(problems))


def suite_to_text(suite: Suite) -> str:
    """A line for each problem; `read_suite` reads it back."""
    size = suite.rules.size
    return "".join(
        f"{problem.task.value} | {moves_to_text(problem.moves, size)} | "
        f"{moves_to_text(problem.accepted, size)}\n"
        for problem in suite.problems
    )


def distance_to_edge(move: int, size: int) -> int:
    """Steps from a point to the nearest edge of the board, 0 on it."""
    row, column = divmod(move, size)
    return min(row, column, size - 1 - row, size - 1 - column)


def answers_table(columns: Sequence[tuple[str, Answers]]) -> str:
    """A line for each task and column of answers, all to the same problems or turns of them."""
    header = f"{'':18}{'problems':>9}" + "".join(f"{name:>18}" for name, _ in columns)
    lines = [header]
    tasks: list[Task | None] = [*Task, None]
    for task in tasks:
        asked = [
            sum(task in (None, problem.task) for problem in answers.suite.problems)
            for _, answers in columns
        ]
        label = "all" if task is None else task.value.replace("_", " ")
        lines.append(
            f"{label:18}{max(asked):>9}"
            + "".join(f"{answers.share(task):>18.1%}" for _, answers in columns)
        )
    lines.append(
        f"{'those at the edge':18}{'':9}"
        + "".join(f"{answers.share(at_edge=True):>18.1%}" for _, answers in columns)
    )
    return "\n".join(lines)


def _problem_from_text(line: str, rules: Rules) -> Problem:
    parts = line.split("|")
    if len(parts) != 3:
        raise ValueError(f"{line!r} is not a task, moves and solutions between bars")
    try:
        moves = moves_from_text(parts[1], rules.size)
        accepted = moves_from_text(parts[2], rules.size)
        board = Board.from_moves(rules, moves)
    except (NotationError, IllegalMoveError) as error:
        raise ValueError(f"{line!r}: {error}") from error
    if not accepted or not all(board.is_legal(move) for move in accepted):
        raise ValueError(f"{line!r}: a solution is not a legal move")
    return Problem(Task(parts[0].strip()), moves, tuple(sorted(accepted)))
