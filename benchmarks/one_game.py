"""One game on a board of 15x15: from the start of the program to its first move, and later moves.

The start is that of play.py with `models/15x15` where it is there; later moves are those of a 6x64
network with random weights.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.figures import Figures
from benchmarks.inference import make_net
from benchmarks.positions import MODELS, some_positions
from gomoku.board import Board
from gomoku.notation import moves_from_text
from gomoku.rules import Rules
from gomoku_zero.players.spec import Net
from mcts.player import Limit
from mcts.search import Search, SearchConfig
from mcts.search_player import VCT_NODES, SearchPlayer, leaves_for
from mcts.tree import NODE, NODES_USED, PRIORS_USED
from nets.backends import load_evaluator
from nets.checkpoint import CheckpointMeta, save_checkpoint
from nets.config import NetConfig
from nets.export import quantize_net
from nets.resnet.onnx import OnnxEvaluator

RULES = Rules(15)
CONFIG = NetConfig(blocks=6, channels=64)
SIMULATIONS = 400


def measure(figures: Figures) -> None:
    figures.heading(f"One game on 15x15, 6x64, {SIMULATIONS} simulations a move, all cores")
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = MODELS / "15x15"
        if not checkpoint.exists():
            checkpoint = Path(folder) / "random"
            meta = CheckpointMeta(name="random", net=CONFIG, rules=[RULES])
            save_checkpoint(checkpoint, make_net(CONFIG), meta)
        load_evaluator(checkpoint)  # warms the caches of networks and kernels
        _start(figures, checkpoint)
        _one_tree(figures, checkpoint)
    _moves(figures)


def _start(figures: Figures, checkpoint: Path) -> None:
    root = Path(__file__).resolve().parents[1]
    best = float("inf")
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(1 if figures.quick else 3):
            command = [
                *(sys.executable, "play.py", "--color", "white", "--size", "15"),
                *("--opponent", f"net:{checkpoint.resolve()}@{SIMULATIONS}"),
                *("--screenshot", str(Path(folder) / "first.png")),
            ]
            started = time.perf_counter()
            subprocess.run(
                command,
                cwd=root,
                check=True,
                capture_output=True,
                env={**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"},
            )
            best = min(best, time.perf_counter() - started)
    figures.add(
        "seconds_to_first_move",
        best,
        f"from the start of play.py to its first move on the screen: {best:.2f} s, warm caches; "
        f"{4 / best:.1f} times faster than the 4 s it may take",
    )


def _one_tree(figures: Figures, checkpoint: Path) -> None:
    """One position thought about by one thread and by two, in turns."""
    board = Board.from_moves(RULES, moves_from_text("h8 h9 g8 i8 i9", RULES.size))
    searches = []
    for threads in (1, 2):
        evaluator, config = Net(str(checkpoint), threads=threads, vct=VCT_NODES).search(only=RULES)
        search = Search(RULES, evaluator, replace(config, simulations=10**8, room=10**6), 1)
        searches.append(search)
        _think(search, board, 0.2)  # compiles
    rates: list[list[float]] = [[], []]
    for _ in range(3 if figures.quick else 9):
        for each, search in zip(rates, searches, strict=True):
            each.append(_think(search, board, 1.0))
    one, two = (float(np.median(each)) for each in rates)
    figures.add(
        "one_game_simulations_per_second",
        one,
        f"one game, one thread: {one:,.0f} simulations/s, threats looked for",
    )
    figures.add(
        "two_threads_speedup", two / one, f"{'':10} two threads: {two / one:.2f} times as many"
    )
    tree = searches[0]._tree
    taken = tree.used[0, NODES_USED] * NODE.itemsize + tree.used[0, PRIORS_USED] * 4
    size = float(taken / searches[0].visits(np.array([0]))[0])
    figures.add("tree_bytes_per_simulation", size, f"its tree: {size:.0f} bytes a simulation")


def _think(search: Search, board: Board, seconds: float) -> float:
    """Simulations a second."""
    search.reset(0, board)
    search.start(10**8)
    started = time.perf_counter()
    search.run_until(started + seconds)
    return search.simulations(0) / (time.perf_counter() - started)


def _moves(figures: Figures) -> None:
    model = quantize_net(make_net(CONFIG), some_positions(RULES, 256))
    threads = os.cpu_count() or 1
    rates = {}
    for leaves in sorted({1, leaves_for(SIMULATIONS)}):
        evaluator = OnnxEvaluator(model, threads=threads)
        config = SearchConfig(simulations=SIMULATIONS, leaves=leaves)
        player = SearchPlayer("benchmark", evaluator, config)
        board = Board(RULES)
        seconds, waves = [], []
        for _ in range(4 if figures.quick else 10):
            started = before = time.perf_counter()
            for analysis in player.analyse(board, Limit()):
                move = analysis.best_move
                now = time.perf_counter()
                waves.append(now - before)
                before = now
            seconds.append(time.perf_counter() - started)
            board.push(move)
        rates[leaves] = SIMULATIONS / float(np.median(seconds))
    figures.add(
        "seconds_per_move",
        SIMULATIONS / rates[leaves],
        f"a later move: {SIMULATIONS / rates[leaves]:.2f} s with {leaves} leaves a wave, "
        f"{rates[leaves] / rates[1]:.2f} times the speed with 1",
    )
    longest = float(np.max(waves)) * 1000
    figures.add(
        "stop_milliseconds",
        longest,
        f"a search stops at the end of a wave: {longest:.1f} ms at most, "
        f"{50 / longest:.0f} times under the 50 ms it may take",
    )
