"""The event loop: events -> session commands, session -> view."""

import random
import time
from collections.abc import Callable, Sequence

import msgspec
import pygame

from gomoku.board import IllegalMoveError, PositionError
from gomoku.rules import BLACK, WHITE, RulesError
from ui.board_view import BoardMarks
from ui.controls import Command, control_at
from ui.layout import (
    DESIGN_HEIGHT,
    DESIGN_WIDTH,
    BoardLayout,
    WindowLayout,
    lay_out_board,
    lay_out_window,
)
from ui.newgame import NewGameForm, form_of, new_game_controls
from ui.opponents import Opponent
from ui.panel import lay_out_panel
from ui.panel_view import PanelTexts
from ui.session import GameSession, SessionError, Snapshot
from ui.settings import Settings
from ui.status import player_name, player_remark, status_lines
from ui.theme import THEMES
from ui.view import Dialog, Scene, draw
from ui.words import load_words
from ui.worker import Done, Failed, Preparing, Report, Thinker, Thinking

FRAMES_PER_SECOND = 60
MESSAGE_SECONDS = 4.0
SMALLEST_WINDOW = (420, 360)

KEYS = {
    pygame.K_u: "undo",
    pygame.K_BACKSPACE: "undo",
    pygame.K_y: "redo",
    pygame.K_h: "hint",
    pygame.K_p: "ai_move",
    pygame.K_PERIOD: "step",
    pygame.K_a: "analysis",
    pygame.K_r: "review",
    pygame.K_m: "rematch",
    pygame.K_x: "switch_sides",
    pygame.K_n: "new_game",
    pygame.K_t: "theme",
    pygame.K_l: "language",
    pygame.K_c: "coordinates",
    pygame.K_k: "numbers",
    pygame.K_F1: "help",
    pygame.K_ESCAPE: "close",
    pygame.K_HOME: "first",
    pygame.K_END: "last",
    pygame.K_PAGEUP: "back",
    pygame.K_PAGEDOWN: "forward",
}


