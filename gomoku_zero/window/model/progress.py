"""How well the user has played: a line of a file for each reviewed game and each exercise tried."""

import hashlib
import statistics
from collections import Counter
from pathlib import Path

import msgspec

from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku_zero.window.i18n import languages, load_language
from gomoku_zero.window.model.explanation import Reason, reason_of
from gomoku_zero.window.model.review import Review, Severity, SideSummary
from gomoku_zero.window.model.session import GameSession

GAMES_AVERAGED = 5  # in the curve through the games


class OwnMistake(msgspec.Struct, frozen=True):
    """A mistake of the user's.

    severity, reason: names of a `Severity` and a `Reason`.
    better: the line that was better.
    """

    ply: int
    severity: str
    reason: str
    better: tuple[int, ...] = ()


class ReviewedGame(msgspec.Struct, frozen=True, tag="game"):
    """A game of the user's that was reviewed to its end.

    key: the same for the same moves by the same rules.
    day: when it was played, or reviewed where that is unknown, such as "2026-11-28 16:41".
    color: the user's. score: 1 for a win, 1/2 for a draw, 0 for a loss.
    opponent: as it was called. file: where the game is, if it is among the user's own.
    accuracy, phases: in [0, 1]; None for a phase without a move.
    counts: of inaccuracies, mistakes and blunders.
    """

    key: str
    day: str
    rules: tuple[int, int, int]
    start: str
    moves: tuple[int, ...]
    color: int
    score: float
    opponent: str
    accuracy: float
    phases: tuple[float | None, ...]
    counts: tuple[int, int, int]
    mistakes: tuple[OwnMistake, ...]
    file: str = ""


class TriedExercise(msgspec.Struct, frozen=True, tag="exercise"):
    """An answer to an exercise: the position before a ply of a game."""

    key: str
    ply: int
    is_right: bool


_Line = ReviewedGame | TriedExercise


class Progress:
    """Everything that is known of the user's play, in the order of its days.

    The file only grows, a line at a time, so that several windows may add to it and a line that was
    cut off is all that can be lost.
    """

    def __init__(self, file: Path | None) -> None:
        """
        file: None keeps nothing.
        """
        self._file = file
        self._games: dict[str, ReviewedGame] = {}
        self._tries: dict[tuple[str, int], list[bool]] = {}
        self._size = -1
        self.read()

    @property
    def games(self) -> tuple[ReviewedGame, ...]:
        """The oldest first."""
        return tuple(sorted(self._games.values(), key=lambda game: game.day))

    def read(self) -> None:
        """Take in what the file holds by now; damaged lines are left out."""
        if self._file is None:
            return
        try:
            size = self._file.stat().st_size
            if size == self._size:
                return
            data = self._file.read_bytes()
        except OSError:  # there is none yet
            return
        self._size = size
        self._games, self._tries = {}, {}
        for line in data.splitlines():
            try:
                self._take(msgspec.json.decode(line, type=_Line))
            except msgspec.MsgspecError:
                continue

    def add(self, line: _Line) -> None:
        """Keep something new; the same game once more takes the place of what was known of it.

        Raises:
            OSError: if it cannot be written; it is known until the window is closed.
        """
        self.read()  # another window may have added something
        self._take(line)
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("ab") as stream:
            stream.write(b"\n" * (not _ends_a_line(self._file)) + msgspec.json.encode(line) + b"\n")
        self._size = self._file.stat().st_size

    def has(self, key: str) -> bool:
        return key in self._games

    def tries(self, key: str, ply: int) -> tuple[bool, ...]:
        """Return whether each answer to an exercise was right, the oldest first."""
        return tuple(self._tries.get((key, ply), ()))

    def mean_accuracies(self) -> tuple[float, ...]:
        """For each game, the mean accuracy of it and the few before it."""
        values = [game.accuracy for game in self.games]
        return tuple(
            statistics.fmean(values[max(0, last + 1 - GAMES_AVERAGED) : last + 1])
            for last in range(len(values))
        )

    def mean_phases(self) -> tuple[float | None, ...]:
        """The mean accuracy in each phase, over all games with a move there."""
        by_phase = zip(*(game.phases for game in self.games), strict=False)
        known = ([each for each in phase if each is not None] for phase in by_phase)
        return tuple(statistics.fmean(each) if each else None for each in known)

    def reasons(self) -> list[tuple[Reason, int]]:
        """Why the user's mistakes and blunders were some, the most frequent first."""
        counts: Counter[str] = Counter()
        for game in self.games:
            grave = (each for each in game.mistakes if each.severity != Severity.INACCURACY.name)
            counts.update(each.reason for each in grave)
        return [(Reason[name], count) for name, count in counts.most_common() if name in _REASONS]

    def _take(self, line: _Line) -> None:
        if isinstance(line, ReviewedGame):
            self._games[line.key] = line
        else:
            self._tries.setdefault((line.key, line.ply), []).append(line.is_right)


_REASONS = Reason.__members__


def _ends_a_line(file: Path) -> bool:
    """Return whether a file ends as one does that nobody was killed in writing."""
    try:
        with file.open("rb") as stream:
            if not stream.seek(0, 2):
                return True
            stream.seek(-1, 2)
            return stream.read() == b"\n"
    except FileNotFoundError:
        return True


def key_of(rules: Rules, start: str, moves: tuple[int, ...]) -> str:
    """Names a game by its moves."""
    return hashlib.sha256(repr((tuple(rules), start, moves)).encode()).hexdigest()[:16]


def users_color(session: GameSession) -> Color | None:
    """The user's color in the game, which may have been loaded; None if that is unknown."""
    setup = session.seated
    if setup.human_color is not None or not setup.has_human:
        return setup.human_color
    own = {load_language(code).say("human") for code in languages()}
    named = [color for color, name in zip((BLACK, WHITE), setup.names, strict=True) if name in own]
    return named[0] if len(named) == 1 else None


def reviewed_game(
    session: GameSession, names: tuple[str, str], day: str, file: str = ""
) -> ReviewedGame | None:
    """The record to keep of a session's game; None unless it is over, the user's and reviewed.

    names: of Black and White.
    """
    review, outcome, color = session.review, session.result, users_color(session)
    if outcome is None or color is None or review.share != 1:
        return None
    side = 0 if color is BLACK else 1
    summary = review.summaries[side]
    if summary is None:
        return None
    setup = session.setup
    return ReviewedGame(
        key_of(setup.rules, setup.start, session.moves),
        day,
        (setup.rules.size, setup.rules.win_length, setup.rules.variant),
        setup.start,
        session.moves,
        color.value,
        0.5 if outcome.winner is None else float(outcome.winner is color),
        names[1 - side],
        round(summary.accuracy, 4),
        tuple(_accuracy(sides[side]) for sides in review.phases),
        (summary.inaccuracies, summary.mistakes, summary.blunders),
        _own_mistakes(review, color),
        file,
    )


def _accuracy(summary: SideSummary | None) -> float | None:
    return round(summary.accuracy, 4) if summary is not None else None


def _own_mistakes(review: Review, color: Color) -> tuple[OwnMistake, ...]:
    return tuple(
        OwnMistake(each.ply, each.severity.name, reason_of(each).name, each.better_line)
        for each in review.mistakes
        if each.color is color
    )
