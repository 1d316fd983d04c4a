"""Rules and results as people and programs write them, in the languages that records come in."""

import re
import unicodedata
from typing import NamedTuple

from gomoku.board import Outcome, Termination
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, VARIANT_NAMES, WHITE, Color

# The first that matches counts, so "no forbidden moves" comes before "forbidden moves".
_VARIANTS = (
    (
        FREESTYLE,
        r"free[- ]?style(?![a-z])|fast ?game(?![a-z])|unlimited(?![a-z])|\bfree renju\b|"
        r"自由|無禁|无禁|禁じ?手(?:なし|無し)|フリースタイル|フリー|фри ?стайл|фристайл|свободн|"
        r"без фол|자유|프리스타일|voln[ýáé]|tự do",
    ),
    (
        CARO,
        r"\bcaro(?![a-z])|каро|カロ|chặn hai đầu|chặn 2 đầu|카로",
    ),
    (
        RENJU,
        r"\brenju(?![a-z])|\btaraguchi|\byamaguchi|\bsoos[oyõ]+rv|\btarannikov|\bsakata|連珠|连珠|"
        r"れんじゅ|レンジュ|렌주|р[еэ]нд[зж]+[юу]|有禁|禁手|禁じ手|禁着",
    ),
    (
        STANDARD,
        r"\bstandard(?![a-z])|\bstandardní|\bexact(?:ly)?[- ](?:five|5)\b|標準|标准|スタンダード|"
        r"стандарт|표준|스탠다드|tiêu chuẩn|長連不|长连不",
    ),
)
_VARIANT_WORDS = tuple((variant, re.compile(words)) for variant, words in _VARIANTS)

_LENGTH = re.compile(rf"\b(?:{'|'.join(VARIANT_NAMES)})\s+([0-9]{{1,4}})\b")
"""Our own way to write the stones in a row that win."""


class NamedRules(NamedTuple):
    """The rules as a text names them.

    variant: None if it names no rules that we know.
    length: the number behind the word, or None.
    remark: what was guessed, or "".
    """

    variant: int | None
    length: int | None = None
    remark: str = ""


def rules_from_words(text: str) -> NamedRules:
    """The rules that a text names: a word in some language, or a number of Gomocup's.

    >>> rules_from_words("renju 5"), rules_from_words("4").variant
    (NamedRules(variant=2, length=5, remark=''), 2)
    >>> rules_from_words("Japanese").variant is None
    True
    """
    text = _plain(text)
    if re.fullmatch(r"[0-9]{1,2}", text):
        return _rules_from_number(int(text))
    for variant, words in _VARIANT_WORDS:
        if words.search(text):
            length = _LENGTH.search(text)
            return NamedRules(variant, None if length is None else int(length[1]))
    return NamedRules(None)


def _plain(text: str) -> str:
    """A text in small letters, with single blanks and without letters of other widths."""
    normal = unicodedata.normalize("NFKC", text).replace("\N{FRACTION SLASH}", "/")
    return " ".join(normal.lower().split())


def _rules_from_number(number: int) -> NamedRules:
    """Gomocup's `INFO rule`: a sum of 1 exactly five, 2 continuous game, 4 renju, 8 caro."""
    if number > 15:
        return NamedRules(None)
    variant = FREESTYLE
    for bit, meant in ((8, CARO), (4, RENJU), (1, STANDARD)):
        if number & bit:
            variant = meant
            break
    remark = ""
    if number not in (0, 1, 4, 8, 9):
        remark = f"the rules are number {number}, read as {VARIANT_NAMES[variant]}"
        if number == 2:
            remark += ", for a continuous game; Yixin writes 2 for renju"
    return NamedRules(variant, None, remark)


class WrittenResult(NamedTuple):
    """The end of a game as a text describes it.

    outcome: None if the game has no result, or the text says none that we know.
    is_known: whether the text is one that we know, "no result" included.
    """

    outcome: Outcome | None
    is_known: bool


