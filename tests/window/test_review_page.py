"""A review as one web page, from the window and by a command."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gomoku.formats import read_games
from gomoku.notation import moves_from_text
from gomoku.rules import BLACK, Rules
from gomoku_zero.commands.review import main
from gomoku_zero.window.i18n import languages, load_language
from gomoku_zero.window.model.commands import Do, GoTo, Play
from gomoku_zero.window.model.explanation import explain
from gomoku_zero.window.model.review import PHASES, Phase, is_find
from gomoku_zero.window.model.review_page import review_page
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from mcts.analysis import Analysis, Candidate
from mcts.tree import Proof
from tests.window.fakes import analysis_of
from tests.window.test_app_records import OpenApp, open_app  # noqa: F401 - a fixture

GAME = "h8 i7 i8 g8 h7 h9 j8 h10 k8 l8 h6"  # Black leaves White's three alone at the end


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r"^const data = (.*);$", page, re.MULTILINE)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def reviewed(win_rates: list[float], moves: str = GAME) -> GameSession:
    """A session whose positions were thought of as given, for the side to move."""
    session = GameSession(GameSetup(Rules(15), HUMAN, HUMAN))
    for move in moves_from_text(moves, 15):
        session.play(move)
    session.start_review()
    while (ticket := session.wanted()) is not None:
        board = ticket.position.board()
        value = 2 * win_rates[len(ticket.position.moves)] - 1
        best = int(board.legal_moves()[0])
        simulations = ticket.limit.simulations or 0
        session.consider(ticket, analysis_of(board, best, simulations, value))
        session.deliver(ticket, best)
    return session


RATES = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.7, 0.9]


def test_a_page_holds_every_line_comment_and_mistake() -> None:
    session = reviewed(RATES)
    session.go_to(3)
    session.play(0)
    session.write_comment("what <b>if</b>")
    language = load_language("en")
    page = review_page(session, ("Ann & <i>Bo</i>", "Cy"), language)
    data = data_of(page)
    main_line = [node["move"] for node in data["nodes"] if node["main"]]
    assert main_line == list(session.moves)
    (side,) = (node for node in data["nodes"] if not node["main"])
    assert side["move"] == 0
    assert side["comment"] == "what <b>if</b>"
    assert data["nodes"][side["parent"]]["move"] == session.moves[2]
    assert [each["ply"] for each in data["mistakes"]] == [each.ply for each in session.mistakes]
    assert data["mistakes"][-1]["ply"] == 10
    said = explain(session.mistakes[-1], 15, language)
    assert tuple(data["mistakes"][-1]["said"]) == said
    assert len(data["rates"]) == 12
    assert "Ann &amp; &lt;i&gt;Bo&lt;/i&gt;" in page
    assert "<i>" not in page
    assert "<b>" not in page.split("<script>")[1]
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("code", languages())
def test_a_page_speaks_its_language(code: str) -> None:
    language = load_language(code)
    page = review_page(reviewed(RATES), ("a", "b"), language)
    for key in ("accuracy", "opening_phase", "middle_phase", "blunders", "page_made_by"):
        assert language.say(key) in page
    assert language.say("end_phase") not in page  # no move was made there


def test_accuracy_is_told_by_phase() -> None:
    review = reviewed(RATES).review
    opening, middle, end = review.phases
    assert list(PHASES) == list(Phase)
    assert opening[0] is not None
    assert opening[1] is not None
    assert opening[0].moves + opening[1].moves == 10
    # Black's eleventh move is the only one of the middle game: of 0.7 it left 0.1.
    assert middle[0] is not None
    assert middle[0].moves == 1
    assert middle[0].accuracy == pytest.approx(0.4)
    assert middle[1] is None
    assert end == (None, None)


def test_the_window_writes_a_page_beside_the_games(
    open_app: OpenApp,  # noqa: F811
    tmp_path: Path,
) -> None:
    app = open_app()
    app.do(Do.SHARE)
    assert not list(tmp_path.rglob("*.html"))  # there is no game yet
    app.do(Play(14))
    app.do(Play(15))
    app.do(GoTo(1))
    app.do(Do.SHARE)
    (file,) = tmp_path.rglob("*.html")
    assert [node["move"] for node in data_of(file.read_text())["nodes"]] == [14, 15]
    assert str(file) in app.scene().message


@pytest.fixture
def record(tmp_path: Path) -> Path:
    file = tmp_path / "game.txt"
    file.write_text("h8 h9 i8 h10 j8 h11 a1 h12 k8 h13")
    return file


def test_the_command_writes_a_page_or_an_annotated_record(record: Path, tmp_path: Path) -> None:
    assert main([str(record), "--player", "pure:100"]) == 0
    data = data_of(record.with_suffix(".html").read_text())
    assert len(data["nodes"]) >= 10
    assert 6 in [each["ply"] for each in data["mistakes"]]  # a1 instead of the winning row
    out = tmp_path / "annotated.sgf"
    assert main([str(record), "--player", "pure:100", "-o", str(out)]) == 0
    (game,) = read_games(out.read_bytes(), out.name)
    assert any("a certain win" in node.comment for node in game.nodes)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.sgf"], "No such file"),
        (["--player", "nobody:3", "{record}"], "nobody"),
        (["--language", "tlh", "{record}"], "there is en"),
        ([], "name a record"),
        (["{record}", "{record}", "-o", "one.html"], "name a folder"),
    ],
)
def test_what_cannot_be_reviewed_is_said_in_one_line(
    arguments: list[str], said: str, record: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([each.format(record=record) for each in arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.gui
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_browser_shows_the_first_mistake(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(review_page(reviewed(RATES), ("Ann", "Bo"), load_language("en")))
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    done = subprocess.run(
        [*command, file.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    shown = done.stdout.split("<script>")[0]
    assert "took the chances from" in shown
    assert shown.count("<circle") >= 9  # ten stones or so, and what marks the last one
    assert 'class="now"' in shown


def test_a_move_that_alone_kept_the_chances_or_found_a_long_win_is_praised() -> None:
    def known(rates: dict[int, tuple[float, int]]) -> Analysis:
        candidates = tuple(
            Candidate(move, visits, 2 * rate - 1, 0.1, (move,))
            for move, (rate, visits) in rates.items()
        )
        best = candidates[0]
        visits = sum(each.visits for each in candidates)
        return Analysis(BLACK, best.value, candidates, best.pv, simulations=visits)

    alone = known({7: (0.6, 200), 8: (0.3, 90), 9: (0.9, 1)})  # 9 was hardly looked at
    assert is_find(7, alone)
    assert not is_find(8, alone)
    assert not is_find(7, known({7: (0.6, 200), 8: (0.5, 90)}))
    assert not is_find(7, known({7: (0.6, 300)}))  # against a four there is one move
    assert not is_find(7, None)
    for distance, expected in ((3, False), (5, True)):
        won = replace(known({7: (1.0, 1)}), proof=Proof.WIN, distance=distance)
        assert is_find(7, won) is expected
        assert not is_find(8, won)
