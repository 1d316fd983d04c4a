"""Running what `web/` builds under Node, where that and the packages it is built with are."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"


def require_node() -> None:
    """Skip the test where the sources of `web/` cannot be built."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node here")
    if not (WEB / "node_modules").is_dir():
        pytest.skip("run `npm ci` in web/ first")


def build_for_node(entry: str, folder: Path) -> Path:
    """A program for Node, as one file in a folder; entry: its source below `web/`."""
    file = folder / f"{Path(entry).stem}.mjs"
    run_node("build.mjs", "--node", entry, str(file))
    return file


def run_node(*arguments: str, **environment: str) -> str:
    """What a program writes; fails the test with it if the program fails."""
    done = subprocess.run(
        ["node", *arguments],
        cwd=WEB,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
