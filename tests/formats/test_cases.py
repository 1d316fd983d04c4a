"""Small inputs of the kinds that other programs write, each with others of its kind."""

import json
from pathlib import Path

import numpy as np
import pytest

from gomoku.board import Board, Termination
from gomoku.formats import read_games, write_games
from gomoku.formats.sgf import game_to_sgf, games_from_sgf
from gomoku.formats.words import result_from_words, rules_from_words
from gomoku.notation import moves_to_text
from gomoku.record import GameRecord, RecordError
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, WHITE, Color, Rules
from gomoku_zero.commands.record import main

FILES = Path(__file__).parent / "files"


def read(name: str) -> GameRecord:
    games = read_games((FILES / name).read_bytes(), name)
    assert len(games) == 1
    return games[0]


def text_of(game: GameRecord) -> str:
    return moves_to_text(game.moves, game.rules.size)


def sgf(body: str, root: str = "SZ[15]") -> GameRecord:
    return read_games(f"(;GM[4]{root}{body})")[0]


def saved_again(game: GameRecord) -> GameRecord:
    return read_games(game_to_sgf(game))[0]


# Games to the full board


@pytest.mark.parametrize("name", ["draw15.sgf", "draw15.psq", "five5_draw.sgf"])
def test_a_game_to_the_full_board_is_drawn_at_its_last_move(name: str) -> None:
    game = read(name)
    assert len(game.moves) == game.rules.points
    assert (game.result, game.remarks) == ("draw", ())
    assert game.board().outcome is not None
    assert game.board().outcome.termination is Termination.FULL_BOARD  # type: ignore[union-attr]
    assert saved_again(game) == game


def full_game(rules: Rules) -> Board:
    """A random game that goes on to the full board behind a dead draw."""
    for seed in range(1000):
        board = Board(rules)
        for point in np.random.default_rng(seed).permutation(rules.points):
            if board.outcome is None or board.outcome.termination is Termination.DEAD_DRAW:
                board.push(int(point))
        if board.ply == rules.points:
            return board
    raise AssertionError("no such game")


@pytest.mark.parametrize("variant", [FREESTYLE, STANDARD, RENJU, CARO])
@pytest.mark.parametrize("kind", ["sgf", "psq", "rec", "txt"])
def test_moves_behind_a_dead_draw_are_read_in_every_format(variant: int, kind: str) -> None:
    board = full_game(Rules(6, 5, variant))
    record = GameRecord(board.rules, board.moves, board.outcome)
    again = read_games(write_games([record], kind), rules=board.rules)[0]
    assert (again.moves, again.result) == (record.moves, "draw")


def test_taking_back_behind_a_dead_draw_restores_it() -> None:
    moves = read("five5_draw.sgf").moves
    board = Board(Rules(5))
    outcomes = []
    for move in moves:
        outcomes.append(board.outcome)
        board.push(move)
    assert any(outcome is not None for outcome in outcomes)
    for outcome in reversed(outcomes):
        board.pop()
        assert board.outcome == outcome


# Rules in numbers and words


@pytest.mark.parametrize(
    ("name", "variant", "plies", "result"),
    [
        ("cli_ru4.sgf", RENJU, 4, "W"),
        ("cli_ru4_over.sgf", RENJU, 13, "W"),
        ("cli_ru1_over.sgf", STANDARD, 14, "draw"),
    ],
)
def test_a_number_in_ru_is_one_of_gomocups(
    name: str, variant: int, plies: int, result: str
) -> None:
    game = read(name)
    assert (game.rules.variant, len(game.moves), game.result) == (variant, plies, result)
    assert game.remarks == ()
    again = saved_again(game)
    assert (again, again.rules, again.result) == (game, game.rules, game.result)


def test_an_overline_of_black_in_renju_is_a_foul() -> None:
    board = read("cli_ru4_over.sgf").board()
    assert board.outcome is not None
    assert (board.outcome.winner, board.outcome.termination) == (WHITE, Termination.FORBIDDEN)


