"""How long searches for wins by fours and by threats take: `python -m benchmarks.threats`.

The positions are random midgames on 15x15, and moments of the games behind the stored wins of the
tests (`tests/golden/wins`). The baseline is the plain-Python twin of the tests, on the same
positions; that of threats tries everything and is only asked on 6x6, four in a row.
"""

import argparse
import random
import time
import timeit
from collections.abc import Iterator
from functools import partial

import numpy as np

from gomoku import kernels
from gomoku.board import Board
from gomoku.jit import kernel
from gomoku.lines import Cells, Lines
from gomoku.rules import VARIANT_NAMES, Rules
from mcts import vct as threes
from mcts.vcf import Scratch, find_vcf, make_scratch
from mcts.vct import VctScratch, find_vct
from tests import reference
from tests.gomoku.wins import FOLDER, read_wins

POSITIONS, TWIN_POSITIONS, REPEATS = 500, 3, 10
FOURS_CAP, THREATS_CAP, DEPTH = 1000, 2000, 4
MIN_STONES = 12
SMALL = Rules(6, 4)
GAMES = ("9x9_5_freestyle", "9x9_5_standard", "9x9_5_renju", "15x15_5_renju")


def midgame(rules: Rules, chance: random.Random, most_stones: int = 60) -> Board:
    """A position of 12 stones or more: random moves near others; wins are taken and blocked."""
    while True:
        board, stones = Board(rules), chance.randint(MIN_STONES, most_stones)
        while board.outcome is None and board.ply < stones:
            _, lines = board.copy_arrays()
            side = 0 if board.to_move > 0 else 1
            own, block = (kernels.winning_moves(lines, s, rules)[0] for s in (side, 1 - side))
            urgent = own if own >= 0 else block
            board.push(urgent if board.is_legal(urgent) else near_another(board, chance))
        if board.outcome is None:
            return board


def near_another(board: Board, chance: random.Random) -> int:
    """A random empty point at most two away from a stone; the center of an empty board."""
    size = board.rules.size
    stones = np.flatnonzero(board.cells)
    if stones.size == 0:
        return size * size // 2
    while True:
        row, column = divmod(int(chance.choice(stones)), size)
        row, column = row + chance.randint(-2, 2), column + chance.randint(-2, 2)
        move = row * size + column
        if 0 <= row < size and 0 <= column < size and board.is_legal(move):
            return move


def real_positions(chance: random.Random) -> Iterator[tuple[Rules, list[Board]]]:
    """For rule sets of the stored wins, positions of the games of players that led to them.

    Each is a moment of such a game from its twelfth stone on, drawn at random: the win may be there
    already, or still be far away.
    """
    for name in GAMES:
        rules, wins = read_wins(FOLDER / f"{name}.txt")
        games = [win.moves for win in wins if len(win.moves) > MIN_STONES]
        yield (
            rules,
            [
                Board.from_moves(rules, game[: chance.randint(MIN_STONES, len(game))])
                for game in chance.choices(games, k=POSITIONS)
            ],
        )


@kernel
def find_all_fours(
    cells: Cells, lines: Lines, sides: Cells, rules: Rules, scratch: Scratch
) -> tuple[int, int, int]:
    """Wins, searches cut off, and nodes; the loop is compiled, as a search would call it."""
    wins = cut_off = nodes = 0
    for index in range(len(sides)):
        plies = find_vcf(cells[index], lines[index], rules, sides[index], FOURS_CAP, scratch)
        wins += plies > 0
        cut_off += plies < 0
        nodes += FOURS_CAP - max(0, scratch.counters[0])
    return wins, cut_off, nodes


@kernel
def find_all_threats(
    cells: Cells, lines: Lines, sides: Cells, rules: Rules, scratch: VctScratch
) -> tuple[int, int, int]:
    """Like `find_all_fours`."""
    wins = cut_off = nodes = 0
    for index in range(len(sides)):
        plies = find_vct(
            cells[index], lines[index], rules, sides[index], DEPTH, THREATS_CAP, scratch
        )
        wins += plies > 0
        cut_off += plies < 0
        nodes += THREATS_CAP - max(0, scratch.counters[0])
    return wins, cut_off, nodes


def measure(boards: list[Board], source: str) -> None:
    """Print a line for each search on these positions, all of one rule set."""
    rules = boards[0].rules
    arrays = [board.copy_arrays() for board in boards]
    cells = np.stack([array for array, _ in arrays])
    lines = np.stack([array for _, array in arrays])
    sides = np.array([0 if board.to_move > 0 else 1 for board in boards], np.int8)
    searches = (
        ("fours", FOURS_CAP, partial(find_all_fours, scratch=make_scratch())),
        ("threats", THREATS_CAP, partial(find_all_threats, scratch=threes.make_scratch())),
    )
    for name, cap, search in searches:
        wins, cut_off, nodes = search(cells, lines, sides, rules)  # compiles
        call = partial(search, cells, lines, sides, rules)
        times = timeit.repeat(call, number=1, repeat=REPEATS)
        seconds = min(times) / len(boards)
        mean_nodes = nodes / len(boards)
        line = (
            f"{rules.describe():28} {source:8} {name:8} {seconds * 1e6:8.2f} us a call, "
            f"{mean_nodes:7.1f} nodes, {mean_nodes / seconds / 1e6:5.2f} million/s, "
            f"{wins / len(boards):4.0%} won, {cut_off / len(boards):4.1%} cut off at {cap:,}"
        )
        if source == "random" and (twin_seconds := seconds_of_twin(name, boards)):
            line += f", {twin_seconds / seconds:,.0f} times the twin's speed"
        print(line, flush=True)


def seconds_of_twin(search: str, boards: list[Board]) -> float:
    """The seconds of a call of the twin; 0 where it would take minutes, so that it is not tried.

    The twin of the search for threats tries every move and reply: only small boards are for it.
    """
    if search == "threats" and boards[0].rules.points > SMALL.points:
        return 0.0
    some = boards[:TWIN_POSITIONS]
    start = time.perf_counter()
    for board in some:
        if search == "fours":
            reference.wins_by_fours(board.cells.tolist(), board.to_move, board.rules)
        else:
            reference.wins_by_threats(board.cells.tolist(), board.to_move, 1, board.rules)
    return (time.perf_counter() - start) / len(some)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    for variant in range(len(VARIANT_NAMES)):
        chance = random.Random(0)
        measure([midgame(Rules(15, 5, variant), chance) for _ in range(POSITIONS)], "random")
    for _, boards in real_positions(random.Random(0)):
        measure(boards, "games")
    chance = random.Random(0)
    measure([midgame(SMALL, chance, most_stones=14) for _ in range(POSITIONS)], "random")


if __name__ == "__main__":
    main()
