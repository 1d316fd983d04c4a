"""The window of recent positions: one file a cycle on disk, one set of arrays in memory.

Files are written under a temporary name and renamed. The zip format of numpy's archives checks
every array against its checksum when it is read, and nothing in them is pickled.
"""

import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from gomoku.rules import Rules
from gomoku.symmetry import SYMMETRIES, image_points, source_points
from gomoku_zero.training.config import ReplayConfig
from gomoku_zero.training.samples import Samples, marked, take


class ReplayError(ValueError):
    """A replay file that cannot be used; the message names it."""


def write_arrays(file: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    """Write an archive of arrays so that the file is either whole or not there."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    with unfinished.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.rename(file)


def read_arrays(file: Path) -> dict[str, NDArray[np.generic]]:
    """All arrays of an archive.

    Raises:
        ReplayError: if it is missing, truncated, or no archive of plain arrays.
    """
    try:
        with np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, KeyError, AttributeError) as error:
        raise ReplayError(f"{file} cannot be read: {error}") from None


def read_samples(file: Path) -> Samples:
    """The positions of a cycle.

    Raises:
        ReplayError: if the file is damaged, or no such file.
    """
    arrays = read_arrays(file)
    if "to_move" in arrays:  # earlier versions did not know of teachers
        arrays.setdefault("root_draw", np.zeros(len(arrays["to_move"]), np.float16))
    if set(arrays) != set(Samples._fields):
        raise ReplayError(f"{file} holds {sorted(arrays)}, not {sorted(Samples._fields)}")
    return Samples(**arrays)  # type: ignore[arg-type]


def replay_files(folder: Path) -> list[Path]:
    """The files of cycles, in order; what people left in the folder is not looked at."""
    return sorted(file for file in folder.glob("*.npz") if file.stem.isdecimal())


class ReplayFile(msgspec.Struct, frozen=True, array_like=True):
    """A file that a window is made of. checksum: the CRC-32 of all of it."""

    cycle: int
    rows: int
    checksum: int


class Ring:
    """The latest of many samples, in arrays that are written round and round: what is appended is
    copied once, and what is in the window already stays where it is."""

    def __init__(self) -> None:
        self._columns: list[NDArray[Any]] = []
        self._first = 0  # where the oldest is
        self.rows = 0

    def append(self, samples: Samples, most: int) -> None:
        """Add samples behind the others, and forget the oldest beyond `most`."""
        samples = take(samples, slice(max(0, samples.rows - most), None))
        kept = min(self.rows, most - samples.rows)
        self._first += self.rows - kept
        self.rows = kept
        self._make_room(samples)
        capacity = len(self._columns[0])
        self._first %= capacity
        begin = (self._first + self.rows) % capacity
        fits = min(samples.rows, capacity - begin)
        arrays: list[NDArray[Any]] = list(samples)
        for column, added in zip(self._columns, arrays, strict=True):
            column[begin : begin + fits] = added[:fits]
            column[: samples.rows - fits] = added[fits:]
        self.rows += samples.rows

    def take(self, rows: NDArray[np.int64]) -> Samples:
        """Some of the samples, 0 being the oldest."""
        assert self.rows, "before `append`"
        at = (rows + self._first) % len(self._columns[0])
        columns: list[Any] = [column[at] for column in self._columns]
        return Samples(*columns)

    def _make_room(self, samples: Samples) -> None:
        """Be large enough for the samples beside what there is; a quarter larger, so that a window
        that grows a little in every cycle is not copied in every cycle."""
        capacity = len(self._columns[0]) if self._columns else 0
        needed = self.rows + samples.rows
        if self._columns and needed <= capacity:
            return
        larger = max(1, needed, capacity + capacity // 4)
        at = (np.arange(self.rows) + self._first) % max(1, capacity)
        self._first = 0
        arrays: list[NDArray[Any]] = list(samples)
        columns = self._columns or [array[:0] for array in arrays]
        for index, (column, added) in enumerate(zip(columns, arrays, strict=True)):
            grown = np.empty((larger, *added.shape[1:]), added.dtype)
            grown[: self.rows] = column[at]
            columns[index] = grown  # the old one is dropped before the next grows
        self._columns = columns


class Replay:
    """The latest positions of a run, oldest first."""

    def __init__(self, folder: Path | None, rules: Rules, config: ReplayConfig) -> None:
        """
        folder: where the files are; None to have positions in memory alone.
        """
        self._folder = folder
        self._rules = rules
        self._config = config
        self.files: list[ReplayFile] = []
        """Those that the window is made of, oldest first."""
        self._files_before: set[int] = set()  # cycles of those at the last `prune`
        self._ring = Ring()
        self.positions_seen = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def samples(self) -> Samples:
        """A copy of the window; there must have been an `append`."""
        return self.take(np.arange(self.count))

    @property
    def count(self) -> int:
        return self._ring.rows

    def take(self, rows: NDArray[np.int64]) -> Samples:
        """Some positions of the window, 0 being the oldest."""
        return self._ring.take(rows)

    def append(self, cycle: int, samples: Samples) -> None:
        """Add the positions of a cycle, on disk and in memory, and forget the oldest."""
        checksum = 0
        if self._folder is not None:
            file = self._file(cycle)
            write_arrays(file, dict(samples._asdict()))
            checksum = zlib.crc32(file.read_bytes())
        self.positions_seen += samples.rows
        self._add(ReplayFile(cycle, samples.rows, checksum), samples)
        self._forget_files()

    def load(
        self, last_cycle: int, positions_seen: int, files: list[ReplayFile] | None = None
    ) -> None:
        """Read the window as it was after a cycle; files of later cycles are deleted.

        files: `files` as it was then; None in runs that did not write it down.

        Raises:
            ReplayError: if a file of the window is damaged, missing or another one.
        """
        assert self._folder is not None
        for file in replay_files(self._folder):
            if int(file.stem) > last_cycle:
                file.unlink()
        if files is None:
            cycles = [int(file.stem) for file in replay_files(self._folder)]
            files = [ReplayFile(cycle, 0, self._checksum(cycle)) for cycle in cycles]
        self.positions_seen = positions_seen
        for known in files:
            if self._checksum(known.cycle) != known.checksum:
                raise ReplayError(
                    f"{self._file(known.cycle)} is damaged, or not the one that the run wrote: "
                    "restore it from a copy"
                )
            samples = marked(read_samples(self._file(known.cycle)), self._rules)
            self._add(ReplayFile(known.cycle, samples.rows, known.checksum), samples)
        self._forget_files()

    def draw(self, count: int, rng: np.random.Generator) -> Samples:
        """Random positions of the window, each under a random one of the eight symmetries."""
        chosen = self.take(rng.integers(self.count, size=count))
        return transform(chosen, rng.integers(SYMMETRIES, size=count))

    def prune(self) -> None:
        """Delete the files that lie wholly outside the window, and did so the last time: the state
        before the newest may be needed."""
        assert self._folder is not None
        used = {file.cycle for file in self.files}
        for file in replay_files(self._folder):
            if int(file.stem) not in used | self._files_before:
                file.unlink()
        self._files_before = used

    def _file(self, cycle: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{cycle:06d}.npz"

    def _checksum(self, cycle: int) -> int:
        """
        Raises:
            ReplayError: if the file is missing or cannot be read.
        """
        try:
            return zlib.crc32(self._file(cycle).read_bytes())
        except OSError as error:
            raise ReplayError(
                f"{self._file(cycle)} cannot be read: {error.strerror}; restore it from a copy"
            ) from None

    def _add(self, file: ReplayFile, samples: Samples) -> None:
        self.files.append(file)
        self._ring.append(samples, self._config.window_at(self.positions_seen))

    def _forget_files(self) -> None:
        """Leave out those that lie wholly outside the window."""
        most = self._config.window_at(self.positions_seen)
        total = 0
        for index in range(len(self.files) - 1, -1, -1):
            if total >= most:
                self.files = self.files[index + 1 :]
                break
            total += self.files[index].rows


def transform(samples: Samples, symmetries: NDArray[np.int64]) -> Samples:
    """Every position and its targets under the symmetry of its row, `symmetries [B]`."""
    points = samples.cells.shape[1]
    size = round(points**0.5)
    sources = source_points(size)[symmetries]
    images = image_points(size)[symmetries]
    rows = np.arange(samples.rows)

    def image(moves: NDArray[np.int16]) -> NDArray[np.int16]:
        return np.where(moves < 0, -1, images[rows, np.maximum(moves, 0)]).astype(np.int16)

    return samples._replace(
        cells=np.take_along_axis(samples.cells, sources, axis=1),
        policy=np.take_along_axis(samples.policy, sources, axis=1),
        last_move=image(samples.last_move),
        reply=image(samples.reply),
    )
