"""Two players in pairs of games: same opening, seats swapped, as many games at once as wanted.

Without an opening rule the first seat is Black, so colors are swapped. With one, both players sit
first once and decide about stones and colors themselves; the games of a pair then begin alike only
by chance, but whatever sitting first is worth still cancels out in a pair.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from gomoku.board import Board, Outcome, Termination
from gomoku.notation import move_to_text
from gomoku.opening_rules import Decision, DecisionError, OpeningPhase, OpeningRule, Option, Seat
from gomoku.record import GameRecord
from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku.symmetry import image_points
from gomoku_zero.arena.openings import Opening
from gomoku_zero.arena.stats import EloEstimate, GameCounts, PairCounts, estimate_elo
from gomoku_zero.players.negotiation import negotiator_of
from mcts.player import Choice, Limit, Player, PlayerFailure, UnusablePlayerError

_Answer = TypeVar("_Answer")

GAMES_AT_ONCE = 64
"""Enough for full batches, few enough that pairs end throughout a match and not all at its end."""

FAILURES = (Termination.CRASH, Termination.ILLEGAL_MOVE, Termination.TIME)
"""Games that a player lost by its conduct rather than on the board."""


@dataclass(frozen=True, slots=True)
class PairResult:
    """Both games of a pair.

    index: which opening of the match it is.
    records: first the game with A in the first seat, which is Black unless an opening rule lets
        players choose, then the one with A in the second seat.
    """

    index: int
    records: tuple[GameRecord, GameRecord]

    @property
    def colors(self) -> tuple[Color, Color]:
        """A's colors in the two games."""
        first, second = self.records
        return first.color_of(Seat.FIRST), second.color_of(Seat.SECOND)

    @property
    def points_by_seat(self) -> tuple[float, float]:
        """A's points in the first and in the second seat: 0, 1/2 or 1 each."""
        first, second = (
            _points(record, color) for record, color in zip(self.records, self.colors, strict=True)
        )
        return first, second

    @property
    def points(self) -> float:
        """A's points in both games: 0, 1/2, 1, 3/2 or 2."""
        return sum(self.points_by_seat)


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
    def opening_rule(self) -> OpeningRule:
        """How the games began."""
        phases = [game.opening_phase for game in self.records if game.opening_phase is not None]
        return phases[0].rule if phases else OpeningRule.FREE

    @property
    def as_black(self) -> GameCounts:
        return self._as_color(BLACK)

    @property
    def as_white(self) -> GameCounts:
        return self._as_color(WHITE)

    @property
    def as_first(self) -> GameCounts:
        return _count([pair.points_by_seat[0] for pair in self.pairs])

    @property
    def as_second(self) -> GameCounts:
        return _count([pair.points_by_seat[1] for pair in self.pairs])

    @property
    def games(self) -> GameCounts:
        return _count([points for pair in self.pairs for points in pair.points_by_seat])

    @property
    def options(self) -> dict[str, int]:
        """How often each last choice of a color, and two more stones, were decided on.

        Empty where the opening rule gives no choice.
        """
        chosen = [
            (seat, option)
            for game in self.records
            if game.opening_phase is not None
            for seat, option in game.opening_phase.options
        ]
        names = {
            "second takes black": (Seat.SECOND, Option.BLACK),
            "second takes white": (Seat.SECOND, Option.WHITE),
            "second puts two": (Seat.SECOND, Option.PUT_TWO),
            "first takes black": (Seat.FIRST, Option.BLACK),
            "first takes white": (Seat.FIRST, Option.WHITE),
        }
        counts = {name: chosen.count(each) for name, each in names.items()}
        return {name: count for name, count in counts.items() if count}

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

    def _as_color(self, color: Color) -> GameCounts:
        return _count(
            [
                points
                for pair in self.pairs
                for points, own in zip(pair.points_by_seat, pair.colors, strict=True)
                if own is color
            ]
        )


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
    opening_rule: OpeningRule = OpeningRule.FREE,
    seed: int = 0,
) -> Iterator[PairResult]:
    """Play a pair of games from each opening, and give each pair when both its games are over.

    With an opening rule, games begin on the empty board and players decide how they go on; the
    openings are then empty, and say how many pairs there are.

    Pairs come in the order they end, which favors short games: stop a match on what came in only
    with that in mind. Every ply asks each player once, for all games in which it is to move.

    A player that raises an exception or answers an illegal move loses that game, with the reason
    in its record, and the match goes on. Closing the iterator ends the match.

    Args:
        limit: for every single move of either player, or of A alone with a `limit_b`.
        games_at_once: how many games are in progress together, at least 1.
        indices: which openings to play; all of them if None.
        seed: of what players draw in openings, so that games differ.
    """
    assert games_at_once >= 1, games_at_once
    assert opening_rule is OpeningRule.FREE or not any(openings), "openings, and a rule for them"
    waiting = deque(
        _Game(index, seat, rules, openings[index], opening_rule, seed)
        for index in (range(len(openings)) if indices is None else indices)
        for seat in Seat
    )
    finished: dict[int, _Game] = {}
    playing: list[_Game] = []
    while waiting or playing:
        while waiting and len(playing) < games_at_once:
            playing.append(waiting.popleft())
        for is_a, player, own in ((True, player_a, limit), (False, player_b, limit_b or limit)):
            _negotiate([game for game in playing if game.is_decision_of(is_a)], player, own)
            _move([game for game in playing if game.is_turn_of(is_a)], player, own)
        over = [game for game in playing if game.outcome is not None]
        playing = [game for game in playing if game.outcome is None]
        for game in over:
            other = finished.pop(game.index, None)
            if other is None:
                finished[game.index] = game
                continue
            first, second = (game, other) if game.seat_a is Seat.FIRST else (other, game)
            names = (player_a.name, player_b.name)
            yield PairResult(game.index, (first.record(*names), second.record(*names)))


