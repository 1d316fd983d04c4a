"""Searches find what they found when `tests/golden/search.json` was written."""

import json
from typing import Any

import pytest

from tests.mcts.golden import FILE, SEARCHES, describe

STORED: dict[str, dict[str, Any]] = json.loads(FILE.read_text())


@pytest.mark.parametrize("name", SEARCHES)
def test_the_root_is_as_it_was_stored(name: str) -> None:
    found, stored = describe(name), STORED[name]
    assert found.pop("value") == pytest.approx(stored.pop("value"), abs=2e-4)
    found_moves, stored_moves = found.pop("moves"), stored.pop("moves")
    assert found == stored
    assert list(found_moves) == list(stored_moves)
    for move, numbers in stored_moves.items():
        # Visits exactly; Q, P and the policy target up to the last digit.
        assert found_moves[move] == pytest.approx(numbers, abs=2e-4), move


def test_every_stored_search_is_still_made() -> None:
    assert set(STORED) == set(SEARCHES)
