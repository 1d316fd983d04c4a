"""Slow plain-Python twins of the compiled kernels: no bit tricks, obviously right.

A board here is a list of A ints, 1 black, -1 white, 0 empty, row by row from the top left.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from gomoku.lines import lines_of as bitmasks_of
from gomoku.rules import CARO, FREESTYLE, RENJU, Rules
from mcts import vct as threes
from mcts.search import SearchConfig
from mcts.tree import Proof
from mcts.vcf import find_vcf, make_scratch
from mcts.vct import find_vct

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
#
# The rule in its own terms, on the eleven points of each line around a stone. A five is five black
# stones in an unbroken row with no sixth. A four is any four stones that one more makes a five. A
# straight four is a four that can be made a five in two ways. A three is any three stones that one
# more makes a straight four, unless that stone is forbidden itself or makes a five at once.

REACH = 5
"""How far a shape looks: a five reaches four points from a stone, a sixth stone one more."""

Line = tuple[int, ...]
Stones = frozenset[int]


class Verdict(Enum):
    """What a black stone amounts to in renju; what comes first in this list is decisive."""

    FIVE = "five"
    OVERLINE = "overline"
    DOUBLE_FOUR = "double four"
    DOUBLE_THREE = "double three"
    FALSE_DOUBLE_THREE = "false double three"  # looks like one, but at most one can become a four
    ALLOWED = "allowed"


FORBIDDEN_VERDICTS = {Verdict.OVERLINE, Verdict.DOUBLE_FOUR, Verdict.DOUBLE_THREE}


class LineShapes(NamedTuple):
    """What a black stone is part of on one line.

    row: stones in the unbroken row through it.
    fours: how many fours it is part of.
    threes: for each three, how far from the stone those points are that make it a straight four.
    """

    row: int
    fours: int
    threes: tuple[tuple[int, ...], ...]


def is_forbidden(cells: Cells, move: int, rules: Rules) -> bool:
    """Whether Black would lose by playing on an empty point."""
    return rules.variant == RENJU and judge(cells, move, rules.size) in FORBIDDEN_VERDICTS


def judge(cells: Cells, move: int, size: int, depth: int = 1000) -> Verdict:
    """What a black stone on an empty point would amount to.

    depth: how many stones deep it is asked whether threes can become straight fours; below that,
        all that look like threes count, which is wrong, and tells how deep a position is.
    """
    shapes = shapes_through(cells, move, size)
    if any(shape.row == 5 for shape in shapes):
        return Verdict.FIVE
    if any(shape.row > 5 for shape in shapes):
        return Verdict.OVERLINE
    if sum(shape.fours for shape in shapes) >= 2:
        return Verdict.DOUBLE_FOUR
    threes = [
        [move + away * (down * size + right) for away in ends]
        for shape, (down, right) in zip(shapes, STEPS, strict=True)
        for ends in shape.threes
    ]
    if len(threes) < 2:
        return Verdict.ALLOWED
    if depth > 0:
        board = list(cells)
        board[move] = 1
        refused = FORBIDDEN_VERDICTS | {Verdict.FIVE}
        threes = [
            ends
            for ends in threes
            if any(judge(board, end, size, depth - 1) not in refused for end in ends)
        ]
    return Verdict.DOUBLE_THREE if len(threes) >= 2 else Verdict.FALSE_DOUBLE_THREE


def shapes_through(cells: Cells, move: int, size: int) -> list[LineShapes]:
    """What a black stone on an empty point would be part of, for each of the four `STEPS`."""
    board = [*cells, -1]  # what lies outside the board stops Black as a white stone does
    board[move] = 1
    return [shapes_on_line(take(board)) for take in lines_around(size)[move]]


@cache
def lines_around(size: int) -> list[list[Callable[[list[int]], Line]]]:
    """For every move, what takes the lines through it, its own point in the middle, off a board.

    The board has one cell more than points: that one stands for all that lies outside.
    """
    return [
        [
            itemgetter(
                *(
                    row * size + column if on_board(row, column, size) else size * size
                    for away in range(-REACH, REACH + 1)
                    for row, column in [(move // size + away * down, move % size + away * right)]
                )
            )
            for down, right in STEPS
        ]
        for move in range(size * size)
    ]


@cache
def shapes_on_line(line: Line) -> LineShapes:
    """What the black stone in the middle of a line is part of."""
    straight: dict[Stones, list[int]] = {}
    for point, cell in enumerate(line):
        if cell == 0:
            for four, ways in fours_on(with_stone(line, point)).items():
                if {point, REACH} <= four and len(ways) == 2:
                    straight.setdefault(four - {point}, []).append(point - REACH)
    row = next(row for row in rows_on(line) if REACH in row)
    fours = sum(REACH in four for four in fours_on(line))
    return LineShapes(len(row), fours, tuple(map(tuple, straight.values())))


@cache
def fours_on(line: Line) -> dict[Stones, set[int]]:
    """All fours of Black on a line, with the points that make each of them a five."""
    fours: dict[Stones, set[int]] = {}
    for point, cell in enumerate(line):
        if cell == 0:
            for row in rows_on(with_stone(line, point)):
                if len(row) == 5 and point in row:
                    fours.setdefault(row - {point}, set()).add(point)
    return fours


def rows_on(line: Line) -> list[Stones]:
    """The unbroken rows of black stones on a line."""
    groups = groupby(range(len(line)), key=lambda index: line[index])
    return [frozenset(row) for color, row in groups if color == 1]


def with_stone(line: Line, point: int) -> Line:
    return (*line[:point], 1, *line[point + 1 :])


# Threats ------------------------------------------------------------------------------------------


def wins_by_fours(
    cells: list[int], color: int, rules: Rules, failed: set[tuple[int, ...]] | None = None
) -> bool:
    """Whether a color that is to move wins by fours with one answer, by trying every point.

    failed: positions known to hold no such win: the same fours in another order cost nothing.
    """
    failed = set() if failed is None else failed
    if tuple(cells) in failed:
        return False
    if winning_moves(cells, color, rules):
        return True
    enemy_wins = winning_moves(cells, -color, rules)
    for move in range(len(cells)):
        if cells[move] != 0 or (color == 1 and is_forbidden(cells, move, rules)):
            continue
        cells[move] = color
        won = False
        stopped = not enemy_wins or not winning_moves(cells, -color, rules)
        if stopped and winning_moves(cells, color, rules):
            answers = answers_to_fours(cells, color, rules)
            won = not answers
            if len(answers) == 1:
                (answer,) = answers
                cells[answer] = -color
                won = wins_by_fours(cells, color, rules, failed)
                cells[answer] = 0
        cells[move] = 0
        if won:
            return True
    failed.add(tuple(cells))
    return False


def wins_by_threats(
    cells: list[int],
    color: int,
    depth: int,
    rules: Rules,
    failed: set[tuple[int, ...]] | None = None,
) -> bool:
    """Whether a color that is to move wins by so many threats and fours, by trying everything.

    A threat is any move after which one more move would make a win by fours; it must hold against
    every reply that is no forbidden point.

    failed: as in `wins_by_fours`.
    """
    failed = set() if failed is None else failed
    if wins_by_fours(cells, color, rules, failed):
        return True
    if depth == 0:
        return False
    enemy_wins = winning_moves(cells, -color, rules)
    for move in range(len(cells)):
        if cells[move] != 0 or (color == 1 and is_forbidden(cells, move, rules)):
            continue
        cells[move] = color
        stopped = not enemy_wins or not winning_moves(cells, -color, rules)
        won = stopped and wins_by_fours(cells, color, rules, failed)
        for reply in range(len(cells)):
            if not won:
                break
            if cells[reply] != 0 or (color == -1 and is_forbidden(cells, reply, rules)):
                continue
            cells[reply] = -color
            won = wins_by_threats(cells, color, depth - 1, rules, failed)
            cells[reply] = 0
        cells[move] = 0
        if won:
            return True
    return False


def answers_to_fours(cells: list[int], color: int, rules: Rules) -> list[int]:
    """Where the other color can stop every win in one that a color threatens."""
    answers = []
    wins_in_one = winning_moves(cells, color, rules)
    # A four is stopped only where it wins, but for caro.
    points = range(len(cells)) if rules.variant == CARO else wins_in_one
    for point in points:
        if cells[point] != 0 or (color == -1 and is_forbidden(cells, point, rules)):
            continue
        cells[point] = -color
        if not winning_moves(cells, color, rules):
            answers.append(point)
        cells[point] = 0
    return answers


# Boards to compare on ----------------------------------------------------------------------------


def with_forbidden_marked(cells: Cells, rules: Rules) -> list[int]:
    """A board as evaluators see it: 2 at an empty point that is forbidden to Black in renju."""
    if rules.variant != RENJU:
        return list(cells)
    return [
        2 if cell == 0 and is_forbidden(cells, move, rules) else cell
        for move, cell in enumerate(cells)
    ]


def legal_moves(marked: Cells, to_move: int) -> list[int]:
    """The moves that a search considers: for Black no forbidden ones, unless all are."""
    empty = [move for move, cell in enumerate(marked) if cell in (0, 2)]
    return [move for move in empty if to_move == -1 or marked[move] == 0] or empty


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


# The search ---------------------------------------------------------------------------------------

Evaluate = Callable[[Cells, int, int], tuple[Sequence[float], float]]
"""An evaluator: from cells, the side to move and the last move (-1 before the first) to the weights
of all moves, and the value in [-1, 1] for the side to move."""


@dataclass
class Node:
    """A position of the search tree, and at once the edge that leads to it.

    prior, visits, value_sum: P(s, a), N(s, a) and W(s, a) of the move that was played to get here,
        the values being for who played it.
    priors: P of every move that may be tried here; None while nobody has been asked about it.
    children: by move, in the order of their first visit.
    proof, distance: what is certain for the side to move here, and in how many plies.
    evaluation: the evaluator's value for the side to move here.
    """

    to_move: int
    move: int = -1
    prior: float = 1.0
    visits: int = 0
    value_sum: float = 0.0
    priors: dict[int, float] | None = None
    children: dict[int, "Node"] = field(default_factory=dict)
    proof: Proof = Proof.UNKNOWN
    distance: int = 0
    evaluation: float = 0.0

    @property
    def q(self) -> float:
        """The value of the move that leads here for who played it, exact where proven."""
        if self.proof != Proof.UNKNOWN:
            return -VALUE_OF_PROOF[self.proof]
        return self.value_sum / self.visits if self.visits else 0.0

    @property
    def value(self) -> float:
        """The value of this position for the side to move, exact where proven."""
        return -self.q

    def is_lost_for_its_chooser(self) -> bool:
        return self.proof == Proof.WIN


VALUE_OF_PROOF = {Proof.WIN: 1.0, Proof.LOSS: -1.0, Proof.DRAW: 0.0}


class ReferenceSearch:
    """The search of `mcts/` for one game, one simulation after the other.

    AlphaZero's PUCT with a first-play urgency, edges made when they are first visited; before
    anybody is asked about a position, rows that either side could complete at once are looked at;
    proofs travel upwards.
    """

    def __init__(
        self,
        rules: Rules,
        cells: Cells,
        to_move: int,
        last_move: int,
        evaluate: Evaluate,
        config: SearchConfig,
    ) -> None:
        self.rules = rules
        self.cells = list(cells)
        self.evaluate = evaluate
        self.config = config
        self.root = Node(to_move, last_move)
        self.look_one_move_ahead(self.root, self.cells)

    def run(self, simulations: int) -> None:
        """So many simulations by PUCT, fewer if the root is proven before."""
        self.solve_root()
        self.expand_root()
        for _ in range(simulations):
            if self.root.proof != Proof.UNKNOWN:
                return
            self.simulate()

    def run_halving(self, simulations: int, noise: Sequence[float]) -> None:
        """So many simulations by sequential halving at the root, with Gumbel noise for each move.

        Danihelka et al. 2022, algorithm 1, in the form of a fixed order of visits: every
        simulation goes to the best of the moves that have been visited as often as it is due.
        """
        self.solve_root()
        self.expand_root()
        considered = min(self.config.considered, len(self.root.priors or ()), simulations)
        for wanted in visits_by_halving(considered, simulations):
            if self.root.proof != Proof.UNKNOWN:
                return
            scores = {a: noise[a] + score for a, score in self.halving_scores().items()}
            due = [move for move in scores if self.visits(move) == wanted]
            self.simulate(max(due or scores, key=lambda move: scores[move]))

    def advance(self, move: int) -> None:
        """Play a move at the root and keep what is known below it."""
        child = self.root.children.get(move)
        self.cells[move] = self.root.to_move
        self.root = child or Node(-self.root.to_move, move)
        if child is None:
            self.look_one_move_ahead(self.root, self.cells)

    def visits(self, move: int) -> int:
        """N(s, a) at the root."""
        return self.root.children[move].visits if move in self.root.children else 0

    def solve_root(self) -> None:
        """Prove the root if there is a win by threats; it belongs to a move, visited or not."""
        if self.root.proof == Proof.UNKNOWN:
            plies, move = self.win_by_fours(self.root, self.cells, self.config.vcf_root_nodes)
            if not plies:
                plies, move = self.win_by_threats(self.root, self.cells)
            if plies:
                self.root.proof, self.root.distance = Proof.WIN, plies
                if self.root.priors is not None:
                    if move not in self.root.children:
                        prior = self.root.priors[move]
                        self.root.children[move] = Node(-self.root.to_move, move, prior)
                    self.root.children[move].proof = Proof.LOSS
                    self.root.children[move].distance = plies - 1

    def win_by_fours(self, node: Node, cells: Cells, cap: int) -> tuple[int, int]:
        """The plies of a win by continuous fours and its first move, (0, -1) if none is found; by
        the compiled solver, which has a twin of its own."""
        if cap == 0:
            return 0, -1
        array, scratch = np.array(cells, np.int8), make_scratch()
        lines = bitmasks_of(array, self.rules)
        plies = find_vcf(array, lines, self.rules, 0 if node.to_move > 0 else 1, cap, scratch)
        return (plies, int(scratch.line[0])) if plies > 0 else (0, -1)

    def win_by_threats(self, node: Node, cells: Cells) -> tuple[int, int]:
        """As `win_by_fours`, with threes."""
        if self.config.vct_root_nodes == 0:
            return 0, -1
        array, scratch = np.array(cells, np.int8), threes.make_scratch()
        lines, side = bitmasks_of(array, self.rules), 0 if node.to_move > 0 else 1
        cap = self.config.vct_root_nodes
        plies = find_vct(array, lines, self.rules, side, threes.MOST_DEPTH, cap, scratch)
        return (plies, int(scratch.line[0])) if plies > 0 else (0, -1)

    # One simulation

    def expand_root(self) -> None:
        """Ask for the priors of the root if they are missing; it costs no simulation."""
        if self.root.proof == Proof.UNKNOWN and self.root.priors is None:
            self.simulate()

    def simulate(self, root_move: int | None = None) -> None:
        """Select, expand, back up, prove: one visit of the root, and of one of its moves."""
        path = [self.root]
        cells = list(self.cells)
        while path[-1].proof == Proof.UNKNOWN and path[-1].priors is not None:
            node = path[-1]
            move = root_move if len(path) == 1 and root_move is not None else self.select(node)
            cells[move] = node.to_move
            if move not in node.children:
                node.children[move] = self.new_child(node, move, cells)
            path.append(node.children[move])
        leaf = path[-1]
        if leaf.proof == Proof.UNKNOWN:
            value = self.expand(leaf, cells)
        else:
            value = VALUE_OF_PROOF[leaf.proof]
        for node in reversed(path):
            value = -value
            node.visits += 1
            node.value_sum += value
        for node in reversed(path):
            prove(node)

    def select(self, node: Node) -> int:
        """The move with the largest Q + c P sqrt(N) / (1 + n); an equal newer edge comes first."""
        growth = math.log((1 + node.visits + self.config.c_puct_base) / self.config.c_puct_base)
        exploration = (self.config.c_puct + growth) * math.sqrt(max(node.visits, 1))
        best_move, best_score = -1, -math.inf
        for child in reversed(node.children.values()):
            if child.is_lost_for_its_chooser():
                continue
            bonus = child.prior / (1 + child.visits) if child.proof == Proof.UNKNOWN else 0.0
            score = child.q + exploration * bonus
            if score > best_score:
                best_move, best_score = child.move, score
        assert node.priors is not None
        unvisited = {move: p for move, p in node.priors.items() if move not in node.children}
        if unvisited:
            likeliest = max(unvisited, key=lambda move: unvisited[move])
            visited_prior = sum(child.prior for child in node.children.values())
            urgency = node.value - self.config.fpu_reduction * math.sqrt(visited_prior)
            if urgency + exploration * unvisited[likeliest] > best_score:
                return likeliest
        return best_move

    def expand(self, node: Node, cells: Cells) -> float:
        """Ask the evaluator; returns the value for the side to move."""
        marked = with_forbidden_marked(cells, self.rules)
        weights, value = self.evaluate(marked, node.to_move, node.move)
        legal = legal_moves(marked, node.to_move)
        total = sum(weights[move] for move in legal)
        node.priors = {
            move: weights[move] / total if total > 0 else 1 / len(legal) for move in legal
        }
        node.evaluation = value
        return value

    def new_child(self, parent: Node, move: int, cells: Cells) -> Node:
        """The node after a move that stands on the board already, settled if that is easy."""
        assert parent.priors is not None
        child = Node(-parent.to_move, move, parent.priors[move])
        if completes_row(cells, move, self.rules):
            child.proof = Proof.LOSS
        elif parent.to_move == 1 and is_forbidden(cells, move, self.rules):
            child.proof = Proof.WIN
        elif 0 not in cells or is_dead_draw(cells, self.rules):
            child.proof = Proof.DRAW
        else:
            self.look_one_move_ahead(child, cells)
            if child.proof == Proof.UNKNOWN and child.priors is None:
                plies, _ = self.win_by_fours(child, cells, self.config.vcf_nodes)
                if plies:
                    child.proof, child.distance = Proof.WIN, plies
        return child

    def look_one_move_ahead(self, node: Node, cells: Cells) -> None:
        """Settle a position in which a side can complete a row at once.

        The side to move does it. Else it must stop the other; two points cannot both be stopped.
        In caro a row may be stopped elsewhere too, so that nothing follows.
        """
        threats = winning_moves(cells, -node.to_move, self.rules)
        if self.rules.variant == CARO:
            threats = set()
        if winning_moves(cells, node.to_move, self.rules):
            node.proof, node.distance = Proof.WIN, 1
        elif len(threats) > 1:
            node.proof, node.distance = Proof.LOSS, 2
        elif threats:
            node.priors = dict.fromkeys(threats, 1.0)

    # Sequential halving

    def halving_scores(self) -> dict[int, float]:
        """log P + sigma(completed Q) of the root's moves, those known to lose left out.

        sigma(q) = (c_visit + max N) c_scale q (equation 8), with q in [0, 1]; a move that has not
        been visited counts as the mixed value of appendix D, equation 33.
        """
        assert self.root.priors is not None
        children = self.root.children.values()
        mixed = self.root.evaluation
        if children:
            visits = sum(child.visits for child in children)
            prior = sum(child.prior for child in children)
            weighted = sum(child.prior * child.q for child in children) / prior
            mixed = (self.root.evaluation + visits * weighted) / (1 + visits)
        most_visits = max((child.visits for child in children), default=0)
        scale = (self.config.c_visit + most_visits) * self.config.c_scale
        scores = {}
        for move, prior in self.root.priors.items():
            child = self.root.children.get(move)
            if child is None or not child.is_lost_for_its_chooser():
                q = child.q if child else mixed
                scores[move] = math.log(prior) + scale * (q + 1) / 2
        return scores

    def improved_policy(self) -> dict[int, float]:
        """The policy target of a search by halving: softmax of the scores, without noise."""
        scores = self.halving_scores()
        largest = max(scores.values())
        weights = {move: math.exp(score - largest) for move, score in scores.items()}
        total = sum(weights.values())
        return {move: weight / total for move, weight in weights.items()}


def prove(node: Node) -> None:
    """Conclude what follows from the proofs of a node's children (MCTS-Solver).

    Some move wins: a win. All moves decided: a draw if one draws, else a loss, as late as can be.
    """
    if node.proof != Proof.UNKNOWN or node.priors is None:
        return
    children = node.children.values()
    for child in children:
        if child.proof == Proof.LOSS:
            node.proof, node.distance = Proof.WIN, child.distance + 1
            return
    proofs = {child.proof for child in children}
    if len(children) == len(node.priors) and Proof.UNKNOWN not in proofs:
        node.proof = Proof.DRAW if Proof.DRAW in proofs else Proof.LOSS
        node.distance = 1 + max(child.distance for child in children)


def visits_by_halving(considered: int, simulations: int) -> list[int]:
    """For each simulation, how often the move it goes to has been visited before.

    The considered moves are visited in turn, in ceil(log2(considered)) phases of about as many
    simulations each; after a phase the better half is left, but never less than two.
    """
    if considered < 2:
        return list(range(simulations))
    phases = math.ceil(math.log2(considered))
    order: list[int] = []
    rounds = 0
    while len(order) < simulations:
        for _ in range(max(1, simulations // (phases * considered))):
            order += [rounds] * considered
            rounds += 1
        considered = max(2, considered // 2)
    return order[:simulations]
