"""A match that is looked on at: its table, its Elo, and the game that ended last."""

from dataclasses import replace

from gomoku.rules import Rules
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.match_watch import MatchTable, MatchView
from gomoku_zero.window.model.training_commands import ShowTab, Train, TrainingTab
from gomoku_zero.window.model.training_state import Seen, TrainingState
from gomoku_zero.window.model.training_words import spec_title
from gomoku_zero.window.view.axes import tick_text, ticks
from gomoku_zero.window.view.dialogs import Dialog
from gomoku_zero.window.view.drawings import TABLE_ROW, Bar, Table
from gomoku_zero.window.view.page_layout import PageLayout, Space
from gomoku_zero.window.view.run_page import FIGURE, add_problem, add_replay, rating_chart
from gomoku_zero.window.view.widgets import Look, split_row

MATCHES_SHOWN = 200
MIN_CHART = 110  # design units


def lay_out_match(page: PageLayout, state: TrainingState, seen: Seen) -> Dialog:
    language, view = page.language, seen.view
    if not isinstance(view, MatchView):
        page.text(language.say("train_reading"))
        return page.dialog()
    failure = state.failures.get(view.file, "")
    if view.problem and not seen.is_own:
        if failure:
            return add_problem(page, view.file, "run_failed", failure)
        return add_problem(page, view.file, view.problem, view.reason)
    if view.is_running or seen.is_own:
        is_asked = state.asked == view.file
        text = language.say("train_stop_others" if is_asked else "match_stop")
        first = (text, Train.STOP_MATCH, is_asked, view.file not in state.stopping)
    else:
        first = (language.say("match_resume"), Train.RESUME_MATCH, False, view.can_resume)
    page.buttons([first, (language.say("train_runs"), ShowTab(TrainingTab.RUNS), False, True)])
    names = () if view.settings is None else view.settings.names
    title = " \u2013 ".join(spec_title(each, language) for each in names[:4])
    page.add(page.space.top(page.units(26)), title or language.say("a_match"), look=Look.TITLE)
    page.add(
        page.space.top(page.units(20)), _match_doing(view, state, seen, language), look=Look.TEXT
    )
    if view.asked:
        page.draw(Bar(page.space.top(page.units(8)), view.pairs / view.asked))
    if view.damaged:
        page.text(language.say("run_damaged_lines", count=view.damaged))
    rules = None if view.settings is None else Rules(*view.settings.rules)
    if page.layout.wide:
        side = Space(page.space.right(round(page.space.rest.width * 0.42)), page.space.gap)
        _add_tables(page, view)
        _add_chart(page, view)
        add_replay(page, side, seen.replay, rules)
    else:
        board = Space(page.space.bottom(round(page.space.rest.height * 0.5)), page.space.gap)
        _add_tables(page, view)
        _add_chart(page, view)
        add_replay(page, board, seen.replay, rules)
    return page.dialog()


def _add_chart(page: PageLayout, view: MatchView) -> None:
    """How Elo and interval came about, pair by pair, in what room is left."""
    if not view.elo or page.space.rest.height < page.units(MIN_CHART):
        return
    last = view.elo[-1][0]
    places = tuple((each, tick_text(each)) for each in ticks(0, last, 5) if each == round(each))
    language = page.language
    title = language.say("chart_match")
    chart = rating_chart(page.space.rest, title, view.elo, places, "", language)
    page.draw(replace(chart, across=(0.0, max(last, view.asked))))


def _match_doing(view: MatchView, state: TrainingState, seen: Seen, language: Language) -> str:
    failure = state.failures.get(view.file, "")
    if view.is_over:
        return language.say("match_over", pairs=view.pairs)
    if view.is_running or seen.is_own:
        if view.file in state.stopping:
            return language.say("match_stopping")
        if not view.pairs:
            return language.say("match_preparing")
        key = "match_goes_on" if view.asked else "match_goes_on_open"
        return language.say(key, pair=view.pairs, pairs=view.asked)
    if failure:
        return language.say("run_failed", reason=failure)
    return language.say("match_stopped", pair=view.pairs)


def _add_tables(page: PageLayout, view: MatchView) -> None:
    """The score of a match of two with its Elo; of more players, a line for each pair of them."""
    language = page.language
    if not view.tables:
        page.text(language.say("no_pairs_yet"))
        return
    if len(view.tables) == 1:
        _add_table(page, view.tables[0])
        return
    heading = tuple(language.say(key) for key in ("a_match", "column_score", "column_elo"))
    rows = [heading] + [
        (
            f"{spec_title(each.first, language)} \u2013 {spec_title(each.second, language)}",
            f"{each.games.score:.0%}",
            f"{each.elo:+.0f}",
        )
        for each in view.tables[:MATCHES_SHOWN]
    ]
    page.draw(Table(page.space.rest, tuple(rows), (64, 18, 18)))


def _add_table(page: PageLayout, table: MatchTable) -> None:
    language = page.language
    heading = tuple(
        language.say(key) if key else ""
        for key in ("", "column_wins", "column_draws", "column_losses", "column_score")
    )
    rows = [
        heading,
        *(
            (
                language.say(key),
                *(f"{each:,}" for each in (counts.wins, counts.draws, counts.losses)),
                f"{counts.score:.1%}",
            )
            for key, counts in (
                ("as_black", table.as_black),
                ("as_white", table.as_white),
                ("together", table.games),
            )
        ),
    ]
    area = page.space.top(page.units(TABLE_ROW * 4 + 10))
    page.draw(Table(area, tuple(rows), (32, 17, 17, 17, 17), strong=3))
    figures = split_row(page.space.top(page.units(FIGURE)), 3, page.space.gap)
    interval = f"{_bound(table.low)} \u2026 {_bound(table.high)}"
    for cell, key, text in zip(
        figures,
        ("figure_elo", "figure_interval", "figure_stronger"),
        (f"{table.elo:+.0f}", interval, _percent(table.superiority)),
        strict=True,
    ):
        page.add(cell, text, look=Look.FIGURE, note=language.say(key))
    first = spec_title(table.first, language)
    page.text(language.say("match_view_of", player=first), 2)


def _bound(elo: float) -> str:
    """A bound of an interval, which may be as good as none."""
    return f"{elo:+.0f}" if abs(elo) < 1999 else ("+\u221e" if elo > 0 else "\u2212\u221e")


def _percent(probability: float) -> str:
    """Never 100%, which no match shows."""
    return f"{min(99.9, max(0.1, 100 * probability)):.1f}%"
