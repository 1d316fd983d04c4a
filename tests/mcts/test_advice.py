"""What people are shown beside what a search says: fours that win or threaten, draws, and lines."""

from dataclasses import replace

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.notation import move_from_text, moves_from_text
from gomoku.rules import BLACK, RENJU, WHITE, Rules
from mcts.advice import MAX_CANDIDATES, Advice, draw_rate, until_forbidden
from mcts.analysis import Analysis, Candidate
from mcts.cache import CachedEvaluator
from mcts.evaluation import Evaluation, Positions
from mcts.player import Limit
from mcts.rollout import RolloutEvaluator
from mcts.search import SearchConfig
from mcts.search_player import SearchPlayer, search_for_play
from mcts.tree import Proof
from tests.window.fakes import analysis_of

TINY = Rules(size=4, win_length=4)
SIX = Rules(size=6, win_length=4)
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


class Even:
    """Knows nothing, and says that so many games in ten are drawn after each number of stones."""

    def evaluate(self, positions: Positions) -> Evaluation:
        stones = np.abs(positions.cells).sum(axis=1, dtype=np.float32)
        return Silent().evaluate(positions)._replace(draw=stones / np.float32(10))


class Silent:
    """Says nothing of draws."""

    def evaluate(self, positions: Positions) -> Evaluation:
        batch = len(positions.cells)
        return Evaluation(np.ones(positions.cells.shape, np.float32), np.zeros(batch, np.float32))


def advice_on(board: Board) -> Advice:
    return Advice(board, Silent(), SearchConfig())


def candidate(*line: int, visits: int) -> Candidate:
    return Candidate(line[0], visits, 0.0, 0.1, line)


def test_a_win_by_fours_is_certain_and_comes_first() -> None:
    board = Board.from_text(WHITE_HAS_FOUR, SEVEN, WHITE)
    thought = advice_on(board).added_to(analysis_of(board, 0, 50))
    assert (thought.proof, thought.win_rate, thought.distance) == (Proof.WIN, 1.0, 1)
    assert thought.best_move == FIVE_AT
    assert [each.move for each in thought.candidates] == [FIVE_AT, 0]
    assert thought.certain_winner is WHITE
    assert thought.move == 0  # the search plays what it found itself


def test_a_search_that_looks_for_fours_itself_is_told_of_no_win() -> None:
    board = Board.from_text(WHITE_HAS_FOUR, SEVEN, WHITE)
    advice = Advice(board, Silent(), search_for_play(50))
    assert advice.added_to(analysis_of(board, 0, 50)).proof is Proof.UNKNOWN
    last = Analysis(WHITE, 0.0)
    for analysis in SearchPlayer("wise", Silent(), search_for_play(50), advises=True).analyse(
        board, Limit()
    ):
        last = analysis
    assert (last.proof, last.move) == (Proof.WIN, FIVE_AT)


def test_what_the_other_side_threatens_is_known_and_proves_nothing() -> None:
    board = Board.from_text(WHITE_HAS_FOUR.replace("x x", "x ."), SEVEN, BLACK)
    thought = advice_on(board).added_to(analysis_of(board, FIVE_AT, 50, -0.2))
    assert thought.threat == (FIVE_AT,)
    assert thought.proof is Proof.UNKNOWN
    assert thought.win_rate == pytest.approx(0.4)


def test_a_win_that_is_as_short_and_that_the_search_has_proven_stands() -> None:
    board = Board.from_text(WHITE_HAS_FOUR, SEVEN, WHITE)
    proven = analysis_of(board, 0, 50, 1.0, Proof.WIN, distance=1)
    assert advice_on(board).added_to(proven).best_move == 0
    longer = replace(proven, distance=3)
    assert advice_on(board).added_to(longer).best_move == FIVE_AT


def test_a_line_ends_where_every_answer_is_forbidden() -> None:
    assert until_forbidden((112, -1, 113)) == (112,)
    assert until_forbidden((112, 113)) == (112, 113)


