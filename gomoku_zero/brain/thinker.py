"""Thinking for a brain: under a deadline, interruptible, within a memory limit, with any model."""

import time
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.brain.clock import is_decided, is_in_doubt
from gomoku_zero.brain.memory import used_memory
from gomoku_zero.players.spec import ANSWERS_KEPT, Net
from mcts.analysis import Analysis
from mcts.evaluation import Evaluator
from mcts.memory import tree_bytes
from mcts.player import MAX_SIMULATIONS, Limit
from mcts.rollout import RolloutEvaluator
from mcts.search import SearchConfig
from mcts.search_player import VCT_NODES, SearchPlayer, leaves_for, search_for_play
from nets.checkpoint import read_meta

DEFAULT_MEMORY = 1 << 30
"""Bytes a brain may take when its manager names no limit."""

WATCH_SECONDS = 0.5
"""Between two looks at a thought that goes on."""

MIN_TREE = 16 << 20

_DECIDED_FROM = 0.25
"""Share of the time that a decided move takes at least."""


Watch = Callable[[Analysis, float], None]
"""Takes what is known after so many seconds of thinking."""


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """A move that is wanted in a game that goes on.

    deadline: when to answer, as `time.perf_counter` counts; later only where `latest` allows.
    latest: when to answer at the latest, where the best move is in doubt at the deadline. If it is
        later than that, a move that is decided is also answered early. None for the deadline.
    simulations: at most so many; None leaves it to the deadline.
    is_stopped: asked often; once true, the answer is wanted at once.
    forbidden: empty points that must not be played, fewer than all of them.
    memory: bytes the process may take; None for no limit.
    lines: for so many moves the analysis says how it goes on behind them.
    watch: is told now and then what is known so far.
    threads: that may think together.
    """

    board: Board
    deadline: float
    simulations: int | None = None
    is_stopped: Callable[[], bool] = lambda: False
    forbidden: Set[int] = frozenset()
    memory: int | None = None
    lines: int = 0
    watch: Watch | None = None
    threads: int = 1
    latest: float | None = None


class Thinker(Protocol):
    """Finds a move for a brain."""

    def think(self, request: MoveRequest) -> Analysis:
        """An analysis of the position, with a legal move to play."""
        ...


class SearchThinker:  # a Thinker
    """Searches with the best-suited of some networks, or with random playouts without one."""

    def __init__(self, networks: "Sequence[Network]" = (), seed: int = 0) -> None:
        self._networks = networks
        self._seed = seed
        self._player: SearchPlayer | None = None
        self._key: tuple[Rules, int, int] | None = None

    def think(self, request: MoveRequest) -> Analysis:
        board, deadline, forbidden = request.board, request.deadline, request.forbidden
        simulations, watch = request.simulations, request.watch
        latest = deadline if request.latest is None else request.latest
        player = self._player_for(board.rules, request.memory, request.threads)
        started = told = time.perf_counter()
        limit = Limit(
            MAX_SIMULATIONS if simulations is None else max(1, simulations),
            max(0.0, latest - started),
        )

        def follow(position: Board) -> Iterator[Analysis]:
            """Analyses of a position, until the time is up or the tree is full."""
            longest, before = 0.0, time.perf_counter()
            first: int | None = None
            for analysis in player.analyse(position, limit, request.lines):
                yield analysis
                now = time.perf_counter()
                longest, before = max(longest, now - before), now
                # The next wave may take as long as the longest one yet.
                if now + longest >= latest or request.is_stopped():
                    return
                if first is None:
                    first = analysis.simulations
                if latest <= deadline or is_in_doubt(analysis):
                    continue
                pace = (analysis.simulations - first) / (now - started)
                early = now - started > _DECIDED_FROM * (deadline - started)
                if now >= deadline or (early and is_decided(analysis, pace * (deadline - now))):
                    return

        for analysis in follow(board):
            last = analysis
            now = time.perf_counter()
            if watch is not None and now - told >= WATCH_SECONDS:
                watch(_without(last, forbidden), now - started)
                told = now
        allowed = _without(last, forbidden)
        if allowed.best_move < 0:
            move = next(int(point) for point in board.legal_moves() if point not in forbidden)
            allowed = replace(allowed, choice=move)
        return allowed

    def _player_for(self, rules: Rules, memory: int | None, threads: int) -> SearchPlayer:
        """A player with the largest tree that the memory allows."""
        limit = memory or DEFAULT_MEMORY
        key = (rules, limit, threads)
        if self._player is None or self._key != key:
            if self._player is not None:
                self._player.close()
            network = best_network(self._networks, rules)
            self._player = None  # its network makes room for the next one
            evaluator = (
                network.evaluator(rules, threads) if network else RolloutEvaluator(self._seed)
            )
            # A margin for what torch and the kernels allocate while they run.
            free = limit - used_memory() - (24 << 20) - 4 * rules.points * ANSWERS_KEPT
            tree = max(MIN_TREE, free if memory else min(free, tree_bytes()))
            if network:
                leaves = leaves_for(MAX_SIMULATIONS, evaluator)
                config = search_for_play(MAX_SIMULATIONS, leaves=leaves, vct_nodes=VCT_NODES)
                config = replace(config, waits_to_compile=False)
            else:
                config = SearchConfig(simulations=MAX_SIMULATIONS)
            self._player = SearchPlayer(
                "brain", evaluator, config, seed=self._seed, most_bytes=tree
            )
            self._key = key
        return self._player


