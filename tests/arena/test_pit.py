"""The command line of pit.py: what it writes, and what it says when asked for nonsense."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from gomoku.board import Board
from gomoku.formats.sgf import game_from_sgf
from gomoku.opening_rules import Seat
from gomoku.rules import Rules
from gomoku_zero.commands import pit
from mcts.player import Choice, Limit, Player

ROOT = Path(__file__).resolve().parents[2]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    return pit.main(arguments)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals go to a folder under the current one."""
    monkeypatch.chdir(tmp_path_factory.mktemp("current"))


def test_json_holds_the_match_from_the_first_players_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "result.json"
    arguments = ["random", "greedy", "--pairs", "12", "--size", "7", "--win-length", "4"]
    assert run(monkeypatch, *arguments, "--json", str(file)) == 0
    result = json.loads(file.read_text())
    assert result["pairs"] == 12
    assert result["wins"] + result["draws"] + result["losses"] == 24
    assert result["score"] == (result["wins"] + result["draws"] / 2) / 24
    assert result["score"] < 0.5
    assert result["elo_low"] <= result["elo"] <= result["elo_high"]
    for key in ("wins", "draws", "losses"):
        assert result["as_black"][key] + result["as_white"][key] == result[key]
    assert list(tmp_path.iterdir()) == [file]
    assert "random against greedy, 12 pairs on 7x7 freestyle, 4 in a row" in capsys.readouterr().out


@pytest.mark.parametrize("rule", ["swap", "swap2", "pro", "long-pro"])
def test_players_negotiate_and_sit_first_once_in_every_pair(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sgf, file = tmp_path / "games.sgf", tmp_path / "result.json"
    arguments = ["random", "greedy", "--pairs", "10", "--size", "9", "--opening-rule", rule]
    assert run(monkeypatch, *arguments, "--sgf", str(sgf), "--json", str(file)) == 0
    assert f"10 pairs on 9x9 freestyle, 5 in a row, {rule}" in capsys.readouterr().out
    games = [game_from_sgf(text) for text in sgf.read_text().strip().split("\n\n")]
    assert len(games) == 20
    for index, game in enumerate(games):
        phase = game.opening_phase
        assert phase is not None
        assert phase.rule.value == rule
        assert phase.is_over
        assert game.player(game.color_of(Seat.FIRST)) == ("random", "greedy")[index % 2]
    result = json.loads(file.read_text())
    assert result["opening_rule"] == rule
    for key in ("wins", "draws", "losses"):
        assert result["as_black"][key] + result["as_white"][key] == result[key]
        assert result["as_first"][key] + result["as_second"][key] == result[key]
    # A choice in every game, and another one after two more stones.
    chosen = result["opening_choices"]
    choices = 20 + chosen.get("second puts two", 0)
    assert sum(chosen.values()) == (choices if rule in ("swap", "swap2") else 0)


def test_a_negotiated_match_that_was_interrupted_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = tmp_path / "journal"
    arguments = ["greedy", "random", "--pairs", "6", "--size", "7", "--opening-rule", "swap2"]
    arguments += ["--journal", str(journal)]
    run(monkeypatch, *arguments)
    table, whole = capsys.readouterr().out, journal.read_bytes()
    assert run(monkeypatch, *arguments, "--resume") == 0
    assert capsys.readouterr().out == table
    journal.write_bytes(b"\n".join(whole.split(b"\n")[:4]) + b"\n")
    assert run(monkeypatch, *arguments, "--resume") == 0
    assert "6 pairs" in capsys.readouterr().out
    assert len(journal.read_bytes().splitlines()) == 7
    # The same match without a rule is another one.
    assert run(monkeypatch, *arguments[:-4], *arguments[-2:], "--resume") == 2
    assert "not a journal of this match" in capsys.readouterr().err


def test_the_same_seed_plays_the_same_match(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = []
    for _ in range(2):
        run(monkeypatch, "greedy", "greedy", "--pairs", "10", "--size", "6", "--seed", "3")
        tables.append(capsys.readouterr().out)
    assert tables[0] == tables[1]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["greedy", "gredy"], "'gredy' names no player"),
        (["greedy", "pure:x"], "'x' is not a number of playouts"),
        (["greedy", "random", "--pairs", "0"], "at least one pair"),
        (["greedy", "random", "--size", "50"], "board size 50"),
        (["greedy", "random", "--size", "4", "--win-length", "5"], "does not fit"),
        (["greedy"], "two players or more"),
        (["greedy", "random", "--sprt", "20", "0"], "give the lesser first"),
        (["greedy", "random", "greedy", "--sprt", "0", "20"], "not of more"),
        (["greedy", "random", "--anchor", "pure:1"], "not among the players"),
        (["greedy", "random", "--seconds", "0"], "a move needs some time"),
        (["greedy", "random", "--seconds", "1", "2", "3"], "one for each of the 2 players"),
        (["greedy", "random", "--anchor-elo", "nan"], "is not a rating"),
        (["greedy", "random", "--games-at-once", "0"], "at least one game"),
        (["greedy", "random", "--json", "/no/such/folder/r.json"], "there is no folder"),
        (["greedy", "random", "--json", "/"], "that is a folder"),
        (["greedy", "random", "--seed", "-1"], "not negative"),
        (["greedy", "random", "--sprt", "0", "nan"], "give two numbers"),
        (["greedy", "random", "--opening-rule", "pro", "--size", "5"], "board is too small"),
        (["greedy", "random", "--opening-rule", "swap", "--openings", "balanced"], "leave one out"),
        (["greedy", "engine:sh", "--opening-rule", "swap"], "engines know only swap2"),
        (
            ["greedy", "engine:sh", "--opening-rule", "swap2", "--profile", "p"],
            "--profile does not",
        ),
    ],
)
def test_a_mistake_is_one_clear_line_and_exit_code_2(
    arguments: list[str],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, *arguments) == 2
    printed = capsys.readouterr().err.strip()
    assert complaint in printed
    assert "\n" not in printed


