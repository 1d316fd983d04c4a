"""Who plays: what a text such as `net:models/9x9@400` stands for.

A spec is a value: it is parsed where somebody typed or stored it, and compared, changed by
`dataclasses.replace` and printed from then on. `parse_spec(str(spec))` is the same spec.
"""

import hashlib
import logging
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import msgspec

from gomoku.extras import MissingPackageError
from gomoku.machine import usable_cores
from gomoku.rules import Rules
from gomoku_zero.players.baselines import GreedyPlayer, RandomPlayer
from gomoku_zero.players.models import find_model, model_folders
from mcts.evaluation import Evaluator
from mcts.player import Player

if TYPE_CHECKING:
    from gomoku_zero.players import levels
    from mcts.search import SearchConfig

FORMS = (
    "net:FOLDER@SIMULATIONS (or net:FOLDER@SIMULATIONS,vcf=0,vct=0,threads=2), pure:PLAYOUTS, "
    "level:NUMBER or level:NUMBER:FOLDER, engine:PROGRAM@SECONDS (or "
    "engine:PROGRAM@SECONDS,match=SECONDS,start=SECONDS), greedy or random"
)

DEFAULT_SIMULATIONS = 400

MAX_THREADS = 256
"""Of one search: more than any machine that this is tried on."""

ANSWERS_KEPT = 1 << 14
"""Answers of a network that a player remembers, at 4 bytes a point each."""

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_ENGINE_TIMES = re.compile(
    rf"(?P<move>{_NUMBER})?(?:,match=(?P<match>{_NUMBER}))?(?:,start=(?P<start>{_NUMBER}))?",
    re.ASCII,
)

_log = logging.getLogger(__name__)


class SpecError(ValueError):
    """A spec that names no player."""


class _Spec:
    """Questions that every spec answers; the defaults are right for a player without files."""

    one_game_at_a_time: ClassVar[bool] = False
    """Whether the player keeps track of its game by itself, so that games must not be mixed."""

    def rules(self) -> Rules | None:
        """The rules the player was made for, or None if it plays by any; nothing is loaded for it.

        Raises:
            SpecError: if the spec names a checkpoint that cannot be read.
        """
        return None

    def fingerprint(self) -> str:
        """A digest of the files behind the player, "" if there are none: a path may later hold
        another network.

        Raises:
            SpecError: if they cannot be read.
        """
        return ""

    def make(self, *, seed: int = 0, device: str = "auto") -> Player:
        """The player, called as the spec.

        device: where networks run.

        Raises:
            SpecError: if it cannot play, and why.
        """
        raise SpecError(f"{str(self)!r} cannot play here: write {FORMS}")


@dataclass(frozen=True, slots=True)
class Net(_Spec):
    """A search with a checkpoint.

    folder: as it was written; `path` is where it is found.
    simulations: a move; None where nothing was said.
    vcf: fours tried at every new node, vct: moves tried at the root for a win by continuous
        threats; None for the usual number, which of the latter is 0 where the simulations are
        counted, 0 leaves the solver out.
    threads: that search one game together, where the network is one of line patterns; their moves
        are not the same every time. None for one.
    """

    folder: str
    simulations: int | None = None
    vcf: int | None = None
    vct: int | None = None
    threads: int | None = None

    def __str__(self) -> str:
        number = "" if self.simulations is None else f"@{self.simulations}"
        solvers = (("vcf", self.vcf), ("vct", self.vct), ("threads", self.threads))
        options = "".join(f",{name}={count}" for name, count in solvers if count is not None)
        if options and not number:
            number = f"@{DEFAULT_SIMULATIONS}"
        last = re.split(r"[/\\]", self.folder)[-1]
        if self.folder[:1] in ("'", '"') or (not number and "@" in last):
            quoted = "'" + self.folder.replace("'", "'\"'\"'") + "'"
            return f"net:{quoted}{number}{options}"
        return f"net:{self.folder}{number}{options}"

    @property
    def path(self) -> Path:
        return find_model(self.folder)

    def rules(self) -> Rules | None:
        return _rules_of(self, self.path)

    def fingerprint(self) -> str:
        return _digest(self, [self.path])

    def search(
        self, *, seed: int = 0, device: str = "auto", only: Rules | None = None
    ) -> "tuple[Evaluator, SearchConfig]":
        """The evaluator of positions, and how one game is searched.

        only: the rules that will be played, which spares memory; None for all it knows.

        Raises:
            SpecError: if the network cannot be used.
        """
        from mcts.search_player import VCF_NODES, VCT_NODES, leaves_for, search_for_play

        simulations = self.simulations or DEFAULT_SIMULATIONS
        evaluator = _load(self, self.path, seed, device, only, self.threads or 1)
        config = search_for_play(
            simulations,
            leaves=leaves_for(simulations, evaluator),
            vcf_nodes=VCF_NODES if self.vcf is None else self.vcf,
            vct_nodes=(0 if self.simulations else VCT_NODES) if self.vct is None else self.vct,
        )
        return evaluator, config

    def make(self, *, seed: int = 0, device: str = "auto") -> Player:
        return _search_player(self, seed, device)