def test_a_four_whose_only_block_is_forbidden_wins_in_renju() -> None:
    rules = Rules(15, 5, RENJU)
    cells = ["."] * rules.points
    for text, letter in (("c3 i9 h9 h10 i8 j8", "x"), ("e5 f6 g7 a1 o15", "o")):
        for move in moves_from_text(text, 15):
            cells[move] = letter
    drawing = "\n".join(" ".join(cells[i : i + 15]) for i in range(0, rules.points, 15))
    board = Board.from_text(drawing, rules, WHITE)
    assert move_from_text("h8", 15) in board.forbidden_points()
    thought = advice_on(board).added_to(analysis_of(board, 0, 50))
    assert thought.certain_winner is WHITE
    assert (thought.pv, thought.distance) == ((move_from_text("d4", 15),), 3)


def test_the_draw_rate_is_that_of_the_ends_of_the_lines_by_their_visits() -> None:
    lines = (candidate(0, 1, visits=30), candidate(2, 3, 4, 5, visits=10))
    assert draw_rate(Even(), Board(SIX), lines) == pytest.approx((30 * 0.2 + 10 * 0.4) / 40)
    remembered = CachedEvaluator(Even())
    assert draw_rate(remembered, Board(SIX), lines) == pytest.approx((30 * 0.2 + 10 * 0.4) / 40)


def test_a_line_that_ends_the_game_is_certain() -> None:
    board = Board.from_moves(SIX, (0, 6, 1, 7, 2, 8))
    winning = (candidate(3, visits=10), candidate(20, visits=10))
    assert draw_rate(Even(), board, winning) == pytest.approx((0 + 0.7) / 2)
    assert draw_rate(Even(), board, winning[:1]) == 0.0


def test_pure_search_counts_drawn_playouts() -> None:
    # Each side holds a point of every line but few: nearly all random games are drawn.
    board = Board.from_text("x o x o\no x o x\no x o x\n. . . .", TINY)
    evaluator = RolloutEvaluator()
    rate = draw_rate(evaluator, board, [candidate(move, visits=1) for move in (12, 13)])
    assert rate is not None
    assert rate > 0.9
    first = draw_rate(evaluator, Board(SIX), [candidate(14, visits=1)])
    assert first is not None
    assert first < 0.5


def test_nothing_is_said_of_draws_by_who_cannot_or_knows_nothing_yet() -> None:
    assert draw_rate(Silent(), Board(SIX), [candidate(0, visits=1)]) is None
    assert draw_rate(Even(), Board(SIX), []) is None


def test_every_candidate_of_a_real_search_has_a_legal_line_that_begins_with_it() -> None:
    board = Board.from_moves(SIX, (14, 15))
    player = SearchPlayer("pure", RolloutEvaluator(), SearchConfig(simulations=400), advises=True)
    *_, last = player.analyse(board, Limit())
    assert 3 < len(last.candidates) <= MAX_CANDIDATES
    assert any(len(each.pv) > 1 for each in last.candidates[1:])
    for each in last.candidates:
        assert each.pv[0] == each.move
        Board.from_moves(SIX, (14, 15, *each.pv))  # raises if it cannot be played


def test_the_draw_rate_never_contradicts_the_value() -> None:
    likely = Analysis(BLACK, 0.8, simulations=1)
    assert likely.with_draw(0.5).draw == pytest.approx(0.2)
    assert likely.with_draw(0.5).win_draw_loss == pytest.approx((0.8, 0.2, 0.0))
    assert likely.with_draw(None).draw is None
    assert likely.win_draw_loss == pytest.approx((0.9, 0.0, 0.1))
    assert replace(likely, value=1.0, proof=Proof.WIN).with_draw(0.5).draw == 0.0
    assert replace(likely, value=0.0, proof=Proof.DRAW).with_draw(None).draw == 1.0
