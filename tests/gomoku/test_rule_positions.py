"""The pages of docs/rules: what they say of each position holds, and each has its picture."""

import doctest
import re
from collections import Counter

import numpy as np
import pytest

from gomoku.board import Board, Outcome, Termination
from gomoku.forbidden import is_forbidden
from gomoku.rules import BLACK, RENJU, VARIANT_NAMES, WHITE
from gomoku.symmetry import SYMMETRIES, image_points
from tests import reference
from tests.gomoku.forbidden_boards import depth_of
from tests.gomoku.rule_positions import FOLDER, WORDS, Position, rule_positions
from tests.reference import FORBIDDEN_VERDICTS, Verdict

POSITIONS = rule_positions()
PAGES = {page.name: page.read_text("utf-8") for page in sorted(FOLDER.glob("*.md"))}


def each_position(wanted: tuple[Position, ...] = POSITIONS) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("position", wanted, ids=[each.name for each in wanted])


IN_RENJU_BY_BLACK = tuple(p for p in POSITIONS if p.rules == "renju" and p.color is BLACK)


@each_position()
def test_the_move_ends_the_game_as_the_page_says(position: Position) -> None:
    board = position.before()
    assert board.outcome is None
    board.push(position.move)
    if position.verdict in ("wins", Verdict.FIVE.value):
        assert board.outcome is not None
        assert board.outcome.winner is position.color
        assert board.outcome.termination is Termination.LINE
        assert position.move in board.outcome.line
    elif position.is_forbidden:
        assert board.outcome == Outcome(WHITE, Termination.FORBIDDEN)
    else:
        assert board.outcome is None


@each_position(IN_RENJU_BY_BLACK)
def test_the_stone_is_of_the_shape_that_the_page_names(position: Position) -> None:
    verdict = reference.judge(position.cells, position.move, position.rule_set.size)
    assert verdict.value == position.verdict
    if position.depth is not None:
        depth = depth_of(position.cells, position.move, position.rule_set.size)
        assert depth == position.depth


@each_position()
def test_the_crossed_points_are_those_that_are_forbidden(position: Position) -> None:
    board = position.shown()
    if board.outcome is None:
        assert board.forbidden_points().tolist() == position.crosses
        by_twin = [
            move
            for move, cell in enumerate(board.cells.tolist())
            if cell == 0 and reference.is_forbidden(board.cells.tolist(), move, board.rules)
        ]
        assert by_twin == position.crosses
    else:
        assert position.crosses == []


@each_position()
def test_it_is_the_same_whichever_way_the_board_is_turned(position: Position) -> None:
    rules = position.rule_set
    expected = position.before()
    expected.push(position.move)
    for symmetry in range(SYMMETRIES):
        to = image_points(rules.size)[symmetry]
        cells = np.zeros(rules.points, np.int8)
        cells[to] = position.cells
        letters = ["ox"[cell > 0] if cell else "." for cell in cells.tolist()]
        rows = (letters[i : i + rules.size] for i in range(0, rules.points, rules.size))
        board = Board.from_text("\n".join(map("".join, rows)), rules, position.color)
        move = int(to[position.move])
        if position.color is BLACK:
            _, lines = board.copy_arrays()
            assert is_forbidden(lines, move, rules) == position.is_forbidden
        board.push(move)
        assert (board.outcome is None) == (expected.outcome is None)
        if board.outcome is not None and expected.outcome is not None:
            assert board.outcome.winner is expected.outcome.winner
            assert set(board.outcome.line) == set(to[list(expected.outcome.line)])


def test_every_rule_set_and_every_clause_of_renju_has_its_positions() -> None:
    assert {position.rules for position in POSITIONS} == set(VARIANT_NAMES)
    for variant in VARIANT_NAMES:
        assert f"{variant}.md" in PAGES
    count = Counter(position.verdict for position in IN_RENJU_BY_BLACK)
    assert set(count) == {verdict.value for verdict in Verdict}
    assert all(count[verdict.value] >= 2 for verdict in FORBIDDEN_VERDICTS)
    assert {position.verdict for position in POSITIONS} == WORDS
    assert {position.depth for position in POSITIONS} >= {1, 2, 3, 4}
    assert any(p.color is WHITE and p.rule_set.variant == RENJU for p in POSITIONS)


@each_position()
def test_the_page_of_its_rules_shows_the_picture_and_says_what_it_claims(
    position: Position,
) -> None:
    page = PAGES[f"{position.rules}.md"]
    assert f"![{position.name}](images/{position.name}.webp)" in page
    assert position.claim in page


def test_pages_show_no_pictures_but_those_of_positions_and_they_are_small() -> None:
    shown = [name for page in PAGES.values() for name in re.findall(r"images/([\w-]+)\.webp", page)]
    names = [position.name for position in POSITIONS]
    assert sorted(shown) == sorted(names)
    files = list((FOLDER / "images").iterdir())
    assert sorted(file.stem for file in files) == sorted(names)
    assert sum(file.stat().st_size for file in files) < 300_000


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_of_a_page_run(name: str) -> None:
    assert doctest.testfile(str(FOLDER / name), module_relative=False).failed == 0


@pytest.mark.parametrize("name", PAGES)
def test_the_links_of_a_page_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", PAGES[name])
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []
