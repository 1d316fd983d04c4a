"""After a move the search goes on from what it knows below it."""

from typing import Any

import numpy as np

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.search import Search, SearchConfig
from tests import reference
from tests.mcts.fakes import FakeEvaluator, indifferent, opinionated, tree_of


def test_the_subtree_below_a_move_is_kept_as_it_was() -> None:
    rules = Rules(6, 4)
    for move_rank in range(4):
        search = Search(rules, FakeEvaluator(opinionated(1)), SearchConfig(simulations=300), 1, 0)
        search.run()
        moves = np.argsort(-search.analysis(0).visits)
        move = int(moves[move_rank])
        before: dict[str, Any] = tree_of(search)["children"][move]
        assert before["visits"] > 1
        search.advance(np.array([move], np.int32))
        assert tree_of(search) == before
        assert search.analysis(0).simulations == before["visits"]
        search.run()
        analysis = search.analysis(0)
        assert analysis.proof != 0 or analysis.simulations == before["visits"] + 300


def test_a_move_that_was_never_visited_begins_a_new_tree() -> None:
    search = Search(Rules(6, 4), FakeEvaluator(opinionated(1)), SearchConfig(simulations=5), 1, 0)
    search.run()
    move = int(np.flatnonzero(search.analysis(0).visits == 0)[0])
    search.advance(np.array([move], np.int32))
    assert search.nodes_used()[0] == 1
    assert search.analysis(0).simulations == 0


def test_without_keeping_the_tree_every_move_begins_a_new_one() -> None:
    config = SearchConfig(simulations=50, keep_tree=False)
    search = Search(Rules(6, 4), FakeEvaluator(opinionated(1)), config, 1, 0)
    search.run()
    search.advance(np.array([search.analysis(0).best_move], np.int32))
    assert search.nodes_used()[0] == 1


def one_line(cells: reference.Cells, to_move: int, last_move: int) -> tuple[list[float], float]:
    """Sure of one move in every position, so that nearly all visits go down one line."""
    # Steps of seven points along the board make no row of four.
    weights = [1e-6] * len(cells)
    move = (last_move + 7) % len(cells)
    while cells[move]:
        move = (move + 1) % len(cells)
    weights[move] = 1.0
    return weights, 0.0


def test_a_tree_too_big_to_keep_is_dropped_and_the_neighbors_notice_nothing() -> None:
    rules, config = Rules(9, 5), SearchConfig(simulations=60, c_puct=0.5)

    def judge(cells: reference.Cells, to_move: int, last_move: int) -> tuple[list[float], float]:
        """Sure of one line in games that begin in the corner, else of nothing much."""
        return (one_line if cells[0] else opinionated(2))(cells, to_move, last_move)

    openings = [[40, 41], [0, 2], [44, 30]]
    batch = Search(rules, FakeEvaluator(judge), config, 3, 0)
    singles = [Search(rules, FakeEvaluator(judge), config, 1, 0) for _ in openings]
    boards = [Board.from_moves(rules, opening) for opening in openings]
    for game, board in enumerate(boards):
        batch.reset(game, board)
        singles[game].reset(0, board)
    kept: list[list[int]] = [[], [], []]
    for _ in range(8):
        batch.run()
        moves = np.full(3, -1, np.int32)
        for game, board in enumerate(boards):
            singles[game].run()
            assert tree_of(batch, game) == tree_of(singles[game])
            if board.outcome is None:
                moves[game] = batch.analysis(game).best_move
                board.push(int(moves[game]))
                singles[game].advance(moves[game : game + 1])
        batch.advance(moves)
        for game in range(3):
            kept[game].append(int(batch.nodes_used()[game]))
    assert 1 in kept[1], "the line never filled its tree"
    assert max(kept[1]) > 60, "the line never kept anything"


def test_memory_of_a_dropped_tree_is_used_again_for_ever() -> None:
    rules = Rules(15, 5)
    search = Search(rules, FakeEvaluator(one_line), SearchConfig(simulations=30), 2, 0)
    board = Board(rules)
    for _ in range(60):
        search.run()
        move = search.analysis(0).best_move
        board.push(move)
        if board.outcome is not None:
            break
        search.advance(np.array([move, -1], np.int32))
        assert search.analysis(1).visits.sum() >= 0
    assert board.ply > 20


def test_minus_one_leaves_a_game_alone() -> None:
    search = Search(Rules(5, 4), FakeEvaluator(indifferent), SearchConfig(simulations=20), 2, 0)
    search.run()
    before = tree_of(search, 1)
    search.advance(np.array([12, -1], np.int32))
    assert tree_of(search, 1) == before
    assert search.positions.cells[0].sum() == 1
    assert search.positions.cells[1].sum() == 0
    assert search.positions.to_move.tolist() == [-1, 1]
    assert search.positions.last_move.tolist() == [12, -1]
