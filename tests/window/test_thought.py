"""What is shown of a search, and what the threat solver adds to it."""

from gomoku.board import Board
from gomoku.notation import move_from_text, moves_from_text
from gomoku.rules import BLACK, RENJU, WHITE, Rules
from gomoku_zero.window.model.thought import Fours, find_fours, thought_of
from mcts.tree import Proof
from tests.window.fakes import summary_of

SEVEN = Rules(7)
# White can make five at e1; Black cannot win by fours.
WHITE_HAS_FOUR = """
    . . . . . . .
    . . . . . . .
    . x . x x o .
    . . . . x . .
    . . . . x . .
    . . . . . . .
    . o o o . o ."""
FIVE_AT = 46  # e1


def test_a_win_by_fours_is_certain_and_comes_first() -> None:
    board = Board.from_text(WHITE_HAS_FOUR, SEVEN, WHITE)
    fours = find_fours(board, 1000)
    assert fours.own == (FIVE_AT,)
    thought = thought_of(summary_of(board, 0, 50), WHITE, fours=fours)
    assert (thought.proof, thought.win_rate, thought.distance) == (Proof.WIN, 1.0, 1)
    assert thought.best_move == FIVE_AT
    assert [each.move for each in thought.candidates] == [FIVE_AT, 0]
    assert thought.certain_winner is WHITE


def test_what_the_other_side_threatens_is_known_and_proves_nothing() -> None:
    board = Board.from_text(WHITE_HAS_FOUR.replace("x x", "x ."), SEVEN, BLACK)
    fours = find_fours(board, 1000)
    assert fours == Fours(own=(), enemy=(FIVE_AT,))
    thought = thought_of(summary_of(board, FIVE_AT, 50, -0.2), BLACK, fours=fours)
    assert thought.threat == (FIVE_AT,)
    assert thought.proof is Proof.UNKNOWN
    assert thought.win_rate == 0.4


def test_a_shorter_win_that_the_search_has_proven_stands() -> None:
    board = Board(SEVEN)
    summary = summary_of(board, 20, 50, 1.0, Proof.WIN, distance=3)
    thought = thought_of(summary, BLACK, fours=Fours(own=(24, 25, 26, 27, 28)))
    assert (thought.best_move, thought.distance) == (20, 3)


def test_a_line_ends_where_every_answer_is_forbidden() -> None:
    board = Board(Rules(15, 5, RENJU))
    fours = Fours(own=(112, -1, 113))
    thought = thought_of(summary_of(board, 0, 50), BLACK, fours=fours)
    assert thought.line == (112,)
    assert thought.distance == 3


def test_every_candidate_has_the_line_that_follows_it() -> None:
    board = Board(SEVEN)
    summary = summary_of(board, 24, 50)
    summary.visits[25] = 20
    thought = thought_of(summary, BLACK, line_after=lambda move: (move, move + 1))
    assert thought.line_of(24) == (24,)  # the principal line
    assert thought.line_of(25) == (25, 26)
    assert thought.line_of(30) == ()


def test_a_four_whose_only_block_is_forbidden_wins_in_renju() -> None:
    rules = Rules(15, 5, RENJU)
    cells = ["."] * rules.points
    for text, letter in (("c3 i9 h9 h10 i8 j8", "x"), ("e5 f6 g7 a1 o15", "o")):
        for move in moves_from_text(text, 15):
            cells[move] = letter
    drawing = "\n".join(" ".join(cells[i : i + 15]) for i in range(0, rules.points, 15))
    board = Board.from_text(drawing, rules, WHITE)
    assert move_from_text("h8", 15) in board.forbidden_points()
    thought = thought_of(summary_of(board, 0, 50), WHITE, fours=find_fours(board, 1000))
    assert thought.certain_winner is WHITE
    assert (thought.line, thought.distance) == ((move_from_text("d4", 15),), 3)
