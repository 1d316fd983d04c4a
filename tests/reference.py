"""Slow plain-Python twins of the compiled kernels: no bit tricks, obviously right.

A board here is a list of A ints, 1 black, -1 white, 0 empty, row by row from the top left.
"""

import math
import random
from collections.abc import Iterator, Sequence
from itertools import groupby

from gomoku.rules import CARO, FREESTYLE, RENJU, Rules

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
            if not on_board(row, column, size) or cells[row * size + column] != cells[move]:
                break
            run.append(row * size + column)
    return sorted(run)


def ends_of(run: list[int], size: int) -> list[int]:
    """The points next to a row of two or more, at most two; fewer at the edge of the board."""
    rows, columns = zip(*(divmod(move, size) for move in run), strict=True)
    down, right = rows[1] - rows[0], columns[1] - columns[0]
    before = rows[0] - down, columns[0] - right
    after = rows[-1] + down, columns[-1] + right
    return [row * size + column for row, column in (before, after) if on_board(row, column, size)]


def on_board(row: int, column: int, size: int) -> bool:
    return 0 <= row < size and 0 <= column < size


def wins(cells: Cells, run: list[int], rules: Rules) -> bool:
    """Whether an unbroken row, complete as it stands, wins for the color it has."""
    color = cells[run[0]]
    if len(run) > rules.win_length:
        if rules.variant == RENJU:
            return color == -1
        return rules.variant in (FREESTYLE, CARO)
    if len(run) == rules.win_length and rules.variant == CARO:
        return [cells[end] for end in ends_of(run, rules.size)] != [-color, -color]
    return len(run) == rules.win_length


def winning_rows(cells: Cells, color: int, rules: Rules) -> list[list[int]]:
    """All rows of a color that win, each as its moves in order along the line."""
    return [run for run in runs_of(cells, color, rules.size) if wins(cells, run, rules)]


def completes_row(cells: Cells, move: int, rules: Rules) -> bool:
    """Whether a stone on the board stands in a winning row."""
    return any(wins(cells, run_through(cells, move, step, rules.size), rules) for step in STEPS)


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
        forbidden = color == 1 and is_forbidden(cells, move, rules)
        cells[move] = color
        if depth == 1 or not (forbidden or completes_row(cells, move, rules)):
            total += count_leaves(cells, -color, depth - 1, rules)
        cells[move] = 0
    return total


# Forbidden points of renju ------------------------------------------------------------------------


def is_forbidden(cells: Cells, move: int, rules: Rules) -> bool:
    """Whether Black would lose by playing on an empty point, word for word as the rule has it."""
    if rules.variant != RENJU:
        return False
    board = list(cells)
    board[move] = 1
    if makes_five(board, move, rules.size):
        return False
    if any(len(run_through(board, move, step, rules.size)) > 5 for step in STEPS):
        return True
    return len(fours_through(board, move, rules.size)) >= 2 or len(threes_through(board, move)) >= 2


def empty_points_around(cells: Cells, move: int, size: int) -> list[int]:
    """The empty points up to four away on a line: no other can share a row of five with a stone."""
    found = []
    for down, right in STEPS:
        for away in range(-4, 5):
            row, column = move // size + away * down, move % size + away * right
            if on_board(row, column, size) and cells[row * size + column] == 0:
                found.append(row * size + column)
    return found


def makes_five(cells: Cells, move: int, size: int) -> bool:
    """Whether a stone stands in a row of exactly five."""
    return any(len(run_through(cells, move, step, size)) == 5 for step in STEPS)


def fours_through(cells: Cells, move: int, size: int) -> set[frozenset[int]]:
    """Every four that a black stone is part of: four stones that one more makes exactly five."""
    fours = set()
    board = list(cells)
    for point in empty_points_around(cells, move, size):
        board[point] = 1
        for step in STEPS:
            run = run_through(board, point, step, size)
            if len(run) == 5 and move in run:
                fours.add(frozenset(run) - {point})
        board[point] = 0
    return fours


def straight_fours_through(cells: Cells, move: int, size: int) -> list[list[int]]:
    """Rows of four black stones that either end makes exactly five."""
    found = []
    for step in STEPS:
        run = run_through(cells, move, step, size)
        if len(run) == 4:
            ends = [point for point in ends_of(run, size) if cells[point] == 0]
            board = list(cells)
            for point in ends:
                board[point] = 1
            # Both ends filled, a row of six says that neither end joins a stone further out.
            if len(ends) == 2 and len(run_through(board, move, step, size)) == 6:
                found.append(run)
    return found


def threes_through(cells: Cells, move: int) -> set[frozenset[int]]:
    """Every three that a black stone is part of.

    Three stones that one more makes a straight four: a stone that is not forbidden there, and that
    does not make five at the same time.
    """
    size = math.isqrt(len(cells))
    threes = set()
    board = list(cells)
    for point in empty_points_around(cells, move, size):
        board[point] = 1
        for run in straight_fours_through(board, point, size):
            if move in run and not makes_five(board, point, size):
                board[point] = 0
                if not is_forbidden(board, point, Rules(size, 5, RENJU)):
                    threes.add(frozenset(run) - {point})
                board[point] = 1
        board[point] = 0
    return threes


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
