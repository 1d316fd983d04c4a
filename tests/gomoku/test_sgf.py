"""Games written and read back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomoku.board import Board, Outcome, Termination
from gomoku.psq import game_from_psq, game_to_psq
from gomoku.record import GameRecord
from gomoku.rules import BLACK, STANDARD, WHITE, Rules
from gomoku.sgf import RecordError, SavedGame, game_from_sgf, game_to_sgf

SIX = Rules(size=6, win_length=4)


@st.composite
def records(draw: st.DrawFn) -> GameRecord:
    """The beginning of a random game."""
    size = draw(st.integers(5, 9))
    rules = Rules(size, 5, draw(st.sampled_from([0, STANDARD])))
    board = Board(rules)
    for move in draw(st.permutations(range(rules.points)))[: draw(st.integers(0, rules.points))]:
        if board.outcome is not None:
            break
        board.push(move)
    return GameRecord(rules, board.moves, board.outcome, "Ada", "Übung [x] \\ 五子棋")


@settings(max_examples=40, deadline=None)
@given(records())
def test_a_game_survives_sgf_and_psq(record: GameRecord) -> None:
    assert game_from_sgf(game_to_sgf(SavedGame(record))).record == record
    assert game_from_psq(game_to_psq(record)) == record


def test_an_sgf_says_what_it_is() -> None:
    text = game_to_sgf(SavedGame(GameRecord(SIX, (0, 35), None, "Ada", "Bob")))
    for part in ("GM[4]", "SZ[6]", "RU[freestyle 4]", "PB[Ada]", "B[aa]", "W[ff]"):
        assert part in text


def test_a_psq_counts_columns_and_rows_from_one_and_the_top() -> None:
    lines = game_to_psq(GameRecord(Rules(15), (1, 15))).splitlines()
    assert lines[:3] == ["Piskvorky 15x15, 11:11, 0", "2,1,0", "1,2,0"]


@pytest.mark.parametrize("termination", [Termination.RESIGNED, Termination.TIME])
def test_a_game_that_ended_off_the_board_keeps_its_result(termination: Termination) -> None:
    record = GameRecord(SIX, (14,), Outcome(WHITE, termination))
    assert game_from_sgf(game_to_sgf(SavedGame(record))).record == record


def test_stones_that_were_set_up_survive() -> None:
    start = Board.from_moves(SIX, (14, 15, 20)).to_text().replace("X", "x")
    game = SavedGame(GameRecord(SIX, (21, 22)), start)
    read = game_from_sgf(game_to_sgf(game))
    assert read.record.moves == (21, 22)
    assert read.board().cells.tolist() == game.board().cells.tolist()


def test_an_sgf_of_another_program_is_read() -> None:
    game = game_from_sgf("(;FF[4]GM[4]SZ[15]PB[x]RE[B+R]\n;B[hh](;W[ii];B[hi])(;W[aa]))")
    assert game.record.rules == Rules(15)
    assert game.record.moves == (112, 128, 127)
    assert game.record.outcome == Outcome(BLACK, Termination.RESIGNED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "(;GM[4]SZ[15];B[hh]",
        "(;GM[2]SZ[15];B[hh])",
        "(;GM[4]SZ[25];B[hh])",
        "(;GM[4]SZ[15];B[hh];W[hh])",
        "(;GM[4]SZ[5];B[hh])",
        "(;GM[4]SZ[6]RU[freestyle 9];B[aa])",
        "(;GM[4]SZ[x];B[aa])",
        "(;GM[4]SZ[6]AB[aa][bb][cc]PL[B])",
    ],
)
def test_a_damaged_sgf_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        game_from_sgf(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "Piskvorky 15x14, 11:11, 0\n",
        "Piskvorky 99x99, 11:11, 0\n",
        "Piskvorky 15x15, 11:11, 0\n16,1,0\n",
        "Piskvorky 15x15, 11:11, 0\n1,1,0\n1,1,0\n",
    ],
)
def test_a_damaged_psq_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        game_from_psq(text)
