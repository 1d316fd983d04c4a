"""What is certain is shown by moves: the winning one and its line, or every defence."""

import time

import pytest

from gomoku.board import Board, Outcome
from gomoku.notation import moves_from_text, moves_to_text
from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku_zero.window.model.analyst import make_analyst
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.solution import MAX_LINE, play_out, solved
from gomoku_zero.window.model.ticket import Purpose, Ticket
from gomoku_zero.window.thinker import Thinker, Thinking
from mcts.analysis import Analysis
from mcts.player import Limit
from mcts.rollout import RolloutEvaluator
from mcts.search import Search
from mcts.search_player import search_for_play
from mcts.tree import Proof
from tests.window.fakes import analysis_of

RULES = Rules()
WINS = {
    "h8 a1 i8 a3 j8 a5": BLACK,  # a three with room on both sides
    "h8 a1 i8 a3 j8 a5 k8 a7": BLACK,  # an open four
    "h8 i7 j8 g8 i9 j10 h10 k7 h9 h11 j9 k9 i8 h7 j7 k6 k8 l8 l7": WHITE,
    "h8 a1 i8 a3 j8 a5 g8 a7 b1 a9": BLACK,
}
LOST = "h8 a1 i8 a3 j8 a5 k8"  # White cannot stop both ends of the four


def thought_about(text: str, spec: str = "pure:100") -> Analysis:
    """What the thinking thread reports last of a position in analysis."""
    thinker = Thinker(make_analyst)
    position = Position(RULES, moves_from_text(text, 15))
    ticket = Ticket(1, Purpose.ANALYSIS, spec, position, Limit(simulations=200))
    thinker.want(ticket)
    last: Analysis | None = None
    deadline = time.monotonic() + 120
    try:
        while time.monotonic() < deadline:
            for report in thinker.reports():
                if isinstance(report, Thinking):
                    last = report.thought
                elif last is not None:
                    return last
            time.sleep(0.01)
    finally:
        thinker.close()
    raise AssertionError("no thought in time")


def end_of(text: str, line: tuple[int, ...]) -> Outcome | None:
    board = Board.from_moves(RULES, moves_from_text(text, 15))
    for move in line:
        board.push(move)
    return board.outcome


@pytest.mark.parametrize("text", WINS)
def test_a_certain_win_shows_the_move_and_the_line_to_its_end(text: str) -> None:
    thought = thought_about(text)
    best = thought.candidates[0]
    assert (thought.proof, best.win_rate, best.move) == (Proof.WIN, 1.0, thought.best_move)
    outcome = end_of(text, best.pv)
    assert outcome is not None
    assert outcome.winner is WINS[text]
    assert len(best.pv) == thought.distance


def test_a_lost_position_shows_every_defence_and_why_it_fails() -> None:
    thought = thought_about(LOST)
    assert thought.proof is Proof.LOSS
    assert {moves_to_text((each.move,), 15) for each in thought.candidates} == {"g8", "l8"}
    for each in thought.candidates:
        assert each.win_rate == 0.0
        outcome = end_of(LOST, each.pv)
        assert outcome is not None
        assert outcome.winner is BLACK


def test_a_root_without_a_single_visit_shows_its_proven_move() -> None:
    board = Board.from_moves(RULES, moves_from_text("h8 a1 i8 a3 j8 a5 k8 a7", 15))
    search = Search(RULES, RolloutEvaluator(), search_for_play(10), 1)
    search.reset(0, board)
    search.start()
    (best,) = search.analysis(0).candidates
    assert (best.visits, best.value, best.pv) == (0, 1.0, (best.move,))
    assert moves_to_text((best.move,), 15) in ("g8", "l8")


def test_a_win_by_threes_is_played_out() -> None:
    text = "h8 a1 i8 a15 h9 o1 g10 o15"
    board = Board.from_moves(RULES, moves_from_text(text, 15))
    line = play_out(board, moves_from_text("i9", 15), board.to_move)
    outcome = end_of(text, line)
    assert len(line) <= MAX_LINE
    assert outcome is None or outcome.winner is BLACK


def test_what_is_not_proven_stays_as_it_is() -> None:
    board = Board.from_moves(RULES, moves_from_text("h8 i9", 15))
    thought = analysis_of(board, 100, 50)
    assert solved(thought, board) == thought
    assert board.moves == moves_from_text("h8 i9", 15)


def test_playing_out_leaves_the_board_alone() -> None:
    board = Board.from_moves(RULES, moves_from_text(LOST, 15))
    before = board.moves
    play_out(board, moves_from_text("g8", 15), Color.BLACK)
    assert board.moves == before
