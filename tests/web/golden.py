"""What the Python program says of boards and positions, for the tests of the browser's engine.

`python -m tests.web.golden FOLDER` writes it; `web/test/golden.ts` reads it. It is made anew for
every run, so it cannot be older than the rules. Files:

    rules.json      the rule sets, with the number of boards of each
    boards.bin      for each board: its cells `[A]` int8; the winner, int8; where nobody has won,
                    what a stone would do at each point `[A]` uint8, as `answers` packs it, and the
                    plies of wins by fours of Black and of White, int16
    network.json    `nets.browser.BrowserNetwork`
    positions.json  `[{rules, moves, value, move, threat}]`: value by the network, move by a search,
                    and what a level must see: [whether it is a four, the answers], or null
    priors.bin      of each of these positions `[A]` float32
"""

import itertools
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gomoku import kernels
from gomoku.board import Board
from gomoku.forbidden import is_forbidden
from gomoku.jit import kernel
from gomoku.lines import Cells, Lines, lines_of
from gomoku.rules import CARO, FREESTYLE, RENJU, STANDARD, Rules
from gomoku.symmetry import SYMMETRIES, source_points
from gomoku_zero.players.levels import find_threat
from mcts.evaluation import Evaluator, positions_of
from mcts.search import Search, SearchConfig
from mcts.tree import Proof
from mcts.vcf import Scratch, find_vcf, make_scratch
from nets.backends import load_evaluator
from nets.browser import browser_network
from tests.gomoku.forbidden_boards import crossing_cells, crowded_cells
from tests.gomoku.rule_positions import rule_positions

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "15x15"
BOARDS = 20_000
POSITIONS = 1_000
FOURS = 200
SIMULATIONS = 100

RULE_SETS = (
    *(Rules(15, 5, variant) for variant in (FREESTYLE, STANDARD, RENJU, CARO)),
    *(Rules(9, 5, variant) for variant in (FREESTYLE, STANDARD, RENJU, CARO)),
    Rules(6, 4, FREESTYLE),
    Rules(22, 6, CARO),
    Rules(19, 5, RENJU),
    Rules(3, 3, STANDARD),
)


def write_golden(folder: Path, boards: int = BOARDS, positions: int = POSITIONS) -> None:
    """Write all files, for so many random boards and positions of games."""
    write_boards(folder, boards)
    write_positions(folder, positions)


def write_boards(folder: Path, count: int) -> None:
    """Random boards, and those of docs/rules in all symmetries."""
    chance = random.Random(1)
    boards: dict[Rules, list[NDArray[np.int8]]] = {rules: [] for rules in RULE_SETS}
    for number in range(count):
        rules = RULE_SETS[number % len(RULE_SETS)]
        boards[rules].append(np.array(_random_cells(rules, chance), np.int8))
    for position in rule_positions():
        cells = np.array(position.cells, np.int8)
        turns = source_points(position.rule_set.size)
        boards.setdefault(position.rule_set, []).extend(cells[turns[s]] for s in range(SYMMETRIES))
    described = []
    scratch = make_scratch()
    with (folder / "boards.bin").open("wb") as stream:
        for rules, its in boards.items():
            described.append({"rules": list(rules), "boards": len(its)})
            for cells in its:
                winner = kernels.winning_side(lines_of(cells, rules), rules)
                stream.write(cells.tobytes() + np.int8(winner).tobytes())
                if winner == 0:
                    found = np.zeros(rules.points, np.uint8)
                    fours = np.zeros(2, np.int16)
                    answers(cells, rules, found, fours, scratch)
                    stream.write(found.tobytes() + fours.tobytes())
    (folder / "rules.json").write_text(json.dumps(described))


