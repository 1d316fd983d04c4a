"""How long it takes to find forbidden points of renju: `python -m benchmarks.forbidden`.

The baseline is the plain-Python twin of the tests, on the same points.
"""

import argparse
import random
import time
import timeit
from collections import Counter
from collections.abc import Callable

import numpy as np

from benchmarks.threats import midgame
from gomoku.forbidden import is_forbidden, mark_forbidden
from gomoku.jit import kernel
from gomoku.lines import Cells, Lines, lines_of
from gomoku.rules import RENJU, Rules
from tests import reference
from tests.gomoku.forbidden_boards import SIZES, crossing_cells, shapes_at

RULES = Rules(15, 5, RENJU)
BOARDS, TWIN_BOARDS, REPEATS = 500, 50, 50
SHAPES = 20_000


@kernel
def count_forbidden(cells: Cells, lines: Lines, moves: Cells, rules: Rules) -> int:
    """Forbidden points among the marked ones of all boards; compiled, as a search calls it."""
    found = 0
    for index in range(len(cells)):
        for move in range(rules.size * rules.size):
            if moves[index, move]:
                found += is_forbidden(lines[index], move, rules)
    return found


@kernel
def map_all(cells: Cells, lines: Lines, marks: Cells, rules: Rules) -> None:
    """The map of every board."""
    for index in range(len(cells)):
        mark_forbidden(cells[index], lines[index], marks[index], rules)


def best_seconds(call: Callable[[], object]) -> float:
    call()  # compiles
    return min(timeit.repeat(call, number=1, repeat=REPEATS))


def measure(name: str, boards: list[list[int]], points: list[list[int]]) -> None:
    """Print what a call costs on these points of these boards, and what a map of a board costs."""
    cells = np.array(boards, np.int8)
    lines = np.stack([lines_of(board, RULES) for board in cells])
    moves = np.zeros_like(cells)
    for index, chosen in enumerate(points):
        moves[index, chosen] = 1
    marks = np.zeros_like(cells)
    seconds = best_seconds(lambda: count_forbidden(cells, lines, moves, RULES))
    map_seconds = best_seconds(lambda: map_all(cells, lines, marks, RULES))
    calls = sum(map(len, points))
    few = list(zip(boards, points, strict=True))[:TWIN_BOARDS]
    twin_seconds = min(timeit.repeat(lambda: judge_by_twin(few), number=1, repeat=2))
    twin_each = twin_seconds / sum(len(chosen) for _, chosen in few)
    print(
        f"{name}: {1e6 * seconds / calls:.3f} us a call ({calls:,} points, the best of {REPEATS}), "
        f"{1e6 * map_seconds / len(boards):.1f} us a map, {marks.mean() * RULES.points:.2f} "
        f"forbidden points a board; the twin takes {1e6 * twin_each:.1f} us a call, "
        f"{twin_each / (seconds / calls):.0f} times as long"
    )


def judge_by_twin(boards: list[tuple[list[int], list[int]]]) -> None:
    for cells, moves in boards:
        for move in moves:
            reference.is_forbidden(cells, move, RULES)


def slowest_call(boards: list[list[int]]) -> float:
    """Microseconds of the slowest point of all boards, each the best of several."""
    slowest = 0.0
    moves = np.zeros((1, RULES.points), np.int8)
    for cells in np.array(boards, np.int8):
        lines = lines_of(cells, RULES)[np.newaxis]
        for move in np.flatnonzero(cells == 0):
            moves[0, move] = 1
            taken = []
            for _ in range(3):
                started = time.perf_counter()
                count_forbidden(cells[np.newaxis], lines, moves, RULES)
                taken.append(time.perf_counter() - started)
            slowest = max(slowest, min(taken))
            moves[0, move] = 0
    return 1e6 * slowest


def count_shapes() -> None:
    """Print what the crossings of constructed boards are."""
    shapes: Counter[str] = Counter()
    for seed in range(SHAPES):
        chance = random.Random(seed)
        rules = RULES._replace(size=chance.choice(SIZES))
        cells, crossing = crossing_cells(rules, chance)
        shapes.update(shapes_at(cells, crossing, rules.size))
    for shape, count in shapes.most_common():
        print(f"  {shape:30} {count:6,} {count / SHAPES:7.2%}")


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    chance = random.Random(0)
    games = [midgame(RULES, chance).cells.tolist() for _ in range(BOARDS)]
    free = [[move for move, cell in enumerate(cells) if cell == 0] for cells in games]
    measure("midgame, every empty point", games, free)
    crossings = [crossing_cells(RULES, chance) for _ in range(BOARDS)]
    boards = [cells for cells, _ in crossings]
    measure("where rows cross on purpose", boards, [[point] for _, point in crossings])
    slowest = max(slowest_call(games[:100]), slowest_call(boards[:100]))
    print(f"the slowest of the points of 200 of these boards: {slowest:.1f} us, call included")
    print(f"crossings of {SHAPES:,} constructed boards:")
    count_shapes()


if __name__ == "__main__":
    main()
