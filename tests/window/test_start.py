"""From the command line to a window, as far as the first thing it says."""

from collections.abc import Callable
from pathlib import Path

import pygame
import pytest

from gomoku.rules import Rules
from gomoku_zero.window.app import App
from gomoku_zero.window.asked_game import AskedGame, StartError, _with_simulations
from gomoku_zero.window.i18n import system_language
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings, save_settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.start import start

Start = Callable[..., list[str]]


@pytest.fixture
def start_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts the program with a home of its own; gives the messages it shows, in order."""
    for name, kind in (("user_folder", "data"), ("settings_file", "settings.json")):
        monkeypatch.setattr(f"gomoku_zero.window.start.{name}", lambda kind=kind: tmp_path / kind)
    shown: list[str] = []

    def read(app: App) -> None:
        while app.scene().message:
            shown.append(app.scene().message)
            app.advance(0.0)

    monkeypatch.setattr(App, "run", read)
    monkeypatch.setattr("gomoku_zero.window.model.messages.SECONDS_SHOWN", 0.0)
    monkeypatch.setattr(pygame, "quit", pygame.display.quit)  # other tests go on to use the fonts

    def run(
        load: Path | None = None,
        opponent: str | None = None,
        human_is_black: bool | None = None,
        simulations: int | None = None,
    ) -> list[str]:
        shown.clear()
        start(
            AskedGame(opponent, human_is_black=human_is_black, simulations=simulations),
            folders=[],
            device="cpu",
            theme=None,
            language="en",
            window_size=(1000, 700),
            load=load,
            screenshot=None,
            report=lambda line: None,
        )
        return list(shown)

    return run


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("net:models/9x9", "net:models/9x9@50"),
        ("net:models/9x9@400", "net:models/9x9@50"),
        ("net:models/9x9@400,vcf=0,vct=9", "net:models/9x9@50,vcf=0,vct=9"),
        ("pure:1000", "pure:50"),
        ("human", "human"),
    ],
)
def test_simulations_take_the_place_of_those_in_the_spec(spec: str, expected: str) -> None:
    assert _with_simulations(spec, 50) == expected
    assert _with_simulations(spec, None) == spec


@pytest.mark.parametrize("spec", ["level:3", "engine:brain", "greedy"])
def test_simulations_are_refused_where_there_are_none(spec: str) -> None:
    with pytest.raises(StartError, match=f"{spec} has no number of simulations"):
        _with_simulations(spec, 50)


def leave_game(folder: Path) -> None:
    session = GameSession(GameSetup(Rules(6, 4), HUMAN, HUMAN))
    session.play(14)
    GameFiles(folder / "data" / "games").store(session)


def test_damaged_settings_are_told_of_after_the_game_that_was_left(
    start_window: Start, tmp_path: Path
) -> None:
    leave_game(tmp_path)
    (tmp_path / "settings.json").write_bytes(b"{")
    first, second = start_window()
    assert first == "Here is the game you left"
    assert "settings file is damaged" in second


def test_a_game_kept_for_later_is_told_of_after_the_one_that_is_loaded(
    start_window: Start, tmp_path: Path
) -> None:
    leave_game(tmp_path)
    file = tmp_path / "good.sgf"
    file.write_text("(;GM[4]SZ[15]RU[freestyle];B[hh];W[ii])")
    first, second = start_window(load=file)
    assert first == "Loaded good.sgf"
    assert second.startswith("Your unfinished game is kept as ")


def test_a_window_opened_with_nothing_to_tell_tells_nothing(start_window: Start) -> None:
    assert start_window(opponent="greedy") == []


@pytest.mark.parametrize("asked", [{"human_is_black": False}, {"simulations": 50}])
def test_whoever_asks_for_a_color_or_simulations_gets_a_new_game(
    start_window: Start, tmp_path: Path, asked: dict[str, int]
) -> None:
    leave_game(tmp_path)
    (message,) = start_window(**asked)
    assert message.startswith("Your unfinished game is kept as ")


def test_the_first_start_meets_the_level_that_follows_and_the_next_one_the_last_opponent(
    start_window: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    met: list[GameSetup] = []
    monkeypatch.setattr(App, "run", lambda app: met.append(app.session.setup))
    start_window()
    assert met[-1].adaptive
    assert met[-1].white == "level:3"
    chosen = Settings(opponent="pure:1000", seconds=3.0, rules=(9, 5, 0))
    save_settings(tmp_path / "settings.json", chosen)
    start_window()
    assert (met[-1].white, met[-1].rules, met[-1].seconds) == ("pure:1000", Rules(9), (0.0, 3.0))
    save_settings(tmp_path / "settings.json", Settings(opponent="net:gone@400"))
    start_window()
    assert met[-1].white.startswith("pure:")  # that network is gone


@pytest.mark.parametrize(
    ("found", "code"), [("ru_RU", "ru"), ("ja_JP", "ja"), ("fr_FR", "en"), (None, "en")]
)
def test_the_first_start_speaks_the_language_of_the_system(
    found: str | None, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locale.getlocale", lambda: (found, "UTF-8"))
    assert system_language() == code
