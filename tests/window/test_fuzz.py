"""Anything may happen in any order: the window keeps working and keeps the game."""

from pathlib import Path

import pytest

from tests.window.fuzzing import Visitor


def visit(seed: int, events: int, folder: Path) -> Visitor:
    visitor = Visitor(seed, folder)
    try:
        for _ in range(events):
            visitor.step()
    except Exception as error:
        error.add_note(f"seed {seed}, event {visitor.events}, visit {visitor.visits}")
        raise
    finally:
        visitor.leave()
    return visitor


@pytest.mark.parametrize("seed", [1, 2])
def test_random_events_do_no_harm(seed: int, tmp_path: Path) -> None:
    visit(seed, 300, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_fifty_thousand_random_events_do_no_harm(seed: int, tmp_path: Path) -> None:
    visitor = visit(seed, 5_000, tmp_path)
    assert visitor.visits > 20  # quit and opened again, most often during a search