@pytest.mark.parametrize(
    ("said", "variant"),
    [
        *(("0", FREESTYLE), ("1", STANDARD), ("4", RENJU), ("8", CARO), ("9", CARO), ("5", RENJU)),
        *(("Freestyle1", FREESTYLE), ("Renju2", RENJU), ("Standard 3", STANDARD)),
        *(("自由规则", FREESTYLE), ("无禁手", FREESTYLE), ("有禁手", RENJU), ("连珠", RENJU)),
        *(("標準", STANDARD), ("標準ルール", STANDARD), ("連珠", RENJU), ("禁じ手なし", FREESTYLE)),
        *(
            ("Рэндзю", RENJU),
            ("рендзю", RENJU),
            ("ренджу", RENJU),
            ("свободные правила", FREESTYLE),
        ),
        *(("Стандарт", STANDARD), ("каро", CARO), ("렌주룰", RENJU), ("자유룰", FREESTYLE)),
        *(("ＲＥＮＪＵ", RENJU), ("Стандартное гомоку", STANDARD), ("有禁規則", RENJU)),
        *(("Taraguchi-10", RENJU), ("free-style", FREESTYLE), ("exactly five", STANDARD)),
        *(("Japanese", None), ("Nonstandard", None), ("Gomoku 2009 rules", None), ("17", None)),
    ],
)
def test_rules_are_found_in_words_of_several_languages(said: str, variant: int | None) -> None:
    assert rules_from_words(said).variant == variant
    game = sgf(";B[hh]", f"SZ[15]RU[{said}]")
    assert game.rules.variant == (variant or FREESTYLE)
    assert game.rules_are_guessed is (variant is None)
    assert saved_again(game) == game
    if variant is None:
        assert said in game.remarks[0]


@pytest.mark.parametrize("said", ["1,foo renju", "2,My Renju cup", "0,renju1"])
def test_the_rule_of_a_psq_is_the_same_once_saved_again(said: str) -> None:
    game = read_games(f"Piskvorky 15x15, 11:11, 0\n8,8,0\n9,9,0\nA\nB\n-1\n{said}\n")[0]
    again = read_games(write_games([game], "psq"))[0]
    assert game.rules.variant == RENJU
    assert again == game


@pytest.mark.parametrize(
    ("said", "result"),
    [
        *(("B+R", "B"), ("W+T", "W"), ("b+", "B"), ("W+1", "W"), ("White+Resign", "W")),
        *(("0", "draw"), ("Draw", "draw"), ("Jigo", "draw"), ("1/2-1/2", "draw"), ("½-½", "draw")),
        *(("Void", ""), ("?", ""), ("*", ""), ("unfinished", "")),
        *(("1-0", "B"), ("0-1", "W"), ("Black wins", "B"), ("White won by five", "W")),
        *(("Black resigns", "W"), ("White lost on time", "B"), ("B resigned", "W")),
        *(("黑胜", "B"), ("白中盘胜", "W"), ("黑负", "W"), ("黒勝ち", "B"), ("白投了", "B")),
        *(("和棋", "draw"), ("引き分け", "draw"), ("ничья", "draw"), ("무승부", "draw")),
        *(("Чёрные выиграли", "B"), ("белые сдались", "B"), ("흑승", "B"), ("백 승", "W")),
        *(("Black wins, White resigned", "B"), ("White resigns; Black wins", "B")),
        *(("Ｂ＋Ｒ", "B"), ("黑胜（白认输）", "B"), ("和局", "draw"), ("Победа белых", "W")),
        *(("Schwarz gewinnt", "B"), ("Noir gagne", "B"), ("Trắng thắng", "W")),
    ],
)
def test_results_are_found_in_every_spelling_and_kept(said: str, result: str) -> None:
    game = sgf(";B[hh];W[ii]", f"SZ[15]RE[{said}]")
    assert (game.result, game.remarks) == (result, ())
    assert saved_again(game) == game
    assert f"RE[{said}]" in game_to_sgf(game)


def test_a_result_that_nobody_knows_is_told_and_kept() -> None:
    game = sgf(";B[hh]", "SZ[15]RE[zzz]")
    assert (game.result, game.remarks) == ("", ("the result 'zzz' is not known",))
    assert "RE[zzz]" in game_to_sgf(game)
    assert not result_from_words("zzz").is_known


def test_a_result_that_the_board_contradicts_is_told() -> None:
    five = ";B[aa];W[ba];B[ab];W[bb];B[ac];W[bc];B[ad];W[bd];B[ae]"
    game = sgf(five, "SZ[15]RE[W+R]")
    assert game.result == "W"
    assert "on the board Black has won" in game.remarks[0]


