"""The page of training: begins, watches, stops and resumes runs and matches."""

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from gomoku.extras import missing_for_training
from gomoku.rules import Rules
from gomoku_zero.arena.journal import stop_file
from gomoku_zero.players.models import preset_folder
from gomoku_zero.players.spec import DEFAULT_SIMULATIONS, Net
from gomoku_zero.runs.live import CONSOLE_FILE, STOP_FILE, ask_to_stop
from gomoku_zero.runs.settings import list_presets
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.lookout import Lookout
from gomoku_zero.window.model.commands import Command, PageCommand, ScrollPage
from gomoku_zero.window.model.match_watch import (
    MatchSettings,
    MatchView,
    journal_name,
    pit_arguments,
)
from gomoku_zero.window.model.new_game import ChosenPlayer, NewGameForm
from gomoku_zero.window.model.opponents import PURE, Opponent, asked_for
from gomoku_zero.window.model.rating import PlayerRating
from gomoku_zero.window.model.replay import Named, Replay
from gomoku_zero.window.model.run_list import MATCHES, RunList
from gomoku_zero.window.model.run_watch import RunState, RunView
from gomoku_zero.window.model.session import SessionError
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.training_commands import (
    ChangeMinutes,
    ChoosePreset,
    ShowTab,
    Train,
    TrainingTab,
    WatchMatch,
    WatchRun,
)
from gomoku_zero.window.model.training_state import Seen, TrainingState, now
from gomoku_zero.window.view.dialogs import Dialog
from gomoku_zero.window.view.layout import WindowLayout
from gomoku_zero.window.view.training_page import (
    leaving_dialog,
    training_dialog,
)

MINDING_SECONDS = 0.5
TIMED_OUT = 60.0  # seconds a move, at most, of who thinks by simulations beside one with a time


class Work(Protocol):
    """A process that trains, or plays a match; see `children.Child`."""

    @property
    def work(self) -> Path: ...
    @property
    def is_running(self) -> bool: ...
    @property
    def has_failed(self) -> bool: ...
    def stop(self) -> None: ...
    def reason(self) -> str: ...


Launch = Callable[[Sequence[str], Path, Path], Work]


