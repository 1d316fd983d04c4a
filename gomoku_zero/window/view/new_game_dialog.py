"""The dialogs of a new game: where the controls of its form are."""

from collections.abc import Sequence

from gomoku.opening_rules import OpeningRule, opening_rules_for
from gomoku.rules import BLACK, VARIANT_NAMES, WHITE, Color, Rules
from gomoku_zero.players.levels import level_table
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.commands import (
    Do,
    FormClock,
    FormOpening,
    FormOpponent,
    FormPairs,
    FormScroll,
    FormSeat,
    FormSide,
    FormSize,
    FormStrength,
    FormVariant,
    FormWinLength,
    RemoveEngine,
)
from gomoku_zero.window.model.new_game import CLOCKS, ROWS_SHOWN, SIDES, ChosenPlayer, NewGameForm
from gomoku_zero.window.model.opponents import ADAPTIVE, LEVELS, Opponent, opponent_title
from gomoku_zero.window.model.rating import PlayerRating
from gomoku_zero.window.model.status import opening_key
from gomoku_zero.window.view.dialogs import Dialog, DialogRows
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.widgets import Control, Look, split_row


def new_game_dialog(
    layout: WindowLayout,
    form: NewGameForm,
    opponents: Sequence[Opponent],
    language: Language,
    rating: PlayerRating,
) -> Dialog:
    """The choices of a form, and the buttons to start with them."""
    listed = form.side != "both_colors"
    watching = form.side == "watch"
    count = 9 + min(ROWS_SHOWN, len(opponents)) + watching
    rows = DialogRows(layout, count, 600)
    rules = form.rules
    rows.title(language.say("new_game"))
    _add_board(rows, rules, language)
    _add_variants(rows, rules, language)
    _add_openings(rows, form, language)
    # Who begins an opening by swap does not know yet what color that will be.
    open_sides = {"black": "first", "white": "second"} if form.opening_settles_colors else {}
    rows.choices(
        rows.labeled(language.say("you_play")),
        [
            (language.say(open_sides.get(side, side)), FormSide(side), side == form.side)
            for side in SIDES
        ],
    )
    if watching:
        _add_seats(rows, form, opponents, language)
    _add_opponents(rows, form, opponents, language, rating)
    _add_strengths(rows, form, opponents, language)
    text = _remark(form, opponents, language, rating) if listed else ""
    rows.controls.append(Control(rows.labeled(""), text, look=Look.TEXT))
    rows.choices(
        rows.labeled(language.say("clock")),
        [
            (clock_text(time, language), FormClock(index), index == form.clock)
            for index, time in enumerate(CLOCKS)
        ],
    )
    engine, puzzles, cancel, start = split_row(rows.whole(), 4, rows.gap)
    rows.controls += [
        Control(puzzles, language.say("puzzles"), Do.PUZZLE, note="F4"),
        Control(engine, language.say("add_engine"), Do.ADD_ENGINE),
        Control(cancel, language.say("cancel"), Do.CLOSE, note="Esc"),
        Control(
            start,
            language.say("start"),
            Do.START_GAME,
            Look.PRIMARY,
            enabled=form.can_start(opponents),
        ),
    ]
    return rows.dialog(enter=Do.START_GAME, wheel=FormScroll)


def match_dialog(
    layout: WindowLayout,
    form: NewGameForm,
    opponents: Sequence[Opponent],
    language: Language,
    rating: PlayerRating,
) -> Dialog:
    """The choices of a match: two players, the rules they play by, and how many pairs of games."""
    rows = DialogRows(layout, 8 + min(ROWS_SHOWN, len(opponents)), 600)
    rows.title(language.say("match_new"))
    _add_board(rows, form.rules, language)
    _add_variants(rows, form.rules, language)
    _add_openings(rows, form, language)
    _add_seats(rows, form, opponents, language, ("first_player", "second_player"))
    _add_opponents(rows, form, opponents, language, rating, "column_player")
    _add_strengths(rows, form, opponents, language)
    area = rows.labeled(language.say("match_pairs"))
    left, right = split_row(area, 2, rows.gap)
    rows.controls += _stepper(left, f"{form.pairs:,}", FormPairs)
    games = language.say("match_games", games=2 * form.pairs)
    rows.controls.append(Control(right, games, look=Look.TEXT))
    cancel, start = split_row(rows.whole(), 2, rows.gap)
    rows.controls += [
        Control(cancel, language.say("cancel"), Do.CLOSE, note="Esc"),
        Control(
            start,
            language.say("match_start"),
            Do.START_MATCH,
            Look.PRIMARY,
            enabled=form.can_start(opponents),
        ),
    ]
    return rows.dialog(enter=Do.START_MATCH, wheel=FormScroll)


