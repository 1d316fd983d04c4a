"""The user's progress: reviewed games, mistakes that repeat, exercises made of them."""

import time
from pathlib import Path

import pytest

from gomoku.board import Board
from gomoku.notation import moves_from_text
from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.model.commands import Do, Play, ScrollPage
from gomoku_zero.window.model.exercises import Exercises, does_the_task, exercises_of
from gomoku_zero.window.model.explanation import Reason
from gomoku_zero.window.model.progress import (
    OwnMistake,
    Progress,
    ReviewedGame,
    TriedExercise,
    reviewed_game,
    users_color,
)
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.study import day_of
from gomoku_zero.window.progress_page import OpenGame, ReviewAll
from gomoku_zero.window.view.drawings import Chart, SmallBoard
from tests.window.test_app_records import OpenApp, open_app  # noqa: F401 - a fixture

NINE = Rules(9)
# Black has a three that White overlooks at move 6, and an open four after it.
MOVES = tuple(moves_from_text("e5 a1 f5 a9 d5 i9 g5 i1", 9))
DEFENCE = OwnMistake(5, "BLUNDER", "THREAT_OVERLOOKED", (moves_from_text("c5", 9)[0],))
WIN = OwnMistake(7, "BLUNDER", "CHANCES_LOST", (moves_from_text("h5", 9)[0],))


def game(key: str, day: str, accuracy: float = 0.8, **values: object) -> ReviewedGame:
    known: dict[str, object] = {
        "rules": (9, 5, 0),
        "start": "",
        "moves": MOVES,
        "color": WHITE.value,
        "score": 0.0,
        "opponent": "Level 3",
        "phases": (0.9, None, None),
        "counts": (0, 0, 2),
        "mistakes": (DEFENCE, WIN),
    }
    return ReviewedGame(key=key, day=day, accuracy=accuracy, **(known | values))  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "games" / "progress.jsonl"


def test_what_was_added_is_there_again(file: Path) -> None:
    progress = Progress(file)
    progress.add(game("b", "2026-11-02 10:00", 0.6))
    progress.add(game("a", "2026-11-01 10:00", 0.8))
    progress.add(game("b", "2026-11-02 10:00", 0.7))  # reviewed once more
    progress.add(TriedExercise("a", 5, True))
    again = Progress(file)
    assert [each.key for each in again.games] == ["a", "b"]
    assert again.games == progress.games
    assert again.mean_accuracies() == pytest.approx((0.8, 0.75))
    assert again.mean_phases()[0] == pytest.approx(0.9)
    assert again.mean_phases()[1:] == (None, None)
    assert again.reasons() == [(Reason.THREAT_OVERLOOKED, 2), (Reason.CHANCES_LOST, 2)]
    assert again.tries("a", 5) == (True,)
    assert again.tries("a", 6) == ()


def test_a_line_that_was_cut_off_is_all_that_is_lost(file: Path) -> None:
    progress = Progress(file)
    progress.add(game("a", "2026-11-01 10:00"))
    whole = file.read_bytes()
    progress.add(game("b", "2026-11-02 10:00"))
    for cut in (len(whole) + 1, len(whole) + 40, len(file.read_bytes()) - 2):
        file.write_bytes(file.read_bytes()[:cut])
        damaged = Progress(file)
        assert [each.key for each in damaged.games] == ["a"]
        damaged.add(game("c", "2026-11-03 10:00"))
        assert [each.key for each in Progress(file).games] == ["a", "c"]
        file.write_bytes(whole)
        Progress(file).add(game("b", "2026-11-02 10:00"))


def test_two_windows_add_to_one_file(file: Path) -> None:
    first, second = Progress(file), Progress(file)
    first.add(game("a", "2026-11-01 10:00"))
    second.add(game("b", "2026-11-02 10:00"))
    first.read()
    second.read()
    assert first.games == second.games
    assert len(first.games) == 2


