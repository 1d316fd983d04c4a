"""An evaluator asked about each position once, whichever way round the board lies.

Training drops its trees at every move, so a search meets again most of what the last one saw below
the move that was played; and games that begin alike meet in their openings. Positions that differ
by a symmetry of the square share one entry: of the eight images of a position, one is chosen, the
same for all eight, and that one is evaluated. So an answer does not depend on what is in the cache:
with it or without it, a search makes the same moves, as far as the evaluator's answer for a
position does not depend on the batch that it comes in.
"""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.intrinsics import stack_array
from gomoku.jit import kernel
from gomoku.rules import Rules
from gomoku.symmetry import SYMMETRIES, image_points, source_points
from mcts.evaluation import Evaluation, Evaluator, Positions

# Places one position may be kept at; the oldest of them makes room for a new one.
WAYS = 4


class Entries(NamedTuple):
    """S sets of `WAYS` entries.

    keys: `[S, WAYS]` of the evaluated images, 0 where empty.
    oldest: `[S]` which entry of the set to replace next.
    priors: `[S, WAYS, A]`, values: `[S, WAYS]`, as the evaluator gave them.
    """

    keys: Annotated[NDArray[np.uint64], 2]
    oldest: NDArray[np.int8]
    priors: Annotated[NDArray[np.float32], 3]
    values: Annotated[NDArray[np.float32], 2]


class Words(NamedTuple):
    """Random words whose exclusive or makes the key of a position (Zobrist 1970).

    stones: `[2, A]` of Black and White; last: `[A]` of the last move; to_move: `[2]`.
    """

    stones: Annotated[NDArray[np.uint64], 2]
    last: NDArray[np.uint64]
    to_move: NDArray[np.uint64]


class Lookup(NamedTuple):
    """What is known of B positions.

    keys: `[B]` of the chosen image; images: `[B]` the symmetry that leads to it.
    misses: `[B]` rows to evaluate, filled from the front.
    cells, last_move: `[B, A]`, `[B]` those rows as their chosen images.
    to_move: `[B]` their side to move.
    """

    keys: NDArray[np.uint64]
    images: NDArray[np.int8]
    misses: NDArray[np.int32]
    cells: Annotated[NDArray[np.int8], 2]
    last_move: NDArray[np.int16]
    to_move: NDArray[np.int8]


