"""Games of self-play as SGF, which say how many of their stones were random."""

import re
from dataclasses import replace

from gomoku.formats.sgf import game_from_sgf, game_to_sgf
from gomoku.record import GameRecord

_WORDS = "the first {} stones were random"


def sample_to_sgf(record: GameRecord) -> str:
    """One game, with a comment on its opening; `sample_from_sgf` reads it back."""
    return game_to_sgf(replace(record, reason=_WORDS.format(record.opening_plies)))


def sample_from_sgf(text: str) -> GameRecord:
    """The game in a text.

    Raises:
        RecordError: if it holds none.
    """
    record = game_from_sgf(text)
    random = re.search(_WORDS.format(r"(\d+)"), text)
    return replace(record, opening_plies=int(random[1]) if random else 0)
