"""RenjuNet's database of the Renju International Federation: .rif, games with players in XML.

Games name their players, tournaments, rules and openings by numbers; `bresult` is Black's score, 1,
0.5 or 0. The board has 15x15 points. Rules without a name are those of renju. Tournament, round,
date and opening go into EV, RO, DT and ON, other attributes into a property of their own.
"""

import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import replace

from gomoku.board import Outcome, Termination
from gomoku.formats.replay import left_out, replay
from gomoku.formats.sgf_text import escaped_value, plain_value
from gomoku.formats.words import result_from_words, result_to_text, rules_from_words
from gomoku.notation import NotationError, move_from_text, moves_to_text
from gomoku.record import GameRecord, Property, RecordError
from gomoku.rules import BLACK, RENJU, STANDARD, WHITE, Rules

SIZE = 15

_OTHERS_PROPERTY = "RIF"
"""Attributes of a game that we do not understand, and its alternative fifth moves."""

_UNDERSTOOD = frozenset(
    ("id", "black", "white", "bresult", "rule", "round", "tournament", "opening")
)
_TABLES = ("player", "tournament", "rule", "opening")

_Table = dict[str, dict[str, str]]


def games_from_rif(text: str) -> list[GameRecord]:
    """All games of a database, in order.

    Raises:
        RecordError: if this is not such a database, or no game of it can be read.
    """
    if "<!ENTITY" in text[:100_000]:
        raise RecordError("a database that defines entities is not read")
    tables: dict[str, _Table] = {name: {} for name in _TABLES}
    games: list[dict[str, str]] = []
    refused = ""
    # The declaration may name an encoding that the text is not in any more.
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
    remarks: list[str] = []
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(body.encode("utf-8", "replace"))):
            if element.tag in _TABLES:
                tables[element.tag][element.attrib.get("id", "")] = dict(element.attrib)
            elif element.tag == "game":
                games.append(_texts(element))
                element.clear()
    except ElementTree.ParseError as error:
        refused = f"it is not XML any more at line {error.position[0]}"
    if not games:
        raise RecordError(f"this is not a database with games: {refused or 'there is none in it'}")
    if refused:
        remarks.append(f"the rest of the database cannot be read: {refused}")
    records = [_game(game, tables) for game in games]
    if remarks:
        records[-1] = replace(records[-1], remarks=(*records[-1].remarks, *remarks))
    return records


