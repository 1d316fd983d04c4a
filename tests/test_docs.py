"""What the documents name is there: files, modules, commands, their options, settings of a run."""

import dataclasses
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gomoku_zero.brain import process as engine
from gomoku_zero.commands import COMMANDS, pit, play, train
from gomoku_zero.training.config import TrainConfig

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    file.relative_to(ROOT).as_posix()
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "models/*.md",
        "benchmarks/**/*.md",
        "configs/*.md",
        "gomoku_zero/**/*.md",
    )
    for file in ROOT.glob(pattern)
)
# Logs of what once was: their commands were true on their day.
DATED = {"CHANGELOG.md", "docs/experiments.md", "models/README.md"}

OPTIONS = {"play": play.Arguments, "pit": pit.Options, "train": train.Arguments}


def commands_in(text: str) -> Iterator[list[str]]:
    """The command lines in code, as words, those that end in a backslash joined."""
    for code in re.findall(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", text, re.DOTALL):
        for line in "".join(code).replace("\\\n", " ").splitlines():
            line = re.sub(r"\s+#\s.*", "", line).strip()
            for part in re.split(r"\s*(?:&&|\||;)\s*", line):
                try:
                    words = shlex.split(part)
                except ValueError:
                    continue
                if words:
                    yield words


def program_and_rest(words: list[str]) -> tuple[str, list[str]]:
    """Which of our commands a command line runs, "" if none, and the words behind it."""
    if words[0].endswith("python") and len(words) > 1:
        words = words[1:]
    name = words[0].rpartition("/")[2]
    if name in ("play.py", "pit.py", "train.py"):
        return name.removesuffix(".py"), words[1:]
    if name == "gomoku-zero":
        known = len(words) > 1 and words[1] in COMMANDS
        return (words[1], words[2:]) if known else ("play", words[1:])
    return "", words


def fields_of(options: Any) -> set[str]:
    if dataclasses.is_dataclass(options):
        return {field.name for field in dataclasses.fields(options)}
    return {field.name for field in msgspec.structs.fields(options)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    file = ROOT / document
    for target in re.findall(r"\]\(([^)\s]+)\)", file.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target) and not target.startswith("#"):
            assert (file.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name not in DATED])
def test_every_module_and_preset_is_there(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for module in re.findall(r"python3? -m ([a-z_][a-z_0-9.]*)", text):
        if module.split(".")[0] in ("venv", "pip", "build", "pytest"):
            continue
        path = ROOT / module.replace(".", "/")
        if not (path / "__main__.py").is_file():
            source = path.with_suffix(".py").read_text(encoding="utf-8")
            assert 'if __name__ == "__main__":' in source, f"{module} is not a program"
    for preset in re.findall(r"configs/[a-z0-9-]+\.toml", text):
        assert (ROOT / preset).is_file(), preset


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name not in DATED])
def test_every_option_of_our_commands_is_one(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for words in commands_in(text):
        command, rest = program_and_rest(words)
        if command not in OPTIONS:
            continue
        known = {f"--{name.replace('_', '-')}" for name in fields_of(OPTIONS[command])}
        known |= {"--help", "--version", "-o", "--report", "--out"}
        for word in rest:
            option = word.partition("=")[0]
            if not option.startswith("--") or option in known:
                continue
            assert command == "train", (words, option)
            assert is_setting(option.removeprefix("--").replace("-", "_")), (words, option)


def is_setting(name: str) -> bool:
    """Whether a run has a setting of this name, such as `learner.reuse`."""
    config: Any = TrainConfig()
    for part in name.split("."):
        if not hasattr(config, part):
            return False
        config = getattr(config, part)
    return True


def test_a_command_that_is_not_one_would_be_found() -> None:
    text = (
        "```bash\n.venv/bin/python pit.py a b \\\n  --nothing 3  # why\n```\nand `gomoku-zero --x`"
    )
    found = [program_and_rest(words) for words in commands_in(text)]
    assert ("pit", ["a", "b", "--nothing", "3"]) in found
    assert ("play", ["--x"]) in found
    assert not is_setting("learner.nothing")
    assert is_setting("learner.reuse")


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name not in DATED])
def test_every_setting_is_one(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    sections = "|".join(name for name, value in vars_of(TrainConfig()) if vars_of(value))
    for section, name in re.findall(rf"`-{{0,2}}({sections})\.([a-z][a-z_-]*)[` ]", text):
        setting = f"{section}.{name}".replace("-", "_")
        assert setting == "net.onnx" or is_setting(setting.replace(".no_", ".")), setting


def test_the_recipe_names_settings_with_their_defaults() -> None:
    """Names behind a setting belong to its section, and values behind it to each in turn."""
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    table = page.partition("| technique | settings | off |")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    assert len(rows) > 10
    defaults = 0
    for _, settings, off in rows:
        names = re.findall(r"`([a-z_.]+)`", settings)
        section = names[0].rpartition(".")[0]
        full = [name if "." in name or not section else f"{section}.{name}" for name in names]
        assert [name for name in full if not is_setting(name)] == []
        for name, value in zip(full, off.split("; "), strict=False):
            if "the default" in value:
                word = value.partition(",")[0].strip("`")
                assert word == default_in_words(name), (name, value)
                defaults += 1
    assert defaults >= 5


def test_the_options_of_the_engine_have_their_defaults() -> None:
    page = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `--([a-z-]+) (\S+)", page, re.MULTILINE))
    there = {field.name: field.default for field in dataclasses.fields(engine.Options)}
    assert told.keys() == there.keys()
    for name in ("device", "seed"):
        assert told[name].rstrip("`") == str(there[name])


def vars_of(config: Any) -> list[tuple[str, Any]]:
    """The settings of a section, with their values; [] if it is not one."""
    if not isinstance(config, msgspec.Struct):
        return []
    return [(name, getattr(config, name)) for name in config.__struct_fields__]


def default_in_words(name: str) -> str:
    value: Any = TrainConfig()
    for part in name.split("."):
        value = getattr(value, part)
    if value in ("", ()):
        return "empty"
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def test_every_command_is_described() -> None:
    described = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"| `{name}` |" not in described] == []


def test_what_architecture_says_is_where_it_says() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    places = re.findall(
        r"^\| [^|]+ \| `([a-z_/]+\.[a-z]+)` \| `([A-Za-z_]+)` \|$", text, re.MULTILINE
    )
    assert len(places) > 20
    missing = [
        (file, name)
        for file, name in places
        if not re.search(rf"\b{name}\b", (ROOT / file).read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_the_changelog_is_dated_grouped_and_one_line_an_entry() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    version, group = r"## (Unreleased|\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\))", "### (New|Changed|Fixed)"
    for line in lines[4:]:
        assert not line or re.fullmatch(rf"{version}|{group}|- .{{10,122}}\.", line), line
