"""Stored search trees: `python -m tests.mcts.golden` writes them anew after a change in play.

What is stored is the root of a few searches with evaluators that know every position's answer, so
that any change of selection, backup, proof, noise or halving shows in a review.
"""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from gomoku.board import Board
from gomoku.notation import move_to_text, moves_from_text, moves_to_text
from gomoku.rules import STANDARD, Rules
from mcts.evaluation import Evaluator
from mcts.rollout import RolloutEvaluator
from mcts.search import Search, SearchConfig
from tests.mcts.fakes import FakeEvaluator, opinionated, values_of

FILE = Path(__file__).parents[1] / "golden" / "search.json"

SEARCHES: dict[str, tuple[Rules, str, SearchConfig, bool]] = {
    "puct": (Rules(9, 5), "e5 d4 f6 g7", SearchConfig(simulations=400), False),
    "noise and several leaves": (
        Rules(7, 4, STANDARD),
        "d4 c3 e4",
        SearchConfig(simulations=200, leaves=8, noise_fraction=0.25),
        False,
    ),
    "halving": (
        Rules(6, 4),
        "c3 d4",
        SearchConfig(simulations=48, gumbel=True, keep_tree=False),
        False,
    ),
    "rollouts": (Rules(8, 5), "d4 e5", SearchConfig(simulations=1500), True),
}
"""By name: rules, opening, settings, and whether positions are judged by random games."""


def describe(name: str) -> dict[str, Any]:
    """What a search finds at its root, ready to be stored; moves in the order of their visits."""
    rules, opening, config, pure = SEARCHES[name]
    evaluator: Evaluator = RolloutEvaluator() if pure else FakeEvaluator(opinionated(11))
    search = Search(rules, evaluator, config, 1, 11)
    board = Board.from_moves(rules, moves_from_text(opening, rules.size))
    search.reset(0, board)
    search.run()
    analysis = search.analysis(0)
    decisions = search.decide(np.arange(1), np.zeros(1, np.float32))
    visits = analysis.visits
    visited = sorted(np.flatnonzero(visits), key=lambda move: (-visits[move], move))
    return {
        "rules": rules.describe(),
        "opening": opening,
        "simulations": analysis.simulations,
        "value": round(analysis.value, 4),
        "move": move_to_text(int(decisions.moves[0]), rules.size),
        "line": moves_to_text(analysis.pv, rules.size),
        "proof": analysis.proof.name,
        "moves": {
            move_to_text(int(move), rules.size): [
                int(visits[move]),
                round(float(values_of(analysis)[move]), 4),
                round(float(analysis.prior[move]), 4),
                round(float(decisions.policies[0][move]), 4),
            ]
            for move in visited[:12]
        },
    }


if __name__ == "__main__":
    text = json.dumps({name: describe(name) for name in SEARCHES}, indent=1)
    # A line for each move.
    FILE.write_text(re.sub(r"\[[^]]*\]", lambda found: " ".join(found[0].split()), text) + "\n")
