"""The sheet of shortcuts, and what keys mean on keyboards of the world."""

import pygame

from gomoku.opening_rules import Option
from gomoku_zero.window.i18n import languages, load_language
from gomoku_zero.window.keys import command_of_key, commands_with_keys, key_of
from gomoku_zero.window.model.commands import Choose, Command, Do, Play, Switch
from gomoku_zero.window.view.dialogs import SHORTCUTS, SWITCHES, help_dialog
from gomoku_zero.window.view.layout import lay_out_window

PLAYED_OTHERWISE = {Play, Do.PAUSE, Do.TAKE_BACK, Do.KEEP_MOVE}  # on the sheet, without a key alone


def test_the_sheet_has_every_key_there_is_and_no_other() -> None:
    listed = {command for shortcut in SHORTCUTS for command in shortcut.commands}
    assert listed - PLAYED_OTHERWISE == commands_with_keys()


def test_every_switch_has_a_key() -> None:
    assert {Switch(name) for name in SWITCHES} <= commands_with_keys()


def test_every_line_of_the_sheet_has_a_text_in_every_language() -> None:
    for language in languages():
        texts = load_language(language).texts
        assert [each.text for each in SHORTCUTS if each.text not in texts] == []


def test_the_sheet_lies_inside_of_every_window() -> None:
    for size in ((1120, 780), (480, 900), (2560, 1440), (640, 480)):
        layout = lay_out_window(*size)
        dialog = help_dialog(layout, load_language("en"))
        assert dialog.box.left >= 0
        assert dialog.box.bottom <= size[1]
        assert all(control.rect.right <= size[0] for control in dialog.controls)


def pressed(key: int, scancode: int, mod: int = 0) -> Command | None:
    event = pygame.event.Event(pygame.KEYDOWN, key=key, scancode=scancode, mod=mod)
    return command_of_key(key_of(event), mod)


def test_keys_of_a_layout_without_latin_letters_work_by_their_place() -> None:
    assert pressed(ord("\u044b"), pygame.KSCAN_S, pygame.KMOD_CTRL) is Do.SAVE
    assert pressed(ord("\u043d"), pygame.KSCAN_Y) is Do.REDO
    assert pressed(ord("\u0445"), pygame.KSCAN_LEFTBRACKET) is Do.PREVIOUS_MISTAKE
    assert pressed(ord("\u044e"), pygame.KSCAN_PERIOD) is Do.STEP


def test_keys_of_a_latin_layout_are_what_is_written_on_them() -> None:
    assert pressed(pygame.K_y, pygame.KSCAN_Z) is Do.REDO  # German
    assert pressed(pygame.K_F1, pygame.KSCAN_F1) is Do.HELP
    assert pressed(ord("\u00e9"), pygame.KSCAN_2) == Choose(Option.WHITE)  # French digits
