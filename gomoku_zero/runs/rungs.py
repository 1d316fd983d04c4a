"""The matches of a run's ladder, and the ratings that follow from them."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from gomoku_zero.arena.match import MatchResult
from gomoku_zero.arena.ratings import Ratings, rate
from gomoku_zero.players.spec import Pure, spec_or_none

LADDER_FILE = "ladder.jsonl"


class Rung(msgspec.Struct, frozen=True):
    """A match of the network after a cycle, who is the first player of the result."""

    cycle: int
    result: MatchResult


def player_name(cycle: int) -> str:
    """
    >>> player_name(12)
    'cycle 12'
    """
    return f"cycle {cycle}"


def read_rungs(folder: Path) -> list[Rung]:
    """The matches of a run in order; a last line cut short by a crash is left out."""
    try:
        lines = (folder / LADDER_FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [rung for line in lines if (rung := rung_of(line)) is not None]


def rung_of(line: bytes) -> Rung | None:
    """The match in a line; None if it is damaged."""
    try:
        return msgspec.json.decode(line, type=Rung)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def anchor_of(rungs: Sequence[Rung]) -> str:
    """The opponent that is worth 0: the first pure search, or else the first one."""
    opponents = [rung.result.name_b for rung in rungs]
    return next((each for each in opponents if isinstance(spec_or_none(each), Pure)), opponents[0])


def rate_rungs(rungs: Sequence[Rung]) -> Ratings:
    """Everybody's rating; the first pure search, or else the first opponent, is worth 0."""
    return rate([rung.result for rung in rungs], anchor=anchor_of(rungs), first_move=False)
