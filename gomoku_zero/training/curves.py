"""The curves on the page of a run."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from gomoku.rules import Rules
from gomoku_zero.arena.page import ACCENT, INK, new_figure, to_svg
from gomoku_zero.arena.ratings import Rating
from gomoku_zero.arena.tactics import Task
from gomoku_zero.runs.rungs import Rung, rate_rungs
from gomoku_zero.training.alarms import (
    MAX_WHITE_SHARE,
    MIN_POLICY_ENTROPY,
    MIN_VALUE_CORRELATION,
    History,
    fewest_plies,
    min_white_share,
    series,
)
from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.ladder import PAIRS, SIMULATIONS

_ELO_SHOWN_BELOW = 300
_COLORS = (ACCENT, "#c07a1e", "#3d9a5f", "#a4508b")
_WIDTH, _HEIGHT = 4.8, 2.5


@dataclass(frozen=True, slots=True)
class Plot:
    """A curve with what it shows."""

    title: str
    text: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Curves:
    """Metrics that are drawn together.

    names: the metrics, by what each is called.
    limits: of the vertical axis; None for what fits.
    marks: where an alarm begins.
    """

    title: str
    text: str
    names: dict[str, str]
    limits: tuple[float, float] | None = None
    marks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class LadderRow:
    """The network after an evaluated cycle, with its points in each match."""

    rating: Rating
    cycle: int
    minutes: float | None
    scores: dict[str, float]


def draw_curves(history: History, config: TrainConfig) -> list[Plot]:
    """Every curve of which there is anything to show."""
    every = (
        *_curves_of_strength(history),
        *_curves_of_learning(),
        *_curves_of_self_play(config.game.to_rules()),
        *_curves_of_players(),
    )
    plots = (_plot(history, curves) for curves in every)
    return [plot for plot in plots if plot is not None]


def _curves_of_strength(history: History) -> list[Curves]:
    return [
        Curves(
            "Tactics",
            "Shares of small problems solved by the policy alone. Taking a five and blocking a "
            "four come first, open threes later.",
            {task.value.replace("_", " "): f"tactics/{task.value}_policy" for task in Task},
            limits=(0, 1),
        ),
        Curves(
            "Tactics with search",
            f"The same at {SIMULATIONS} simulations, beside the policy.",
            {"search": "tactics/search", "policy alone": "tactics/policy"},
            limits=(0, 1),
        ),
        Curves(
            "Matches",
            f"Points against fixed opponents, {PAIRS} pairs each.",
            {
                name.removeprefix("match/"): name
                for name in dict.fromkeys(name for line in history for name in line)
                if name.startswith("match/")
            },
            limits=(0, 1),
        ),
    ]


def _curves_of_players() -> list[Curves]:
    """Of players in processes; threads have none."""
    return [
        Curves(
            "Who waits",
            "Shares of the time: the learner busy, and workers waiting for it.",
            {"learner busy": "players/learner_share", "workers waiting": "players/idle_share"},
            limits=(0, 1),
        ),
        Curves(
            "Workers",
            "How many play, and on how many machines.",
            {"workers": "players/workers", "machines": "players/nodes"},
        ),
        Curves(
            "Games a second",
            "Of a worker: on average, and of the slowest.",
            {
                "mean": "players/games_per_second",
                "slowest": "players/games_per_second_least",
            },
        ),
        Curves(
            "Lag",
            "By how many networks the positions are older than the newest.",
            {"mean": "players/lag", "most": "players/max_lag"},
        ),
    ]


def _curves_of_learning() -> list[Curves]:
    return [
        Curves(
            "Losses",
            "Of learning. Targets change as the run does, so falling losses prove little.",
            {"policy": "loss/policy", "value": "loss/value"},
        ),
        Curves(
            "Value on fresh games",
            "Loss on games before they are trained on, and on the window. The gap should be small.",
            {"fresh games": "fresh/value_loss", "window": "replay/value_loss"},
        ),
        Curves(
            "Value and result",
            "Correlation of the network's value with results of fresh games. Negative: the sign is "
            "wrong.",
            {"correlation": "fresh/value_correlation"},
            limits=(-1, 1),
            marks=(MIN_VALUE_CORRELATION,),
        ),
        Curves(
            "Policy",
            "Nats. How far the policy is from what search makes of it, and how sharp both are.",
            {
                "divergence": "fresh/policy_kl",
                "entropy of the policy": "fresh/policy_entropy",
                "entropy of targets": "selfplay/target_entropy",
            },
            marks=(MIN_POLICY_ENTROPY,),
        ),
        Curves(
            "Colors",
            "Divergence of the policy by who is to move: they should be alike.",
            {"Black": "fresh/policy_kl_black", "White": "fresh/policy_kl_white"},
        ),
    ]


def _curves_of_self_play(rules: Rules) -> list[Curves]:
    shortest = fewest_plies(rules)
    return [
        Curves(
            "Who wins",
            "Of self-play: White's share of decisive games from random starts, and draws.",
            {"White's share": "selfplay/white_share", "drawn": "selfplay/draws"},
            limits=(0, 1),
            marks=(min_white_share(rules), MAX_WHITE_SHARE),
        ),
        Curves(
            "Length of games",
            "Plies of self-play.",
            {"plies": "selfplay/plies"},
            marks=(shortest,) if shortest else (),
        ),
        Curves(
            "Speed",
            "Simulations a second while playing.",
            {"simulations": "selfplay/simulations_per_second"},
        ),
        Curves(
            "Time of a cycle",
            "Seconds spent playing and learning.",
            {"playing": "selfplay/seconds", "learning": "learner/seconds"},
        ),
    ]


def _plot(history: History, curves: Curves) -> Plot | None:
    """The curves over cycles; None if none of the metrics was measured."""
    figure, axes = new_figure(_HEIGHT, _WIDTH)
    drawn = 0
    for label, name in curves.names.items():
        values = series(history, name)
        if values:
            cycles, heights = zip(*values, strict=True)
            axes.plot(
                cycles,
                heights,
                color=_COLORS[drawn % len(_COLORS)],
                label=label,
                linewidth=1.6,
                marker="o" if len(values) < 40 else None,
                markersize=3,
            )
            drawn += 1
    if not drawn:
        return None
    if curves.limits is not None:
        low, high = curves.limits
        axes.set_ylim(low - 0.03 * (high - low), high + 0.03 * (high - low))
    for mark in curves.marks:
        axes.axhline(mark, color="#d22f27", linewidth=1, linestyle=":")
    axes.set_xlabel("cycle")
    _widen(axes)
    _finish(axes, legend=len(curves.names) > 1)
    return Plot(curves.title, curves.text, to_svg(figure))


def _widen(axes: Axes) -> None:
    """Around a single cycle matplotlib would draw an axis of fractions of a cycle."""
    low, high = axes.dataLim.intervalx
    if low == high:
        axes.set_xlim(low - 1, high + 1)


def draw_ladder(rungs: Sequence[Rung], rows: Sequence[LadderRow]) -> Markup:
    """The run's Elo with its intervals over cycles, and the fixed opponents as lines."""
    figure, axes = new_figure(3.6, 9.0)
    cycles = [row.cycle for row in rows]
    elos = [row.rating.elo for row in rows]
    below = [row.rating.elo - row.rating.low for row in rows]
    above = [row.rating.high - row.rating.elo for row in rows]
    axes.errorbar(
        cycles, elos, yerr=[below, above], color=ACCENT, marker="o", markersize=4, capsize=3
    )
    # Who is far below would press the curve flat; the table says how the matches went.
    lowest = min(row.rating.low for row in rows) - _ELO_SHOWN_BELOW
    for rating in rate_rungs(rungs).players:
        if rating.name.startswith("cycle ") or rating.elo < lowest:
            continue
        axes.axhline(rating.elo, color=INK, linewidth=1, linestyle="--")
        axes.annotate(
            rating.name,
            (1.0, rating.elo),
            xycoords=("axes fraction", "data"),
            xytext=(4, -3),
            textcoords="offset points",
            color=INK,
            fontsize=9,
            annotation_clip=False,
        )
    _widen(axes)
    axes.set_xlabel("cycle")
    axes.set_ylabel("Elo, with 95% intervals")
    _finish(axes, legend=False)
    return to_svg(figure)


def _finish(axes: Axes, legend: bool) -> None:
    axes.grid(color=INK, alpha=0.25)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if legend:
        axes.legend(labelcolor=INK, framealpha=0, fontsize=9)
