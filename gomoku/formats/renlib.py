"""Libraries of RenLib, the program renju players keep their analyses in: .lib, a tree of moves.

Behind a header of 20 bytes each node has two bytes, its point and its flags: `16 * (row - 1) +
column` from the top left, counted from 1, and 0 for a pass or the root. Then come two bytes more if
the flags say so, and the texts, which end with a zero. A node is followed by its first child, and
after all that by its next sibling. The board has 15x15 points, and the rules are those of renju.
"""

from typing import NamedTuple

from gomoku.formats.encoding import likely_encoding
from gomoku.formats.replay import plain_line, replay
from gomoku.formats.sgf_text import escaped_value, plain_value, point_value
from gomoku.record import GameRecord, Node, Property, RecordError
from gomoku.rules import BLACK, RENJU, WHITE, Rules

SIZE = 15

_MAGIC = b"\xffRenLib\xff"
_HEADER = 20
_VERSION = (3, 4)
_CENTER = 0x78

# Flags of a node.
_SIBLING = 0x80
_LEAF = 0x40
_OLD_COMMENT = 0x20
_MARK = 0x10
_COMMENT = 0x08
_START = 0x04
_NO_MOVE = 0x02
_EXTENDED = 0x01

# In the second of the bytes that extend the flags.
_BOARD_TEXT = 0x01

_MARK_PROPERTY = "LIBMARK"
_START_PROPERTY = "LIBSTART"


class _LibNode(NamedTuple):
    """A node as it stands in the file.

    depth: moves before it.
    """

    parent: int
    depth: int
    position: int
    flags: int
    comment: bytes
    board_text: bytes


def is_lib(data: bytes, name: str = "") -> bool:
    """Whether bytes are a library; old ones have no header, and their name must tell."""
    is_old = name.lower().endswith(".lib") and data[:1] == bytes((_CENTER,))
    return data.startswith(_MAGIC) or is_old


def game_from_lib(data: bytes) -> GameRecord:
    """The tree of a library; its main line takes the first branch everywhere.

    Raises:
        RecordError: if there is no move in it.
    """
    remarks: list[str] = []
    at = 0
    if data.startswith(_MAGIC):
        version = tuple(data[8:10])
        if version > _VERSION:
            remarks.append(f"the library is of a version that we do not know: {data[8]}.{data[9]}")
        at = _HEADER
    found = _nodes(data, at, remarks)
    texts = _texts(found, remarks)
    comment, nodes = _tree(found, texts)
    if not nodes:
        raise RecordError("there is no move in this library of RenLib")
    rules = Rules(SIZE, 5, RENJU)
    line = GameRecord(rules, (), nodes=nodes)
    moves = []
    for number, index in enumerate(line.main_line(), start=1):
        move = nodes[index].move
        if move is None:
            if nodes[index].color is not None:
                remarks.append(f"move {number} is a pass: the main line is shown up to there")
            break
        moves.append(move)
    played = replay(rules, moves)
    if played.remark:
        remarks.append(played.remark)
    return GameRecord(
        rules,
        played.moves,
        played.outcome,
        comment=comment,
        nodes=() if plain_line(nodes, played.moves, BLACK) else nodes,
        remarks=tuple(remarks),
    )


def game_to_lib(record: GameRecord) -> bytes:
    """The tree of a game of renju on 15x15, with its comments; `game_from_lib` reads it back.

    Raises:
        RecordError: if the format cannot hold it.
    """
    if record.start or record.rules.size != SIZE or record.rules.win_length != 5:
        what = "a position that was set up" if record.start else record.rules.describe()
        raise RecordError(f"a .lib cannot hold {what}: save it as SGF")
    nodes = record.nodes or tuple(
        Node(index - 1, BLACK if index % 2 == 0 else WHITE, move)
        for index, move in enumerate(record.moves)
    )
    if not nodes:
        raise RecordError("a .lib cannot hold a game without moves: save it as SGF")
    children: list[list[int]] = [[] for _ in range(len(nodes) + 1)]
    for index, node in enumerate(nodes):
        children[node.parent].append(index)
    written = bytearray(_MAGIC + bytes(_VERSION) + b"\xff" * (_HEADER - len(_MAGIC) - 2))
    if record.comment:
        leaf = 0 if children[-1] else _LEAF
        written += _node_bytes(0, leaf, record.comment, "")
    pending = [(index, index != children[-1][-1]) for index in reversed(children[-1])]
    while pending:
        index, has_sibling = pending.pop()
        written += _written(nodes[index], has_sibling, not children[index])
        last = children[index][-1] if children[index] else None
        pending += [(child, child != last) for child in reversed(children[index])]
    return bytes(written)


# Writing


def _written(node: Node, has_sibling: bool, is_leaf: bool) -> bytes:
    properties = dict(node.properties)
    flags = (_SIBLING if has_sibling else 0) | (_LEAF if is_leaf else 0)
    flags |= _MARK if _MARK_PROPERTY in properties else 0
    flags |= _START if _START_PROPERTY in properties else 0
    position, board_text = 0, ""
    point = node.move
    label = properties.get("LB", ("",))[0]
    if label:
        where, _, board_text = label.partition(":")
        board_text = plain_value(board_text)
        if point is None:
            point = point_value(where, SIZE)
            flags |= _NO_MOVE
    if point is not None:
        row, column = divmod(point, SIZE)
        position = 16 * row + column + 1
    elif not ({"B", "W"} & properties.keys()):
        flags |= _NO_MOVE
    return _node_bytes(position, flags, node.comment, board_text)


