"""Evaluations of a run's networks in a thread beside its cycles, so that nobody waits for them."""

import threading
from queue import SimpleQueue
from typing import NamedTuple

import torch

from gomoku_zero.training.health import Metrics
from gomoku_zero.training.inference import Inference
from gomoku_zero.training.watch import Watch


class Arrived(NamedTuple):
    """The outcome of evaluations since the last look.

    metrics: with the cycle of the network that they are about. lines: for people.
    seconds: of training when the network was made whose matches are over; None if none are.
    """

    metrics: Metrics
    lines: list[str]
    seconds: float | None


class Evaluations:
    """One evaluation at a time: tactics, then matches if they are due."""

    def __init__(self, watch: Watch, inference: Inference, cycle: int) -> None:
        """
        inference: has the network of a cycle when `begin` is called.
        cycle: that the run resumes after; tactics until then are not asked again.
        """
        self._watch = watch
        self._inference = inference
        self._solved = cycle
        self._arrived: SimpleQueue[Arrived | Exception] = SimpleQueue()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._match = ""
        self.cycle: int | None = None
        """Of the network that is evaluated now."""

    def begin(self, cycle: int, seconds: float, *, with_matches: bool) -> None:
        """Evaluate the network after a cycle, unless nothing is due.

        seconds: of training until then.
        """
        assert self.cycle is None, "one at a time"
        every = self._watch.tactics_cycles
        with_tactics = bool(every) and cycle // every > self._solved // every
        if not with_tactics and not with_matches:
            return

        plain = self._inference.frozen()

        def work() -> None:
            torch.set_num_threads(1)
            try:
                if with_tactics:
                    metrics = self._watch.solve(plain)
                    self._arrived.put(Arrived({**metrics, "tactics/cycle": cycle}, [], None))
                if with_matches:
                    metrics, lines = self._watch.climb(
                        cycle, self._inference.match(plain), self._show, is_last=False
                    )
                    self._arrived.put(Arrived({**metrics, "ladder/cycle": cycle}, lines, seconds))
            except Exception as error:
                self._arrived.put(error)  # `take` raises it where somebody listens

        if with_tactics:
            self._solved = cycle
        self._match = ""
        self.cycle = cycle
        # A daemon: nobody waits for a match when the program ends.
        self._thread = threading.Thread(target=work, name="evaluation", daemon=True)
        self._thread.start()

    def take(self) -> Arrived:
        """Take what has arrived since the last call.

        Raises:
            Exception: that ended an evaluation.
        """
        if self._thread is not None and not self._thread.is_alive():
            self._thread = self.cycle = None
        metrics: Metrics = {}
        lines: list[str] = []
        seconds = None
        while not self._arrived.empty():
            arrived = self._arrived.get()
            if isinstance(arrived, Exception):
                raise arrived
            metrics |= arrived.metrics
            lines += arrived.lines
            seconds = arrived.seconds if arrived.seconds is not None else seconds
        return Arrived(metrics, lines, seconds)

    def is_busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def describe(self) -> str:
        """A few words for the progress bar; "" where there is nothing to say."""
        return self._match if self.is_busy() else ""

    def close(self) -> None:
        """Cut off the evaluation; the matches that are over count."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout=1.0)

    def _show(self, opponent: str, pair: int, pairs: int) -> None:
        if self._closing.is_set():
            raise InterruptedError("the run has ended")
        self._match = f", cycle {self.cycle} against {opponent}: pair {pair} of {pairs}"