# Encodings


@pytest.mark.parametrize(
    ("name", "black", "white"),
    [
        ("gbk.sgf", "王五", "李四"),
        ("gbk_5c.sgf", "張哱", "李"),
        ("gbk_5d.sgf", "張哴", "李"),
        ("sjis.sgf", "表示 ソ太郎", "能"),
        ("cp1251.sgf", "Иванов", "Петров"),
        ("names.sgf", "Иванов 김철수", "張德榮 かな Nguyễn"),
    ],
)
def test_names_in_a_declared_encoding_are_shown(name: str, black: str, white: str) -> None:
    game = read(name)
    assert (game.black, game.white) == (black, white)
    assert (game.remarks, len(game.moves)) == ((), 4 if name == "names.sgf" else 6)
    assert saved_again(game) == game


@pytest.mark.parametrize(
    ("declared", "codec", "name"),
    [
        ("Big5", "big5", "許功蓋"),  # whose second bytes are backslashes
        ("EUC-KR", "euc_kr", "김철수"),
        ("windows-1252", "cp1252", "Müller"),
        ("koi8-r", "koi8_r", "Иванов"),
        ("GB18030", "gb18030", "㐀丂"),
        ("ISO-8859-2", "iso8859_2", "Žižka"),
    ],
)
def test_other_declared_encodings_are_read(declared: str, codec: str, name: str) -> None:
    game = read_games(f"(;GM[4]CA[{declared}]SZ[15]PB[{name}];B[hh])".encode(codec))[0]
    assert (game.black, game.remarks) == (name, ())


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("gb18030", "王五李四"),
        ("cp932", "表示ソ太郎"),
        ("cp1251", "Иванов Петров"),
        ("cp949", "김철수"),
        ("big5", "陳冠宇林志玲"),
        ("cp1250", "Příliš žluťoučký"),
        ("koi8_r", "Иванов Сергей"),
    ],
)
def test_an_undeclared_encoding_is_guessed_with_a_remark(codec: str, name: str) -> None:
    game = read_games(f"(;GM[4]SZ[15]PB[{name}];B[hh])".encode(codec))[0]
    assert game.black == name
    assert game.remarks[0].startswith("the encoding is a guess: ")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    "text", ["(;GM[4]SZ[15]PB[名];B[hh])", "Piskvorky 15x15, 11:11, 0\n8,8,0\n名\nb\n-1\n", "h8"]
)
def test_a_byte_order_mark_is_no_part_of_a_record(codec: str, text: str) -> None:
    game = read_games(text.encode(codec))[0]
    assert (game.moves, game.remarks) == ((112,), ())
    assert game.black in ("名", "")
    assert read_games("\ufeff" + text)[0] == game


def test_an_unknown_or_wrong_encoding_is_told() -> None:
    text = "(;GM[4]CA[{}]SZ[15]PB[é];B[hh])"
    for declared in ("nonsense", "rot13", "idna", "utf-7", "unicode_escape"):
        game = read_games(text.format(declared).encode())[0]
        assert game.black == "é"
        assert declared in game.remarks[0]
    game = read_games(text.format("UTF-8").encode("cp1252"))[0]
    assert "UTF-8" in game.remarks[0]


@pytest.mark.parametrize("declared", ["GB2312", "Shift_JIS", "windows-1251", "Big5"])
def test_a_text_that_is_utf8_is_read_so_whatever_it_declares(declared: str) -> None:
    game = read_games(f"(;GM[4]CA[{declared}]SZ[15]PB[王五李四]PW[かな];B[hh])".encode())[0]
    assert (game.black, game.white) == ("王五李四", "かな")
    assert game.remarks == (f"the text declares {declared}, but is UTF-8",)


# Piskvork's own files


def test_a_psq_saved_by_piskvorks_window_has_no_names() -> None:
    game = read("gui.psq")
    assert (game.black, game.white, len(game.moves), game.remarks) == ("", "", 3, ())


