"""No module imports itself by way of others, also where an import stands inside a function."""

import ast
from collections.abc import Container, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("gomoku", "mcts", "nets", "gomoku_zero")

Graph = dict[str, set[str]]


def import_graph(root: Path, packages: tuple[str, ...]) -> Graph:
    """Who imports whom, by the names of modules; imports for type checkers alone are left out."""
    files = {
        ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): file
        for package in packages
        for file in (root / package).rglob("*.py")
    }
    return {
        name: {
            target
            for target in _imported(ast.parse(file.read_text(encoding="utf-8")), files.keys())
            if target != name
        }
        for name, file in files.items()
    }


def _imported(tree: ast.AST, modules: Container[str]) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if name in modules:
                    yield name
                elif node.module in modules:
                    yield node.module
        yield from _imported(node, modules)


def find_circle(graph: Graph) -> list[str]:
    """The modules of a circle in their order, the first one again at its end; empty if none."""
    done: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        path.append(name)
        for target in sorted(graph.get(name, ())):
            if circle := visit(target):
                return circle
        path.pop()
        done.add(name)
        return []

    for name in sorted(graph):
        if circle := visit(name):
            return circle
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = import_graph(ROOT, PACKAGES)
    assert len(graph) > 150
    assert find_circle(graph) == []


def test_a_circle_is_found_wherever_the_import_stands(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "a.py").write_text("from pack.b import x\n")
    (folder / "b.py").write_text("def f():\n    from pack import c\n")
    (folder / "c.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pack.a\n"
    )
    assert find_circle(import_graph(tmp_path, ("pack",))) == []
    (folder / "c.py").write_text("import pack.a\n")
    assert find_circle(import_graph(tmp_path, ("pack",))) == [
        "pack.a",
        "pack.b",
        "pack.c",
        "pack.a",
    ]
