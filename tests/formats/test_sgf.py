"""Games written and read back."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomoku.board import Board, Outcome, Termination
from gomoku.formats.psq import game_from_psq, game_to_psq
from gomoku.formats.sgf import game_from_sgf, game_to_sgf
from gomoku.opening_rules import OpeningPhase, OpeningRule, OptionTurn, Seat, opening_rules_for
from gomoku.record import GameRecord, RecordError
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, WHITE, Rules

SIX = Rules(size=6, win_length=4)


@st.composite
def records(draw: st.DrawFn) -> GameRecord:
    """The beginning of a random game by any rules and any opening rule."""
    size = draw(st.integers(5, 9))
    rules = Rules(size, 5, draw(st.sampled_from([FREESTYLE, STANDARD, RENJU, CARO])))
    phase = OpeningPhase(draw(st.sampled_from(opening_rules_for(rules))), rules)
    while (turn := phase.turn) is not None and draw(st.integers(0, 9)):
        if isinstance(turn, OptionTurn):
            phase = phase.decided(draw(st.sampled_from(turn.options)))
        else:
            phase = phase.decided(draw(st.sampled_from(phase.legal_points().tolist())))
    board = phase.board()
    points = draw(st.permutations(range(rules.points))) if phase.is_over else []
    for move in points[: draw(st.integers(0, rules.points))]:
        if board.outcome is None and board.is_legal(move):
            board.push(move)
    record = GameRecord(rules, board.moves, board.outcome, "Ada", "Übung [x] \\ 五子棋")
    if phase.rule is OpeningRule.FREE:
        return record
    return replace(record, opening_plies=len(phase.moves), opening_phase=phase)


@settings(max_examples=60, deadline=None)
@given(records())
def test_a_game_survives_sgf_and_psq(record: GameRecord) -> None:
    assert game_from_sgf(game_to_sgf(record)) == record
    assert game_from_psq(game_to_psq(record)) == record


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(NAMES, NAMES)
def test_any_name_leaves_the_moves_of_a_psq_alone(black: str, white: str) -> None:
    record = GameRecord(Rules(), (112, 98), None, black, white)
    read = game_from_psq(game_to_psq(record))
    assert (read.rules, read.moves) == (record.rules, record.moves)


def swapped_game() -> GameRecord:
    """Bob sat second and took Black."""
    phase = OpeningPhase.from_text("h8 i9 c3 black", OpeningRule.SWAP2, Rules())
    moves = (*phase.moves, 0)
    return GameRecord(Rules(), moves, None, "Bob", "Ada", len(phase.moves), "", phase)


def test_a_record_knows_who_sat_where() -> None:
    record = swapped_game()
    assert record.player(record.color_of(Seat.FIRST)) == "Ada"
    assert record.player(record.color_of(Seat.SECOND)) == "Bob"
    assert GameRecord(Rules(), ()).color_of(Seat.FIRST) is BLACK
    assert GameRecord(Rules(), ()).color_of(Seat.SECOND) is WHITE


def test_an_sgf_lists_what_was_decided_in_the_opening() -> None:
    text = game_to_sgf(swapped_game())
    for part in ("RU[freestyle 5 swap2]", "ON[h8 i9 c3 black]", "PB[Bob]", "PW[Ada]"):
        assert part in text


def test_a_psq_names_black_first_and_lists_the_opening_at_its_end() -> None:
    lines = game_to_psq(swapped_game()).splitlines()
    assert lines[5:] == ["Bob", "Ada", "-1", "0,Freestyle", "swap2: h8 i9 c3 black"]


@pytest.mark.parametrize(
    "opening", ["26 openings: san-ren-sei", "h8 i9 c4 black", "h8 h8", "h8 i9 c3 black white"]
)
def test_an_opening_of_another_program_is_kept_as_text(opening: str) -> None:
    text = f"(;GM[4]SZ[15]RU[Swap2]ON[{opening}];B[hh];W[ig];B[cm];W[aa])"
    game = game_from_sgf(text)
    assert game.rules == Rules()
    assert game.opening_phase is None
    assert game.properties == (("ON", (opening,)),)
    assert f"ON[{opening}]" in game_to_sgf(game)


@pytest.mark.parametrize("said", ["Japanese", "Gomoku 2009 rules", "Nonstandard", "RIF, swap2"])
def test_rules_that_we_do_not_know_are_read_as_freestyle_told_and_kept(said: str) -> None:
    game = game_from_sgf(f"(;GM[4]SZ[15]RU[{said}];B[hh])")
    assert game.rules == Rules()
    assert game.unknown_rules == said
    again = game_to_sgf(game)
    assert f"RU[{said}]" in again
    assert game_from_sgf(again) == game


@pytest.mark.parametrize(
    ("root", "rules"),
    [
        ("", Rules()),
        ("RU[]", Rules()),
        ("RU[Swap2]", Rules()),
        ("RU[freestyle 4]", Rules(win_length=4)),
        ("RU[Standard gomoku]", Rules(variant=STANDARD)),
        ("RU[Renju (2008)]", Rules(variant=RENJU)),
        ("RU[caro, long pro]", Rules(variant=CARO)),
    ],
)
def test_rules_that_we_know_need_no_remark(root: str, rules: Rules) -> None:
    game = game_from_sgf(f"(;GM[4]SZ[15]{root};B[hh])")
    assert (game.rules, game.unknown_rules) == (rules, "")


def test_what_else_an_sgf_says_survives() -> None:
    text = "(;GM[4]SZ[15]DT[2009-08-01]XX[a\\]b][五]EV[Gomoku\nWorld];B[hh]C[good])"
    game = game_from_sgf(text)
    assert [name for name, _ in game.properties] == ["DT", "EV", "XX"]
    again = game_from_sgf(game_to_sgf(game))
    assert again == game
    assert again.properties[2] == ("XX", ("a\\]b", "五"))


def test_the_reason_of_a_result_survives() -> None:
    record = GameRecord(SIX, (14,), Outcome(WHITE, Termination.TIME), reason="no move in 1 s")
    assert game_from_sgf(game_to_sgf(record)) == record


@pytest.mark.parametrize("rule", [rule for rule in OpeningRule if rule is not OpeningRule.FREE])
def test_every_opening_rule_is_found_beside_every_rule_of_winning(rule: OpeningRule) -> None:
    text = {"pro": "f6 a1 a2", "long-pro": "f6 a1 a2"}.get(rule.value, "a1 a2 a3 white")
    for variant in (FREESTYLE, STANDARD, RENJU, CARO):
        rules = Rules(11, 5, variant)
        phase = OpeningPhase.from_text(text, rule, rules)
        record = GameRecord(rules, phase.moves, opening_plies=3, opening_phase=phase)
        assert game_from_sgf(game_to_sgf(record)) == record


def test_an_sgf_says_what_it_is() -> None:
    text = game_to_sgf(GameRecord(SIX, (0, 35), None, "Ada", "Bob"))
    for part in ("GM[4]", "SZ[6]", "RU[freestyle 4]", "PB[Ada]", "B[aa]", "W[ff]"):
        assert part in text


def test_a_psq_counts_columns_and_rows_from_one_and_the_top() -> None:
    lines = game_to_psq(GameRecord(Rules(15), (1, 15))).splitlines()
    assert lines[:3] == ["Piskvorky 15x15, 11:11, 0", "2,1,0", "1,2,0"]


@pytest.mark.parametrize(
    ("said", "variant", "unknown"),
    [
        ("1,Renju", RENJU, ""),
        ("0, standard (Gomocup)", STANDARD, ""),
        ("2,Fastgame", FREESTYLE, ""),
        ("0,Renjuish 7", FREESTYLE, "Renjuish 7"),
        ("-1", FREESTYLE, ""),
    ],
)
def test_the_rule_of_a_psq_is_read_or_told_and_kept(said: str, variant: int, unknown: str) -> None:
    game = game_from_psq(f"Piskvorky 15x15, 11:11, 0\n8,8,0\nAda\nBob\n-1\n{said}\n")
    assert game.rules == Rules(15, 5, variant)
    assert game.unknown_rules == unknown
    assert game_from_psq(game_to_psq(game)) == game


def test_a_psq_cannot_hold_stones_that_were_set_up() -> None:
    start = Board.from_moves(Rules(15), (14, 15)).to_text()
    with pytest.raises(RecordError, match="save it as SGF"):
        game_to_psq(GameRecord(Rules(15), (), start=start))


@pytest.mark.parametrize("termination", [Termination.RESIGNED, Termination.TIME])
def test_a_game_that_ended_off_the_board_keeps_its_result(termination: Termination) -> None:
    record = GameRecord(SIX, (14,), Outcome(WHITE, termination))
    assert game_from_sgf(game_to_sgf(record)) == record


def test_stones_that_were_set_up_survive() -> None:
    start = Board.from_moves(SIX, (14, 15, 20)).to_text().replace("X", "x")
    game = GameRecord(SIX, (21, 22), start=start)
    read = game_from_sgf(game_to_sgf(game))
    assert read.moves == (21, 22)
    assert read.board().cells.tolist() == game.board().cells.tolist()


def test_an_sgf_of_another_program_is_read() -> None:
    game = game_from_sgf("(;FF[4]GM[4]SZ[15]PB[x]RE[B+R]\n;B[hh](;W[ii];B[hi])(;W[aa]))")
    assert game.rules == Rules(15)
    assert game.moves == (112, 128, 127)
    assert game.outcome == Outcome(BLACK, Termination.RESIGNED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "(;GM[2]SZ[15];B[hh])",
        "(;GM[4]SZ[25];B[hh])",
        "(;GM[4]SZ[5];B[hh])",
        "(;GM[4]SZ[6]RU[freestyle 9];B[aa])",
        "(;GM[4]SZ[x];B[aa])",
        "(;GM[4]SZ[15:14];B[aa])",
        "(;GM[4]SZ[15];B[hz];W[hh])",
    ],
)
def test_a_damaged_sgf_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match=r"[^ :]$"):  # a reason, not the end of a sentence
        game_from_sgf(text)


def test_a_pass_may_end_an_sgf() -> None:
    assert game_from_sgf("(;GM[4]SZ[15];B[hh];W[hi];B[])").moves == (112, 127)


def test_a_psq_says_who_had_the_first_move_and_who_won() -> None:
    text = "Piskvorky 15x15, 11:11, 1\n8,8,0\n8,9,0\nsecond\nfirst\n-1\n2,Freestyle\n"
    record = game_from_psq(text)
    assert (record.black, record.white) == ("first", "second")
    assert record.outcome == Outcome(WHITE, Termination.RESIGNED)
    resigned = GameRecord(Rules(15), (112,), Outcome(BLACK, Termination.RESIGNED), "Ada", "Bob")
    assert game_from_psq(game_to_psq(resigned)) == resigned


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "Piskvorky 15x14, 11:11, 0\n",
        "Piskvorky 99x99, 11:11, 0\n",
        "Piskvorky 15x15, 11:11, 0\n16,1,0\n",
        "Piskvorky 15x15, 11:11, 0\n0,1,0\n",
        f"Piskvorky {'9' * 5000}x15, 11:11, 0\n",
        f"Piskvorky 15x15, 11:11, 0\n{'9' * 5000},1,0\n",
    ],
)
def test_a_damaged_psq_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        game_from_psq(text)