def test_a_file_that_says_anything_does_no_harm(file: Path) -> None:
    file.parent.mkdir()
    lines = [
        '{"type":"game"}',
        "[]",
        "\x00",
        '{"type":"exercise","key":"a","ply":-7,"is_right":true}',
    ]
    file.write_text("\n".join(lines))
    progress = Progress(file)
    assert progress.games == ()
    odd = game(
        "odd", "2026", moves=(5, 5, 900, -1), mistakes=(DEFENCE, OwnMistake(2, "?", "?", (3,)))
    )
    progress.add(odd)
    assert exercises_of(progress) == ()


def test_the_users_color_is_told_by_seat_or_by_name() -> None:
    def color(**values: object) -> object:
        return users_color(GameSession(GameSetup(NINE, **values)))  # type: ignore[arg-type]

    assert color(black=HUMAN, white="level:3") is BLACK
    assert color(black="level:3", white=HUMAN) is WHITE
    assert color(names=("Level 3", "You")) is WHITE
    assert color(names=("Вы", "Уровень 3")) is BLACK
    assert color(names=("You", "You")) is None
    assert color() is None
    assert color(black="greedy", white="random") is None


def test_a_day_is_read_from_a_name() -> None:
    assert day_of(Path("2026-11-28 16.41.05 You-Level 3 15x15 W+.sgf")) == "2026-11-28 16:41"
    assert day_of(Path("x.sgf")) == day_of(None) == time.strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("moves", "task", "right", "wrong"),
    [
        # Black's open four wins at either end; White may stop a three at either end, or inside.
        ("e5 a1 f5 a9 d5 i9", "task_find_win", "c5 g5", "h8 a5"),
        ("e5 a1 f5 a9 d5", "task_find_defence", "c5 g5", "a5 h1"),
        ("e5 a1 f5 a9 d5 c5 g5", "task_find_defence", "h5", "b5 a5"),
        ("e5 a1 f5 a9 d5 i9 g5 c5", "task_find_win", "h5", "b5 a5"),
    ],
)
def test_every_move_that_does_the_task_is_right(
    moves: str, task: str, right: str, wrong: str
) -> None:
    board = Board.from_moves(NINE, moves_from_text(moves, 9))
    for answers, expected in ((right, True), (wrong, False)):
        for move in moves_from_text(answers, 9):
            assert does_the_task(board, move, task) is expected, (moves, move)
    assert not does_the_task(board, moves_from_text("e5", 9)[0], task)  # there is a stone


def test_an_exercise_comes_back_until_it_is_learned(file: Path) -> None:
    progress = Progress(file)
    with pytest.raises(LookupError):
        Exercises(progress)
    progress.add(game("a", "2026-11-01 10:00"))
    progress.add(
        game("b", "2026-11-02 10:00", moves=tuple(moves_from_text("e5 a1 f5 a9 d5 h1", 9)))
    )
    exercises = Exercises(progress)
    assert [each.key for each in exercises_of(progress)] == ["b", "a"]
    assert (len(exercises), exercises.task, exercises.day) == (
        2,
        "task_find_defence",
        "2026-11-02 10:00",
    )
    right, wrong = moves_from_text("g5 a5", 9)
    assert not exercises.solves(wrong)
    assert exercises.solves(right)  # too late to count
    assert progress.tries("b", 5) == (False,)
    exercises.advance()
    assert exercises.solves(right)
    assert [each.key for each in exercises_of(progress)] == ["b", "a"]  # wrong ones come first
    exercises.advance()
    assert not exercises.is_solved
    exercises.give_up()
    exercises.advance()
    exercises.solves(right)
    assert [each.key for each in exercises_of(progress)] == ["b"]  # "a" was right twice
    assert exercises_of(Progress(file)) == exercises_of(progress)


def play_to_the_end(app: App) -> None:
    """The user wins on 6x6 with four in a row, against two people's moves in the last row."""
    for move in (0, 30, 1, 31, 2, 33, 3):
        app.do(Play(move))
        app.advance(0.0)


