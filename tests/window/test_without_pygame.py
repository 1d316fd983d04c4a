"""The model and the geometry must work where pygame is not installed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Found before anything else is asked, this finder makes pygame a package that is not there; so
# that the tests below are no tests of nothing, the program says so when pygame could be imported.
BLOCKED = """
import sys
class NoPygame:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pygame":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, NoPygame())
try:
    import pygame
except ModuleNotFoundError:
    pass
else:
    sys.exit("pygame could be imported all the same")
"""
TESTS = "import pytest; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', *sys.argv[1:]]))"
MODEL = sorted(file.stem for file in (ROOT / "gomoku_zero/window/model").glob("[a-z]*.py"))
GEOMETRY = ("widgets", "dialogs", "layout", "new_game_dialog", "panel", "overlay")
NAMES = ", ".join(
    (
        "gomoku_zero.window.thinker",
        *(f"gomoku_zero.window.model.{name}" for name in MODEL),
        *(f"gomoku_zero.window.view.{name}" for name in GEOMETRY),
    )
)
TESTED = (
    *("test_session.py", "test_layout.py", "test_thinker.py", "test_teaching.py"),
    *("test_rating.py", "test_solution.py", "test_opponents.py", "test_newgame.py"),
    *("test_files.py", "test_analyst.py"),
)


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKED + program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_model_and_the_geometry_pass_their_tests_without_pygame() -> None:
    done = run(TESTS, *(f"tests/window/{name}" for name in TESTED))
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


@pytest.mark.parametrize("package", ["torch", "pygame"])
def test_the_model_imports_neither_pygame_nor_torch(package: str) -> None:
    done = run(f"import {NAMES}\nassert {package!r} not in sys.modules")
    assert done.returncode == 0, done.stderr


def test_what_draws_fails_without_pygame() -> None:
    done = run("import gomoku_zero.window.view.scene")
    assert done.returncode != 0
    assert "No module named 'pygame'" in done.stderr
