"""The scene of a frame: everything of the window, laid out and put into words."""

import time
from dataclasses import replace

from gomoku.rules import BLACK, WHITE, Color
from gomoku_zero.window.input import Input
from gomoku_zero.window.model.commands import Command
from gomoku_zero.window.model.messages import Messages
from gomoku_zero.window.model.opponents import Opponent
from gomoku_zero.window.model.pending import PendingMove
from gomoku_zero.window.model.preferences import Preferences
from gomoku_zero.window.model.puzzle_game import PuzzleGame
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.setup_mode import SetupBoard
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.model.status import (
    lesson_lines,
    player_name,
    player_remark,
    review_lines,
    status_lines,
)
from gomoku_zero.window.model.tips import tip_of
from gomoku_zero.window.reports import Reports
from gomoku_zero.window.view.dialogs import Dialog
from gomoku_zero.window.view.layout import BoardLayout, WindowLayout, lay_out_board, lay_out_window
from gomoku_zero.window.view.open_dialog import DialogKind, OpenDialog
from gomoku_zero.window.view.overlay import Overlay, overlay_of
from gomoku_zero.window.view.panel import PanelLayout, lay_out_panel
from gomoku_zero.window.view.panel_drawing import PanelTexts
from gomoku_zero.window.view.scene import Scene
from gomoku_zero.window.view.theme import THEMES
from gomoku_zero.window.view.widgets import control_at

TIP_SECONDS = 0.6  # how long the mouse rests on something before it is explained
DROP_SECONDS = 0.14  # how long a stone takes to come to rest


