"""Remarks of the window, one after another."""

import time
from typing import Protocol

SECONDS_SHOWN = 4.0
LETTERS_READ = 40  # in that time; a longer remark is shown for longer


class Tell(Protocol):
    """Shows a remark: a key of the language files, and what its placeholders stand for."""

    def __call__(self, key: str, **values: object) -> None: ...


class Messages:
    """The remark that is shown for a few seconds, and those that wait for it."""

    def __init__(self) -> None:
        self._shown = ""
        self._until = 0.0
        self._waiting: list[str] = []

    @property
    def shown(self) -> str:
        """The remark to be seen now; "" for none."""
        return self._shown

    def say(self, remark: str) -> None:
        """Show a remark now, in place of another."""
        self._shown = remark
        self._until = time.monotonic() + SECONDS_SHOWN * max(1.0, len(remark) / LETTERS_READ)

    def say_later(self, remark: str) -> None:
        """Show a remark once what is shown now has had its time."""
        if self._shown:
            self._waiting.append(remark)
        else:
            self.say(remark)

    def hush(self) -> None:
        """The remark that is shown has done its work."""
        self._shown = ""

    def advance(self) -> None:
        """Take a remark that has had its time away, and show the next."""
        if self._shown and time.monotonic() >= self._until:
            self._shown = ""
            if self._waiting:
                self.say(self._waiting.pop(0))
