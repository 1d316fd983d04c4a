"""Who can be played against: levels, checkpoints found on disk, pure search, engines, beginners."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gomoku.rules import FREESTYLE, Rules
from gomoku_zero.arena.known_ratings import KnownRating, known_ratings, weights_digest
from gomoku_zero.players.engine import EngineError, EnginePlayer, command_of
from gomoku_zero.players.gomocup import WIN_LENGTH
from gomoku_zero.players.levels import Level, level_table
from gomoku_zero.players.spec import (
    DEFAULT_SIMULATIONS,
    Engine,
    Net,
    spec_or_none,
)
from gomoku_zero.players.spec import Level as LevelSpec
from gomoku_zero.window.i18n import Language
from nets.checkpoint import META_FILE, WEIGHTS_FILE, CheckpointError, read_meta

STRENGTHS = (25, 100, 400, 1600)  # simulations a move
THINKING_SECONDS = (1, 3, 10)  # a move, for whoever searches: stronger than any of those
PURE_STRENGTHS = (200, 1000, 5000, 20_000, 100_000)
ENGINE_SECONDS = (1, 2, 5, 10, 30)  # for a move
NORMAL_STRENGTH = 2
_BOARD = re.compile(r"[0-9]+x[0-9]+")


@dataclass(frozen=True, slots=True)
class Opponent:
    """A kind of player to choose.

    name: a key of the language files, or a name as it is.
    base: its spec without the strength.
    separator: what stands between base and strength; "" if it has none.
    strengths: simulations, playouts, levels or seconds, as `unit` says.
    unit: what the strengths count: simulations, level or seconds.
    times: seconds a move that it can think instead; their indices follow those of the strengths.
    rules: what it was trained for; empty for anything.
    any_size: plays those rules on boards of other sizes as well.
    win_length: the only one it knows, where it knows any size and rule with that; 0 for any.
    hours: how long it was trained.
    ratings: what was measured of it, by the spec at some strength.
    run_elo: its rating on the ladder of its own training run.
    broken: a key of the language files that says why it cannot play; "" if it can.
    """

    name: str
    base: str
    separator: str = ""
    strengths: tuple[int, ...] = ()
    rules: tuple[Rules, ...] = ()
    hours: float = 0.0
    unit: str = "simulations"
    win_length: int = 0
    ratings: tuple[KnownRating, ...] = ()
    run_elo: float | None = None
    broken: str = ""
    times: tuple[int, ...] = ()
    any_size: bool = False

    @property
    def is_network(self) -> bool:
        return isinstance(spec_or_none(self.base), Net)

    @property
    def is_engine(self) -> bool:
        return isinstance(spec_or_none(self.base), Engine)

    def spec(self, strength: int) -> str:
        """The spec at a strength, an index that is cut to those there are."""
        if not self.strengths:
            return self.base
        if self.seconds(strength):
            strength = NORMAL_STRENGTH
        return f"{self.base}{self.separator}{self.strengths[self.known_strength(strength)]}"

    def seconds(self, strength: int) -> int:
        """How long it thinks at a strength; 0 where something else limits it."""
        index = self.known_strength(strength) - len(self.strengths)
        return self.times[index] if self.strengths and index >= 0 else 0

    def strength_of(self, seconds: float) -> int | None:
        """The strength at which it thinks for so long; None if there is none."""
        times = [*self.times]
        return len(self.strengths) + times.index(int(seconds)) if seconds in times else None

    def known_strength(self, strength: int) -> int:
        """An index into the strengths, cut to those there are."""
        return min(max(strength, 0), max(0, len(self.strengths) + len(self.times) - 1))

    def plays(self, rules: Rules) -> bool:
        if self.broken or self.win_length not in (0, rules.win_length):
            return False
        known = {each._replace(size=rules.size) if self.any_size else each for each in self.rules}
        return not known or rules in known

    def distance(self, rules: Rules) -> int:
        """How far the size of a board is from what it was trained on by such rules."""
        same = [each for each in self.rules if each._replace(size=rules.size) == rules]
        return min((abs(each.size - rules.size) for each in same or self.rules), default=0)

    def sizes(self) -> str:
        """The board sizes it knows, such as "6x6" or "9x9-15x15"; "" for any."""
        sizes = sorted({rules.size for rules in self.rules})
        if not sizes:
            return ""
        first, last = f"{sizes[0]}x{sizes[0]}", f"{sizes[-1]}x{sizes[-1]}"
        return first if first == last else f"{first}-{last}"

    def about(self, language: Language) -> str:
        """Its board sizes, the rules if it knows only one, its training and its rating."""
        parts = [self.sizes()]
        if len(self.rules) == 1:
            only = self.rules[0]
            parts.append(language.say(only.variant_name, length=only.win_length))
        if self.hours >= 0.05:
            parts.append(language.say("trained_hours", hours=f"{self.hours:.1f}"))
        if self.ratings:
            best = max(rating.elo for rating in self.ratings)
            parts.append(language.say("elo", elo=f"{best:+.0f}"))
        elif self.run_elo is not None:
            parts.append(language.say("elo_in_run", elo=f"{self.run_elo:+.0f}"))
        return language.joined(*parts)

    def elo(self, strength: int, rules: Rules) -> float | None:
        """Its measured rating at a strength, relative to `pure:1000`; None for nothing.

        Thinking for a time was not measured. Levels have a table of their own: with other players
        in it, the same gap comes out larger or smaller, so figures of the two must not be mixed.
        """
        if self.seconds(strength):
            return None
        spec = self.spec(strength)
        if self.is_network:
            if not self.strengths:
                return None
            simulations = self.strengths[self.known_strength(strength)]
            measured = ((each, spec_or_none(each.player)) for each in self.ratings)
            mine = (
                each
                for each, known in measured
                if isinstance(known, Net) and known.simulations == simulations
            )
        else:
            mine = (each for each in known_ratings() if each.player == spec)
        return next((each.elo for each in mine if each.rules == rules), None)


ADAPTIVE = Opponent("adaptive_level", "adaptive", unit="level")
LEVELS = Opponent(
    "levels",
    "level",
    ":",
    tuple(level.number for level in level_table()),
    unit="level",
)
PURE = Opponent("pure_search", "pure", ":", PURE_STRENGTHS, times=THINKING_SECONDS)
GREEDY = Opponent("greedy_player", "greedy")
RANDOM = Opponent("random_player", "random")


def level_in(spec: str) -> Level | None:
    """The level that a spec such as `level:5` or `level:5:models/9x9` names, if it names one."""
    known = spec_or_none(spec)
    return known.level if isinstance(known, LevelSpec) else None


def is_level(spec: str) -> bool:
    return level_in(spec) is not None


def list_opponents(folders: Iterable[Path], engines: Iterable[str] = ()) -> list[Opponent]:
    """Every opponent there is.

    Levels first, then the networks in the order of the folders, those for the largest board first
    and of one training run the newest, then the others. What cannot be used, such as a damaged
    checkpoint or an engine whose program is gone, is listed with the reason.

    engines: programs, or command lines with arguments.
    """
    networks: list[Opponent] = []
    for folder in folders:
        found = [_network(meta.parent) for meta in sorted(folder.glob(f"**/{META_FILE}"))]
        found.sort(key=_newest_first, reverse=True)
        networks += sorted(
            found, key=lambda network: -max((r.size for r in network.rules), default=0)
        )
    return [ADAPTIVE, LEVELS, *networks, PURE, GREEDY, RANDOM, *map(engine_opponent, engines)]


def best_network(
    opponents: Sequence[Opponent],
    *,
    size: int | None = None,
    win_length: int | None = None,
    variant: int | None = None,
) -> Opponent | None:
    """The first network that was trained on what is asked for, as far as that is said; else, of
    those that play boards of other sizes as well, the one trained on the nearest size."""
    wanted = (size, win_length, variant)
    networks = [each for each in opponents if each.is_network and not each.broken]
    for each in networks:
        for known in each.rules:
            if all(want in (None, have) for want, have in zip(wanted, known, strict=True)):
                return each
    if size is None:
        return None
    rules = Rules(size, win_length or min(size, Rules().win_length), variant or FREESTYLE)
    able = [each for each in networks if each.plays(rules)]
    return min(able, key=lambda each: each.distance(rules), default=None)


def engine_opponent(command: str) -> Opponent:
    """An engine by its program."""
    broken = ""
    try:
        EnginePlayer(command, command_of(command)).close()
    except (EngineError, ValueError, OSError):
        broken = "program_missing"
    parts = command.split()
    name = Path(command if Path(command).is_file() or not parts else parts[0]).stem
    return Opponent(
        name or command,
        str(Engine(command)),
        "@",
        ENGINE_SECONDS,
        unit="seconds",
        win_length=WIN_LENGTH,
        broken=broken,
    )


def opponent_of(spec: str, opponents: Iterable[Opponent]) -> tuple[Opponent, int]:
    """The listed opponent that a spec means and its strength; a new one if none is listed."""
    listed = list(opponents)
    for opponent in listed:
        for strength in range(max(1, len(opponent.strengths))):
            if opponent.spec(strength) == spec:
                return opponent, strength
    for opponent in listed:
        start = opponent.base + opponent.separator
        number = spec.removeprefix(start)
        if opponent.strengths and spec.startswith(start) and number.isdigit():
            return replace(opponent, strengths=(int(number),), times=()), 0
    return Opponent(spec, spec), 0


def asked_for(spec: str, opponents: Iterable[Opponent]) -> tuple[str, Opponent]:
    """A player that somebody typed: its spec as a list would have it, and the entry of that list.

    A checkpoint is the same by whatever path it is reached, and what is not listed yet gets an
    entry of its own. A spec that names nothing stays as it is.
    """
    known, listed = spec_or_none(spec), list(opponents)
    if isinstance(known, Engine):
        return spec, engine_opponent(known.command)
    if isinstance(known, Net) and known.path.is_dir() and known.vcf is None and known.vct is None:
        folder = known.path.resolve()
        networks = ((each, spec_or_none(each.base)) for each in listed)
        same = (
            each
            for each, other in networks
            if isinstance(other, Net) and other.path.resolve() == folder
        )
        network = next(same, None) or _network(folder)
        return f"{network.base}@{known.simulations or DEFAULT_SIMULATIONS}", network
    return spec, opponent_of(spec, listed)[0]


def opponent_title(opponent: Opponent, language: Language) -> str:
    """An opponent's name in a language; a network called by its board says what it is."""
    if opponent.is_network and _BOARD.fullmatch(opponent.name):
        return language.say("network_for", board=opponent.name)
    return language.name(opponent.name)


