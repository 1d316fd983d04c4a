"""Wins by continuous fours: each claim is proved against every reply, and none is missed."""

import random

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.notation import moves_to_text
from gomoku.rules import BLACK, RENJU, STANDARD, VARIANT_NAMES, WHITE, Rules
from mcts import vcf as threats
from tests import reference
from tests.gomoku.state import kernel_state

SCRATCH = threats.make_scratch()
VARIANTS = range(len(VARIANT_NAMES))


def find(cells: reference.Cells, side: int, rules: Rules, node_cap: int = 100_000) -> list[int]:
    """The winning line that the kernel claims, nothing if it found none."""
    board, lines, _ = kernel_state(cells, rules)
    plies = threats.find_vcf(board, lines, rules, side, node_cap, SCRATCH)
    assert plies != threats.CAP_REACHED
    fresh_board, fresh_lines, _ = kernel_state(cells, rules)
    np.testing.assert_array_equal(board, fresh_board)
    np.testing.assert_array_equal(lines, fresh_lines)
    return [int(move) for move in SCRATCH.line[:plies]]


def sparse_cells(rules: Rules, chance: random.Random, stones: int) -> list[int]:
    """A few stones of both colors, none of them in a winning row."""
    cells = [0] * rules.points
    for ply, move in enumerate(chance.sample(range(rules.points), stones)):
        cells[move] = -1 if ply % 2 else 1
        if reference.completes_row(cells, move, rules):
            cells[move] = 0
    return cells


def prove(cells: list[int], line: list[int], color: int, rules: Rules) -> None:
    """Play the line; every reply but the one in it must lose at once, and none may win."""
    for ply, move in enumerate(line):
        if ply % 2 == 0:
            assert cells[move] == 0
            assert color == -1 or not reference.is_forbidden(cells, move, rules)
            cells[move] = color
            continue
        for reply in [point for point, cell in enumerate(cells) if cell == 0]:
            forbidden = color == -1 and reference.is_forbidden(cells, reply, rules)
            cells[reply] = -color
            assert not reference.completes_row(cells, reply, rules)
            if reply != move:
                assert forbidden or reference.winning_moves(cells, color, rules)
            cells[reply] = 0
        if move >= 0:
            cells[move] = -color
    assert reference.completes_row(cells, line[-1], rules)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("size", "win_length", "stones"), [(6, 4, 12), (7, 5, 24), (8, 5, 34)])
def test_wins_are_those_that_the_twin_finds_and_hold_against_every_reply(
    variant: int, size: int, win_length: int, stones: int
) -> None:
    rules = Rules(size, win_length, variant)
    if variant == RENJU and win_length != 5:
        pytest.skip("renju is played with five in a row")
    chance = random.Random(f"{rules}")
    lengths = set()
    for _ in range(15):
        cells = sparse_cells(rules, chance, stones)
        for side, color in enumerate((1, -1)):
            line = find(cells, side, rules)
            assert bool(line) == reference.wins_by_fours(cells, color, rules), (cells, color)
            lengths.add(len(line))
            if line:
                prove(cells.copy(), line, color, rules)
    assert {0, 1, 3} <= lengths


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_wins_are_those_that_the_twin_finds_on_many_boards(variant: int) -> None:
    for size, win_length in ((6, 3), (6, 4), (7, 4), (7, 5), (8, 5), (9, 5), (9, 6)):
        if variant == RENJU and win_length != 5:
            continue
        rules = Rules(size, win_length, variant)
        chance = random.Random(f"{rules}")
        for _ in range(400):
            cells = sparse_cells(rules, chance, chance.randrange(size, size * size * 2 // 3))
            for side, color in enumerate((1, -1)):
                line = find(cells, side, rules)
                assert bool(line) == reference.wins_by_fours(cells, color, rules), (cells, color)
                if line:
                    prove(cells.copy(), line, color, rules)


def solve(text: str, rules: Rules, color: int = 1, nodes: int = 10_000) -> str:
    """The winning line as text, nothing if there is none."""
    board = Board.from_text(text, rules, to_move=BLACK)
    result = threats.solve_vcf(board, nodes, BLACK if color > 0 else WHITE)
    return moves_to_text(result.line, rules.size) if result else ""


def test_two_fours_that_meet_are_a_win_in_three() -> None:
    text = """
    . . . . . . .
    . . . . . . .
    o x x x . . .
    . . . . x . .
    . . . . x . .
    . . . . x . .
    . . . . o . .
    """
    line = solve(text, Rules(7)).split()
    assert line[0] == "e5"
    assert len(line) == 3


BOTH_FOUR = """
. . . . . . . .
. . . . . . . .
x o o o o . . .
. . . . . x . .
. . . . . x . .
. . . . . x . .
. . . . . . . .
x x x . . . . .
"""  # White threatens f6


def test_an_enemy_four_is_stopped_by_a_four_of_ones_own_or_not_at_all() -> None:
    assert solve(BOTH_FOUR, Rules(8)).split()[0] == "f6"
    assert solve(BOTH_FOUR, Rules(8), color=-1) == "f6"
    # With one stone fewer in the column f6 is no four, and there is no time for d1.
    rows = BOTH_FOUR.splitlines()
    rows[4] = ". . . . . . . ."
    assert solve("\n".join(rows), Rules(8)) == ""


def test_two_enemy_fours_cannot_be_stopped() -> None:
    text = BOTH_FOUR.replace("x o o o o . . .", ". o o o o . . .")
    assert solve(text, Rules(8)) == ""


def test_an_overline_is_a_way_to_win_by_fours_only_in_freestyle() -> None:
    # Both points of the row would join the stones to six or more.
    text = """
    x x . x . x x . .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    """
    assert solve(text, Rules(9)) != ""
    assert solve(text, Rules(9, 5, STANDARD)) == ""


def test_a_finished_game_holds_no_win() -> None:
    board = Board.from_moves(Rules(3, 3), (0, 3, 1, 4, 2))
    assert threats.solve_vcf(board, 100) is None


def test_a_search_that_is_cut_off_says_so() -> None:
    board = Board.from_text(BOTH_FOUR, Rules(8), to_move=BLACK)
    cells, lines = board.copy_arrays()
    assert threats.find_vcf(cells, lines, board.rules, 0, 0, SCRATCH) == threats.CAP_REACHED
    assert threats.find_vcf(cells, lines, board.rules, 0, 10, SCRATCH) == 3
    assert threats.solve_vcf(board, nodes=0) is None


def test_solving_leaves_the_board_alone() -> None:
    board = Board.from_text(BOTH_FOUR, Rules(8), to_move=WHITE)
    before = str(board)
    assert threats.solve_vcf(board, 100, BLACK) is not None
    assert str(board) == before
    assert board.to_move is WHITE
