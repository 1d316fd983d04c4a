"""Boards that speak Yixin's extension of the protocol, and managers that send odd things."""

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.machine import usable_cores
from gomoku.rules import RENJU, Rules
from gomoku_zero.brain.lines import LINES, REALTIME, lines_of
from gomoku_zero.brain.process import Reader
from gomoku_zero.brain.protocol import Brain, Line
from gomoku_zero.brain.thinker import MoveRequest, Network, SearchThinker
from mcts.analysis import Analysis, Candidate
from mcts.rollout import RolloutEvaluator
from mcts.tree import Proof
from tests.arena.test_dialogue import FirstPointThinker, talk

ROOT = Path(__file__).resolve().parents[2]


def answers(text: str) -> list[str]:
    """All that a brain with a search says to the lines of a text."""
    said: list[str] = []
    network = Network("15", (Rules(15),), lambda _, threads: RolloutEvaluator(1))
    brain = Brain(SearchThinker([network], 1), said.append)
    for number, line in enumerate(text.strip().splitlines()):
        brain.handle(Line(number, line.strip(), time.perf_counter()))
    return said


def moves(said: list[str]) -> list[str]:
    return [line for line in said if line[:1].isdigit()]


def blocks(said: list[str]) -> list[dict[str, str]]:
    """The lines of moves that a front end reads."""
    found: list[dict[str, str]] = []
    for line in said:
        if not line.startswith("INFO "):
            continue
        key, _, value = line.removeprefix("INFO ").partition(" ")
        if key == "PV" and value != "DONE":
            found.append({})
        found[-1][key] = value
    return found


# What boards send ------------------------------------------------------------------------------


def test_the_transcript_of_a_board_gets_its_lines() -> None:
    said = answers(
        """
        INFO rule 1
        INFO max_node 400
        start 15 15
        yxshowinfo
        INFO SHOW_DETAIL 2
        yxhashclear
        yxboard
        7,7,2
        7,8,1
        8,8,2
        done
        yxnbest 3
        """
    )
    assert said[0] == "OK"
    assert f"MESSAGE INFO MAX_THREAD_NUM {usable_cores()}" in said
    [move] = moves(said)
    found = blocks(said)[-3:]
    assert [block["PV"] for block in found] == ["DONE"] * 3
    assert {block["NUMPV"] for block in found} == {"3"}
    assert found[0]["BESTLINE"].split()[0] == move
    firsts = {block["BESTLINE"].split()[0] for block in found}
    assert len(firsts) == 3
    assert not firsts & {"7,7", "7,8", "8,8"}
    for block in found:
        assert 0 <= float(block["WINRATE"]) <= 1
        assert int(block["NODES"]) >= 0


def test_one_line_holds_a_whole_position() -> None:
    said = talk("START 15\nYXBOARD 7,7,1 8,8,2 DONE\nYXNBEST 1\nYXBOARD DONE\nYXNBEST 1")
    assert said == ["OK", "0,0", "0,0"]


def test_a_position_alone_is_not_answered_and_the_best_moves_are_not_played() -> None:
    thinker = FirstPointThinker()
    said = talk("START 15\nYXBOARD\n0,0,2\nDONE\nYXNBEST 2\nYXNBEST 2\nTURN 3,3", thinker)
    assert said == ["OK", "1,0", "1,0", "1,0"]
    assert [board.ply for board in thinker.boards] == [1, 1, 2]


def test_blocked_points_are_not_searched_until_they_are_let_in() -> None:
    text = "START 15\nYXBLOCK\n0,0\n1,0\nDONE\nYXBOARD DONE\nYXNBEST 1"
    assert talk(text) == ["OK", "2,0"]
    assert talk(f"{text}\nYXBLOCKUNDO 1,0 DONE\nYXNBEST 1") == ["OK", "2,0", "1,0"]
    assert talk(f"{text}\nYXBLOCKRESET\nBEGIN") == ["OK", "2,0", "0,0"]
    assert "ERROR" in talk("START 15\nYXBLOCK 15,0 DONE")[1]


def test_defenses_are_all_moves_that_were_looked_at() -> None:
    said = answers(
        "START 9\nINFO max_node 300\nINFO show_detail 2\n"
        "YXBOARD 4,4,2 0,8,1 4,5,2 8,0,1 4,3,2 DONE\nYXSEARCHDEFEND"
    )
    assert len(blocks(said)) > 3
    assert len(moves(said)) == 1


def test_forbidden_points_are_shown_as_pairs_of_digits() -> None:
    # Black's stones make 7,7 a double three.
    said = talk(
        "START 15\nINFO rule 4\n"
        "YXBOARD 7,5,1 0,0,2 7,6,1 0,2,2 5,7,1 0,4,2 6,7,1 0,6,2 DONE\nYXSHOWFORBID"
    )
    board = Board.from_moves(Rules(15, 5, RENJU), [82, 0, 97, 30, 110, 60, 111, 90])
    [point] = board.forbidden_points()
    assert said[-1] == f"FORBID {point % 15:02}{point // 15:02}."


def test_two_means_renju_to_boards_that_speak_yixin_alone() -> None:
    for command, variant in (("YXBOARD DONE", RENJU), ("RESTART", Rules().variant)):
        thinker = FirstPointThinker()
        talk(f"INFO rule 2\nSTART 15\n{command}\nBEGIN", thinker)
        assert thinker.boards[-1].rules.variant == variant


