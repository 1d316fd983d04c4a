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

Planes are built on the device of the net: what travels there is one small integer a point.
"""

import torch
from torch import Tensor

from gomoku.rules import FREESTYLE, Rules

FEATURES_VERSION = 1
PLANES = 7


def encode(cells: Tensor, to_move: Tensor, last_move: Tensor, rules: Rules) -> Tensor:
    """`[B, PLANES, size, size]` float32 planes of a batch.

    cells: `[B, A]` int8, 1 black, -1 white, 0 empty; to_move: `[B]` 1 or -1; last_move: `[B]`,
    -1 before the first move. All on one device.
    """
    batch = cells.shape[0]
    own = cells * to_move.to(cells.dtype)[:, None]
    planes = torch.empty(batch, PLANES, rules.points, device=cells.device)
    planes[:, 0] = 1.0
    planes[:, 1] = own == 1
    planes[:, 2] = own == -1
    points = torch.arange(rules.points, device=cells.device)
    planes[:, 3] = points[None, :] == last_move.to(torch.int64)[:, None]
    planes[:, 4] = (to_move == 1).to(torch.float32)[:, None]
    planes[:, 5] = float(rules.variant == FREESTYLE)
    planes[:, 6] = (rules.win_length - 4) / 2
    return planes.view(batch, PLANES, rules.size, rules.size)
