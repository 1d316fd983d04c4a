"""The new-game dialog: what is chosen in it, and where its controls are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gomoku.rules import (
    FREESTYLE,
    MAX_SIZE,
    MAX_WIN_LENGTH,
    MIN_SIZE,
    MIN_WIN_LENGTH,
    RENJU,
    RENJU_WIN_LENGTH,
    VARIANT_NAMES,
    Rules,
)
from ui.clock import TimeControl
from ui.controls import Command, Control, Look, split_row
from ui.dialogs import Dialog, DialogRows
from ui.layout import Rect, WindowLayout
from ui.opponents import NORMAL_STRENGTH, Opponent, opponent_of
from ui.session import HUMAN, GameSetup
from ui.words import Words

SIDES = ("black", "white", "random_color", "both_colors", "watch")
CLOCKS = (
    TimeControl(),
    TimeControl(per_move=30.0),
    TimeControl(per_game=300.0, increment=3.0),
    TimeControl(per_game=900.0, increment=5.0),
)
ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class NewGameForm:
    """The choices made so far.

    opponent: an index into the list of opponents.
    side: one of `SIDES`. clock: an index into `CLOCKS`.
    first_row: the topmost opponent shown.
    """

    rules: Rules
    side: str = "black"
    opponent: int = 0
    strength: int = NORMAL_STRENGTH
    clock: int = 0
    first_row: int = 0

    def after(self, command: Command, opponents: Sequence[Opponent]) -> "NewGameForm":
        """The form after a click; an unknown command changes nothing."""
        name, argument = command
        rules = self.rules
        if name == "form_size" and isinstance(argument, int):
            size = min(max(rules.size + argument, MIN_SIZE), MAX_SIZE)
            return replace(self, rules=_fitting(rules._replace(size=size)))
        if name == "form_win_length" and isinstance(argument, int):
            length = min(max(rules.win_length + argument, MIN_WIN_LENGTH), MAX_WIN_LENGTH)
            return replace(self, rules=_fitting(rules._replace(win_length=length)))
        if name == "form_variant" and isinstance(argument, int):
            length = RENJU_WIN_LENGTH if argument == RENJU else rules.win_length
            return replace(self, rules=rules._replace(variant=argument, win_length=length))
        if name == "form_side" and argument in SIDES:
            return replace(self, side=str(argument))
        if name == "form_opponent" and isinstance(argument, int):
            return self._with_opponent(argument, opponents)
        if name == "form_strength" and isinstance(argument, int):
            return replace(self, strength=argument)
        if name == "form_clock" and isinstance(argument, int):
            return replace(self, clock=argument)
        if name == "form_scroll" and isinstance(argument, int):
            last = max(0, len(opponents) - ROWS_SHOWN)
            return replace(self, first_row=min(max(self.first_row + argument, 0), last))
        return self

    def setup(self, opponents: Sequence[Opponent], coin: bool) -> GameSetup:
        """The game chosen; `coin` decides a random color."""
        engine = opponents[self.opponent].spec(self.strength)
        side = self.side
        if side == "random_color":
            side = "black" if coin else "white"
        black = HUMAN if side in ("black", "both_colors") else engine
        white = HUMAN if side in ("white", "both_colors") else engine
        return GameSetup(self.rules, black, white, CLOCKS[self.clock])

    def _with_opponent(self, index: int, opponents: Sequence[Opponent]) -> "NewGameForm":
        """Choose an opponent, and a board it can play on."""
        if not 0 <= index < len(opponents):
            return self
        chosen = opponents[index]
        rules = self.rules if chosen.plays(self.rules) else chosen.rules[0]
        strength = min(self.strength, max(0, len(chosen.strengths) - 1))
        return replace(self, opponent=index, rules=rules, strength=strength)


def form_of(setup: GameSetup, opponents: Sequence[Opponent]) -> NewGameForm:
    """The form that would make a game like this one."""
    engine = setup.engine
    side = "black" if setup.black == HUMAN else "white"
    if engine is None:
        side = "both_colors"
    elif HUMAN not in (setup.black, setup.white):
        side = "watch"
    index, strength = 0, NORMAL_STRENGTH
    if engine is not None:
        known, strength = opponent_of(engine, opponents)
        bases = [opponent.base for opponent in opponents]
        index = bases.index(known.base) if known.base in bases else 0
        if known not in opponents:
            strength = NORMAL_STRENGTH
    clock = CLOCKS.index(setup.time) if setup.time in CLOCKS else 0
    first_row = max(0, min(index - 1, len(opponents) - ROWS_SHOWN))
    return NewGameForm(setup.rules, side, index, strength, clock, first_row)


def _fitting(rules: Rules) -> Rules:
    """The rules changed as little as is needed to be playable."""
    if rules.variant == RENJU and (rules.win_length != RENJU_WIN_LENGTH or rules.size < 5):
        rules = rules._replace(variant=FREESTYLE)
    return rules._replace(win_length=min(rules.win_length, rules.size))


def new_game_dialog(
    layout: WindowLayout, form: NewGameForm, opponents: Sequence[Opponent], words: Words
) -> Dialog:
    """The choices of a form, and the buttons to start with them."""
    rows = DialogRows(layout, 8 + min(ROWS_SHOWN, len(opponents)), 560)
    rules = form.rules
    rows.title(words.say("new_game"))
    size = f"{rules.size} x {rules.size}"
    rows.controls += _stepper(rows.labeled(words.say("board_size")), size, "form_size")
    length = str(rules.win_length)
    rows.controls += _stepper(rows.labeled(words.say("win_length")), length, "form_win_length")
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
    rows.choices(
        rows.labeled(words.say("you_play")),
        [(words.say(side), Command("form_side", side), side == form.side) for side in SIDES],
    )
    _add_opponents(rows, form, opponents, words)
    _add_strengths(rows, form, opponents, words)
    rows.choices(
        rows.labeled(words.say("clock")),
        [
            (clock_text(time, words), Command("form_clock", index), index == form.clock)
            for index, time in enumerate(CLOCKS)
        ],
    )
    cancel, start = split_row(rows.whole(), 2, rows.gap)
    playable = form.side == "both_colors" or opponents[form.opponent].plays(rules)
    rows.controls.append(Control(cancel, words.say("cancel"), Command("close"), note="Esc"))
    rows.controls.append(
        Control(start, words.say("start"), Command("form_start"), Look.PRIMARY, enabled=playable)
    )
    return rows.dialog()


def clock_text(time: TimeControl, words: Words) -> str:
    """A time control in a few letters."""
    if time.per_move is not None:
        return words.say("clock_per_move", seconds=int(time.per_move))
    if time.per_game is not None:
        minutes, increment = int(time.per_game / 60), int(time.increment)
        return words.say("clock_per_game", minutes=minutes, increment=increment)
    return words.say("clock_none")


def _stepper(area: Rect, text: str, name: str) -> list[Control]:
    side = area.height
    minus = Rect(area.left, area.top, side, side)
    value = Rect(minus.right, area.top, min(side * 3, area.width - 2 * side), side)
    plus = Rect(value.right, area.top, side, side)
    return [
        Control(minus, "\u2212", Command(name, -1)),
        Control(value, text, look=Look.TITLE),
        Control(plus, "+", Command(name, 1)),
    ]


def _add_opponents(
    rows: DialogRows, form: NewGameForm, opponents: Sequence[Opponent], words: Words
) -> None:
    """As many opponents as are shown at once; the wheel scrolls the rest."""
    for index in range(form.first_row, min(form.first_row + ROWS_SHOWN, len(opponents))):
        opponent = opponents[index]
        area = rows.labeled(words.say("opponent") if index == form.first_row else "")
        note = opponent.about() if opponent.rules else words.say(opponent.name + "_about")
        if not opponent.plays(form.rules):
            note = words.say("not_for_this_board", sizes=opponent.sizes())
        rows.controls.append(
            Control(
                area,
                words.say(opponent.name),
                Command("form_opponent", index),
                Look.ROW,
                selected=index == form.opponent,
                enabled=form.side != "both_colors",
                note=note,
            )
        )


def _add_strengths(
    rows: DialogRows, form: NewGameForm, opponents: Sequence[Opponent], words: Words
) -> None:
    opponent = opponents[form.opponent]
    area = rows.labeled(words.say("strength"))
    if form.side == "both_colors" or not opponent.strengths:
        rows.controls.append(Control(area, words.say("strength_none"), look=Look.TEXT))
        return
    rows.choices(
        area,
        [
            (f"{count:,}", Command("form_strength", index), index == form.strength)
            for index, count in enumerate(opponent.strengths)
        ],
    )
