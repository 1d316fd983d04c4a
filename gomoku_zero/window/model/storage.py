"""Games on disk: saved ones, and the one in progress."""

import itertools
import re
import time
from pathlib import Path

from gomoku.formats import READ_KINDS, read_games
from gomoku.formats.psq import game_to_psq
from gomoku.formats.sgf import game_to_sgf
from gomoku.record import GameRecord, RecordError
from gomoku.rules import BLACK
from gomoku.storage import write_whole
from gomoku_zero.window.model.in_progress import (
    IN_PROGRESS,
    Restored,
    restore_session,
    store_session,
)
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import set_aside

UNFINISHED = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9.]{8})(?: .*)? unfinished(?: ([0-9]+))?\.sgf"
)
"""Names of games that were not played to the end."""
TIME_FORMAT = "%Y-%m-%d %H.%M.%S"  # in names of files
MAX_FILE = 8_000_000  # bytes; a game with comments at every move has a million


class GameFileError(RecordError):
    """A file that no game can be read from.

    key: names the message in the language files. file: its name. reason: in English.
    """

    def __init__(self, key: str, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.key = key
        self.file = file
        self.reason = reason


class GameFiles:
    """The folder with the user's games."""

    def __init__(self, folder: Path, in_progress: Path | None = None) -> None:
        """
        in_progress: the file of the game in progress, as `claim_in_progress` gives it; the usual
            one for None.
        """
        self.folder = folder
        self.in_progress = in_progress or folder / IN_PROGRESS

    def saved(self) -> list[Path]:
        """Saved games, the newest first."""
        files = [file for kind in READ_KINDS for file in self.folder.glob(f"*.{kind}")]
        return sorted(files, key=lambda file: file.name, reverse=True)

    def save(self, game: GameRecord, kind: str = "sgf") -> Path:
        """Write a game under a name made of the time and the players.

        Raises:
            OSError: if that is impossible.
            RecordError: if the format cannot hold the game.
        """
        text = game_to_psq(game) if kind == "psq" else game_to_sgf(game)
        return self._write_named(game, text, kind)

    def save_page(self, game: GameRecord, page: str) -> Path:
        """Write a web page about a game beside the games.

        Raises:
            OSError: if that is impossible.
        """
        return self._write_named(game, page, "html")

    def _write_named(self, game: GameRecord, text: str, kind: str) -> Path:
        names = "-".join(_plain(name) for name in (game.black, game.white))
        file = self.folder / f"{time.strftime(TIME_FORMAT)} {names}.{kind}"
        self._write(file, text.encode())
        return file

    def keep_finished(self, game: GameRecord, file: Path | None = None) -> Path:
        """Keep a game that is over, named by date, players, size and result.

        file: where it was kept before, to be written anew.

        Raises:
            OSError: if that is impossible.
        """
        file = file or self._new_file(game, _result_in_name(game))
        self._write(file, game_to_sgf(game).encode())
        return file

    def keep_unfinished(self, game: GameRecord) -> Path:
        """Keep a game that another is about to take the place of.

        Raises:
            OSError: if that is impossible.
        """
        file = self._new_file(game, "unfinished")
        self._write(file, game_to_sgf(game).encode())
        return file

    def _new_file(self, game: GameRecord, ending: str) -> Path:
        """A name by time, players, size and how it ended that no file has."""
        players = f"{_plain(game.black)}-{_plain(game.white)}"
        size = f"{game.rules.size}x{game.rules.size}"
        stem = f"{time.strftime(TIME_FORMAT)} {players} {size} {ending}"
        for number in itertools.count(1):
            file = self.folder / (f"{stem} {number}.sgf" if number > 1 else f"{stem}.sgf")
            if not file.exists():
                return file
        raise AssertionError("numbers never end")

    def unfinished(self) -> list[Path]:
        """Games that others took the place of, the last first."""
        return [file for _, _, file in self._unfinished()]

    def _unfinished(self) -> list[tuple[str, int, Path]]:
        """The same with the time and the number in each name."""
        found = []
        for file in self.folder.glob("* unfinished*.sgf"):
            name = UNFINISHED.fullmatch(file.name)
            if name is not None:
                found.append((name[1], int(name[2] or 1), file))
        return sorted(found, reverse=True)

    def load(self, file: Path) -> GameRecord:
        """The first game of a file.

        Raises:
            GameFileError: if the file cannot be read or holds no game.
        """
        return self.load_all(file)[0]

    def load_all(self, file: Path) -> list[GameRecord]:
        """The games of a file, at least one; a large one takes seconds.

        Raises:
            GameFileError: if the file cannot be read or holds no game.
        """
        try:
            if file.stat().st_size > MAX_FILE:
                raise GameFileError("file_too_large", file.name, "it is too large for a game")
            data = file.read_bytes()
        except OSError as error:
            reason = f"it cannot be read: {error.strerror}"
            raise GameFileError("file_unreadable", file.name, reason) from error
        try:
            return read_games(data, file.name)
        except RecordError as error:
            reason = str(error).removeprefix(f"{file.name}: ")
            raise GameFileError("file_without_game", file.name, reason) from error

    def store(self, session: GameSession) -> None:
        """Keep the game in progress, or forget it once it is over.

        Raises:
            OSError: if that is impossible.
        """
        if session.result is not None or not session.decisions:
            self.in_progress.unlink(missing_ok=True)
            return
        self._write(self.in_progress, store_session(session))

    def _write(self, file: Path, content: bytes) -> None:
        """
        Raises:
            OSError: if that is impossible.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)

    def restore(self) -> Restored | None:
        """The game in progress, or None if there is none.

        Raises:
            RecordError: if the file is damaged, naming the file that keeps what is left of it.
        """
        try:
            return restore_session(self.in_progress.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:  # brackets within brackets, too
            raise RecordError(str(set_aside(self.in_progress))) from error


def _result_in_name(record: GameRecord) -> str:
    outcome = record.outcome
    if outcome is None or outcome.winner is None:
        return "draw" if outcome is not None else "unfinished"
    return "B+" if outcome.winner is BLACK else "W+"


def _plain(name: str) -> str:
    """A name as a part of a file name."""
    kept = "".join(character for character in name if character.isalnum() or character in " ._")
    return kept.strip()[:40] or "unnamed"
