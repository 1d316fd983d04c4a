"""How long a search for a win by continuous fours takes: `python -m benchmarks.threats`.

The baseline is the plain-Python twin of the tests, on the same positions.
"""

import random
import time
import timeit

import numpy as np

from gomoku import kernels
from gomoku.board import Board
from gomoku.jit import kernel
from gomoku.kernels import Cells, Lines
from gomoku.rules import VARIANT_NAMES, Rules
from gomoku.threats import Scratch, find_vcf, make_scratch
from tests import reference

POSITIONS, TWIN_POSITIONS, REPEATS = 500, 10, 100
NODE_CAP = 1000


def midgame(rules: Rules, chance: random.Random) -> Board:
    """A position of 12 to 60 stones: random moves near others, but fives are taken and blocked."""
    while True:
        board, stones = Board(rules), chance.randint(12, 60)
        while board.outcome is None and board.ply < stones:
            _, lines = board.copy_arrays()
            side = 0 if board.to_move > 0 else 1
            own, block = (kernels.winning_moves(lines, s, rules)[0] for s in (side, 1 - side))
            urgent = own if own >= 0 else block
            board.push(urgent if board.is_legal(urgent) else near_another(board, chance))
        if board.outcome is None:
            return board


def near_another(board: Board, chance: random.Random) -> int:
    """A random empty point at most two away from a stone; the center of an empty board."""
    size = board.rules.size
    stones = np.flatnonzero(board.cells)
    if stones.size == 0:
        return size * size // 2
    while True:
        row, column = divmod(int(chance.choice(stones)), size)
        row, column = row + chance.randint(-2, 2), column + chance.randint(-2, 2)
        move = row * size + column
        if 0 <= row < size and 0 <= column < size and board.is_legal(move):
            return move


@kernel
def find_all(
    cells: Cells, lines: Lines, sides: Cells, rules: Rules, scratch: Scratch
) -> tuple[int, int]:
    """Wins and nodes over all positions; the loop is compiled, as a search would call it."""
    wins = nodes = 0
    for index in range(len(sides)):
        plies = find_vcf(cells[index], lines[index], rules, sides[index], NODE_CAP, scratch)
        wins += plies > 0
        nodes += NODE_CAP - max(0, scratch.counters[0])
    return wins, nodes


def measure(rules: Rules) -> None:
    chance = random.Random(0)
    boards = [midgame(rules, chance) for _ in range(POSITIONS)]
    arrays = [board.copy_arrays() for board in boards]
    cells = np.stack([array for array, _ in arrays])
    lines = np.stack([array for _, array in arrays])
    sides = np.array([0 if board.to_move > 0 else 1 for board in boards], np.int8)
    scratch = make_scratch()
    wins, nodes = find_all(cells, lines, sides, rules, scratch)  # compiles
    seconds = min(
        timeit.repeat(
            lambda: find_all(cells, lines, sides, rules, scratch), number=1, repeat=REPEATS
        )
    )
    start = time.perf_counter()
    for board in boards[:TWIN_POSITIONS]:
        reference.wins_by_fours(board.cells.tolist(), board.to_move, rules)
    twin_seconds = time.perf_counter() - start
    ratio = (twin_seconds / TWIN_POSITIONS) / (seconds / POSITIONS)
    print(
        f"{rules.describe()}: {seconds / POSITIONS * 1e6:.2f} us a call (the best of {REPEATS}), "
        f"{nodes / POSITIONS:.1f} nodes, {wins / POSITIONS:.0%} won, {ratio:,.0f} times the twin's "
        "speed"
    )


if __name__ == "__main__":
    for variant in range(len(VARIANT_NAMES)):
        measure(Rules(15, 5, variant))
