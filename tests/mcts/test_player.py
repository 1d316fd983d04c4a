"""A search as a player: trees kept from move to move, limits, and many boards at once."""

import time

import pytest

from gomoku.board import Board
from gomoku.rules import BLACK, WHITE, Rules
from mcts import search_player as player_module
from mcts.evaluation import Evaluation, Positions
from mcts.memory import parts_at_once
from mcts.player import Limit
from mcts.rollout import RolloutEvaluator
from mcts.search import SearchConfig
from mcts.search_player import SearchPlayer, search_for_play
from tests.mcts.fakes import FakeEvaluator, opinionated

RULES = Rules(6, 4)
CONFIG = SearchConfig(simulations=60)


def make_player(config: SearchConfig = CONFIG) -> tuple[SearchPlayer, FakeEvaluator]:
    evaluator = FakeEvaluator(opinionated(1))
    return SearchPlayer("test", evaluator, config), evaluator


def last_simulations(player: SearchPlayer, board: Board, limit: Limit = Limit()) -> int:  # noqa: B008
    *_, last = player.analyse(board, limit)
    return last.simulations


def test_a_game_keeps_its_tree_from_move_to_move() -> None:
    player, _ = make_player()
    board = Board.from_moves(RULES, [14])
    (choice,) = player.choose_moves([board], Limit())
    board.push(choice.move)
    board.push(int(board.legal_moves()[0]) if board.outcome is None else 0)
    plain, _ = make_player()
    assert last_simulations(plain, board) == 61
    # The answer was visited or not; going on with one's own move alone keeps most of the tree.
    player, _ = make_player()
    board = Board.from_moves(RULES, [14])
    (choice,) = player.choose_moves([board], Limit())
    board.push(choice.move)
    assert last_simulations(player, board) > 65


def test_two_games_in_turn_do_not_mix() -> None:
    alone, _ = make_player()
    board, other = Board.from_moves(RULES, [14]), Board.from_moves(RULES, [0, 35])
    expected = alone.choose_moves([other], Limit())
    player, _ = make_player()
    player.choose_moves([board], Limit())
    assert player.choose_moves([other], Limit()) == expected


def test_the_boards_of_the_caller_are_left_alone() -> None:
    player, _ = make_player()
    board = Board.from_moves(RULES, [14, 15, 20])
    text = str(board)
    player.choose_moves([board], Limit())
    player.choose_moves([board, board], Limit())
    assert str(board) == text
    assert board.moves == (14, 15, 20)


def test_a_limit_of_simulations_goes_before_the_configuration() -> None:
    for simulations in (1, 5, 200):
        player, _ = make_player()
        assert last_simulations(player, Board(RULES), Limit(simulations=simulations)) == (
            simulations + 1
        )


def test_a_limit_of_seconds_ends_a_search_that_would_take_minutes() -> None:
    config = SearchConfig(simulations=3_000_000)
    player = SearchPlayer("pure", RolloutEvaluator(), config)
    board = Board(Rules(7, 5))
    player.choose_moves([board], Limit(simulations=10))  # compiles
    started = time.perf_counter()
    (choice,) = player.choose_moves([board], Limit(simulations=100_000, seconds=0.05))
    assert time.perf_counter() - started < 2
    assert board.is_legal(choice.move)


def test_no_time_at_all_still_gives_a_legal_move() -> None:
    player, _ = make_player()
    boards = [Board.from_moves(RULES, [14]), Board.from_moves(RULES, [14, 15])]
    for asked in (boards[:1], boards):
        choices = player.choose_moves(asked, Limit(seconds=0))
        for choice, board in zip(choices, asked, strict=True):
            assert board.is_legal(choice.move)


def test_an_analysis_yields_after_every_wave_that_takes_long_and_can_be_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(player_module, "LOOK_SECONDS", 0)
    player, evaluator = make_player()
    analysis = player.analyse(Board(RULES), Limit())
    seen = [next(analysis).simulations for _ in range(10)]
    assert seen == list(range(1, 11))
    analysis.close()
    assert len(evaluator.asked) <= 10
    # What was thought is kept, and the budget is a new one.
    assert last_simulations(player, Board(RULES)) == 10 + 60


def test_an_analysis_of_quick_waves_is_looked_at_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(player_module, "LOOK_SECONDS", 1e6)
    player, _ = make_player()
    assert [s.simulations for s in player.analyse(Board(RULES), Limit())] == [1, 61]


def test_many_boards_are_chosen_for_as_each_alone_and_in_chunks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boards = [Board.from_moves(RULES, [move, 35 - move]) for move in range(7)]
    singly = []
    for board in boards:
        player, _ = make_player()
        singly += player.choose_moves([board], Limit())
    player, evaluator = make_player()
    assert [choice.move for choice in player.choose_moves(boards, Limit())] == [
        choice.move for choice in singly
    ]
    assert max(evaluator.batches) == 7
    monkeypatch.setattr("mcts.memory._MAX_BYTES", 3 * 60 * (4 * 32 + 96))
    player, evaluator = make_player()
    assert [choice.move for choice in player.choose_moves(boards, Limit())] == [
        choice.move for choice in singly
    ]
    assert max(evaluator.batches) == 3


