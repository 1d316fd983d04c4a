"""Begins games: what the new-game dialog chooses, rematches, and engines added on the way."""

import random
from dataclasses import replace

from gomoku.opening_rules import OpeningRule
from gomoku_zero.window.model.autosave import Autosave
from gomoku_zero.window.model.new_game import adapted, adaptive_spec, form_of
from gomoku_zero.window.model.opponents import ADAPTIVE, Opponent, engine_opponent
from gomoku_zero.window.model.preferences import Preferences
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.view.open_dialog import DialogKind, OpenDialog


class NewGames:
    """Starts games in a session; keeps the one before."""

    def __init__(
        self,
        session: GameSession,
        dialogs: OpenDialog,
        autosave: Autosave,
        preferences: Preferences,
        opponents: list[Opponent],
    ) -> None:
        """
        opponents: those to choose from; engines are added to them and removed.
        """
        self._session = session
        self._dialogs = dialogs
        self._autosave = autosave
        self._preferences = preferences
        self._opponents = opponents

    def open(self) -> None:
        """Show the dialog as the present game would have it; where that was loaded or is a puzzle,
        against the opponent of the last game."""
        settings, setup = self._preferences.settings, self._session.setup
        opening = OpeningRule(settings.opening)
        if self._session.is_studied and setup.engine is None:
            is_adaptive = settings.opponent in ("", ADAPTIVE.base)
            last = adaptive_spec(self._preferences.rating) if is_adaptive else settings.opponent
            setup = replace(setup, white=last, adaptive=is_adaptive)
        self._dialogs.open_new_game(form_of(setup, self._opponents, opening))

    def start(self) -> bool:
        """Start the game chosen in the dialog; whether there is one.

        Raises:
            RulesError: if it cannot be played.
            OSError: if the present game cannot be kept.
        """
        form = self._dialogs.form
        is_open = self._dialogs.kind is DialogKind.NEW_GAME
        if not is_open or not form.can_start(self._opponents):
            return False
        coin = random.random() < 0.5
        setup = form.setup(self._opponents, coin, self._preferences.rating)
        setup.rules.validated()  # or the present game would be kept for nothing
        self._autosave.keep()
        self._session.new_game(setup)
        self._dialogs.close()
        if not setup.has_human:
            self._session.toggle_pause()
        chosen: dict[str, object] = {"opening": form.opening.value, "rules": tuple(setup.rules)}
        engine = setup.engine
        if engine is not None and setup.has_human:
            chosen["opponent"] = ADAPTIVE.base if setup.adaptive else engine
            chosen["seconds"] = max(setup.seconds)
        self._preferences.change(**chosen)
        return True

    def start_from(self, drawing: str) -> None:
        """Play on from a position that was set up.

        Raises:
            OSError: if the present game cannot be kept.
        """
        self._autosave.keep()
        self._session.new_game(replace(self._session.setup, start=drawing))

    def rematch(self) -> None:
        """The same game with colors swapped, against the level that suits the user by now."""
        self._autosave.keep()
        self._session.rematch(lambda setup: adapted(setup, self._preferences.rating))

    # Engines

    def add_engine(self) -> None:
        """Remember the engine typed and choose it, if its program is there."""
        command = self._dialogs.typed.strip()
        if self._dialogs.kind is not DialogKind.ENGINE or not command:
            return
        engine = engine_opponent(command)
        if engine.broken:
            self._dialogs.remark = self._preferences.language.say("engine_unknown")
            return
        bases = [opponent.base for opponent in self._opponents]
        if engine.base not in bases:
            self._opponents.append(engine)
            bases.append(engine.base)
            known = self._preferences.settings.engines
            self._preferences.change(
                engines=(*(each for each in known if each != command), command)
            )
        chosen = bases.index(engine.base)
        self._dialogs.open_new_game(self._dialogs.form.with_opponents(self._opponents, chosen))

    def remove_engine(self, index: int) -> None:
        """Forget an engine that is listed."""
        if not 0 <= index < len(self._opponents):
            return
        command = self._opponents[index].base.removeprefix("engine:")
        del self._opponents[index]
        self._dialogs.form = self._dialogs.form.without_opponent(index, self._opponents)
        engines = self._preferences.settings.engines
        self._preferences.change(engines=tuple(each for each in engines if each != command))