@dataclass(frozen=True, slots=True)
class Network:
    """A checkpoint and the rules it was trained on.

    evaluator: makes it ready for some rules and threads; a game needs no tables for others.
    """

    name: str
    rules: tuple[Rules, ...]
    evaluator: Callable[[Rules, int], Evaluator]


def best_network(networks: "Sequence[Network]", rules: Rules) -> Network | None:
    """The network trained on these rules at the nearest board size, or None."""
    distances = [
        (abs(trained.size - rules.size), index)
        for index, network in enumerate(networks)
        for trained in network.rules
        if trained.win_length == rules.win_length and trained.variant == rules.variant
    ]
    return networks[min(distances)[1]] if distances else None


def plays_with(folder: Path, win_length: int) -> bool:
    """Return whether a checkpoint was trained on rows of this length.

    Raises:
        CheckpointError: if the folder is not a usable checkpoint.
    """
    return any(rules.win_length == win_length for rules in read_meta(folder).rules)


def load_networks(folders: Sequence[Path], win_length: int, device: str = "auto") -> list[Network]:
    """The checkpoints among the folders that play with this win length, each tried once; of those
    with the same rules, as in the folder of a training run, the one trained on the most positions.

    Raises:
        CheckpointError, SpecError: if a folder is not a usable checkpoint.
    """
    best: dict[tuple[Rules, ...], tuple[int, Path, str]] = {}
    for folder in folders:
        meta = read_meta(folder)
        rules = tuple(meta.rules)
        if plays_with(folder, win_length):
            known = best.get(rules)
            if known is None or meta.positions > known[0]:
                best[rules] = meta.positions, folder, meta.name
    networks = []
    for rules, (_, folder, name) in best.items():
        evaluator = partial(_evaluator, Net(str(folder)), device)
        evaluator(rules[0], 1)
        networks.append(Network(name, rules, evaluator))
    return networks


def _evaluator(spec: Net, device: str, rules: Rules, threads: int) -> Evaluator:
    return replace(spec, threads=threads).search(device=device, only=rules)[0]


def _without(analysis: Analysis, forbidden: Set[int]) -> Analysis:
    """The analysis, without the moves that must not be played."""
    if forbidden.isdisjoint((analysis.best_move, *(each.move for each in analysis.candidates))):
        return analysis
    candidates = tuple(each for each in analysis.candidates if each.move not in forbidden)
    pv = analysis.pv
    if analysis.best_move in forbidden:
        pv = candidates[0].pv if candidates else ()
    return replace(analysis, candidates=candidates, pv=pv)
