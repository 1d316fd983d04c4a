"""From positions to input planes.

| plane | meaning | values |
| ---: | --- | --- |
| 0 | on the board: tells the net where the edge is, under zero padding | 1 |
| 1 | stones of the side to move | 0, 1 |
| 2 | stones of the other side | 0, 1 |
| 3 | the last move | 0, 1 |
| 4 | Black is to move | 0, 1 everywhere |
| 5 | a row longer than the win length wins for the side to move | 0, 1 everywhere |
| 6 | win length | (length - 4) / 2 everywhere |
| 7 | empty points that are forbidden to Black (renju), whoever is to move | 0, 1 |
| 8 | a row longer than the win length wins for the other side | 0, 1 everywhere |
| 9 | Black has forbidden points (renju) | 0, 1 everywhere |
| 10 | a row shut at both ends does not win (caro) | 0, 1 everywhere |

Version 1 had the first seven.

Planes are built on the device of the net, or inside the exported network: what travels there is
one small integer a point.
"""

import torch
from torch import Tensor

from gomoku.forbidden import FORBIDDEN_CELL
from gomoku.rules import Rules
from nets.config import numbers_of_both

PLANE_NAMES = (
    "on the board",
    "stones of the side to move",
    "stones of the other side",
    "the last move",
    "Black is to move",
    "a longer row wins for the side to move",
    "(win length - 4) / 2",
    "forbidden to Black",
    "a longer row wins for the other side",
    "renju",
    "caro",
)
PLANES = len(PLANE_NAMES)
PLANES_OF_VERSION_1 = 7

BLACK_PLANE = 4
FORBIDDEN_PLANE = 7
RENJU_PLANE = 9
RULE_PLANES = (5, 6, 8, 9, 10)
"""The planes that are the same everywhere, in the order of `rule_numbers`."""


def encode(cells: Tensor, to_move: Tensor, last_move: Tensor, rules: Rules) -> Tensor:
    """`[B, PLANES, size, size]` float32 planes of a batch.

    cells: `[B, A]` int8, as in `mcts.evaluation.Positions`; to_move: `[B]` 1 or -1; last_move:
    `[B]`, -1 before the first move. All on one device.
    """
    boards = cells.view(len(cells), rules.size, rules.size)
    numbers = torch.tensor(numbers_of_both(rules), device=cells.device)
    return stack_planes(boards, to_move, last_move, numbers)


def stack_planes(boards: Tensor, to_move: Tensor, last_move: Tensor, rules: Tensor) -> Tensor:
    """`encode` of square `boards [B, size, size]` under rules given as `numbers_of_both [2, 5]`."""
    black = torch.relu(to_move.to(torch.float32))[:, None]
    return planes_of_rows(boards, to_move, last_move, black * rules[0] + (1 - black) * rules[1])


def planes_of_rows(boards: Tensor, to_move: Tensor, last_move: Tensor, rules: Tensor) -> Tensor:
    """`stack_planes` where every row has rules of its own: `rules [B, 5]`, the `rule_numbers` for
    its side to move.

    Sizes are read from the tensors alone, so that an exported network takes any.
    """
    side = to_move.to(torch.float32)[:, None, None]
    cells = boards.to(torch.float32)
    forbidden = torch.relu(cells - (FORBIDDEN_CELL - 1))
    own = (cells - FORBIDDEN_CELL * forbidden) * side
    ones = torch.ones_like(own)
    told = ones[:, None] * rules[:, :, None, None]
    size = boards.shape[-1]
    points = torch.arange(size * size, dtype=torch.int32, device=boards.device)
    last = points.view(1, size, size) == last_move.to(torch.int32)[:, None, None]
    return torch.stack(
        [
            ones,
            torch.relu(own),
            torch.relu(-own),
            last.to(torch.float32),
            ones * torch.relu(side),
            told[:, 0],
            told[:, 1],
            forbidden,
            told[:, 2],
            told[:, 3],
            told[:, 4],
        ],
        dim=1,
    )
