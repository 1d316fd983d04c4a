"""What went wrong in a player, in the user's language."""

from collections.abc import Sequence

from gomoku.notation import move_to_text
from gomoku.opening_rules import Decision, Option
from gomoku_zero.players.engine import EngineError, EngineFailure, Fault
from gomoku_zero.players.spec import SpecError
from gomoku_zero.window.words import Words
from nets.checkpoint import CheckpointError


def failure_line(player: str, error: Exception, words: Words) -> str:
    """One sentence by the kind of failure; behind it, quoted, what is only known in other words.

    player: what it is called.
    """
    if isinstance(error, EngineFailure):
        if error.fault is Fault.ENDED and error.exit_code is not None:
            sentence = words.say("fault_exit_code", player=player, code=error.exit_code)
        else:
            sentence = words.say(f"fault_{error.fault.value}", player=player)
        return _quoting(sentence, error.words, words)
    is_unusable = isinstance(error, (EngineError, SpecError, CheckpointError))
    sentence = words.say("fault_unusable" if is_unusable else "fault_broken", player=player)
    return _quoting(sentence, str(error), words)


def illegal_line(player: str, decisions: Sequence[Decision], size: int, words: Words) -> str:
    """That a player decided what cannot be played.

    size: of the board.
    """
    texts = (
        words.say(f"choose_{each.value}")
        if isinstance(each, Option)
        else move_to_text(each, size).upper()
        for each in decisions
    )
    return _quoting(words.say("fault_illegal", player=player), " ".join(texts), words)


def _quoting(sentence: str, said: str, words: Words) -> str:
    # Engines may say any bytes, and no font draws those that control a terminal.
    said = "".join(letter if letter.isprintable() else " " for letter in said)
    return words.say("quoting", sentence=sentence, said=said) if said else sentence
