"""A cycle of training as one value, which becomes a row of metrics and a line for people."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from gomoku_zero.training.alarms import Alarm, alarm_states
from gomoku_zero.training.health import Metrics
from gomoku_zero.training.players import Played
from gomoku_zero.training.run_folder import Progress


class Learned(NamedTuple):
    """The outcome of the gradient steps of a cycle.

    losses: the mean of each over the steps, by name.
    """

    losses: dict[str, float]
    seconds: float


@dataclass(frozen=True)
class CycleReport:
    """A cycle, measured; docs/training.md explains each metric.

    progress: the counters after it. positions: new ones, of all rules.
    most_simulations: of a move that was searched in full.
    learning_rate: at the beginning. refresh_seconds: to make the network that plays next.
    other_seconds: since the cycle before, neither waiting for self-play nor learning.
    window: positions in the replay windows.
    health: what `gomoku_zero.training.health` says of its games and of the network, and how many
        tactical problems are solved.
    alarms: those that stand after it.
    """

    progress: Progress
    played: Played
    learned: Learned
    positions: int
    most_simulations: int
    learning_rate: float
    refresh_seconds: float
    other_seconds: float
    window: int
    health: Metrics
    alarms: tuple[Alarm, ...] = ()

    @property
    def cycle(self) -> int:
        return self.progress.cycle

    def metrics(self) -> dict[str, Any]:
        """The metrics of the cycle by name, but for alarms and the ladder."""
        progress, played, learned = self.progress, self.played, self.learned
        return {
            "run/minutes": progress.seconds / 60,
            "run/games": progress.games,
            "run/positions": progress.positions,
            "run/other_seconds": self.other_seconds,
            "selfplay/simulations_per_second": played.rate,
            "selfplay/evaluations_per_second": played.counts.evaluations / played.seconds,
            "selfplay/remembered": 1 - played.counts.evaluations / max(1, played.counts.asked),
            "selfplay/seconds": played.seconds,
            "learner/seconds": learned.seconds,
            "learner/steps": progress.steps,
            "replay/window": self.window,
            **{f"loss/{name}": value for name, value in learned.losses.items()},
            "selfplay/positions": self.positions,
            "selfplay/most_simulations": self.most_simulations,
            "learner/refresh_seconds": self.refresh_seconds,
            "learner/learning_rate": self.learning_rate,
            **self.health,
            **played.metrics,
        }

    def row(self) -> dict[str, Any]:
        """The metrics, with the state of every alarm, as metrics.jsonl has them."""
        return {**self.metrics(), **alarm_states(self.alarms)}

    def line(self) -> str:
        """The cycle for people, in one line."""
        progress, losses = self.progress, self.learned.losses
        return (
            f"cycle {progress.cycle}, minute {progress.seconds / 60:.1f}: "
            f"{progress.games:,} games (+{self.played.games}), "
            f"{self.health['selfplay/plies']:.0f} plies, "
            f"Black won {self.health['selfplay/black_wins']:.0%}, "
            f"drawn {self.health['selfplay/draws']:.0%}; "
            f"policy loss {losses['policy']:.3f}, value loss {losses['value']:.3f}; "
            f"{self.played.rate:,.0f} simulations/s"
        )