class CachedEvaluator:
    """Asks another evaluator about images of positions, and remembers its answers."""

    def __init__(self, evaluator: Evaluator, entries: int = 1 << 15, seed: int = 0) -> None:
        """Remember about `entries` answers, at 4 bytes a point each; none if it is 0.

        seed: decides which image of a position is evaluated.
        """
        self.evaluator = evaluator
        self.asked = 0
        """Positions asked about so far."""
        self.found = 0
        """Those of them that were remembered."""
        self._sets = 1 << max(0, entries // WAYS - 1).bit_length() if entries else 0
        self._seed = seed
        self._rules: Rules | None = None
        self._lookup: Lookup

    def evaluate(self, positions: Positions) -> Evaluation:
        batch, points = positions.cells.shape
        self._make_room(positions.rules, batch)
        prior = np.empty((batch, points), np.float32)
        value = np.empty(batch, np.float32)
        missed = look_up(
            self._entries, self._words, np.ascontiguousarray(positions.cells),
            positions.to_move, positions.last_move,
            self._sources, self._images, self._lookup, prior, value,
        )  # fmt: skip
        self.asked += batch
        self.found += batch - missed
        if missed:
            answer = self.evaluator.evaluate(
                Positions(
                    self._lookup.cells[:missed],
                    self._lookup.to_move[:missed],
                    self._lookup.last_move[:missed],
                    positions.rules,
                )
            )
            remember(
                self._entries, self._lookup, missed, self._images,
                answer.prior, answer.value, prior, value,
            )  # fmt: skip
        return Evaluation(prior, value)

    def _make_room(self, rules: Rules, batch: int) -> None:
        """Be ready for batches of positions under these rules; others are forgotten."""
        if rules != self._rules:
            self._prepare(rules)
        if len(self._lookup.keys) < batch:
            self._lookup = make_lookup(batch, rules.points)

    def _prepare(self, rules: Rules) -> None:
        """Forget everything, and make room for positions under these rules."""
        size, points = rules.size, rules.points
        random = np.random.default_rng(self._seed)
        self._words = Words(
            *(
                random.integers(1 << 63, size=shape, dtype=np.uint64)
                for shape in ((2, points), (points,), (2,))
            )
        )
        self._sources = source_points(size).astype(np.int16)
        self._images = image_points(size).astype(np.int16)
        self._entries = Entries(
            keys=np.zeros((self._sets, WAYS), np.uint64),
            oldest=np.zeros(self._sets, np.int8),
            priors=np.empty((self._sets, WAYS, points), np.float32),
            values=np.empty((self._sets, WAYS), np.float32),
        )
        self._lookup = make_lookup(64, points)
        self._rules = rules


def make_lookup(batch: int, points: int) -> Lookup:
    """Room for B positions."""
    return Lookup(
        keys=np.empty(batch, np.uint64),
        images=np.empty(batch, np.int8),
        misses=np.empty(batch, np.int32),
        cells=np.empty((batch, points), np.int8),
        last_move=np.empty(batch, np.int16),
        to_move=np.empty(batch, np.int8),
    )


@kernel
def choose_image(
    words: Words,
    cells: NDArray[np.int8],
    to_move: int,
    last_move: int,
    images: Annotated[NDArray[np.int16], 2],
    keys: NDArray[np.uint64],
) -> int:
    """The symmetry that leads to the image of a position that stands for all eight.

    It is the one with the k-th smallest key, k drawn from the keys themselves: a choice that the
    eight images agree on and that favors none. keys: `[8]` is written with the keys of the images.
    """
    for symmetry in range(SYMMETRIES):
        keys[symmetry] = words.to_move[1 if to_move < 0 else 0]
        if last_move >= 0:
            keys[symmetry] ^= words.last[images[symmetry, last_move]]
    for move in range(cells.shape[0]):
        if cells[move] & 1:
            side = 0 if cells[move] > 0 else 1
            for symmetry in range(SYMMETRIES):
                keys[symmetry] ^= words.stones[side, images[symmetry, move]]
    mixed = np.uint64(0)
    for symmetry in range(SYMMETRIES):
        mixed += keys[symmetry]
    rank = (mixed >> np.uint64(40)) & np.uint64(SYMMETRIES - 1)
    for symmetry in range(SYMMETRIES):
        smaller = np.uint64(0)
        for other in range(SYMMETRIES):
            key, rival = keys[symmetry], keys[other]
            # Equal keys are equal images: any order among them will do.
            smaller += np.uint64(rival < key or (rival == key and other < symmetry))
        if smaller == rank:
            return symmetry
    return 0


@kernel(apart=True)
def look_up(
    entries: Entries,
    words: Words,
    cells: Annotated[NDArray[np.int8], 2],
    to_move: NDArray[np.int8],
    last_move: NDArray[np.int16],
    sources: Annotated[NDArray[np.int16], 2],
    images: Annotated[NDArray[np.int16], 2],
    lookup: Lookup,
    prior: Annotated[NDArray[np.float32], 2],
    value: NDArray[np.float32],
) -> int:
    """Answer what is known of B positions, and write down the rest as images to evaluate.

    sources, images: `[8, A]` from `gomoku.symmetry`. prior `[B, A]` and value `[B]` are written
    where an answer is known. Returns the number of positions that are not.
    """
    sets, ways = entries.keys.shape
    points = cells.shape[1]
    keys = stack_array(SYMMETRIES, np.uint64)
    missed = 0
    for row in range(cells.shape[0]):
        image = choose_image(words, cells[row], to_move[row], last_move[row], images, keys)
        key = keys[image]
        lookup.keys[row] = key
        lookup.images[row] = image
        known = False
        if sets > 0:
            place = np.intp(key & np.uint64(sets - 1))
            for way in range(ways):
                if entries.keys[place, way] == key and key != 0:
                    for move in range(points):
                        prior[row, move] = entries.priors[place, way, images[image, move]]
                    value[row] = entries.values[place, way]
                    known = True
                    break
        if known:
            continue
        lookup.misses[missed] = row
        lookup.to_move[missed] = to_move[row]
        last = last_move[row]
        lookup.last_move[missed] = images[image, last] if last >= 0 else -1
        for move in range(points):
            lookup.cells[missed, move] = cells[row, sources[image, move]]
        missed += 1
    return missed


@kernel(apart=True)
def remember(
    entries: Entries,
    lookup: Lookup,
    missed: int,
    images: Annotated[NDArray[np.int16], 2],
    image_prior: Annotated[NDArray[np.float32], 2],
    image_value: NDArray[np.float32],
    prior: Annotated[NDArray[np.float32], 2],
    value: NDArray[np.float32],
) -> None:
    """Keep the answers to what `look_up` missed, and write them to its rows of prior and value."""
    sets, ways = entries.keys.shape
    points = prior.shape[1]
    for index in range(missed):
        row = lookup.misses[index]
        image = lookup.images[row]
        for move in range(points):
            prior[row, move] = image_prior[index, images[image, move]]
        value[row] = image_value[index]
        if sets == 0:
            continue
        key = lookup.keys[row]
        place = np.intp(key & np.uint64(sets - 1))
        held = False
        for way in range(ways):
            # Another row of this batch may have been the same position.
            held |= entries.keys[place, way] == key
        if held:
            continue
        way = entries.oldest[place]
        entries.oldest[place] = (way + 1) % ways
        entries.keys[place, way] = key
        entries.values[place, way] = image_value[index]
        for move in range(points):
            entries.priors[place, way, move] = image_prior[index, move]
