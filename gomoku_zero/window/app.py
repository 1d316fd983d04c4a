"""The event loop: events -> session commands, session -> view."""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import assert_never

import pygame

from gomoku.board import IllegalMoveError, PositionError
from gomoku.opening_rules import DecisionError
from gomoku.record import GameRecord, RecordError
from gomoku.rules import BLACK, WHITE, Color, RulesError
from gomoku_zero.runs.folder import is_run
from gomoku_zero.window.children import Child
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.input import Input
from gomoku_zero.window.loading import Games, Loading
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
    FileIsRead,
    FormClock,
    FormOpening,
    FormOpponent,
    FormPairs,
    FormScroll,
    FormSeat,
    FormSide,
    FormSize,
    FormStrength,
    FormVariant,
    FormWinLength,
    GoTo,
    GoToPlace,
    ListFolder,
    LoadFile,
    LoadGame,
    PageCommand,
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
from gomoku_zero.window.model.fouls import Foul, foul_at
from gomoku_zero.window.model.library import Library
from gomoku_zero.window.model.messages import Messages
from gomoku_zero.window.model.new_game import NewGameForm
from gomoku_zero.window.model.opponents import Opponent
from gomoku_zero.window.model.pending import PendingMove
from gomoku_zero.window.model.preferences import Preferences
from gomoku_zero.window.model.progress import Progress, ReviewedGame, reviewed_game
from gomoku_zero.window.model.puzzle_game import PuzzleGame
from gomoku_zero.window.model.rated_games import rate_game
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.setup_mode import SetupBoard
from gomoku_zero.window.model.status import (
    barred_line,
    choice_line,
    player_name,
)
from gomoku_zero.window.model.storage import GameFileError, GameFiles, game_of
from gomoku_zero.window.model.study import BatchReview, day_of, reviewed_record
from gomoku_zero.window.model.ticket import Purpose, Ticket
from gomoku_zero.window.new_games import NewGames
from gomoku_zero.window.progress_page import ProgressPage
from gomoku_zero.window.records import Records
from gomoku_zero.window.reports import Reports
from gomoku_zero.window.rules_page import RulesPage
from gomoku_zero.window.scenes import Scenes
from gomoku_zero.window.training import Launch, LeavingPage, TrainingPage
from gomoku_zero.window.view.open_dialog import DialogKind, OpenDialog
from gomoku_zero.window.view.scene import Scene, draw
from gomoku_zero.window.view.sounds import Sounds
from gomoku_zero.window.worker import (
    Thinker,
)

