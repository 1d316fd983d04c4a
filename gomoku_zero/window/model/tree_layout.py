"""Where every place of a game tree is drawn: moves from left to right, a row for each line."""

from typing import NamedTuple

from gomoku.opening_rules import Decision, Option
from gomoku.rules import Color
from gomoku_zero.window.model.tree import GameTree, Path


class TreePlace(NamedTuple):
    """A place of a drawn tree.

    depth: how many decisions lead there; the column. ply: how many stones were put before it.
    row: 0 for the game itself.
    parent: the index of the place before it; -1 for the start.
    color: of the stone; None for a choice of the opening.
    """

    depth: int
    row: int
    parent: int
    decision: Decision
    color: Color | None
    ply: int
    has_comment: bool


class TreeLayout:
    """All places of a tree, each behind the one before it; never changed, and equal to no other.

    rows: how many there are; one if no line leaves the game.
    """

    def __init__(self, places: tuple[TreePlace, ...] = ()) -> None:
        self.places = places
        self.rows = max((place.row for place in places), default=0) + 1
        self._numbers = {
            (place.parent, place.decision): index for index, place in enumerate(places)
        }

    def path(self, index: int) -> Path:
        """The decisions that lead to a place; none for -1, the start."""
        way: list[Decision] = []
        while index >= 0:
            way.append(self.places[index].decision)
            index = self.places[index].parent
        return tuple(reversed(way))

    def index_of(self, path: Path) -> int:
        """The place that a path leads to; -1 for the start, and for a path that is not there."""
        here = -1
        for decision in path:
            found = self._numbers.get((here, decision))
            if found is None:
                return -1
            here = found
        return here

    def beside(self, index: int, step: int) -> int | None:
        """The place as deep in the next row below (1) or above (-1); None if there is none."""
        if index < 0:
            return None
        here = self.places[index]
        ahead = [
            (abs(place.row - here.row), number)
            for number, place in enumerate(self.places)
            if place.depth == here.depth and (place.row - here.row) * step > 0
        ]
        return min(ahead)[1] if ahead else None


NO_TREE = TreeLayout()


def lay_out_tree(tree: GameTree, main: Path, first: Color) -> TreeLayout:
    """The layout of a tree.

    Every line lies in one row, from where it leaves another on; lines that leave later lie nearer
    to it, so that nothing crosses.

    main: the decisions of the game itself. first: the color of its first stone.
    """
    entries = tree.entries(main)
    parents: list[int] = []
    plies: list[int] = []
    following: dict[int, list[int]] = {}
    way: list[tuple[int, int]] = []  # the index and the number of stones at every depth
    for index, entry in enumerate(entries):
        del way[entry.depth - 1 :]
        parent, stones = way[-1] if way else (-1, 0)
        parents.append(parent)
        plies.append(stones)
        following.setdefault(parent, []).append(index)
        way.append((index, stones + (not isinstance(entry.decision, Option))))
    rows = [0] * len(entries)
    free_until: list[int] = []  # by row: what lies there begins at this column
    # Lines to be placed, the next one last: where each begins, and the first row it may have.
    first_moves = following.get(-1, [])
    waiting = [(index, int(index != first_moves[0])) for index in reversed(first_moves)]
    while waiting:
        index, above = waiting.pop()
        line = [index]
        while line[-1] in following:
            line.append(following[line[-1]][0])
        start, end = entries[index].depth - 1, entries[line[-1]].depth
        row = above
        while row < len(free_until) and free_until[row] <= end:
            row += 1
        free_until += [end + 1] * (row + 1 - len(free_until))
        for passed in range(above, row + 1):
            free_until[passed] = min(free_until[passed], start)
        for each in line:
            rows[each] = row
        # The last to leave is placed next, and so lies nearest.
        for each in line:
            waiting += [(other, row + 1) for other in reversed(following.get(each, [])[1:])]
    places = tuple(
        TreePlace(
            entry.depth,
            rows[index],
            parents[index],
            entry.decision,
            None if isinstance(entry.decision, Option) else _color(first, plies[index]),
            plies[index],
            bool(entry.comment),
        )
        for index, entry in enumerate(entries)
    )
    return TreeLayout(places)


def _color(first: Color, ply: int) -> Color:
    return first if ply % 2 == 0 else first.other
