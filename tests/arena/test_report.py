"""The page holds what it should, and nothing of it can break out of its place."""

import base64
import io
import json
import re

import pytest
from fontTools.ttLib import TTFont

from gomoku.opening_rules import OpeningRule
from gomoku.rules import Rules
from gomoku_zero.arena.match import MatchResult, play_match
from gomoku_zero.arena.openings import random_openings
from gomoku_zero.arena.ratings import rate
from gomoku_zero.arena.report import report_html
from gomoku_zero.arena.stats import SequentialTest, Sprt
from gomoku_zero.players.baselines import GreedyPlayer, RandomPlayer

SIX = Rules(6, 4)


def result(name_a: str = "greedy", name_b: str = "random") -> MatchResult:
    players = GreedyPlayer(seed=0, name=name_a), RandomPlayer(seed=0, name=name_b)
    return play_match(*players, SIX, random_openings(SIX, 5, seed=0))


def games_of(page: str) -> list[dict[str, object]]:
    match = re.search(r"^const games = (.*);$", page, re.MULTILINE)
    assert match is not None
    games: list[dict[str, object]] = json.loads(match[1])
    return games


def test_a_page_needs_nothing_but_itself() -> None:
    match = result()
    page = report_html([match], rate([match]))
    assert not re.search(r"""(src|href)\s*=\s*["'](https?:)?//""", page)
    assert "@import" not in page


def test_every_game_can_be_replayed() -> None:
    match = result()
    games = games_of(report_html([match], rate([match])))
    assert [game["moves"] for game in games] == [list(game.moves) for game in match.records]
    assert [game["black"] for game in games] == [game.black for game in match.records]


def test_a_match_shows_results_by_color_and_its_test() -> None:
    match = result()
    page = report_html([match], rate([match]), SequentialTest(Sprt(0, 20)))
    assert "greedy against random" in page
    assert "as Black" in page
    assert "SPRT [0, 20] undecided" in page


def test_a_match_with_an_opening_rule_shows_seats_and_what_was_decided() -> None:
    players = GreedyPlayer(seed=0, name="greedy"), RandomPlayer(seed=0, name="random")
    match = play_match(*players, SIX, [()] * 4, opening_rule=OpeningRule.SWAP2)
    page = report_html([match], rate([match]))
    assert "swap2. In every pair of games each player sits first once." in page
    assert "Sitting first is worth" in page
    assert "as first" in page
    for record in match.records:
        assert record.opening_phase is not None
        assert record.opening_phase.to_text() in page


def test_a_tournament_shows_everybody_in_its_cross_table() -> None:
    matches = [result(), result("greedy", "other"), result("random", "other")]
    page = report_html(matches, rate(matches))
    assert page.count("<svg") == 5  # ratings, colors, lengths, the board, values beside it
    for name in ("greedy", "random", "other"):
        assert f"<th>{name}</th>" in page


def test_names_are_text_wherever_they_stand() -> None:
    match = result("<script>alert(1)</script>", "</script><b>")
    page = report_html([match], rate([match]))
    assert "<script>alert" not in page
    assert page.count("</script>") == 1
    assert games_of(page)[0]["black"] == "<script>alert(1)</script>"


def test_dollar_signs_in_names_make_no_formulas() -> None:
    match = result("engine:a $x^^$", "engine:b $HOME/$USER")
    page = report_html([match], rate([match]))
    assert ">engine:a $x^^$ -</text>" in page
    assert "engine:b $HOME/$USER</text>" in page


def test_the_same_match_gives_the_same_page() -> None:
    match = result()
    assert report_html([match], rate([match])) == report_html([match], rate([match]))


def test_a_match_has_one_difference_in_elo_and_a_tournament_ratings() -> None:
    match, other = result(), result("greedy", "pure")
    page = report_html([match], rate([match]))
    assert "<h2>Ratings</h2>" not in page
    assert page.count("<strong>") == 1
    assert ">anchor<" not in page
    assert "Moving first is worth" in page
    both = report_html([match, other], rate([match, other]))
    assert "<h2>Ratings</h2>" in both
    assert ">anchor<" in both


def test_names_in_chinese_bring_their_signs_along(recwarn: pytest.WarningsRecorder) -> None:
    names = ("\u5f08\u5fc3", "\u4e94\u5b50\u68cb")
    match = result(*names)
    page = report_html([match], rate([match]))
    [data] = re.findall(r"data:font/woff;base64,([A-Za-z0-9+/=]+)", page)
    font = TTFont(io.BytesIO(base64.b64decode(data)))
    assert {ord(letter) for letter in "".join(names)} <= font.getBestCmap().keys()
    assert len(data) < 30_000
    assert [str(each.message) for each in recwarn if "Glyph" in str(each.message)] == []
    plain = report_html([result()], rate([result()]))
    assert "@font-face" not in plain
