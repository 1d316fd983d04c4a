"""The dialogs of a new game: where the controls of its form are."""

from collections.abc import Sequence

from gomoku.opening_rules import OpeningRule, opening_rules_for
from gomoku.rules import BLACK, VARIANT_NAMES, WHITE, Color, Rules
from gomoku_zero.players.levels import level_table
from gomoku_zero.window.clock import TimeControl
from gomoku_zero.window.controls import Command, Control, Look, split_row
from gomoku_zero.window.dialogs import Dialog, DialogRows
from gomoku_zero.window.layout import Rect, WindowLayout
from gomoku_zero.window.newgame import CLOCKS, ROWS_SHOWN, SIDES, ChosenPlayer, NewGameForm
from gomoku_zero.window.opponents import ADAPTIVE, LEVELS, Opponent, opponent_title
from gomoku_zero.window.rating import PlayerRating
from gomoku_zero.window.status import opening_key
from gomoku_zero.window.words import Words


def new_game_dialog(
    layout: WindowLayout,
    form: NewGameForm,
    opponents: Sequence[Opponent],
    words: Words,
    rating: PlayerRating,
) -> Dialog:
    """The choices of a form, and the buttons to start with them."""
    listed = form.side != "both_colors"
    watching = form.side == "watch"
    count = 9 + min(ROWS_SHOWN, len(opponents)) + watching
    rows = DialogRows(layout, count, 600)
    rules = form.rules
    rows.title(words.say("new_game"))
    _add_board(rows, rules, words)
    rows.choices(
        rows.labeled(words.say("rules")),
        [
            (
                words.say(name, length=rules.win_length),
                Command("form_variant", variant),
                variant == rules.variant,
            )
            for variant, name in enumerate(VARIANT_NAMES)
        ],
    )
    _add_openings(rows, form, words)
    # Who begins an opening by swap does not know yet what color that will be.
    open_sides = {"black": "first", "white": "second"} if form.opening_settles_colors else {}
    rows.choices(
        rows.labeled(words.say("you_play")),
        [
            (words.say(open_sides.get(side, side)), Command("form_side", side), side == form.side)
            for side in SIDES
        ],
    )
    if watching:
        _add_seats(rows, form, opponents, words)
    _add_opponents(rows, form, opponents, words, rating)
    _add_strengths(rows, form, opponents, words)
    text = _remark(form, opponents, words, rating) if listed else ""
    rows.controls.append(Control(rows.labeled(""), text, look=Look.TEXT))
    rows.choices(
        rows.labeled(words.say("clock")),
        [
            (clock_text(time, words), Command("form_clock", index), index == form.clock)
            for index, time in enumerate(CLOCKS)
        ],
    )
    engine, cancel, start = split_row(rows.whole(), 3, rows.gap)
    rows.controls += [
        Control(engine, words.say("add_engine"), Command("add_engine")),
        Control(cancel, words.say("cancel"), Command("close"), note="Esc"),
        Control(
            start,
            words.say("start"),
            Command("form_start"),
            Look.PRIMARY,
            enabled=form.can_start(opponents),
        ),
    ]
    return rows.dialog(enter=Command("form_start"), wheel="form_scroll")


def engine_dialog(layout: WindowLayout, typed: str, remark: str, words: Words) -> Dialog:
    """Where the program of an engine is typed."""
    rows = DialogRows(layout, 6, 600)
    rows.title(words.say("add_engine"))
    hint = rows.whole()
    hint = hint._replace(height=hint.height + rows.gap + rows.whole().height)
    rows.controls.append(Control(hint, words.say("engine_hint"), look=Look.TEXT))
    rows.controls.append(Control(rows.whole(), typed, look=Look.FIELD))
    rows.controls.append(Control(rows.whole(), remark, look=Look.TEXT))
    cancel, add = split_row(rows.whole(), 2, rows.gap)
    rows.controls += [
        Control(cancel, words.say("cancel"), Command("close"), note="Esc"),
        Control(add, words.say("add"), Command("engine_add"), Look.PRIMARY, enabled=bool(typed)),
    ]
    return rows.dialog(enter=Command("engine_add"), is_typed_in=True)


def clock_text(time: TimeControl, words: Words) -> str:
    """A time control in a few letters."""
    if time.per_move is not None:
        return words.say("clock_per_move", seconds=int(time.per_move))
    if time.per_game is not None:
        minutes, increment = int(time.per_game / 60), int(time.increment)
        return words.say("clock_per_game", minutes=minutes, increment=increment)
    return words.say("clock_none")


def _add_board(rows: DialogRows, rules: Rules, words: Words) -> None:
    """Board size and win length side by side."""
    area = rows.labeled(words.say("board_size"))
    left, middle, right = split_row(area, 3, rows.gap)
    rows.controls += _stepper(left, f"{rules.size} x {rules.size}", "form_size")
    rows.controls.append(Control(middle, words.say("win_length"), look=Look.LABEL))
    rows.controls += _stepper(right, str(rules.win_length), "form_win_length")