@dataclass(frozen=True, slots=True)
class Pure(_Spec):
    """A search with random playouts instead of a network."""

    playouts: int

    def __str__(self) -> str:
        return f"pure:{self.playouts}"

    def search(self, *, seed: int = 0, device: str = "auto") -> "tuple[Evaluator, SearchConfig]":
        """As `Net.search`."""
        from mcts.rollout import RolloutEvaluator
        from mcts.search import SearchConfig

        return RolloutEvaluator(seed), SearchConfig(simulations=self.playouts)

    def make(self, *, seed: int = 0, device: str = "auto") -> Player:
        return _search_player(self, seed, device)


@dataclass(frozen=True, slots=True)
class Level(_Spec):
    """A player that makes human-like mistakes.

    folder: of its network; None for the one that knows the rules, if there is one.
    """

    number: int
    folder: str | None = None

    def __str__(self) -> str:
        return f"level:{self.number}" + ("" if self.folder is None else f":{self.folder}")

    @property
    def level(self) -> "levels.Level":
        from gomoku_zero.players.levels import level_from_text

        return level_from_text(str(self.number))

    @property
    def path(self) -> Path | None:
        return None if self.folder is None else find_model(self.folder)

    def rules(self) -> Rules | None:
        return None if self.path is None else _rules_of(self, self.path)

    def fingerprint(self) -> str:
        from nets.checkpoint import find_checkpoints

        roots = model_folders() if self.path is None else []
        folders = [found for root in roots for found in find_checkpoints(root)]
        # What a level is measured to be worth does not change how it plays.
        level = repr(msgspec.structs.replace(self.level, elo=0)).encode()
        return _digest(self, folders if self.path is None else [self.path], level)

    def make(self, *, seed: int = 0, device: str = "auto") -> Player:
        from gomoku_zero.players.levels import LevelPlayer
        from mcts.rollout import RolloutEvaluator

        self.rules()  # a folder that holds no checkpoint is refused now

        def evaluator_for(rules: Rules) -> Evaluator:
            chosen = network_for(rules) if self.path is None else self.path
            if chosen is None:
                _log.warning(
                    "no network knows %s: %s searches with random playouts", rules.describe(), self
                )
                return RolloutEvaluator(seed)
            return _load(self, chosen, seed, device)

        return LevelPlayer(str(self), self.level, evaluator_for, seed=seed)


@dataclass(frozen=True, slots=True)
class Engine(_Spec):
    """A Gomocup engine: a path to a program, or a command line.

    seconds: for a move; None where nothing was said.
    start: seconds it may take to come up and answer its first START; None for the usual number.
    match: seconds for all moves of a game together; None for no such limit.
    """

    command: str
    seconds: float | None = None
    start: float | None = None
    match: float | None = None

    one_game_at_a_time: ClassVar[bool] = True

    def __str__(self) -> str:
        more = "".join(
            f",{name}={_text(seconds)}"
            for name, seconds in (("match", self.match), ("start", self.start))
            if seconds is not None
        )
        if self.seconds is not None or more:
            time = "" if self.seconds is None else _text(self.seconds)
            return f"engine:{self.command}@{time}{more}"
        if "@" in self.command and _ENGINE_TIMES.fullmatch(self.command.rpartition("@")[2]):
            # Only the words count, so the last one may be quoted.
            before, space, last = self.command.rpartition(" ")
            return f"engine:{before}{space}'{last}'"
        return f"engine:{self.command}"

    def make(self, *, seed: int = 0, device: str = "auto") -> Player:
        from gomoku_zero.players.engine import START_SECONDS, EnginePlayer, command_of

        try:
            return EnginePlayer(
                str(self),
                command_of(self.command),
                seconds=self.seconds,
                match_seconds=self.match,
                start_seconds=START_SECONDS if self.start is None else self.start,
            )
        except ValueError as error:  # EngineError, or quotes that do not close
            raise SpecError(f"{str(self)!r} cannot play: {error}") from error


