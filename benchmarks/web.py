"""The browser's engine, under Node, against the Python search: strength and speed, one core each.

    python -m benchmarks.web models/15x15 --pairs 100 --simulations 200

Both search anew for every move with one leaf a wave and the same network, so they should be equally
strong. Needs Node and `npm ci` in web/.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from gomoku.board import Board
from gomoku_zero.arena.match import play_match
from gomoku_zero.arena.openings import arranged, shipped_openings
from mcts.advice import VCF_ROOT_NODES
from mcts.player import Choice, Limit, Player
from mcts.search import Search, SearchConfig
from mcts.search_player import VCF_NODES
from nets.backends import load_evaluator
from nets.browser import browser_network

WEB = Path(__file__).resolve().parents[1] / "web"


@dataclass(frozen=True)
class Options:
    """The player, and for how long."""

    model: Annotated[Path, tyro.conf.Positional]
    pairs: int = 100
    simulations: int = 200
    rules: int = 0
    """Which of the network's rule sets."""


class NodePlayer(Player):
    """The engine of the page, in a process of Node."""

    name = "browser"

    def __init__(self, model: Path, simulations: int, folder: Path) -> None:
        network, program = folder / "network.json", folder / "player.mjs"
        network.write_text(json.dumps(browser_network(model)))
        build = ["node", "build.mjs", "--node", "test/player.ts", str(program)]
        subprocess.run(build, cwd=WEB, check=True)
        self.made, self.seconds = 0, 0.0
        self._process = subprocess.Popen(
            ["node", str(program), str(network), str(simulations)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        choices = []
        for board in boards:
            request = {"rules": list(board.rules), "moves": list(board.moves)}
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
            self.made += answer["made"]
            self.seconds += answer["seconds"]
            choices.append(Choice(answer["move"], answer["value"]))
        return choices

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class FreshSearch(Player):
    """The Python search, which also begins anew at every move."""

    name = "python"

    def __init__(self, model: Path, simulations: int) -> None:
        self._evaluator, _ = load_evaluator(model, device="cpu")
        self._config = SearchConfig(
            simulations=simulations,
            keep_tree=False,
            vcf_nodes=VCF_NODES,
            vcf_root_nodes=VCF_ROOT_NODES,
        )
        self._search: Search | None = None
        self.made, self.seconds = 0, 0.0

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        if self._search is None:
            self._search = Search(boards[0].rules, self._evaluator, self._config, 1)
        choices = []
        for board in boards:
            self._search.reset(0, board)
            began = time.perf_counter()
            self._search.run()
            self.seconds += time.perf_counter() - began
            analysis = self._search.analysis(0)
            self.made += analysis.simulations
            choices.append(Choice(analysis.best_move, analysis.value))
        return choices

    def close(self) -> None:
        self._search = None


def main() -> None:
    """Play the match and print what came of it."""
    options = tyro.cli(Options, description=__doc__)
    _, meta = load_evaluator(options.model, device="cpu")
    rules = meta.rules[options.rules]
    openings = arranged(shipped_openings(rules), options.pairs, 1)
    with tempfile.TemporaryDirectory() as folder:
        browser = NodePlayer(options.model, options.simulations, Path(folder))
        python = FreshSearch(options.model, options.simulations)
        result = play_match(browser, python, rules, openings)
        browser.close()
    print(f"{rules.describe()}, {options.simulations} simulations, {len(openings)} pairs")
    print(f"browser against python: {result.games}, {result.elo}")
    for player in (browser, python):
        print(f"{player.name}: {player.made / player.seconds:.0f} simulations a second")


if __name__ == "__main__":
    main()
