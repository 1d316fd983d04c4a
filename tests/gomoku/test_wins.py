"""The stored forced wins: what searches find of them with a few nodes, and that they are proven.

The positions are moments of games, see `benchmarks/wins_maker.py`. A search of 20,000 nodes chose
them, so they say what fewer nodes cost; that nothing is missed is tested in `test_threes.py`.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from gomoku.board import Board
from gomoku.rules import Rules
from mcts import vct as threes
from mcts.vcf import solve_vcf
from tests.gomoku import exhaustive
from tests.gomoku.state import kernel_state
from tests.gomoku.wins import FOLDER, Win, read_wins

FILES = sorted(FOLDER.glob("*.txt"))
FOUND = {"fours": {100: 0.95, 1000: 1.0}, "threats": {1000: 0.5, 10_000: 0.9}}
"""The least share of the wins of a kind that a search finds, by its nodes."""


def all_wins() -> list[tuple[Rules, Win]]:
    return [(rules, win) for file in FILES for rules, wins in [read_wins(file)] for win in wins]


def test_there_are_500_wins_of_3_to_15_plies_in_three_rule_sets() -> None:
    wins = all_wins()
    assert len(wins) == 500
    assert len({(rules, win.moves) for rules, win in wins}) == 500
    assert {rules.variant_name for rules, _ in wins} == {"freestyle", "standard", "renju"}
    plies = {win.plies for _, win in wins}
    assert {3, 5, 7, 9, 11, 13, 15} == plies
    assert min(Counter(win.kind for _, win in wins).values()) > 150


@pytest.mark.parametrize(("kind", "nodes"), [(k, n) for k in FOUND for n in FOUND[k]])
def test_so_many_wins_are_found_with_so_many_nodes(
    kind: str, nodes: int, record_property: Callable[[str, object], None]
) -> None:
    found = asked = 0
    for rules, win in all_wins():
        if win.kind == kind:
            board = Board.from_moves(rules, win.moves)
            if kind == "fours":
                result = solve_vcf(board, nodes)
                # None is shorter than the shortest.
                assert result is None or len(result.line) >= win.plies
                found += result is not None
            else:
                assert solve_vcf(board, 100_000) is None
                found += threes.solve_vct(board, nodes) is not None
            asked += 1
    share = found / asked
    record_property("found", f"{found} of {asked}")
    assert share >= FOUND[kind][nodes], f"{found} of {asked} found with {nodes} nodes"


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_win_is_shorter_than_it_says(file: Path) -> None:
    rules, wins = read_wins(file)
    for win in wins:
        board = Board.from_moves(rules, win.moves)
        cells, lines, _ = kernel_state(board.cells.tolist(), rules)
        side = 0 if board.to_move > 0 else 1
        memory = exhaustive.make_memory(rules.points)
        by_fours = exhaustive.shortest_by_fours(cells, lines, rules, side, memory)
        if win.kind == "threats":
            assert by_fours == 0
            by_threats = exhaustive.shortest_by_threats(cells, lines, rules, side, memory)
            assert by_threats == win.plies, (rules, win)
        else:
            assert by_fours == win.plies, (rules, win)
