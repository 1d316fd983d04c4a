"""The mouse and the keyboard: where they point, and which commands their events give."""

import pygame

from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.window.keys import command_of_key, key_of
from gomoku_zero.window.model.commands import (
    Browse,
    ChangePace,
    ChangeTextSize,
    Command,
    Do,
    FormScroll,
    GoTo,
    GoToPlace,
    PageCommand,
    Play,
    Put,
    ScrollGames,
    ScrollPanel,
    TypeText,
)
from gomoku_zero.window.view.dialogs import Dialog
from gomoku_zero.window.view.panel import LINE, Part, place_pointed_at, ply_pointed_at
from gomoku_zero.window.view.scene import Scene
from gomoku_zero.window.view.widgets import Control, control_at, next_focus

LEFT_BUTTON, RIGHT_BUTTON = 1, 3
OUTSIDE = (-1, -1)
PAGE_ROWS = 5  # of a list
ENTER_KEYS = (pygame.K_RETURN, pygame.K_KP_ENTER)
ARROW_KEYS = (pygame.K_LEFT, pygame.K_RIGHT, pygame.K_UP, pygame.K_DOWN)


class Input:
    """Translates events into commands; what there is to click or to press, a scene says.

    pointer: the pixel that the mouse is on; outside of the window `OUTSIDE`.
    cursor: the point of the board that the keyboard is on; None while the mouse is used.
    focus: the command of the control that the keyboard is on, in a dialog or the panel.
    """

    def __init__(self) -> None:
        self.pointer = OUTSIDE
        self.cursor: int | None = None
        self.focus: Command | None = None
        self._held: set[int] = set()

    def point(self, pointer: tuple[int, int]) -> None:
        """The mouse has moved."""
        self.pointer = pointer
        self.cursor = None

    def leave(self) -> None:
        """The mouse has left the window."""
        self.pointer = OUTSIDE

    def release(self, key: int | None = None) -> None:
        """A key is up again; all of them for None, as when the keyboard is another window's."""
        self._held = set() if key is None else self._held - {key}

    def command(self, event: pygame.event.Event, scene: Scene) -> Command | None:
        """The command of a click, a turn of the wheel or a key; None for nothing.

        scene: what the user sees.
        """
        if event.type == pygame.MOUSEBUTTONDOWN:
            return self._click(event.pos, event.button, scene)
        if event.type == pygame.MOUSEWHEEL:
            return self._scroll(-event.y, scene)
        if event.type == pygame.KEYDOWN:
            is_repeated = event.key in self._held
            self._held.add(event.key)
            if scene.dialog is not None:
                command = self._press_in_dialog(event, scene.dialog)
            else:
                command = self._press(event, scene)
            # Who holds a switch down for a moment too long does not want it back where it was.
            return None if is_repeated and not _goes_on(command) else command
        return None

    def pointer_shape(self, scene: Scene) -> int:
        """A hand over what can be clicked, a barred circle where the human cannot play."""
        if control_at(_controls(scene), *self.pointer) is not None:
            return pygame.SYSTEM_CURSOR_HAND
        move = None if scene.dialog else scene.board.move_at(*self.pointer)
        snapshot = scene.snapshot
        # The mouse still lies on the stone just played; that needs no comment.
        just_played = move in snapshot.moves[-2:]
        taken = move is not None and snapshot.cells[move] != 0 and not just_played
        taken = taken or move in snapshot.barred or (move is not None and bool(snapshot.options))
        if taken and snapshot.human_to_move and not scene.setting_up:
            return pygame.SYSTEM_CURSOR_NO
        return pygame.SYSTEM_CURSOR_ARROW

    def _click(self, place: tuple[int, int], button: int, scene: Scene) -> Command | None:
        if button not in (LEFT_BUTTON, RIGHT_BUTTON):
            return None
        self.pointer = place
        self.focus = None
        control = control_at(_controls(scene), *place) if button == LEFT_BUTTON else None
        if control is not None:
            return control.command
        if scene.dialog is not None:
            return None if scene.dialog.box.contains(*place) else Do.CLOSE
        move = scene.board.move_at(*place)
        if move is not None:
            return _touch(move, button, scene)
        candidates = scene.panel.parts.get(Part.CANDIDATES)
        is_seen = candidates is not None and scene.panel.middle.contains(*place)
        if is_seen and candidates is not None:
            headline = candidates._replace(height=scene.layout.units(LINE))
            if headline.contains(*place):
                return Do.DEEPER
        node = place_pointed_at(scene.panel, scene.layout, scene.snapshot, *place)
        if node is not None:
            return GoToPlace(node)
        ply = ply_pointed_at(scene.panel, scene.layout, scene.snapshot, *place)
        return None if ply is None else GoTo(ply)

    def _press(self, event: pygame.event.Event, scene: Scene) -> Command | None:
        if event.key == pygame.K_DELETE and scene.setting_up:
            return Do.SETUP_CLEAR
        if event.key == pygame.K_TAB:
            step = -1 if event.mod & pygame.KMOD_SHIFT else 1
            buttons = scene.panel.buttons[::step]
            self.focus = next_focus(buttons, self.focus, 0, 0)
            self.cursor = None
            return None
        if event.key in (*ENTER_KEYS, pygame.K_SPACE) and self.focus is not None:
            return self.focus
        if event.key in ARROW_KEYS and not event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META):
            self.focus = None
            self._move_cursor(event.key, scene.snapshot.rules, scene.snapshot.last_move)
            return None
        if event.key in (*ENTER_KEYS, pygame.K_SPACE):
            # Whoever plays by keyboard still has the cursor on the move the lesson is about.
            if scene.snapshot.lesson is not None:
                return Do.KEEP_MOVE
            return None if self.cursor is None else _touch(self.cursor, LEFT_BUTTON, scene)
        return command_of_key(key_of(event), event.mod)

    def _press_in_dialog(self, event: pygame.event.Event, dialog: Dialog) -> Command | None:
        """Tab and the arrows go from control to control, Enter and Space click it; page keys
        scroll a list."""
        across = (event.key == pygame.K_RIGHT) - (event.key == pygame.K_LEFT)
        down = (event.key == pygame.K_DOWN) - (event.key == pygame.K_UP)
        is_enter = event.key in ENTER_KEYS
        is_space = event.key == pygame.K_SPACE and not dialog.is_typed_in
        focused = next((each.command for each in dialog.controls if each.focused), None)
        command = command_of_key(key_of(event), event.mod)
        if event.key in (pygame.K_ESCAPE, pygame.K_F1):
            return Do.CLOSE
        is_letter = dialog.is_typed_in and not event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META)
        if (
            command is not None
            and not is_letter
            and any(each.note and each.command == command for each in dialog.controls)
        ):
            return command  # its key stands on the button
        pages = (event.key == pygame.K_PAGEDOWN) - (event.key == pygame.K_PAGEUP)
        if pages and dialog.wheel:
            return dialog.wheel(pages * PAGE_ROWS)
        if across or down or event.key == pygame.K_TAB:
            self.focus = next_focus(dialog.controls, self.focus, across, down)
            return None
        if is_enter or is_space:
            return focused or (dialog.enter if is_enter else None)
        return _typed(event) if dialog.is_typed_in else None

    def _scroll(self, rows: int, scene: Scene) -> Command | None:
        if not rows:
            return None  # the wheel was turned sideways
        if scene.dialog is not None:
            return scene.dialog.wheel(rows) if scene.dialog.wheel else None
        if scene.panel.is_scrollable and scene.panel.middle.contains(*self.pointer):
            return ScrollPanel(rows)
        return None if scene.setting_up else Browse(rows)

    def _move_cursor(self, key: int, rules: Rules, last_move: int | None) -> None:
        size = rules.size
        if self.cursor is None:
            self.cursor = last_move if last_move is not None else size // 2 * size + size // 2
            return
        row, column = divmod(self.cursor, size)
        row += (key == pygame.K_DOWN) - (key == pygame.K_UP)
        column += (key == pygame.K_RIGHT) - (key == pygame.K_LEFT)
        self.cursor = row % size * size + column % size


