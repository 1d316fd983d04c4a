"""Makes the tactical suites of `tactics.py`: `python -m tools.tactics --size 9`.

A threat is drawn on a random line, some stones around it, and the position is kept if our own
threat search finds that exactly a few moves do what is asked and all others fail. What is in
between, such as a slower win beside the open four, makes a position unfair, and it is dropped; so
is a block that a search proves to be in vain.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from tqdm import tqdm

from gomoku import kernels
from gomoku.board import Board
from gomoku.lines import (
    DIRECTIONS,
    Cells,
    Lines,
    clear_stone,
    line_count,
    line_points,
    point_on_line,
    set_stone,
    winning_bits,
)
from gomoku.rules import FREESTYLE, STANDARD, Rules
from gomoku.storage import write_whole
from gomoku.symmetry import SYMMETRIES, image_points
from gomoku_zero.arena.tactics import (
    Problem,
    Suite,
    Task,
    distance_to_edge,
    file_name,
    suite_to_text,
)
from mcts.rollout import RolloutEvaluator
from mcts.search import Search, SearchConfig
from mcts.tree import Proof
from mcts.vcf import Scratch, find_vcf, make_scratch

# More fours than any of these positions holds, so that the threat search always ends by itself.
_VCF_NODES = 100_000

# Simulations by random playouts in which a position must not be proven lost.
_LOSS_SIMULATIONS = 100_000

# A task with more ways to do it than this, or than this share of the board, asks too little.
_MAX_ACCEPTED = 6

# Of the problems of a task and color, at least so many have a solution on the edge of the board,
# and so many one within a step of a corner.
_EDGE_SHARE, _CORNER_SHARE = 0.25, 0.125


class Solver:
    """Finds what solves a task, by trying every move; keeps a scratch for the threat search."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._scratch: Scratch = make_scratch()

    def solutions(self, task: Task, board: Board) -> tuple[int, ...]:
        """Every move that does what is asked, in ascending order; none if the task does not fit.

        None also where a move neither does it nor fails clearly.
        """
        side = 0 if board.to_move == 1 else 1
        cells, lines = board.copy_arrays()
        wins = self._winning_moves(lines, side)
        threats = self._winning_moves(lines, 1 - side)
        if task is Task.FIVE:
            return tuple(sorted(wins))
        if wins:
            return ()
        if task is Task.BLOCK_FOUR:
            return self._only_block(cells, lines, side, threats)
        if threats:
            return ()
        if task is Task.OPEN_FOUR:
            return self._open_fours(cells, lines, side)
        return self._blocks_of_three(cells, lines, side)

    def _only_block(
        self, cells: Cells, lines: Lines, side: int, threats: set[int]
    ) -> tuple[int, ...]:
        """The one point to block, if the block holds against further fours."""
        if len(threats) != 1:
            return ()
        (block,) = threats
        holds = not self._after(cells, lines, side, block, self._wins_by_fours, 1 - side)
        return (block,) if holds else ()

    def _open_fours(self, cells: Cells, lines: Lines, side: int) -> tuple[int, ...]:
        accepted = []
        for move in np.flatnonzero(cells == 0).tolist():
            if self._after(cells, lines, side, move, self._has_two_wins, side):
                accepted.append(move)
        if not accepted:
            return ()
        for move in np.flatnonzero(cells == 0).tolist():
            if move not in accepted and not self._after(
                cells, lines, side, move, self._can_hold, side, accepted
            ):
                return ()
        return tuple(accepted)

    def _blocks_of_three(self, cells: Cells, lines: Lines, side: int) -> tuple[int, ...]:
        enemy = 1 - side
        empty = np.flatnonzero(cells == 0).tolist()
        if not any(self._after(cells, lines, enemy, m, self._has_two_wins, enemy) for m in empty):
            return ()
        accepted = []
        for move in empty:
            if self._after(cells, lines, side, move, self._has_win, side):
                return ()  # a four would put the question off
            if not self._after(cells, lines, side, move, self._wins_by_fours, enemy):
                accepted.append(move)
        return tuple(accepted)

    def _after(
        self,
        cells: Cells,
        lines: Lines,
        side: int,
        move: int,
        question: Callable[..., bool],
        *arguments: object,
    ) -> bool:
        """The answer to a question once a side has played a move; the position is restored."""
        set_stone(lines, side, move, self.rules)
        cells[move] = 1 - 2 * side
        answer = question(cells, lines, *arguments)
        clear_stone(lines, side, move, self.rules.size)
        cells[move] = 0
        return answer

    def _has_win(self, cells: Cells, lines: Lines, side: int) -> bool:
        return bool(kernels.winning_moves(lines, side, self.rules)[0] >= 0)

    def _has_two_wins(self, cells: Cells, lines: Lines, side: int) -> bool:
        return bool(kernels.winning_moves(lines, side, self.rules)[1] >= 0)

    def _wins_by_fours(self, cells: Cells, lines: Lines, side: int) -> bool:
        plies = find_vcf(cells, lines, self.rules, side, _VCF_NODES, self._scratch)
        assert plies >= 0, "the threat search gave up"
        return bool(plies > 0)

    def _can_hold(self, cells: Cells, lines: Lines, side: int, first: list[int]) -> bool:
        """True if the other side, to move, has an answer after which a side wins by no fours."""
        empty = np.flatnonzero(cells == 0).tolist()
        wins = self._winning_moves(lines, side)
        # The points of the threat, `first`, are where an answer most likely holds.
        answers = sorted(wins) if wins else [*first, *empty]
        return any(
            cells[answer] == 0
            and not self._after(cells, lines, 1 - side, answer, self._wins_by_fours, side)
            for answer in answers
        )

    def _winning_moves(self, lines: Lines, side: int) -> set[int]:
        """All of them; the kernel stops at two."""
        wins: set[int] = set()
        first, _ = kernels.winning_moves(lines, side, self.rules)
        if first < 0:
            return wins
        for direction in range(DIRECTIONS):
            for line in range(line_count(direction, self.rules.size)):
                own = int(lines[side, direction, line])
                enemy = int(lines[1 - side, direction, line])
                points = line_points(direction, line, self.rules.size)
                bits = winning_bits(own, enemy, points & ~own & ~enemy, side, self.rules)
                for bit in range(self.rules.size):
                    if bits >> bit & 1:
                        wins.add(point_on_line(direction, line, bit, self.rules.size))
        assert first in wins
        return wins


