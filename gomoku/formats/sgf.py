"""Games as SGF, the format of game collections: https://www.red-bean.com/sgf/ (GM[4] is Gomoku).

The rules go into RU as a word with the length of a row, and the opening rule where there was one:
`RU[freestyle 5 swap2]`. Then ON, the place for the opening, lists its decisions in order, stones
and choices: `ON[h8 i9 c3 two a1 b2 black]`. PB and PW are the players as they were in the end.

A file is read as far as it makes sense: what is left out is told in the remarks of the record, and
stays in its tree, so that it is written again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sgfmill import sgf_grammar

from gomoku.board import Board, PositionError
from gomoku.formats.replay import check_size, plain_line, replay, rule_words, with_result
from gomoku.formats.sgf_line import MainLine, Put, SetUp, Step, Turn
from gomoku.formats.sgf_text import (
    RawNode,
    escaped,
    plain_value,
    point_text,
    point_value,
    raw_games,
    raw_value,
)
from gomoku.formats.words import result_to_text, rules_from_words
from gomoku.opening_rules import OpeningPhase, OpeningRule
from gomoku.record import GameRecord, Node, Property, RecordError
from gomoku.rules import BLACK, FREESTYLE, WHITE, Rules, RulesError

_SETUP = ("AB", "AW", "AE")

# Properties of the root that are read into a record, or follow from it.
_UNDERSTOOD = frozenset(
    ("FF", "CA", "GM", "SZ", "RU", "PB", "PW", "GC", "RE", "PL", "B", "W", "C", "QPR", "QSLW")
) | frozenset(_SETUP)

# Other properties of SGF and of programs that write Gomoku; none of them puts a stone.
_PUT_NO_STONE = frozenset(
    (
        *("AN", "AP", "AR", "BL", "BM", "BR", "BS", "BT", "CP", "CR", "DD", "DM", "DO", "DT", "EV"),
        *("FG", "FS", "GB", "GE", "GN", "GW", "HA", "HO", "ID", "IT", "KM", "KO", "LB", "LN", "MA"),
        *("MN", "MS", "N", "OB", "OM", "ON", "OT", "OV", "OW", "PC", "PM", "PSQ", "RG", "RO", "SC"),
        *("SE", "SI", "SL", "SO", "SQ", "ST", "SU", "TB", "TC", "TE", "TM", "TR", "TW", "US", "UC"),
        *("V", "VW", "WL", "WR", "WS", "WT"),
    )
)

_OPENING_RULE = re.compile(r"\b(swap2|swap|long[- ]?pro|pro)\b")
_POINTS = re.compile(r"[a-v]{2}(?:[,:][a-v]{2})*")


def games_from_sgf(text: str) -> list[GameRecord]:
    """All games of a collection, in order.

    Where RU is missing, or names no rules that we know, they are read as freestyle.

    Raises:
        RecordError: if no game can be read. Games that cannot be read beside others
            are named in the remarks of the first.
    """
    games: list[GameRecord] = []
    refused: list[str] = []
    for number, (nodes, remarks, is_cut_off) in enumerate(raw_games(text), start=1):
        try:
            games.append(_game(nodes, remarks, is_cut_off))
        except (RecordError, RulesError, PositionError) as error:
            refused.append(f"game {number} cannot be read: {error}" if number > 1 else str(error))
    if not games:
        raise RecordError(refused[0] if refused else "this is not a game of Gomoku in SGF")
    if refused:
        games[0] = replace(games[0], remarks=(*games[0].remarks, *refused))
    return games


def game_from_sgf(text: str) -> GameRecord:
    """The first game of a collection; see `games_from_sgf`."""
    return games_from_sgf(text)[0]


def game_to_sgf(record: GameRecord) -> str:
    """One game with all that is known of it; `game_from_sgf` reads it back."""
    root = _root_properties(record)
    first = BLACK
    if record.start:
        first = Board.from_text(record.start, record.rules).to_move
    nodes = record.nodes or tuple(
        Node(index - 1, first if index % 2 == 0 else first.other, move)
        for index, move in enumerate(record.moves)
    )
    children: list[list[int]] = [[] for _ in range(len(nodes) + 1)]
    for index, node in enumerate(nodes):
        children[node.parent].append(index)
    size = record.rules.size
    tree = sgf_grammar.make_coarse_game_tree(
        -1,
        lambda index: children[index],
        lambda index: root if index < 0 else _node_properties(nodes[index], size),
    )
    return str(sgf_grammar.serialise_game_tree(tree).decode("utf-8"))


# Writing


def _root_properties(record: GameRecord) -> dict[str, list[bytes]]:
    rule = _rule_text(record.rules, record.opening_phase)
    texts = {
        "FF": "4",
        "CA": "UTF-8",
        "GM": "4",
        "SZ": str(record.rules.size),
        "RU": rule_words(record, rule),
        "PB": record.black,
        "PW": record.white,
        "GC": record.reason,
        "RE": record.written_result or result_to_text(record.outcome),
        "C": record.comment,
    }
    root = {name: [escaped(text)] for name, text in texts.items() if text}
    if record.opening_phase is not None:
        root["ON"] = [escaped(record.opening_phase.to_text())]
    for name, values in record.properties:
        root[name] = [raw_value(value) for value in values]
    # Where stones are set up later on, the root's own stand among its properties.
    if record.start and not _sets_up(record.nodes):
        start = Board.from_text(record.start, record.rules)
        for name, color in (("AB", BLACK), ("AW", WHITE)):
            points = [point for point, cell in enumerate(start.cells.tolist()) if cell == color]
            if points:
                root[name] = [point_text(point, record.rules.size) for point in points]
        root["PL"] = [b"B" if start.to_move is BLACK else b"W"]
    return root


def _rule_text(rules: Rules, phase: OpeningPhase | None) -> str:
    rule = f"{rules.variant_name} {rules.win_length}"
    return rule if phase is None else f"{rule} {phase.rule.value}"


def _node_properties(node: Node, size: int) -> dict[str, list[bytes]]:
    properties: dict[str, list[bytes]] = {}
    if node.move is not None:
        properties["B" if node.color is BLACK else "W"] = [point_text(node.move, size)]
    if node.comment:
        properties["C"] = [escaped(node.comment)]
    for name, values in node.properties:
        properties.setdefault(name, []).extend(raw_value(value) for value in values)
    return properties


def _sets_up(nodes: Sequence[Node]) -> bool:
    return any(name in _SETUP for node in nodes for name, _ in node.properties)


# Nodes as a record


def _game(raw: list[RawNode], remarks: list[str], is_cut_off: bool) -> GameRecord:
    """
    Raises:
        RecordError, RulesError, PositionError: if the nodes hold no game.
    """
    root: dict[str, list[str]] = {}
    for name, values in raw[0].properties:
        root.setdefault(name, []).extend(values)
    if not any(name in _UNDERSTOOD for node in raw for name, _ in node.properties):
        raise RecordError("this is not a game of Gomoku in SGF: no property says anything of one")
    game = _text(root, "GM", remarks)
    if game.strip().lower() not in ("", "4", "1", "gomoku", "renju"):
        # Many programs write GM[1], Go, for any game with stones.
        raise RecordError(f"this SGF is of game number {game[:20]}, not 4")
    said_rules = _text(root, "RU", remarks)
    rules = _rules(said_rules, _size(root, raw, game, remarks), remarks)
    nodes, steps = _tree(raw, rules.size, remarks)
    line = MainLine(rules, steps)
    remarks += line.remarks
    start = line.start
    played = replay(rules, line.moves, start)
    if played.remark:
        remarks.append(played.remark)
    moves = played.moves
    first = next((step for step in steps if isinstance(step, Put)), None)
    if not moves and not start and line.remarks and first is not None and not first.is_pass:
        raise RecordError(f"no move can be read: {line.remarks[-1]}")
    if not moves and not start and not root.keys() & {"GM", "SZ"}:
        raise RecordError("there is no move of Gomoku in this SGF")
    if is_cut_off and not moves and not start:
        raise RecordError("the text ends before the first move")
    phase = None if start else _opening_phase(root, said_rules.lower(), rules, moves)
    named = rules_from_words(said_rules)
    has_only_opening = not _OPENING_RULE.sub(" ", said_rules.lower()).strip()
    is_guessed = named.variant is None and not has_only_opening
    canonical = _rule_text(rules, phase)
    record = GameRecord(
        rules,
        moves,
        black=_text(root, "PB", remarks),
        white=_text(root, "PW", remarks),
        opening_plies=0 if phase is None else len(phase.moves),
        reason=_text(root, "GC", remarks, lines=True),
        opening_phase=phase,
        start=start,
        comment="\n".join(plain_value(value, lines=True) for value in root.get("C", ())),
        nodes=() if plain_line(nodes, moves, line.first) else tuple(nodes),
        properties=_other_properties(root, phase, _sets_up(nodes)),
        written_rules="" if said_rules == canonical else said_rules,
        rules_are_guessed=is_guessed,
        remarks=tuple(dict.fromkeys(remarks)),
    )
    outcome = played.outcome or line.ended
    return with_result(record, _text(root, "RE", remarks), outcome)


def _text(
    root: Mapping[str, list[str]], name: str, remarks: list[str], *, lines: bool = False
) -> str:
    """The first value of a property of the root; a remark names others."""
    values = root.get(name, [])
    if len(set(values)) > 1:
        others = ", ".join(repr(value[:40]) for value in values[1:4])
        remarks.append(f"{name} has {len(values)} values: {others} is left out")
    return plain_value(values[0], lines=lines) if values else ""


def _size(root: Mapping[str, list[str]], raw: list[RawNode], game: str, remarks: list[str]) -> int:
    """
    Raises:
        RecordError: if there is no such board.
    """
    said = _text(root, "SZ", remarks).strip()
    if not said:
        letters = "".join(
            value.strip()
            for node in raw
            for name, values in node.properties
            for value in values
            if name in ("B", "W", *_SETUP) and re.fullmatch("[a-s]{2}", value.strip())
        )
        size = 19 if game.strip() == "1" or max(letters, default="a") > "o" else 15
        remarks.append(f"the size of the board is missing: read as {size}")
        return size
    pair = re.fullmatch(r"([0-9]{1,4})(?:\s*[:x,]\s*([0-9]{1,4}))?", said)
    if pair is None:
        raise RecordError(f"a board of size {said[:20]!r}: write a number such as 15")
    if pair[2] is not None and int(pair[2]) != int(pair[1]):
        raise RecordError(f"a board of {pair[1]}x{pair[2]}: only square boards can be played")
    try:
        return check_size(int(pair[1]))
    except ValueError as error:
        raise RecordError(str(error)) from error


def _rules(text: str, size: int, remarks: list[str]) -> Rules:
    named = rules_from_words(text)
    if named.variant is None and _OPENING_RULE.sub(" ", text.lower()).strip():
        remarks.append(f"the rules {text[:40]!r} are not known: read as freestyle")
    if named.remark:
        remarks.append(named.remark)
    length = min(5, size)
    if named.length is not None and (named.length < 3 or named.length > 9):
        remarks.append(f"the number {named.length} of the rules {text[:40]!r} is left out")
    elif named.length is not None:
        length = named.length
    variant = FREESTYLE if named.variant is None else named.variant
    try:
        return Rules(size, length, variant).validated()
    except RulesError as error:
        raise RecordError(f"the rules {text[:40]!r} cannot be played: {error}") from error


def _tree(raw: list[RawNode], size: int, remarks: list[str]) -> tuple[list[Node], list[Step]]:
    """The nodes of a record, one for each move, and what happens on its main line."""
    nodes: list[Node] = []
    last = [-1] * len(raw)  # the node that a raw one ends with
    main = 0  # the last raw node of the main line so far
    steps: list[Step] = []
    for index, node in enumerate(raw):
        parent = -1 if node.parent < 0 else last[node.parent]
        if index > 0 and node.parent < 0:
            parent = -1
        is_main = index == 0 or (node.parent == main and index == main + 1)
        own, others, comment = _read_node(node, size, remarks if is_main else None)
        if is_main:
            main = index
            steps += own
        puts = [step for step in own if isinstance(step, Put)]
        if index == 0:
            comment, others = "", []
        elif not puts:
            nodes.append(Node(parent, None, None, comment, tuple(others)))
            last[index] = len(nodes) - 1
            continue
        last[index] = parent
        for step in puts:
            written = list(others)
            if step.point is None:
                written.append(("B" if step.color is BLACK else "W", (step.text,)))
            color = None if step.point is None else step.color
            nodes.append(Node(last[index], color, step.point, comment, tuple(written)))
            last[index] = len(nodes) - 1
            comment, others = "", []
    return nodes, steps


def _read_node(
    node: RawNode, size: int, remarks: list[str] | None
) -> tuple[list[Step], list[Property], str]:
    """The steps that a node makes, its other properties, and its comment."""
    moves: list[Put] = []
    stones: dict[int, int] = {}
    turn: list[Turn] = []
    others: dict[str, list[str]] = {}
    comments: list[str] = []
    for name, values in node.properties:
        if name == "C":
            comments += [plain_value(value, lines=True) for value in values]
        elif name in ("B", "W"):
            color = BLACK if name == "B" else WHITE
            moves += [Put(color, value, point_value(value, size)) for value in values]
        elif name in ("QPR", "QSLW"):
            moves += _shukei(name, values, size)
            if remarks is not None:
                remarks.append(f"{name}[{']['.join(values)[:40]}] is read as moves")
        else:
            others.setdefault(name, []).extend(values)
            if name == "PL" and values:
                white = values[-1].strip().lower()[:1] in ("w", "2")
                turn = [Turn(WHITE if white else BLACK)]
            elif remarks is not None and _may_put_stones(name, values):
                shown = "][".join(values)[:40]
                remarks.append(f"{name}[{shown}] may put stones: it is not understood")
    # The order within a node means nothing: files are written in that of the names.
    for name in sorted(_SETUP):
        for value in others.get(name, ()):
            _set_up(stones, name, value, size, remarks)
    steps: list[Step] = [SetUp(stones)] if stones else []
    properties = [(name, tuple(values)) for name, values in sorted(others.items())]
    return [*steps, *turn, *moves], properties, "\n".join(comments)


def _may_put_stones(name: str, values: Sequence[str]) -> bool:
    if name in _PUT_NO_STONE or name in _UNDERSTOOD:
        return False
    return all(_POINTS.fullmatch(value.strip()) for value in values)


def _shukei(name: str, values: Sequence[str], size: int) -> list[Put]:
    """Opening stones in properties of Gomoku Quest: three in turn, and White's choice."""
    points = [point for value in values for point in value.split(",")]
    first = BLACK if name == "QPR" else WHITE
    return [
        Put(first if index % 2 == 0 else first.other, point, point_value(point, size))
        for index, point in enumerate(points)
    ]


