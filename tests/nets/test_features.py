"""What networks are told, against numbers written by hand."""

import numpy as np
import pytest
import torch

from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, WHITE, Rules
from mcts.evaluation import Evaluator, Positions
from nets.config import NetConfig, RuleNumbers, rule_numbers
from nets.evaluator import NetEvaluator
from nets.features import encode
from nets.patterns.net import PatternNet, all_tables
from nets.patterns.tables import TableEvaluator

# Longer wins for the side to move; (win length - 4) / 2; longer wins for the other; renju; caro.
NUMBERS: dict[tuple[int, int], tuple[RuleNumbers, RuleNumbers]] = {
    (FREESTYLE, 5): ((1, 0.5, 1, 0, 0), (1, 0.5, 1, 0, 0)),
    (FREESTYLE, 4): ((1, 0, 1, 0, 0), (1, 0, 1, 0, 0)),
    (STANDARD, 5): ((0, 0.5, 0, 0, 0), (0, 0.5, 0, 0, 0)),
    (STANDARD, 6): ((0, 1, 0, 0, 0), (0, 1, 0, 0, 0)),
    (RENJU, 5): ((0, 0.5, 1, 1, 0), (1, 0.5, 0, 1, 0)),
    (CARO, 5): ((1, 0.5, 1, 0, 1), (1, 0.5, 1, 0, 1)),
}


@pytest.mark.parametrize(("variant", "win_length"), NUMBERS)
def test_the_numbers_of_the_rules_are_these(variant: int, win_length: int) -> None:
    rules = Rules(9, win_length, variant)
    found = rule_numbers(rules, BLACK), rule_numbers(rules, WHITE)
    assert found == NUMBERS[variant, win_length]


# Black x, White o, f a point forbidden to Black; the last move was White's at row 1, column 3.
BOARD = """
    . . x . .
    . x f o .
    . . x . o
    . o . . .
    . . . . .
"""
DIGITS = {".": 0, "x": 1, "o": -1, "f": 2}
CELLS = np.array([[DIGITS[sign] for sign in row.split()] for row in BOARD.split("\n")[1:6]])
BLACK_STONES = [[0, 2], [1, 1], [2, 2]]
WHITE_STONES = [[1, 3], [2, 4], [3, 1]]


def of_both(last_moves: tuple[int, int] = (8, 8)) -> Positions:
    """The board with Black and with White to move."""
    cells = np.tile(CELLS.reshape(-1).astype(np.int8), (2, 1))
    to_move, last = np.array([1, -1], np.int8), np.array(last_moves, np.int16)
    return Positions(cells, to_move, last, Rules(5, 5, RENJU))


def test_all_planes_of_a_renju_board_for_both_sides() -> None:
    positions = of_both(last_moves=(8, -1))
    planes = encode(
        torch.from_numpy(positions.cells),
        torch.from_numpy(positions.to_move),
        torch.from_numpy(positions.last_move),
        positions.rules,
    )
    assert planes.shape == (2, 11, 5, 5)
    black, white = planes
    everywhere = {
        # on the board, Black to move, longer wins for me, length, longer wins for the other,
        # renju, caro
        "black": {0: 1, 4: 1, 5: 0, 6: 0.5, 8: 1, 9: 1, 10: 0},
        "white": {0: 1, 4: 0, 5: 1, 6: 0.5, 8: 0, 9: 1, 10: 0},
    }
    for side, its in (("black", black), ("white", white)):
        for plane, value in everywhere[side].items():
            assert its[plane].tolist() == [[value] * 5] * 5, (side, plane)
    assert black[1].nonzero().tolist() == BLACK_STONES
    assert black[2].nonzero().tolist() == WHITE_STONES
    assert white[1].nonzero().tolist() == WHITE_STONES
    assert white[2].nonzero().tolist() == BLACK_STONES
    assert black[3].nonzero().tolist() == [[1, 3]]
    assert white[3].sum() == 0
    assert black[7].nonzero().tolist() == white[7].nonzero().tolist() == [[1, 2]]
    assert set(planes.flatten().tolist()) == {0, 0.5, 1}


@pytest.mark.parametrize("form", ["torch", "tables"])
@pytest.mark.parametrize("hears", [0, 1])
def test_each_side_has_features_of_its_own_for_forbidden_points(form: str, hears: int) -> None:
    torch.manual_seed(1)
    net = PatternNet(NetConfig("patterns", channels=8, line_channels=8, value_hidden=8)).eval()
    torch.nn.init.normal_(net.value_out.weight)
    torch.nn.init.normal_(net.policy_out.weight)
    marked = of_both()
    unmarked = marked._replace(cells=np.where(marked.cells == 2, 0, marked.cells).astype(np.int8))
    with torch.no_grad():
        net.forbidden[hears] = 3.0  # row 0 is for Black to move, row 1 for White

    def ask(positions: Positions) -> list[float]:
        evaluator: Evaluator = (
            NetEvaluator(net, device="cpu")
            if form == "torch"
            else TableEvaluator(all_tables(net, [positions.rules]))
        )
        values: list[float] = evaluator.evaluate(positions).value.tolist()
        return values

    changed = [one != other for one, other in zip(ask(marked), ask(unmarked), strict=True)]
    assert changed == [hears == 0, hears == 1]


@pytest.mark.parametrize("form", ["torch", "tables"])
def test_each_side_is_told_its_own_numbers(form: str) -> None:
    torch.manual_seed(2)
    net = PatternNet(NetConfig("patterns", channels=8, line_channels=8, value_hidden=8)).eval()
    torch.nn.init.normal_(net.value_out.weight)
    positions = of_both()

    def ask() -> list[float]:
        evaluator: Evaluator = (
            NetEvaluator(net, device="cpu")
            if form == "torch"
            else TableEvaluator(all_tables(net, [positions.rules]))
        )
        values: list[float] = evaluator.evaluate(positions).value.tolist()
        return values

    before = ask()
    with torch.no_grad():
        # Behind the 22 inputs of the stones: whether a longer row wins for the side to move.
        net.line.first.weight[:, 22] += 5.0
    changed = [one != other for one, other in zip(ask(), before, strict=True)]
    assert changed == [False, True]  # under renju it does for White alone
