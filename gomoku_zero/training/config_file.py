"""The settings of a run from a file: read, and checked for what must fit together."""

import math
from codecs import BOM_UTF8
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gomoku.machine import memory_bytes
from gomoku.rules import RulesError
from gomoku_zero.players.models import find_model
from gomoku_zero.training.config import (
    ConfigError,
    GameConfig,
    NetSection,
    SelfPlayConfig,
    TrainConfig,
)
from nets.checkpoint import read_meta

REMOVED: dict[str, Any] = {
    "games": 0,
    "net.stem_kernel": 5,
    "net.pool_every": 2,
    "net.head_channels": 32,
    "net.value_hidden": 64,
    "net.line_channels": 64,
    "selfplay.considered": 16,
    "replay.growth": 0.4,
    "replay.symmetries": True,
    "learner.warmup_steps": 200,
    "learner.reply_weight": 0.15,
    "learner.moves_left_weight": 0.05,
    "evaluation.earlier": 1,
    "evaluation.pairs": 10,
    "evaluation.simulations": 100,
    "alarms.cycles": 3,
    "alarms.fewest_plies": 0.0,
    "alarms.white_share_low": 0.3,
}
"""Settings that runs of earlier versions have, with their defaults there."""


def read_config(file: Path) -> TrainConfig:
    """The configuration in a TOML file; what it leaves out has its default.

    Raises:
        ConfigError: if the file is missing, no TOML, or has a field that is unknown or ill-typed.
    """
    try:
        text = Path(file).read_bytes().removeprefix(BOM_UTF8)
        values = msgspec.toml.decode(text)
        for name in removed_in(values):
            raise ConfigError(f"{file}: {name} is no longer a setting: delete its line")
        config = msgspec.convert(values, TrainConfig)
        # With a checkpoint to begin with, only that tells the shape of the network.
        return config if config.init else checked(config)
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}") from None
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from None


