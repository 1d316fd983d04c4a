"""The event loop: events -> session commands, session -> view."""

import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import assert_never

import msgspec
import pygame

from gomoku.board import IllegalMoveError, PositionError
from gomoku.opening_rules import DecisionError, OpeningRule
from gomoku.record import GameRecord, RecordError
from gomoku.rules import BLACK, WHITE, Color, RulesError
from gomoku_zero.players.levels import level_table
from gomoku_zero.window.i18n import load_language
from gomoku_zero.window.input import Input
from gomoku_zero.window.model.analyst import analyst_for
from gomoku_zero.window.model.autosave import Autosave
from gomoku_zero.window.model.changes import GameChanges
from gomoku_zero.window.model.commands import (
    Browse,
    ChangePace,
    Choose,
    Command,
    DeleteGame,
    Do,
    FormClock,
    FormOpening,
    FormOpponent,
    FormScroll,
    FormSeat,
    FormSide,
    FormSize,
    FormStrength,
    FormVariant,
    FormWinLength,
    GoTo,
    ListFolder,
    LoadFile,
    LoadGame,
    Play,
    Put,
    RemoveEngine,
    ScrollGames,
    ScrollPanel,
    SetLanguage,
    SetPace,
    SetTheme,
    SettingCommand,
    Switch,
    TypeText,
    is_about_the_game,
)
from gomoku_zero.window.model.explanation import annotated
from gomoku_zero.window.model.failure import failure_line, illegal_line
from gomoku_zero.window.model.fouls import Foul, foul_at
from gomoku_zero.window.model.library import Library
from gomoku_zero.window.model.messages import Messages
from gomoku_zero.window.model.new_game import NewGameForm, adapted, form_of
from gomoku_zero.window.model.opponents import ADAPTIVE, Opponent, engine_opponent, player_title
from gomoku_zero.window.model.pending import PendingMove
from gomoku_zero.window.model.puzzles import Puzzles
from gomoku_zero.window.model.rating import PlayerRating
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.settings import Settings, rating_of, save_changes
from gomoku_zero.window.model.setup import HUMAN
from gomoku_zero.window.model.setup_mode import SetupBoard
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.model.status import (
    barred_line,
    choice_line,
    lesson_lines,
    player_name,
    player_remark,
    review_lines,
    status_lines,
)
from gomoku_zero.window.model.storage import GameFileError, GameFiles, game_of
from gomoku_zero.window.model.ticket import Purpose, Ticket
from gomoku_zero.window.model.tips import tip_of
from gomoku_zero.window.records import Records
from gomoku_zero.window.view.dialogs import Dialog
from gomoku_zero.window.view.layout import BoardLayout, WindowLayout, lay_out_board, lay_out_window
from gomoku_zero.window.view.open_dialog import DialogKind, OpenDialog
from gomoku_zero.window.view.overlay import Overlay, overlay_of
from gomoku_zero.window.view.panel import PanelLayout, lay_out_panel
from gomoku_zero.window.view.panel_drawing import PanelTexts
from gomoku_zero.window.view.scene import Scene, draw
from gomoku_zero.window.view.sounds import Sounds
from gomoku_zero.window.view.theme import THEMES
from gomoku_zero.window.view.widgets import control_at
from gomoku_zero.window.worker import (
    Compiled,
    Compiling,
    Done,
    Prepared,
    Preparing,
    Report,
    Thinker,
    Thinking,
)

FRAMES_PER_SECOND = 60
TIP_SECONDS = 0.6  # how long the mouse rests on something before it is explained
DROP_SECONDS = 0.14  # how long a stone takes to come to rest


