"""The shipped problems have exactly the solutions they name, by an independent check."""

import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.rules import STANDARD, Rules
from gomoku.symmetry import SYMMETRIES
from gomoku_zero.arena.tactics import (
    Answers,
    Problem,
    Suite,
    TacticsError,
    Task,
    answer_by_player,
    answer_by_policy,
    answers_table,
    read_suite,
    shipped_suite,
    suite_to_text,
)
from mcts.evaluation import Evaluation, Positions
from mcts.player import Choice, Limit, Player
from tests import reference
from tools.tactics import Options, make_suite

ROOT = Path(__file__).parents[2]
SIX = Rules(6, 4)
SHIPPED = [SIX, Rules(8, 5), Rules(9, 5), Rules(15, 5)]
NAMES = [f"{rules.size}x{rules.size}" for rules in SHIPPED]

Cells = NDArray[np.int8]


class Windows:
    """Wins and fours by counting stones in every window of the board; nothing but arithmetic."""

    def __init__(self, rules: Rules) -> None:
        lines = [line for line in reference.lines_of(rules.size) if len(line) >= rules.win_length]
        self._length = rules.win_length
        self._points = np.array(
            [
                line[start : start + rules.win_length]
                for line in lines
                for start in range(len(line) - rules.win_length + 1)
            ]
        )

    def wins_of(self, cells: Cells, color: int) -> set[int]:
        """Where a color completes a row."""
        stones = cells[self._points]
        lacking = ((stones == color).sum(axis=1) == self._length - 1) & (stones == 0).any(axis=1)
        return {int(p) for p in self._points[lacking][stones[lacking] == 0]}

    def fours_of(self, cells: Cells, color: int) -> set[int]:
        """Where a color makes a row that lacks one stone."""
        stones = cells[self._points]
        lacking = ((stones == color).sum(axis=1) == self._length - 2) & (
            (stones == 0).sum(axis=1) == 2
        )
        return {int(p) for p in self._points[lacking][stones[lacking] == 0]}

    def wins_by_fours(self, cells: Cells, color: int) -> bool:
        """Whether a color that is to move wins by nothing but fours."""
        if self.wins_of(cells, color):
            return True
        threats = self.wins_of(cells, -color)
        for move in self.fours_of(cells, color):
            if threats - {move}:
                continue
            cells[move] = color
            answers = self.wins_of(cells, color)
            won = len(answers) > 1
            if len(answers) == 1:
                (answer,) = answers
                cells[answer] = -color
                won = self.wins_by_fours(cells, color)
                cells[answer] = 0
            cells[move] = 0
            if won:
                return True
        return False

    def wins_next_whatever_is_answered(self, cells: Cells, color: int) -> bool:
        """Whether the other color, to move and without a win, cannot stop a win at once."""
        for answer in np.flatnonzero(cells == 0):
            cells[answer] = -color
            wins = self.wins_of(cells, color)
            cells[answer] = 0
            if not wins:
                return False
        return True


def solutions(problem: Problem, rules: Rules) -> set[int]:
    """The moves that do what the problem asks, by trying each and every answer."""
    windows = Windows(rules)
    board = problem.board(rules)
    cells, color = board.cells.copy(), int(board.to_move)
    own, enemy = windows.wins_of(cells, color), windows.wins_of(cells, -color)
    if problem.task is Task.FIVE:
        return own
    assert not own
    if problem.task is Task.BLOCK_FOUR:
        assert len(enemy) == 1
    else:
        assert not enemy
    found = set()
    for move in np.flatnonzero(cells == 0).tolist():
        cells[move] = color
        if problem.task is Task.BLOCK_FOUR:
            solved = not windows.wins_of(cells, -color)
        elif problem.task is Task.OPEN_FOUR:
            # Two points to win at are needed to have one left; so most moves need no answers.
            wins = windows.wins_of(cells, color)
            solved = len(wins) > 1 and windows.wins_next_whatever_is_answered(cells, color)
        else:
            assert not windows.wins_of(cells, color), "a four puts the question off"
            solved = not windows.wins_by_fours(cells, -color)
        if solved:
            found.add(move)
        cells[move] = 0
    return found


