"""How games begin: the same moves for both games of a pair, so that no color has the luck.

Balanced sets are shipped in `arena/data/openings`, one file for each rule set; this module makes
them too: `python -m tools.openings --help`. Files have the format of Gomocup's
openings: a line for each, moves as `x,y` counted from the center of the board to the right and
down, separated by a comma and a blank.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels
from gomoku.board import Board, IllegalMoveError
from gomoku.formats import read_games
from gomoku.formats.encoding import decode
from gomoku.formats.replay import cut_short
from gomoku.lines import lines_of
from gomoku.record import RecordError
from gomoku.rules import BLACK, WHITE, Rules
from gomoku.storage import write_whole
from gomoku.symmetry import source_points
from mcts.player import Limit, Player
from mcts.vcf import solve_vcf

Opening = tuple[int, ...]


class OpeningsError(ValueError):
    """Openings that are not there, or a file that holds none."""


# After this many draws in a row without a new opening, the board is taken to have no more.
_PATIENCE = 200

# Fours to try before an opening is taken to be unsolved.
_VCF_NODES = 10_000

_FOLDER = files("gomoku_zero.arena") / "data" / "openings"


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


def read_openings(path: Path | Traversable, rules: Rules) -> list[Opening]:
    """The openings in a file, a line each, in Gomocup's format or as moves such as h8i9i7.

    Raises:
        OpeningsError: if it cannot be read, or naming the first line that is not an opening that
            can be played by these rules.
    """
    try:
        text = decode(path.read_bytes()).text
    except OSError as error:
        raise OpeningsError(f"no openings in {path}: {error}") from error
    openings = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            openings.append(opening_from_text(line, rules))
        except OpeningsError as error:
            raise OpeningsError(f"{path}, line {number}: {error}") from error
    if not openings:
        raise OpeningsError(f"no openings in {path}: it is empty")
    return openings


def opening_from_text(text: str, rules: Rules) -> Opening:
    """The opening in a line of Gomocup's format, or of moves with a letter and a number.

    >>> opening_from_text("0,0, 1,-1", Rules(size=15)), opening_from_text("h8i9", Rules(size=15))
    ((112, 98), (112, 98))

    Raises:
        OpeningsError: if it is none that can be played by these rules.
    """
    if re.match(r"\W*[A-Za-z]", text):
        return _opening_from_words(text, rules)
    if not re.fullmatch(
        r"\s*-?\d{1,2}\s*,\s*-?\d{1,2}(\s*,\s*-?\d{1,2}\s*,\s*-?\d{1,2})*\s*", text
    ):
        raise OpeningsError(f"{text.strip()!r} is not a list of moves such as 0,0, 1,-1 or h8 i9")
    numbers = [int(number) + rules.size // 2 for number in text.split(",")]
    if not all(0 <= number < rules.size for number in numbers):
        raise OpeningsError(f"{text.strip()!r} leaves the board of {rules.describe()}")
    opening = tuple(
        row * rules.size + column for column, row in zip(numbers[::2], numbers[1::2], strict=True)
    )
    try:
        outcome = Board.from_moves(rules, opening).outcome
    except IllegalMoveError as error:
        raise OpeningsError(f"{text.strip()!r} cannot be played: {error}") from error
    if outcome is not None:
        raise OpeningsError(f"{text.strip()!r} ends the game")
    return opening


def _opening_from_words(text: str, rules: Rules) -> Opening:
    """
    Raises:
        OpeningsError: if it is none that can be played by these rules.
    """
    shown = text.strip()[:60]
    try:
        game = read_games(text, rules=rules)[0]
    except RecordError as error:
        raise OpeningsError(f"{shown!r} is not a list of moves: {error}") from error
    if game.rules.size != rules.size or game.start:
        raise OpeningsError(f"{shown!r} leaves the board of {rules.describe()}")
    if cut_short(game):
        raise OpeningsError(f"{shown!r} cannot be played: {cut_short(game)}")
    if game.outcome is not None:
        raise OpeningsError(f"{shown!r} ends the game")
    return game.moves


def opening_to_text(opening: Opening, rules: Rules) -> str:
    """A line of Gomocup's format.

    >>> opening_to_text((112, 98), Rules(size=15))
    '0,0, 1,-1'
    """
    center = rules.size // 2
    return ", ".join(
        f"{move % rules.size - center},{move // rules.size - center}" for move in opening
    )


def write_openings(path: Path, openings: Iterable[Opening], rules: Rules) -> None:
    """Write a file of Gomocup's format; `read_openings` gives back the same."""
    lines = "".join(f"{opening_to_text(opening, rules)}\n" for opening in openings)
    write_whole(path, lines.encode())