def removed_in(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings in a file's values that this version does not have, with their values.

    >>> removed_in({"minutes": 5, "net": {"blocks": 6, "pool_every": 3}})
    {'net.pool_every': 3}
    """
    found = {}
    for name in REMOVED:
        section, _, field = name.rpartition(".")
        its = values.get(section, {}) if section else values
        if isinstance(its, Mapping) and field in its:
            found[name] = its[field]
    return found


def with_net_of_init(config: TrainConfig) -> TrainConfig:
    """The configuration, with the network's shape from the checkpoint it begins with if any.

    Raises:
        CheckpointError: if that is none.
    """
    if not config.init:
        return config
    net = read_meta(find_model(config.init)).net
    return msgspec.structs.replace(config, net=NetSection.of_config(net))


def describe_init(config: TrainConfig) -> list[str]:
    """Notes about a run that begins with a checkpoint: where [net] does not hold, and which rules
    the network is going to unlearn.

    Raises:
        CheckpointError: if there is no such checkpoint.
    """
    if not config.init:
        return []
    meta = read_meta(find_model(config.init))
    lines = []
    if meta.net.architecture != config.net.architecture:
        kinds = {"patterns": "a network of line patterns", "resnet": "a residual network"}
        lines.append(
            f"{config.init} is {kinds[meta.net.architecture]}, and so is this run, although "
            f"net.architecture says {config.net.architecture}"
        )
    trained = {(rules.win_length, rules.variant) for rules in config.game.shares()}
    lost = {
        f"{rules.win_length} in a row, {rules.variant_name}"
        for rules in meta.rules
        if (rules.win_length, rules.variant) not in trained
    }
    if lost:
        lines.append(
            f"{config.init} also knows {'; '.join(sorted(lost))}, which this run does not play and "
            "the network unlearns: keep rules with game.other_rules"
        )
    return lines


def checked(config: TrainConfig) -> TrainConfig:
    """The configuration, once everything in it is known to fit together.

    Raises:
        ConfigError: naming the field that does not.
    """
    try:
        # Command-line values have not been through the checks that decoding makes.
        _check_values(msgspec.to_builtins(config))
        config = msgspec.convert(msgspec.to_builtins(config), TrainConfig)
        _check_shares(config.game)
    except (msgspec.ValidationError, RulesError) as error:
        raise ConfigError(str(error)) from None
    if config.selfplay.lanes > config.selfplay.games:
        raise ConfigError(
            f"selfplay.lanes is {config.selfplay.lanes}, more than the "
            f"{config.selfplay.games} of selfplay.games"
        )
    _check_players(config)
    _check_stages(config.selfplay)
    _check_memory(config)
    if config.selfplay.random_plies >= min(rules.size for rules in config.game.shares()) ** 2:
        raise ConfigError(
            f"selfplay.random_plies is {config.selfplay.random_plies}: the board has only "
            f"{min(rules.size for rules in config.game.shares()) ** 2} points"
        )
    return config


def _check_values(value: Any, name: str = "") -> None:
    """
    Raises:
        ConfigError: naming a number that is not finite, or a text that no path can be.
    """
    if isinstance(value, dict):
        for key, its in value.items():
            _check_values(its, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for its in value:
            _check_values(its, name)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{name} is {value}: it must be a finite number")
    elif isinstance(value, str) and "\0" in value:
        raise ConfigError(f"{name} is {value!r}: a NUL character is not allowed")


def _check_memory(config: TrainConfig) -> None:
    """
    Raises:
        ConfigError: if what a run holds at least does not fit into the machine's memory.
    """
    points = max(rules.points for rules in config.game.shares())
    selfplay = config.selfplay
    needed = {
        # The targets of every ply of a game, in 16 bits; and a node of 64 bytes a simulation.
        "selfplay.games": selfplay.games * (2 * points**2 + 64 * selfplay.simulations),
        # A stone in a byte and a target in two for every point, as docs/training.md says.
        "replay.window": config.replay.window * 3 * points,
        "selfplay.cache": selfplay.cache * 4 * points * max(1, selfplay.lanes),
        "learner.batch": config.learner.batch * points * 4 * config.net.channels,
    }
    there = memory_bytes()
    for name, count in needed.items():
        if there is not None and count > there:
            section, _, field = name.partition(".")
            value = getattr(getattr(config, section), field)
            raise ConfigError(
                f"{name} is {value:,}, which takes {count / 2**30:,.0f} GiB on a board of "
                f"{points} points: this machine has {there / 2**30:.0f} GiB, so make it less"
            )


def _check_shares(game: GameConfig) -> None:
    """
    Raises:
        ConfigError, RulesError: if the rule sets cannot be played, or their shares do not fit.
    """
    sizes = [game.size, *(size for size, _ in game.other_sizes)]
    if len(set(sizes)) < len(sizes):
        raise ConfigError(f"game.other_sizes: the sizes {sizes} are not all different")
    names = [game.rules, *(name for name, _ in game.other_rules)]
    if len(set(names)) < len(names):
        raise ConfigError(f"game.other_rules: the rules {', '.join(names)} are not all different")
    for field, others, main in (
        ("other_sizes", game.other_sizes, f"{game.size}x{game.size}"),
        ("other_rules", game.other_rules, game.rules),
    ):
        shares = [share for _, share in others]
        if any(share <= 0 for share in shares) or sum(shares) > 1 - 1e-6:
            raise ConfigError(
                f"game.{field} has the shares {shares}: each must be above 0, and something must "
                f"be left for {main}"
            )
    game.shares()


def _check_players(config: TrainConfig) -> None:
    players = config.players
    if players.kind == "threads":
        return
    if config.clock == "cpu":
        raise ConfigError(
            f"clock is cpu, which counts this process alone: with players.kind {players.kind}, "
            "leave it at wall"
        )
    if config.selfplay.device not in ("auto", "cpu"):
        raise ConfigError(
            f"selfplay.device is {config.selfplay.device}: with players.kind {players.kind}, "
            "self-play runs on the CPU"
        )
    if players.cores > config.selfplay.games:
        raise ConfigError(
            f"players.cores is {players.cores}, more than the {config.selfplay.games} of "
            "selfplay.games"
        )


def _check_stages(selfplay: SelfPlayConfig) -> None:
    untils = [until for until, _ in selfplay.fewer_simulations]
    if untils != sorted(set(untils)):
        raise ConfigError(f"selfplay.fewer_simulations: the shares {untils} do not rise")
    most = max((count for _, count in selfplay.fewer_simulations), default=0)
    if most > selfplay.simulations:
        raise ConfigError(
            f"selfplay.fewer_simulations has {most}, more than the {selfplay.simulations} of "
            "selfplay.simulations"
        )
