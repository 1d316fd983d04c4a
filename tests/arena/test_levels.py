"""Levels overlook what they should, and no more; their table is what docs/levels.md shows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from gomoku.board import Board
from gomoku.notation import move_to_text, moves_from_text
from gomoku.rules import RENJU, Rules
from gomoku_zero.arena.match import play_match
from gomoku_zero.arena.openings import random_openings
from gomoku_zero.players.levels import (
    Level,
    LevelError,
    LevelPlayer,
    find_threat,
    level_from_text,
    level_table,
    levels_from_text,
)
from gomoku_zero.players.spec import SpecError, make_player, network_for, parse_spec
from mcts.analysis import Analysis
from mcts.player import Limit
from mcts.rollout import RolloutEvaluator
from mcts.search import Search, SearchConfig
from nets.checkpoint import CheckpointMeta
from nets.config import NetConfig

ROOT = Path(__file__).resolve().parents[2]
SIX = Rules(size=6, win_length=4)
NINE = Rules(size=9)
SHARP = Level(10, 8, 0.0, 0.0, 0.0, 2000)

# White to move must stop the four on d6-g6 at c6 or h6; there is no other.
FOUR = """
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    . . o X x x x . .
    . . . . . . . . .
    . . . . o . o . .
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . ."""

# White to move; Black threatens to make an open four of the row on d6-f6.
THREE = """
    . . . . . . . . .
    . . . . . . . . .
    . . . . . . . . .
    . . . x x X . . .
    . . . . . . . . .
    . . . o . . . . .
    . . . . . o . . .
    . . . . . . . . .
    . . . . . . . . ."""


def player_of(level: Level, seed: int = 0) -> LevelPlayer:
    return LevelPlayer("level", level, lambda rules: RolloutEvaluator(seed), seed=seed)


def moves_of(level: Level, board: Board, count: int = 40) -> list[str]:
    """What a level plays in the same position, again and again."""
    player = player_of(level)
    choices = player.choose_moves([board] * count, Limit())
    return [move_to_text(choice.move, board.rules.size) for choice in choices]


def analysis_of(board: Board, simulations: int = 50) -> Analysis:
    search = Search(board.rules, RolloutEvaluator(1), SearchConfig(simulations=simulations), 1)
    search.reset(0, board)
    search.run()
    return search.analysis(0)


def test_levels_go_up_in_steps_that_people_feel() -> None:
    levels = level_table()
    assert [level.number for level in levels] == list(range(1, 11))
    for weak, strong in pairwise(levels):
        assert 100 <= strong.elo - weak.elo <= 250
        assert strong.simulations >= weak.simulations
        assert strong.temperature < weak.temperature
        assert strong.misses_four < weak.misses_four
        assert strong.misses_three < weak.misses_three


def test_the_page_shows_the_ratings_that_the_window_shows() -> None:
    page = (ROOT / "docs" / "levels.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| level ([0-9]+) \| ([0-9]+) \|", page, re.MULTILINE)
    assert sorted((int(number), int(elo)) for number, elo in shown) == [
        (level.number, level.elo) for level in level_table()
    ]


def test_the_page_shows_what_the_levels_do() -> None:
    page = (ROOT / "docs" / "levels.md").read_text(encoding="utf-8")
    for level in level_table():
        shown = f"| {level.number} | {level.simulations} | {level.temperature:g} | "
        shown += f"{100 * level.misses_four:g}% | {100 * level.misses_three:g}% |"
        assert shown in page


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_a_four_of_the_enemy_is_stopped_unless_it_is_overlooked(chance: float) -> None:
    level = msgspec.structs.replace(SHARP, temperature=1.0, misses_four=chance)
    stopped = [move == "h6" for move in moves_of(level, Board.from_text(FOUR, NINE))]
    assert all(stopped) if chance == 0 else not any(stopped)


def test_a_chance_of_overlooking_is_that_chance() -> None:
    level = msgspec.structs.replace(SHARP, temperature=1.0, misses_four=0.3)
    stopped = [move == "h6" for move in moves_of(level, Board.from_text(FOUR, NINE), 500)]
    # 350 expected, with a standard deviation of 10.
    assert 310 <= sum(stopped) <= 390


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_an_own_four_is_completed_unless_it_is_overlooked(chance: float) -> None:
    board = Board.from_text(FOUR, NINE)
    board.push(0)
    level = msgspec.structs.replace(SHARP, misses_four=chance)
    completed = [move == "h6" for move in moves_of(level, board)]
    assert all(completed) if chance == 0 else not any(completed)


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_an_open_three_of_the_enemy_is_stopped_unless_it_is_overlooked(chance: float) -> None:
    level = msgspec.structs.replace(SHARP, temperature=1.0, misses_three=chance)
    stopped = [move in ("c6", "g6") for move in moves_of(level, Board.from_text(THREE))]
    assert all(stopped) if chance == 0 else not any(stopped)


def test_what_is_overlooked_is_one_thing_and_not_the_other() -> None:
    level = msgspec.structs.replace(SHARP, temperature=1.0, misses_three=1.0)
    assert set(moves_of(level, Board.from_text(FOUR, NINE))) == {"h6"}


def test_a_quiet_position_holds_no_threat() -> None:
    board = Board.from_moves(NINE, moves_from_text("e5 f5", 9))
    assert find_threat(board, analysis_of(board)) is None


def test_without_temperature_the_best_move_is_played() -> None:
    board = Board.from_moves(NINE, moves_from_text("e5 f5 e6", 9))
    player = player_of(SHARP)
    *_, last = player.analyse(board, Limit())
    assert last.choice == last.best_move


def test_moves_drawn_at_random_stay_near_the_stones() -> None:
    wild = Level(1, 1, 50.0, 1.0, 1.0, 0)
    board = Board.from_moves(Rules(19), moves_from_text("k10 k11", 19))
    evaluator = RolloutEvaluator(0)
    player = LevelPlayer("wild", wild, lambda rules: evaluator)
    analysis = replace(analysis_of(board), candidates=())
    for _ in range(100):
        row, column = divmod(player.pick(board, analysis), 19)
        assert 6 <= row <= 11
        assert 8 <= column <= 12


def test_black_plays_no_forbidden_point_of_renju() -> None:
    board = Board.from_text(
        """
        . . . . . . . . .
        . . . . . . . . .
        . . . . x . . . .
        . . . . x . . . .
        . . x x . . . . .
        . . . . . . . . .
        . . . . . o . o .
        . . . . . . . . .
        . . . . . o . o .""",
        Rules(9, 5, RENJU),
    )
    forbidden = {move_to_text(int(move), 9) for move in board.forbidden_points()}
    assert forbidden == {"e5"}
    wild = Level(1, 4, 50.0, 1.0, 1.0, 0)
    assert "e5" not in moves_of(wild, board, 200)


def test_the_same_seed_plays_the_same_games() -> None:
    level = level_table()[4]
    openings = random_openings(SIX, 3, 0)
    games = [
        play_match(player_of(level, 5), player_of(level, 6), SIX, openings).records
        for _ in range(2)
    ]
    assert games[0] == games[1]


def test_a_stronger_level_wins_a_match() -> None:
    levels = level_table()
    match = play_match(
        player_of(levels[6], 1), player_of(levels[1], 2), SIX, random_openings(SIX, 10, 0)
    )
    assert match.games.score > 0.75


def test_time_that_is_up_gives_a_legal_move_at_once() -> None:
    board = Board(NINE)
    slow = msgspec.structs.replace(SHARP, simulations=100_000_000 // 100_000)
    choice = player_of(slow).choose_moves([board], Limit(seconds=0.0))[0]
    assert board.is_legal(choice.move)


def test_games_whose_trees_do_not_fit_into_memory_are_searched_a_part_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Room for two games of 800 simulations and a little more; without a network, 800 playouts.
    monkeypatch.setattr("mcts.memory._MAX_BYTES", 2 * 800 * (4 * 32 + 96) + 1)
    parts: list[tuple[int, float | None]] = []

    class Watched(LevelPlayer):
        def _analyses(
            self, boards: Sequence[Board], limit: Limit
        ) -> Iterator[tuple[list[Analysis], bool]]:
            parts.append((len(boards), limit.seconds))
            return super()._analyses(boards, limit)

    boards = [Board.from_moves(NINE, [move]) for move in range(40, 45)]
    player = Watched("level", SHARP, lambda rules: RolloutEvaluator(0))
    choices = player.choose_moves(boards, Limit(seconds=60.0))
    assert parts == [(2, 20.0), (2, 20.0), (1, 20.0)]
    for board, choice in zip(boards, choices, strict=True):
        assert board.is_legal(choice.move)


def test_closing_an_analysis_ends_it() -> None:
    analyses = player_of(level_table()[9]).analyse(Board(Rules()), Limit())
    assert next(analyses).simulations < 10_000
    analyses.close()


@pytest.mark.parametrize("text", ["0", "11", "five", "", "05", "-1", "1.0"])
def test_a_level_that_there_is_not_is_named(text: str) -> None:
    with pytest.raises(LevelError, match=re.escape(repr(text)) + ".*from 1 to 10"):
        level_from_text(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("level = 3", "damaged"),
        ("[[level]]\nnumber = 1", "damaged"),
        ("not toml", "damaged"),
        (
            "[[level]]\nnumber = 2\nsimulations = 4\ntemperature = 1.0\n"
            "misses_four = 0.5\nmisses_three = 0.5\nelo = 3",
            "level 2 stands where level 1 should",
        ),
        (
            "[[level]]\nnumber = 1\nsimulations = 4\ntemperature = 1.0\n"
            "misses_four = 1.5\nmisses_three = 0.5\nelo = 3",
            "cannot be played",
        ),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(text: str, reason: str) -> None:
    with pytest.raises(LevelError, match=reason):
        levels_from_text(text)


@pytest.mark.parametrize("spec", ["level:0", "level:11", "level:x", "level:5:", "level:5:/no/such"])
def test_a_spec_of_no_level_is_refused(spec: str) -> None:
    with pytest.raises(SpecError, match=re.escape(repr(spec))):
        make_player(spec)


def test_a_level_thinks_with_the_network_for_its_board_or_none() -> None:
    assert network_for(NINE) == ROOT / "models" / "9x9"
    assert network_for(Rules(size=8)) == ROOT / "models" / "9x9"
    assert network_for(Rules(size=20)) == ROOT / "models" / "15x15"
    assert network_for(Rules(19, 5, RENJU)) == ROOT / "models" / "15x15"
    assert network_for(Rules(8, 6)) is None
    board = Board(Rules(size=8))
    player = make_player("level:2")
    assert board.is_legal(player.choose_moves([board], Limit())[0].move)


def test_the_network_trained_on_most_is_taken_and_a_damaged_one_passed_over(
    tmp_path: Path,
) -> None:
    for name, rules, positions in (("a", NINE, 5), ("b", NINE, 9), ("c", SIX, 99)):
        folder = tmp_path / name
        folder.mkdir()
        meta = CheckpointMeta(name=name, net=NetConfig(), rules=[rules], positions=positions)
        (folder / "meta.json").write_bytes(msgspec.json.encode(meta))
        (folder / "weights.safetensors").touch()
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "meta.json").write_text("{")
    (tmp_path / "d" / "weights.safetensors").touch()
    assert network_for(NINE, tmp_path) == tmp_path / "b"
    assert network_for(Rules(), tmp_path) is None


def test_a_level_with_a_network_of_its_own_plays_by_its_rules() -> None:
    assert parse_spec("level:3:models/9x9").rules() == NINE
    assert parse_spec("level:3").rules() is None


def test_the_fingerprint_of_a_level_is_that_of_its_behavior() -> None:
    first, second = (
        parse_spec("level:3:models/9x9").fingerprint(),
        parse_spec("level:4:models/9x9").fingerprint(),
    )
    assert first != second
    assert parse_spec("level:3:models/6x6").fingerprint() != first
