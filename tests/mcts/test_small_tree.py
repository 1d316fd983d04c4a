"""A tree keeps the largest priors of a position, and forgets what it has no room for."""

import random

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import CARO, FREESTYLE, RENJU, Rules
from mcts.memory import bytes_per_simulation
from mcts.nodes import HEAVIEST
from mcts.reroot import forget_least_visited
from mcts.search import Search, SearchConfig
from mcts.tree import EXPANDED, NEW, NODE, NODES_USED, PRIORS_USED, Proof
from tests import reference
from tests.mcts.fakes import FakeEvaluator, Judge, opinionated, random_board, tree_of

NINE = Rules(9)


def steep(seed: int) -> Judge:
    """Weights that halve from move to move, in an order of the seed's."""
    order = list(range(81))
    random.Random(seed).shuffle(order)

    def judge(cells: reference.Cells, to_move: int, last_move: int) -> tuple[list[float], float]:
        return [0.5 ** order[move] for move in range(len(cells))], 0.1

    return judge


def search_of(judge: Judge, **config: object) -> Search:
    return Search(NINE, FakeEvaluator(judge), SearchConfig(**config), 1, 0)  # type: ignore[arg-type]


def children(tree: dict, depth: int) -> list[dict]:  # type: ignore[type-arg]
    """The nodes of a tree that are so many moves from its root."""
    if depth == 0:
        return [tree]
    return [each for child in tree["children"].values() for each in children(child, depth - 1)]


@pytest.mark.parametrize("width", [1, 5, 32, 81])
@pytest.mark.parametrize("judge", [opinionated(3), steep(3), lambda c, t, m: ([1.0] * 81, 0.0)])
def test_a_row_holds_the_largest_priors(judge: Judge, width: int) -> None:
    search = search_of(judge, simulations=30, width=width)
    search.run()
    tree = tree_of(search)
    assert len(tree["unvisited"]) + len(tree["children"]) == 81  # the root's holds all
    for move, child in tree["children"].items():
        if child["state"] != EXPANDED or child["proof"] or len(child["children"]) > width:
            continue
        cells = [0] * 81
        cells[move] = 1
        weights = np.array(judge(cells, -1, move)[0])
        weights[move] = 0
        weights = np.maximum(1, (weights * HEAVIEST / weights.max()).astype(int))
        weights[move] = 0
        listed = {*child["unvisited"], *child["children"]}
        assert len(listed) == min(width, 80)
        left = weights[[each for each in range(81) if each != move and each not in listed]]
        assert min(weights[[*listed]]) >= max(left, default=0)


@pytest.mark.parametrize("variant", [FREESTYLE, RENJU, CARO])
def test_every_move_is_visited_in_the_end(variant: int) -> None:
    """Two moves are listed of each position, and yet all are tried, none of them twice."""
    rules = Rules(5, 5, variant)
    chance = random.Random(4)
    for _ in range(5):
        board = random_board(rules, 10, chance)
        search = Search(
            rules,
            FakeEvaluator(opinionated(5)),
            SearchConfig(simulations=4000, width=2),
            1,
        )
        search.reset(0, board)
        search.run()
        tree = tree_of(search)
        for child in tree["children"].values():
            if child["visits"] > 300 and not child["proof"] and child["unvisited"] == {}:
                assert len(child["children"]) > 2
        _check_moves(search, 0, board)


def _check_moves(search: Search, node: int, board: Board) -> None:
    """No node has two children of one move, or one that cannot be played."""
    nodes = search._tree.nodes[0]
    moves = []
    child = int(nodes[node]["first_child"])
    while child >= 0:
        moves.append(int(nodes[child]["move"]))
        assert board.is_legal(moves[-1])
        board.push(moves[-1])
        if board.outcome is None:
            _check_moves(search, child, board)
        board.pop()
        child = int(nodes[child]["next_sibling"])
    assert len({*moves}) == len(moves)


def test_what_few_moves_prove_all_moves_prove() -> None:
    """On a board small enough to be solved, a narrow tree proves what a wide one does."""
    rules = Rules(3, 3)
    chance = random.Random(2)
    for _ in range(20):
        board = random_board(rules, 4, chance)
        proofs = []
        for width in (1, 9):
            search = Search(
                rules,
                FakeEvaluator(opinionated(1)),
                SearchConfig(simulations=20000, width=width),
                1,
            )
            search.reset(0, board)
            search.run()
            proofs.append(search.analysis(0).proof)
        assert proofs[0] == proofs[1] != Proof.UNKNOWN


def test_moves_left_out_share_their_prior() -> None:
    search = search_of(opinionated(8), simulations=300, width=4)
    search.run()
    nodes = search._tree.nodes[0]
    for index in range(1, int(search._tree.used[0, NODES_USED])):
        node = nodes[index]
        if node["row"] <= 0:
            continue
        first = int(node["row"])
        listed = [int(entry) >> 16 for entry in search._tree.rows[0, first : first + 4]]
        child = int(node["first_child"])
        visited = 0.0
        while child >= 0:
            visited += float(nodes[child]["prior"])
            child = int(nodes[child]["next_sibling"])
        assert visited == pytest.approx(float(node["visited_prior"]), abs=1e-4)
        assert 0 < node["rest"] <= HEAVIEST
        assert visited + sum(listed) * float(node["prior_scale"]) < 1.0


