"""Who plays the games of a run, as the training loop sees them.

Threads of this process (`gomoku_zero.training.lanes`), or processes on any number of machines
(`gomoku_zero.training.remote`).
"""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from gomoku.record import GameRecord
from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.training.samples import Samples
from gomoku_zero.training.shared_net import SharedNet
from mcts.evaluation import Evaluator

State = list[dict[str, NDArray[np.generic]]]
"""What players need to resume; each item is a file of a run's state."""

BIRTHS = "births"
"""The only array in the state of workers; threads have a lane in each item."""


def is_of_workers(state: State) -> bool:
    """Return whether workers left a state: whoever plays by threads then begins all games anew."""
    return any(BIRTHS in arrays for arrays in state)


class Counts(NamedTuple):
    """The work of all players in this session.

    simulations: made.
    asked: positions that needed a value.
    evaluations: those of them that the network was asked about because no lane remembered them.
    """

    simulations: int = 0
    asked: int = 0
    evaluations: int = 0

    def since(self, before: "Counts") -> "Counts":
        return Counts(*(now - then for now, then in zip(self, before, strict=True)))

    def plus(self, other: "Counts") -> "Counts":
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


class GameTotals(NamedTuple):
    """Sums over games.

    games, plies, black_wins, draws: of all.
    black_starts, white_starts: wins in those that did not begin on the empty board.
    """

    games: int = 0
    plies: int = 0
    black_wins: int = 0
    draws: int = 0
    black_starts: int = 0
    white_starts: int = 0

    @classmethod
    def of(cls, records: Iterable[GameRecord]) -> "GameTotals":
        records = list(records)
        winners = [record.outcome.winner for record in records if record.outcome is not None]
        started = [
            record.outcome.winner
            for record in records
            if record.outcome is not None and record.opening_plies > 0
        ]
        return cls(
            games=len(records),
            plies=sum(len(record.moves) for record in records),
            black_wins=winners.count(BLACK),
            draws=winners.count(None),
            black_starts=started.count(BLACK),
            white_starts=started.count(WHITE),
        )

    def plus(self, other: "GameTotals") -> "GameTotals":
        return GameTotals(*(a + b for a, b in zip(self, other, strict=True)))


class Played(NamedTuple):
    """The self-play of a cycle.

    samples, totals: by the rules that were played.
    records: the games, or some of them, in the order in which they ended.
    metrics: of the players themselves, by name.
    """

    samples: dict[Rules, Samples]
    totals: dict[Rules, GameTotals]
    records: list[GameRecord]
    counts: Counts
    seconds: float
    metrics: dict[str, float]

    @property
    def games(self) -> int:
        return sum(its.games for its in self.totals.values())

    @property
    def rate(self) -> float:
        """Simulations a second."""
        return self.counts.simulations / self.seconds


class Source(Protocol):
    """Where players get the network that they ask."""

    def lane(self, index: int) -> Evaluator:
        """An evaluator for one lane, in this process."""
        ...

    def shared(self) -> SharedNet:
        """The same network for lanes in other processes."""
        ...


class Players(Protocol):
    """Plays the games of a run, a cycle at a time.

    Between `start` and `finish` of a cycle, `is_done` becomes true by itself. `use` names the
    network for the calls of `start` after it.
    """

    def start(self, positions: int, simulations: int) -> None:
        """Play until there are so many new positions.

        simulations: of a move searched in full.
        """
        ...

    def is_done(self) -> bool:
        """Return whether `finish` would return at once.

        Raises:
            RunError: if nobody can play.
        """
        ...

    def finish(self) -> Played:
        """The games of the cycle, once it is done; each game is returned once."""
        ...

    def counts(self) -> Counts: ...

    def use(self, source: Source, cycle: int) -> None:
        """Search with the network after another cycle from now on."""
        ...

    def state(self) -> State: ...

    def restore(self, state: State) -> None:
        """Resume from what `state` gave, or begin all games anew if other players gave it.

        Raises:
            ValueError, KeyError: if the state does not fit.
        """
        ...

    def describe(self) -> str:
        """A few words for the progress bar; "" where there is nothing to say."""
        ...

    def remarks(self) -> list[str]:
        """Lines for people since the last call."""
        ...

    def close(self) -> None:
        """Stop playing; nobody needs the games in progress."""
        ...
