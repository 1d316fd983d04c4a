"""The player that gives advice, and who that is."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.player import Limit
from gomoku.rules import Rules
from gomoku_zero.window.model.analyst import SearchAnalyst, analyst_for, make_analyst
from gomoku_zero.window.model.opponents import GREEDY, PURE, Opponent
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.thought import Candidate, thought_of
from mcts.evaluation import Evaluation, Evaluator, Positions
from mcts.search import SearchConfig

TINY = Rules(size=4, win_length=4)
SIX = Rules(size=6, win_length=4)
NET = Opponent("six", "net:six", "@", (25, 100, 400), (SIX,))


class Even:
    """Knows nothing, and says that so many games in ten are drawn after each number of stones."""

    def evaluate(self, positions: Positions) -> Evaluation:
        batch = len(positions.cells)
        return Evaluation(np.ones(positions.cells.shape, np.float32), np.zeros(batch, np.float32))

    def draw_rates(self, positions: Positions) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        stones: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = (
            np.abs(positions.cells).sum(axis=1).astype(np.float32)
        )
        return stones / np.float32(10)


class Silent:
    """Says nothing of draws."""

    def evaluate(self, positions: Positions) -> Evaluation:
        return Even().evaluate(positions)


def analyst(evaluator: Evaluator, rules: Rules, board: Board) -> SearchAnalyst:
    player = SearchAnalyst("wise", evaluator, SearchConfig(simulations=50))
    for _ in player.analyse(board, Limit(simulations=50)):
        pass
    return player


def candidate(*line: int, visits: int) -> Candidate:
    return Candidate(line[0], visits, 0.5, 0.1, line)


def test_the_draw_rate_is_that_of_the_ends_of_the_lines_by_their_visits() -> None:
    board = Board(SIX)
    wise = analyst(Even(), SIX, board)
    lines = (candidate(0, 1, visits=30), candidate(2, 3, 4, 5, visits=10))
    assert wise.draw_rate(board, lines) == pytest.approx((30 * 0.2 + 10 * 0.4) / 40)


def test_a_line_that_ends_the_game_is_certain() -> None:
    board = Board.from_moves(SIX, (0, 6, 1, 7, 2, 8))
    wise = analyst(Even(), SIX, board)
    winning = (candidate(3, visits=10), candidate(20, visits=10))
    assert wise.draw_rate(board, winning) == pytest.approx((0 + 0.7) / 2)


def test_pure_search_counts_drawn_playouts() -> None:
    # Each side holds a point of every line but few: nearly all random games are drawn.
    board = Board.from_text("x o x o\no x o x\no x o x\n. . . .", TINY)
    player = make_analyst("pure:50")
    assert isinstance(player, SearchAnalyst)
    rate = player.draw_rate(board, [candidate(move, visits=1) for move in (12, 13)])
    assert rate is not None
    assert rate > 0.9
    first = player.draw_rate(Board(SIX), [candidate(14, visits=1)])
    assert first is not None
    assert first < 0.5


def test_nothing_is_said_of_draws_by_who_cannot_or_knows_nothing_yet() -> None:
    board = Board(SIX)
    assert analyst(Silent(), SIX, board).draw_rate(board, [candidate(0, visits=1)]) is None
    assert analyst(Even(), SIX, board).draw_rate(board, []) is None


def test_every_candidate_of_a_real_search_has_a_legal_line_that_begins_with_it() -> None:
    board = Board.from_moves(SIX, (14, 15))
    player = make_analyst("pure:400")
    assert isinstance(player, SearchAnalyst)
    for summary in player.analyse(board, Limit(simulations=400)):
        last = summary
    thought = thought_of(last, board.to_move, player.line_after)
    assert len(thought.candidates) > 3
    for each in thought.candidates:
        assert each.line[0] == each.move
        Board.from_moves(SIX, (14, 15, *each.line))  # raises if it cannot be played


def test_the_draw_rate_never_contradicts_the_win_rate() -> None:
    board = Board(SIX)
    player = analyst(Even(), SIX, board)
    for summary in player.analyse(board, Limit(simulations=1)):
        thought = replace(thought_of(summary, board.to_move), win_rate=0.9)
    assert thought.with_draw_rate(0.5).draw_rate == pytest.approx(0.2)
    assert thought.with_draw_rate(None).draw_rate is None


@pytest.mark.parametrize(
    ("engine", "rules", "expected"),
    [
        ("net:six@25", SIX, "net:six@25"),
        ("pure:1000", SIX, "pure:1000"),
        ("greedy", SIX, "net:six@400"),
        (HUMAN, SIX, "net:six@400"),
        (HUMAN, Rules(), PURE.spec(2)),
    ],
)
def test_advice_comes_from_the_engine_if_it_searches_else_from_a_network_that_knows_the_rules(
    engine: str, rules: Rules, expected: str
) -> None:
    opponents: Sequence[Opponent] = (GREEDY, NET, PURE)
    assert analyst_for(GameSetup(rules, HUMAN, engine), opponents) == expected


def test_a_network_that_is_gone_or_damaged_does_not_advise() -> None:
    gone = analyst_for(GameSetup(SIX, HUMAN, "net:/no/such/network@400"), (NET, PURE))
    assert gone == "net:six@400"
    damaged = replace(NET, broken="checkpoint_damaged")
    assert analyst_for(GameSetup(SIX, HUMAN, "net:six@25"), (damaged, PURE)) == PURE.spec(2)


def test_a_network_that_is_not_listed_but_there_advises() -> None:
    spec = "net:models/9x9@77,vcf=0"
    assert analyst_for(GameSetup(Rules(9), HUMAN, spec), (NET, PURE)) == spec
