"""Players by name: what a spec such as `net:models/9x9@400` stands for."""

import hashlib
import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gomoku.extras import MissingPackageError
from gomoku.player import Player
from gomoku.rules import Rules
from gomoku_zero.players.baselines import GreedyPlayer, RandomPlayer
from gomoku_zero.players.models import find_model, model_folders
from mcts.evaluation import Evaluator

if TYPE_CHECKING:
    from gomoku_zero.players.levels import Level
    from mcts.search import SearchConfig

FORMS = (
    "net:FOLDER@SIMULATIONS (or net:FOLDER@SIMULATIONS,vcf=0,vct=0), pure:PLAYOUTS, "
    "level:NUMBER or level:NUMBER:FOLDER, engine:PROGRAM@SECONDS, greedy or random"
)

DEFAULT_SIMULATIONS = 400

_SEARCH_OPTIONS = {"vcf": "vcf_nodes", "vct": "vct_nodes"}
"""What may follow the simulations of a network's spec, by its name in `search_for_play`."""

ANSWERS_KEPT = 1 << 14
"""Answers of a network that a player remembers, at 4 bytes a point each."""


_log = logging.getLogger(__name__)


class SpecError(ValueError):
    """A spec that names no player."""


def make_player(spec: str, *, seed: int = 0, device: str = "auto") -> Player:
    """The player a spec names, under that name.

    device: where networks run: auto, cpu, cuda, cuda:1, mps or xpu.

    Raises:
        SpecError: naming the spec, what is wrong with it, and the forms there are.
    """
    kind, _, argument = spec.partition(":")
    if spec == "random":
        return RandomPlayer(seed, name=spec)
    if spec == "greedy":
        return GreedyPlayer(seed, name=spec)
    if kind in ("pure", "net") and argument:
        return _search_player(spec, seed, device)
    if kind == "level" and argument:
        return _level_player(spec, seed, device)
    if kind == "engine" and argument:
        return _engine_player(spec, argument)
    raise SpecError(f"{spec!r} names no player: write {FORMS}")


def make_search(
    spec: str, *, seed: int = 0, device: str = "auto"
) -> "tuple[Evaluator, SearchConfig]":
    """What a searching player's spec evaluates positions with, and how it searches one game.

    Raises:
        SpecError: if the spec names no player that searches.
    """
    from mcts.player import leaves_for, search_for_play

    kind, _, argument = spec.partition(":")
    if kind == "pure" and argument:
        from mcts.rollout import RolloutEvaluator
        from mcts.search import SearchConfig

        playouts = _count(spec, argument, "playouts")
        return RolloutEvaluator(seed), SearchConfig(simulations=playouts)
    if kind != "net" or not argument:
        raise SpecError(f"{spec!r} names no search: write net:FOLDER@SIMULATIONS or pure:PLAYOUTS")
    folder, simulations, options = _split_net(spec, argument)
    config = search_for_play(simulations, leaves=leaves_for(simulations), **options)
    return _load(spec, folder, seed, device), config


def with_simulations(spec: str, simulations: int) -> str:
    """The spec of the same player, options and all, with so many simulations a move, or playouts
    of pure search.

    Raises:
        SpecError: if the player has no such number.
    """
    kind, _, argument = spec.partition(":")
    if kind == "net":
        folder, _, options = _parts_of_net(argument)
        return ",".join([f"net:{folder}@{simulations}", *options])
    if kind == "pure":
        return f"pure:{simulations}"
    raise SpecError(
        f"{spec} has no number of simulations; leave the option out, or name net:FOLDER or "
        "pure:PLAYOUTS as the opponent"
    )


def plays_one_game_at_a_time(spec: str) -> bool:
    """Whether a player keeps track of its game by itself, so that games must not be mixed."""
    return spec.startswith("engine:")


def rules_of(spec: str) -> Rules | None:
    """The rules a player was made for, or None if it plays by any; nothing is loaded for it.

    Raises:
        SpecError: if the spec names a checkpoint that cannot be read.
    """
    folder = _folder_of(spec)
    if folder is None:
        return None
    from nets.checkpoint import CheckpointError, read_meta

    try:
        return Rules(*read_meta(folder).rules[0])
    except CheckpointError as error:
        raise SpecError(f"{spec!r} cannot play: {error}") from error


def fingerprint(spec: str) -> str:
    """A digest of the files behind a spec, "" if there are none: two checkpoints may share a path.

    Raises:
        SpecError: if they cannot be read.
    """
    folder = _folder_of(spec)
    folders = [] if folder is None else [folder]
    digest = hashlib.sha256()
    if spec.startswith("level:"):
        level, _ = _split_level(spec)
        # What a level is measured to be worth does not change how it plays.
        digest.update(repr(msgspec.structs.replace(level, elo=0)).encode())
        if folder is None:
            from nets.checkpoint import find_checkpoints

            folders = [found for root in model_folders() for found in find_checkpoints(root)]
    elif folder is None:
        return ""
    try:
        for each in folders:
            for file in sorted(file for file in each.iterdir() if file.is_file()):
                digest.update(file.read_bytes())
    except OSError as error:
        raise SpecError(f"{spec!r} cannot play: {error}") from error
    return digest.hexdigest()[:16]