@dataclass(frozen=True, slots=True)
class Greedy(_Spec):
    """Takes a five, blocks a five, else extends its longest open row."""

    def __str__(self) -> str:
        return "greedy"

    def make(self, *, seed: int = 0, device: str = "auto") -> Player:
        return GreedyPlayer(seed, name="greedy")


@dataclass(frozen=True, slots=True)
class Random(_Spec):
    """Plays on any empty point."""

    def __str__(self) -> str:
        return "random"

    def make(self, *, seed: int = 0, device: str = "auto") -> Player:
        return RandomPlayer(seed, name="random")


@dataclass(frozen=True, slots=True)
class Human(_Spec):
    """A person in front of the window."""

    def __str__(self) -> str:
        return "human"


PlayerSpec = Net | Pure | Level | Engine | Greedy | Random | Human


def parse_spec(text: str) -> PlayerSpec:
    """The spec that a text stands for.

    >>> parse_spec("net:models/9x9@100,vcf=0")
    Net(folder='models/9x9', simulations=100, vcf=0, vct=None, threads=None)

    Raises:
        SpecError: naming the text, what is wrong with it, and the forms there are.
    """
    kind, _, argument = text.partition(":")
    if argument:
        match kind:
            case "net":
                return _parse_net(text, argument)
            case "pure":
                return Pure(_count(text, argument, "playouts"))
            case "level":
                return _parse_level(text, argument)
            case "engine":
                return _parse_engine(argument)
    match text:
        case "greedy":
            return Greedy()
        case "random":
            return Random()
        case "human":
            return Human()
    raise SpecError(f"{text!r} names no player: write {FORMS}")


def spec_or_none(text: str) -> PlayerSpec | None:
    """The spec that a text stands for, or None if it names no player."""
    try:
        return parse_spec(text)
    except SpecError:
        return None


def make_player(text: str, *, seed: int = 0, device: str = "auto") -> Player:
    """The player that a text names, under that name.

    Raises:
        SpecError: if there is none, or it cannot play.
    """
    player = parse_spec(text).make(seed=seed, device=device)
    player.name = text
    return player


def with_simulations(spec: PlayerSpec, simulations: int) -> PlayerSpec:
    """The same player with so many simulations a move, or playouts of pure search.

    Raises:
        SpecError: if the player has no such number.
    """
    match spec:
        case Net():
            return replace(spec, simulations=simulations)
        case Pure():
            return Pure(simulations)
    raise SpecError(
        f"{spec} has no number of simulations; leave the option out, or name net:FOLDER or "
        "pure:PLAYOUTS as the opponent"
    )


def network_for(rules: Rules, models: Path | None = None) -> Path | None:
    """The checkpoint that plays by these rules and was trained nearest to this size of board; of
    several, the one trained on the most positions.

    None if no network there plays so; checkpoints that cannot be read are passed over. A network
    of line patterns plays on boards of any size.

    models: the folder below which to look; None for those of the program and of the user.
    """
    from nets.checkpoint import CheckpointError, find_checkpoints, read_meta

    best: tuple[int, int, Path] | None = None
    roots = model_folders() if models is None else [models]
    for folder in [found for root in roots for found in find_checkpoints(root)]:
        try:
            meta = read_meta(folder)
        except CheckpointError:
            continue
        sizes = [known.size for known in meta.rules if known._replace(size=rules.size) == rules]
        distance = min((abs(size - rules.size) for size in sizes), default=None)
        if distance is None or (distance and meta.net.architecture != "patterns"):
            continue
        found = -distance, meta.positions, folder
        if best is None or found[:2] > best[:2]:
            best = found
    return None if best is None else best[2]


def _parse_net(text: str, argument: str) -> Net:
    folder, settings = _folder_and_settings(argument)
    if settings is None:
        return Net(folder)
    simulations, *options = settings.split(",")
    spec = Net(folder, _count(text, simulations, "simulations"))
    for option in options:
        name, _, number = option.partition("=")
        count = 0 if number == "0" else None
        match name:
            case "vcf":
                spec = replace(spec, vcf=_count(text, number, "moves") if count is None else 0)
            case "vct":
                spec = replace(spec, vct=_count(text, number, "moves") if count is None else 0)
            case "threads":
                spec = replace(spec, threads=_threads(text, number))
            case _:
                raise SpecError(
                    f"{text!r}: {option!r} is not an option: write threads=2 for two cores, "
                    "vcf=0 or vct=0 to do without the threat solver, or a number of moves that "
                    "it may try"
                )
    return spec


