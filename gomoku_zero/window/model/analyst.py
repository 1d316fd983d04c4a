"""The player that gives advice: a search that knows what it expects after each of its moves."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.player import Player
from gomoku_zero.players.spec import Net, Pure, SpecError, make_player, parse_spec, spec_or_none
from gomoku_zero.window.model.opponents import NORMAL_STRENGTH, PURE, Opponent, opponent_of
from gomoku_zero.window.model.setup import GameSetup
from gomoku_zero.window.model.thought import Candidate
from mcts.cache import CachedEvaluator
from mcts.evaluation import Evaluator, Positions, positions_of
from mcts.player import VCT_NODES, SearchPlayer
from mcts.rollout import RolloutEvaluator

PLAYOUTS = 32  # random games a position that tell how likely a draw is


@runtime_checkable
class DrawJudge(Protocol):
    """An evaluator that tells draws from chances that are even."""

    def draw_rates(self, positions: Positions) -> NDArray[np.float32]: ...


class SearchAnalyst(SearchPlayer):
    """Plays as `SearchPlayer` does, and tells more about the position it last analysed."""

    def line_after(self, move: int) -> tuple[int, ...]:
        """The moves it expects if a move is played now, beginning with that."""
        search = self._search
        return (move,) if search is None else search.line_after(0, move)

    def draw_rate(self, board: Board, candidates: Sequence[Candidate]) -> float | None:
        """How likely a draw is, in [0, 1]: what the evaluator says of the ends of the candidates'
        lines, weighted by their visits. A value alone does not tell a sure draw from a fight.

        None if the evaluator cannot say.
        """
        ends: list[Board] = []
        weights: list[int] = []
        drawn, decided = 0, 0
        for candidate in candidates:
            end = board.copy()
            for move in candidate.line:
                if end.outcome is None:
                    end.push(move)
            if end.outcome is None:
                ends.append(end)
                weights.append(candidate.visits)
            else:
                decided += candidate.visits
                drawn += candidate.visits if end.outcome.winner is None else 0
        total = decided + sum(weights)
        if total == 0:
            return None
        rates = _draw_rates(self.evaluator, positions_of(ends)) if ends else np.zeros(0)
        return None if rates is None else (drawn + float(rates @ np.array(weights))) / total


def _draw_rates(evaluator: Evaluator, positions: Positions) -> NDArray[np.float64] | None:
    """`[B]` how likely a draw is; None if the evaluator cannot say."""
    if isinstance(evaluator, CachedEvaluator):
        evaluator = evaluator.evaluator
    if isinstance(evaluator, DrawJudge):
        return evaluator.draw_rates(positions).astype(np.float64)
    if isinstance(evaluator, RolloutEvaluator):
        count = len(positions.cells)
        many = positions.rows(np.tile(np.arange(count), PLAYOUTS))
        drawn = (evaluator.evaluate(many).value == 0).astype(np.float64)
        rates: NDArray[np.float64] = drawn.reshape(PLAYOUTS, count).mean(axis=0)
        return rates
    return None


def make_analyst(spec: str, *, seed: int = 0, device: str = "auto") -> Player:
    """The player a spec names, one that explains itself if it searches.

    Raises:
        SpecError: if the spec names no player.
    """
    known = parse_spec(spec)
    if not isinstance(known, Net | Pure):
        return make_player(spec, seed=seed, device=device)
    evaluator, config = known.search(seed=seed, device=device)
    if isinstance(known, Net) and not config.vct_root_nodes:
        config = replace(config, vct_root_nodes=VCT_NODES, waits_for_vct=False)
    return SearchAnalyst(spec, evaluator, config)


def analyst_for(setup: GameSetup, opponents: Sequence[Opponent]) -> str:
    """The spec of the player that gives advice in a game: the engine itself if it searches and is
    there, else the first network that plays by these rules, else pure search."""
    engine = setup.engine
    if engine is not None and _searches(engine) and _is_there(engine, opponents):
        return engine
    networks = (each for each in opponents if each.is_network)
    return next((each for each in networks if each.plays(setup.rules)), PURE).spec(NORMAL_STRENGTH)


def _searches(spec: str) -> bool:
    return isinstance(spec_or_none(spec), Net | Pure)


def _is_there(spec: str, opponents: Sequence[Opponent]) -> bool:
    """Whether a player can be had: the network of a game that was left may be gone by now."""
    base = opponent_of(spec, opponents)[0].base
    listed = next((each for each in opponents if each.base == base), None)
    if listed is not None:
        return not listed.broken
    try:
        parse_spec(spec).rules()
    except SpecError:
        return False
    return True