def player_title(spec: str, opponents: Iterable[Opponent], language: Language) -> str:
    """The name of a spec's player in a language."""
    level = level_in(spec)
    if level is not None:
        return language.say("level", level=level.number)
    return opponent_title(opponent_of(spec, opponents)[0], language)


def _network(folder: Path) -> Opponent:
    """A checkpoint as an opponent, damaged or not."""
    run = folder.parent.parent if folder.parent.name == "checkpoints" else None
    spec = str(Net(str(folder)))
    try:
        meta = read_meta(folder)
        if not (folder / WEIGHTS_FILE).stat().st_size:
            raise CheckpointError(f"{folder} has no weights")
        rules = tuple(Rules(*each) for each in meta.rules)
        ratings = _ratings_of(folder, rules)
    except (CheckpointError, OSError):
        name = f"{run.name} {folder.name}" if run else folder.name
        return Opponent(name, spec, broken="checkpoint_damaged")
    return Opponent(
        f"{run.name} {meta.cycles}" if run else folder.name,
        spec,
        "@",
        STRENGTHS,
        rules,
        meta.seconds / 3600,
        times=THINKING_SECONDS,
        any_size=meta.net.architecture == "patterns",
        ratings=ratings,
        run_elo=_run_elo(run, meta.cycles) if run else None,
    )


def _ratings_of(folder: Path, rules: Sequence[Rules]) -> tuple[KnownRating, ...]:
    """The measured ratings of these very weights."""
    known = [rating for rating in known_ratings() if rating.weights and rating.rules in rules]
    digest = weights_digest(folder) if known else ""
    return tuple(rating for rating in known if rating.weights == digest)


def _run_elo(run: Path, cycle: int) -> float | None:
    """The rating that a training run's metrics give a cycle; what is damaged is passed over."""
    found = None
    try:
        lines = (run / "metrics.jsonl").read_bytes().splitlines()
    except OSError:
        return None
    for line in lines:
        if b'"ladder/elo"' not in line:
            continue
        try:
            metrics = json.loads(line)
            if metrics["cycle"] == cycle:
                found = float(metrics["ladder/elo"])
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _newest_first(network: Opponent) -> tuple[str, ...]:
    """A key that puts later checkpoints of a run before earlier ones, once reversed."""
    return (network.base,)
