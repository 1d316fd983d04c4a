"""Tips about controls, for when the mouse rests on them."""

from gomoku.rules import VARIANT_NAMES
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import (
    Command,
    Do,
    FormOpening,
    FormSide,
    FormStrength,
    FormVariant,
    SetWarning,
    Switch,
)


def tip_of(command: Command | None, language: Language) -> str:
    """An explanation in a sentence or two; "" where the text of the control says it all."""
    match command:
        case Do():
            key = command.name.lower()
        case Switch(name):
            key = name
        case FormVariant(variant):
            key = VARIANT_NAMES[variant]
        case FormOpening(rule):
            key = f"opening_{rule.name.lower()}"
        case FormSide(side):
            key = side
        case FormStrength():
            key = "strength"
        case SetWarning():
            key = "warning"
        case _:
            return ""
    return language.texts.get(f"tip_{key}", "")
