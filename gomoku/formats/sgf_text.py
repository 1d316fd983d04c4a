"""The text of an SGF: tokens as nodes, and the values of properties, all as sgfmill reads them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sgfmill import sgf_grammar

from gomoku.notation import NotationError, move_from_text

_MAX_ACCIDENTS = 200
"""Places where a text may be no SGF before the rest of it is left out."""


class RawNode(NamedTuple):
    """A node as it stands in the text; properties in order, as often as they stand there."""

    parent: int
    properties: list[tuple[str, list[str]]]


def raw_games(text: str) -> Iterator[tuple[list[RawNode], list[str], bool]]:
    """The nodes of each game in a text, what is odd about their text, and whether it is cut off."""
    data = text.encode("utf-8", "replace")
    position = total = 0
    while total < _MAX_ACCIDENTS:
        tokens, position = sgf_grammar.tokenise(data, position)
        if not tokens:
            return
        depth = _depth(tokens)
        accidents = 0
        while depth > 0 and position < len(data) and total < _MAX_ACCIDENTS:
            if data[position:].lstrip()[:1] == b"[":
                break  # a value that never ends
            # This is not SGF, often a comment with an unescaped bracket: go on behind it.
            accidents += 1
            total += 1
            opened = b"(;" + b"(" * (depth - 1)
            rest, end = sgf_grammar.tokenise(opened + data[position + 1 :])
            tokens += rest[depth + 1 :]
            position += end - len(opened) + 1
            depth = _depth(rest)
        remarks = []
        if accidents:
            places = "places are" if accidents > 1 else "place is"
            remarks.append(f"{accidents} {places} not SGF, and left out")
        if depth > 0:
            remarks.append("the text ends in the middle of the game")
        nodes = _nodes(tokens)
        if nodes:
            yield nodes, remarks, depth > 0


def _depth(tokens: Sequence[tuple[str, bytes]]) -> int:
    depth = 0
    for kind, token in tokens:
        if kind == "D":
            depth += {b"(": 1, b")": -1}.get(token, 0)
    return depth


def _nodes(tokens: Sequence[tuple[str, bytes]]) -> list[RawNode]:
    nodes: list[RawNode] = []
    stack: list[int] = []
    current, name = -1, ""
    values: list[str] | None = None
    for kind, token in tokens:
        if kind == "V":
            if not name or not nodes:
                continue
            if values is None:
                values = []
                nodes[current].properties.append((name, values))
            values.append(token.decode("utf-8", "replace"))
            continue
        name, values = "", None
        if kind == "I":
            name = token.decode("ascii")
        elif token == b";":
            nodes.append(RawNode(current, []))
            current = len(nodes) - 1
        elif token == b"(":
            stack.append(current)
        elif stack:
            current = stack.pop()
    return nodes


def plain_value(value: str, *, lines: bool = False) -> str:
    """The text that a value of a property stands for."""
    data = value.encode("utf-8", "replace")
    read = sgf_grammar.text_value if lines else sgf_grammar.simpletext_value
    return str(read(data).decode("utf-8", "replace"))


def point_value(value: str, size: int) -> int | None:
    """The point that a value names, in letters of SGF or as a column and a row; None if none."""
    text = value.strip()
    if len(text) == 2 and text.isascii() and text.isalpha():
        column, row = (ord(letter) - ord("a") for letter in text.lower())
        return row * size + column if row < size and column < size else None
    try:
        return move_from_text(text, size)
    except NotationError:
        return None


def point_text(move: int, size: int) -> bytes:
    row, column = divmod(move, size)
    return bytes((97 + column, 97 + row))


def escaped(text: str) -> bytes:
    return bytes(sgf_grammar.escape_text(text.encode("utf-8", "replace")))


def raw_value(value: str) -> bytes:
    data = value.encode("utf-8", "replace")
    if not sgf_grammar.is_valid_property_value(data):
        return bytes(sgf_grammar.escape_text(data))
    return data


def escaped_value(text: str) -> str:
    """A text as the value of a property."""
    return escaped(text).decode("utf-8")