_BLACK = (
    r"\bb\b|\bblack\b|\bsente\b|黑|黒|先手|чёрны|черны|흑|noir|schwarz|negr[ao]s?|černý|czarn|"
    r"đen|siyah"
)
_WHITE = (
    r"\bw\b|\bwhite\b|\bgote\b|白|後手|后手|белы|백|blanc|wei(?:ß|ss)|blanc[ao]s?|bílý|biał|"
    r"trắng|beyaz"
)
_DRAW = (
    r"draw|drawn|tie|jigo|0|dead heat|remis|empate|nulle|unentschieden|remíza|ничья|"
    r"和|和棋|和局|平|平局|平手|持碁|引き?分け?|引分|무승부|hòa|hoà|berabere|1/2(?:-1/2)?|0\.5-0\.5"
)
_NONE = (
    r"|\?|\*|-|void|unknown|unfinished|in progress|no result|none|suspended|未完|中断|打掛|打ち掛け"
)
_LOSES = (
    r"\blos[et]|\blost\b|\bresigns?\b|\bresigned\b|\bforfeits?\b|\btimeout\b|負|负|认输|認輸|投了|投降|"
    r"проигр|сдал|패|verlier|verlor|aufgeg|perd|prohr|thua"
)

_PLUS = re.compile(r"(b|w|black|white)\s*\+\s*(.*)", re.DOTALL)
_WAYS = (
    (Termination.TIME, r"t|time.*|timeout.*|超时|超時|時間切れ.*|切れ負け"),
    (Termination.ILLEGAL_MOVE, r"f|forfeit.*"),
)


def result_from_words(text: str) -> WrittenResult:
    """The result in a text such as "B+R", "White wins" or "黑胜".

    >>> [result_from_words(text).outcome.winner.name for text in ("W+T", "Black resigns", "黑胜")]
    ['WHITE', 'WHITE', 'BLACK']
    """
    said = _plain(text)
    if re.fullmatch(_NONE, said):
        return WrittenResult(None, True)
    if re.fullmatch(_DRAW, said):
        return WrittenResult(Outcome(None, Termination.FULL_BOARD), True)
    plus = _PLUS.fullmatch(said)
    if plus is not None:
        winner = BLACK if plus[1][0] == "b" else WHITE
        for termination, words in _WAYS:
            if re.fullmatch(words, plus[2]):
                return WrittenResult(Outcome(winner, termination), True)
        return WrittenResult(Outcome(winner, Termination.RESIGNED), True)
    score = re.fullmatch(r"([01])\s*[-:]\s*([01])", said)
    if score is not None and score[1] != score[2]:
        winner = BLACK if score[1] == "1" else WHITE
        return WrittenResult(Outcome(winner, Termination.RESIGNED), True)
    return _result_from_sentence(said)


def _result_from_sentence(said: str) -> WrittenResult:
    """The color named first won, unless its clause says that it lost."""
    for clause in re.split(r"[,;:.()。、]", said):
        found: list[tuple[int, Color]] = []
        for color, words in ((BLACK, _BLACK), (WHITE, _WHITE)):
            named = re.search(words, clause)
            if named is not None:
                found.append((named.start(), color))
        if found:
            color = min(found, key=lambda each: each[0])[1]
            winner = color.other if re.search(_LOSES, clause) else color
            is_late = re.search(r"\btime|超时|超時|時間|время", said)
            way = Termination.TIME if is_late else Termination.RESIGNED
            return WrittenResult(Outcome(winner, way), True)
    is_draw = re.search(r"\bdraw|\btie\b|\bremis|ничья|和棋|和局|平局|引き分け|무승부", said)
    outcome = Outcome(None, Termination.FULL_BOARD) if is_draw else None
    return WrittenResult(outcome, bool(is_draw))


def result_to_text(outcome: Outcome | None) -> str:
    """A result as SGF writes it."""
    if outcome is None:
        return ""
    if outcome.winner is None:
        return "Draw"
    letter = "B" if outcome.winner is BLACK else "W"
    ways = {Termination.RESIGNED: "R", Termination.TIME: "T", Termination.ILLEGAL_MOVE: "F"}
    return f"{letter}+{ways.get(outcome.termination, '')}"
