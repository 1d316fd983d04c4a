"""Named numbers, printed as they are measured and written as one flat JSON object."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.positions import MODELS
from gomoku.storage import write_whole


@dataclass
class Figures:
    """The measurements so far.

    quick: measure for a fraction of the time, and only the most telling cases.
    models: where to look for trained networks.
    """

    quick: bool = False
    models: Path = MODELS
    values: dict[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long to repeat a measurement of a rate."""
        return 0.25 if self.quick else 2.0

    @property
    def repeats(self) -> int:
        """How often to repeat what takes seconds; the best counts."""
        return 2 if self.quick else 4

    def heading(self, text: str) -> None:
        print(f"\n{text}", flush=True)

    def add(self, name: str, value: float, text: str) -> float:
        """Record a figure and print what it means, if that is not said with another."""
        self.values[name] = round(value, 4) if abs(value) < 100 else round(value)
        if text:
            print(f"  {text}", flush=True)
        return value

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, json.dumps(self.values, indent=2).encode() + b"\n")


def best_rates(
    calls: Mapping[str, Callable[[], object]], amounts: Mapping[str, int], seconds: float
) -> dict[str, float]:
    """Units a second of several calls, each by its fastest repetition.

    The calls take turns, so that a machine that slows down or is shared slows all of them alike.
    amounts: the units that one call gets done. seconds: for each call in all.
    """
    best = dict.fromkeys(calls, float("inf"))
    spent = dict.fromkeys(calls, 0.0)
    for call in calls.values():
        call()
    while any(time_spent < seconds for time_spent in spent.values()):
        for name, call in calls.items():
            if spent[name] >= seconds:
                continue
            started = time.perf_counter()
            call()
            taken = time.perf_counter() - started
            spent[name] += taken
            best[name] = min(best[name], taken)
    return {name: amounts[name] / best[name] for name in calls}
