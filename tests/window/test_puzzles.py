"""Puzzles: graded, their solutions proven, solved by playing."""

from pathlib import Path

import pygame
import pytest

from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.arena.tactics import Task
from gomoku_zero.window.model.commands import Do, GoTo, Play
from gomoku_zero.window.model.puzzles import GRADES, Puzzles
from tests.window.test_app_records import OpenApp, open_app  # noqa: F401 - a fixture

SIX = Rules(size=6, win_length=4)


@pytest.mark.parametrize("rules", [SIX, Rules(9), Rules(15)])
def test_puzzles_go_from_easy_to_hard(rules: Rules) -> None:
    puzzles = Puzzles(rules)
    tasks = []
    for _ in range(len(puzzles)):
        tasks.append(GRADES.index(puzzles.problem.task))
        puzzles.advance()
    assert tasks == sorted(tasks)
    assert puzzles.number == 0  # and from the start again
    assert len(puzzles) == 128


def test_rules_without_puzzles_have_the_usual_ones() -> None:
    assert Puzzles(Rules(11)).rules == Rules()
    assert Puzzles(SIX, 130).number == 2


def test_a_solution_that_wins_is_played_to_its_end() -> None:
    puzzles = Puzzles(SIX)
    for _ in range(len(puzzles)):
        if puzzles.problem.task in (Task.FIVE, Task.OPEN_FOUR):
            board = Board.from_moves(SIX, puzzles.problem.moves)
            attacker = board.to_move
            for move in puzzles.solution():
                board.push(move)
            assert board.outcome is not None
            assert board.outcome.winner is attacker
        puzzles.advance()


def test_a_puzzle_is_solved_by_the_right_move_and_no_other(
    open_app: OpenApp,  # noqa: F811
    tmp_path: Path,
) -> None:
    app = open_app()
    app.do(Do.PUZZLE)
    app.advance(0.0)
    puzzles = Puzzles(SIX)
    problem = puzzles.problem
    assert app.scene().snapshot.moves == problem.moves
    assert app.scene().texts.status[1] == "Puzzle 1 of 128"
    board = Board.from_moves(SIX, problem.moves)
    wrong = next(int(m) for m in board.legal_moves() if int(m) not in problem.accepted)
    app.do(Play(wrong))
    assert app.scene().message == "Not that one: try again"
    assert app.session.moves == problem.moves
    app.do(Play(problem.accepted[0]))
    app.advance(0.0)
    assert app.scene().texts.status[0] == "Solved"
    app.do(Do.PUZZLE)
    app.advance(0.0)
    puzzles.advance()
    assert app.session.moves == puzzles.problem.moves
    app.do(Do.SOLUTION)
    app.advance(0.0)
    assert app.session.moves[len(puzzles.problem.moves)] in puzzles.problem.accepted
    assert app.settings.puzzle == 1
    assert not list((tmp_path / "games").glob("*.sgf"))  # a puzzle is not a game to keep
    app.do(Do.REMATCH)
    assert app.scene().texts.status[1] != "Puzzle 2 of 128"
    app.do(Do.SOLUTION)
    assert app.scene().message == "There is no puzzle on the board"


def test_a_game_in_progress_is_kept_when_a_puzzle_takes_its_place(
    open_app: OpenApp,  # noqa: F811
    tmp_path: Path,
) -> None:
    app = open_app()
    app.do(Play(14))
    app.do(Do.PUZZLE)
    app.handle(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_F5, mod=0, unicode=""))
    app.do(GoTo(0))
    app.advance(0.0)
    (kept,) = (tmp_path / "games").glob("*unfinished.sgf")
    assert kept.is_file()
