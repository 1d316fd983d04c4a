"""The benchmark of opening rules: its rows say what was played, and other rows stay."""

import sys
from pathlib import Path

import pytest

from experiments import opening_rules


def test_rows_are_renewed_one_opening_rule_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "openings.md"
    document.write_text(f"before\n{opening_rules.BEGIN}\n{opening_rules.END}\nafter\n")
    for rules, games in ((("swap2",), 2), (("pro", "free"), 4), (("pro",), 2)):
        arguments = ["pure:4", "--rules", *rules, "--games", str(games), "--out", str(document)]
        monkeypatch.setattr(sys, "argv", ["opening_rules", *arguments])
        opening_rules.main()
    lines = document.read_text().splitlines()
    assert lines[0] == "before"
    assert lines[-1] == "after"
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[4:-2]]
    assert [(row[0], row[1][:2]) for row in rows] == [
        ("free", "4 "),
        ("swap2", "2 "),
        ("pro", "2 "),
    ]
    for row in rows:
        assert len(row) == 6
        black = float(row[4].split("%")[0])
        assert 0 <= black <= 100
    assert "s of CPU time" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(["--games", "3"], "an even number"), (["random"], "say how many simulations")],
)
def test_what_cannot_be_measured_is_named(
    arguments: list[str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["opening_rules", *arguments])
    with pytest.raises(SystemExit, match=complaint):
        opening_rules.main()
