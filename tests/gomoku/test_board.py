"""Board: playing, taking back, knowing when it is over, and drawing itself."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomoku.board import Board, IllegalMoveError, Outcome, PositionError, Termination
from gomoku.notation import moves_from_text
from gomoku.rules import BLACK, FREESTYLE, STANDARD, WHITE, Rules
from gomoku.symmetry import SYMMETRIES, image_points
from tests import reference
from tests.gomoku.state import all_rules


def ascii_board(row: str, variant: int, size: int = 9) -> Board:
    """A board with this top row, and nothing else on it; the side to move is Black."""
    stones = row.split()
    rows = [stones + ["."] * (size - len(stones))] + [["."] * size] * (size - 1)
    text = "\n".join(" ".join(points) for points in rows)
    return Board.from_text(text, Rules(size, 5, variant), to_move=BLACK)


def random_game(rules: Rules, chance: random.Random) -> Board:
    board = Board(rules)
    while board.outcome is None:
        board.push(chance.choice(board.legal_moves().tolist()))
    return board


def outcome_of_twin(board: Board) -> tuple[int, Termination] | None:
    """The outcome right after the last move, by the slow twin: winner (0 for none) and reason."""
    cells, rules = board.cells.tolist(), board.rules
    last = board.moves[-1]
    if cells[last] == 1:
        before = [*cells[:last], 0, *cells[last + 1 :]]
        if reference.is_forbidden(before, last, rules):
            return -1, Termination.FORBIDDEN
    for color in (1, -1):
        if reference.winning_rows(cells, color, rules):
            return color, Termination.LINE
    if 0 not in cells:
        return 0, Termination.FULL_BOARD
    if reference.is_dead_draw(cells, rules):
        return 0, Termination.DEAD_DRAW
    return None


RULES = st.sampled_from([rules for size in range(3, 9) for rules in all_rules(size)])


@given(RULES, st.randoms(use_true_random=False))
def test_every_ply_of_a_random_game_ends_it_exactly_when_the_twin_says(
    rules: Rules, chance: random.Random
) -> None:
    board = Board(rules)
    while board.outcome is None:
        board.push(chance.choice(board.legal_moves().tolist()))
        expected = outcome_of_twin(board)
        outcome = board.outcome
        assert (outcome is None) == (expected is None)
        if outcome is not None and expected is not None:
            assert (outcome.winner or 0, outcome.termination) == expected
            if outcome.termination is Termination.LINE:
                rows = reference.winning_rows(board.cells.tolist(), expected[0], rules)
                assert list(outcome.line) in rows
            else:
                assert outcome.line == ()


@given(RULES, st.randoms(use_true_random=False))
def test_pop_restores_the_board_exactly(rules: Rules, chance: random.Random) -> None:
    board = Board(rules)
    history = []
    while board.outcome is None:
        history.append((board.cells.copy(), board.to_move, board.last_move, board.ply, str(board)))
        board.push(chance.choice(board.legal_moves().tolist()))
    moves = board.moves
    for ply in reversed(range(len(moves))):
        assert board.pop() == moves[ply]
        cells, to_move, last_move, stones, text = history[ply]
        np.testing.assert_array_equal(board.cells, cells)
        assert (board.to_move, board.last_move, board.ply) == (to_move, last_move, stones)
        assert str(board) == text
        assert board.moves == moves[:ply]
        assert board.outcome is None
    assert Board.from_moves(rules, moves).outcome is not None  # the arrays were left usable


@given(RULES, st.randoms(use_true_random=False))
def test_the_outcome_is_the_same_under_all_eight_symmetries(
    rules: Rules, chance: random.Random
) -> None:
    board = random_game(rules, chance)
    assert board.outcome is not None
    for symmetry in range(SYMMETRIES):
        images = image_points(rules.size)[symmetry]
        turned = Board.from_moves(rules, (int(images[move]) for move in board.moves))
        assert turned.outcome is not None
        assert turned.outcome.winner == board.outcome.winner
        assert turned.outcome.termination == board.outcome.termination
        assert len(turned.outcome.line) == len(board.outcome.line)


@given(RULES, st.randoms(use_true_random=False))
def test_a_drawn_position_reads_back_as_the_same_position(
    rules: Rules, chance: random.Random
) -> None:
    game = random_game(rules, chance)
    board = Board.from_moves(rules, game.moves[: chance.randrange(len(game.moves) + 1)])
    copy = Board.from_text(str(board), rules)
    np.testing.assert_array_equal(copy.cells, board.cells)
    assert (copy.to_move, copy.last_move, copy.ply) == (board.to_move, board.last_move, board.ply)
    assert str(copy) == str(board)
    if copy.outcome is not None and board.outcome is not None:
        assert copy.outcome.winner == board.outcome.winner
        assert copy.outcome.termination == board.outcome.termination
    assert (copy.outcome is None) == (board.outcome is None)


def test_six_in_a_row_wins_only_when_overlines_win() -> None:
    for variant, winner in ((FREESTYLE, BLACK), (STANDARD, None)):
        board = ascii_board("x x x . x x", variant)
        board.push(3)
        assert (board.outcome.winner if board.outcome else None) is winner


def test_a_row_of_exactly_five_wins_under_both_rules() -> None:
    for variant in (FREESTYLE, STANDARD):
        board = ascii_board("x x . x x o", variant)
        board.push(2)
        assert board.outcome == Outcome(BLACK, Termination.LINE, (0, 1, 2, 3, 4))


def test_an_overline_crossed_by_a_five_wins_under_the_standard_rule() -> None:
    text = """
    x x x . x x . . .
    . . . x . . . . .
    . . . x . . . . .
    . . . x . . . . .
    . . . x . . . . .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    """
    board = Board.from_text(text, Rules(9, 5, STANDARD), to_move=BLACK)
    board.push(3)
    assert board.outcome == Outcome(BLACK, Termination.LINE, (3, 12, 21, 30, 39))


def test_a_row_does_not_run_around_the_edge_of_the_board() -> None:
    text = """
    . . . . x x
    x x x . . .
    . . . . . .
    . . . . . .
    . . . . . .
    . . . . . .
    """
    board = Board.from_text(text, Rules(6, 5), to_move=WHITE)
    assert board.outcome is None
    board.push(35)
    board.push(9)
    assert board.outcome is None


def test_a_game_stops_as_soon_as_neither_color_can_fill_a_row() -> None:
    # x o x      The last point of 3x3 is empty, but no line is left for either color.
    # x o o
    # o x .
    board = Board.from_moves(Rules(3, 3), (0, 1, 2, 4, 3, 5, 7, 6))
    assert board.outcome == Outcome(None, Termination.DEAD_DRAW)
    assert board.legal_moves().size == 0


def test_a_board_that_fills_up_at_its_last_living_line_is_a_full_board() -> None:
    # x o x      Black still hoped for the last point; a White stone there would have been
    # o o x      dead earlier, so the ninth stone decides between a win and a full board.
    # x X o
    board = Board.from_moves(Rules(3, 3), (0, 1, 2, 3, 5, 4, 6, 8))
    assert board.outcome is None
    board.push(7)
    assert board.outcome == Outcome(None, Termination.FULL_BOARD)


def test_illegal_moves_are_refused_with_the_reason_and_change_nothing() -> None:
    board = Board.from_moves(Rules(3, 3), (0, 3, 1, 4))
    for move, complaint in (
        (0, "a3 is occupied"),
        (9, "move 9 is outside the board: moves go from 0 to 8"),
        (-1, "move -1 is outside the board"),
    ):
        with pytest.raises(IllegalMoveError, match=complaint):
            board.push(move)
        assert not board.is_legal(move)
    assert board.moves == (0, 3, 1, 4)
    board.push(2)
    with pytest.raises(IllegalMoveError, match=r"the game is over \(line\): no move can be played"):
        board.push(8)
    assert not board.is_legal(8)


def test_an_empty_board_has_no_move_to_take_back() -> None:
    with pytest.raises(IllegalMoveError, match="no move to take back"):
        Board().pop()


def test_a_position_set_up_from_text_keeps_its_last_move_through_push_and_pop() -> None:
    board = Board.from_text("x . .\n. O .\n. . .", Rules(3, 3))
    assert (board.last_move, board.moves, board.ply) == (4, (), 2)
    board.push(8)
    assert board.pop() == 8
    assert board.last_move == 4
    with pytest.raises(IllegalMoveError, match="no move to take back"):
        board.pop()


def test_moves_are_plain_integers_whatever_was_pushed() -> None:
    board = Board(Rules(9))
    for move in np.array([40, 41], np.int64):
        board.push(move)
    assert [type(move) for move in board.moves] == [int, int]


def test_a_copy_goes_its_own_way() -> None:
    board = Board.from_moves(Rules(9), moves_from_text("e5 e6 d5", 9))
    twin = board.copy()
    twin.push(0)
    assert board.ply == 3
    assert twin.pop() == 0
    assert str(twin) == str(board)
    finished = Board.from_moves(Rules(3, 3), (0, 3, 1, 4, 2))
    assert finished.copy().outcome == finished.outcome


def test_cells_cannot_be_changed_from_outside() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Board().cells[0] = 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"not a square board: rows of \[\] points"),
        (". .\n. .", "a 2x2 drawing: boards go from 3x3 to 22x22"),
        ("hello", "a 1x1 drawing"),
        (". . .\n. .\n. . .", r"not a square board: rows of \[3, 2, 3\] points"),
        (". . .\n. . .", r"not a square board"),
        ("x x .\n. . .\n. . .", "2 black and 0 white stones do not say who is to move"),
        ("o . .\n. . .\n. . .", "0 black and 1 white stones"),
    ],
)
def test_a_text_that_is_no_position_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(PositionError, match=complaint):
        Board.from_text(text)


def test_a_drawing_of_another_size_than_the_rules_is_refused() -> None:
    with pytest.raises(PositionError, match="a 3x3 drawing for rules of 15x15 freestyle"):
        Board.from_text(". . .\n. . .\n. . .", Rules())


def test_a_board_of_15x15_with_a_column_named_o_reads_back() -> None:
    board = Board.from_moves(Rules(15), moves_from_text("h8 o15 a1", 15))
    assert str(board).splitlines()[-1].split()[-1] == "O"
    assert Board.from_text(str(board)).cells.tolist() == board.cells.tolist()


def test_a_finished_position_from_text_knows_its_outcome() -> None:
    board = Board.from_text("x x x\no o .\n. . .", Rules(3, 3))
    assert board.outcome == Outcome(BLACK, Termination.LINE, (0, 1, 2))
    drawn = Board.from_text("x o x\nx o o\no x .", Rules(3, 3))
    assert drawn.outcome == Outcome(None, Termination.DEAD_DRAW)