def make_suite(rules: Rules, per_task: int, seed: int) -> Suite:
    """A suite: for each task so many problems, half of them with Black to move.

    No two are alike up to symmetry, and all hold with and without overlines.
    """
    generator = np.random.default_rng(seed)
    solvers = [Solver(rules._replace(variant=variant)) for variant in (FREESTYLE, STANDARD)]
    seen: set[bytes] = set()
    problems: list[Problem] = []
    with tqdm(total=per_task * len(Task), unit="problem") as bar:
        for task in Task:
            for side in range(2):
                for problem in _problems(
                    rules, task, side, per_task // 2, generator, solvers, seen
                ):
                    problems.append(problem)
                    bar.update()
    return Suite(rules, tuple(problems))


def _problems(
    rules: Rules,
    task: Task,
    side: int,
    count: int,
    generator: np.random.Generator,
    solvers: list[Solver],
    seen: set[bytes],
) -> Iterator[Problem]:
    """So many new problems of a task and color, with enough of them at edges and corners."""
    needed_at_corner = round(count * _CORNER_SHARE)
    needed_at_edge = round(count * _EDGE_SHARE)
    found = 0
    while found < count:
        board = _draw(rules, task, side, generator)
        if board is None or _key(board) in seen:
            continue
        accepted = {solver.solutions(task, _under(board, solver)) for solver in solvers}
        if len(accepted) != 1 or not 0 < len(moves := accepted.pop()) <= _MAX_ACCEPTED:
            continue
        if task in (Task.BLOCK_FOUR, Task.BLOCK_THREE) and _is_lost(board):
            continue
        at_edge = any(distance_to_edge(move, rules.size) == 0 for move in moves)
        at_corner = any(_steps_to_corner(move, rules.size) <= 1 for move in moves)
        # The places left are kept for what is still needed.
        left = count - found
        if left <= needed_at_corner and not at_corner:
            continue
        if left <= needed_at_corner + needed_at_edge and not (at_edge or at_corner):
            continue
        needed_at_corner -= at_corner and needed_at_corner > 0
        needed_at_edge -= at_edge and not at_corner and needed_at_edge > 0
        seen.add(_key(board))
        found += 1
        yield Problem(task, board.moves, moves)