@pytest.mark.parametrize(
    ("tail", "names"),
    [
        ("", ("", "")),
        ("-1\n1,Renju\n", ("", "")),
        ("homo-1\npbrain-x.exe\n0\n", ("", "pbrain-x.exe")),
        ("7\n8\n-1\n", ("7", "8")),
        ("A\nB\n15\n", ("A", "B")),
    ],
)
def test_names_are_told_from_numbers_at_the_end_of_a_psq(tail: str, names: tuple[str, str]) -> None:
    game = read_games(f"Piskvorky 15x15, 0:3, 0\n8,8,0\n9,8,120\n{tail}")[0]
    assert (game.black, game.white) == names
    assert read_games(write_games([game], "psq"))[0] == game


def test_a_rec_is_a_game_on_piskvorks_board() -> None:
    game = read("game.rec")
    assert (game.black, game.white, text_of(game)) == ("ENGA.exe", "ENGB.exe", "h13 i13 h12")
    assert game.remarks == ("a .rec does not give the size of its board: read as 20",)


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("a\nb\n0,0,0\n19,19,5\n15\n", "a20 t1"),
        ("pbrain-one.exe\r\npbrain-two.exe\r\n7,7,12\r\n-1\r\n", "h13"),
        ("homo-1\nx\n20,20,1\n3,3,1\n0\n", "u1 d18"),
    ],
)
def test_other_recs_are_read_without_their_name(text: str, moves: str) -> None:
    assert text_of(read_games(text)[0]) == moves


# Stones that are set up, and what else places them


def test_opening_stones_of_gomoku_quest_are_moves() -> None:
    game = read("quest_shukei.sgf")
    assert text_of(game) == "h8 h9 j10 i9 g9 i7 i8 j9"
    assert any("QPR" in remark for remark in game.remarks)
    assert text_of(saved_again(game)) == text_of(game)


@pytest.mark.parametrize(
    ("body", "stones", "moves"),
    [
        (";AB[hh][hi]AW[aa];W[cc]", {112: 1, 127: 1, 0: -1}, "c13"),
        (";AB[hh]AB[hi]AW[aa]AW[ab]", {112: 1, 127: 1, 0: -1, 15: -1}, ""),
        (";AB[hh:ii]AW[aa:ca];B[oo]", {112: 1, 113: 1, 127: 1, 128: 1, 0: -1, 1: -1, 2: -1}, "o1"),
        (";AB[hh];AW[hi];B[cc]", {112: 1, 127: -1}, "c13"),
        ("AB[hh][hi][hj]AW[aa]PL[B];B[cc]", {112: 1, 127: 1, 142: 1, 0: -1}, "c13"),
        ("AB[aa][hh];AE[aa];W[ii]", {112: 1}, "i7"),
        ("PL[W];W[hh];B[ii]", {}, "h8 i7"),
    ],
)
def test_stones_count_wherever_they_are_set_up(
    body: str, stones: dict[int, int], moves: str
) -> None:
    game = sgf(body)
    board = Board.from_text(game.start, game.rules)
    assert {int(p): int(board.cells[p]) for p in board.cells.nonzero()[0]} == stones
    assert text_of(game) == moves
    assert saved_again(game) == game
    assert any("set up" in remark for remark in game.remarks)


def test_who_moves_first_from_a_position_survives() -> None:
    game = sgf("PL[W];W[hh];B[ii]")
    board = game.board()
    assert (board.cells[112], board.cells[128]) == (-1, 1)
    assert board.to_move is Color.WHITE
    unclear = sgf("AB[aa][ba][ca]PL[B]")
    assert unclear.board().to_move is BLACK
    assert saved_again(unclear) == unclear


@pytest.mark.parametrize(
    ("body", "moves"),
    [
        (";B[hh]W[ig]B[ii]", "h8 i9 i7"),
        (";B[hh];W[ig]B[ii];W[gg]", "h8 i9 i7 g9"),
        ("B[hh];W[ig]", "h8 i9"),
        (";B[hh];AW[ig];B[ii]", "h8 i9 i7"),
        (";B[h8];W[I9]", "h8 i9"),
    ],
)
def test_moves_count_however_they_stand_in_a_node(body: str, moves: str) -> None:
    assert text_of(sgf(body)) == moves
    assert text_of(saved_again(sgf(body))) == moves


