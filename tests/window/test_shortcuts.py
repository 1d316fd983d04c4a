"""The sheet of shortcuts."""

from gomoku_zero.window.i18n import languages, load_language
from gomoku_zero.window.keys import commands_with_keys
from gomoku_zero.window.model.commands import Do, Play, Switch
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