def play_match(
    player_a: Player,
    player_b: Player,
    rules: Rules,
    openings: Sequence[Opening],
    *,
    limit: Limit = Limit(),  # noqa: B008 - immutable
    games_at_once: int = GAMES_AT_ONCE,
    opening_rule: OpeningRule = OpeningRule.FREE,
    seed: int = 0,
) -> MatchResult:
    """Play a pair of games from each opening; see `play_pairs`."""
    pairs = play_pairs(
        player_a,
        player_b,
        rules,
        openings,
        limit=limit,
        games_at_once=games_at_once,
        opening_rule=opening_rule,
        seed=seed,
    )
    in_order = sorted(pairs, key=lambda pair: pair.index)
    return MatchResult(player_a.name, player_b.name, rules, tuple(in_order))


class _Game:
    """One game in progress, which knows which seat A has."""

    def __init__(
        self,
        index: int,
        seat_a: Seat,
        rules: Rules,
        opening: Opening,
        opening_rule: OpeningRule,
        seed: int,
    ) -> None:
        self.index = index
        self.seat_a = seat_a
        self.phase = OpeningPhase(opening_rule, rules)
        self.generator = np.random.default_rng((seed, index, seat_a))
        self.board = Board.from_moves(rules, opening)
        self.outcome: Outcome | None = self.board.outcome
        self._opening_plies = len(opening)
        self._reason = ""

    @property
    def color_a(self) -> Color:
        """A's color; before that is settled, the first seat counts as Black."""
        color = self.phase.color_of(self.seat_a)
        if color is None:
            return self.seat_a.usual_color
        return color

    def is_decision_of(self, is_a: bool) -> bool:
        """Return whether A, or B, must decide something in the opening."""
        turn = self.phase.turn
        return self.outcome is None and turn is not None and (turn.seat is self.seat_a) == is_a

    def is_turn_of(self, is_a: bool) -> bool:
        """Return whether the opening is over and A, or B, is to move."""
        return (
            self.outcome is None
            and self.phase.is_over
            and (self.board.to_move == self.color_a) == is_a
        )

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Take what the seat has decided whose turn it is."""
        turn = self.phase.turn
        assert turn is not None, "the opening is over"
        seat = turn.seat
        for decision in decisions:
            if turn is None or turn.seat is not seat:
                self._lose(seat, Termination.ILLEGAL_MOVE, "decided for the other player")
                break
            try:
                self.phase = self.phase.decided(decision)
            except DecisionError as error:
                self._lose(seat, Termination.ILLEGAL_MOVE, str(error))
                break
            turn = self.phase.turn
        else:
            if turn is not None and turn.seat is seat:
                self._lose(seat, Termination.ILLEGAL_MOVE, "did not decide all that was asked")
        self.board = self.phase.board()
        self._opening_plies = self.board.ply

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
        """Whoever must decide or move loses."""
        turn = self.phase.turn
        if turn is not None:
            self._lose(turn.seat, termination, reason)
            return
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
            None if self.phase.rule is OpeningRule.FREE else self.phase,
        )

    def _lose(self, seat: Seat, termination: Termination, reason: str) -> None:
        """A seat loses in the opening."""
        color = self.color_a if seat is self.seat_a else self.color_a.other
        self.outcome = Outcome(color.other, termination)
        self._reason = reason


def _negotiate(games: Sequence[_Game], player: Player, limit: Limit) -> None:
    """Let a player decide in the openings of these games; or the end of a game it fails in."""

    def decisions(games: Sequence[_Game]) -> list[tuple[Decision, ...]]:
        return negotiator_of(player).decide(
            [game.phase for game in games], limit, [game.generator for game in games]
        )

    for game, decided in _ask(games, decisions):
        game.decide(decided)


def _move(games: Sequence[_Game], player: Player, limit: Limit) -> None:
    """One move by a player in each of these games, or the end of a game it fails in."""

    def choices(games: Sequence[_Game]) -> list[Choice]:
        return player.choose_moves([game.board for game in games], limit)

    for game, choice in _ask(games, choices):
        game.play(int(choice.move))


def _ask(
    games: Sequence[_Game], ask: Callable[[Sequence[_Game]], list[_Answer]]
) -> list[tuple[_Game, _Answer]]:
    """The games with what is answered about each; those in which that fails are forfeited."""
    if not games:
        return []
    # A batch that fails says not which board was to blame, so each is asked about alone.
    try:
        answers = ask(games)
        if len(answers) != len(games):
            raise PlayerFailure(
                Termination.CRASH, f"answered {len(answers)} times for {len(games)} games"
            )
    except UnusablePlayerError:
        raise
    except Exception as error:
        if len(games) > 1:
            return [each for game in games for each in _ask([game], ask)]
        if isinstance(error, PlayerFailure):
            games[0].forfeit(error.termination, str(error))
        else:
            games[0].forfeit(Termination.CRASH, f"{type(error).__name__}: {error}")
        return []
    return list(zip(games, answers, strict=True))


def _points(game: GameRecord, color: Color) -> float:
    """The points of a color in a finished game."""
    assert game.outcome is not None
    if game.outcome.winner is None:
        return 0.5
    return 1.0 if game.outcome.winner == color else 0.0


def _count(points: Sequence[float]) -> GameCounts:
    return GameCounts(points.count(1.0), points.count(0.5), points.count(0.0))


def _game_key(game: GameRecord) -> bytes:
    """Equal for two games with the same moves up to the eight symmetries."""
    images = image_points(game.rules.size)[:, list(game.moves)]
    return bytes(min(row.tobytes() for row in images))
