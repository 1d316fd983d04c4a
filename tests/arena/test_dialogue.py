"""Transcripts: what a brain answers to each line a manager may send."""

import random
import re
import time
from collections.abc import Sequence

import pytest

from gomoku.board import Board
from gomoku.machine import usable_cores
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, WHITE, Rules
from gomoku_zero.brain.protocol import Brain, Line, position
from gomoku_zero.brain.thinker import MoveRequest
from gomoku_zero.players.gomocup import variant_from_rule
from mcts.analysis import Analysis

MOVE = re.compile(r"\d+,\d+")


class FirstPointThinker:
    """Answers the first free point, and remembers what it was asked."""

    def __init__(self, value: float = 0.5) -> None:
        self.value = value
        self.boards: list[Board] = []
        self.asked: list[tuple[int | None, int | None]] = []
        self.threads: list[int] = []

    def think(self, request: MoveRequest) -> Analysis:
        board = request.board
        self.boards.append(board)
        self.threads.append(request.threads)
        self.asked.append((request.simulations, request.memory))
        move = next(int(move) for move in board.legal_moves() if move not in request.forbidden)
        return Analysis(board.to_move, self.value, choice=move)


class BrokenThinker(FirstPointThinker):
    def think(self, request: MoveRequest) -> Analysis:
        raise RuntimeError("out of ideas")


def talk(text: str, thinker: FirstPointThinker | None = None) -> list[str]:
    """The answers to the lines of a text, messages left out."""
    answers: list[str] = []
    brain = Brain(thinker or FirstPointThinker(), answers.append)
    for number, line in enumerate(text.strip().splitlines()):
        if not brain.handle(Line(number, line.strip(), 0.0)):
            answers.append("(end)")
            break
    return [answer for answer in answers if not answer.startswith("MESSAGE")]


def kinds(answers: list[str]) -> list[str]:
    """ERROR without its text."""
    return ["ERROR" if answer.startswith("ERROR ") else answer for answer in answers]


