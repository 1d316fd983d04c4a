"""Libraries of RenLib, the program renju players keep their analyses in: .lib, a tree of moves.

Behind a header of 20 bytes each node has two bytes, its point and its flags: `16 * (row - 1) +
column` from the top left, counted from 1, and 0 for a pass or the root. Then come two bytes more if
the flags say so, and the texts, which end with a zero. A node is followed by its first child, and
after all that by its next sibling. The board has 15x15 points, and the rules are those of renju.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gomoku.formats.encoding import likely_encoding
from gomoku.formats.replay import plain_line, replay
from gomoku.formats.sgf_line import MainLine, Put
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
    """Return whether bytes are a library; old ones have no header, and their name must tell."""
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
        if len(data) < _HEADER:
            raise RecordError("the library of RenLib ends within its header")
        version = tuple(data[8:10])
        if version > _VERSION:
            remarks.append(f"the library is of a version that we do not know: {data[8]}.{data[9]}")
        at = _HEADER
    found = _nodes(data, at, remarks)
    texts = _texts(found, remarks)
    comment, labels, nodes = _tree(found, texts)
    if not nodes:
        raise RecordError("there is no move in this library of RenLib")
    rules = Rules(SIZE, 5, RENJU)
    line = MainLine(rules, list(_steps(nodes)))
    remarks += line.remarks
    played = replay(rules, line.moves, line.start)
    if played.remark:
        remarks.append(played.remark)
    return GameRecord(
        rules,
        played.moves,
        played.outcome,
        start=line.start,
        comment=comment,
        properties=(("LB", labels),) if labels else (),
        nodes=() if plain_line(nodes, played.moves, line.first) else nodes,
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
    texts = _label_texts(dict(record.properties).get("LB", ()))
    if record.comment or texts:
        written += _node_bytes(0, 0, record.comment, "")
    written += _labels(texts, bool(children[-1]))
    pending = [(index, index != children[-1][-1]) for index in reversed(children[-1])]
    while pending:
        index, has_sibling = pending.pop()
        written += _written(nodes[index], has_sibling, bool(children[index]))
        last = children[index][-1] if children[index] else None
        pending += [(child, child != last) for child in reversed(children[index])]
    return bytes(written)


# Writing


def _written(node: Node, has_sibling: bool, has_children: bool) -> bytes:
    """A node, and behind it the texts on the board that stand at other points."""
    properties = dict(node.properties)
    texts = _label_texts(properties.get("LB", ()))
    own = texts.pop(node.move, "") if node.move is not None else ""
    flags = _SIBLING if has_sibling else 0
    flags |= 0 if has_children or texts else _LEAF
    flags |= _MARK if _MARK_PROPERTY in properties else 0
    flags |= _START if _START_PROPERTY in properties else 0
    position = 0
    if node.move is not None:
        position = _position(node.move)
    elif not {"B", "W"} & properties.keys():
        flags |= _NO_MOVE
    return _node_bytes(position, flags, node.comment, own) + _labels(texts, has_children)


def _label_texts(values: Sequence[str]) -> dict[int, str]:
    """Texts on the board by their points."""
    texts = {}
    for value in values:
        where, _, text = value.partition(":")
        point = point_value(where, SIZE)
        if point is not None and plain_value(text).strip("\0"):
            texts[point] = plain_value(text)
    return texts


def _labels(texts: dict[int, str], has_siblings: bool) -> bytes:
    """Nodes that hold a text on the board instead of a move."""
    written = b""
    for index, (point, text) in enumerate(texts.items(), start=1):
        flags = _NO_MOVE | _LEAF
        if has_siblings or index < len(texts):
            flags |= _SIBLING
        written += _node_bytes(_position(point), flags, "", text)
    return written


def _position(move: int) -> int:
    row, column = divmod(move, SIZE)
    return 16 * row + column + 1


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


def _tree(
    found: list[_LibNode], texts: list[tuple[str, str]]
) -> tuple[str, tuple[str, ...], tuple[Node, ...]]:
    """The text about all games, texts on the empty board, and the nodes of a record.

    Nodes that hold a text on the board instead of a move become labels of the node before.
    """
    has_root = bool(found) and found[0].position == 0
    parents = {node.parent for node in found}
    labels: dict[int, list[str]] = {}
    places: dict[int, int] = {-1: -1}
    nodes: list[Node] = []
    for index, (node, (comment, board_text)) in enumerate(zip(found, texts, strict=True)):
        row, column = divmod(node.position, 16)
        is_point = 1 <= column <= SIZE and row < SIZE
        move = row * SIZE + column - 1 if is_point else None
        is_move = not node.flags & _NO_MOVE
        place = len(nodes)
        if has_root and index == 0:
            places[index] = -1
            continue
        if board_text and move is not None:
            is_label = not is_move and not comment and index not in parents
            where = places[node.parent] if is_label else place
            letters = f"{chr(97 + move % SIZE)}{chr(97 + move // SIZE)}"
            labels.setdefault(where, []).append(f"{letters}:{escaped_value(board_text)}")
            if is_label:
                continue
        properties: list[Property] = []
        if node.flags & _MARK:
            properties.append((_MARK_PROPERTY, ("1",)))
        if node.flags & _START:
            properties.append((_START_PROPERTY, ("1",)))
        color = BLACK if node.depth % 2 == 0 else WHITE
        if is_move and move is None:
            properties.append(("B" if color is BLACK else "W", ("",)))
        places[index] = place
        shown = move if is_move else None
        nodes.append(
            Node(
                places[node.parent],
                None if shown is None else color,
                shown,
                comment,
                tuple(properties),
            )
        )
    for place, values in labels.items():
        if place >= 0:
            own = sorted((("LB", tuple(values)), *nodes[place].properties))
            nodes[place] = nodes[place]._replace(properties=tuple(own))
    comment = texts[0][0] if has_root else ""
    return comment, tuple(labels.get(-1, ())), tuple(nodes)


def _steps(nodes: tuple[Node, ...]) -> Iterator[Put]:
    """The moves of the main line, passes included."""
    for index in GameRecord(Rules(), (), nodes=nodes).main_line():
        node = nodes[index]
        if node.color is not None:
            yield Put(node.color, "", node.move)
        for name, _ in node.properties:
            if name in ("B", "W"):
                yield Put(BLACK if name == "B" else WHITE, "", None)
