"""What every search must see, however little it knows: wins, losses, double threats, draws."""

import random

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.forbidden import FORBIDDEN_CELL
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, WHITE, Rules
from gomoku.symmetry import SYMMETRIES, image_points, source_points
from mcts.evaluation import positions_of
from mcts.rollout import RolloutEvaluator
from mcts.search import Search, SearchConfig
from mcts.tree import Proof
from mcts.vcf import solve_vcf
from tests import reference
from tests.mcts.fakes import FakeEvaluator, fixed, indifferent, random_board

ONE = np.arange(1)

WIN_IN_ONE = """
    . . . . . . . . .
    . . . . . . . . .
    . . x . . . . . .
    . . . x o o o . .
    . . . . x o . . .
    . . . . . x . . .
    . . . . o . . . .
    . . . . . . . . .
    . . . . . . . . ."""

LOSS_IN_ONE = """
    . . . . . . . . .
    . . . . . . . . .
    . . . o . x . . .
    . . . . o x . . .
    . . . . x x o . .
    . . . . . x . . .
    . . . . . o . . .
    . . . . . . . . .
    . . . . . . . . ."""


def searched(board: Board, simulations: int, **settings: float | bool) -> Search:
    config = SearchConfig(simulations=simulations, keep_tree=False, **settings)  # type: ignore[arg-type]
    search = Search(board.rules, FakeEvaluator(indifferent), config, 1, 3)
    search.reset(0, board)
    search.run()
    return search


# Black has two threes that White must not overlook: fours at h8 and h4 meet at no other point.
WIN_BY_FOURS = """
    . . . . . . . . .
    . . . . . . . . .
    . . x . x x o . .
    . . . . . x . . .
    . . . . . x . . .
    . . . . . . . . .
    . . . . . o . . .
    . o . o . . . . .
    . . . . o . . . ."""


def test_a_win_by_fours_is_proven_at_the_root_without_asking_anybody() -> None:
    board = Board.from_text(WIN_BY_FOURS, Rules(9), to_move=BLACK)
    expected = solve_vcf(board, nodes=1000)
    assert expected is not None
    assert len(expected.line) > 1
    evaluator = FakeEvaluator(indifferent)
    search = Search(board.rules, evaluator, SearchConfig(vcf_root_nodes=1000), 1, 0)
    search.reset(0, board)
    search.run()
    analysis = search.analysis(0)
    assert (analysis.proof, analysis.value, analysis.simulations) == (Proof.WIN, 1.0, 0)
    assert (analysis.best_move, analysis.distance) == (expected.line[0], len(expected.line))
    decisions = search.decide(ONE, np.ones(1, np.float32))
    assert decisions.policies[0].argmax() == decisions.moves[0] == expected.line[0]
    assert evaluator.asked == []
    without = searched(board, 1)
    assert without.analysis(0).proof == Proof.UNKNOWN


def test_a_win_by_fours_is_proven_at_a_leaf() -> None:
    # One ply earlier every answer but those that stop it loses.
    board = Board.from_text(WIN_BY_FOURS, Rules(9), to_move=WHITE)
    search = searched(board, 300, vcf_nodes=1000)
    nodes = search._tree.nodes[0][: search.nodes_used()[0]]
    children = nodes[nodes["parent"] == 0]
    assert len(children) > 20
    for child in children:
        after = board.copy()
        after.push(int(child["move"]))
        line = solve_vcf(after, nodes=1000)
        if child["proof"] == Proof.WIN and child["distance"] > 1:
            assert line is not None
            assert child["distance"] <= len(line.line)
        assert (line is None) == (child["proof"] != Proof.WIN)
    assert (children["proof"] == Proof.WIN).sum() > 10


def test_a_tree_that_is_kept_is_proven_at_its_root_when_a_larger_cap_finds_the_win() -> None:
    board = Board.from_text(WIN_BY_FOURS, Rules(9), to_move=BLACK)
    evaluator = FakeEvaluator(indifferent)
    search = Search(board.rules, evaluator, SearchConfig(simulations=40, vcf_root_nodes=1000), 1, 0)
    search.reset(0, board)
    # As if the solver had not looked yet: a search that has visited moves already.
    search._remaining[0] = 40
    while search.is_searching().any():
        search.wave()
    assert search.analysis(0).proof == Proof.UNKNOWN
    search.run()
    analysis = search.analysis(0)
    expected = solve_vcf(board, nodes=1000)
    assert expected is not None
    assert (analysis.proof, analysis.best_move) == (Proof.WIN, expected.line[0])
    assert analysis.distance == len(expected.line)


@pytest.mark.parametrize("variant", [FREESTYLE, STANDARD, RENJU, CARO])
def test_who_has_proven_a_win_by_fours_wins_against_any_defence(variant: int) -> None:
    chance, won = random.Random(variant), 0
    for _ in range(300):
        board = random_board(Rules(9, 5, variant), chance.randrange(10, 40), chance)
        side = board.to_move
        if solve_vcf(board, nodes=1000) is None:
            continue
        config = SearchConfig(
            simulations=4, vcf_nodes=1000, vcf_root_nodes=5000, vct_root_nodes=1000
        )
        search = Search(board.rules, FakeEvaluator(indifferent), config, 1, 0)
        while board.outcome is None:
            if board.to_move == side:
                search.reset(0, board)
                search.run()
                assert search.analysis(0).proof == Proof.WIN
                board.push(search.analysis(0).best_move)
            else:
                board.push(chance.choice(board.legal_moves().tolist()))
        assert board.outcome.winner == side
        won += 1
    assert won > 20


