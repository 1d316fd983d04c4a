"""Counting games: numbers known from outside, and stored ones that the twin confirms."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gomoku import kernels
from gomoku.notation import moves_from_text
from gomoku.rules import Rules, variant_from_name
from tests import reference
from tests.gomoku.state import kernel_state

# Positions from which about half of the games of the last depth end before it.
GOLDEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "perft.json").read_text()
)


def perft(rules: Rules, opening: Sequence[int], depth: int) -> int:
    cells, to_move = position(rules, opening)
    return kernels.count_leaves(*kernel_state(cells, rules, to_move), depth, rules)


def position(rules: Rules, moves: Sequence[int]) -> tuple[list[int], int]:
    cells = [0] * rules.points
    for ply, move in enumerate(moves):
        cells[move] = -1 if ply % 2 else 1
    return cells, -1 if len(moves) % 2 else 1


def test_tic_tac_toe_has_as_many_games_of_each_length_as_is_known() -> None:
    counts = [perft(Rules(3, 3), (), depth) for depth in range(1, 10)]
    assert counts == [9, 72, 504, 3024, 15120, 54720, 148176, 200448, 127872]


@pytest.mark.parametrize(
    "row", GOLDEN, ids=lambda row: "{size}x{win_length}-{variant}".format(**row)
)
def test_stored_counts_still_hold_and_the_twin_confirms_the_smaller(row: dict[str, Any]) -> None:
    rules = Rules(row["size"], row["win_length"], variant_from_name(row["variant"]))
    opening = moves_from_text(row["opening"], rules.size)
    for depth, count in enumerate(row["counts"], start=1):
        assert perft(rules, opening, depth) == count, (rules, depth)
        if count < 12_000:
            assert reference.count_leaves(*position(rules, opening), depth, rules) == count
