"""The replay windows of a run: one for each rule set, board size included, that it trains on."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from gomoku.rules import Rules
from gomoku_zero.training.config import ReplayConfig
from gomoku_zero.training.replay import Replay, ReplayFile
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.samples import Samples


class Windows:
    """Positions to learn from, by the rules they were played under."""

    def __init__(
        self, folder: RunFolder | None, config: ReplayConfig, shares: Mapping[Rules, float]
    ) -> None:
        """
        folder: None for positions in memory alone.
        shares: of every rule set, of positions and batches; the main ones come first.
        """
        self._shares = dict(shares)
        main = next(iter(shares))
        self._replays = {
            rules: Replay(
                folder.replay_of(rules, main) if folder else None,
                rules,
                msgspec.structs.replace(config, window=max(1, round(config.window * share))),
            )
            for rules, share in shares.items()
        }

    @property
    def main(self) -> Replay:
        """The window of the main rules."""
        return next(iter(self._replays.values()))

    @property
    def count(self) -> int:
        """Positions in all windows."""
        return sum(replay.count for replay in self._replays.values())

    @property
    def positions_seen(self) -> list[int]:
        """How many positions each window has ever had."""
        return [replay.positions_seen for replay in self._replays.values()]

    def append(self, cycle: int, samples: Mapping[Rules, Samples]) -> None:
        """Add the positions of a cycle, and forget the oldest."""
        for rules, its in samples.items():
            self._replays[rules].append(cycle, its)

    def contents(self) -> dict[Rules, Samples]:
        """A copy of every window that is not empty, oldest first."""
        return {rules: its.samples for rules, its in self._replays.items() if its.count}

    def draw(self, rows: int, rng: np.random.Generator) -> list[tuple[Samples, Rules]]:
        """A batch: of one board size, from all windows that have it."""
        shares = self._shares
        sizes = [rules.size for rules in shares]
        if len(set(sizes)) > 1:
            size = rng.choice(sizes, p=list(shares.values()))
            shares = {rules: share for rules, share in shares.items() if rules.size == size}
        if len(shares) == 1:
            (rules,) = shares
            return [(self._replays[rules].draw(rows, rng), rules)]
        parts = np.array(list(shares.values()))
        counts = rng.multinomial(rows, parts / parts.sum()).tolist()
        return [
            (self._replays[rules].draw(count, rng), rules)
            for rules, count in zip(shares, counts, strict=True)
            if count
        ]

    @property
    def files(self) -> list[list[ReplayFile]]:
        """The files that each window is made of."""
        return [list(replay.files) for replay in self._replays.values()]

    def load(
        self,
        last_cycle: int,
        positions_seen: Sequence[int],
        files: Sequence[list[ReplayFile]] | None = None,
    ) -> None:
        """Read the windows as they were after a cycle.

        positions_seen, files: as they were then; no files in runs that did not write them down.

        Raises:
            ReplayError: if a file is damaged, missing or another one.
        """
        known: Sequence[list[ReplayFile] | None] = files or [None] * len(self._replays)
        for replay, seen, its in zip(self._replays.values(), positions_seen, known, strict=True):
            replay.load(last_cycle, seen, its)

    def check_sizes(self) -> None:
        """
        Raises:
            ValueError: if there are positions of another board size than the rules say.
        """
        for rules, replay in self._replays.items():
            points = replay.take(np.zeros(1, np.int64)).cells.shape[1] if replay.count else 0
            if points not in (0, rules.points):
                raise ValueError(f"replay positions have {points} points")

    def prune(self) -> None:
        """Delete the files that lie wholly outside the windows."""
        for replay in self._replays.values():
            replay.prune()