def _stepper(area: Rect, text: str, name: str) -> list[Control]:
    side = min(area.height, area.width // 4)
    minus = Rect(area.left, area.top, side, area.height)
    plus = Rect(area.right - side, area.top, side, area.height)
    value = Rect(minus.right, area.top, plus.left - minus.right, area.height)
    return [
        Control(minus, "\u2212", Command(name, -1)),
        Control(value, text, look=Look.TITLE),
        Control(plus, "+", Command(name, 1)),
    ]


def _add_openings(rows: DialogRows, form: NewGameForm, words: Words) -> None:
    """How the game begins; what the board is too small for cannot be chosen."""
    possible = opening_rules_for(form.rules)
    cells = split_row(rows.labeled(words.say("opening")), len(OpeningRule), rows.gap // 2)
    for index, (cell, rule) in enumerate(zip(cells, OpeningRule, strict=True)):
        rows.controls.append(
            Control(
                cell,
                words.say(opening_key(rule)),
                Command("form_opening", index),
                Look.CHOICE,
                selected=rule is form.opening_played,
                enabled=rule in possible,
            )
        )


def _add_seats(
    rows: DialogRows, form: NewGameForm, opponents: Sequence[Opponent], words: Words
) -> None:
    """Which of two engines the list below is about."""

    def text(color: Color, seat: ChosenPlayer) -> str:
        side = words.say("black" if color is BLACK else "white")
        opponent = opponents[seat.opponent]
        name = opponent_title(opponent, words)
        if opponent.strengths:
            count = opponent.strengths[opponent.known_strength(seat.strength)]
            name += f" {_strength_text(opponent, count)}"
        return f"{side}: {name}"

    rows.choices(
        rows.labeled(words.say("players")),
        [
            (text(BLACK, form.seat), Command("form_seat", 0), not form.chooses_rival),
            (text(WHITE, form.rival), Command("form_seat", 1), form.chooses_rival),
        ],
    )


def _add_opponents(
    rows: DialogRows,
    form: NewGameForm,
    opponents: Sequence[Opponent],
    words: Words,
    rating: PlayerRating,
) -> None:
    """As many opponents as are shown at once; the wheel or the arrows scroll the rest."""
    first = min(form.first_row, max(0, len(opponents) - ROWS_SHOWN))
    shown = range(first, min(first + ROWS_SHOWN, len(opponents)))
    listed = form.side != "both_colors"
    for index in shown:
        opponent = opponents[index]
        area = rows.labeled(words.say("opponent") if index == first else "")
        area = rows.scrolled(area, "form_scroll", index, shown, len(opponents))
        if opponent.base.startswith("engine:") and listed:
            side = area.height
            remove = Rect(area.right - side, area.top, side, side)
            area = area._replace(width=area.width - side - rows.gap // 2)
            rows.controls.append(Control(remove, "\u00d7", Command("remove_engine", index)))
        rows.controls.append(
            Control(
                area,
                opponent_title(opponent, words),
                Command("form_opponent", index),
                Look.ROW,
                selected=index == form.shown.opponent,
                enabled=listed and not opponent.broken,
                note=_note(opponent, form.rules, words, rating),
            )
        )


def _note(opponent: Opponent, rules: Rules, words: Words, rating: PlayerRating) -> str:
    """The small text at the right end of an opponent's row."""
    if opponent.broken:
        return words.say(opponent.broken)
    if opponent == ADAPTIVE:
        number = rating.level(level_table()).number
        return words.say("adaptive_level_about", level=number)
    if not opponent.plays(rules):
        if not opponent.rules:
            return words.say("five_only")
        return words.say("not_for_this_board", sizes=opponent.sizes())
    if opponent.unit == "seconds":
        return words.say("engine_about")
    return (
        opponent.about(words) if opponent.rules else words.texts.get(f"{opponent.name}_about", "")
    )


def _remark(
    form: NewGameForm, opponents: Sequence[Opponent], words: Words, rating: PlayerRating
) -> str:
    """What is to be said about the player chosen."""
    opponent = opponents[form.shown.opponent]
    if opponent == ADAPTIVE:
        if not rating.games:
            return words.say("adaptive_first")
        return words.say("adaptive_rating", elo=round(rating.elo), games=rating.games)
    if opponent == LEVELS:
        level = level_table()[opponent.known_strength(form.shown.strength)]
        return words.say(
            "level_remark",
            elo=level.elo,
            four=round(100 * level.misses_four),
            three=round(100 * level.misses_three),
        )
    elo = opponent.elo(form.shown.strength, form.rules)
    if elo is not None:
        return words.say("measured_elo", elo=f"{elo:+.0f}")
    return words.say("not_measured") if opponent.strengths and not opponent.broken else ""


def _add_strengths(
    rows: DialogRows, form: NewGameForm, opponents: Sequence[Opponent], words: Words
) -> None:
    opponent = opponents[form.shown.opponent]
    area = rows.labeled(words.say("unit_" + opponent.unit))
    if form.side == "both_colors" or not opponent.strengths:
        key = "strength_adaptive" if opponent == ADAPTIVE else "strength_none"
        rows.controls.append(Control(area, words.say(key), look=Look.TEXT))
        return
    chosen = opponent.known_strength(form.shown.strength)
    rows.choices(
        area,
        [
            (_strength_text(opponent, count), Command("form_strength", index), index == chosen)
            for index, count in enumerate(opponent.strengths)
        ],
    )


def _strength_text(opponent: Opponent, count: int) -> str:
    return f"{count} s" if opponent.unit == "seconds" else f"{count:,}"
