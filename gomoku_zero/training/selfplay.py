"""Many games of a net against itself, all searched together, each going on at its own pace."""

import json
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.kernels import FORBIDDEN, ONGOING, WON
from gomoku.record import GameRecord
from gomoku.rules import Rules
from gomoku_zero.training.config import SelfPlayConfig
from gomoku_zero.training.samples import Samples, marked, take
from gomoku_zero.training.starts import draw_start
from mcts.cache import CachedEvaluator
from mcts.evaluation import Evaluation, Evaluator, Positions
from mcts.search import Search
from nets.timeline import TREE, span


class FinishedGame(NamedTuple):
    """A game with its samples; `opening_plies` of its moves were random and give none, nor do
    moves that were only played."""

    record: GameRecord
    samples: Samples


class History(NamedTuple):
    """The plies of G games in progress; beyond `plies` a row means nothing.

    plies: `[G]` moves made, the opening's included; opening_plies: `[G]` of those, random ones.
    moves: `[G, A]`; values: `[G, A]` root values; policies: `[G, A, A]` policy targets.
    kept: `[G, A]` whether a position is learned from.
    settled: `[G]` plies in a row whose values left no doubt; negative where White wins.
    """

    plies: NDArray[np.int32]
    opening_plies: NDArray[np.int32]
    moves: NDArray[np.int16]
    values: NDArray[np.float16]
    policies: NDArray[np.float16]
    kept: NDArray[np.bool_]
    settled: NDArray[np.int32]

    def made(self) -> NDArray[np.bool_]:
        """`[G, A]` the plies whose rows mean something."""
        made: NDArray[np.bool_] = np.arange(self.moves.shape[1]) < self.plies[:, None]
        return made


SETTLED_PLIES = 4
"""Plies in a row that settle a game (KataGo: 5)."""

SETTLED_SHARE = 0.1
"""Share of the positions of settled games, of those that would be otherwise, that are learned
from (KataGo: 0.1); their targets come from `fast_simulations`."""

MOVING_SHARE = 0.125
"""Share of the games whose searches are done before they all move, since what is done in Python for
one takes nearly as long as for many. Batches of a network are that much smaller."""

_LEAST_SHARE = 2.0**-14
"""Of the policy target: what 16 bits hold in full. Less than that takes numpy long to convert."""

_ALL = 1 << 30
"""More evaluations than searches ask for until one of them is done."""

# What earlier versions did not write keeps the values that a new game has.
_OPTIONAL = ("kept", "settled")