class App:
    """The window's state beside the game: what is open, pointed at, said."""

    def __init__(
        self,
        session: GameSession,
        thinker: Thinker,
        opponents: Sequence[Opponent],
        surface: pygame.Surface,
        settings: Settings,
    ) -> None:
        self.session = session
        self.settings = settings
        self.running = True
        self.failure = ""  # what a player said when it last broke down
        self._thinker = thinker
        self._opponents = list(opponents)
        self._surface = surface
        self._words = load_words(settings.language)
        self._pointer = (-1, -1)
        self._message = ""
        self._message_until = 0.0
        self._preparing = ""
        self._form: NewGameForm | None = None
        self._drawn: Scene | None = None

    # One turn of the loop

    def run(self) -> None:
        """Until the user quits."""
        clock = pygame.time.Clock()
        while self.running:
            seconds = clock.tick(FRAMES_PER_SECOND) / 1000
            for event in pygame.event.get():
                self.handle(event)
            self.advance(seconds)
            self.draw()
            pygame.display.flip()

    def handle(self, event: pygame.event.Event) -> None:
        """React to one event of the window."""
        if event.type == pygame.QUIT:
            self.running = False
        elif event.type == pygame.MOUSEMOTION:
            self._pointer = event.pos
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            self._pointer = event.pos
            self._click(*event.pos)
        elif event.type == pygame.MOUSEWHEEL:
            self._scroll(-event.y)
        elif event.type == pygame.KEYDOWN:
            self._press(event)
        elif event.type == pygame.WINDOWLEAVE:
            self._pointer = (-1, -1)
        elif event.type == pygame.VIDEORESIZE:
            self._surface = pygame.display.get_surface() or self._surface

    def advance(self, seconds: float) -> None:
        """Let time pass, take in what was thought, and say what to think about next."""
        self.session.tick(seconds)
        for report in self._thinker.reports():
            self._take(report)
        self._thinker.want(self.session.wanted())
        if self._message and time.monotonic() > self._message_until:
            self._message = ""

    def draw(self) -> None:
        """Paint, if anything has changed."""
        scene = self.scene()
        if scene != self._drawn:
            draw(self._surface, scene)
            self._drawn = scene

    def scene(self) -> Scene:
        snapshot = self.session.snapshot()
        layout, board = self._layouts(snapshot)
        words = self._words
        first, second = (
            (
                player_name(snapshot, color, self._opponents, words),
                player_remark(snapshot, color, self._opponents, words),
            )
            for color in (BLACK, WHITE)
        )
        status = status_lines(snapshot, self._opponents, words, self._preparing)
        return Scene(
            snapshot=snapshot,
            layout=layout,
            board=board,
            panel=lay_out_panel(layout, snapshot, words),
            texts=PanelTexts((first, second), status),
            words=words,
            marks=self._marks(snapshot, board),
            theme=THEMES[self.settings.theme],
            pointer=self._pointer,
            message=self._message,
            dialog=self._dialog(layout),
        )

    def say(self, message: str) -> None:
        """Show a remark for a few seconds."""
        self._message = message
        self._message_until = time.monotonic() + MESSAGE_SECONDS

    def do(self, command: Command) -> None:
        """Carry out a command; one that makes no sense now says so in the window."""
        try:
            self._carry_out(command)
        except SessionError as error:
            self.say(self._words.say(error.key))
        except (IllegalMoveError, RulesError, PositionError) as error:
            self.say(str(error))

    # Commands

    def _carry_out(self, command: Command) -> None:
        session, name = self.session, command.name
        simple: dict[str, Callable[[], None]] = {
            "undo": session.undo,
            "redo": session.redo,
            "hint": session.ask_hint,
            "ai_move": session.let_engine_move,
            "pause": session.toggle_pause,
            "step": session.step,
            "resign": session.resign,
            "switch_sides": session.switch_sides,
            "rematch": session.rematch,
        }
        if name in simple:
            simple[name]()
        elif name == "play" and isinstance(command.argument, int):
            session.play(command.argument)
        elif name == "go_to" and isinstance(command.argument, int):
            session.go_to(command.argument)
        elif name == "analysis":
            session.set_analyzing(not session.analyzing)
        elif name == "review":
            self._toggle_review()
        elif name == "theme":
            names = list(THEMES)
            following = names[(names.index(self.settings.theme) + 1) % len(names)]
            self.settings = msgspec.structs.replace(self.settings, theme=following)
        elif name in ("coordinates", "numbers"):
            changed = {name: not getattr(self.settings, name)}
            self.settings = msgspec.structs.replace(self.settings, **changed)
        elif name == "new_game":
            self._form = form_of(session.setup, self._opponents)
        elif name == "form_start" and self._form is not None:
            session.new_game(self._form.setup(self._opponents, coin=random.random() < 0.5))
            self._form = None
        elif name == "close":
            self._form = None
        elif self._form is not None:
            self._form = self._form.after(command, self._opponents)

    def _toggle_review(self) -> None:
        if self.session.snapshot().reviewed is None:
            self.session.start_review()
        else:
            self.session.stop_review()

    # Events

    def _click(self, x: int, y: int) -> None:
        scene = self.scene()
        controls = scene.dialog.controls if scene.dialog else scene.panel.buttons
        control = control_at(controls, x, y)
        if control is not None and control.command is not None:
            self.do(control.command)
        elif scene.dialog is not None:
            if not scene.dialog.box.contains(x, y):
                self.do(Command("close"))
        else:
            move = scene.board.move_at(x, y)
            if move is not None:
                self.do(Command("play", move))

    def _scroll(self, rows: int) -> None:
        if self._form is not None:
            self.do(Command("form_scroll", rows))
        else:
            self.do(Command("go_to", len(self.session.snapshot().moves) + rows))

    def _press(self, event: pygame.event.Event) -> None:
        if self._form is not None:
            if event.key in (pygame.K_RETURN, pygame.K_KP_ENTER):
                self.do(Command("form_start"))
            elif event.key == pygame.K_ESCAPE:
                self.do(Command("close"))
            return
        shown = len(self.session.snapshot().moves)
        jumps = {
            "first": 0,
            "last": len(self.session.moves),
            "back": shown - 1,
            "forward": shown + 1,
        }
        name = KEYS.get(event.key, "")
        if name in jumps:
            self.do(Command("go_to", jumps[name]))
        elif name:
            self.do(Command(name))

    # Thinking

    def _take(self, report: Report) -> None:
        """Pass a report on to the session."""
        if isinstance(report, Preparing):
            key = "compiling" if report.compiling else "loading"
            self._preparing = self._words.say(key, player=report.player)
            return
        self._preparing = ""
        try:
            if isinstance(report, Thinking):
                self.session.consider(report.ticket, report.thought)
            elif isinstance(report, Done):
                self.session.deliver(report.ticket, report.move)
            elif isinstance(report, Failed):
                self.failure = report.message
                self.say(report.message)
                self.session.fail(report.ticket)
        except IllegalMoveError as error:
            self.say(f"{report.ticket.player}: {error}")

    # What is seen

    def _layouts(self, snapshot: Snapshot) -> tuple[WindowLayout, BoardLayout]:
        layout = lay_out_window(*self._surface.get_size(), text_scale=self.settings.text_scale)
        size = snapshot.rules.size
        return layout, lay_out_board(layout.board, size, coordinates=self.settings.coordinates)

    def _marks(self, snapshot: Snapshot, board: BoardLayout) -> BoardMarks:
        pointed = None if self._form else board.move_at(*self._pointer)
        is_empty = pointed is not None and not snapshot.cells[pointed]
        ghost = pointed if is_empty and snapshot.human_to_move else None
        thought = snapshot.thought
        line: tuple[int, ...] = ()
        if snapshot.analyzing and thought is not None and pointed == thought.best_move:
            line = thought.line
        return BoardMarks(
            ghost=ghost,
            ghost_line=line,
            candidates=snapshot.analyzing,
            heat=snapshot.analyzing and self.settings.heat,
            numbers=self.settings.numbers,
            coordinates=self.settings.coordinates,
            hint=snapshot.hint,
        )

    def _dialog(self, layout: WindowLayout) -> Dialog | None:
        if self._form is None:
            return None
        box, controls = new_game_controls(layout, self._form, self._opponents, self._words)
        return Dialog(box, tuple(controls))


def open_window(size: tuple[int, int] | None = None) -> pygame.Surface:
    """A resizable window, unless told otherwise of a size that fits the screen.

    Raises:
        pygame.error: if there is no screen.
    """
    pygame.display.init()
    pygame.display.set_caption("Gomoku Zero")
    screens = pygame.display.get_desktop_sizes()
    width, height = screens[0] if screens else (DESIGN_WIDTH, DESIGN_HEIGHT)
    fit = min(1.0, 0.92 * width / DESIGN_WIDTH, 0.86 * height / DESIGN_HEIGHT)
    grow = max(1.0, min(2.0, 0.62 * height / DESIGN_HEIGHT))
    factor = fit if fit < 1 else grow
    fitting = (round(DESIGN_WIDTH * factor), round(DESIGN_HEIGHT * factor))
    pygame.key.set_repeat(350, 60)
    return pygame.display.set_mode(size or fitting, pygame.RESIZABLE)
