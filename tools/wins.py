"""Makes the positions with forced wins in `tests/golden/wins`: `python -m tools.wins`.

    python -m tools.wins                 # all six files
    python -m tools.wins --only 9x9_5_renju

On 9x9 the games are played by the shipped network (those stored, by the residual one of before) in
freestyle and by pure search in standard and renju, on 15x15 by pure search in renju; from three
random moves, with random ones now and then, so that there is something to punish. The other
positions on 15x15 are random midgames as in `benchmarks/threats.py`, which have more of the long
wins. Where the side to move wins by fours, or by threats without a win by fours, the plies of the
shortest such win are proven by trying everything (`tests/gomoku/exhaustive.py`); what takes too
long to prove is dropped. No two positions of a file are alike up to symmetry.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tyro
from tqdm import tqdm

from benchmarks.threats import midgame, near_another
from gomoku.board import Board
from gomoku.rules import FREESTYLE, RENJU, STANDARD, Rules
from gomoku.storage import write_whole
from gomoku_zero.arena.openings import position_key
from gomoku_zero.players.spec import make_player
from mcts.player import Limit, Player
from mcts.vcf import solve_vcf
from mcts.vct import solve_vct
from tests.gomoku import exhaustive
from tests.gomoku.state import kernel_state
from tests.gomoku.wins import Win, file_name, wins_to_text

RANDOM = "random"
SETS = (
    (Rules(9, 5, FREESTYLE), "net:models/9x9@16", 80),
    (Rules(15, 5, FREESTYLE), RANDOM, 100),
    (Rules(9, 5, STANDARD), "pure:500", 70),
    (Rules(15, 5, STANDARD), RANDOM, 90),
    (Rules(9, 5, RENJU), "pure:500", 70),
    (Rules(15, 5, RENJU), "pure:500", 90),
)
"""Who plays the games of each rule set, and how many positions come from them."""

GAMES_AT_ONCE = 32
RANDOM_MOVES = 0.1  # share of the moves
MAX_OF_A_KIND = 0.2  # of a file's positions that have the same kind and plies
MAX_OF_A_GAME = 2
SEARCH_NODES = 20_000
PROOF_MOVES = 200_000  # fours and threats tried, before a proof is given up


@dataclass(frozen=True)
class Options:
    """The wins to make."""

    only: str | None = None
    """One file's name, such as 9x9_5_renju; all of them by default."""

    seed: int = 0

    out: Path = Path("runs", "wins")


def games(rules: Rules, player: Player, chance: random.Random) -> Iterator[Board]:
    """Finished games without end, many at once."""
    while True:
        boards = [Board(rules) for _ in range(GAMES_AT_ONCE)]
        while running := [board for board in boards if board.outcome is None]:
            for board, choice in zip(running, player.choose_moves(running, Limit()), strict=True):
                wild = board.ply < 3 or chance.random() < RANDOM_MOVES
                board.push(near_another(board, chance) if wild else int(choice.move))
        yield from boards


def win_of(board: Board) -> Win | None:
    """The shortest forced win of the side to move, if there is one that can be proven."""
    kind = "fours" if solve_vcf(board, SEARCH_NODES) is not None else "threats"
    if kind == "threats" and solve_vct(board, SEARCH_NODES, depth=2) is None:
        return None
    cells, lines, _ = kernel_state(board.cells.tolist(), board.rules)
    side = 0 if board.to_move > 0 else 1
    memory = exhaustive.make_memory(board.rules.points, PROOF_MOVES)
    shortest = exhaustive.shortest_by_fours if kind == "fours" else exhaustive.shortest_by_threats
    plies = int(shortest(cells, lines, board.rules, side, memory))
    if memory.left[0] < 0 or plies < 3:
        return None
    return Win(kind, plies, board.moves)


def positions(rules: Rules, spec: str, chance: random.Random, seed: int) -> Iterator[list[Board]]:
    """For each game without end, the positions to look at in it, from its first move on."""
    if spec == RANDOM:
        # Games in which rows are stopped at the last moment end in positions full of fours.
        while True:
            yield [midgame(rules, chance)]
    player = make_player(spec, seed=seed)
    for game in games(rules, player, chance):
        yield [Board.from_moves(rules, game.moves[:ply]) for ply in range(1, game.ply)]


def make_wins(rules: Rules, spec: str, count: int, seed: int) -> Iterator[Win]:
    """So many positions, in the order of the games they come from."""
    chance = random.Random(f"{seed} {rules}")
    seen: set[bytes] = set()
    kinds: Counter[tuple[str, int]] = Counter()
    for boards in positions(rules, spec, chance, seed):
        taken = 0
        for board in boards:
            key = position_key(rules, board.moves)
            if key in seen or (win := win_of(board)) is None:
                continue
            if kinds[win.kind, win.plies] >= MAX_OF_A_KIND * count:
                continue
            seen.add(key)
            kinds[win.kind, win.plies] += 1
            taken += 1
            yield win
            if kinds.total() == count:
                return
            if taken == MAX_OF_A_GAME:
                break


def main() -> None:
    """Run the command line."""
    options = tyro.cli(Options, description=__doc__)
    for rules, spec, count in SETS:
        name = file_name(rules)
        if options.only in (None, name.removesuffix(".txt")):
            options.out.mkdir(parents=True, exist_ok=True)
            wins: list[Win] = []
            found = make_wins(rules, spec, count, options.seed)
            for win in tqdm(found, total=count, desc=rules.describe()):
                wins.append(win)
                wins.sort(key=lambda each: (each.kind, each.plies))
                # After each, so that a run that is stopped leaves what it has found.
                write_whole(options.out / name, wins_to_text(wins, rules).encode())


if __name__ == "__main__":
    main()
