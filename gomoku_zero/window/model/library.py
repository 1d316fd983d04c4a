"""The games there are to open: the user's own, those of a folder, or all games of one file."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from gomoku.formats import READ_KINDS
from gomoku.record import GameRecord
from gomoku.rules import BLACK
from gomoku_zero.window.model.storage import GameFileError, GameFiles

ROWS_SHOWN = 9
MAX_QUERY = 60  # letters
READING_SECONDS = 0.004  # a frame, so that a long list is read without a pause


class Order(Enum):
    """The order of a list."""

    DATE = "date"
    PLAYERS = "players"
    RESULT = "result"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class GameEntry:
    """A line of the list.

    file: where the game is, or a folder that can be entered.
    index: of the game in its file.
    black, white, result, size, plies, cells: of the game; empty until it is read.
    games: how many the file holds; 0 until it is read, or if it holds none.
    """

    file: Path
    index: int = 0
    is_folder: bool = False
    is_read: bool = False
    black: str = ""
    white: str = ""
    result: str = ""
    size: int = 0
    plies: int = 0
    cells: tuple[int, ...] = ()
    games: int = 0

    @property
    def title(self) -> str:
        """The players, or the file's name where no player has one."""
        if self.is_folder:
            return f"{self.file.name}/" if self.file.name else str(self.file)
        players = " \u2013 ".join(name for name in (self.black, self.white) if name)
        return players or self.file.stem

    @property
    def day(self) -> str:
        """The date that the file is named by, if it is."""
        name = self.file.stem[:16]
        is_dated = name[:4].isdigit() and name[4:5] == "-" and name[7:8] == "-"
        return f"{name[:10]} {name[11:16].replace('.', ':')}" if is_dated else ""


class Library:
    """A list of games with what is searched for and how it is sorted; files are read bit by bit."""

    def __init__(self, files: GameFiles | None) -> None:
        """
        files: the user's games; None for a user without any.
        """
        self._files = files
        self._entries: list[GameEntry] = []
        self._unread: list[int] = []
        self._records: dict[Path, list[GameRecord]] = {}  # of the collection that is listed
        self.folder: Path | None = None
        self.collection: Path | None = None
        self.query = ""
        self.order = Order.DATE
        self.first = 0
        self.asked: Path | None = None  # to be deleted, if that is confirmed

    def list_own(self) -> None:
        """List the user's own games, the newest first."""
        files = self._files.saved() if self._files is not None else []
        self._list([GameEntry(file) for file in files])

    def list_folder(self, folder: Path) -> None:
        """List what can be opened in a folder, other folders first.

        Raises:
            OSError: if it cannot be read.
        """
        inside = sorted(folder.iterdir(), key=lambda each: each.name.lower())
        visible = [each for each in inside if not each.name.startswith(".")]
        folders = [GameEntry(each, is_folder=True) for each in visible if each.is_dir()]
        files = [each for each in visible if each.suffix[1:].lower() in READ_KINDS]
        up = [] if folder.parent == folder else [GameEntry(folder.parent, is_folder=True)]
        self._list([*up, *folders, *(GameEntry(each) for each in files if each.is_file())])
        self.folder = folder

    def list_collection(self, file: Path, games: Sequence[GameRecord]) -> None:
        """List all games of a file."""
        entries = [_entry(file, index, game, len(games)) for index, game in enumerate(games)]
        self._list(entries)
        self._records = {file: list(games)}
        self.collection = file

    def _list(self, entries: list[GameEntry]) -> None:
        self._entries = entries
        read = (each.is_read or each.is_folder for each in entries)
        self._unread = [index for index, is_read in enumerate(read) if not is_read]
        self._records = {}
        self.folder = self.collection = self.asked = None
        self.query, self.first = "", 0

    def record(self, entry: GameEntry) -> GameRecord | None:
        """The game of an entry of a collection."""
        games = self._records.get(entry.file)
        return games[entry.index] if games else None

    def read_some(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Read a few of the files that are listed."""
        until = clock() + READING_SECONDS
        while self._unread and clock() < until:
            self._read(self._unread.pop(0))

    def entries(self) -> list[GameEntry]:
        """The games that are listed, as searched and sorted."""
        wanted = self.query.lower().split()

        def matches(entry: GameEntry) -> bool:
            text = f"{entry.title} {entry.file.stem} {entry.size}x{entry.size}".lower()
            return all(word in text for word in wanted)

        found = [each for each in self._entries if each.is_folder or matches(each)]
        if self.order is Order.PLAYERS:
            found.sort(key=lambda each: (not each.is_folder, each.title.lower()))
        elif self.order is Order.RESULT:
            found.sort(key=lambda each: (not each.is_folder, each.result or "~"))
        elif self.order is Order.LENGTH:
            found.sort(key=lambda each: (not each.is_folder, -each.plies))
        return found

    def scroll(self, rows: int) -> None:
        last = max(0, len(self.entries()) - ROWS_SHOWN)
        self.first = min(max(self.first + rows, 0), last)

    def type(self, text: str) -> None:
        """Search for more."""
        self.query = (self.query + "".join(filter(str.isprintable, text)))[:MAX_QUERY]
        self.first = 0

    def erase(self) -> None:
        self.query = self.query[:-1]
        self.first = 0

    def sort(self) -> None:
        """By the next order there is."""
        orders = list(Order)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        self.first = 0

    @property
    def can_delete(self) -> bool:
        """True if the user's own games are listed."""
        return self.folder is None and self.collection is None

    def delete(self, file: Path) -> bool:
        """Delete a file of the user's own when asked to for the second time; whether it was.

        Raises:
            OSError: if it cannot be deleted.
        """
        if not self.can_delete or self._files is None or file.parent != self._files.folder:
            return False
        if self.asked != file:
            self.asked = file
            return False
        file.unlink(missing_ok=True)
        self._entries = [each for each in self._entries if each.file != file]
        read = (each.is_read or each.is_folder for each in self._entries)
        self._unread = [index for index, is_read in enumerate(read) if not is_read]
        self.asked = None
        self.scroll(0)
        return True

    def _read(self, index: int) -> None:
        entry = self._entries[index]
        files = self._files or GameFiles(entry.file.parent)
        try:
            games = files.load_all(entry.file)
        except GameFileError:
            self._entries[index] = GameEntry(entry.file, is_read=True)
            return
        self._entries[index] = _entry(entry.file, 0, games[0], len(games))


def _entry(file: Path, index: int, game: GameRecord, games: int) -> GameEntry:
    try:
        cells = tuple(game.board().cells.tolist())
    except ValueError:
        cells = (0,) * game.rules.points
    outcome = game.outcome
    result = ""
    if outcome is not None:
        result = "=" if outcome.winner is None else "B+" if outcome.winner is BLACK else "W+"
    return GameEntry(
        file,
        index,
        is_read=True,
        black=game.black,
        white=game.white,
        result=result,
        size=game.rules.size,
        plies=len(game.moves),
        cells=cells,
        games=games,
    )
