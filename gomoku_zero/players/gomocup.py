"""The words of the Gomocup protocol that a brain and its manager share: points, fields, rules."""

import re

from gomoku.rules import CARO, FREESTYLE, RENJU, STANDARD

WIN_LENGTH = 5
"""Stones in a row that win; the protocol knows no other number."""

ME, OPPONENT, BLOCKED = 1, 2, 3
"""The fields of a line of BOARD, from the view of the brain that gets it."""

UNLIMITED = 2147483647
"""What managers send as `time_left` when there is no match time."""

RULE_NUMBERS = {FREESTYLE: 0, STANDARD: 1, RENJU: 4, CARO: 8}
"""What `INFO rule` calls our variants."""

_NUMBER = re.compile(r"\s*(-?[0-9]{1,18})\s*", re.ASCII)


def variant_from_rule(rule: int) -> int:
    """Our variant for a rule number, a sum of bits; continuous games (2) are no rule of winning.

    >>> variant_from_rule(4) == RENJU
    True
    """
    if rule <= 0:
        return FREESTYLE
    for variant in (RENJU, CARO, STANDARD):
        if rule & RULE_NUMBERS[variant]:
            return variant
    return FREESTYLE


def point_to_text(move: int, size: int) -> str:
    """A move as column and row from the top left.

    >>> point_to_text(17, 15)
    '2,1'
    """
    row, column = divmod(move, size)
    return f"{column},{row}"


def number_from_text(text: str) -> int | None:
    """A whole number, or None if the text is anything else or too long to be meant as one."""
    match = _NUMBER.fullmatch(text)
    return None if match is None else int(match[1])


def numbers_from_text(text: str, count: int) -> list[int] | None:
    """So many numbers between commas, or None if the text is anything else.

    >>> numbers_from_text("7, 8,1", 3)
    [7, 8, 1]
    """
    numbers = [number_from_text(part) for part in text.split(",")]
    whole = [number for number in numbers if number is not None]
    return whole if len(numbers) == len(whole) == count else None