def _set_up(
    stones: dict[int, int], name: str, value: str, size: int, remarks: list[str] | None
) -> None:
    """Add to the stones what a value sets up, a point or a rectangle."""
    color = {"AB": 1, "AW": -1, "AE": 0}[name]
    corners = [point_value(each, size) for each in value.split(":", 1)]
    if None in corners or not value.strip():
        if remarks is not None and value.strip():
            remarks.append(f"{name}[{value[:20]}] is not a point of the board, and left out")
        return
    (top, left), (bottom, right) = (divmod(int(corner or 0), size) for corner in (corners * 2)[:2])
    for row in range(min(top, bottom), max(top, bottom) + 1):
        for column in range(min(left, right), max(left, right) + 1):
            point = row * size + column
            if remarks is not None and stones.get(point, color) != color:
                remarks.append(f"{name}[{value[:20]}] is set up twice, at last as {name}")
            stones[point] = color


def _opening_phase(
    root: Mapping[str, list[str]], rule_text: str, rules: Rules, moves: tuple[int, ...]
) -> OpeningPhase | None:
    """The opening in RU and ON; None if there is none, or another one was played.

    Other programs write other things into ON, which does not make a game wrong.
    """
    named = _OPENING_RULE.search(rule_text)
    if named is None or "ON" not in root:
        return None
    try:
        rule = OpeningRule("long-pro" if named[1].startswith("long") else named[1])
        phase = OpeningPhase.from_text(plain_value(root["ON"][0]), rule, rules)
    except ValueError:
        return None
    return phase if moves[: len(phase.moves)] == phase.moves else None


def _other_properties(
    root: Mapping[str, list[str]], phase: OpeningPhase | None, sets_up_later: bool
) -> tuple[Property, ...]:
    """The properties of a root that are not the game itself."""
    understood = _UNDERSTOOD if phase is None else _UNDERSTOOD | {"ON"}
    if sets_up_later:
        understood -= {*_SETUP, "PL"}
    return tuple(
        (name, tuple(values)) for name, values in sorted(root.items()) if name not in understood
    )
