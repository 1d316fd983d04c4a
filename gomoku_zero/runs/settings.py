"""The settings of runs and presets that onlookers need; training has all of them."""

import tomllib
from codecs import BOM_UTF8
from pathlib import Path
from typing import NamedTuple

import msgspec

from gomoku.rules import Rules, RulesError, variant_from_name
from gomoku_zero.players.models import preset_folder

CONFIG_FILE = "config.json"
_MAX_BYTES = 1 << 20


class GameSettings(msgspec.Struct, frozen=True):
    size: int = 15
    win_length: int = 5
    rules: str = "freestyle"


class RunSettings(msgspec.Struct, frozen=True):
    """The settings that onlookers ask for; others are passed over."""

    name: str = ""
    minutes: float = 60.0
    cycles: int = 0
    game: GameSettings = GameSettings()

    def to_rules(self) -> Rules:
        """
        Raises:
            RulesError: if there are no such rules.
        """
        game = self.game
        return Rules(game.size, game.win_length, variant_from_name(game.rules)).validated()


class SettingsDamaged(ValueError):  # noqa: N818 - named by what is wrong
    """Settings that cannot be read; the message says why."""


class Preset(NamedTuple):
    """Settings to train with.

    needs_gpu: whether they are sized for one.
    """

    file: Path
    settings: RunSettings
    needs_gpu: bool

    @property
    def name(self) -> str:
        return self.file.stem


def read_run_settings(run: Path) -> RunSettings:
    """The settings of a run.

    Raises:
        FileNotFoundError: if there are none.
        SettingsDamaged: if they cannot be read.
        OSError: if the file cannot be.
    """
    data = _read(run / CONFIG_FILE)
    try:
        settings = msgspec.json.decode(data, type=RunSettings)
        settings.to_rules()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, RulesError) as error:
        raise SettingsDamaged(str(error)) from None
    return settings


def list_presets(folder: Path | None = None) -> list[Preset]:
    """The presets, from the smallest board to the largest, those for a GPU last; what cannot be
    read is left out.

    folder: by default where the shipped ones are.
    """
    found = []
    for file in sorted((folder or preset_folder()).glob("*.toml")):
        try:
            text = _read(file).removeprefix(BOM_UTF8).decode()
            settings = msgspec.convert(tomllib.loads(text), RunSettings)
            settings.to_rules()
        except (OSError, ValueError, msgspec.ValidationError, SettingsDamaged):
            continue
        found.append(Preset(file, settings, file.stem.endswith("-gpu")))
    return sorted(found, key=lambda each: (each.needs_gpu, each.settings.game.size, each.name))


def _read(file: Path) -> bytes:
    if not file.exists():
        raise FileNotFoundError(file)
    if not file.is_file():
        raise SettingsDamaged(f"{file.name} is not a file")
    if file.stat().st_size > _MAX_BYTES:
        raise SettingsDamaged(f"{file.name} is too large")
    return file.read_bytes()
