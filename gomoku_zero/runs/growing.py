"""Reading a file of lines while another process appends to it."""

import os
from pathlib import Path
from typing import NamedTuple

MAX_BYTES = 8 << 20
"""Of one look, so that a file of any size is read without a long pause."""


class Grown(NamedTuple):
    """The result of a look at the file.

    is_new: whether it is another file than at the last look, so that what was read before is void.
    lines: whole ones, without their ends.
    has_more: whether there is more to read at once.
    """

    is_new: bool
    lines: list[bytes]
    has_more: bool


class GrowingFile:
    """Gives the lines that have come to a file since the last look."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0
        self._inode: int | None = None
        self._too_long = False  # a line that is longer than a look is passed over

    def read(self) -> Grown:
        """The whole lines that are new; a line that is half written comes with a later look.

        Raises:
            OSError: if the file is there and cannot be read.
        """
        if not self.path.is_file():  # a pipe would never answer
            was_there, self._inode, self._offset = self._inode is not None, None, 0
            return Grown(was_there, [], False)
        with self.path.open("rb") as stream:
            found = os.fstat(stream.fileno())
            is_new = found.st_ino != self._inode or found.st_size < self._offset
            if is_new:
                self._inode, self._offset, self._too_long = found.st_ino, 0, False
            stream.seek(self._offset)
            data = stream.read(MAX_BYTES)
        end = data.rfind(b"\n") + 1
        if not end and len(data) == MAX_BYTES:
            self._offset += len(data)
            self._too_long = True
            return Grown(is_new, [], True)
        self._offset += end
        lines = data[:end].splitlines()
        if lines and self._too_long:
            self._too_long = False
            del lines[0]
        return Grown(is_new, lines, self._offset < found.st_size and len(data) == MAX_BYTES)
