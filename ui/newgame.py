"""The new-game dialog: what is chosen in it, and where its controls are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gomoku.rules import (
    FREESTYLE,
    MAX_SIZE,
    MAX_WIN_LENGTH,
    MIN_SIZE,
    MIN_WIN_LENGTH,
    STANDARD,
    VARIANT_NAMES,
    Rules,
)
from ui.clock import TimeControl
from ui.controls import Command, Control, Look, split_row
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
            return replace(self, rules=rules._replace(variant=argument))
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
    return rules._replace(win_length=min(rules.win_length, rules.size))


ROW, GAP, LABEL = 36, 10, 104  # design units


def new_game_controls(
    layout: WindowLayout, form: NewGameForm, opponents: Sequence[Opponent], words: Words
) -> tuple[Rect, list[Control]]:
    """The dialog's rectangle and its controls."""
    rows = 8 + min(ROWS_SHOWN, len(opponents))
    wanted = layout.units(rows * (ROW + GAP) + 44)
    # A low window gets tighter rows rather than a dialog that hangs out of it.
    squeeze = min(1.0, (layout.window.height - 8) / wanted)
    row_height, gap = int(layout.units(ROW) * squeeze), int(layout.units(GAP) * squeeze)
    width = min(layout.units(540), layout.window.width - 8)
    height = int(wanted * squeeze)
    box = Rect(
        (layout.window.width - width) // 2, (layout.window.height - height) // 2, width, height
    )
    inner = box.inset(int(layout.units(22) * squeeze))
    label_width = min(layout.units(LABEL), inner.width // 4)
    top = inner.top
    controls: list[Control] = []

    def row(label: str) -> Rect:
        """Start the next row: its label now, and the rectangle for the rest of it."""
        nonlocal top
        controls.append(
            Control(Rect(inner.left, top, label_width, row_height), label, look=Look.LABEL)
        )
        rest = Rect(inner.left + label_width, top, inner.width - label_width, row_height)
        top += row_height + gap
        return rest

    title = Rect(inner.left, top, inner.width, row_height)
    controls.append(Control(title, words.say("new_game"), look=Look.TITLE))
    top += row_height + gap
    size = f"{form.rules.size} x {form.rules.size}"
    controls += _stepper(row(words.say("board_size")), size, "form_size")
    controls += _stepper(
        row(words.say("win_length")), str(form.rules.win_length), "form_win_length"
    )
    cells = split_row(row(words.say("rules")), len(VARIANT_NAMES), gap)
    for variant, cell in zip((FREESTYLE, STANDARD), cells, strict=True):
        key = "freestyle" if variant == FREESTYLE else "standard"
        text = words.say(key, length=form.rules.win_length)
        command = Command("form_variant", variant)
        chosen = form.rules.variant == variant
        controls.append(Control(cell, text, command, Look.CHOICE, selected=chosen))
    for cell, side in zip(
        split_row(row(words.say("you_play")), len(SIDES), gap // 2), SIDES, strict=True
    ):
        command = Command("form_side", side)
        chosen = form.side == side
        controls.append(Control(cell, words.say(side), command, Look.CHOICE, selected=chosen))
    controls += _opponent_list(row, form, opponents, words)
    controls += _strengths(row(words.say("strength")), gap // 2, form, opponents, words)
    for index, cell in enumerate(split_row(row(words.say("clock")), len(CLOCKS), gap // 2)):
        command = Command("form_clock", index)
        text = clock_text(CLOCKS[index], words)
        chosen = form.clock == index
        controls.append(Control(cell, text, command, Look.CHOICE, selected=chosen))
    top = inner.bottom - row_height
    cancel, start = split_row(Rect(inner.left, top, inner.width, row_height), 2, gap)
    playable = form.side == "both_colors" or opponents[form.opponent].plays(form.rules)
    controls.append(Control(cancel, words.say("cancel"), Command("close"), note="Esc"))
    controls.append(
        Control(start, words.say("start"), Command("form_start"), Look.PRIMARY, enabled=playable)
    )
    return box, controls


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


def _opponent_list(
    row: Callable[[str], Rect], form: NewGameForm, opponents: Sequence[Opponent], words: Words
) -> list[Control]:
    """As many opponents as are shown at once; the wheel scrolls the rest."""
    controls: list[Control] = []
    shown = range(form.first_row, min(form.first_row + ROWS_SHOWN, len(opponents)))
    for index in shown:
        opponent = opponents[index]
        area = row(words.say("opponent") if index == form.first_row else "")
        note = words.say(opponent.name + "_about") if not opponent.rules else opponent.about()
        if not opponent.plays(form.rules):
            note = words.say("not_for_this_board", sizes=opponent.about())
        controls.append(
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
    return controls


def _strengths(
    area: Rect, gap: int, form: NewGameForm, opponents: Sequence[Opponent], words: Words
) -> list[Control]:
    opponent = opponents[form.opponent]
    if form.side == "both_colors" or not opponent.strengths:
        return [Control(area, words.say("strength_none"), look=Look.TEXT)]
    cells = split_row(area, len(opponent.strengths), gap)
    return [
        Control(
            cell,
            f"{count:,}",
            Command("form_strength", index),
            Look.CHOICE,
            selected=index == form.strength,
        )
        for index, (cell, count) in enumerate(zip(cells, opponent.strengths, strict=True))
    ]
