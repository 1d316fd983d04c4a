"""The settings of a run that is resumed: its own, but for what is asked for now."""

from pathlib import Path
from typing import Any

import msgspec

from gomoku_zero.runs.settings import CONFIG_FILE
from gomoku_zero.training.config import ConfigError, TrainConfig
from gomoku_zero.training.config_file import REMOVED, read_config, removed_in

_ABOUT_FILE = "about.json"

FIXED = ("game.", "net.", "selfplay.games", "selfplay.lanes", "init", "distill")
"""Settings that the state of a run depends on, or sections of them."""


class RunError(ValueError):
    """A run folder that cannot be used as asked; the message says what to do."""


def read_settings(run: Path) -> TrainConfig:
    """The settings that a run was last used with; those of an earlier version that this one does
    not have are left out.

    Raises:
        RunError: if there are none, or they cannot be read.
    """
    file = run / CONFIG_FILE
    try:
        return settings_from_json(file.read_bytes())
    except FileNotFoundError:
        raise RunError(f"{run} is not a training run: it has no {CONFIG_FILE}") from None
    except OSError as error:
        raise RunError(f"cannot read {file}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RunError(f"{file} cannot be read ({error}): restore it from a copy") from None


def settings_from_json(data: bytes) -> TrainConfig:
    """Settings as a run writes them, without those that this version does not have.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: if they are none.
    """
    return msgspec.convert(_known(msgspec.json.decode(data), TrainConfig), TrainConfig)


def settings_to_resume(run: Path, file: Path | None) -> tuple[TrainConfig, RunError | None]:
    """The settings of a run; or, where they are damaged, those of a file with what is wrong.

    Raises:
        RunError: if there is no run, or no settings of it and no file.
        ConfigError: if the file is needed and cannot be read.
    """
    if not run.is_dir():
        raise RunError(f"{run} is not there, so there is no run to resume: check --run")
    try:
        return read_settings(run), None
    except RunError as error:
        is_damaged = (run / CONFIG_FILE).exists()
        if file is None or not is_damaged or (run / "teacher").exists():
            raise
        return read_config(file), error


def describe_removed(run: Path) -> list[str]:
    """A line for every setting of a run that this version does not have and that the run changed.

    Raises:
        ConfigError: if the run cannot be resumed without one of them.
    """
    lines = []
    for name, value in removed_in(msgspec.json.decode((run / CONFIG_FILE).read_bytes())).items():
        if value == REMOVED[name]:
            continue
        if name.startswith("net."):
            raise ConfigError(
                f"{name} is {value} in the configuration of the run and no longer a setting: begin "
                "another run, with --init and a checkpoint of this one"
            )
        lines.append(f"{name}: {value} -> no longer a setting")
    return lines


def check_changes(began: TrainConfig, asked: TrainConfig) -> list[str]:
    """A line for every setting that is changed, as `name: old -> new`.

    Raises:
        ConfigError: if one of them cannot change.
    """
    lines = []
    for name, (old, new) in changes(began, asked).items():
        if name.startswith(FIXED):
            raise ConfigError(
                f"{name} is {old} in the configuration of the run and cannot become {new}: leave "
                "it out, or begin another run"
            )
        lines.append(f"{name}: {old} -> {new}")
    return lines


def changes(old: TrainConfig, new: TrainConfig) -> dict[str, tuple[Any, Any]]:
    """The settings that differ, by name, with both values.

    >>> changes(TrainConfig(), TrainConfig(minutes=5))
    {'minutes': (60.0, 5)}
    """
    before, after = (_flat(msgspec.to_builtins(each)) for each in (old, new))
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= (
            _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
        )
    return flat


def _known(values: Any, section: type[msgspec.Struct]) -> Any:
    """The values of the settings that a section has."""
    if not isinstance(values, dict):
        return values
    fields = {field.name: field.type for field in msgspec.structs.fields(section)}
    return {
        name: _known(value, fields[name])
        if isinstance(fields[name], type) and issubclass(fields[name], msgspec.Struct)
        else value
        for name, value in values.items()
        if name in fields
    }
