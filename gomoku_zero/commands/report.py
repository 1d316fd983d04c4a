"""Write one web page about a training run, which may still be going on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import tyro

from gomoku.extras import require
from gomoku_zero.commands import fail, program


class Arguments(msgspec.Struct, frozen=True, kw_only=True):
    """The run or match to write about."""

    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")]
    """The run's folder, such as runs/six."""
    out: Path | None = None
    """The page; by default report.html in that folder."""
    device: str = "auto"
    """Where the network runs that annotates games: auto, cpu, cuda, cuda:1, mps or xpu."""


def main(arguments: Sequence[str]) -> int:
    """Write the page and print its name; returns the exit status."""
    asked = tyro.cli(Arguments, args=arguments, prog=program("report"), description=__doc__)
    out = asked.out or asked.run / "report.html"
    require("a report", "matplotlib", "torch")
    # matplotlib and torch take seconds to load.
    from gomoku_zero.training.report import write_report
    from gomoku_zero.training.settings import RunError
    from nets.config import DeviceError

    try:
        write_report(asked.run, out, asked.device)
    except (RunError, DeviceError) as error:
        return fail("report", str(error))
    except OSError as error:
        return fail("report", f"{error.strerror or error}: {error.filename or out}")
    print(out)
    return 0