def test_a_win_length_that_no_longer_fits_shrinks_with_the_board(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "greedy", "random", "--size", "4", "--pairs", "1") == 0
    assert "4x4 freestyle, 4 in a row" in capsys.readouterr().out


def test_players_without_networks_need_no_torch() -> None:
    code = (
        "import sys; from gomoku_zero.commands import pit;"
        "arguments = ['greedy', 'random', '--pairs', '1', '--size', '6'];"
        "pit.main(arguments); sys.exit('torch' in sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", code], env=env, timeout=120).returncode == 0


def test_a_sequential_test_ends_the_match_before_all_pairs_are_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "result.json"
    arguments = ["greedy", "random", "--size", "6", "--pairs", "400", "--sprt", "0", "20"]
    assert run(monkeypatch, *arguments, "--json", str(file)) == 0
    result = json.loads(file.read_text())
    assert result["pairs"] < 100
    assert result["sprt"]["verdict"] == "accepted"
    assert result["sprt"]["llr"] >= result["sprt"]["upper_bound"]
    printed = capsys.readouterr()
    assert "SPRT [0, 20] accepted" in printed.out
    assert "LLR" in printed.err


def test_more_than_two_players_get_ratings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "result.json"
    arguments = ["greedy", "random", "random", "--size", "6", "--pairs", "20"]
    assert run(monkeypatch, *arguments, "--anchor", "random", "--json", str(file)) == 0
    result = json.loads(file.read_text())
    assert len(result["matches"]) == 3
    assert result["ratings"][0]["player"] == "greedy"
    assert {rating["player"] for rating in result["ratings"][1:]} == {"random", "random #2"}
    assert result["anchor"] == "random"
    assert "anchor" in capsys.readouterr().out
    assert run(monkeypatch, *arguments, "--gauntlet", "--json", str(file)) == 0
    assert len(json.loads(file.read_text())["matches"]) == 2


def test_a_ladder_hangs_on_its_anchor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "result.json"
    arguments = ["greedy", "random", "random", "--size", "6", "--pairs", "10"]
    arguments += ["--anchor", "random", "--anchor-elo", "1000", "--json", str(file)]
    assert run(monkeypatch, *arguments) == 0
    ratings = {each["player"]: each for each in json.loads(file.read_text())["ratings"]}
    assert (ratings["random"]["elo_low"], ratings["random"]["elo_high"]) == (1000, 1000)
    assert ratings["greedy"]["elo"] > 1100


