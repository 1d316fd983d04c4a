"""The failure of a player, in the user's language."""

from collections.abc import Sequence

from gomoku.notation import move_to_text
from gomoku.opening_rules import Decision, Option
from gomoku_zero.players.engine import EngineError
from gomoku_zero.players.engine_process import EngineFailure, Fault
from gomoku_zero.players.spec import SpecError
from gomoku_zero.window.i18n import Language
from nets.checkpoint import CheckpointError


def failure_line(player: str, error: Exception, language: Language) -> str:
    """One sentence by the kind of failure; behind it, quoted, what is only known in other words.

    player: what it is called.
    """
    if isinstance(error, EngineFailure):
        if error.fault is Fault.ENDED and error.exit_code is not None:
            sentence = language.say("fault_exit_code", player=player, code=error.exit_code)
        else:
            sentence = language.say(f"fault_{error.fault.value}", player=player)
        return _quoting(sentence, error.words, language)
    is_unusable = isinstance(error, (EngineError, SpecError, CheckpointError))
    sentence = language.say("fault_unusable" if is_unusable else "fault_broken", player=player)
    return _quoting(sentence, str(error), language)


def illegal_line(player: str, decisions: Sequence[Decision], size: int, language: Language) -> str:
    """That a player decided what cannot be played.

    size: of the board.
    """
    texts = (
        language.say(f"choose_{each.value}")
        if isinstance(each, Option)
        else move_to_text(each, size).upper()
        for each in decisions
    )
    return _quoting(language.say("fault_illegal", player=player), " ".join(texts), language)


def _quoting(sentence: str, said: str, language: Language) -> str:
    # Engines may say any bytes, and no font draws those that control a terminal.
    said = "".join(letter if letter.isprintable() else " " for letter in said)
    return language.say("quoting", sentence=sentence, said=said) if said else sentence