FRAMES_PER_SECOND = 60
PROGRESS = "progress.jsonl"  # beside the games
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
        runs: Sequence[Path] = (),
        launch: Launch = Child,
    ) -> None:
        """
        files: where games are kept; None keeps nothing.
        settings_file: where changed settings go; None forgets them.
        runs: folders of training runs; without any, none can be begun.
        launch: starts what trains or plays matches.
        """
        self.session = session
        self.running = True
        self._thinker = thinker
        self._opponents = list(opponents)
        self._surface = surface
        self._files = files
        self._sounds = sounds
        self._messages = Messages()
        self._input = Input()
        self._pending = PendingMove(session)
        self._setup: SetupBoard | None = None
        self._drawn: Scene | None = None
        self._pointer_shown = pygame.SYSTEM_CURSOR_ARROW
        self._changes = GameChanges(session)
        self._dialogs = OpenDialog(NewGameForm(session.setup.rules), Library(files))
        self.preferences = Preferences(settings, settings_file, self._apply_settings)
        self._autosave = Autosave(files, session, self._record, self._tell_later)
        self._records = Records(files, session, self._autosave, self._reviewed_record, self._tell)
        self._loading = Loading(self._records.load_all)
        self._progress = Progress(files.folder / PROGRESS if files is not None else None)
        self._batch = BatchReview(files, self._opponents, self._progress)
        self._noted: tuple[object, ...] = ()  # the game whose review was noted last
        self._puzzle = PuzzleGame(
            session, self._autosave, self.preferences, self._progress, self._tell
        )
        self._reports = Reports(session, self._batch, self._opponents, self.say)
        self._new_games = NewGames(
            session, self._dialogs, self._autosave, self.preferences, self._opponents
        )
        self._training = TrainingPage(
            runs,
            launch,
            self._opponents,
            lambda: self.session.setup.rules,
            self._play_against,
            self._dialogs.open_match,
            self._leave,
            self._tell_later,
        )
        self._scenes = Scenes(
            session,
            self.preferences,
            self._opponents,
            self._dialogs,
            self._input,
            self._pending,
            self._puzzle,
            self._reports,
            self._messages,
        )

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

    def close(self) -> None:
        """Let go of what works beside the window; what it started goes on."""
        self._training.close()

    def handle(self, event: pygame.event.Event) -> None:
        """React to one event of the window."""
        if event.type == pygame.QUIT:
            self._quit()
        elif event.type == pygame.MOUSEMOTION:
            self._scenes.point()
            self._input.point(event.pos)
        elif event.type == pygame.WINDOWLEAVE:
            self._input.leave()
        elif event.type == pygame.KEYUP:
            self._input.release(event.key)
        elif event.type == pygame.WINDOWFOCUSLOST:
            self._input.release()
        elif event.type == pygame.DROPFILE:
            self._drop(event.file)
        elif event.type in (pygame.VIDEORESIZE, pygame.WINDOWEXPOSED):
            self._surface = pygame.display.get_surface() or self._surface
            self._drawn = None
        elif event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEWHEEL, pygame.KEYDOWN):
            self._scenes.click()
            command = self._input.command(event, self.scene())
            if command is not None:
                self.do(command)

    def advance(self, seconds: float) -> None:
        """Let time pass, take in what was thought, and say what to think about next."""
        self._scenes.rest(seconds)
        if self._setup is None:
            self.session.tick(0.0 if self._waits_for_a_player() else seconds)
        for report in self._thinker.reports():
            self._reports.take(report, self._language)
        self._thinker.want(self._wanted())
        self._reports.advance()
        self._dialogs.advance()
        if self._loading.is_ready:
            self.do(FileIsRead())
        self._training.mind(is_shown=self._dialogs.shows(self._training))
        self._messages.advance()
        self._hear()
        self._note_progress()
        rate_game(self.session, self._changes, self.preferences, self._tell)
        self._autosave.store()

    def _wanted(self) -> Ticket | None:
        """What is to be thought about: while its page is open, the batch of games under review."""
        if self._batch.session is not None and self._dialogs.kind is DialogKind.PAGE:
            return self._batch.session.wanted()
        return None if self._setup is not None else self.session.wanted()

    def _waits_for_a_player(self) -> bool:
        """Whether the side to move cannot think yet, since a player is loaded or compiled."""
        ticket = self.session.wanted() if self._reports.preparing else None
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
        return self._scenes.scene(self._surface.get_size(), self._setup)

    @property
    def settings(self) -> Settings:
        return self.preferences.settings

    @property
    def _language(self) -> Language:
        return self.preferences.language

    @property
    def failure(self) -> str:
        """What a player said when it last broke down."""
        return self._reports.failure

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
        said = self._messages.shown
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
            if said == self._messages.shown:
                self._messages.hush()  # it would lie on the dialog
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
            case GoToPlace(index):
                session.show_place(index)
            case Browse(plies):
                session.go_to(session.shown + plies)
            case Put(move, color):
                if self._setup is not None:
                    self._setup.touch(move, color)
            case LoadFile(file):
                self._load(file)
            case LoadGame(file, index):
                self._read(file, lambda games: self._show_one(games, index, file))
            case FileIsRead():
                self._loading.finish()
            case ListFolder(folder):
                self._list_folder(folder)
            case DeleteGame(file):
                self._dialogs.library.delete(file)
            case ScrollPanel(rows):
                self._scenes.scroll(rows)
            case ScrollGames(rows):
                self._dialogs.library.scroll(rows)
            case TypeText(text):
                self._dialogs.type(text)
            case RemoveEngine(index):
                self._new_games.remove_engine(index)
            case PageCommand():
                self._dialogs.page_do(command)
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
                | FormPairs()
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
                self._new_games.rematch()
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
            case Do.LINE_ABOVE:
                session.line_beside(-1)
            case Do.LINE_BELOW:
                session.line_beside(1)
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
                self._scenes.is_unfolded = not self._scenes.is_unfolded
            case Do.NEXT_MISTAKE:
                session.go_to_mistake(1)
            case Do.PREVIOUS_MISTAKE:
                session.go_to_mistake(-1)
            case Do.SAVE:
                records.save("sgf")
            case Do.SAVE_PSQ:
                records.save("psq")
            case Do.SHARE:
                records.share(self._names(), self._language)
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
                self._new_games.open()
            case Do.START_GAME:
                if self._new_games.start():
                    self._setup = None
            case Do.ADD_ENGINE:
                dialogs.open_engine()
            case Do.ENGINE_ADD:
                self._new_games.add_engine()
            case Do.ERASE:
                dialogs.erase()
            case Do.PASTE_TEXT:
                self._paste_text()
            case Do.SETTINGS:
                dialogs.open(DialogKind.SETTINGS)
            case Do.HELP:
                dialogs.open(DialogKind.HELP)
            case Do.PUZZLE:
                self._look_at(self._puzzle.next)
            case Do.SOLUTION:
                self._puzzle.show_solution()
            case Do.PROGRESS:
                self._progress.read()
                dialogs.open_page(ProgressPage(self._progress, self._batch, self._open_reviewed))
            case Do.EXERCISE:
                self._look_at(self._puzzle.next_exercise)
            case Do.RULES:
                dialogs.open_page(RulesPage(session.setup.rules.variant))
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
                self._quit()
            case Do.TRAIN:
                self._open_training()
            case Do.START_MATCH:
                if dialogs.kind is DialogKind.MATCH and dialogs.form.can_start(self._opponents):
                    self._training.start_match(dialogs.form, self.preferences.rating)
                    dialogs.open_page(self._training)
            case _:
                assert_never(command)

    def _quit(self) -> None:
        """Close the window; asked again, whatever still runs beside it."""
        is_asked = isinstance(self._dialogs.page, LeavingPage)
        if self._training.running and not (is_asked and self._dialogs.kind is DialogKind.PAGE):
            self._dialogs.open_page(LeavingPage(self._training))
        else:
            self._leave()

    def _open_training(self) -> None:
        self._training.open()
        self._dialogs.open_page(self._training)

    def _leave(self) -> None:
        self.running = False

    def _play_against(self, setup: GameSetup) -> None:
        """Begin another game than the dialog would."""
        self._autosave.keep()
        self._setup = None
        self.session.new_game(setup)
        self._dialogs.close()

    def _toggle_fullscreen(self) -> None:
        try:
            pygame.display.toggle_fullscreen()
        except pygame.error:
            raise SessionError("no_fullscreen") from None

    @property
    def is_puzzle(self) -> bool:
        """Whether a puzzle is shown, which nobody keeps."""
        return self._puzzle.shown is not None

    def _play(self, move: int) -> None:
        if self._puzzle.is_open:
            self._puzzle.try_move(move)
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
        self._new_games.start_from(self._setup.drawing())
        self._setup = None
        self._tell("setup_done")

    def _load(self, file: Path) -> None:
        """Show the game of a file, or list its games if there are several."""
        self._read(file, lambda games: self._show_or_list(games, file))

    def _read(self, file: Path, then: Callable[[Games], None]) -> None:
        if not self._loading.load(file, then):
            self._tell("reading", file=file.name)

    def _show_one(self, games: Games, index: int, file: Path) -> None:
        if index < len(games):
            self._look_at(lambda: self._records.show(games[index], file, is_only=False))

    def _show_or_list(self, games: Games, file: Path) -> None:
        if len(games) == 1:
            self._look_at(lambda: self._records.show(games[0], file, is_only=True))
            return
        self._dialogs.library.list_collection(file, games)
        self._dialogs.open_games()

    def _open_reviewed(self, game: ReviewedGame) -> None:
        """Look at a game of the page about progress once more."""
        if self._files is not None:
            file = self._files.folder / game.file
            self._read(file, lambda games: self._review(games, file))

    def _review(self, games: Games, file: Path) -> None:
        self._show_or_list(games, file)
        self.session.start_review()

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

    def _paste_text(self) -> None:
        """Put the text of the clipboard where an engine's program is typed."""
        try:
            text = pygame.scrap.get_text()
        except pygame.error:
            text = ""
        self._dialogs.type(text)
        self._dialogs.remark = "" if text else self._language.say("clipboard_empty")

    def _drop(self, file: str) -> None:
        """A file was dropped on the window: an engine where one is asked for, a run, or a game."""
        if self._dialogs.kind is DialogKind.ENGINE:
            self._dialogs.typed, self._dialogs.remark = file, ""
        elif is_run(Path(file)):
            self._open_training()
            self._training.watch_run(Path(file))
        else:
            self.do(LoadFile(Path(file)))

    # Settings

    def _change_setting(self, command: SettingCommand) -> None:
        self.preferences.set(self.settings.after(command))
        if self._dialogs.kind is not DialogKind.NOTHING:
            return
        if isinstance(command, (SetPace, ChangePace)):
            self._tell("pace", seconds=f"{self.settings.watch_seconds:g}")
        if isinstance(command, Switch):
            state = "on" if getattr(self.settings, command.name) else "off"
            self.say(f"{self._language.say(command.name)}: {self._language.say(state)}")

    def _note_progress(self) -> None:
        """Keep what a review found in a game of the user's, once it is complete."""
        session = self.session
        game = session.games, session.decisions, session.result
        if game == self._noted or session.result is None or self.is_puzzle:
            return
        if session.review.share != 1:
            return
        self._noted = game
        file = self._autosave.file
        found = reviewed_game(
            session, self._names(), day_of(file), file.name if file is not None else ""
        )
        try:
            if found is not None:
                self._progress.add(found)
        except OSError as error:
            self._tell("unsaved", reason=error.strerror or str(error))

    def _apply_settings(self, settings: Settings) -> None:
        self.session.pondering = settings.pondering
        self.session.teaching = settings.teaching
        self.session.teaching_threshold = settings.warn_percent / 100
        self.session.seconds_between_engine_moves = settings.watch_seconds

    # What follows from a changed game

    def _hear(self) -> None:
        """Sound and movement for a stone that was just put down, and words for what needs them."""
        news = self._changes.news()
        if news.stones == 1:
            self._scenes.drop_stone()
            if self._sounds is not None and self.settings.sound:
                self._sounds.play("end" if self.session.outcome is not None else "stone")
        if news.idle_row is not None:
            self._tell(news.idle_row, length=self.session.setup.rules.win_length)
        if news.choice is not None:
            text = choice_line(self.session.setup, *news.choice, self._opponents, self._language)
            if text:
                self.say(text)

    # What is seen

    def _record(self) -> GameRecord:
        """The session's game as it is saved."""
        return game_of(self.session, *self._names())

    def _reviewed_record(self) -> GameRecord:
        """The same with the review, as far as it has come, in comments and side lines."""
        return reviewed_record(self.session, self._names(), self._language)

    def _names(self) -> tuple[str, str]:
        return self._name(BLACK), self._name(WHITE)

    def _name(self, color: Color) -> str:
        return player_name(self.session.seated, color, self._opponents, self._language)
