"""A training run as one self-contained web page: curves, ladder, tactics, alarms, games."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from gomoku.record import GameRecord, RecordError
from gomoku.storage import write_whole
from gomoku_zero.arena.page import Annotations, games_json, render
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.runs.rungs import Rung, player_name, rate_rungs, read_rungs
from gomoku_zero.runs.sample_games import sample_from_sgf
from gomoku_zero.training.alarms import (
    Alarm,
    History,
    alarm_names,
    find_alarms,
    series,
)
from gomoku_zero.training.annotate import annotate
from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.curves import LadderRow, draw_curves, draw_ladder
from gomoku_zero.training.ladder import SIMULATIONS
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.settings import RunError, read_settings
from nets.backends import evaluator_here
from nets.checkpoint import CheckpointError, load_checkpoint

_GAMES = 3


@dataclass(frozen=True, slots=True)
class AlarmSpan:
    """An alarm that stood from one cycle to another; it still stands if that is the last one."""

    alarm: Alarm
    first: int
    last: int
    stands: bool


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
        ladder_plot=draw_ladder(rungs, rows) if rows else None,
        plots=draw_curves(history, config),
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
