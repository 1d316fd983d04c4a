"""The event loop: events -> commands, session -> view."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import pygame

from gomoku_zero.window.children import Child
from gomoku_zero.window.controller import Controller
from gomoku_zero.window.model.commands import (
    FileIsRead,
)
from gomoku_zero.window.model.opponents import Opponent
from gomoku_zero.window.model.progress import reviewed_game
from gomoku_zero.window.model.rated_games import rate_game
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.status import (
    choice_line,
)
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.model.study import day_of
from gomoku_zero.window.model.ticket import Purpose, Ticket
from gomoku_zero.window.thinker import (
    Thinker,
)
from gomoku_zero.window.training import Launch
from gomoku_zero.window.view.open_dialog import DialogKind
from gomoku_zero.window.view.scene import Scene, draw
from gomoku_zero.window.view.sounds import Sounds

FRAMES_PER_SECOND = 60


class App(Controller):
    """The loop of the window: events become commands, and what follows from them is drawn."""

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
        super().__init__(session, opponents, settings, files, settings_file, runs, launch)
        self._thinker = thinker
        self._surface = surface
        self._sounds = sounds
        self._drawn: Scene | None = None
        self._pointer_shown = pygame.SYSTEM_CURSOR_ARROW
        self._noted: tuple[object, ...] = ()  # the game whose review was noted last

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
        if self._opened.loading.is_ready:
            self.do(FileIsRead())
        self._training.mind(is_shown=self._dialogs.shows(self._training))
        self._messages.advance()
        self._hear()
        self._note_progress()
        rate_game(self.session, self._changes, self.preferences, self._tell)
        self._autosave.store()

    def _wanted(self) -> Ticket | None:
        """The position to think about: while its page is open, one of the games under review."""
        if self._batch.session is not None and self._dialogs.kind is DialogKind.PAGE:
            return self._batch.session.wanted()
        return None if self._setup is not None else self.session.wanted()

    def _waits_for_a_player(self) -> bool:
        """True if the side to move cannot think yet, since a player is loaded or compiled."""
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
    def failure(self) -> str:
        """The last failure of a player, in its own words."""
        return self._reports.failure

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
