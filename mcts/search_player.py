"""Any evaluator becomes a player by searching."""

import math
import time
from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.advice import MAX_CANDIDATES, VCF_ROOT_NODES, Advice
from mcts.analysis import Analysis
from mcts.evaluation import Evaluator
from mcts.memory import parts_at_once
from mcts.player import Choice, Limit, Player
from mcts.search import Search, SearchConfig
from mcts.waves import RunsWaves

LOOK_SECONDS = 0.004
"""Between two looks at a search that somebody follows."""

MAX_LEAVES = 8


def leaves_for(simulations: int, evaluator: Evaluator | None = None) -> int:
    """How many leaves a wave of one game should gather, for so many simulations a move.

    One, where the evaluator runs waves by itself and so gains nothing by several. Elsewhere eight
    at once take half the time of one after the other; but at 200 simulations on 9x9 they cost
    14 +- 21 Elo and sixteen 65 +- 22, while four cost 3 +- 16 (docs/experiments.md).
    """
    if isinstance(evaluator, RunsWaves):
        return 1
    return max(1, min(MAX_LEAVES, simulations // 50))


VCF_NODES = 30
"""Fours that a search for play tries at every new node, in the hope of a win by continuous fours.

On 15x15 the answers that it spares the network nearly pay for it (docs/experiments.md)."""

VCT_NODES = 5_000
"""Moves tried at the root in the hope of a win by continuous threats, where people look on or a
move has time: some milliseconds at most. In matches of 200 simulations it changed nothing
(docs/experiments.md)."""


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
        leaves that out.
    """
    return SearchConfig(
        simulations=simulations,
        leaves=leaves,
        vcf_nodes=vcf_nodes,
        vcf_root_nodes=VCF_ROOT_NODES if vcf_nodes else 0,
        vct_root_nodes=vct_nodes,
    )


class SearchPlayer(Player):
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
        advises: bool = False,
    ) -> None:
        """
        advises: analyses are for people: they also say what is expected after each candidate, how
            likely a draw is, what the other side threatens, and where fours win.
        """
        self.name = name
        self.evaluator = evaluator
        """What is asked about positions; another takes effect with the next search made."""
        self._config = config
        self._seed = seed
        self._advises = advises
        self._search: Search | None = None
        # The game whose tree is kept in a search of one game.
        self._game: Board | None = None

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        """One move for each board; all boards have the same rules."""
        if not boards:
            return []
        if len(boards) == 1:
            search = self._started(boards[0], limit)
            self._run_until(search, _deadline(limit))
            analysis = search.analysis(0)
            return [Choice(analysis.best_move, analysis.value)]
        parts, limit = parts_at_once(boards, self._simulations(limit), limit)
        return [choice for part in parts for choice in self._choose_together(part, limit)]

    def analyse(self, board: Board, limit: Limit, lines: int = 0) -> Generator[Analysis]:
        """Search one position, yielding what is known every few milliseconds and at the end, and
        always a legal `best_move`; closing it cancels.

        lines: for so many of the best moves, say what is expected after them as well.
        """
        advice = Advice(board, self.evaluator, self._config) if self._advises else None
        lines = lines if advice is None else MAX_CANDIDATES
        deadline = _deadline(limit)
        search = self._started(board, limit)
        look = 0.0  # after the first wave
        while look < math.inf:
            searching = self._run_until(search, min(deadline, look))
            is_last = not searching or time.perf_counter() >= deadline
            analysis = search.analysis(0, lines)
            if analysis.best_move >= 0 or is_last:
                yield analysis if advice is None else advice.added_to(analysis)
            look = math.inf if is_last else time.perf_counter() + LOOK_SECONDS

    def close(self) -> None:
        self._search = None
        self._game = None

    def _started(self, board: Board, limit: Limit) -> Search:
        """A search of one position that has its budget."""
        search = self._search_of(board.rules, 1, limit)
        self._follow(search, board)
        search.start(self._simulations(limit))
        return search

    def _choose_together(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        deadline = _deadline(limit)
        search = self._search_of(boards[0].rules, len(boards), limit)
        self._game = None
        games = search.begin(boards, self._simulations(limit))
        self._run_until(search, deadline)
        decisions = search.decide(games, np.zeros(len(boards), np.float32))
        return [
            Choice(int(move), float(value))
            for move, value in zip(decisions.moves, decisions.values, strict=True)
        ]

    def _run_until(self, search: Search, deadline: float) -> bool:
        try:
            return search.run_until(deadline)
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
            or search.config.simulations < simulations
        ):
            # keep_tree only matters for one game; without it trees take half the room.
            config = replace(
                self._config,
                simulations=simulations,
                keep_tree=games == 1,
                leaves=self._config.leaves if games == 1 else 1,
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


def _same_position(first: Board, second: Board) -> bool:
    return (
        first.to_move == second.to_move
        and first.last_move == second.last_move
        and np.array_equal(first.cells, second.cells)
    )


def _deadline(limit: Limit) -> float:
    return math.inf if limit.seconds is None else time.perf_counter() + limit.seconds
