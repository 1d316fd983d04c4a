"""Players by name: what a spec such as `net:models/9x9@400` stands for."""

import hashlib
import os
import re
from pathlib import Path

from arena.baselines import GreedyPlayer, RandomPlayer
from gomoku.player import Player
from gomoku.rules import Rules
from mcts.evaluation import Evaluator

FORMS = "net:FOLDER@SIMULATIONS, pure:PLAYOUTS, engine:PROGRAM@SECONDS, greedy or random"

DEFAULT_SIMULATIONS = 400

ANSWERS_KEPT = 1 << 14
"""Answers of a network that a player remembers, at 4 bytes a point each."""


class SpecError(ValueError):
    """A spec that names no player."""


def make_player(spec: str, *, seed: int = 0, device: str = "auto") -> Player:
    """The player a spec names, under that name.

    device: where networks run: auto, cpu, cuda or mps.

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
    if kind == "engine" and argument:
        return _engine_player(spec, argument)
    raise SpecError(f"{spec!r} names no player: write {FORMS}")


def make_evaluator(spec: str, *, seed: int = 0, device: str = "auto") -> tuple[Evaluator, int]:
    """What a searching player's spec evaluates positions with, and its simulations for a move.

    Raises:
        SpecError: if the spec names no player that searches.
    """
    kind, _, argument = spec.partition(":")
    if kind == "pure" and argument:
        from mcts.rollout import RolloutEvaluator

        return RolloutEvaluator(seed), _count(spec, argument, "playouts")
    if kind != "net" or not argument:
        raise SpecError(f"{spec!r} names no search: write net:FOLDER@SIMULATIONS or pure:PLAYOUTS")
    folder, simulations = _split_net(spec, argument)
    # Running networks takes time to import, and most specs do without.
    from mcts.cache import CachedEvaluator
    from nets.backends import load_evaluator
    from nets.checkpoint import CheckpointError
    from nets.config import DeviceError

    try:
        evaluator, _ = load_evaluator(folder, device=device, threads=os.cpu_count() or 1)
    except (CheckpointError, DeviceError) as error:
        raise SpecError(f"{spec!r} cannot play: {error}") from error
    return CachedEvaluator(evaluator, ANSWERS_KEPT, seed), simulations


def plays_one_game_at_a_time(spec: str) -> bool:
    """Whether a player keeps track of its game by itself, so that games must not be mixed."""
    return spec.startswith("engine:")


def rules_of(spec: str) -> Rules | None:
    """The rules a player was made for, or None if it plays by any; nothing is loaded for it.

    Raises:
        SpecError: if the spec names a checkpoint that cannot be read.
    """
    kind, _, argument = spec.partition(":")
    if kind != "net" or not argument:
        return None
    from nets.checkpoint import CheckpointError, read_meta

    folder, _ = _split_net(spec, argument)
    try:
        return Rules(*read_meta(folder).rules[0])
    except CheckpointError as error:
        raise SpecError(f"{spec!r} cannot play: {error}") from error


def fingerprint(spec: str) -> str:
    """A digest of the files behind a spec, "" if there are none: two checkpoints may share a path.

    Raises:
        SpecError: if they cannot be read.
    """
    kind, _, argument = spec.partition(":")
    if kind != "net" or not argument:
        return ""
    folder, _ = _split_net(spec, argument)
    digest = hashlib.sha256()
    try:
        for file in sorted(each for each in folder.iterdir() if each.is_file()):
            digest.update(file.read_bytes())
    except OSError as error:
        raise SpecError(f"{spec!r} cannot play: {error}") from error
    return digest.hexdigest()[:16]


def _split_net(spec: str, argument: str) -> tuple[Path, int]:
    folder, at, simulations = argument.rpartition("@")
    if not at:
        return Path(argument), DEFAULT_SIMULATIONS
    return Path(folder), _count(spec, simulations, "simulations")


def _engine_player(spec: str, argument: str) -> Player:
    from arena.engine import EnginePlayer, command_of

    command, at, seconds = argument.rpartition("@")
    try:
        if at and re.fullmatch(r"[0-9]+(\.[0-9]+)?", seconds) and float(seconds) > 0:
            return EnginePlayer(spec, command_of(command), seconds=float(seconds))
        return EnginePlayer(spec, command_of(argument))
    except ValueError as error:  # EngineError, or quotes that do not close
        raise SpecError(f"{spec!r} cannot play: {error}") from error


def _count(spec: str, text: str, what: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1 or len(text) > 9:
        raise SpecError(f"{spec!r}: {text!r} is no number of {what}, such as 400")
    return int(text)


def _search_player(spec: str, seed: int, device: str) -> Player:
    from mcts.player import SearchPlayer, leaves_for
    from mcts.search import SearchConfig

    evaluator, simulations = make_evaluator(spec, seed=seed, device=device)
    leaves = leaves_for(simulations) if spec.startswith("net:") else 1
    config = SearchConfig(simulations=simulations, leaves=leaves)
    return SearchPlayer(spec, evaluator, config, seed=seed)
