"""Bytes of a record as text: declared encodings, byte order marks, and what is left to guess."""

import codecs
import re
from collections.abc import Sequence
from typing import NamedTuple

from charset_normalizer import from_bytes

_MARKS = (
    # The longer ones first: UTF-32 begins as UTF-16 does.
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_DECLARED = re.compile(
    rb"""\bCA\s*\[\s*([\w.:+-]{1,40})\s*\]|<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:+-]{1,40})["']"""
)

_WIDER = {
    # Programs name a standard and write its extension by Microsoft or by later revisions.
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "big5": "cp950",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "ascii": "utf-8",
}

_GUESSES = (
    *("gb18030", "cp932", "big5", "cp949", "euc_jp", "euc_kr"),
    *("cp1251", "koi8_r", "cp1250", "cp1252", "cp1253", "cp1254", "cp1258"),
)

_SAMPLE = 2_000
"""Bytes that a guess looks at: enough for names and comments, and quick."""


class DecodedText(NamedTuple):
    """A text, and what was guessed about its bytes or was wrong with them; "" if nothing."""

    text: str
    remark: str = ""


def decode(data: bytes) -> DecodedText:
    """The text in some bytes.

    A byte order mark counts first, then what the text itself declares (`CA[...]` in SGF, the
    declaration of XML), then UTF-8, then a guess, which is told.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], name)
    if b"\0" in data[:4]:
        wide = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        text = data.decode(wide, "replace")
        if text.isprintable() or text[:1].isascii():
            return _decode_as(data, wide)
    declared = _DECLARED.search(data[:20_000])
    remark = ""
    if declared is not None and not data.isascii():
        name = (declared[1] or declared[2]).decode("ascii", "replace")
        codec = _codec(name)
        if codec not in (None, "utf-8") and _is_surely_utf8(data):
            return DecodedText(data.decode("utf-8"), f"the text declares {name}, but is UTF-8")
        if codec is None:
            remark = f"the encoding {name!r} is unknown"
        else:
            try:
                return DecodedText(data.decode(codec))
            except UnicodeDecodeError:
                remark = f"some bytes are not {name}, which the text declares"
                readable = data.decode(codec, "replace")
                if readable.count("\ufffd") <= len(readable) // 100:
                    return DecodedText(readable, remark)
    codec, guessed = likely_encoding(data)
    remark = "; ".join(filter(None, (remark, guessed)))
    return DecodedText(data.decode(codec, "replace"), remark)


def likely_encoding(data: bytes) -> tuple[str, str]:
    """The encoding of bytes that declare none, and a remark if it is a guess."""
    try:
        data.decode("utf-8")
        return "utf-8", ""
    except UnicodeDecodeError:
        codec = _guess(data)
        return codec, f"the encoding is a guess: {codec}"


def _is_surely_utf8(data: bytes) -> bool:
    """True if bytes are UTF-8 and hardly by chance, as two letters of other encodings may be."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(re.findall(rb"[\xe0-\xf4][\x80-\xbf]{2,3}", data)) > 1


def _decode_as(data: bytes, codec: str) -> DecodedText:
    try:
        return DecodedText(data.decode(codec))
    except UnicodeDecodeError:
        return DecodedText(data.decode(codec, "replace"), f"some bytes are not {codec}")


def _codec(name: str) -> str | None:
    """Python's name of a declared encoding that extends ASCII; None if there is none."""
    try:
        codec = codecs.lookup(name.replace(":", "_"))
    except (LookupError, ValueError):
        return None
    # What declares itself in ASCII is not UTF-16, and codecs such as rot13 or idna do not encode
    # files.
    name = codec.name.replace("-", "_")
    if not codec._is_text_encoding or name.startswith(("utf_16", "utf_32", "utf_7")):
        return None
    if name in ("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"):
        return None
    try:
        if b"(;GM[4]CA".decode(codec.name) != "(;GM[4]CA":
            return None
    except UnicodeError:
        return None
    return _WIDER.get(codec.name, codec.name)


def _guess(data: bytes) -> str:
    """The likeliest encoding of bytes that are not UTF-8."""
    # Only lines with letters beyond ASCII say anything.
    pieces = re.findall(rb"[^\x00-\x7f][^\r\n\];,]*", data)
    sample, length = [], 0
    for piece in pieces:
        sample.append(piece)
        length += len(piece)
        if length > _SAMPLE:
            break
    text = b" ".join(sample)[: 2 * _SAMPLE]
    codec = _double_byte_encoding(text)
    if codec is not None:
        return codec
    found = from_bytes(text, cp_isolation=list(_GUESSES), threshold=0.4).best()
    return "cp1252" if found is None else str(found.encoding)


def _double_byte_encoding(text: bytes) -> str | None:
    """The encoding of Chinese, Japanese or Korean, if nearly all its letters are common ones.

    Names are too short for statistics, but common letters have their own rows in each encoding.
    """
    pairs: list[bytes] = re.findall(rb"[\x81-\xfe][\x40-\xfe]", text)
    single = len(re.sub(rb"[\x81-\xfe][\x40-\xfe]|[\x00-\x7f]", b"", text))
    if not pairs:
        return None

    def share(rows: Sequence[tuple[int, int]], lowest: int) -> float:
        common = sum(
            any(first <= pair[0] <= last for first, last in rows) and pair[1] >= lowest
            for pair in pairs
        )
        return common / (len(pairs) + single)

    scores = {
        "cp949": share([(0xB0, 0xC8)], 0xA1) if len(pairs) > 2 else 0.0,
        "gb18030": share([(0xB0, 0xD7)], 0xA1),
        "cp932": share([(0x81, 0x83), (0x88, 0x97)], 0x40),
        "big5": share([(0xA4, 0xC6)], 0x40),
    }
    best = max(scores, key=lambda codec: scores[codec])
    if scores[best] < 0.85:
        return None
    try:
        text.decode(best)
    except UnicodeDecodeError:
        return None
    return best