def engine_dialog(layout: WindowLayout, typed: str, remark: str, language: Language) -> Dialog:
    """Where the program of an engine is typed."""
    rows = DialogRows(layout, 6, 600)
    rows.title(language.say("add_engine"))
    hint = rows.whole()
    hint = hint._replace(height=hint.height + rows.gap + rows.whole().height)
    rows.controls.append(Control(hint, language.say("engine_hint"), look=Look.TEXT))
    rows.controls.append(Control(rows.whole(), typed, look=Look.FIELD))
    rows.controls.append(Control(rows.whole(), remark, look=Look.TEXT))
    cancel, add = split_row(rows.whole(), 2, rows.gap)
    rows.controls += [
        Control(cancel, language.say("cancel"), Do.CLOSE, note="Esc"),
        Control(add, language.say("add"), Do.ENGINE_ADD, Look.PRIMARY, enabled=bool(typed)),
    ]
    return rows.dialog(enter=Do.ENGINE_ADD, is_typed_in=True)


def clock_text(time: TimeControl, language: Language) -> str:
    """A time control in a few letters."""
    if time.per_move is not None:
        return language.say("clock_per_move", seconds=int(time.per_move))
    if time.per_game is not None:
        minutes, increment = int(time.per_game / 60), int(time.increment)
        return language.say("clock_per_game", minutes=minutes, increment=increment)
    return language.say("clock_none")


def _add_variants(rows: DialogRows, rules: Rules, language: Language) -> None:
    rows.choices(
        rows.labeled(language.say("rules")),
        [
            (
                language.say(name, length=rules.win_length),
                FormVariant(variant),
                variant == rules.variant,
            )
            for variant, name in enumerate(VARIANT_NAMES)
        ],
    )


def _add_board(rows: DialogRows, rules: Rules, language: Language) -> None:
    """Board size and win length side by side."""
    area = rows.labeled(language.say("board_size"))
    left, middle, right = split_row(area, 3, rows.gap)
    rows.controls += _stepper(left, f"{rules.size} x {rules.size}", FormSize)
    rows.controls.append(Control(middle, language.say("win_length"), look=Look.LABEL))
    rows.controls += _stepper(right, str(rules.win_length), FormWinLength)


