"""The pairs of a match on disk as they end, so that a match killed at any moment can go on.

One JSON object a line. The first says what is being played; every other is one pair.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import msgspec

from gomoku.storage import lock
from gomoku_zero.arena.match import PairResult

FORMAT = 1


class JournalError(ValueError):
    """A journal that does not belong to this match, or is none."""


class Entry(msgspec.Struct, frozen=True):
    """A finished pair.

    a, b: the numbers of the two players among those of the match.
    """

    a: int
    b: int
    pair: PairResult


def stop_file(journal: Path) -> Path:
    """The file that is made by whoever wants the match of a journal to stop after a pair."""
    return journal.with_name(f"{journal.name}.stop")


class Journal:
    """An append-only file of finished pairs."""

    def __init__(self, path: Path, settings: dict[str, Any], *, resume: bool) -> None:
        """Open a journal: a new one, or the one that is there with `resume`.

        settings: the names of the `players`, the numbers of the `rules`, and what else decides what
            is played.

        What a killed process left half written at the end is dropped, and `remarks` has a line
        about each damaged pair. A journal that is not resumed is not lost: `set_aside` names where
        it went, in place of one set aside before.

        Raises:
            JournalError: if there is a journal to resume, but of a match with other settings; or
                if another process is writing it.
            OSError: if the file cannot be written.
        """
        self.path = path
        self.entries: list[Entry] = []
        self.remarks: list[str] = []
        self.set_aside: Path | None = None
        self._settings = settings
        header = msgspec.json.encode({"format": FORMAT, "settings": settings}, order="sorted")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        stop_file(path).unlink(missing_ok=True)
        self._file: BinaryIO = path.open("r+b")
        try:
            _lock(self._file, path)
            beginning = self._file.read(len(header) + 2)
            if not resume and not (header + b"\n").startswith(beginning):
                self._file = self._begin_beside(self._file)
            kept = self._read(header) if resume else 0
            self._file.truncate(kept)
            self._file.seek(kept)
            if kept == 0:
                self._write(header)
        except BaseException:
            self._file.close()
            raise

    def append(self, entry: Entry) -> None:
        """Put a pair on disk; it survives the end of the process, and of the machine."""
        self.entries.append(entry)
        self._write(msgspec.json.encode(entry))

    @property
    def is_asked_to_stop(self) -> bool:
        """True if somebody wants the match to stop, since it was opened."""
        return stop_file(self.path).exists()

    def close(self) -> None:
        self._file.close()

    def remove(self) -> None:
        """Delete the file: the match is over and its result is safe elsewhere."""
        self.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, line: bytes) -> None:
        self._file.write(line + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _begin_beside(self, old: BinaryIO) -> BinaryIO:
        """A new file under our name; what is there gets another one."""
        self.set_aside = self.path.with_name(f"{self.path.name}.previous")
        old.close()
        self.path.replace(self.set_aside)
        new = self.path.open("x+b")
        _lock(new, self.path)
        return new

    def _read(self, header: bytes) -> int:
        """Fill `entries`, each pair once, and return how many bytes of the file are good; lines
        that hold no pair of this match stay where they are, with a remark."""
        whole = self.path.read_bytes()
        if header.startswith(whole):
            return 0  # killed while writing the first line
        lines = whole.split(b"\n")
        if lines[0] != header:
            raise JournalError(
                f"{self.path} is not a journal of this match: repeat it with the players, rules, "
                "openings and seed it was begun with, or leave out --resume to begin anew"
            )
        seen: set[tuple[int, int, int]] = set()
        for number, line in enumerate(lines[1:-1], start=2):
            try:
                entry = msgspec.json.decode(line, type=Entry)
                _check(entry, self._settings)
            except (msgspec.DecodeError, ValueError) as error:
                self.remarks.append(
                    f"{self.path}, line {number} is not a pair of this match: {error}"
                )
                continue
            key = (entry.a, entry.b, entry.pair.index)
            if key not in seen:
                seen.add(key)
                self.entries.append(entry)
        return len(whole) - len(lines[-1])


def _check(entry: Entry, settings: dict[str, Any]) -> None:
    """
    Raises:
        ValueError: if the games of a pair cannot have been played in a match with these settings.
    """
    players = len(settings["players"])
    if entry.a == entry.b or not (0 <= entry.a < players and 0 <= entry.b < players):
        raise ValueError(f"players {entry.a} and {entry.b} of {players}")
    if entry.pair.index < 0:
        raise ValueError(f"opening {entry.pair.index}")
    for game in entry.pair.records:
        if list(game.rules) != settings["rules"]:
            raise ValueError(f"a game with rules {list(game.rules)}, not {settings['rules']}")
        outcome = game.board().outcome  # raises if a move cannot be played
        if game.outcome is None or outcome not in (None, game.outcome):
            raise ValueError("a game whose outcome is not that of its moves")


def _lock(file: BinaryIO, path: Path) -> None:
    """Keep other processes from writing this file until it is closed or the process ends.

    Raises:
        JournalError: if another one is writing it.
    """
    if not lock(file, patience=0.3):
        raise JournalError(
            f"{path} is being written: the same match is being played by another process"
        )
