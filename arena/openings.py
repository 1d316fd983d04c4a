"""How games begin: the same moves for both games of a pair, so that no color has the luck."""

from collections.abc import Iterator

import numpy as np

from gomoku import kernels
from gomoku.board import Board
from gomoku.rules import Rules
from gomoku.symmetry import SYMMETRIES, image_points

Opening = tuple[int, ...]

# After this many draws in a row without a new opening, the board is taken to have no more.
_PATIENCE = 200


def empty_openings(pairs: int) -> list[Opening]:
    """The empty board for every pair. Players without randomness then repeat two games."""
    return [()] * pairs


def random_openings(rules: Rules, pairs: int, seed: int) -> list[Opening]:
    """Short random openings: a few stones near each other, in or next to the middle of the board.

    Nobody can win at once after any of them. They differ even up to symmetry until the board has
    no more of them, and then come again in the same order.
    """
    generator = np.random.default_rng(seed)
    openings: list[Opening] = []
    seen: set[bytes] = set()
    failures = 0
    while len(openings) < pairs and failures < _PATIENCE:
        opening = _draw_opening(rules, generator)
        key = position_key(rules, opening)
        if key in seen or not is_quiet(rules, opening):
            failures += 1
            continue
        failures = 0
        seen.add(key)
        openings.append(opening)
    assert openings, f"no quiet opening for {rules.describe()}"
    return [openings[index % len(openings)] for index in range(pairs)]


def position_key(rules: Rules, opening: Opening) -> bytes:
    """Equal for two openings that lead to the same position up to the eight symmetries."""
    cells = np.zeros((SYMMETRIES, rules.points), np.int8)
    images = image_points(rules.size)
    for ply, move in enumerate(opening):
        cells[np.arange(SYMMETRIES), images[:, move]] = 1 if ply % 2 == 0 else -1
    return min(row.tobytes() for row in cells)


def is_quiet(rules: Rules, opening: Opening) -> bool:
    """Whether the game goes on after an opening and no color has a move that wins at once."""
    board = Board.from_moves(rules, opening)
    if board.outcome is not None:
        return False
    lines = kernels.lines_of(board.cells, rules)
    return all(kernels.winning_moves(lines, side, rules)[0] < 0 for side in range(2))


def _draw_opening(rules: Rules, generator: np.random.Generator) -> Opening:
    """Two to `win_length` stones, but one or two where three in a row win."""
    fewest = 1 if rules.win_length == 3 else 2
    most = 2 if rules.win_length == 3 else rules.win_length
    plies = int(generator.integers(fewest, most + 1))
    margin = rules.size // 3
    row, column = generator.integers(margin, rules.size - margin, size=2)
    moves = [int(row) * rules.size + int(column)]
    while len(moves) < plies:
        near = list(_points_near(moves, rules.size))
        moves.append(near[int(generator.integers(len(near)))])
    return tuple(moves)


def _points_near(moves: list[int], size: int) -> Iterator[int]:
    """The empty points at most two steps, straight or diagonal, from a stone."""
    for point in range(size * size):
        row, column = divmod(point, size)
        if point not in moves and any(
            max(abs(row - move // size), abs(column - move % size)) <= 2 for move in moves
        ):
            yield point
