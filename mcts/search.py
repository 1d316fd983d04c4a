"""One search for one game and for thousands: the wave.

Every tree descends, all new leaves of all trees go to the evaluator in one batch, the answers are
expanded and backed up. Between waves nothing is half done, so that is where a search may be read,
stopped or shown.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels as board_kernels
from gomoku.board import Board
from gomoku.jit import is_ready
from gomoku.rules import Color, Rules
from mcts import root, vct
from mcts.analysis import Analysis, Candidate
from mcts.descent import DescentParameters
from mcts.evaluation import Evaluator, Positions, with_forbidden
from mcts.nodes import find_child
from mcts.player import MAX_SIMULATIONS
from mcts.randomness import random_states
from mcts.reroot import advance_roots, begin_tree, forget_least_visited
from mcts.rollout import RolloutEvaluator
from mcts.settle import look_behind, solve_roots
from mcts.tree import (
    DEFAULT_WIDTH,
    NODES_USED,
    GameTree,
    Proof,
    State,
    allocate,
    make_leaves,
    make_roots,
)
from mcts.waves import (
    RunsWaves,
    WaveParameters,
    Waves,
    absorb,
    begin_wave,
    gather,
)

FORGETTING_SECONDS = 1.5e-7
"""That a node takes when a full tree forgets its least visited parts."""

KEPT_SHARE = 0.5
"""Of a full tree that is kept, at most; the rest is what nodes with few visits found out."""

EVALUATIONS_AT_ONCE = 128
"""Evaluations between two looks at a search that runs waves by itself: some two milliseconds."""


class SearchError(ValueError):
    """A search that cannot be made as asked."""


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """How a search goes about it.

    simulations: new simulations per move, unless a move has its own budget.
    leaves: simulations of one game per wave; more than 1 spreads them by virtual loss.
    c_puct, c_puct_base: exploration; it grows as log(N / c_puct_base) (AlphaZero: 1.25, 19652).
    fpu_reduction: an unvisited move is assumed worth the position's own value less this times the
        root of the prior already visited (KataGo: 0.2).
    noise_fraction, noise_concentration: Dirichlet noise at the root, 0 for none (AlphaZero: 0.25;
        KataGo: 10.83 shared by all legal moves).
    gumbel: choose root moves by sequential halving with Gumbel noise instead of PUCT (for
        training at few simulations); noise_fraction is then unused.
    considered, c_visit, c_scale: see `mcts.root.GumbelParameters` (paper: 16, 50, 1).
    keep_tree: after a move, keep what is known below it.
    vcf_nodes: at every new node look for a win by continuous fours, trying at most so many fours
        (see `mcts.vcf`); one that is found is a proof. 0 does not look.
    vcf_root_nodes: the same at the root, before a search begins.
    vct_root_nodes: where that finds nothing, look for a win by continuous threats at the root,
        trying at most so many moves (see `mcts.vct`). 0 does not look.
    vct_visits: look for one also at nodes with so many visits, trying as many moves, and again
        whenever they have four times as many. 0 does not look.
    look_nodes: where wins by threats are looked for, so many moves are tried for each simulation to
        refute the move that would be played, before it is (see `mcts.search_player`). 0 does not.
    waits_to_compile: False does without wins by threats, and without threads, while they would have
        to be compiled first, which takes seconds.
    room: simulations that a tree has room for; one that is full forgets what is below its least
        visited nodes. 0 for those of a move, and as many that are kept of earlier ones.
    width: priors kept of a position, the largest; what is left out is visited last. Pure search,
        which has no favorites, keeps all.
    """

    simulations: int = 400
    leaves: int = 1
    c_puct: float = 1.25
    c_puct_base: float = 19652.0
    fpu_reduction: float = 0.2
    noise_fraction: float = 0.0
    noise_concentration: float = 10.83
    gumbel: bool = False
    considered: int = 16
    c_visit: float = 50.0
    c_scale: float = 1.0
    keep_tree: bool = True
    vcf_nodes: int = 0
    vcf_root_nodes: int = 0
    vct_root_nodes: int = 0
    vct_visits: int = 0
    look_nodes: int = 0
    waits_to_compile: bool = True
    room: int = 0
    width: int = DEFAULT_WIDTH


@dataclass(frozen=True, slots=True)
class Decisions:
    """Moves for n games, with what training wants to know.

    moves: `[n]`.
    values: `[n]` root values for the side to move.
    policies: `[n, A]` policy targets.
    """

    moves: NDArray[np.int32]
    values: NDArray[np.float32]
    policies: NDArray[np.float32]


class Search:
    """Searches of G games under one rule set with one evaluator.

    A move goes: `reset` or `advance` the games, `start` them with a budget, `wave` until none
    `is_searching` (`run` does both), then read `analysis` or `decide`.

    Law: G games give exactly what G searches of one game with the same random states give, as far
    as the evaluator's answer for a position does not depend on the batch it comes in.
    """

    def __init__(
        self, rules: Rules, evaluator: Evaluator, config: SearchConfig, games: int, seed: int = 0
    ) -> None:
        """Room for `games` games of up to `config.simulations` simulations a move."""
        if config.gumbel and config.leaves != 1:
            raise SearchError(f"sequential halving takes 1 leaf a wave, not {config.leaves}")
        self.rules = rules.validated()
        self.config = config
        self.games = games
        self.evaluator = evaluator
        points = rules.points
        # Forced replies and finished games are nodes that need no row of priors: 1.2 nodes a row
        # on most boards, 2.4 in tic-tac-toe.
        if config.room:
            rows = config.room + config.leaves + 1
            nodes = rows * 3 // 2 + points
            self._spare = 1  # what is full makes room
        else:
            self._spare = config.simulations + config.leaves + 1
            rows = 2 * self._spare if config.keep_tree else self._spare
            nodes = rows * 3 + points
        width = points if isinstance(evaluator, RolloutEvaluator) else config.width
        self._tree = allocate(games, nodes, rows, width, points)
        self._moved = np.empty(nodes + rows, np.int32)
        self._roots = make_roots(games, points)
        self._scratch = make_roots(1, points)
        self._leaves = make_leaves(games * config.leaves, points)
        self._states = random_states(seed, games)
        self._deadline = math.inf
        self._budgets = np.zeros(games, np.int32)
        self._remaining = np.zeros(games, np.int32)
        self._root_moves = np.full(games, -1, np.int32)
        self._wants_noise = np.zeros(games, np.bool_)
        self._noisy_logits = np.zeros((games, points), np.float32)
        halvings = config.simulations if config.gumbel else 0
        self._schedules = np.zeros((games, halvings), np.int32)
        self._descent = DescentParameters(
            float(config.c_puct),
            float(config.c_puct_base),
            float(config.fpu_reduction),
            config.vcf_nodes,
            config.vct_visits,
        )
        self._solver = vct.make_scratch()
        self._gumbel_parameters = root.GumbelParameters(
            config.considered, float(config.c_visit), float(config.c_scale)
        )
        self._waves = Waves(
            self._tree,
            self._roots,
            self._scratch,
            self._leaves,
            self._remaining,
            self._budgets,
            self._wants_noise,
            self._root_moves,
            self._noisy_logits,
            self._schedules,
            self._states,
            self._solver,
        )
        self._wave_parameters = WaveParameters(
            rules,
            config.leaves,
            config.gumbel,
            float(config.noise_fraction),
            float(config.noise_concentration),
            self._descent,
            self._gumbel_parameters,
            config.waits_to_compile,
        )
        for game in range(games):
            self.reset(game, Board(rules))

    @property
    def random_states(self) -> NDArray[np.uint64]:
        """`[G]` the states behind noise, temperature and playouts; may be written to resume."""
        return self._states

    @property
    def positions(self) -> Positions:
        """The G positions at the roots, valid until the next `advance` or `reset`."""
        return Positions(
            with_forbidden(self._roots.cells, self.rules),
            self._roots.meta[:, board_kernels.TO_MOVE].astype(np.int8),
            self._roots.meta[:, board_kernels.LAST_MOVE].astype(np.int16),
            self.rules,
        )

    def reset(self, game: int, board: Board) -> None:
        """Begin a game anew from a position whose game goes on.

        Raises:
            SearchError: if the board has other rules, or its game is over.
        """
        if board.rules != self.rules:
            raise SearchError(f"a board of {board.rules.describe()} for {self.rules.describe()}")
        if board.outcome is not None:
            raise SearchError(f"the game is over ({board.outcome.termination.value})")
        board.copy_into(self._roots.cells[game], self._roots.lines[game], self._roots.meta[game])
        self._begin_tree(game)

    def advance(self, moves: NDArray[np.int32]) -> NDArray[np.int8]:
        """Play a move in every game, `[G]`; -1 leaves a game alone.

        What is known below a move is kept if the config says so. Returns `[G]` what
        `gomoku.kernels.place` says of each move: a game that is over must be `reset`.
        """
        results = np.full(self.games, board_kernels.ONGOING, np.int8)
        advance_roots(
            self._tree,
            self._roots,
            moves,
            results,
            self.config.keep_tree,
            self._moved,
            self._spare,
            self.rules,
        )
        self._remaining[moves >= 0] = 0
        return results

    def start(
        self,
        simulations: int | NDArray[np.int32] | None = None,
        games: NDArray[np.int64] | None = None,
    ) -> None:
        """Give games (all by default) a budget of new simulations, the config's by default.

        Raises:
            SearchError: if there is no room for that many.
        """
        chosen = np.arange(self.games) if games is None else games
        budget = self.config.simulations if simulations is None else simulations
        self._budgets[chosen] = budget
        most = MAX_SIMULATIONS if self.config.room else self.config.simulations
        if np.max(self._budgets[chosen], initial=0) > most:
            raise SearchError(
                f"{np.max(self._budgets[chosen])} simulations asked of a search with room for "
                f"{most}"
            )
        self._remaining[chosen] = self._budgets[chosen]
        vct_nodes, vct_visits = self.config.vct_root_nodes, self.config.vct_visits
        if not self.solves_threats:
            vct_nodes = vct_visits = 0
        descent = self._descent._replace(vct_visits=vct_visits)
        self._wave_parameters = self._wave_parameters._replace(descent=descent)
        if self.config.vcf_root_nodes > 0 or vct_nodes > 0:
            solve_roots(
                self._tree,
                self._roots,
                chosen,
                self.rules,
                self.config.vcf_root_nodes,
                vct_nodes,
                self._solver,
            )
        if self.config.gumbel:
            root.draw_gumbel(self._noisy_logits, chosen, self._states)
            self._schedule(chosen)
        self._wants_noise[chosen] = self.config.gumbel or self.config.noise_fraction > 0

    def begin(self, boards: Sequence[Board], simulations: int) -> NDArray[np.int64]:
        """Begin the first n games anew from these positions and start them alone; returns them."""
        self.stop()
        for game, board in enumerate(boards):
            self.reset(game, board)
        games = np.arange(len(boards))
        self.start(simulations, games)
        return games

    def stop(self) -> None:
        """Give up what is left of every budget."""
        self._remaining[:] = 0

    def is_searching(self) -> NDArray[np.bool_]:
        """`[G]` which games have simulations left to make."""
        return self._remaining > 0

    def wave(self) -> int:
        """One round of descents, one batch for the evaluator, one backup.

        Returns the number of evaluations asked for.
        """
        self._begin_wave()
        count = gather(self._waves, self._wave_parameters)
        if count > 0:
            evaluation = self.evaluator.evaluate(
                Positions(
                    self._leaves.cells[:count],
                    self._leaves.to_move[:count],
                    self._leaves.last_move[:count],
                    self.rules,
                )
            )
            assert evaluation.prior.shape == (count, self.rules.points), evaluation.prior.shape
            assert evaluation.value.shape == (count,), evaluation.value.shape
            if not np.isfinite(evaluation.value).all():
                raise SearchError("the evaluator gave a value that is not a finite number")
            absorb(self._tree, self._leaves, count, evaluation.prior, evaluation.value)
        return count

    def waves(self, most: int, *, done: int = 0) -> int:
        """One wave or, where the evaluator can run them by itself, many.

        most: end after so many evaluations.
        done: end when the budgets of so many games have; 0 for all.

        Returns the number of evaluations asked for.
        """
        if isinstance(self.evaluator, RunsWaves):
            asked = self.evaluator.run_waves(self._waves, self._wave_parameters, most, done)
        else:
            asked = self.wave()
        for game in np.flatnonzero(self._remaining < 0):
            self._make_room(int(game))
        return asked

    def _make_room(self, game: int) -> None:
        """Go on in a tree that is full with what is visited most, or not at all where there is no
        time for that."""
        nodes = int(self._tree.used[game, NODES_USED])
        ends = time.perf_counter() + nodes * FORGETTING_SECONDS
        if self.config.room and ends < self._deadline:
            tree = self._tree_of(game)
            forget_least_visited(tree, self._moved, KEPT_SHARE)
            self._remaining[game] *= -1
        else:
            self._remaining[game] = 0

    def run(self, simulations: int | NDArray[np.int32] | None = None) -> None:
        """Search all games to the end of their budget."""
        self.start(simulations)
        if self.is_searching().any():
            self.run_until(math.inf)

    def run_until(
        self,
        deadline: float,
        after_wave: Callable[[bool], None] = lambda is_last: None,
        look: float = math.inf,
    ) -> bool:
        """Search what was started for one wave at least, until `deadline` as `time.perf_counter`
        counts; whether there is more to do.

        after_wave: called while there is time left, with whether the budget is used.
        look: when to come back before the deadline, for somebody who looks on.
        """
        is_searching = True
        self._deadline = deadline
        while is_searching:
            self.waves(EVALUATIONS_AT_ONCE)
            is_searching = bool(self.is_searching().any())
            if time.perf_counter() < deadline:
                after_wave(not is_searching)
            if time.perf_counter() >= min(deadline, look):
                break
        return is_searching

    @property
    def solves_threats(self) -> bool:
        """Whether wins by continuous threats are looked for: as the config says, and as soon as
        that is compiled."""
        return self.config.waits_to_compile or (is_ready(vct.find_vct) and is_ready(look_behind))

    def look_behind(self, game: int, nodes: int) -> bool:
        """Look for a win of the other side, by continuous threats, after the move that the search
        of a game would play now, trying so many moves. True if there is one: the move is then
        proven to lose, and the search would play another if there is one."""
        tree = self._tree_of(game)
        child = int(root.best_child(tree.nodes, 0))
        if child < 0 or tree.nodes[child]["proof"] != Proof.UNKNOWN:
            return False
        found: bool = look_behind(
            tree,
            State(*(array[game] for array in self._roots)),
            State(*(array[0] for array in self._scratch)),
            child,
            self.rules,
            nodes,
            self._solver,
        )
        return found

    def best_move(self, game: int) -> int:
        """What the search of a game would play now; -1 before the first simulation."""
        return int(root.best_move(self._tree.nodes[game], 0))

    def simulations(self, game: int) -> int:
        """Simulations made since `start`."""
        return int(self._budgets[game] - self._remaining[game])

    def decide(self, games: NDArray[np.int64], temperature: NDArray[np.float32]) -> Decisions:
        """Choose moves for n games, `games [n]`, drawn with `temperature [n]`, 0 for the best."""
        decisions = Decisions(
            moves=np.empty(len(games), np.int32),
            values=np.empty(len(games), np.float32),
            policies=np.empty((len(games), self.rules.points), np.float32),
        )
        root.decide(
            self._tree,
            games,
            self._noisy_logits,
            self.config.gumbel,
            self._gumbel_parameters,
            temperature,
            self._states,
            decisions.moves,
            decisions.values,
            decisions.policies,
        )
        return decisions

    def analysis(self, game: int, lines: int = 0) -> Analysis:
        """What the search of a game thinks now.

        lines: for so many of the best moves, say what is expected after them as well.
        """
        points = self.rules.points
        tree = self._tree_of(game)
        nodes = tree.nodes
        visits = np.zeros(points, np.int32)
        q = np.zeros(points, np.float32)
        prior = np.zeros(points, np.float32)
        root.root_priors(tree, prior)
        root.root_statistics(nodes, visits, q)
        best, proof = int(root.best_move(nodes, 0)), Proof(int(nodes[0]["proof"]))
        value = float(root.root_value(nodes))
        pv = self._expected_from(game, 0) or ((best,) if best >= 0 else ())
        others = np.flatnonzero(visits)
        others = others[np.argsort(-visits[others], kind="stable")]
        # The best move may be proven in a few visits, or without any.
        moves = [best] if best >= 0 and (visits[best] > 0 or proof) else []
        moves += [move for move in others.tolist() if move != best]
        candidates = tuple(
            Candidate(
                move,
                int(visits[move]),
                # What is proven about the position is what its best move leads to.
                value if proof and move == best else float(q[move]),
                float(prior[move]),
                pv if move == best else self._line_after(game, move) if rank < lines else (move,),
            )
            for rank, move in enumerate(moves)
        )
        return Analysis(
            to_move=Color(int(self._roots.meta[game, board_kernels.TO_MOVE])),
            value=value,
            candidates=candidates,
            pv=pv,
            proof=proof,
            distance=int(nodes[0]["distance"]),
            simulations=int(nodes[0]["visits"]),
            prior=tuple(prior.tolist()),
        )

    def visits(self, games: NDArray[np.int64]) -> NDArray[np.int32]:
        """`[n]` the visits of these games' roots, that of their own evaluation included."""
        visits: NDArray[np.int32] = self._tree.nodes["visits"][games, 0]
        return visits

    def nodes_used(self) -> NDArray[np.int32]:
        """`[G]` the size of each tree."""
        return self._tree.used[:, NODES_USED]

    def _tree_of(self, game: int) -> GameTree:
        tree = self._tree
        return GameTree(
            tree.nodes[game],
            tree.rows[game],
            tree.used[game],
            tree.weights,
            tree.width,
            tree.points,
        )

    def _begin_tree(self, game: int) -> None:
        begin_tree(
            self._tree.nodes[game],
            self._tree.used[game],
            self._roots.lines[game],
            int(self._roots.meta[game, board_kernels.TO_MOVE]),
            self.rules,
        )
        self._remaining[game] = 0

    def _begin_wave(self) -> None:
        if self.config.gumbel or self._wants_noise.any():
            begin_wave(self._waves, self._wave_parameters)

    def _line_after(self, game: int, move: int) -> tuple[int, ...]:
        """The moves expected if a visited move is played now, beginning with that."""
        child = int(find_child(self._tree.nodes[game], 0, move))
        return (move, *self._expected_from(game, child))

    def _expected_from(self, game: int, node: int) -> tuple[int, ...]:
        nodes = self._tree.nodes[game]
        line: list[int] = []
        while node >= 0:
            move = int(root.best_move(nodes, node))
            if move < 0 or (nodes[node]["proof"] == Proof.UNKNOWN and nodes[node]["visits"] < 2):
                break
            line.append(move)
            node = int(find_child(nodes, node, move))
        return tuple(line)

    def _schedule(self, games: NDArray[np.int64]) -> None:
        """Give each of these games the halving schedule of its budget and legal moves."""
        legal = self._roots.meta[games, board_kernels.EMPTY_POINTS]
        budgets = self._budgets[games]
        considered = np.minimum(np.minimum(self.config.considered, legal), budgets)
        for m, budget in {*zip(considered.tolist(), budgets.tolist(), strict=True)}:
            chosen = games[(considered == m) & (budgets == budget)]
            self._schedules[chosen, :budget] = root.halving_schedule(m, budget)
