"""The eight symmetries of the square, for moves, boards and policies.

Symmetry s is numbered 0 to 7: `s & 4` first mirrors left to right, then `s & 3` quarter turns
counterclockwise follow. 0 is the identity.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SYMMETRIES = 8


def turn(plane: NDArray[np.generic], symmetry: int) -> NDArray[np.generic]:
    """A square array, transformed over its last two axes."""
    mirrored = plane[..., ::-1] if symmetry & 4 else plane
    return np.rot90(mirrored, symmetry & 3, axes=(-2, -1))


@lru_cache(maxsize=64)
def source_points(size: int) -> NDArray[np.int64]:
    """`[8, A]`: after symmetry s, point p holds what was at `source_points(size)[s, p]`.

    So `array[..., source_points(size)[s]]` transforms boards and policies `[..., A]` alike.
    """
    points = np.arange(size * size).reshape(size, size)
    table = np.stack([turn(points, symmetry).ravel() for symmetry in range(SYMMETRIES)]).astype(
        np.int64
    )
    table.setflags(write=False)
    return table


@lru_cache(maxsize=64)
def image_points(size: int) -> NDArray[np.int64]:
    """`[8, A]`: symmetry s takes the move m to `image_points(size)[s, m]`.

    It is also the table that undoes `source_points`: `policy[..., image_points(size)[s]]`.
    """
    table = np.argsort(source_points(size), axis=1).astype(np.int64)
    table.setflags(write=False)
    return table
