"""Serve the page of `gomoku-zero share` with the full engine of this machine behind it.

    gomoku-zero serve                          # shipped networks, and the runs below runs/
    gomoku-zero serve models/9x9 --runs runs
    gomoku-zero serve --host 0.0.0.0           # for others, who need the token that is printed

Offers play and analysis on this machine's cores or GPU, the list of its training runs with curves
and games as they are trained, and play against their newest checkpoints. Needs the extra `serve`.
"""

import contextlib
import ipaddress
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from gomoku.extras import require_serving
from gomoku.machine import usable_cores
from gomoku_zero.commands import fail, program
from gomoku_zero.players.models import find_model, model_folders, run_folders
from nets.checkpoint import CheckpointError, find_checkpoints, read_meta


@dataclass(frozen=True)
class Options:
    """Who is served what, and where."""

    checkpoints: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Networks to play against, the usual one first; all of this machine if none is named."""

    runs: tuple[Path, ...] = ()
    """Folders of training runs; those of this machine if left out."""

    host: str = "127.0.0.1"
    """The address to listen at; any but this machine's own needs a token."""

    port: int = 8010
    """The port; 0 for any that is free."""

    token: str = ""
    """What visitors must know; one is made up where one is needed."""

    threads: int = 0
    """Threads that think; 0 for as many as there are cores, 8 at most."""

    device: str = "auto"
    """Where networks run, such as cpu or cuda."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; returns the exit code."""
    options = tyro.cli(Options, args=arguments, prog=program("serve"), description=__doc__)
    require_serving()
    try:
        checkpoints = _checkpoints(options.checkpoints)
    except CheckpointError as error:
        return fail("serve", str(error))
    for folder in options.runs:
        if not folder.is_dir():
            return fail("serve", f"{folder} is not a folder of training runs")
    if not 0 <= options.port < 65536:
        return fail("serve", f"port {options.port} is not between 0 and 65535")
    token = options.token or ("" if _is_own(options.host) else secrets.token_urlsafe(24))

    import uvicorn

    from gomoku_zero.web.messages import MAX_MESSAGE
    from gomoku_zero.web.server import make_app

    threads = options.threads or min(8, usable_cores())
    runs = list(options.runs) or [folder for folder in run_folders() if folder.is_dir()]
    app = make_app(checkpoints, runs, threads=threads, token=token, device=options.device)
    config = uvicorn.Config(
        app,
        host=options.host,
        port=options.port,
        log_level="warning",
        server_header=False,
        ws_max_size=MAX_MESSAGE,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        limit_concurrency=256,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=3,
    )
    if not _is_own(options.host):
        print(
            f"serve: warning: {options.host} can be reached by others; whoever has the token uses "
            "this machine's cores, and what is sent is not encrypted",
            file=sys.stderr,
        )
    try:
        listening = config.bind_socket()
    except SystemExit:
        return fail("serve", f"cannot listen at {options.host} port {options.port}")
    query = f"?token={token}" if token else ""
    print(f"http://{options.host}:{listening.getsockname()[1]}/{query}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
    return 0


def _checkpoints(named: Sequence[str]) -> dict[str, Path]:
    """The networks to play against, by the names that visitors see.

    Raises:
        CheckpointError: if one that is named cannot be read.
    """
    folders = [find_model(name) for name in named]
    for folder in folders:
        read_meta(folder)
    if not folders:
        found = [each for folder in model_folders() for each in find_checkpoints(folder)]
        # The largest board first, as the window does.
        folders = sorted(found, key=lambda each: -read_meta(each).rules[0].size)
    by_name: dict[str, Path] = {}
    for folder in folders:
        name, number = folder.name, 1
        while name in by_name:
            number += 1
            name = f"{folder.name} ({number})"
        by_name[name] = folder
    return by_name


def _is_own(host: str) -> bool:
    """Return whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