@pytest.mark.parametrize(
    "rules", [*SHIPPED[:-1], pytest.param(SHIPPED[-1], marks=pytest.mark.slow)], ids=NAMES
)
def test_the_accepted_moves_do_what_is_asked_and_no_others_do(rules: Rules) -> None:
    for problem in shipped_suite(rules).problems:
        assert solutions(problem, rules) == set(problem.accepted), problem


@pytest.mark.parametrize("rules", SHIPPED, ids=NAMES)
def test_five_and_four_are_those_of_the_twin_of_the_rules_also_without_overlines(
    rules: Rules,
) -> None:
    for variant in (rules, rules._replace(variant=STANDARD)):
        for problem in shipped_suite(variant).problems:
            board = problem.board(variant)
            assert board.outcome is None
            cells, color = board.cells.tolist(), int(board.to_move)
            own = reference.winning_moves(cells, color, variant)
            enemy = reference.winning_moves(cells, -color, variant)
            if problem.task is Task.FIVE:
                assert own == set(problem.accepted)
            else:
                assert not own
                assert enemy == (
                    set(problem.accepted) if problem.task is Task.BLOCK_FOUR else set()
                )


def test_beside_an_open_four_no_slower_win_is_to_be_had() -> None:
    windows = Windows(SIX)
    for problem in shipped_suite(SIX).problems:
        if problem.task is not Task.OPEN_FOUR:
            continue
        board = problem.board(SIX)
        cells, color = board.cells.copy(), int(board.to_move)
        for move in set(np.flatnonzero(cells == 0).tolist()) - set(problem.accepted):
            cells[move] = color
            assert can_hold(windows, cells, color), problem
            cells[move] = 0


def can_hold(windows: Windows, cells: Cells, color: int) -> bool:
    """Whether the other color has an answer after which a color wins by no fours."""
    for answer in np.flatnonzero(cells == 0):
        cells[answer] = -color
        holds = not windows.wins_by_fours(cells, color)
        cells[answer] = 0
        if holds:
            return True
    return False


@pytest.mark.parametrize("rules", SHIPPED, ids=NAMES)
def test_every_task_is_asked_of_both_colors_and_at_edges_and_corners(rules: Rules) -> None:
    suite = shipped_suite(rules)
    for task in Task:
        problems = [problem for problem in suite.problems if problem.task is task]
        assert [len(problem.moves) % 2 for problem in problems] == [0] * 16 + [1] * 16
        assert sum(problem.is_at_edge(rules.size) for problem in problems) >= 8
        rows_and_columns = [
            sorted(min(p, rules.size - 1 - p) for p in divmod(move, rules.size))
            for problem in problems
            for move in problem.accepted
        ]
        assert any(places in ([0, 0], [0, 1], [1, 1]) for places in rows_and_columns)


def test_no_two_problems_of_a_suite_are_alike() -> None:
    for rules in SHIPPED:
        suite = shipped_suite(rules)
        seen: set[str] = set()
        for problem in suite.problems:
            drawings = [
                str(problem.under(symmetry, rules.size).board(rules).cells.tolist())
                for symmetry in range(SYMMETRIES)
            ]
            assert seen.isdisjoint(drawings), problem
            seen.add(drawings[0])


def test_a_problem_turns_with_its_solution() -> None:
    for problem in shipped_suite(SIX).problems[::9]:
        for symmetry in range(SYMMETRIES):
            turned = problem.under(symmetry, SIX.size)
            assert solutions(turned, SIX) == set(turned.accepted)


@pytest.mark.slow
@pytest.mark.parametrize("rules", SHIPPED[:3], ids=NAMES[:3])
def test_the_shipped_suites_are_what_the_maker_makes(rules: Rules) -> None:
    options = Options()
    assert shipped_suite(rules) == make_suite(rules, options.per_task, options.seed)


