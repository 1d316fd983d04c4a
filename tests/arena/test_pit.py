"""The command line of pit.py: what it writes, and what it says when asked for nonsense."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import pit


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["pit.py", *arguments])
    return pit.main()


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
        (["greedy", "pure:x"], "'x' is no number of playouts"),
        (["greedy", "random", "--pairs", "0"], "at least one pair"),
        (["greedy", "random", "--size", "50"], "board size 50"),
        (["greedy", "random", "--size", "4", "--win-length", "5"], "does not fit"),
        (["greedy", "random", "--json", "/no/such/folder/r.json"], "there is no folder"),
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
        "import sys; sys.argv = ['pit.py', 'greedy', 'random', '--pairs', '1', '--size', '6'];"
        "import pit; pit.main(); sys.exit('torch' in sys.modules)"
    )
    root = Path(pit.__file__).parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, timeout=120).returncode == 0
