"""What players decide in openings, by values."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomoku.board import Board, Termination
from gomoku.notation import moves_to_text
from gomoku.opening_rules import Decision, OpeningPhase, OpeningRule, Option, opening_rules_for
from gomoku.rules import RENJU, Rules
from gomoku_zero.arena.match import play_match
from gomoku_zero.arena.stats import GameCounts
from gomoku_zero.players.baselines import RandomPlayer
from gomoku_zero.players.negotiation import (
    Effort,
    NegotiationConfig,
    ValueNegotiator,
    negotiate,
    negotiator_of,
)
from mcts.player import Choice, Limit, PlayerFailure
from mcts.rollout import RolloutEvaluator
from mcts.search import SearchConfig
from mcts.search_player import SearchPlayer

NINE = Rules(9)
Value = Callable[[Board], float | None]


class FakeJudge:
    """Values positions by a formula, and remembers what it was asked."""

    def __init__(self, value: Value) -> None:
        self.value = value
        self.asked: list[tuple[Effort, int]] = []

    def __call__(self, boards: Sequence[Board], effort: Effort) -> list[float | None]:
        self.asked.append((effort, len(boards)))
        return [self.value(board) for board in boards]


class ValuingPlayer(RandomPlayer):
    """Plays at random, but has opinions."""

    def __init__(self, value: Value, seed: int = 0, name: str = "valuing") -> None:
        super().__init__(seed, name)
        self.value = value

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        choices = super().choose_moves(boards, limit)
        return [
            Choice(choice.move, self.value(board))
            for choice, board in zip(choices, boards, strict=True)
        ]


def left_is_white(board: Board) -> float:
    """White is better the farther left the stones are; 0 where they balance around column e."""
    columns = np.flatnonzero(board.cells) % board.rules.size
    return float(4 - columns.mean()) / 4 if len(columns) else 0.0


def decide(text: str, rule: OpeningRule, value: Value, seed: int = 0) -> tuple[Decision, ...]:
    phase = OpeningPhase.from_text(text, rule, NINE)
    [decided] = negotiate([phase], FakeJudge(value), [np.random.default_rng(seed)])
    return decided


def test_the_first_player_puts_stones_that_balance() -> None:
    for seed in range(20):
        moves = decide("", OpeningRule.SWAP2, left_is_white, seed)
        assert len(moves) == 3
        board = Board.from_moves(NINE, [move for move in moves if not isinstance(move, Option)])
        assert abs(left_is_white(board)) < 0.1


def test_openings_differ_and_follow_from_the_seed() -> None:
    openings = [decide("", OpeningRule.SWAP, left_is_white, seed) for seed in range(20)]
    assert len(set(openings)) == 20
    assert openings == [decide("", OpeningRule.SWAP, left_is_white, seed) for seed in range(20)]


@pytest.mark.parametrize("rule", [OpeningRule.SWAP, OpeningRule.SWAP2])
def test_the_better_color_is_taken(rule: OpeningRule) -> None:
    assert decide("a1 b2 c3", rule, left_is_white) == (Option.WHITE,)
    assert decide("g1 h2 i3", rule, left_is_white) == (Option.BLACK,)


def test_after_five_stones_the_first_player_takes_the_better_color() -> None:
    assert decide("a1 b2 c3 two a2 b3", OpeningRule.SWAP2, left_is_white) == (Option.WHITE,)
    assert decide("g1 h2 i3 two g2 h3", OpeningRule.SWAP2, left_is_white) == (Option.BLACK,)


def test_where_neither_color_is_good_two_stones_make_it_more_balanced() -> None:
    def value(board: Board) -> float:
        return left_is_white(board) + (0.04 if board.ply == 3 else 0.0)

    option, *moves = decide("e1 e2 e3", OpeningRule.SWAP2, value)
    assert option is Option.PUT_TWO
    after = OpeningPhase.from_text("e1 e2 e3 two", OpeningRule.SWAP2, NINE)
    for move in moves:
        after = after.decided(move)
    assert abs(left_is_white(after.board())) < 0.04


def test_two_stones_are_not_put_where_they_do_not_help() -> None:
    def value(board: Board) -> float:
        return 0.04 if board.ply == 3 else 0.6

    assert decide("e1 e2 e3", OpeningRule.SWAP2, value) == (Option.WHITE,)
    # Nor by swap, which does not know of them.
    assert decide("e1 e2 e3", OpeningRule.SWAP, left_is_white) == (Option.WHITE,)


def test_candidates_are_glanced_at_and_the_best_searched_thoroughly() -> None:
    judge = FakeJudge(left_is_white)
    config = NegotiationConfig(candidates=20, finalists=3)
    phases = [OpeningPhase(OpeningRule.SWAP2, NINE)] * 4
    generators = [np.random.default_rng(seed) for seed in range(4)]
    negotiate(phases, judge, generators, config)
    # All openings together.
    assert judge.asked == [(Effort.GLANCE, 80), (Effort.THOROUGH, 12)]


def test_in_pro_the_stone_that_is_best_for_its_player_is_put() -> None:
    def value(board: Board) -> float:  # for the side to move, who likes stones in row 1 least
        return -1.0 if board.last_move is not None and board.last_move >= 72 else 0.5

    assert decide("", OpeningRule.PRO, value) == (40,)
    [white] = decide("e5", OpeningRule.PRO, value)
    [black] = decide("e5 a9", OpeningRule.PRO, value)
    for move in (white, black):
        assert not isinstance(move, Option)
        assert move >= 72


def test_openings_decided_together_are_those_decided_alone() -> None:
    texts = ["", "a1", "a1 b2 c3", "e1 e2 e3", "e1 e2 e3 two", "g1 h2 i3 two a5 a6"]
    phases = [OpeningPhase.from_text(text, OpeningRule.SWAP2, NINE) for text in texts]
    generators = [np.random.default_rng(seed) for seed in range(len(phases))]
    together = negotiate(phases, FakeJudge(left_is_white), generators)
    alone = [
        decide(text, OpeningRule.SWAP2, left_is_white, seed) for seed, text in enumerate(texts)
    ]
    assert together == alone


def patchy(board: Board) -> float | None:
    """No value for every third position."""
    total = int(np.flatnonzero(board.cells).sum())
    return None if total % 3 == 0 else ((total * 37) % 101 - 50) / 50


@given(
    st.data(), st.integers(3, 12), st.integers(0, 100), st.sampled_from([patchy, lambda _: None])
)
def test_whatever_the_values_every_decision_is_legal_and_ends_the_turn(
    data: st.DataObject, size: int, seed: int, value: Value
) -> None:
    rules = Rules(size, min(5, size), RENJU if size >= 5 and seed % 2 else 0)
    phase = OpeningPhase(data.draw(st.sampled_from(opening_rules_for(rules))), rules)
    generator = np.random.default_rng(seed)
    config = NegotiationConfig(candidates=8, finalists=2)
    while (turn := phase.turn) is not None:
        [decided] = negotiate([phase], FakeJudge(value), [generator], config)
        for decision in decided:
            assert phase.turn is not None
            assert phase.turn.seat is turn.seat
            phase = phase.decided(decision)
        assert phase.turn is None or phase.turn.seat is not turn.seat
    assert phase.board().outcome is None


def test_a_searching_player_decides_within_its_limits() -> None:
    limits: list[Limit] = []

    class Recorder(SearchPlayer):
        def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
            limits.append(limit)
            return super().choose_moves(boards, limit)

    player = Recorder("pure", RolloutEvaluator(0), SearchConfig(simulations=50), seed=0)
    config = NegotiationConfig(candidates=16, finalists=4, glance_simulations=8)
    negotiator = ValueNegotiator(player, config)
    phase = OpeningPhase(OpeningRule.SWAP2, NINE)
    for _ in range(2):
        [decided] = negotiator.decide([phase], Limit(seconds=2.0), [np.random.default_rng(3)])
        for decision in decided:
            phase = phase.decided(decision)
    assert limits[0] == Limit(8, 0.5)
    assert limits[1] == Limit(None, 0.5)
    assert sum(limit.seconds or 0.0 for limit in limits[2:]) <= 2.0
    assert len(phase.decisions) >= 4


def test_players_without_values_decide_by_lot() -> None:
    negotiator = negotiator_of(RandomPlayer())
    phase = OpeningPhase.from_text("e1 e2 e3", OpeningRule.SWAP2, NINE)
    seen = set()
    for seed in range(30):
        [decided] = negotiator.decide([phase], Limit(), [np.random.default_rng(seed)])
        seen.add(decided[0])
    assert seen == {Option.BLACK, Option.WHITE, Option.PUT_TWO}


# Matches -----------------------------------------------------------------------------------------


def test_each_player_sits_first_once_in_every_pair() -> None:
    a, b = ValuingPlayer(left_is_white, 0, "a"), ValuingPlayer(left_is_white, 1, "b")
    result = play_match(a, b, NINE, [()] * 6, opening_rule=OpeningRule.SWAP2, seed=4)
    for pair in result.pairs:
        for record, first in zip(pair.records, ("a", "b"), strict=True):
            phase = record.opening_phase
            assert phase is not None
            assert phase.is_over
            assert record.opening == phase.moves
            assert record.player(record.color_of(phase.seats[0])) == first
    both = [result.as_first, result.as_second], [result.as_black, result.as_white]
    for counts in both:
        assert sum(each.wins for each in counts) == result.games.wins
        assert sum(each.games for each in counts) == 12
    openings = {moves_to_text(record.opening, 9) for record in result.records}
    assert len(openings) == 12


@pytest.mark.parametrize("games_at_once", [1, 3])
def test_openings_do_not_depend_on_how_many_games_run_at_once(games_at_once: int) -> None:
    def openings(at_once: int) -> list[OpeningPhase | None]:
        players = ValuingPlayer(left_is_white), ValuingPlayer(left_is_white)
        result = play_match(
            *players,
            NINE,
            [()] * 5,
            opening_rule=OpeningRule.SWAP2,
            seed=1,
            games_at_once=at_once,
        )
        return [record.opening_phase for record in result.records]

    assert openings(games_at_once) == openings(64)


class BadNegotiator(RandomPlayer):
    """Decides what it was told to, in every opening."""

    def __init__(self, *decisions: Decision) -> None:
        super().__init__(0, "bad")
        self.decisions = decisions

    def decide(
        self,
        phases: Sequence[OpeningPhase],
        limit: Limit,
        generators: Sequence[np.random.Generator],
    ) -> list[tuple[Decision, ...]]:
        if not self.decisions:
            raise PlayerFailure(Termination.TIME, "no decision in 1 s")
        return [self.decisions for _ in phases]


@pytest.mark.parametrize(
    ("decisions", "reason"),
    [
        ((), "no decision in 1 s"),
        ((1, 2), "did not decide all that was asked"),
        ((1, 2, 2), "h9|c9 is occupied"),
        ((1, 2, 3, 4), "decided for the other player"),
        ((1, 2, 99), "move 99 is outside the board"),
        ((Option.BLACK,), "black is not an answer now"),
    ],
)
def test_a_bad_decision_loses_the_game_whichever_color_would_have_been_played(
    decisions: tuple[Decision, ...], reason: str
) -> None:
    a, b = BadNegotiator(*decisions), RandomPlayer(1, "random")
    result = play_match(a, b, NINE, [()], opening_rule=OpeningRule.SWAP)
    lost = result.pairs[0].records[0]
    assert lost in result.failures("bad")
    assert any(each in lost.reason for each in reason.split("|"))
    assert result.pairs[0].points_by_seat[0] == 0.0
    assert result.as_first == GameCounts(losses=1)
    assert lost.opening_phase is not None
    assert not lost.opening_phase.is_over
