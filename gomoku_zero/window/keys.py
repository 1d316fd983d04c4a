"""The commands of the keys."""

import pygame

from gomoku.opening_rules import Option
from gomoku_zero.window.model.commands import (
    Browse,
    ChangePace,
    ChangeTextSize,
    Choose,
    Command,
    Do,
    GoTo,
    Switch,
)

_PLAIN: dict[int, Command] = {
    pygame.K_u: Do.UNDO,
    pygame.K_BACKSPACE: Do.UNDO,
    pygame.K_y: Do.REDO,
    pygame.K_h: Do.HINT,
    pygame.K_p: Do.AI_MOVE,
    pygame.K_PERIOD: Do.STEP,
    pygame.K_MINUS: ChangePace(-1),
    pygame.K_EQUALS: ChangePace(1),
    pygame.K_PLUS: ChangePace(1),
    pygame.K_a: Do.ANALYSIS,
    pygame.K_w: Do.DEEPER,
    pygame.K_g: Switch("heat"),
    pygame.K_r: Do.REVIEW,
    pygame.K_LEFTBRACKET: Do.PREVIOUS_MISTAKE,
    pygame.K_RIGHTBRACKET: Do.NEXT_MISTAKE,
    pygame.K_v: Do.NEXT_LINE,
    pygame.K_z: Do.BACK_TO_GAME,
    pygame.K_o: Do.PROMOTE_LINE,
    pygame.K_DELETE: Do.REMOVE_LINE,
    pygame.K_j: Do.COMMENT,
    pygame.K_x: Do.SWITCH_SIDES,
    pygame.K_m: Do.REMATCH,
    pygame.K_n: Do.NEW_GAME,
    pygame.K_e: Do.SETUP,
    pygame.K_b: Switch("teaching"),
    pygame.K_i: Switch("pondering"),
    pygame.K_d: Switch("confirm"),
    pygame.K_f: Switch("warn_forbidden"),
    pygame.K_1: Choose(Option.BLACK),
    pygame.K_2: Choose(Option.WHITE),
    pygame.K_3: Choose(Option.PUT_TWO),
    pygame.K_KP1: Choose(Option.BLACK),
    pygame.K_KP2: Choose(Option.WHITE),
    pygame.K_KP3: Choose(Option.PUT_TWO),
    pygame.K_s: Switch("sound"),
    pygame.K_k: Switch("numbers"),
    pygame.K_c: Switch("coordinates"),
    pygame.K_t: Do.THEME,
    pygame.K_l: Do.LANGUAGE,
    pygame.K_HOME: GoTo(0),
    pygame.K_END: GoTo(1_000_000),
    pygame.K_PAGEUP: Browse(-1),
    pygame.K_PAGEDOWN: Browse(1),
    pygame.K_F1: Do.HELP,
    pygame.K_F2: Do.RULES,
    pygame.K_F3: Do.SETTINGS,
    pygame.K_F4: Do.PUZZLE,
    pygame.K_F5: Do.SOLUTION,
    pygame.K_F6: Do.PROGRESS,
    pygame.K_F7: Do.EXERCISE,
    pygame.K_F8: Do.TRAIN,
    pygame.K_q: Do.RESIGN,
    pygame.K_F11: Do.FULLSCREEN,
    pygame.K_F12: Do.FOLD,
    pygame.K_ESCAPE: Do.CLOSE,
}

_WITH_CONTROL: dict[int, Command] = {
    pygame.K_s: Do.SAVE,
    pygame.K_e: Do.SHARE,
    pygame.K_o: Do.LOAD,
    pygame.K_f: Do.SEARCH,
    pygame.K_c: Do.COPY,
    pygame.K_v: Do.PASTE,
    pygame.K_z: Do.UNDO,
    pygame.K_y: Do.REDO,
    pygame.K_n: Do.NEW_GAME,
    pygame.K_q: Do.QUIT,
    pygame.K_LEFT: Browse(-1),
    pygame.K_RIGHT: Browse(1),
    pygame.K_UP: Do.LINE_ABOVE,
    pygame.K_DOWN: Do.LINE_BELOW,
    pygame.K_PLUS: ChangeTextSize(10),
    pygame.K_EQUALS: ChangeTextSize(10),
    pygame.K_MINUS: ChangeTextSize(-10),
}


_WITH_CONTROL_AND_SHIFT: dict[int, Command] = {
    pygame.K_s: Do.SAVE_PSQ,
    pygame.K_c: Do.COPY_POSITION,
}


def commands_with_keys() -> set[Command | type]:
    """All commands that a key gives; of those with a value, other than switches, their classes."""
    tables = (_PLAIN, _WITH_CONTROL, _WITH_CONTROL_AND_SHIFT)
    given = {command for table in tables for command in table.values()}
    return {each if isinstance(each, (Do, Switch)) else type(each) for each in given}


def command_of_key(key: int, modifiers: int) -> Command | None:
    """The command of a key, alone or with Control (Command on a Mac); None for nothing."""
    if modifiers & (pygame.KMOD_CTRL | pygame.KMOD_META):
        if modifiers & pygame.KMOD_SHIFT and key in _WITH_CONTROL_AND_SHIFT:
            return _WITH_CONTROL_AND_SHIFT[key]
        return _WITH_CONTROL.get(key)
    return _PLAIN.get(key)


def key_of(event: pygame.event.Event) -> int:
    """The key that was pressed; where the layout has no Latin letters, the one at that place of an
    American keyboard."""
    key: int = event.key
    if key < 128 or key >= _WITHOUT_LETTER:
        return key
    return _BY_PLACE.get(getattr(event, "scancode", 0), key)


_WITHOUT_LETTER = 1 << 30  # SDL's numbers for arrows, function keys and the like
_BY_PLACE = {
    **{pygame.KSCAN_A + number: pygame.K_a + number for number in range(26)},
    **{pygame.KSCAN_1 + number: pygame.K_1 + number for number in range(9)},
    pygame.KSCAN_MINUS: pygame.K_MINUS,
    pygame.KSCAN_EQUALS: pygame.K_EQUALS,
    pygame.KSCAN_LEFTBRACKET: pygame.K_LEFTBRACKET,
    pygame.KSCAN_RIGHTBRACKET: pygame.K_RIGHTBRACKET,
    pygame.KSCAN_PERIOD: pygame.K_PERIOD,
}