@pytest.mark.parametrize("start", ["START 15 15", "START 15,15", "start 15", "RECTSTART 15,15"])
def test_every_way_to_say_fifteen(start: str) -> None:
    assert talk(start) == ["OK"]


@pytest.mark.parametrize("start", ["START 15 14", "START 15 15 15", "START x 15", "START"])
def test_no_board_of_another_shape(start: str) -> None:
    [answer] = talk(start)
    assert answer.startswith("ERROR")


def test_the_case_of_the_board_is_answered() -> None:
    assert talk("INFO rule 1\nstart 15 15\nboard\ndone\nyxboard\n12,3,2\ndone") == ["OK", "0,0"]


# What we show ----------------------------------------------------------------------------------


def test_lines_carry_evaluations_that_front_ends_know() -> None:
    candidates = (
        Candidate(0, 90, 0.5, 0.6, (0, 16)),
        Candidate(224, 10, -0.5, 0.4, (224,)),
        Candidate(3, 1, 0.0, 0.0, (3,)),
    )
    analysis = Analysis(Board(Rules(15)).to_move, 0.5, candidates, (0, 16), simulations=101)
    shown = list(lines_of(analysis, 2.0, 15, 2, LINES))
    first, second = blocks(shown)
    assert first["EVAL"] == "220"  # 200 ln(0.75 / 0.25)
    assert first["WINRATE"] == "0.7500"
    assert first["BESTLINE"] == "0,0 1,1"
    assert first["SPEED"] == "50"
    assert second["EVAL"] == "-220"
    assert second["BESTLINE"] == "14,14"
    won = Analysis(analysis.to_move, 1.0, candidates, (0,), Proof.WIN, 5, 101)
    assert blocks(list(lines_of(won, 2.0, 15, 1, LINES)))[0]["EVAL"] == "+M5"
    marks = list(lines_of(analysis, 2.0, 15, 2, REALTIME))
    assert marks[0] == "MESSAGE REALTIME REFRESH"
    assert marks[-1] == "MESSAGE REALTIME BEST 0,0"
    assert list(lines_of(analysis, 2.0, 15, 2, 0)) == []


# Odd input -------------------------------------------------------------------------------------


def test_an_endless_board_is_bounded() -> None:
    said: list[str] = []
    brain = Brain(FirstPointThinker(), said.append)
    for number, line in enumerate(("START 15", "BOARD", *["1,1,1"] * 100_000)):
        brain.handle(Line(number, line, 0.0))
    assert brain._block is not None
    assert len(brain._block) < 500
    brain.handle(Line(100_002, "DONE", 0.0))
    assert said == ["OK", "ERROR BOARD has more lines than a board points"]
    brain.handle(Line(100_003, "BEGIN", 0.0))
    assert said[-1] == "0,0"


def test_what_is_piped_in_fills_no_memory() -> None:
    taking, giving = os.pipe()
    reader = Reader(taking)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reader.start()

    def flood() -> None:
        data = (b"x" * 60_000 + b"\n") * 1000
        with os.fdopen(giving, "wb") as pipe:
            for _ in range(3):
                pipe.write(data)

    threading.Thread(target=flood, daemon=True).start()
    time.sleep(1)
    assert reader.lines.qsize() <= 2000
    while reader.lines.get() is not None:
        pass
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10  # kilobytes


@pytest.mark.parametrize(
    "line", ["END", "STOP", "yxstop", "INFO timeout_turn 0", "info TIMEOUT_TURN -1"]
)
def test_what_ends_a_thought_does_so_before_its_turn(line: str) -> None:
    taking, giving = os.pipe()
    reader = Reader(taking)
    reader.start()
    os.write(giving, b"BEGIN\n")
    time.sleep(0.1)
    assert not reader.is_stopped(1)
    os.write(giving, line.encode() + b"\r\n")
    while not reader.is_stopped(1):
        time.sleep(0.01)
    assert not reader.is_stopped(2)
    os.write(giving, b"INFO timeout_turn 1000\nTURN 3,3\n")
    os.close(giving)


def test_a_transcript_that_ends_in_end_is_answered_to_the_last_line(tmp_path: Path) -> None:
    transcript = (
        "\ufeffSTART 15\r\nINFO timeout_turn 60000\r\nBEGIN\r\nTURN 0,0\r\nABOUT\r\nEND\r\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "gomoku_zero", "engine"],
        cwd=ROOT,
        env={**os.environ, "GOMOKU_ZERO_MODELS": str(tmp_path)},
        input=transcript.encode(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    said = [line for line in done.stdout.decode().splitlines() if not line.startswith("MESSAGE")]
    assert said[0] == "OK"
    assert len(moves(said)) == 2
    assert said[-1].startswith('name="Gomoku Zero"')


def test_candidates_leave_out_what_must_not_be_played() -> None:
    thinker = SearchThinker([], 3)
    board = Board(Rules(9))
    forbidden = frozenset(np.flatnonzero(np.arange(81) != 40).tolist())
    deadline = time.perf_counter() + 5
    thought = thinker.think(MoveRequest(board, deadline, 50, forbidden=forbidden, lines=5))
    assert thought.move == 40
    assert {candidate.move for candidate in thought.candidates} <= {40}
