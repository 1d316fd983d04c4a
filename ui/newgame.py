"""The new-game dialog: what is chosen in it, and where its controls are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from arena.levels import level_table
from gomoku.opening_rules import OpeningRule, opening_rules_for
from gomoku.rules import (
    BLACK,
    FREESTYLE,
    MAX_SIZE,
    MAX_WIN_LENGTH,
    MIN_SIZE,
    MIN_WIN_LENGTH,
    RENJU,
    RENJU_WIN_LENGTH,
    VARIANT_NAMES,
    WHITE,
    Color,
    Rules,
)
from ui.clock import TimeControl
from ui.controls import Command, Control, Look, split_row
from ui.dialogs import Dialog, DialogRows
from ui.game_setup import HUMAN, GameSetup
from ui.layout import Rect, WindowLayout
from ui.opponents import (
    ADAPTIVE,
    LEVELS,
    NORMAL_STRENGTH,
    Opponent,
    level_in,
    opponent_of,
    opponent_title,
)
from ui.rating import PlayerRating
from ui.status import opening_key
from ui.words import Words

SIDES = ("black", "white", "random_color", "both_colors", "watch")
CLOCKS = (
    TimeControl(),
    TimeControl(per_move=30.0),
    TimeControl(per_game=300.0, increment=3.0),
    TimeControl(per_game=900.0, increment=5.0),
)
ROWS_SHOWN = 5
LONGEST_COMMAND = 500  # letters of an engine's command line


@dataclass(frozen=True, slots=True)
class Seat:
    """A player chosen: an index into the list of opponents, and one into its strengths."""

    opponent: int = 0
    strength: int = NORMAL_STRENGTH


@dataclass(frozen=True, slots=True)
class NewGameForm:
    """The choices made so far.

    side: one of `SIDES`. clock: an index into `CLOCKS`.
    seat: the opponent; the player of Black when two engines play.
    rival: the player of White then.
    chooses_rival: whether the list shows the rival rather than the seat.
    first_row: the topmost opponent shown.
    opening: how the game is to begin, on boards that are large enough for it.
    """

    rules: Rules
    side: str = "black"
    seat: Seat = Seat()
    rival: Seat = Seat()
    clock: int = 0
    chooses_rival: bool = False
    first_row: int = 0
    opening: OpeningRule = OpeningRule.FREE

    @property
    def shown(self) -> Seat:
        """The seat that the list is about."""
        return self.rival if self.side == "watch" and self.chooses_rival else self.seat

    def after(self, command: Command, opponents: Sequence[Opponent]) -> "NewGameForm":
        """The form after a click; an unknown command changes nothing."""
        name, argument = command
        rules = self.rules
        if name == "form_seat" and isinstance(argument, int):
            return replace(self, chooses_rival=bool(argument))
        if name == "form_side" and argument in SIDES:
            return replace(self, side=str(argument), chooses_rival=False)
        if not isinstance(argument, int):
            return self
        if name == "form_size":
            size = min(max(rules.size + argument, MIN_SIZE), MAX_SIZE)
            return replace(self, rules=_fitting(rules._replace(size=size)))
        if name == "form_win_length":
            length = min(max(rules.win_length + argument, MIN_WIN_LENGTH), MAX_WIN_LENGTH)
            return replace(self, rules=_fitting(rules._replace(win_length=length)))
        if name == "form_variant":
            length = RENJU_WIN_LENGTH if argument == RENJU else rules.win_length
            return replace(self, rules=rules._replace(variant=argument, win_length=length))
        if name == "form_opponent":
            return self._with_opponent(argument, opponents)
        if name == "form_strength":
            return self._with_shown(replace(self.shown, strength=argument))
        if name == "form_opening":
            return replace(self, opening=tuple(OpeningRule)[argument])
        if name == "form_clock":
            return replace(self, clock=argument)
        if name == "form_scroll":
            last = max(0, len(opponents) - ROWS_SHOWN)
            return replace(self, first_row=min(max(self.first_row + argument, 0), last))
        return self

    def setup(self, opponents: Sequence[Opponent], coin: bool, rating: PlayerRating) -> GameSetup:
        """The game chosen; `coin` decides a random color, the rating an adaptive level."""
        side = self.side
        if side == "random_color":
            side = "black" if coin else "white"
        black = white = HUMAN
        if side in ("white", "watch"):
            black = _spec(self.seat, opponents, rating)
        if side == "black":
            white = _spec(self.seat, opponents, rating)
        if side == "watch":
            white = _spec(self.rival, opponents, rating)
        adaptive = side in ("black", "white") and opponents[self.seat.opponent] == ADAPTIVE
        return GameSetup(
            self.rules,
            black,
            white,
            CLOCKS[self.clock],
            adaptive=adaptive,
            opening=self.opening_played,
        )

    @property
    def opening_settles_colors(self) -> bool:
        """Whether somebody chooses a color in the opening."""
        return self.opening_played in (OpeningRule.SWAP, OpeningRule.SWAP2)

    @property
    def opening_played(self) -> OpeningRule:
        """The opening chosen where the board is large enough for it, else none."""
        fits = self.opening in opening_rules_for(self.rules)
        return self.opening if fits else OpeningRule.FREE

    def can_start(self, opponents: Sequence[Opponent]) -> bool:
        """Whether everybody chosen can play by the rules chosen."""
        seats = {"both_colors": (), "watch": (self.seat, self.rival)}.get(self.side, (self.seat,))
        return all(opponents[seat.opponent].plays(self.rules) for seat in seats)

    def with_opponents(self, opponents: Sequence[Opponent], chosen: int) -> "NewGameForm":
        """The form for another list of opponents, in which one is chosen."""
        last = len(opponents) - 1
        kept = replace(
            self,
            seat=replace(self.seat, opponent=min(self.seat.opponent, last)),
            rival=replace(self.rival, opponent=min(self.rival.opponent, last)),
            first_row=max(0, min(chosen - ROWS_SHOWN + 1, last)),
        )
        return kept._with_opponent(chosen, opponents)

    def without_opponent(self, index: int, opponents: Sequence[Opponent]) -> "NewGameForm":
        """The form once the opponent of an index has left the list, for the list that remains.

        Whoever was chosen stays; in the place of the one that left comes the nearest before it.
        """
        usable = [each for each in range(index) if not opponents[each].broken]

        def moved(seat: Seat) -> Seat:
            if seat.opponent == index:
                return Seat(usable[-1] if usable else 0)
            return replace(seat, opponent=seat.opponent - (seat.opponent > index))

        first_row = max(0, min(self.first_row, len(opponents) - ROWS_SHOWN))
        return replace(self, seat=moved(self.seat), rival=moved(self.rival), first_row=first_row)

    def _with_opponent(self, index: int, opponents: Sequence[Opponent]) -> "NewGameForm":
        """Choose an opponent, and a board it can play on."""
        if not 0 <= index < len(opponents) or opponents[index].broken:
            return self
        chosen, old = opponents[index], opponents[self.shown.opponent]
        rules = self.rules
        if not chosen.plays(rules):
            if chosen.rules:
                rules = chosen.rules[0]
            else:
                size = max(rules.size, chosen.win_length)
                rules = rules._replace(size=size, win_length=chosen.win_length)
        # The same number means something else for another kind of player.
        alike = chosen.strengths == old.strengths
        strength = self.shown.strength if alike else min(NORMAL_STRENGTH, len(chosen.strengths))
        seat = Seat(index, chosen.known_strength(strength))
        return replace(self._with_shown(seat), rules=rules)

    def _with_shown(self, seat: Seat) -> "NewGameForm":
        if self.side == "watch" and self.chooses_rival:
            return replace(self, rival=seat)
        return replace(self, seat=seat)


def form_of(
    setup: GameSetup, opponents: Sequence[Opponent], opening: OpeningRule = OpeningRule.FREE
) -> NewGameForm:
    """The form that would make a game like this one, but for its opening.

    opening: that of new games; the present one may have been loaded.
    """
    side = "black" if setup.black == HUMAN else "white"
    if setup.engine is None:
        side = "both_colors"
    elif HUMAN not in (setup.black, setup.white):
        side = "watch"
    seat = _seat_of(setup, setup.engine, opponents)
    rival = _seat_of(setup, setup.white, opponents) if side == "watch" else seat
    clock = CLOCKS.index(setup.time) if setup.time in CLOCKS else 0
    first_row = max(0, min(seat.opponent - 1, len(opponents) - ROWS_SHOWN))
    return NewGameForm(setup.rules, side, seat, rival, clock, first_row=first_row, opening=opening)


def _seat_of(setup: GameSetup, spec: str | None, opponents: Sequence[Opponent]) -> Seat:
    """The seat of a player; the first opponent that can play if it is not listed."""
    if setup.adaptive and ADAPTIVE in opponents:
        return Seat(opponents.index(ADAPTIVE))
    if spec is not None and spec != HUMAN:
        known, strength = opponent_of(spec, opponents)
        for index, opponent in enumerate(opponents):
            if opponent.base == known.base:
                return Seat(index, strength if opponent == known else NORMAL_STRENGTH)
    usable = [index for index, opponent in enumerate(opponents) if opponent.plays(setup.rules)]
    return Seat(usable[0] if usable else 0)


def _spec(seat: Seat, opponents: Sequence[Opponent], rating: PlayerRating) -> str:
    """The player in a seat; an adaptive level is decided now."""
    opponent = opponents[seat.opponent]
    if opponent == ADAPTIVE:
        return LEVELS.spec(rating.level(level_table()).number - 1)
    return opponent.spec(seat.strength)


def adapted(setup: GameSetup, rating: PlayerRating) -> GameSetup:
    """The same game with the level that suits the user now, if its level is adaptive."""
    color = setup.human_color
    engine = setup.engine
    if not setup.adaptive or color is None or engine is None or level_in(engine) is None:
        return setup
    spec = LEVELS.spec(rating.level(level_table()).number - 1)
    return replace(setup, white=spec) if color is BLACK else replace(setup, black=spec)


def _fitting(rules: Rules) -> Rules:
    """The rules changed as little as is needed to be playable."""
    if rules.variant == RENJU and (rules.win_length != RENJU_WIN_LENGTH or rules.size < 5):
        rules = rules._replace(variant=FREESTYLE)
    return rules._replace(win_length=min(rules.win_length, rules.size))


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

    def text(color: Color, seat: Seat) -> str:
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
    last = min(first + ROWS_SHOWN, len(opponents))
    listed = form.side != "both_colors"
    for index in range(first, last):
        opponent = opponents[index]
        area = rows.labeled(words.say("opponent") if index == first else "")
        if len(opponents) > ROWS_SHOWN:
            side = area.height
            scroll = Rect(area.right - side, area.top, side, side)
            area = area._replace(width=area.width - side - rows.gap // 2)
            if index in (first, last - 1):
                step, arrow = (-1, "\u25b2") if index == first else (1, "\u25bc")
                there = first > 0 if step < 0 else last < len(opponents)
                rows.controls.append(
                    Control(scroll, arrow, Command("form_scroll", step), enabled=there)
                )
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
