"""A training run as one self-contained web page: curves, ladder, tactics, alarms, games."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from gomoku.record import GameRecord, RecordError
from gomoku.rules import Rules
from gomoku.storage import write_whole
from gomoku_zero.arena.page import ACCENT, INK, Annotations, games_json, new_figure, render, to_svg
from gomoku_zero.arena.ratings import Rating
from gomoku_zero.arena.tactics import Task
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.runs.rungs import Rung, player_name, rate_rungs, read_rungs
from gomoku_zero.runs.sample_games import sample_from_sgf
from gomoku_zero.training.alarms import (
    MAX_WHITE_SHARE,
    MIN_POLICY_ENTROPY,
    MIN_VALUE_CORRELATION,
    Alarm,
    alarm_names,
    fewest_plies,
    find_alarms,
    min_white_share,
    series,
)
from gomoku_zero.training.annotate import annotate
from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.ladder import PAIRS, SIMULATIONS
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.settings import RunError, read_settings
from nets.backends import evaluator_here
from nets.checkpoint import CheckpointError, load_checkpoint

_GAMES = 3
_ELO_SHOWN_BELOW = 300
_COLORS = (ACCENT, "#c07a1e", "#3d9a5f", "#a4508b")
_WIDTH, _HEIGHT = 4.8, 2.5

History = Sequence[dict[str, Any]]


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
class AlarmSpan:
    """An alarm that stood from one cycle to another; it still stands if that is the last one."""

    alarm: Alarm
    first: int
    last: int
    stands: bool


@dataclass(frozen=True, slots=True)
class LadderRow:
    """The network after an evaluated cycle, with its points in each match."""

    rating: Rating
    cycle: int
    minutes: float | None
    scores: dict[str, float]


def write_report(run: Path, out: Path, device: str = "auto") -> None:
    """Write the page of a run, which may still be going on.

    Raises:
        RunError: if the folder holds no run, or one that has not finished a cycle.
        OSError: if the page cannot be written.
    """
    folder = RunFolder(run)
    page = report_html(folder, device)
    write_whole(out, page.encode())


def report_html(folder: RunFolder, device: str = "auto") -> str:
    """The page of a run.

    Raises:
        RunError: if the folder holds no run, or one that has not finished a cycle.
    """
    config = read_settings(folder.root)
    history = read_metrics(folder.root)
    if not history:
        raise RunError(f"{folder.root} has not finished a cycle yet: there is nothing to report")
    rungs = read_rungs(folder.root)
    rows = _ladder_rows(rungs, history)
    last = max(int(line["cycle"]) for line in history)
    checkpoint = _latest_checkpoint(folder)
    records, annotations = _annotated_games(folder, rungs, checkpoint, device)
    totals = {name: values[-1][1] for name in _TOTALS if (values := series(history, name))}
    return render(
        "gomoku_zero.training",
        "run.html",
        simulations=SIMULATIONS,
        title=f"Training run {folder.root.resolve().name}",
        config=config,
        rules=config.game.to_rules().describe(),
        last_cycle=last,
        totals=totals,
        settings=msgspec.json.format(msgspec.json.encode(config), indent=2).decode(),
        sessions=_read_sessions(folder.root),
        spans=find_spans(history, config),
        rows=rows,
        best=max(rows, key=lambda row: row.rating.elo, default=None),
        opponents=list(dict.fromkeys(rung.result.name_b for rung in rungs)),
        ladder_plot=_plot_ladder(rungs, rows) if rows else None,
        plots=_plots(history, config),
        checkpoint=None if checkpoint is None else int(checkpoint.name),
        games=games_json(records, annotations),
        game_count=len(records),
    )


def find_spans(history: History, config: TrainConfig) -> list[AlarmSpan]:
    """Every alarm of a run with the cycles in which it stood, the latest first."""
    rules = config.game.to_rules()
    cycles = sorted({int(line["cycle"]) for line in history})
    spans = []
    for name in alarm_names():
        raised = {cycle for cycle, state in series(history, f"alarm/{name}") if state}
        numbered = enumerate(cycles)
        for stood, group in itertools.groupby(numbered, key=lambda pair: pair[1] in raised):
            if not stood:
                continue
            inside = [cycle for _, cycle in group]
            known = [line for line in history if line["cycle"] <= inside[-1]]
            alarms = {alarm.name: alarm for alarm in find_alarms(known, rules)}
            # Limits may have been changed since: then only the name is known.
            alarm = alarms.get(name) or Alarm(name, "raised under earlier limits.", "", "")
            spans.append(AlarmSpan(alarm, inside[0], inside[-1], inside[-1] == cycles[-1]))
    return sorted(spans, key=lambda span: (span.last, span.first), reverse=True)


_TOTALS = ("run/minutes", "run/games", "run/positions")


def _read_sessions(run: Path) -> list[dict[str, Any]]:
    """Newest last; nothing where the file is missing or from an early version."""
    try:
        return msgspec.json.decode((run / "about.json").read_bytes(), type=list[dict[str, Any]])
    except (OSError, msgspec.MsgspecError):
        return []


def _latest_checkpoint(folder: RunFolder) -> Path | None:
    there = [each for each in folder.checkpoints.glob("[0-9]*") if each.name.isdecimal()]
    return max(there, default=None)


def _ladder_rows(rungs: Sequence[Rung], history: History) -> list[LadderRow]:
    """By cycle, newest last."""
    if not rungs:
        return []
    minutes = dict(series(history, "run/minutes"))
    ratings = {rating.name: rating for rating in rate_rungs(rungs).players}
    rows = []
    for cycle in sorted({rung.cycle for rung in rungs}):
        scores = {
            rung.result.name_b: rung.result.games.score for rung in rungs if rung.cycle == cycle
        }
        rows.append(LadderRow(ratings[player_name(cycle)], cycle, minutes.get(cycle), scores))
    return rows


def _annotated_games(
    folder: RunFolder,
    rungs: Sequence[Rung],
    checkpoint: Path | None,
    device: str,
) -> tuple[list[GameRecord], list[Annotations]]:
    """Games of the last evaluation and of self-play, as the latest checkpoint sees them."""
    records = choose_games(rungs, _sample_games(folder))
    if checkpoint is None:
        return records, [Annotations({}, ())] * len(records)
    try:
        net = load_checkpoint(checkpoint).net
    except CheckpointError as error:
        raise RunError(f"{error}; delete the folder, and the one before it is used") from None
    evaluator = evaluator_here(net, device, {record.rules for record in records})
    return records, [annotate(record, evaluator, SIMULATIONS) for record in records]


def choose_games(rungs: Sequence[Rung], samples: Sequence[GameRecord]) -> list[GameRecord]:
    """Three games worth a look: a loss and a win of the last evaluation, and one of self-play.

    Each against the strongest fixed opponent of whom there is one, and else against an earlier
    checkpoint. Where there are none, self-play fills up.
    """
    ratings = {rating.name: rating.elo for rating in rate_rungs(rungs).players} if rungs else {}
    last = max((rung.cycle for rung in rungs), default=0)
    matches = sorted(
        (rung.result for rung in rungs if rung.cycle == last),
        key=lambda match: (match.name_b.startswith("cycle "), -ratings[match.name_b]),
    )
    games = [
        (record, None if winner is None else record.player(winner) == match.name_a)
        for match in matches
        for record in match.records
        if record.outcome is not None and len(record.moves) > record.opening_plies
        for winner in [record.outcome.winner]
    ]
    chosen = []
    for wanted in (False, True):
        found = next((record for record, won in games if won is wanted), None)
        if found is not None:
            chosen.append(found)
    return [*chosen, *samples][:_GAMES]


def _sample_games(folder: RunFolder) -> list[GameRecord]:
    """Those of self-play, the newest cycle first."""
    records = []
    for file in sorted((folder.root / "games").glob("*-*.sgf"), reverse=True)[:_GAMES]:
        try:
            records.append(sample_from_sgf(file.read_text(encoding="utf-8")))
        except (RecordError, UnicodeDecodeError):
            continue  # something people put there
    return records


def _plots(history: History, config: TrainConfig) -> list[Plot]:
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


def _plot_ladder(rungs: Sequence[Rung], rows: Sequence[LadderRow]) -> Markup:
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
