"""Levels 1 to 10: players that err as people do, from a beginner to full strength.

A person who plays badly does not think a little less about everything: they do not see that four
stones stand in a row. So a level looks at the board for what must be seen, a row that is one stone
short and a win by fours, and overlooks it with a chance of its own; otherwise it searches and draws
a move at a temperature, among moves near the stones. The table is `data/levels.toml`, measured in
docs/levels.md by `python -m experiments.levels`.
"""

import math
import time
import tomllib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from gomoku import kernels
from gomoku.board import Board
from gomoku.rules import BLACK, Rules
from mcts.analysis import Analysis
from mcts.evaluation import Evaluator, positions_of
from mcts.memory import parts_at_once
from mcts.player import Choice, Limit, Player
from mcts.rollout import RolloutEvaluator
from mcts.search import Search, SearchConfig
from mcts.search_player import LOOK_SECONDS, leaves_for
from mcts.tree import Proof
from mcts.vcf import solve_vcf

LEVELS_FILE = Path(__file__).parent / "data" / "levels.toml"

ANCHOR, ANCHOR_ELO = "pure:1000", 1000
"""Who the ratings of levels are relative to: people expect a few hundred for a beginner rather than
the negative numbers that come of calling it zero."""

PLAYOUTS_FOR_SIMULATION = 100
"""Without a network a level makes so many playouts in place of each of its simulations."""

FIRST_SIGHT = 8.0
"""What the first sight of a position counts among the visits that a move is drawn from."""

REACH = 2
"""At first sight only points so near to a stone, or to the center of an empty board, come to mind.
"""

_VCF_NODES = 100
"""Fours tried to find a win by fours: open threes and short combinations, at a few microseconds."""