def test_nothing_to_choose_is_no_choices() -> None:
    assert make_player()[0].choose_moves([], Limit()) == []


def test_one_board_after_many_is_searched_alone() -> None:
    player, evaluator = make_player()
    boards = [Board.from_moves(RULES, [move, 35 - move]) for move in range(7)]
    player.choose_moves(boards, Limit())
    evaluator.batches.clear()
    player.choose_moves([Board(RULES)], Limit())
    assert max(evaluator.batches) == 1


def test_games_left_over_from_an_unfinished_batch_are_not_searched_on() -> None:
    player, evaluator = make_player()
    boards = [Board.from_moves(RULES, [move, 35 - move]) for move in range(7)]
    player.choose_moves(boards, Limit(seconds=0))
    evaluator.batches.clear()
    player.choose_moves(boards[:2], Limit())
    assert max(evaluator.batches) == 2


def test_a_position_that_was_set_up_is_not_taken_for_the_start_of_a_game() -> None:
    text = """
        . . . . . .
        . x . . . .
        . . o . . .
        . . . . . .
        . . . . . .
        . . . . . ."""
    player, _ = make_player()
    player.choose_moves([Board.from_text(text, RULES)], Limit())
    # The first move of a new game stands where the other position has a stone.
    board = Board.from_moves(RULES, [7])
    (choice,) = player.choose_moves([board], Limit())
    assert board.is_legal(choice.move)
    assert player.choose_moves([board], Limit())


def test_the_same_stones_with_the_other_side_to_move_are_another_position() -> None:
    text = """
        . . . . . .
        . x . . . .
        . . o . . .
        . . . . . .
        . . . . . .
        . . . . . ."""
    player, evaluator = make_player()
    player.choose_moves([Board.from_text(text, RULES, to_move=BLACK)], Limit())
    evaluator.asked.clear()
    player.choose_moves([Board.from_text(text, RULES, to_move=WHITE)], Limit())
    assert evaluator.asked[0] == (Board.from_text(text, RULES).cells.tolist(), WHITE, -1)


def test_rules_may_change_from_call_to_call() -> None:
    player, _ = make_player()
    for rules in (RULES, Rules(9, 5), Rules(3, 3), RULES):
        board = Board(rules)
        (choice,) = player.choose_moves([board], Limit())
        assert board.is_legal(choice.move)


def test_playing_on_after_closing_begins_afresh() -> None:
    player, _ = make_player()
    player.choose_moves([Board(RULES)], Limit())
    player.close()
    assert last_simulations(player, Board(RULES)) == 61


def test_a_choice_knows_its_value_for_the_side_to_move() -> None:
    board = Board.from_moves(Rules(3, 3), [0, 3, 1, 4])
    player, _ = make_player()
    for boards in ([board], [board, board]):
        for choice in player.choose_moves(boards, Limit()):
            assert (choice.move, choice.value) == (2, 1.0)


def test_the_loser_has_a_move_after_one_that_a_search_for_wins_proved() -> None:
    # White's four has one end, and the stone that shuts it makes Black a four with two.
    board = Board.from_moves(Rules(9), [36, 37, 14, 38, 23, 39, 32, 40])
    player = SearchPlayer("test", FakeEvaluator(opinionated(1)), search_for_play(50))
    (choice,) = player.choose_moves([board], Limit())
    assert (choice.move, choice.value) == (41, 1)
    board.push(choice.move)
    (answer,) = player.choose_moves([board], Limit())
    assert answer.move in board.legal_moves()
    assert answer.value == -1


class FailingOnce:
    """An evaluator that has no answer the first time."""

    def __init__(self) -> None:
        self._inner = FakeEvaluator(opinionated(1))
        self._failed = False

    def evaluate(self, positions: Positions) -> Evaluation:
        if not self._failed:
            self._failed = True
            raise RuntimeError("out of memory")
        return self._inner.evaluate(positions)


@pytest.mark.parametrize("games", [1, 2])
def test_a_search_whose_evaluator_failed_is_begun_anew(games: int) -> None:
    boards = [Board.from_moves(RULES, [14])] * games
    expected = make_player()[0].choose_moves(boards, Limit())
    player = SearchPlayer("test", FailingOnce(), CONFIG)
    with pytest.raises(RuntimeError, match="out of memory"):
        player.choose_moves(boards, Limit())
    assert player.choose_moves(boards, Limit()) == expected


def test_parts_of_many_boards_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcts.memory._MAX_BYTES", 2 * 60 * (4 * 32 + 96))
    parts, limit = parts_at_once([Board(RULES)] * 5, 60, Limit(seconds=3.0))
    assert [len(part) for part in parts] == [2, 2, 1]
    assert limit == Limit(seconds=1.0)