def test_stones_set_up_in_the_middle_show_the_game_from_there() -> None:
    game = sgf(";B[hh];W[ig];AB[aa][bb]AW[cc];B[ii]")
    assert text_of(game) == "i7"
    assert game.board().ply == 6
    assert any("before, it went h8 i9" in remark for remark in game.remarks)
    assert saved_again(game) == game


@pytest.mark.parametrize("root", ["ZZ[hh]", "STONES[aa,bb,cc]", "POS[aa:cc][dd]"])
def test_a_property_that_may_put_stones_is_named(root: str) -> None:
    game = sgf(";B[hh]", f"SZ[15]{root}")
    assert any(remark.startswith(root.partition("[")[0]) for remark in game.remarks)
    assert root.partition("[")[0] in game_to_sgf(game)


# Moves that cannot be read


@pytest.mark.parametrize(
    ("name", "moves", "remark"),
    [
        ("swap_lg.sgf", "j10 i11 h12", "'swap'"),
        ("undef.sgf", "h8", "move 2 is 'dundefined'"),
        ("bracket_space.sgf", "h8 i9", "ends with a pass"),
    ],
)
def test_a_game_is_read_up_to_a_move_that_is_none(name: str, moves: str, remark: str) -> None:
    game = read(name)
    assert text_of(game) == moves
    assert remark in game.remarks[0]
    assert saved_again(game) == game


def test_a_size_given_twice_is_one_size() -> None:
    game = read("sz_pair.sgf")
    assert (game.rules.size, len(game.moves), game.remarks) == (15, 6, ())


@pytest.mark.parametrize(
    ("body", "moves", "remark"),
    [
        (";B[hh];W[hh];B[ii]", "h8", "move 2 is h8, which is occupied: moves 2 to 3 are left out"),
        (";B[hh];W[zz]", "h8", "move 2 is 'zz', which is not a point of the board: move 2 is left"),
        (";B[hh];B[ii];W[aa]", "h8", "move 2 ('ii') is Black's, but it is White's turn"),
        (";B[hh];W[];B[ii]", "h8", "move 2 is a pass"),
        (";B[hh];W[tt];B[ii]", "h8", "move 2 is a pass"),
        (";B[hh];W[tt];B[]", "h8", "the game ends with a pass"),
        (";B[hh];W[resign]", "h8", "move 2 is 'resign'"),
    ],
)
def test_what_cannot_be_played_is_named_with_its_number(body: str, moves: str, remark: str) -> None:
    game = sgf(body)
    assert text_of(game) == moves
    assert remark in game.remarks[0]
    assert saved_again(game) == game


def test_a_resignation_as_a_move_is_a_result() -> None:
    assert sgf(";B[hh];W[resign]").result == "B"


FIVE = ";B[aa];W[ba];B[ab];W[bb];B[ac];W[bc];B[ad];W[bd];B[ae]"


@pytest.mark.parametrize(
    ("root", "body", "plies"),
    [
        ("SZ[15]", f"{FIVE};W[hh];B[ii]", 9),
        ("SZ[15]RU[renju]", f"{FIVE};W[hh]", 9),
        # An overline by rules that know none: the game ends there.
        (
            "SZ[15]RU[freestyle]",
            ";B[aa];W[hh];B[ab];W[hi];B[ac];W[ii];B[ae];W[ij];B[af];W[kk];B[ad];W[oo]",
            11,
        ),
    ],
)
def test_moves_behind_a_win_are_left_out_with_a_remark(root: str, body: str, plies: int) -> None:
    game = sgf(body, root)
    assert len(game.moves) == plies
    assert f"Black has won at move {plies}" in game.remarks[0]
    assert "left out" in game.remarks[0]
    assert saved_again(game) == game


def test_a_psq_is_read_up_to_a_move_that_cannot_be_played() -> None:
    start = "Piskvorky 15x15, 11:11, 0\n8,8,0\n"
    game = read_games(f"{start}8,8,0\n9,9,0\n")[0]
    assert game.remarks == ("move 2 is h8, which is occupied: moves 2 to 3 are left out",)
    game = read_games(f"{start}16,1,0\n9,9,0\n")[0]
    assert "move 2 is 16,1, which is outside of 15x15" in game.remarks[0]


