"""The page of training: the list of runs and matches, and the choices of a new run."""

from collections.abc import Sequence

from gomoku.extras import install_command
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import Command, Do, ScrollPage
from gomoku_zero.window.model.run_list import MatchEntry, RunEntry, RunList
from gomoku_zero.window.model.training_commands import (
    ChangeMinutes,
    ChoosePreset,
    ShowTab,
    Train,
    TrainingTab,
    WatchMatch,
    WatchRun,
)
from gomoku_zero.window.model.training_state import Seen, TrainingState
from gomoku_zero.window.model.training_words import minutes_text, rules_text, spec_title
from gomoku_zero.window.view.dialogs import Dialog, DialogRows
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.match_page import lay_out_match
from gomoku_zero.window.view.page_layout import PageLayout, Space
from gomoku_zero.window.view.run_page import lay_out_run
from gomoku_zero.window.view.widgets import Control, Look, split_row

ROW, LIST_ROW = 34, 32  # design units


def training_dialog(
    layout: WindowLayout,
    state: TrainingState,
    seen: Seen,
    language: Language,
) -> Dialog:
    """The page as it is now."""
    page = PageLayout(layout, language)
    _add_tabs(page, state)
    if state.tab is TrainingTab.NEW_RUN:
        return _new_run(page, state, seen)
    if state.tab is TrainingTab.RUN:
        return lay_out_run(page, state, seen)
    if state.tab is TrainingTab.MATCH:
        return lay_out_match(page, state, seen)
    return _list(page, state, seen)


def leaving_dialog(layout: WindowLayout, running: Sequence[str], language: Language) -> Dialog:
    """The question what is to become of what runs, before the window closes."""
    rows = DialogRows(layout, 5, 560)
    rows.title(language.say("leaving"))
    hint = rows.whole()
    hint = hint._replace(height=hint.height + rows.gap + rows.whole().height)
    text = language.say("leaving_hint", names=language.joined(*running))
    rows.controls.append(Control(hint, text, look=Look.TEXT))
    keep, stop = split_row(rows.whole(), 2, rows.gap)
    rows.controls += [
        Control(keep, language.say("leave_running"), Train.LEAVE_RUNNING, Look.PRIMARY),
        Control(stop, language.say("leave_stopped"), Train.LEAVE_STOPPED),
        Control(rows.whole(), language.say("cancel"), Do.CLOSE, note="Esc"),
    ]
    return rows.dialog(enter=Train.LEAVE_RUNNING)


def _add_tabs(page: PageLayout, state: TrainingState) -> None:
    language = page.language
    row = Space(page.space.top(page.units(ROW)), page.space.gap)
    close = row.right(page.units(46))
    page.add(close, "\u00d7", Do.CLOSE)
    tabs: list[tuple[str, Command, bool]] = [
        (language.say("train_runs"), ShowTab(TrainingTab.RUNS), state.tab is TrainingTab.RUNS),
        (
            language.say("train_new"),
            ShowTab(TrainingTab.NEW_RUN),
            state.tab is TrainingTab.NEW_RUN,
        ),
        (language.say("match_new"), Train.NEW_MATCH, False),
    ]
    area = row.rest
    if page.layout.wide:
        area = area._replace(width=min(area.width, page.units(520)))
    for cell, (text, command, chosen) in zip(split_row(area, 3, row.gap), tabs, strict=True):
        page.add(cell, text, command, look=Look.CHOICE, selected=chosen)


# The list


