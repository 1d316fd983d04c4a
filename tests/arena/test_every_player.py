"""What every player promises, whoever it is."""

import sys
from collections.abc import Callable, Iterator

import pytest

from gomoku.board import Board
from gomoku.rules import RENJU, Rules
from gomoku_zero.players.baselines import GreedyPlayer, RandomPlayer
from gomoku_zero.players.engine import EnginePlayer
from gomoku_zero.players.levels import LevelPlayer, level_table
from gomoku_zero.players.spec import make_player
from mcts.player import Limit, Player
from mcts.rollout import RolloutEvaluator
from mcts.search import SearchConfig
from mcts.search_player import SearchPlayer, search_for_play
from nets.timeline import TimedPlayer
from tests.arena.test_engine import FAKE

NINE = Rules(9)
NETWORK = "net:models/9x9@16"

MAKERS: dict[str, Callable[[], Player]] = {
    "random": RandomPlayer,
    "greedy": GreedyPlayer,
    "pure": lambda: SearchPlayer("pure", RolloutEvaluator(), SearchConfig(simulations=100)),
    "network": lambda: make_player(NETWORK, device="cpu"),
    "adviser": lambda: SearchPlayer("wise", RolloutEvaluator(), search_for_play(100), advises=True),
    "level": lambda: LevelPlayer("level", level_table()[2], lambda rules: RolloutEvaluator()),
    "engine": lambda: EnginePlayer("engine", [sys.executable, "-S", "-E", str(FAKE), "good"]),
    "timed": lambda: TimedPlayer(make_player(NETWORK, device="cpu")),
}
"""A player of every kind in the program."""


@pytest.fixture(params=MAKERS)
def player(request: pytest.FixtureRequest) -> Iterator[Player]:
    made = MAKERS[request.param]()
    yield made
    made.close()
    made.close()  # closing twice does no harm


def boards() -> list[Board]:
    """Games of different lengths that go on."""
    moves = (40, 30, 41, 31, 42, 0)
    return [Board.from_moves(NINE, moves[:plies]) for plies in (0, 1, 3, 6)]


def kinds(base: type[Player]) -> set[type[Player]]:
    below = {kind for child in base.__subclasses__() for kind in kinds(child)}
    return {*base.__subclasses__(), *below}


def test_no_kind_of_player_is_left_out() -> None:
    made = [make() for make in MAKERS.values()]
    ours = {
        kind
        for kind in kinds(Player)  # type: ignore[type-abstract]
        if kind.__module__.partition(".")[0] in ("mcts", "nets", "gomoku_zero")
    }
    assert {type(player) for player in made} == ours
    for player in made:
        player.close()


def test_every_board_is_answered_by_a_legal_move_and_left_alone(player: Player) -> None:
    asked = boards()
    before = [(board.moves, board.to_text()) for board in asked]
    for together in (asked, asked[2:3], []):
        choices = player.choose_moves(together, Limit())
        assert len(choices) == len(together)
        for choice, board in zip(choices, together, strict=True):
            assert board.is_legal(choice.move)
            assert choice.value is None or -1 <= choice.value <= 1
    assert [(board.moves, board.to_text()) for board in asked] == before


def test_time_that_is_up_still_gives_a_legal_move(player: Player) -> None:
    if isinstance(player, EnginePlayer):
        pytest.skip("another program takes the time that it needs to answer")
    asked = boards()
    choices = player.choose_moves(asked, Limit(seconds=0.0))
    assert [board.is_legal(choice.move) for choice, board in zip(choices, asked, strict=True)] == [
        True
    ] * len(asked)


def test_every_analysis_is_of_the_position_and_ends_in_a_legal_move(player: Player) -> None:
    for board in boards():
        text = board.to_text()
        analyses = list(player.analyse(board, Limit(simulations=50)))
        assert analyses
        assert board.to_text() == text
        assert board.is_legal(analyses[-1].move)
        for analysis in analyses:
            assert analysis.to_move is board.to_move
            assert -1 <= analysis.value <= 1
            assert sum(analysis.win_draw_loss) == pytest.approx(1)
            assert min(analysis.win_draw_loss) >= -1e-9
            moves = [candidate.move for candidate in analysis.candidates]
            assert len(set(moves)) == len(moves)
            for candidate in analysis.candidates:
                assert candidate.pv[0] == candidate.move
                assert -1 <= candidate.value <= 1
                Board.from_moves(NINE, (*board.moves, *candidate.pv))  # raises if it is not legal
            Board.from_moves(NINE, (*board.moves, *analysis.pv))


def test_an_analysis_may_be_closed_at_any_time_and_the_player_goes_on(player: Player) -> None:
    board = boards()[1]
    analyses = player.analyse(board, Limit(simulations=50))
    next(analyses)
    analyses.close()
    (choice,) = player.choose_moves([board], Limit(simulations=50))
    assert board.is_legal(choice.move)


def test_other_rules_and_sizes_may_follow(player: Player) -> None:
    for rules in (NINE, Rules(9, variant=RENJU), NINE):
        board = Board.from_moves(rules, (40,))
        (choice,) = player.choose_moves([board], Limit(simulations=20))
        assert board.is_legal(choice.move)


def test_a_player_that_can_be_interrupted_says_so(player: Player) -> None:
    assert player.interrupt() is isinstance(player, EnginePlayer)
