"""The command line: `gomoku-zero COMMAND ...`, where no command means `play`.

Each command is a module here with a function `main(arguments) -> exit status`; the scripts in the
root of a checkout call the same. Nothing of ours is imported before it is known to be ours.
"""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

COMMANDS = {
    "play": "play in a window; what happens without a command",
    "train": "train an agent by self-play",
    "report": "write a web page about a training run",
    "pit": "let players play matches, and rate them",
    "engine": "be a Gomocup engine, as pbrain-gomokuzero",
    "analyse": "answer positions on standard input, as JSON",
    "record": "say what is in a game record, or convert it",
    "review": "judge the moves of games, as a web page",
    "tactics": "ask a player tactical problems",
    "share": "write a web page that plays by itself",
    "serve": "serve that page with this machine's engine and runs",
    "export": "write a network for other programs",
    "compile": "compile everything ahead, for this machine",
}
"""Every command, in the order of the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """`gomoku-zero`: run the command that is named, or `play`; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    first = arguments[0] if arguments else ""
    if first in COMMANDS:
        return run(first, arguments[1:])
    if first in ("-h", "--help"):
        print(_help())
        return 0
    if first == "--version":
        print(f"gomoku-zero {program_version()}")
        return 0
    if first and not first.startswith("-"):
        print(f"gomoku-zero: {first!r} is not a command: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    return run("play", arguments)


def engine() -> int:
    """`pbrain-gomokuzero`."""
    return run("engine", sys.argv[1:])


def run(command: str, arguments: Sequence[str]) -> int:
    """Run a command; returns its exit status."""
    problem = package_in_the_way()
    if problem:
        return fail(command, problem)
    from gomoku.extras import MissingPackageError
    from gomoku_zero.players.models import ModelsError

    try:
        status: int = importlib.import_module(f"{__name__}.{command}").main(list(arguments))
    except (MissingPackageError, ModelsError) as error:
        return fail(command, str(error))
    except KeyboardInterrupt:  # while it loaded, or was ending
        return 130
    return status


def program(command: str) -> str:
    """How a command was called, for help and messages: `train.py`, or `gomoku-zero train`."""
    script = f"{command}.py"
    return script if Path(sys.argv[0]).name == script else f"gomoku-zero {command}"


def to_paste(command: str) -> str:
    """The words that run a command where this one was called: in a checkout by the same Python."""
    called = Path(sys.argv[0])
    if called.name not in (f"{name}.py" for name in COMMANDS):
        return f"gomoku-zero {command}"
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    return f"{python} {called.with_name(f'{command}.py')}"


def fail(command: str, message: str) -> int:
    """Say on standard error why a command cannot do what was asked; returns the exit status."""
    print(f"{program(command)}: {message}", file=sys.stderr)
    return 2


def program_version() -> str:
    """The version of the installed package; 0 where it is not installed."""
    try:
        return version("gomoku-zero")
    except PackageNotFoundError:
        return "0"


def package_in_the_way() -> str:
    """Names a package that stands in the place of one of ours; "" if there is none."""
    home = Path(__file__).resolve().parents[2]
    for name in ("gomoku", "mcts", "nets"):
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            spec = None
        if spec is None:
            return f"the package {name!r} is missing from {home}: install Gomoku Zero again"
        file = Path(spec.origin or next(iter(spec.submodule_search_locations or ()), ""))
        if file.resolve().parent.parent != home:
            return (
                f"another package named {name!r} is in the way, {file}: uninstall it, or install "
                "Gomoku Zero into an environment of its own"
            )
    return ""


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {text}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            "usage: gomoku-zero [COMMAND] [OPTIONS]",
            "",
            *lines,
            "",
            "gomoku-zero COMMAND --help explains a command; the options of play need no command.",
        ]
    )
