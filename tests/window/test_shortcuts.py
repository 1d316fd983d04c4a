"""The sheet of shortcuts."""

from gomoku_zero.window.dialogs import SHORTCUTS, SWITCHES, help_dialog
from gomoku_zero.window.keys import commands_with_keys
from gomoku_zero.window.layout import lay_out_window
from gomoku_zero.window.words import languages, load_words

PLAYED_OTHERWISE = {"play", "pause", "take_back", "keep_move"}  # on the sheet, without a key alone


def test_the_sheet_has_every_key_there_is_and_no_other() -> None:
    listed = {command for shortcut in SHORTCUTS for command in shortcut.commands}
    assert listed - PLAYED_OTHERWISE == commands_with_keys()


def test_every_switch_has_a_key() -> None:
    assert set(SWITCHES) <= commands_with_keys()


def test_every_line_of_the_sheet_has_a_text_in_every_language() -> None:
    for language in languages():
        texts = load_words(language).texts
        assert [each.text for each in SHORTCUTS if each.text not in texts] == []


def test_the_sheet_lies_inside_of_every_window() -> None:
    for size in ((1120, 780), (480, 900), (2560, 1440), (640, 480)):
        layout = lay_out_window(*size)
        dialog = help_dialog(layout, load_words("en"))
        assert dialog.box.left >= 0
        assert dialog.box.bottom <= size[1]
        assert all(control.rect.right <= size[0] for control in dialog.controls)
