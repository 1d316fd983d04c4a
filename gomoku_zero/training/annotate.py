"""What a network thinks of a game, ply by ply."""

from typing import NamedTuple

import numpy as np

from gomoku.board import Board
from gomoku.notation import move_to_text
from gomoku.record import GameRecord
from gomoku.rules import BLACK
from gomoku_zero.arena.page import Annotations
from mcts.evaluation import Evaluator, positions_of
from mcts.search import Search, SearchConfig


class Opinion(NamedTuple):
    """What is thought of a position in which the game goes on; values are for Black.

    network: without search. searched: after it. best: the move it would play.
    priors: `[A]` the policy over the legal moves, summing to one.
    """

    network: float
    searched: float
    best: int
    priors: np.ndarray[tuple[int], np.dtype[np.float32]]


def annotate(record: GameRecord, evaluator: Evaluator, simulations: int) -> Annotations:
    """The value of every position of a finished game, and what would have been played there."""
    boards = [Board(record.rules)]
    for move in record.moves:
        boards.append(boards[-1].copy())
        boards[-1].push(move)
    size = record.rules.size
    opinions = judge(boards[:-1], evaluator, simulations)
    notes = []
    for opinion, move in zip(opinions, record.moves, strict=True):
        best = move_to_text(opinion.best, size)
        played = move_to_text(move, size)
        words = f"Search would play {best}; the policy gives it {opinion.priors[opinion.best]:.0%}"
        words += (
            "." if best == played else f", and {played}, which came, {opinion.priors[move]:.0%}."
        )
        notes.append(words)
    end = 0.0
    if record.outcome is not None and record.outcome.winner is not None:
        end = 1.0 if record.outcome.winner == BLACK else -1.0
    return Annotations(
        {
            "network alone": [*(opinion.network for opinion in opinions), end],
            f"{simulations} simulations": [*(opinion.searched for opinion in opinions), end],
        },
        [*notes, ""],
    )


def judge(boards: list[Board], evaluator: Evaluator, simulations: int) -> list[Opinion]:
    """An opinion of each position, all searched at once; every game must go on."""
    rules = boards[0].rules
    search = Search(
        rules, evaluator, SearchConfig(simulations=simulations, keep_tree=False), len(boards)
    )
    for game, board in enumerate(boards):
        search.reset(game, board)
    positions = positions_of(boards)
    evaluation = evaluator.evaluate(positions)
    priors = np.where(positions.illegal(), 0.0, evaluation.prior)
    priors /= priors.sum(axis=1, keepdims=True)
    values = evaluation.value.tolist()  # the evaluator's arrays do not outlive its next call
    search.run()
    opinions = []
    for game, board in enumerate(boards):
        summary = search.summary(game)
        opinions.append(
            Opinion(
                board.to_move * values[game],
                board.to_move * summary.value,
                summary.best_move,
                priors[game],
            )
        )
    return opinions