class App:
    """The window's state beside the game: what is open, pointed at, said."""

    def __init__(
        self,
        session: GameSession,
        thinker: Thinker,
        opponents: Sequence[Opponent],
        surface: pygame.Surface,
        settings: Settings,
        *,
        files: GameFiles | None = None,
        settings_file: Path | None = None,
        sounds: Sounds | None = None,
    ) -> None:
        """
        files: where games are kept; None keeps nothing.
        settings_file: where changed settings go; None forgets them.
        """
        self.session = session
        self.settings = settings
        self.running = True
        self.failure = ""  # what a player said when it last broke down
        self._thinker = thinker
        self._opponents = list(opponents)
        self._surface = surface
        self._autosave = Autosave(files, session, self._record, self._tell_later)
        self._records = Records(files, session, self._autosave, self._reviewed_record, self._tell)
        self._settings_file = settings_file
        self._settings_saved = settings
        self._sounds = sounds
        self._language = load_language(settings.language)
        self._input = Input()
        self._pending = PendingMove(session)
        self._messages = Messages()
        self._preparing = ""
        self._dialogs = OpenDialog(NewGameForm(session.setup.rules), Library(files))
        self._pointer_shown = pygame.SYSTEM_CURSOR_ARROW
        self._setup: SetupBoard | None = None
        self._drawn: Scene | None = None
        self._rested = 0.0  # how long the mouse has not moved, in seconds
        self._pointed_at: Command | None = None
        self._is_unfolded = False  # all buttons are shown, also where there is little room
        self._scroll = 0  # rows of the lists in the panel
        self._puzzles: Puzzles | None = None
        self._puzzle_game = 0  # the number of the session's game that is a puzzle
        self._trouble: tuple[int, str] = (0, "")  # the game in which a player broke down, and how
        self._changes = GameChanges(session)
        self._dropped_at = -DROP_SECONDS
        self._apply_settings()

    # One turn of the loop

    def run(self) -> None:
        """Until the user quits."""
        clock = pygame.time.Clock()
        while self.running:
            seconds = clock.tick(FRAMES_PER_SECOND) / 1000
            for event in pygame.event.get():
                self.handle(event)
            self.advance(seconds)
            if self.draw():
                pygame.display.flip()
        self._autosave.store(anyhow=True)  # the clocks went on since the last move

    def handle(self, event: pygame.event.Event) -> None:
        """React to one event of the window."""
        if event.type == pygame.QUIT:
            self.running = False
        elif event.type == pygame.MOUSEMOTION:
            self._rested = 0.0
            self._input.point(event.pos)
        elif event.type == pygame.WINDOWLEAVE:
            self._input.leave()
        elif event.type == pygame.DROPFILE:
            self._drop(event.file)
        elif event.type in (pygame.VIDEORESIZE, pygame.WINDOWEXPOSED):
            self._surface = pygame.display.get_surface() or self._surface
            self._drawn = None
        elif event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEWHEEL, pygame.KEYDOWN):
            self._rested = -TIP_SECONDS  # what was just clicked needs no explanation
            command = self._input.command(event, self.scene())
            if command is not None:
                self.do(command)

    def advance(self, seconds: float) -> None:
        """Let time pass, take in what was thought, and say what to think about next."""
        self._rested += seconds
        if self._setup is None:
            self.session.tick(0.0 if self._waits_for_a_player() else seconds)
        for report in self._thinker.reports():
            self._take(report)
        self._thinker.want(None if self._setup else self.session.wanted())
        if not self.session.is_paused:
            self._trouble = (0, "")
        if self._dialogs.kind is DialogKind.GAMES:
            self._dialogs.library.read_some()
        self._messages.advance()
        self._hear()
        self._rate()
        self._autosave.store()

    def _waits_for_a_player(self) -> bool:
        """Whether the side to move cannot think yet, since a player is loaded or compiled."""
        ticket = self.session.wanted() if self._preparing else None
        return ticket is not None and ticket.purpose is Purpose.MOVE

    def draw(self) -> bool:
        """Paint, if anything has changed; says whether it did."""
        scene = self.scene()
        if scene == self._drawn:
            return False
        shape = self._input.pointer_shape(scene)
        if shape != self._pointer_shown:
            self._pointer_shown = shape
            with contextlib.suppress(pygame.error):  # screens without a pointer have no shapes
                pygame.mouse.set_cursor(shape)
        draw(self._surface, scene)
        self._drawn = scene
        return True

    def scene(self) -> Scene:
        snapshot = self.session.snapshot()
        if self._setup is not None:
            snapshot = self._setup.shown_in(snapshot)
        layout, board = self._layouts(snapshot)
        language = self._language
        first, second = (
            (
                self._name_shown(snapshot, color),
                player_remark(snapshot, color, self._opponents, language, self.rating),
            )
            for color in (BLACK, WHITE)
        )
        dialog = self._dialogs.lay_out(
            layout, self._opponents, self.settings, language, self.rating, self._pointed_at
        )
        status = status_lines(snapshot, self._opponents, language, self._preparing)
        if self._puzzle is not None and not snapshot.is_aside:
            status = self._puzzle_lines(self._puzzle, snapshot)
        if self._setup is not None:
            status = (language.say("setup"), language.say("setup_count", **self._setup.counts()))
        dialog = None if dialog is None else dialog.focused_on(self._input.focus)
        self._note_pointed(dialog)
        return Scene(
            snapshot=snapshot,
            layout=layout,
            board=board,
            panel=self._panel(layout, snapshot).focused_on(
                self._input.focus if dialog is None else None
            ),
            texts=PanelTexts(
                (first, second),
                status,
                self._sentences(snapshot),
                review_lines(snapshot, language),
            ),
            language=language,
            overlay=self._overlay(snapshot, board),
            theme=THEMES[self.settings.theme],
            pointer=self._input.pointer,
            message=self._messages.shown,
            dialog=dialog,
            tip=self._tip(dialog, layout, snapshot),
            setting_up=self._setup is not None,
        )

    def _tip(self, dialog: Dialog | None, layout: WindowLayout, snapshot: Snapshot) -> str:
        """What is to be known of the thing that the mouse rests on."""
        if self._rested < TIP_SECONDS:
            return ""
        panel = self._panel(layout, snapshot)
        controls = dialog.controls if dialog is not None else panel.buttons
        x, y = self._input.pointer
        found = (each for each in reversed(controls) if each.rect.contains(x, y) and each.command)
        control = next(found, None)
        if control is not None:
            return tip_of(control.command, self._language)
        if dialog is None and panel.middle.contains(x, y):
            parts = (part for part, area in panel.parts.items() if area.contains(x, y))
            part = next(parts, None)
            return self._language.texts.get(f"tip_{part.value}", "") if part else ""
        return ""

    def _note_pointed(self, dialog: Dialog | None) -> None:
        """What the mouse or the keyboard is on in a dialog, for the next frame."""
        pointed = self._input.focus
        if dialog is not None and pointed is None:
            control = control_at(dialog.controls, *self._input.pointer)
            pointed = control.command if control is not None else self._pointed_at
        self._pointed_at = pointed if dialog is not None else None

    def _puzzle_lines(self, puzzles: Puzzles, snapshot: Snapshot) -> tuple[str, str]:
        """What is to be done in a puzzle, or that it is done."""
        side = self._language.say("black" if snapshot.to_move is BLACK else "white")
        task = self._language.say(f"task_{puzzles.problem.task.value}", side=side)
        headline = self._language.say("puzzle_solved") if puzzles.is_solved else task
        count = {"number": puzzles.number + 1, "count": len(puzzles)}
        return headline, self._language.say("puzzle_number", **count)

    def _panel(self, layout: WindowLayout, snapshot: Snapshot) -> PanelLayout:
        panel = lay_out_panel(
            layout,
            snapshot,
            self._language,
            setting_up=self._setup is not None,
            is_puzzle=self.is_puzzle,
            is_unfolded=self._is_unfolded,
            scroll=self._scroll,
        )
        self._scroll = panel.scroll  # no further than to the end
        return panel

    def _sentences(self, snapshot: Snapshot) -> tuple[str, ...]:
        """What the panel explains instead of showing graphs and lists."""
        game, trouble = self._trouble
        if trouble and snapshot.paused and game == self.session.games:
            return (trouble, self._language.say("resume_help"))
        if self._setup is not None:
            return (self._language.say("setup_hint"), self._language.say("setup_turn"))
        return lesson_lines(snapshot, self._language)

    @property
    def rating(self) -> PlayerRating:
        """How strong the user is taken to be."""
        return rating_of(self.settings)

    def say(self, message: str) -> None:
        """Show a remark for a few seconds."""
        self._messages.say(message)

    def say_later(self, message: str) -> None:
        """Show a remark once what is shown now has had its time."""
        self._messages.say_later(message)

    def _tell(self, key: str, **values: object) -> None:
        self.say(self._language.say(key, **values))

    def _tell_later(self, key: str, **values: object) -> None:
        self.say_later(self._language.say(key, **values))

    def keep_for_later(self) -> None:
        """Put the game that was in progress among the saved ones, since another is played now."""
        self._autosave.keep_restored()

    def restore(self) -> None:
        """Go on with the game that was in progress when the window was last closed."""
        found = self._autosave.restore()
        if found is not None:
            self.session.new_game(
                found.setup,
                found.decisions,
                helped=found.helped,
                times=found.times,
                place=found.place,
                tree=found.tree,
                is_studied=found.is_studied,
            )
            self._match_analyst()
            if found.line:
                self.session.show_line(found.line, found.shown)
            else:
                self.session.show(found.shown)
            self._changes.skip()
            self._tell("restored")

    # Commands

    def do(self, command: Command) -> None:
        """Carry out a command; one that makes no sense now says so in the window."""
        setup, dialog = self.session.setup, self._dialogs.kind
        try:
            self._carry_out(command)
        except SessionError as error:
            self._tell(error.key)
        except GameFileError as error:
            text = self._language.say(error.key, file=error.file)
            # What exactly is wrong is known in English only.
            self.say(f"{text}: {error.reason}" if self._language.code == "en" else text)
        except IllegalMoveError:
            over = self.session.outcome is not None
            self._tell("game_is_over" if over else "cannot_play_there")
        except DecisionError:
            opening = self.session.snapshot().opening
            self.say(barred_line(opening, self._language))
        except PositionError:
            self._tell("position_unclear")
        except (RulesError, RecordError) as error:
            self.say(str(error))
        except OSError as error:
            self._tell("unsaved", reason=error.strerror or str(error))
        if self._dialogs.kind is not dialog:
            self._input.focus = None  # it was on a control of the other one
        if self.session.setup != setup:
            self._match_analyst()
        if self.session.setup.rules != setup.rules:
            self._drop_chosen_points()  # they are points of another board

    def _carry_out(self, command: Command) -> None:
        if self._setup is not None and is_about_the_game(command):
            raise SessionError("setup_first")
        session = self.session
        match command:
            case Do():
                self._do_simple(command)
            case Play(move):
                self._play(move)
            case Choose(option):
                session.choose(option)
            case GoTo(ply):
                session.go_to(ply)
            case Browse(plies):
                session.go_to(session.shown + plies)
            case Put(move, color):
                if self._setup is not None:
                    self._setup.touch(move, color)
            case LoadFile(file):
                self._load(file)
            case LoadGame(file, index):
                games = self._records.load_all(file)
                if index < len(games):
                    self._look_at(lambda: self._records.show(games[index], file, is_only=False))
            case ListFolder(folder):
                self._list_folder(folder)
            case DeleteGame(file):
                self._dialogs.library.delete(file)
            case ScrollPanel(rows):
                self._scroll = max(0, self._scroll + rows)
            case ScrollGames(rows):
                self._dialogs.library.scroll(rows)
            case TypeText(text):
                self._dialogs.type(text)
            case RemoveEngine(index):
                self._remove_engine(index)
            case (
                FormSize()
                | FormWinLength()
                | FormVariant()
                | FormOpening()
                | FormSide()
                | FormSeat()
                | FormOpponent()
                | FormStrength()
                | FormClock()
                | FormScroll()
            ):
                self._dialogs.form = self._dialogs.form.after(command, self._opponents)
            case _:
                self._change_setting(command)

    def _do_simple(self, command: Do) -> None:
        session, dialogs, records = self.session, self._dialogs, self._records
        match command:
            case Do.UNDO:
                session.undo()
            case Do.REDO:
                session.redo()
            case Do.HINT:
                session.ask_hint()
            case Do.AI_MOVE:
                self._let_engine_move()
            case Do.PAUSE:
                session.toggle_pause()
            case Do.STEP:
                session.step()
            case Do.RESIGN:
                session.resign()
            case Do.SWITCH_SIDES:
                session.switch_sides()
            case Do.REMATCH:
                self._rematch()
            case Do.TAKE_BACK:
                session.take_back_blunder()
            case Do.KEEP_MOVE:
                session.keep_blunder()
            case Do.ANALYSIS:
                session.analyzing = not session.analyzing
            case Do.DEEPER:
                session.deepen()
            case Do.REVIEW:
                self._toggle_review()
            case Do.NEXT_LINE:
                session.next_line()
            case Do.BACK_TO_GAME:
                session.back_to_game()
            case Do.PROMOTE_LINE:
                session.promote_line()
            case Do.REMOVE_LINE:
                session.remove_line()
            case Do.COMMENT:
                dialogs.open_comment(session.snapshot().comment)
            case Do.KEEP_COMMENT:
                if dialogs.kind is DialogKind.COMMENT:
                    session.write_comment(dialogs.typed.strip())
                    dialogs.close()
            case Do.FOLD:
                self._is_unfolded = not self._is_unfolded
            case Do.NEXT_MISTAKE:
                session.go_to_mistake(1)
            case Do.PREVIOUS_MISTAKE:
                session.go_to_mistake(-1)
            case Do.SAVE:
                records.save("sgf")
            case Do.SAVE_PSQ:
                records.save("psq")
            case Do.LOAD:
                dialogs.library.list_own()
                dialogs.open_games()
            case Do.SEARCH:
                if dialogs.kind is not DialogKind.GAMES:
                    dialogs.library.list_own()
                    dialogs.open_games()
                dialogs.is_searching = True
            case Do.SORT:
                dialogs.library.sort()
            case Do.OWN_GAMES:
                dialogs.library.list_own()
            case Do.COPY:
                records.copy()
            case Do.COPY_POSITION:
                records.copy_position()
            case Do.PASTE:
                self._look_at(records.paste)
            case Do.SETUP:
                self._toggle_setup()
            case Do.SETUP_CLEAR:
                if self._setup is not None:
                    self._setup.clear()
            case Do.NEW_GAME:
                self._open_new_game()
            case Do.START_GAME:
                self._start_game()
            case Do.ADD_ENGINE:
                dialogs.open_engine()
            case Do.ENGINE_ADD:
                self._add_engine()
            case Do.ERASE:
                dialogs.erase()
            case Do.PASTE_TEXT:
                self._paste_text()
            case Do.SETTINGS:
                dialogs.open(DialogKind.SETTINGS)
            case Do.HELP:
                dialogs.open(DialogKind.HELP)
            case Do.PUZZLE:
                self._next_puzzle()
            case Do.SOLUTION:
                self._show_solution()
            case Do.RULES:
                dialogs.open(DialogKind.RULES)
            case Do.CLOSE:
                self._close()
            case Do.THEME:
                self._change_setting(SetTheme(self.settings.next_theme))
            case Do.LANGUAGE:
                self._change_setting(SetLanguage(self.settings.next_language))
            case Do.PACE:
                self._change_setting(SetPace(self.settings.next_pace))
            case Do.FULLSCREEN:
                self._toggle_fullscreen()
            case Do.QUIT:
                self.running = False
            case _:
                assert_never(command)

    def _toggle_fullscreen(self) -> None:
        try:
            pygame.display.toggle_fullscreen()
        except pygame.error:
            raise SessionError("no_fullscreen") from None

    @property
    def _puzzle(self) -> Puzzles | None:
        """The puzzle that is shown; None while a game is played."""
        return self._puzzles if self._puzzle_game == self.session.games else None

    @property
    def is_puzzle(self) -> bool:
        """Whether a puzzle is shown, which nobody keeps."""
        return self._puzzle is not None

    def _next_puzzle(self) -> None:
        """Put a puzzle on the board: the next one, or the one that was left."""
        if self._puzzles is None or self._puzzle is None:
            self._records.keep()
            self._puzzles = Puzzles(self.session.setup.rules, self.settings.puzzle)
        else:
            self._puzzles.advance()
        puzzles = self._puzzles
        self._setup = None
        self._dialogs.close()
        self.session.analyzing = False
        self.session.new_game(puzzles.setup, puzzles.problem.moves, is_studied=True)
        self._puzzle_game = self.session.games
        self._autosave.know()
        self._changes.skip()
        if self.settings.puzzle != puzzles.number:
            self._set(msgspec.structs.replace(self.settings, puzzle=puzzles.number))

    def _solve(self, puzzles: Puzzles, move: int) -> None:
        """Try a move in a puzzle: the right one is played, another is not."""
        if not self.session.is_free(move):
            raise SessionError("cannot_play_there")
        if not puzzles.solves(move):
            self._tell("puzzle_wrong")
            return
        self.session.play(move)
        self._autosave.know()
        self._tell("puzzle_right")

    def _show_solution(self) -> None:
        puzzles = self._puzzle
        if puzzles is None:
            raise SessionError("no_puzzle")
        self.session.go_to(len(puzzles.problem.moves))
        puzzles.is_solved = True
        for move in puzzles.solution():
            self.session.play(move)
        self._autosave.know()

    def _play(self, move: int) -> None:
        puzzles = self._puzzle
        if puzzles is not None and not puzzles.is_solved:
            self._solve(puzzles, move)
            return
        if self._pending.move != move:
            foul = self._foul_at(move) if self.settings.warn_forbidden else None
            if foul is not None:
                self._tell("forbidden_here", foul=self._language.say(foul.value))
            if foul is not None or self.settings.confirm:
                self._pending.choose(move)
                return
        elif self.settings.warn_forbidden and self._foul_at(move) is not None:
            self._messages.hush()  # the warning was heard
        self._pending.forget()
        lesson = self.session.snapshot().lesson
        if lesson is not None and move == lesson.better:  # the point that is ringed
            self.session.take_back_blunder()
        self.session.play(move)

    def _foul_at(self, move: int) -> Foul | None:
        """Why a human who played there now would lose by it."""
        snapshot = self.session.snapshot()
        is_black = snapshot.human_to_move and snapshot.to_move is BLACK
        if not is_black or move not in snapshot.forbidden:
            return None
        return foul_at(snapshot.cells, move, snapshot.rules)

    def _let_engine_move(self) -> None:
        """P stands for pause while engines play among themselves."""
        if HUMAN in (self.session.setup.black, self.session.setup.white):
            self.session.let_engine_move()
        else:
            self.session.toggle_pause()

    def _toggle_review(self) -> None:
        if self.session.snapshot().reviewed is None:
            self.session.start_review()
        else:
            self.session.stop_review()

    def _toggle_setup(self) -> None:
        self._dialogs.close()
        if self._setup is None:
            snapshot = self.session.snapshot()
            self._setup = SetupBoard(snapshot.rules, snapshot.cells)
            return
        setup, start = self.session.setup, self._setup.drawing()
        self._records.keep()
        self._setup = None
        self.session.new_game(replace(setup, start=start))
        self._tell("setup_done")

    def _load(self, file: Path) -> None:
        """Show the game of a file, or list its games if there are several."""
        games = self._records.load_all(file)
        if len(games) == 1:
            self._look_at(lambda: self._records.show(games[0], file, is_only=True))
            return
        self._dialogs.library.list_collection(file, games)
        self._dialogs.open_games()

    def _list_folder(self, folder: Path) -> None:
        try:
            self._dialogs.library.list_folder(folder)
        except OSError as error:
            self._tell("folder_unreadable", folder=folder, reason=error.strerror or str(error))

    def _look_at(self, show: Callable[[], None]) -> None:
        """Show a game that is loaded or pasted; where it cannot be, what is open stays."""
        show()
        self._setup = None
        self._changes.skip()
        self._dialogs.close()

    def _match_analyst(self) -> None:
        """Take advice from a player that knows the present rules."""
        self.session.analyst = analyst_for(self.session.setup, self._opponents)

    def _open_new_game(self) -> None:
        opening = OpeningRule(self.settings.opening)
        self._dialogs.open_new_game(form_of(self.session.setup, self._opponents, opening))

    def _start_game(self) -> None:
        form = self._dialogs.form
        is_open = self._dialogs.kind is DialogKind.NEW_GAME
        if not is_open or not form.can_start(self._opponents):
            return
        coin = random.random() < 0.5
        setup = form.setup(self._opponents, coin, self.rating)
        setup.rules.validated()  # or the present game would be kept for nothing
        self._records.keep()
        self._setup = None
        self.session.new_game(setup)
        self._dialogs.close()
        if not self.session.setup.has_human:
            self.session.toggle_pause()
        chosen = msgspec.structs.replace(
            self.settings, opening=form.opening.value, rules=tuple(setup.rules)
        )
        engine = self.session.setup.engine
        if engine is not None and self.session.setup.has_human:
            opponent = ADAPTIVE.base if setup.adaptive else engine
            seconds = max(setup.seconds)
            chosen = msgspec.structs.replace(chosen, opponent=opponent, seconds=seconds)
        if chosen != self.settings:
            self._set(chosen)

    def _rematch(self) -> None:
        """The same game with colors swapped, against the level that suits the user by now."""
        self._records.keep()
        self.session.rematch(lambda setup: adapted(setup, self.rating))

    def _close(self) -> None:
        if self._dialogs.kind is DialogKind.NOTHING:
            if self._setup is None and self.session.is_aside:
                self.session.back_to_game()
            self._setup = None
        self._dialogs.step_back()
        self._drop_chosen_points()

    def _drop_chosen_points(self) -> None:
        self._pending.forget()
        self._input.cursor = None

    # Engines

    def _add_engine(self) -> None:
        """Remember the engine typed and choose it, if its program is there."""
        command = self._dialogs.typed.strip()
        if self._dialogs.kind is not DialogKind.ENGINE or not command:
            return
        engine = engine_opponent(command)
        if engine.broken:
            self._dialogs.remark = self._language.say("engine_unknown")
            return
        bases = [opponent.base for opponent in self._opponents]
        if engine.base not in bases:
            self._opponents.append(engine)
            bases.append(engine.base)
            engines = (*(each for each in self.settings.engines if each != command), command)
            self._set(msgspec.structs.replace(self.settings, engines=engines))
        chosen = bases.index(engine.base)
        self._dialogs.open_new_game(self._dialogs.form.with_opponents(self._opponents, chosen))

    def _remove_engine(self, index: int) -> None:
        """Forget an engine that is listed."""
        if not 0 <= index < len(self._opponents):
            return
        command = self._opponents[index].base.removeprefix("engine:")
        del self._opponents[index]
        self._dialogs.form = self._dialogs.form.without_opponent(index, self._opponents)
        kept = tuple(each for each in self.settings.engines if each != command)
        self._set(msgspec.structs.replace(self.settings, engines=kept))

    def _paste_text(self) -> None:
        """Put the text of the clipboard where an engine's program is typed."""
        try:
            text = pygame.scrap.get_text()
        except pygame.error:
            text = ""
        self._dialogs.type(text)
        self._dialogs.remark = "" if text else self._language.say("clipboard_empty")

    def _drop(self, file: str) -> None:
        """A file was dropped on the window: an engine where one is asked for, else a game."""
        if self._dialogs.kind is DialogKind.ENGINE:
            self._dialogs.typed, self._dialogs.remark = file, ""
        else:
            self.do(LoadFile(Path(file)))

    # Settings

    def _change_setting(self, command: SettingCommand) -> None:
        self._set(self.settings.after(command))
        if self._dialogs.kind is not DialogKind.NOTHING:
            return
        if isinstance(command, (SetPace, ChangePace)):
            self._tell("pace", seconds=f"{self.settings.watch_seconds:g}")
        if isinstance(command, Switch):
            state = "on" if getattr(self.settings, command.name) else "off"
            self.say(f"{self._language.say(command.name)}: {self._language.say(state)}")

    def _set(self, settings: Settings) -> None:
        """Change settings, now and on disk.

        Raises:
            OSError: if they cannot be written; they hold until the window is closed.
        """
        self.settings = settings.validated()
        self._apply_settings()
        if self._settings_file is not None:
            save_changes(self._settings_file, self._settings_saved, self.settings)
            self._settings_saved = self.settings

    def _apply_settings(self) -> None:
        self._language = load_language(self.settings.language)
        self.session.pondering = self.settings.pondering
        self.session.teaching = self.settings.teaching
        self.session.teaching_threshold = self.settings.warn_percent / 100
        self.session.seconds_between_engine_moves = self.settings.watch_seconds

    # Thinking

    def _take(self, report: Report) -> None:
        """Pass a report on to the session."""
        if isinstance(report, Compiling):
            self._preparing = self._compiling_line(report)
            return
        if isinstance(report, Compiled):
            self._preparing = ""
            return
        if isinstance(report, Preparing):
            name = player_title(report.player, self._opponents, self._language)
            self._preparing = self._language.say("loading", player=name)
            return
        self._preparing = ""
        if isinstance(report, Prepared):
            return
        try:
            if isinstance(report, Thinking):
                self.session.consider(report.ticket, report.thought)
            elif isinstance(report, Done):
                self.session.deliver(report.ticket, report.decision, *report.more)
            elif self.session.fail(report.ticket):
                self.failure = report.message
                line = failure_line(self._title(report.ticket), report.error, self._language)
                self._note_trouble(report.ticket, line)
        except (IllegalMoveError, DecisionError) as error:
            assert isinstance(report, Done), report
            self.failure = f"{report.ticket.player}: {error}"
            decisions = [each for each in (report.decision, *report.more) if each is not None]
            title, size = self._title(report.ticket), report.ticket.position.rules.size
            self._note_trouble(report.ticket, illegal_line(title, decisions, size, self._language))

    def _note_trouble(self, ticket: Ticket, line: str) -> None:
        """Say what went wrong; what stopped the game stays to be read until it is resumed."""
        self.say(line)
        if ticket.purpose is Purpose.MOVE:
            self._trouble = self.session.games, line

    def _compiling_line(self, report: Compiling) -> str:
        counts = {"done": report.done, "count": report.count}
        if report.seconds is None:
            return self._language.say("compiling_kernels", **counts)
        seconds = max(1, round(report.seconds))
        return self._language.say("compiling_seconds", seconds=seconds, **counts)

    def _title(self, ticket: Ticket) -> str:
        return player_title(ticket.player, self._opponents, self._language)

    # What follows from a changed game

    def _hear(self) -> None:
        """Sound and movement for a stone that was just put down, and words for what needs them."""
        news = self._changes.news()
        if news.stones == 1:
            self._dropped_at = time.monotonic()
            if self._sounds is not None and self.settings.sound:
                self._sounds.play("end" if self.session.outcome is not None else "stone")
        if news.idle_row is not None:
            self._tell(news.idle_row, length=self.session.setup.rules.win_length)
        if news.choice is not None:
            text = choice_line(self.session.setup, *news.choice, self._opponents, self._language)
            if text:
                self.say(text)

    def _rate(self) -> None:
        """Let the user's rating follow a game against a level, when it ends for the first time.

        A game with help counts for nothing, and neither does one that hardly began.
        """
        result = self._changes.rated_result()
        if result is None:
            return
        if self.session.is_helped:
            self._tell("unrated_position" if self.session.setup.start else "unrated")
            return
        before, levels = self.rating, level_table()
        after = before.after(result.level.elo, result.score, levels)
        try:
            rated = {"elo": round(after.elo, 1), "rated_games": after.games}
            self._set(msgspec.structs.replace(self.settings, **rated))
        except OSError as error:
            self._tell("unsaved", reason=error.strerror or str(error))
            return
        change = round(after.elo) - round(before.elo)
        number = after.level(levels).number
        self._tell("rated", elo=round(after.elo), change=f"{change:+d}", level=number)

    # What is seen

    def _name_shown(self, snapshot: Snapshot, color: Color) -> str:
        return player_name(
            snapshot.setup,
            color,
            self._opponents,
            self._language,
            colors_are_open=snapshot.colors_are_open,
        )

    def _record(self) -> GameRecord:
        """The session's game as it is saved."""
        return game_of(self.session, self._name(BLACK), self._name(WHITE))

    def _reviewed_record(self) -> GameRecord:
        """The same with the review, as far as it has come, in comments and side lines."""
        mistakes = self.session.mistakes
        if not mistakes:
            return self._record()
        line, size = self.session.main_line, self.session.setup.rules.size
        tree = annotated(self.session.tree, line, mistakes, size, self._language)
        return game_of(self.session, self._name(BLACK), self._name(WHITE), tree)

    def _name(self, color: Color) -> str:
        return player_name(self.session.seated, color, self._opponents, self._language)

    def _layouts(self, snapshot: Snapshot) -> tuple[WindowLayout, BoardLayout]:
        width, height = self._surface.get_size()
        layout = lay_out_window(width, height, text_scale=self.settings.text_scale)
        size = snapshot.rules.size
        return layout, lay_out_board(layout.board, size, coordinates=self.settings.coordinates)

    def _overlay(self, snapshot: Snapshot, board: BoardLayout) -> Overlay:
        pointed = board.move_at(*self._input.pointer)
        if self._dialogs.kind is not DialogKind.NOTHING:
            pointed = None
        if self._input.cursor is not None:
            pointed = self._input.cursor
        ghost = self._pending.move if self._pending.move is not None else pointed
        marks = overlay_of(
            snapshot, self.settings, pointed, ghost, setting_up=self._setup is not None
        )
        age = (time.monotonic() - self._dropped_at) / DROP_SECONDS
        landing = round(min(1.0, max(0.0, age)), 1)
        return replace(marks, cursor=self._input.cursor, landing=landing)
