"""Random numbers inside kernels: one 64-bit state a game, so threads cannot change results."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gomoku.jit import kernel

RandomState = NDArray[np.uint64]

# numba makes floats of uint64 mixed with signed integers, so every constant is a uint64.
_SHIFT_13, _SHIFT_7, _SHIFT_17 = np.uint64(13), np.uint64(7), np.uint64(17)
_SHIFT_11, _SHIFT_32 = np.uint64(11), np.uint64(32)


def random_states(seed: int, games: int) -> RandomState:
    """`[games]` well-mixed, non-zero states."""
    words = np.random.SeedSequence(seed).generate_state(games, np.uint64)
    states: RandomState = words | np.uint64(1)
    return states


@kernel
def next_word(states: RandomState, game: int) -> np.uint64:
    """64 random bits: Marsaglia's xorshift64, period 2^64 - 1."""
    word = states[game]
    word ^= word << _SHIFT_13
    word ^= word >> _SHIFT_7
    word ^= word << _SHIFT_17
    states[game] = word
    return word


@kernel
def uniform(states: RandomState, game: int) -> float:
    """A number in (0, 1)."""
    return (float(next_word(states, game) >> _SHIFT_11) + 0.5) * (1.0 / 9007199254740992.0)


@kernel
def below(states: RandomState, game: int, bound: int) -> int:
    """An integer in [0, bound); bound < 2^31."""
    product = (next_word(states, game) >> _SHIFT_32) * np.uint64(bound)
    index: Any = np.int64(product >> _SHIFT_32)
    return index


@kernel
def normal(states: RandomState, game: int) -> float:
    """A standard normal number (Box and Muller)."""
    radius = math.sqrt(-2.0 * math.log(uniform(states, game)))
    return radius * math.cos(2.0 * math.pi * uniform(states, game))


@kernel
def gamma(states: RandomState, game: int, shape: float) -> float:
    """A Gamma(shape, 1) number: Marsaglia and Tsang, ACM TOMS 26(3), 2000, sections 3 and 6."""
    boost = 1.0
    if shape < 1.0:
        boost = uniform(states, game) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(states, game)
        v = (1.0 + c * x) ** 3
        if v > 0.0:
            u = uniform(states, game)
            if math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
                return boost * d * v
