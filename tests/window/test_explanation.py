"""A review says whose mistake it was, why it was one and what was better, and is saved so."""

from pathlib import Path

import pytest

from gomoku.board import Board
from gomoku.rules import BLACK, Rules
from gomoku_zero.window.i18n import languages, load_language
from gomoku_zero.window.model.explanation import Reason, annotated, explain, reason_of
from gomoku_zero.window.model.review import Mistake, Severity, find_mistake
from gomoku_zero.window.model.saved_game import game_of, game_setup, game_tree
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.solution import solved
from gomoku_zero.window.model.storage import GameFiles
from mcts.advice import Advice
from mcts.analysis import Analysis
from mcts.rollout import RolloutEvaluator
from mcts.search import SearchConfig
from mcts.tree import Proof
from mcts.vcf import solve_vcf
from tests.window.fakes import analysis_of

SIX = Rules(size=6, win_length=4)
EN = load_language("en")


def thought(moves: tuple[int, ...], best: int, value: float, proof: Proof, plies: int) -> Analysis:
    board = Board.from_moves(SIX, moves)
    analysis = analysis_of(board, best, 300, value, proof, plies)
    return solved(Advice(board, RolloutEvaluator(), SearchConfig()).added_to(analysis), board)


def mistake_in(moves: tuple[int, ...], move: int, better: int) -> Mistake:
    """Judge a move by what is certain before and after it."""
    before = thought(moves, better, 0.0, Proof.UNKNOWN, 0)
    reply = solve_vcf(Board.from_moves(SIX, (*moves, move)), 1000)
    after = thought((*moves, move), reply.line[0] if reply else 35, 0.9, Proof.UNKNOWN, 0)
    found = find_mistake(len(moves), move, before, after)
    assert found is not None
    return found


def test_a_four_that_was_not_blocked_is_named() -> None:
    # Black has three in a row with an end at the edge; White plays far away.
    found = mistake_in((0, 30, 1, 35, 2), 23, 3)
    assert reason_of(found) is Reason.FOUR_NOT_BLOCKED
    what, why, answer, better = explain(found, 6, EN)
    assert what.startswith("White, move 6: F3?? took the chances from 50% to 0%")
    assert why == "Black had a four that was not blocked: D6 wins."
    assert answer == "The answer: D6"
    assert better == "Better: D6"


def test_a_win_that_was_missed_is_named() -> None:
    before = thought((0, 30, 1, 35, 2, 23), 3, 1.0, Proof.WIN, 1)
    after = thought((0, 30, 1, 35, 2, 23, 33), 3, 0.0, Proof.UNKNOWN, 0)
    found = find_mistake(6, 33, before, after)
    assert found is not None
    assert reason_of(found) is Reason.WIN_MISSED
    assert explain(found, 6, EN)[1] == "Black had a certain win in 1 and missed it."


def test_without_proofs_nothing_certain_is_claimed() -> None:
    found = Mistake(3, BLACK, 7, 0.2, Severity.MISTAKE, 8, 0.6, (8, 9), (10,))
    assert reason_of(found) is Reason.CHANCES_LOST


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_in_every_language(code: str, reason: Reason) -> None:
    assert reason.value in load_language(code).texts


def test_a_review_is_saved_as_comments_and_side_lines(tmp_path: Path) -> None:
    session = GameSession(GameSetup(SIX, HUMAN, HUMAN))
    for move in (0, 30, 1, 35, 2, 23, 3):
        session.play(move)
    found = mistake_in((0, 30, 1, 35, 2), 23, 3)
    tree = annotated(session.tree, session.main_line, (found,), 6, EN)
    assert session.tree.is_only(session.decisions)  # the game itself is as it was
    files = GameFiles(tmp_path)
    file = files.save(game_of(session, "a", "b", tree))
    game = files.load(file)
    setup, decisions = game_setup(game)
    assert (decisions, game.outcome) == (session.decisions, session.result)
    read = game_tree(game, setup, decisions)
    assert read.comment((0, 30, 1, 35, 2, 23)).splitlines() == list(explain(found, 6, EN))
    assert read.has((0, 30, 1, 35, 2, 3))
    again = annotated(tree, session.main_line, (found,), 6, EN)
    assert again.entries() == tree.entries()  # nothing is said twice
