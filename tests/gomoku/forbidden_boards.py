"""Boards on which forbidden points of renju, and points that nearly are, are common."""

import random
from collections.abc import Iterator

from gomoku.rules import Rules
from tests import reference
from tests.reference import Verdict

SIZES = (9, 10, 11, 15)

# Lines with a stone to come at *, with x and o standing and . empty.
THREES = [
    "." + "".join("*" if i == stone else "." if i == gap else "x" for i in range(4)) + "."
    for stone in range(4)
    for gap in range(4)
    if stone != gap
]
FOURS = [
    "".join("*" if i == stone else "." if i == gap else "x" for i in range(5))
    for stone in range(5)
    for gap in range(5)
    if stone != gap
]
TWO_FOURS = [
    two[:stone] + "*" + two[stone + 1 :]
    for two in ("x.xxx.x", "xx.xx.xx", "xxx.x.xxx")
    for stone in range(len(two))
    if two[stone] == "x"
]
FIVES = ["x" * before + "*" + "x" * (4 - before) for before in range(5)]
OVERLINES = [
    "x" * before + "*" + "x" * (length - 1 - before)
    for length in (6, 7)
    for before in range(max(0, length - 5), min(5, length))
]
KINDS = (THREES, FOURS, TWO_FOURS, FIVES, OVERLINES, ["*"])
MIXED = (50, 20, 5, 2, 5, 18)  # how often of each kind, in percent
MOSTLY_THREES = (85, 2, 1, 1, 3, 8)


def crowded_cells(rules: Rules, chance: random.Random) -> list[int]:
    """Mostly black stones, close together: a five or an overline is left out."""
    cells = [0] * rules.points
    black, white = chance.uniform(0.1, 0.45), chance.uniform(0, 0.2)
    span = chance.randint(5, 9)
    for index in range(span * span):
        draw = chance.random()
        row, column = divmod(index, span)
        move = (row + 1) * rules.size - column - 1  # the top right corner: two edges take part
        if draw < black + white:
            cells[move] = 1 if draw < black else -1
            runs = (
                reference.run_through(cells, move, step, rules.size) for step in reference.STEPS
            )
            if any(len(run) >= 5 for run in runs):
                cells[move] = 0
    return cells


def crossing_cells(rules: Rules, chance: random.Random) -> tuple[list[int], int]:
    """A board, and an empty point of it at which rows of stones cross on purpose.

    Some rows are spoiled by one stone more or less. Where one of its threes becomes a straight
    four, rows may cross again, and so on: there it is decided whether the three counts.
    """
    cells: dict[int, int] = {}
    crossings = [chance.randrange(rules.points)]
    came_by = -1
    weights = chance.choice((MIXED, MOSTLY_THREES))
    for _ in range(chance.choice((1, 2, 4, 8))):
        point = crossings[-1]
        cells[point] = 0
        for number, step in enumerate(reference.STEPS):
            if number != came_by:
                (kind,) = chance.choices(KINDS, weights)
                _lay_row(cells, point, step, chance.choice(kind), rules.size, chance)
        standing = [cells.get(move, 0) for move in range(rules.points)]
        for crossing in crossings[:-1]:
            standing[crossing] = 1
        ends = list(_ends_of_threes(standing, point, rules.size))
        if not ends:
            break
        point, came_by = chance.choice(ends)
        crossings.append(point)
    for move in range(rules.points):
        if move not in cells and chance.random() < 0.03:
            cells[move] = chance.choice((1, -1))
    return [cells.get(move, 0) for move in range(rules.points)], crossings[0]


def shapes_at(cells: reference.Cells, move: int, size: int) -> Iterator[str]:
    """What Black's stone on an empty point would be, in words; several may be true."""
    verdict = reference.judge(cells, move, size)
    shapes = reference.shapes_through(cells, move, size)
    fours, threes = sum(s.fours for s in shapes), sum(len(s.threes) for s in shapes)
    yield verdict.value
    if verdict is Verdict.FIVE and (max(s.row for s in shapes) > 5 or fours >= 2 or threes >= 2):
        yield "five beside a forbidden shape"
    if verdict is Verdict.DOUBLE_FOUR:
        in_one = max(s.fours for s in shapes) == 2
        yield "double four in one line" if in_one else "double four in two lines"
    if verdict is Verdict.DOUBLE_THREE and threes > 2:
        yield "more than two threes"
    if verdict is Verdict.ALLOWED and (fours, threes) == (1, 1):
        yield "a four and a three"
    if verdict is Verdict.ALLOWED and fours + threes == 0:
        yield "nothing"
    yield from (f"{deep} deep" for deep in range(1, depth_of(cells, move, size) + 1))


def depth_of(cells: reference.Cells, move: int, size: int) -> int:
    """How many stones deep one must ask about threes to judge a point as the rule does."""
    verdict = reference.judge(cells, move, size)
    depth = 8
    while depth > 0 and reference.judge(cells, move, size, depth - 1) is verdict:
        depth -= 1
    return depth


def _lay_row(
    cells: dict[int, int],
    point: int,
    step: tuple[int, int],
    row: str,
    size: int,
    chance: random.Random,
) -> None:
    """Draw a row with its * at a point, where nothing has been drawn; a quarter of them spoiled."""
    own = row.index("*")
    drawn = {index - own: {"x": 1, "o": -1}.get(sign, 0) for index, sign in enumerate(row)}
    del drawn[0]
    if drawn and chance.random() < 0.25:
        spoiled = chance.choice([-own - 1, *drawn, len(row) - own])
        drawn[spoiled] = chance.choice((1, -1, -1, 0))
    for away, cell in drawn.items():
        for move in _points_along(point, step, (away,), size):
            cells.setdefault(move, cell)


def _ends_of_threes(cells: reference.Cells, move: int, size: int) -> Iterator[tuple[int, int]]:
    """Where a stone would make a three through a point straight, and in which of the `STEPS`."""
    for number, shapes in enumerate(reference.shapes_through(cells, move, size)):
        down, right = reference.STEPS[number]
        for ends in shapes.threes:
            yield from ((move + away * (down * size + right), number) for away in ends)


def _points_along(
    point: int, step: tuple[int, int], distances: tuple[int, ...], size: int
) -> list[int]:
    rows = [(point // size + away * step[0], point % size + away * step[1]) for away in distances]
    return [row * size + column for row, column in rows if reference.on_board(row, column, size)]
