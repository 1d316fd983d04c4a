"""Carries out the commands of the window."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pygame

from gomoku.board import IllegalMoveError, PositionError
from gomoku.opening_rules import DecisionError
from gomoku.record import GameRecord, RecordError
from gomoku.rules import BLACK, WHITE, Color, RulesError
from gomoku_zero.runs.folder import is_run
from gomoku_zero.window.i18n import Language
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
    FileIsRead,
    FormCommand,
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
from gomoku_zero.window.model.progress import Progress
from gomoku_zero.window.model.puzzle_game import PuzzleGame
from gomoku_zero.window.model.saved_game import game_of
from gomoku_zero.window.model.session import GameSession, SessionError
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.setup_mode import SetupBoard
from gomoku_zero.window.model.status import (
    barred_line,
    player_name,
)
from gomoku_zero.window.model.storage import GameFileError, GameFiles
from gomoku_zero.window.model.study import BatchReview, reviewed_record
from gomoku_zero.window.new_games import NewGames
from gomoku_zero.window.opened_games import OpenedGames
from gomoku_zero.window.progress_page import ProgressPage
from gomoku_zero.window.records import Records
from gomoku_zero.window.reports import Reports
from gomoku_zero.window.rules_page import RulesPage
from gomoku_zero.window.scenes import Scenes
from gomoku_zero.window.training import Launch, LeavingPage, TrainingPage
from gomoku_zero.window.view.open_dialog import DialogKind, OpenDialog

PROGRESS = "progress.jsonl"  # beside the games

_OF_SESSION: dict[Do, Callable[[GameSession], None]] = {
    Do.UNDO: GameSession.undo,
    Do.REDO: GameSession.redo,
    Do.HINT: GameSession.ask_hint,
    Do.PAUSE: GameSession.toggle_pause,
    Do.STEP: GameSession.step,
    Do.RESIGN: GameSession.resign,
    Do.SWITCH_SIDES: GameSession.switch_sides,
    Do.TAKE_BACK: GameSession.take_back_blunder,
    Do.KEEP_MOVE: GameSession.keep_blunder,
    Do.DEEPER: GameSession.deepen,
    Do.NEXT_LINE: GameSession.next_line,
    Do.BACK_TO_GAME: GameSession.back_to_game,
    Do.PROMOTE_LINE: GameSession.promote_line,
    Do.REMOVE_LINE: GameSession.remove_line,
}
"""Commands that a session carries out by itself."""


class Controller:
    """Carries out commands, with the parts of the window that it needs for that."""

    def __init__(
        self,
        session: GameSession,
        opponents: Sequence[Opponent],
        settings: Settings,
        files: GameFiles | None,
        settings_file: Path | None,
        runs: Sequence[Path],
        launch: Launch,
    ) -> None:
        self.session = session
        self.running = True
        self._opponents = list(opponents)
        self._setup: SetupBoard | None = None  # the position that is being set up
        self._messages = Messages()
        self._input = Input()
        self._pending = PendingMove(session)
        self._changes = GameChanges(session)
        self._dialogs = OpenDialog(NewGameForm(session.setup.rules), Library(files))
        self.preferences = Preferences(settings, settings_file, self._apply_settings)
        self._autosave = Autosave(files, session, self._record, self._tell_later)
        self._records = Records(files, session, self._autosave, self._reviewed_record, self._tell)
        self._opened = OpenedGames(
            session,
            self._dialogs,
            self._records,
            self._changes,
            files,
            self._leave_setup,
            self._tell,
        )
        self._progress = Progress(files.folder / PROGRESS if files is not None else None)
        self._batch = BatchReview(files, self._opponents, self._progress)
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

    @property
    def settings(self) -> Settings:
        return self.preferences.settings

    @property
    def _language(self) -> Language:
        return self.preferences.language

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
            case Do() if command in _OF_SESSION:
                _OF_SESSION[command](session)
            case Do():
                self._do_with_game(command)
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
                self._opened.load(file)
            case LoadGame(file, index):
                self._opened.load_one(file, index)
            case FileIsRead():
                self._opened.loading.finish()
            case ListFolder(folder):
                self._opened.list_folder(folder)
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
            case _ if isinstance(command, FormCommand):
                self._dialogs.form = self._dialogs.form.after(command, self._opponents)
            case _:
                self._change_setting(command)

    def _do_with_game(self, command: Do) -> None:
        """Carry out what concerns the game, unless the session does so by itself."""
        session, dialogs, records = self.session, self._dialogs, self._records
        match command:
            case Do.AI_MOVE:
                self._let_engine_move()
            case Do.REMATCH:
                self._new_games.rematch()
            case Do.ANALYSIS:
                session.analyzing = not session.analyzing
            case Do.REVIEW:
                self._toggle_review()
            case Do.LINE_ABOVE:
                session.line_beside(-1)
            case Do.LINE_BELOW:
                session.line_beside(1)
            case Do.COMMENT:
                dialogs.open_comment(session.snapshot().comment)
            case Do.KEEP_COMMENT:
                if dialogs.kind is DialogKind.COMMENT:
                    session.write_comment(dialogs.typed.strip())
                    dialogs.close()
            case Do.NEXT_MISTAKE:
                session.go_to_mistake(1)
            case Do.PREVIOUS_MISTAKE:
                session.go_to_mistake(-1)
            case Do.SETUP:
                self._toggle_setup()
            case Do.SETUP_CLEAR:
                if self._setup is not None:
                    self._setup.clear()
            case Do.START_GAME:
                if self._new_games.start():
                    self._setup = None
            case Do.PUZZLE:
                self._opened.look_at(self._puzzle.next)
            case Do.SOLUTION:
                self._puzzle.show_solution()
            case Do.EXERCISE:
                self._opened.look_at(self._puzzle.next_exercise)
            case Do.SAVE:
                records.save("sgf")
            case Do.SAVE_PSQ:
                records.save("psq")
            case Do.SHARE:
                records.share(self._names(), self._language)
            case Do.COPY:
                records.copy()
            case Do.COPY_POSITION:
                records.copy_position()
            case Do.PASTE:
                self._opened.look_at(records.paste)
            case _:
                self._do_in_window(command)

    def _do_in_window(self, command: Do) -> None:
        """Carry out what concerns dialogs and the window."""
        session, dialogs = self.session, self._dialogs
        match command:
            case Do.FOLD:
                self._scenes.is_unfolded = not self._scenes.is_unfolded
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
            case Do.NEW_GAME:
                self._new_games.open()
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
            case Do.PROGRESS:
                self._progress.read()
                dialogs.open_page(
                    ProgressPage(self._progress, self._batch, self._opened.show_reviewed)
                )
            case Do.RULES:
                dialogs.open_page(RulesPage(session.setup.rules.variant))
            case Do.CLOSE:
                self._step_back()
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
                raise AssertionError(command)

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

    def _match_analyst(self) -> None:
        """Take advice from a player that knows the present rules."""
        self.session.analyst = analyst_for(self.session.setup, self._opponents)

    def _step_back(self) -> None:
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

    def _change_setting(self, command: SettingCommand) -> None:
        self.preferences.set(self.settings.after(command))
        if self._dialogs.kind is not DialogKind.NOTHING:
            return
        if isinstance(command, (SetPace, ChangePace)):
            self._tell("pace", seconds=f"{self.settings.watch_seconds:g}")
        if isinstance(command, Switch):
            state = "on" if getattr(self.settings, command.name) else "off"
            self.say(f"{self._language.say(command.name)}: {self._language.say(state)}")

    def _apply_settings(self, settings: Settings) -> None:
        self.session.pondering = settings.pondering
        self.session.teaching = settings.teaching
        self.session.teaching_threshold = settings.warn_percent / 100
        self.session.seconds_between_engine_moves = settings.watch_seconds

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

    def _leave_setup(self) -> None:
        self._setup = None

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

    @property
    def is_puzzle(self) -> bool:
        """True if a puzzle is shown, which nobody keeps."""
        return self._puzzle.shown is not None