def network_for(rules: Rules, models: Path | None = None) -> Path | None:
    """The checkpoint that knows these rules and was trained on the most positions.

    models: the folder below which to look; None for those of the program and of the user.

    None if no network there knows them; checkpoints that cannot be read are passed over.
    """
    from nets.checkpoint import CheckpointError, find_checkpoints, read_meta

    best: tuple[int, Path] | None = None
    roots = model_folders() if models is None else [models]
    for folder in [found for root in roots for found in find_checkpoints(root)]:
        try:
            meta = read_meta(folder)
        except CheckpointError:
            continue
        knows = any(Rules(*known) == rules for known in meta.rules)
        if knows and (best is None or meta.positions > best[0]):
            best = meta.positions, folder
    return None if best is None else best[1]


def _folder_of(spec: str) -> Path | None:
    """The checkpoint that a spec names, if it names one."""
    kind, _, argument = spec.partition(":")
    if kind == "net" and argument:
        return _split_net(spec, argument)[0]
    if kind == "level" and argument:
        return _split_level(spec)[1]
    return None


def _split_net(spec: str, argument: str) -> tuple[Path, int, dict[str, int]]:
    """The folder, the simulations and the options of the search of a network's spec."""
    folder, simulations, options = _parts_of_net(argument)
    chosen = {}
    for option in options:
        name, _, number = option.partition("=")
        if name not in _SEARCH_OPTIONS:
            raise SpecError(
                f"{spec!r}: {option!r} is no option: write vcf=0 or vct=0 to do without the threat "
                "solver, or a number of moves that it may try"
            )
        chosen[_SEARCH_OPTIONS[name]] = 0 if number == "0" else _count(spec, number, "moves")
    if simulations is None:
        return find_model(folder), DEFAULT_SIMULATIONS, chosen
    return find_model(folder), _count(spec, simulations, "simulations"), chosen


def _parts_of_net(argument: str) -> tuple[str, str | None, list[str]]:
    """The texts of a network's folder, simulations, None if not given, and options."""
    folder, at, settings = argument.rpartition("@")
    if not at or "/" in settings or "\\" in settings:
        return argument, None, []  # an @ there is part of the path
    simulations, *options = settings.split(",")
    return folder, simulations, options


def _split_level(spec: str) -> "tuple[Level, Path | None]":
    """The level a spec names, and the checkpoint if it names one."""
    from gomoku_zero.players.levels import LevelError, level_from_text

    number, colon, folder = spec.partition(":")[2].partition(":")
    if colon and not folder:
        raise SpecError(f"{spec!r} names no folder: write level:5:models/9x9, or level:5")
    try:
        return level_from_text(number), find_model(folder) if folder else None
    except LevelError as error:
        raise SpecError(f"{spec!r} cannot play: {error}") from error


def _engine_player(spec: str, argument: str) -> Player:
    from gomoku_zero.players.engine import EnginePlayer, command_of

    command, at, seconds = argument.rpartition("@")
    try:
        if at and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", seconds) and float(seconds) > 0:
            return EnginePlayer(spec, command_of(command), seconds=float(seconds))
        return EnginePlayer(spec, command_of(argument))
    except ValueError as error:  # EngineError, or quotes that do not close
        raise SpecError(f"{spec!r} cannot play: {error}") from error


def _count(spec: str, text: str, what: str) -> int:
    # Python refuses to read numbers of thousands of digits.
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise SpecError(f"{spec!r}: {text!r} is no number of {what}, such as 400")
    return int(text)


def _load(spec: str, folder: Path, seed: int, device: str) -> Evaluator:
    """A checkpoint's network, remembering its answers.

    Raises:
        SpecError: if it cannot be used.
    """
    # Running networks takes time to import, and most specs do without.
    from mcts.cache import CachedEvaluator
    from nets.backends import load_evaluator
    from nets.checkpoint import CheckpointError
    from nets.config import DeviceError

    try:
        evaluator, _ = load_evaluator(folder, device=device, threads=os.cpu_count() or 1)
    except (CheckpointError, DeviceError, MissingPackageError) as error:
        raise SpecError(f"{spec!r} cannot play: {error}") from error
    return CachedEvaluator(evaluator, ANSWERS_KEPT, seed)


def _level_player(spec: str, seed: int, device: str) -> Player:
    from gomoku_zero.players.levels import LevelPlayer
    from mcts.rollout import RolloutEvaluator

    level, folder = _split_level(spec)
    if folder is not None:
        rules_of(spec)  # one that is no checkpoint is refused now

    def evaluator_for(rules: Rules) -> Evaluator:
        chosen = network_for(rules) if folder is None else folder
        if chosen is None:
            _log.warning(
                "no network knows %s: %s searches with random playouts", rules.describe(), spec
            )
        return RolloutEvaluator(seed) if chosen is None else _load(spec, chosen, seed, device)

    return LevelPlayer(spec, level, evaluator_for, seed=seed)


def _search_player(spec: str, seed: int, device: str) -> Player:
    from mcts.player import SearchPlayer

    evaluator, config = make_search(spec, seed=seed, device=device)
    return SearchPlayer(spec, evaluator, config, seed=seed)