def until(app: App, is_done: object) -> None:
    deadline = time.monotonic() + 60
    while not is_done() and time.monotonic() < deadline:  # type: ignore[operator]
        app.advance(0.02)
        time.sleep(0.002)
    assert is_done()  # type: ignore[operator]


@pytest.fixture
def app(open_app: OpenApp) -> App:  # noqa: F811
    app = open_app()
    app.session.new_game(GameSetup(Rules(6, 4), names=("You", "Anna")))
    play_to_the_end(app)
    return app


def test_a_complete_review_of_an_own_game_is_kept(app: App, tmp_path: Path) -> None:
    app.do(Do.REVIEW)
    until(app, lambda: app.session.review.share == 1)
    app.advance(0.0)
    (kept,) = app._progress.games
    assert kept == reviewed_game(app.session, ("You", "Anna"), kept.day, kept.file)
    assert (kept.score, kept.opponent, kept.moves) == (1.0, "Anna", app.session.moves)
    assert (tmp_path / "games" / kept.file).exists() or list(tmp_path.rglob(kept.file))
    app.do(Do.PROGRESS)
    dialog = app.scene().dialog
    assert dialog is not None
    chart, board = dialog.drawings
    assert isinstance(chart, Chart)
    assert [len(curve.points) for curve in chart.curves] == [1, 1]
    assert isinstance(board, SmallBoard)
    assert any("Anna" in each.text for each in dialog.controls)


def test_games_that_were_never_reviewed_are_reviewed_from_the_page(app: App) -> None:
    app.do(Do.PROGRESS)
    app.do(ReviewAll())
    until(app, lambda: app._progress.games)
    (kept,) = app._progress.games
    assert kept.opponent == "Anna"
    until(app, lambda: not app._batch.is_running)
    app.do(ReviewAll())  # a second time there is nothing to do
    until(app, lambda: not app._batch.is_running)
    assert app._batch.done == 0
    app.do(ScrollPage(3))
    games = app.session.games
    app.do(OpenGame("unknown"))
    assert app.session.games == games
    app.do(OpenGame(kept.key))
    assert app.session.games == games + 1
    assert app.session.moves == kept.moves
    assert app.scene().dialog is None
    assert app.scene().snapshot.reviewed is not None


def test_stopping_or_closing_leaves_the_thinking_to_the_game(app: App) -> None:
    app.do(Do.PROGRESS)
    app.do(ReviewAll())
    until(app, lambda: app._batch.session is not None)
    app.do(Do.CLOSE)
    app.advance(0.0)
    assert app._wanted() == app.session.wanted()
    app.do(Do.PROGRESS)
    app.do(ReviewAll())
    assert app._batch.session is None
    assert not app._batch.is_running


def test_an_exercise_is_played_as_a_puzzle_is(app: App) -> None:
    app.do(Do.EXERCISE)
    assert not app.is_puzzle
    assert "No exercises" in app.scene().message
    app._progress.add(game("a", "2026-11-01 10:00"))
    app.do(Do.EXERCISE)
    assert app.scene().texts.status == (
        "White: find the defence",
        "Exercise 1 of 1, from your game of 2026-11-01",
    )
    assert any(each.command is Do.EXERCISE for each in app.scene().panel.buttons)
    right, wrong = moves_from_text("g5 a5", 9)
    app.do(Play(wrong))
    assert app.session.moves == MOVES[:5]
    app.do(Play(right))
    assert app.session.moves == (*MOVES[:5], right)
    assert app.scene().texts.status[0] == "Solved"
    app.do(Do.PUZZLE)  # puzzles and exercises take turns
    assert app.scene().texts.status[1] == "Puzzle 1 of 128"
    app.do(Do.EXERCISE)
    app.do(Do.SOLUTION)
    assert app.session.moves == (*MOVES[:5], DEFENCE.better[0])