def shipped_openings(rules: Rules) -> list[Opening]:
    """The balanced set shipped for these rules.

    Raises:
        OpeningsError: if there is none, naming those there are.
    """
    file = _FOLDER / file_name(rules)
    if not file.is_file():
        names = sorted(each.name for each in _FOLDER.iterdir() if each.name.endswith(".txt"))
        raise OpeningsError(
            f"no balanced openings are shipped for {rules.describe()}, only {', '.join(names)}: "
            "make some with python -m tools.openings, or use random ones"
        )
    return read_openings(file, rules)


def arranged(openings: Sequence[Opening], pairs: int, seed: int) -> list[Opening]:
    """As many openings as there are pairs, in an order given by the seed.

    They come again only when all have been used.
    """
    order = np.random.default_rng(seed).permutation(len(openings))
    return [openings[order[index % len(openings)]] for index in range(pairs)]


def balanced_openings(
    rules: Rules,
    judge: Player,
    most_value: float,
    seed: int,
    *,
    batch: int = 64,
) -> Iterator[Opening]:
    """Random openings that a judge finds balanced; no two alike up to symmetry, without end.

    None is solved: neither by the judge, nor won for the side to move by continuous fours.

    judge: a player that gives values, 1 and -1 where it has solved a position.
    most_value: how far from 0 the value may be.
    """
    generator = np.random.default_rng(seed)
    seen: set[bytes] = set()
    while True:
        drawn: list[Opening] = []
        while len(drawn) < batch:
            opening = _draw_opening(rules, generator)
            key = position_key(rules, opening)
            if key not in seen and is_quiet(rules, opening):
                seen.add(key)
                drawn.append(opening)
        boards = [Board.from_moves(rules, opening) for opening in drawn]
        for opening, choice in zip(drawn, judge.choose_moves(boards, Limit()), strict=True):
            assert choice.value is not None, f"{judge.name} gives no values"
            board = Board.from_moves(rules, opening)
            # Playouts overlook what a solver of forced wins sees.
            if abs(choice.value) <= most_value and solve_vcf(board, _VCF_NODES) is None:
                yield opening


def position_key(rules: Rules, opening: Opening) -> bytes:
    """Equal for two openings that lead to the same position up to the eight symmetries."""
    cells = np.zeros(rules.points, np.int8)
    cells[list(opening[::2])] = BLACK
    cells[list(opening[1::2])] = WHITE
    return _key_of(cells, rules.size)


def is_shipped(board: Board) -> bool:
    """True if a position is, up to the eight symmetries, one that a shipped opening leads to.

    Games of training begin at none of these: matches from them then ask for play that was not
    rehearsed. It does not matter in what order the stones were played; False where no openings
    are shipped for the rules.
    """
    return _key_of(board.cells, board.rules.size) in _shipped_keys(board.rules)


def is_quiet(rules: Rules, opening: Opening) -> bool:
    """True if the game goes on after an opening and no color has a move that wins at once."""
    try:
        board = Board.from_moves(rules, opening)
    except IllegalMoveError:  # the game was over before its last stone
        return False
    if board.outcome is not None:
        return False
    lines = lines_of(board.cells, rules)
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


def _key_of(cells: NDArray[np.int8], size: int) -> bytes:
    images: list[bytes] = [row.tobytes() for row in cells[source_points(size)]]
    return min(images)


@lru_cache
def _shipped_keys(rules: Rules) -> frozenset[bytes]:
    if not (_FOLDER / file_name(rules)).is_file():
        return frozenset()
    return frozenset(position_key(rules, opening) for opening in shipped_openings(rules))


def file_name(rules: Rules) -> str:
    """The name of the file of openings for some rules."""
    return f"{rules.size}x{rules.size}_{rules.win_length}_{rules.variant_name}.txt"