class TrainingPage:
    """A page (`view.page.Page`) that stays as it was left while it is closed.

    Reading is the lookout's, which is another thread; training and matches are other processes.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        launch: Launch,
        opponents: list[Opponent],
        rules: Callable[[], Rules],
        play: Callable[[GameSetup], None],
        ask_for_match: Callable[[NewGameForm], None],
        quit_window: Callable[[], None],
        tell_later: Callable[..., None],
    ) -> None:
        """
        folders: those that hold runs; new ones go into the first.
        launch: starts a process.
        opponents: those to choose from; a network that is played with is added to them.
        rules: those of the present game. play: begins another.
        ask_for_match: opens the dialog in which a match is chosen.
        """
        self.state = TrainingState(
            list_presets(preset_folder()), folders[0] if folders else Path("runs").absolute()
        )
        self._can_start = bool(folders)
        self._launch = launch
        self._opponents = opponents
        self._rules = rules
        self._play = play
        self._ask_for_match = ask_for_match
        self._quit = quit_window
        self._tell_later = tell_later
        self._lookout = Lookout(list(folders))
        self._replay = Replay()
        self._children: list[Work] = []
        self._missing: list[str] = []
        self._advanced = self._minded = time.monotonic()

    # What the window asks of a page

    def lay_out(self, layout: WindowLayout, language: Language, pointed: Command | None) -> Dialog:
        return training_dialog(layout, self.state, self._seen(), language)

    def do(self, command: PageCommand) -> None:
        """
        Raises:
            SessionError: if it makes no sense now.
        """
        match command:
            case ShowTab(tab):
                self._show(tab)
            case WatchRun(folder):
                self.watch_run(folder)
            case WatchMatch(journal):
                self._watch_match(journal)
            case ChoosePreset(number):
                self.state.choose(number)
            case ChangeMinutes(step):
                self.state.change_minutes(step)
            case ScrollPage(rows):
                self.state.scroll(rows)
            case Train():
                self._do_simple(command)
            case _:
                pass

    def advance(self) -> None:
        """Look on, and let the game on the small board go on."""
        at = time.monotonic()
        seconds, self._advanced = at - self._advanced, at
        self._lookout.want(self._target)
        view = self._view()
        games: Sequence[Named] = ()
        if isinstance(view, RunView):
            games = view.samples
            if not view.is_training and not self._is_own(view.folder):
                self.state.stopping.discard(view.folder)
        if isinstance(view, MatchView) and not view.is_running and not self._is_own(view.file):
            self.state.stopping.discard(view.file)
        if isinstance(view, MatchView) and view.last is not None:
            games = [(f"{view.pairs}", view.last)]
        self._replay.advance(min(seconds, 1.0), games)

    def type(self, text: str) -> None:
        self.state.type(text)

    def erase(self) -> None:
        self.state.erase()

    # Also while the page is closed

    def open(self) -> None:
        """The page is about to be shown."""
        self._missing = missing_for_training()
        self._advanced = time.monotonic()
        self.state.asked = None
        self.state.remark = ""

    def mind(self, *, is_shown: bool) -> None:
        """Say what became of what was started here; now and then is enough.

        is_shown: whether the page is; else nothing is read.
        """
        if not is_shown:
            self._lookout.rest()
        if time.monotonic() - self._minded < MINDING_SECONDS:
            return
        self._minded = time.monotonic()
        for child in [each for each in self._children if not each.is_running]:
            self._children.remove(child)
            self.state.stopping.discard(child.work)
            self._tell_end(child)

    def _tell_end(self, child: Work) -> None:
        """Say that something is over that was started here, and why if that was not meant."""
        is_match, name = child.work.suffix == ".jsonl", child.work.name
        if child.has_failed:
            reason = child.reason()
            self.state.failures[child.work] = reason
            key = "match_failed" if is_match else "work_failed"
            self._tell_later(key, name=name, reason=reason)
        else:
            self._tell_later("match_ended" if is_match else "work_over", name=name)

    @property
    def running(self) -> tuple[str, ...]:
        """The names of what was started here and still runs."""
        return tuple(_name_of(each.work) for each in self._children if each.is_running)

    def stop_all(self) -> None:
        """Let everything end that was started here."""
        for child in self._children:
            self._stop_child(child)

    def close(self) -> None:
        self._lookout.close()

    def watch_run(self, folder: Path) -> None:
        """Look at the run in a folder."""
        if folder != self.state.run:
            self._replay.clear()
        self.state.run = folder
        self.state.show(TrainingTab.RUN)

    def start_match(self, form: NewGameForm, rating: PlayerRating) -> None:
        """Let the two players of a form play a match.

        Raises:
            SessionError: if it cannot be started.
        """
        setup = form.setup(self._opponents, coin=False, rating=rating)
        timed = any(setup.seconds)
        settings = MatchSettings(
            [(setup.black, ""), (setup.white, "")],
            (form.rules.size, form.rules.win_length, form.rules.variant),
            seconds=[each or TIMED_OUT for each in setup.seconds] if timed else [],
            opening_rule=form.opening_played.value,
        )
        folder = self.state.folder / MATCHES
        journal = folder / journal_name(now(), form.pairs)
        words = pit_arguments(settings, journal, form.pairs)
        if self._begin(["pit", *words], journal, journal.with_suffix(".txt")):
            self._watch_match(journal)

    # What is seen

    @property
    def _target(self) -> Path | None:
        """The folder or journal that the lookout looks at."""
        if self.state.tab is TrainingTab.RUN:
            return self.state.run
        return self.state.match if self.state.tab is TrainingTab.MATCH else None

    def _view(self) -> "RunView | MatchView | RunList | None":
        return self._lookout.view(self._target)

    def _seen(self) -> Seen:
        is_own = self._is_own(self._target)
        return Seen(self._view(), self._replay, tuple(self._missing), is_own)

    def _is_own(self, work: Path | None) -> bool:
        """True if that goes on in a process that this window started, or is about to end there."""
        return any(each.work == work and each.is_running for each in self._children)

    # What is done

    def _show(self, tab: TrainingTab) -> None:
        found = self._lookout.view(None)
        if isinstance(found, RunList):
            self.state.taken = frozenset(each.folder.name for each in found.runs)
        self.state.show(tab)
        self._lookout.look_again()

    def _watch_match(self, journal: Path) -> None:
        if journal != self.state.match:
            self._replay.clear()
        self.state.match = journal
        self.state.show(TrainingTab.MATCH)

    def _do_simple(self, command: Train) -> None:
        state, view = self.state, self._view()
        match command:
            case Train.START:
                self._start()
            case Train.STOP if isinstance(view, RunView):
                self._stop(view.folder, lambda: ask_to_stop(view.folder))
            case Train.RESUME if isinstance(view, RunView):
                self._resume(view)
            case Train.PLAY_NEWEST if isinstance(view, RunView):
                self._play_newest(view)
            case Train.NEW_MATCH:
                self._choose_match(view if isinstance(view, RunView) else None)
            case Train.STOP_MATCH if isinstance(view, MatchView):
                self._stop(view.file, lambda: stop_file(view.file).touch())
            case Train.RESUME_MATCH if isinstance(view, MatchView):
                self._resume_match(view)
            case Train.TYPE_PATH:
                state.is_path_typed = True
            case Train.OPEN_PATH:
                self._open_path()
            case Train.LEAVE_RUNNING:
                self._quit()
            case Train.LEAVE_STOPPED:
                self.stop_all()
                self._quit()
            case _:
                pass  # what it is about is not to be seen any more

    def _start(self) -> None:
        state = self.state
        preset = state.preset
        if preset is None or self._missing:
            raise SessionError("training_missing")
        state.remark = state.problem_with_name()
        if state.remark:
            return
        folder = state.new_folder
        words = ["train", str(preset.file), "--run", str(folder), f"--minutes={state.minutes:g}"]
        if self._begin(words, folder, folder / CONSOLE_FILE):
            self.watch_run(folder)

    def _begin(self, words: list[str], work: Path, console: Path) -> bool:
        """Start a process; whether that was possible."""
        if not self._can_start:
            raise SessionError("training_missing")
        self.state.failures.pop(work, None)
        try:
            self._children.append(self._launch(words, work, console))
        except OSError as error:
            self.state.remark = "work_not_started"
            self.state.failures[work] = error.strerror or str(error)
            self._tell_later("work_not_started", reason=error.strerror or str(error))
            return False
        self._lookout.look_again()
        return True

    def _stop(self, work: Path, ask: Callable[[], None]) -> None:
        """Stop what was begun here; ask others to stop at the second click."""
        state = self.state
        child = next((each for each in self._children if each.work == work), None)
        if child is None and state.asked != work:
            state.asked = work
            return
        state.asked = None
        if child is not None:
            self._stop_child(child)
            return
        try:
            ask()
        except OSError as error:
            self._tell_later("work_not_stopped", reason=error.strerror or str(error))
            return
        state.stopping.add(work)

    def _stop_child(self, child: Work) -> None:
        """As by Ctrl-C."""
        self.state.stopping.add(child.work)
        child.stop()

    def _resume(self, view: RunView) -> None:
        if view.settings is None or view.is_training:
            return
        if self._missing:
            raise SessionError("training_missing")
        words = ["train", "--run", str(view.folder), "--resume"]
        if view.state is RunState.OVER:
            words += [f"--minutes={view.minutes + view.longer:g}"]
        with contextlib.suppress(OSError):
            (view.folder / STOP_FILE).unlink(missing_ok=True)
        self._begin(words, view.folder, view.folder / CONSOLE_FILE)

    def _play_newest(self, view: RunView) -> None:
        """A game against the network as it is now; training goes on."""
        if view.checkpoint is None:
            raise SessionError("no_checkpoint")
        spec, listed = self._listed(view.checkpoint)
        if listed.broken or not listed.rules:
            raise SessionError("checkpoint_damaged")
        self._play(GameSetup(listed.rules[0], HUMAN, spec))

    def _choose_match(self, view: RunView | None) -> None:
        """The newest network against who comes first, to begin with."""
        rival = next((i for i, each in enumerate(self._opponents) if each.base == PURE.base), 0)
        rules = (view.rules if view is not None else None) or self._rules()
        form = NewGameForm(rules, side="watch", rival=ChosenPlayer(rival))
        if view is not None and view.checkpoint is not None:
            _, listed = self._listed(view.checkpoint)
            form = form.with_opponents(self._opponents, self._opponents.index(listed))
        self._ask_for_match(form)

    def _listed(self, checkpoint: Path) -> tuple[str, Opponent]:
        """The spec of a network, and its entry in the list of opponents."""
        spec = str(Net(str(checkpoint), simulations=DEFAULT_SIMULATIONS))
        spec, listed = asked_for(spec, self._opponents)
        known = next((each for each in self._opponents if each.base == listed.base), None)
        if known is None:
            self._opponents.append(listed)
        return spec, known or listed

    def _resume_match(self, view: MatchView) -> None:
        if view.settings is not None and view.can_resume:
            words = pit_arguments(view.settings, view.file, view.asked)
            self._begin(["pit", *words], view.file, view.file.with_suffix(".txt"))

    def _open_path(self) -> None:
        path = Path(self.state.path.strip()).expanduser()
        if not self.state.path.strip():
            return
        if path.suffix == ".jsonl" and path.name != "metrics.jsonl":
            self._watch_match(path)
        else:
            self.watch_run(path.parent if path.suffix == ".jsonl" else path)


def _name_of(work: Path) -> str:
    return work.stem if work.suffix == ".jsonl" else work.name


class LeavingPage:
    """Asked before the window closes while something runs that it started."""

    def __init__(self, training: TrainingPage) -> None:
        self._training = training

    def lay_out(self, layout: WindowLayout, language: Language, pointed: Command | None) -> Dialog:
        return leaving_dialog(layout, self._training.running, language)

    def do(self, command: PageCommand) -> None:
        self._training.do(command)

    def advance(self) -> None:
        pass
