"""Analysis as JSON lines: every line gets one answer, in order, whatever it is."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import gomoku_zero.arena as arena
from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.commands.analyse import Analyst
from mcts.rollout import RolloutEvaluator
from mcts.search import Search, SearchConfig


@pytest.fixture
def analyst() -> Analyst:
    return Analyst(RolloutEvaluator(seed=0), SearchConfig(simulations=400), Rules(9), candidates=5)


def ask(analyst: Analyst, *requests: Any) -> list[dict[str, Any]]:
    return analyst.answer([json.dumps(request).encode() for request in requests])


def test_an_answer_holds_candidates_with_visits_and_win_rates(analyst: Analyst) -> None:
    [answer] = ask(analyst, {"id": "a", "moves": "e5 e6", "simulations": 300})
    assert answer["id"] == "a"
    assert answer["to_move"] == "black"
    assert answer["simulations"] >= 300
    visits = [candidate["visits"] for candidate in answer["candidates"]]
    assert visits[1:] == sorted(visits[1:], reverse=True)
    assert answer["candidates"][0]["move"] == answer["best_move"]
    assert len(visits) == 5
    assert all(0 <= candidate["win_rate"] <= 1 for candidate in answer["candidates"])
    assert answer["best_move"] == answer["line"][0]
    for candidate in answer["candidates"]:
        assert candidate["line"][0] == candidate["move"]
    best = next(c for c in answer["candidates"] if c["move"] == answer["best_move"])
    assert best["line"] == answer["line"]


def test_a_candidate_line_goes_on_with_the_expected_answer(analyst: Analyst) -> None:
    # Black has three in a row with both ends open: whatever else Black plays, the search knows
    # what White does after the four.
    [answer] = ask(analyst, {"moves": "d5 a1 e5 a9 f5 i1", "simulations": 4000})
    four = answer["candidates"][0]
    assert four["move"] in ("c5", "g5")
    assert len(four["line"]) >= 2
    assert four["line"][1] in ("b5", "g5", "h5", "c5")


def test_a_win_in_one_is_proven(analyst: Analyst) -> None:
    [answer] = ask(analyst, {"moves": "a1 a9 b1 b9 c1 c9 d1 d9"})
    assert (answer["best_move"], answer["proof"], answer["distance"]) == ("e1", "win", 1)
    assert answer["win_rate"] == 1


def test_requests_of_different_rules_are_answered_in_their_order(analyst: Analyst) -> None:
    requests = [
        {"id": number, "size": 5 + number % 3, "win_length": 4, "simulations": 50}
        for number in range(9)
    ]
    answers = ask(analyst, *requests)
    assert [answer["id"] for answer in answers] == list(range(9))
    assert all("error" not in answer for answer in answers)


def test_requests_whose_trees_do_not_fit_into_memory_are_searched_a_part_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mcts.memory._MAX_BYTES", 2 * 50 * (4 * 32 + 96) + 1)
    parts: list[int] = []

    class Watched(Analyst):
        def _search(self, rules: Rules, simulations: int, boards: Sequence[Board]) -> Search:
            parts.append(len(boards))
            return super()._search(rules, simulations, boards)

    analyst = Watched(RolloutEvaluator(seed=0), SearchConfig(simulations=50), Rules(9))
    answers = ask(analyst, *({"id": number, "moves": f"e{number}"} for number in range(1, 6)))
    assert parts == [2, 2, 1]
    assert [answer["id"] for answer in answers] == [1, 2, 3, 4, 5]
    assert all(answer["simulations"] >= 50 for answer in answers)


def test_a_drawn_position_says_who_is_to_move(analyst: Analyst) -> None:
    drawing = "...\n.x.\n..."
    [answer] = ask(analyst, {"position": drawing, "size": 3, "win_length": 3, "to_move": "white"})
    assert answer["to_move"] == "white"


def test_a_finished_game_has_an_outcome(analyst: Analyst) -> None:
    [answer] = ask(analyst, {"id": 7, "size": 3, "win_length": 3, "moves": "a1 a2 b1 b2 c1"})
    assert answer == {"id": 7, "outcome": {"winner": "black", "termination": "line"}}


@pytest.mark.parametrize(
    ("request_line", "complaint"),
    [
        (b"nonsense", "not a request"),
        (b'{"movs": "e5"}', "movs"),
        (b'{"moves": 5}', "not a request"),
        (b'{"moves": "z9"}', "not a point"),
        (b'{"moves": "e5 e5"}', "occupied"),
        (b'{"size": 99}', "board size 99"),
        (b'{"rules": "chess"}', "chess"),
        (b'{"simulations": 0}', "simulations 0"),
        (b'{"position": "xx"}', "square"),
        (b"\xff\xfe", "not a request"),
        (b'{"id": ' + b"[" * 100_000, "not a request"),
    ],
)
def test_a_bad_line_is_told_and_the_next_one_answered(
    request_line: bytes, complaint: str, analyst: Analyst
) -> None:
    bad, good = analyst.answer([request_line, b'{"id": 1, "simulations": 20}'])
    assert complaint in bad["error"]
    assert good["best_move"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"moves": "zz"},
        {"moves": 5},
        {"movs": "e5"},
        {"to_move": "green"},
        {"rules": "chess"},
        {"size": "nine"},
        {"moves": "a1 a1"},
        {"moves": "(;GM[4]SZ[9];B[aa];W[aa])"},
        {"moves": "e5", "position": "..."},
    ],
)
def test_a_wrong_request_keeps_its_id(wrong: dict[str, Any], analyst: Analyst) -> None:
    for identity in ("a", 7, [1, 2], {"b": None}):
        [answer] = ask(analyst, {"id": identity, **wrong})
        assert answer["id"] == identity
        assert "error" in answer
        assert "\n" not in answer["error"]


@pytest.mark.parametrize(
    ("request_body", "to_move"),
    [
        ({"moves": "e5f6g5"}, "white"),
        ({"moves": "1. E5 2. F6"}, "black"),
        ({"moves": "e5,f6"}, "black"),
        ({"moves": "(;GM[4]SZ[9];B[ee];W[ff];B[gg])"}, "white"),
        ({"position": "START 9\nBOARD\n4,4,1\n5,5,2\nDONE"}, "black"),
        ({"position": "Piskvorky 9x9, 1:1, 0\n5,5,0\n"}, "white"),
        ({"position": "...\n.●.\n...", "win_length": 3}, "white"),
        ({"position": "...\n.x.\n...", "size": 3, "win_length": 3, "to_move": "WHITE"}, "white"),
        ({"moves": "e5", "rules": "Renju"}, "white"),
        ({"moves": "e5", "rules": "STANDARD"}, "white"),
        ({"moves": "0,0, 1,-1"}, "black"),
    ],
)
def test_positions_come_in_all_text_forms_and_names_in_any_case(
    request_body: dict[str, Any], to_move: str, analyst: Analyst
) -> None:
    [answer] = ask(analyst, {"id": 1, "simulations": 30, **request_body})
    assert answer.get("to_move") == to_move, answer


def test_the_program_answers_standard_input() -> None:
    root = Path(arena.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "gomoku_zero", "analyse", "pure:100"],
        input='{"id": 1, "size": 9}\n\nbad\n{"id": 2, "moves": "h8"}\n',
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, None, 2]
    assert "error" in answers[1]