def _random_cells(rules: Rules, chance: random.Random) -> list[int]:
    """Stones at random, thin or dense, spread or close together; in renju often rows that cross."""
    kind = chance.random()
    if rules.variant == RENJU and kind < 0.7:
        return crowded_cells(rules, chance) if kind < 0.3 else crossing_cells(rules, chance)[0]
    if kind > 0.9:
        return _nearly_drawn_cells(rules, chance)
    density, black = chance.uniform(0.02, 0.9), chance.uniform(0.3, 0.7)
    span = chance.randint(3, rules.size)
    cells = [0] * rules.points
    for row in range(span):
        for column in range(span):
            if chance.random() < density:
                cells[row * rules.size + column] = 1 if chance.random() < black else -1
    return cells


def _nearly_drawn_cells(rules: Rules, chance: random.Random) -> list[int]:
    """Stones that shut all rows, without a few of them."""
    cells = [
        1 if (column // 2 + row) % 2 else -1
        for row in range(rules.size)
        for column in range(rules.size)
    ]
    for move in chance.sample(range(rules.points), chance.randint(1, 4)):
        cells[move] = 0
    return cells


@kernel
def answers(
    cells: Cells, rules: Rules, found: NDArray[np.uint8], fours: NDArray[np.int16], scratch: Scratch
) -> None:
    """Write to `found [A]`, for each empty point, what `place` says of a black stone there (bits 0
    and 1), of a white one (bits 2 and 3), and whether it is forbidden (bit 4); to `fours [2]` the
    plies of the sides' wins by fours."""
    lines: Lines = lines_of(cells, rules)
    meta = np.zeros(kernels.META, np.int32)
    empty = 0
    for move in range(cells.shape[0]):
        empty += cells[move] == 0
    for move in range(cells.shape[0]):
        if cells[move] != 0:
            continue
        packed = 16 if is_forbidden(lines, move, rules) else 0
        for side in range(2):
            meta[kernels.TO_MOVE] = 1 - 2 * side
            meta[kernels.EMPTY_POINTS] = empty
            packed |= kernels.place(cells, lines, meta, move, rules) << (2 * side)
            kernels.remove(cells, lines, meta, move, -1, rules)
        found[move] = packed
    for side in range(2):
        fours[side] = find_vcf(cells, lines, rules, side, FOURS, scratch)


def write_positions(folder: Path, count: int, model: Path = MODEL) -> None:
    """Positions of games that the network plays against itself, with its answers."""
    evaluator, meta = load_evaluator(model, device="cpu")
    config = SearchConfig(
        simulations=SIMULATIONS, keep_tree=False, vcf_nodes=30, vcf_root_nodes=20_000
    )
    searches = {rules: Search(rules, evaluator, config, 1) for rules in meta.rules}
    described: list[dict[str, Any]] = []
    with (folder / "priors.bin").open("wb") as stream:
        for board in itertools.islice(_boards_of_games(evaluator, meta.rules), count):
            answer = evaluator.evaluate(positions_of([board]))
            search = searches[board.rules]
            search.reset(0, board)
            search.run()
            analysis = search.analysis(0)
            threat = find_threat(board, replace(analysis, proof=Proof.UNKNOWN))
            described.append(
                {
                    "rules": list(board.rules),
                    "moves": list(board.moves),
                    "value": float(answer.value[0]),
                    "move": analysis.best_move,
                    "threat": threat and [threat.is_four, np.flatnonzero(threat.answers).tolist()],
                }
            )
            stream.write(answer.prior[0].astype("<f4").tobytes())
    (folder / "positions.json").write_text(json.dumps(described))
    (folder / "network.json").write_text(json.dumps(browser_network(model)))


def _boards_of_games(evaluator: Evaluator, rule_sets: list[Rules]) -> Iterator[Board]:
    """Every third position of games whose moves are drawn by the policy."""
    generator = np.random.default_rng(1)
    game = 0
    while True:
        board = Board(rule_sets[game % len(rule_sets)])
        game += 1
        while board.outcome is None:
            if board.ply % 3 == game % 3:
                yield board
            prior = evaluator.evaluate(positions_of([board])).prior[0].astype(np.float64)
            board.push(int(generator.choice(len(prior), p=prior / prior.sum())))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    write_golden(target)
