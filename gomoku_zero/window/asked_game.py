"""The game that a command line asks for: who plays, by which rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gomoku.opening_rules import (
    OpeningPhase,
    OpeningRule,
    OpeningRuleError,
    opening_rule_from_name,
    opening_rules_for,
)
from gomoku.rules import Rules, RulesError, variant_from_name
from gomoku_zero.players.spec import (
    Human,
    Net,
    SpecError,
    make_player,
    parse_spec,
    with_simulations,
)
from gomoku_zero.window.i18n import load_language
from gomoku_zero.window.model.new_game import adaptive_spec
from gomoku_zero.window.model.opponents import (
    ADAPTIVE,
    NORMAL_STRENGTH,
    PURE,
    Opponent,
    asked_for,
    best_network,
    opponent_of,
)
from gomoku_zero.window.model.settings import (
    Settings,
    rating_of,
)
from gomoku_zero.window.model.setup import HUMAN, GameSetup


class StartError(Exception):
    """A game that cannot be played; the message says why and what can."""


@dataclass(frozen=True)
class AskedGame:
    """A game as far as it was asked for; None for what was not.

    opening: the name of an opening rule; without one the last that was played, where it fits.
    human_is_black: None for Black.
    """

    opponent: str | None = None
    size: int | None = None
    win_length: int | None = None
    variant: str | None = None
    opening: str | None = None
    human_is_black: bool | None = None
    simulations: int | None = None

    def setup(
        self,
        opponents: list[Opponent],
        settings: Settings,
        report: Callable[[str], None],
        *,
        is_picture: bool,
    ) -> GameSetup:
        """The game, with the rest as it was played last.

        opponents: those to choose from; one that is asked for is added.
        report: told of a choice that people may wonder about.
        is_picture: whether the last game is not to be seen.

        Raises:
            StartError: if there is no such game.
        """
        self._check_rules()
        is_adaptive, told, seconds = False, "", 0.0
        if self.opponent is not None:
            spec = _spec_of(self.opponent)
        elif not is_picture and self.simulations is None:
            spec, is_adaptive = self._last_opponent(opponents, settings)
            seconds = settings.seconds if spec == settings.opponent else 0.0
        else:
            spec = ""
        if not spec:
            spec, told = self._best_opponent(opponents)
        spec, listed = asked_for(_with_simulations(spec, self.simulations), opponents)
        rules = self._rules(spec, listed, settings.rules if self == AskedGame() else None)
        if told:
            report(told)
        if spec != HUMAN and listed.base not in {opponent.base for opponent in opponents}:
            opponents.append(listed)  # so that the new-game dialog offers it, too
        is_white = self.human_is_black is False
        return GameSetup(
            rules,
            *((spec, HUMAN) if is_white else (HUMAN, spec)),
            adaptive=is_adaptive,
            opening=self._opening(rules, settings),
            seconds=(seconds, 0.0) if is_white else (0.0, seconds),
        )

    def _check_rules(self) -> None:
        """
        Raises:
            StartError: naming the first value that no game can be played by.
        """
        try:
            if self.variant is not None:
                variant_from_name(self.variant)
            if self.size is not None:
                Rules(self.size, min(5, max(3, self.size))).validated()
            if self.win_length is not None:
                Rules(self.size or Rules().size, self.win_length).validated()
        except RulesError as error:
            raise StartError(str(error)) from error

    def _last_opponent(self, opponents: Sequence[Opponent], settings: Settings) -> tuple[str, bool]:
        """The spec of whom the user chose last, and whether it follows the user's results; "" if
        that player is gone or does not play what is asked for. Without a choice yet, the level that
        follows.
        """
        spec, is_adaptive = settings.opponent, False
        if spec in ("", ADAPTIVE.base):
            spec, is_adaptive = adaptive_spec(rating_of(settings)), True
        listed = opponent_of(spec, opponents)[0]
        if listed.base not in {each.base for each in opponents} or listed.broken:
            return "", False
        wanted = (
            self.size,
            self.win_length,
            None if self.variant is None else variant_from_name(self.variant),
        )
        if listed.rules:
            known = any(
                all(want in (None, have) for want, have in zip(wanted, rules, strict=True))
                for rules in listed.rules
            )
            return (spec, is_adaptive) if known else ("", False)
        return spec, is_adaptive

    def _best_opponent(self, opponents: Sequence[Opponent]) -> tuple[str, str]:
        """The spec of the strongest player there is for these rules, and what to say about it."""
        number = None if self.variant is None else variant_from_name(self.variant)
        best = best_network(opponents, size=self.size, win_length=self.win_length, variant=number)
        told = ""
        if best is None:
            is_open = (self.size, self.win_length, self.variant) == (None, None, None)
            what = "trained model" if is_open else "model for these rules"
            told = f"models/ holds no {what}: playing against pure search instead"
        return (best or PURE).spec(NORMAL_STRENGTH), told

    def _rules(self, spec: str, listed: Opponent, last: tuple[int, int, int] | None) -> Rules:
        """The rules asked for, the rest as the opponent knows them.

        last: those of the last game, where nothing is asked for.
        """
        try:
            player = parse_spec(spec)
            known = player.rules()
        except SpecError as error:
            raise StartError(str(error)) from error
        rules = known or Rules()
        if last is not None and listed.plays(Rules(*last)):
            rules = Rules(*last)
        try:
            if self.size is not None:
                rules = rules._replace(
                    size=self.size, win_length=min(rules.win_length, max(3, self.size))
                )
            if self.win_length is not None:
                rules = rules._replace(win_length=self.win_length)
            if self.variant is not None:
                rules = rules._replace(variant=variant_from_name(self.variant))
            rules.validated()
            if not isinstance(player, Human | Net):
                make_player(spec).close()  # a misspelled player is refused before a window opens
        except (RulesError, SpecError) as error:
            raise StartError(str(error)) from error
        if listed.broken:
            raise StartError(f"{spec} cannot play: {load_language('en').say(listed.broken)}")
        if not listed.plays(rules):
            described = "; ".join(each.describe() for each in listed.rules)
            knows = described or f"{listed.win_length} in a row, on any board"
            raise StartError(f"{spec} does not play {rules.describe()}, but only {knows}")
        return rules

    def _opening(self, rules: Rules, settings: Settings) -> OpeningRule:
        """The opening rule asked for, else the one that was played last, where it fits."""
        if self.opening is None:
            known = OpeningRule(settings.opening)
            return known if known in opening_rules_for(rules) else OpeningRule.FREE
        try:
            rule = opening_rule_from_name(self.opening)
            OpeningPhase(rule, rules)
        except OpeningRuleError as error:
            raise StartError(str(error)) from error
        return rule


def _spec_of(opponent: str) -> str:
    if ":" not in opponent and opponent != HUMAN and Path(opponent).is_dir():
        return f"net:{opponent}"  # what people type first
    return opponent


def _with_simulations(spec: str, simulations: int | None) -> str:
    if simulations is None or spec == HUMAN:
        return spec
    if simulations < 1:
        raise StartError(f"--simulations {simulations}: at least 1 is needed")
    try:
        return str(with_simulations(parse_spec(spec), simulations))
    except SpecError as error:
        raise StartError(f"--simulations {simulations}: {error}") from error