TRANSCRIPTS = {
    "a game as the first player": (
        "START 15\nINFO rule 0\nINFO timeout_turn 1000\nBEGIN\nTURN 1,0\nEND",
        ["OK", "0,0", "2,0", "(end)"],
    ),
    "a game as the second player, whose first move comes as BOARD": (
        "START 15\nBOARD\n0,0,2\nDONE\nTURN 2,0",
        ["OK", "1,0", "3,0"],
    ),
    "piskvork sends TURN for the first stone": ("START 20\nTURN 0,0", ["OK", "1,0"]),
    "several games and sizes in one process": (
        "START 15\nBEGIN\nSTART 20\nBEGIN\nTURN 1,0\nRESTART\nBEGIN",
        ["OK", "0,0", "OK", "0,0", "2,0", "OK", "0,0"],
    ),
    "sizes that are not supported keep the old game": (
        "START 15\nBEGIN\nSTART\nSTART x\nSTART 0\nSTART 4\nSTART 23\nSTART -5\nTURN 14,14",
        ["OK", "0,0", *["ERROR"] * 6, "1,0"],
    ),
    "square and other rectangles": (
        "RECTSTART 15,15\nBEGIN\nRECTSTART 15,20\nRECTSTART\nRECTSTART 15",
        ["OK", "0,0", "ERROR", "ERROR", "ERROR"],
    ),
    "everything before START": (
        "BEGIN\nTURN 1,1\nBOARD\n1,1,2\nDONE\nTAKEBACK 1,1\nRESTART\nPLAY 1,1\nSWAP2BOARD\nDONE",
        ["ERROR"] * 7,
    ),
    "bad coordinates leave the board unchanged": (
        "START 15\nTURN\nTURN 1\nTURN a,b\nTURN 15,0\nTURN 0,-1\nTURN 1,2,3\nTURN 99999999999999"
        "999999999,1\nTURN ٣,1\nTURN 1_0,1\nTURN 3,3\nTURN 3,3\nTURN 0,0\nTURN 4,4",
        ["OK", *["ERROR"] * 9, "0,0", "ERROR", "ERROR", "1,0"],
    ),
    "BEGIN on a board with stones": ("START 15\nTURN 5,5\nBEGIN", ["OK", "0,0", "ERROR"]),
    "BOARD replaces the position": (
        "START 15\nBEGIN\nTURN 9,9\nBOARD\n0,0,1\n3,3,2\nDONE\nBOARD\n5,5,2\nDONE\nTURN 9,9",
        ["OK", "0,0", "1,0", "1,0", "0,0", "1,0"],
    ),
    "BOARD in any order and with odd counts": (
        "START 15\nBOARD\n3,3,2\n4,4,2\n0,0,1\n5,5,2\nDONE\nBOARD\n5,5,1\n6,6,1\n7,7,1\nDONE",
        ["OK", "1,0", "0,0"],
    ),
    "an empty BOARD is BEGIN": ("START 15\nBOARD\nDONE", ["OK", "0,0"]),
    "blanks, lower case and blocked points in BOARD": (
        "START 15\nboard\n 0 , 0 , 3\n1, 0, 3\n7,7,2 \ndone",
        ["OK", "2,0"],
    ),
    "one bad line in BOARD: one ERROR, no move, the old position": (
        "START 15\nBEGIN\nBOARD\n1,1,2\n1,1,1\nDONE\nBOARD\n1,1\nx\nTURN 3,3\nDONE\n"
        "BOARD\n1,1,4\nDONE\nBOARD\n15,1,2\nDONE\nTURN 14,14",
        ["OK", "0,0", "ERROR", "ERROR", "ERROR", "ERROR", "1,0"],
    ),
    "END inside BOARD": ("START 15\nBOARD\n1,1,2\nEND", ["OK", "(end)"]),
    "DONE without BOARD": ("START 15\nDONE", ["OK", "UNKNOWN command"]),
    "TAKEBACK": (
        "START 15\nTURN 5,5\nTAKEBACK 0,0\nTAKEBACK 5,5\nTAKEBACK 5,5\nTAKEBACK x\nBEGIN",
        ["OK", "0,0", "OK", "OK", "ERROR", "ERROR", "0,0"],
    ),
    "PLAY echoes a move the manager chose for us": (
        "START 15\nPLAY 3,4\nPLAY 3,4\nTURN 0,0",
        ["OK", "3,4", "ERROR", "1,0"],
    ),
    "INFO is never answered": (
        "INFO\nINFO rule\nINFO rule x\nINFO time_left -5\nINFO foo bar\nINFO max_memory 367001600\n"
        "INFO timeout_turn 99999999999999999999999999\nINFO folder C:\\My Files\\x\n"
        "INFO evaluate 3,4\nINFO game_type 1\nINFO thread_num 2\nINFO max_depth 4\nSTART 15",
        ["OK"],
    ),
    "unknown words, empty lines and blanks": (
        "\n  \nHELLO\n  start 15 \nbegin\n\nSUGGEST 1,1\nOK\nSTOP\nYXSTOP\nturn   3,3  ",
        ["UNKNOWN command", "OK", "0,0", "UNKNOWN command", "UNKNOWN command", "1,0"],
    ),
    "nothing after END": ("START 15\nEND\nBEGIN", ["OK", "(end)"]),
    "staying with white in swap2": (
        "START 15\nSWAP2BOARD\n7,7\n8,4\n10,10\nDONE\nTURN 1,1",
        ["OK", "0,0", "1,0"],
    ),
    "bad lines in SWAP2BOARD": (
        "START 15\nSWAP2BOARD\n7,7\nDONE\nSWAP2BOARD\n7,7\n7,7\n1,1\nDONE\nSWAP2BOARD\nx\nDONE",
        ["OK", "ERROR", "ERROR", "ERROR"],
    ),
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_transcript(name: str) -> None:
    text, expected = TRANSCRIPTS[name]
    assert kinds(talk(text)) == expected


@pytest.mark.parametrize("stones", ["7,7\n8,4\n10,10", "7,7\n8,4\n10,10\n1,1\n2,2"])
def test_a_bad_position_in_swap2_is_swapped(stones: str) -> None:
    thinker = FirstPointThinker(value=-0.5)
    answers = talk(f"START 15\nSWAP2BOARD\n{stones}\nDONE\nTURN 0,0", thinker)
    assert answers == ["OK", "SWAP", "1,0"]
    # Having swapped we are Black.
    assert thinker.boards[-1].to_move == BLACK


def test_about_is_one_line_with_a_quoted_name() -> None:
    [answer] = talk("ABOUT")
    assert answer.startswith('name="Gomoku Zero", version="')
    assert 'author="' in answer
    assert 'country="' in answer


def points_of(answer: str) -> list[tuple[int, ...]]:
    return [tuple(map(int, point.split(","))) for point in answer.split()]


def test_the_offer_for_swap2_lies_on_every_board() -> None:
    for size in range(5, 23):
        [_, offer] = talk(f"START {size}\nSWAP2BOARD\nDONE")
        points = points_of(offer)
        assert len(set(points)) == 3
        assert all(0 <= coordinate < size for point in points for coordinate in point)


def test_offers_for_swap2_differ_and_depend_on_the_seed_alone() -> None:
    def offers(seed: int) -> list[str]:
        answers: list[str] = []
        brain = Brain(FirstPointThinker(), answers.append, seed=seed)
        for text in ["START 15", *["SWAP2BOARD", "DONE"] * 5]:
            brain.handle(Line(0, text, 0.0))
        return answers

    assert offers(1) == offers(1)
    assert len(set(offers(1) + offers(2))) == 11  # OK, and ten offers


class EvenerThinker(FirstPointThinker):
    """Finds that nobody has an advantage, and less so with five stones."""

    def think(self, request: MoveRequest) -> Analysis:
        self.value = 0.02 if request.board.ply == 3 else 0.01
        return super().think(request)


def test_where_neither_color_is_worth_anything_two_more_stones_are_put() -> None:
    [_, answer] = talk("START 15\nSWAP2BOARD\n7,7\n8,4\n10,10\nDONE", EvenerThinker())
    points = points_of(answer)
    assert len({(7, 7), (8, 4), (10, 10), *points}) == 5
    assert len(points) == 2


@pytest.mark.parametrize("stones", ["", "7,7\n8,4\n10,10\n", "7,7\n8,4\n10,10\n1,1\n2,2\n"])
def test_a_thinker_that_breaks_still_leaves_an_answer_to_swap2board(stones: str) -> None:
    [_, answer] = talk(f"START 15\nSWAP2BOARD\n{stones}DONE", BrokenThinker())
    assert re.fullmatch(r"SWAP|\d+,\d+( \d+,\d+){0,2}", answer)


class SlowThinker(FirstPointThinker):
    """Thinks until its deadline, by a clock that it moves on itself."""

    def __init__(self) -> None:
        super().__init__(value=0.0)
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now

    def think(self, request: MoveRequest) -> Analysis:
        self.now = max(self.now, request.deadline)
        return super().think(request)


@pytest.mark.parametrize("stones", [(), ("7,7", "8,4", "10,10")])
def test_a_decision_in_swap2_takes_no_more_than_the_time_of_a_move(
    stones: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    thinker = SlowThinker()
    monkeypatch.setattr("gomoku_zero.brain.protocol.time", thinker)
    brain = Brain(thinker, lambda text: None)
    for text in ("START 15", "INFO timeout_turn 200", "SWAP2BOARD", *stones):
        brain.handle(Line(0, text, thinker.now))
    brain.handle(Line(0, "DONE", thinker.now))
    # A fifth is kept back for the pipes; in time, all candidates are looked at.
    assert 100.02 < thinker.now <= 100.16 + 1e-9
    assert len(thinker.boards) > 64


def test_a_stop_cuts_the_search_for_stones_short() -> None:
    thinker = FirstPointThinker()
    answers: list[str] = []
    brain = Brain(thinker, answers.append, is_stopped=lambda number: True)
    for text in ("START 15", "SWAP2BOARD"):
        brain.handle(Line(0, text, 0.0))
    brain.handle(Line(0, "DONE", time.perf_counter()))
    assert len(points_of(answers[-1])) == 3
    assert len(thinker.boards) == 2  # one at a glance, and the same one thoroughly


def test_the_rule_counts_whether_it_comes_before_or_after_start() -> None:
    for text in ("INFO rule 1\nSTART 15\nBEGIN", "START 15\nINFO rule 1\nBEGIN"):
        thinker = FirstPointThinker()
        talk(text, thinker)
        assert thinker.boards[0].rules == Rules(15, 5, STANDARD)


def test_rule_numbers_are_bits() -> None:
    assert [variant_from_rule(rule) for rule in (0, 2, -1)] == [FREESTYLE] * 3
    assert [variant_from_rule(rule) for rule in (1, 3)] == [STANDARD] * 2
    assert [variant_from_rule(rule) for rule in (4, 8, 5)] == [RENJU, CARO, RENJU]


def test_black_never_plays_a_forbidden_point_in_renju_while_there_is_another() -> None:
    # Black holds b1-c1-d1 and a2-a3-a4: a1 makes a double four, once e1 and a5 are open.
    stones = ["1,0,1", "2,0,1", "3,0,1", "0,1,1", "0,2,1", "0,3,1"]
    white = ["14,0,2", "14,2,2", "14,4,2", "14,6,2", "14,8,2", "14,10,2"]
    lines = [line for pair in zip(stones, white, strict=True) for line in pair]
    text = "\n".join(["START 15", "INFO rule 4", "BOARD", *lines, "DONE"])
    assert talk(text) == ["OK", "4,0"]
    assert talk(text.replace("rule 4", "rule 0")) == ["OK", "0,0"]


def test_limits_reach_the_thinker_and_outlive_a_game() -> None:
    thinker = FirstPointThinker()
    talk("INFO max_node 50\nINFO max_memory 367001600\nSTART 15\nBEGIN\nSTART 20\nBEGIN", thinker)
    assert thinker.asked == [(50, 367001600)] * 2
    talk("INFO max_node 0\nINFO max_memory 0\nSTART 15\nBEGIN", thinker)
    assert thinker.asked[-1] == (None, None)


def test_all_cores_think_unless_the_manager_gives_fewer() -> None:
    thinker = FirstPointThinker()
    talk("START 15\nBEGIN\nINFO thread_num 1\nTURN 5,5\nINFO thread_num 3\nTURN 6,6", thinker)
    assert thinker.threads == [usable_cores(), 1, 3]
    talk("INFO thread_num -5\nSTART 15\nBEGIN\nINFO thread_num 100000\nTURN 5,5", thinker)
    assert thinker.threads[3:] == [1, 256]


def test_a_game_is_handed_on_as_moves_so_that_the_tree_can_be_kept() -> None:
    thinker = FirstPointThinker()
    talk("START 15\nBOARD\n7,7,2\nDONE\nTURN 8,8", thinker)
    assert thinker.boards[0].moves == (112,)
    assert thinker.boards[1].moves == (112, 0, 128)


def test_a_thinker_that_fails_still_moves() -> None:
    text = "START 15\nBOARD\n0,0,1\n5,5,2\n1,0,1\n5,6,2\n2,0,1\n9,9,2\n3,0,1\n9,3,2\nDONE"
    assert talk(text, BrokenThinker()) == ["OK", "4,0"]


def test_a_decided_position_is_answered_with_an_empty_point() -> None:
    five = "".join(f"{x},0,2\n{x},4,1\n" for x in range(3))
    answers = talk(f"START 15\nBOARD\n{five}DONE\nTURN 14,14")
    assert all(MOVE.fullmatch(answer) for answer in answers[1:])
    assert len(set(answers)) == 3


def test_a_full_board_is_an_error_and_the_last_point_is_taken() -> None:
    # Rows of pairs make no five anywhere.
    rows = [[(x // 2 + y) % 2 for x in range(5)] for y in range(5)]
    lines = [f"{x},{y},{rows[y][x] + 1}" for y in range(5) for x in range(5)]
    assert kinds(talk("\n".join(["START 5", "BOARD", *lines, "DONE"]))) == ["OK", "ERROR"]
    assert talk("\n".join(["START 5", "BOARD", *lines[:-1], "DONE"])) == ["OK", "4,4"]
    almost = "\n".join(["START 5", "BOARD", *lines[:-2], "DONE", "TURN 4,4"])
    assert kinds(talk(almost)) == ["OK", "3,4", "ERROR"]


def test_games_are_played_on_after_nobody_can_win_any_more() -> None:
    answers = talk(
        "START 5\nBEGIN\n"
        + "\n".join(f"TURN {x},{y}" for y in range(5) for x in range(5) if (x + y) % 2)
    )
    assert all(MOVE.fullmatch(answer) or answer.startswith("ERROR") for answer in answers[1:])


def test_positions_have_us_to_move_whatever_the_counts() -> None:
    rules = Rules(9)
    assert position(rules, []).to_move == BLACK
    assert position(rules, [(0, 2)]).to_move == WHITE
    assert position(rules, [(0, 1)]).cells[0] == position(rules, [(0, 1)]).to_move
    assert position(rules, [(0, 2), (1, 2)]).cells[0] == -position(rules, [(0, 2), (1, 2)]).to_move
    # In an order that is not a game, the counts still say who is who.
    board = position(rules, [(0, 2), (1, 2), (2, 1)])
    assert board.to_move == WHITE
    assert board.cells[:3].tolist() == [1, 1, -1]


WORDS = ["START", "BEGIN", "TURN", "BOARD", "DONE", "TAKEBACK", "PLAY", "INFO", "SWAP2BOARD"]
WORDS += ["ABOUT", "RESTART", "RECTSTART", "STOP", "YXSTOP", "HELLO", "", "turn", "Info rule"]
NUMBERS = ["5", "6", "0", "1", "2", "3", "4", "7", "22", "-1", "99999999999999999999", "x", ""]
KEYS = ["rule", "timeout_turn", "time_left", "max_memory", "max_node", "folder", "?"]


def plausible_line(generator: random.Random) -> str:
    """A line such as managers send, right or nearly so."""
    shape = generator.random()
    if shape < 0.4:
        return f"TURN {generator.randrange(6)},{generator.randrange(6)}"
    if shape < 0.55:
        return f"{generator.randrange(6)},{generator.randrange(6)},{generator.randrange(5)}"
    if shape < 0.65:
        return f"START {generator.choice(NUMBERS)}"
    if shape < 0.75:
        return f"INFO {generator.choice(KEYS)} {generator.choice(NUMBERS)}"
    point = f"{generator.choice(NUMBERS)},{generator.choice(NUMBERS)}"
    return f"{generator.choice(WORDS)} {generator.choice([point, '', point + ',1'])}"


def huge_number(generator: random.Random) -> str:
    digits = generator.choice([10, 18, 19, 40, 400, 5000])
    sign = generator.choice(["", "-", "+"])
    return sign + "".join(generator.choice("0123456789") for _ in range(digits))


def fuzzed_line(generator: random.Random) -> bytes:
    """A line without its end: plausible, cut short, mixed with another, beyond reason, or noise."""
    line = plausible_line(generator)
    shape = generator.random()
    if shape < 0.6:
        text = line
    elif shape < 0.7:
        text = line[: generator.randrange(len(line) + 1)]
    elif shape < 0.8:
        other, middle = plausible_line(generator), generator.randrange(len(line) + 1)
        text = line[:middle] + other + line[middle:]
    elif shape < 0.88:
        word, key = generator.choice(WORDS), generator.choice(["", *KEYS])
        text = f"{word} {key} {huge_number(generator)},{huge_number(generator)}"
    elif shape < 0.92:
        text = f"INFO {generator.choice(KEYS)} {huge_number(generator)}"
    else:
        length = generator.choice([3, 40, 2000])
        noise = bytes(generator.randrange(256) for _ in range(length))
        return noise.replace(b"\n", b" ")
    return text.encode("ascii") + generator.choice([b"", b"", b"\r", b" \t", b"\0"])


_POINTS = r"\d+,\d+"
ANSWERS = {
    "ABOUT": r"name=[ -~]+",
    **dict.fromkeys(("START", "RECTSTART", "RESTART", "TAKEBACK"), r"OK|ERROR [ -~]+"),
    **dict.fromkeys(("BEGIN", "TURN", "PLAY", "BOARD"), rf"{_POINTS}|ERROR [ -~]+"),
    "SWAP2BOARD": rf"SWAP|{_POINTS}( {_POINTS}){{0,2}}|ERROR [ -~]+",
}


def expected_answers(lines: Sequence[str]) -> list[str | None]:
    """What the one answer to each line must look like, as a pattern; None for no answer at all."""
    block = ""
    expected: list[str | None] = []
    for line in lines:
        words = line.split()
        command = words[0].upper() if words else ""
        if block:
            expected.append(ANSWERS[block] if command == "DONE" else None)
            block = "" if command == "DONE" else block
        elif command in ("BOARD", "SWAP2BOARD"):
            block = command
            expected.append(None)
        elif command in ("", "INFO", "STOP", "YXSTOP"):
            expected.append(None)
        else:
            expected.append(ANSWERS.get(command, "UNKNOWN command"))
    return expected


@pytest.mark.parametrize("seed", range(3))
def test_no_line_whatever_breaks_the_rule_of_one_answer(seed: int) -> None:
    generator = random.Random(seed)
    lines = [fuzzed_line(generator).decode("ascii", "replace").strip() for _ in range(1500)]
    answers: list[str] = []
    brain = Brain(FirstPointThinker(), answers.append)
    moves = 0
    for number, (line, expected) in enumerate(zip(lines, expected_answers(lines), strict=True)):
        del answers[:]
        assert brain.handle(Line(number, line, 0.0))
        replies = [answer for answer in answers if not answer.startswith("MESSAGE")]
        assert len(replies) == (expected is not None), (line, replies)
        assert all(re.fullmatch(expected or "", reply) for reply in replies), (line, replies)
        moves += any(MOVE.fullmatch(reply) for reply in replies)
    assert moves > 50