class LevelError(ValueError):
    """A level that there is not, or a table of them that makes no sense."""


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How strong a level plays, and what it overlooks.

    simulations: of its search with a network.
    temperature: its moves are drawn from visits^(1 / temperature); 0 plays the best one.
    misses_four: chance, at every move, not to see a row that is one stone short, of either side.
    misses_three: the same for a win by fours, which begins with an open three or two threes.
    elo: measured on 9x9, where `ANCHOR` is `ANCHOR_ELO`.
    """

    number: int
    simulations: int
    temperature: float
    misses_four: float
    misses_three: float
    elo: int


class Threat(NamedTuple):
    """The threats that must be seen in a position.

    answers: `[A]` which moves carry it out, or meet it.
    is_four: whether a row is one stone short, rather than a win by fours away.
    """

    answers: NDArray[np.bool_]
    is_four: bool


@lru_cache(maxsize=1)
def level_table() -> tuple[Level, ...]:
    """All levels, the weakest first.

    Raises:
        LevelError: if the table is damaged.
    """
    return levels_from_text(LEVELS_FILE.read_text(encoding="utf-8"))


def levels_from_text(text: str) -> tuple[Level, ...]:
    """Levels from TOML, such as `data/levels.toml` holds.

    Raises:
        LevelError: naming what is wrong.
    """
    try:
        levels = msgspec.convert(tomllib.loads(text)["level"], tuple[Level, ...])
    except (tomllib.TOMLDecodeError, KeyError, msgspec.ValidationError) as error:
        raise LevelError(f"the table of levels is damaged: {error}") from error
    for place, level in enumerate(levels, 1):
        if level.number != place:
            raise LevelError(f"level {level.number} stands where level {place} should")
        chances = (level.misses_four, level.misses_three)
        if level.simulations < 1 or level.temperature < 0 or not all(0 <= c <= 1 for c in chances):
            raise LevelError(f"level {place} cannot be played: {level}")
    return levels


def level_from_text(text: str) -> Level:
    """The level of a number such as "5".

    Raises:
        LevelError: if there is no such level.
    """
    levels = level_table()
    for level in levels:
        if text == str(level.number):
            return level
    raise LevelError(f"there is no level {text!r}: they go from 1 to {len(levels)}")


class LevelPlayer(Player):
    """Plays at a level; every game and every move is searched by itself."""

    def __init__(
        self,
        name: str,
        level: Level,
        evaluator_for: Callable[[Rules], Evaluator],
        *,
        seed: int = 0,
    ) -> None:
        """
        evaluator_for: what positions are evaluated with under some rules, asked once for each; a
            `RolloutEvaluator` where no network knows them.
        """
        self.name = name
        self.level = level
        self._evaluator_for = evaluator_for
        self._evaluators: dict[Rules, Evaluator] = {}
        self._seed = seed
        self._generator = np.random.default_rng(seed)
        self._search: Search | None = None

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        """One move for each board; all boards have the same rules.

        Where not all of their trees fit into memory, they are searched a part at a time, and each
        part gets its share of the time.
        """
        if not boards:
            return []
        parts, limit = parts_at_once(boards, self._simulations(boards[0].rules), limit)
        return [choice for part in parts for choice in self._choose_together(part, limit)]

    def analyse(self, board: Board, limit: Limit) -> Generator[Analysis]:
        """Search one position, yielding what is known every few milliseconds; closing it cancels.

        The last one says what the level plays.
        """
        for analyses, is_last in self._analyses([board], limit):
            analysis = analyses[0]
            yield replace(analysis, choice=self.pick(board, analysis)) if is_last else analysis

    def pick(self, board: Board, analysis: Analysis) -> int:
        """The move of the level, given what its search found.

        Draws random numbers: asked again, it may answer another one.
        """
        level, generator = self.level, self._generator
        allowed = _sensible(board)
        threat = find_threat(board, analysis)
        if threat is not None:
            chance = level.misses_four if threat.is_four else level.misses_three
            seen = chance == 0 or generator.random() >= chance
            considered = allowed & (threat.answers if seen else ~threat.answers)
            allowed = considered if considered.any() else allowed
        if level.temperature == 0 and analysis.best_move >= 0 and allowed[analysis.best_move]:
            return analysis.best_move
        sight = self._first_sight(board) * allowed
        if not sight.any():
            sight = allowed / np.count_nonzero(allowed)
        weights = analysis.visits * allowed / self._visits_for_simulation(board.rules)
        weights = weights + FIRST_SIGHT * sight / sight.sum()
        if level.temperature == 0:
            return int(np.argmax(weights))
        shares = (weights / weights.max()) ** (1 / level.temperature)
        return int(generator.choice(len(shares), p=shares / shares.sum()))

    def close(self) -> None:
        self._search = None
        self._evaluators.clear()

    def _choose_together(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        *_, (analyses, _) = self._analyses(boards, limit)
        return [
            Choice(self.pick(board, analysis), analysis.value)
            for board, analysis in zip(boards, analyses, strict=True)
        ]

    def _analyses(
        self, boards: Sequence[Board], limit: Limit
    ) -> Iterator[tuple[list[Analysis], bool]]:
        """The analyses of all boards' searches, now and then of one, at the end of more; says
        whether that is the end."""
        deadline = math.inf if limit.seconds is None else time.perf_counter() + limit.seconds
        search = self._search_of(boards[0].rules, len(boards))
        most = search.config.simulations
        games = search.begin(boards, min(most, limit.simulations or most))
        look = 0.0 if len(boards) == 1 else math.inf
        is_last = False
        while not is_last:
            searching = search.run_until(min(deadline, look))
            is_last = not searching or time.perf_counter() >= deadline
            yield [search.analysis(game) for game in games.tolist()], is_last
            look = time.perf_counter() + LOOK_SECONDS

    def _search_of(self, rules: Rules, games: int) -> Search:
        """A search with room for so many games, the last one if it has."""
        search = self._search
        one = games == 1
        if (
            search is None
            or search.rules != rules
            or search.games < games
            or one != (search.games == 1)
        ):
            evaluator = self._evaluator(rules)
            simulations = self._simulations(rules)
            is_pure = isinstance(evaluator, RolloutEvaluator)
            config = SearchConfig(
                simulations=simulations,
                leaves=leaves_for(simulations) if one and not is_pure else 1,
                keep_tree=False,
            )
            search = self._search = Search(rules, evaluator, config, games, self._seed)
        return search

    def _evaluator(self, rules: Rules) -> Evaluator:
        if rules not in self._evaluators:
            self._evaluators[rules] = self._evaluator_for(rules)
        return self._evaluators[rules]

    def _simulations(self, rules: Rules) -> int:
        """Of the search for one move."""
        return self.level.simulations * self._visits_for_simulation(rules)

    def _visits_for_simulation(self, rules: Rules) -> int:
        is_pure = isinstance(self._evaluator(rules), RolloutEvaluator)
        return PLAYOUTS_FOR_SIMULATION if is_pure else 1

    def _first_sight(self, board: Board) -> NDArray[np.float64]:
        """`[A]` how much each move comes to mind before any thought; not normalized."""
        evaluator = self._evaluator(board.rules)
        if isinstance(evaluator, RolloutEvaluator):
            weights = _row_weights(board)
        else:
            weights = evaluator.evaluate(positions_of([board])).prior[0].astype(np.float64)
        return np.where(_near_stones(board) & (board.cells == 0), weights, 0.0)


def find_threat(board: Board, analysis: Analysis) -> Threat | None:
    """The most urgent thing to be seen, if there is any: an own win before one of the enemy.

    analysis: of a search of the board; a win that it proved is one to be seen, too.
    """
    points = board.rules.points
    own = 0 if board.to_move == BLACK else 1
    _, lines = board.copy_arrays()
    for side in (own, 1 - own):
        found = [m for m in kernels.winning_moves(lines, side, board.rules) if m >= 0]
        if found:
            return Threat(_mask(found, points), is_four=True)
    won = [analysis.best_move] if analysis.proof is Proof.WIN else []
    by_fours = solve_vcf(board, _VCF_NODES)
    if by_fours is not None:
        won.append(by_fours.line[0])
    if won:
        return Threat(_mask(won, points), is_four=False)
    if solve_vcf(board, _VCF_NODES, board.to_move.other) is None:
        return None
    return Threat(_refutations(board), is_four=False)


def _refutations(board: Board) -> NDArray[np.bool_]:
    """`[A]` the moves after which the enemy, who threatens to win by fours, cannot any more."""
    trial = board.copy()
    answers = np.zeros(board.rules.points, np.bool_)
    for move in board.legal_moves():
        trial.push(int(move))
        # A move that ends the game in a draw stops the enemy as well.
        answers[move] = solve_vcf(trial, _VCF_NODES) is None
        trial.pop()
    return answers


def _sensible(board: Board) -> NDArray[np.bool_]:
    """`[A]` the legal moves, without those that lose by the rules unless there are no others."""
    legal = np.asarray(board.cells == 0)
    if board.to_move == BLACK:
        allowed = legal & ~_mask(board.forbidden_points(), board.rules.points)
        return allowed if allowed.any() else legal
    return legal


def _near_stones(board: Board) -> NDArray[np.bool_]:
    """`[A]` the points within `REACH` of a stone, or of the center of an empty board."""
    size = board.rules.size
    stones = board.cells.reshape(size, size) != 0
    if not stones.any():
        stones[size // 2, size // 2] = True
    near = np.zeros((size, size), np.bool_)
    for row, column in np.argwhere(stones):
        near[max(0, row - REACH) : row + REACH + 1, max(0, column - REACH) : column + REACH + 1] = (
            True
        )
    return near.reshape(-1)


def _row_weights(board: Board) -> NDArray[np.float64]:
    """`[A]` more for points in rows that have come further; an own row before an equal enemy's."""
    _, lines = board.copy_arrays()
    own = 0 if board.to_move == BLACK else 1
    weights = np.zeros(board.rules.points)
    for side, base in ((own, 4.0), (1 - own, 3.5)):
        counts = np.empty(board.rules.points, np.int8)
        kernels.count_stones_in_rows(lines, side, counts, board.rules)
        weights += np.where(counts >= 0, base ** counts.astype(np.float64), 0.0)
    return weights


def _mask(moves: Sequence[int] | NDArray[np.int64], points: int) -> NDArray[np.bool_]:
    mask = np.zeros(points, np.bool_)
    mask[np.asarray(moves, np.int64)] = True
    return mask
