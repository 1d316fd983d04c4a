"""From positions to input planes.

| plane | meaning | values |
| ---: | --- | --- |
| 0 | on the board: tells the net where the edge is, under zero padding | 1 |
| 1 | stones of the side to move | 0, 1 |
| 2 | stones of the other side | 0, 1 |
| 3 | the last move | 0, 1 |
| 4 | Black is to move | 0, 1 everywhere |
| 5 | a row longer than the win length wins (freestyle) | 0, 1 everywhere |
| 6 | win length | (length - 4) / 2 everywhere |

Planes are built on the device of the net, or inside the exported network: what travels there is
one small integer a point.
"""

import torch
from torch import Tensor

from gomoku.rules import Rules
from nets.config import rule_numbers

FEATURES_VERSION = 1
PLANES = 7


def encode(cells: Tensor, to_move: Tensor, last_move: Tensor, rules: Rules) -> Tensor:
    """`[B, PLANES, size, size]` float32 planes of a batch.

    cells: `[B, A]` int8, 1 black, -1 white, 0 empty; to_move: `[B]` 1 or -1; last_move: `[B]`,
    -1 before the first move. All on one device.
    """
    boards = cells.view(len(cells), rules.size, rules.size)
    numbers = torch.tensor(rule_numbers(rules), device=cells.device)
    return stack_planes(boards, to_move, last_move, numbers)


def stack_planes(boards: Tensor, to_move: Tensor, last_move: Tensor, rules: Tensor) -> Tensor:
    """`encode` of square `boards [B, size, size]` under rules given as `rule_numbers [2]`.

    Sizes are read from the tensors alone, so that an exported network takes any.
    """
    side = to_move.to(torch.float32)[:, None, None]
    own = boards.to(torch.float32) * side
    ones = torch.ones_like(own)
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
            ones * rules[0],
            ones * rules[1],
        ],
        dim=1,
    )
