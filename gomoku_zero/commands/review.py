"""Review games: every move judged, as one web page a game or as an annotated SGF.

    gomoku-zero review game.sgf
    gomoku-zero review games/*.sgf --out reviews
    gomoku-zero review game.psq -o review.html --language ja
    gomoku-zero review game.sgf -o annotated.sgf --player pure:2000

Reads every format that `gomoku-zero record` reads. docs/window.md says how moves are judged.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from tqdm import tqdm

from gomoku.formats import read_games
from gomoku.formats.sgf import game_to_sgf
from gomoku.record import GameRecord, RecordError
from gomoku.storage import write_whole
from gomoku_zero.commands import fail, program
from gomoku_zero.players.spec import SpecError, parse_spec


@dataclass(frozen=True)
class Options:
    """Which games, and where their reviews go."""

    files: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Records of games; of a file with several, each is reviewed."""

    out: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None
    """A page (.html), an annotated record (.sgf), or a folder for pages; by default a page beside
    each record."""

    player: str | None = None
    """Who judges, such as net:models/15x15 or pure:2000; by default the strongest network here
    that plays by the rules, else pure search."""

    language: str = "en"
    """The language of the page: en, ja, ru or zh."""

    device: str = "auto"
    """Where a residual network runs: auto, cpu, cuda, cuda:1, mps or xpu."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Review all games; returns the exit status."""
    options = tyro.cli(Options, args=arguments, prog=program("review"), description=__doc__)
    from gomoku_zero.window.i18n import languages

    if options.language not in languages():
        known = ", ".join(languages())
        return fail("review", f"--language {options.language}: there is {known}")
    if not options.files:
        return fail("review", "name a record of a game to review")
    try:
        if options.player is not None:
            parse_spec(options.player)
        games = [
            (file, number, game)
            for file in options.files
            for number, game in enumerate(read_games(file.read_bytes(), file.name), start=1)
        ]
        pages = [_page(options.out, file, number, games) for file, number, _ in games]
        for page, (_, _, game) in zip(pages, games, strict=True):
            _review(game, page, options)
    except (RecordError, SpecError) as error:
        return fail("review", str(error))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        named = getattr(error, "filename", None)
        return fail("review", f"{named}: {reason}" if named else str(reason))
    return 0


def _page(
    out: Path | None, file: Path, number: int, games: Sequence[tuple[Path, int, GameRecord]]
) -> Path:
    """Where the review of one of the games goes.

    Raises:
        ValueError: if several would go to one file.
    """
    several = sum(each[0] == file for each in games) > 1
    name = f"{file.stem}-{number}.html" if several else f"{file.stem}.html"
    if out is None:
        return file.with_name(name)
    if out.suffix.lower() not in (".html", ".sgf"):
        return out / name
    if len(games) > 1:
        raise ValueError(f"{out} holds one review, and there are {len(games)} games: name a folder")
    return out


def _review(game: GameRecord, page: Path, options: Options) -> None:
    """Judge a game and write what comes of it.

    Raises:
        ValueError: if it has no moves or the player breaks down.
        OSError: if that cannot be written.
    """
    from gomoku_zero.players.models import model_folders
    from gomoku_zero.window.i18n import load_language
    from gomoku_zero.window.model.analyst import analyst_for, make_analyst
    from gomoku_zero.window.model.opponents import list_opponents
    from gomoku_zero.window.model.review_page import review_page
    from gomoku_zero.window.model.saved_game import game_setup
    from gomoku_zero.window.model.session import SessionError
    from gomoku_zero.window.model.study import reviewed_record, session_of
    from gomoku_zero.window.thinker import Done, Failed, Thinker, Thinking

    setup, _ = game_setup(game)
    analyst = options.player or analyst_for(setup, list_opponents(model_folders(), ()))
    language = load_language(options.language)
    try:
        session = session_of(game, analyst)
    except SessionError as error:
        raise ValueError(f"{page.stem}: {error}") from error
    thinker = Thinker(lambda spec: make_analyst(spec, device=options.device))
    try:
        with tqdm(total=100, unit="%", leave=False, disable=not sys.stderr.isatty()) as bar:
            while (ticket := session.wanted()) is not None:
                thinker.want(ticket)
                for report in thinker.wait():
                    if isinstance(report, Thinking):
                        session.consider(report.ticket, report.thought)
                    elif isinstance(report, Done):
                        session.deliver(report.ticket, report.decision)
                    elif isinstance(report, Failed):
                        raise ValueError(report.message)
                bar.update(round(100 * (session.review.share or 0)) - bar.n)
    finally:
        thinker.close()
    names = game.black or language.say("black"), game.white or language.say("white")
    if page.suffix.lower() == ".sgf":
        text = game_to_sgf(reviewed_record(session, names, language))
    else:
        text = review_page(session, names, language)
    page.parent.mkdir(parents=True, exist_ok=True)
    write_whole(page, text.encode())
    print(page)
