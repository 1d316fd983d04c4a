"""The cache: one question a position, whichever way round it lies, and never another answer."""

import random

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import STANDARD, Rules
from gomoku.symmetry import SYMMETRIES, image_points, source_points
from mcts.cache import CachedEvaluator
from mcts.evaluation import Positions, positions_of
from mcts.search import Search, SearchConfig
from tests.mcts.fakes import FakeEvaluator, opinionated, random_board

RULES = Rules(6, 4)


def image(positions: Positions, symmetry: int) -> Positions:
    size = positions.rules.size
    last = np.where(
        positions.last_move < 0, -1, image_points(size)[symmetry][positions.last_move]
    ).astype(np.int16)
    cells = positions.cells[:, source_points(size)[symmetry]]
    return positions._replace(cells=cells, last_move=last)


def some_boards(count: int, seed: int, rules: Rules = RULES) -> list[Board]:
    chance = random.Random(seed)
    return [random_board(rules, chance.randrange(1, 12), chance) for _ in range(count)]


def test_all_eight_images_of_a_position_are_one_question_with_turned_answers() -> None:
    fake = FakeEvaluator(opinionated(1))
    cached = CachedEvaluator(fake, entries=1024)
    positions = positions_of(some_boards(40, seed=1))
    first = cached.evaluate(positions)
    asked = len(fake.asked)
    for symmetry in range(SYMMETRIES):
        answer = cached.evaluate(image(positions, symmetry))
        sources = source_points(RULES.size)[symmetry]
        np.testing.assert_array_equal(answer.prior, first.prior[:, sources])
        np.testing.assert_array_equal(answer.value, first.value)
    assert len(fake.asked) == asked
    assert cached.found == cached.asked - asked


def test_what_is_asked_is_an_image_of_the_position_and_every_image_is_met() -> None:
    fake = FakeEvaluator(opinionated(2))
    positions = positions_of(some_boards(200, seed=2))
    CachedEvaluator(fake, entries=0).evaluate(positions)
    met = set()
    for row, (cells, to_move, last_move) in enumerate(fake.asked):
        assert to_move == positions.to_move[row]
        images = [image(positions, symmetry) for symmetry in range(SYMMETRIES)]
        matches = [
            symmetry
            for symmetry, turned in enumerate(images)
            if turned.cells[row].tolist() == cells and turned.last_move[row] == last_move
        ]
        assert matches
        met.update(matches[:1])
    assert met == set(range(SYMMETRIES))


def test_the_last_move_the_side_and_the_rules_make_another_question() -> None:
    fake = FakeEvaluator(opinionated(3))
    cached = CachedEvaluator(fake, entries=1024)
    board = Board.from_moves(RULES, [0, 7, 14, 3])
    positions = positions_of([board])
    cached.evaluate(positions)
    cached.evaluate(positions._replace(last_move=np.array([7], np.int16)))
    cached.evaluate(positions._replace(to_move=-positions.to_move))
    cached.evaluate(positions._replace(rules=Rules(6, 4, STANDARD)))
    assert len(fake.asked) == 4
    assert cached.found == 0


@pytest.mark.parametrize("entries", [4, 64, 4096])
@pytest.mark.parametrize("gumbel", [True, False])
def test_a_search_makes_the_same_moves_with_any_cache(entries: int, gumbel: bool) -> None:
    games, moves = 5, 6
    config = SearchConfig(simulations=24, gumbel=gumbel, considered=6, keep_tree=False)

    def play(size: int) -> tuple[list[list[int]], int]:
        fake = FakeEvaluator(opinionated(4))
        search = Search(RULES, CachedEvaluator(fake, size), config, games, seed=9)
        played = []
        for _ in range(moves):
            search.run()
            everyone = np.arange(games)
            decisions = search.decide(everyone, np.zeros(games, np.float32))
            search.advance(decisions.moves)
            played.append(decisions.moves.tolist())
        return played, len(fake.asked)

    without, all_questions = play(0)
    with_cache, questions = play(entries)
    assert with_cache == without
    assert questions <= all_questions
    if entries == 4096:
        assert questions < 0.8 * all_questions


def test_a_full_cache_forgets_and_asks_again() -> None:
    fake = FakeEvaluator(opinionated(5))
    cached = CachedEvaluator(fake, entries=4)
    boards = some_boards(30, seed=5)
    for board in boards:
        cached.evaluate(positions_of([board]))
    asked = len(fake.asked)
    fresh = CachedEvaluator(FakeEvaluator(opinionated(5)), entries=0)
    for board in boards:
        again, expected = (
            cached.evaluate(positions_of([board])),
            fresh.evaluate(positions_of([board])),
        )
        np.testing.assert_array_equal(again.prior, expected.prior)
    assert len(fake.asked) > asked


def test_the_empty_board_is_remembered_too() -> None:
    fake = FakeEvaluator(opinionated(7))
    cached = CachedEvaluator(fake, entries=64)
    for _ in range(3):
        cached.evaluate(positions_of([Board(RULES)]))
    assert len(fake.asked) == 1


def test_a_position_twice_in_a_batch_is_kept_once() -> None:
    cached = CachedEvaluator(FakeEvaluator(opinionated(6)), entries=64)
    board = some_boards(1, seed=6)[0]
    cached.evaluate(positions_of([board, board, board]))
    assert int((cached._entries.keys != 0).sum()) == 1