# Damage


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("(;GM[4]SZ[15];B[hh];W[ii]", "h8 i7"),
        ("(;GM[4]SZ[15];B[hh]C[see [1] there];W[ii])", "h8 i7"),
        ("(;GM[4]SZ[15];B[hh] 1 ;W[ii])", "h8 i7"),
        ("From: somebody\n\n(;GM[4]SZ[15];B[hh];W[ii])", "h8 i7"),
        ("(;GM[4]PB[a][b]SZ[15];B[hh];W[ii])", "h8 i7"),
        ("(;GM[4];B[hh];W[ii])", "h8 i7"),
    ],
)
def test_a_damaged_sgf_is_read_with_a_remark(text: str, moves: str) -> None:
    game = read_games(text)[0]
    assert text_of(game) == moves
    assert game.remarks


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "nothing in it"),
        (b"hello world", "no game and no position: 'hello world'"),
        (b"(;GM[2]SZ[15];B[hh])", "game number 2"),
        (b"(;GM[4]SZ[99];B[hh])", "size 99"),
        (b"(;GM[4]SZ[15];B[zz])", "no move can be read: move 1 is 'zz'"),
        (b"Piskvorky 20x15, 11:11, 0\n", "20x15"),
        (b"<database></database>", "not a database with games"),
        (b"<html><body>", "no game and no position"),
        (b"\xffRenLib\xff\x03\x04", "ends within its header"),
        (b"\xffRenLib\xff\x03\x04" + b"\xff" * 10, "no move in this library"),
        (b"h8 i9 zz", "behind move 2 stands 'zz'"),
        (b"w1 w2", "no game"),
    ],
)
def test_what_holds_no_game_is_refused_with_file_and_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RecordError) as caught:
        read_games(data, "odd.file")
    assert str(caught.value).startswith("odd.file: ")
    assert reason in str(caught.value)


# Trees


def test_comments_and_variations_are_read_and_written() -> None:
    text = "(;GM[4]SZ[15]C[About];B[hh]C[one\\]](;W[ig](;B[ii])(;B[gg]C[x]))(;W[hg]LB[aa:1]))"
    game = read_games(text)[0]
    assert (game.comment, game.comments, game.variations) == ("About", 3, 2)
    assert text_of(game) == "h8 i9 i7"
    assert [game.nodes[index].move for index in game.main_line()] == [112, 98, 128]
    assert saved_again(game) == game
    assert "LB[aa:1]" in game_to_sgf(game)


def test_a_collection_offers_all_its_games() -> None:
    text = "(;GM[4]SZ[15];B[hh])\n\n(;GM[2];B[hh])(;GM[4]SZ[19]PB[x];B[jj];W[kk])"
    games = read_games(text)
    assert [len(game.moves) for game in games] == [1, 2]
    assert "game 2 cannot be read" in games[0].remarks[0]
    many = "\n".join(game_to_sgf(game) for game in games * 3)
    assert len(games_from_sgf(many)) == 6


# Libraries and databases


def test_a_renlib_library_is_a_tree() -> None:
    game = read("mini.lib")
    assert (text_of(game), game.variations, game.rules) == ("h8 i8", 0, Rules(15, 5, RENJU))
    assert write_games([game], "lib") == (FILES / "mini.lib").read_bytes()


LIB_HEADER = b"\xffRenLib\xff\x03\x04" + b"\xff" * 10


@pytest.mark.parametrize(
    ("nodes", "moves", "comments", "variations"),
    [
        # h8, then i9 or h9; the sibling comes behind the first one's line.
        (b"\x78\x00\x69\xc0\x68\x40", "h8 i9", 0, 1),
        # A root without a point, with a comment of two parts.
        (b"\x00\x08one\x08two\x00\x78\x40", "h8", 1, 0),
        # A comment, and a text on the board, at the second move.
        (b"\x78\x00\x69\x49\x00\x01hey\x00A\x00", "h8 i9", 1, 0),
        # A pass ends the main line.
        (b"\x78\x00\x69\x00\x00\x00\x68\x40", "h8 i9", 0, 0),
        # An old comment: the eighth bit ends it.
        (b"\x78\x20ab\xe3\x00\x69\x40", "h8 i9", 1, 0),
    ],
)
def test_other_libraries_are_read(nodes: bytes, moves: str, comments: int, variations: int) -> None:
    game = read_games(LIB_HEADER + nodes, "x.lib")[0]
    assert (text_of(game), game.comments, game.variations) == (moves, comments, variations)
    if not nodes.startswith(b"\x78\x20"):
        assert read_games(write_games([game], "lib"))[0] == game