def _is_lost(board: Board) -> bool:
    """Return whether a search proves that no move saves the side to move."""
    search = Search(
        board.rules,
        RolloutEvaluator(0),
        SearchConfig(simulations=_LOSS_SIMULATIONS, keep_tree=False),
        games=1,
    )
    search.reset(0, board)
    search.run()
    return search.analysis(0).proof is Proof.LOSS


def _under(board: Board, solver: Solver) -> Board:
    return Board.from_moves(solver.rules, board.moves)


def _draw(rules: Rules, task: Task, side: int, generator: np.random.Generator) -> Board | None:
    """A random position with a threat in it; None where it came out as none that can be reached."""
    attacks = task in (Task.FIVE, Task.OPEN_FOUR)
    attacker = side if attacks else 1 - side
    lacking = 1 if task in (Task.FIVE, Task.BLOCK_FOUR) else 2
    window = _window(rules, generator)
    pattern = generator.permutation(window)[: rules.win_length - lacking].tolist()
    most_extra = max(2, rules.size // 2)
    # Black has as many stones as White when it is to move, and one more when it is not.
    whites = len(pattern) + int(generator.integers(most_extra))
    counts = (whites, whites) if side == 0 else (whites + 1, whites)
    if counts[attacker] < len(pattern):
        return None
    stones: tuple[list[int], list[int]] = ([], [])
    stones[attacker].extend(pattern)
    taken = list(pattern)
    for color in range(2):
        while len(stones[color]) < counts[color]:
            point = _point_near(taken, rules.size, generator)
            if point not in taken:
                taken.append(point)
                stones[color].append(point)
    return _in_order(rules, stones, side, pattern if attacker != side else [], generator)


def _in_order(
    rules: Rules,
    stones: tuple[list[int], list[int]],
    side: int,
    last: list[int],
    generator: np.random.Generator,
) -> Board | None:
    """The stones as a game, in which the side that has moved ends with one of `last`, if any."""
    orders = [generator.permutation(own).tolist() for own in stones]
    if last:
        final = last[int(generator.integers(len(last)))]
        orders[1 - side].remove(final)
        orders[1 - side].append(final)
    board = Board(rules)
    for index in range(len(orders[0]) + len(orders[1])):
        if board.outcome is not None:
            return None
        board.push(orders[index % 2][index // 2])
    return board if board.outcome is None else None


def _window(rules: Rules, generator: np.random.Generator) -> list[int]:
    """The points of a random winning row; those near the edge as often as those inside."""
    size, length = rules.size, rules.win_length
    while True:
        down, right = ((0, 1), (1, 0), (1, 1), (1, -1))[int(generator.integers(4))]
        row, column = generator.integers(size, size=2).tolist()
        if generator.random() < 0.3:
            row = int(generator.choice([0, size - 1]))
        if 0 <= column + right * (length - 1) < size and row + down * (length - 1) < size:
            return [(row + i * down) * size + column + i * right for i in range(length)]


def _point_near(taken: list[int], size: int, generator: np.random.Generator) -> int:
    """A point two steps from a stone at most, or now and then any."""
    if generator.random() < 0.2:
        return int(generator.integers(size * size))
    center = taken[int(generator.integers(len(taken)))]
    row, column = (
        int(np.clip(place + generator.integers(-2, 3), 0, size - 1))
        for place in divmod(center, size)
    )
    return row * size + column


def _steps_to_corner(move: int, size: int) -> int:
    row, column = divmod(move, size)
    return max(min(row, size - 1 - row), min(column, size - 1 - column))


def _key(board: Board) -> bytes:
    """Equal for positions that are the same up to the eight symmetries."""
    cells = np.zeros((SYMMETRIES, board.rules.points), np.int8)
    for symmetry, image in enumerate(image_points(board.rules.size)):
        cells[symmetry, image] = board.cells
    return min(row.tobytes() for row in cells) + bytes([board.to_move == 1])


@dataclass(frozen=True)
class Options:
    """Make a file of tactical problems."""

    size: int = 15
    win_length: int = 5

    per_task: int = 32
    """Problems of each of the four tasks, half of them with Black to move."""

    seed: int = 0

    out: Path | None = None
    """The file; by default one in the current folder, called as the shipped one in
    gomoku_zero/arena/data/tactics."""


def main() -> None:
    """Run the command line."""
    options = tyro.cli(Options, description=__doc__)
    rules = Rules(options.size, options.win_length).validated()
    suite = make_suite(rules, options.per_task, options.seed)
    write_whole(options.out or Path(file_name(rules)), suite_to_text(suite).encode())


if __name__ == "__main__":
    main()