def _goes_on(command: Command | None) -> bool:
    """Return whether a command is given again and again while its key is held down."""
    steps = {
        *(Do.UNDO, Do.REDO, Do.ERASE, Do.LINE_ABOVE, Do.LINE_BELOW, Do.NEXT_LINE),
        *(Do.NEXT_MISTAKE, Do.PREVIOUS_MISTAKE),
    }
    moves = (Browse, ChangePace, ChangeTextSize, ScrollPanel, ScrollGames, FormScroll, TypeText)
    return command in steps or isinstance(command, (*moves, PageCommand))


def _controls(scene: Scene) -> tuple[Control, ...]:
    return scene.dialog.controls if scene.dialog else scene.panel.buttons


def _touch(move: int, button: int, scene: Scene) -> Command | None:
    """A point of the board was clicked."""
    if scene.setting_up:
        return Put(move, BLACK if button == LEFT_BUTTON else WHITE)
    return Play(move) if button == LEFT_BUTTON else None


def _typed(event: pygame.event.Event) -> Command | None:
    """The command of a key for the text of a dialog that is typed in."""
    if event.key == pygame.K_BACKSPACE:
        return Do.ERASE
    if key_of(event) == pygame.K_v and event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META):
        return Do.PASTE_TEXT
    return TypeText(event.unicode) if event.unicode.isprintable() else None
