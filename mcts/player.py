"""Any evaluator becomes a player by searching."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gomoku.board import Board
from gomoku.player import Choice, Limit
from gomoku.rules import Rules
from mcts.analysis import Analysis
from mcts.evaluation import Evaluator
from mcts.memory import bytes_per_simulation, parts_at_once, tree_bytes
from mcts.search import EVALUATIONS_AT_ONCE, Search, SearchConfig, SearchSummary
from mcts.waves import RunsWaves

# Between two looks at a search that somebody follows.
_LOOK_SECONDS = 0.004

MOST_LEAVES = 8

MIN_ROOM = 1_000
"""Simulations that the tree of a single game has room for at least."""


def leaves_for(simulations: int, evaluator: Evaluator | None = None) -> int:
    """How many leaves a wave of one game should gather, for so many simulations a move.

    One, where the evaluator runs waves by itself and so gains nothing by several. Elsewhere eight
    at once take half the time of one after the other; but at 200 simulations on 9x9 they cost
    14 +- 21 Elo and sixteen 65 +- 22, while four cost 3 +- 16 (docs/experiments.md).
    """
    if isinstance(evaluator, RunsWaves):
        return 1
    return max(1, min(MOST_LEAVES, simulations // 50))


VCF_NODES = 30
"""Fours that a search for play tries at every new node, in the hope of a win by continuous fours.