def test_black_never_looks_at_a_forbidden_point() -> None:
    rules, chance = Rules(9, 5, RENJU), random.Random(5)
    met = 0
    while met < 6:
        board = random_board(rules, 36, chance)
        marked = positions_of([board])
        forbidden = np.flatnonzero(marked.cells[0] == FORBIDDEN_CELL)
        if board.to_move != BLACK or not len(forbidden) or board.ply < 20:
            continue
        search = Search(rules, FakeEvaluator(indifferent), SearchConfig(simulations=200), 1, 0)
        search.reset(0, board)
        search.run()
        analysis = search.analysis(0)
        if analysis.proof == Proof.UNKNOWN:
            met += 1
            assert not analysis.visits[forbidden].any()
            assert not np.array(analysis.prior)[forbidden].any()


def test_where_everything_is_forbidden_black_plays_and_loses() -> None:
    # d6 is the last point of a board without a five: an overline of six for Black.
    board = Board.from_text(
        """
        x x x . x x
        x o x o x x
        x x o o o x
        x o o x o o
        o x x o o x
        o o o x o x""",
        Rules(6, 5, RENJU),
        to_move=BLACK,
    )
    assert positions_of([board]).cells[0, 3] == FORBIDDEN_CELL
    assert not positions_of([board]).illegal()[0, 3]
    for gumbel in (False, True):
        search = searched(board, 5, gumbel=gumbel)
        assert search.analysis(0).best_move == 3
        assert search.analysis(0).value == -1


def turned(text: str, symmetry: int, to_move: int) -> tuple[Board, list[int]]:
    """A drawing under a symmetry, and where each of its points went."""
    plain = Board.from_text(text, Rules(9, 5), to_move=to_move)  # type: ignore[arg-type]
    cells = plain.cells[source_points(9)[symmetry]]
    letters = {0: ".", 1: "x", -1: "o"}
    rows = ["".join(letters[int(cell)] for cell in row) for row in cells.reshape(9, 9)]
    image = Board.from_text("\n".join(rows), Rules(9, 5), to_move=to_move)  # type: ignore[arg-type]
    return image, image_points(9)[symmetry].tolist()


@pytest.mark.parametrize("symmetry", range(SYMMETRIES))
@pytest.mark.parametrize("gumbel", [False, True])
def test_a_win_in_one_is_played_at_1_to_50_simulations(symmetry: int, gumbel: bool) -> None:
    board, image = turned(WIN_IN_ONE, symmetry, to_move=1)
    for simulations in range(1, 51):
        search = searched(board, simulations, gumbel=gumbel)
        analysis = search.analysis(0)
        assert analysis.best_move in {image[10], image[60]}
        assert search.decide(ONE, np.ones(1, np.float32)).moves[0] == analysis.best_move
        assert (analysis.proof, analysis.distance, analysis.value) == (Proof.WIN, 1, 1.0)


@pytest.mark.parametrize("symmetry", range(SYMMETRIES))
@pytest.mark.parametrize("gumbel", [False, True])
def test_a_loss_in_one_is_blocked_at_1_to_50_simulations(symmetry: int, gumbel: bool) -> None:
    # Black has four in a column, closed below: White must play above.
    board, image = turned(LOSS_IN_ONE, symmetry, to_move=-1)
    for simulations in range(1, 51):
        search = searched(board, simulations, gumbel=gumbel)
        assert search.analysis(0).best_move == image[14]
        assert search.decide(ONE, np.ones(1, np.float32)).moves[0] == image[14]


def test_two_threats_at_once_are_a_loss_in_two() -> None:
    board = Board.from_text(
        """
        . . . . . . .
        . x x x x . .
        . . . . . . .
        . o . o . o .
        . . . . . . .
        . . . . . . .
        . . . . . . .""",
        Rules(7, 5),
        to_move=-1,  # type: ignore[arg-type]
    )
    analysis = searched(board, 5).analysis(0)
    assert (analysis.proof, analysis.distance, analysis.value) == (Proof.LOSS, 2, -1.0)
    assert analysis.best_move in {7, 12}


def test_an_open_three_is_found_to_win_in_three() -> None:
    board = Board.from_text(
        """
        . . . . . . . . .
        . . . . . . . . .
        . . . . . o . . .
        . . . . o . . . .
        . . . x x x . . .
        . . . . . . o . .
        . . . . . . . . .
        . . . . . . . . .
        . . . . . . . . .""",
        Rules(9, 5),
    )
    analysis = searched(board, 800).analysis(0)
    assert (analysis.proof, analysis.distance) == (Proof.WIN, 3)
    assert analysis.best_move in {38, 42}
    assert len(analysis.pv) >= 1


