"""Matches: colors swapped, every game counted once, failures lose."""

from collections.abc import Sequence

import pytest

from gomoku.board import Board, Termination
from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.arena.match import MatchResult, play_match, play_pairs
from gomoku_zero.arena.openings import empty_openings, random_openings
from gomoku_zero.arena.stats import GameCounts
from gomoku_zero.players.baselines import GreedyPlayer, RandomPlayer
from mcts.player import Choice, Limit, Player, PlayerFailure

SIX = Rules(6, 4)


class FirstPointPlayer(Player):
    """Plays the first empty point: deterministic, and quick to lose."""

    name = "first"

    def __init__(self) -> None:
        self.batches: list[int] = []

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        self.batches.append(len(boards))
        return [self.choose(board) for board in boards]

    def choose(self, board: Board) -> Choice:
        return Choice(int(board.legal_moves()[0]))

    def close(self) -> None:
        pass


class CrashingPlayer(FirstPointPlayer):
    """Raises on boards with a stone in the corner."""

    name = "crashing"

    def choose(self, board: Board) -> Choice:
        if board.cells[-1] != 0:
            raise RuntimeError("no corner, please")
        return super().choose(board)


class OccupyingPlayer(FirstPointPlayer):
    """Plays where a stone stands already, as soon as there is one."""

    name = "occupying"

    def choose(self, board: Board) -> Choice:
        return Choice(-1 if board.last_move is None else board.last_move)


class LatePlayer(FirstPointPlayer):
    name = "late"

    def choose(self, board: Board) -> Choice:
        raise PlayerFailure(Termination.TIME, "no move in 1 s")


def match(a: FirstPointPlayer, b: FirstPointPlayer, pairs: int) -> MatchResult:
    return play_match(a, b, SIX, random_openings(SIX, pairs, seed=0))


def test_greedy_beats_random_with_both_colors() -> None:
    openings = random_openings(SIX, 20, seed=0)
    result = play_match(GreedyPlayer(seed=1), RandomPlayer(seed=2), SIX, openings)
    assert result.games.games == 40
    assert result.as_black.wins >= 18
    assert result.as_white.wins >= 18
    assert result.elo.low > 200
    assert result.distinct_games == 40


def test_both_games_of_a_pair_share_the_opening_and_swap_colors() -> None:
    openings = random_openings(SIX, 8, seed=5)
    result = play_match(GreedyPlayer(seed=1), RandomPlayer(seed=2), SIX, openings)
    for pair, opening in zip(result.pairs, openings, strict=True):
        first, second = pair.records
        assert first.opening == second.opening == opening
        assert (first.black, first.white) == (second.white, second.black) == ("greedy", "random")


def test_a_record_replays_to_its_outcome() -> None:
    result = play_match(
        GreedyPlayer(seed=1), GreedyPlayer(seed=2), SIX, random_openings(SIX, 10, seed=0)
    )
    for record in result.records:
        assert record.board().outcome == record.outcome


def test_players_without_randomness_repeat_two_games_and_the_result_says_so() -> None:
    result = play_match(FirstPointPlayer(), FirstPointPlayer(), SIX, empty_openings(5))
    assert result.games.games == 10
    assert result.distinct_games == 1


def test_a_match_with_itself_is_even() -> None:
    result = match(FirstPointPlayer(), FirstPointPlayer(), 10)
    assert result.pair_counts == (0, 0, 10, 0, 0)
    assert result.as_black.wins == result.as_white.losses


def test_all_games_of_a_ply_are_one_call() -> None:
    a, b = FirstPointPlayer(), FirstPointPlayer()
    play_match(a, b, SIX, empty_openings(10))
    assert a.batches[0] == 10  # as Black; then it has answered White's first moves as well
    assert b.batches[0] == 20
    assert len(a.batches) <= SIX.points


@pytest.mark.parametrize("games_at_once", [1, 2, 3, 64])
def test_results_do_not_depend_on_how_many_games_run_at_once(games_at_once: int) -> None:
    openings = random_openings(SIX, 7, seed=0)
    a, b = FirstPointPlayer(), OccupyingPlayer()
    together = play_match(a, b, SIX, openings)
    result = play_match(a, b, SIX, openings, games_at_once=games_at_once)
    assert result == together
    assert max(a.batches[-3:]) <= max(games_at_once, 14)


def test_a_crash_loses_the_game_and_only_that() -> None:
    corner, quiet = (35,), (14,)
    result = play_match(FirstPointPlayer(), CrashingPlayer(), SIX, [corner, quiet])
    corner_pair, quiet_pair = result.pairs
    for record in corner_pair.records:
        assert record.outcome is not None
        assert record.outcome.termination is Termination.CRASH
        assert record.reason == "RuntimeError: no corner, please"
    assert corner_pair.points == 2
    assert all(
        record.outcome is not None and record.outcome.termination is Termination.LINE
        for record in quiet_pair.records
    )
    assert len(result.failures("crashing")) == 2
    assert result.failures("first") == []


def test_an_illegal_move_loses_with_the_point_named() -> None:
    result = play_match(OccupyingPlayer(), FirstPointPlayer(), SIX, [(14,), ()])
    assert result.games == GameCounts(losses=4)
    outside = result.pairs[1].records[0]
    occupied = result.pairs[0].records[1]
    assert outside.reason == "played outside the board"
    assert occupied.reason == "played c4, which is occupied"
    assert outside.outcome is not None
    assert outside.outcome.winner == WHITE
    assert outside.moves == ()


def test_a_failure_says_how_it_ends_the_game() -> None:
    result = match(FirstPointPlayer(), LatePlayer(), 2)
    assert {record.outcome.termination for record in result.records if record.outcome} == {
        Termination.TIME
    }
    assert result.games.wins == 4


def test_too_few_answers_are_a_crash() -> None:
    class SilentPlayer(FirstPointPlayer):
        def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
            return []

    result = match(SilentPlayer(), FirstPointPlayer(), 1)
    assert result.games.losses == 2
    assert "answered 0 times for 1 games" in result.records[0].reason


def test_only_the_wanted_pairs_are_played() -> None:
    openings = random_openings(SIX, 6, seed=0)
    pairs = play_pairs(FirstPointPlayer(), FirstPointPlayer(), SIX, openings, indices=[4, 1])
    assert sorted(pair.index for pair in pairs) == [1, 4]


def test_points_of_a_draw_are_halves() -> None:
    # On 3x3 filling the points in order gives Black the diagonal a1-c3 at the seventh stone.
    result = play_match(FirstPointPlayer(), FirstPointPlayer(), Rules(3, 3), empty_openings(1))
    assert result.as_black == GameCounts(wins=1)
    assert result.as_white == GameCounts(losses=1)
    drawn = play_match(
        FirstPointPlayer(), FirstPointPlayer(), Rules(3, 3), [(0, 4, 8, 1, 7, 6, 2, 5)]
    )
    assert drawn.games == GameCounts(draws=2)
    assert drawn.pairs[0].points == 1
    assert drawn.records[0].player(BLACK) == "first"
