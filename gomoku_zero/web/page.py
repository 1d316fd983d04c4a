"""Filling in the page that `web/` builds.

The page is finished but for its data. Scripts and styles are allowed by their hashes only, and
data cannot break out of its element: everything that could end it is escaped.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gomoku.rules import Rules
from gomoku_zero.players.levels import level_table

FOLDER = Path(__file__).parent
WINDOW_LANGUAGES = FOLDER.parent / "window" / "languages"


def page_data(name: str, rules: Sequence[Rules], engine: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a page (`PageData` in `web/src/page/store.ts`).

    rules: those to choose from; the first are the usual ones.
    engine: what depends on the kind of engine, `engine` and what belongs to it.
    """
    return {
        "name": name,
        "rules": [[its.size, its.win_length, its.variant] for its in rules],
        "levels": [
            {field: getattr(level, field) for field in level.__struct_fields__}
            for level in level_table()
        ],
        "languages": page_texts(),
        "installable": False,
        **engine,
    }


def page_texts() -> dict[str, dict[str, str]]:
    """The texts by language: those of the window with those that only the page has."""
    texts: dict[str, dict[str, str]] = {}
    for folder in (WINDOW_LANGUAGES, FOLDER / "languages"):
        for file in sorted(folder.glob("*.toml")):
            its = tomllib.loads(file.read_text(encoding="utf-8"))
            texts.setdefault(file.stem, {}).update(its)
    return texts


def fill_page(data: Mapping[str, Any], *, sources: str = "", head: str = "") -> str:
    """The page with its data.

    sources: where it may load from beside itself, such as 'self' in quotes; nowhere if empty.
    head: further elements of its head, as HTML.
    """
    page = (FOLDER / "page.html").read_text(encoding="utf-8")
    # The data comes last: nothing in it is taken for a place to fill.
    places = (
        ("{{HEAD}}", head, 1),
        ("{{SOURCES}}", sources, 4),
        ("{{DATA}}", escaped_json(data), 1),
    )
    for place, text, times in places:
        assert page.count(place) == times, (place, page.count(place))
        page = page.replace(place, text)
    return page


def escaped_json(data: object) -> str:
    """JSON that can stand in a script element: no character of it begins or ends markup.

    >>> escaped_json({"name": "</script><!--"})
    '{"name":"\\\\u003c/script\\\\u003e\\\\u003c!--"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
