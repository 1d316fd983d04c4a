"""Measuring backends: once a machine, shown, and remade where the file is damaged."""

from pathlib import Path

import pytest

from gomoku.rules import Rules
from nets import tune as module
from nets.config import NetConfig
from nets.tune import BATCHES, Measurement, Tuning, tune

TINY = NetConfig(blocks=1, channels=8, head_channels=8, value_hidden=8)


def test_the_best_is_the_fastest_at_the_nearest_batch_and_the_same_threads() -> None:
    tuning = Tuning(
        [
            Measurement("float32", 1, 64, 50.0),
            Measurement("int8", 1, 64, 100.0),
            Measurement("int8", 1, 128, 90.0),
            Measurement("float32", 2, 64, 300.0),
        ]
    )
    assert tuning.best(60) == Measurement("int8", 1, 64, 100.0)
    assert tuning.best(64, threads=2).backend == "float32"
    assert tuning.best(110).batch == 128


def test_measurements_are_kept_and_a_damaged_file_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOMOKU_ZERO_CACHE", str(tmp_path))
    monkeypatch.setattr(module, "SECONDS", 0.0)
    calls: list[Rules] = []
    measure = module._measure

    def counting(config: NetConfig, rules: Rules) -> list[Measurement]:
        calls.append(rules)
        return measure(config, rules)

    monkeypatch.setattr(module, "_measure", counting)
    first = tune(TINY, Rules(6, 4))
    assert tune(TINY, Rules(6, 4)) == first
    assert len(calls) == 1
    [file] = tmp_path.glob("tuning/*.json")
    file.write_bytes(file.read_bytes()[:50])
    tune(TINY, Rules(6, 4))
    assert len(calls) == 2
    tune(TINY, Rules(7, 4))
    assert len(calls) == 3
    for batch in BATCHES:
        assert f"\n{batch:>5}" in first.table()
    assert {m.backend for m in first.measurements} >= {"float32", "int8"}
    assert all(m.per_second > 0 for m in first.measurements)
