"""`play.py` as people start it."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pygame
import pytest

from gomoku.rules import CARO, RENJU, Rules
from gomoku_zero.window.model.opponents import best_network, list_opponents
from nets.checkpoint import CheckpointMeta
from nets.config import NetConfig

ROOT = Path(__file__).resolve().parents[2]


def play(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "play.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_screenshot_shows_the_move_and_the_reply(tmp_path: Path) -> None:
    file = tmp_path / "window.png"
    done = play(
        "--opponent", "greedy", "--size", "6", "--win-length", "4", "--screenshot", str(file)
    )
    assert done.returncode == 0, done.stderr
    picture = pygame.image.load(str(file))
    assert picture.get_width() > picture.get_height() > 300


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--opponent", "nobody"], "'nobody' names no player"),
        (["--opponent", "net:/no/such/folder"], "/no/such/folder"),
        (["--opponent", "greedy", "--size", "99"], "board size 99 is not between"),
        (["--opponent", "greedy", "--simulations", "0"], "--simulations 0"),
        (["--size", "99"], "board size 99 is not between"),
        (["--rules", "xyz"], "rules 'xyz' are unknown: use one of freestyle, standard, renju"),
        (["--opening", "xyz"], "xyz"),
        (["--language", "xyz"], "language 'xyz' is unknown: use en, "),
        (["--theme", "xyz"], "theme 'xyz' is unknown: use light, dark"),
        (["--load", "nothing.sgf"], "--load nothing.sgf"),
        (["--opponent", "net:models/9x9@400", "--rules", "caro"], "does not play"),
        (
            ["--opponent", f"engine:{sys.executable}", "--size", "6", "--win-length", "4"],
            "but only 5 in a row",
        ),
    ],
)
def test_a_mistake_on_the_command_line_gives_a_line_and_no_traceback(
    arguments: list[str], message: str
) -> None:
    done = play(*arguments, "--screenshot", os.devnull)
    assert done.returncode == 2
    assert message in done.stderr
    assert "None" not in done.stderr
    assert done.stdout == ""  # nothing else that would lead astray
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("moves", ["a1 a2 b1 b2 c1 c2 d1 d2 e1", "h8", "h8 i9"])
def test_a_picture_of_a_loaded_game_shows_that_game(moves: str, tmp_path: Path) -> None:
    letters = [(move[0], chr(ord("a") + 15 - int(move[1:]))) for move in moves.split()]
    nodes = "".join(f";{'BW'[n % 2]}[{x}{y}]" for n, (x, y) in enumerate(letters))
    game, file = tmp_path / "game.sgf", tmp_path / "window.png"
    game.write_text(f"(;GM[4]SZ[15]{nodes})")
    done = play("--load", str(game), "--screenshot", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert file.is_file()


def test_without_a_screen_there_is_one_line_at_once() -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "SDL_AUDIODRIVER")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "play.py", "--opponent", "human"],
        cwd=ROOT,
        env={**environment, "XDG_RUNTIME_DIR": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "there is no screen" in line


def test_without_a_sound_card_nothing_is_written(tmp_path: Path) -> None:
    hidden = ("SDL_AUDIODRIVER",)
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    program = "from gomoku_zero.window.view.sounds import Sounds; Sounds().play('stone')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_largest_board_of_the_shipped_models_comes_first(tmp_path: Path) -> None:
    for folder, name, size in (("models", "6x6", 6), ("models", "9x9", 9), ("runs", "new", 15)):
        meta = CheckpointMeta(name=name, net=NetConfig(), rules=[Rules(size)])
        (tmp_path / folder / name).mkdir(parents=True)
        (tmp_path / folder / name / "meta.json").write_bytes(msgspec.json.encode(meta))
        (tmp_path / folder / name / "weights.safetensors").write_bytes(b"weights")
    opponents = list_opponents([tmp_path / "models", tmp_path / "runs"])
    assert [opponent.name for opponent in opponents[2:5]] == ["9x9", "6x6", "new"]
    best = best_network(opponents)
    assert best is not None
    assert best.name == "9x9"


def test_rules_that_were_asked_for_choose_the_model(tmp_path: Path) -> None:
    for name, rules in (
        ("large", Rules(15)),
        ("small", Rules(6, 4)),
        ("renju", Rules(15, 5, RENJU)),
    ):
        meta = CheckpointMeta(name=name, net=NetConfig(), rules=[rules])
        (tmp_path / name).mkdir()
        (tmp_path / name / "meta.json").write_bytes(msgspec.json.encode(meta))
        (tmp_path / name / "weights.safetensors").write_bytes(b"weights")
    opponents = list_opponents([tmp_path])
    for wanted, name in (({"size": 6}, "small"), ({"variant": RENJU}, "renju")):
        best = best_network(opponents, **wanted)
        assert best is not None
        assert best.name == name
    assert best_network(opponents, size=6, variant=RENJU) is None


def test_a_network_of_line_patterns_is_chosen_for_sizes_between() -> None:
    opponents = list_opponents([ROOT / "models"])
    for wanted, name in (
        ({"size": 13, "variant": CARO}, "15x15"),
        ({"size": 7, "variant": RENJU}, "9x9"),
        ({"size": 7}, "9x9"),  # five in a row, not the four of 6x6
        ({"size": 22, "variant": CARO}, "15x15"),
    ):
        best = best_network(opponents, **wanted)
        assert best is not None
        assert best.name == name


def test_rules_that_no_model_knows_are_played_with_pure_search(tmp_path: Path) -> None:
    file = tmp_path / "window.png"
    done = play("--win-length", "6", "--size", "9", "--screenshot", str(file))
    assert done.returncode == 0, done.stderr
    assert "no model for these rules: playing against pure search" in done.stdout
    assert file.is_file()
