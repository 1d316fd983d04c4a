"""Players' decisions in an opening, by the values they give to positions.

Whoever puts stones for the other to choose wants them balanced, and whoever chooses wants the
better color. So the first player of swap and swap2 draws many sets of stones, has all of them
glanced at, the most balanced ones searched as thoroughly as a move, and draws one of those that are
about as balanced as the best. A color is chosen by the value of a thorough search. In swap2 a
player who finds that neither color is worth anything looks for two more stones that leave the
position still more balanced, and leaves the choice to the other.

Were values exact, a color would never be worse than two more stones: the better one is worth as
much as the other one costs, at least 0, and after two stones the other player has that choice. But
values are estimates, and the stones were found by somebody who wants them to look balanced. Where
the estimate says nothing, a position of one's own making is as good.

In pro and long pro there is nothing to balance: both players put the stone that is best for them.
White's is chosen without regard to where Black's second stone may not go.

A player that gives no values decides by lot, and an engine in its own way.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from gomoku.board import Board
from gomoku.opening_rules import Decision, OpeningPhase, OpeningRule, Option, OptionTurn, StoneTurn
from gomoku.rules import Rules
from mcts.player import Limit, Player


class Effort(Enum):
    """How closely positions are looked at."""

    GLANCE = "glance"
    THOROUGH = "thorough"


Judge = Callable[[Sequence[Board], Effort], Sequence[float | None]]
"""The values of positions that go on, in [-1, 1] for the side to move; None where it has none."""


@dataclass(frozen=True, slots=True)
class NegotiationConfig:
    """How widely stones are looked for, and what counts as balanced.

    candidates: how many sets of stones are glanced at. On 15x15 about every tenth set of three
        stones near each other has a value within 0.1 of 0 (docs/openings.md).
    finalists: how many of them are searched thoroughly.
    slack: stones are drawn among those whose value is at most so much worse than the best one's, so
        that openings differ.
    indifference: a color whose value is below this is not worth having, and two more stones are
        looked for.
    reach: how many rows or columns a stone may be away from one that is there.
    glance_simulations: of a search, for each candidate.
    """

    candidates: int = 64
    finalists: int = 8
    slack: float = 0.05
    indifference: float = 0.05
    reach: int = 4
    glance_simulations: int = 32

    def simulations(self, effort: Effort, most: int | None) -> int | None:
        """Simulations of a search; most: what the player is allowed, None for no limit."""
        if effort is Effort.THOROUGH:
            return most
        return self.glance_simulations if most is None else min(self.glance_simulations, most)


@runtime_checkable
class Negotiator(Protocol):
    """Whoever decides in openings; batch-first, as players are."""

    def decide(
        self,
        phases: Sequence[OpeningPhase],
        limit: Limit,
        generators: Sequence[np.random.Generator],
    ) -> list[tuple[Decision, ...]]:
        """For each opening, which is not over, all decisions of the seat whose turn it is, up to
        the other seat's turn or the end.

        limit: for each of them, as for a move.
        generators: what is drawn from, one for each opening.
        """
        ...


# A seat thinks for at most three rounds, and each has this share of its time.
_SHARE_OF_TIME = 0.25

# A search of more positions at once would need more memory without being faster.
_MAX_BOARDS = 512


class ValueNegotiator:  # a Negotiator
    """Decides by the values that a player gives to positions."""

    def __init__(self, player: Player, config: NegotiationConfig = NegotiationConfig()) -> None:
        self._player = player
        self._config = config

    def decide(
        self,
        phases: Sequence[OpeningPhase],
        limit: Limit,
        generators: Sequence[np.random.Generator],
    ) -> list[tuple[Decision, ...]]:
        def judge(boards: Sequence[Board], effort: Effort) -> list[float | None]:
            return self._values(boards, effort, limit)

        return negotiate(phases, judge, generators, self._config)

    def _values(self, boards: Sequence[Board], effort: Effort, limit: Limit) -> list[float | None]:
        simulations = self._config.simulations(effort, limit.simulations)
        chunks = [boards[i : i + _MAX_BOARDS] for i in range(0, len(boards), _MAX_BOARDS)]
        seconds = limit.seconds
        if seconds is not None:
            seconds *= _SHARE_OF_TIME / len(chunks)
        return [
            choice.value
            for chunk in chunks
            for choice in self._player.choose_moves(chunk, Limit(simulations, seconds))
        ]


def negotiator_of(player: Player) -> Negotiator:
    """Who decides for a player: the player itself if it knows how, else its values."""
    return player if isinstance(player, Negotiator) else ValueNegotiator(player)


def negotiate(
    phases: Sequence[OpeningPhase],
    judge: Judge,
    generators: Sequence[np.random.Generator],
    config: NegotiationConfig = NegotiationConfig(),
) -> list[tuple[Decision, ...]]:
    """The answer of `Negotiator.decide`, by the values of a judge.

    The judge is asked about all openings together. Of the positions it is asked about at once, it
    may leave out some: they are not chosen. If it values none, the lot decides.
    """
    thoughts = [
        _decide(phase, generator, config)
        for phase, generator in zip(phases, generators, strict=True)
    ]
    decided: dict[int, tuple[Decision, ...]] = {}
    questions: dict[int, _Question] = {}

    def go_on(index: int, values: Sequence[float | None] | None) -> None:
        try:
            thought = thoughts[index]
            questions[index] = next(thought) if values is None else thought.send(values)
        except StopIteration as end:
            decided[index] = end.value

    for index in range(len(thoughts)):
        go_on(index, None)
    while questions:
        for effort in Effort:
            asked = [index for index in questions if questions[index].effort is effort]
            boards = [board for index in asked for board in questions[index].boards]
            values = iter(judge(boards, effort)) if boards else iter(())
            for index in asked:
                question = questions.pop(index)
                go_on(index, list(islice(values, len(question.boards))))
    return [decided[index] for index in range(len(phases))]


class _Question(NamedTuple):
    """Positions whose values a seat wants to know."""

    boards: list[Board]
    effort: Effort


_Deciding = Generator[_Question, Sequence[float | None], tuple[Decision, ...]]
_Searching = Generator[_Question, Sequence[float | None], tuple[tuple[int, ...], float] | None]


def _decide(
    phase: OpeningPhase, generator: np.random.Generator, config: NegotiationConfig
) -> _Deciding:
    """All decisions of the seat whose turn it is; asks for values as it goes."""
    turn = phase.turn
    assert turn is not None, "the opening is over"
    if isinstance(turn, OptionTurn):
        return (yield from _choose(phase, turn, generator, config))
    if phase.rule in (OpeningRule.SWAP, OpeningRule.SWAP2):
        sets = _draw_sets(phase, turn.stones, generator, config)
        found = yield from _best_stones(phase, sets, abs, generator, config)
    else:
        points = phase.legal_points().tolist()
        if not phase.moves:
            return (int(generator.choice(points)),)  # the center: all are the same
        # The value after the stone is the other side's, so the least one is the best.
        sets = iter([(point,) for point in points])
        found = yield from _best_stones(phase, sets, float, generator, config)
    return _by_lot(phase, generator) if found is None else found[0]


def _choose(
    phase: OpeningPhase,
    turn: OptionTurn,
    generator: np.random.Generator,
    config: NegotiationConfig,
) -> _Deciding:
    """A color by its value, or two more stones if neither has any."""
    board = phase.board()
    [value] = yield _Question([board], Effort.THOROUGH)
    if value is None:
        return _by_lot(phase, generator)
    if Option.PUT_TWO in turn.options and abs(value) < config.indifference:
        after = phase.decided(Option.PUT_TWO)
        sets = _draw_sets(after, 2, generator, config)
        found = yield from _best_stones(after, sets, abs, generator, config)
        if found is not None and found[1] < abs(value):
            return (Option.PUT_TWO, *found[0])
    own = Option.WHITE if board.to_move < 0 else Option.BLACK
    other = Option.BLACK if own is Option.WHITE else Option.WHITE
    return (own if value >= 0 else other,)


def _best_stones(
    phase: OpeningPhase,
    sets: Iterator[tuple[int, ...]],
    badness: Callable[[float], float],
    generator: np.random.Generator,
    config: NegotiationConfig,
) -> _Searching:
    """One of the sets of stones that are about as good as the best, and its badness.

    sets: may end the game, and then are passed over.
    badness: of the value after the stones, for the side then to move.

    None if no set was valued, or all end the game.
    """
    start = phase.board()
    stones, boards = [], []
    for each in sets:
        board = _after(start, each)
        if board is not None:
            stones.append(each)
            boards.append(board)
    order = list(range(len(stones)))
    for effort, most in ((Effort.GLANCE, config.finalists), (Effort.THOROUGH, len(stones))):
        values = yield _Question([boards[index] for index in order], effort)
        judged = [
            (badness(value), index)
            for index, value in zip(order, values, strict=True)
            if value is not None
        ]
        if not judged:
            return None
        judged.sort()
        order = [index for _, index in judged[:most]]
    best = judged[0][0]
    good = [each for each in judged if each[0] <= best + config.slack]
    chosen, index = good[int(generator.integers(len(good)))]
    return stones[index], chosen


def _by_lot(phase: OpeningPhase, generator: np.random.Generator) -> tuple[Decision, ...]:
    """Decisions that are as good as any, for whoever has no idea."""
    turn, now = phase.turn, phase
    assert turn is not None, "the opening is over"
    seat = turn.seat
    while turn is not None and turn.seat is seat:
        if isinstance(turn, StoneTurn):
            points = now.legal_points()
            now = now.decided(int(points[generator.integers(len(points))]))
        else:
            now = now.decided(turn.options[int(generator.integers(len(turn.options)))])
        turn = now.turn
    return now.decisions[len(phase.decisions) :]


def _draw_sets(
    phase: OpeningPhase, count: int, generator: np.random.Generator, config: NegotiationConfig
) -> Iterator[tuple[int, ...]]:
    """Random sets of so many stones, each near one that is there; the first one anywhere."""
    for _ in range(config.candidates):
        moves = list(phase.moves)
        while len(moves) < len(phase.moves) + count:
            moves.append(_draw_point(moves, phase.rules, generator, config.reach))
        yield tuple(moves[len(phase.moves) :])


def _draw_point(
    moves: Sequence[int], rules: Rules, generator: np.random.Generator, reach: int
) -> int:
    size = rules.size
    if not moves:
        return int(generator.integers(rules.points))
    while True:
        row, column = divmod(moves[int(generator.integers(len(moves)))], size)
        down, right = generator.integers(-reach, reach + 1, size=2).tolist()
        point = (row + down) * size + column + right
        if 0 <= row + down < size and 0 <= column + right < size and point not in moves:
            return int(point)


def _after(board: Board, moves: Sequence[int]) -> Board | None:
    """A copy of the board with some more moves, or None if one of them ends the game."""
    after = board.copy()
    for move in moves:
        after.push(move)
        if after.outcome is not None:
            return None
    return after