def _node_bytes(position: int, flags: int, comment: str, board_text: str) -> bytes:
    extended = b""
    if board_text:
        flags |= _EXTENDED
        extended = bytes((0, _BOARD_TEXT))
    if comment:
        flags |= _COMMENT
    written = bytes((position, flags)) + extended
    if comment:
        first, _, more = comment.partition("\n")
        text = first.encode() if not more else first.encode() + b"\x08" + more.encode()
        written += _padded(text)
    if board_text:
        written += _padded(board_text.encode())
    return written


def _padded(text: bytes) -> bytes:
    """A text with the zero that ends it, in pairs of bytes."""
    ended = text.replace(b"\0", b"") + b"\0"
    return ended if len(ended) % 2 == 0 else ended + b"\0"


# Reading


def _nodes(data: bytes, at: int, remarks: list[str]) -> list[_LibNode]:
    found: list[_LibNode] = []
    # Where the sibling of an earlier node goes: its parent and the moves before it.
    waiting: list[tuple[int, int]] = []
    parent, depth = -1, 0
    while at + 1 < len(data):
        position, flags = data[at], data[at + 1]
        at += 2
        extension = 0
        if flags & _EXTENDED:
            extension = data[at + 1] if at + 1 < len(data) else 0
            at += 2
        comment = board_text = b""
        if flags & _OLD_COMMENT:
            comment, at = _old_comment(data, at)
        elif flags & _COMMENT:
            comment, at = _ended_by_zero(data, at)
        if extension & _BOARD_TEXT:
            board_text, at = _ended_by_zero(data, at)
        found.append(_LibNode(parent, depth, position, flags, comment, board_text))
        is_root = len(found) == 1 and position == 0
        if flags & _SIBLING and not is_root:
            waiting.append((parent, depth))
        if not flags & _LEAF:
            parent = len(found) - 1
            depth += 0 if is_root else 1
        elif waiting:
            parent, depth = waiting.pop()
        else:
            break
    else:
        remarks.append("the library ends in the middle of a line")
    if at < len(data) and data[at:].strip(b"\0"):
        remarks.append(f"{len(data) - at} bytes behind the tree are left out")
    return found


def _ended_by_zero(data: bytes, at: int) -> tuple[bytes, int]:
    end = data.find(b"\0", at)
    if end < 0:
        return data[at:], len(data)
    length = end - at + 1
    return data[at:end], at + length + length % 2


def _old_comment(data: bytes, at: int) -> tuple[bytes, int]:
    """A comment of an old library: seven bits a letter, the eighth marks the last one."""
    end = at
    while end < len(data) and not data[end] & 0x80:
        end += 1
    text = bytes(byte & 0x7F for byte in data[at : end + 1])
    length = min(end + 1, len(data)) - at
    return text, at + length + length % 2


def _texts(found: list[_LibNode], remarks: list[str]) -> list[tuple[str, str]]:
    """Comment and board text of each node, all in one encoding."""
    pieces = [piece for node in found for piece in (node.comment, node.board_text)]
    codec, remark = likely_encoding(b"\n".join(pieces))
    if remark:
        remarks.append(remark)
    texts = [piece.decode(codec, "replace") for piece in pieces]
    # The first line of a comment is set apart by a backspace.
    texts = [text.replace("\r\n", "\n").replace("\x08", "\n", 1) for text in texts]
    return list(zip(texts[::2], texts[1::2], strict=True))


def _tree(found: list[_LibNode], texts: list[tuple[str, str]]) -> tuple[str, tuple[Node, ...]]:
    """What is said about all, and the nodes of a record."""
    has_root = bool(found) and found[0].position == 0
    nodes = []
    for node, (comment, board_text) in zip(found, texts, strict=True):
        row, column = divmod(node.position, 16)
        is_point = 1 <= column <= SIZE and row < SIZE
        move = row * SIZE + column - 1 if is_point else None
        color = BLACK if node.depth % 2 == 0 else WHITE
        properties: list[Property] = []
        if node.flags & _MARK:
            properties.append((_MARK_PROPERTY, ("1",)))
        if node.flags & _START:
            properties.append((_START_PROPERTY, ("1",)))
        if board_text and move is not None:
            letters = f"{chr(97 + move % SIZE)}{chr(97 + move // SIZE)}"
            properties.append(("LB", (f"{letters}:{escaped_value(board_text)}",)))
        if node.flags & _NO_MOVE:
            nodes.append(Node(node.parent, None, None, comment, tuple(properties)))
            continue
        if move is None:
            properties.append(("B" if color is BLACK else "W", ("",)))
        nodes.append(Node(node.parent, color, move, comment, tuple(properties)))
    if not has_root:
        return "", tuple(nodes)
    return nodes[0].comment, tuple(node._replace(parent=node.parent - 1) for node in nodes[1:])