class Scenes:
    """Makes scenes of the parts of a window, and keeps what only concerns how they are looked at.

    is_unfolded: whether all buttons are shown, also where there is little room.
    """

    def __init__(
        self,
        session: GameSession,
        preferences: Preferences,
        opponents: list[Opponent],
        dialogs: OpenDialog,
        hands: Input,
        pending: PendingMove,
        puzzle: PuzzleGame,
        reports: Reports,
        messages: Messages,
    ) -> None:
        self.is_unfolded = False
        self._session = session
        self._preferences = preferences
        self._opponents = opponents
        self._dialogs = dialogs
        self._input = hands
        self._pending = pending
        self._puzzle = puzzle
        self._reports = reports
        self._messages = messages
        self._rested = 0.0  # how long the mouse has not moved, in seconds
        self._pointed_at: Command | None = None
        self._scroll = 0  # rows of the lists in the panel
        self._dropped_at = -DROP_SECONDS

    def rest(self, seconds: float) -> None:
        """The mouse has not moved for so much longer."""
        self._rested += seconds

    def point(self) -> None:
        """The mouse has moved."""
        self._rested = 0.0

    def click(self) -> None:
        """Something was clicked, which therefore needs no explanation."""
        self._rested = -TIP_SECONDS

    def drop_stone(self) -> None:
        """A stone was put down, and is to be seen coming to rest."""
        self._dropped_at = time.monotonic()

    def scroll(self, rows: int) -> None:
        """Move the lists in the panel."""
        self._scroll = max(0, self._scroll + rows)

    def scene(self, size: tuple[int, int], setup: SetupBoard | None) -> Scene:
        """The present one.

        size: of the window in pixels.
        setup: the position that is being set up, if one is.
        """
        snapshot = self._session.snapshot()
        if setup is not None:
            snapshot = setup.shown_in(snapshot)
        language, settings = self._preferences.language, self._preferences.settings
        layout, board = self._layouts(size, snapshot)
        panel = self._panel(layout, snapshot, setup)
        dialog = self._dialogs.lay_out(
            layout,
            self._opponents,
            settings,
            language,
            self._preferences.rating,
            self._pointed_at,
        )
        dialog = None if dialog is None else dialog.focused_on(self._input.focus)
        self._note_pointed(dialog)
        return Scene(
            snapshot=snapshot,
            layout=layout,
            board=board,
            panel=panel.focused_on(self._input.focus if dialog is None else None),
            texts=self._texts(snapshot, setup),
            language=language,
            overlay=self._overlay(snapshot, board, is_set_up=setup is not None),
            theme=THEMES[settings.theme],
            pointer=self._input.pointer,
            message=self._messages.shown,
            dialog=dialog,
            tip=self._tip(dialog, panel),
            setting_up=setup is not None,
        )

    def _texts(self, snapshot: Snapshot, setup: SetupBoard | None) -> PanelTexts:
        language, opponents = self._preferences.language, self._opponents
        first, second = (
            (
                self._name(snapshot, color),
                player_remark(snapshot, color, opponents, language, self._preferences.rating),
            )
            for color in (BLACK, WHITE)
        )
        status = self._puzzle.lines(snapshot)
        if setup is not None:
            status = language.say("setup"), language.say("setup_count", **setup.counts())
        if status is None:
            status = status_lines(snapshot, opponents, language, self._reports.preparing)
        if self._reports.trouble:
            sentences: tuple[str, ...] = (self._reports.trouble, language.say("resume_help"))
        elif setup is not None:
            sentences = (language.say("setup_hint"), language.say("setup_turn"))
        else:
            sentences = lesson_lines(snapshot, language)
        return PanelTexts((first, second), status, sentences, review_lines(snapshot, language))

    def _name(self, snapshot: Snapshot, color: Color) -> str:
        return player_name(
            snapshot.setup,
            color,
            self._opponents,
            self._preferences.language,
            colors_are_open=snapshot.colors_are_open,
        )

    def _tip(self, dialog: Dialog | None, panel: PanelLayout) -> str:
        """The tip about the thing that the mouse rests on."""
        if self._rested < TIP_SECONDS:
            return ""
        controls = dialog.controls if dialog is not None else panel.buttons
        x, y = self._input.pointer
        found = (each for each in reversed(controls) if each.rect.contains(x, y) and each.command)
        control = next(found, None)
        language = self._preferences.language
        if control is not None:
            return tip_of(control.command, language)
        if dialog is None and panel.middle.contains(x, y):
            parts = (part for part, area in panel.parts.items() if area.contains(x, y))
            part = next(parts, None)
            return language.texts.get(f"tip_{part.value}", "") if part else ""
        return ""

    def _note_pointed(self, dialog: Dialog | None) -> None:
        """Note what the mouse or the keyboard is on in a dialog, for the next frame."""
        pointed = self._input.focus
        if dialog is not None and pointed is None:
            control = control_at(dialog.controls, *self._input.pointer)
            pointed = control.command if control is not None else self._pointed_at
        self._pointed_at = pointed if dialog is not None else None

    def _panel(
        self, layout: WindowLayout, snapshot: Snapshot, setup: SetupBoard | None
    ) -> PanelLayout:
        panel = lay_out_panel(
            layout,
            snapshot,
            self._preferences.language,
            setting_up=setup is not None,
            puzzle=self._puzzle.next_command,
            is_unfolded=self.is_unfolded,
            scroll=self._scroll,
        )
        self._scroll = panel.scroll  # no further than to the end
        return panel

    def _layouts(
        self, size: tuple[int, int], snapshot: Snapshot
    ) -> tuple[WindowLayout, BoardLayout]:
        settings = self._preferences.settings
        layout = lay_out_window(*size, text_scale=settings.text_scale)
        points = snapshot.rules.size
        return layout, lay_out_board(layout.board, points, coordinates=settings.coordinates)

    def _overlay(self, snapshot: Snapshot, board: BoardLayout, *, is_set_up: bool) -> Overlay:
        cursor = self._input.cursor
        pointed = board.move_at(*self._input.pointer)
        if self._dialogs.kind is not DialogKind.NOTHING:
            pointed = None
        if cursor is not None:
            pointed = cursor
        ghost = self._pending.move if self._pending.move is not None else pointed
        marks = overlay_of(
            snapshot, self._preferences.settings, pointed, ghost, setting_up=is_set_up
        )
        age = (time.monotonic() - self._dropped_at) / DROP_SECONDS
        landing = round(min(1.0, max(0.0, age)), 1)
        return replace(marks, cursor=cursor, landing=landing)