def test_a_full_tree_goes_on_with_what_is_visited_most() -> None:
    search = search_of(opinionated(6), simulations=5000, room=200, width=8)
    search.run()
    summary = search.analysis(0)
    assert summary.simulations == 5000 + 1 or summary.proof != Proof.UNKNOWN
    assert search.nodes_used()[0] <= search._tree.nodes.shape[1]
    wide = search_of(opinionated(6), simulations=5000, width=8)
    wide.run()
    assert wide.nodes_used()[0] > 3 * search._tree.nodes.shape[1]
    assert summary.value == pytest.approx(wide.analysis(0).value, abs=0.15)
    _check_links(search)


def test_what_is_forgotten_is_the_least_visited() -> None:
    search = search_of(opinionated(6), simulations=3000, width=8)
    search.run()
    before = tree_of(search)
    tree = search._tree_of(0)
    least = forget_least_visited(tree, search._moved, 0.1)
    assert least > 1
    assert tree.used[NODES_USED] <= 0.1 * len(tree.nodes) + 1
    after = tree_of(search)
    _compare(before, after, least, is_root=True)
    _check_links(search)
    search.run()
    assert search.analysis(0).simulations > 3000


def _compare(before: dict, after: dict, least: int, is_root: bool = False) -> None:  # type: ignore[type-arg]
    for name in ("visits", "value_sum", "prior", "proof", "distance"):
        assert before[name] == after[name]
    if is_root or before["visits"] >= least:
        assert before["unvisited"] == after["unvisited"]
        assert list(before["children"]) == list(after["children"])
        for move, child in before["children"].items():
            _compare(child, after["children"][move], least)
    else:
        assert after["children"] == {}
        if before["proof"] == Proof.UNKNOWN and before["unvisited"]:
            assert after["state"] == NEW
        if before["proof"] == Proof.WIN and before["children"]:
            # The move that wins is still known.
            winning = [m for m, c in before["children"].items() if c["proof"] == Proof.LOSS]
            assert after["next_move"] in winning


def _check_links(search: Search) -> None:
    """Nodes come after their parents, rows overlap nowhere, and visits are no fewer than below."""
    tree = search._tree_of(0)
    used = int(tree.used[NODES_USED])
    nodes = tree.nodes[:used]
    rows = nodes["row"][nodes["row"] > 0]
    assert len({*rows.tolist()}) == len(rows)
    assert ((rows - tree.points) % tree.width == 0).all()
    assert (rows < tree.used[PRIORS_USED]).all()
    below = np.zeros(used, np.int64)
    for index in range(1, used):
        assert nodes[index]["parent"] < index
        below[nodes[index]["parent"]] += nodes[index]["visits"]
    assert (below <= nodes["visits"]).all()
    assert (nodes["move"][1:] >= 0).all()
    assert (nodes["row"][1:] != 0).all()
    assert (nodes["in_flight"] == 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_game_is_played_in_a_tree_that_is_always_full(seed: int) -> None:
    search = search_of(opinionated(seed), simulations=600, room=150, width=6, vcf_nodes=5)
    board = Board(NINE)
    search.reset(0, board)
    while board.outcome is None:
        search.run()
        summary = search.analysis(0)
        assert summary.simulations >= 600 or summary.proof != Proof.UNKNOWN
        _check_links(search)
        assert board.is_legal(summary.best_move)
        board.push(summary.best_move)
        search.advance(np.array([summary.best_move], np.int32))
    assert board.ply > 8


@pytest.mark.parametrize("vcf_nodes", [0, 20])
def test_games_with_forced_moves_keep_their_priors(vcf_nodes: int) -> None:
    """A root that has to block has no row of its own, and its moves have theirs all the same."""
    search = search_of(opinionated(2), simulations=80, width=6, vcf_nodes=vcf_nodes)
    forced = 0
    chance = random.Random(7)
    for _ in range(25):
        board = random_board(NINE, 24, chance)
        search.reset(0, board)
        while board.outcome is None:
            search.run()
            _check_links(search)
            forced += int(search._tree.nodes[0, 0]["row"]) < 0
            move = search.best_move(0)
            board.push(move)
            search.advance(np.array([move], np.int32))
    assert forced > 20


def test_a_simulation_takes_250_bytes_at_most() -> None:
    assert bytes_per_simulation(Rules(15)) <= 250
    assert NODE.itemsize == 64
    search = Search(
        Rules(15), FakeEvaluator(opinionated(1)), SearchConfig(simulations=2000, room=10**5), 1
    )
    search.reset(0, Board.from_moves(Rules(15), [112, 113, 97]))
    search.run()
    tree = search._tree
    taken = tree.used[0, NODES_USED] * NODE.itemsize + tree.used[0, PRIORS_USED] * 4
    assert taken / 2000 < 250
    assert tree.nodes.nbytes + tree.rows.nbytes <= 1.01 * 10**5 * bytes_per_simulation(Rules(15))
