"""A network's evaluation of a game, ply by ply."""

import math

import numpy as np

from gomoku.board import Board
from gomoku.notation import move_to_text
from gomoku.record import GameRecord
from gomoku.rules import BLACK
from gomoku_zero.arena.page import Annotations
from mcts.analysis import Analysis
from mcts.evaluation import Evaluator, positions_of
from mcts.search import Search, SearchConfig


def annotate(record: GameRecord, evaluator: Evaluator, simulations: int) -> Annotations:
    """The value of every position of a finished game, and what would have been played there."""
    boards = [Board(record.rules)]
    for move in record.moves:
        boards.append(boards[-1].copy())
        boards[-1].push(move)
    size = record.rules.size
    judged = judge(boards[:-1], evaluator, simulations)
    notes = []
    for (evaluated, searched), move in zip(judged, record.moves, strict=True):
        best, played = move_to_text(searched.best_move, size), move_to_text(move, size)
        prior = evaluated.prior
        words = f"Search would play {best}; the policy gives it {prior[searched.best_move]:.0%}"
        words += "." if best == played else f", and {played}, which came, {prior[move]:.0%}."
        notes.append(words)
    end = 0.0
    if record.outcome is not None and record.outcome.winner is not None:
        end = 1.0 if record.outcome.winner == BLACK else -1.0
    return Annotations(
        {
            "network alone": [*(_for_black(before) for before, _ in judged), end],
            f"{simulations} simulations": [*(_for_black(after) for _, after in judged), end],
        },
        [*notes, ""],
    )


def judge(
    boards: list[Board], evaluator: Evaluator, simulations: int
) -> list[tuple[Analysis, Analysis]]:
    """The network's evaluation of each position without search, and after it; all are searched at
    once, and every game must go on."""
    rules = boards[0].rules
    search = Search(
        rules, evaluator, SearchConfig(simulations=simulations, keep_tree=False), len(boards)
    )
    positions = positions_of(boards)
    evaluation = evaluator.evaluate(positions)
    priors = np.where(positions.illegal(), 0.0, evaluation.prior)
    priors /= priors.sum(axis=1, keepdims=True)
    values = evaluation.value.tolist()  # the evaluator's arrays do not outlive its next call
    search.begin(boards, simulations)
    search.run_until(math.inf)
    return [
        (Analysis(board.to_move, value, prior=tuple(prior.tolist())), search.analysis(game))
        for game, (board, value, prior) in enumerate(zip(boards, values, priors, strict=True))
    ]


def _for_black(analysis: Analysis) -> float:
    return analysis.value if analysis.to_move is BLACK else -analysis.value
