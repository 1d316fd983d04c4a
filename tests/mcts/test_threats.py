"""A search looks for wins by threats where it pays, and does not play into one."""

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import FREESTYLE, STANDARD, Rules
from mcts.player import Limit
from mcts.search import Search, SearchConfig
from mcts.search_player import SearchPlayer, search_for_play
from mcts.tree import NODES_USED, Proof
from mcts.vct import solve_vct
from tests.mcts.fakes import FakeEvaluator, fixed, indifferent

# White is to move, and Black would win where its two pairs meet.
TEXT = """
    . . . . . . . . .
    . . . . . . . . .
    . . . o . . . . .
    . . . x x . . . .
    . . . . . . x . .
    . . . . . . x . .
    . . . . . . . . .
    . . . o . o . . .
    . . . . . . . . ."""


def board_for(variant: int) -> Board:
    return Board.from_text(TEXT, Rules(9, 5, variant))


@pytest.mark.parametrize("variant", [FREESTYLE, STANDARD])
def test_a_move_that_loses_to_threats_is_found_out_before_it_is_played(variant: int) -> None:
    board = board_for(variant)
    other = board.to_move.other
    assert solve_vct(board, 20_000, other) is not None
    quiet = 80  # a corner, far from everything
    search = Search(board.rules, FakeEvaluator(fixed({quiet: 100.0})), SearchConfig(), 1)
    search.reset(0, board)
    search.run(60)
    assert search.best_move(0) == quiet
    assert search.look_behind(0, 20_000)
    nodes = search._tree.nodes[0]
    assert [int(n["proof"]) for n in nodes[1:20] if n["move"] == quiet and n["parent"] == 0] == [
        Proof.WIN
    ]
    assert search.best_move(0) != quiet
    assert not search.look_behind(0, 0)


def test_a_player_does_not_play_into_threats_while_another_move_stands() -> None:
    board = board_for(FREESTYLE)
    judge = fixed({80: 100.0, 72: 90.0, 8: 80.0, 0: 70.0, 33: 1.0})
    config = search_for_play(300, vct_nodes=1000)
    blind = SearchPlayer("blind", FakeEvaluator(judge), search_for_play(300))
    player = SearchPlayer("player", FakeEvaluator(judge), config)

    def refuted(chosen: SearchPlayer) -> bool:
        after = board.copy()
        after.push(chosen.choose_moves([board], Limit())[0].move)
        return solve_vct(after, 20_000) is not None

    assert refuted(blind)
    assert not refuted(player)


def test_wins_are_looked_for_at_nodes_that_have_the_visits() -> None:
    rules = Rules(9)
    config = SearchConfig(simulations=3000, vct_visits=8)
    search = Search(rules, FakeEvaluator(indifferent), config, 1)
    search.reset(0, Board.from_moves(rules, [40, 41, 31]))
    search.run()
    nodes = search._tree.nodes[0][: search._tree.used[0, NODES_USED]]
    searched = 0
    for node in nodes[1:]:
        if node["row"] < 0 or node["proof"] != Proof.UNKNOWN:
            continue
        # The visit that earned it may be the last one.
        earned = sum(8 * 4**k <= node["visits"] for k in range(10))
        before = sum(8 * 4**k <= node["visits"] - 1 for k in range(10))
        assert before <= node["solved"] <= earned
        searched += node["solved"] > 0
    assert searched > 5
    assert nodes[0]["solved"] == 0  # the root is looked at before a search begins


def test_what_threats_prove_below_the_root_is_carried_up() -> None:
    board = board_for(FREESTYLE)
    quiet = 80
    with_threats = SearchConfig(simulations=400, vct_visits=4)
    proofs = []
    for config in (SearchConfig(simulations=400), with_threats):
        search = Search(board.rules, FakeEvaluator(fixed({quiet: 100.0})), config, 1)
        search.reset(0, board)
        search.run()
        tree = search._tree.nodes[0][: search._tree.used[0, NODES_USED]]
        child = next(node for node in tree if node["parent"] == 0 and node["move"] == quiet)
        proofs.append(int(child["proof"]))
        visits = int(child["visits"])
    assert proofs == [Proof.UNKNOWN, Proof.WIN]
    assert visits <= 64


def test_proofs_by_threats_agree_with_play() -> None:
    """Whatever the search proves won for the side to move, the solver alone finds as well."""
    rules = Rules(9)
    generator = np.random.default_rng(3)
    proven = 0
    for _ in range(12):
        board = Board(rules)
        while board.outcome is None and board.ply < 14:
            near = [m for m in board.legal_moves() if 2 <= m % 9 <= 6 and 18 <= m < 63]
            board.push(int(generator.choice(near)))
        if board.outcome is not None:
            continue
        search = Search(
            rules, FakeEvaluator(indifferent), SearchConfig(simulations=800, vct_visits=4), 1
        )
        search.reset(0, board)
        search.run()
        analysis = search.analysis(0)
        if analysis.proof == Proof.WIN:
            proven += 1
            after = board.copy()
            after.push(analysis.best_move)
            assert reference_is_lost(after)
    assert proven > 2


def reference_is_lost(board: Board) -> bool:
    """Whether the side to move loses whatever it plays, as far as threats tell."""
    if board.outcome is not None:
        return board.outcome.winner is not board.to_move
    for move in board.legal_moves():
        board.push(int(move))
        wins = board.outcome is not None or solve_vct(board, 50_000) is not None
        board.pop()
        if not wins:
            return False
    return True