def test_each_player_has_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lot of playouts ends by the clock, and only for the player whose clock is short."""
    spent: dict[str, list[float]] = {}

    class Timed(Player):
        def __init__(self, spec: str) -> None:
            self.name = spec

        def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
            if limit.seconds is not None:
                spent.setdefault(self.name, []).append(limit.seconds)
            return [Choice(int(board.legal_moves()[0])) for board in boards]

        def close(self) -> None:
            pass

    monkeypatch.setattr(pit, "make_player", lambda spec, **_: Timed(spec))
    arguments = ["greedy", "random", "pure:5", "--size", "6", "--pairs", "1"]
    assert run(monkeypatch, *arguments, "--seconds", "0.1", "0.2", "0.3") == 0
    assert {name: set(each) for name, each in spent.items()} == {
        "greedy": {0.1},
        "random": {0.2},
        "pure:5": {0.3},
    }
    spent.clear()
    assert run(monkeypatch, *arguments, "--seconds", "0.5") == 0
    assert {each for times in spent.values() for each in times} == {0.5}


def test_an_engine_that_fails_loses_and_the_match_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, sgf = tmp_path / "result.json", tmp_path / "games.sgf"
    fake = Path(__file__).with_name("fake_engine.py")
    spec = f"engine:{sys.executable} -S -E {fake} crash@0.1"
    arguments = [spec, "random", "--size", "9", "--pairs", "2", "--json", str(file)]
    assert run(monkeypatch, *arguments, "--sgf", str(sgf)) == pit.FAULTY
    result = json.loads(file.read_text())
    assert (result["wins"], result["losses"]) == (0, 4)
    assert result["forfeits"][spec] == ["ended with exit code 3"] * 4
    printed = capsys.readouterr().out
    assert "forfeited 4 games; the first: ended with exit code 3" in printed
    assert f"{spec} lost all 4 games by faults" in printed.splitlines()[-1]


def test_an_engine_that_never_starts_is_said_before_the_match_and_ends_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = Path(__file__).with_name("fake_engine.py")
    spec = f"engine:{sys.executable} -S -E {fake} dead@0.1"
    assert run(monkeypatch, spec, "random", "--size", "9", "--pairs", "20") == pit.FAULTY
    said = capsys.readouterr().err
    assert "it loses the games it fails in" in said
    assert "failed to start 3 times in a row; it ended with exit code 0" in said.splitlines()[-1]


def test_a_match_killed_for_real_is_resumed(tmp_path: Path) -> None:
    journal, file = tmp_path / "journal", tmp_path / "result.json"
    command = [sys.executable, str(ROOT / "pit.py"), "pure:300", "pure:200", "--size", "9"]
    command += ["--pairs", "30", "--games-at-once", "2"]
    command += ["--journal", str(journal), "--json", str(file)]
    played = 0
    for least in (3, 8):
        process = subprocess.Popen([*command, "--resume"], stderr=subprocess.DEVNULL)
        while process.poll() is None and (
            not journal.exists() or journal.read_bytes().count(b"\n") <= least
        ):
            time.sleep(0.01)
        process.kill()
        process.wait()
        assert not file.exists()
        played = journal.read_bytes().count(b"\n") - 1
        assert played >= least
    kept = journal.read_bytes().split(b"\n")[: played + 1]
    done = subprocess.run([*command, "--resume"], stderr=subprocess.PIPE, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    # What was there is there still, and every pair is there once.
    lines = journal.read_bytes().split(b"\n")
    assert lines[: played + 1] == kept
    indices = [json.loads(line)["pair"]["index"] for line in lines[1:-1]]
    assert sorted(indices) == list(range(30))
    assert json.loads(file.read_text())["pairs"] == 30


def test_a_match_killed_at_any_moment_is_resumed_with_no_pair_counted_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    journal, file = tmp_path / "journal", tmp_path / "result.json"
    arguments = ["greedy", "greedy", "--size", "9", "--pairs", "12", "--games-at-once", "4"]
    arguments += ["--journal", str(journal), "--json", str(file)]
    assert run(monkeypatch, *arguments) == 0
    whole = journal.read_bytes()
    journal.write_bytes(whole[: len(whole) // 2])
    assert run(monkeypatch, *arguments, "--resume") == 0
    result = json.loads(file.read_text())
    assert result["pairs"] == 12
    indices = [json.loads(line)["pair"]["index"] for line in journal.read_text().splitlines()[1:]]
    assert sorted(indices) == list(range(12))
    # More pairs of the same match may be added to it, but another match may not.
    assert run(monkeypatch, *arguments, "--resume", "--pairs", "15") == 0
    assert json.loads(file.read_text())["pairs"] == 15
    assert run(monkeypatch, *arguments, "--resume", "--seed", "5") == 2
    assert "not a journal of this match" in capsys.readouterr().err


def test_a_resumed_match_does_not_repeat_the_games_it_began_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "result.json"
    arguments = ["random", "random", "--size", "9", "--openings", "empty", "--json", str(file)]
    arguments += ["--journal", str(tmp_path / "journal"), "--resume", "--pairs"]
    for pairs in (3, 6, 9):
        assert run(monkeypatch, *arguments, str(pairs)) == 0
        assert json.loads(file.read_text())["distinct_games"] == 2 * pairs


def test_games_and_a_page_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sgf, page = tmp_path / "games.sgf", tmp_path / "report.html"
    arguments = ["greedy", "random", "--size", "9", "--pairs", "3", "--openings", "balanced"]
    assert run(monkeypatch, *arguments, "--sgf", str(sgf), "--report", str(page)) == 0
    assert sgf.read_text().count("GM[4]") == 6
    assert game_from_sgf(sgf.read_text()).rules == Rules(9)
    assert page.read_text().startswith("<!doctype html>")


def test_openings_come_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, sgf = tmp_path / "openings.txt", tmp_path / "games.sgf"
    file.write_text("0,0, 1,1\n")
    arguments = ["greedy", "random", "--size", "9", "--pairs", "1", "--openings", str(file)]
    assert run(monkeypatch, *arguments, "--sgf", str(sgf)) == 0
    assert game_from_sgf(sgf.read_text()).moves[:2] == (40, 50)
    assert run(monkeypatch, *arguments[:-1], "nowhere") == 2
    assert "random, balanced, empty or the name of a file" in capsys.readouterr().err
    assert run(monkeypatch, *arguments[:-1], "balanced", "--size", "8") == 2
    assert "no balanced openings are shipped for 8x8" in capsys.readouterr().err
