"""No file or function of the product is long without a reason: ARCHITECTURE.md names both."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.test_imports import PACKAGES, ROOT

MAX_FILE, MAX_FUNCTION = 400, 60  # lines


def long_ones(root: Path, packages: tuple[str, ...]) -> Iterator[str]:
    """Files that are too long, and functions, as `file: name`."""
    for file in sorted(file for package in packages for file in (root / package).rglob("*.py")):
        name, text = file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")
        if len(text.splitlines()) > MAX_FILE:
            yield name
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                if node.end_lineno - node.lineno >= MAX_FUNCTION:
                    yield f"{name}: {node.name}"


def test_what_is_long_is_named_with_a_reason_and_nothing_else_is() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = page.partition("## Long files and functions")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|$", table, re.MULTILINE)
    assert all(len(reason.split()) > 3 for _, reason in rows)
    named = [name for names, _ in rows for name in re.findall(r"`([^`]+)`", names)]
    assert sorted(named) == sorted(long_ones(ROOT, PACKAGES))


def test_a_long_file_and_a_long_function_are_found(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    body = "    pass\n" * 59
    (tmp_path / "pack" / "short.py").write_text(f"def f():\n{body}")
    assert list(long_ones(tmp_path, ("pack",))) == []
    (tmp_path / "pack" / "long.py").write_text(f"def f():\n    pass\n{body}" + "\n" * 340)
    assert list(long_ones(tmp_path, ("pack",))) == ["pack/long.py", "pack/long.py: f"]
