"""What is written is read back equal, for every format and as far as the format goes."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomoku.board import Board, Termination
from gomoku.formats import READ_KINDS, WRITTEN_KINDS, read_games, write_games
from gomoku.formats.sgf_text import escaped_value
from gomoku.record import GameRecord
from gomoku.rules import RENJU, Rules
from tests.formats.records import TEXT, commented_games, games, rule_sets

SIZES = st.integers(5, 22)
QUICK = settings(max_examples=60, deadline=None)

# Names that a line of a .psq can be told by.
PLAIN_NAMES = TEXT.filter(
    lambda name: (
        not re.match(r"-?\d+\s*(,|$)|homo-\d$|(free|pro|swap2?|long-pro|result|rules):", name)
    )
)


def again(record: GameRecord, kind: str) -> GameRecord:
    [read] = read_games(write_games([record], kind), f"x.{kind}", record.rules)
    return read


@QUICK
@given(st.data())
def test_sgf_holds_everything(data: st.DataObject) -> None:
    record = data.draw(commented_games(data.draw(rule_sets(st.integers(5, 9)))))
    properties = data.draw(st.dictionaries(st.sampled_from(["DT", "EV", "XX", "ZZZ"]), TEXT))
    record = replace(
        record,
        properties=tuple(
            (name, (escaped_value(text),)) for name, text in sorted(properties.items())
        ),
        reason=data.draw(TEXT),
    )
    assert again(record, "sgf") == record


@QUICK
@given(st.data())
def test_sgf_holds_positions_that_were_set_up(data: st.DataObject) -> None:
    rules = data.draw(rule_sets(st.integers(5, 9)))
    stones = data.draw(st.dictionaries(st.integers(0, rules.points - 1), st.booleans(), min_size=1))
    body = "".join(
        f"A{'BW'[color]}[{chr(97 + point % rules.size)}{chr(97 + point // rules.size)}]"
        for point, color in stones.items()
    )
    side = data.draw(st.sampled_from(["PL[B]", "PL[W]", ""]))
    [game] = read_games(f"(;GM[4]SZ[{rules.size}]RU[{rules.variant_name} 5]{body}{side})")
    board = game.board()
    assert {p: board.cells[p] < 0 for p in range(rules.points) if board.cells[p]} == stones
    assert again(game, "sgf") == game
    assert str(again(game, "sgf").board()) == str(board)


@QUICK
@given(st.data())
def test_psq_holds_a_game_its_players_and_its_result(data: st.DataObject) -> None:
    record = data.draw(games(data.draw(rule_sets(SIZES)), PLAIN_NAMES))
    assert again(record, "psq") == record


@QUICK
@given(st.data())
def test_rec_holds_a_game_its_players_and_its_result(data: st.DataObject) -> None:
    record = data.draw(games(data.draw(rule_sets(SIZES)), PLAIN_NAMES))
    if record.moves:
        assert again(record, "rec") == record


@QUICK
@given(st.data())
def test_lib_holds_a_tree_with_comments(data: st.DataObject) -> None:
    record = data.draw(commented_games(Rules(15, 5, RENJU)))
    on_board = record.board().outcome
    record = replace(record, black="", white="", outcome=on_board)
    if record.moves:
        assert again(record, "lib") == record


@QUICK
@given(st.data())
def test_rif_holds_many_games(data: st.DataObject) -> None:
    listed = [
        replace(data.draw(games(data.draw(rule_sets(st.just(15))))), comment=data.draw(TEXT))
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    assert read_games(write_games(listed, "rif")) == listed


@QUICK
@given(st.data())
def test_text_holds_the_moves(data: st.DataObject) -> None:
    record = data.draw(games(data.draw(rule_sets(SIZES))))
    if record.moves:
        assert again(record, "txt").moves == record.moves


@QUICK
@given(st.data())
def test_a_drawing_holds_the_position(data: st.DataObject) -> None:
    rules = data.draw(rule_sets(SIZES))
    board = data.draw(games(rules)).board()
    [read] = read_games(str(board), rules=rules)
    assert read.board().cells.tolist() == board.cells.tolist()
    if abs(int(board.cells.sum())) < 2:
        assert read.board().to_move is board.to_move


@QUICK
@given(st.data())
def test_what_a_format_cannot_hold_never_changes_the_moves(data: st.DataObject) -> None:
    record = data.draw(commented_games(Rules(15, 5, RENJU)))
    if not record.moves:
        return
    for kind in WRITTEN_KINDS:
        read = again(record, kind)
        assert read.moves == record.moves
        on_board = Board.from_moves(read.rules, read.moves).outcome
        if on_board is not None and on_board.termination is Termination.LINE:
            assert read.result == record.result


@pytest.mark.parametrize("kind", WRITTEN_KINDS)
def test_every_kind_that_is_written_is_offered_to_read(kind: str) -> None:
    assert kind in READ_KINDS