def _threads(text: str, number: str) -> int:
    threads = _count(text, number, "threads")
    if threads > MAX_THREADS:
        raise SpecError(f"{text!r}: {threads} threads are more than the {MAX_THREADS} allowed")
    return threads


def _folder_and_settings(argument: str) -> tuple[str, str | None]:
    """The folder of a network, and what stands behind the @ that follows it, if anything does."""
    if argument[0] in "'\"":  # quoted, as `Net.__str__` does where it must
        with_rest = re.fullmatch(r"""('[^']*'|"[^"]*"|'"'|"'")+(@(?P<settings>.*))?""", argument)
        if with_rest is not None:
            settings = with_rest["settings"]
            quoted = argument if settings is None else argument[: -len(settings) - 1]
            return "".join(shlex.split(quoted)), settings
    folder, at, settings = argument.rpartition("@")
    if not at or "/" in settings or "\\" in settings or Path(argument).exists():
        return argument, None  # an @ there is part of the path
    return folder, settings


def _parse_engine(argument: str) -> Engine:
    command, at, text = argument.rpartition("@")
    times = _ENGINE_TIMES.fullmatch(text) if at and command and text else None
    if times is None:
        return Engine(argument)
    said = (None if time is None else float(time) for time in times.group("move", "match", "start"))
    move, match, start = said
    if 0.0 in (move, match, start):  # no time to do anything in
        return Engine(argument)
    return Engine(command, move, start, match)


def _text(seconds: float) -> str:
    return f"{seconds:.9f}".rstrip("0").rstrip(".")


def _parse_level(text: str, argument: str) -> Level:
    from gomoku_zero.players.levels import LevelError, level_from_text

    number, colon, folder = argument.partition(":")
    if colon and not folder:
        raise SpecError(f"{text!r} names no folder: write level:5:models/9x9, or level:5")
    try:
        return Level(level_from_text(number).number, folder or None)
    except LevelError as error:
        raise SpecError(f"{text!r} cannot play: {error}") from error


def _count(text: str, number: str, what: str) -> int:
    # Python refuses to read numbers of thousands of digits.
    if not number.isascii() or not number.isdigit() or len(number) > 9 or int(number) < 1:
        raise SpecError(f"{text!r}: {number!r} is not a number of {what}, such as 400")
    return int(number)


def _rules_of(spec: PlayerSpec, folder: Path) -> Rules:
    from nets.checkpoint import CheckpointError, read_meta

    try:
        return Rules(*read_meta(folder).rules[0])
    except CheckpointError as error:
        raise SpecError(f"{str(spec)!r} cannot play: {error}") from error


def _digest(spec: PlayerSpec, folders: list[Path], first: bytes = b"") -> str:
    """Of the files in some folders, and of what comes before them."""
    digest = hashlib.sha256(first)
    try:
        for folder in folders:
            for file in sorted(file for file in folder.iterdir() if file.is_file()):
                digest.update(file.read_bytes())
    except OSError as error:
        raise SpecError(f"{str(spec)!r} cannot play: {error}") from error
    return digest.hexdigest()[:16]


def _load(
    spec: PlayerSpec,
    folder: Path,
    seed: int,
    device: str,
    only: Rules | None = None,
    search_threads: int = 1,
) -> Evaluator:
    """A checkpoint's network, remembering its answers.

    search_threads: that search one game together.

    Raises:
        SpecError: if it cannot be used.
    """
    # Running networks takes time to import, and most specs do without.
    from nets.backends import load_evaluator
    from nets.checkpoint import CheckpointError
    from nets.config import DeviceError
    from nets.patterns.search import cached

    try:
        threads = usable_cores()
        evaluator, _ = load_evaluator(folder, device=device, threads=threads, only=only)
    except (CheckpointError, DeviceError, MissingPackageError) as error:
        raise SpecError(f"{str(spec)!r} cannot play: {error}") from error
    return cached(evaluator, ANSWERS_KEPT, seed, search_threads)


def _search_player(spec: Net | Pure, seed: int, device: str) -> Player:
    from mcts.search_player import SearchPlayer

    evaluator, config = spec.search(seed=seed, device=device)
    return SearchPlayer(str(spec), evaluator, config, seed=seed)