def test_a_rif_database_is_a_list_of_games() -> None:
    game = read("mini.rif")
    assert (game.black, game.white, game.result) == ("Ann Bee", "Cy Dee", "B")
    assert (text_of(game), game.rules.variant) == ("h8 h9 j10 i9 g9 i8", RENJU)


def test_a_rif_database_names_rules_tournaments_and_openings() -> None:
    text = """<?xml version="1.0" encoding="windows-1251"?><database>
    <players><player id="1" name="Иван" surname="Ко"/></players>
    <rules><rule id="3" name="Gomoku Swap2"/><rule id="4" name="Taraguchi-10"/></rules>
    <openings><opening id="9" name="Kansei" abbr="1D"/></openings>
    <tournaments><tournament id="5" name="Cup" year="2009"/></tournaments>
    <games><game id="1" tournament="5" round="2" rule="3" black="1" white="77" bresult="0.5"
    opening="9" swap="y"><move>h8 i9 zz h9</move><info>good</info></game>
    <game id="2" rule="4" black="1" white="1" bresult="0"><move>h8</move></game>
    <game id="3" black="1" white="1"><move></move></game></games></database>"""
    games = read_games(text.encode("cp1251"), "x.rif")
    first, second, third = games
    assert (first.black, first.white, first.result) == ("Иван Ко", "77", "draw")
    assert (first.rules.variant, second.rules.variant) == (STANDARD, RENJU)
    assert (text_of(first), first.comment, second.result, third.moves) == ("h8 i9", "good", "W", ())
    assert dict(first.properties)["EV"] == ("Cup",)
    assert any("move 3" in remark for remark in first.remarks)
    assert read_games(write_games(games, "rif")) == games


def test_a_database_that_defines_entities_is_refused() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa">]><database><games/></database>'
    with pytest.raises(RecordError, match="entities"):
        read_games(bomb)


# Pasted text


@pytest.mark.parametrize("line", (FILES / "paste.txt").read_text().splitlines())
def test_every_line_of_the_pasted_ones_is_a_position(line: str) -> None:
    game = read_games(line.replace("(BOM)", "\ufeff"))[0]
    assert text_of(game) in ("h8 i9 i7 g9", "h8 i9 i7", "h8")


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("H8I9I7", "h8 i9 i7"),
        ("1. h8 i9 2. i7 g9", "h8 i9 i7 g9"),
        ("1.h8\n2.i9\n3.i7\n", "h8 i9 i7"),
        ("h8-i9-i7", "h8 i9 i7"),
        ("[h8] [i9]", "h8 i9"),
        ("Ｈ８ Ｉ９", "h8 i9"),
        ("1) h8; 2) i9", "h8 i9"),
        ("1-h8 2-i9", "h8 i9"),
        ("1 h8 2 i9 3 i10", "h8 i9 i10"),
        ("https://example.com/#/h8i9i7", "h8 i9 i7"),
        ("h8\ni9\ni7", "h8 i9 i7"),
        ("BOARD\n7,7,1\n8,8,2\n8,6,1\nDONE", "h8 i7 i9"),
        ("START 15\nINFO rule 1\nBEGIN\n7,7\nTURN 8,8\nMESSAGE hi\n8,6", "h8 i7 i9"),
        ("yxboard\n7,7,2\n8,8,1\ndone\n", "h8 i7"),
        ("7,7\n8,8\n", "h8 i7"),
    ],
)
def test_moves_are_read_in_the_forms_that_programs_paste(text: str, moves: str) -> None:
    game = read_games(text)[0]
    assert text_of(game) == moves
    assert read_games(write_games([game], "txt"), rules=game.rules)[0].moves == game.moves