class SelfPlay:
    """G games in progress; a finished one is replaced at once, so the batch stays full."""

    def __init__(
        self,
        rules: Rules,
        evaluator: Evaluator,
        config: SelfPlayConfig,
        games: int,
        seed: int,
    ) -> None:
        self.rules = rules
        self._config = config
        self._search = Search(rules, evaluator, config.to_search(), games, seed)
        self._rng = np.random.default_rng(seed)
        points = rules.points
        self._history = History(
            plies=np.zeros(games, np.int32),
            opening_plies=np.zeros(games, np.int32),
            moves=np.zeros((games, points), np.int16),
            values=np.zeros((games, points), np.float16),
            policies=np.zeros((games, points, points), np.float16),
            kept=np.ones((games, points), np.bool_),
            settled=np.zeros(games, np.int32),
        )
        self._most_simulations = config.simulations
        self._at_once = math.ceil(games * MOVING_SHARE)
        self._budgets = np.zeros(games, np.int32)
        self._keeps = np.ones(games, np.bool_)
        self._evaluator = evaluator
        self._remembered_before = 0
        self.evaluations = 0
        self._finished_simulations = 0
        self.positions = 0
        for game in range(games):
            self._begin(game)

    @property
    def simulations(self) -> int:
        """Simulations made so far, those of searches in progress included."""
        return self._finished_simulations + self._made(np.arange(self._search.games))

    def _made(self, games: NDArray[np.int64]) -> int:
        """Those of the present searches of some games; a search that is proven ends early."""
        visits = np.minimum(self._search.visits(games), self._budgets[games])
        return int(visits.sum())

    @property
    def roots(self) -> Positions:
        """The positions that are searched now, one of each game."""
        return self._search.positions

    @property
    def remembered(self) -> int:
        """How many of the evaluations were answered without asking the network."""
        found = self._evaluator.found if isinstance(self._evaluator, CachedEvaluator) else 0
        return self._remembered_before + found

    def use(self, evaluator: Evaluator) -> None:
        """Search with another network from the next `begin_searches` on."""
        self._remembered_before = self.remembered
        self._evaluator = evaluator
        self._search.evaluator = evaluator

    def begin_searches(self, simulations: int | None = None) -> None:
        """Begin the search of every game's current position, dropping what was searched of it.

        Comes before the first `step`, and again with a new network, whose values must not mix with
        another's. A lane that goes on from `state` does here what the first one does.

        simulations: of a move searched in full from now on; those of the configuration by default.
        """
        self._most_simulations = simulations or self._config.simulations
        self._finished_simulations = self.simulations
        for game in range(self._search.games):
            self._search.reset(game, self._board(game))
        self._start(np.arange(self._search.games))

    def step(self) -> list[FinishedGame]:
        """Waves of all searches, and moves once the searches of enough games are done."""
        with span(TREE):
            return self._step()

    def _step(self) -> list[FinishedGame]:
        self.evaluations += self._search.waves(_ALL, done=self._at_once)
        ready = np.flatnonzero(~self._search.is_searching())
        if len(ready) < self._at_once:
            return []
        history = self._history
        since_opening = history.plies[ready] - history.opening_plies[ready]
        drawn = since_opening < self._config.temperature_plies
        temperature = np.where(drawn, 1.0, 0.0).astype(np.float32)
        decisions = self._search.decide(ready, temperature)
        plies = history.plies[ready]
        history.moves[ready, plies] = decisions.moves
        history.values[ready, plies] = decisions.values
        shares = decisions.policies
        shares[shares < _LEAST_SHARE] = 0.0
        history.policies[ready, plies] = shares
        history.kept[ready, plies] = self._keeps[ready]
        colors = 1 - 2 * (plies % 2)  # of the side to move
        for_black = decisions.values * colors
        leads = np.where(np.abs(for_black) > self._config.settled_value, np.sign(for_black), 0)
        streak = history.settled[ready]
        goes_on = leads * streak > 0
        history.settled[ready] = np.where(goes_on, streak + leads, leads)
        history.plies[ready] += 1
        self.positions += len(ready)
        self._finished_simulations += self._made(ready)

        moves = np.full(self._search.games, -1, np.int32)
        moves[ready] = decisions.moves
        results = self._search.advance(moves)
        finished = []
        for game in np.flatnonzero(results != ONGOING):
            finished.append(self._finish(int(game), int(results[game])))
            self._begin(int(game))
        self._start(ready)
        return finished

    def _start(self, games: NDArray[np.int64]) -> None:
        """Begin searches, each in full or only to play on."""
        config = self._config
        budgets = np.full(len(games), self._most_simulations, np.int32)
        keeps = np.ones(len(games), np.bool_)
        if config.full_share < 1:
            keeps = self._rng.random(len(games)) < config.full_share
        if config.settled_value < 1:
            settled = np.abs(self._history.settled[games]) >= SETTLED_PLIES
            keeps &= ~settled | (self._rng.random(len(games)) < SETTLED_SHARE)
            budgets[settled] = min(config.fast_simulations, self._most_simulations)
        budgets[~keeps] = min(config.fast_simulations, self._most_simulations)
        self._budgets[games], self._keeps[games] = budgets, keeps
        self._search.start(self._budgets[games], games)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Everything needed to go on, as named arrays, but for searches in progress."""
        words = np.frombuffer(_pack_generator(self._rng), np.uint8)
        history = self._history._asdict()
        # Nine tenths of these are of plies not yet made, and to compress those takes longest.
        history["policies"] = self._history.policies[self._history.made()]
        return {
            **{f"history.{name}": array for name, array in history.items()},
            "search.random_states": self._search.random_states,
            "generator": words,
        }

    def restore(self, state: dict[str, NDArray[np.generic]]) -> None:
        """Go on from what `state` gave; the number of games and the rules must be the same."""
        for name, array in self._history._asdict().items():
            if name not in _OPTIONAL or f"history.{name}" in state:
                stored = state[f"history.{name}"]
                there: Any = ...
                # Earlier versions wrote those of plies not yet made as well.
                if name == "policies" and stored.ndim == 2:
                    there = self._history.made()
                if stored.shape != array[there].shape:  # numpy would repeat one game for all
                    raise ValueError(f"{name} of shape {stored.shape}, not {array[there].shape}")
                array[there] = stored
        self._search.random_states[:] = state["search.random_states"].astype(np.uint64)
        _unpack_generator(self._rng, state["generator"].astype(np.uint8).tobytes())

    def _begin(self, game: int) -> None:
        """Start a game."""
        board = draw_start(self.rules, self._config, self._evaluate, self._rng)
        self._history.opening_plies[game] = self._history.plies[game] = board.ply
        self._history.moves[game, : board.ply] = board.moves
        self._history.settled[game] = 0
        self._search.reset(game, board)

    def _evaluate(self, positions: Positions) -> Evaluation:
        self.evaluations += len(positions.cells)
        return self._evaluator.evaluate(positions)

    def _board(self, game: int) -> Board:
        moves = self._history.moves[game, : self._history.plies[game]]
        return Board.from_moves(self.rules, moves.tolist())

    def _finish(self, game: int, result: int) -> FinishedGame:
        """The record and samples of a game whose last move ended it."""
        history = self._history
        plies, first = int(history.plies[game]), int(history.opening_plies[game])
        moves = history.moves[game, :plies].copy()
        count = plies - first
        colors = (1 - 2 * (np.arange(plies + 1) % 2)).astype(np.int8)  # of the side to move
        stones = np.zeros((plies, self.rules.points), np.int8)
        for ply in range(1, plies):
            stones[ply] = stones[ply - 1]
            stones[ply, moves[ply - 1]] = colors[ply - 1]
        # Whoever made the last move has won, or lost by a forbidden point.
        winner = colors[plies - 1] * {WON: 1, FORBIDDEN: -1}.get(result, 0)
        replies = np.append(moves[1:], -1).astype(np.int16)
        samples = Samples(
            cells=stones[first:],
            to_move=colors[first:plies],
            last_move=np.concatenate([[-1], moves[:-1]]).astype(np.int16)[first:],
            policy=history.policies[game, first:plies].copy(),
            outcome=(colors[first:plies] * winner).astype(np.int8),
            root_value=history.values[game, first:plies].copy(),
            root_draw=np.zeros(count, np.float16),
            reply=replies[first:],
            moves_left=np.arange(count, 0, -1).astype(np.int16),
        )
        # Marked once here, not by the learner at every draw.
        kept = np.flatnonzero(history.kept[game, first:plies])
        samples = marked(take(samples, kept), self.rules)
        board = Board.from_moves(self.rules, moves.tolist())
        record = GameRecord(
            rules=self.rules,
            moves=board.moves,
            opening_plies=first,
            outcome=board.outcome,
            black="self-play",
            white="self-play",
        )
        return FinishedGame(record, samples)


def _pack_generator(generator: np.random.Generator) -> bytes:
    return json.dumps(generator.bit_generator.state).encode()


def _unpack_generator(generator: np.random.Generator, data: bytes) -> None:
    generator.bit_generator.state = json.loads(data)
