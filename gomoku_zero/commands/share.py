"""Write a network of line patterns as a web page that plays by itself, anywhere.

    gomoku-zero share models/15x15 -o play.html
    gomoku-zero share models/15x15 -o site/ --folder

The page is one file without requests to anywhere: it opens from a disk and from any web server,
with the network, the search and all languages inside. With --folder it becomes index.html of a
folder that phones can install as an app once it is served.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from gomoku.storage import write_whole
from gomoku_zero.commands import fail, program
from gomoku_zero.players.models import find_model
from gomoku_zero.web.page import FOLDER, fill_page, page_data
from nets.browser import browser_network
from nets.checkpoint import CheckpointError, read_meta

_HEAD = (
    '<link rel="manifest" href="manifest.webmanifest">\n<meta name="theme-color" content="#e0b573">'
)


@dataclass(frozen=True)
class Options:
    """The network to share, and where to write it."""

    checkpoint: Annotated[str, tyro.conf.Positional]
    """The folder of the checkpoint, such as models/15x15."""

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("play.html")
    """The page to write, or with --folder the folder for it; what is there is replaced."""

    folder: bool = False
    """Write a folder with a manifest and a service worker: an app for phones, where served."""

    name: str = ""
    """What the page calls the network; as its checkpoint does if left out."""


def shared_page(checkpoint: Path, name: str = "", *, installable: bool = False) -> str:
    """The page that plays with a checkpoint.

    name: what the network is called, if not as its checkpoint says.
    installable: for a folder that has the other files as well.

    Raises:
        CheckpointError: if the checkpoint cannot be read, or is not one of line patterns.
    """
    network = browser_network(checkpoint)
    name = name or network["name"]
    network["name"] = name
    engine = {"engine": "worker", "network": network, "installable": installable}
    data = page_data(name, read_meta(checkpoint).rules, engine)
    return fill_page(data, sources="'self'", head=_HEAD) if installable else fill_page(data)


def write_shared_folder(folder: Path, checkpoint: Path, name: str = "") -> None:
    """Write the page with a manifest and a service worker, into a new folder or over an old one.

    Raises:
        CheckpointError: as `shared_page`.
        OSError: if it cannot be written.
    """
    page = shared_page(checkpoint, name, installable=True).encode()
    name = name or read_meta(checkpoint).name
    manifest = {
        "name": f"Gomoku Zero · {name}",
        "short_name": "Gomoku Zero",
        "start_url": "./",
        "display": "standalone",
        "background_color": "#e4dfd5",
        "theme_color": "#e0b573",
        "icons": [{"src": "icon.svg", "type": "image/svg+xml", "sizes": "any"}],
    }
    worker = (FOLDER / "service-worker.js").read_text(encoding="utf-8")
    version = f"gomoku-zero-{hashlib.sha256(page).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "index.html", page)
    write_whole(folder / "icon.svg", (FOLDER / "icon.svg").read_bytes())
    write_whole(folder / "manifest.webmanifest", json.dumps(manifest, indent=2).encode())
    write_whole(folder / "service-worker.js", worker.replace("{{VERSION}}", version).encode())


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; returns the exit status."""
    options = tyro.cli(Options, args=arguments, prog=program("share"), description=__doc__)
    checkpoint, output = find_model(options.checkpoint), options.output
    try:
        if options.folder:
            write_shared_folder(output, checkpoint, options.name)
            output /= "index.html"
        elif output.is_dir():
            return fail("share", f"{output} is a folder: name a file, or add --folder")
        else:
            write_whole(output, shared_page(checkpoint, options.name).encode())
    except CheckpointError as error:
        return fail("share", str(error))
    except OSError as error:
        return fail("share", f"cannot write {output}: {error.strerror}")
    print(f"{output}: {output.stat().st_size / 1000:.0f} kB, ready to be opened")
    return 0
