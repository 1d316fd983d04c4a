"""The user's settings as they hold at present, and the file that keeps them."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from gomoku_zero.window.i18n import Language, load_language
from gomoku_zero.window.model.rating import PlayerRating
from gomoku_zero.window.model.settings import Settings, rating_of, save_changes


class Preferences:
    """Settings that may change while the window is open, with the language they name."""

    def __init__(
        self, settings: Settings, file: Path | None, apply: Callable[[Settings], None]
    ) -> None:
        """
        file: where changed settings go; None forgets them.
        apply: lets settings take effect; called at once and after every change.
        """
        self.settings = settings
        self._file = file
        self._saved = settings
        self._apply = apply
        self._take_effect()

    @property
    def language(self) -> Language:
        return self._language

    @property
    def rating(self) -> PlayerRating:
        """How strong the user is taken to be."""
        return rating_of(self.settings)

    def set(self, settings: Settings) -> None:
        """Change settings, now and on disk.

        Raises:
            OSError: if they cannot be written; they hold until the window is closed.
        """
        self.settings = settings.validated()
        self._take_effect()
        if self._file is not None:
            save_changes(self._file, self._saved, self.settings)
            self._saved = self.settings

    def change(self, **values: object) -> None:
        """Change some settings by name.

        Raises:
            OSError: as `set` does.
        """
        changed = msgspec.structs.replace(self.settings, **values)
        if changed != self.settings:
            self.set(changed)

    def _take_effect(self) -> None:
        self._language = load_language(self.settings.language)
        self._apply(self.settings)
