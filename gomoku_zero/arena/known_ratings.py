"""Ratings that were measured and are shipped, as data: `data/ratings.json`.

`python -m experiments.ladder --ship` writes it and docs/ratings.md. A network is known by a digest
of its weights, so that a rating never sticks to another one under the same name.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from gomoku.rules import Rules
from nets.checkpoint import WEIGHTS_FILE

RATINGS_FILE = Path(__file__).parent / "data" / "ratings.json"


class KnownRating(msgspec.Struct, frozen=True):
    """A player's Elo under some rules, with a 95% interval; `pure:1000` is 0.

    player: its spec. weights: the digest of its network's weights, "" for one without a network.
    """

    rules: Rules
    player: str
    weights: str
    elo: float
    low: float
    high: float


@lru_cache(maxsize=1)
def known_ratings() -> tuple[KnownRating, ...]:
    """All ratings that are shipped."""
    return msgspec.json.decode(RATINGS_FILE.read_bytes(), type=tuple[KnownRating, ...])


def ratings_to_json(ratings: Sequence[KnownRating]) -> bytes:
    """The content of the file."""
    return msgspec.json.format(msgspec.json.encode(ratings)) + b"\n"


def weights_digest(folder: Path) -> str:
    """The digest by which a checkpoint's weights are known.

    Raises:
        OSError: if there are none.
    """
    return hashlib.sha256((folder / WEIGHTS_FILE).read_bytes()).hexdigest()[:16]