def _list(page: PageLayout, state: TrainingState, seen: Seen) -> Dialog:
    language, view = page.language, seen.view
    path, opening = _path_row(page)
    is_typed = state.is_path_typed
    text = state.path if is_typed or state.path else language.say("train_path")
    look = Look.FIELD if is_typed else Look.BUTTON
    page.add(path, text, Train.TYPE_PATH, look=look)
    page.add(opening, language.say("train_open"), Train.OPEN_PATH, enabled=bool(state.path))
    if not isinstance(view, RunList):
        page.text(language.say("train_reading"))
        return page.dialog(enter=Train.OPEN_PATH, is_typed_in=is_typed)
    rows: list[tuple[Command, str, str]] = [
        (WatchRun(each.folder), each.folder.name, _run_note(each, language)) for each in view.runs
    ]
    rows += [
        (WatchMatch(each.file), _match_title(each, language), _match_note(each, language))
        for each in view.matches
    ]
    if not rows:
        page.text(language.say("train_none"), 3)
        return page.dialog(enter=Train.OPEN_PATH, is_typed_in=is_typed)
    height = page.units(LIST_ROW)
    step = height + page.units(4)
    room = max(1, page.space.rest.height // max(1, step))
    state.last = max(0, len(rows) - room)
    first = min(state.first, state.last)
    for index, (command, name, note) in enumerate(rows[first : first + room]):
        area = page.space.rest
        row = Rect(area.left, area.top + index * step, area.width, height)
        if len(rows) > room:
            row = _scrolled(page, row, first, index, room, len(rows))
        page.add(row, name, command, look=Look.ROW, note=note)
    return page.dialog(enter=Train.OPEN_PATH, wheel=ScrollPage, is_typed_in=is_typed)


def _path_row(page: PageLayout) -> tuple[Rect, Rect]:
    row = Space(page.space.bottom(page.units(ROW)), page.space.gap)
    opening = row.right(page.units(120))
    return row.rest, opening


def _scrolled(page: PageLayout, row: Rect, first: int, index: int, room: int, count: int) -> Rect:
    """The row without the room for arrows beside the first and the last one."""
    shown = min(room, count - first)
    side = row.height
    if index in (0, shown - 1):
        step, arrow = (-1, "\u25b2") if index == 0 else (1, "\u25bc")
        there = first > 0 if step < 0 else first + shown < count
        page.add(
            Rect(row.right - side, row.top, side, side), arrow, ScrollPage(step), enabled=there
        )
    return row._replace(width=row.width - side - page.units(4))


def _run_note(entry: RunEntry, language: Language) -> str:
    board = "" if entry.rules is None else f"{entry.rules.size}x{entry.rules.size}"
    minutes = 0.0 if entry.live is None else entry.live.seconds / 60
    time = ""
    if entry.budget:
        time = language.say("of_minutes", minutes=f"{minutes:.1f}", budget=f"{entry.budget:g}")
    state = language.say("run_training") if entry.is_training else ""
    return language.joined(state, board, time)


def _match_title(entry: MatchEntry, language: Language) -> str:
    names = [spec_title(each, language) for each in entry.players[:4]]
    return " \u2013 ".join(names) + ("…" if len(entry.players) > 4 else "")


def _match_note(entry: MatchEntry, language: Language) -> str:
    key = "match_running" if entry.is_running else "a_match"
    return language.joined(language.say(key), entry.file.stem[:16])


# A new run


def _new_run(page: PageLayout, state: TrainingState, seen: Seen) -> Dialog:
    language, units = page.language, page.units
    can_start = not seen.missing and state.preset is not None
    page.buttons(
        [
            (language.say("cancel"), ShowTab(TrainingTab.RUNS), False, True),
            (language.say("train_start"), Train.START, True, can_start),
        ]
    )
    if seen.missing:
        missing = language.say(
            "training_missing_packages",
            packages=language.joined(*seen.missing),
            command=install_command(),
        )
        page.add(page.space.bottom(units(62)), missing, look=Look.TEXT)
    reason = state.failures.get(state.new_folder, "")
    remark = language.say(state.remark, name=state.name, reason=reason) if state.remark else ""
    where = language.say("train_where", folder=state.new_folder)
    page.add(page.space.bottom(units(22)), remark or where, look=Look.TEXT)
    labels, fields = _labeled(page, 2)
    page.add(labels[1], language.say("train_minutes"), look=Look.LABEL)
    page.add(labels[0], language.say("train_name"), look=Look.LABEL)
    page.add(fields[0], state.name, look=Look.FIELD)
    less, value, more = _stepper(fields[1])
    page.add(less, "\u2212", ChangeMinutes(-1))
    page.add(value, minutes_text(state.minutes, language), look=Look.TITLE)
    page.add(more, "+", ChangeMinutes(1))
    preset = state.preset
    about = language.texts.get(f"preset_{preset.name.replace('-', '_')}", "") if preset else ""
    page.add(page.space.top(units(20)), language.say("train_preset"), look=Look.LABEL)
    rest = page.space.rest
    count = max(1, len(state.presets))
    step = min(units(LIST_ROW + 5), max(0, rest.height - units(44)) // count)
    below = rest._replace(top=rest.top + step * count)
    page.add(below._replace(height=min(units(40), rest.bottom - below.top)), about, look=Look.TEXT)
    for index, each in enumerate(state.presets):
        row = Rect(rest.left, rest.top + index * step, rest.width, max(0, step - units(5)))
        note = language.joined(
            minutes_text(each.settings.minutes, language),
            language.say("train_gpu") if each.needs_gpu else "",
        )
        page.add(
            row,
            rules_text(each.settings.to_rules(), language),
            ChoosePreset(index),
            look=Look.ROW,
            selected=index == state.chosen,
            note=note,
        )
    return page.dialog(enter=Train.START if can_start else None, is_typed_in=True)


def _labeled(page: PageLayout, count: int) -> tuple[list[Rect], list[Rect]]:
    """Labels and what they are of, at the lower end, in order."""
    rows = [page.space.bottom(page.units(ROW)) for _ in range(count)][::-1]
    width = min(page.units(150), page.space.rest.width // 3)
    labels = [row._replace(width=width) for row in rows]
    fields = [row._replace(left=row.left + width, width=row.width - width) for row in rows]
    return labels, fields


def _stepper(area: Rect) -> tuple[Rect, Rect, Rect]:
    side = min(area.height, area.width // 4)
    width = min(area.width, side * 8)
    return (
        Rect(area.left, area.top, side, area.height),
        Rect(area.left + side, area.top, width - 2 * side, area.height),
        Rect(area.left + width - side, area.top, side, area.height),
    )