def games_to_rif(records: Sequence[GameRecord]) -> str:
    """A database with these games; `games_from_rif` reads them back, but for variations.

    Raises:
        RecordError: if the format cannot hold one of them.
    """
    database = ElementTree.Element("database")
    sections = {name: ElementTree.SubElement(database, f"{name}s") for name in _TABLES}
    numbers: dict[str, dict[tuple[str, ...], str]] = {name: {} for name in _TABLES}

    def number_of(table: str, **attributes: str) -> str:
        key = tuple(attributes.values())
        if not any(key):
            return ""
        if key not in numbers[table]:
            numbers[table][key] = str(len(numbers[table]) + 1)
            ElementTree.SubElement(
                sections[table], table, {"id": numbers[table][key], **attributes}
            )
        return numbers[table][key]

    listed = ElementTree.SubElement(database, "games")
    for index, record in enumerate(records, start=1):
        _check_size(record)
        said = {name: plain_value(values[0]) for name, values in record.properties if values}
        score = {"B": "1", "W": "0", "draw": "0.5", "": ""}[record.result]
        attributes = {
            "id": str(index),
            "tournament": number_of(
                "tournament", name=said.get("EV", ""), start=said.get("DT", "")
            ),
            "round": said.get("RO", ""),
            "rule": number_of("rule", name=_rule_name(record)),
            "black": number_of("player", name=record.black),
            "white": number_of("player", name=record.white),
            "bresult": score,
            "opening": number_of("opening", name=said.get("ON", "")),
        }
        for value in dict(record.properties).get(_OTHERS_PROPERTY, ()):
            name, is_pair, text = plain_value(value).partition("=")
            if is_pair and re.fullmatch(r"[A-Za-z]\w*", name) and name not in _UNDERSTOOD:
                attributes[name] = text
        game = ElementTree.SubElement(
            listed, "game", {name: _clean(text) for name, text in attributes.items() if text}
        )
        ElementTree.SubElement(game, "move").text = moves_to_text(record.moves, SIZE)
        if record.comment:
            ElementTree.SubElement(game, "info").text = _clean(record.comment)
        on_board = replay(record.rules, record.moves).outcome
        result = record.written_result or result_to_text(record.outcome)
        if result and _outcome(score, on_board) != record.outcome:
            ElementTree.SubElement(game, "result").text = _clean(result)
    for element in database.iter():
        for name, text in element.attrib.items():
            element.set(name, _clean(text))
    ElementTree.indent(database, space=" ")
    body = ElementTree.tostring(database, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _check_size(record: GameRecord) -> None:
    """
    Raises:
        RecordError: if the format cannot hold the game.
    """
    rules = record.rules
    if record.start or rules.size != SIZE or rules.win_length != 5:
        what = "a position that was set up" if record.start else rules.describe()
        raise RecordError(f"a .rif cannot hold {what}: save it as SGF")


def _rule_name(record: GameRecord) -> str:
    said = record.written_rules
    is_same = bool(said) and _variant(said)[0] == record.rules.variant
    return said if is_same else record.rules.variant_name


def _clean(text: str) -> str:
    """A text without the letters that XML has no way to write."""
    return re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def _texts(element: ElementTree.Element) -> dict[str, str]:
    """Attributes of a game, and its children under names with a slash."""
    said = dict(element.attrib)
    for child in element:
        said[f"{child.tag}/"] = "".join(child.itertext())
    return said


def _game(said: dict[str, str], tables: dict[str, _Table]) -> GameRecord:
    remarks: list[str] = []
    rules, written_rules, is_guessed = _rules(said, tables["rule"], remarks)
    moves = _moves(said.get("move/", ""), remarks)
    played = replay(rules, moves)
    if played.remark:
        remarks.append(played.remark)
    tournament = tables["tournament"].get(said.get("tournament", ""), {})
    opening = tables["opening"].get(said.get("opening", ""), {})
    date = tournament.get("start") or tournament.get("year", "")
    texts = {
        "DT": date,
        "EV": tournament.get("name", ""),
        "ON": opening.get("name", ""),
        "RO": said.get("round", ""),
    }
    others = [
        f"{name}={text}"
        for name, text in said.items()
        if name not in _UNDERSTOOD and not name.endswith("/") and text
    ]
    properties: list[Property] = [
        (name, (escaped_value(text),)) for name, text in texts.items() if text
    ]
    if others:
        properties.append((_OTHERS_PROPERTY, tuple(escaped_value(text) for text in sorted(others))))
    outcome = _outcome(said.get("bresult", ""), played.outcome)
    written_result = ""
    if "result/" in said:
        written = result_from_words(said["result/"])
        outcome = written.outcome if written.is_known else outcome
        written_result = "" if said["result/"] == result_to_text(outcome) else said["result/"]
    elif played.outcome is not None and outcome is not played.outcome:
        remarks.append("on the board the game ended otherwise than its result says")
    return GameRecord(
        rules,
        played.moves,
        outcome,
        black=_player(said, "black", tables["player"]),
        white=_player(said, "white", tables["player"]),
        comment=said.get("info/", "").strip(),
        properties=tuple(sorted(properties)),
        written_rules=written_rules,
        written_result=written_result,
        rules_are_guessed=is_guessed,
        remarks=tuple(remarks),
    )


def _player(said: dict[str, str], color: str, players: _Table) -> str:
    """The name of a player; the number that stands for one who is not listed."""
    number = said.get(color, "")
    player = players.get(number)
    if player is None:
        return number
    return " ".join(filter(None, (player.get("name", ""), player.get("surname", ""))))


def _rules(said: dict[str, str], listed: _Table, remarks: list[str]) -> tuple[Rules, str, bool]:
    """The rules of a game, the words for them if we would use others, whether they are a guess."""
    name = listed.get(said.get("rule", ""), {}).get("name", "")
    variant, is_named = _variant(name)
    rules = Rules(SIZE, 5, variant)
    if not is_named:
        shown = repr(name[:40]) if name else "without a name"
        remarks.append(f"the rules {shown} are read as {rules.variant_name}")
    return rules, "" if name == rules.variant_name else name, False


def _variant(name: str) -> tuple[int, bool]:
    """The variant for a name of rules, and whether the name is one for it."""
    named = rules_from_words(name).variant
    if named is not None:
        return named, True
    return STANDARD if re.search(r"gomoku|swap", name, re.IGNORECASE) else RENJU, False


def _moves(text: str, remarks: list[str]) -> list[int]:
    moves: list[int] = []
    words = re.findall(r"[A-Za-z]\s*[0-9]+|[^\s,;]+", text)
    for number, word in enumerate(words, start=1):
        try:
            moves.append(move_from_text(word.replace(" ", ""), SIZE))
        except NotationError as error:
            remarks.append(f"move {number}: {error}: {left_out(number, len(words) - number)}")
            break
    return moves


def _outcome(score: str, on_board: Outcome | None) -> Outcome | None:
    """The outcome for Black's score; that of the board where it agrees, or nothing is said."""
    points = re.fullmatch(r"([01])(?:[.,]0*)?|0?([.,]5)", score.strip())
    if points is None:
        return on_board
    if points[2]:
        said = Outcome(None, Termination.FULL_BOARD)
    else:
        said = Outcome(BLACK if points[1] == "1" else WHITE, Termination.RESIGNED)
    if on_board is not None and on_board.winner is said.winner:
        return on_board
    return said
