"""A run that is looked on at: figures, curves, its ladder and its games."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gomoku.rules import Rules
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.replay import Replay
from gomoku_zero.window.model.run_watch import LadderRow, RunState, RunView
from gomoku_zero.window.model.training_commands import ShowTab, Train, TrainingTab
from gomoku_zero.window.model.training_state import Seen, TrainingState
from gomoku_zero.window.model.training_words import minutes_text, rules_text, spec_title
from gomoku_zero.window.view.axes import tick_text, ticks
from gomoku_zero.window.view.dialogs import Dialog
from gomoku_zero.window.view.drawings import TABLE_ROW, Bar, Chart, Curve, Ink, SmallBoard, Table
from gomoku_zero.window.view.layout import Rect
from gomoku_zero.window.view.page_layout import PageLayout, Space, split_column
from gomoku_zero.window.view.widgets import Look, split_row

FIGURE = 46  # design units
FARTHEST_BOUND = 500.0  # Elo
MAX_DOTS = 40


def lay_out_run(page: PageLayout, state: TrainingState, seen: Seen) -> Dialog:
    language, view = page.language, seen.view
    if not isinstance(view, RunView):
        page.text(language.say("train_reading"))
        return page.dialog()
    is_young = view.problem in ("run_foreign", "run_missing") and seen.is_own
    if view.problem not in ("", "run_settings_damaged") and not is_young:
        return add_problem(page, view.folder, view.problem, view.reason)
    _add_buttons(page, state, seen, view)
    page.add(page.space.top(page.units(26)), _title(view, language), look=Look.TITLE)
    doing = _doing(view, state, seen, language)
    page.add(page.space.top(page.units(20)), doing, look=Look.TEXT)
    page.draw(Bar(page.space.top(page.units(8)), view.share_done))
    _add_figures(page, view)
    page.text(_notices(view, language))
    gap = page.space.gap
    if page.layout.wide:
        side = Space(page.space.right(round(page.space.rest.width * 0.36)), gap)
        charts = split_column(page.space.rest, 2, gap)
        add_replay(page, side, seen.replay, view.rules)
        _add_ladder(page, side.rest, view)
    else:
        charts = split_column(page.space.top(round(page.space.rest.height * 0.56)), 2, gap)
        left, right = split_row(page.space.rest, 2, gap)
        add_replay(page, Space(left, gap), seen.replay, view.rules)
        _add_ladder(page, right, view)
    page.draw(elo_chart(charts[0], view, language))
    page.draw(loss_chart(charts[1], view, language))
    return page.dialog()


def add_problem(page: PageLayout, path: Path, problem: str, reason: str) -> Dialog:
    """Says what is wrong with what was to be looked at."""
    language, back = page.language, ShowTab(TrainingTab.RUNS)
    page.buttons([(language.say("train_runs"), back, True, True)])
    page.add(page.space.top(page.units(26)), path.name or str(path), look=Look.TITLE)
    page.text(language.say(problem, path=path, reason=reason), 4)
    return page.dialog(enter=back)


def add_replay(page: PageLayout, space: Space, replay: Replay, rules: Rules | None) -> None:
    """The small board with a line below, at the upper end of some space.

    rules: of the board that stays empty while there is no game.
    """
    language, rest = page.language, space.rest
    caption = page.units(20)
    height = rest.height * 0.62 if page.layout.wide else rest.height - caption - space.gap
    area = space.top(max(0, min(rest.width, round(height))))
    square = min(area.width, area.height)
    place = Rect(area.left + (area.width - square) // 2, area.top, square, square)
    line = space.top(caption)
    game = replay.game
    if game is None:
        if rules is not None:
            page.draw(SmallBoard(place, rules.size, (0,) * rules.points))
        page.add(line, language.say("no_game_yet"), look=Look.TEXT)
        return
    page.draw(SmallBoard(place, game.rules.size, replay.cells(), replay.last_move))
    page.add(line, _caption(replay, language), look=Look.TEXT)


def _caption(replay: Replay, language: Language) -> str:
    game, cycle = replay.game, replay.name.partition("-")[0]
    assert game is not None
    if "-" in replay.name and cycle.isdecimal():
        return language.say("selfplay_game", cycle=int(cycle), ply=replay.ply)
    black, white = (spec_title(each, language) for each in (game.black, game.white))
    return language.say("match_game", black=black, white=white, ply=replay.ply)


def _add_buttons(page: PageLayout, state: TrainingState, seen: Seen, view: RunView) -> None:
    language = page.language
    has_network = view.checkpoint is not None
    if view.is_training or seen.is_own:
        is_asked = state.asked == view.folder
        key = "train_stop_others" if is_asked else "train_stop"
        can_stop = view.folder not in state.stopping
        first = (language.say(key), Train.STOP, is_asked, can_stop)
    else:
        text = language.say("train_resume")
        if view.state is RunState.OVER:
            text = language.say("train_longer", minutes=minutes_text(view.longer, language))
        can_resume = view.settings is not None and not seen.missing
        first = (text, Train.RESUME, False, can_resume)
    page.buttons(
        [
            first,
            (language.say("play_newest"), Train.PLAY_NEWEST, has_network, has_network),
            (language.say("match_newest"), Train.NEW_MATCH, False, has_network),
        ]
    )


def _title(view: RunView, language: Language) -> str:
    rules = "" if view.rules is None else rules_text(view.rules, language)
    return language.joined(view.name, rules)


def _doing(view: RunView, state: TrainingState, seen: Seen, language: Language) -> str:
    """The activity of the run, in a sentence."""
    is_at_work = view.is_training or seen.is_own
    if view.folder in state.stopping and is_at_work:
        return language.say("run_stopping", cycle=view.cycle)
    if seen.is_own and not view.is_training:
        return language.say("run_preparing")
    failure = state.failures.get(view.folder, "")
    if failure and not is_at_work:
        return language.say("run_failed", reason=failure)
    live = view.live
    if live is None:
        return language.say(view.state.value)
    return language.say(
        view.state.value,
        cycle=live.cycle,
        opponent=spec_title(live.opponent, language),
        pair=live.pair,
        pairs=live.pairs,
    )


def _add_figures(page: PageLayout, view: RunView) -> None:
    language, live = page.language, view.live
    minutes = view.minutes_used
    figures = [
        ("minutes_used", f"{minutes:.1f} / {view.budget:g}" if view.budget else f"{minutes:.1f}"),
        ("cycles", f"{view.cycle:,}"),
        ("games", f"{max(view.games, live.games if live else 0):,}"),
        ("positions", f"{max(view.positions, live.positions if live else 0):,}"),
        ("policy_loss", f"{view.policy_loss[-1][1]:.3f}" if view.policy_loss else "\u2013"),
        ("value_loss", f"{view.value_loss[-1][1]:.3f}" if view.value_loss else "\u2013"),
    ]
    columns = 6 if page.layout.wide else 3
    for start in range(0, len(figures), columns):
        cells = split_row(page.space.top(page.units(FIGURE)), columns, page.space.gap)
        for cell, (key, text) in zip(cells, figures[start : start + columns], strict=True):
            page.add(cell, text, look=Look.FIGURE, note=language.say(f"figure_{key}"))


def _notices(view: RunView, language: Language) -> str:
    """The oddities of the run."""
    said = []
    if view.problem == "run_settings_damaged":
        said.append(language.say(view.problem, reason=view.reason))
    if view.damaged:
        said.append(language.say("run_damaged_lines", count=view.damaged))
    if view.settings is None and not view.problem and not view.is_training and view.cycle:
        said.append(language.say("run_no_settings"))
    if view.alarms:
        names = language.joined(*(each.replace("_", " ") for each in view.alarms))
        said.append(language.say("run_alarms", names=names))
    if not view.is_whole:
        said.append(language.say("train_reading"))
    return "  ".join(said)


def _add_ladder(page: PageLayout, area: Rect, view: RunView) -> None:
    """The best of the ladder, the newest network and the players it is measured by."""
    language = page.language
    if not view.ladder:
        page.add(area, language.say("no_ladder_yet"), look=Look.TEXT)
        return
    room = max(1, (area.height - page.units(10)) // page.units(TABLE_ROW) - 1)
    rows = ladder_rows(view.ladder, room)
    newest = max((row.cycle for row in rows if row.cycle is not None), default=None)
    strong = next((i for i, row in enumerate(rows, 1) if row.cycle == newest), None)
    heading = tuple(language.say(key) for key in ("column_player", "column_elo", "column_interval"))
    cells = [heading] + [
        (
            ladder_name(row, language),
            f"{row.elo:+.0f}",
            f"\u00b1{(row.high - row.low) / 2:.0f}" if row.high > row.low else "\u2013",
        )
        for row in rows
    ]
    page.draw(Table(area, tuple(cells), (58, 22, 20), strong))


def ladder_rows(ladder: Sequence[LadderRow], room: int) -> list[LadderRow]:
    """As many as there is room for: the newest network, the opponents, then the strongest."""
    if len(ladder) <= room:
        return list(ladder)
    cycles = [row.cycle for row in ladder if row.cycle is not None]
    newest = max(cycles, default=None)
    first = [row for row in ladder if row.cycle == newest and newest is not None]
    others = [row for row in ladder if row.cycle is None]
    rest = [row for row in ladder if row not in first and row not in others]
    chosen = [*first, *others[: max(0, room // 2)], *rest][:room]
    return [row for row in ladder if row in chosen]


def ladder_name(row: LadderRow, language: Language) -> str:
    if row.cycle is not None:
        return language.say("cycle_number", cycle=row.cycle)
    return spec_title(row.name, language)


# Curves


def elo_chart(rect: Rect, view: RunView, language: Language) -> Chart:
    """The rating by minutes, with its interval."""
    anchor = spec_title(view.anchor, language) if view.anchor else ""
    title = language.say("chart_elo", anchor=anchor) if anchor else language.say("column_elo")
    points = tuple((each.minutes, each.elo, each.low, each.high) for each in view.elo)
    places = _minutes(view, language)
    chart = rating_chart(rect, title, points, places, language.say("chart_elo_empty"), language)
    return replace(chart, across=(0.0, max(view.minutes, 0.1)))


def rating_chart(
    rect: Rect,
    title: str,
    points: Sequence[tuple[float, float, float, float]],
    places: tuple[tuple[float, str], ...],
    empty: str,
    language: Language,
) -> Chart:
    """Elo with its interval.

    points: x, Elo and its bounds. places: what is written below.
    """
    if not points:
        return Chart(rect, title, (), 0, 1, empty=empty)
    # Who lost or won everything has no bounds worth the whole height.
    low = min(max(least, elo - FARTHEST_BOUND) for _, elo, least, _ in points)
    high = max(min(most, elo + FARTHEST_BOUND) for _, elo, _, most in points)
    low, high = (low, high) if low < high else (low - 50, high + 50)
    margin = (high - low) * 0.06
    curve = Curve(
        language.say("chart_elo_curve"),
        tuple((x, elo) for x, elo, _, _ in points),
        has_dots=len(points) <= MAX_DOTS,
        band=tuple((x, least, most) for x, _, least, most in points),
    )
    heights = tuple((each, tick_text(each)) for each in ticks(low, high, 4))
    return Chart(rect, title, (curve,), low - margin, high + margin, heights=heights, places=places)


def loss_chart(rect: Rect, view: RunView, language: Language) -> Chart:
    """The losses of learning, by minutes."""
    title = language.say("chart_loss")
    curves = tuple(
        Curve(language.say(key), points, ink)
        for key, points, ink in (
            ("chart_policy", view.policy_loss, Ink.ACCENT),
            ("chart_value", view.value_loss, Ink.FAIR),
        )
        if points
    )
    if not curves:
        return Chart(rect, title, (), 0, 1, empty=language.say("chart_loss_empty"))
    values = [y for curve in curves for _, y in curve.points]
    low, high = min(0.0, *values), max(values)
    high = high if high > low else low + 1
    heights = tuple((each, tick_text(each)) for each in ticks(low, high, 4))
    return Chart(
        rect,
        title,
        curves,
        low,
        high * 1.04,
        heights=heights,
        places=_minutes(view, language),
        across=(0.0, max(view.minutes, 0.1)),
    )


def _minutes(view: RunView, language: Language) -> tuple[tuple[float, str], ...]:
    """The labels below a chart: minutes from the beginning until now."""
    last = max(view.minutes, 0.1)
    marks = ticks(0, last, 5)
    texts = [tick_text(each) for each in marks]
    texts[-1] = language.say("short_minutes", minutes=texts[-1])
    return tuple(zip(marks, texts, strict=True))
