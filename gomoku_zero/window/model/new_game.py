"""The choices for a new game, as far as they have come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    Rules,
)
from gomoku_zero.players.levels import level_table
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.commands import (
    FormClock,
    FormCommand,
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
)
from gomoku_zero.window.model.opponents import (
    ADAPTIVE,
    LEVELS,
    NORMAL_STRENGTH,
    Opponent,
    level_in,
    opponent_of,
)
from gomoku_zero.window.model.rating import PlayerRating
from gomoku_zero.window.model.setup import HUMAN, GameSetup

SIDES = ("black", "white", "random_color", "both_colors", "watch")
CLOCKS = (
    TimeControl(),
    TimeControl(per_move=30.0),
    TimeControl(per_game=300.0, increment=3.0),
    TimeControl(per_game=900.0, increment=5.0),
)
ROWS_SHOWN = 5
PAIRS = (5, 10, 25, 50, 100, 200, 400, 1000, 2000)  # of games in a match
MAX_COMMAND = 500  # letters of an engine's command line


@dataclass(frozen=True, slots=True)
class ChosenPlayer:
    """An index into the list of opponents, and one into its strengths."""

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
    pairs: of games, where it is a match: one of `PAIRS`.
    """

    rules: Rules
    side: str = "black"
    seat: ChosenPlayer = ChosenPlayer()
    rival: ChosenPlayer = ChosenPlayer()
    clock: int = 0
    chooses_rival: bool = False
    first_row: int = 0
    opening: OpeningRule = OpeningRule.FREE
    pairs: int = 50

    @property
    def shown(self) -> ChosenPlayer:
        """The seat that the list is about."""
        return self.rival if self.side == "watch" and self.chooses_rival else self.seat

    def after(self, command: FormCommand, opponents: Sequence[Opponent]) -> "NewGameForm":
        """The form after a click."""
        rules = self.rules
        match command:
            case FormSeat(is_rival):
                return replace(self, chooses_rival=is_rival)
            case FormSide(side):
                return replace(self, side=side, chooses_rival=False)
            case FormSize(step):
                size = min(max(rules.size + step, MIN_SIZE), MAX_SIZE)
                return replace(self, rules=_fitting(rules._replace(size=size)))
            case FormWinLength(step):
                length = min(max(rules.win_length + step, MIN_WIN_LENGTH), MAX_WIN_LENGTH)
                return replace(self, rules=_fitting(rules._replace(win_length=length)))
            case FormVariant(variant):
                rules = rules._replace(variant=variant)
                if variant == RENJU:
                    size = max(rules.size, RENJU_WIN_LENGTH)
                    rules = rules._replace(size=size, win_length=RENJU_WIN_LENGTH)
                return replace(self, rules=rules)
            case FormOpponent(index):
                return self._with_opponent(index, opponents)
            case FormStrength(index):
                return self._with_shown(replace(self.shown, strength=index))
            case FormOpening(rule):
                return replace(self, opening=rule)
            case FormClock(index):
                return replace(self, clock=index)
            case FormPairs(step):
                index = PAIRS.index(self.pairs) + step
                return replace(self, pairs=PAIRS[min(max(index, 0), len(PAIRS) - 1)])
            case FormScroll(rows):
                last = max(0, len(opponents) - ROWS_SHOWN)
                return replace(self, first_row=min(max(self.first_row + rows, 0), last))

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
        own = float(opponents[self.seat.opponent].seconds(self.seat.strength))
        rival = float(opponents[self.rival.opponent].seconds(self.rival.strength))
        seconds = {"white": (own, 0.0), "black": (0.0, own), "watch": (own, rival)}
        return GameSetup(
            self.rules,
            black,
            white,
            CLOCKS[self.clock],
            adaptive=adaptive,
            opening=self.opening_played,
            seconds=seconds.get(side, (0.0, 0.0)),
        )

    @property
    def opening_settles_colors(self) -> bool:
        """True if somebody chooses a color in the opening."""
        return self.opening_played in (OpeningRule.SWAP, OpeningRule.SWAP2)

    @property
    def opening_played(self) -> OpeningRule:
        """The opening chosen where the board is large enough for it, else none."""
        fits = self.opening in opening_rules_for(self.rules)
        return self.opening if fits else OpeningRule.FREE

    def can_start(self, opponents: Sequence[Opponent]) -> bool:
        """Return whether everybody chosen can play by the rules chosen."""
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

        def moved(seat: ChosenPlayer) -> ChosenPlayer:
            if seat.opponent == index:
                return ChosenPlayer(usable[-1] if usable else 0)
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
        seat = ChosenPlayer(index, chosen.known_strength(strength))
        return replace(self._with_shown(seat), rules=rules)

    def _with_shown(self, seat: ChosenPlayer) -> "NewGameForm":
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
    seat = _chosen_player(setup, setup.engine, opponents, max(setup.seconds))
    rival = seat
    if side == "watch":
        seat = _chosen_player(setup, setup.black, opponents, setup.seconds[0])
        rival = _chosen_player(setup, setup.white, opponents, setup.seconds[1])
    clock = CLOCKS.index(setup.time) if setup.time in CLOCKS else 0
    first_row = max(0, min(seat.opponent - 1, len(opponents) - ROWS_SHOWN))
    return NewGameForm(setup.rules, side, seat, rival, clock, first_row=first_row, opening=opening)


def _chosen_player(
    setup: GameSetup, spec: str | None, opponents: Sequence[Opponent], seconds: float
) -> ChosenPlayer:
    """A player as it is chosen; the first opponent that can play if it is not listed."""
    if setup.adaptive and ADAPTIVE in opponents:
        return ChosenPlayer(opponents.index(ADAPTIVE))
    if spec is not None and spec != HUMAN:
        known, strength = opponent_of(spec, opponents)
        for index, opponent in enumerate(opponents):
            if opponent.base == known.base:
                if opponent != known:
                    strength = NORMAL_STRENGTH
                timed = opponent.strength_of(seconds)
                return ChosenPlayer(index, strength if timed is None else timed)
    usable = [index for index, opponent in enumerate(opponents) if opponent.plays(setup.rules)]
    return ChosenPlayer(usable[0] if usable else 0)


def _spec(seat: ChosenPlayer, opponents: Sequence[Opponent], rating: PlayerRating) -> str:
    """The player in a seat; an adaptive level is decided now."""
    opponent = opponents[seat.opponent]
    if opponent == ADAPTIVE:
        return adaptive_spec(rating)
    return opponent.spec(seat.strength)


def adaptive_spec(rating: PlayerRating) -> str:
    """The level that suits somebody."""
    return LEVELS.spec(rating.level(level_table()).number - 1)


def adapted(setup: GameSetup, rating: PlayerRating) -> GameSetup:
    """The same game with the level that suits the user now, if its level is adaptive."""
    color = setup.human_color
    engine = setup.engine
    if not setup.adaptive or color is None or engine is None or level_in(engine) is None:
        return setup
    spec = adaptive_spec(rating)
    return replace(setup, white=spec) if color is BLACK else replace(setup, black=spec)


def _fitting(rules: Rules) -> Rules:
    """The rules changed as little as is needed to be playable."""
    if rules.variant == RENJU and (rules.win_length != RENJU_WIN_LENGTH or rules.size < 5):
        rules = rules._replace(variant=FREESTYLE)
    return rules._replace(win_length=min(rules.win_length, rules.size))
