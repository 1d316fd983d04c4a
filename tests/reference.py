"""Slow plain-Python twins of the compiled kernels: no bit tricks, obviously right.

A board here is a list of A ints, 1 black, -1 white, 0 empty, row by row from the top left.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import groupby

from gomoku.rules import FREESTYLE, Rules

Cells = Sequence[int]

STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""The four directions of a row, as steps down and to the right."""

# The rules ---------------------------------------------------------------------------------------


def lines_of(size: int) -> Iterator[list[int]]:
    """Every row, column and diagonal of the board, as the moves on it in order."""
    points = range(size)
    for fixed in points:
        yield [fixed * size + column for column in points]
        yield [row * size + fixed for row in points]
    for offset in range(1 - size, size):
        yield [row * size + row + offset for row in points if 0 <= row + offset < size]
    for total in range(2 * size - 1):
        yield [row * size + total - row for row in points if 0 <= total - row < size]


def runs_of(cells: Cells, color: int, size: int) -> Iterator[list[int]]:
    """Every longest unbroken row of one color in every direction; a lone stone is four rows."""
    for line in lines_of(size):
        for stone, group in groupby(line, key=lambda move: cells[move]):
            if stone == color:
                yield list(group)


def run_through(cells: Cells, move: int, step: tuple[int, int], size: int) -> list[int]:
    """The longest unbroken row through a stone in one direction, in order."""
    down, right = step
    run = [move]
    for sign in (-1, 1):
        row, column = divmod(move, size)
        while True:
            row, column = row + sign * down, column + sign * right
            on_board = 0 <= row < size and 0 <= column < size
            if not on_board or cells[row * size + column] != cells[move]:
                break
            run.append(row * size + column)
    return sorted(run)


def wins(run: list[int], rules: Rules) -> bool:
    """Whether an unbroken row, complete as it stands, wins."""
    if rules.variant == FREESTYLE:
        return len(run) >= rules.win_length
    return len(run) == rules.win_length


def winning_rows(cells: Cells, color: int, rules: Rules) -> list[list[int]]:
    """All rows of a color that win, each as its moves in order along the line."""
    return [run for run in runs_of(cells, color, rules.size) if wins(run, rules)]


def completes_row(cells: Cells, move: int, rules: Rules) -> bool:
    """Whether a stone on the board stands in a winning row."""
    return any(wins(run_through(cells, move, step, rules.size), rules) for step in STEPS)


def winning_moves(cells: Cells, color: int, rules: Rules) -> set[int]:
    """The empty points where a stone of this color makes a winning row, found by trying each."""
    tried = list(cells)
    found = set()
    for move, cell in enumerate(cells):
        if cell == 0:
            tried[move] = color
            if completes_row(tried, move, rules):
                found.add(move)
            tried[move] = 0
    return found


def is_dead_draw(cells: Cells, rules: Rules) -> bool:
    """Whether every window of `win_length` points holds stones of both colors."""
    for line in lines_of(rules.size):
        for start in range(len(line) - rules.win_length + 1):
            window = {cells[move] for move in line[start : start + rules.win_length]}
            if not {1, -1} <= window:
                return False
    return True


def count_leaves(cells: list[int], color: int, depth: int, rules: Rules) -> int:
    """How many games of exactly `depth` plies there are (perft); dead draws are played on."""
    if depth == 0:
        return 1
    total = 0
    for move in range(len(cells)):
        if cells[move] != 0:
            continue
        cells[move] = color
        if depth == 1 or not completes_row(cells, move, rules):
            total += count_leaves(cells, -color, depth - 1, rules)
        cells[move] = 0
    return total


# Threats ------------------------------------------------------------------------------------------


def wins_by_fours(cells: list[int], color: int, rules: Rules) -> bool:
    """Whether a color that is to move wins by fours alone, found by trying every point."""
    if winning_moves(cells, color, rules):
        return True
    enemy_wins = winning_moves(cells, -color, rules)
    for move in range(len(cells)):
        if cells[move] != 0 or not enemy_wins <= {move}:
            continue  # an enemy four must be stopped at its one point
        cells[move] = color
        blocks = winning_moves(cells, color, rules)
        won = len(blocks) >= 2
        if len(blocks) == 1:
            (block,) = blocks
            cells[block] = -color
            won = wins_by_fours(cells, color, rules)
            cells[block] = 0
        cells[move] = 0
        if won:
            return True
    return False


# Boards to compare on ----------------------------------------------------------------------------


def random_cells(rules: Rules, chance: random.Random) -> list[int]:
    """A board filled to a random degree, each stone of a random color; rows may have won."""
    density = chance.random()
    return [chance.choice((1, -1)) if chance.random() < density else 0 for _ in range(rules.points)]


def unfinished_cells(rules: Rules, chance: random.Random) -> list[int]:
    """Like `random_cells`, but without any winning row, by leaving out stones that make one."""
    cells = [0] * rules.points
    moves = list(range(rules.points))
    chance.shuffle(moves)
    for move in moves[: chance.randrange(rules.points)]:
        color = chance.choice((1, -1))
        cells[move] = color
        if completes_row(cells, move, rules):
            cells[move] = 0
    return cells
