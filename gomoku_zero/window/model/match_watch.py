"""Looking on at a match: its table so far, read from the journal that `pit` keeps."""

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gomoku.record import GameRecord
from gomoku.rules import Rules, RulesError
from gomoku.storage import is_locked
from gomoku_zero.arena.journal import FORMAT, Entry
from gomoku_zero.arena.match import MatchResult, PairResult
from gomoku_zero.arena.stats import (
    GameCounts,
    PairCounts,
    estimate_elo,
    likelihood_of_superiority,
)
from gomoku_zero.runs.growing import GrowingFile
from gomoku_zero.window.model.run_watch import thinned

MAX_PLAYERS = 100
_ASKED = re.compile(r" (\d{1,6}) pairs$")


class MatchSettings(msgspec.Struct, frozen=True):
    """The settings of a match in the first line of its journal."""

    players: list[tuple[str, str]]
    rules: tuple[int, int, int]
    openings: str = "random"
    seed: int = 0
    seconds: list[float | None] = []
    opening_rule: str = "free"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.players)


class _Header(msgspec.Struct):
    format: int
    settings: MatchSettings


@dataclass(frozen=True, slots=True)
class MatchTable:
    """One player against another, as the first saw it.

    elo, low, high: how much stronger the first is, with a 95% interval.
    superiority: the probability that it is stronger at all.
    """

    first: str
    second: str
    as_black: GameCounts
    as_white: GameCounts
    games: GameCounts
    elo: float
    low: float
    high: float
    superiority: float
    pairs: int


@dataclass(frozen=True, slots=True)
class MatchView:
    """A match at a glance.

    problem: the key of a text that says what is wrong with the journal; "" if nothing is.
    asked: pairs that are to be played in all; 0 where nobody says.
    last: the game that ended last.
    elo: of a match of two as it went: pairs, Elo, and the bounds of its interval.
    """

    file: Path
    problem: str = ""
    reason: str = ""
    settings: MatchSettings | None = None
    is_running: bool = False
    tables: tuple[MatchTable, ...] = ()
    pairs: int = 0
    asked: int = 0
    last: GameRecord | None = None
    damaged: int = 0
    is_whole: bool = True
    elo: tuple[tuple[float, float, float, float], ...] = ()

    @property
    def is_over(self) -> bool:
        return bool(self.asked) and self.pairs >= self.asked

    @property
    def can_resume(self) -> bool:
        """True if it could go on: we know what was asked for, and nobody plays it."""
        is_match = self.settings is not None and len(self.settings.players) == 2
        return is_match and not self.is_running and self.pairs < self.asked


