"""Two players in pairs of games: same opening, colors swapped, as many games at once as wanted."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from arena.openings import Opening
from arena.stats import EloEstimate, GameCounts, PairCounts, estimate_elo
from gomoku.board import Board, Outcome, Termination
from gomoku.notation import move_to_text
from gomoku.player import Choice, Limit, Player
from gomoku.record import GameRecord
from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku.symmetry import image_points

GAMES_AT_ONCE = 64
"""Enough for full batches, few enough that pairs end throughout a match and not all at its end."""

FAILURES = (Termination.CRASH, Termination.ILLEGAL_MOVE, Termination.TIME)
"""Games that a player lost by its conduct rather than on the board."""


class PlayerFailure(Exception):  # noqa: N818 - it fails a game, not the program
    """Raised by a player who cannot move; it loses the game for this reason."""

    def __init__(self, termination: Termination, reason: str) -> None:
        super().__init__(reason)
        self.termination = termination


@dataclass(frozen=True, slots=True)
class PairResult:
    """Both games of a pair.

    index: which opening of the match it is.
    records: first the game with A as Black, then the one with A as White.
    """

    index: int
    records: tuple[GameRecord, GameRecord]

    @property
    def points_by_color(self) -> tuple[float, float]:
        """What A got as Black and as White: 0, 1/2 or 1 each."""
        return _points(self.records[0], BLACK), _points(self.records[1], WHITE)

    @property
    def points(self) -> float:
        """What A got out of both games: 0, 1/2, 1, 3/2 or 2."""
        return sum(self.points_by_color)


@dataclass(frozen=True, slots=True)
class MatchResult:
    """All pairs of a match so far, by ascending index, seen from A."""

    name_a: str
    name_b: str
    rules: Rules
    pairs: tuple[PairResult, ...] = ()

    def first(self, pairs: int) -> "MatchResult":
        """Only the pairs of the first so many openings."""
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair.index < pairs))

    @property
    def records(self) -> list[GameRecord]:
        return [game for pair in self.pairs for game in pair.records]

    @property
    def pair_counts(self) -> PairCounts:
        return PairCounts.of([pair.points for pair in self.pairs])

    @property
    def as_black(self) -> GameCounts:
        return _count([pair.records[0] for pair in self.pairs], BLACK)

    @property
    def as_white(self) -> GameCounts:
        return _count([pair.records[1] for pair in self.pairs], WHITE)

    @property
    def games(self) -> GameCounts:
        black, white = self.as_black, self.as_white
        return GameCounts(
            black.wins + white.wins, black.draws + white.draws, black.losses + white.losses
        )

    @property
    def elo(self) -> EloEstimate:
        return estimate_elo(self.pair_counts)

    @property
    def distinct_games(self) -> int:
        """How many games differ in the course of their stones, up to symmetry.

        Players without randomness repeat themselves, and a repeated game proves nothing new.
        """
        return len({_game_key(game) for game in self.records})

    def failures(self, name: str) -> list[GameRecord]:
        """The games a player lost by crashing, an illegal move, or its clock."""
        return [
            game
            for game in self.records
            if game.outcome is not None
            and game.outcome.termination in FAILURES
            and game.outcome.winner is not None
            and game.player(game.outcome.winner.other) == name
        ]


def play_pairs(
    player_a: Player,
    player_b: Player,
    rules: Rules,
    openings: Sequence[Opening],
    *,
    limit: Limit = Limit(),  # noqa: B008 - immutable
    limit_b: Limit | None = None,
    games_at_once: int = GAMES_AT_ONCE,
    indices: Sequence[int] | None = None,
) -> Iterator[PairResult]:
    """Play a pair of games from each opening, and give each pair when both its games are over.

    Pairs come in the order they end, which favors short games: stop a match on what came in only
    with that in mind. Every ply asks each player once, for all games in which it is to move.

    A player that raises an exception or answers an illegal move loses that game, with the reason
    in its record, and the match goes on. Closing the iterator ends the match.

    Args:
        limit: for every single move of either player, or of A alone with a `limit_b`.
        games_at_once: how many games are in progress together, at least 1.
        indices: which openings to play; all of them if None.
    """
    assert games_at_once >= 1, games_at_once
    waiting = deque(
        _Game(index, color, rules, openings[index])
        for index in (range(len(openings)) if indices is None else indices)
        for color in (BLACK, WHITE)
    )
    finished: dict[int, _Game] = {}
    playing: list[_Game] = []
    while waiting or playing:
        while waiting and len(playing) < games_at_once:
            playing.append(waiting.popleft())
        _move([game for game in playing if game.is_turn_of(True)], player_a, limit)
        _move([game for game in playing if game.is_turn_of(False)], player_b, limit_b or limit)
        over = [game for game in playing if game.outcome is not None]
        playing = [game for game in playing if game.outcome is None]
        for game in over:
            other = finished.pop(game.index, None)
            if other is None:
                finished[game.index] = game
                continue
            black, white = (game, other) if game.color_a == BLACK else (other, game)
            names = (player_a.name, player_b.name)
            yield PairResult(game.index, (black.record(*names), white.record(*names)))


def play_match(
    player_a: Player,
    player_b: Player,
    rules: Rules,
    openings: Sequence[Opening],
    *,
    limit: Limit = Limit(),  # noqa: B008 - immutable
    games_at_once: int = GAMES_AT_ONCE,
) -> MatchResult:
    """Play a pair of games from each opening; see `play_pairs`."""
    pairs = play_pairs(
        player_a, player_b, rules, openings, limit=limit, games_at_once=games_at_once
    )
    in_order = sorted(pairs, key=lambda pair: pair.index)
    return MatchResult(player_a.name, player_b.name, rules, tuple(in_order))


class _Game:
    """One game in progress, which knows which color A has."""

    def __init__(self, index: int, color_a: Color, rules: Rules, opening: Opening) -> None:
        self.index = index
        self.color_a = color_a
        self.board = Board.from_moves(rules, opening)
        self.outcome: Outcome | None = self.board.outcome
        self._opening_plies = len(opening)
        self._reason = ""

    def is_turn_of(self, is_a: bool) -> bool:
        return self.outcome is None and (self.board.to_move == self.color_a) == is_a

    def play(self, move: int) -> None:
        if not self.board.is_legal(move):
            where = "outside the board"
            if 0 <= move < self.board.rules.points:
                where = f"{move_to_text(move, self.board.rules.size)}, which is occupied"
            self.forfeit(Termination.ILLEGAL_MOVE, f"played {where}")
            return
        self.board.push(move)
        self.outcome = self.board.outcome

    def forfeit(self, termination: Termination, reason: str) -> None:
        """The side to move loses."""
        self.outcome = Outcome(self.board.to_move.other, termination)
        self._reason = reason

    def record(self, name_a: str, name_b: str) -> GameRecord:
        black, white = (name_a, name_b) if self.color_a == BLACK else (name_b, name_a)
        return GameRecord(
            self.board.rules,
            self.board.moves,
            self.outcome,
            black,
            white,
            self._opening_plies,
            self._reason,
        )


def _move(games: Sequence[_Game], player: Player, limit: Limit) -> None:
    """One move by a player in each of these games, or the end of a game it fails in."""
    if not games:
        return
    # A batch that fails says not which board was to blame, so each is asked about alone.
    try:
        choices = _choices(games, player, limit)
    except Exception as error:
        if len(games) == 1:
            if isinstance(error, PlayerFailure):
                games[0].forfeit(error.termination, str(error))
            else:
                games[0].forfeit(Termination.CRASH, f"{type(error).__name__}: {error}")
        else:
            for game in games:
                _move([game], player, limit)
        return
    for game, choice in zip(games, choices, strict=True):
        game.play(int(choice.move))


def _choices(games: Sequence[_Game], player: Player, limit: Limit) -> list[Choice]:
    choices = player.choose_moves([game.board for game in games], limit)
    if len(choices) != len(games):
        raise PlayerFailure(
            Termination.CRASH, f"answered {len(choices)} moves for {len(games)} boards"
        )
    return choices


def _points(game: GameRecord, color: Color) -> float:
    """What a color got out of a finished game."""
    assert game.outcome is not None
    if game.outcome.winner is None:
        return 0.5
    return 1.0 if game.outcome.winner == color else 0.0


def _count(games: Sequence[GameRecord], color: Color) -> GameCounts:
    points = [_points(game, color) for game in games]
    return GameCounts(points.count(1.0), points.count(0.5), points.count(0.0))


def _game_key(game: GameRecord) -> bytes:
    """Equal for two games with the same moves up to the eight symmetries."""
    images = image_points(game.rules.size)[:, list(game.moves)]
    return bytes(min(row.tobytes() for row in images))