On 15x15 the answers that it spares the network nearly pay for it (docs/experiments.md)."""

VCF_ROOT_NODES = 20_000
"""Fours tried at the root: some milliseconds at most."""

VCT_NODES = 5_000
"""Moves tried at the root in the hope of a win by continuous threats, where people look on or a
move has time: some milliseconds at most. In matches of 200 simulations it changed nothing
(docs/experiments.md)."""


VCT_VISITS = 32
"""Visits of a node from which on wins by continuous threats are looked for there."""

_LOOK_NODES = 4
_MAX_LOOK_NODES = 50_000
"""Moves tried to refute the move that would be played: so many for each simulation made, and the
most, some 20 milliseconds."""

_FIRST_LOOK = 2_000
"""Nodes of the first look, but for a move about to be played."""

_LATE = 0.8
"""Share of the time from which on a move that would be played is looked behind at once."""


def search_for_play(
    simulations: int,
    *,
    leaves: int = 1,
    vcf_nodes: int = VCF_NODES,
    vct_nodes: int = 0,
) -> SearchConfig:
    """How a network's search plays one game.

    vcf_nodes: fours tried at every new node; 0 leaves out the search for wins by fours.
    vct_nodes: moves tried at the root for a win by continuous threats, such as `VCT_NODES`; 0
        leaves that out, there and elsewhere.
    """
    return SearchConfig(
        simulations=simulations,
        leaves=leaves,
        vcf_nodes=vcf_nodes,
        vcf_root_nodes=VCF_ROOT_NODES if vcf_nodes else 0,
        vct_root_nodes=vct_nodes,
        vct_visits=VCT_VISITS if vct_nodes else 0,
    )


class SearchPlayer:
    """Plays the best move of a search; strongest play, without noise or temperature.

    A single game keeps its tree from move to move, as long as each board continues the last one;
    of several games each adds one leaf to a wave, and `leaves` of the config is for single games.
    """

    def __init__(
        self,
        name: str,
        evaluator: Evaluator,
        config: SearchConfig,
        *,
        seed: int = 0,
        most_bytes: int | None = None,
    ) -> None:
        """
        most_bytes: of the tree of a single game, which forgets its least visited parts when it
            would grow larger; None for a share of the machine's memory.
        """
        self.name = name
        self.evaluator = evaluator
        """What is asked about positions; another takes effect with the next search made."""
        self._config = config
        self._seed = seed
        self._most_bytes = most_bytes
        self._search: Search | None = None
        # The game whose tree is kept in a search of one game.
        self._game: Board | None = None

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        """One move for each board; all boards have the same rules."""
        if not boards:
            return []
        if len(boards) == 1:
            for search, is_last in self._waves(boards[0], limit):
                if is_last:
                    last = search.summary(0)
            return [Choice(last.best_move, last.value)]
        parts, limit = parts_at_once(boards, self._simulations(limit), limit)
        return [choice for part in parts for choice in self._choose_together(part, limit)]

    def analyse(self, board: Board, limit: Limit) -> Iterator[SearchSummary]:
        """Search one position, yielding what is known between waves; closing it cancels.

        Yields at least once, at the end and before that every few milliseconds, and always a legal
        `best_move`.
        """
        told = -math.inf
        for search, is_last in self._waves(board, limit):
            # Looking costs as much as some waves of a fast evaluator do.
            if is_last or time.perf_counter() - told >= _LOOK_SECONDS:
                summary = search.summary(0)
                if summary.best_move >= 0 or is_last:
                    yield summary
                    told = time.perf_counter()

    def analyses(self, board: Board, limit: Limit, candidates: int = 0) -> Iterator[Analysis]:
        """As `analyse`, in the type that everybody reads.

        candidates: for so many of the best moves their own lines are told as well.
        """
        told = -math.inf
        for search, is_last in self._waves(board, limit):
            if is_last or time.perf_counter() - told >= _LOOK_SECONDS:
                analysis = search.analysis(0, candidates)
                if analysis.best_move >= 0 or is_last:
                    yield analysis
                    told = time.perf_counter()

    def _waves(self, board: Board, limit: Limit) -> Iterator[tuple[Search, bool]]:
        """Search one position wave by wave; says of each whether it is the last."""
        started, deadline = time.perf_counter(), _deadline(limit)
        late = started + _LATE * (deadline - started)
        search = self._search_of(board.rules, 1, limit)
        self._follow(search, board)
        search.start(self._simulations(limit))
        looks = _Looks(search, self._config.vct_visits > 0)
        searching = True
        while searching:
            self._wave(search)
            now = time.perf_counter()
            searching = bool(search.is_searching().any()) and now < deadline
            if now < deadline:
                looks.look_behind(at_once=not searching or now >= late)
            yield search, not searching

    def close(self) -> None:
        self._search = None
        self._game = None

    def _choose_together(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        deadline = _deadline(limit)
        search = self._search_of(boards[0].rules, len(boards), limit)
        self._game = None
        search.stop()
        for game, board in enumerate(boards):
            search.reset(game, board)
        games = np.arange(len(boards))
        search.start(self._simulations(limit), games)
        self._wave(search)
        while search.is_searching().any() and time.perf_counter() < deadline:
            self._wave(search)
        decisions = search.decide(games, np.zeros(len(boards), np.float32))
        return [
            Choice(int(move), float(value))
            for move, value in zip(decisions.moves, decisions.values, strict=True)
        ]

    def _wave(self, search: Search) -> None:
        try:
            search.waves(EVALUATIONS_AT_ONCE)
        except BaseException:
            self.close()  # its leaves wait for answers that will not come
            raise

    def _simulations(self, limit: Limit) -> int:
        return self._config.simulations if limit.simulations is None else limit.simulations

    def _search_of(self, rules: Rules, games: int, limit: Limit) -> Search:
        """A search with room for that many games and simulations, the last one if it has."""
        search, simulations = self._search, self._simulations(limit)
        if (
            search is None
            or search.rules != rules
            or (search.games == 1) != (games == 1)
            or search.games < games
            or (search.config.simulations < simulations and not search.config.room)
        ):
            # keep_tree only matters for one game; without it trees take half the room.
            most_bytes = self._most_bytes or tree_bytes()
            room = max(MIN_ROOM, most_bytes // bytes_per_simulation(rules))
            config = replace(
                self._config,
                simulations=simulations,
                keep_tree=games == 1,
                leaves=self._config.leaves if games == 1 else 1,
                room=room if games == 1 and 2 * simulations > room else 0,
            )
            search = Search(rules, self.evaluator, config, games, self._seed)
            self._search, self._game = search, None
        return search

    def _follow(self, search: Search, board: Board) -> None:
        """Bring the search to a board, along its moves where it continues the last one."""
        last, before = self._game, board.copy()
        while last is not None and before.ply > last.ply and before.moves:
            before.pop()
        if last is not None and _same_position(last, before):
            for move in board.moves[len(before.moves) :]:
                search.advance(np.array([move], np.int32))
        else:
            search.reset(0, board)
        self._game = board.copy()


class _Looks:
    """Looks behind the move that a search would play, before it is played.

    What the search overlooks is mostly a win by threats of the other side. The nodes tried grow
    with the simulations made, so that this takes some hundredths of the time.
    """

    def __init__(self, search: Search, wanted: bool) -> None:
        self._search = search
        self._wanted = wanted and search.solves_threats
        self._tried: dict[int, int] = {}  # nodes by move

    def look_behind(self, *, at_once: bool) -> None:
        """Look behind the best move, if it is worth it by now.

        at_once: even if the nodes allowed are not four times those tried before.
        """
        while self._wanted:
            move = self._search.best_move(0)
            allowed = min(_MAX_LOOK_NODES, _LOOK_NODES * self._search.simulations(0))
            tried = self._tried.get(move, 0)
            enough = 2 * tried if at_once and tried else 4 * tried
            if allowed < max(1, enough) or (not at_once and allowed < _FIRST_LOOK):
                return
            self._tried[move] = allowed
            if not self._search.look_behind(0, allowed):
                return


def _same_position(first: Board, second: Board) -> bool:
    return (
        first.to_move == second.to_move
        and first.last_move == second.last_move
        and np.array_equal(first.cells, second.cells)
    )


def _deadline(limit: Limit) -> float:
    return float("inf") if limit.seconds is None else time.perf_counter() + limit.seconds