def test_the_maker_makes_the_same_suite_again_and_its_solutions_are_right() -> None:
    made = make_suite(Rules(6, 4), per_task=2, seed=3)
    again = make_suite(Rules(6, 4), per_task=2, seed=3)
    assert suite_to_text(made) == suite_to_text(again)
    for problem in made.problems:
        assert solutions(problem, SIX) == set(problem.accepted)


def test_a_suite_can_be_written_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "suite.txt"
    file.write_text("# a remark\n" + suite_to_text(shipped_suite(SIX)))
    assert read_suite(file, SIX) == shipped_suite(SIX)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("five | a1 a2", "bars"),
        ("six | a1 a2 | a3", "six"),
        ("five | a1 a1 | a3", "occupied"),
        ("five | a1 z9 | a3", "z9"),
        ("five | a1 a2 | a2", "legal"),
    ],
)
def test_a_line_that_is_no_problem_is_named(line: str, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "suite.txt"
    file.write_text(f"five | a1 b1 | c1\n{line}\n")
    with pytest.raises(TacticsError, match=rf"line 2.*{complaint}"):
        read_suite(file, SIX)


def test_sizes_without_a_suite_are_refused_with_those_there_are() -> None:
    with pytest.raises(TacticsError, match=r"10x10.*9x9_5.*tools.tactics"):
        shipped_suite(Rules(10))


class Knowing:
    """Gives the accepted moves of one task all the weight, and occupied points still more."""

    def __init__(self, suite: Suite, task: Task) -> None:
        self._accepted = {
            problem.board(suite.rules).cells.tobytes(): problem.accepted
            for problem in suite.problems
            if problem.task is task
        }

    def evaluate(self, positions: Positions) -> Evaluation:
        prior = np.where(positions.cells == 0, 0.0, 2.0).astype(np.float32)
        for row, cells in enumerate(positions.cells):
            prior[row, list(self._accepted.get(cells.tobytes(), ()))] = 1.0
        return Evaluation(prior, np.zeros(len(prior), np.float32))


class Solving(Player):
    """Plays the first solution of each board it is shown, in the order of a suite."""

    name = "solving"

    def __init__(self, suite: Suite) -> None:
        self._problems = iter(suite.problems)

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        return [Choice(p.accepted[0]) for p in islice(self._problems, len(boards))]

    def close(self) -> None:
        pass


def test_shares_are_those_of_each_task() -> None:
    suite = shipped_suite(SIX).under_all_symmetries()
    answers = answer_by_policy(Knowing(suite, Task.OPEN_FOUR), suite)
    assert answers.share(Task.OPEN_FOUR) == 1.0
    # The others get the first empty point, which solves a few by chance.
    assert answers.share(Task.FIVE) < 0.2
    shares = [answers.share(task) for task in Task]
    assert answers.share() == pytest.approx(np.mean(shares))
    table = answers_table([("policy", answers)])
    assert "open four               256" in table
    assert "100.0%" in table


def test_many_boards_are_asked_at_once_and_in_order() -> None:
    suite = shipped_suite(SIX).under_all_symmetries()
    assert answer_by_player(Solving(suite), suite, Limit()).share() == 1.0
    one_each = shipped_suite(SIX).under_one_symmetry_each()
    assert len(one_each.problems) == 128
    assert {p.moves for p in one_each.problems} <= {p.moves for p in suite.problems}


def test_a_share_of_nothing_is_refused() -> None:
    problem = Problem(Task.FIVE, (0,), (7,))
    with pytest.raises(ValueError, match="no problems"):
        Answers(Suite(SIX, (problem,)), (7,)).share(Task.BLOCK_FOUR)


def test_the_command_line_prints_the_table_and_one_clear_line_for_a_mistake() -> None:
    command = [sys.executable, "-m", "gomoku_zero", "tactics"]
    good = subprocess.run(
        [*command, "greedy", "--size", "6", "--win-length", "4"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "block open three" in good.stdout
    bad = subprocess.run(
        [*command, "greedy", "--size", "7"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert bad.returncode == 2
    assert "no tactical suite is shipped for 7x7" in bad.stderr
