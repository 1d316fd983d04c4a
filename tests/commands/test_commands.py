"""The command line as a whole: which command runs, and what is said where something is missing."""

import importlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from gomoku.extras import TRAINING, MissingPackageError, require
from gomoku_zero import commands
from gomoku_zero.commands import COMMANDS, main, to_paste
from gomoku_zero.players.models import (
    VARIABLE,
    ModelsError,
    find_model,
    find_preset,
    model_folders,
    shipped_models,
)
from gomoku_zero.players.spec import SpecError, make_player

ROOT = Path(__file__).resolve().parents[2]
RESIDUAL = ROOT / "benchmarks" / "references" / "resnet-6x6"


def python(*arguments: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_main(command: str) -> None:
    assert callable(importlib.import_module(f"gomoku_zero.commands.{command}").main)


def test_every_module_of_commands_is_listed() -> None:
    modules = {file.stem for file in Path(commands.__file__).parent.glob("*.py")}
    assert modules - {"__init__"} == COMMANDS.keys()


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main([command, "--help"])
    assert raised.value.code == 0
    assert "usage: " in capsys.readouterr().out


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", printed, re.MULTILINE)


@pytest.mark.parametrize(
    ("called", "pasted"),
    [
        ("/usr/bin/gomoku-zero", "gomoku-zero train"),
        ("train.py", "venv/bin/python train.py"),
        ("there/play.py", "venv/bin/python there/train.py"),
    ],
)
def test_a_command_to_paste_is_called_as_this_one_was(
    called: str, pasted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setattr(sys, "executable", str(Path.cwd() / "venv/bin/python"))
    assert to_paste("train") == pasted


def test_options_without_a_command_are_those_of_play(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--opponent", "nobody", "--screenshot", str(tmp_path / "x.png")]) == 2
    assert "gomoku-zero play: 'nobody'" in capsys.readouterr().err


@pytest.mark.parametrize("typed", ["plya", "models/9x9", "Train"])
def test_a_word_that_is_not_a_command_is_named(
    typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([typed]) == 2
    printed = capsys.readouterr().err
    assert repr(typed) in printed
    assert "train" in printed


# What is missing -------------------------------------------------------------------------------


def test_the_extra_is_what_the_message_installs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = [re.split("[>=<]", line)[0] for line in project["optional-dependencies"]["train"]]
    assert sorted(extra) == sorted(TRAINING)
    base = {re.split("[>=<]", line)[0] for line in project["dependencies"]}
    assert not base & set(TRAINING)


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "torch" else find(name)
    )
    with pytest.raises(MissingPackageError, match=r"training needs torch, .*pip install .*torch"):
        require("training")
    require("a report", "matplotlib")
    with pytest.raises(SpecError, match=r"residual network, which needs torch.*pip install"):
        make_player(f"net:{RESIDUAL}@10")


HIDE = (
    "import importlib.util as u, sys; find = u.find_spec;"
    "u.find_spec = lambda name, *rest: None if name in {hidden} else find(name, *rest);"
    "from gomoku_zero.commands import main; sys.exit(main(sys.argv[1:]))"
)


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "configs/6x6.toml", "--run", "RUN"],
        ["report", "RUN"],
        ["train", "--report", "RUN"],
        ["export", "models/9x9", "RUN"],
        ["pit", "greedy", "random", "--size", "6", "--pairs", "1", "--report", "RUN/report.html"],
        ["pit", f"net:{RESIDUAL}@10", "random", "--pairs", "1"],
    ],
)
def test_without_the_extra_one_line_says_what_to_install(
    arguments: list[str], tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    arguments = [word.replace("RUN", str(tmp_path / "run")) for word in arguments]
    program = HIDE.format(hidden=set(TRAINING))
    done = python("-c", program, *arguments, cwd=tmp_path)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert "-m pip install" in last
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "run").iterdir()) == []


@pytest.mark.parametrize("name", ["mcts", "gomoku", "nets"])
@pytest.mark.parametrize("shape", ["{name}.py", "{name}/__init__.py"])
def test_a_foreign_package_in_the_way_is_named(name: str, shape: str, tmp_path: Path) -> None:
    foreign = tmp_path / shape.format(name=name)
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text("raise RuntimeError('imported')\n")
    program = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}];"
        "from gomoku_zero.commands import main; sys.exit(main(['pit', 'greedy', 'random']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert re.fullmatch(
        rf".*another package named '{name}' is in the way, {foreign}: uninstall it.*\n", done.stderr
    )


# Models and presets ----------------------------------------------------------------------------


def test_models_and_presets_are_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("models/9x9", "9x9"):
        assert find_model(name) == ROOT / "models" / "9x9"
    assert find_model("models/none") == Path("models/none")
    assert find_preset("configs/6x6.toml") == ROOT / "configs" / "6x6.toml"
    assert find_preset("6x6.toml") == ROOT / "configs" / "6x6.toml"
    (tmp_path / "models" / "9x9").mkdir(parents=True)
    assert find_model("models/9x9") == Path("models/9x9")


def test_the_environment_names_other_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    (second / "net").mkdir(parents=True)
    first.mkdir()
    monkeypatch.setenv(VARIABLE, f"{first}{os.pathsep}{second}")
    assert model_folders() == [first, second]
    assert find_model("net") == second / "net"
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(ModelsError, match=f"{VARIABLE} names .*gone"):
        model_folders()


def test_the_users_own_models_come_after_the_shipped_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name: str(tmp_path))
    assert model_folders() == [shipped_models()]
    (tmp_path / "models").mkdir()
    assert model_folders() == [shipped_models(), tmp_path / "models"]


def test_an_engine_without_a_network_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in ("/nonexistent", str(tmp_path / "empty")):
        done = python("-m", "gomoku_zero", "engine", "--models", folder)
        assert done.returncode == 2
        assert f"{folder} holds no trained network" in done.stderr
        assert done.stdout.startswith(f"ERROR {folder} holds no trained network")
    done = subprocess.run(
        [sys.executable, "-m", "gomoku_zero", "engine"],
        cwd=ROOT,
        env={**os.environ, VARIABLE: str(tmp_path / "empty")},
        input="START 15\nINFO timeout_turn 100\nBEGIN\nEND\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "there is no trained network: searching with random playouts" in done.stderr
