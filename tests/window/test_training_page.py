"""The page of training, used with a mouse and a keyboard that nobody sees; processes are fakes."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pygame
import pytest

from gomoku.storage import lock
from gomoku_zero.arena.journal import stop_file
from gomoku_zero.runs.folder import newest_checkpoint
from gomoku_zero.runs.live import CONSOLE_FILE, Live, is_asked_to_stop, write_live
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.window.app import App
from gomoku_zero.window.children import Child, last_words
from gomoku_zero.window.i18n import languages
from gomoku_zero.window.model.commands import Command, Do, FormPairs, ScrollPage, TypeText
from gomoku_zero.window.model.opponents import ADAPTIVE, GREEDY, PURE, RANDOM
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings
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
from gomoku_zero.window.thinker import Thinker
from gomoku_zero.window.view.dialogs import Dialog
from gomoku_zero.window.view.drawings import Bar, Chart, SmallBoard, Table
from gomoku_zero.window.view.layout import Rect
from gomoku_zero.window.view.theme import THEMES
from tests.window.fakes import FakeWork, Thoughtful
from tests.window.runs import SIX, make_journal, make_run
from tests.window.test_contrast import LEAST, Reader

MODEL = Path(__file__).resolve().parents[2] / "models/6x6"
PATIENCE = 300.0  # seconds; a busy machine takes long to start a process


class Person:
    """A window with what its user can see and do."""

    def __init__(self, app: App, folder: Path, works: list[FakeWork]) -> None:
        self.app = app
        self.folder = folder
        self.works = works

    @property
    def dialog(self) -> Dialog:
        dialog = self.app.scene().dialog
        assert dialog is not None
        return dialog

    def texts(self) -> str:
        """Everything that can be read."""
        said = [f"{each.text} {each.note}" for each in self.dialog.controls]
        for drawing in self.dialog.drawings:
            if isinstance(drawing, Table):
                said += [" ".join(row) for row in drawing.rows]
            if isinstance(drawing, Chart):
                said += [drawing.title, drawing.empty, *(curve.name for curve in drawing.curves)]
        return "\n".join(said)

    def click(self, command: Command) -> None:
        """Click the control of a command."""
        control = next(each for each in self.dialog.controls if each.command == command)
        assert control.enabled, control
        self.app.handle(
            pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=control.rect.center, button=1)
        )

    def is_enabled(self, command: Command) -> bool:
        return any(each.command == command and each.enabled for each in self.dialog.controls)

    def type(self, text: str) -> None:
        for letter in text:
            self.press(ord(letter.lower()), letter)

    def press(self, key: int, letter: str = "") -> None:
        how = {"key": key, "mod": 0, "unicode": letter, "scancode": 0}
        self.app.handle(pygame.event.Event(pygame.KEYDOWN, how))
        self.app.handle(pygame.event.Event(pygame.KEYUP, key=key))

    def wait(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < deadline, self.texts()
            self.app.advance(0.02)
            self.app.draw()
            time.sleep(0.01)

    def wait_for(self, text: str) -> None:
        self.wait(lambda: text in self.texts())


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    pygame.display.init()
    surface = pygame.display.set_mode((1120, 780))
    thinker = Thinker(lambda spec: Thoughtful())
    session = GameSession(GameSetup(SIX, HUMAN, HUMAN), analyst="pure:100")
    works: list[FakeWork] = []

    def launch(arguments: Sequence[str], work: Path, console: Path) -> FakeWork:
        works.append(FakeWork(arguments, work, console))
        return works[-1]

    app = App(
        session,
        thinker,
        [ADAPTIVE, PURE, GREEDY, RANDOM],
        surface,
        Settings(),
        runs=[tmp_path],
        launch=launch,
    )
    yield Person(app, tmp_path, works)
    app.close()
    thinker.close()
    pygame.display.quit()


def test_a_run_is_begun_watched_stopped_and_resumed(person: Person) -> None:
    person.press(pygame.K_F8)
    person.wait_for("No runs yet")
    person.click(ShowTab(TrainingTab.NEW_RUN))
    assert "after half a minute it wins all games as Black" in person.texts()  # the preset of 6x6
    person.click(ChangeMinutes(-1))
    for _ in range(3):
        person.press(pygame.K_BACKSPACE)
    person.type("My run")
    person.press(pygame.K_RETURN)
    (work,) = person.works
    run = person.folder / "My run"
    assert work.work == run
    assert work.console == run / CONSOLE_FILE
    command, preset, *words = work.arguments
    assert (command, Path(preset).name) == ("train", "6x6.toml")
    assert words == ["--run", str(run), "--minutes=3"]
    person.wait_for("Getting ready")

    make_run(run)
    with RunFolder(run).locked():
        person.wait_for("Cycle 5: playing against itself")
        assert "2.0 / 5" in person.texts()
        assert "6,000" in person.texts()
        charts = [each for each in person.dialog.drawings if isinstance(each, Chart)]
        assert [len(each.curves) for each in charts] == [1, 2]
        assert any(isinstance(each, Table) for each in person.dialog.drawings)
        person.wait(lambda: sum(map(abs, board_of(person).cells)) > 3)
        person.click(Train.STOP)
        assert not work.is_running
    person.wait(lambda: person.is_enabled(Train.RESUME))
    assert "Stopped" in person.texts()
    person.click(Train.RESUME)
    assert person.works[-1].arguments == ["train", "--run", str(run), "--resume"]
    person.works[-1].stop()

    write_live(run, Live(doing="over", cycle=4, seconds=300, budget=300))
    person.wait(lambda: "Done" in person.texts())
    person.click(Train.RESUME)
    assert person.works[-1].arguments[3:] == ["--resume", "--minutes=7"]


def board_of(person: Person) -> SmallBoard:
    return next(each for each in person.dialog.drawings if isinstance(each, SmallBoard))


def test_a_run_that_ends_by_itself_says_why_also_where_nobody_looks(person: Person) -> None:
    person.press(pygame.K_F8)
    person.click(ShowTab(TrainingTab.NEW_RUN))
    person.click(Train.START)
    person.press(pygame.K_ESCAPE)
    assert person.app.scene().dialog is None
    person.works[0].has_failed = True
    person.works[0].is_running = False
    person.wait(lambda: "6x6 ended: out of memory" in person.app.scene().message)
    person.press(pygame.K_F8)
    make_run(person.folder / "6x6")
    person.wait_for("Ended: out of memory")


def test_somebody_elses_run_is_stopped_by_a_second_click(person: Person) -> None:
    run = make_run(person.folder / "six")
    with RunFolder(run).locked():
        person.press(pygame.K_F8)
        person.wait_for("Training, 6x6, 2.0 of 5 min")
        person.click(WatchRun(run))
        person.wait_for("playing against itself")
        person.click(Train.STOP)
        assert not is_asked_to_stop(run)
        assert "Click again" in person.texts()
        person.click(Train.STOP)
        assert is_asked_to_stop(run)
        assert "Stopping" in person.texts()
        assert not person.is_enabled(Train.STOP)
    person.wait(lambda: person.is_enabled(Train.RESUME))


def test_the_newest_network_is_played_against(person: Person) -> None:
    run = make_run(person.folder / "six")
    checkpoint = run / "checkpoints/000004"
    checkpoint.mkdir(parents=True)
    for file in ("meta.json", "weights.safetensors"):
        (checkpoint / file).write_bytes((MODEL / file).read_bytes())
    assert newest_checkpoint(run) == checkpoint
    person.app.do(Do.TRAIN)
    person.app.do(WatchRun(run))
    person.wait(lambda: person.is_enabled(Train.PLAY_NEWEST))
    person.click(Train.PLAY_NEWEST)
    assert person.app.scene().dialog is None
    setup = person.app.session.setup
    assert setup.rules == SIX
    assert (setup.black, setup.white) == (HUMAN, f"net:{checkpoint}@400")
    assert "six" in person.app.scene().texts.players[1][0]


def test_a_damaged_network_is_no_opponent(person: Person) -> None:
    run = make_run(person.folder / "six")
    checkpoint = run / "checkpoints/000004"
    checkpoint.mkdir(parents=True)
    (checkpoint / "meta.json").write_text("{")
    (checkpoint / "weights.safetensors").touch()
    person.app.do(Do.TRAIN)
    person.app.do(WatchRun(run))
    person.wait(lambda: person.is_enabled(Train.PLAY_NEWEST))
    before = person.app.session.games
    person.click(Train.PLAY_NEWEST)
    assert person.app.session.games == before
    assert "damaged" in person.app.scene().message


def test_a_match_is_chosen_begun_and_watched(person: Person) -> None:
    person.press(pygame.K_F8)
    person.click(Train.NEW_MATCH)
    person.click(FormPairs(1))
    person.press(pygame.K_RETURN)
    (work,) = person.works
    assert work.arguments[0] == "pit"
    assert work.arguments[1:4] == ["level:3", "pure:5000", "--journal"]
    assert work.work.parent == person.folder / "matches"
    assert "--pairs=100" in work.arguments
    assert {"--size=6", "--win-length=4", "--rules=freestyle"} <= set(work.arguments)
    person.wait_for("Getting ready")
    make_journal(work.work, [True, True, False], ("level:3", "pure:5000"))
    person.wait_for("Pair 3 of 100")
    assert "Level 3 \u2013 Pure search 5,000" in person.texts()
    assert "together 4 0 2 66.7%" in person.texts()
    assert any(isinstance(each, Bar) for each in person.dialog.drawings)
    person.click(Train.STOP_MATCH)
    assert not work.is_running
    person.wait_for("Stopped after 3 pairs")
    person.wait(lambda: person.app.scene().message == "The match has ended")
    person.click(Train.RESUME_MATCH)
    again = person.works[-1].arguments
    assert again[:5] == ["pit", "level:3", "pure:5000", "--journal", str(work.work)]
    assert {"--resume", "--seed=3", "--pairs=100"} <= set(again)


def test_somebody_elses_match_is_stopped_by_a_second_click(person: Person) -> None:
    file = make_journal(person.folder / "matches/a.jsonl", [True], ("greedy", "random"))
    with file.open("ab") as stream:
        assert lock(stream)
        person.press(pygame.K_F8)
        person.wait_for("Match going on")
        person.click(WatchMatch(file))
        person.wait_for("1 pairs so far")
        person.click(Train.STOP_MATCH)
        assert not stop_file(file).exists()
        person.click(Train.STOP_MATCH)
        assert stop_file(file).exists()
        assert "Stopping after this pair" in person.texts()
    person.wait_for("Stopped after 1 pairs")


def test_what_still_runs_is_asked_about_before_the_window_closes(person: Person) -> None:
    person.press(pygame.K_F8)
    person.click(ShowTab(TrainingTab.NEW_RUN))
    person.click(Train.START)
    person.app.handle(pygame.event.Event(pygame.QUIT))
    assert person.app.running
    assert "Still running: 6x6" in person.texts()
    person.press(pygame.K_ESCAPE)
    assert person.app.running
    person.app.do(Do.QUIT)
    person.click(Train.LEAVE_RUNNING)
    assert not person.app.running
    assert person.works[0].is_running
    person.app.running = True
    person.app.do(Do.QUIT)
    person.click(Train.LEAVE_STOPPED)
    assert not person.app.running
    assert not person.works[0].is_running


def test_a_window_that_is_closed_twice_closes(person: Person) -> None:
    person.press(pygame.K_F8)
    person.click(ShowTab(TrainingTab.NEW_RUN))
    person.click(Train.START)
    for _ in range(2):
        person.app.handle(pygame.event.Event(pygame.QUIT))
    assert not person.app.running


def test_names_that_no_run_can_have_are_refused(person: Person) -> None:
    make_run(person.folder / "six")
    (person.folder / "notes").mkdir()
    person.press(pygame.K_F8)
    person.wait_for("six")
    person.click(ShowTab(TrainingTab.NEW_RUN))
    for name, said in (("", "Give it a name"), ("six", "There is a run"), ("notes", "else called")):
        for _ in range(10):
            person.press(pygame.K_BACKSPACE)
        person.type(name)
        person.click(Train.START)
        assert said in person.texts()
    person.type("/../../x*")
    assert person.app._training.state.name == "notes....x"
    assert person.works == []


def test_presets_have_names_of_runs_that_are_not_there_yet(person: Person) -> None:
    make_run(person.folder / "9x9")
    person.press(pygame.K_F8)
    person.wait_for("9x9")
    person.click(ShowTab(TrainingTab.NEW_RUN))
    state = person.app._training.state
    number = next(i for i, each in enumerate(state.presets) if each.name == "9x9")
    person.click(ChoosePreset(number))
    assert (state.name, state.minutes) == ("9x9-2", 30)
    person.type("b")
    person.click(ChoosePreset(0))
    assert state.name == "9x9-2b"  # what was typed stays


def test_a_folder_or_a_journal_is_opened_by_its_path(person: Person, tmp_path: Path) -> None:
    run = make_run(tmp_path / "elsewhere/deep/six")
    journal = make_journal(tmp_path / "elsewhere/a.jsonl", [True], ("greedy", "random"))
    person.press(pygame.K_F8)
    for path, said in (
        (run, "Stopped"),
        (run / "metrics.jsonl", "Stopped"),
        (journal, "Stopped after 1 pairs"),
        (tmp_path / "gone", "There is no"),
        (tmp_path / "elsewhere", "is not a training run"),
    ):
        person.click(ShowTab(TrainingTab.RUNS))
        person.click(Train.TYPE_PATH)
        person.app._training.state.path = ""
        person.app.do(TypeText(str(path)))
        person.press(pygame.K_RETURN)
        person.wait_for(said)


def test_a_run_that_is_dropped_on_the_window_is_opened(person: Person, tmp_path: Path) -> None:
    run = make_run(tmp_path / "elsewhere/six")
    person.app.handle(pygame.event.Event(pygame.DROPFILE, file=str(run)))
    person.wait_for("Stopped")


def test_without_the_packages_the_page_says_what_to_install(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gomoku_zero.window.training.missing_for_training", lambda: ["torch"])
    run = make_run(person.folder / "six")
    person.press(pygame.K_F8)
    person.click(ShowTab(TrainingTab.NEW_RUN))
    assert "Training needs torch" in person.texts()
    assert "pip install" in person.texts()
    assert not person.is_enabled(Train.START)
    person.press(pygame.K_RETURN)
    assert person.works == []
    person.app.do(WatchRun(run))  # to look on needs nothing
    person.wait_for("policy loss")
    assert not person.is_enabled(Train.RESUME)


def test_a_process_that_cannot_be_started_says_so(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> FakeWork:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(person.app._training, "_launch", refuse)
    person.press(pygame.K_F8)
    person.click(ShowTab(TrainingTab.NEW_RUN))
    person.click(Train.START)
    assert "It could not be started: Cannot allocate memory" in person.texts()


def test_a_long_list_is_scrolled(person: Person) -> None:
    for number in range(30):
        make_run(person.folder / f"run-{number:02d}", cycles=1)
    person.press(pygame.K_F8)
    person.wait_for("run-")
    rows = [each for each in person.dialog.controls if isinstance(each.command, WatchRun)]
    assert 10 < len(rows) < 30
    for _ in range(40):
        person.app.do(ScrollPage(1))
    last = [each for each in person.dialog.controls if isinstance(each.command, WatchRun)]
    assert len(last) == len(rows)
    person.app.do(ScrollPage(-1))
    again = [each for each in person.dialog.controls if isinstance(each.command, WatchRun)]
    assert again[1:] == [] or again[1].command == last[0].command


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("size", [(1120, 780), (480, 800), (2560, 1440), (640, 360), (200, 150)])
def test_every_tab_lies_inside_of_every_window(
    person: Person, language: str, size: tuple[int, int]
) -> None:
    run = make_run(person.folder / "six")
    match = make_journal(person.folder / "matches/a 9 pairs.jsonl", [True, False], ("greedy", "x"))
    person.app._surface = pygame.display.set_mode(size)
    person.app.preferences.change(language=language, theme="dark")
    person.app.do(Do.TRAIN)
    for command in (
        ShowTab(TrainingTab.RUNS),
        ShowTab(TrainingTab.NEW_RUN),
        WatchRun(run),
        WatchMatch(match),
    ):
        person.app.do(command)
        for _ in range(60):
            person.app.advance(0.02)
            time.sleep(0.01)
        person.app.draw()
        dialog = person.dialog
        rects = [each.rect for each in dialog.controls]
        rects += [each.rect for each in dialog.drawings]
        for rect in rects:
            assert rect.left >= 0
            assert rect.top >= 0
            assert rect.right <= size[0]
            assert rect.bottom <= size[1]
        clickable = [each.rect for each in dialog.controls if each.command is not None]
        for number, first in enumerate(clickable):
            for second in clickable[number + 1 :]:
                assert not overlap(first, second), (command, first, second)


def overlap(first: Rect, second: Rect) -> bool:
    return bool(pygame.Rect(first).colliderect(pygame.Rect(second)))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tab", ["runs", "new run", "run", "match", "problem", "new match"])
def test_all_text_can_be_read(
    person: Person, tab: str, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(person.folder / "six")
    match = make_journal(person.folder / "matches/a 9 pairs.jsonl", [True, False], ("greedy", "x"))
    person.app.preferences.change(theme=theme)
    person.app.do(Do.TRAIN)
    commands: dict[str, Command] = {
        "runs": ShowTab(TrainingTab.RUNS),
        "new run": ShowTab(TrainingTab.NEW_RUN),
        "run": WatchRun(run),
        "match": WatchMatch(match),
        "problem": WatchRun(person.folder / "gone"),
        "new match": Train.NEW_MATCH,
    }
    person.app.do(commands[tab])
    if tab != "new match":
        person.wait(lambda: "Reading" not in person.texts())
    reader = Reader(monkeypatch)
    person.app._drawn = None
    person.app.draw()
    unused = {each.text for each in person.dialog.controls if not each.enabled}
    unused |= {each.note for each in person.dialog.controls if not each.enabled}
    buttons = person.app.scene().panel.buttons  # behind the dialog, and dimmed
    behind = {word for each in buttons for word in (each.text, each.note)}
    faint = [each for each in reader.read if each[0] < LEAST and each[1] not in unused | behind]
    assert len(reader.read) > 5
    assert not faint, sorted(faint)[:8]


def test_a_child_is_a_command_in_a_process_of_its_own(tmp_path: Path) -> None:
    console = tmp_path / "deep" / CONSOLE_FILE
    child = Child(["pit", "greedy"], tmp_path, console)
    deadline = time.monotonic() + PATIENCE
    while child.is_running:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert child.has_failed
    assert "a match needs two players" in child.reason()
    assert last_words(tmp_path / "gone") == ""
    child.stop()  # too late, and no harm


def test_a_child_is_stopped_as_by_control_c(tmp_path: Path) -> None:
    words = ["greedy", "random", "--pairs=5000", "--journal", str(tmp_path / "a.jsonl")]
    child = Child(["pit", *words], tmp_path / "a.jsonl", tmp_path / CONSOLE_FILE)
    deadline = time.monotonic() + PATIENCE
    while not (tmp_path / "a.jsonl").exists() or (tmp_path / "a.jsonl").stat().st_size < 3000:
        assert child.is_running, child.reason()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    child.stop()
    while child.is_running:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not child.has_failed
    assert "interrupted" in child.reason()
