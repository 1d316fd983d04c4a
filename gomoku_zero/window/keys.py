"""What the keys mean."""

import pygame

from gomoku.opening_rules import Option
from gomoku_zero.window.controls import Command

_PLAIN = {
    pygame.K_u: Command("undo"),
    pygame.K_BACKSPACE: Command("undo"),
    pygame.K_y: Command("redo"),
    pygame.K_h: Command("hint"),
    pygame.K_p: Command("ai_move"),
    pygame.K_PERIOD: Command("step"),
    pygame.K_MINUS: Command("speed", -1),
    pygame.K_EQUALS: Command("speed", 1),
    pygame.K_PLUS: Command("speed", 1),
    pygame.K_a: Command("analysis"),
    pygame.K_g: Command("heat"),
    pygame.K_r: Command("review"),
    pygame.K_LEFTBRACKET: Command("previous_mistake"),
    pygame.K_RIGHTBRACKET: Command("next_mistake"),
    pygame.K_x: Command("switch_sides"),
    pygame.K_m: Command("rematch"),
    pygame.K_n: Command("new_game"),
    pygame.K_e: Command("setup"),
    pygame.K_b: Command("teaching"),
    pygame.K_i: Command("pondering"),
    pygame.K_d: Command("confirm"),
    pygame.K_f: Command("warn_forbidden"),
    pygame.K_1: Command("choose", Option.BLACK.value),
    pygame.K_2: Command("choose", Option.WHITE.value),
    pygame.K_3: Command("choose", Option.PUT_TWO.value),
    pygame.K_KP1: Command("choose", Option.BLACK.value),
    pygame.K_KP2: Command("choose", Option.WHITE.value),
    pygame.K_KP3: Command("choose", Option.PUT_TWO.value),
    pygame.K_s: Command("sound"),
    pygame.K_k: Command("numbers"),
    pygame.K_c: Command("coordinates"),
    pygame.K_t: Command("theme"),
    pygame.K_l: Command("language"),
    pygame.K_HOME: Command("go_to", 0),
    pygame.K_END: Command("go_to", 1_000_000),
    pygame.K_PAGEUP: Command("browse", -1),
    pygame.K_PAGEDOWN: Command("browse", 1),
    pygame.K_F1: Command("help"),
    pygame.K_F11: Command("fullscreen"),
    pygame.K_ESCAPE: Command("close"),
}

_WITH_CONTROL = {
    pygame.K_s: Command("save"),
    pygame.K_o: Command("load"),
    pygame.K_c: Command("copy"),
    pygame.K_v: Command("paste"),
    pygame.K_z: Command("undo"),
    pygame.K_y: Command("redo"),
    pygame.K_n: Command("new_game"),
    pygame.K_q: Command("quit"),
    pygame.K_PLUS: Command("text_size", 10),
    pygame.K_EQUALS: Command("text_size", 10),
    pygame.K_MINUS: Command("text_size", -10),
}


_WITH_CONTROL_AND_SHIFT = {
    pygame.K_s: Command("save_psq"),
    pygame.K_c: Command("copy_position"),
}


def commands_with_keys() -> set[str]:
    """The names of all commands that a key gives."""
    tables = (_PLAIN, _WITH_CONTROL, _WITH_CONTROL_AND_SHIFT)
    return {command.name for table in tables for command in table.values()}


def command_of_key(key: int, modifiers: int) -> Command | None:
    """What a key stands for, alone or with Control (Command on a Mac); None for nothing."""
    if modifiers & (pygame.KMOD_CTRL | pygame.KMOD_META):
        if modifiers & pygame.KMOD_SHIFT and key in _WITH_CONTROL_AND_SHIFT:
            return _WITH_CONTROL_AND_SHIFT[key]
        return _WITH_CONTROL.get(key)
    return _PLAIN.get(key)
