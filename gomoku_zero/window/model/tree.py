"""Every line of a game: what was played, what was taken back, and what else was tried."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gomoku.opening_rules import Decision
from gomoku.record import GameRecord, Property

Path = tuple[Decision, ...]
"""The decisions from the start of a game to a place in it."""


@dataclass(slots=True)
class _Place:
    comment: str = ""
    properties: tuple[Property, ...] = ()
    following: "dict[Decision, _Place]" = field(default_factory=dict)


class TreeEntry(NamedTuple):
    """A place of a tree as it is written in a list.

    depth: how many decisions lead there, this one included.
    properties: what a file said of it that is only to be written back.
    """

    depth: int
    decision: Decision
    comment: str = ""
    properties: tuple[Property, ...] = ()


class GameTree:
    """Lines that share their beginnings, with comments; a line that was added once stays.

    Paths given must be in the tree, unless said otherwise.
    """

    def __init__(self, entries: Sequence[TreeEntry] = (), comment: str = "") -> None:
        """
        entries: as `entries` lists them.
        comment: of the start.

        Raises:
            ValueError: if a place has none before it.
        """
        self.changes = 0  # grows with everything new
        self.source: GameRecord | None = None
        """The record that it was read from, for what else that says of the game."""
        self._root = _Place(comment)
        way = [self._root]
        for depth, decision, text, properties in entries:
            if not 1 <= depth <= len(way):
                raise ValueError(f"a place of depth {depth} has none before it")
            del way[depth:]
            place = way[-1].following.setdefault(decision, _Place())
            place.comment, place.properties = text, properties
            way.append(place)

    def add(self, path: Path) -> None:
        """Keep a line."""
        place = self._root
        for decision in path:
            if decision not in place.following:
                place.following[decision] = _Place()
                self.changes += 1
            place = place.following[decision]

    def has(self, path: Path) -> bool:
        place: _Place | None = self._root
        for decision in path:
            place = place.following.get(decision) if place is not None else None
        return place is not None

    def following(self, path: Path) -> Path:
        """The next decisions at a place, in every line, the oldest first."""
        return tuple(self._at(path).following)

    def to_end(self, path: Path) -> Path:
        """The path, and on from there along the oldest lines."""
        whole, place = list(path), self._at(path)
        while place.following:
            decision, place = next(iter(place.following.items()))
            whole.append(decision)
        return tuple(whole)

    def remove(self, path: Path) -> None:
        """Forget a place and all lines through it."""
        del self._at(path[:-1]).following[path[-1]]
        self.changes += 1

    def comment(self, path: Path) -> str:
        return self._at(path).comment

    def write(
        self, path: Path, comment: str, properties: tuple[Property, ...] | None = None
    ) -> None:
        """Put down a comment about a place, in place of the one there was."""
        place = self._at(path)
        place.comment = comment
        if properties is not None:
            place.properties = properties
        self.changes += 1

    def paths(self) -> Iterator[Path]:
        """Every line from the start to its end."""
        way: list[Decision] = []
        for entry in self.entries():
            if entry.depth <= len(way):
                yield tuple(way)
                del way[entry.depth - 1 :]
            way.append(entry.decision)
        yield tuple(way)

    def forks(self, path: Path) -> tuple[int, ...]:
        """How many decisions were made wherever several lines go on along a path."""
        place, found = self._root, []
        for index, decision in enumerate(path):
            if len(place.following) > 1:
                found.append(index)
            place = place.following[decision]
        return tuple(found)

    def is_only(self, path: Path) -> bool:
        """Return whether there is nothing but this line, and not a word."""
        place = self._root
        for decision in path:
            if place.comment or place.properties or len(place.following) != 1:
                return False
            place = place.following[decision]
        return not (place.comment or place.properties or place.following)

    def entries(self, first: Path = ()) -> list[TreeEntry]:
        """All places, each behind the one before it.

        first: a line that comes before others, so that it is the main one for whoever reads on.
        """
        return list(_entries(self._root, first, 1))

    def _at(self, path: Path) -> _Place:
        place = self._root
        for decision in path:
            place = place.following[decision]
        return place


def _entries(place: _Place, first: Path, depth: int) -> Iterator[TreeEntry]:
    # A game has at most 400 moves, well within what Python can nest.
    for decision in sorted(place.following, key=lambda each: not (first and each == first[0])):
        following = place.following[decision]
        yield TreeEntry(depth, decision, following.comment, following.properties)
        rest = first[1:] if first and decision == first[0] else ()
        yield from _entries(following, rest, depth + 1)
