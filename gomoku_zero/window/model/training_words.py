"""Texts about runs and matches: players, boards, times."""

from functools import lru_cache
from pathlib import Path

from gomoku.rules import FREESTYLE, Rules
from gomoku_zero.players.spec import Engine, Level, Net, PlayerSpec, Pure, spec_or_none
from gomoku_zero.window.i18n import Language


def spec_title(spec: str, language: Language) -> str:
    """A player with how much it thinks, in few words; what is no spec stands as it is.

    It need not be in the list of opponents.
    """
    if spec.startswith("cycle ") and spec[6:].isdecimal():
        return language.say("cycle_number", cycle=int(spec[6:]))
    known = _parsed(spec)
    match known:
        case Pure(playouts):
            return f"{language.say('pure_search')} {playouts:,}"
        case Net():
            simulations = "" if known.simulations is None else f" @{known.simulations}"
            return f"{_network_name(Path(known.folder))}{simulations}"
        case Level():
            return language.say("level", level=known.number)
        case Engine():
            return Path(known.command.split()[0]).stem if known.command.split() else spec
    return language.name(f"{spec}_player") if spec in ("greedy", "random") else spec


def minutes_text(minutes: float, language: Language) -> str:
    if minutes >= 120:
        return language.say("so_many_hours", hours=f"{minutes / 60:g}")
    return language.say("so_many_minutes", minutes=f"{minutes:g}")


def rules_text(rules: Rules, language: Language) -> str:
    """The board, and how it is won."""
    row = language.say("by_line", length=rules.win_length)
    is_usual = rules.variant == FREESTYLE
    name = "" if is_usual else language.say(f"name_{rules.variant_name}")
    return language.joined(f"{rules.size}x{rules.size}", row, name)


@lru_cache(maxsize=256)
def _parsed(spec: str) -> PlayerSpec | None:
    return spec_or_none(spec)


def _network_name(folder: Path) -> str:
    """Of a run's checkpoint, the run and the cycle."""
    if folder.parent.name == "checkpoints" and folder.name.isdecimal():
        return f"{folder.parent.parent.name} {int(folder.name)}"
    return folder.name
