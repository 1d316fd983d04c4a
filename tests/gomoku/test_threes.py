"""Wins by continuous threats: played out against every reply, and none is missed."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.notation import move_to_text
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, VARIANT_NAMES, WHITE, Rules
from mcts import vct as threes
from mcts.vcf import CAP_REACHED, solve_vcf
from tests import reference
from tests.gomoku import exhaustive
from tests.gomoku.state import kernel_state

SCRATCH = threes.make_scratch()
VARIANTS = range(len(VARIANT_NAMES))
NODES = 1_000_000


def midgame(rules: Rules, chance: random.Random, most_stones: int) -> list[int]:
    """Stones near others at random, one color and the other in turn; rows are stopped or shut."""
    cells = [0] * rules.points
    color, center = 1, rules.size // 2
    taken = [center * rules.size + center]
    cells[taken[0]] = -color
    for _ in range(chance.randint(rules.size, most_stones)):
        blocks = reference.winning_moves(cells, -color, rules)
        row, column = divmod(chance.choice(taken), rules.size)
        row, column = row + chance.randint(-2, 2), column + chance.randint(-2, 2)
        move = min(blocks) if blocks else row * rules.size + column
        inside = 0 <= row < rules.size and 0 <= column < rules.size
        if not (blocks or inside) or cells[move] != 0:
            continue
        cells[move] = color
        if reference.completes_row(cells, move, rules):
            cells[move] = 0
            continue
        taken.append(move)
        color = -color
    return cells


@dataclass
class Findings:
    """What was found in some positions, for both sides.

    depths: how many wins ended after so many attacks before the fours.
    visited: positions in which a win was played out.
    """

    positions: int = 0
    depths: dict[int, int] = field(default_factory=dict)
    visited: int = 0

    def prove(self, cells: list[int], rules: Rules, depth: int, node_cap: int = NODES) -> list[int]:
        """The plies claimed for Black and White; what is claimed is played out, or it fails."""
        claims = []
        for side in range(2):
            board, lines, _ = kernel_state(cells, rules)
            plies = threes.find_vct(board, lines, rules, side, depth, node_cap, SCRATCH)
            attacks = int(SCRATCH.counters[1])
            fresh_board, fresh_lines, _ = kernel_state(cells, rules)
            np.testing.assert_array_equal(board, fresh_board)
            np.testing.assert_array_equal(lines, fresh_lines)
            self.positions += 1
            if plies > 0:
                visited = exhaustive.count_proof(
                    board, lines, rules, side, attacks, 100 * node_cap, SCRATCH
                )
                assert visited != exhaustive.REFUTED, (rules, side, cells)
                self.visited += visited
                self.depths[attacks] = self.depths.get(attacks, 0) + 1
            claims.append(plies)
        return claims


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("size", "win_length", "stones"), [(6, 4, 10), (9, 5, 40), (15, 5, 60)])
def test_a_win_that_is_claimed_holds_against_every_reply(
    variant: int, size: int, win_length: int, stones: int
) -> None:
    rules = Rules(size, win_length, variant)
    if variant == RENJU and win_length != 5:
        pytest.skip("renju is played with five in a row")
    chance = random.Random(f"{rules}")
    found = Findings()
    for _ in range(30):
        found.prove(midgame(rules, chance, stones), rules, depth=3, node_cap=20_000)
    assert found.depths[0] > 0
    assert sum(count for attacks, count in found.depths.items() if attacks > 0) > 0


@pytest.mark.parametrize("variant", [FREESTYLE, STANDARD, CARO])
def test_wins_are_those_that_the_twin_finds(variant: int) -> None:
    rules = Rules(5, 4, variant)
    chance = random.Random(f"{rules}")
    answers = set()
    for _ in range(4 if variant == CARO else 12):
        cells = midgame(rules, chance, 8)
        for side, color in enumerate((1, -1)):
            board, lines, _ = kernel_state(cells, rules)
            claimed = threes.find_vct(board, lines, rules, side, 1, NODES, SCRATCH) > 0
            assert claimed == reference.wins_by_threats(cells, color, 1, rules), (cells, color)
            by_fours = threes.find_vct(board, lines, rules, side, 0, NODES, SCRATCH) > 0
            answers.add((claimed, by_fours))
    assert {(False, False), (True, True)} <= answers
    assert variant == CARO or (True, False) in answers


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_many_wins_hold_against_every_reply(variant: int) -> None:
    for size, win_length, stones, boards in (
        (6, 4, 14, 1500),
        (7, 5, 26, 1500),
        (9, 5, 44, 1000),
        (15, 5, 70, 400),
    ):
        if variant == RENJU and win_length != 5:
            continue
        rules = Rules(size, win_length, variant)
        chance = random.Random(f"{rules} many")
        found = Findings()
        for _ in range(boards):
            found.prove(midgame(rules, chance, stones), rules, depth=4, node_cap=50_000)
        assert found.positions == 2 * boards
        assert sum(count for attacks, count in found.depths.items() if attacks > 0) > boards // 50


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_wins_are_those_found_by_trying_everything(variant: int) -> None:
    for size, win_length, stones, depth, boards in (
        (6, 4, 14, 1, 400),
        (6, 4, 14, 2, 100),
        (6, 5, 20, 2, 200),
        (7, 5, 26, 1, 400),
        (7, 5, 26, 2, 100),
    ):
        if variant == RENJU and win_length != 5:
            continue
        rules = Rules(size, win_length, variant)
        chance = random.Random(f"{rules} everything")
        for _ in range(boards):
            cells = midgame(rules, chance, stones)
            for side in range(2):
                board, lines, _ = kernel_state(cells, rules)
                plies = threes.find_vct(board, lines, rules, side, depth, NODES, SCRATCH)
                assert plies != CAP_REACHED
                memory = exhaustive.make_memory(rules.points)
                wins = exhaustive.wins_by_threats(board, lines, rules, side, depth, 1, memory)
                assert (plies > 0) == wins, (rules, side, cells)


def solve(text: str, rules: Rules, color: int = 1, nodes: int = 100_000) -> threes.VctResult | None:
    board = Board.from_text(text, rules, to_move=BLACK if color > 0 else WHITE)
    return threes.solve_vct(board, nodes)


TWO_TWOS = """
. . . . . . . . .
. . . . . . . . .
. . . . . . . . .
. . . x x . . . .
. . . . . . x . .
. . . . . . x . .
. . . . . . . . .
. . . . . . . . .
. . . . . . . . .
"""


def test_two_threes_that_meet_win_though_there_are_no_fours() -> None:
    board = Board.from_text(TWO_TWOS, Rules(9), to_move=BLACK)
    assert solve_vcf(board, 10_000) is None
    win = threes.solve_vct(board, 10_000)
    assert win is not None
    assert win.depth == 1
    # Played out: each move of the attacker is legal, and the last one wins.
    for index, move in enumerate(win.line):
        board.push(move if move >= 0 else int(board.legal_moves()[index]))
    assert board.outcome is not None
    assert board.outcome.winner is BLACK


def test_two_threes_that_meet_are_forbidden_to_black_in_renju() -> None:
    rules = Rules(9, 5, RENJU)
    board = Board.from_text(TWO_TWOS, rules, to_move=BLACK)
    forbidden = {int(move) for move in board.forbidden_points()}
    assert "g6" in {move_to_text(move, 9) for move in forbidden}
    win = threes.solve_vct(board, 100_000)
    assert win is None or win.line[0] not in forbidden
    swapped = TWO_TWOS.replace("x", "o")
    result = solve(swapped, rules, color=-1)
    assert result is not None


def test_threes_take_too_long_against_an_open_three_but_not_against_a_shut_one() -> None:
    rows = TWO_TWOS.strip().splitlines()
    rows[7] = ". o o o . . . . ."
    cells, lines = Board.from_text("\n".join(rows), to_move=BLACK).copy_arrays()
    assert threes.find_vct(cells, lines, Rules(9), 0, 2, NODES, SCRATCH) == 0
    # Black has time to answer the one four that is left, and the threes are still there.
    rows[7] = "x o o o . . . . ."
    board = Board.from_text("\n".join(rows), to_move=BLACK)
    assert Findings().prove(board.cells.tolist(), board.rules, depth=2)[0] > 0


def test_a_search_that_is_cut_off_says_so_and_restores_the_board() -> None:
    board = Board.from_text(TWO_TWOS, Rules(9), to_move=BLACK)
    cells, lines = board.copy_arrays()
    needed = 0
    for cap in range(0, 2000, 7):
        plies = threes.find_vct(cells, lines, board.rules, 0, 4, cap, SCRATCH)
        fresh_cells, fresh_lines = board.copy_arrays()
        np.testing.assert_array_equal(cells, fresh_cells)
        np.testing.assert_array_equal(lines, fresh_lines)
        if plies > 0:
            needed = cap
            break
        assert plies == CAP_REACHED
    assert needed > 0


def test_a_depth_of_0_is_a_search_for_fours() -> None:
    board = Board.from_text(TWO_TWOS, Rules(9), to_move=BLACK)
    assert threes.solve_vct(board, 10_000, depth=0) is None
    with pytest.raises(ValueError, match="depth of 25"):
        threes.solve_vct(board, 10_000, depth=25)


def test_a_finished_game_holds_no_win() -> None:
    board = Board.from_moves(Rules(3, 3), (0, 3, 1, 4, 2))
    assert threes.solve_vct(board, 100) is None
