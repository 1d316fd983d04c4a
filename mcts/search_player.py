"""Any evaluator becomes a player by searching."""

import math
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

import numpy as np

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.advice import MAX_CANDIDATES, VCF_ROOT_NODES, Advice
from mcts.analysis import Analysis
from mcts.evaluation import Evaluator
from mcts.memory import bytes_per_simulation, parts_at_once, tree_bytes
from mcts.player import Choice, Limit, Player
from mcts.search import Search, SearchConfig
from mcts.waves import RunsWaves

LOOK_SECONDS = 0.004
"""Between two looks at a search that somebody follows."""

MAX_LEAVES = 8

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
    return max(1, min(MAX_LEAVES, simulations // 50))


VCF_NODES = 30
"""Fours that a search for play tries at every new node, in the hope of a win by continuous fours.

On 15x15 the answers that it spares the network nearly pay for it (docs/experiments.md)."""

VCT_NODES = 5_000
"""Moves tried at the root in the hope of a win by continuous threats, where people look on or a
move has time: some milliseconds at most. In matches of 200 simulations it changed nothing
(docs/experiments.md)."""


VCT_VISITS = 32
"""Visits of a node from which on wins by continuous threats are looked for there."""

LOOK_NODES = 8
"""Moves tried to refute the move that would be played, for each simulation made."""

_MAX_LOOK_NODES = 100_000
"""The most of them, some 50 milliseconds."""

_NODES_PER_SECOND = 1e6  # that a look may count on, half of what was measured

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
        look_nodes=LOOK_NODES if vct_nodes else 0,
    )


_AfterWave = Callable[[bool], None]


def _do_nothing(is_last: bool) -> None:
    pass


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
        most_bytes: int | None = None,
    ) -> None:
        """
        most_bytes: of the tree of a single game, which forgets its least visited parts rather than
            grow larger; None for a share of the machine's memory.
        advises: analyses are for people: they also say what is expected after each candidate, how
            likely a draw is, what the other side threatens, and where fours win.
        """
        self.name = name
        self.evaluator = evaluator
        """What is asked about positions; another takes effect with the next search made."""
        self._config = config
        self._seed = seed
        self._most_bytes = most_bytes
        self._advises = advises
        self._search: Search | None = None
        # The game whose tree is kept in a search of one game.
        self._game: Board | None = None

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        """One move for each board; all boards have the same rules."""
        if not boards:
            return []
        if len(boards) == 1:
            deadline = _deadline(limit)
            search, after_wave = self._started(boards[0], limit, deadline)
            self._run_until(search, deadline, after_wave)
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
        search, after_wave = self._started(board, limit, deadline)
        look = 0.0  # after the first wave
        while look < math.inf:
            searching = self._run_until(search, deadline, after_wave, look)
            is_last = not searching or time.perf_counter() >= deadline
            analysis = search.analysis(0, lines)
            if analysis.best_move >= 0 or is_last:
                yield analysis if advice is None else advice.added_to(analysis)
            look = math.inf if is_last else time.perf_counter() + LOOK_SECONDS

    def close(self) -> None:
        self._search = None
        self._game = None

    def _started(self, board: Board, limit: Limit, deadline: float) -> tuple[Search, _AfterWave]:
        """A search of one position that has its budget, and what to do after every wave."""
        search = self._search_of(board.rules, 1, limit)
        self._follow(search, board)
        search.start(self._simulations(limit))
        looks = search.config.look_nodes > 0 and search.solves_threats
        return search, _Looks(search, deadline) if looks else _do_nothing

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

    def _run_until(
        self,
        search: Search,
        deadline: float,
        after_wave: _AfterWave = _do_nothing,
        look: float = math.inf,
    ) -> bool:
        try:
            return search.run_until(deadline, after_wave, look)
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

    What a search overlooks is mostly a win by threats of the other side. The nodes tried grow with
    the simulations made, so that this takes some hundredths of the time.
    """

    def __init__(self, search: Search, deadline: float) -> None:
        self._search = search
        started = time.perf_counter()
        self._deadline = deadline
        self._late = started + _LATE * (deadline - started)
        self._tried: dict[int, int] = {}  # nodes by move

    def __call__(self, is_last: bool) -> None:
        """Look behind the best move, if the nodes allowed by now are many more than those tried
        behind it; at the end, if they are twice as many."""
        search = self._search
        is_last = is_last or time.perf_counter() >= self._late
        while True:
            move = search.best_move(0)
            tried = self._tried.get(move, 0)
            least = max(1, 2 * tried) if is_last else max(_FIRST_LOOK, 4 * tried)
            left = max(0.0, self._deadline - time.perf_counter())
            most = min(_MAX_LOOK_NODES, _NODES_PER_SECOND * left)
            allowed = int(min(most, search.config.look_nodes * search.simulations(0)))
            if allowed < least:
                return
            self._tried[move] = allowed
            if not search.look_behind(0, allowed):
                return


def _same_position(first: Board, second: Board) -> bool:
    return (
        first.to_move == second.to_move
        and first.last_move == second.last_move
        and np.array_equal(first.cells, second.cells)
    )


def _deadline(limit: Limit) -> float:
    return math.inf if limit.seconds is None else time.perf_counter() + limit.seconds
