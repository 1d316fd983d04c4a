"""A review's explanation of a mistake, in sentences, and a game with all of them written down."""

from enum import Enum

from gomoku.notation import move_to_text, moves_to_text
from gomoku.opening_rules import Decision
from gomoku.rules import BLACK
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.line import GameLine
from gomoku_zero.window.model.review import Mistake, Severity
from gomoku_zero.window.model.tree import GameTree

MAX_LINE = 9  # moves of a line that is only expected; of a proven one all are given
GOOD_SIGN = "!"
SIGNS = {Severity.INACCURACY: "?!", Severity.MISTAKE: "?", Severity.BLUNDER: "??"}


class Reason(Enum):
    """Why a move was a mistake, as far as proofs tell; the value is a key of the language files."""

    FOUR_NOT_BLOCKED = "four_not_blocked"
    THREAT_OVERLOOKED = "threat_overlooked"
    WIN_MISSED = "win_missed"
    WIN_ALLOWED = "win_allowed"
    CHANCES_LOST = "chances_lost"


def reason_of(mistake: Mistake) -> Reason:
    """The gravest of them that is certain."""
    if mistake.missed_win:
        return Reason.WIN_MISSED
    if mistake.allows_win and mistake.threat:
        is_four = mistake.allows_win == 1 and len(mistake.threat) == 1
        return Reason.FOUR_NOT_BLOCKED if is_four else Reason.THREAT_OVERLOOKED
    return Reason.WIN_ALLOWED if mistake.allows_win else Reason.CHANCES_LOST


def explain(mistake: Mistake, size: int, language: Language) -> tuple[str, ...]:
    """Whose mistake it was and what it cost, why, and what was better, in a sentence each."""
    side = language.say("black" if mistake.color is BLACK else "white")
    enemy = language.say("white" if mistake.color is BLACK else "black")
    lines = [
        language.say(
            "mistake_what",
            side=side,
            ply=mistake.ply + 1,
            move=move_to_text(mistake.move, size).upper(),
            sign=SIGNS[mistake.severity],
            before=round(100 * mistake.before),
            after=round(100 * mistake.after),
        )
    ]
    wins_in = (mistake.allows_win + 1) // 2
    lines.append(
        language.say(
            reason_of(mistake).value,
            side=side,
            enemy=enemy,
            moves=wins_in,
            missed=(mistake.missed_win + 1) // 2,
            line=_text(mistake.threat or mistake.refutation, size, is_proven=True),
        )
    )
    if mistake.refutation:
        proven = bool(mistake.allows_win)
        line = _text(mistake.refutation, size, is_proven=proven)
        lines.append(language.say("answered_by", line=line))
    if mistake.better_line:
        proven = bool(mistake.missed_win)
        better = _text(mistake.better_line, size, is_proven=proven)
        lines.append(language.say("better_was", line=better))
    return tuple(lines)


def _text(moves: tuple[int, ...], size: int, *, is_proven: bool) -> str:
    shown = moves if is_proven else moves[:MAX_LINE]
    text = moves_to_text(shown, size).upper()
    return text + " \u2026" if len(shown) < len(moves) else text


def annotated(
    tree: GameTree,
    line: GameLine,
    mistakes: tuple[Mistake, ...],
    size: int,
    language: Language,
) -> GameTree:
    """The tree with every mistake commented and the better line beside it.

    line: the game itself.
    """
    written = GameTree(tree.entries(line.decisions), tree.comment(()))
    written.source = tree.source
    for mistake in mistakes:
        index = line.index_of(mistake.ply)
        before = line.decisions[:index]
        path: tuple[Decision, ...] = (*before, mistake.move)
        said = "\n".join(explain(mistake, size, language))
        known = written.comment(path)
        if said not in known:
            written.write(path, f"{known}\n{said}".strip())
        for moves in (mistake.better_line,):
            if moves:
                written.add((*before, *moves))
        if mistake.refutation:
            written.add((*path, *mistake.refutation))
    return written
