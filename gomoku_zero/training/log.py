"""Reports of a run to people: a progress bar, a line per cycle, metrics.jsonl and TensorBoard."""

import time
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from gomoku.storage import write_whole
from gomoku_zero.runs.live import Live, is_asked_to_stop, write_live
from gomoku_zero.runs.metrics import METRICS_FILE, read_metrics

_REFRESH_SECONDS = 0.5


class RunLog:
    """The reports of one run folder; a context manager."""

    def __init__(
        self, folder: Path, *, seconds: float, done_seconds: float, last_cycle: int
    ) -> None:
        """Go on after a cycle: what was reported of later ones is forgotten.

        seconds, done_seconds: the whole budget, and what earlier sessions used of it.
        """
        self._folder = folder
        self._file = folder / METRICS_FILE
        _forget_after(self._file, last_cycle)
        self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=last_cycle + 1)
        self._total = round(seconds)
        self._bar = tqdm(
            total=self._total,
            initial=min(round(done_seconds), round(seconds)),
            unit="s",
            bar_format="{percentage:3.0f}%|{bar:20}| {elapsed}<{remaining} {desc}",
            dynamic_ncols=True,
        )
        self._shown = 0.0

    def __enter__(self) -> "RunLog":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()
        self._board.close()

    def is_due(self) -> bool:
        """Return whether `progress` would show anything now."""
        return time.perf_counter() - self._shown >= _REFRESH_SECONDS

    def progress(self, live: Live, text: str) -> None:
        """Move the bar to a point of the budget, with what is going on now; not too often.

        Raises:
            KeyboardInterrupt: if somebody wants the run to stop.
        """
        if self.is_due():
            self._shown = time.perf_counter()
            self._bar.n = min(round(live.seconds), self._total)
            self._bar.set_description_str(text)
            self.show(live)

    def show(self, live: Live) -> None:
        """Tell those who look on from elsewhere, and listen to them.

        Raises:
            KeyboardInterrupt: if one of them wants the run to stop.
        """
        write_live(self._folder, msgspec.structs.replace(live, budget=self._total))
        if live.doing != "over" and is_asked_to_stop(self._folder):
            raise KeyboardInterrupt

    def line(self, text: str) -> None:
        """A line for people, above the bar."""
        self._bar.write(text)

    def metrics(self, cycle: int, values: dict[str, Any]) -> None:
        """Numbers of a cycle, by names such as `selfplay/plies`."""
        with self._file.open("ab") as stream:
            stream.write(msgspec.json.encode({"cycle": cycle, **values}) + b"\n")
        for name, value in values.items():
            if isinstance(value, int | float):
                self._board.add_scalar(name, value, cycle)
        self._board.flush()


def complete_metrics(folder: Path, cycle: int, row: dict[str, Any]) -> None:
    """Add the row of a cycle if it is missing, and drop those of later cycles."""
    file = folder / METRICS_FILE
    _forget_after(file, cycle)
    # An evaluation after the cycle has a row of its own.
    if not any(
        line["cycle"] == cycle and row.keys() <= line.keys() for line in read_metrics(folder)
    ):
        with file.open("ab") as stream:
            stream.write(msgspec.json.encode({"cycle": cycle, **row}) + b"\n")


def _forget_after(file: Path, last_cycle: int) -> None:
    kept = [line for line in read_metrics(file.parent) if line["cycle"] <= last_cycle]
    write_whole(file, b"".join(msgspec.json.encode(line) + b"\n" for line in kept))