def test_stones_of_a_board_in_no_order_are_a_position() -> None:
    game = read_games("START 20\nINFO rule 4\nBOARD\n0,0,1\n1,0,1\n2,0,2\n3,0,2\nDONE")[0]
    board = game.board()
    assert (board.rules, board.ply, board.to_move) == (Rules(20, 5, RENJU), 4, BLACK)
    assert board.cells[:4].tolist() == [1, 1, -1, -1]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("x o .\n. x .\n. . o", "xo..x...o"),
        ("3 x o .\n2 . x .\n1 . . o\n  A B C", "xo..x...o"),
        ("+ + +\n+ ● +\n○ + +", "....x.o.."),
        ("0 0 1\n2 1 0\n0 0 0", "..xox...."),
        ("[[0, 1, 2],\n [0, 0, 1],\n [2, 0, 0]]", ".xo..xo.."),
        ("-------\n X O .\n . X .\n . . .\n-------", "xo..x...."),
    ],
)
def test_drawings_are_read_in_other_signs_too(text: str, cells: str) -> None:
    board = read_games(text)[0].board()
    assert "".join({1: "x", -1: "o", 0: "."}[int(cell)] for cell in board.cells) == cells


@pytest.mark.parametrize(
    ("text", "name", "size", "openings"),
    [
        ("0,0, 1,-1\n2,2, 3,3, -1,-1\n", "", 15, ["h8 i9", "j6 k5 g9"]),
        ("8,-3, 6,-4\n6,6, 4,6, 6,4\n", "freestyle_20x20.txt", 20, ["s13 q14", "q4 o4 q6"]),
        ("8,-3, 6,-4\n", "", 20, ["s13 q14"]),
        ("d3e5f6d7\nk10j10i9j9m7\nq3o5o7p8o3", "", 20, ["d3 e5 f6 d7", None, None]),
        ("h8i9i7\nh8g9g7\n", "renju_15x15.txt", 15, ["h8 i9 i7", "h8 g9 g7"]),
    ],
)
def test_files_of_openings_are_lists_of_games(
    text: str, name: str, size: int, openings: list[str | None]
) -> None:
    games = read_games(text, name)
    assert [game.rules.size for game in games] == [size] * len(openings)
    for game, moves in zip(games, openings, strict=True):
        assert moves in (None, text_of(game))
    assert games[0].rules.variant == (RENJU if "renju" in name else FREESTYLE)


def test_pasted_moves_are_taken_to_be_played_by_the_rules_given() -> None:
    assert read_games("c3 d4", rules=Rules(6, 4))[0].rules == Rules(6, 4)
    game = read_games("h8 i9", rules=Rules(6, 4))[0]
    assert (game.rules.size, game.moves) == (15, (112, 98))
    assert game.remarks


# The command


def shown(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    assert main([*arguments, "--json"]) == 0
    listed: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return listed


def test_the_command_lists_exactly_what_is_promised(capsys: pytest.CaptureFixture[str]) -> None:
    listed = shown([str(FILES / "cli_ru4.sgf")], capsys)
    assert listed == [
        {
            "size": 15,
            "rules": "renju",
            "moves": "h8 i9 i7 g9",
            "result": "W",
            "black": "a",
            "white": "b",
            "comments": 4,
            "variations": 0,
            "remarks": [],
        }
    ]


@pytest.mark.parametrize("kind", ["sgf", "psq", "rec", "lib", "rif", "txt"])
def test_the_command_converts_between_formats(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"out.{kind}"
    assert main([str(FILES / "mini.rif"), "-o", str(out)]) == 0
    capsys.readouterr()
    [game] = shown([str(out)], capsys)
    assert game["moves"] == "h8 h9 j10 i9 g9 i8"


def test_the_command_chooses_a_game(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "two.sgf"
    file.write_text("(;GM[4]SZ[15];B[hh])(;GM[4]SZ[15];B[aa])")
    assert [game["moves"] for game in shown([str(file), "--game", "2"], capsys)] == ["a15"]
    assert main([str(file), "-o", str(tmp_path / "x.psq")]) == 2
    assert "one game, not 2" in capsys.readouterr().err
    assert main([str(file), "--game", "3"]) == 2
    assert "games 1 to 2" in capsys.readouterr().err
    assert main([str(file), "-o", str(tmp_path / "x.doc")]) == 2


@pytest.mark.parametrize("content", [b"hello", b"", b"\x00\x01\x02", b"(;GM[2];B[aa])"])
def test_the_command_says_in_one_line_that_nothing_can_be_read(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.sgf"
    file.write_bytes(content)
    for name in (file, tmp_path / "missing.sgf", tmp_path):
        assert main([str(name), "--json"]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert name.name in captured.err
