"""The pictures of docs/rules show their positions as the window would."""

import numpy as np
import pygame
import pytest

from docs.rules.render import draw, picture_of
from tests.gomoku.rule_positions import Position, rule_positions

POSITIONS = rule_positions()


@pytest.mark.parametrize("position", POSITIONS, ids=[each.name for each in POSITIONS])
def test_a_picture_is_that_of_its_position(position: Position) -> None:
    stored = pygame.surfarray.array3d(pygame.image.load(picture_of(position))).astype(int)
    drawn = pygame.surfarray.array3d(draw(position)).astype(int)
    assert stored.shape == drawn.shape
    # In squares of about a third of a stone, where compression has little effect: a stone more or
    # less differs by 60 or more, a mark by 15.
    side = 6
    count = stored.shape[0] // side
    squares = (stored - drawn)[: count * side, : count * side]
    means = squares.reshape(count, side, count, side, 3).mean(axis=(1, 3, 4))
    assert np.abs(means).max() < 8, "draw it anew: python docs/rules/render.py"