def test_a_double_four_is_found() -> None:
    # A stone at e5 makes four in the row and four in the column; both are closed at one end.
    board = Board.from_text(
        """
        . . . . o . . . .
        . . . . x . . . .
        . . . . x . . . .
        . . . . x . . . .
        o x x x . . . . .
        . . . . . . . . .
        . . . o . . o . .
        . . . . . . . o .
        . o . . . . . . .""",
        Rules(9, 5),
        to_move=1,  # type: ignore[arg-type]
    )
    for gumbel in (False, True):
        analysis = searched(board, 400, gumbel=gumbel, considered=81).analysis(0)
        assert (analysis.proof, analysis.distance) == (Proof.WIN, 3)
        assert analysis.best_move == 40


def test_tic_tac_toe_is_proven_a_draw() -> None:
    config = SearchConfig(simulations=20_000, c_puct=20.0)
    search = Search(Rules(3, 3), RolloutEvaluator(), config, 1, 0)
    search.run()
    analysis = search.analysis(0)
    assert analysis.proof == Proof.DRAW
    assert analysis.value == 0
    assert analysis.simulations < 20_000


def solve(cells: list[int], to_move: int, rules: Rules, known: dict[tuple[int, ...], int]) -> int:
    """The result of perfect play for the side to move, by trying everything."""
    key = tuple(cells)
    if key in known:
        return known[key]
    best = -1
    for move, cell in enumerate(cells):
        if cell != 0 or best == 1:
            continue
        cells[move] = to_move
        if reference.completes_row(cells, move, rules):
            result = 1
        elif 0 not in cells:
            result = 0
        else:
            result = -solve(cells, -to_move, rules, known)
        best = max(best, result)
        cells[move] = 0
    known[key] = best
    return best


@pytest.mark.parametrize("rules", [Rules(3, 3), Rules(4, 3), Rules(4, 4), Rules(4, 3, STANDARD)])
def test_proofs_agree_with_trying_everything(rules: Rules) -> None:
    chance = random.Random(0)
    known: dict[tuple[int, ...], int] = {}
    search = Search(rules, RolloutEvaluator(), SearchConfig(simulations=20_000, c_puct=20.0), 1, 0)
    results = {1: Proof.WIN, 0: Proof.DRAW, -1: Proof.LOSS}
    proven = 0
    for _ in range(60):
        board = random_board(rules, chance.randrange(2 if rules.size == 3 else 8, 12), chance)
        expected = results[solve(board.cells.tolist(), board.to_move, rules, known)]
        search.reset(0, board)
        search.run()
        analysis = search.analysis(0)
        if analysis.proof != Proof.UNKNOWN:
            proven += 1
            assert analysis.proof == expected, str(board)
            assert analysis.distance % 2 == (analysis.proof == Proof.WIN) or expected == Proof.DRAW
            assert board.is_legal(analysis.best_move)
    assert proven >= 55


def test_a_proven_win_is_won_within_its_distance_against_any_defense() -> None:
    rules, chance, won = Rules(5, 4), random.Random(4), 0
    for _ in range(40):
        board = random_board(rules, 8, chance)
        search = Search(rules, RolloutEvaluator(), SearchConfig(simulations=4000, c_puct=5.0), 1, 1)
        search.reset(0, board)
        search.run()
        if search.analysis(0).proof != Proof.WIN:
            continue
        winner, distance, start = board.to_move, search.analysis(0).distance, board.ply
        while board.outcome is None:
            analysis = search.analysis(0)
            assert analysis.proof == (Proof.WIN if board.to_move == winner else Proof.LOSS)
            replies = board.legal_moves().tolist()
            move = analysis.best_move if board.to_move == winner else chance.choice(replies)
            board.push(move)
            search.advance(np.array([move], np.int32))
        assert board.outcome.winner == winner
        assert board.ply - start <= distance
        won += distance > 3
    assert won >= 5


def test_a_move_proven_to_lose_is_never_chosen_while_another_is_left() -> None:
    # White must stop an open three. The evaluator is sure that a corner far away is best.
    board = Board.from_text(
        """
        . . . . . . .
        . . . . . . .
        . . . . . . .
        . . x x . . .
        . . . . . . .
        . o . . . . .
        . . . . . . .""",
        Rules(7, 4, FREESTYLE),
        to_move=-1,  # type: ignore[arg-type]
    )
    for gumbel in (False, True):
        config = SearchConfig(simulations=600, gumbel=gumbel, considered=49, keep_tree=False)
        search = Search(board.rules, FakeEvaluator(fixed({6: 300.0}, 0.3)), config, 1, 0)
        search.reset(0, board)
        search.run()
        analysis = search.analysis(0)
        lost = {each.move for each in analysis.candidates if each.value == -1}
        assert 6 in lost
        assert analysis.best_move not in lost
        for temperature in (0.0, 1.0, 10.0):
            for _ in range(30):
                decisions = search.decide(ONE, np.full(1, temperature, np.float32))
                assert decisions.moves[0] not in lost
                assert decisions.policies[0][list(lost)].sum() == 0
