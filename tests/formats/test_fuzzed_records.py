"""Random and damaged records: read, or refused with the promised error."""

import random

import pytest

from tests.formats.fuzzing import KINDS, check, random_input


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("seed", "count"),
    [pytest.param(1, 200, id="few"), pytest.param(2, 10_000, id="many", marks=pytest.mark.slow)],
)
def test_a_damaged_record_is_read_or_refused_as_promised(kind: str, seed: int, count: int) -> None:
    read = 0
    for trial in range(count):
        data = random_input(kind, random.Random(f"{seed} {trial}"))
        try:
            read += check(data, f"x.{kind}")
        except Exception as error:
            error.add_note(f"seed {seed}, trial {trial}: {data[:500]!r}")
            raise
    assert count // 20 < read < count
