"""What people want to know of a position beside what its search says."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from mcts.analysis import Analysis, Candidate
from mcts.cache import CachedEvaluator
from mcts.evaluation import Evaluator, positions_of
from mcts.rollout import RolloutEvaluator
from mcts.search import SearchConfig
from mcts.tree import Proof
from mcts.vcf import VcfResult, solve_vcf

VCF_ROOT_NODES = 20_000
"""Fours tried at the root: some milliseconds at most."""

MAX_CANDIDATES = 12
"""So many moves are shown to people, each with what is expected after it."""

PLAYOUTS = 32
"""Random games a position that say how likely a draw is."""


class Advice:
    """What people want to know of one position beside what its search says."""

    def __init__(self, board: Board, evaluator: Evaluator, config: SearchConfig) -> None:
        self._board = board
        self._evaluator = evaluator
        self._draw: float | None = None
        self._next_count = 0  # the simulations from which to ask about draws again
        enemy = solve_vcf(board, VCF_ROOT_NODES, board.to_move.other)
        self._threat = () if enemy is None else until_forbidden(enemy.line)
        # A search that looks for fours at its root has found them itself.
        looks = config.vcf_root_nodes >= VCF_ROOT_NODES
        self._win = None if looks else solve_vcf(board, VCF_ROOT_NODES)

    def added_to(self, analysis: Analysis) -> Analysis:
        analysis = replace(
            analysis, candidates=analysis.candidates[:MAX_CANDIDATES], threat=self._threat
        )
        if self._win is not None:
            analysis = _won_by(self._win, analysis)
        if analysis.simulations >= self._next_count:
            self._draw = draw_rate(self._evaluator, self._board, analysis.candidates)
            self._next_count = analysis.simulations + max(100, analysis.simulations // 2)
        return analysis.with_draw(self._draw)


def _won_by(fours: VcfResult, analysis: Analysis) -> Analysis:
    """An analysis that shows a win by fours; the search still plays what it found itself."""
    distance = len(fours.line)
    if analysis.proof is Proof.WIN and analysis.distance <= distance:
        return analysis  # it knows a win that is as short, and may be no row of fours
    return replace(
        analysis.with_best(until_forbidden(fours.line), distance), choice=analysis.best_move
    )


def until_forbidden(line: tuple[int, ...]) -> tuple[int, ...]:
    """The moves up to where the only answer would be a forbidden point, which the solver marks."""
    return line[: line.index(-1)] if -1 in line else line


def draw_rate(evaluator: Evaluator, board: Board, candidates: Sequence[Candidate]) -> float | None:
    """How likely a draw is, in [0, 1]: what the evaluator says of the ends of the candidates'
    lines, weighted by their visits. A value alone does not tell a sure draw from a fight.

    None if the evaluator cannot say, or nothing has been visited.
    """
    ends: list[Board] = []
    weights: list[int] = []
    drawn, decided = 0, 0
    for candidate in candidates:
        end = board.copy()
        for move in candidate.pv:
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
    if not ends:
        return drawn / total
    rates = _draws_of(evaluator, ends)
    return None if rates is None else (drawn + float(rates @ np.array(weights))) / total


def _draws_of(evaluator: Evaluator, boards: Sequence[Board]) -> NDArray[np.float64] | None:
    """`[B]` how likely a draw is; None if the evaluator cannot say."""
    if isinstance(evaluator, CachedEvaluator):
        evaluator = evaluator.evaluator
    positions = positions_of(boards)
    # A random game is drawn or not: it takes many to tell how likely that is.
    repeats = PLAYOUTS if isinstance(evaluator, RolloutEvaluator) else 1
    draws = evaluator.evaluate(positions.rows(np.tile(np.arange(len(boards)), repeats))).draw
    if draws is None:
        return None
    rates: NDArray[np.float64] = draws.reshape(repeats, -1).mean(axis=0, dtype=np.float64)
    return rates
