"""The page of a run holds curves, ladder, alarms and annotated games, and needs nothing else."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from gomoku.board import Board
from gomoku.notation import moves_from_text
from gomoku.record import GameRecord
from gomoku.rules import Rules
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.runs.rungs import read_rungs
from gomoku_zero.training.annotate import annotate, judge
from gomoku_zero.training.report import choose_games, find_spans, report_html
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.settings import RunError
from mcts.evaluation import Evaluation, Positions
from tests.training.conftest import SMALL_RUN, FinishedRun, raising_alarms
from tests.training.test_ladder import rung

ROOT = Path(__file__).parents[2]
SIX = Rules(6, 4)


@pytest.fixture(scope="module")
def page(finished_run: FinishedRun) -> str:
    with raising_alarms():
        return report_html(RunFolder(finished_run.folder), device="cpu")


def games_of(page: str) -> list[dict[str, Any]]:
    match = re.search(r"^const games = (.*);$", page, re.MULTILINE)
    assert match is not None
    games: list[dict[str, Any]] = json.loads(match[1])
    return games


def test_a_page_needs_nothing_but_itself(page: str) -> None:
    assert not re.search(r"""(src|href)\s*=\s*["'](https?:)?//""", page)
    assert "@import" not in page


def test_a_page_shows_curves_ladder_and_alarms(page: str) -> None:
    for title in ("Tactics", "Losses", "Value on fresh games", "Policy", "Who wins", "Speed"):
        assert f"<h3>{title}</h3>" in page
    assert "Strongest: <strong>cycle " in page
    assert "<th>greedy</th>" in page
    assert "short_games" in page
    assert "cycles 1 to 4, stands now" in page
    assert "What to do: " in page
    assert "processor" in page
    assert "&#34;win_length&#34;: 4" in page


def test_three_games_are_annotated_at_every_ply(page: str, finished_run: FinishedRun) -> None:
    games = games_of(page)
    assert len(games) == 3
    played = {record.moves for r in read_rungs(finished_run.folder) for record in r.result.records}
    for game in games:
        assert tuple(game["moves"]) in played or game["black"] == "self-play"
        assert set(game["graphs"]) == {"network alone", "4 simulations"}
        for values in game["graphs"].values():
            assert len(values) == len(game["moves"]) + 1
            assert all(-1 <= value <= 1 for value in values)
            end = {"B": 1, "W": -1, "d": 0}[game["result"][0]]
            assert values[-1] == end
        assert len(game["notes"]) == len(game["moves"]) + 1


class Blacks:
    """Thinks that Black wins by some margin, and that the first free point is the best."""

    def evaluate(self, positions: Positions) -> Evaluation:
        prior = np.where(positions.cells == 0, 1.0, 5.0).astype(np.float32)
        first = (positions.cells == 0).argmax(axis=1)
        prior[np.arange(len(prior)), first] = 10.0
        return Evaluation(prior, (0.25 * positions.to_move).astype(np.float32))


def test_values_are_black_s_whoever_is_to_move() -> None:
    record = GameRecord(SIX, moves_from_text("c3 a1 d3 a2 e3 a3 b3", 6), None)
    record = GameRecord(SIX, record.moves, record.board().outcome)
    notes = annotate(record, Blacks(), simulations=50)
    assert notes.graphs["network alone"] == [0.25] * 7 + [1.0]
    searched = notes.graphs["50 simulations"]
    # From its third stone on, with both ends free, Black wins by force.
    assert searched[5] == searched[6] == searched[7] == 1.0
    assert notes.notes[6].startswith("Search would play ")
    assert notes.notes[7] == ""


def test_a_note_tells_what_the_policy_thought_of_both_moves() -> None:
    boards = [Board(SIX)]
    ((opinion, _),) = judge(boards, Blacks(), simulations=20)
    assert sum(opinion.prior) == pytest.approx(1)
    assert opinion.prior[0] == pytest.approx(10 / 45)
    record = GameRecord(SIX, (7,), None)
    (note, _) = annotate(record, Blacks(), simulations=20).notes
    assert "and b5, which came, 2%." in note


def test_a_loss_and_a_win_of_the_last_evaluation_are_chosen() -> None:
    rungs = [
        rung(1, "pure:10", [True]),
        rung(2, "random", [True, True]),
        rung(2, "pure:10", [True, False]),
    ]
    sample = GameRecord(Rules(3, 3), (4, 0), None, "self-play", "self-play")
    loss, win, last = choose_games(rungs, [sample] * 3)
    for game, winner in ((loss, "pure:10"), (win, "cycle 2")):
        assert {game.black, game.white} == {"pure:10", "cycle 2"}
        assert game.outcome is not None
        assert game.outcome.winner is not None
        assert game.player(game.outcome.winner) == winner
    assert last is sample
    assert choose_games([], [sample] * 5) == [sample] * 3


def test_an_alarm_that_came_and_went_is_two_spans() -> None:
    history: list[dict[str, Any]] = [
        {"cycle": cycle, "selfplay/plies": 10.0, "alarm/short_games": int(cycle != 4)}
        for cycle in range(1, 7)
    ]
    with raising_alarms():
        spans = find_spans(history, SMALL_RUN)
    assert [(span.first, span.last, span.stands) for span in spans] == [
        (5, 6, True),
        (1, 3, False),
    ]
    assert "10.0 plies" in spans[0].alarm.sign
    assert "earlier limits" in find_spans(history, SMALL_RUN)[0].alarm.sign


def test_a_run_in_its_first_cycles_has_a_page(finished_run: FinishedRun, tmp_path: Path) -> None:
    young = tmp_path / "<b>young"
    young.mkdir()
    shutil.copy(finished_run.folder / "config.json", young)
    line = read_metrics(finished_run.folder)[0]
    (young / "metrics.jsonl").write_bytes(msgspec.json.encode(line))
    page = report_html(RunFolder(young), device="cpu")
    assert "There was no evaluation yet." in page
    assert "There are none yet." in page
    assert "&lt;b&gt;young" in page
    assert "<b>young" not in page


def test_a_run_without_a_cycle_has_no_page(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(RunError, match="not finished a cycle"):
        report_html(RunFolder(tmp_path))


def test_the_command_writes_the_page_and_one_clear_line_for_a_mistake(
    finished_run: FinishedRun, tmp_path: Path
) -> None:
    def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "train.py", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    out = tmp_path / "page.html"
    good = ask("--report", str(finished_run.folder), "--out", str(out), "--device", "cpu")
    assert good.returncode == 0, good.stderr
    assert out.read_text().endswith("</html>")
    bad = ask("--report", str(tmp_path / "none"))
    assert bad.returncode == 2
    assert "is not a training run" in bad.stderr
    assert len(bad.stderr.splitlines()) == 1