def _stepper(
    area: Rect, text: str, step: type[FormSize] | type[FormWinLength] | type[FormPairs]
) -> list[Control]:
    side = min(area.height, area.width // 4)
    minus = Rect(area.left, area.top, side, area.height)
    plus = Rect(area.right - side, area.top, side, area.height)
    value = Rect(minus.right, area.top, plus.left - minus.right, area.height)
    return [
        Control(minus, "\u2212", step(-1)),
        Control(value, text, look=Look.TITLE),
        Control(plus, "+", step(1)),
    ]


def _add_openings(rows: DialogRows, form: NewGameForm, language: Language) -> None:
    """How the game begins; what the board is too small for cannot be chosen."""
    possible = opening_rules_for(form.rules)
    cells = split_row(rows.labeled(language.say("opening")), len(OpeningRule), rows.gap // 2)
    for cell, rule in zip(cells, OpeningRule, strict=True):
        rows.controls.append(
            Control(
                cell,
                language.say(opening_key(rule)),
                FormOpening(rule),
                Look.CHOICE,
                selected=rule is form.opening_played,
                enabled=rule in possible,
            )
        )


def _add_seats(
    rows: DialogRows,
    form: NewGameForm,
    opponents: Sequence[Opponent],
    language: Language,
    sides: tuple[str, str] = ("black", "white"),
) -> None:
    """Which of two engines the list below is about.

    sides: what they are called.
    """

    def text(color: Color, seat: ChosenPlayer) -> str:
        side = language.say(sides[color is not BLACK])
        opponent = opponents[seat.opponent]
        name = opponent_title(opponent, language)
        if opponent.strengths:
            name += f" {_strength_text(opponent, opponent.known_strength(seat.strength))}"
        return f"{side}: {name}"

    rows.choices(
        rows.labeled(language.say("players")),
        [
            (text(BLACK, form.seat), FormSeat(False), not form.chooses_rival),
            (text(WHITE, form.rival), FormSeat(True), form.chooses_rival),
        ],
    )


def _add_opponents(
    rows: DialogRows,
    form: NewGameForm,
    opponents: Sequence[Opponent],
    language: Language,
    rating: PlayerRating,
    label: str = "opponent",
) -> None:
    """As many opponents as are shown at once; the wheel or the arrows scroll the rest."""
    first = min(form.first_row, max(0, len(opponents) - ROWS_SHOWN))
    shown = range(first, min(first + ROWS_SHOWN, len(opponents)))
    listed = form.side != "both_colors"
    for index in shown:
        opponent = opponents[index]
        area = rows.labeled(language.say(label) if index == first else "")
        area = rows.scrolled(area, FormScroll, index, shown, len(opponents))
        if opponent.is_engine and listed:
            side = area.height
            remove = Rect(area.right - side, area.top, side, side)
            area = area._replace(width=area.width - side - rows.gap // 2)
            rows.controls.append(Control(remove, "\u00d7", RemoveEngine(index)))
        rows.controls.append(
            Control(
                area,
                opponent_title(opponent, language),
                FormOpponent(index),
                Look.ROW,
                selected=index == form.shown.opponent,
                enabled=listed and not opponent.broken,
                note=_note(opponent, form.rules, language, rating),
            )
        )


def _note(opponent: Opponent, rules: Rules, language: Language, rating: PlayerRating) -> str:
    """The small text at the right end of an opponent's row."""
    if opponent.broken:
        return language.say(opponent.broken)
    if opponent == ADAPTIVE:
        number = rating.level(level_table()).number
        return language.say("adaptive_level_about", level=number)
    if not opponent.plays(rules):
        if not opponent.rules:
            return language.say("five_only")
        return language.say("not_for_this_board", sizes=opponent.sizes())
    if opponent.unit == "seconds":
        return language.say("engine_about")
    return (
        opponent.about(language)
        if opponent.rules
        else language.texts.get(f"{opponent.name}_about", "")
    )


def _remark(
    form: NewGameForm, opponents: Sequence[Opponent], language: Language, rating: PlayerRating
) -> str:
    """A remark about the player chosen."""
    opponent = opponents[form.shown.opponent]
    if opponent == ADAPTIVE:
        if not rating.games:
            return language.say("adaptive_first")
        return language.say("adaptive_rating", elo=round(rating.elo), games=rating.games)
    if opponent == LEVELS:
        level = level_table()[opponent.known_strength(form.shown.strength)]
        return language.say(
            "level_remark",
            elo=level.elo,
            four=round(100 * level.misses_four),
            three=round(100 * level.misses_three),
        )
    elo = opponent.elo(form.shown.strength, form.rules)
    if elo is not None:
        return language.say("measured_elo", elo=f"{elo:+.0f}")
    return language.say("not_measured") if opponent.strengths and not opponent.broken else ""


def _add_strengths(
    rows: DialogRows, form: NewGameForm, opponents: Sequence[Opponent], language: Language
) -> None:
    opponent = opponents[form.shown.opponent]
    area = rows.labeled(language.say("unit_" + opponent.unit))
    if form.side == "both_colors" or not opponent.strengths:
        key = "strength_adaptive" if opponent == ADAPTIVE else "strength_none"
        rows.controls.append(Control(area, language.say(key), look=Look.TEXT))
        return
    chosen = opponent.known_strength(form.shown.strength)
    rows.choices(
        area,
        [
            (_strength_text(opponent, index), FormStrength(index), index == chosen)
            for index in range(len(opponent.strengths) + len(opponent.times))
        ],
    )


def _strength_text(opponent: Opponent, index: int) -> str:
    if opponent.unit == "seconds":
        return f"{opponent.strengths[index]} s"
    seconds = opponent.seconds(index)
    return f"{seconds} s" if seconds else f"{opponent.strengths[index]:,}"