class MatchWatcher:
    """Looks at a journal again and again; each look reads what is new."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._grown = GrowingFile(file)
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._settings: MatchSettings | None = None
        self._pairs: dict[tuple[int, int], dict[int, PairResult]] = {}
        self._tables: tuple[MatchTable, ...] = ()
        self._last: GameRecord | None = None
        self._damaged = 0
        self._problem = ""
        self._counts = [0] * 5
        self._elo: list[tuple[float, float, float, float]] = []

    def look(self) -> MatchView:
        """The match as it is now; whatever is wrong with the file is said, not raised."""
        try:
            if not self.file.is_file():
                return MatchView(self.file, problem="match_missing")
            grown = self._grown.read()
        except OSError as error:
            reason = error.strerror or str(error)
            return MatchView(self.file, problem="match_unreadable", reason=reason)
        if grown.is_new:
            self._begin_anew()
        for line in grown.lines:
            if self._settings is None and not self._problem:
                self._settings = settings_of(line)
                self._problem = "" if self._settings else "match_foreign"
            elif self._settings is not None:
                self._take(line)
        if grown.lines:
            self._tables = self._tabled()
        return MatchView(
            self.file,
            self._problem,
            "",
            self._settings,
            is_locked(self.file),
            self._tables,
            sum(len(pairs) for pairs in self._pairs.values()),
            pairs_asked(self.file),
            self._last,
            self._damaged,
            not grown.has_more,
            thinned(self._elo),
        )

    def _take(self, line: bytes) -> None:
        entry = entry_of(line)
        assert self._settings is not None
        if entry is None or not 0 <= min(entry.a, entry.b) <= max(entry.a, entry.b) < len(
            self._settings.players
        ):
            self._damaged += 1
            return
        pairs = self._pairs.setdefault((entry.a, entry.b), {})
        if entry.pair.index not in pairs and len(self._settings.players) == 2:
            self._counts[round(2 * entry.pair.points)] += 1
            now = estimate_elo(PairCounts(*self._counts))
            self._elo.append((len(pairs) + 1, now.elo, now.low, now.high))
        pairs[entry.pair.index] = entry.pair
        self._last = entry.pair.records[1]

    def _tabled(self) -> tuple[MatchTable, ...]:
        if self._settings is None:
            return ()
        names, rules = self._settings.names, Rules(*self._settings.rules)
        tables = []
        for (a, b), pairs in sorted(self._pairs.items()):
            in_order = tuple(pairs[index] for index in sorted(pairs))
            tables.append(table_of(MatchResult(names[a], names[b], rules, in_order)))
        return tuple(tables)


def table_of(result: MatchResult) -> MatchTable:
    """The figures of a match so far."""
    elo = estimate_elo(result.pair_counts)
    return MatchTable(
        result.name_a,
        result.name_b,
        result.as_black,
        result.as_white,
        result.games,
        elo.elo,
        elo.low,
        elo.high,
        likelihood_of_superiority(result.pair_counts),
        len(result.pairs),
    )


def settings_of(line: bytes) -> MatchSettings | None:
    """The settings in the first line of a journal; None if it is none of ours."""
    try:
        header = msgspec.json.decode(line, type=_Header)
        Rules(*header.settings.rules).validated()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, RulesError):
        return None
    is_ours = header.format <= FORMAT and 2 <= len(header.settings.players) <= MAX_PLAYERS
    return header.settings if is_ours else None


def entry_of(line: bytes) -> Entry | None:
    """A finished pair; None for a line that is damaged."""
    try:
        entry = msgspec.json.decode(line, type=Entry)
        for game in entry.pair.records:
            game.rules.validated()
            if game.outcome is None:
                return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, RulesError):
        return None
    return entry


def journal_name(day: str, pairs: int) -> str:
    """How the window names a journal; `pairs_asked` reads the number back.

    >>> journal_name("2026-11-28 22.10.31", 50)
    '2026-11-28 22.10.31 50 pairs.jsonl'
    """
    return f"{day} {pairs} pairs.jsonl"


def pairs_asked(file: Path) -> int:
    """How many pairs a match is to have, by the name of its journal; 0 if that does not say.

    >>> pairs_asked(Path("2026-11-28 22.10.31 50 pairs.jsonl")), pairs_asked(Path("a.jsonl"))
    (50, 0)
    """
    found = _ASKED.search(file.stem)
    return int(found[1]) if found else 0


def pit_arguments(settings: MatchSettings, journal: Path, pairs: int) -> list[str]:
    """The words behind `pit` that play a match, or go on with it."""
    size, win_length, variant = settings.rules
    names = {"--size": size, "--win-length": win_length}
    words: list[str] = [*settings.names, "--journal", str(journal), "--resume"]
    words += [f"{name}={value}" for name, value in names.items()]
    words += [f"--rules={Rules(size, win_length, variant).variant_name}", f"--pairs={pairs}"]
    words += [f"--openings={settings.openings}", f"--seed={settings.seed}"]
    words += [f"--opening-rule={settings.opening_rule}"]
    # Where some have none, the players' own times hold, as they did before.
    if settings.seconds and None not in settings.seconds:
        words += ["--seconds", *(f"{seconds:g}" for seconds in settings.seconds)]
    return words
