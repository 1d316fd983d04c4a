"""The ladder survives a crash, spares beaten opponents, and ties a run's cycles together."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from gomoku.board import Outcome, Termination
from gomoku.record import GameRecord
from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.arena.match import MatchResult, PairResult
from gomoku_zero.runs.rungs import LADDER_FILE, Rung, player_name, rate_rungs, read_rungs
from gomoku_zero.training.config import EvaluationConfig
from gomoku_zero.training.ladder import Ladder
from gomoku_zero.training.run_folder import RunFolder
from mcts.rollout import RolloutEvaluator

RULES = Rules(3, 3)


def rung(cycle: int, opponent: str, wins: Sequence[bool]) -> Rung:
    """A match in which the network won both games of a pair, or lost both."""
    name = player_name(cycle)
    pairs = []
    for index, won in enumerate(wins):
        first, second = (BLACK, WHITE) if won else (WHITE, BLACK)
        pairs.append(
            PairResult(
                index,
                (
                    GameRecord(RULES, (4, 0), Outcome(first, Termination.LINE), name, opponent),
                    GameRecord(RULES, (4, 0), Outcome(second, Termination.LINE), opponent, name),
                ),
            )
        )
    return Rung(cycle, MatchResult(name, opponent, RULES, tuple(pairs)))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path)
    folder.begin(resume=False)
    return folder


def test_what_is_added_is_read_back(folder: RunFolder) -> None:
    ladder = Ladder(folder, 0)
    rungs = [rung(2, "greedy", [True, False]), rung(4, "pure:10", [True])]
    for each in rungs:
        ladder.add(each)
    assert read_rungs(folder.root) == rungs
    assert Ladder(folder, 4).rungs == rungs
    assert Ladder(folder, 4).cycles() == [2, 4]


def test_a_line_cut_short_is_dropped_and_the_next_one_begins_anew(folder: RunFolder) -> None:
    Ladder(folder, 0).add(rung(1, "greedy", [True]))
    Ladder(folder, 1).add(rung(2, "greedy", [True]))
    file = folder.root / LADDER_FILE
    file.write_bytes(file.read_bytes()[:-40])
    assert [each.cycle for each in read_rungs(folder.root)] == [1]
    Ladder(folder, 2).add(rung(3, "greedy", [True]))
    assert [each.cycle for each in read_rungs(folder.root)] == [1, 3]


def test_matches_of_cycles_that_do_not_count_are_forgotten(folder: RunFolder) -> None:
    ladder = Ladder(folder, 0)
    for cycle in (1, 2, 3):
        ladder.add(rung(cycle, "greedy", [True]))
    assert Ladder(folder, 2).cycles() == [1, 2]
    assert [each.cycle for each in read_rungs(folder.root)] == [1, 2]


def test_an_opponent_is_beaten_after_two_clean_matches_in_a_row(folder: RunFolder) -> None:
    ladder = Ladder(folder, 0)
    beaten = []
    for cycle, wins in enumerate(([True], [True, False], [True], [True]), start=1):
        ladder.add(rung(cycle, "greedy", wins))
        beaten.append(ladder.is_beaten("greedy"))
    assert beaten == [False, False, False, True]
    assert not ladder.is_beaten("random")


def test_a_stronger_cycle_is_rated_higher_with_its_interval(folder: RunFolder) -> None:
    ladder = Ladder(folder, 0)
    ladder.add(rung(1, "greedy", [True] * 5 + [False] * 5))
    ladder.add(rung(1, "pure:10", [True] * 2 + [False] * 8))
    ladder.add(rung(2, "pure:10", [True] * 8 + [False] * 2))
    ladder.add(rung(2, "cycle 1", [True] * 9 + [False]))
    ratings = {each.name: each for each in rate_rungs(ladder.rungs).players}
    assert ratings["pure:10"].elo == 0
    # 80% is 241 Elo, 20% is -241, less what the prior takes.
    assert ratings["cycle 2"].elo == pytest.approx(241, abs=60)
    assert ratings["cycle 1"].elo == pytest.approx(-220, abs=60)
    for cycle in (1, 2):
        rating = ladder.rating(cycle)
        assert rating.low < rating.elo < rating.high


def test_the_earlier_checkpoint_is_the_last_that_is_there(folder: RunFolder) -> None:
    ladder = Ladder(folder, 0)
    for cycle in (2, 8, 10, 12):
        ladder.add(rung(cycle, "greedy", [True]))
        folder.checkpoint(cycle).mkdir()
    assert ladder.earlier_cycle(12) == 10
    folder.checkpoint(10).rmdir()
    assert ladder.earlier_cycle(12) == 8
    assert ladder.earlier_cycle(2) is None


def test_matches_are_played_against_every_opponent_that_is_not_beaten(folder: RunFolder) -> None:
    ladder = Ladder(folder, 0)
    config = EvaluationConfig(opponents=("random", "greedy"))
    for cycle in (1, 2):
        ladder.add(rung(cycle, "random", [True]))
    told: list[str] = []

    def climb(cycle: int, *, is_last: bool) -> list[str]:
        rungs = ladder.climb(
            cycle,
            RolloutEvaluator(1),
            config,
            RULES,
            device="cpu",
            seed=1,
            is_last=is_last,
            show=lambda opponent, pair, pairs: told.append(f"{opponent} {pair}/{pairs}"),
        )
        assert all(len(each.result.pairs) == 2 for each in rungs)
        assert all(each.result.name_a == player_name(cycle) for each in rungs)
        return [each.result.name_b for each in rungs]

    assert climb(3, is_last=False) == ["greedy"]
    assert climb(4, is_last=True) == ["random", "greedy"]
    assert told[0] == "greedy 1/2"
    assert len(read_rungs(folder.root)) == 5
